/* The homes of a scenario. */
#include "harness/scenario/load.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/value.h"

SF_MUST_USE static enum sf_err count_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          uint32_t *count_out)
{
    const char *text = NULL;
    int64_t count = 0;
    SF_TRY(sf_load_value(load, node, "count", &text));
    if (sf_value_whole_read(text, &count, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, "count");
    }
    if (count < 1 || count > SF_HOMES_MAX) {
        return sf_yaml_fail(node, load->diag, "count: %s is out of range, allowed is 1 to %d", text,
                            SF_HOMES_MAX);
    }
    *count_out = (uint32_t)count;
    return SF_OK;
}

SF_MUST_USE static enum sf_err
time_zones_load(struct sf_load *load, const struct sf_yaml_node *node, struct sf_plan_group *group)
{
    SF_TRY(sf_load_list(load, node, "time_zones", 1, SF_TIME_ZONES_MAX));
    group->time_zones_count = 0;
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        const char *text = NULL;
        SF_TRY(sf_load_value(load, entry, "time_zones", &text));
        if (sf_value_zone_read(text, &group->time_zones_s[group->time_zones_count], load->diag) !=
            SF_OK) {
            return sf_load_wrong(load, entry, "time_zones");
        }
        group->time_zones_count++;
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err
group_name_load(struct sf_load *load, const struct sf_yaml_node *node, struct sf_plan_group *group)
{
    const struct sf_yaml_node *name = sf_yaml_get(node, "name");
    SF_TRY(sf_load_name(load, name, "name", group->name));
    for (uint32_t i = 0; i < load->plan->groups_count; i++) {
        if (strcmp(load->plan->groups[i].name, group->name) == 0) {
            return sf_yaml_fail(name, load->diag, "name: two groups of homes are called '%s'",
                                group->name);
        }
    }
    return SF_OK;
}

/* Left out where it says what would be so anyway: the writer does, too. */
SF_MUST_USE static enum sf_err number_load(struct sf_load *load, const struct sf_yaml_node *node,
                                           struct sf_plan_group *group)
{
    const char *text = NULL;
    int64_t value = 0;
    SF_TRY(sf_load_value(load, node, "number", &text));
    if (sf_value_whole_read(text, &value, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, "number");
    }
    if (value < 1 || value > SF_HOMES_MAX) {
        return sf_yaml_fail(node, load->diag, "number: %s is not a number from 1 to %d", text,
                            SF_HOMES_MAX);
    }
    uint32_t index = load->plan->groups_count;
    value--;
    if ((uint32_t)value != sf_plan_group_number(load->plan, index)) {
        group->number = (uint32_t)value;
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err group_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          struct sf_plan_group *group)
{
    const struct sf_param_table *const *tables = load->schema->tables;
    const char *const known[] = {"name",
                                 "count",
                                 "number",
                                 "network",
                                 "linked",
                                 "time_zones",
                                 tables[SF_SECTION_CAMERA]->name,
                                 tables[SF_SECTION_HUB]->name,
                                 tables[SF_SECTION_APP]->name,
                                 tables[SF_SECTION_EXPECT]->name,
                                 NULL};
    static const char *const required[] = {"name", "count", NULL};
    SF_TRY(sf_load_mapping(load, node, "homes", known));
    for (size_t i = 0; required[i] != NULL; i++) {
        if (sf_yaml_get(node, required[i]) == NULL) {
            return sf_yaml_fail(node, load->diag, "homes: the key '%s' is missing", required[i]);
        }
    }
    SF_TRY(group_name_load(load, node, group));
    SF_TRY(count_load(load, sf_yaml_get(node, "count"), &group->homes_count));
    const struct sf_yaml_node *number = sf_yaml_get(node, "number");
    if (number != NULL) {
        SF_TRY(number_load(load, number, group));
    }
    const struct sf_yaml_node *network = sf_yaml_get(node, "network");
    if (network != NULL) {
        SF_TRY(sf_load_network_name(load, network, "network", &group->network_index));
    }
    const struct sf_yaml_node *linked = sf_yaml_get(node, "linked");
    if (linked != NULL) {
        SF_TRY(sf_load_switch(load, linked, "linked", &group->linked));
    }
    const struct sf_yaml_node *zones = sf_yaml_get(node, "time_zones");
    if (zones != NULL) {
        SF_TRY(time_zones_load(load, zones, group));
    }
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        const struct sf_yaml_node *section = sf_yaml_get(node, tables[i]->name);
        if (section != NULL) {
            SF_TRY(sf_load_section(load, section, tables[i], &group->sections[i]));
        }
    }
    return SF_OK;
}

enum sf_err sf_load_homes(struct sf_load *load, const struct sf_yaml_node *node)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(load->plan->groups_count == 0);
    SF_TRY(sf_load_list(load, node, "homes", 1, SF_GROUPS_MAX));
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        struct sf_plan_group *group = &load->plan->groups[load->plan->groups_count];
        sf_plan_group_default(load->schema, group);
        SF_TRY(group_load(load, entry, group));
        load->plan->groups_count++;
    }
    return SF_OK;
}
