/* No image leaves a home without its owner's consent. To the backup store only while the owner
 * consents to the backup; to the vendor's cloud only while the owner has a viewer that asks there:
 * the integration linked, or an app; nowhere else at all. What was on its way when the owner took
 * it back may leave for the stated grace. Stills that a viewer asked for are another matter. */
#include "harness/base/ids.h"
#include "harness/oracle/oracle.h"

/* Leave to send somewhere: held, or held until. */
struct leave {
    sf_ns until_ns; /* not held: what left up to here was still on its way */
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

static bool has_leave(const struct owner *owner, const struct sf_record *record)
{
    const struct leave *leave = record->a == SF_DESTINATION_CLOUD    ? &owner->cloud
                                : record->a == SF_DESTINATION_BACKUP ? &owner->backup
                                                                     : NULL;
    return leave != NULL && (leave->held || record->at_ns <= leave->until_ns);
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_CONSENT) {
        state->concerned = true;
        state->grace_ns = (sf_ns)record->d;
        struct owner *owner = &state->owners[record->who];
        set(&owner->backup, record->flags != 0, record->at_ns, state->grace_ns);
        owner->cloud.held = who->linked[record->who] || who->has_app[record->who];
        return;
    }
    if (record->kind == SF_RECORD_LINK) {
        set(&state->owners[record->who].cloud, record->flags != 0 || who->has_app[record->who],
            record->at_ns, state->grace_ns);
        return;
    }
    state->sent_count++;
    uint32_t image_bytes = record->b;
    if (image_bytes > 0 && !has_leave(&state->owners[who->camera_tenant[record->who]], record)) {
        sf_exposure_add(who, record, image_bytes, findings);
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
};
