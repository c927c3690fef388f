/* The search: large parts first, with random networks, because other seeds help where one seed is
 * stuck; then random outcomes become fates, under several seeds, and these are minimised. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/shrink/private.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/swarm.h"

uint32_t sf_shrink_faults(const struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(plan->networks_count <= SF_NETWORKS_MAX);
    uint32_t count = plan->timeline_count + plan->fates_count;
    for (uint32_t i = 0; i < plan->networks_count; i++) {
        count += sf_network_is_used(plan, i) && sf_network_is_injured(&plan->networks[i]) ? 1 : 0;
    }
    return count;
}

/* The number of faults that a reader has to understand. A random network counts as OF_CHANCE. */
static uint32_t burden(const struct sf_plan *plan)
{
    enum { OF_CHANCE = 10 };
    uint32_t count = sf_shrink_faults(plan);
    for (uint32_t i = 0; i < plan->networks_count; i++) {
        bool chance = sf_network_is_used(plan, i) && sf_network_has_chance(&plan->networks[i]);
        count += chance ? OF_CHANCE : 0;
    }
    return count;
}

/* Fewer faults are better, then fewer homes, then fewer events. */
static bool is_smaller(const struct found *one, const struct found *other)
{
    uint32_t burdens[2] = {burden(&one->plan), burden(&other->plan)};
    uint32_t homes[2] = {sf_plan_homes_count(&one->plan), sf_plan_homes_count(&other->plan)};
    if (burdens[0] != burdens[1]) {
        return burdens[0] < burdens[1];
    }
    return homes[0] != homes[1] ? homes[0] < homes[1] : one->events < other->events;
}

/* Not worth another start. */
static bool is_small(const struct sf_plan *plan)
{
    enum { FEW_FAULTS = 4, FEW_HOMES = 4 };
    return burden(plan) <= FEW_FAULTS && sf_plan_homes_count(plan) <= FEW_HOMES;
}

typedef bool (*pass)(struct shrink *shrink);

/* Repeats the passes until none makes the plan smaller. */
static void repeat(struct shrink *shrink, const pass *passes)
{
    bool smaller = true;
    while (smaller && !sf_shrink_is_over(shrink)) {
        smaller = false;
        for (uint32_t i = 0; passes[i] != NULL; i++) {
            smaller |= passes[i](shrink);
        }
        sf_edit_drop_networks(sf_shrink_attempt(shrink));
        (void)sf_shrink_try(shrink, false);
    }
}

/* ---- with random networks ---- */

static void search_coarse(struct shrink *shrink)
{
    static const pass passes[] = {
        sf_shrink_time, sf_shrink_timeline, sf_shrink_homes,    sf_shrink_seeds,
        sf_shrink_gaps, sf_shrink_values,   sf_shrink_networks, NULL};
    repeat(shrink, passes);
}

/* ---- with fates ---- */

enum { STARTS_MAX = 64 };

/* A seed under which a plan fails, and its rank: lower is better. */
struct start {
    uint64_t cost;
    uint64_t seed;
};

static int compare_starts(const void *one, const void *other)
{
    const struct start *a = one;
    const struct start *b = other;
    return a->cost != b->cost ? (a->cost < b->cost ? -1 : 1) : (a->seed < b->seed ? -1 : 1);
}

static bool has_chance(const struct sf_plan *plan)
{
    bool chance = false;
    for (uint32_t i = 1; i < plan->networks_count; i++) {
        chance |= sf_network_is_used(plan, i) && sf_network_has_chance(&plan->networks[i]);
    }
    return chance;
}

/* The seeds under which the best fails, by how many fates there are to take out. */
static uint32_t rank_seeds(struct shrink *shrink, struct start starts[static STARTS_MAX])
{
    uint32_t count = 0;
    uint64_t own = shrink->found.plan.seed;
    for (uint64_t i = 0; i < STARTS_MAX && !sf_shrink_is_over(shrink); i++) {
        uint64_t seed = i == 0 ? own : i;
        sf_shrink_attempt(shrink)->seed = seed;
        if (i > 0 && seed == own) {
            continue;
        }
        uint32_t fates_count = sf_fates_of_attempt(shrink);
        if (fates_count != UINT32_MAX) {
            starts[count++] = (struct start){fates_count, seed};
        }
    }
    qsort(starts, count, sizeof starts[0], compare_starts);
    return count;
}

static void search_fine(struct shrink *shrink)
{
    static const pass passes[] = {sf_shrink_fates,
                                  sf_shrink_time,
                                  sf_shrink_timeline,
                                  sf_shrink_homes,
                                  sf_shrink_values,
                                  sf_shrink_networks,
                                  NULL};
    if (sf_shrink_write_down(shrink)) {
        repeat(shrink, passes);
    }
}

/* The losses that can be removed differ between seeds. */
static void search_fates(struct shrink *shrink)
{
    enum { FINE_STARTS = 8 };
    struct start starts[STARTS_MAX];
    memcpy(&shrink->coarse, &shrink->found, sizeof shrink->coarse);
    memcpy(&shrink->fine, &shrink->found, sizeof shrink->fine);
    uint32_t count = rank_seeds(shrink, starts);
    for (uint32_t i = 0; i < count && i < FINE_STARTS && !is_small(&shrink->fine.plan) &&
                         !sf_shrink_is_over(shrink);
         i++) {
        memcpy(&shrink->found, &shrink->coarse, sizeof shrink->found);
        sf_shrink_attempt(shrink)->seed = starts[i].seed;
        if (!sf_shrink_try(shrink, false)) {
            continue;
        }
        search_fine(shrink);
        if (is_smaller(&shrink->found, &shrink->fine)) {
            memcpy(&shrink->fine, &shrink->found, sizeof shrink->fine);
        }
    }
    memcpy(&shrink->found, &shrink->fine, sizeof shrink->found);
}

static void search(struct shrink *shrink)
{
    search_coarse(shrink);
    if (has_chance(&shrink->found.plan)) {
        search_fates(shrink);
    } else {
        search_fine(shrink);
    }
}

/* ---- other starts ---- */

bool sf_shrink_begin(struct shrink *shrink, const struct sf_plan *plan, uint64_t seed)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(plan != NULL);
    uint32_t entries[SF_TIMELINE_MAX];
    sf_plan_draw(sf_run_schema(), plan, seed, &shrink->attempt, entries);
    sf_plan_assert_nothing(&shrink->attempt); /* that was about the whole */
    shrink->attempt.seed = seed;
    shrink->found.events = 0; /* how far an attempt may go is not known yet */
    return sf_shrink_fails(shrink, NULL);
}

/* Other seeds under which it fails, earliest finding first. */
static uint32_t find_starts(struct shrink *shrink, const struct sf_plan *plan,
                            struct start starts[static STARTS_MAX])
{
    uint32_t count = 0;
    for (uint64_t seed = 1; seed <= STARTS_MAX && !sf_shrink_is_over(shrink); seed++) {
        if (seed != plan->seed && sf_shrink_begin(shrink, plan, seed)) {
            starts[count++] = (struct start){(uint64_t)sf_shrink_finding(shrink)->at_ns, seed};
        }
    }
    qsort(starts, count, sizeof starts[0], compare_starts);
    return count;
}

/* A search ends in a local minimum; another seed may lead to a smaller plan. */
static void search_elsewhere(struct shrink *shrink, const struct sf_plan *plan)
{
    enum { STARTS_IN_VAIN = 4 };
    struct start starts[STARTS_MAX];
    memcpy(&shrink->best, &shrink->found, sizeof shrink->best);
    uint32_t count = find_starts(shrink, plan, starts);
    uint32_t in_vain_count = 0;
    for (uint32_t i = 0; i < count && in_vain_count < STARTS_IN_VAIN &&
                         !sf_shrink_is_over(shrink) && !is_small(&shrink->best.plan);
         i++) {
        if (!sf_shrink_begin(shrink, plan, starts[i].seed)) {
            continue;
        }
        sf_shrink_keep(shrink);
        search(shrink);
        in_vain_count++;
        if (is_smaller(&shrink->found, &shrink->best)) {
            memcpy(&shrink->best, &shrink->found, sizeof shrink->best);
            in_vain_count = 0;
        }
    }
    memcpy(&shrink->found, &shrink->best, sizeof shrink->found);
}

void sf_shrink_search(struct shrink *shrink, const struct sf_plan *plan)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(shrink->options != NULL);
    search(shrink);
    if (!is_small(&shrink->found.plan)) {
        search_elsewhere(shrink, plan);
    }
}
