/* The live stage: origin, server and viewers of one run, in one loop. */
#ifndef STRAYFRAME_LIVE_STAGE_H
#define STRAYFRAME_LIVE_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/live/cell.h"
#include "harness/live/driver.h"
#include "harness/live/keeper.h"
#include "harness/live/loop.h"
#include "harness/live/origin.h"
#include "harness/live/viewers.h"

enum {
    SF_STAGE_PLACES_MAX = SF_LIVE_PLACES_MAX - 1000
}; /* the rest is for the harness's own asks */

struct sf_stage_options {
    const char *path;          /* template; NULL: "/cam/{n}" */
    const char *host;          /* Host header; NULL: the server's address */
    const char *origin_listen; /* address of the origin; NULL: loopback */
    uint16_t origin_port;      /* 0: any */
    int64_t start_unix_s;      /* what the clocks in the stills begin with; 0: sf_stills_create */
    sf_ns patience_ns;         /* a viewer gives up after this long */
    sf_ns notice_ns;           /* between an injury and the first ask under it */
    sf_ns late_limit_ns;       /* a harness later than this gives no verdict */
    bool contain;              /* namespaces, where the machine allows them */
};

struct sf_stage {
    struct sf_stage_options options;
    struct sf_credentials credentials;
    struct sf_loop *loop;
    struct sf_stills *stills;
    struct sf_origin *origin;
    struct sf_viewers *viewers;
    const struct sf_driver *driver; /* borrowed; NULL: a running server */
    struct sf_keeper keeper;
    struct sf_places places;
    struct sf_target target;
    uint32_t next_place;  /* places are used once */
    uint32_t ready_count; /* asks of the harness's own */
    uint32_t servers_count;
    uint64_t busy_count; /* how often the harness was later than the limit */
};

SF_MUST_USE enum sf_err sf_stage_open(const struct sf_stage_options *options,
                                      struct sf_stage *stage_out, struct sf_diag *diag);
/* The same with these credentials: those of all zero are for commands by hand. */
SF_MUST_USE enum sf_err sf_stage_open_with(const struct sf_stage_options *options,
                                           const struct sf_credentials *credentials,
                                           struct sf_stage *stage_out, struct sf_diag *diag);
/* Also after a failure. */
void sf_stage_close(struct sf_stage *stage);

/* Starts a server and waits until it answers. The one that ran before is stopped. On failure the
 * logs are in `logs`. */
SF_MUST_USE enum sf_err sf_stage_start(struct sf_stage *stage, const struct sf_driver *driver,
                                       const char *config, struct sf_text *logs,
                                       struct sf_diag *diag);

/* Viewers ask the origin itself: a control without a cache. */
void sf_stage_aim_at_origin(struct sf_stage *stage);

/* Reload, restart or purge, and waits until the server answers again. `config` (may be NULL): a new
 * configuration, for RELOAD. */
SF_MUST_USE enum sf_err sf_stage_phase(struct sf_stage *stage, enum sf_phase phase,
                                       const char *config, struct sf_diag *diag);

/* Waits until an ask through the server gets an answer below 500. SF_ERR_INPUT after `limit_ns`, or
 * as soon as the server has ended. */
SF_MUST_USE enum sf_err sf_stage_ready(struct sf_stage *stage, sf_ns limit_ns,
                                       struct sf_diag *diag);

/* A request of a tenant for a place, as this identity makes it. */
struct sf_request {
    char path[512];
    char header[128]; /* "" for none */
};
void sf_stage_request(const struct sf_stage *stage, const struct sf_identity *identity,
                      uint32_t tenant, uint32_t place, struct sf_request *out);

#endif
