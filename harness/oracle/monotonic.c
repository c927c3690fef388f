/* No way back in time: what one instance of the cache answers a viewer with is never an older
 * capture of the viewer's camera than what it answered that viewer with before. A still that is
 * flagged as stale may be old, but not older than what was seen already. A picture that is put
 * together from several captures counts as its newest.
 *
 * Judges whole, sound pictures of the cache's paths. Another instance, on another node, after a
 * deploy or a loss, cannot know what this one did: only an answer of the instance that answered the
 * viewer last is compared. And a camera that restarts counts its stills from 0 again: for half a
 * minute after that nobody is held to an order that the numbers do not show. */
#include "harness/base/bounds.h"
#include "harness/base/ids.h"
#include "harness/base/time.h"
#include "harness/oracle/picture.h"

enum { RESTART_S = 30 };

struct viewer {
    uint64_t request;  /* that was let in last */
    uint32_t instance; /* that it went to */
    uint32_t newest;
    uint32_t newest_instance; /* that answered with it; SF_NOBODY: nothing was shown yet */
    uint32_t reserved;
    sf_ns restarted_until_ns; /* its camera's numbers mean little until then */
};

struct state {
    struct viewer *viewers;
    struct sf_picture open;
    uint32_t instances[SF_NODES_MAX]; /* how many ran on each node before */
    uint64_t compared_count;
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    uint32_t viewers_count = SF_VIEWERS_PER_HOME * homes_count;
    state->viewers = sf_arena_take(arena, viewers_count, sizeof *state->viewers);
    for (uint32_t i = 0; i < viewers_count; i++) {
        state->viewers[i].newest_instance = SF_NOBODY;
    }
}

static void judge(struct state *state, const struct sf_register *who,
                  const struct sf_picture *picture, struct sf_findings *findings)
{
    struct viewer *viewer = &state->viewers[picture->viewer];
    if (!sf_picture_is_judged(picture) || viewer->request != picture->request) {
        return;
    }
    if (picture->at_ns < viewer->restarted_until_ns) {
        viewer->newest_instance = SF_NOBODY;
        return;
    }
    bool comparable = viewer->newest_instance == viewer->instance;
    state->compared_count += comparable;
    if (comparable && picture->newest < viewer->newest) {
        sf_findings_add(findings, (struct sf_finding){
                                      .at_ns = picture->at_ns,
                                      .flags = picture->flags,
                                      .viewer = picture->viewer,
                                      .viewer_tenant = who->viewer_tenant[picture->viewer],
                                      .owner_tenant = who->viewer_tenant[picture->viewer],
                                      .owner_camera = who->viewer_camera[picture->viewer],
                                      .capture = picture->newest,
                                      .amount = viewer->newest - picture->newest,
                                      .request = picture->request,
                                  });
    }
    if (!comparable || picture->newest > viewer->newest) {
        viewer->newest = picture->newest;
    }
    viewer->newest_instance = viewer->instance;
}

static uint32_t instance_of(const struct state *state, uint32_t node)
{
    return node < SF_NODES_MAX ? state->instances[node] * SF_NODES_MAX + node : SF_NOBODY - 1;
}

static void new_instance(struct state *state, uint32_t node)
{
    if (node < SF_NODES_MAX) {
        state->instances[node]++;
    }
}

static void restart(struct state *state, const struct sf_record *record)
{
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        state->viewers[record->who * SF_VIEWERS_PER_HOME + i].restarted_until_ns =
            record->at_ns + RESTART_S * SF_SECOND;
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
    if (record->kind == SF_RECORD_ADMITTED) {
        state->viewers[record->who].request = record->c;
        state->viewers[record->who].instance = instance_of(state, record->b);
    } else if (record->kind == SF_RECORD_DEPLOYED) {
        new_instance(state, record->a);
    } else if (record->kind == SF_RECORD_NODE) {
        new_instance(state, record->who);
    } else if (record->kind == SF_RECORD_POWER && record->flags != 0) {
        restart(state, record);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->compared_count,
                                .wanted = state->compared_count > 0};
}

const struct sf_oracle sf_oracle_monotonic = {
    .name = "monotonic",
    .invariant =
        "the cache answers no viewer with an older picture than it has answered it with before",
    .amount_unit = "captures back",
    .kinds = SF_SEES(ADMITTED) | SF_SEES(SHOWN) | SF_SEES(SEEN) | SF_SEES(DEPLOYED) |
             SF_SEES(NODE) | SF_SEES(POWER) | SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
};
