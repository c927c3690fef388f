#include "harness/base/line.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

static void add(struct sf_line *line, char byte)
{
    if (line->bytes + 2 > line->capacity) {
        line->capacity = line->capacity == 0 ? 256 : 2 * line->capacity;
        line->text = sf_realloc(line->text, line->capacity, 1);
    }
    line->text[line->bytes++] = byte;
    line->text[line->bytes] = '\0';
}

enum sf_line_end sf_line_read(struct sf_line *line, FILE *file, size_t bytes_max)
{
    SF_ASSERT(line != NULL);
    SF_ASSERT(file != NULL);
    int byte = 0;
    line->bytes = 0;
    while (byte != '\n' && (byte = getc(file)) != EOF) {
        if (line->bytes == bytes_max) {
            return SF_LINE_TOO_LONG;
        }
        add(line, (char)byte);
    }
    return line->bytes > 0 ? SF_LINE_READ : SF_LINE_NONE;
}

void sf_line_free(struct sf_line *line)
{
    free(line->text);
    *line = (struct sf_line){0};
}
