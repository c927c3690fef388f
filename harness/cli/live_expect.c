/* `strayframe live --expect FILE`: which cells leak is known beforehand. FILE has the options of a
 * leaking cell in each line, as the report prints them; lines that begin with '#' say nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/live.h"
#include "harness/live/fields.h"

/* How many cells of a matrix may differ: two identical ones differ now and then. */
enum { DIFFERENCES_MAX = 3 };

/* The index of the cell with these options; cells_count if there is none. */
static uint32_t cell_of(const struct sf_session_order *order, const char *line, size_t length)
{
    uint32_t found = order->cells_count;
    for (uint32_t i = 0; i < order->cells_count && found == order->cells_count; i++) {
        struct sf_text options = {0};
        sf_cell_options(&order->cells[i], &options);
        if (options.length == length && memcmp(options.data, line, length) == 0) {
            found = i;
        }
        sf_text_free(&options);
    }
    return found;
}

static enum sf_err read_expected(const struct sf_session_order *order, const char *file,
                                 bool *expected, struct sf_diag *diag)
{
    struct sf_text text = {0};
    enum sf_err err = sf_fields_read_text(file, &text, diag);
    uint32_t number = 1;
    for (const char *line = text.data; err == SF_OK && line != NULL && *line != '\0'; number++) {
        size_t length = strcspn(line, "\n");
        if (length > 0 && line[0] != '#') {
            uint32_t cell = cell_of(order, line, length);
            if (cell == order->cells_count) {
                err = sf_fail_at(diag, SF_ERR_INPUT, file, number, 1,
                                 "no cell of this matrix has these options");
            } else {
                expected[cell] = true;
            }
        }
        line += length + (line[length] == '\n');
    }
    sf_text_free(&text);
    return err;
}

enum sf_err cli_live_expect(const struct cli_live *live, const struct sf_session_report *report,
                            const char *file, int *code_out, struct sf_diag *diag)
{
    SF_ASSERT(live != NULL);
    SF_ASSERT(report != NULL);
    SF_ASSERT(file != NULL);
    SF_ASSERT(code_out != NULL);
    const struct sf_session_order *order = &live->order;
    bool *expected = sf_alloc(order->cells_count, sizeof *expected);
    enum sf_err err = read_expected(order, file, expected, diag);
    uint32_t differences = 0;
    for (uint32_t i = 0; err == SF_OK && i < order->cells_count; i++) {
        bool leaks = sf_cell_verdict_of(&report->results[i]) == SF_CELL_LEAK;
        if (leaks != expected[i]) {
            struct sf_text options = {0};
            sf_cell_options(&order->cells[i], &options);
            fprintf(stderr, "not as expected: %s: %s\n", leaks ? "leaks" : "does not leak",
                    options.data);
            sf_text_free(&options);
            differences++;
        }
    }
    free(expected);
    if (err == SF_OK) {
        fprintf(stderr, "%u of %u cells are not as %s says (at most %d may differ)\n", differences,
                order->cells_count, file, DIFFERENCES_MAX);
        bool judged = report->verdict != SF_SESSION_INCONCLUSIVE;
        *code_out = !judged                          ? CLI_EXIT_INCONCLUSIVE
                    : differences <= DIFFERENCES_MAX ? CLI_EXIT_PASS
                                                     : CLI_EXIT_FAIL;
    }
    return err;
}
