/* No way back in time: one instance of the cache never answers a viewer with an older capture of
 * the viewer's camera than it answered that viewer with before. A still that is flagged as stale
 * may be old, but not older than that. A picture of several captures counts as its newest.
 *
 * Judges whole, undamaged pictures of the cache's paths. Another instance (on another node, after a
 * deploy or a loss) cannot know what this one answered, so only answers of the instance that
 * answered the viewer last are compared. A camera that restarts counts its captures from 0 again:
 * its viewers are not judged for half a minute. */
#include "harness/base/bounds.h"
#include "harness/base/time.h"
#include "harness/oracle/picture.h"

enum { RESTART_S = 30 };

/* In place of an instance. */
#define NO_INSTANCE UINT32_MAX             /* nothing was shown yet */
#define OUTSIDE_THE_CACHE (UINT32_MAX - 1) /* the camera was asked directly */

struct viewer {
    uint64_t request;  /* the last that was accepted */
    uint32_t instance; /* that it went to */
    uint32_t newest;
    uint32_t newest_instance; /* that answered with it, or NO_INSTANCE */
    uint32_t reserved;
    sf_ns restarted_until_ns; /* not judged until then */
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
        state->viewers[i].newest_instance = NO_INSTANCE;
    }
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
    if (!comparable || picture->newest > viewer->newest) {
        viewer->newest = picture->newest;
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

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    struct sf_picture picture;
    if (sf_picture_see(&state->open, who, record, &picture)) {
        judge(state, who, &picture, findings);
    }
    if (record->kind == SF_RECORD_ADMITTED) {
        admit(state, sf_admitted_of(record));
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
    .kinds = SF_SEES(ADMITTED) | SF_SEES(SHOWN) | SF_SEES(SEEN) | SF_SEES(DEPLOYED) |
             SF_SEES(NODE) | SF_SEES(POWER) | SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
    .say = say,
};
