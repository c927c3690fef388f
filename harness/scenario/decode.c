#include "harness/scenario/decode.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/net/netem_grammar.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/params.h"

/* The bytes, taken one by one; 0 when they are used up. */
struct source {
    const uint8_t *bytes;
    size_t left;
};

enum { NETWORK_GOOD = 1, NETWORK_FIRST_BAD = 2 };

static uint32_t take(struct source *source, uint32_t below)
{
    if (source->left == 0) {
        return 0;
    }
    source->left--;
    return *source->bytes++ % below;
}

static const struct sf_param *param_of_turn(const struct sf_param_table *table,
                                            enum sf_param_phase phase, uint32_t turn)
{
    for (uint32_t i = 0; i < table->params_count; i++) {
        const struct sf_param_decode *decode = &table->params[i].decode;
        if (decode->phase == phase && decode->count > 0 && decode->turn == turn) {
            return &table->params[i];
        }
    }
    return NULL;
}

static void set(const struct sf_param_table *table, const struct sf_param *param, int64_t value,
                struct sf_plan_section *section)
{
    bool ranged = param->kind != SF_PARAM_BOOL && param->kind != SF_PARAM_CHOICE;
    SF_ASSERT(!ranged || value >= param->min);
    SF_ASSERT(!ranged || value <= param->max);
    section->values[param - table->params] = value;
}

/* The values that the rows of a table say are drawn in this phase, in order of their turns; then
 * those that are set without a byte. */
static void take_section(struct source *source, const struct sf_param_table *table,
                         enum sf_param_phase phase, struct sf_plan_section *section)
{
    const struct sf_param *param = NULL;
    for (uint32_t turn = 1; (param = param_of_turn(table, phase, turn)) != NULL; turn++) {
        uint32_t drawn = take(source, param->decode.count);
        bool is_switch = param->kind == SF_PARAM_BOOL;
        set(table, param, is_switch ? drawn == 1 : param->decode.base + param->decode.step * drawn,
            section);
        if (param->role == SF_ROLE_PRESENT && drawn != 1) {
            return;
        }
    }
    for (uint32_t i = 0; i < table->params_count; i++) {
        const struct sf_param_decode *decode = &table->params[i].decode;
        if (decode->phase == phase && decode->count == 0) {
            set(table, &table->params[i], decode->base, section);
        }
    }
}

/* A direction in tc's words, so that there is one way only to make a link. */
static void set_link(const char *spec, struct sf_netem_config *config_out)
{
    struct sf_diag diag = {0};
    enum sf_err err = sf_netem_parse(spec, config_out, NULL, &diag);
    SF_ASSERT(err == SF_OK);
}

static void take_link(struct source *source, struct sf_netem_config *config_out)
{
    static const uint32_t rates_kbit[] = {0, 64, 128, 256, 1000};
    char spec[192];
    uint32_t delay_ms = take(source, 16) * 100;
    uint32_t jitter_ms = take(source, 8) * 100;
    uint32_t loss_percent = take(source, 13) * 5;
    uint32_t more = take(source, 4);
    uint32_t rate_kbit = rates_kbit[take(source, 5)];
    int length = snprintf(spec, sizeof spec, "limit 50 delay %ums %ums loss %u%%", 10 + delay_ms,
                          jitter_ms, loss_percent);
    if ((more & 1) != 0) {
        length += snprintf(spec + length, sizeof spec - (size_t)length, " duplicate 5%%");
    }
    if ((more & 2) != 0) {
        length += snprintf(spec + length, sizeof spec - (size_t)length, " reorder 20%% gap 3");
    }
    if (rate_kbit > 0) {
        snprintf(spec + length, sizeof spec - (size_t)length, " rate %ukbit", rate_kbit);
    }
    set_link(spec, config_out);
}

static void take_networks(struct source *source, struct sf_plan *plan)
{
    struct sf_plan_network *good = &plan->networks[NETWORK_GOOD];
    snprintf(good->name, sizeof good->name, "good");
    set_link("delay 20ms 5ms", &good->up);
    set_link("delay 20ms 5ms", &good->down);
    uint32_t bad_count = 1 + take(source, 3);
    for (uint32_t i = 0; i < bad_count; i++) {
        struct sf_plan_network *bad = &plan->networks[NETWORK_FIRST_BAD + i];
        snprintf(bad->name, sizeof bad->name, "bad-%u", i + 1);
        take_link(source, &bad->up);
        take_link(source, &bad->down);
    }
    plan->networks_count = NETWORK_FIRST_BAD + bad_count;
}

static void take_group(struct source *source, const struct sf_plan_schema *schema,
                       struct sf_plan *plan)
{
    static const int32_t zones_s[] = {0, 3600, -18000, 28800};
    uint32_t number = plan->groups_count++;
    struct sf_plan_group *group = &plan->groups[number];
    sf_plan_group_default(schema, group);
    snprintf(group->name, sizeof group->name, "homes-%u", number + 1);
    group->homes_count = 1 + take(source, 3);
    group->network_index = 1 + take(source, plan->networks_count - 1);
    group->time_zones_s[0] = zones_s[take(source, 4)];
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        take_section(source, schema->tables[i], SF_PHASE_ACTOR, &group->sections[i]);
    }
}

static void take_entry(struct source *source, sf_ns until_ns, const char *cache,
                       struct sf_plan *plan)
{
    struct sf_plan_entry *entry = &plan->timeline[plan->timeline_count++];
    entry->at_ns = until_ns * (1 + take(source, 62)) / 64 / SF_MS * SF_MS;
    entry->group_index = take(source, plan->groups_count);
    switch (take(source, 4)) {
    case 0:
        entry->action = SF_ACTION_NETWORK;
        entry->network_index = 1 + take(source, plan->networks_count - 1);
        entry->direction = (enum sf_plan_direction)take(source, 3);
        return;
    case 1:
        entry->action = SF_ACTION_DEPLOY;
        entry->group_index = 0;
        entry->node = SF_NODE_ALL;
        snprintf(entry->cache, sizeof entry->cache, "%s", cache);
        return;
    case 2:
        entry->action = SF_ACTION_LINK;
        entry->on = take(source, 2) != 0;
        return;
    default: /* not an enum: a number drawn from the input */
        entry->action = SF_ACTION_KILL_SWITCH;
        entry->group_index = 0;
        entry->on = take(source, 2) != 0;
        return;
    }
}

/* What happens to the cache's nodes, and to what they lean on. */
static void take_node_entry(struct source *source, sf_ns until_ns, const char *cache,
                            uint32_t nodes_count, struct sf_plan *plan)
{
    static const sf_ns steps_ns[] = {-SF_HOUR, -2 * SF_SECOND, 2 * SF_SECOND, SF_HOUR};
    struct sf_plan_entry *entry = &plan->timeline[plan->timeline_count++];
    entry->at_ns = until_ns * (1 + take(source, 62)) / 64 / SF_MS * SF_MS;
    uint32_t node = take(source, nodes_count);
    switch (take(source, 7)) {
    case 0:
    case 1:
        entry->action = SF_ACTION_NODE;
        entry->node = node;
        return;
    case 2:
        entry->action = SF_ACTION_NODE;
        entry->node = node;
        entry->on = true;
        return;
    case 3:
        entry->action = SF_ACTION_DEPLOY;
        entry->node = SF_NODE_ALL;
        entry->duration_ns = (sf_ns)(1 + take(source, 10)) * SF_SECOND;
        snprintf(entry->cache, sizeof entry->cache, "%s", cache);
        return;
    case 4:
        entry->action = SF_ACTION_NODE_CLOCK;
        entry->node = node;
        entry->duration_ns = steps_ns[take(source, 4)];
        return;
    case 5:
        entry->action = SF_ACTION_IDENTITY;
        entry->on = take(source, 2) != 0;
        return;
    default: /* not an enum: a number drawn from the input */
        entry->action = SF_ACTION_STORE;
        entry->on = take(source, 2) != 0;
        return;
    }
}

static void take_nodes(struct source *source, const struct sf_plan_schema *schema, sf_ns until_ns,
                       const char *cache, struct sf_plan *plan)
{
    enum { ENTRIES_MAX = 6 };
    const struct sf_param_table *cloud = schema->tables[SF_SECTION_CLOUD];
    take_section(source, cloud, SF_PHASE_NODES, &plan->cloud);
    uint32_t nodes_count = (uint32_t)sf_param_role_value(cloud, &plan->cloud, SF_ROLE_NODES);
    uint32_t entries_count = take(source, ENTRIES_MAX + 1);
    for (uint32_t i = 0; i < entries_count; i++) {
        take_node_entry(source, until_ns, cache, nodes_count, plan);
    }
}

/* The options that the cache has, and another one, which it need not know. Not the other one alone:
 * a node that is lost comes back with the options pushed last, and would have lost the others.
 */
static void take_options(struct source *source, const char *cache, char *options,
                         size_t options_bytes)
{
    static const char *const others[] = {"fresh_ms=2000", "fresh_ms=20000", "stale_ms=5000",
                                         "stale_ms=60000"};
    const char *mark = strchr(cache, '?');
    const char *own = mark != NULL ? mark + 1 : "";
    const char *other = others[take(source, 4)];
    if (strlen(own) + 1 + strlen(other) < options_bytes) {
        snprintf(options, options_bytes, "%s%s%s", own, own[0] != '\0' ? "&" : "", other);
    } else {
        snprintf(options, options_bytes, "%s", own);
    }
}

/* What people and devices do, and new options for the cache. */
static void take_party_entry(struct source *source, const struct sf_plan_schema *schema,
                             sf_ns until_ns, const char *cache, struct sf_plan *plan)
{
    static const sf_ns steps_ns[] = {-SF_HOUR, -2 * SF_SECOND, 2 * SF_SECOND, SF_HOUR};
    struct sf_plan_entry *entry = &plan->timeline[plan->timeline_count++];
    entry->at_ns = until_ns * (1 + take(source, 62)) / 64 / SF_MS * SF_MS;
    uint32_t group = take(source, plan->groups_count + 1);
    entry->group_index = group < plan->groups_count ? group : SF_GROUP_ALL;
    switch (take(source, 8)) {
    case 0:
        entry->action = SF_ACTION_POWER;
        entry->on = take(source, 2) != 0;
        return;
    case 1:
        entry->action = SF_ACTION_WAKE;
        return;
    case 2:
        entry->action = SF_ACTION_EXPIRE;
        return;
    case 3:
        entry->action = SF_ACTION_CAMERA_CLOCK;
        entry->duration_ns = steps_ns[take(source, 4)];
        return;
    case 4:
        entry->action = SF_ACTION_BACKUP;
        entry->on = take(source, 2) != 0;
        for (uint32_t i = 0; i < plan->groups_count; i++) { /* or there is nothing to consent to */
            take_section(source, schema->tables[SF_SECTION_CAMERA], SF_PHASE_BACKUP,
                         &plan->groups[i].sections[SF_SECTION_CAMERA]);
        }
        return;
    case 5:
        entry->action = SF_ACTION_FIRMWARE;
        entry->version = 1 + take(source, 4);
        return;
    case 6:
        entry->action = SF_ACTION_EXPORT;
        return;
    default: /* not an enum: a number drawn from the input */
        entry->action = SF_ACTION_RECONFIGURE;
        entry->group_index = 0;
        entry->node = SF_NODE_ALL;
        take_options(source, cache, entry->cache, sizeof entry->cache);
        return;
    }
}

static void take_parties(struct source *source, const struct sf_plan_schema *schema, sf_ns until_ns,
                         const char *cache, struct sf_plan *plan)
{
    enum { ENTRIES_MAX = 6 };
    uint32_t entries_count = take(source, ENTRIES_MAX + 1);
    for (uint32_t i = 0; i < entries_count; i++) {
        take_party_entry(source, schema, until_ns, cache, plan);
    }
}

/* What is written behind the action's key; what may stand beside it stays at its fallback. */
static void take_value(struct source *source, enum sf_action_part value, uint32_t nodes_count,
                       const char *cache, const struct sf_plan *plan, struct sf_plan_entry *entry)
{
    static const sf_ns steps_ns[] = {-SF_HOUR, -2 * SF_SECOND, 2 * SF_SECOND, SF_HOUR};
    uint32_t byte = take(source, 256);
    switch (value) {
    case SF_PART_CACHE:
        snprintf(entry->cache, sizeof entry->cache, "%s", cache);
        return;
    case SF_PART_OPTIONS:
        take_options(source, cache, entry->cache, sizeof entry->cache);
        return;
    case SF_PART_NETWORK:
        entry->network_index = 1 + byte % (plan->networks_count - 1);
        return;
    case SF_PART_HOMES:
        entry->group_index = byte % 2 == 0 ? (uint32_t)SF_GROUP_ALL : byte / 2 % plan->groups_count;
        return;
    case SF_PART_DIRECTION:
        entry->direction = (enum sf_plan_direction)(byte % 3);
        return;
    case SF_PART_SWITCH:
        entry->on = byte % 2 != 0;
        return;
    case SF_PART_NODE:
        entry->node = byte % nodes_count;
        return;
    case SF_PART_VERSION:
        entry->version = 1 + byte % 4;
        return;
    case SF_PART_EVERY:
        entry->duration_ns = (sf_ns)(1 + byte % 10) * SF_SECOND;
        return;
    case SF_PART_STEP:
        entry->duration_ns = steps_ns[byte % 4];
        return;
    case SF_PARTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

/* Actions that came after the functions above were written, each perhaps once: a new row of
 * SF_ACTIONS takes bytes behind all others. */
static void take_later_actions(struct source *source, const struct sf_plan_schema *schema,
                               sf_ns until_ns, uint32_t nodes_count, const char *cache,
                               struct sf_plan *plan)
{
    enum { LATER = SF_ACTION_EXPORT + 1 };
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        if ((int)action->action >= LATER && take(source, 2) != 0) {
            struct sf_plan_entry *entry = &plan->timeline[plan->timeline_count++];
            entry->at_ns = until_ns * (1 + take(source, 62)) / 64 / SF_MS * SF_MS;
            sf_action_default(action, entry);
            take_value(source, action->value, nodes_count, cache, plan, entry);
            bool trade = action->action == SF_ACTION_TRADE_SLOTS; /* accounts need two cameras */
            for (uint32_t i = 0; trade && i < plan->groups_count; i++) {
                take_section(source, schema->tables[SF_SECTION_CAMERA], SF_PHASE_ACCOUNT,
                             &plan->groups[i].sections[SF_SECTION_CAMERA]);
            }
        }
    }
}

void sf_plan_decode(const uint8_t *bytes, size_t count, const char *cache,
                    const struct sf_plan_schema *schema, struct sf_plan *plan)
{
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(cache != NULL);
    SF_ASSERT(schema != NULL);
    SF_ASSERT(plan != NULL);
    enum { ENTRIES_MAX = 6 };
    struct source source = {.bytes = bytes, .left = count};
    const struct sf_param_table *cloud = schema->tables[SF_SECTION_CLOUD];
    sf_plan_default(schema, plan);
    snprintf(plan->name, sizeof plan->name, "fuzzed");
    snprintf(plan->cache, sizeof plan->cache, "%s", cache);
    plan->seed = take(&source, 256);
    sf_ns faults_ns = (sf_ns)(20 + take(&source, 64)) * SF_SECOND;
    take_networks(&source, plan);
    uint32_t groups_count = 2 + take(&source, 3);
    for (uint32_t i = 0; i < groups_count; i++) {
        take_group(&source, schema, plan);
    }
    take_section(&source, schema->tables[SF_SECTION_STILL], SF_PHASE_ACTOR, &plan->still);
    take_section(&source, cloud, SF_PHASE_ACTOR, &plan->cloud);
    plan->duration_ns = faults_ns + 2 * sf_param_role_value(cloud, &plan->cloud, SF_ROLE_RECOVERY);
    uint32_t entries_count = take(&source, ENTRIES_MAX + 1);
    for (uint32_t i = 0; i < entries_count; i++) {
        take_entry(&source, faults_ns, cache, plan);
    }
    /* New choices come behind the old ones, so that bytes keep what they meant. */
    take_nodes(&source, schema, faults_ns, cache, plan);
    take_parties(&source, schema, faults_ns, cache, plan);
    uint32_t nodes_count = (uint32_t)sf_param_role_value(cloud, &plan->cloud, SF_ROLE_NODES);
    take_later_actions(&source, schema, faults_ns, nodes_count, cache, plan);
    struct sf_plan_entry *heal = &plan->timeline[plan->timeline_count++];
    *heal = (struct sf_plan_entry){.at_ns = faults_ns,
                                   .action = SF_ACTION_HEAL,
                                   .group_index = SF_GROUP_ALL,
                                   .network_index = NETWORK_GOOD};
    sf_plan_normalise(schema, plan);
}
