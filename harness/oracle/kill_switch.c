/* Nothing after the kill switch: once the operator has blocked the integration, no answer with
 * bytes is sent on its path, and what was on its way before arrives within the stated grace. The
 * app's path is not concerned. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t asks_count; /* requests of hubs while the block holds: the chances to break it */
    sf_ns late_from_ns;  /* blocked: what arrives after this is too late */
    bool blocked;        /* as the record before said */
    bool used;
};

/* Pressing the switch again does not give what is under way any more time. */
static void see_switch(struct state *state, const struct sf_record *record)
{
    bool blocked = record->flags != 0;
    state->used = true;
    if (blocked && !state->blocked) {
        state->late_from_ns = record->at_ns + (sf_ns)record->d;
    }
    state->blocked = blocked;
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_KILL_SWITCH) {
        see_switch(state, record);
        return;
    }
    if (!state->blocked || (who->viewer_flags[record->who] & SF_FLAG_INTEGRATION) == 0) {
        return;
    }
    if (record->kind == SF_RECORD_ASK) {
        state->asks_count++;
        return;
    }
    sf_revoked_judge(who, record, state->late_from_ns, findings);
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->asks_count, .wanted = state->used};
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
};
