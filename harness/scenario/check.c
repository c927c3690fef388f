/* What is wrong with a plan, wherever it came from. Reads a plan as bytes from outside: an index is
 * not followed and a text not read before it was checked. */
#include "harness/scenario/check.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/expect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/net/netem_grammar.h"
#include "harness/scenario/params.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/value.h"

struct check {
    const struct sf_plan *plan;
    const struct sf_plan_schema *schema;
    char *address;
    struct sf_diag *diag;
};

/* Says what is looked at from here on. */
__attribute__((format(printf, 2, 3))) static void at(struct check *check, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(check->address, SF_ADDRESS_BYTES, format, args);
    va_end(args);
}

__attribute__((format(printf, 2, 3))) SF_MUST_USE static enum sf_err wrong(struct check *check,
                                                                           const char *format, ...)
{
    char message[sizeof check->diag->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return sf_fail(check->diag, SF_ERR_INPUT, "%s", message);
}

SF_MUST_USE static enum sf_err duration_wrong(struct check *check, sf_ns ns, const char *why,
                                              sf_ns than)
{
    struct sf_text text = {0};
    sf_value_duration_print(ns, &text);
    sf_text_add(&text, "%s", why);
    sf_value_duration_print(than, &text);
    enum sf_err err = wrong(check, "%s", text.data);
    sf_text_free(&text);
    return err;
}

SF_MUST_USE static enum sf_err count_check(struct check *check, uint32_t count, uint32_t min,
                                           uint32_t max)
{
    if (count >= min && count <= max) {
        return SF_OK;
    }
    return wrong(check, "%" PRIu32 " is out of range, allowed is %" PRIu32 " to %" PRIu32, count,
                 min, max);
}

/* The tables' sizes, before anything reads into them. */
SF_MUST_USE static enum sf_err sizes_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    at(check, "networks");
    SF_TRY(count_check(check, plan->networks_count, 1, SF_NETWORKS_MAX));
    at(check, "homes");
    SF_TRY(count_check(check, plan->groups_count, 1, SF_GROUPS_MAX));
    at(check, "timeline");
    SF_TRY(count_check(check, plan->timeline_count, 0, SF_TIMELINE_MAX));
    at(check, "fates");
    SF_TRY(count_check(check, plan->fates_count, 0, SF_FATES_MAX));
    at(check, "texts");
    SF_TRY(count_check(check, plan->texts_count, 1, SF_TEXTS_MAX));
    return SF_OK;
}

SF_MUST_USE static enum sf_err texts_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = 0; i < plan->texts_count; i++) {
        at(check, "texts.%" PRIu32, i);
        SF_TRY(sf_value_text_check(plan->texts[i], SF_TEXT_BYTES, check->diag));
        if ((plan->texts[i][0] == '\0') != (i == 0)) {
            return wrong(check, "text 0 and no other is empty");
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(plan->texts[i], plan->texts[j]) == 0) {
                return wrong(check, "the text is there twice");
            }
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err section_check(struct check *check,
                                             const struct sf_param_table *table,
                                             const struct sf_plan_section *section,
                                             const char *prefix)
{
    for (uint32_t i = 0; i < table->params_count; i++) {
        at(check, "%s%s.%s", prefix, table->name, table->params[i].name);
        SF_TRY(sf_param_check(&table->params[i], section->values[i], check->plan, check->diag));
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err head_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    at(check, "name");
    SF_TRY(sf_value_name_check(plan->name, check->diag));
    at(check, "title");
    SF_TRY(sf_value_text_check(plan->title, sizeof plan->title, check->diag));
    at(check, "start");
    if (plan->start_unix_s < 0 || plan->start_unix_s > SF_INSTANT_S_MAX) {
        return wrong(check, "not in the years 1970 to 9999");
    }
    at(check, "duration");
    if (plan->duration_ns < SF_DURATION_NS_MIN || plan->duration_ns > SF_DURATION_NS_MAX) {
        return wrong(check, "out of range, allowed is 1ms to 366d");
    }
    at(check, "cache");
    SF_TRY(sf_value_cache_check(plan->cache, check->diag));
    SF_TRY(section_check(check, check->schema->tables[SF_SECTION_CLOUD], &plan->cloud, ""));
    SF_TRY(section_check(check, check->schema->tables[SF_SECTION_STILL], &plan->still, ""));
    SF_TRY(section_check(check, check->schema->tables[SF_SECTION_DESTINATIONS], &plan->destinations,
                         ""));
    return SF_OK;
}

/* Whether the configuration is one that can be written down. */
SF_MUST_USE static enum sf_err direction_check(struct check *check,
                                               const struct sf_netem_config *config)
{
    struct sf_text spec = {0};
    struct sf_netem_config again;
    sf_netem_print(config, &spec);
    enum sf_err err = sf_netem_parse(spec.data, &again, NULL, check->diag);
    sf_text_free(&spec);
    if (err == SF_OK && !sf_netem_config_same(config, &again)) {
        err = wrong(check, "the link cannot be written down");
    }
    return err;
}

SF_MUST_USE static enum sf_err networks_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = 0; i < plan->networks_count; i++) {
        const struct sf_plan_network *network = &plan->networks[i];
        at(check, "networks");
        SF_TRY(sf_value_name_check(network->name, check->diag));
        at(check, "networks.%s", network->name);
        if ((strcmp(network->name, SF_NETWORK_PERFECT) == 0) != (i == 0)) {
            return wrong(check, "network 0 and no other is called '%s'", SF_NETWORK_PERFECT);
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(plan->networks[j].name, network->name) == 0) {
                return wrong(check, "two networks are called '%s'", network->name);
            }
        }
        at(check, "networks.%s.up", network->name);
        SF_TRY(direction_check(check, &network->up));
        at(check, "networks.%s.down", network->name);
        SF_TRY(direction_check(check, &network->down));
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err perfect_check(struct check *check)
{
    const struct sf_plan_network *perfect = &check->plan->networks[0];
    struct sf_netem_config nothing;
    sf_netem_config_default(&nothing);
    at(check, "networks.%s", SF_NETWORK_PERFECT);
    if (!sf_netem_config_same(&perfect->up, &nothing) ||
        !sf_netem_config_same(&perfect->down, &nothing)) {
        return wrong(check, "the network '%s' does nothing", SF_NETWORK_PERFECT);
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err group_name_check(struct check *check, uint32_t index)
{
    const struct sf_plan *plan = check->plan;
    const char *name = plan->groups[index].name;
    at(check, "homes.%" PRIu32 ".name", index);
    SF_TRY(sf_value_name_check(name, check->diag));
    if (strcmp(name, "all") == 0) {
        return wrong(check, "'all' stands for every home; call these homes something else");
    }
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(plan->groups[i].name, name) == 0) {
            return wrong(check, "two groups of homes are called '%s'", name);
        }
    }
    return SF_OK;
}

/* A lower bound above its upper one could never hold. */
SF_MUST_USE static enum sf_err bounds_check(struct check *check,
                                            const struct sf_plan_section *section, uint32_t end,
                                            const char *prefix)
{
    const struct sf_param *params = sf_assertion_table.params;
    for (uint32_t low = 0; low < end; low += 2) {
        at(check, "%sexpect.%s", prefix, params[low].name);
        if (section->values[low] > section->values[low + 1]) {
            return wrong(check, "is more than %s, so that both can never hold",
                         params[low + 1].name);
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err group_check(struct check *check, const struct sf_plan_group *group)
{
    at(check, "homes.%s.count", group->name);
    SF_TRY(count_check(check, group->homes_count, 1, SF_HOMES_MAX));
    at(check, "homes.%s.network", group->name);
    if (group->network_index >= check->plan->networks_count) {
        return wrong(check, "there is no network %" PRIu32, group->network_index);
    }
    at(check, "homes.%s.time_zones", group->name);
    SF_TRY(count_check(check, group->time_zones_count, 1, SF_TIME_ZONES_MAX));
    for (uint32_t i = 0; i < group->time_zones_count; i++) {
        int32_t offset_s = group->time_zones_s[i];
        if (offset_s < SF_ZONE_S_MIN || offset_s > SF_ZONE_S_MAX || offset_s % 60 != 0) {
            return wrong(check, "%" PRId32 " s is not an offset from UTC", offset_s);
        }
    }
    char prefix[SF_TEXT_BYTES + 8];
    snprintf(prefix, sizeof prefix, "homes.%s.", group->name);
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        SF_TRY(section_check(check, check->schema->tables[i], &group->sections[i], prefix));
    }
    return bounds_check(check, &group->sections[SF_SECTION_EXPECT], SF_ASSERTIONS_OF_GROUP_COUNT,
                        prefix);
}

/* No two homes have one number. */
SF_MUST_USE static enum sf_err numbers_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint64_t first = sf_plan_group_number(plan, i);
        uint64_t end = first + plan->groups[i].homes_count;
        at(check, "homes.%s", plan->groups[i].name);
        if (end > SF_HOMES_MAX) {
            return wrong(check, "its homes' numbers go beyond %d", SF_HOMES_MAX);
        }
        for (uint32_t other = 0; other < i; other++) {
            uint64_t other_first = sf_plan_group_number(plan, other);
            if (first < other_first + plan->groups[other].homes_count && other_first < end) {
                return wrong(check, "its homes have numbers that homes of '%s' have",
                             plan->groups[other].name);
            }
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err groups_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    uint32_t homes_count = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        SF_TRY(group_name_check(check, i));
        SF_TRY(group_check(check, &plan->groups[i]));
        homes_count += plan->groups[i].homes_count; /* at most 64 * 2^20 */
        if (homes_count > SF_HOMES_MAX) {
            at(check, "homes.%s.count", plan->groups[i].name);
            return wrong(check, "the homes are more than %d together", SF_HOMES_MAX);
        }
    }
    return numbers_check(check);
}

/* The value of a parameter that has to do with a bound. The tables belong to the actors; the names
 * are known here because the bounds are about them, and a test holds the two together. */
static int64_t value_of(const struct sf_param_table *table, const struct sf_plan_section *section,
                        const char *name)
{
    uint32_t index = sf_param_find(table, name);
    return index != UINT32_MAX ? section->values[index] : 0;
}

SF_MUST_USE static enum sf_err part_check(struct check *check, enum sf_action_part part,
                                          const struct sf_plan_entry *entry)
{
    const struct sf_plan *plan = check->plan;
    int64_t nodes_count = value_of(check->schema->tables[SF_SECTION_CLOUD], &plan->cloud, "nodes");
    switch (part) {
    case SF_PART_CACHE:
        return sf_value_cache_check(entry->cache, check->diag);
    case SF_PART_OPTIONS:
        return sf_value_text_check(entry->cache, sizeof entry->cache, check->diag);
    case SF_PART_NETWORK:
        return entry->network_index < plan->networks_count
                   ? SF_OK
                   : wrong(check, "there is no network %" PRIu32, entry->network_index);
    case SF_PART_HOMES:
        return entry->group_index == SF_GROUP_ALL || entry->group_index < plan->groups_count
                   ? SF_OK
                   : wrong(check, "there is no group %" PRIu32, entry->group_index);
    case SF_PART_DIRECTION:
        return (uint32_t)entry->direction <= SF_DIRECTION_DOWN
                   ? SF_OK
                   : wrong(check, "there is no direction %d", (int)entry->direction);
    case SF_PART_NODE:
        return entry->node < nodes_count ||
                       (entry->node == SF_NODE_ALL && sf_action_of(entry)->value != part)
                   ? SF_OK
                   : wrong(check, "there is no node %" PRIu32 "; the cloud has %" PRId64 ", from 0",
                           entry->node, nodes_count);
    case SF_PART_EVERY:
        if (entry->duration_ns > 0 && entry->node != SF_NODE_ALL) {
            return wrong(check, "goes from node to node, not beside one 'node'");
        }
        return entry->duration_ns >= 0 && entry->duration_ns <= SF_DURATION_NS_MAX
                   ? SF_OK
                   : wrong(check, "not a duration from 0 to 366d");
    case SF_PART_STEP:
        return entry->duration_ns >= -SF_DURATION_NS_MAX && entry->duration_ns <= SF_DURATION_NS_MAX
                   ? SF_OK
                   : wrong(check, "a clock steps by at most 366d");
    case SF_PART_VERSION:
        return entry->version <= INT32_MAX ? SF_OK
                                           : wrong(check, "not a number from 0 to %d", INT32_MAX);
    case SF_PART_SWITCH:
        return SF_OK;
    case SF_PARTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

SF_MUST_USE static enum sf_err entry_check(struct check *check, uint32_t index)
{
    const struct sf_plan_entry *entry = &check->plan->timeline[index];
    const struct sf_action *action = sf_action_of(entry);
    at(check, "timeline.%" PRIu32, index);
    if (action == NULL) {
        return wrong(check, "there is no action %d", (int)entry->action);
    }
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        if (sf_action_has(action, (enum sf_action_part)part)) {
            const char *key = action->value == (enum sf_action_part)part
                                  ? action->key
                                  : sf_action_part_key((enum sf_action_part)part);
            at(check, "timeline.%" PRIu32 ".%s", index, key);
            SF_TRY(part_check(check, (enum sf_action_part)part, entry));
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err entry_time_check(struct check *check, uint32_t index)
{
    const struct sf_plan *plan = check->plan;
    sf_ns at_ns = plan->timeline[index].at_ns;
    at(check, "timeline.%" PRIu32 ".at", index);
    if (at_ns < 0) {
        return wrong(check, "before the start of the run");
    }
    if (at_ns >= plan->duration_ns) {
        return duration_wrong(check, at_ns, " is not before the end of the run, which lasts ",
                              plan->duration_ns);
    }
    if (index > 0 && at_ns < plan->timeline[index - 1].at_ns) {
        return wrong(check, "the timeline is not in order");
    }
    return SF_OK;
}

/* After the heal nothing disturbs any more, and every owner gets the time that it was promised. */
SF_MUST_USE static enum sf_err heal_check(struct check *check, uint32_t index)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = index + 1; i < plan->timeline_count; i++) {
        at(check, "timeline.%" PRIu32, i);
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return wrong(check, "a second heal; the network heals once, at the end");
        }
        const struct sf_action *action = sf_action_of(&plan->timeline[i]);
        bool ends = action->value == SF_PART_SWITCH && plan->timeline[i].on;
        if (action->fault && !ends) {
            return wrong(check, "'%s' comes after the heal; the heal is where faults end",
                         action->key);
        }
    }
    sf_ns left_ns = plan->duration_ns - plan->timeline[index].at_ns;
    sf_ns needed_ns =
        value_of(check->schema->tables[SF_SECTION_CLOUD], &plan->cloud, "recover_within");
    at(check, "timeline.%" PRIu32 ".at", index);
    if (left_ns < needed_ns) {
        return duration_wrong(check, left_ns,
                              " are left after the heal, less than the cloud's recover_within of ",
                              needed_ns);
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err timeline_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        SF_TRY(entry_check(check, i));
        SF_TRY(entry_time_check(check, i));
    }
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return heal_check(check, i);
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err fates_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    uint32_t homes_count = sf_plan_homes_count(plan);
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        const struct sf_plan_fate *fate = &plan->fates[i];
        at(check, "fates.%" PRIu32, i);
        if (fate->home >= homes_count) {
            return wrong(check, "there is no home %" PRIu32 "; there are %" PRIu32 ", from 1",
                         fate->home + 1, homes_count);
        }
        if (fate->direction != SF_DIRECTION_UP && fate->direction != SF_DIRECTION_DOWN) {
            return wrong(check, "a packet goes up or down");
        }
        if ((uint32_t)fate->kind > SF_PLAN_FATE_CORRUPTED) {
            return wrong(check, "there is no fate %d", (int)fate->kind);
        }
        if (fate->packet > INT64_MAX) {
            return wrong(check, "there is no packet %" PRIu64, fate->packet);
        }
        if (fate->kind == SF_PLAN_FATE_DELAYED &&
            (fate->delay_ns < 0 || fate->delay_ns > SF_DURATION_NS_MAX)) {
            return wrong(check, "a delay is at most 366d");
        }
        if (i > 0 && sf_plan_fate_compare(&plan->fates[i - 1], fate) >= 0) {
            return wrong(check, "fates come in the order of home, direction (up before down) and "
                                "packet, each packet once");
        }
    }
    return SF_OK;
}

/* How many stills the viewers of one home ask for at most. */
static int64_t asks_count_max(const struct check *check, const struct sf_plan_group *group,
                              bool strangers_only)
{
    static const enum sf_plan_section_kind viewers[] = {SF_SECTION_HUB, SF_SECTION_APP};
    int64_t count = 0;
    for (size_t i = 0; i < sizeof viewers / sizeof viewers[0]; i++) {
        const struct sf_param_table *table = check->schema->tables[viewers[i]];
        const struct sf_plan_section *section = &group->sections[viewers[i]];
        sf_ns every_ns = value_of(table, section, "ask_every");
        bool counts = value_of(table, section, "present") != 0 &&
                      (!strangers_only || value_of(table, section, "asks_neighbour") != 0);
        if (counts && every_ns > 0) {
            count += check->plan->duration_ns / every_ns + 1;
        }
    }
    return count;
}

/* How many stills a camera may take for a backup, or, by a planted fault, for a settings call. */
static int64_t errands_count_max(const struct check *check, const struct sf_plan_group *group)
{
    static const char *const periods[] = {"backup_every", "settings_every"};
    int64_t count = 0;
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        sf_ns every_ns = value_of(check->schema->tables[SF_SECTION_CAMERA],
                                  &group->sections[SF_SECTION_CAMERA], periods[i]);
        count += every_ns > 0 ? check->plan->duration_ns / every_ns + 1 : 0;
    }
    return count;
}

/* How many more the time line may bring: a camera whose power comes back sends an upload and a
 * backup or settings call before their time, a viewer that is woken asks before its own, an export
 * job tries a few times. */
static int64_t timeline_stills_count_max(const struct sf_plan *plan)
{
    enum { BY_CAMERA = 3, BY_VIEWERS = 2, BY_EXPORT = 5 };
    int64_t count = 0;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plan->timeline[i];
        count += entry->action == SF_ACTION_POWER && !entry->on ? BY_CAMERA : 0;
        count += entry->action == SF_ACTION_WAKE ? BY_VIEWERS : 0;
        count += entry->action == SF_ACTION_EXPORT ? BY_EXPORT : 0;
    }
    return count;
}

/* A mark numbers the stills of a camera; the numbers must not run out. */
SF_MUST_USE static enum sf_err captures_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    int64_t strangers_count = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        int64_t count = asks_count_max(check, &plan->groups[i], true);
        strangers_count = count > strangers_count ? count : strangers_count;
    }
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        const struct sf_plan_group *group = &plan->groups[i];
        sf_ns upload_every_ns = value_of(check->schema->tables[SF_SECTION_CAMERA],
                                         &group->sections[SF_SECTION_CAMERA], "upload_every");
        int64_t count = asks_count_max(check, group, false) + strangers_count;
        count += upload_every_ns > 0 ? plan->duration_ns / upload_every_ns + 1 : 0;
        count += errands_count_max(check, group);
        count += timeline_stills_count_max(plan);
        if (count >= SF_CAPTURES_MAX) {
            at(check, "homes.%s", group->name);
            return wrong(check,
                         "a camera may take %" PRId64 " stills in this run, more than the %d that "
                         "can be told apart; make the run shorter, or upload_every or ask_every "
                         "longer",
                         count, SF_CAPTURES_MAX - 1);
        }
    }
    return SF_OK;
}

/* "no WHAT is called 'x'; did you mean 'y'?" `known` is NULL-terminated. */
SF_MUST_USE static enum sf_err known_check(struct check *check, const char *what, const char *name,
                                           const char *const *known)
{
    for (size_t i = 0; known[i] != NULL; i++) {
        if (strcmp(known[i], name) == 0) {
            return SF_OK;
        }
    }
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(name, shown);
    const char *nearest = sf_text_nearest(name, known);
    if (nearest != NULL) {
        return wrong(check, "no %s is called '%s'; did you mean '%s'?", what, shown, nearest);
    }
    struct sf_text list = {0};
    sf_value_words_print(known, &list);
    enum sf_err err =
        wrong(check, "no %s is called '%s'; known are %.800s", what, shown, list.data);
    sf_text_free(&list);
    return err;
}

SF_MUST_USE static enum sf_err verdict_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    at(check, "expect.verdict");
    if ((uint32_t)plan->expect > SF_EXPECT_INCONCLUSIVE) {
        return wrong(check, "there is no verdict %d", (int)plan->expect);
    }
    at(check, "expect.oracle");
    SF_TRY(sf_value_text_check(plan->expect_oracle, SF_TEXT_BYTES, check->diag));
    if (plan->expect != SF_EXPECT_FAIL) {
        return plan->expect_oracle[0] == '\0'
                   ? SF_OK
                   : wrong(check, "only 'verdict: fail' names an oracle");
    }
    if (plan->expect_oracle[0] == '\0') {
        at(check, "expect");
        return wrong(check, "'verdict: fail' needs the oracle that must find something");
    }
    return known_check(check, "oracle", plan->expect_oracle, check->schema->oracle_names);
}

SF_MUST_USE static enum sf_err expect_check(struct check *check)
{
    const struct sf_plan *plan = check->plan;
    SF_TRY(verdict_check(check));
    SF_TRY(section_check(check, &sf_assertion_table, &plan->assertions, ""));
    SF_TRY(bounds_check(check, &plan->assertions, SF_ASSERTION_BOUNDS_END, ""));
    const char *group = plan->texts[plan->assertions.values[SF_ASSERTION_UNAFFECTED]];
    if (group[0] == '\0') {
        return SF_OK;
    }
    const char *known[SF_GROUPS_MAX + 1] = {NULL};
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        known[i] = plan->groups[i].name;
    }
    at(check, "expect.unaffected");
    return known_check(check, "group of homes", group, known);
}

enum sf_err sf_plan_check_address(const struct sf_plan *plan, const struct sf_plan_schema *schema,
                                  char address_out[SF_ADDRESS_BYTES], struct sf_diag *diag)
{
    SF_ASSERT(diag != NULL);
    struct check check = {plan, schema, address_out, diag};
    SF_TRY(sizes_check(&check));
    SF_TRY(texts_check(&check));
    SF_TRY(head_check(&check));
    SF_TRY(networks_check(&check));
    SF_TRY(perfect_check(&check));
    SF_TRY(groups_check(&check));
    SF_TRY(timeline_check(&check));
    SF_TRY(fates_check(&check));
    SF_TRY(expect_check(&check));
    SF_TRY(captures_check(&check));
    return SF_OK;
}

enum sf_err sf_plan_check(const struct sf_plan *plan, const struct sf_plan_schema *schema,
                          struct sf_diag *diag)
{
    char address[SF_ADDRESS_BYTES] = "";
    struct sf_diag reason = {0};
    enum sf_err err = sf_plan_check_address(plan, schema, address, &reason);
    if (err == SF_OK) {
        return SF_OK;
    }
    return sf_fail(diag, err, "%s: %.800s", address, reason.message);
}
