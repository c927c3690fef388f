/* A cell: one situation in which a cache is put, and what came of it. Its written forms, as the
 * command line has them, are in cell_text.c. */
#ifndef STRAYFRAME_LIVE_CELL_H
#define STRAYFRAME_LIVE_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/live/identity.h"
#include "harness/live/origin.h"
#include "harness/live/outcome.h"

enum { SF_CELL_TENANTS_MIN = 2, SF_CELL_TENANTS_MAX = 8, SF_CELL_STEPS_MAX = 2 * 8 };

/* What happens to the server between the first round of asks and the second. */
enum sf_phase {
    SF_PHASE_STEADY,
    SF_PHASE_RELOAD,
    SF_PHASE_RESTART,
    SF_PHASE_PURGE,
    SF_PHASE_UPGRADE, /* another version of the server takes over, as the driver says */
    SF_PHASES_COUNT,
};

struct sf_cell {
    struct sf_identity identity;
    const char *says_name; /* "max-age=60": for the table; borrowed */
    struct sf_says says;
    struct sf_injury condition;
    struct sf_arrival arrival;
    uint32_t tenants;
    enum sf_phase phase;
};

SF_MUST_USE enum sf_err sf_phase_read(const char *text, enum sf_phase *phase_out,
                                      struct sf_diag *diag);
const char *sf_phase_name(enum sf_phase phase);
/* One ask of a play. */
struct sf_step {
    uint32_t round; /* 0: while the origin is well; 1: under the cell's condition */
    uint32_t tenant;
    bool asked;
    bool leftover; /* a still of an earlier run */
    int status;
    enum sf_outcome outcome;
    uint32_t owner;      /* OTHER: whose still it was */
    uint32_t credential; /* another tenant's, in a header of the answer; SF_NOBODY: none */
    sf_ns at_ns;         /* since the play began */
};

enum sf_cell_verdict {
    SF_CELL_CLEAN,
    SF_CELL_LEAK,
    SF_CELL_NOT_EXERCISED, /* nothing was there that could have leaked */
    SF_CELL_BUSY,          /* the harness was too late for a verdict */
};

struct sf_cell_result {
    uint32_t plays;                       /* that were judged */
    uint32_t leaking;                     /* of them: a stray still or a stray credential */
    uint32_t strays;                      /* of them: a stray still */
    uint32_t credentials;                 /* of them: another tenant's credential in a header */
    uint32_t exercised;                   /* of them */
    uint32_t busy;                        /* were not judged */
    uint32_t outcomes[SF_OUTCOMES_COUNT]; /* of all asks of the judged plays */
    uint32_t owners_asked;  /* in the second round: tenants who had been served in the first */
    uint32_t owners_served; /* of them: with their own still */
    uint32_t steps_count;   /* of the first leaking play */
    struct sf_step steps[SF_CELL_STEPS_MAX];
};

enum sf_cell_verdict sf_cell_verdict_of(const struct sf_cell_result *result);
/* "CLEAN", "LEAK", "not exercised", "machine too busy". */
const char *sf_cell_verdict_name(enum sf_cell_verdict verdict);

#endif
