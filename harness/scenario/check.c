/* What is wrong with a plan, wherever it came from: its sizes, its head and its networks; the parts
 * are in check_*.c. Reads a plan as bytes from outside: an index is not followed and a text not
 * read before it was checked. */
#include "harness/scenario/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/net/netem_grammar.h"
#include "harness/scenario/check_parts.h"
#include "harness/scenario/params.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/value.h"

void sf_check_at(struct sf_check *check, const char *format, ...)
{
    SF_ASSERT(check != NULL);
    va_list args;
    va_start(args, format);
    vsnprintf(check->address, SF_ADDRESS_BYTES, format, args);
    va_end(args);
}

enum sf_err sf_check_wrong(struct sf_check *check, const char *format, ...)
{
    SF_ASSERT(check != NULL);
    char message[sizeof check->diag->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return sf_fail(check->diag, SF_ERR_INPUT, "%s", message);
}

enum sf_err sf_check_duration_wrong(struct sf_check *check, sf_ns ns, const char *why, sf_ns than)
{
    SF_ASSERT(check != NULL);
    SF_ASSERT(why != NULL);
    SF_ASSERT(ns >= 0);
    SF_ASSERT(than >= 0);
    struct sf_text text = {0};
    sf_value_duration_print(ns, &text);
    sf_text_add(&text, "%s", why);
    sf_value_duration_print(than, &text);
    enum sf_err err = sf_check_wrong(check, "%s", text.data);
    sf_text_free(&text);
    return err;
}

enum sf_err sf_check_count(struct sf_check *check, uint32_t count, uint32_t min, uint32_t max)
{
    SF_ASSERT(check != NULL);
    SF_ASSERT(min <= max);
    if (count >= min && count <= max) {
        return SF_OK;
    }
    return sf_check_wrong(check, "%" PRIu32 " is out of range, allowed is %" PRIu32 " to %" PRIu32,
                          count, min, max);
}

/* The tables' sizes, before anything reads into them. */
SF_MUST_USE static enum sf_err sizes_check(struct sf_check *check)
{
    const struct sf_plan *plan = check->plan;
    sf_check_at(check, "networks");
    SF_TRY(sf_check_count(check, plan->networks_count, 1, SF_NETWORKS_MAX));
    sf_check_at(check, "homes");
    SF_TRY(sf_check_count(check, plan->groups_count, 1, SF_GROUPS_MAX));
    sf_check_at(check, "timeline");
    SF_TRY(sf_check_count(check, plan->timeline_count, 0, SF_TIMELINE_MAX));
    sf_check_at(check, "fates");
    SF_TRY(sf_check_count(check, plan->fates_count, 0, SF_FATES_MAX));
    sf_check_at(check, "texts");
    SF_TRY(sf_check_count(check, plan->texts_count, 1, SF_TEXTS_MAX));
    return SF_OK;
}

SF_MUST_USE static enum sf_err texts_check(struct sf_check *check)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = 0; i < plan->texts_count; i++) {
        sf_check_at(check, "texts.%" PRIu32, i);
        SF_TRY(sf_value_text_check(plan->texts[i], SF_TEXT_BYTES, check->diag));
        if ((plan->texts[i][0] == '\0') != (i == 0)) {
            return sf_check_wrong(check, "text 0 and no other is empty");
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(plan->texts[i], plan->texts[j]) == 0) {
                return sf_check_wrong(check, "the text is there twice");
            }
        }
    }
    return SF_OK;
}

enum sf_err sf_check_section(struct sf_check *check, const struct sf_param_table *table,
                             const struct sf_plan_section *section, const char *prefix)
{
    SF_ASSERT(check != NULL);
    SF_ASSERT(table != NULL);
    SF_ASSERT(section != NULL);
    SF_ASSERT(prefix != NULL);
    SF_ASSERT(table->params_count <= SF_PARAMS_MAX);
    for (uint32_t i = 0; i < table->params_count; i++) {
        sf_check_at(check, "%s%s.%s", prefix, table->name, table->params[i].name);
        SF_TRY(sf_param_check(&table->params[i], section->values[i], check->plan, check->diag));
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err head_check(struct sf_check *check)
{
    const struct sf_plan *plan = check->plan;
    sf_check_at(check, "name");
    SF_TRY(sf_value_name_check(plan->name, check->diag));
    sf_check_at(check, "title");
    SF_TRY(sf_value_text_check(plan->title, sizeof plan->title, check->diag));
    sf_check_at(check, "vary");
    if ((unsigned)plan->vary > SF_VARY_LENGTH) {
        return sf_check_wrong(check, "not one of nothing, content, length");
    }
    sf_check_at(check, "gate_every");
    SF_TRY(sf_check_count(check, plan->gate_every, 1, SF_GATE_EVERY_MAX));
    sf_check_at(check, "start");
    if (plan->start_unix_s < 0 || plan->start_unix_s > SF_INSTANT_S_MAX) {
        return sf_check_wrong(check, "not in the years 1970 to 9999");
    }
    sf_check_at(check, "duration");
    if (plan->duration_ns < SF_DURATION_NS_MIN || plan->duration_ns > SF_DURATION_NS_MAX) {
        return sf_check_wrong(check, "out of range, allowed is 1ms to 366d");
    }
    sf_check_at(check, "cache");
    SF_TRY(sf_value_cache_check(plan->cache, check->diag));
    SF_TRY(sf_check_section(check, check->schema->tables[SF_SECTION_CLOUD], &plan->cloud, ""));
    SF_TRY(sf_check_section(check, check->schema->tables[SF_SECTION_STILL], &plan->still, ""));
    SF_TRY(sf_check_section(check, check->schema->tables[SF_SECTION_DESTINATIONS],
                            &plan->destinations, ""));
    return SF_OK;
}

/* Whether the configuration is one that can be written down. */
SF_MUST_USE static enum sf_err direction_check(struct sf_check *check,
                                               const struct sf_netem_config *config)
{
    struct sf_text spec = {0};
    struct sf_netem_config again;
    sf_netem_print(config, &spec);
    enum sf_err err = sf_netem_parse(spec.data, &again, NULL, check->diag);
    sf_text_free(&spec);
    if (err == SF_OK && !sf_netem_config_same(config, &again)) {
        return sf_check_wrong(check, "the link cannot be written down");
    }
    return err;
}

SF_MUST_USE static enum sf_err state_check(struct sf_check *check, const char *name, uint32_t index,
                                           const struct sf_plan_state *state)
{
    const struct sf_plan *plan = check->plan;
    sf_check_at(check, "networks.%s.states.%" PRIu32 ".network", name, index);
    if (state->network_index >= plan->networks_count) {
        return sf_check_wrong(check, "there is no network %" PRIu32, state->network_index);
    }
    if (plan->networks[state->network_index].states_count > 0) {
        return sf_check_wrong(
            check, "a state is a network that stays the same, and '%s' has states itself",
            plan->networks[state->network_index].name);
    }
    sf_check_at(check, "networks.%s.states.%" PRIu32 ".for", name, index);
    if (state->dwell_ns_min < SF_NETEM_DWELL_NS_MIN ||
        state->dwell_ns_max > SF_NETEM_DWELL_NS_MAX) {
        return sf_check_wrong(check, "a state lasts from 1ms to 366d");
    }
    if (state->dwell_ns_max < state->dwell_ns_min) {
        return sf_check_duration_wrong(check, state->dwell_ns_max, " is less than ",
                                       state->dwell_ns_min);
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err states_check(struct sf_check *check,
                                            const struct sf_plan_network *network)
{
    struct sf_netem_config nothing;
    sf_netem_config_default(&nothing);
    if (network->states_count == 0) {
        return SF_OK;
    }
    sf_check_at(check, "networks.%s.states", network->name);
    SF_TRY(sf_check_count(check, network->states_count, 2, SF_NETEM_STATES_MAX));
    for (uint32_t i = 0; i < network->states_count; i++) {
        SF_TRY(state_check(check, network->name, i, &network->states[i]));
    }
    sf_check_at(check, "networks.%s", network->name);
    if (!sf_netem_config_same(&network->up, &nothing) ||
        !sf_netem_config_same(&network->down, &nothing)) {
        return sf_check_wrong(check, "a network with states has no links of its own");
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err networks_check(struct sf_check *check)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = 0; i < plan->networks_count; i++) {
        const struct sf_plan_network *network = &plan->networks[i];
        sf_check_at(check, "networks");
        SF_TRY(sf_value_name_check(network->name, check->diag));
        sf_check_at(check, "networks.%s", network->name);
        if ((strcmp(network->name, SF_NETWORK_PERFECT) == 0) != (i == 0)) {
            return sf_check_wrong(check, "network 0 and no other is called '%s'",
                                  SF_NETWORK_PERFECT);
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(plan->networks[j].name, network->name) == 0) {
                return sf_check_wrong(check, "two networks are called '%s'", network->name);
            }
        }
        sf_check_at(check, "networks.%s.up", network->name);
        SF_TRY(direction_check(check, &network->up));
        sf_check_at(check, "networks.%s.down", network->name);
        SF_TRY(direction_check(check, &network->down));
        SF_TRY(states_check(check, network));
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err perfect_check(struct sf_check *check)
{
    const struct sf_plan_network *perfect = &check->plan->networks[0];
    struct sf_netem_config nothing;
    sf_netem_config_default(&nothing);
    sf_check_at(check, "networks.%s", SF_NETWORK_PERFECT);
    if (perfect->states_count > 0 || !sf_netem_config_same(&perfect->up, &nothing) ||
        !sf_netem_config_same(&perfect->down, &nothing)) {
        return sf_check_wrong(check, "the network '%s' does nothing", SF_NETWORK_PERFECT);
    }
    return SF_OK;
}

/* The groups have been checked. */
SF_MUST_USE static enum sf_err vary_check(struct sf_check *check)
{
    const struct sf_plan *plan = check->plan;
    bool there = plan->vary_home == 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint32_t first = sf_plan_group_number(plan, i);
        there |= plan->vary_home > first && plan->vary_home - first <= plan->groups[i].homes_count;
    }
    sf_check_at(check, "vary_home");
    return there ? SF_OK
                 : sf_check_wrong(check, "there is no home %" PRIu32 "; homes count from 1",
                                  plan->vary_home);
}

enum sf_err sf_plan_check_address(const struct sf_plan *plan, const struct sf_plan_schema *schema,
                                  char address_out[SF_ADDRESS_BYTES], struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(schema != NULL);
    SF_ASSERT(address_out != NULL);
    SF_ASSERT(diag != NULL);
    struct sf_check check = {plan, schema, address_out, diag};
    SF_TRY(sizes_check(&check));
    SF_TRY(texts_check(&check));
    SF_TRY(head_check(&check));
    SF_TRY(networks_check(&check));
    SF_TRY(perfect_check(&check));
    SF_TRY(sf_check_homes(&check));
    SF_TRY(vary_check(&check));
    SF_TRY(sf_check_timeline(&check));
    SF_TRY(sf_check_fates(&check));
    SF_TRY(sf_check_live(&check));
    SF_TRY(sf_check_expect(&check));
    SF_TRY(sf_check_stills(&check));
    return SF_OK;
}

enum sf_err sf_plan_check(const struct sf_plan *plan, const struct sf_plan_schema *schema,
                          struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(schema != NULL);
    char address[SF_ADDRESS_BYTES] = "";
    struct sf_diag reason = {0};
    enum sf_err err = sf_plan_check_address(plan, schema, address, &reason);
    if (err == SF_OK) {
        return SF_OK;
    }
    return sf_fail(diag, err, "%s: %.800s", address, reason.message);
}
