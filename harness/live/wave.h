/* A wave: many cells played at once against one server, each play at a place of its own. First
 * round: tenants ask while the origin is well. Then the phase of the wave (a reload, say), then the
 * origin is injured as each cell says, and the second round asks. */
#ifndef STRAYFRAME_LIVE_WAVE_H
#define STRAYFRAME_LIVE_WAVE_H

#include <stdint.h>

#include "harness/base/err.h"
#include "harness/live/cell.h"
#include "harness/live/stage.h"

struct sf_wave {
    const struct sf_cell *const *cells; /* all of one phase; borrowed */
    struct sf_cell_result **results;    /* of each cell: added to */
    uint32_t cells_count;
    uint32_t repeats;   /* plays of each cell */
    sf_ns spread_ns;    /* over which the beginnings of a round are spread */
    sf_ns gap_ns;       /* where a cell says no other */
    sf_ns latency_ns;   /* of the origin, where tenants ask at once: so that their asks overlap */
    const char *config; /* of a reload; NULL: the same */
};

SF_MUST_USE enum sf_err sf_wave_play(struct sf_stage *stage, const struct sf_wave *wave,
                                     struct sf_diag *diag);

#endif
