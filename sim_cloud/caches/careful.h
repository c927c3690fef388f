/* What the files of the careful cache share: stills, who is asked and who waits. The cache itself
 * is careful.c; careful_stills.c takes in what cameras send, careful_answers.c sends it to viewers.
 */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_CAREFUL_H
#define STRAYFRAME_SIM_CLOUD_CACHES_CAREFUL_H

#include "sim_cloud/caches/kit.h"
#include "sim_cloud/caches/rows.h"

/* Kept while the store or an answer that is being sent needs it. */
struct careful_still {
    uint32_t references;
    uint32_t count;
    uint32_t capture;
    uint64_t validator; /* ours */
    uint64_t origin;    /* the camera's */
    int64_t stored_ns;
    uint8_t *bytes;
};

/* An upload or a fetch on its way. */
struct careful_arrival {
    uint64_t tenant;
    uint64_t camera;
    uint32_t total_bytes;
    uint32_t capture;
    uint64_t origin;
    struct rows_delta delta; /* rows_count 0: a whole still */
    uint8_t *bytes;
};

struct careful_camera {
    uint64_t tenant;
    uint64_t id;
    struct careful_still *still;      /* NULL: none yet */
    struct careful_waiter *waiters;   /* careful.c knows them */
    struct careful_arrival *fetching; /* NULL until the first part */
    uint64_t fetch;
    bool fetch_running;
};

struct careful {
    const struct sf_cache_host *host;
    int64_t patience_ns;
    int64_t fresh_ns;
    int64_t stale_ns;
    uint32_t part_bytes;     /* of an answer */
    uint32_t parts_ahead;    /* that are passed before the viewer has taken them */
    bool takes_uploads;      /* false: what cameras send unasked is left alone */
    bool keeps_fetches;      /* a fetch goes on when no request waits for it any more */
    struct kit_map cameras;  /* by tenant and camera */
    struct kit_map uploads;  /* by upload */
    struct kit_map waiters;  /* by request */
    struct kit_map fetches;  /* by fetch: its camera */
    struct kit_map sendings; /* by request */
};

int64_t sf_careful_now(const struct careful *cache);
/* False for NULL. */
bool sf_careful_is_at_most(const struct careful *cache, const struct careful_still *still,
                           int64_t age_ns);

/* ---- what cameras send ---- */

void sf_careful_still_drop(struct careful_still *still);
struct careful_arrival *sf_careful_arrival_begin(uint64_t tenant, uint64_t camera,
                                                 uint32_t total_bytes);
void sf_careful_arrival_free(struct careful_arrival *arrival);
/* All of it is there: it is the camera's still now, unless it was overtaken on its way. Rows of a
 * still that is not the one here are of no use. */
void sf_careful_arrival_store(struct careful *cache, struct careful_camera *camera,
                              struct careful_arrival *arrival);

/* ---- what viewers are sent ---- */

/* No more of it than the viewer lacks. NULL: there is nothing now. */
void sf_careful_respond(struct careful *cache, const struct sf_cache_request *request,
                        struct careful_still *still);
/* The viewer has taken so much of what is being sent to it. */
void sf_careful_send_on(struct careful *cache, uint64_t request, uint32_t taken_bytes);
/* It is not taken any more. A request that nothing is being sent to is no error. */
void sf_careful_stop_sending(struct careful *cache, uint64_t request);
void sf_careful_forget_sendings(struct careful *cache);

#endif
