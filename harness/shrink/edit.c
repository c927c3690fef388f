/* Changes that make a plan smaller, and the passes that try them. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/shrink/private.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/params.h"

/* ---- time ---- */

/* Ends the run right after the finding. Later entries are removed; so is the heal, unless recovery
 * is judged. */
static void cut_after(struct sf_plan *plan, sf_ns end_ns)
{
    plan->duration_ns = end_ns;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].at_ns < end_ns && plan->timeline[i].action != SF_ACTION_HEAL) {
            plan->timeline[kept++] = plan->timeline[i];
        }
    }
    plan->timeline_count = kept;
}

bool sf_shrink_time(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.events > 0);
    sf_ns end_ns = (shrink->found.finding.at_ns / SF_SECOND + 1) * SF_SECOND;
    if (end_ns >= shrink->found.plan.duration_ns) {
        return false;
    }
    cut_after(sf_shrink_attempt(shrink), end_ns);
    return sf_shrink_try(shrink, false);
}

/* The seed with the earliest finding: fewer events before it leave less to remove. */
bool sf_shrink_seeds(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.events > 0);
    enum { SEEDS_TRIED = 100 };
    bool sooner = false;
    for (uint64_t seed = 1; seed <= SEEDS_TRIED && !sf_shrink_is_over(shrink); seed++) {
        sf_shrink_attempt(shrink)->seed = seed;
        if (seed == shrink->found.plan.seed || !sf_shrink_fails(shrink, NULL)) {
            continue;
        }
        sooner |= sf_shrink_keep_if_sooner(shrink) && (sf_shrink_time(shrink) || true);
    }
    return sooner;
}

/* ---- time line ---- */

/* Entry `index` and all behind it come earlier. */
static void bring_forward(struct sf_plan *plan, uint32_t index, sf_ns by_ns)
{
    plan->duration_ns -= by_ns;
    for (uint32_t i = index; i < plan->timeline_count; i++) {
        plan->timeline[i].at_ns -= by_ns;
    }
}

static bool shrink_gap(struct shrink *shrink, uint32_t index)
{
    const struct sf_plan *plan = &shrink->found.plan;
    sf_ns before_ns = index > 0 ? plan->timeline[index - 1].at_ns : 0;
    sf_ns gap_ns = plan->timeline[index].at_ns - before_ns;
    for (int divisor = 1; divisor <= 4; divisor *= 2) {
        sf_ns by_ns = gap_ns / divisor / SF_SECOND * SF_SECOND;
        if (by_ns == 0) {
            return false;
        }
        bring_forward(sf_shrink_attempt(shrink), index, by_ns);
        if (sf_shrink_try(shrink, true)) {
            return true;
        }
    }
    return false;
}

/* Shortens the gaps between two entries, and before the first. */
bool sf_shrink_gaps(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.events > 0);
    bool smaller = false;
    for (uint32_t i = 0; i < shrink->found.plan.timeline_count && !sf_shrink_is_over(shrink); i++) {
        smaller |= shrink_gap(shrink, i);
    }
    return smaller;
}

bool sf_edit_leave_entries(struct sf_plan *plan, uint32_t from, uint32_t to)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(from <= to);
    SF_ASSERT(to <= plan->timeline_count);
    memmove(&plan->timeline[from], &plan->timeline[to],
            (plan->timeline_count - to) * sizeof plan->timeline[0]);
    plan->timeline_count -= to - from;
    return true;
}

bool sf_shrink_timeline(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.events > 0);
    return sf_shrink_parts(shrink, shrink->found.plan.timeline_count, true, sf_edit_leave_entries);
}

/* ---- homes ---- */

struct span {
    uint32_t group;
    uint32_t number;
    uint32_t count;
};

/* What of the groups stays when homes from..to go: at most one more span than groups. */
static uint32_t spans_left(const struct sf_plan *plan, uint32_t from, uint32_t to,
                           struct span spans[static SF_GROUPS_MAX + 1])
{
    uint32_t count = 0;
    uint32_t first = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint32_t end = first + plan->groups[i].homes_count;
        uint32_t number = sf_plan_group_number(plan, i);
        if (first < from) {
            spans[count++] = (struct span){i, number, (end < from ? end : from) - first};
        }
        if (end > to) {
            uint32_t skipped = first < to ? to - first : 0;
            spans[count++] = (struct span){i, number + skipped, end - first - skipped};
        }
        first = end;
    }
    return count;
}

/* An entry about a group is about each of its spans. False if the time line would not hold them. */
static bool spread_entry(struct sf_plan *plan, const struct sf_plan_entry *entry,
                         const struct span *spans, uint32_t spans_count)
{
    const struct sf_action *action = sf_action_of(entry);
    bool by_group = sf_action_has(action, SF_PART_HOMES) && entry->group_index != SF_GROUP_ALL;
    for (uint32_t i = 0; i < spans_count; i++) {
        if (by_group && spans[i].group != entry->group_index) {
            continue;
        }
        if (plan->timeline_count == SF_TIMELINE_MAX) {
            return false;
        }
        struct sf_plan_entry *copy = &plan->timeline[plan->timeline_count++];
        *copy = *entry;
        if (!by_group) {
            return true;
        }
        copy->group_index = i;
    }
    return true;
}

static void keep_fates(struct sf_plan *plan, uint32_t from, uint32_t to)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        struct sf_plan_fate fate = plan->fates[i];
        if (fate.home >= from && fate.home < to) {
            continue;
        }
        fate.home -= fate.home >= to ? to - from : 0;
        plan->fates[kept++] = fate;
    }
    plan->fates_count = kept;
}

bool sf_edit_leave_homes(struct sf_plan *plan, uint32_t from, uint32_t to)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(from <= to);
    SF_ASSERT(to <= sf_plan_homes_count(plan));
    static struct sf_plan before; /* too large for a stack; nothing here runs twice at once */
    struct span spans[SF_GROUPS_MAX + 1];
    memcpy(&before, plan, sizeof before);
    uint32_t count = spans_left(&before, from, to, spans);
    if (count == 0 || count > SF_GROUPS_MAX) {
        return false;
    }
    plan->groups_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct sf_plan_group *group = &plan->groups[i];
        *group = before.groups[spans[i].group];
        group->number = spans[i].number;
        group->homes_count = spans[i].count;
        if (i > 0 && spans[i].group == spans[i - 1].group) {
            snprintf(group->name, sizeof group->name, "%.40s-from-%u",
                     before.groups[spans[i].group].name, spans[i].number);
        }
    }
    plan->timeline_count = 0;
    for (uint32_t i = 0; i < before.timeline_count; i++) {
        if (!spread_entry(plan, &before.timeline[i], spans, count)) {
            return false;
        }
    }
    keep_fates(plan, from, to);
    return true;
}

bool sf_shrink_homes(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.events > 0);
    bool smaller = sf_shrink_parts(shrink, sf_plan_homes_count(&shrink->found.plan), false,
                                   sf_edit_leave_homes);
    uint32_t left_count = sf_plan_homes_count(&shrink->found.plan);
    return sf_shrink_parts(shrink, left_count, true, sf_edit_leave_homes) || smaller;
}

/* ---- values of sections ---- */

static struct sf_plan_section *section_of(struct sf_plan *plan, uint32_t group, uint32_t kind)
{
    if (kind == SF_SECTION_CLOUD) {
        return &plan->cloud;
    }
    return kind == SF_SECTION_STILL ? &plan->still : &plan->groups[group].sections[kind];
}

/* The value that asks for less: a viewer that is not there, a period as long as it can be. */
static int64_t quieter(const struct sf_param *param, int64_t value)
{
    if (param->role == SF_ROLE_PRESENT) {
        return 0;
    }
    if (!param->period || param->kind != SF_PARAM_DURATION || value == 0) {
        return value;
    }
    return 2 * value < param->max ? 2 * value : param->max;
}

static bool try_value(struct shrink *shrink, uint32_t group, uint32_t kind, uint32_t index,
                      int64_t value)
{
    int64_t *now = &section_of(sf_shrink_attempt(shrink), group, kind)->values[index];
    if (*now == value) {
        return false;
    }
    *now = value;
    return sf_shrink_try(shrink, true);
}

/* A value at its fallback is simpler: the file leaves it out. */
static bool simplifies(const struct sf_param *param)
{
    return param->role != SF_ROLE_PRESENT && !param->period;
}

static bool is_absent(struct sf_plan *plan, uint32_t group, uint32_t kind)
{
    uint32_t present = sf_param_present(sf_run_schema()->tables[kind]);
    return present != UINT32_MAX && section_of(plan, group, kind)->values[present] == 0;
}

/* Resets the settings of parts that the plan does not have, such as a camera's backup. */
static void settle_absent(struct sf_plan *plan)
{
    for (uint32_t group = 0; group < plan->groups_count; group++) {
        for (uint32_t kind = 0; kind < SF_SECTION_GROUP_COUNT; kind++) {
            const struct sf_param_table *table = sf_run_schema()->tables[kind];
            struct sf_plan_section *section = section_of(plan, group, kind);
            uint32_t present = sf_param_present(table);
            for (uint32_t i = 0; i < table->params_count; i++) {
                if (is_absent(plan, group, kind) && i != present) {
                    section->values[i] = table->params[i].fallback;
                }
            }
        }
    }
}

static bool shrink_section(struct shrink *shrink, uint32_t group, uint32_t kind)
{
    const struct sf_param_table *table = sf_run_schema()->tables[kind];
    bool smaller = false;
    if (is_absent(&shrink->found.plan, group, kind)) {
        return false;
    }
    for (uint32_t i = 0; i < table->params_count && !sf_shrink_is_over(shrink); i++) {
        const struct sf_param *param = &table->params[i];
        int64_t value = section_of(&shrink->found.plan, group, kind)->values[i];
        if (quieter(param, value) != value) {
            smaller |= try_value(shrink, group, kind, i, quieter(param, value));
        } else if (simplifies(param)) {
            smaller |= try_value(shrink, group, kind, i, param->fallback);
        }
    }
    return smaller;
}

bool sf_shrink_values(struct shrink *shrink)
{
    SF_ASSERT(shrink != NULL);
    SF_ASSERT(shrink->found.events > 0);
    bool smaller = false;
    for (uint32_t group = 0; group < shrink->found.plan.groups_count; group++) {
        for (uint32_t kind = 0; kind < SF_SECTION_EXPECT; kind++) {
            smaller |= shrink_section(shrink, group, kind);
        }
    }
    smaller |= shrink_section(shrink, 0, SF_SECTION_CLOUD);
    settle_absent(sf_shrink_attempt(shrink));
    (void)sf_shrink_try(shrink, false);
    return smaller;
}
