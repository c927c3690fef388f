/* The functions that the host of a small world lends to a cache. The contract is that of the host
 * (harness/cache/contract.h); the state is flat, and nothing here allocates memory, so that a world
 * can be saved and put back millions of times a second. */
#include <string.h>

#include "harness/cache/contract.h"
#include "harness/base/assert.h"
#include "harness/base/thread.h"
#include "harness/exhaust/state.h"

int32_t sf_small_broken(struct small *small, int32_t code)
{
    SF_ASSERT(small != NULL);
    if (small->contract.kind == SF_SMALL_FIND_NONE) {
        small->contract =
            (struct sf_small_find){.kind = SF_SMALL_FIND_CONTRACT, .value = (uint32_t)code};
    }
    SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_CACHE, "the cache breaks its contract (code %d)",
               code);
    return code;
}

static int32_t bound_met(struct small *small)
{
    small->met_bound = true;
    return SF_CACHE_E_BUSY;
}

/* As the world says; a table that is full is another matter. */
static bool is_full(uint32_t max, uint32_t count)
{
    return max != 0 && count >= max;
}

static int64_t lent_now_ns(void *context)
{
    const struct small_lent *lent = context;
    return lent->small->state.now_ns;
}

static uint64_t lent_random_u64(void *context)
{
    const struct small_lent *lent = context;
    return sf_rng_u64(&lent->small->state.versions[lent->version].rng);
}

static void lent_log(void *context, const char *text, uint32_t bytes)
{
    const struct small_lent *lent = context;
    if (text != NULL && lent->small->told != NULL) {
        SMALL_TELL(lent->small, SMALL_LANE_CACHE, SMALL_LANE_CACHE, "the cache notes: %.*s",
                   (int)(bytes < SF_CONTRACT_LOG_BYTES ? bytes : SF_CONTRACT_LOG_BYTES), text);
    }
}

static void lent_state(void *context, uint32_t index, uint32_t value)
{
    (void)context;
    (void)index;
    (void)value;
}

static int64_t lent_wall_clock_ms(void *context)
{
    const struct small_lent *lent = context;
    const struct small_state *state = &lent->small->state;
    enum { UNIX_S = 1577836800 }; /* 2020-01-01 00:00 UTC */
    return (int64_t)UNIX_S * 1000 + state->now_ns / SF_MS +
           state->clock_step_ms[state->versions[lent->version].node];
}

/* ---- timers ---- */

static int32_t lent_timer_set(void *context, int64_t delay_ns, uint64_t cookie, uint64_t *timer_out)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    struct small_state *state = &small->state;
    if (delay_ns < 0) {
        return sf_small_broken(small, SF_CACHE_E_BAD_ARGUMENT);
    }
    if (is_full(small->world->timers_max, state->timers_count)) {
        return SF_CACHE_E_BUSY;
    }
    if (state->timers_count == SMALL_TIMERS || delay_ns > SF_CONTRACT_DELAY_NS_MAX) {
        return bound_met(small);
    }
    struct small_version *version = &state->versions[lent->version];
    struct small_timer *timer = &state->timers[state->timers_count++];
    *timer = (struct small_timer){
        .id = small_number(small, SMALL_TIMER, lent->version, version->timers_ever++),
        .cookie = cookie,
        .due_ns = state->now_ns + delay_ns,
        .version = (uint8_t)lent->version,
    };
    if (timer_out != NULL) {
        *timer_out = timer->id;
    }
    SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_CACHE, "the cache sets a timer to %lld ms",
               (long long)(delay_ns / SF_MS));
    return SF_CACHE_DONE;
}

static void lent_timer_cancel(void *context, uint64_t id)
{
    const struct small_lent *lent = context;
    struct small_state *state = &lent->small->state;
    for (uint32_t i = 0; i < state->timers_count; i++) {
        if (state->timers[i].id == id && state->timers[i].version == lent->version) {
            state->timers_count--;
            memmove(&state->timers[i], &state->timers[i + 1],
                    (state->timers_count - i) * sizeof state->timers[0]);
            memset(&state->timers[state->timers_count], 0, sizeof state->timers[0]);
            return;
        }
    }
}

/* ---- answers ---- */

/* The request if this version may answer it now; otherwise NULL, and the code says why not. */
static struct small_request *answerable(const struct small_lent *lent, uint64_t id, uint8_t phase,
                                        int32_t *code_out)
{
    struct small_state *state = &lent->small->state;
    for (uint32_t i = 0; i < SMALL_REQUESTS; i++) {
        struct small_request *request = &state->requests[i];
        if (request->phase == SMALL_FREE || request->id != id ||
            request->version != lent->version) {
            continue;
        }
        if (request->phase == phase) {
            return request;
        }
        *code_out = request->phase == SMALL_CANCELLED ? SF_CACHE_E_CANCELLED
                    : phase == SMALL_OPEN             ? SF_CACHE_E_ANSWERED
                                                      : SF_CACHE_E_UNKNOWN_REQUEST;
        return NULL;
    }
    *code_out = SF_CACHE_E_UNKNOWN_REQUEST;
    return NULL;
}

static uint32_t number_of(const struct small *small, const struct small_request *request)
{
    return (uint32_t)(request - small->state.requests) + 1;
}

static void finish(struct small *small, struct small_request *request)
{
    request->phase = SMALL_ANSWERED;
    small->state.versions[request->version].requests_count--;
}

/* What the viewer has now. */
static void viewer_holds(struct small *small, const struct small_request *request, uint32_t bytes,
                         bool whole)
{
    struct small_viewer *viewer = &small->state.viewers[request->viewer];
    if ((request->how & SF_SMALL_ASK_PATH) + 1 == SF_CACHE_PATH_EXPORT) {
        return;
    }
    if (request->how & SF_SMALL_ASK_INTERRUPTED) {
        bytes = bytes / 2;
        whole = false;
    }
    viewer->holds_validator = request->validator;
    viewer->holds_camera = request->camera;
    viewer->holds_bytes = bytes;
    viewer->holds_whole = whole;
}

static const char *status_word(uint32_t status)
{
    static const char *const words[] = {"a still", "\"there is no still\"", "\"not now\"",
                                        "\"what you hold is right\"", "the rest of a still"};
    return words[status];
}

static int32_t lent_answer(void *context, uint64_t id, uint32_t status, const uint8_t *bytes,
                           uint32_t count)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    int32_t code = sf_contract_answer(status, bytes, count);
    if (code != SF_CACHE_DONE) {
        return sf_small_broken(small, code);
    }
    struct small_request *request = answerable(lent, id, SMALL_OPEN, &code);
    if (request == NULL) {
        return sf_small_broken(small, code);
    }
    code = sf_contract_status(status, request->holds != 0, request->range_offset);
    if (code != SF_CACHE_DONE) {
        return sf_small_broken(small, code);
    }
    SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_TENANT + request->viewer,
               "the cache answers request %u of tenant %c with %s (%u bytes)",
               number_of(small, request), 'A' + request->viewer, status_word(status), count);
    if (count > 0) {
        sf_small_judge(small, request, bytes, count);
    }
    if (status == SF_CACHE_STATUS_OK) {
        viewer_holds(small, request, count, true);
    } else if (status == SF_CACHE_STATUS_PARTIAL) {
        viewer_holds(small, request, request->range_offset + count, true);
    }
    finish(small, request);
    return SF_CACHE_DONE;
}

static int32_t lent_answer_begin(void *context, uint64_t id, uint32_t total_bytes)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    int32_t code = sf_contract_announce(total_bytes);
    if (code != SF_CACHE_DONE) {
        return sf_small_broken(small, code);
    }
    struct small_request *request = answerable(lent, id, SMALL_OPEN, &code);
    if (request == NULL) {
        return sf_small_broken(small, code);
    }
    request->phase = SMALL_ANSWERING;
    request->announced_bytes = total_bytes;
    request->in_parts = 1;
    SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_TENANT + request->viewer,
               "the cache begins to answer request %u of tenant %c (%u bytes)",
               number_of(small, request), 'A' + request->viewer, total_bytes);
    return SF_CACHE_DONE;
}

static int32_t lent_answer_part(void *context, uint64_t id, const uint8_t *bytes, uint32_t count)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    int32_t code = SF_CACHE_DONE;
    struct small_request *request = answerable(lent, id, SMALL_ANSWERING, &code);
    if (request == NULL) {
        return sf_small_broken(small, code);
    }
    code = sf_contract_part(request->announced_bytes - request->passed_bytes, bytes, count);
    if (code != SF_CACHE_DONE) {
        return sf_small_broken(small, code);
    }
    SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_TENANT + request->viewer,
               "the cache passes %u bytes for request %u of tenant %c", count,
               number_of(small, request), 'A' + request->viewer);
    request->passed_bytes += count;
    sf_small_judge(small, request, bytes, count);
    return SF_CACHE_DONE;
}

static int32_t lent_answer_over(void *context, uint64_t id, bool aborted)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    int32_t code = SF_CACHE_DONE;
    struct small_request *request = answerable(lent, id, SMALL_ANSWERING, &code);
    if (request == NULL) {
        return sf_small_broken(small, code);
    }
    code = sf_contract_end(request->announced_bytes - request->passed_bytes, aborted);
    if (code != SF_CACHE_DONE) {
        return sf_small_broken(small, code);
    }
    SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_TENANT + request->viewer,
               aborted ? "the cache breaks the answer to request %u off"
                       : "the answer to request %u is complete",
               number_of(small, request));
    viewer_holds(small, request, request->passed_bytes, !aborted);
    finish(small, request);
    return SF_CACHE_DONE;
}

static void give_session(struct small *small, const struct small_request *request, uint32_t owner)
{
    if (owner == request->viewer) {
        small->state.viewers[owner].session = request->renewal;
    } else if (small->find.kind == SF_SMALL_FIND_NONE) {
        small->find = (struct sf_small_find){
            .kind = SF_SMALL_FIND_SESSION, .tenant = request->viewer, .owner = owner};
        SMALL_TELL(small, SMALL_LANE_NONE, SMALL_LANE_NONE,
                   "** the answer gives tenant %c a session of tenant %c **", 'A' + request->viewer,
                   'A' + owner);
    }
}

static int32_t lent_answer_properties(void *context, uint64_t id,
                                      const struct sf_cache_answer_properties *properties)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    int32_t code = SF_CACHE_DONE;
    struct small_request *request = answerable(lent, id, SMALL_OPEN, &code);
    if (request == NULL) {
        return sf_small_broken(small, code);
    }
    if (properties == NULL || request->has_properties) {
        return sf_small_broken(small, SF_CACHE_E_BAD_ARGUMENT);
    }
    const struct sf_cache_answer_properties known = sf_contract_properties(properties);
    uint32_t owner =
        known.session != 0 ? sf_small_session_viewer(small, known.session) : request->viewer;
    if (sf_contract_flags(known.flags) != SF_CACHE_DONE || owner == SMALL_NONE) {
        return sf_small_broken(small, SF_CACHE_E_BAD_ARGUMENT);
    }
    request->has_properties = 1;
    request->validator = known.validator;
    if (known.session != 0) {
        give_session(small, request, owner);
    }
    return SF_CACHE_DONE;
}

/* ---- fetches ---- */

static uint32_t camera_of(const struct small *small, uint64_t id)
{
    for (uint32_t camera = 0; camera < small->world->cameras; camera++) {
        if (small->camera_ids[camera] == id) {
            return camera;
        }
    }
    return SMALL_NONE;
}

static uint32_t fetches_open(const struct small_state *state)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < SMALL_FETCHES; i++) {
        count += state->fetches[i].id != 0;
    }
    return count;
}

static int32_t lent_fetch_if_changed(void *context, uint64_t camera_id, uint64_t validator,
                                     uint64_t cookie, uint64_t *fetch_out)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    uint32_t camera = camera_of(small, camera_id);
    if (camera == SMALL_NONE) {
        return sf_small_broken(small, SF_CACHE_E_UNKNOWN_CAMERA);
    }
    if (is_full(small->world->fetches_max, fetches_open(&small->state))) {
        return SF_CACHE_E_BUSY;
    }
    for (uint32_t i = 0; i < SMALL_FETCHES; i++) {
        struct small_fetch *fetch = &small->state.fetches[i];
        if (fetch->id == 0) {
            struct small_version *version = &small->state.versions[lent->version];
            *fetch = (struct small_fetch){
                .id = small_number(small, SMALL_FETCH, lent->version, version->fetches_ever++),
                .cookie = cookie,
                .validator = validator,
                .camera = (uint8_t)camera,
                .version = (uint8_t)lent->version,
            };
            if (fetch_out != NULL) {
                *fetch_out = fetch->id;
            }
            SMALL_TELL(small, SMALL_LANE_CACHE,
                       SMALL_LANE_TENANT + sf_small_tenant_of(small->world, camera),
                       "the cache asks camera %c%u (fetch %u)",
                       'a' + sf_small_tenant_of(small->world, camera),
                       camera / small->world->tenants + 1, i + 1);
            return SF_CACHE_DONE;
        }
    }
    return bound_met(small);
}

static int32_t lent_fetch_cancel(void *context, uint64_t id)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    for (uint32_t i = 0; i < SMALL_FETCHES; i++) {
        struct small_fetch *fetch = &small->state.fetches[i];
        if (fetch->id == id && id != 0 && fetch->version == lent->version) {
            *fetch = (struct small_fetch){0};
            SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_CACHE, "the cache gives fetch %u up",
                       i + 1);
            return SF_CACHE_DONE;
        }
    }
    /* It has ended already, which the cache may not have seen coming; or it never was. */
    for (uint32_t i = 0; i < small->state.versions[lent->version].fetches_ever; i++) {
        if (small_number(small, SMALL_FETCH, lent->version, i) == id) {
            return SF_CACHE_DONE;
        }
    }
    return sf_small_broken(small, SF_CACHE_E_UNKNOWN_FETCH);
}

/* ---- the shared store ---- */

static int32_t lent_store_open(void *context, uint64_t *connection_out)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    if (connection_out == NULL) {
        return sf_small_broken(small, SF_CACHE_E_BAD_ARGUMENT);
    }
    uint32_t open_count = 0;
    for (uint32_t i = 0; i < SMALL_CONNECTIONS; i++) {
        open_count += small->state.connections[i].id != 0 &&
                      small->state.connections[i].version == lent->version;
    }
    if (is_full(small->world->connections_max, open_count)) {
        return SF_CACHE_E_BUSY;
    }
    for (uint32_t i = 0; i < SMALL_CONNECTIONS; i++) {
        struct small_connection *connection = &small->state.connections[i];
        if (connection->id == 0) {
            struct small_version *version = &small->state.versions[lent->version];
            connection->id =
                small_number(small, SMALL_CONNECTION, lent->version, version->connections_ever++);
            connection->version = (uint8_t)lent->version;
            *connection_out = connection->id;
            return SF_CACHE_DONE;
        }
    }
    return bound_met(small);
}

static uint32_t connection_of(const struct small_lent *lent, uint64_t id)
{
    for (uint32_t i = 0; i < SMALL_CONNECTIONS; i++) {
        const struct small_connection *connection = &lent->small->state.connections[i];
        if (connection->id == id && id != 0 && connection->version == lent->version) {
            return i;
        }
    }
    return SMALL_NONE;
}

static int32_t lent_store_close(void *context, uint64_t id)
{
    const struct small_lent *lent = context;
    uint32_t connection = connection_of(lent, id);
    if (connection == SMALL_NONE) {
        return sf_small_broken(lent->small, SF_CACHE_E_UNKNOWN_CONNECTION);
    }
    sf_small_store_forget(lent->small, connection);
    lent->small->state.connections[connection] = (struct small_connection){0};
    return SF_CACHE_DONE;
}

static int32_t lent_store(void *context, uint64_t id, bool put, const uint8_t *key,
                          uint32_t key_bytes, const uint8_t *bytes, uint32_t count, int64_t ttl_ns,
                          uint64_t cookie)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    uint32_t connection = connection_of(lent, id);
    if (connection == SMALL_NONE) {
        return sf_small_broken(small, SF_CACHE_E_UNKNOWN_CONNECTION);
    }
    int32_t code = sf_contract_store(key, key_bytes, bytes, count, ttl_ns);
    if (code != SF_CACHE_DONE) {
        return sf_small_broken(small, code);
    }
    code =
        sf_small_store_start(small, connection, put, key, key_bytes, bytes, count, ttl_ns, cookie);
    small->met_bound |= code == SF_CACHE_E_BUSY;
    SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_STORE,
               "the cache %s the shared store on connection %u",
               put ? "puts something into" : "asks", connection + 1);
    return code;
}

/* ---- identity ---- */

static int32_t lent_identity(void *context, uint64_t token, uint64_t cookie)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    for (uint32_t i = 0; i < SMALL_QUESTIONS; i++) {
        struct small_question *question = &small->state.questions[i];
        if (question->used == 0) {
            *question = (struct small_question){
                .cookie = cookie, .token = token, .version = (uint8_t)lent->version, .used = 1};
            SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_IDENTITY,
                       "the cache asks whose a session is (question %u)", i + 1);
            return SF_CACHE_DONE;
        }
    }
    return bound_met(small);
}

/* Refused here; the runs of the gate report it. */
static bool lent_is_foreign(void *context)
{
    const struct small_lent *lent = context;
    return sf_thread() != lent->small->thread;
}

#include "harness/cache/lent_table.def"

void sf_small_lend(struct small *small, uint32_t version)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(version < SMALL_VERSIONS);
    small->thread = sf_thread();
    small->contexts[version] = (struct small_lent){.small = small, .version = version};
    lend(&small->lent[version], &small->contexts[version]);
}
