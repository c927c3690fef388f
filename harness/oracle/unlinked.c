/* Nothing after unlinking: once an owner has unlinked the integration, no answer with bytes is sent
 * to its hub, and what was on its way before arrives within the stated grace. The owner's app is
 * not concerned, and neither is anybody who had never linked. */
#include "harness/oracle/oracle.h"

struct owner {
    sf_ns late_from_ns; /* unlinked: what arrives after this is too late */
    bool unlinked;      /* had linked, and took it back */
};

struct state {
    struct owner *owners; /* by tenant */
    bool *was_linked;     /* by tenant: as the record before said */
    uint64_t asks_count;  /* requests of hubs whose owner has unlinked: the chances to break it */
    bool used;
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    state->owners = sf_arena_take(arena, homes_count, sizeof *state->owners);
    state->was_linked = sf_arena_take(arena, homes_count, sizeof(bool));
}

static void see_link(struct state *state, const struct sf_record *record)
{
    bool linked = record->flags != 0;
    bool unlinks = !linked && state->was_linked[record->who];
    state->used |= unlinks;
    if (unlinks) {
        state->owners[record->who] =
            (struct owner){.unlinked = true, .late_from_ns = record->at_ns + (sf_ns)record->d};
    } else if (linked) {
        state->owners[record->who] = (struct owner){0};
    }
    state->was_linked[record->who] = linked;
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_LINK) {
        see_link(state, record);
        return;
    }
    const struct owner *owner = &state->owners[who->viewer_tenant[record->who]];
    if (!owner->unlinked || (who->viewer_flags[record->who] & SF_FLAG_INTEGRATION) == 0) {
        return;
    }
    if (record->kind == SF_RECORD_ASK) {
        state->asks_count++;
        return;
    }
    sf_revoked_judge(who, record, owner->late_from_ns, findings);
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->asks_count, .wanted = state->used};
}

const struct sf_oracle sf_oracle_unlinked = {
    .name = "unlinked",
    .invariant = "after an owner has unlinked the integration, no frame reaches its hub",
    .amount_unit = "bytes",
    .kinds = SF_SEES(LINK) | SF_SEES(ASK) | SF_SEES(ANSWERED) | SF_SEES(DELIVERED),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
};
