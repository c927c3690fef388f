/* Which events can happen now, each once where several would do the same: of tenants that are alike
 * and that no event has named yet, only the first is offered, and so for cameras of one tenant. It
 * is never assumed that two events commute: that tenants do not influence each other is what is to
 * be shown. */
#include "harness/base/assert.h"
#include "harness/exhaust/state.h"

struct list {
    const struct small *small;
    const struct small_state *state;
    uint32_t families;
    uint32_t count;
    struct sf_small_event *events;
};

static void add(struct list *list, uint32_t kind, uint32_t a, uint32_t b, uint32_t c)
{
    SF_ASSERT(list->count < SMALL_ENABLED_MAX);
    list->events[list->count++] = (struct sf_small_event){
        .kind = (uint8_t)kind, .a = (uint8_t)a, .b = (uint8_t)b, .c = (uint8_t)c};
}

static bool has(const struct list *list, uint32_t family)
{
    return (list->families & family) != 0;
}

/* ---- who is like whom ---- */

static bool tenant_used(const struct small *small, uint32_t tenant)
{
    for (uint32_t camera = tenant; camera < small->world->cameras;
         camera += small->world->tenants) {
        if (small->state.cameras[camera].used) {
            return true;
        }
    }
    return false;
}

static uint32_t cameras_of(const struct sf_small_world *world, uint32_t tenant)
{
    return (world->cameras - tenant + world->tenants - 1) / world->tenants;
}

/* Nothing that the world says of two tenants differs. Nodes take cameras in turn, so with several
 * nodes they do; so do three tenants who have a next one each. */
static bool alike(const struct sf_small_world *world, uint32_t one, uint32_t other)
{
    bool has_next = (world->families & (SF_SMALL_SALE | SF_SMALL_GUEST)) != 0;
    return world->still_step == 0 && world->nodes == 1 && (!has_next || world->tenants == 2) &&
           cameras_of(world, one) == cameras_of(world, other);
}

/* Is there a tenant like it before it that no event has named yet? Then the order that begins with
 * that one tells the same. */
static bool stands_back(const struct small *small, uint32_t camera)
{
    const struct sf_small_world *world = small->world;
    if (!small->symmetry || small->state.cameras[camera].used) {
        return false;
    }
    uint32_t tenant = sf_small_tenant_of(world, camera);
    for (uint32_t other = tenant; other < camera; other += world->tenants) {
        if (!small->state.cameras[other].used) {
            return true; /* an earlier camera of its own */
        }
    }
    if (tenant_used(small, tenant)) {
        return false;
    }
    for (uint32_t other = 0; other < tenant; other++) {
        if (alike(world, other, tenant) && !tenant_used(small, other)) {
            return true;
        }
    }
    return false;
}

/* ---- families ---- */

static void add_uploads(struct list *list, uint32_t camera)
{
    const struct sf_small_world *world = list->small->world;
    const struct small_viewer *owner = &list->state->viewers[small_owner(list->small, camera)];
    if (world->uploads_max != 0 && owner->uploads_ever >= world->uploads_max) {
        return;
    }
    uint32_t free_count = 0;
    for (uint32_t i = 0; i < SMALL_UPLOADS; i++) {
        free_count += list->state->uploads[i].id == 0 || list->state->uploads[i].ended;
    }
    if (free_count == 0) {
        return;
    }
    add(list, SF_SMALL_UPLOAD_EVENT, camera, 0, 0);
    if (has(list, SF_SMALL_CUT)) {
        add(list, SF_SMALL_UPLOAD_CUT_EVENT, camera, 0, 0);
    }
    if (has(list, SF_SMALL_PARTS | SF_SMALL_UNDER_WAY)) {
        add(list, SF_SMALL_UPLOAD_BEGIN_EVENT, camera, 0, 0);
    }
    if (has(list, SF_SMALL_DELTA) && world->rows > 1 && list->state->cameras[camera].sent != 0) {
        add(list, SF_SMALL_UPLOAD_DELTA_EVENT, camera, 0, 0);
    }
}

/* `guest`: 0, or SF_SMALL_ASK_GUEST. */
static void add_requests(struct list *list, uint32_t camera, uint32_t guest)
{
    const struct small *small = list->small;
    const struct sf_small_world *world = small->world;
    uint32_t asker = small_owner(small, camera);
    asker = guest != 0 ? sf_small_next_tenant(world, asker) : asker;
    const struct small_viewer *viewer = &list->state->viewers[asker];
    bool room = false;
    for (uint32_t i = 0; i < SMALL_REQUESTS; i++) {
        room |= list->state->requests[i].phase == SMALL_FREE;
    }
    if (!room || (world->requests_max != 0 && viewer->requests_ever >= world->requests_max)) {
        return;
    }
    uint32_t paths_count = has(list, SF_SMALL_EXPORT) ? 3 : has(list, SF_SMALL_APP) ? 2 : 1;
    bool may_renew = has(list, SF_SMALL_CONNECTION) && viewer->connection_open;
    for (uint32_t node = 0; node < world->nodes; node++) {
        if (list->state->lost[node]) {
            continue;
        }
        for (uint32_t path = 0; path < paths_count; path++) {
            if ((path == 1 && !has(list, SF_SMALL_APP)) || (path == 0 && viewer->unlinked) ||
                (path == 2 && guest != 0)) {
                continue;
            }
            add(list, SF_SMALL_REQUEST_EVENT, camera, path | guest, node);
            if (may_renew) {
                add(list, SF_SMALL_REQUEST_EVENT, camera, path | guest | SF_SMALL_ASK_NEW, node);
            }
            if (has(list, SF_SMALL_RANGE)) {
                add(list, SF_SMALL_REQUEST_EVENT, camera, path | guest | SF_SMALL_ASK_INTERRUPTED,
                    node);
            }
        }
    }
}

static void add_started(struct list *list)
{
    const struct small_state *state = list->state;
    uint32_t pieces = small_pieces(list->small->world);
    for (uint32_t i = 0; i < SMALL_UPLOADS; i++) {
        const struct small_upload *upload = &state->uploads[i];
        if (upload->id == 0) {
            continue;
        }
        if (!upload->ended && has(list, SF_SMALL_UNDER_WAY)) {
            add(list, SF_SMALL_UPLOAD_REST_EVENT, i, 0, 0);
        }
        if (!upload->ended && has(list, SF_SMALL_PARTS | SF_SMALL_UNDER_WAY)) {
            add(list, SF_SMALL_UPLOAD_ABANDON_EVENT, i, 0, 0);
        }
        if (!has(list, SF_SMALL_PARTS)) {
            continue;
        }
        for (uint32_t piece = 0; piece < pieces; piece++) {
            add(list, SF_SMALL_UPLOAD_PART_EVENT, i, piece, 0);
        }
        if (!upload->ended && upload->parts == (1u << pieces) - 1) {
            add(list, SF_SMALL_UPLOAD_COMPLETE_EVENT, i, 0, 0);
        }
    }
    for (uint32_t i = 0; i < SMALL_REQUESTS; i++) {
        const struct small_request *request = &state->requests[i];
        bool open = request->phase == SMALL_OPEN || request->phase == SMALL_ANSWERING;
        if (open && has(list, SF_SMALL_CANCEL)) {
            add(list, SF_SMALL_CANCEL_EVENT, i, 0, 0);
        }
        if (open && has(list, SF_SMALL_CONNECTION)) {
            add(list, SF_SMALL_CLOSE_EVENT, i, 0, 0);
        }
        if (has(list, SF_SMALL_SLOW) && request->in_parts && request->phase != SMALL_CANCELLED &&
            request->taken_bytes < request->passed_bytes) {
            add(list, SF_SMALL_TAKE_EVENT, i, 0, 0);
        }
    }
}

static void add_replies(struct list *list)
{
    const struct small_state *state = list->state;
    uint32_t pieces = small_pieces(list->small->world);
    bool pending = state->operations_count > 0;
    for (uint32_t i = 0; i < SMALL_FETCHES; i++) {
        if (state->fetches[i].id == 0) {
            continue;
        }
        pending = true;
        add(list, SF_SMALL_FETCH_DONE_EVENT, i, 0, 0);
        add(list, SF_SMALL_FETCH_FAIL_EVENT, i, 0, 0);
        for (uint32_t piece = 0; has(list, SF_SMALL_FETCH_PARTS) && piece < pieces; piece++) {
            add(list, SF_SMALL_FETCH_PART_EVENT, i, piece, 0);
        }
    }
    uint32_t seen = 0;
    for (uint32_t i = 0; has(list, SF_SMALL_STORE) && i < state->operations_count; i++) {
        uint32_t connection = state->operations[i].connection;
        if ((seen & 1u << connection) == 0) {
            seen |= 1u << connection;
            add(list, SF_SMALL_STORE_REPLY_EVENT, connection, 0, 0);
            add(list, SF_SMALL_STORE_FAIL_EVENT, connection, 0, 0);
        }
    }
    for (uint32_t i = 0; has(list, SF_SMALL_IDENTITY) && i < SMALL_QUESTIONS; i++) {
        if (state->questions[i].used) {
            pending = true;
            add(list, SF_SMALL_IDENTITY_KNOWN_EVENT, i, 0, 0);
            add(list, SF_SMALL_IDENTITY_UNKNOWN_EVENT, i, 0, 0);
            add(list, SF_SMALL_IDENTITY_FAIL_EVENT, i, 0, 0);
        }
    }
    for (uint32_t i = 0; i < SMALL_UPLOADS; i++) {
        pending |= state->uploads[i].id != 0 && !state->uploads[i].ended;
    }
    if (has(list, SF_SMALL_SETTLE) && pending) {
        add(list, SF_SMALL_SETTLE_EVENT, 0, 0, 0);
    }
}

static void add_time(struct list *list)
{
    const struct sf_small_world *world = list->small->world;
    if (!has(list, SF_SMALL_TIME)) {
        return;
    }
    if (list->state->timers_count > 0) {
        add(list, SF_SMALL_TIMER_EVENT, 0, 0, 0);
    }
    for (uint32_t i = 0; i < SF_SMALL_LAPSES_COUNT; i++) {
        if (world->waits_max == 0 || list->state->waits_ever < world->waits_max) {
            add(list, SF_SMALL_WAIT_EVENT, i, 0, 0);
        }
    }
}

static void add_others(struct list *list)
{
    const struct small_state *state = list->state;
    const struct sf_small_world *world = list->small->world;
    if (world->others_max != 0 && state->others_ever >= world->others_max) {
        return;
    }
    for (uint32_t i = 0; has(list, SF_SMALL_INVALIDATE) && i < world->cameras; i++) {
        if (state->cameras[i].used) {
            add(list, SF_SMALL_INVALIDATE_CAMERA_EVENT, i, 0, 0);
        }
        if (i < world->tenants && tenant_used(list->small, i)) {
            add(list, SF_SMALL_INVALIDATE_TENANT_EVENT, i, 0, 0);
            add(list, SF_SMALL_INVALIDATE_LINK_EVENT, i, 0, 0);
        }
    }
    if (has(list, SF_SMALL_RECONFIGURE)) {
        add(list, SF_SMALL_RECONFIGURE_EVENT, 0, 0, 0);
    }
    for (uint32_t node = 0; node < world->nodes; node++) {
        bool room = state->versions_count < SMALL_VERSIONS;
        if (has(list, SF_SMALL_DEPLOY) && !state->lost[node] && room) {
            add(list, SF_SMALL_DEPLOY_EVENT, node, 0, 0);
            if (has(list, SF_SMALL_STATE)) {
                add(list, SF_SMALL_DEPLOY_CUT_EVENT, node, 0, 0);
                add(list, SF_SMALL_DEPLOY_BARE_EVENT, node, 0, 0);
            }
        }
        if (has(list, SF_SMALL_NODE) && !state->lost[node]) {
            add(list, SF_SMALL_NODE_LOST_EVENT, node, 0, 0);
        }
        if (has(list, SF_SMALL_NODE) && state->lost[node] && room) {
            add(list, SF_SMALL_NODE_BACK_EVENT, node, 0, 0);
        }
        if (has(list, SF_SMALL_CLOCK)) {
            add(list, SF_SMALL_CLOCK_BACK_EVENT, node, 0, 0);
            add(list, SF_SMALL_CLOCK_FORWARD_EVENT, node, 0, 0);
        }
    }
    for (uint32_t i = 0; has(list, SF_SMALL_SALE) && i < world->cameras; i++) {
        if (state->cameras[i].used && !state->cameras[i].sold) {
            add(list, SF_SMALL_SALE_EVENT, i, 0, 0);
        }
    }
    for (uint32_t i = 0; has(list, SF_SMALL_SLOTS) && i < world->tenants; i++) {
        if (cameras_of(world, i) > 1 && tenant_used(list->small, i)) {
            add(list, SF_SMALL_TRADE_SLOTS_EVENT, i, 0, 0);
        }
    }
    for (uint32_t i = 0; i < world->cameras; i++) {
        if (has(list, SF_SMALL_DELTA) && !stands_back(list->small, i)) {
            add(list, SF_SMALL_CAPTURE_LOST_EVENT, i, 0, 0);
        }
        if (has(list, SF_SMALL_DEVICE) && state->cameras[i].capture > 0) {
            add(list, SF_SMALL_RESTART_EVENT, i, 0, 0);
        }
        if (has(list, SF_SMALL_DEVICE) && state->cameras[i].firmware == 1 &&
            !stands_back(list->small, i)) {
            add(list, SF_SMALL_FIRMWARE_EVENT, i, 0, 0);
        }
    }
}

uint32_t sf_small_enabled(const struct small *small, struct sf_small_event *events_out)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(events_out != NULL);
    struct list list = {.small = small,
                        .state = &small->state,
                        .families = small->world->families,
                        .events = events_out};
    for (uint32_t camera = 0; camera < small->world->cameras; camera++) {
        if (!stands_back(small, camera)) {
            add_uploads(&list, camera);
            add_requests(&list, camera, 0);
            if (has(&list, SF_SMALL_GUEST)) {
                add_requests(&list, camera, SF_SMALL_ASK_GUEST);
            }
        }
    }
    add_started(&list);
    add_replies(&list);
    add_time(&list);
    add_others(&list);
    return list.count;
}

bool sf_small_possible(const struct small *small, struct sf_small_event event)
{
    SF_ASSERT(small != NULL);
    struct sf_small_event events[SMALL_ENABLED_MAX];
    uint32_t count = sf_small_enabled(small, events);
    for (uint32_t i = 0; i < count; i++) {
        if (events[i].kind == event.kind && events[i].a == event.a && events[i].b == event.b &&
            events[i].c == event.c) {
            return true;
        }
    }
    return false;
}
