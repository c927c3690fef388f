#include "harness/measure/tally.h"

#include "harness/base/assert.h"
#include "harness/base/bounds.h"
#include "harness/base/ids.h"
#include "harness/trace/access.h"

struct viewer {
    bool there;
    struct sf_tenant_id tenant;
    struct sf_camera_id camera;
    uint16_t flags;
    uint16_t owners_count;
    struct sf_tenant_id owners[SF_TALLY_OWNERS_MAX];
    sf_ns asked_ns;
    uint64_t asked_request;
    sf_ns admitted_ns;
    uint32_t connection; /* of the watching under way; a new one each time */
    bool waits_for_first;
    sf_ns watching_since_ns;
};

struct camera {
    struct sf_tenant_id tenant;
    int32_t utc_offset_s;
    bool exposed; /* a stranger was shown something of it */
};

struct sf_tally_state {
    struct sf_tally tally;
    struct viewer *viewers;
    struct camera *cameras;
    uint32_t cameras_count;
    uint32_t viewers_count;
    struct sf_access access;
    sf_ns grace_ns;
    uint64_t stray_request; /* the picture that was counted last, so that it is counted once */
    uint16_t shown_flags;   /* of the SHOWN record before the SEEN ones */
};

struct sf_tally_state *sf_tally_create(struct sf_arena *arena, uint32_t homes_count)
{
    SF_ASSERT(arena != NULL);
    SF_ASSERT(homes_count > 0);
    SF_ASSERT(homes_count <= SF_HOMES_MAX);
    struct sf_tally_state *state = sf_arena_take(arena, 1, sizeof *state);
    state->cameras_count = homes_count;
    state->viewers_count = SF_VIEWERS_PER_HOME * homes_count;
    state->viewers = sf_arena_take(arena, state->viewers_count, sizeof *state->viewers);
    state->cameras = sf_arena_take(arena, homes_count, sizeof *state->cameras);
    for (uint32_t i = 0; i < homes_count; i++) {
        state->cameras[i].tenant = sf_tenant_id(SF_NOBODY);
    }
    sf_access_init(&state->access, arena, homes_count);
    state->tally.deployed_at_ns = SF_NS_NEVER;
    state->tally.stray_first_ns = SF_NS_NEVER;
    state->tally.blocked_at_ns = SF_NS_NEVER;
    state->stray_request = UINT64_MAX;
    return state;
}

void sf_tally_read(const struct sf_tally_state *state, struct sf_tally *tally_out)
{
    SF_ASSERT(state != NULL);
    SF_ASSERT(tally_out != NULL);
    *tally_out = state->tally;
}

void sf_tally_group_read(const struct sf_tally_state *state, uint32_t home_first,
                         uint32_t homes_count, struct sf_tally_group *group_out)
{
    SF_ASSERT(state != NULL);
    SF_ASSERT(group_out != NULL);
    SF_ASSERT(home_first <= state->cameras_count);
    SF_ASSERT(homes_count <= state->cameras_count - home_first);
    *group_out = (struct sf_tally_group){.homes_count = homes_count};
    for (uint32_t i = 0; i < state->viewers_count; i++) {
        const struct viewer *viewer = &state->viewers[i];
        bool in = viewer->there && viewer->tenant.index >= home_first &&
                  viewer->tenant.index - home_first < homes_count;
        group_out->viewers_count += in;
        group_out->affected_count += in && viewer->owners_count > 0;
    }
    SF_ASSERT(home_first + homes_count <= state->cameras_count);
    for (uint32_t i = home_first; i < home_first + homes_count; i++) {
        group_out->exposed_count += state->cameras[i].exposed;
    }
}

static struct viewer *viewer_of(struct sf_tally_state *state, struct sf_viewer_id viewer)
{
    SF_ASSERT(viewer.index < state->viewers_count);
    return &state->viewers[viewer.index];
}

static struct camera *camera_of(struct sf_tally_state *state, struct sf_camera_id camera)
{
    SF_ASSERT(camera.index < state->cameras_count);
    return &state->cameras[camera.index];
}

static struct sf_tally_path *path_of(struct sf_tally_state *state, const struct viewer *viewer)
{
    bool hub = (viewer->flags & SF_FLAG_INTEGRATION) != 0;
    if ((viewer->flags & SF_FLAG_EXPORT) != 0) {
        return &state->tally.exports;
    }
    return &state->tally.paths[hub ? SF_PATH_HUB : SF_PATH_APP];
}

static struct sf_service *service_of(struct sf_tally_state *state, const struct viewer *viewer)
{
    bool poor = (viewer->flags & SF_FLAG_POOR_NETWORK) != 0;
    return &path_of(state, viewer)->service[poor];
}

static bool blocked_long_ago(const struct sf_tally_state *state, sf_ns at_ns)
{
    return state->tally.blocked_at_ns != SF_NS_NEVER &&
           at_ns > state->tally.blocked_at_ns + state->grace_ns;
}

static void count_minute(uint32_t minutes[SF_TALLY_MINUTES_MAX], sf_ns at_ns)
{
    sf_ns minute = at_ns / SF_MINUTE;
    if (minute < SF_TALLY_MINUTES_MAX) {
        minutes[minute]++;
    }
}

static void count_owner(struct viewer *viewer, struct sf_tenant_id tenant)
{
    for (uint32_t i = 0; i < viewer->owners_count; i++) {
        if (sf_tenant_same(viewer->owners[i], tenant)) {
            return;
        }
    }
    if (viewer->owners_count < SF_TALLY_OWNERS_MAX) {
        viewer->owners[viewer->owners_count++] = tenant;
    }
}

static void count_stray_time(struct sf_tally *tally, sf_ns at_ns)
{
    if (tally->stray_first_ns == SF_NS_NEVER) {
        tally->stray_first_ns = at_ns;
    }
    tally->stray_last_ns = at_ns;
    if (at_ns < tally->deployed_at_ns) {
        tally->strays_before_deploy_count++;
    } else {
        tally->strays_after_deploy_count++;
    }
}

/* A part of the displayed picture is another tenant's. The picture is counted once, however many
 * owners it has. */
static void see_stray(struct sf_tally_state *state, const struct sf_seen_record *seen)
{
    struct sf_tally *tally = &state->tally;
    struct viewer *viewer = viewer_of(state, seen->viewer);
    struct camera *camera = camera_of(state, seen->camera);
    bool first_of_viewer = viewer->owners_count == 0;
    camera->exposed = true;
    count_owner(viewer, seen->tenant);
    if (viewer->owners_count > tally->owners_per_viewer_max) {
        tally->owners_per_viewer_max = viewer->owners_count;
    }
    if (first_of_viewer) {
        tally->affected_count++;
        tally->affected_poor_count += (viewer->flags & SF_FLAG_POOR_NETWORK) != 0;
    }
    if (state->stray_request == seen->request) {
        return;
    }
    state->stray_request = seen->request;
    struct sf_tally_path *path = path_of(state, viewer);
    path->strays_count++;
    count_minute(path->strays_by_minute, seen->at_ns);
    count_stray_time(tally, seen->at_ns);
    tally->strays_grayscale_count += (state->shown_flags & SF_FLAG_GRAYSCALE) != 0;
    tally->strays_damaged_count += (state->shown_flags & SF_FLAG_DAMAGED) != 0;
    tally->strays_other_zone_count +=
        camera->utc_offset_s != camera_of(state, viewer->camera)->utc_offset_s;
}

static void see_seen(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct sf_seen_record seen = sf_seen_of(record);
    const struct sf_tenant_id tenant = viewer_of(state, seen.viewer)->tenant;
    if (!sf_tenant_same(seen.tenant, tenant) &&
        !sf_access_allows(&state->access, tenant, seen.tenant, seen.camera, seen.at_ns)) {
        see_stray(state, &seen);
    }
}

static void see_shown(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct sf_shown_record shown = sf_shown_of(record);
    struct viewer *viewer = viewer_of(state, shown.viewer);
    struct sf_tally_path *path = path_of(state, viewer);
    state->shown_flags = shown.flags;
    path->shown_count++;
    count_minute(path->shown_by_minute, shown.at_ns);
    path->shown_after_block_count += blocked_long_ago(state, shown.at_ns);
    bool own = sf_tenant_same(shown.largest_share, viewer->tenant);
    path->own_whole_count += own && (shown.flags & SF_FLAG_DAMAGED) == 0;
    if (own && viewer->waits_for_first) {
        viewer->waits_for_first = false;
        sf_waits_add(&service_of(state, viewer)->firsts, shown.at_ns - viewer->watching_since_ns);
    }
}

/* A viewer starts watching. If it watched before without a picture, that wait ends as `never`. */
static void start_watching(struct sf_tally_state *state, struct viewer *viewer,
                           const struct sf_ask_record *ask)
{
    if (viewer->waits_for_first) {
        sf_waits_add_never(&service_of(state, viewer)->firsts);
    }
    viewer->connection = ask->connection;
    viewer->waits_for_first = true;
    viewer->watching_since_ns = ask->at_ns;
}

static void see_viewer(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct sf_viewer_record is = sf_viewer_of(record);
    struct viewer *viewer = viewer_of(state, is.viewer);
    *viewer =
        (struct viewer){.there = true, .tenant = is.tenant, .camera = is.camera, .flags = is.flags};
    path_of(state, viewer)->viewers_count++;
    state->tally.poor_viewers_count += (is.flags & SF_FLAG_POOR_NETWORK) != 0;
}

static void see_camera(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct sf_camera_record is = sf_camera_of(record);
    struct camera *camera = camera_of(state, is.camera);
    state->tally.owner_changes_count +=
        !sf_tenant_is_none(camera->tenant) && !sf_tenant_same(camera->tenant, is.tenant);
    camera->tenant = is.tenant;
    camera->utc_offset_s = is.utc_offset_s;
}

static void see_ask(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct sf_ask_record ask = sf_ask_of(record);
    struct viewer *viewer = viewer_of(state, ask.viewer);
    struct sf_tally_path *path = path_of(state, viewer);
    path->asks_count++;
    path->asks_after_block_count += blocked_long_ago(state, ask.at_ns);
    service_of(state, viewer)->asks_count++;
    if (ask.connection != viewer->connection) {
        start_watching(state, viewer, &ask);
    }
    viewer->asked_ns = ask.at_ns;
    viewer->asked_request = ask.request;
}

static void see_admitted(struct sf_tally_state *state, const struct sf_record *record)
{
    struct viewer *viewer = viewer_of(state, sf_admitted_of(record).viewer);
    viewer->admitted_ns = record->at_ns;
    service_of(state, viewer)->admitted_count++;
}

static void see_answered(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct sf_answered_record answered = sf_answered_of(record);
    const struct viewer *viewer = viewer_of(state, answered.viewer);
    sf_ns took_ns = answered.at_ns - viewer->admitted_ns;
    bool still = answered.bytes > 0;
    service_of(state, viewer)->hits_count += still && took_ns <= SF_SERVICE_HIT_NS_MAX;
}

static void see_delivered(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct sf_delivered_record delivered = sf_delivered_of(record);
    const struct viewer *viewer = viewer_of(state, delivered.viewer);
    if ((delivered.flags & SF_FLAG_WHOLE) != 0 && viewer->asked_request == delivered.request) {
        struct sf_tally_path *path = path_of(state, viewer);
        path->answers_whole_count++;
        path->waits_ns_sum += (uint64_t)(delivered.at_ns - viewer->asked_ns);
    }
}

static void see_gave_up(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct viewer *viewer = viewer_of(state, sf_gave_up_of(record).viewer);
    path_of(state, viewer)->blank_count++;
    service_of(state, viewer)->blank_count++;
}

static void see_upload_ended(struct sf_tally *tally, const struct sf_record *record)
{
    bool complete = sf_upload_ended_of(record).ending == SF_ENDING_COMPLETE;
    tally->uploads_complete_count += complete;
    tally->uploads_abandoned_count += !complete;
}

static void see_kill_switch(struct sf_tally_state *state, const struct sf_record *record)
{
    const struct sf_kill_switch_record is = sf_kill_switch_of(record);
    struct sf_tally *tally = &state->tally;
    if (!is.blocked) {
        tally->blocked_at_ns = SF_NS_NEVER;
    } else if (tally->blocked_at_ns == SF_NS_NEVER) {
        tally->blocked_at_ns = is.at_ns;
    }
    state->grace_ns = is.grace_ns;
}

static void see(struct sf_tally_state *state, const struct sf_record *record)
{
    struct sf_tally *tally = &state->tally;
    sf_access_see(&state->access, record);
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_CAMERA:
        see_camera(state, record);
        return;
    case SF_RECORD_VIEWER:
        see_viewer(state, record);
        return;
    case SF_RECORD_ASK:
        see_ask(state, record);
        return;
    case SF_RECORD_ADMITTED:
        see_admitted(state, record);
        return;
    case SF_RECORD_ANSWERED:
        see_answered(state, record);
        return;
    case SF_RECORD_DELIVERED:
        see_delivered(state, record);
        return;
    case SF_RECORD_SHOWN:
        see_shown(state, record);
        return;
    case SF_RECORD_SEEN:
        see_seen(state, record);
        return;
    case SF_RECORD_GAVE_UP:
        see_gave_up(state, record);
        return;
    case SF_RECORD_UPLOAD_ENDED:
        see_upload_ended(tally, record);
        return;
    case SF_RECORD_FETCH:
        tally->fetches_count++;
        return;
    case SF_RECORD_DEPLOYED:
        if (tally->deployed_at_ns == SF_NS_NEVER) {
            tally->deployed_at_ns = record->at_ns;
        }
        return;
    case SF_RECORD_KILL_SWITCH:
        see_kill_switch(state, record);
        return;
    default: /* the rest: not counted here */
        return;
    }
}

void sf_tally_hear(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    struct sf_tally_state *state = context;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].kind != SF_RECORD_PACKET) {
            see(state, &records[i]);
        }
    }
}
