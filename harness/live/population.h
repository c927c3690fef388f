/* A population: homes whose hubs ask for the stills of a live scenario, as sim_hub's viewer says,
 * against one server, while the scenario's time line happens. */
#ifndef STRAYFRAME_LIVE_POPULATION_H
#define STRAYFRAME_LIVE_POPULATION_H

#include <stdint.h>

#include "harness/base/err.h"
#include "harness/live/driver.h"
#include "harness/live/loop.h"
#include "harness/live/outcome.h"
#include "harness/live/script.h"
#include "harness/live/stage.h"

/* The first stray of an arm, for a sentence. */
struct sf_population_stray {
    sf_ns at_ns;
    uint32_t home;
    uint32_t owner;
};

struct sf_population_report {
    uint64_t asks_count;
    uint64_t answers_count;
    uint64_t outcomes[SF_OUTCOMES_COUNT];
    uint64_t credentials_count; /* answers with another tenant's credential in a header */
    uint64_t busy_count;        /* how often the harness was later than the limit */
    struct sf_loop_lateness lateness;
    struct sf_origin_counts origin;
    uint64_t connections_count;
    sf_ns took_ns;
    sf_ns cpu_ns; /* of this process */
    struct sf_population_stray first;
};

/* Plays one arm with a server of its own. `folder` is where the paths of the scenario's
 * configurations begin. */
SF_MUST_USE enum sf_err sf_population_play(const struct sf_script *script,
                                           const struct sf_script_arm *arm,
                                           const struct sf_driver *driver, const char *folder,
                                           const struct sf_stage_options *options,
                                           struct sf_population_report *report_out,
                                           struct sf_text *logs, struct sf_diag *diag);

/* Did the arm go as expected? The reason where not. */
bool sf_population_holds(const struct sf_script_arm *arm, const struct sf_population_report *report,
                         char *why_out, size_t why_bytes);

#endif
