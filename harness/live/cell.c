/* Written forms of a cell's parts, and its verdict. */
#include "harness/live/cell.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/value.h"

static const char *const arrival_names[SF_ARRIVALS_COUNT + 1] = {"gap", "stagger", "together",
                                                                 NULL};
static const char *const phase_names[SF_PHASES_COUNT + 1] = {"steady", "reload", "restart", "purge",
                                                             NULL};
static const char *const etag_names[] = {"none", "same", "own", NULL};

/* The index of a word; an error that names the nearest one. */
static enum sf_err choose(const char *word, const char *const *names, const char *expected,
                          int *index_out, struct sf_diag *diag)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(word, names[i]) == 0) {
            *index_out = i;
            return SF_OK;
        }
    }
    const char *nearest = sf_text_nearest(word, names);
    return sf_fail(diag, SF_ERR_INPUT, "'%s': expected %s%s%s%s", word, expected,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

enum sf_err sf_arrival_read(const char *text, struct sf_arrival *arrival, struct sf_diag *diag)
{
    SF_ASSERT(arrival != NULL);
    char word[16];
    size_t length = strcspn(text, " ");
    int kind = 0;
    snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
    SF_TRY(choose(word, arrival_names, "gap TIME, stagger TIME or together", &kind, diag));
    *arrival = (struct sf_arrival){.kind = (enum sf_arrival_kind)kind};
    const char *rest = text + length + strspn(text + length, " ");
    if (*rest == '\0' && kind != SF_ARRIVAL_STAGGER) {
        return SF_OK;
    }
    struct sf_diag why = {0};
    if (kind == SF_ARRIVAL_TOGETHER) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': together takes no time", text);
    }
    if (sf_value_duration_read(rest, &arrival->time_ns, &why) != SF_OK) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': %s", text, why.message);
    }
    return SF_OK;
}

void sf_arrival_print(const struct sf_arrival *arrival, char *out, uint32_t out_bytes)
{
    SF_ASSERT(arrival != NULL);
    SF_ASSERT(out != NULL);
    struct sf_text text = {0};
    sf_text_add(&text, "%s", arrival_names[arrival->kind]);
    if (arrival->time_ns != 0) {
        sf_text_add(&text, " ");
        sf_value_duration_print(arrival->time_ns, &text);
    }
    snprintf(out, out_bytes, "%s", text.data);
    sf_text_free(&text);
}

enum sf_err sf_phase_read(const char *text, enum sf_phase *phase, struct sf_diag *diag)
{
    SF_ASSERT(phase != NULL);
    int index = 0;
    SF_TRY(choose(text, phase_names, "steady, reload, restart or purge", &index, diag));
    *phase = (enum sf_phase)index;
    return SF_OK;
}

const char *sf_phase_name(enum sf_phase phase)
{
    SF_ASSERT(phase < SF_PHASES_COUNT);
    return phase_names[phase];
}

enum sf_err sf_etag_read(const char *text, enum sf_etag *etag, struct sf_diag *diag)
{
    SF_ASSERT(etag != NULL);
    int index = 0;
    SF_TRY(choose(text, etag_names, "none, same or own", &index, diag));
    *etag = (enum sf_etag)index;
    return SF_OK;
}

const char *sf_etag_name(enum sf_etag etag)
{
    return etag_names[etag];
}

enum sf_err sf_says_add(struct sf_says *says, const char *line, struct sf_diag *diag)
{
    SF_ASSERT(says != NULL);
    SF_ASSERT(line != NULL);
    const char *colon = strchr(line, ':');
    if (colon == NULL || colon == line || strpbrk(line, "\r\n") != NULL ||
        strcspn(line, " \t") < (size_t)(colon - line)) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': expected a header line, NAME: VALUE", line);
    }
    if (strlen(line) >= SF_ORIGIN_LINE_BYTES || says->lines_count == SF_ORIGIN_LINES_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': at most %d header lines of %d bytes", line,
                       SF_ORIGIN_LINES_MAX, SF_ORIGIN_LINE_BYTES - 1);
    }
    snprintf(says->lines[says->lines_count++], SF_ORIGIN_LINE_BYTES, "%s", line);
    return SF_OK;
}

enum sf_cell_verdict sf_cell_verdict_of(const struct sf_cell_result *result)
{
    SF_ASSERT(result != NULL);
    if (result->leaking > 0) {
        return SF_CELL_LEAK; /* sometimes is too often */
    }
    if (result->plays == 0 && result->busy > 0) {
        return SF_CELL_BUSY;
    }
    return result->exercised > 0 ? SF_CELL_CLEAN : SF_CELL_NOT_EXERCISED;
}

const char *sf_cell_verdict_name(enum sf_cell_verdict verdict)
{
    switch (verdict) {
    case SF_CELL_CLEAN:
        return "clean";
    case SF_CELL_LEAK:
        return "LEAK";
    case SF_CELL_NOT_EXERCISED:
        return "not exercised";
    case SF_CELL_BUSY:
        return "machine too busy";
    }
    SF_UNREACHABLE();
}
