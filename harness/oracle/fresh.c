/* Fresh: a picture that the cache answers with, and does not flag as stale, is at most as old at
 * that time as the scenario allows, or the camera said not longer ago that it has no newer one.
 * Judged when it is shown, by its newest capture; "not modified" counts as an answer with the
 * picture that the viewer holds. Judges only where the scenario states an age, and only whole,
 * undamaged pictures. */
#include "harness/oracle/picture.h"

enum { TIMES_KEPT = 64 }; /* of a camera's latest captures */

struct camera {
    uint32_t captures_count;  /* highest number + 1 */
    uint32_t confirmed_count; /* the same when the camera said last that nothing has changed; 0 */
    sf_ns confirmed_ns;
    sf_ns taken_ns[TIMES_KEPT]; /* by capture modulo TIMES_KEPT */
};

struct viewer {
    uint64_t request; /* that was answered last */
    sf_ns answered_ns;
};

struct state {
    struct sf_arena *arena;
    struct camera *cameras; /* NULL until an age is stated */
    struct viewer *viewers;
    struct sf_picture open;
    uint32_t homes_count;
    sf_ns within_ns;
    uint64_t pictures_count;
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    state->arena = arena;
    state->homes_count = homes_count;
}

static void start(struct state *state, sf_ns within_ns)
{
    state->within_ns = within_ns;
    state->cameras = sf_arena_take(state->arena, state->homes_count, sizeof *state->cameras);
    state->viewers = sf_arena_take(state->arena, (size_t)SF_VIEWERS_PER_HOME * state->homes_count,
                                   sizeof *state->viewers);
}

/* When a capture was taken. For one that is too old to be kept: the latest possible time. */
static sf_ns taken_at_latest(const struct camera *camera, uint32_t capture)
{
    uint32_t oldest = camera->captures_count > TIMES_KEPT ? camera->captures_count - TIMES_KEPT : 0;
    return camera->taken_ns[(capture > oldest ? capture : oldest) % TIMES_KEPT];
}

/* Has the cloud heard from the camera in time that this is its latest still? The camera may have
 * taken another while it said so. */
static bool is_confirmed(const struct camera *camera, uint32_t capture, sf_ns since_ns)
{
    return camera->confirmed_count > 0 && camera->confirmed_ns >= since_ns &&
           capture + 2 >= camera->confirmed_count;
}

static void judge(struct state *state, const struct sf_register *who,
                  const struct sf_picture *picture, struct sf_findings *findings)
{
    const struct viewer *viewer = &state->viewers[picture->viewer.index];
    const struct camera *camera = &state->cameras[sf_register_camera(who, picture->viewer).index];
    if (!sf_picture_is_judged(picture) || viewer->request != picture->request ||
        (picture->flags & SF_FLAG_STALE) != 0) {
        return;
    }
    state->pictures_count++;
    sf_ns age_ns = viewer->answered_ns - taken_at_latest(camera, picture->newest);
    if (age_ns > state->within_ns &&
        !is_confirmed(camera, picture->newest, viewer->answered_ns - state->within_ns)) {
        struct sf_finding finding =
            sf_finding_about_own(who, picture->viewer, picture->at_ns, picture->request);
        finding.flags = picture->flags;
        finding.capture = picture->newest;
        finding.amount = (uint32_t)(age_ns / SF_MS);
        sf_findings_add(findings, finding);
    }
}

static void see_capture(struct state *state, const struct sf_capture_record capture)
{
    struct camera *camera = &state->cameras[capture.camera.index];
    camera->taken_ns[capture.capture % TIMES_KEPT] = capture.at_ns;
    camera->captures_count = capture.capture + 1;
}

static void see_fetch_ended(struct state *state, const struct sf_fetch_ended_record ended)
{
    struct camera *camera = &state->cameras[ended.camera.index];
    if (ended.ending == SF_ENDING_NOT_MODIFIED) {
        camera->confirmed_count = camera->captures_count;
        camera->confirmed_ns = ended.at_ns;
    }
}

static void see_answered(struct state *state, const struct sf_answered_record answered)
{
    state->viewers[answered.viewer.index] =
        (struct viewer){.request = answered.request, .answered_ns = answered.at_ns};
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_FRESH) {
        start(state, sf_fresh_of(record).within_ns);
        return;
    }
    struct sf_picture picture;
    if (state->cameras == NULL) {
        return;
    }
    if (sf_picture_see(&state->open, who, record, &picture)) {
        judge(state, who, &picture, findings);
    }
    if (record->kind == SF_RECORD_CAPTURE) {
        see_capture(state, sf_capture_of(record));
    } else if (record->kind == SF_RECORD_FETCH_ENDED) {
        see_fetch_ended(state, sf_fetch_ended_of(record));
    } else if (record->kind == SF_RECORD_ANSWERED) {
        see_answered(state, sf_answered_of(record));
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->pictures_count, .wanted = state->cameras != NULL};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "was answered with its capture %u, %u ms old and not flagged as stale",
                finding->capture, finding->amount);
}

const struct sf_oracle sf_oracle_fresh = {
    .name = "fresh",
    .invariant = "a picture that is answered and not flagged as stale is as fresh as was asked for",
    .amount_unit = "ms old",
    .kinds = SF_SEES(FRESH) | SF_SEES(CAPTURE) | SF_SEES(FETCH_ENDED) | SF_SEES(ANSWERED) |
             SF_SEES(SHOWN) | SF_SEES(SEEN) | SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
    .say = say,
};
