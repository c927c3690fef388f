/* Progress: after the network healed, every owner who asks is shown a whole frame of its own within
 * the stated time. A cache that serves nothing fails here. Not judged: what happens before the
 * heal, owners who do not ask, and owners whose time is not up when the run ends.
 *
 * A request in the first half of the stated time after the heal may still be delayed by the old
 * network, which is not the cache's fault: an owner who asks later than that has half the stated
 * time from then on, and an owner who never does is not judged. Nor is an owner who leaves while a
 * request is open: the time starts anew with the next request. A cache may wait for the fetch that
 * it has begun: one that takes longer than any on the healed network does has lost a packet. Where
 * it ends without a still, the time starts anew with the next request. */
#include "harness/base/time.h"
#include "harness/oracle/oracle.h"

enum { FETCH_S = 3 }; /* longer than a fetch takes on a healed network without a loss */

enum phase { NOT_ASKED, WAITING, SATISFIED, MISSED };

struct owner {
    sf_ns due_ns;
    uint32_t phase;               /* enum phase */
    bool asked_on_healed_network; /* while waiting */
};

/* The latest fetch from a camera. */
struct fetch {
    uint64_t fetch; /* 0: none is open */
    sf_ns begun_ns;
};

struct state {
    struct owner *owners;  /* by viewer */
    struct fetch *fetches; /* by camera */
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
    state->fetches = sf_arena_take(arena, homes_count, sizeof *state->fetches);
}

/* An expired session does not matter: the viewer signs in again. A viewer without an account never
 * has one. */
static bool entitled(const struct sf_register *who, struct sf_viewer_id viewer)
{
    struct sf_tenant_id tenant = sf_register_tenant(who, viewer);
    struct sf_tenant_id owner = sf_register_owner(who, sf_register_camera(who, viewer));
    if (!sf_tenant_same(owner, tenant) || sf_register_has_flag(who, viewer, SF_FLAG_NO_ACCOUNT)) {
        return false;
    }
    bool integration = sf_register_has_flag(who, viewer, SF_FLAG_INTEGRATION);
    return !integration || (sf_register_is_linked(who, tenant) && !who->blocked);
}

static struct owner *owner_of(struct state *state, struct sf_viewer_id viewer)
{
    return &state->owners[viewer.index];
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

/* Is a fetch from its camera open that has lost a packet? */
static bool fetch_hangs(const struct state *state, const struct sf_register *who,
                        struct sf_viewer_id viewer, sf_ns at_ns)
{
    const struct fetch *fetch = &state->fetches[sf_register_camera(who, viewer).index];
    return fetch->fetch != 0 && at_ns - fetch->begun_ns > FETCH_S * SF_SECOND;
}

/* The time is up without a picture. */
static void judge_missed(struct state *state, const struct sf_register *who,
                         struct sf_viewer_id viewer, sf_ns at_ns, struct sf_findings *findings)
{
    struct owner *owner = owner_of(state, viewer);
    if (!owner->asked_on_healed_network) {
        owner->phase = NOT_ASKED;
        return;
    }
    if (fetch_hangs(state, who, viewer, at_ns)) {
        return; /* until it ends */
    }
    owner->phase = MISSED;
    state->judged_count++;
    struct sf_finding finding = sf_finding_about_own(who, viewer, at_ns, 0);
    finding.amount = (uint32_t)(state->within_ns / SF_MS);
    sf_findings_add(findings, finding);
}

/* Viewers that may no longer be served need no picture. */
static void release_blocked(struct state *state, const struct sf_register *who)
{
    for (uint32_t i = 0; i < state->owners_count; i++) {
        if (state->owners[i].phase == WAITING && !entitled(who, sf_viewer_id(i))) {
            state->owners[i].phase = NOT_ASKED;
        }
    }
}

static bool is_own_whole(const struct sf_register *who, const struct sf_shown_record shown)
{
    return (shown.flags & SF_FLAG_DAMAGED) == 0 &&
           sf_tenant_same(shown.largest_share, sf_register_tenant(who, shown.viewer));
}

static void see_viewer(struct state *state, const struct sf_register *who,
                       const struct sf_record *record, struct sf_findings *findings)
{
    struct sf_viewer_id viewer = sf_viewer_of_record(record);
    struct owner *owner = owner_of(state, viewer);
    if (owner->phase == WAITING && record->at_ns > owner->due_ns) {
        judge_missed(state, who, viewer, record->at_ns, findings);
    }
    bool own_asked = record->kind == SF_RECORD_ASK &&
                     sf_camera_same(sf_ask_of(record).camera, sf_register_camera(who, viewer));
    if (own_asked && owner->phase <= WAITING && entitled(who, viewer)) {
        ask(state, owner, record->at_ns);
    }
    if (owner->phase != WAITING) {
        return;
    }
    if (record->kind == SF_RECORD_GAVE_UP && (sf_gave_up_of(record).flags & SF_GAVE_UP_LEFT) != 0) {
        owner->phase = NOT_ASKED;
    } else if (record->kind == SF_RECORD_SHOWN && is_own_whole(who, sf_shown_of(record))) {
        owner->phase = SATISFIED;
        state->judged_count++;
    }
}

static void see_end(struct state *state, const struct sf_register *who, sf_ns at_ns,
                    struct sf_findings *findings)
{
    for (uint32_t i = 0; i < state->owners_count; i++) {
        if (state->owners[i].phase == WAITING && at_ns > state->owners[i].due_ns) {
            judge_missed(state, who, sf_viewer_id(i), at_ns, findings);
        }
    }
}

/* The owners who waited for it have their time from their next request on. */
static void fetch_ends(struct state *state, const struct sf_register *who,
                       struct sf_camera_id camera, uint64_t number, sf_ns at_ns)
{
    struct fetch *fetch = &state->fetches[camera.index];
    if (fetch->fetch != number) {
        return;
    }
    bool hung = at_ns - fetch->begun_ns > FETCH_S * SF_SECOND;
    fetch->fetch = 0;
    const struct sf_home_id home = sf_home_of_camera(camera);
    for (uint32_t i = 0; hung && i < SF_VIEWERS_PER_HOME; i++) {
        struct sf_viewer_id viewer = sf_viewer_of_home(home, (enum sf_viewer_kind)i);
        struct owner *owner = owner_of(state, viewer);
        if (owner->phase == WAITING && sf_camera_same(sf_register_camera(who, viewer), camera)) {
            owner->phase = NOT_ASKED;
        }
    }
}

static void see_fetch(struct state *state, const struct sf_register *who,
                      const struct sf_record *record)
{
    if (record->kind == SF_RECORD_FETCH) {
        const struct sf_fetch_record begun = sf_fetch_of(record);
        state->fetches[begun.camera.index] =
            (struct fetch){.fetch = begun.fetch, .begun_ns = begun.at_ns};
    } else if (record->kind == SF_RECORD_FETCH_ENDED) {
        const struct sf_fetch_ended_record ended = sf_fetch_ended_of(record);
        if (ended.ending == SF_ENDING_ABANDONED) {
            fetch_ends(state, who, ended.camera, ended.fetch, ended.at_ns);
        } else if (state->fetches[ended.camera.index].fetch == ended.fetch) {
            state->fetches[ended.camera.index].fetch = 0;
        }
    } else {
        const struct sf_fetch_cancelled_record ended = sf_fetch_cancelled_of(record);
        fetch_ends(state, who, ended.camera, ended.fetch, ended.at_ns);
    }
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_FETCH || record->kind == SF_RECORD_FETCH_ENDED ||
        record->kind == SF_RECORD_FETCH_CANCELLED) {
        see_fetch(state, who, record);
    } else if (record->kind == SF_RECORD_HEALED) {
        state->healed = true;
        state->within_ns = sf_healed_of(record).within_ns;
        state->healed_at_ns = record->at_ns;
    } else if (!state->healed) {
        return;
    } else if (record->kind == SF_RECORD_KILL_SWITCH || record->kind == SF_RECORD_LINK ||
               record->kind == SF_RECORD_CAMERA) {
        release_blocked(state, who);
    } else if (record->kind == SF_RECORD_END) {
        see_end(state, who, record->at_ns, findings);
    } else {
        see_viewer(state, who, record, findings);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->judged_count, .wanted = state->healed};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "was not shown its own frame within %u ms of asking on the healed network",
                finding->amount);
}

const struct sf_oracle sf_oracle_recovery = {
    .name = "recovery",
    .invariant =
        "after the network heals, every owner who asks gets a whole frame of its own in time",
    .amount_unit = "ms allowed",
    .kinds = SF_SEES(HEALED) | SF_SEES(ASK) | SF_SEES(SHOWN) | SF_SEES(GAVE_UP) | SF_SEES(FETCH) |
             SF_SEES(FETCH_ENDED) | SF_SEES(FETCH_CANCELLED) | SF_SEES(KILL_SWITCH) |
             SF_SEES(LINK) | SF_SEES(CAMERA) | SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
    .say = say,
};
