/* Ends once: every request that was let in ends exactly once, answered, refused after all or
 * cancelled, within the time that was stated when it was let in. Where the answer goes from there
 * is the network's business. What is still under way when the run ends is judged only if its time
 * was up before. Who asks a camera directly is let in by the camera, not here, and not judged. */
#include "harness/base/ids.h"
#include "harness/oracle/oracle.h"

/* Under way: open addressing by request; `due_ns` 0 in a free place. */
struct under_way {
    uint64_t request;
    sf_ns due_ns;
    uint32_t viewer;
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

/* What the smaller table took stays in the arena until the run's end: at most as much again. */
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

static void add(struct state *state, const struct sf_record *record)
{
    if (2 * (state->count + 1) > state->capacity) {
        grow(state);
    }
    sf_ns limit_ns = record->d < (uint64_t)SF_HOUR ? (sf_ns)record->d : SF_HOUR;
    state->table[place_of(state, record->c)] = (struct under_way){
        .request = record->c,
        .due_ns = record->at_ns + limit_ns + 1, /* never 0 */
        .viewer = record->who,
    };
    state->count++;
}

/* Whatever would not be found across the hole moves into it. */
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

static void find(const struct sf_register *who, const struct sf_record *record, uint32_t viewer,
                 uint64_t request, uint32_t what, struct sf_findings *findings)
{
    sf_findings_add(findings, (struct sf_finding){
                                  .at_ns = record->at_ns,
                                  .viewer = viewer,
                                  .viewer_tenant = who->viewer_tenant[viewer],
                                  .owner_tenant = SF_NOBODY,
                                  .owner_camera = SF_NOBODY,
                                  .amount = what,
                                  .request = request,
                              });
}

static void see_end(struct state *state, const struct sf_register *who,
                    const struct sf_record *record, struct sf_findings *findings)
{
    uint32_t place = state->capacity > 0 ? place_of(state, record->c) : 0;
    bool under_way = state->capacity > 0 && state->table[place].due_ns != 0;
    /* Refused at the door, and never let in. */
    if (!under_way && record->kind == SF_RECORD_REFUSED && record->b == 0) {
        return;
    }
    state->ended_count++;
    if (!under_way) {
        find(who, record, record->who, record->c, ENDED_AGAIN, findings);
        return;
    }
    if (record->at_ns >= state->table[place].due_ns) {
        find(who, record, record->who, record->c, ENDED_LATE, findings);
    }
    take_out(state, place);
}

static void see_run_end(const struct state *state, const struct sf_register *who,
                        const struct sf_record *record, struct sf_findings *findings)
{
    for (uint32_t i = 0; i < state->capacity; i++) {
        const struct under_way *request = &state->table[i];
        if (request->due_ns != 0 && record->at_ns >= request->due_ns) {
            find(who, record, request->viewer, request->request, HANGS, findings);
        }
    }
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind != SF_RECORD_END && (who->viewer_flags[record->who] & SF_FLAG_DIRECT) != 0) {
        return;
    }
    if (record->kind == SF_RECORD_ADMITTED) {
        add(state, record);
    } else if (record->kind == SF_RECORD_END) {
        see_run_end(state, who, record, findings);
    } else {
        see_end(state, who, record, findings);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->ended_count, .wanted = true};
}

const struct sf_oracle sf_oracle_ends_once = {
    .name = "ends-once",
    .invariant = "every request that was let in ends exactly once, in time",
    .amount_unit = "1 again, 2 late, 3 never",
    .kinds = SF_SEES(ADMITTED) | SF_SEES(ANSWERED) | SF_SEES(REFUSED) | SF_SEES(CANCELLED) |
             SF_SEES(END),
    .state_bytes = sizeof(struct state),
    .init = init,
    .see = see,
    .evidence = evidence,
};
