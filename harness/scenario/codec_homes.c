/* Groups of homes as a fuzzer's bytes. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/time.h"
#include "harness/scenario/codec.h"
#include "harness/scenario/value.h"

enum { GROUPS_MAX = 8, HOMES_MAX = 96, ZONES_MAX = 8, GAP_MAX = 255, MINUTE_S = 60 };

void sf_codec_name_homes(struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        memset(plan->groups[i].name, 0, sizeof plan->groups[i].name);
        snprintf(plan->groups[i].name, sizeof plan->groups[i].name, "homes-%u", i + 1);
    }
}

static void code_zones(struct sf_codec *codec, struct sf_plan_group *group)
{
    static const struct sf_code counts = {
        .one_in = 4, .count = 2, .usual = 1, .base = 2, .step = 1, .min = 1, .max = ZONES_MAX};
    static const struct sf_code zones = {.one_in = 1,
                                         .count = 4,
                                         .base = 0,
                                         .step = 4 * SF_HOUR / SF_SECOND,
                                         .min = SF_ZONE_S_MIN,
                                         .max = SF_ZONE_S_MAX,
                                         .unit = MINUTE_S};
    int64_t count = sf_code_value(codec, "time_zones", group->time_zones_count, &counts);
    group->time_zones_count = codec->stuck ? group->time_zones_count : (uint32_t)count;
    for (uint32_t i = 0; i < group->time_zones_count; i++) {
        int64_t zone_s = sf_code_value(codec, "time_zones", group->time_zones_s[i], &zones);
        if (!codec->writes) {
            group->time_zones_s[i] = (int32_t)zone_s;
        }
    }
}

/* Homes have the numbers behind those of the group before, or leave some out. */
static void code_number(struct sf_codec *codec, uint32_t index, struct sf_plan_group *group)
{
    static const struct sf_code gaps = {
        .one_in = 16, .count = 4, .base = 1, .step = 1, .min = 0, .max = GAP_MAX};
    uint32_t next = index > 0 ? sf_plan_group_number(codec->plan, index - 1) +
                                    codec->plan->groups[index - 1].homes_count
                              : 0;
    int64_t gap = group->number == SF_NUMBER_NEXT ? 0 : (int64_t)group->number - next;
    gap = sf_code_value(codec, "number", gap, &gaps);
    if (!codec->writes) {
        group->number = gap > 0 ? next + (uint32_t)gap : (uint32_t)SF_NUMBER_NEXT;
    }
}

static void code_group(struct sf_codec *codec, uint32_t index)
{
    static const struct sf_code counts = {
        .one_in = 1, .count = 3, .base = 1, .step = 1, .min = 1, .max = HOMES_MAX};
    struct sf_plan *plan = codec->plan;
    struct sf_plan_group *group = &plan->groups[index];
    const struct sf_code networks = {.one_in = 1,
                                     .count = plan->networks_count - 1,
                                     .base = 1,
                                     .step = 1,
                                     .min = 0,
                                     .max = plan->networks_count - 1};
    struct sf_plan_group old;
    memcpy(&old, group, sizeof old);
    if (!codec->writes) {
        sf_plan_group_default(codec->schema, &old);
        snprintf(old.name, sizeof old.name, "homes-%u", index + 1);
    }
    sf_codec_at(codec, "homes.%s.", old.name);
    old.homes_count = (uint32_t)sf_code_value(codec, "count", old.homes_count, &counts);
    old.network_index = (uint32_t)sf_code_value(codec, "network", old.network_index, &networks);
    old.linked = !sf_code_rare(codec, "linked", !old.linked, 16);
    code_number(codec, index, &old);
    code_zones(codec, &old);
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        if (i != SF_SECTION_EXPECT) {
            sf_code_section(codec, (enum sf_plan_section_kind)i, &old.sections[i]);
        }
    }
    if (!codec->writes) {
        memcpy(group, &old, sizeof old);
    }
}

/* One plan in many has a crowd, for what goes wrong with scale only. A crowd is written as the
 * count of its group. */
static void code_crowd(struct sf_codec *codec)
{
    static const struct sf_code crowds = {.one_in = 48, .count = 5, .base = 64, .step = 8};
    int64_t crowd = sf_code_value(codec, "count", 0, &crowds);
    if (!codec->writes && crowd > 0) {
        codec->plan->groups[codec->plan->groups_count - 1].homes_count = (uint32_t)crowd;
    }
}

void sf_code_homes(struct sf_codec *codec)
{
    SF_ASSERT(codec != NULL);
    static const struct sf_code counts = {
        .one_in = 1, .count = 3, .base = 2, .step = 1, .min = 1, .max = GROUPS_MAX};
    struct sf_plan *plan = codec->plan;
    sf_codec_at(codec, "homes.");
    uint32_t count = (uint32_t)sf_code_value(codec, "groups", plan->groups_count, &counts);
    for (uint32_t i = 0; i < count && !codec->stuck; i++) {
        plan->groups_count = codec->writes ? plan->groups_count : i + 1;
        code_group(codec, i);
    }
    code_crowd(codec);
    sf_codec_at(codec, "%s", "");
}
