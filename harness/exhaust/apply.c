/* What each event does: the change of the world, and the call into the cache. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/exhaust/state.h"

const sf_ns sf_small_lapse_ns[SF_SMALL_LAPSES_COUNT] = {2 * SF_SECOND, 30 * SF_SECOND,
                                                        10 * SF_MINUTE};

enum { ROUNDS_MAX = 64, DEADLINE_S = 10 };

/* ---- uploads ---- */

static uint32_t node_of(const struct small *small, uint32_t camera)
{
    uint32_t node = camera % small->world->nodes;
    return small->state.lost[node] ? (node + 1) % small->world->nodes : node;
}

/* The camera takes a still. */
static void capture(struct small_camera *camera)
{
    camera->taken++;
    camera->capture++;
}

static void use_camera(struct small *small, uint32_t camera)
{
    small->state.cameras[camera].used = 1;
}

/* Its place in the table; SMALL_NONE if no cache runs where it goes. */
static uint32_t upload_begin(struct small *small, uint32_t camera_index, bool delta)
{
    struct small_state *state = &small->state;
    struct small_camera *camera = &state->cameras[camera_index];
    uint32_t tenant = small_owner(small, camera_index);
    uint32_t hands = small_hands(small, camera_index);
    uint32_t version = state->current[node_of(small, camera_index)];
    use_camera(small, camera_index);
    capture(camera);
    state->viewers[tenant].uploads_ever++;
    uint8_t base = camera->sent;
    camera->sent = camera->capture;
    if (version == SMALL_NONE) {
        return SMALL_NONE;
    }
    uint32_t index = 0;
    while (index < SMALL_UPLOADS && state->uploads[index].id != 0) {
        index++;
    }
    for (uint32_t i = 0; index == SMALL_UPLOADS && i < SMALL_UPLOADS; i++) {
        index = state->uploads[i].ended ? i : index; /* what came late is forgotten */
    }
    SF_ASSERT(index < SMALL_UPLOADS);
    struct small_upload *upload = &state->uploads[index];
    uint32_t delta_rows = delta ? small->world->rows - 1 : 0;
    *upload = (struct small_upload){
        .id = small_number(small, SMALL_UPLOAD, camera_index, camera->uploads_ever++),
        .camera = (uint8_t)camera_index,
        .capture = camera->capture,
        .taken = camera->taken,
        .version = (uint8_t)version,
        .delta_rows = (uint8_t)delta_rows,
        .base_capture = base,
        .hands = (uint8_t)hands,
    };
    state->versions[version].uploads_count++;
    const struct sf_cache_upload event = {
        .struct_bytes = sizeof event,
        .total_bytes = sf_small_still(small, hands, camera->taken, delta_rows),
        .upload = upload->id,
        .camera = small->camera_ids[camera_index],
        .tenant = small->tenant_ids[tenant],
        .model = small->model_id,
        .camera_slot = camera->slot,
        .capture = camera->capture,
        .captured_unix_ms = INT64_C(1577836800000) + state->now_ns / SF_MS,
        .validator = sf_small_validator(small, camera_index, camera->taken),
        .serial = small->serial_ids[camera_index],
        .vary = sf_small_vary(small, camera_index),
        .flags = small->world->is_private ? SF_CACHE_STILL_PRIVATE : 0,
        .kind = delta ? SF_CACHE_STILL_DELTA : SF_CACHE_STILL_WHOLE,
        .base_capture = delta ? base : 0,
        .first_row = delta ? small->world->rows - delta_rows : 0,
        .rows_count = delta_rows,
    };
    SMALL_CALL(small, version, on_upload, &event);
    return index;
}

static void upload_part(struct small *small, uint32_t index, uint32_t part)
{
    struct small_upload *upload = &small->state.uploads[index];
    uint32_t total = sf_small_still(small, upload->hands, upload->taken, upload->delta_rows);
    uint32_t from = small_piece_at(small->world, total, part);
    const struct sf_cache_fragment event = {
        .struct_bytes = sizeof event,
        .offset = from,
        .upload = upload->id,
        .bytes = small->scratch + from,
        .bytes_count = small_piece_at(small->world, total, part + 1) - from,
    };
    upload->parts |= (uint8_t)(1u << part);
    SMALL_CALL(small, upload->version, on_upload_fragment, &event);
}

static uint32_t received_bytes(const struct small *small, const struct small_upload *upload,
                               uint32_t total)
{
    uint32_t bytes = 0;
    for (uint32_t piece = 0; piece < small_pieces(small->world); piece++) {
        if ((upload->parts & 1u << piece) != 0) {
            bytes += small_piece_at(small->world, total, piece + 1) -
                     small_piece_at(small->world, total, piece);
        }
    }
    return bytes;
}

static void upload_ended(struct small *small, uint32_t index, bool complete)
{
    struct small_upload *upload = &small->state.uploads[index];
    uint32_t total = sf_small_still(small, upload->hands, upload->taken, upload->delta_rows);
    const struct sf_cache_upload_end event = {
        .struct_bytes = sizeof event,
        .end = complete ? SF_CACHE_END_COMPLETE : SF_CACHE_END_ABANDONED,
        .upload = upload->id,
        .received_bytes = received_bytes(small, upload, total),
    };
    uint32_t version = upload->version;
    small->state.versions[version].uploads_count--;
    upload->ended = 1;
    if ((small->world->families & SF_SMALL_PARTS) == 0) {
        *upload = (struct small_upload){0};
    }
    SMALL_CALL(small, version, on_upload_ended, &event);
}

/* All that is missing of it arrives. */
static void upload_rest(struct small *small, uint32_t index)
{
    for (uint32_t piece = 0; piece < small_pieces(small->world); piece++) {
        if ((small->state.uploads[index].parts & 1u << piece) == 0) {
            upload_part(small, index, piece);
        }
    }
    upload_ended(small, index, true);
}

static void whole_upload(struct small *small, uint32_t camera, bool delta, bool complete)
{
    uint32_t index = upload_begin(small, camera, delta);
    if (index == SMALL_NONE) {
        return;
    }
    uint32_t pieces = complete ? small_pieces(small->world) : 1;
    for (uint32_t piece = 0; piece < pieces; piece++) {
        upload_part(small, index, piece);
    }
    upload_ended(small, index, complete);
}

/* ---- requests ---- */

/* That of the front door counts as a further viewer's. */
static uint64_t connection_id(const struct small *small, uint32_t viewer, uint32_t count)
{
    uint64_t owner = small->world->front_door ? SF_SMALL_TENANTS_MAX : viewer;
    uint64_t number = small->world->front_door ? 1 : count;
    return sf_small_identity(small, &small->opaque, SF_OPAQUE_CONNECTION, owner << 32 | number);
}

static void ask(struct small *small, struct sf_small_event event)
{
    struct small_state *state = &small->state;
    uint32_t tenant = small_owner(small, event.a);
    uint32_t asker =
        (event.b & SF_SMALL_ASK_GUEST) != 0 ? sf_small_next_tenant(small->world, tenant) : tenant;
    struct small_viewer *viewer = &state->viewers[asker];
    uint32_t version = state->current[event.c];
    use_camera(small, event.a);
    if (viewer->connection_open == 0 || (event.b & SF_SMALL_ASK_NEW) != 0) {
        viewer->connection = ++viewer->connections_ever;
        viewer->connection_open = 1;
    }
    uint32_t number = viewer->requests_ever++;
    if (version == SMALL_NONE) {
        return;
    }
    uint32_t index = 0;
    while (state->requests[index].phase != SMALL_FREE) {
        index++;
        SF_ASSERT(index < SMALL_REQUESTS);
    }
    uint32_t path = (event.b & SF_SMALL_ASK_PATH) + 1;
    bool says = path != SF_CACHE_PATH_EXPORT && viewer->holds_validator != 0 &&
                viewer->holds_camera == event.a &&
                (viewer->holds_whole
                     ? small->world->viewers_keep
                     : (small->world->families & SF_SMALL_RANGE) != 0 && viewer->holds_bytes > 0);
    struct small_request *request = &state->requests[index];
    *request = (struct small_request){
        .id = small_number(small, SMALL_REQUEST, asker, number),
        .range_offset = says && !viewer->holds_whole ? viewer->holds_bytes : 0,
        .phase = SMALL_OPEN,
        .camera = event.a,
        .hands = (uint8_t)small_hands(small, event.a),
        .viewer = (uint8_t)asker,
        .version = (uint8_t)version,
        .connection = viewer->connection,
        .how = event.b,
        .holds = says,
        .renewal = small->world->renews ? (uint8_t)(number + 1) : 0,
    };
    state->versions[version].requests_count++;
    uint64_t renewal = small->world->renews ? small_token(small, asker, (uint32_t)(number + 1)) : 0;
    const struct sf_cache_request told = {
        .struct_bytes = sizeof told,
        .path = path,
        .request = request->id,
        .connection = connection_id(small, asker, viewer->connection),
        .viewer = small->viewer_ids[asker],
        .tenant = small->tenant_ids[tenant],
        .camera = small->camera_ids[event.a],
        .model = small->model_id,
        .integration = path == SF_CACHE_PATH_INTEGRATION ? small->integration_id : 0,
        .deadline_ns = state->now_ns + DEADLINE_S * SF_SECOND,
        .camera_slot = state->cameras[event.a].slot,
        .token = small_token(small, asker, viewer->session),
        .session_renewal = renewal,
        .validator = says ? viewer->holds_validator : 0,
        .serial = small->serial_ids[event.a],
        .name = small->world->names_jpg ? "porch.jpg" : "still",
        .range_offset = request->range_offset,
    };
    SMALL_CALL(small, version, on_request, &told);
}

static void cancel(struct small *small, uint32_t index)
{
    struct small_request *request = &small->state.requests[index];
    if (request->phase != SMALL_OPEN && request->phase != SMALL_ANSWERING) {
        return;
    }
    if (request->phase == SMALL_ANSWERING && request->passed_bytes > 0) {
        struct small_viewer *viewer = &small->state.viewers[request->viewer];
        viewer->holds_validator = request->validator;
        viewer->holds_camera = request->camera;
        viewer->holds_bytes = request->passed_bytes;
        viewer->holds_whole = 0;
    }
    request->phase = SMALL_CANCELLED;
    small->state.versions[request->version].requests_count--;
    SMALL_CALL(small, request->version, on_request_cancelled, request->id);
}

static void close_connection(struct small *small, uint32_t index)
{
    struct small_state *state = &small->state;
    const struct small_request request = state->requests[index];
    for (uint32_t i = 0; i < SMALL_REQUESTS; i++) {
        if (state->requests[i].phase != SMALL_FREE && state->requests[i].viewer == request.viewer &&
            state->requests[i].connection == request.connection) {
            cancel(small, i);
        }
    }
    struct small_viewer *viewer = &state->viewers[request.viewer];
    viewer->connection_open = viewer->connection == request.connection ? 0 : 1;
    uint64_t number = connection_id(small, request.viewer, request.connection);
    if (small->world->front_door) {
        return; /* the connection stays open */
    }
    for (uint32_t i = 0; i < state->versions_count; i++) {
        SMALL_CALL(small, i, on_connection_closed, number);
    }
}

/* The viewer takes all that was passed. */
static void take(struct small *small, uint32_t index)
{
    struct small_request *request = &small->state.requests[index];
    request->taken_bytes = request->passed_bytes;
    SMALL_CALL(small, request->version, on_answer_progress, request->id, request->taken_bytes);
}

/* ---- what the cache has under way ---- */

/* The camera begins to send what it has. */
static void fetch_set(struct small *small, struct small_fetch *fetch)
{
    struct small_camera *camera = &small->state.cameras[fetch->camera];
    if (fetch->is_set) {
        return;
    }
    if (camera->taken == 0) {
        capture(camera);
    }
    fetch->is_set = 1;
    fetch->taken = camera->taken;
    fetch->capture = camera->capture;
    fetch->hands = (uint8_t)small_hands(small, fetch->camera);
}

static void fetch_part(struct small *small, uint32_t index, uint32_t part)
{
    struct small_fetch *fetch = &small->state.fetches[index];
    fetch_set(small, fetch);
    uint32_t total = sf_small_still(small, fetch->hands, fetch->taken, 0);
    uint32_t from = small_piece_at(small->world, total, part);
    const struct sf_cache_fetch_part event = {
        .struct_bytes = sizeof event,
        .offset = from,
        .fetch = fetch->id,
        .cookie = fetch->cookie,
        .camera = small->camera_ids[fetch->camera],
        .total_bytes = total,
        .bytes_count = small_piece_at(small->world, total, part + 1) - from,
        .bytes = small->scratch + from,
        .capture = fetch->capture,
        .validator = sf_small_validator(small, fetch->camera, fetch->taken),
        .vary = sf_small_vary(small, fetch->camera),
        .flags = small->world->is_private ? SF_CACHE_STILL_PRIVATE : 0,
    };
    fetch->parts |= (uint8_t)(1u << part);
    SMALL_CALL(small, fetch->version, on_fetch_part, &event);
}

static void fetch_ended(struct small *small, uint32_t index, uint32_t how)
{
    const struct small_fetch fetch = small->state.fetches[index];
    small->state.fetches[index] = (struct small_fetch){0};
    const struct sf_cache_fetch_end event = {
        .struct_bytes = sizeof event,
        .end = how,
        .fetch = fetch.id,
        .cookie = fetch.cookie,
        .camera = small->camera_ids[fetch.camera],
    };
    SMALL_CALL(small, fetch.version, on_fetch_ended, &event);
}

/* All that is missing of it arrives; a cache that cancels it meanwhile ends it. */
static void fetch_done(struct small *small, uint32_t index)
{
    const struct small_fetch fetch = small->state.fetches[index];
    const struct small_camera *camera = &small->state.cameras[fetch.camera];
    uint32_t taken = fetch.is_set ? fetch.taken : camera->taken;
    if (fetch.parts == 0 && fetch.validator != 0 && taken > 0 &&
        sf_small_validator(small, fetch.camera, taken) == fetch.validator) {
        fetch_ended(small, index, SF_CACHE_END_NOT_MODIFIED);
        return;
    }
    for (uint32_t part = 0; part < small_pieces(small->world); part++) {
        const struct small_fetch *now = &small->state.fetches[index];
        if (now->id == fetch.id && (now->parts & 1u << part) == 0) {
            fetch_part(small, index, part);
        }
    }
    if (small->state.fetches[index].id == fetch.id) {
        fetch_ended(small, index, SF_CACHE_END_COMPLETE);
    }
}

static void identity(struct small *small, uint32_t index, uint32_t status)
{
    const struct small_question question = small->state.questions[index];
    small->state.questions[index] = (struct small_question){0};
    uint32_t viewer = sf_small_session_viewer(small, question.token);
    if (status == SF_CACHE_IDENTITY_KNOWN && viewer == SMALL_NONE) {
        status = SF_CACHE_IDENTITY_UNKNOWN;
    }
    const struct sf_cache_identity event = {
        .struct_bytes = sizeof event,
        .status = status,
        .cookie = question.cookie,
        .token = question.token,
        .tenant = status == SF_CACHE_IDENTITY_KNOWN ? small->tenant_ids[viewer] : 0,
    };
    SMALL_CALL(small, question.version, on_identity, &event);
}

/* The place of the timer that is due first, of several the one that was set first. */
static uint32_t next_timer(const struct small_state *state)
{
    uint32_t next = 0;
    for (uint32_t i = 1; i < state->timers_count; i++) {
        next = state->timers[i].due_ns < state->timers[next].due_ns ? i : next;
    }
    return next;
}

static void fire(struct small *small)
{
    struct small_state *state = &small->state;
    uint32_t index = next_timer(state);
    const struct small_timer timer = state->timers[index];
    state->timers_count--;
    memmove(&state->timers[index], &state->timers[index + 1],
            (state->timers_count - index) * sizeof state->timers[0]);
    memset(&state->timers[state->timers_count], 0, sizeof state->timers[0]);
    if (state->now_ns < timer.due_ns) {
        state->now_ns = timer.due_ns;
    }
    SMALL_CALL(small, timer.version, on_timer, timer.id, timer.cookie);
}

/* ---- what follows at once ---- */

static bool reply_store(struct small *small)
{
    if (small->state.operations_count == 0) {
        return false;
    }
    sf_small_store_reply(small, small->state.operations[0].connection, false);
    return true;
}

static bool answer_identity(struct small *small)
{
    for (uint32_t i = 0; i < SMALL_QUESTIONS; i++) {
        if (small->state.questions[i].used) {
            identity(small, i, SF_CACHE_IDENTITY_KNOWN);
            return true;
        }
    }
    return false;
}

static bool can_take(const struct small_request *request)
{
    return request->in_parts && request->phase != SMALL_CANCELLED &&
           request->taken_bytes < request->passed_bytes;
}

static bool take_something(struct small *small)
{
    for (uint32_t i = 0; i < SMALL_REQUESTS; i++) {
        if (can_take(&small->state.requests[i])) {
            take(small, i);
            return true;
        }
    }
    return false;
}

static bool finish_upload(struct small *small)
{
    for (uint32_t i = 0; i < SMALL_UPLOADS; i++) {
        if (small->state.uploads[i].id != 0 && !small->state.uploads[i].ended) {
            upload_rest(small, i);
            return true;
        }
    }
    return false;
}

static bool finish_fetch(struct small *small)
{
    for (uint32_t i = 0; i < SMALL_FETCHES; i++) {
        if (small->state.fetches[i].id != 0) {
            fetch_done(small, i);
            return true;
        }
    }
    return false;
}

/* Parties that are not free to be late answer now; with `all`, every party does. */
static void follow(struct small *small, bool all)
{
    uint32_t late = all ? 0 : small->world->families;
    uint32_t rounds = 0;
    bool more = true;
    while (more && rounds++ < ROUNDS_MAX) {
        more = ((late & SF_SMALL_IDENTITY) == 0 && answer_identity(small)) ||
               ((late & SF_SMALL_STORE) == 0 && reply_store(small)) ||
               (all && (finish_upload(small) || finish_fetch(small))) ||
               ((late & SF_SMALL_SLOW) == 0 && take_something(small));
    }
    small->met_bound |= more;
    sf_small_sweep(small);
}

/* Time passes, and what is due meanwhile happens in its order. */
static void wait_for(struct small *small, sf_ns lapse_ns)
{
    struct small_state *state = &small->state;
    sf_ns end_ns = state->now_ns + lapse_ns;
    uint32_t rounds = 0;
    while (state->timers_count > 0 && state->timers[next_timer(state)].due_ns <= end_ns) {
        if (rounds++ == ROUNDS_MAX) {
            small->met_bound = true;
            break;
        }
        fire(small);
        follow(small, false);
    }
    state->now_ns = end_ns;
}

/* ---- operators, devices ---- */

static void invalidate(struct small *small, uint32_t scope, uint32_t tenant, uint32_t camera)
{
    const struct sf_cache_invalidation event = {
        .struct_bytes = sizeof event,
        .scope = scope,
        .tenant = small->tenant_ids[tenant],
        .camera = scope == SF_CACHE_SCOPE_CAMERA ? small->camera_ids[camera] : 0,
    };
    for (uint32_t i = 0; i < small->state.versions_count; i++) {
        SMALL_CALL(small, i, on_invalidate, &event);
    }
}

static void reconfigure(struct small *small)
{
    for (uint32_t node = 0; node < small->world->nodes; node++) {
        uint32_t version = small->state.current[node];
        if (version != SMALL_NONE && SMALL_HAS(small, version, on_reconfigure)) {
            sf_small_heap_active = small->uses_heap;
            (void)SMALL_PLUGIN(small, version)
                ->on_reconfigure(small->state.caches[version], small->reconfigure_options);
            sf_small_heap_active = 0;
        }
    }
}

static void clock_step(struct small *small, uint32_t node, int64_t step_ms)
{
    small->state.clock_step_ms[node] += step_ms;
    for (uint32_t i = 0; i < small->state.versions_count; i++) {
        if (small->state.versions[i].node == node) {
            SMALL_CALL(small, i, on_clock_step, step_ms);
        }
    }
}

static void restart(struct small *small, uint32_t index)
{
    struct small_camera *camera = &small->state.cameras[index];
    camera->capture = 0;
    camera->sent = 0;
    use_camera(small, index);
}

/* The camera is given to the next tenant. What had left it is still on its way; it begins anew. */
static void sell(struct small *small, uint32_t index)
{
    struct small_state *state = &small->state;
    struct small_camera *camera = &state->cameras[index];
    uint32_t former = small_owner(small, index);
    use_camera(small, index);
    for (uint32_t i = 0; i < SMALL_FETCHES; i++) {
        if (state->fetches[i].id != 0 && state->fetches[i].camera == index) {
            fetch_set(small, &state->fetches[i]);
        }
    }
    for (uint32_t i = 0; i < SMALL_REQUESTS; i++) {
        if (state->requests[i].phase != SMALL_FREE && state->requests[i].camera == index) {
            cancel(small, i); /* by the front door */
        }
    }
    invalidate(small, SF_CACHE_SCOPE_CAMERA, former, index);
    camera->sold = 1;
    camera->slot = state->viewers[small_owner(small, index)].slots_ever++;
    restart(small, index);
    capture(camera);
}

/* Each camera of the account gets the slot of the one before it, the first that of the last. */
static void trade_slots(struct small *small, uint32_t tenant)
{
    struct small_camera *last = NULL;
    uint8_t first_slot = 0;
    for (uint32_t i = 0; i < small->world->cameras; i++) {
        struct small_camera *camera = &small->state.cameras[i];
        if (small_owner(small, i) != tenant) {
            continue;
        }
        if (last == NULL) {
            first_slot = camera->slot;
        } else {
            last->slot = camera->slot;
        }
        last = camera;
    }
    if (last != NULL) {
        last->slot = first_slot;
    }
}

static void count(struct small_state *state, uint32_t kind)
{
    if (kind == SF_SMALL_WAIT_EVENT) {
        state->waits_ever++;
    } else if (kind >= SF_SMALL_INVALIDATE_CAMERA_EVENT || kind == SF_SMALL_CAPTURE_LOST_EVENT) {
        state->others_ever++;
    }
}

static void apply(struct small *small, struct sf_small_event event)
{
    enum { HOUR_MS = 3600 * 1000 };
    switch ((enum sf_small_kind)event.kind) {
    case SF_SMALL_UPLOAD_EVENT:
        whole_upload(small, event.a, false, true);
        return;
    case SF_SMALL_UPLOAD_CUT_EVENT:
        whole_upload(small, event.a, false, false);
        return;
    case SF_SMALL_UPLOAD_DELTA_EVENT:
        whole_upload(small, event.a, true, true);
        return;
    case SF_SMALL_CAPTURE_LOST_EVENT:
        use_camera(small, event.a);
        capture(&small->state.cameras[event.a]);
        small->state.cameras[event.a].sent = small->state.cameras[event.a].capture;
        return;
    case SF_SMALL_UPLOAD_BEGIN_EVENT:
        (void)upload_begin(small, event.a, false);
        return;
    case SF_SMALL_UPLOAD_PART_EVENT:
        upload_part(small, event.a, event.b);
        return;
    case SF_SMALL_UPLOAD_REST_EVENT:
        upload_rest(small, event.a);
        return;
    case SF_SMALL_UPLOAD_COMPLETE_EVENT:
        upload_ended(small, event.a, true);
        return;
    case SF_SMALL_UPLOAD_ABANDON_EVENT:
        upload_ended(small, event.a, false);
        return;
    case SF_SMALL_REQUEST_EVENT:
        ask(small, event);
        return;
    case SF_SMALL_CANCEL_EVENT:
        cancel(small, event.a);
        return;
    case SF_SMALL_CLOSE_EVENT:
        close_connection(small, event.a);
        return;
    case SF_SMALL_TAKE_EVENT:
        take(small, event.a);
        return;
    case SF_SMALL_FETCH_DONE_EVENT:
        fetch_done(small, event.a);
        return;
    case SF_SMALL_FETCH_FAIL_EVENT:
        fetch_ended(small, event.a, SF_CACHE_END_ABANDONED);
        return;
    case SF_SMALL_FETCH_PART_EVENT:
        fetch_part(small, event.a, event.b);
        return;
    case SF_SMALL_STORE_REPLY_EVENT:
        sf_small_store_reply(small, event.a, false);
        return;
    case SF_SMALL_STORE_FAIL_EVENT:
        sf_small_store_reply(small, event.a, true);
        return;
    case SF_SMALL_IDENTITY_KNOWN_EVENT:
        identity(small, event.a, SF_CACHE_IDENTITY_KNOWN);
        return;
    case SF_SMALL_IDENTITY_UNKNOWN_EVENT:
        identity(small, event.a, SF_CACHE_IDENTITY_UNKNOWN);
        return;
    case SF_SMALL_IDENTITY_FAIL_EVENT:
        identity(small, event.a, SF_CACHE_IDENTITY_FAILED);
        return;
    case SF_SMALL_SETTLE_EVENT:
        follow(small, true);
        return;
    case SF_SMALL_TIMER_EVENT:
        fire(small);
        return;
    case SF_SMALL_WAIT_EVENT:
        wait_for(small, sf_small_lapse_ns[event.a]);
        return;
    case SF_SMALL_INVALIDATE_CAMERA_EVENT:
        invalidate(small, SF_CACHE_SCOPE_CAMERA, small_owner(small, event.a), event.a);
        return;
    case SF_SMALL_INVALIDATE_TENANT_EVENT:
        invalidate(small, SF_CACHE_SCOPE_TENANT, event.a, 0);
        return;
    case SF_SMALL_INVALIDATE_LINK_EVENT:
        small->state.viewers[event.a].unlinked = 1;
        invalidate(small, SF_CACHE_SCOPE_LINK, event.a, 0);
        return;
    case SF_SMALL_RECONFIGURE_EVENT:
        reconfigure(small);
        return;
    case SF_SMALL_DEPLOY_EVENT:
        sf_small_deploy(small, event.a, SMALL_HANDED_ALL);
        return;
    case SF_SMALL_NODE_LOST_EVENT:
        sf_small_node_lost(small, event.a);
        return;
    case SF_SMALL_NODE_BACK_EVENT:
        sf_small_node_back(small, event.a);
        return;
    case SF_SMALL_CLOCK_BACK_EVENT:
        clock_step(small, event.a, -HOUR_MS);
        return;
    case SF_SMALL_CLOCK_FORWARD_EVENT:
        clock_step(small, event.a, HOUR_MS);
        return;
    case SF_SMALL_RESTART_EVENT:
        restart(small, event.a);
        return;
    case SF_SMALL_FIRMWARE_EVENT:
        small->state.cameras[event.a].firmware = 2;
        use_camera(small, event.a);
        return;
    case SF_SMALL_SALE_EVENT:
        sell(small, event.a);
        return;
    case SF_SMALL_TRADE_SLOTS_EVENT:
        trade_slots(small, event.a);
        return;
    case SF_SMALL_DEPLOY_CUT_EVENT:
        sf_small_deploy(small, event.a, SMALL_HANDED_CUT);
        return;
    case SF_SMALL_DEPLOY_BARE_EVENT:
        sf_small_deploy(small, event.a, SMALL_HANDED_NOTHING);
        return;
    case SF_SMALL_KINDS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

void sf_small_apply(struct small *small, struct sf_small_event event)
{
    SF_ASSERT(small != NULL);
    small->answers_count = 0;
    small->state.now_ns += small->world->tick_ms * SF_MS;
    count(&small->state, event.kind);
    apply(small, event);
    follow(small, false);
}

bool sf_small_begin(struct small *small)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(small->world->tenants <= SF_SMALL_TENANTS_MAX);
    SF_ASSERT(small->world->cameras <= SF_SMALL_CAMERAS_MAX);
    memset(&small->state, 0, sf_small_state_bytes(&small->state)); /* beyond, all is zero */
    small->find = (struct sf_small_find){0};
    small->contract = (struct sf_small_find){0};
    small->ended = (struct sf_small_end){0};
    for (uint32_t camera = 0; camera < small->world->cameras; camera++) {
        small->state.cameras[camera].firmware = 1;
        small->state.cameras[camera].slot =
            small->state.viewers[sf_small_tenant_of(small->world, camera)].slots_ever++;
    }
    memset(small->state.current, SMALL_NONE, sizeof small->state.current);
    for (uint32_t node = 0; node < small->world->nodes; node++) {
        small->state.installed[node] = small->has_before ? 1 : 0;
        if (!sf_small_start(small, node)) {
            return false;
        }
    }
    follow(small, false);
    return true;
}
