/* No way back in time: one instance of the cache never answers a viewer with an older capture of
 * the viewer's camera than it answered that viewer with before. A still that is flagged as stale
 * may be old, but not older than that. A picture of several captures counts as its newest.
 *
 * Judges whole, undamaged pictures of the cache's paths. Another instance (on another node, after a
 * deploy or a loss) cannot know what this one answered, so only answers of the instance that
 * answered the viewer last are compared. A camera that restarts counts its captures from 0 again:
 * its viewers are not judged for half a minute. A cache that has to forget a camera forgets what it
 * answered with, too, and may take in an older upload that was on its way.
 *
 * A camera that sends the rows that changed may send none: two of its captures have equal bytes
 * then, and an answer with them may be either. It counts as the newer one where it is judged, and
 * as the older one for the answers that follow. */
#include "harness/base/bounds.h"
#include "harness/base/time.h"
#include "harness/oracle/picture.h"

enum {
    RESTART_S = 30,
    HASHES_KEPT = 16, /* of a camera's latest captures */
};

/* In place of an instance. */
#define NO_INSTANCE UINT32_MAX             /* nothing was shown yet */
#define OUTSIDE_THE_CACHE (UINT32_MAX - 1) /* the camera was asked directly */

#define NO_REQUEST UINT64_MAX /* no answer that comes now is compared */

struct camera {
    uint32_t captures_count;      /* highest number + 1 */
    uint32_t hashes[HASHES_KEPT]; /* low bits, by capture modulo HASHES_KEPT */
};

struct viewer {
    uint64_t request;  /* the last that was accepted, or NO_REQUEST */
    uint32_t instance; /* that it went to */
    uint32_t newest;
    uint32_t newest_instance; /* that answered with it, or NO_INSTANCE */
    uint32_t reserved;
    sf_ns restarted_until_ns; /* not judged until then */
};

struct state {
    struct camera *cameras;
    struct viewer *viewers;
    struct sf_picture open;
    uint32_t instances[SF_NODES_MAX]; /* how many ran on each node before */
    uint64_t compared_count;
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    uint32_t viewers_count = SF_VIEWERS_PER_HOME * homes_count;
    state->cameras = sf_arena_take(arena, homes_count, sizeof *state->cameras);
    state->viewers = sf_arena_take(arena, viewers_count, sizeof *state->viewers);
    for (uint32_t i = 0; i < viewers_count; i++) {
        state->viewers[i].newest_instance = NO_INSTANCE;
    }
}

static void see_capture(struct state *state, const struct sf_capture_record capture)
{
    struct camera *camera = &state->cameras[capture.camera.index];
    camera->hashes[capture.capture % HASHES_KEPT] = (uint32_t)capture.hash;
    camera->captures_count = capture.capture + 1;
}

/* The oldest capture that is kept and has equal bytes. */
static uint32_t oldest_equal(const struct camera *camera, uint32_t capture)
{
    if (capture >= camera->captures_count) {
        return capture;
    }
    uint32_t from = camera->captures_count > HASHES_KEPT ? camera->captures_count - HASHES_KEPT : 0;
    uint32_t hash = camera->hashes[capture % HASHES_KEPT];
    while (from < capture && camera->hashes[from % HASHES_KEPT] != hash) {
        from++;
    }
    return from < capture ? from : capture;
}

static void judge(struct state *state, const struct sf_register *who,
                  const struct sf_picture *picture, struct sf_findings *findings)
{
    struct viewer *viewer = &state->viewers[picture->viewer.index];
    if (!sf_picture_is_judged(picture) || viewer->request != picture->request) {
        return;
    }
    if (picture->at_ns < viewer->restarted_until_ns) {
        viewer->newest_instance = NO_INSTANCE;
        return;
    }
    bool comparable = viewer->newest_instance == viewer->instance;
    state->compared_count += comparable;
    if (comparable && picture->newest < viewer->newest) {
        struct sf_finding finding =
            sf_finding_about_own(who, picture->viewer, picture->at_ns, picture->request);
        finding.flags = picture->flags;
        finding.capture = picture->newest;
        finding.amount = viewer->newest - picture->newest;
        sf_findings_add(findings, finding);
    }
    const struct camera *camera = &state->cameras[sf_register_camera(who, picture->viewer).index];
    uint32_t at_least = oldest_equal(camera, picture->newest);
    if (!comparable || at_least > viewer->newest) {
        viewer->newest = at_least;
    }
    viewer->newest_instance = viewer->instance;
}

static uint32_t instance_of(const struct state *state, struct sf_node_id node)
{
    return node.index < SF_NODES_MAX ? state->instances[node.index] * SF_NODES_MAX + node.index
                                     : OUTSIDE_THE_CACHE;
}

static void new_instance(struct state *state, struct sf_node_id node)
{
    if (node.index < SF_NODES_MAX) {
        state->instances[node.index]++;
    }
}

static void admit(struct state *state, const struct sf_admitted_record admitted)
{
    struct viewer *viewer = &state->viewers[admitted.viewer.index];
    viewer->request = admitted.request;
    viewer->instance = instance_of(state, admitted.node);
}

static void restart(struct state *state, struct sf_home_id home, sf_ns at_ns)
{
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        struct sf_viewer_id viewer = sf_viewer_of_home(home, (enum sf_viewer_kind)i);
        state->viewers[viewer.index].restarted_until_ns = at_ns + RESTART_S * SF_SECOND;
    }
}

static void forget(struct state *state, struct sf_camera_id camera)
{
    struct sf_home_id home = {camera.index};
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        struct sf_viewer_id viewer = sf_viewer_of_home(home, (enum sf_viewer_kind)i);
        state->viewers[viewer.index].request = NO_REQUEST;
        state->viewers[viewer.index].newest_instance = NO_INSTANCE;
    }
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    struct sf_picture picture;
    if (sf_picture_see(&state->open, who, record, &picture)) {
        judge(state, who, &picture, findings);
    }
    if (record->kind == SF_RECORD_CAPTURE) {
        see_capture(state, sf_capture_of(record));
    } else if (record->kind == SF_RECORD_ADMITTED) {
        admit(state, sf_admitted_of(record));
    } else if (record->kind == SF_RECORD_FORGET) {
        forget(state, sf_forget_of(record).camera);
    } else if (record->kind == SF_RECORD_DEPLOYED) {
        new_instance(state, sf_deployed_of(record).node);
    } else if (record->kind == SF_RECORD_NODE) {
        new_instance(state, sf_node_of(record).node);
    } else if (record->kind == SF_RECORD_POWER && sf_power_of(record).back) {
        restart(state, sf_power_of(record).home, record->at_ns);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->compared_count,
                                .wanted = state->compared_count > 0};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "was answered with its capture %u, %u older than one that it had been shown",
                finding->capture, finding->amount);
}

const struct sf_oracle sf_oracle_monotonic = {
    .name = "monotonic",
    .invariant =
        "the cache answers no viewer with an older picture than it has answered it with before",
    .amount_unit = "captures back",
    .kinds = SF_SEES(CAPTURE) | SF_SEES(ADMITTED) | SF_SEES(FORGET) | SF_SEES(SHOWN) |
             SF_SEES(SEEN) | SF_SEES(DEPLOYED) | SF_SEES(NODE) | SF_SEES(POWER) | SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
    .say = say,
};
