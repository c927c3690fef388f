#include "harness/gate/turns.h"

#include "harness/base/assert.h"

static bool has_turn(const struct sf_turns *turns, uint32_t plan, uint32_t seed)
{
    return seed % turns->plans[plan].gate_every == 0;
}

static uint32_t times_of(const struct sf_turns *turns, uint32_t plan)
{
    SF_ASSERT(turns->times == NULL || turns->times[plan] > 0);
    return turns->times != NULL ? turns->times[plan] : 1;
}

uint32_t sf_turns_count(const struct sf_turns *turns, uint32_t seeds_count)
{
    SF_ASSERT(turns != NULL);
    SF_ASSERT(turns->plans_count > 0);
    uint32_t count = 0;
    for (uint32_t i = 0; i < turns->plans_count; i++) {
        uint32_t every = turns->plans[i].gate_every;
        SF_ASSERT(every > 0);
        count += (seeds_count / every + (seeds_count % every > 0)) * times_of(turns, i);
    }
    return count;
}

/* The seed under which the turn falls: as many seeds as have no more turns than `index`. */
static uint32_t seed_of(const struct sf_turns *turns, uint32_t index)
{
    uint32_t low = 0; /* has at most `index` turns; `high` has more */
    uint32_t high = 1;
    while (sf_turns_count(turns, high) <= index) {
        SF_ASSERT(high <= UINT32_MAX / 2);
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        bool more = sf_turns_count(turns, middle) > index;
        low = more ? low : middle;
        high = more ? middle : high;
    }
    return low;
}

struct sf_turn sf_turns_at(const struct sf_turns *turns, uint32_t index)
{
    SF_ASSERT(turns != NULL);
    SF_ASSERT(turns->plans_count > 0);
    uint32_t seed = seed_of(turns, index);
    uint32_t left = index - sf_turns_count(turns, seed);
    uint32_t plan = 0;
    while (!has_turn(turns, plan, seed) || left >= times_of(turns, plan)) {
        left -= has_turn(turns, plan, seed) ? times_of(turns, plan) : 0;
        plan++;
        SF_ASSERT(plan < turns->plans_count);
    }
    return (struct sf_turn){.plan = plan, .seed = seed, .time = left};
}
