/* What happens during a run, and what must come out of it. */
#include "harness/scenario/load.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/params.h"
#include "harness/scenario/value.h"

/* What an entry can do: its key, and what goes with it. */
static const struct action {
    const char *key;
    enum sf_plan_action action;
    bool on;        /* link, unlink */
    bool has_homes; /* takes `homes` and `direction` beside it */
} actions[] = {
    {"deploy", SF_ACTION_DEPLOY, false, false},
    {"network", SF_ACTION_NETWORK, false, true},
    {"heal", SF_ACTION_HEAL, false, false},
    {"kill_switch", SF_ACTION_KILL_SWITCH, false, false},
    {"link", SF_ACTION_LINK, true, false},
    {"unlink", SF_ACTION_LINK, false, false},
};

enum { ACTIONS_COUNT = sizeof actions / sizeof actions[0] };

static const struct sf_param direction_param = {
    "direction", SF_PARAM_CHOICE, SF_DIRECTION_BOTH, 0, 0, sf_plan_direction_names, ""};
static const struct sf_param verdict_param = {
    "verdict", SF_PARAM_CHOICE, SF_EXPECT_PASS, 0, 0, sf_plan_expectation_names, ""};

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

SF_MUST_USE static enum sf_err scope_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          struct sf_plan_entry *entry)
{
    entry->group_index = SF_GROUP_ALL;
    const struct sf_yaml_node *homes = sf_yaml_get(node, "homes");
    if (homes != NULL) {
        SF_TRY(homes_load(load, homes, "homes", &entry->group_index));
    }
    const struct sf_yaml_node *direction = sf_yaml_get(node, direction_param.name);
    if (direction != NULL) {
        int64_t value = 0;
        SF_TRY(choice_load(load, direction, &direction_param, &value));
        entry->direction = (enum sf_plan_direction)value;
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err action_load(struct sf_load *load, const struct sf_yaml_node *node,
                                           const struct action *action, struct sf_plan_entry *entry)
{
    const struct sf_yaml_node *value = sf_yaml_get(node, action->key);
    entry->action = action->action;
    switch (action->action) {
    case SF_ACTION_DEPLOY:
        return sf_load_cache(load, value, action->key, entry->cache);
    case SF_ACTION_NETWORK:
        SF_TRY(sf_load_network_name(load, value, action->key, &entry->network_index));
        return scope_load(load, node, entry);
    case SF_ACTION_HEAL:
        return sf_load_network_name(load, value, action->key, &entry->network_index);
    case SF_ACTION_KILL_SWITCH:
        return sf_load_switch(load, value, action->key, &entry->on);
    case SF_ACTION_LINK:
        entry->on = action->on;
        return homes_load(load, value, action->key, &entry->group_index);
    }
    SF_UNREACHABLE();
}

/* The one action that the entry has. */
SF_MUST_USE static enum sf_err action_find(struct sf_load *load, const struct sf_yaml_node *node,
                                           const struct action **action_out)
{
    const struct action *found = NULL;
    for (size_t i = 0; i < ACTIONS_COUNT; i++) {
        const struct sf_yaml_node *value = sf_yaml_get(node, actions[i].key);
        if (value != NULL && found != NULL) {
            return sf_yaml_fail(value->key, load->diag,
                                "timeline: one entry does one thing, not '%s' and '%s'", found->key,
                                actions[i].key);
        }
        found = value != NULL ? &actions[i] : found;
    }
    if (found == NULL) {
        return sf_yaml_fail(node, load->diag,
                            "timeline: the entry does nothing; one of deploy, network, heal, "
                            "kill_switch, link and unlink is missing");
    }
    static const char *const scope[] = {"homes", "direction"};
    for (size_t i = 0; i < sizeof scope / sizeof scope[0] && !found->has_homes; i++) {
        const struct sf_yaml_node *value = sf_yaml_get(node, scope[i]);
        if (value != NULL) {
            return sf_yaml_fail(value->key, load->diag, "timeline: '%s' goes with 'network' only",
                                scope[i]);
        }
    }
    *action_out = found;
    return SF_OK;
}

SF_MUST_USE static enum sf_err entry_load(struct sf_load *load, const struct sf_yaml_node *node,
                                          struct sf_plan_entry *entry)
{
    static const char *const known[] = {"at",   "deploy", "network", "heal",      "kill_switch",
                                        "link", "unlink", "homes",   "direction", NULL};
    const struct action *action = NULL;
    SF_TRY(sf_load_mapping(load, node, "timeline", known));
    const struct sf_yaml_node *at = sf_yaml_get(node, "at");
    if (at == NULL) {
        return sf_yaml_fail(node, load->diag, "timeline: the key 'at' is missing");
    }
    SF_TRY(sf_load_duration(load, at, "at", &entry->at_ns));
    SF_TRY(action_find(load, node, &action));
    return action_load(load, node, action, entry);
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
    static const char *const known[] = {"verdict", "oracle", NULL};
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
    return SF_OK;
}
