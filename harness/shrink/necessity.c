/* For each part of a shrunk plan: does it still fail without it? */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/shrink/private.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/value.h"

/* Runs the attempt, which lacks the thing, under the plan's seed and under others. */
static void judge(struct shrink *shrink, struct sf_shrunk *shrunk, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void judge(struct shrink *shrink, struct sf_shrunk *shrunk, const char *format, ...)
{
    uint32_t max = shrunk->out_of_budget ? SF_NECESSITIES_EARLY_MAX : SF_NECESSITIES_MAX;
    /* A cache that hangs takes a second for each run, of which there are many here. */
    bool hangs = shrunk->out_of_budget && shrink->result.ended.code == SF_CACHE_E_HUNG;
    if (hangs || shrunk->necessities_count >= max) {
        shrunk->necessities_cut = true;
        return;
    }
    struct sf_necessity *item = &shrunk->necessities[shrunk->necessities_count++];
    va_list args;
    va_start(args, format);
    vsnprintf(item->what, sizeof item->what, format, args);
    va_end(args);
    uint64_t seed = shrink->attempt.seed;
    sf_plan_normalise(sf_run_schema(), &shrink->attempt);
    item->possible = sf_plan_check(&shrink->attempt, sf_run_schema(), NULL) == SF_OK;
    if (!item->possible) {
        return;
    }
    item->fails_without = sf_shrink_fails(shrink, NULL);
    for (uint32_t i = 1; i <= SF_NECESSITY_SEEDS; i++) {
        shrink->attempt.seed = i;
        item->seeds_failing += sf_shrink_fails(shrink, NULL) ? 1 : 0;
    }
    shrink->attempt.seed = seed;
}

static void judge_entries(struct shrink *shrink, struct sf_shrunk *shrunk)
{
    for (uint32_t i = 0; i < shrunk->plan.timeline_count; i++) {
        const struct sf_plan_entry *entry = &shrunk->plan.timeline[i];
        struct sf_text at = {0};
        sf_value_duration_print(entry->at_ns, &at);
        sf_edit_leave_entries(sf_shrink_attempt(shrink), i, i + 1);
        judge(shrink, shrunk, "the %s at %s", sf_action_of(entry)->key, at.data);
        sf_text_free(&at);
    }
}

static void judge_homes(struct shrink *shrink, struct sf_shrunk *shrunk)
{
    const struct sf_plan *plan = &shrunk->plan;
    uint32_t home = 0;
    for (uint32_t group = 0; group < plan->groups_count; group++) {
        for (uint32_t i = 0; i < plan->groups[group].homes_count; i++, home++) {
            if (sf_edit_leave_homes(sf_shrink_attempt(shrink), home, home + 1)) {
                judge(shrink, shrunk, "home %" PRIu32 " (of '%.40s')", home + 1,
                      plan->groups[group].name);
            }
        }
    }
}

static void judge_networks(struct shrink *shrink, struct sf_shrunk *shrunk)
{
    for (uint32_t i = 1; i < shrunk->plan.networks_count; i++) {
        if (!sf_network_is_used(&shrunk->plan, i)) {
            continue;
        }
        struct sf_plan *plan = sf_shrink_attempt(shrink);
        plan->networks[i].states_count = 0;
        plan->networks[i].up = plan->networks[0].up;
        plan->networks[i].down = plan->networks[0].down;
        judge(shrink, shrunk, "what the network '%.40s' does", plan->networks[i].name);
    }
}

static void judge_fates(struct shrink *shrink, struct sf_shrunk *shrunk)
{
    for (uint32_t i = 0; i < shrunk->plan.fates_count; i++) {
        const struct sf_plan_fate *fate = &shrunk->plan.fates[i];
        struct sf_text delay = {0};
        if (fate->kind == SF_PLAN_FATE_DELAYED) {
            sf_text_add(&delay, " by ");
            sf_value_duration_print(fate->delay_ns, &delay);
        }
        sf_edit_leave_fates(sf_shrink_attempt(shrink), i, i + 1);
        judge(shrink, shrunk, "packet %" PRIu64 " %s of home %" PRIu32 ", %s%s", fate->packet,
              sf_plan_direction_names[fate->direction], fate->home + 1,
              sf_plan_fate_names[fate->kind], delay.length > 0 ? delay.data : "");
        sf_text_free(&delay);
    }
}

void sf_shrink_necessities(struct shrink *shrink, struct sf_shrunk *shrunk)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrunk != NULL);
    judge_entries(shrink, shrunk);
    judge_homes(shrink, shrunk);
    judge_networks(shrink, shrunk);
    judge_fates(shrink, shrunk);
}
