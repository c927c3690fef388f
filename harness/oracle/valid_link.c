/* A viewer without a valid link gets nothing: no answer with bytes goes to a viewer without an
 * account, whose session has expired, whose tenant has not linked the integration (on that path),
 * or who asked for a camera that is not its tenant's; neither from the cloud nor from the camera
 * directly. Judged by how things stand when the cloud answers; where the camera is asked directly,
 * when it lets the viewer in, for of what changes later it hears nothing. */
#include "harness/base/ids.h"
#include "harness/oracle/oracle.h"

struct state {
    uint64_t answers_count;
    uint64_t refusals_count;
    bool *let_in_wrongly; /* by viewer: at the camera, the last time */
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    state->let_in_wrongly =
        sf_arena_take(arena, SF_VIEWERS_PER_HOME * (size_t)homes_count, sizeof(bool));
}

static bool is_wrong(const struct state *state, const struct sf_register *who, uint32_t viewer)
{
    bool direct = (who->viewer_flags[viewer] & SF_FLAG_DIRECT) != 0;
    return direct ? state->let_in_wrongly[viewer] : !sf_register_has_link(who, viewer);
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_REFUSED) {
        state->refusals_count++;
        return;
    }
    if (record->kind == SF_RECORD_ADMITTED) {
        state->let_in_wrongly[record->who] = !sf_register_has_link(who, record->who);
        return;
    }
    if (record->a == 0) {
        return; /* an answer without bytes */
    }
    state->answers_count++;
    if (is_wrong(state, who, record->who)) {
        uint32_t camera = who->viewer_camera[record->who];
        sf_findings_add(findings, (struct sf_finding){
                                      .at_ns = record->at_ns,
                                      .viewer = record->who,
                                      .viewer_tenant = who->viewer_tenant[record->who],
                                      .owner_tenant = who->camera_tenant[camera],
                                      .owner_camera = camera,
                                      .amount = record->a,
                                      .request = record->c,
                                  });
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->answers_count + state->refusals_count,
                                .wanted = true};
}

const struct sf_oracle sf_oracle_valid_link = {
    .name = "valid-link",
    .invariant =
        "a viewer without a valid link to the camera that it asks for is sent no byte of a frame",
    .amount_unit = "bytes",
    .kinds = SF_SEES(ADMITTED) | SF_SEES(ANSWERED) | SF_SEES(REFUSED),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
};
