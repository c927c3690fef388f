/* Replaces placeholders. */
#include "harness/live/template.h"

#include "harness/base/assert.h"

#include <string.h>

enum { WORD_BYTES_MAX = 32 };

static const char *const names[SF_PLACEHOLDERS_COUNT + 1] = {
    "ORIGIN",      "ORIGIN_HOST", "ORIGIN_PORT", "LISTEN", "LISTEN_HOST",
    "LISTEN_PORT", "IDP",         "DIR",         NULL,
};

/* The capital word in braces that begins at text[0] == '{'; its length, or 0 if there is none. */
static size_t word_at(const char *text, size_t bytes, char word_out[WORD_BYTES_MAX])
{
    size_t length = 0;
    while (1 + length < bytes && length < WORD_BYTES_MAX - 1 &&
           ((text[1 + length] >= 'A' && text[1 + length] <= 'Z') || text[1 + length] == '_')) {
        word_out[length] = text[1 + length];
        length++;
    }
    word_out[length] = '\0';
    return length > 0 && 1 + length < bytes && text[1 + length] == '}' ? length : 0;
}

static int place_of(const char *word)
{
    for (int i = 0; i < SF_PLACEHOLDERS_COUNT; i++) {
        if (strcmp(word, names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

/* ${DIR} is a variable of the server, not a placeholder; near misses are only looked for where the
 * braces stand alone. */
static enum sf_err unknown(const char *file, const char *text, size_t at, const char *word,
                           struct sf_diag *diag)
{
    const char *nearest = sf_text_nearest(word, names);
    if (nearest == NULL) {
        return SF_OK;
    }
    uint32_t line = 1;
    uint32_t column = 1;
    for (size_t i = 0; i < at; i++) {
        line += text[i] == '\n';
        column = text[i] == '\n' ? 1 : column + 1;
    }
    return sf_fail_at(diag, SF_ERR_INPUT, file, line, column,
                      "there is no placeholder {%s}; did you mean {%s}?", word, nearest);
}

enum sf_err sf_template_expand(const char *file, const char *text, size_t bytes,
                               const struct sf_places *places, struct sf_text *out, uint32_t *used,
                               struct sf_diag *diag)
{
    SF_ASSERT(file != NULL);
    SF_ASSERT(text != NULL || bytes == 0);
    SF_ASSERT(places != NULL);
    SF_ASSERT(out != NULL);
    size_t from = 0;
    for (size_t at = 0; at < bytes; at++) {
        char word[WORD_BYTES_MAX];
        if (text[at] != '{' || (at > 0 && text[at - 1] == '$') ||
            word_at(text + at, bytes - at, word) == 0) {
            continue;
        }
        int place = place_of(word);
        if (place < 0) {
            SF_TRY(unknown(file, text, at, word, diag));
            continue;
        }
        sf_text_add_bytes(out, text + from, at - from);
        sf_text_add(out, "%s", places->values[place]);
        at += strlen(word) + 1;
        from = at + 1;
        if (used != NULL) {
            *used |= 1U << place;
        }
    }
    sf_text_add_bytes(out, text + from, bytes - from);
    return SF_OK;
}
