/* Ends once: every accepted request ends exactly once, answered, refused after all or
 * cancelled, within the time that was stated when it was accepted. Whether the answer arrives does
 * not matter here. A request that is under way when the run ends is judged only if its time was up
 * before. Requests to a camera directly are not judged. */
#include "harness/base/assert.h"
#include "harness/oracle/oracle.h"

/* Under way: open addressing by request; `due_ns` 0 in a free place. */
struct under_way {
    uint64_t request;
    sf_ns due_ns;
    struct sf_viewer_id viewer;
    uint32_t reserved;
};

struct state {
    struct sf_arena *arena;
    struct under_way *table;
    uint32_t capacity; /* a power of two, or 0 */
    uint32_t count;
    uint64_t ended_count;
};

/* `amount` of a finding. */
enum { ENDED_AGAIN = 1, ENDED_LATE = 2, HANGS = 3 };

static void init(void *context, struct sf_arena *arena, uint32_t homes_count)
{
    struct state *state = context;
    (void)homes_count;
    state->arena = arena;
}

static uint32_t place_of(const struct state *state, uint64_t request)
{
    uint32_t place = (uint32_t)((request * 0x9e3779b97f4a7c15u) >> 32) & (state->capacity - 1);
    while (state->table[place].due_ns != 0 && state->table[place].request != request) {
        place = (place + 1) & (state->capacity - 1);
    }
    return place;
}

/* The memory of the smaller table stays in the arena until the end of the run: at most as much
 * again. */
static void grow(struct state *state)
{
    struct state bigger = *state;
    bigger.capacity = state->capacity > 0 ? 2 * state->capacity : 256;
    bigger.table = sf_arena_take(state->arena, bigger.capacity, sizeof *bigger.table);
    for (uint32_t i = 0; i < state->capacity; i++) {
        if (state->table[i].due_ns != 0) {
            bigger.table[place_of(&bigger, state->table[i].request)] = state->table[i];
        }
    }
    *state = bigger;
}

static void add(struct state *state, const struct sf_admitted_record admitted)
{
    if (2 * (state->count + 1) > state->capacity) {
        grow(state);
    }
    bool in_bounds = admitted.limit_ns >= 0 && admitted.limit_ns < SF_HOUR;
    sf_ns limit_ns = in_bounds ? admitted.limit_ns : SF_HOUR;
    state->table[place_of(state, admitted.request)] = (struct under_way){
        .request = admitted.request,
        .due_ns = admitted.at_ns + limit_ns + 1, /* never 0 */
        .viewer = admitted.viewer,
    };
    state->count++;
}

/* Entries that a search would no longer find across the hole move into it. */
static void take_out(struct state *state, uint32_t hole)
{
    uint32_t mask = state->capacity - 1;
    state->table[hole].due_ns = 0;
    state->count--;
    for (uint32_t next = (hole + 1) & mask; state->table[next].due_ns != 0;
         next = (next + 1) & mask) {
        struct under_way moved = state->table[next];
        state->table[next].due_ns = 0;
        state->table[place_of(state, moved.request)] = moved;
    }
}

/* The end of one request: answered, refused or cancelled. */
struct ending {
    sf_ns at_ns;
    struct sf_viewer_id viewer;
    bool at_the_door; /* a refusal that may be of a request that was never accepted */
    uint64_t request;
};

static void add_finding(const struct sf_register *who, struct sf_viewer_id viewer, sf_ns at_ns,
                        uint64_t request, uint32_t what, struct sf_findings *findings)
{
    struct sf_finding finding = sf_finding_about(who, viewer, at_ns, request);
    finding.amount = what;
    sf_findings_add(findings, finding);
}

static void see_ending(struct state *state, const struct sf_register *who,
                       const struct ending ending, struct sf_findings *findings)
{
    if (sf_register_has_flag(who, ending.viewer, SF_FLAG_DIRECT)) {
        return;
    }
    uint32_t place = state->capacity > 0 ? place_of(state, ending.request) : 0;
    bool under_way = state->capacity > 0 && state->table[place].due_ns != 0;
    if (!under_way && ending.at_the_door) {
        return;
    }
    state->ended_count++;
    if (!under_way) {
        add_finding(who, ending.viewer, ending.at_ns, ending.request, ENDED_AGAIN, findings);
        return;
    }
    if (ending.at_ns >= state->table[place].due_ns) {
        add_finding(who, ending.viewer, ending.at_ns, ending.request, ENDED_LATE, findings);
    }
    take_out(state, place);
}

static void see_run_end(const struct state *state, const struct sf_register *who, sf_ns at_ns,
                        struct sf_findings *findings)
{
    for (uint32_t i = 0; i < state->capacity; i++) {
        const struct under_way *request = &state->table[i];
        if (request->due_ns != 0 && at_ns >= request->due_ns) {
            add_finding(who, request->viewer, at_ns, request->request, HANGS, findings);
        }
    }
}

static struct ending ending_of(const struct sf_record *record)
{
    if (record->kind == SF_RECORD_ANSWERED) {
        const struct sf_answered_record answered = sf_answered_of(record);
        return (struct ending){answered.at_ns, answered.viewer, false, answered.request};
    }
    if (record->kind == SF_RECORD_REFUSED) {
        const struct sf_refused_record refused = sf_refused_of(record);
        return (struct ending){refused.at_ns, refused.viewer, refused.transfer == 0,
                               refused.request};
    }
    const struct sf_cancelled_record cancelled = sf_cancelled_of(record);
    return (struct ending){cancelled.at_ns, cancelled.viewer, false, cancelled.request};
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_ADMITTED) {
        const struct sf_admitted_record admitted = sf_admitted_of(record);
        if (!sf_register_has_flag(who, admitted.viewer, SF_FLAG_DIRECT)) {
            add(state, admitted);
        }
    } else if (record->kind == SF_RECORD_END) {
        see_run_end(state, who, record->at_ns, findings);
    } else {
        see_ending(state, who, ending_of(record), findings);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->ended_count, .wanted = true};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    static const char *const how[] = {
        [ENDED_AGAIN] = "a second time", [ENDED_LATE] = "too late", [HANGS] = "never"};
    SF_ASSERT(finding->amount >= ENDED_AGAIN && finding->amount <= HANGS);
    sf_text_add(out, "made a request that ended %s", how[finding->amount]);
}

const struct sf_oracle sf_oracle_ends_once = {
    .name = "ends-once",
    .invariant = "every accepted request ends exactly once, in time",
    .amount_unit = "1 again, 2 late, 3 never",
    .inside = true,
    .kinds = SF_SEES(ADMITTED) | SF_SEES(ANSWERED) | SF_SEES(REFUSED) | SF_SEES(CANCELLED) |
             SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
    .say = say,
};
