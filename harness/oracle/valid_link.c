/* A viewer without a valid link receives nothing: no answer with bytes goes to a viewer without an
 * account, whose session has expired, whose tenant has not linked the integration (on that path),
 * or that asked for another tenant's camera that is not shared with it; neither from the cloud nor
 * from the camera directly. Judged by the state when the cloud answers. A camera that is asked
 * directly is judged by the state when it lets the viewer in, for it is not notified of later
 * changes. */
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

static bool is_wrong(const struct state *state, const struct sf_register *who,
                     struct sf_viewer_id viewer, struct sf_camera_id camera)
{
    if (sf_camera_is_none(camera)) {
        return false; /* asked so long ago that the camera is not known any more */
    }
    bool direct = sf_register_has_flag(who, viewer, SF_FLAG_DIRECT);
    return direct ? state->let_in_wrongly[viewer.index]
                  : !sf_register_has_link(who, viewer, camera);
}

static void see_answered(struct state *state, const struct sf_register *who,
                         const struct sf_answered_record answered, struct sf_findings *findings)
{
    if (answered.bytes == 0) {
        return;
    }
    const struct sf_camera_id camera = sf_register_asked(who, answered.viewer, answered.request);
    state->answers_count++;
    if (is_wrong(state, who, answered.viewer, camera)) {
        struct sf_finding finding =
            sf_finding_about(who, answered.viewer, answered.at_ns, answered.request);
        finding.owner_camera = camera;
        finding.owner_tenant = sf_register_owner(who, finding.owner_camera);
        finding.amount = answered.bytes;
        sf_findings_add(findings, finding);
    }
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_REFUSED) {
        state->refusals_count++;
    } else if (record->kind == SF_RECORD_ADMITTED) {
        const struct sf_admitted_record admitted = sf_admitted_of(record);
        state->let_in_wrongly[admitted.viewer.index] =
            !sf_register_has_link(who, admitted.viewer, sf_register_camera(who, admitted.viewer));
    } else {
        see_answered(state, who, sf_answered_of(record), findings);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->answers_count + state->refusals_count,
                                .wanted = true};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "was sent %u bytes of home %u's camera without a valid link", finding->amount,
                finding->owner_tenant.index + 1);
}

const struct sf_oracle sf_oracle_valid_link = {
    .name = "valid-link",
    .invariant =
        "a viewer without a valid link to the camera that it asks for is sent no byte of a frame",
    .amount_unit = "bytes",
    .inside = true,
    .kinds = SF_SEES(ADMITTED) | SF_SEES(ANSWERED) | SF_SEES(REFUSED),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
    .say = say,
};
