/* Progress: after the network healed, every owner who asks gets a whole frame of its own within the
 * stated time. A cache that serves nothing fails here. Judges nothing before the heal, nobody who
 * does not ask, and nobody whose time is not up when the run ends. A request in the first half of
 * the stated time after the heal may still meet what the old network held up, and no cache could
 * help it: an owner who asks later than that has half the stated time from then on, and one who
 * never does is not judged. Neither is one who leaves while a request is open: the waiting begins
 * when they ask again. */
#include "harness/base/ids.h"
#include "harness/oracle/oracle.h"

enum phase { NOT_ASKED, WAITING, SATISFIED, MISSED };

struct owner {
    sf_ns due_ns;
    uint32_t phase;               /* enum phase */
    bool asked_on_healed_network; /* while waiting */
};

struct state {
    struct owner *owners; /* by viewer */
    uint32_t owners_count;
    uint64_t judged_count;
    sf_ns within_ns;
    sf_ns healed_at_ns;
    bool healed;
};

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    state->owners_count = SF_VIEWERS_PER_HOME * homes_count;
    state->owners = sf_arena_take(arena, state->owners_count, sizeof *state->owners);
}

/* An expired session is no excuse: the viewer signs in again. One who has no account never gets
 * there. */
static bool entitled(const struct sf_register *who, uint32_t viewer)
{
    uint32_t tenant = who->viewer_tenant[viewer];
    if (who->camera_tenant[who->viewer_camera[viewer]] != tenant ||
        (who->viewer_flags[viewer] & SF_FLAG_NO_ACCOUNT) != 0) {
        return false;
    }
    bool integration = (who->viewer_flags[viewer] & SF_FLAG_INTEGRATION) != 0;
    return !integration || (who->linked[tenant] && !who->blocked);
}

static void ask(const struct state *state, struct owner *owner, sf_ns at_ns)
{
    if (owner->phase == NOT_ASKED) {
        owner->phase = WAITING;
        owner->due_ns = at_ns + state->within_ns;
        owner->asked_on_healed_network = false;
    }
    sf_ns half_ns = state->within_ns / 2;
    if (!owner->asked_on_healed_network && at_ns >= state->healed_at_ns + half_ns) {
        owner->asked_on_healed_network = true;
        owner->due_ns = owner->due_ns > at_ns + half_ns ? owner->due_ns : at_ns + half_ns;
    }
}

/* Time is up, and nothing came. */
static void judge_missed(struct state *state, const struct sf_register *who, uint32_t viewer,
                         const struct sf_record *record, struct sf_findings *findings)
{
    if (!state->owners[viewer].asked_on_healed_network) {
        state->owners[viewer].phase = NOT_ASKED;
        return;
    }
    state->owners[viewer].phase = MISSED;
    state->judged_count++;
    sf_findings_add(findings, (struct sf_finding){
                                  .at_ns = record->at_ns,
                                  .viewer = viewer,
                                  .viewer_tenant = who->viewer_tenant[viewer],
                                  .owner_tenant = who->viewer_tenant[viewer],
                                  .owner_camera = who->viewer_camera[viewer],
                                  .amount = (uint32_t)(state->within_ns / SF_MS),
                              });
}

/* A viewer that may not be served any more is not waited for. */
static void release_blocked(struct state *state, const struct sf_register *who)
{
    for (uint32_t viewer = 0; viewer < state->owners_count; viewer++) {
        if (state->owners[viewer].phase == WAITING && !entitled(who, viewer)) {
            state->owners[viewer].phase = NOT_ASKED;
        }
    }
}

static void see_viewer(struct state *state, const struct sf_register *who,
                       const struct sf_record *record, struct sf_findings *findings)
{
    struct owner *owner = &state->owners[record->who];
    if (owner->phase == WAITING && record->at_ns > owner->due_ns) {
        judge_missed(state, who, record->who, record, findings);
    }
    if (record->kind == SF_RECORD_ASK && owner->phase <= WAITING && entitled(who, record->who)) {
        ask(state, owner, record->at_ns);
    }
    if (record->kind == SF_RECORD_GAVE_UP && (record->flags & SF_GAVE_UP_LEFT) != 0 &&
        owner->phase == WAITING) {
        owner->phase = NOT_ASKED;
    }
    bool own_whole = record->kind == SF_RECORD_SHOWN && (record->flags & SF_FLAG_DAMAGED) == 0 &&
                     record->b == who->viewer_tenant[record->who];
    if (own_whole && owner->phase == WAITING) {
        owner->phase = SATISFIED;
        state->judged_count++;
    }
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_HEALED) {
        state->healed = true;
        state->within_ns = (sf_ns)record->d;
        state->healed_at_ns = record->at_ns;
        return;
    }
    if (!state->healed) {
        return;
    }
    if (record->kind == SF_RECORD_KILL_SWITCH || record->kind == SF_RECORD_LINK) {
        release_blocked(state, who);
    } else if (record->kind == SF_RECORD_END) {
        for (uint32_t viewer = 0; viewer < state->owners_count; viewer++) {
            if (state->owners[viewer].phase == WAITING &&
                record->at_ns > state->owners[viewer].due_ns) {
                judge_missed(state, who, viewer, record, findings);
            }
        }
    } else {
        see_viewer(state, who, record, findings);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->judged_count, .wanted = state->healed};
}

const struct sf_oracle sf_oracle_recovery = {
    .name = "recovery",
    .invariant =
        "after the network heals, every owner who asks gets a whole frame of its own in time",
    .amount_unit = "ms allowed",
    .kinds = SF_SEES(HEALED) | SF_SEES(ASK) | SF_SEES(SHOWN) | SF_SEES(GAVE_UP) |
             SF_SEES(KILL_SWITCH) | SF_SEES(LINK) | SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
};
