/* Nothing after unlinking: once an owner has unlinked the integration, no answer with bytes is sent
 * to its hub, and answers that were sent before arrive within the stated grace. The owner's app is
 * not judged, and neither is an owner who had never linked it. */
#include "harness/oracle/oracle.h"

struct owner {
    sf_ns late_from_ns; /* unlinked: what arrives after this is too late */
    bool unlinked;      /* had linked it, and unlinked it */
};

struct state {
    struct owner *owners; /* by tenant */
    bool *was_linked;     /* by tenant: since the last record */
    uint64_t asks_count;  /* requests of hubs whose owner has unlinked: the chances to break it */
    bool used;
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    state->owners = sf_arena_take(arena, homes_count, sizeof *state->owners);
    state->was_linked = sf_arena_take(arena, homes_count, sizeof(bool));
}

static void see_link(struct state *state, const struct sf_link_record link)
{
    bool *was_linked = &state->was_linked[link.tenant.index];
    bool unlinks = !link.linked && *was_linked;
    state->used |= unlinks;
    if (unlinks) {
        state->owners[link.tenant.index] =
            (struct owner){.unlinked = true, .late_from_ns = link.at_ns + link.grace_ns};
    } else if (link.linked) {
        state->owners[link.tenant.index] = (struct owner){0};
    }
    *was_linked = link.linked;
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_LINK) {
        see_link(state, sf_link_of(record));
        return;
    }
    struct sf_viewer_id viewer = sf_viewer_of_record(record);
    const struct owner *owner = &state->owners[sf_register_tenant(who, viewer).index];
    if (!owner->unlinked || !sf_register_has_flag(who, viewer, SF_FLAG_INTEGRATION)) {
        return;
    }
    state->asks_count += record->kind == SF_RECORD_ASK;
    sf_revoked_judge(who, record, owner->late_from_ns, findings);
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->asks_count, .wanted = state->used};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "received %u bytes of a frame although its owner has unlinked the integration",
                finding->amount);
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
    .say = say,
};
