/* What is wrong with the homes of a plan. */
#include "harness/base/assert.h"
#include "harness/scenario/check_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/scenario/expect.h"
#include "harness/scenario/value.h"

SF_MUST_USE static enum sf_err group_name_check(struct sf_check *check, uint32_t index)
{
    const struct sf_plan *plan = check->plan;
    const char *name = plan->groups[index].name;
    sf_check_at(check, "homes.%" PRIu32 ".name", index);
    SF_TRY(sf_value_name_check(name, check->diag));
    if (strcmp(name, "all") == 0) {
        return sf_check_wrong(check,
                              "'all' stands for every home; call these homes something else");
    }
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(plan->groups[i].name, name) == 0) {
            return sf_check_wrong(check, "two groups of homes are called '%s'", name);
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err group_check(struct sf_check *check,
                                           const struct sf_plan_group *group)
{
    sf_check_at(check, "homes.%s.count", group->name);
    SF_TRY(sf_check_count(check, group->homes_count, 1, SF_HOMES_MAX));
    sf_check_at(check, "homes.%s.network", group->name);
    if (group->network_index >= check->plan->networks_count) {
        return sf_check_wrong(check, "there is no network %" PRIu32, group->network_index);
    }
    sf_check_at(check, "homes.%s.time_zones", group->name);
    SF_TRY(sf_check_count(check, group->time_zones_count, 1, SF_TIME_ZONES_MAX));
    for (uint32_t i = 0; i < group->time_zones_count; i++) {
        int32_t offset_s = group->time_zones_s[i];
        if (offset_s < SF_ZONE_S_MIN || offset_s > SF_ZONE_S_MAX || offset_s % 60 != 0) {
            return sf_check_wrong(check, "%" PRId32 " s is not an offset from UTC", offset_s);
        }
    }
    char prefix[SF_TEXT_BYTES + 8];
    snprintf(prefix, sizeof prefix, "homes.%s.", group->name);
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        SF_TRY(sf_check_section(check, check->schema->tables[i], &group->sections[i], prefix));
    }
    return sf_check_bounds(check, &group->sections[SF_SECTION_EXPECT], SF_ASSERTIONS_OF_GROUP_COUNT,
                           prefix);
}

/* No two homes have one number. */
SF_MUST_USE static enum sf_err numbers_check(struct sf_check *check)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint64_t first = sf_plan_group_number(plan, i);
        uint64_t end = first + plan->groups[i].homes_count;
        sf_check_at(check, "homes.%s", plan->groups[i].name);
        if (end > SF_HOMES_MAX) {
            return sf_check_wrong(check, "its homes' numbers go beyond %d", SF_HOMES_MAX);
        }
        for (uint32_t other = 0; other < i; other++) {
            uint64_t other_first = sf_plan_group_number(plan, other);
            if (first < other_first + plan->groups[other].homes_count && other_first < end) {
                return sf_check_wrong(check, "its homes have numbers that homes of '%s' have",
                                      plan->groups[other].name);
            }
        }
    }
    return SF_OK;
}

enum sf_err sf_check_homes(struct sf_check *check)
{
    SF_ASSERT(check != NULL);
    const struct sf_plan *plan = check->plan;
    uint32_t homes_count = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        SF_TRY(group_name_check(check, i));
        SF_TRY(group_check(check, &plan->groups[i]));
        homes_count += plan->groups[i].homes_count; /* at most 64 * 2^20 */
        if (homes_count > SF_HOMES_MAX) {
            sf_check_at(check, "homes.%s.count", plan->groups[i].name);
            return sf_check_wrong(check, "the homes are more than %d together", SF_HOMES_MAX);
        }
    }
    return numbers_check(check);
}
