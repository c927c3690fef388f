/* Written forms of a cell's parts, and its verdict. */
#include "harness/live/cell.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/value.h"

static const char *const phase_names[SF_PHASES_COUNT + 1] = {"steady", "reload",  "restart",
                                                             "purge",  "upgrade", NULL};

enum sf_err sf_phase_read(const char *text, enum sf_phase *phase, struct sf_diag *diag)
{
    SF_ASSERT(phase != NULL);
    int index = 0;
    SF_TRY(sf_word_choose(text, phase_names, "steady, reload, restart, purge or upgrade", &index,
                          diag));
    *phase = (enum sf_phase)index;
    return SF_OK;
}

const char *sf_phase_name(enum sf_phase phase)
{
    SF_ASSERT(phase < SF_PHASES_COUNT);
    return phase_names[phase];
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
