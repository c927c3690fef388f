/* Nothing after the kill switch: once the operator has blocked the integration, no answer with
 * bytes is sent on its path, and answers that were sent before arrive within the stated grace. The
 * app's path is not judged. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t asks_count; /* requests of hubs while the block holds: the chances to break it */
    sf_ns late_from_ns;  /* blocked: what arrives after this is too late */
    bool blocked;        /* since the last record */
    bool used;
};

/* A second block while the first holds does not extend the grace. */
static void see_switch(struct state *state, const struct sf_kill_switch_record kill_switch)
{
    state->used = true;
    if (kill_switch.blocked && !state->blocked) {
        state->late_from_ns = kill_switch.at_ns + kill_switch.grace_ns;
    }
    state->blocked = kill_switch.blocked;
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_KILL_SWITCH) {
        see_switch(state, sf_kill_switch_of(record));
        return;
    }
    struct sf_viewer_id viewer = sf_viewer_of_record(record);
    if (!state->blocked || !sf_register_has_flag(who, viewer, SF_FLAG_INTEGRATION)) {
        return;
    }
    state->asks_count += record->kind == SF_RECORD_ASK;
    sf_revoked_judge(who, record, state->late_from_ns, findings);
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->asks_count, .wanted = state->used};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "received %u bytes of a frame although the integration is blocked",
                finding->amount);
}

const struct sf_oracle sf_oracle_kill_switch = {
    .name = "kill-switch",
    .invariant =
        "after the operator's block no frame of any kind reaches a viewer of the integration",
    .amount_unit = "bytes",
    .kinds = SF_SEES(KILL_SWITCH) | SF_SEES(ASK) | SF_SEES(ANSWERED) | SF_SEES(DELIVERED),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = say,
};
