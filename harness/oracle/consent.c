/* No image leaves a home without its owner's consent. To the backup store only while the owner
 * consents to the backup; to the vendor's cloud only while the owner has a viewer that asks there:
 * the integration linked, or an app; nowhere else. What was being sent when the owner withdrew
 * consent may still leave for the stated grace. Stills that a viewer asked for are not judged. */
#include "harness/oracle/oracle.h"

/* The right to send to one destination. */
struct leave {
    sf_ns until_ns; /* not held: the end of the grace */
    bool held;
};

struct owner {
    struct leave backup;
    struct leave cloud;
};

struct state {
    struct owner *owners; /* by tenant */
    uint64_t sent_count;  /* what left homes: the chances to take an image along */
    sf_ns grace_ns;
    bool concerned;
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    state->owners = sf_arena_take(arena, homes_count, sizeof *state->owners);
}

static void set(struct leave *leave, bool held, sf_ns at_ns, sf_ns grace_ns)
{
    if (leave->held && !held) {
        leave->until_ns = at_ns + grace_ns;
    }
    leave->held = held;
}

static bool has_leave(const struct owner *owner, const struct sf_left_home_record *left)
{
    const struct leave *leave = left->destination == SF_DESTINATION_CLOUD    ? &owner->cloud
                                : left->destination == SF_DESTINATION_BACKUP ? &owner->backup
                                                                             : NULL;
    return leave != NULL && (leave->held || left->at_ns <= leave->until_ns);
}

static void see_consent(struct state *state, const struct sf_register *who,
                        const struct sf_consent_record consent)
{
    struct owner *owner = &state->owners[consent.tenant.index];
    state->concerned = true;
    state->grace_ns = consent.grace_ns;
    set(&owner->backup, consent.given, consent.at_ns, state->grace_ns);
    owner->cloud.held =
        sf_register_is_linked(who, consent.tenant) || sf_register_has_app(who, consent.tenant);
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_CONSENT) {
        see_consent(state, who, sf_consent_of(record));
        return;
    }
    if (record->kind == SF_RECORD_LINK) {
        const struct sf_link_record link = sf_link_of(record);
        set(&state->owners[link.tenant.index].cloud,
            link.linked || sf_register_has_app(who, link.tenant), link.at_ns, state->grace_ns);
        return;
    }
    const struct sf_left_home_record left = sf_left_home_of(record);
    const struct owner *owner = &state->owners[sf_register_owner(who, left.camera).index];
    state->sent_count++;
    if (left.image_bytes > 0 && !has_leave(owner, &left)) {
        sf_exposure_add(who, &left, left.image_bytes, findings);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->sent_count, .wanted = state->concerned};
}

const struct sf_oracle sf_oracle_consent = {
    .name = "consent",
    .invariant = "no image leaves a home without its owner's consent",
    .amount_unit = "image bytes",
    .kinds = SF_SEES(CONSENT) | SF_SEES(LINK) | SF_SEES(LEFT_HOME),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
    .say = sf_exposure_say,
};
