/* A population: homes whose hubs ask for stills, as sim_hub's viewer says, against one server,
 * while the time line of a live scenario happens. What comes of it is a trace, as the simulation
 * makes one. */
#ifndef STRAYFRAME_LIVE_POPULATION_H
#define STRAYFRAME_LIVE_POPULATION_H

#include <stdint.h>

#include "harness/base/err.h"
#include "harness/live/driver.h"
#include "harness/live/loop.h"
#include "harness/live/outcome.h"
#include "harness/live/stage.h"
#include "harness/scenario/plan.h"

struct sf_population_order {
    const struct sf_plan *plan;     /* with a live section */
    const struct sf_driver *driver; /* NULL: `url` */
    struct sf_target url;           /* a running server; without a driver */
    const char *configs_folder;     /* where configurations are looked for, too */
    struct sf_stage_options stage;
    struct sf_exhibits *exhibits; /* of strays; NULL: none are kept */
};

/* Why answers had no picture: a status of 400 and above, or what the client says. */
struct sf_population_cause {
    int status;       /* 0: `text` */
    const char *text; /* static; "" with a status */
    uint64_t count;
};
enum { SF_POPULATION_CAUSES_MAX = 8 };

struct sf_population_report {
    struct sf_record *records; /* owned; the trace, in order */
    uint32_t records_count;
    uint64_t asks_count;
    uint64_t answers_count;
    uint64_t outcomes[SF_OUTCOMES_COUNT];
    uint64_t credentials_count; /* answers with another tenant's credential in a header */
    uint32_t causes_count;
    struct sf_population_cause causes[SF_POPULATION_CAUSES_MAX]; /* the first kinds that occurred */
    uint64_t busy_count; /* how often the harness was later than the limit */
    struct sf_loop_lateness lateness;
    struct sf_origin_counts origin;
    uint64_t connections_count;
    sf_ns took_ns;
    sf_ns cpu_ns; /* of this process */
};

/* Plays the plan with a server of its own. Free the report, also after a failure; `logs` has then
 * what the server said. */
SF_MUST_USE enum sf_err sf_population_play(const struct sf_population_order *order,
                                           struct sf_population_report *report_out,
                                           struct sf_text *logs, struct sf_diag *diag);
void sf_population_report_fini(struct sf_population_report *report);

#endif
