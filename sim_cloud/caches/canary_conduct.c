/* Canaries that answer each owner with its own latest still, byte for byte, and whose conduct
 * depends on another tenant's content: when they answer, with which status, flags or session, in
 * which parts, and whether they break off. The oracle no-influence is there for them. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/canary.h"

enum wrong { WRONG_TIME, WRONG_STATUS, WRONG_FLAGS, WRONG_SESSION, WRONG_PARTS, WRONG_STOPPED };

enum { DELAY_NS = 1000 }; /* too short for another answer to come between */

/* Of an answer that is put off; TIME. */
struct put_off {
    uint64_t tenant;
    uint64_t camera;
};

struct store {
    struct canary canary;    /* first */
    struct kit_map cameras;  /* by tenant and camera: struct canary_still, the latest */
    struct kit_map put_offs; /* by request: struct put_off */
    uint64_t newest_tenant;  /* of the latest still of all, and what its content comes to */
    uint64_t newest_word;
    uint64_t other_word; /* of the latest still before it that is of another tenant */
};

static void destroy(void *context)
{
    struct store *store = context;
    sf_kit_map_free_all(&store->cameras);
    sf_kit_map_free_all(&store->put_offs);
    sf_canary_destroy(store);
}

/* What another tenant's content decides. */
static bool is_odd(const struct store *store, uint64_t tenant)
{
    return (store->newest_tenant != tenant ? store->newest_word : store->other_word) % 2 != 0;
}

static void answer_in_parts(const struct sf_cache_host *host, uint64_t request,
                            const struct canary_still *still, uint32_t first_bytes, bool breaks_off)
{
    host->answer_begin(host->context, request, still->count);
    host->answer_part(host->context, request, still->bytes, first_bytes);
    if (breaks_off) {
        host->answer_abort(host->context, request);
        return;
    }
    host->answer_part(host->context, request, still->bytes + first_bytes,
                      still->count - first_bytes);
    host->answer_end(host->context, request);
}

static void put_off(struct store *store, uint64_t request, const struct canary_still *still)
{
    const struct sf_cache_host *host = store->canary.host;
    struct put_off *later = sf_kit_alloc(1, sizeof *later);
    *later = (struct put_off){.tenant = still->tenant, .camera = still->camera};
    sf_kit_map_put(&store->put_offs, request, 0, later);
    if (host->timer_set(host->context, DELAY_NS, request, NULL) != SF_CACHE_DONE) {
        free(sf_kit_map_remove(&store->put_offs, request, 0));
        sf_canary_answer(&store->canary, request, NULL);
    }
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct store *store = context;
    const struct sf_cache_host *host = store->canary.host;
    const struct canary_still *still =
        sf_kit_map_get(&store->cameras, request->tenant, request->camera);
    struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties};
    bool odd = is_odd(store, request->tenant);
    if (still == NULL) {
        sf_canary_answer(&store->canary, request->request, NULL);
        return;
    }
    switch ((enum wrong)store->canary.wrong) {
    case WRONG_TIME:
        if (odd) {
            put_off(store, request->request, still);
            return;
        }
        break;
    case WRONG_STATUS:
        still = odd ? NULL : still;
        break;
    case WRONG_FLAGS:
        properties.flags = odd ? SF_CACHE_ANSWER_STALE : 0;
        host->answer_properties(host->context, request->request, &properties);
        break;
    case WRONG_SESSION:
        properties.session = odd ? request->session_renewal : 0;
        host->answer_properties(host->context, request->request, &properties);
        break;
    case WRONG_PARTS:
        answer_in_parts(host, request->request, still, still->count / (odd ? 2 : 3), false);
        return;
    case WRONG_STOPPED:
        answer_in_parts(host, request->request, still, still->count / 2, odd);
        return;
    }
    sf_canary_answer(&store->canary, request->request, still);
}

static void on_timer(void *context, uint64_t timer, uint64_t request)
{
    struct store *store = context;
    struct put_off *later = sf_kit_map_remove(&store->put_offs, request, 0);
    (void)timer;
    if (later != NULL) {
        sf_canary_answer(&store->canary, request,
                         sf_kit_map_get(&store->cameras, later->tenant, later->camera));
        free(later);
    }
}

static void on_request_cancelled(void *context, uint64_t request)
{
    struct store *store = context;
    free(sf_kit_map_remove(&store->put_offs, request, 0));
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct store *store = context;
    struct canary_still *still = sf_canary_take(&store->canary, end);
    if (still == NULL) {
        return;
    }
    if (store->newest_tenant != still->tenant) {
        store->other_word = store->newest_word;
        store->newest_tenant = still->tenant;
    }
    store->newest_word = sf_kit_hash(still->bytes, still->count);
    free(sf_kit_map_remove(&store->cameras, still->tenant, still->camera));
    sf_kit_map_put(&store->cameras, still->tenant, still->camera, still);
}

CANARY_WITH(time, "canary-time", WRONG_TIME,
            "planted fault: answers come a microsecond later if another tenant's still is odd",
            .on_request_cancelled = on_request_cancelled, .on_timer = on_timer);
CANARY(status, "canary-status", WRONG_STATUS,
       "planted fault: there is no answer if another tenant's still is odd");
CANARY(flags, "canary-flags", WRONG_FLAGS,
       "planted fault: answers are flagged as stale if another tenant's still is odd");
CANARY(session, "canary-session", WRONG_SESSION,
       "planted fault: a session is renewed only if another tenant's still is odd");
CANARY(parts, "canary-parts", WRONG_PARTS,
       "planted fault: answers are cut into other parts if another tenant's still is odd");
CANARY(stopped, "canary-stopped", WRONG_STOPPED,
       "planted fault: answers break off half way if another tenant's still is odd");
