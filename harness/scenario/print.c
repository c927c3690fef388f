/* Plan to scenario file, in the one canonical form: keys in a fixed order, values at their fallback
 * left out, units the largest that keep a whole number. What identifies a run is written even at
 * its fallback: name, seed, duration, cache. */
#include "harness/scenario/scenario.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/net/netem_grammar.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/expect.h"
#include "harness/scenario/params.h"
#include "harness/scenario/print_live.h"
#include "harness/scenario/value.h"

struct printer {
    const struct sf_plan *plan;
    const struct sf_plan_schema *schema;
    struct sf_text *out;
};

static void line_text(const struct printer *printer, const char *key, const char *text)
{
    sf_text_add(printer->out, "%s: ", key);
    sf_value_text_print(text, printer->out);
    sf_text_add(printer->out, "\n");
}

static void line_duration(const struct printer *printer, const char *key, sf_ns ns)
{
    sf_text_add(printer->out, "%s: ", key);
    sf_value_duration_print(ns, printer->out);
    sf_text_add(printer->out, "\n");
}

/* Whether the section says anything, leaving out parameter `except`. */
static bool is_at_fallback(const struct sf_param_table *table,
                           const struct sf_plan_section *section, uint32_t except)
{
    for (uint32_t i = 0; i < table->params_count; i++) {
        if (i != except && section->values[i] != table->params[i].fallback) {
            return false;
        }
    }
    return true;
}

static void values_print(const struct printer *printer, const struct sf_param_table *table,
                         const struct sf_plan_section *section, const char *indent)
{
    uint32_t present = sf_param_present(table);
    for (uint32_t i = 0; i < table->params_count; i++) {
        /* A section with values that is absent at its fallback is written with `present`: the
         * loader insists. */
        bool is_said = i == present && table->params[i].fallback == 0;
        if (is_said || section->values[i] != table->params[i].fallback) {
            sf_text_add(printer->out, "%s  %s: ", indent, table->params[i].name);
            sf_param_print(&table->params[i], section->values[i], printer->plan, printer->out);
            sf_text_add(printer->out, "\n");
        }
    }
}

static void section_print(const struct printer *printer, const struct sf_param_table *table,
                          const struct sf_plan_section *section, const char *indent)
{
    uint32_t present = sf_param_present(table);
    if (is_at_fallback(table, section, UINT32_MAX)) {
        return;
    }
    bool is_absent = present != UINT32_MAX && section->values[present] == 0;
    if (is_absent && is_at_fallback(table, section, present)) {
        sf_text_add(printer->out, "%s%s: none\n", indent, table->name);
        return;
    }
    sf_text_add(printer->out, "%s%s:\n", indent, table->name);
    values_print(printer, table, section, indent);
}

static void head_print(const struct printer *printer)
{
    const struct sf_plan *plan = printer->plan;
    sf_text_add(printer->out, "strayframe: 1\n");
    line_text(printer, "name", plan->name);
    if (plan->title[0] != '\0') {
        line_text(printer, "title", plan->title);
    }
    sf_text_add(printer->out, "seed: %" PRIu64 "\n", plan->seed);
    if (plan->swarm) {
        sf_text_add(printer->out, "swarm: true\n");
    }
    if (plan->vary != SF_VARY_NOTHING) {
        sf_text_add(printer->out, "vary: %s\n", sf_plan_vary_names[plan->vary]);
    }
    if (plan->vary_home > 0) {
        sf_text_add(printer->out, "vary_home: %" PRIu32 "\n", plan->vary_home);
    }
    if (plan->gate_every != 1) {
        sf_text_add(printer->out, "gate_every: %" PRIu32 "\n", plan->gate_every);
    }
    if (plan->start_unix_s != SF_PLAN_START_FALLBACK_S) {
        sf_text_add(printer->out, "start: ");
        sf_value_instant_print(plan->start_unix_s, printer->out);
        sf_text_add(printer->out, "\n");
    }
    line_duration(printer, "duration", plan->duration_ns);
    line_text(printer, "cache", plan->cache);
    section_print(printer, printer->schema->tables[SF_SECTION_STILL], &plan->still, "");
    section_print(printer, printer->schema->tables[SF_SECTION_CLOUD], &plan->cloud, "");
    section_print(printer, printer->schema->tables[SF_SECTION_DESTINATIONS], &plan->destinations,
                  "");
    sf_live_print(&plan->live, printer->out);
}

/* The queue's usual bound goes without saying, although netem's own line always has it. */
static const char *without_usual_limit(const char *spec)
{
    char usual[32];
    int length = snprintf(usual, sizeof usual, "limit %d ", SF_NETEM_LIMIT_DEFAULT);
    return strncmp(spec, usual, (size_t)length) == 0 ? spec + length : spec;
}

static void direction_print(const struct printer *printer, const char *key,
                            const struct sf_netem_config *config)
{
    struct sf_text spec = {0};
    sf_netem_print(config, &spec);
    sf_text_add(printer->out, "    ");
    line_text(printer, key, without_usual_limit(spec.data));
    sf_text_free(&spec);
}

static void state_print(const struct printer *printer, const struct sf_plan_state *state)
{
    sf_text_add(printer->out, "      - {network: ");
    sf_value_text_print(printer->plan->networks[state->network_index].name, printer->out);
    sf_text_add(printer->out, ", for: ");
    sf_value_duration_print(state->dwell_ns_min, printer->out);
    if (state->dwell_ns_max != state->dwell_ns_min) {
        sf_text_add(printer->out, "..");
        sf_value_duration_print(state->dwell_ns_max, printer->out);
    }
    sf_text_add(printer->out, "}\n");
}

static void states_print(const struct printer *printer, const struct sf_plan_network *network)
{
    sf_text_add(printer->out, "  ");
    sf_value_text_print(network->name, printer->out);
    sf_text_add(printer->out, ":\n    states:\n");
    for (uint32_t i = 0; i < network->states_count; i++) {
        state_print(printer, &network->states[i]);
    }
}

static void network_print(const struct printer *printer, const struct sf_plan_network *network)
{
    struct sf_netem_config nothing;
    sf_netem_config_default(&nothing);
    bool has_up = !sf_netem_config_same(&network->up, &nothing);
    bool has_down = !sf_netem_config_same(&network->down, &nothing);
    sf_text_add(printer->out, "  ");
    sf_value_text_print(network->name, printer->out);
    sf_text_add(printer->out, has_up || has_down ? ":\n" : ": {}\n");
    if (has_up && sf_netem_config_same(&network->up, &network->down)) {
        direction_print(printer, "both", &network->up);
        return;
    }
    if (has_up) {
        direction_print(printer, "up", &network->up);
    }
    if (has_down) {
        direction_print(printer, "down", &network->down);
    }
}

static void networks_print(const struct printer *printer)
{
    if (printer->plan->networks_count > 1) {
        sf_text_add(printer->out, "networks:\n");
    }
    for (uint32_t i = 1; i < printer->plan->networks_count; i++) { /* 0 is always there */
        const struct sf_plan_network *network = &printer->plan->networks[i];
        if (network->states_count > 0) {
            states_print(printer, network);
        } else {
            network_print(printer, network);
        }
    }
}

static void time_zones_print(const struct printer *printer, const struct sf_plan_group *group)
{
    if (group->time_zones_count == 1 && group->time_zones_s[0] == 0) {
        return;
    }
    sf_text_add(printer->out, "    time_zones: [");
    for (uint32_t i = 0; i < group->time_zones_count; i++) {
        sf_text_add(printer->out, "%s\"", i > 0 ? ", " : "");
        sf_value_zone_print(group->time_zones_s[i], printer->out);
        sf_text_add(printer->out, "\"");
    }
    sf_text_add(printer->out, "]\n");
}

static void group_print(const struct printer *printer, const struct sf_plan_group *group)
{
    sf_text_add(printer->out, "  - ");
    line_text(printer, "name", group->name);
    sf_text_add(printer->out, "    count: %" PRIu32 "\n", group->homes_count);
    if (group->number != SF_NUMBER_NEXT) {
        sf_text_add(printer->out, "    number: %" PRIu32 "\n", group->number + 1);
    }
    if (group->network_index != 0) {
        sf_text_add(printer->out, "    ");
        line_text(printer, "network", printer->plan->networks[group->network_index].name);
    }
    if (!group->linked) {
        sf_text_add(printer->out, "    linked: false\n");
    }
    time_zones_print(printer, group);
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        section_print(printer, printer->schema->tables[i], &group->sections[i], "    ");
    }
}

static const char *homes_name(const struct sf_plan *plan, uint32_t group_index)
{
    return group_index == SF_GROUP_ALL ? "all" : plan->groups[group_index].name;
}

static void part_print(const struct printer *printer, const char *key, enum sf_action_part part,
                       const struct sf_plan_entry *entry)
{
    const struct sf_plan *plan = printer->plan;
    switch (part) {
    case SF_PART_CACHE:
    case SF_PART_OPTIONS:
        line_text(printer, key, entry->cache);
        return;
    case SF_PART_NETWORK:
        line_text(printer, key, plan->networks[entry->network_index].name);
        return;
    case SF_PART_HOMES:
        line_text(printer, key, homes_name(plan, entry->group_index));
        return;
    case SF_PART_DIRECTION:
        line_text(printer, key, sf_plan_direction_names[entry->direction]);
        return;
    case SF_PART_SWITCH:
        sf_text_add(printer->out, "%s: %s\n", key, entry->on ? "true" : "false");
        return;
    case SF_PART_NODE:
        sf_text_add(printer->out, "%s: %" PRIu32 "\n", key, entry->node);
        return;
    case SF_PART_VERSION:
        sf_text_add(printer->out, "%s: %" PRIu32 "\n", key, entry->version);
        return;
    case SF_PART_EVERY:
        line_duration(printer, key, entry->duration_ns);
        return;
    case SF_PART_STEP:
        sf_text_add(printer->out, "%s: %s", key, entry->duration_ns < 0 ? "-" : "");
        sf_value_duration_print(entry->duration_ns < 0 ? -entry->duration_ns : entry->duration_ns,
                                printer->out);
        sf_text_add(printer->out, "\n");
        return;
    case SF_PARTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static bool is_said(enum sf_action_part part, const struct sf_plan_entry *entry)
{
    switch (part) {
    case SF_PART_HOMES:
        return entry->group_index != SF_GROUP_ALL;
    case SF_PART_DIRECTION:
        return entry->direction != SF_DIRECTION_BOTH;
    case SF_PART_NODE:
        return entry->node != SF_NODE_ALL;
    case SF_PART_EVERY:
    case SF_PART_STEP:
        return entry->duration_ns != 0;
    case SF_PART_CACHE:
    case SF_PART_OPTIONS:
    case SF_PART_NETWORK:
    case SF_PART_SWITCH:
    case SF_PART_VERSION:
        return true;
    case SF_PARTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static void entry_print(const struct printer *printer, const struct sf_plan_entry *entry)
{
    const struct sf_action *action = sf_action_of(entry);
    sf_text_add(printer->out, "  - ");
    line_duration(printer, "at", entry->at_ns);
    sf_text_add(printer->out, "    ");
    part_print(printer, action->key, action->value, entry);
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        if ((action->beside & SF_PART_BIT(part)) != 0 &&
            is_said((enum sf_action_part)part, entry)) {
            sf_text_add(printer->out, "    ");
            part_print(printer, sf_action_part_key((enum sf_action_part)part),
                       (enum sf_action_part)part, entry);
        }
    }
}

static void fate_print(const struct printer *printer, const struct sf_plan_fate *fate)
{
    sf_text_add(printer->out,
                "  - {home: %" PRIu32 ", direction: %s, packet: %" PRIu64 ", fate: %s",
                fate->home + 1, sf_plan_direction_names[fate->direction], fate->packet,
                sf_plan_fate_names[fate->kind]);
    if (fate->kind == SF_PLAN_FATE_DELAYED) {
        sf_text_add(printer->out, ", delay: ");
        sf_value_duration_print(fate->delay_ns, printer->out);
    }
    sf_text_add(printer->out, "}\n");
}

static void expect_print(const struct printer *printer)
{
    const struct sf_plan *plan = printer->plan;
    bool asserts = !is_at_fallback(&sf_assertion_table, &plan->assertions, UINT32_MAX);
    if (plan->expect == SF_EXPECT_PASS && !asserts) {
        return;
    }
    sf_text_add(printer->out, "expect:\n  verdict: %s\n", sf_plan_expectation_names[plan->expect]);
    if (plan->expect_oracle[0] != '\0') {
        sf_text_add(printer->out, "  ");
        line_text(printer, "oracle", plan->expect_oracle);
    }
    values_print(printer, &sf_assertion_table, &plan->assertions, "");
}

void sf_scenario_print(const struct sf_plan *plan, const struct sf_plan_schema *schema,
                       struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(schema != NULL);
    SF_ASSERT(out != NULL);
    const struct printer printer = {plan, schema, out};
    head_print(&printer);
    networks_print(&printer);
    sf_text_add(out, "homes:\n");
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        group_print(&printer, &plan->groups[i]);
    }
    sf_live_timeline_print(&plan->live, out);
    if (plan->timeline_count > 0) {
        sf_text_add(out, "timeline:\n");
    }
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        entry_print(&printer, &plan->timeline[i]);
    }
    if (plan->fates_count > 0) {
        sf_text_add(out, "fates:\n");
    }
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        fate_print(&printer, &plan->fates[i]);
    }
    expect_print(&printer);
}
