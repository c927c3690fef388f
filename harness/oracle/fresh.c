/* Fresh: a picture that the cache answers with, and does not flag as stale, was taken at most so
 * long before the answer as the scenario allows. Judged once it is shown, by its newest capture;
 * "what you hold is still right" counts as answering with it. Only where the scenario states an
 * age, and only whole, sound pictures. */
#include "harness/base/ids.h"
#include "harness/oracle/picture.h"

enum { TIMES_KEPT = 64 }; /* of a camera's latest captures */

struct camera {
    uint32_t captures_count; /* highest number + 1 */
    uint32_t reserved;
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

/* When it was taken; of a capture that is too far back to be known, the latest that it can have
 * been. */
static sf_ns taken_at_latest(const struct camera *camera, uint32_t capture)
{
    uint32_t oldest = camera->captures_count > TIMES_KEPT ? camera->captures_count - TIMES_KEPT : 0;
    return camera->taken_ns[(capture > oldest ? capture : oldest) % TIMES_KEPT];
}

static void judge(struct state *state, const struct sf_register *who,
                  const struct sf_picture *picture, struct sf_findings *findings)
{
    const struct viewer *viewer = &state->viewers[picture->viewer];
    const struct camera *camera = &state->cameras[who->viewer_camera[picture->viewer]];
    if (!sf_picture_is_judged(picture) || viewer->request != picture->request ||
        (picture->flags & SF_FLAG_STALE) != 0) {
        return;
    }
    state->pictures_count++;
    sf_ns age_ns = viewer->answered_ns - taken_at_latest(camera, picture->newest);
    if (age_ns > state->within_ns) {
        sf_findings_add(findings, (struct sf_finding){
                                      .at_ns = picture->at_ns,
                                      .flags = picture->flags,
                                      .viewer = picture->viewer,
                                      .viewer_tenant = who->viewer_tenant[picture->viewer],
                                      .owner_tenant = who->viewer_tenant[picture->viewer],
                                      .owner_camera = who->viewer_camera[picture->viewer],
                                      .capture = picture->newest,
                                      .amount = (uint32_t)(age_ns / SF_MS),
                                      .request = picture->request,
                                  });
    }
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_FRESH) {
        start(state, (sf_ns)record->d);
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
        struct camera *camera = &state->cameras[record->who];
        camera->taken_ns[record->a % TIMES_KEPT] = record->at_ns;
        camera->captures_count = record->a + 1;
    } else if (record->kind == SF_RECORD_ANSWERED) {
        state->viewers[record->who] =
            (struct viewer){.request = record->c, .answered_ns = record->at_ns};
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->pictures_count, .wanted = state->cameras != NULL};
}

const struct sf_oracle sf_oracle_fresh = {
    .name = "fresh",
    .invariant = "a picture that is answered and not flagged as stale is as fresh as was asked for",
    .amount_unit = "ms old",
    .kinds = SF_SEES(FRESH) | SF_SEES(CAPTURE) | SF_SEES(ANSWERED) | SF_SEES(SHOWN) |
             SF_SEES(SEEN) | SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
};
