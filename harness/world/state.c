#include "harness/world/state.h"

void sf_world_push(struct world *world, enum event_kind kind, uint32_t target, uint16_t small,
                   sf_handle handle, sf_ns due_ns)
{
    struct sf_event event = {
        .due_ns = due_ns,
        .kind = (uint16_t)kind,
        .small = small,
        .target = target,
        .a = (uint32_t)handle,
        .b = (uint32_t)(handle >> 32),
    };
    /* Lanes of links are small numbers; the others stay clear of them. */
    sf_queue_push(&world->queue, event, (0x80000000u | (uint32_t)kind << 24) ^ target);
}

sf_ns sf_world_late(struct sf_rng *rng, int64_t share_ppm, sf_ns slow_ns)
{
    bool late = sf_rng_chance(rng, (uint32_t)share_ppm);
    sf_ns late_ns = slow_ns - (sf_ns)sf_rng_below(rng, (uint64_t)slow_ns / 2 + 1);
    return late ? late_ns : 0;
}

bool sf_home_of_number(const struct world *world, uint32_t number, struct sf_home_id *home_out)
{
    const struct sf_plan *plan = world->plan;
    uint32_t index = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint32_t first = sf_plan_group_number(plan, i);
        if (number >= first && number - first < plan->groups[i].homes_count) {
            *home_out = sf_home_id(index + number - first);
            return true;
        }
        index += plan->groups[i].homes_count;
    }
    return false;
}

struct sf_home_id sf_home_next(const struct world *world, struct sf_home_id home,
                               struct sf_tenant_id not_of)
{
    for (uint32_t i = 1; i < world->homes.count; i++) {
        const struct sf_home_id next = sf_home_id((home.index + i) % world->homes.count);
        if (!sf_tenant_same(account_of(world, next), not_of)) {
            return next;
        }
    }
    return home;
}
