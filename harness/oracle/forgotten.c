/* What was invalidated stays forgotten: after an invalidation of a camera or of its
 * owner no request is answered with a still that the cache had before. A fallback, the shared store
 * and a hand-over are no excuse. A picture of several captures counts as its newest.
 *
 * The oracle knows what the cache had: stills whose upload was complete, and stills that a viewer
 * was shown. It does not judge a capture that was on its way at that moment, or that arrived once
 * more afterwards (a fetch brings a camera's latest still, which may be one from before). Answers
 * that were given within the stated grace are not judged either. */
#include "harness/base/time.h"
#include "harness/oracle/picture.h"

struct camera {
    uint32_t had;       /* 1 + the newest capture that the cache has had; 0: none */
    uint32_t forgotten; /* captures below this one are forgotten; 0: none */
    sf_ns judged_from_ns;
    uint32_t arriving_count; /* uploads and fetches of which some has arrived */
    uint32_t arriving_low;   /* the oldest capture among them, and perhaps of some before */
};

struct viewer {
    uint64_t request;   /* that was answered last */
    uint32_t forgotten; /* as its camera's, when it was answered */
    uint32_t reserved;
};

struct state {
    struct camera *cameras;
    struct viewer *viewers;
    struct sf_picture open;
    uint64_t judged_count;
    bool used;
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    state->cameras = sf_arena_take(arena, homes_count, sizeof *state->cameras);
    state->viewers =
        sf_arena_take(arena, SF_VIEWERS_PER_HOME * homes_count, sizeof *state->viewers);
}

/* ---- what the cache has ---- */

static void arrives(struct camera *camera, uint32_t capture)
{
    bool oldest = camera->arriving_count == 0 || capture < camera->arriving_low;
    camera->arriving_low = oldest ? capture : camera->arriving_low;
    camera->arriving_count++;
    if (capture < camera->forgotten) {
        camera->forgotten = capture;
    }
}

static void has_arrived(struct camera *camera)
{
    camera->arriving_count -= camera->arriving_count > 0;
}

static void has(struct camera *camera, uint32_t capture)
{
    camera->had = capture + 1 > camera->had ? capture + 1 : camera->had;
}

static void forget(struct state *state, const struct sf_forget_record forget)
{
    struct camera *camera = &state->cameras[forget.camera.index];
    bool in_between = camera->arriving_count > 0 && camera->arriving_low < camera->had;
    camera->forgotten = in_between ? camera->arriving_low : camera->had;
    camera->judged_from_ns = forget.at_ns + forget.grace_ns;
    state->used = true;
}

/* ---- what viewers are answered with ---- */

static void answer(struct state *state, const struct sf_register *who,
                   const struct sf_answered_record answered)
{
    const struct camera *camera = &state->cameras[sf_register_camera(who, answered.viewer).index];
    bool judged = answered.at_ns >= camera->judged_from_ns;
    state->viewers[answered.viewer.index] = (struct viewer){
        .request = answered.request,
        .forgotten = judged ? camera->forgotten : 0,
    };
}

static void judge(struct state *state, const struct sf_register *who,
                  const struct sf_picture *picture, struct sf_findings *findings)
{
    const struct viewer *viewer = &state->viewers[picture->viewer.index];
    if (!sf_picture_is_judged(picture)) {
        return;
    }
    has(&state->cameras[sf_register_camera(who, picture->viewer).index], picture->newest);
    if (viewer->request != picture->request || viewer->forgotten == 0) {
        return;
    }
    state->judged_count++;
    if (picture->newest < viewer->forgotten) {
        struct sf_finding finding =
            sf_finding_about_own(who, picture->viewer, picture->at_ns, picture->request);
        finding.flags = picture->flags;
        finding.capture = picture->newest;
        finding.amount = viewer->forgotten - picture->newest;
        sf_findings_add(findings, finding);
    }
}

static void see_upload_begun(struct state *state, const struct sf_upload_begun_record begun)
{
    arrives(&state->cameras[begun.camera.index], begun.capture);
}

static void see_fetch_arrives(struct state *state, const struct sf_fetch_arrives_record begun)
{
    arrives(&state->cameras[begun.camera.index], begun.capture);
}

/* Of a fetch that has ended or was cancelled. */
static void see_fetched(struct state *state, struct sf_camera_id camera, uint32_t received_bytes)
{
    if (received_bytes > 0) {
        has_arrived(&state->cameras[camera.index]);
    }
}

static void see_upload_ended(struct state *state, const struct sf_upload_ended_record ended)
{
    struct camera *camera = &state->cameras[ended.camera.index];
    has_arrived(camera);
    if (ended.ending == SF_ENDING_COMPLETE) {
        has(camera, ended.capture);
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
    if (record->kind == SF_RECORD_UPLOAD_BEGUN) {
        see_upload_begun(state, sf_upload_begun_of(record));
    } else if (record->kind == SF_RECORD_UPLOAD_ENDED) {
        see_upload_ended(state, sf_upload_ended_of(record));
    } else if (record->kind == SF_RECORD_FETCH_ARRIVES) {
        see_fetch_arrives(state, sf_fetch_arrives_of(record));
    } else if (record->kind == SF_RECORD_FETCH_ENDED) {
        const struct sf_fetch_ended_record ended = sf_fetch_ended_of(record);
        see_fetched(state, ended.camera, ended.received_bytes);
    } else if (record->kind == SF_RECORD_FETCH_CANCELLED) {
        const struct sf_fetch_cancelled_record ended = sf_fetch_cancelled_of(record);
        see_fetched(state, ended.camera, ended.received_bytes);
    } else if (record->kind == SF_RECORD_FORGET) {
        forget(state, sf_forget_of(record));
    } else if (record->kind == SF_RECORD_ANSWERED) {
        answer(state, who, sf_answered_of(record));
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->judged_count, .wanted = state->used};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "was answered with its capture %u, which the cache was to forget",
                finding->capture);
}

const struct sf_oracle sf_oracle_forgotten = {
    .name = "forgotten",
    .invariant = "no viewer is answered with a still that was invalidated",
    .amount_unit = "captures before the first that need not be forgotten",
    .kinds = SF_SEES(UPLOAD_BEGUN) | SF_SEES(UPLOAD_ENDED) | SF_SEES(FETCH_ARRIVES) |
             SF_SEES(FETCH_ENDED) | SF_SEES(FETCH_CANCELLED) | SF_SEES(FORGET) | SF_SEES(ANSWERED) |
             SF_SEES(SHOWN) | SF_SEES(SEEN) | SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
    .say = say,
};
