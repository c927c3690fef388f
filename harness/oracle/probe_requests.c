#include "harness/oracle/probe_requests.h"

#include "harness/base/assert.h"
#include "harness/base/bounds.h"
#include "harness/base/time.h"

enum { MANY = 256, RETURN_WITHIN_S = 2, SHARED_WITHIN_S = 1 };
enum { LIVE_PICTURES = 5, LIVE_WITHIN_S = 2 };
enum { ON_ITS_WAY_MS = 500, ON_ITS_WAY_FIRST = 64, ON_ITS_WAY_MAX = 4096 };

struct sf_probe_viewer {
    sf_ns admitted_at_ns;
    uint64_t waits_for; /* the request; 0: none */
    bool answered;      /* it is: its answer is on its way */
    uint64_t window;    /* the last window of time in which it asked, from 1 */
    struct sf_tenant_id tenant;
    struct sf_camera_id camera; /* that it waits for */
    uint32_t pictures_count;
    sf_ns pictured_at_ns[LIVE_PICTURES]; /* the latest answers with bytes, in turn */
};

enum { FRONTS = 64 };

/* The latest request on a connection of the front door. */
struct sf_probe_front {
    sf_ns at_ns;
    uint64_t number; /* of the connection; 0: none yet */
    struct sf_tenant_id tenant;
};

struct sf_probe_asker {
    sf_ns at_ns;
    struct sf_viewer_id viewer; /* none: no viewer has asked yet */
};

void sf_probe_requests_init(struct sf_probe_requests *requests, struct sf_arena *arena,
                            uint32_t homes_count)
{
    SF_ASSERT(requests != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(homes_count > 0);
    *requests = (struct sf_probe_requests){
        .homes_count = homes_count,
        .tenant_waits = sf_arena_take(arena, homes_count, sizeof(uint32_t)),
        .camera_waits = sf_arena_take(arena, homes_count, sizeof(uint32_t)),
        .viewers = sf_arena_take(arena, (size_t)SF_VIEWERS_PER_HOME * homes_count,
                                 sizeof(struct sf_probe_viewer)),
        .askers = sf_arena_take(arena, homes_count, sizeof(struct sf_probe_asker)),
        .fronts = sf_arena_take(arena, FRONTS, sizeof(struct sf_probe_front)),
        .arena = arena,
    };
    for (uint32_t i = 0; i < homes_count; i++) {
        requests->askers[i].viewer = sf_viewer_id(SF_NOBODY);
    }
}

static void pass(uint64_t *counts, enum sf_probe probe)
{
    counts[probe]++;
}

static struct sf_probe_viewer *viewer_of(struct sf_probe_requests *requests,
                                         struct sf_viewer_id viewer)
{
    SF_ASSERT(viewer.index < SF_VIEWERS_PER_HOME * requests->homes_count);
    return &requests->viewers[viewer.index];
}

static uint32_t index_of(const struct sf_probe_requests *requests, struct sf_camera_id camera)
{
    SF_ASSERT(camera.index < requests->homes_count);
    return camera.index;
}

/* Whether they then wait together is for the cache to decide: it may have answered the first. */
static void see_shared(struct sf_probe_requests *requests, const struct sf_admitted_record admitted,
                       uint64_t *counts)
{
    struct sf_probe_asker *last = &requests->askers[index_of(requests, admitted.camera)];
    if (!sf_viewer_is_none(last->viewer) && !sf_viewer_same(last->viewer, admitted.viewer) &&
        admitted.at_ns - last->at_ns <= SHARED_WITHIN_S * SF_SECOND) {
        pass(counts, SF_PROBE_SHARED_ASK);
    }
    *last = (struct sf_probe_asker){.at_ns = admitted.at_ns, .viewer = admitted.viewer};
}

static void end_wait(struct sf_probe_requests *requests, struct sf_viewer_id id, uint64_t request)
{
    struct sf_probe_viewer *viewer = viewer_of(requests, id);
    if (viewer->waits_for != request || request == 0) {
        return;
    }
    viewer->waits_for = 0;
    viewer->answered = false;
    requests->camera_waits[viewer->camera.index]--;
    if (--requests->tenant_waits[viewer->tenant.index] == 0) {
        requests->tenants_waiting--;
    }
}

/* Where too many are on their way, the oldest counts as arrived. */
bool sf_probe_requests_arrived(struct sf_probe_requests *requests, sf_ns now_ns,
                               struct sf_probe_answer *answer_out)
{
    SF_ASSERT(requests != NULL);
    SF_ASSERT(answer_out != NULL);
    uint64_t count = requests->answers_given - requests->answers_arrived;
    if (count == 0) {
        return false;
    }
    const struct sf_probe_answer *first =
        &requests->answers[requests->answers_arrived % requests->answers_room];
    if (first->until_ns > now_ns && count < ON_ITS_WAY_MAX) {
        return false;
    }
    *answer_out = *first;
    requests->answers_arrived++;
    end_wait(requests, answer_out->viewer, answer_out->request);
    return true;
}

static void begin_wait(struct sf_probe_requests *requests, const struct sf_admitted_record admitted,
                       uint64_t *counts)
{
    struct sf_probe_viewer *viewer = viewer_of(requests, admitted.viewer);
    see_shared(requests, admitted, counts);
    if (viewer->answered) {
        end_wait(requests, admitted.viewer, viewer->waits_for);
    }
    if (viewer->waits_for != 0) {
        return; /* an older one still waits; one a viewer is enough for what is counted here */
    }
    viewer->waits_for = admitted.request;
    viewer->admitted_at_ns = admitted.at_ns;
    viewer->camera = admitted.camera;
    requests->camera_waits[index_of(requests, viewer->camera)]++;
    if (requests->tenant_waits[viewer->tenant.index]++ == 0) {
        requests->tenants_waiting++;
    }
    if (requests->tenants_waiting == 2) {
        pass(counts, SF_PROBE_TWO_WAIT);
    } else if (requests->tenants_waiting > 2) {
        pass(counts, SF_PROBE_THREE_WAIT);
    }
    if (requests->tenants_waiting > MANY) {
        pass(counts, SF_PROBE_MANY_WAIT);
    }
}

static void see_picture(struct sf_probe_requests *requests,
                        const struct sf_answered_record answered, uint64_t *counts)
{
    struct sf_probe_viewer *viewer = viewer_of(requests, answered.viewer);
    viewer->pictured_at_ns[viewer->pictures_count++ % LIVE_PICTURES] = answered.at_ns;
    sf_ns first_ns = viewer->pictured_at_ns[viewer->pictures_count % LIVE_PICTURES];
    if (viewer->pictures_count >= LIVE_PICTURES &&
        answered.at_ns - first_ns <= LIVE_WITHIN_S * SF_SECOND) {
        pass(counts, SF_PROBE_LIVE);
    }
}

/* There is always room for one more: where ON_ITS_WAY_MAX are on their way, the first has arrived
 * before each record. */
static void add_answer(struct sf_probe_requests *requests, struct sf_probe_answer answer)
{
    uint64_t count = requests->answers_given - requests->answers_arrived;
    SF_ASSERT(count < ON_ITS_WAY_MAX);
    if (count == requests->answers_room) {
        uint64_t room = count > 0 ? 2 * count : ON_ITS_WAY_FIRST;
        struct sf_probe_answer *ring = sf_arena_take(requests->arena, room, sizeof *ring);
        for (uint64_t i = requests->answers_arrived; i < requests->answers_given; i++) {
            ring[i % room] = requests->answers[i % requests->answers_room];
        }
        requests->answers = ring;
        requests->answers_room = room;
    }
    requests->answers[requests->answers_given++ % requests->answers_room] = answer;
}

static void see_answered(struct sf_probe_requests *requests,
                         const struct sf_answered_record answered, uint64_t *counts)
{
    if (answered.bytes > 0) {
        see_picture(requests, answered, counts);
    }
    if ((answered.status & SF_FLAG_STALE) != 0) {
        pass(counts, SF_PROBE_STALE);
    }
    struct sf_probe_viewer *viewer = viewer_of(requests, answered.viewer);
    bool waited = viewer->waits_for == answered.request && !viewer->answered;
    if (waited && answered.bytes > 0 && answered.at_ns == viewer->admitted_at_ns) {
        pass(counts, SF_PROBE_HIT);
    }
    viewer->answered |= waited;
    add_answer(requests, (struct sf_probe_answer){
                             .until_ns = answered.at_ns + ON_ITS_WAY_MS * SF_MS,
                             .request = answered.request,
                             .viewer = answered.viewer,
                         });
}

static void see_gave_up(struct sf_probe_requests *requests, const struct sf_gave_up_record gave_up,
                        uint64_t *counts)
{
    if ((gave_up.flags & SF_GAVE_UP_LEFT) != 0 &&
        viewer_of(requests, gave_up.viewer)->waits_for == gave_up.request) {
        pass(counts, SF_PROBE_VIEWER_LEFT);
    }
}

static void see_passed_on(struct sf_probe_requests *requests,
                          const struct sf_passed_on_record passed_on, uint64_t *counts)
{
    uint64_t number = (uint64_t)passed_on.connection * SF_NODES_MAX + passed_on.node.index;
    struct sf_probe_front *front = &requests->fronts[number % FRONTS];
    const struct sf_tenant_id tenant = viewer_of(requests, passed_on.viewer)->tenant;
    if (front->number == number && passed_on.at_ns - front->at_ns < SF_MS &&
        !sf_tenant_same(front->tenant, tenant)) {
        pass(counts, SF_PROBE_ON_ONE_CONNECTION);
    }
    *front = (struct sf_probe_front){.at_ns = passed_on.at_ns, .number = number, .tenant = tenant};
}

static void see_ask(struct sf_probe_requests *requests, const struct sf_ask_record ask,
                    uint64_t *counts)
{
    struct sf_probe_viewer *viewer = viewer_of(requests, ask.viewer);
    uint64_t window = 1 + (uint64_t)(ask.at_ns / (RETURN_WITHIN_S * SF_SECOND));
    if (window != requests->window) {
        requests->window = window;
        requests->window_asks = 0;
    }
    if (viewer->window != window) {
        viewer->window = window;
        requests->window_asks++;
        if (requests->window_asks > 2 &&
            requests->window_asks == (requests->introduced_count + 1) / 2) {
            pass(counts, SF_PROBE_MASS_RETURN);
        }
    }
}

void sf_probe_requests_see(struct sf_probe_requests *requests, const struct sf_record *record,
                           uint64_t counts[SF_PROBES_COUNT])
{
    SF_ASSERT(requests != NULL);
    SF_ASSERT(record != NULL);
    switch (record->kind) {
    case SF_RECORD_VIEWER:
        viewer_of(requests, sf_viewer_of(record).viewer)->tenant = sf_viewer_of(record).tenant;
        requests->introduced_count++;
        return;
    case SF_RECORD_ASK:
        see_ask(requests, sf_ask_of(record), counts);
        return;
    case SF_RECORD_ADMITTED:
        begin_wait(requests, sf_admitted_of(record), counts);
        return;
    case SF_RECORD_PASSED_ON:
        see_passed_on(requests, sf_passed_on_of(record), counts);
        return;
    case SF_RECORD_CANCELLED:
        pass(counts, SF_PROBE_REQUEST_CANCELLED);
        end_wait(requests, sf_cancelled_of(record).viewer, sf_cancelled_of(record).request);
        return;
    case SF_RECORD_GAVE_UP:
        see_gave_up(requests, sf_gave_up_of(record), counts);
        return;
    case SF_RECORD_ANSWERED:
        see_answered(requests, sf_answered_of(record), counts);
        return;
    case SF_RECORD_REFUSED:
        end_wait(requests, sf_refused_of(record).viewer, sf_refused_of(record).request);
        return;
    default: /* the rest: no request begins or ends */
        return;
    }
}
