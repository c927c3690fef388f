/* A session: controls, then cells, against one server; and its report. */
#ifndef STRAYFRAME_LIVE_SESSION_H
#define STRAYFRAME_LIVE_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/live/cell.h"
#include "harness/live/driver.h"
#include "harness/live/stage.h"

struct sf_session_order {
    const struct sf_driver *driver; /* NULL: `url` */
    const char *config;             /* a file or a folder */
    const char *controls_folder;    /* where the driver's control configurations are */
    struct sf_target url;           /* a running server; without a driver */
    const struct sf_cell *cells;
    uint32_t cells_count;
    uint32_t repeats;
    struct sf_stage_options stage;
    sf_ns gap_ns;     /* 0: the driver's */
    sf_ns latency_ns; /* of the origin, where tenants ask at once */
};

enum sf_session_verdict { SF_SESSION_PASS, SF_SESSION_FAIL, SF_SESSION_INCONCLUSIVE };

struct sf_session_report {
    enum sf_session_verdict verdict;
    char reason[256];
    char version[128]; /* of the server, as it says; "" unknown */
    bool contained;    /* it ran in namespaces of its own */
    bool controls_held;
    char controls[256];
    struct sf_cell_result *results; /* owned; one for each cell */
    struct sf_origin_counts counts;
    struct sf_loop_lateness lateness;
    uint64_t connections_count;
    sf_ns took_ns;
};

/* SF_OK with a report, also where nothing could be concluded. On an error `logs` has what the
 * server said. Free the report, also after a failure. */
SF_MUST_USE enum sf_err sf_session_run(const struct sf_session_order *order,
                                       struct sf_session_report *report_out, struct sf_text *logs,
                                       struct sf_diag *diag);
void sf_session_report_fini(struct sf_session_report *report);

/* ---- its printed forms: session_text.c, session_json.c ---- */

/* "pass", "fail", "inconclusive". */
const char *sf_session_verdict_name(enum sf_session_verdict verdict);
void sf_session_text(const struct sf_session_order *order, const struct sf_session_report *report,
                     struct sf_text *out);
/* The caller releases it. */
json_t *sf_session_json(const struct sf_session_order *order,
                        const struct sf_session_report *report);

/* The asks that showed a leak, as commands of a shell; and the line that cures it ("" if none is
 * known). */
void sf_cell_curl(const struct sf_session_order *order, const struct sf_cell *cell,
                  const struct sf_cell_result *result, struct sf_text *out);
void sf_cell_cure(const struct sf_driver *driver, const struct sf_cell *cell,
                  const struct sf_cell_result *result, struct sf_text *out);
/* The options of `strayframe live` that play this cell alone. */
void sf_cell_options(const struct sf_cell *cell, struct sf_text *out);

#endif
