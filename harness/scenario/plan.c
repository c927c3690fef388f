#include "harness/scenario/plan.h"

#include "harness/scenario/actions.h"
#include "harness/scenario/expect.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

const char *const sf_plan_direction_names[] = {"both", "up", "down", NULL};
const char *const sf_plan_fate_names[] = {"lost", "delayed", "duplicated", "corrupted", NULL};
const char *const sf_plan_fate_direction_names[] = {"up", "down", NULL};
const char *const sf_plan_expectation_names[] = {"pass", "fail", "inconclusive", NULL};
const char *const sf_plan_vary_names[] = {"nothing", "content", "length", NULL};

static void section_default(const struct sf_param_table *table, struct sf_plan_section *section_out)
{
    SF_ASSERT(table->params_count <= SF_PARAMS_MAX);
    for (uint32_t i = 0; i < table->params_count; i++) {
        section_out->values[i] = table->params[i].fallback;
    }
}

void sf_plan_assert_nothing(struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(plan->groups_count <= SF_GROUPS_MAX);
    section_default(&sf_assertion_table, &plan->assertions);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        section_default(&sf_group_assertion_table, &plan->groups[i].sections[SF_SECTION_EXPECT]);
    }
}

void sf_plan_network_settle(struct sf_plan *plan, uint32_t network_index, uint32_t state)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(network_index < plan->networks_count);
    struct sf_plan_network *network = &plan->networks[network_index];
    SF_ASSERT(state < network->states_count);
    const struct sf_plan_network *stays = &plan->networks[network->states[state].network_index];
    network->up = stays->up;
    network->down = stays->down;
    network->states_count = 0;
    memset(network->states, 0, sizeof network->states);
}

void sf_plan_group_default(const struct sf_plan_schema *schema, struct sf_plan_group *group_out)
{
    SF_ASSERT(schema != NULL);
    SF_ASSERT(group_out != NULL);
    memset(group_out, 0, sizeof *group_out);
    group_out->linked = true;
    group_out->number = SF_NUMBER_NEXT;
    group_out->time_zones_count = 1;
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        section_default(schema->tables[i], &group_out->sections[i]);
    }
}

void sf_plan_default(const struct sf_plan_schema *schema, struct sf_plan *plan_out)
{
    SF_ASSERT(schema != NULL);
    SF_ASSERT(plan_out != NULL);
    memset(plan_out, 0, sizeof *plan_out);
    plan_out->seed = SF_PLAN_SEED_FALLBACK;
    plan_out->gate_every = 1;
    plan_out->start_unix_s = SF_PLAN_START_FALLBACK_S;
    memcpy(plan_out->cache, SF_PLAN_CACHE_FALLBACK, sizeof SF_PLAN_CACHE_FALLBACK);
    section_default(schema->tables[SF_SECTION_CLOUD], &plan_out->cloud);
    section_default(schema->tables[SF_SECTION_STILL], &plan_out->still);
    section_default(schema->tables[SF_SECTION_DESTINATIONS], &plan_out->destinations);
    sf_plan_assert_nothing(plan_out);
    plan_out->networks_count = 1;
    memcpy(plan_out->networks[0].name, SF_NETWORK_PERFECT, sizeof SF_NETWORK_PERFECT);
    sf_netem_config_default(&plan_out->networks[0].up);
    sf_netem_config_default(&plan_out->networks[0].down);
    plan_out->texts_count = 1;
}

uint32_t sf_plan_homes_count(const struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(plan->groups_count <= SF_GROUPS_MAX);
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        count += plan->groups[i].homes_count;
    }
    return count;
}

uint32_t sf_plan_text(struct sf_plan *plan, const char *text)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(text != NULL);
    SF_ASSERT(plan->texts_count <= SF_TEXTS_MAX);
    for (uint32_t i = 0; i < plan->texts_count; i++) {
        if (strcmp(plan->texts[i], text) == 0) {
            return i;
        }
    }
    size_t length = strlen(text);
    if (length >= SF_TEXT_BYTES || plan->texts_count == SF_TEXTS_MAX) {
        return UINT32_MAX;
    }
    memcpy(plan->texts[plan->texts_count], text, length + 1);
    return plan->texts_count++;
}

/* Zeroes what is behind the terminator. */
uint32_t sf_plan_group_number(const struct sf_plan *plan, uint32_t group)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(group <= plan->groups_count);
    uint32_t number = 0;
    for (uint32_t i = 0; i <= group; i++) {
        if (plan->groups[i].number != SF_NUMBER_NEXT) {
            number = plan->groups[i].number;
        }
        number += i < group ? plan->groups[i].homes_count : 0;
    }
    return number;
}

static void text_settle(char *text, size_t bytes)
{
    size_t length = strnlen(text, bytes);
    SF_ASSERT(length < bytes);
    memset(text + length, 0, bytes - length);
}

static void section_settle(const struct sf_param_table *table, const struct sf_plan *before,
                           struct sf_plan *plan, struct sf_plan_section *section)
{
    for (uint32_t i = 0; i < SF_PARAMS_MAX; i++) {
        if (i >= table->params_count) {
            section->values[i] = 0;
        } else if (table->params[i].kind == SF_PARAM_TEXT) {
            section->values[i] = sf_plan_text(plan, before->texts[section->values[i]]);
        }
    }
}

/* In the order in which the loader reads sections. */
static void sections_settle(const struct sf_plan_schema *schema, const struct sf_plan *before,
                            struct sf_plan *plan)
{
    memset(plan->texts, 0, sizeof plan->texts);
    plan->texts_count = 1;
    section_settle(schema->tables[SF_SECTION_STILL], before, plan, &plan->still);
    section_settle(schema->tables[SF_SECTION_CLOUD], before, plan, &plan->cloud);
    section_settle(schema->tables[SF_SECTION_DESTINATIONS], before, plan, &plan->destinations);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        for (uint32_t j = 0; j < SF_SECTION_GROUP_COUNT; j++) {
            section_settle(schema->tables[j], before, plan, &plan->groups[i].sections[j]);
        }
    }
    section_settle(&sf_assertion_table, before, plan, &plan->assertions);
}

static void sf_network_settle(struct sf_plan_network *network)
{
    text_settle(network->name, sizeof network->name);
    network->reserved = 0;
    for (uint32_t i = 0; i < network->states_count; i++) {
        network->states[i].reserved = 0;
    }
    memset(&network->states[network->states_count], 0,
           (SF_NETEM_STATES_MAX - network->states_count) * sizeof network->states[0]);
}

static void group_settle(struct sf_plan_group *group)
{
    text_settle(group->name, sizeof group->name);
    for (uint32_t i = group->time_zones_count; i < SF_TIME_ZONES_MAX; i++) {
        group->time_zones_s[i] = 0;
    }
}

/* Keeps of an entry what its action has. */
static void entry_settle(struct sf_plan_entry *entry)
{
    const struct sf_action *action = sf_action_of(entry);
    struct sf_plan_entry kept = *entry;
    sf_action_default(action, &kept);
    kept.on = entry->on && (action->value == SF_PART_SWITCH || action->on);
    if (sf_action_has(action, SF_PART_CACHE) || sf_action_has(action, SF_PART_OPTIONS)) {
        text_settle(entry->cache, sizeof entry->cache);
        memcpy(kept.cache, entry->cache, sizeof kept.cache);
    }
    if (sf_action_has(action, SF_PART_NETWORK)) {
        kept.network_index = entry->network_index;
    }
    if (sf_action_has(action, SF_PART_HOMES)) {
        kept.group_index = entry->group_index;
    }
    if (sf_action_has(action, SF_PART_DIRECTION)) {
        kept.direction = entry->direction;
    }
    if (sf_action_has(action, SF_PART_NODE)) {
        kept.node = entry->node;
    }
    if (sf_action_has(action, SF_PART_EVERY) || sf_action_has(action, SF_PART_STEP)) {
        kept.duration_ns = entry->duration_ns;
    }
    if (sf_action_has(action, SF_PART_VERSION)) {
        kept.version = entry->version;
    }
    memcpy(entry, &kept, sizeof kept);
}

/* Stable; there are few entries. */
static void timeline_sort(struct sf_plan *plan)
{
    struct sf_plan_entry moved;
    for (uint32_t i = 1; i < plan->timeline_count; i++) {
        memcpy(&moved, &plan->timeline[i], sizeof moved);
        uint32_t to = i;
        for (; to > 0 && plan->timeline[to - 1].at_ns > moved.at_ns; to--) {
            memcpy(&plan->timeline[to], &plan->timeline[to - 1], sizeof moved);
        }
        memcpy(&plan->timeline[to], &moved, sizeof moved);
    }
}

int sf_plan_fate_compare(const struct sf_plan_fate *one, const struct sf_plan_fate *other)
{
    SF_ASSERT(one != NULL);
    SF_ASSERT(other != NULL);
    if (one->home != other->home) {
        return one->home < other->home ? -1 : 1;
    }
    if (one->direction != other->direction) {
        return one->direction < other->direction ? -1 : 1;
    }
    return one->packet == other->packet ? 0 : one->packet < other->packet ? -1 : 1;
}

static int compare_fates(const void *one, const void *other)
{
    return sf_plan_fate_compare(one, other);
}

static void fates_settle(struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        struct sf_plan_fate *fate = &plan->fates[i];
        fate->reserved = 0;
        fate->delay_ns = fate->kind == SF_PLAN_FATE_DELAYED ? fate->delay_ns : 0;
    }
    qsort(plan->fates, plan->fates_count, sizeof plan->fates[0], compare_fates);
    memset(&plan->fates[plan->fates_count], 0,
           (SF_FATES_MAX - plan->fates_count) * sizeof plan->fates[0]);
}

void sf_plan_normalise(const struct sf_plan_schema *schema, struct sf_plan *plan)
{
    SF_ASSERT(schema != NULL);
    SF_ASSERT(plan != NULL);
    struct sf_plan *before = sf_alloc(1, sizeof *before);
    memcpy(before, plan, sizeof *before);
    sections_settle(schema, before, plan);
    free(before);
    text_settle(plan->name, sizeof plan->name);
    text_settle(plan->title, sizeof plan->title);
    text_settle(plan->cache, sizeof plan->cache);
    text_settle(plan->expect_oracle, sizeof plan->expect_oracle);
    for (uint32_t i = 0; i < plan->networks_count; i++) {
        sf_network_settle(&plan->networks[i]);
    }
    memset(&plan->networks[plan->networks_count], 0,
           (SF_NETWORKS_MAX - plan->networks_count) * sizeof plan->networks[0]);
    uint32_t number = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        group_settle(&plan->groups[i]);
        if (plan->groups[i].number == number) {
            plan->groups[i].number = SF_NUMBER_NEXT;
        }
        number = sf_plan_group_number(plan, i) + plan->groups[i].homes_count;
    }
    memset(&plan->groups[plan->groups_count], 0,
           (SF_GROUPS_MAX - plan->groups_count) * sizeof plan->groups[0]);
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        entry_settle(&plan->timeline[i]);
    }
    memset(&plan->timeline[plan->timeline_count], 0,
           (SF_TIMELINE_MAX - plan->timeline_count) * sizeof plan->timeline[0]);
    timeline_sort(plan);
    fates_settle(plan);
}
