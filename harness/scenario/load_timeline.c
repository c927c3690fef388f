/* What happens during a run, and what must come out of it. */
#include "harness/scenario/load.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/expect.h"
#include "harness/scenario/params.h"
#include "harness/scenario/value.h"

static const struct sf_param direction_param = {
    .name = "direction", .kind = SF_PARAM_CHOICE, .choices = sf_plan_direction_names};
static const struct sf_param verdict_param = {
    .name = "verdict", .kind = SF_PARAM_CHOICE, .choices = sf_plan_expectation_names};

/* A group's name, or "all". */
SF_MUST_USE static enum sf_err homes_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          const char *what, uint32_t *index_out)
{
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, what, &text));
    const char *known[SF_GROUPS_MAX + 2] = {NULL};
    for (uint32_t i = 0; i < load->plan->groups_count; i++) {
        known[i] = load->plan->groups[i].name;
        if (strcmp(known[i], text) == 0) {
            *index_out = i;
            return SF_OK;
        }
    }
    if (strcmp(text, "all") == 0) {
        *index_out = SF_GROUP_ALL;
        return SF_OK;
    }
    known[load->plan->groups_count] = "all";
    return sf_load_unknown(load, node, "group of homes", text, known);
}

SF_MUST_USE static enum sf_err choice_load(struct sf_load *load, const struct sf_yaml_node *node,
                                           const struct sf_param *param, int64_t *value_out)
{
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, param->name, &text));
    if (sf_param_read(param, text, load->plan, value_out, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, param->name);
    }
    return SF_OK;
}

/* The number of a node of the cache. */
SF_MUST_USE static enum sf_err whole_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          const char *what, uint32_t *whole_out)
{
    const char *text = NULL;
    int64_t value = 0;
    SF_TRY(sf_load_value(load, node, what, &text));
    if (sf_value_whole_read(text, &value, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, what);
    }
    if (value < 0 || value > INT32_MAX) {
        return sf_yaml_fail(node, load->diag, "%s: %s is not a number from 0 to %d", what, text,
                            INT32_MAX);
    }
    *whole_out = (uint32_t)value;
    return SF_OK;
}

/* A duration with a sign before it, or none. */
SF_MUST_USE static enum sf_err step_load(struct sf_load *load, const struct sf_yaml_node *node,
                                         const char *what, sf_ns *ns_out)
{
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, what, &text));
    bool back = text[0] == '-';
    if (sf_value_duration_read(text + (back || text[0] == '+'), ns_out, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, what);
    }
    *ns_out = back ? -*ns_out : *ns_out;
    return SF_OK;
}

SF_MUST_USE static enum sf_err part_load(struct sf_load *load, const struct sf_yaml_node *node,
                                         const char *what, enum sf_action_part part,
                                         struct sf_plan_entry *entry)
{
    int64_t direction = 0;
    switch (part) {
    case SF_PART_CACHE:
        return sf_load_cache(load, node, what, entry->cache);
    case SF_PART_OPTIONS:
        return sf_load_text(load, node, what, entry->cache, sizeof entry->cache);
    case SF_PART_NETWORK:
        return sf_load_network_name(load, node, what, &entry->network_index);
    case SF_PART_HOMES:
        return homes_load(load, node, what, &entry->group_index);
    case SF_PART_DIRECTION:
        SF_TRY(choice_load(load, node, &direction_param, &direction));
        entry->direction = (enum sf_plan_direction)direction;
        return SF_OK;
    case SF_PART_SWITCH:
        return sf_load_switch(load, node, what, &entry->on);
    case SF_PART_NODE:
        return whole_load(load, node, what, &entry->node);
    case SF_PART_EVERY:
        return sf_load_duration(load, node, what, &entry->duration_ns);
    case SF_PART_STEP:
        return step_load(load, node, what, &entry->duration_ns);
    case SF_PART_VERSION:
        return whole_load(load, node, what, &entry->version);
    case SF_PARTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

/* "network and heal", say: the actions that a part may stand beside. */
static void beside_print(enum sf_action_part part, struct sf_text *out)
{
    const char *words[SF_ACTIONS_COUNT + 8] = {NULL};
    size_t count = 0;
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        if ((action->beside & SF_PART_BIT(part)) != 0) {
            words[count++] = action->key;
        }
    }
    sf_value_words_print(words, out);
}

SF_MUST_USE static enum sf_err beside_load(struct sf_load *load, const struct sf_yaml_node *node,
                                           const struct sf_action *action,
                                           struct sf_plan_entry *entry)
{
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        const char *key = sf_action_part_key((enum sf_action_part)part);
        const struct sf_yaml_node *value = key != NULL ? sf_yaml_get(node, key) : NULL;
        if (value == NULL) {
            continue;
        }
        if ((action->beside & SF_PART_BIT(part)) == 0) {
            struct sf_text list = {0};
            beside_print((enum sf_action_part)part, &list);
            enum sf_err err = sf_yaml_fail(value->key, load->diag,
                                           "timeline: '%s' goes with %.200s only, not with '%s'",
                                           key, list.data, action->key);
            sf_text_free(&list);
            return err;
        }
        SF_TRY(part_load(load, value, key, (enum sf_action_part)part, entry));
    }
    return SF_OK;
}

/* The one action that the entry has. */
SF_MUST_USE static enum sf_err action_find(struct sf_load *load, const struct sf_yaml_node *node,
                                           const struct sf_action **action_out)
{
    const struct sf_action *found = NULL;
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        const struct sf_yaml_node *value = sf_yaml_get(node, action->key);
        if (value != NULL && found != NULL) {
            return sf_yaml_fail(value->key, load->diag,
                                "timeline: one entry does one thing, not '%s' and '%s'", found->key,
                                action->key);
        }
        found = value != NULL ? action : found;
    }
    if (found == NULL) {
        return sf_yaml_fail(node, load->diag,
                            "timeline: the entry does nothing; an action such as deploy, network "
                            "or heal is missing");
    }
    *action_out = found;
    return SF_OK;
}

/* Every key that an entry may have, ended by NULL. */
static void keys_known(const char *known[static SF_ACTIONS_COUNT + SF_PARTS_COUNT + 8])
{
    size_t count = 0;
    known[count++] = "at";
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        known[count++] = action->key;
    }
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        const char *key = sf_action_part_key((enum sf_action_part)part);
        if (key != NULL) {
            known[count++] = key;
        }
    }
    known[count] = NULL;
}

SF_MUST_USE static enum sf_err entry_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          struct sf_plan_entry *entry)
{
    const char *known[SF_ACTIONS_COUNT + SF_PARTS_COUNT + 8];
    const struct sf_action *action = NULL;
    keys_known(known);
    SF_TRY(sf_load_mapping(load, node, "timeline", known));
    const struct sf_yaml_node *at = sf_yaml_get(node, "at");
    if (at == NULL) {
        return sf_yaml_fail(node, load->diag, "timeline: the key 'at' is missing");
    }
    SF_TRY(action_find(load, node, &action));
    SF_TRY(sf_load_duration(load, at, "at", &entry->at_ns));
    sf_action_default(action, entry);
    SF_TRY(part_load(load, sf_yaml_get(node, action->key), action->key, action->value, entry));
    return beside_load(load, node, action, entry);
}

/* Moves the last of `count` entries to where its time belongs, behind those of the same time. */
static void entry_sort_in(struct sf_plan_entry *entries, struct sf_yaml_node **nodes,
                          uint32_t count)
{
    struct sf_plan_entry entry;
    struct sf_yaml_node *node = nodes[count - 1];
    memcpy(&entry, &entries[count - 1], sizeof entry);
    uint32_t to = count - 1;
    for (; to > 0 && entries[to - 1].at_ns > entry.at_ns; to--) {
        memcpy(&entries[to], &entries[to - 1], sizeof entry);
        nodes[to] = nodes[to - 1];
    }
    memcpy(&entries[to], &entry, sizeof entry);
    nodes[to] = node;
}

enum sf_err sf_load_timeline(struct sf_load *load, struct sf_yaml_node *node)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(load->plan->timeline_count == 0);
    struct sf_yaml_node *nodes[SF_TIMELINE_MAX];
    struct sf_plan *plan = load->plan;
    SF_TRY(sf_load_list(load, node, "timeline", 0, SF_TIMELINE_MAX));
    for (struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        SF_TRY(entry_load(load, entry, &plan->timeline[plan->timeline_count]));
        nodes[plan->timeline_count++] = entry;
        entry_sort_in(plan->timeline, nodes, plan->timeline_count);
    }
    node->first = NULL;
    node->last = NULL;
    node->entries_count = 0;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        sf_yaml_append(node, nodes[i]);
    }
    return SF_OK;
}

enum sf_err sf_load_expect(struct sf_load *load, const struct sf_yaml_node *node)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    const char *known[2 + SF_ASSERTIONS_COUNT + 1] = {"verdict", "oracle"};
    for (uint32_t i = 0; i < SF_ASSERTIONS_COUNT; i++) {
        known[2 + i] = sf_assertion_table.params[i].name;
    }
    SF_TRY(sf_load_mapping(load, node, "expect", known));
    const struct sf_yaml_node *verdict = sf_yaml_get(node, verdict_param.name);
    if (verdict == NULL) {
        return sf_yaml_fail(node, load->diag, "expect: the key 'verdict' is missing");
    }
    int64_t value = 0;
    SF_TRY(choice_load(load, verdict, &verdict_param, &value));
    load->plan->expect = (enum sf_plan_expectation)value;
    const struct sf_yaml_node *oracle = sf_yaml_get(node, "oracle");
    if (oracle != NULL) {
        SF_TRY(sf_load_text(load, oracle, "oracle", load->plan->expect_oracle,
                            sizeof load->plan->expect_oracle));
    }
    return sf_load_params(load, node, &sf_assertion_table, &load->plan->assertions);
}
