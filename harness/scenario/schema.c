/* The JSON Schema of a scenario file, from the same tables as the loader. For completion and quick
 * checks in an editor; the loader's word is the last one. */
#include "harness/scenario/actions.h"
#include "harness/scenario/scenario.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/expect.h"
#include "harness/scenario/params.h"

/* jansson fails only for want of memory or for text that is not UTF-8; ours is. */
static json_t *made(json_t *json)
{
    SF_ASSERT(json != NULL);
    return json;
}

/* Takes `value` over. */
static void put(json_t *object, const char *key, json_t *value)
{
    int failed = json_object_set_new(object, key, made(value));
    SF_ASSERT(failed == 0);
}

static void push(json_t *array, json_t *value)
{
    int failed = json_array_append_new(array, made(value));
    SF_ASSERT(failed == 0);
}

static json_t *typed(const char *type, const char *help)
{
    json_t *json = made(json_object());
    put(json, "type", json_string(type));
    if (help != NULL) {
        put(json, "description", json_string(help));
    }
    return json;
}

static json_t *pattern(const char *expression, const char *help)
{
    json_t *json = typed("string", help);
    put(json, "pattern", json_string(expression));
    return json;
}

static json_t *text(size_t bytes_max, const char *help)
{
    json_t *json = typed("string", help);
    put(json, "maxLength", json_integer((json_int_t)bytes_max));
    return json;
}

static json_t *choice(const char *const *words, const char *help)
{
    json_t *json = made(json_object());
    json_t *known = made(json_array());
    for (size_t i = 0; words[i] != NULL; i++) {
        push(known, json_string(words[i]));
    }
    put(json, "enum", known);
    if (help != NULL) {
        put(json, "description", json_string(help));
    }
    return json;
}

static json_t *whole(json_int_t min, json_int_t max, const char *help)
{
    json_t *json = typed("integer", help);
    put(json, "minimum", json_integer(min));
    put(json, "maximum", json_integer(max));
    return json;
}

static json_t *object_of(json_t *properties, const char *help)
{
    json_t *json = typed("object", help);
    put(json, "properties", properties);
    put(json, "additionalProperties", json_false());
    return json;
}

static json_t *list_of(json_t *items, json_int_t min, json_int_t max, const char *help)
{
    json_t *json = typed("array", help);
    put(json, "items", items);
    put(json, "minItems", json_integer(min));
    put(json, "maxItems", json_integer(max));
    return json;
}

static void require(json_t *object, const char *const *keys)
{
    json_t *required = made(json_array());
    for (size_t i = 0; keys[i] != NULL; i++) {
        push(required, json_string(keys[i]));
    }
    put(object, "required", required);
}

static json_t *name_of(const char *help)
{
    json_t *json = pattern("^[a-z0-9-]+$", help);
    put(json, "maxLength", json_integer(SF_TEXT_BYTES - 1));
    return json;
}

static json_t *duration(const char *help)
{
    static const char number[] = "[0-9]+(\\.[0-9]+)?";
    static const char *const units[] = {"d", "h", "min", "s", "ms", "us", "ns", NULL};
    struct sf_text expression = {0};
    sf_text_add(&expression, "^(?=.)");
    for (size_t i = 0; units[i] != NULL; i++) {
        sf_text_add(&expression, "(%s%s)?", number, units[i]);
    }
    sf_text_add(&expression, "$");
    json_t *json = pattern(expression.data, help);
    sf_text_free(&expression);
    return json;
}

/* An editor follows YAML 1.2, where on and yes are words. */
static json_t *on_or_off(const char *help)
{
    static const char *const words[] = {"on", "off", "yes", "no", NULL};
    json_t *json = choice(words, help);
    json_t *known = json_object_get(json, "enum");
    push(known, json_true());
    push(known, json_false());
    return json;
}

static json_t *cache(const char *help)
{
    json_t *json = pattern("^(builtin:[a-z0-9-]+|[^?]+\\.so)(\\?.+)?$", help);
    put(json, "maxLength", json_integer(SF_CACHE_SPEC_BYTES - 1));
    return json;
}

static json_t *param_schema(const struct sf_param *param, const char *help)
{
    switch (param->kind) {
    case SF_PARAM_DURATION:
        return duration(help);
    case SF_PARAM_COUNT:
        return whole(param->min, param->max, help);
    case SF_PARAM_BOOL:
        return on_or_off(help);
    case SF_PARAM_PPM:
        return pattern("^[0-9]+(\\.[0-9]{1,4})?%$", help);
    case SF_PARAM_CHOICE:
        return choice(param->choices, help);
    case SF_PARAM_TEXT:
        return text(SF_TEXT_BYTES - 1, help);
    }
    SF_UNREACHABLE();
}

/* "while watching ... (100ms to 1h; 5s where it is not said)" */
static json_t *param_described(const struct sf_param *param)
{
    static const struct sf_plan no_plan = {.texts_count = 1};
    struct sf_text help = {0};
    sf_text_add(&help, "%s (", param->help);
    sf_param_range_print(param, &help);
    sf_text_add(&help, "; ");
    sf_param_print(param, param->fallback, &no_plan, &help);
    sf_text_add(&help, " where it is not said)");
    json_t *json = param_schema(param, help.data);
    sf_text_free(&help);
    return json;
}

static void params_put(json_t *properties, const struct sf_param_table *table)
{
    for (uint32_t i = 0; i < table->params_count; i++) {
        put(properties, table->params[i].name, param_described(&table->params[i]));
    }
}

static json_t *table_schema(const struct sf_param_table *table)
{
    json_t *properties = made(json_object());
    params_put(properties, table);
    json_t *section = object_of(properties, table->help);
    uint32_t present = sf_param_present(table);
    if (present == UINT32_MAX) {
        return section;
    }
    const char *const must_be_said[] = {table->params[present].name, NULL};
    if (table->params[present].fallback == 0) {
        require(section, must_be_said);
    }
    json_t *either = made(json_object());
    json_t *forms = made(json_array());
    json_t *none = made(json_object());
    put(none, "const", json_string("none"));
    push(forms, section);
    push(forms, none);
    put(either, "description", json_string(table->help));
    put(either, "oneOf", forms);
    return either;
}

/* A state: another network, for some time. */
static json_t *states_schema(void)
{
    static const char *const required[] = {"network", "for", NULL};
    json_t *properties = made(json_object());
    put(properties, "network", name_of("a network that stays the same"));
    put(properties, "for",
        pattern("^[0-9][0-9a-z.]*$", "how long: 10s, or 10s..30s for any time "
                                     "in between (1ms to 366d)"));
    json_t *state = object_of(properties, "one state");
    require(state, required);
    return list_of(state, 2, SF_NETEM_STATES_MAX,
                   "each direction is in one state after the other, round and round");
}

static json_t *network_schema(void)
{
    json_t *directions = made(json_object());
    put(directions, "up", typed("string", "from home to cloud, as tc netem parameters"));
    put(directions, "down", typed("string", "from cloud to home, as tc netem parameters"));
    put(directions, "both", typed("string", "both ways; up or down beside it wins for its way"));
    put(directions, "states", states_schema());
    json_t *network = object_of(directions, NULL);
    json_t *alone = made(json_pack("{s:{s:[s], s:{s:b, s:b, s:b}}}", "states", "required", "states",
                                   "properties", "up", 0, "down", 0, "both", 0));
    put(network, "dependentSchemas", alone);
    return network;
}

static json_t *networks_schema(void)
{
    json_t *json = typed("object", "the networks that homes can be on, by name");
    json_t *name = name_of(NULL);
    put(name, "not", json_pack("{s:s}", "const", SF_NETWORK_PERFECT));
    put(json, "propertyNames", name);
    put(json, "maxProperties", json_integer(SF_NETWORKS_MAX - 1));
    put(json, "additionalProperties", network_schema());
    return json;
}

static json_t *homes_schema(const struct sf_plan_schema *schema)
{
    static const char *const required[] = {"name", "count", NULL};
    json_t *zone = pattern("^[+-][0-9]{2}:[0-5][0-9]$", "an offset from UTC");
    json_t *properties = made(json_object());
    json_t *name = name_of("what these homes are called; not all");
    put(name, "not", json_pack("{s:s}", "const", "all"));
    put(properties, "name", name);
    put(properties, "count", whole(1, SF_HOMES_MAX, "how many homes"));
    put(properties, "number",
        whole(1, SF_HOMES_MAX, "the number of the first of them; chance goes by numbers"));
    put(properties, "network", name_of("the network that they are on at the start"));
    put(properties, "linked", on_or_off("the owners have linked the integration"));
    put(properties, "time_zones",
        list_of(zone, 1, SF_TIME_ZONES_MAX, "each home draws one of these"));
    for (uint32_t i = 0; i < SF_SECTION_GROUP_COUNT; i++) {
        put(properties, schema->tables[i]->name, table_schema(schema->tables[i]));
    }
    json_t *home = object_of(properties, "homes that are alike");
    require(home, required);
    return list_of(home, 1, SF_GROUPS_MAX, "the homes, in groups that are alike");
}

static json_t *part_schema(enum sf_action_part part, const char *help)
{
    switch (part) {
    case SF_PART_CACHE:
        return cache(help);
    case SF_PART_OPTIONS:
        return text(SF_CACHE_SPEC_BYTES - 1, help);
    case SF_PART_NETWORK:
    case SF_PART_HOMES:
        return name_of(help);
    case SF_PART_DIRECTION:
        return choice(sf_plan_direction_names, help);
    case SF_PART_SWITCH:
        return on_or_off(help);
    case SF_PART_NODE:
    case SF_PART_VERSION:
        return whole(0, INT32_MAX, help);
    case SF_PART_EVERY:
        return duration(help);
    case SF_PART_STEP:
        return pattern("^[+-]?[0-9].*$", help);
    case SF_PARTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

/* One form an action: its key is there, and of the keys beside it only those that it has. */
static json_t *action_schema(const struct sf_action *action)
{
    const char *const required[] = {action->key, NULL};
    json_t *properties = made(json_object());
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        const char *key = sf_action_part_key((enum sf_action_part)part);
        if (key != NULL && (action->beside & SF_PART_BIT(part)) == 0) {
            put(properties, key, made(json_false()));
        }
    }
    json_t *form = made(json_object());
    require(form, required);
    put(form, "properties", properties);
    return form;
}

/* Of a live run: one of three keys. */
static void live_actions_put(json_t *properties, json_t *one_action)
{
    static const char *const keys[][2] = {{"origin", NULL}, {"server", NULL}};
    put(properties, "origin",
        pattern("^(ok|drop|5xx|stall|cut|slow [0-9].*|lossy [0-9].*%)$",
                "live: what becomes of the origin's answers from now on"));
    put(properties, "server",
        pattern("^(reload( .+)?|restart|kill|purge|upgrade)$",
                "live: the server reloads (with another configuration), is restarted ..."));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        json_t *form = made(json_object());
        require(form, keys[i]);
        push(one_action, form);
    }
}

static json_t *live_schema(void)
{
    json_t *headers = list_of(text(SF_ORIGIN_LINE_BYTES - 1, NULL), 0, SF_ORIGIN_LINES_MAX,
                              "lines that the origin sends with a still; {tenant} is the owner's "
                              "credential");
    static const char *const etags[] = {"none", "same", "own", NULL};
    json_t *origin = made(json_object());
    put(origin, "headers", headers);
    put(origin, "etag", choice(etags, "the stills' ETags: equal for all tenants, or own (none)"));
    put(origin, "latency", duration("of the origin's answers (0)"));
    json_t *live = made(json_object());
    put(live, "server",
        text(SF_LIVE_PATH_BYTES - 1, "a server of share/servers, or a driver file"));
    put(live, "url", text(SF_LIVE_PATH_BYTES - 1, "instead: a running cache, http://HOST:PORT"));
    put(live, "config",
        text(SF_LIVE_PATH_BYTES - 1, "the server's configuration; {server} is its name; looked for "
                                     "here and in share/configs"));
    put(live, "origin_listen", text(SF_TEXT_BYTES - 1, "where our origin listens, HOST:PORT"));
    put(live, "host", text(SF_TEXT_BYTES - 1, "the Host header that viewers send"));
    put(live, "path", text(SF_LIVE_PATH_BYTES - 1, "of the URLs; {n} is their number (/cam/{n})"));
    put(live, "origin", object_of(origin, "what the origin says"));
    put(live, "identity",
        pattern("^((header|cookie|query):[A-Za-z0-9._-]+|bearer|path)$",
                "what says who asks (header:X-Tenant)"));
    put(live, "arrival",
        pattern("^(together|(gap|stagger) [0-9].*)$", "when viewers of one URL ask (gap 2.5s)"));
    put(live, "shared_by", whole(1, SF_LIVE_HOMES_MAX, "homes that ask for one URL (3)"));
    put(live, "time_out",
        duration("the shortest one in the configuration: a harness later than a "
                 "quarter of it gives no verdict (1s)"));
    return object_of(live, "a run of a real server instead of the simulation");
}

static json_t *arms_schema(void)
{
    static const char *const required[] = {"name", "set", NULL};
    json_t *properties = made(json_object());
    put(properties, "name", name_of("what the arm is called"));
    put(properties, "set", typed("object", "addresses, as --set has them, and their values"));
    json_t *arm = object_of(properties, "a variant of the scenario");
    require(arm, required);
    return list_of(arm, 1, SF_ARMS_OF_SCENARIO_MAX, "variants; `--set arm=NAME` chooses one");
}

static json_t *timeline_schema(void)
{
    static const char *const at[] = {"at", NULL};
    json_t *properties = made(json_object());
    put(properties, "at", duration("when, from the start of the run"));
    json_t *one_action = made(json_array());
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        put(properties, action->key, part_schema(action->value, action->help));
        push(one_action, action_schema(action));
    }
    live_actions_put(properties, one_action);
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        const char *key = sf_action_part_key((enum sf_action_part)part);
        if (key != NULL) {
            put(properties, key,
                part_schema((enum sf_action_part)part,
                            sf_action_part_help((enum sf_action_part)part)));
        }
    }
    json_t *entry = object_of(properties, "what happens at one time");
    require(entry, at);
    put(entry, "oneOf", one_action);
    return list_of(entry, 0, SF_TIMELINE_MAX, "what happens during the run");
}

static json_t *fates_schema(void)
{
    static const char *const required[] = {"home", "direction", "packet", "fate", NULL};
    json_t *properties = made(json_object());
    put(properties, "home", whole(1, SF_HOMES_MAX, "counted from 1 over all groups in order"));
    put(properties, "direction", choice(sf_plan_fate_direction_names, "up: from home to cloud"));
    put(properties, "packet", whole(0, INT64_MAX, "of this link, counted from 0"));
    put(properties, "fate", choice(sf_plan_fate_names, "what becomes of it"));
    put(properties, "delay", duration("with fate delayed: when it arrives"));
    json_t *fate = object_of(properties, "one packet");
    require(fate, required);
    return list_of(fate, 0, SF_FATES_MAX, "packets whose fate is not left to chance");
}

static json_t *expect_schema(const struct sf_plan_schema *schema)
{
    static const char *const required[] = {"verdict", NULL};
    json_t *properties = made(json_object());
    put(properties, "verdict", choice(sf_plan_expectation_names, "what must come out"));
    put(properties, "oracle",
        choice(schema->oracle_names, "with verdict fail: the oracle that must find something"));
    params_put(properties, &sf_assertion_table);
    json_t *json = object_of(properties, sf_assertion_table.help);
    require(json, required);
    /* An oracle is named with a failure, and only then. */
    json_t *failure = made(json_pack("{s:{s:{s:s}}}", "properties", "verdict", "const", "fail"));
    json_t *named = made(json_pack("{s:[s]}", "required", "oracle"));
    json_t *unnamed = made(json_pack("{s:{s:b}}", "properties", "oracle", 0));
    put(json, "if", failure);
    put(json, "then", named);
    put(json, "else", unnamed);
    return json;
}

static json_t *version_schema(void)
{
    json_t *json = typed("integer", "the version of the format");
    put(json, "const", json_integer(1));
    return json;
}

static json_t *seed_schema(void)
{
    json_t *json = typed("integer", "all chance in the run comes from it");
    put(json, "minimum", json_integer(0));
    put(json, "exclusiveMaximum", json_real(18446744073709551616.0));
    return json;
}

void sf_scenario_schema_print(const struct sf_plan_schema *schema, struct sf_text *out)
{
    SF_ASSERT(schema != NULL);
    SF_ASSERT(out != NULL);
    static const char *const required[] = {"strayframe", "name", "duration", "homes", NULL};
    const struct sf_param_table *still = schema->tables[SF_SECTION_STILL];
    const struct sf_param_table *cloud = schema->tables[SF_SECTION_CLOUD];
    const struct sf_param_table *destinations = schema->tables[SF_SECTION_DESTINATIONS];
    json_t *properties = made(json_object());
    put(properties, "strayframe", version_schema());
    put(properties, "name", name_of("the file's name without .yaml"));
    put(properties, "title",
        text(sizeof((struct sf_plan *)0)->title - 1, "one sentence for a person"));
    put(properties, "seed", seed_schema());
    put(properties, "swarm", on_or_off("each run draws which kinds of fault it has at all"));
    put(properties, "vary",
        choice(sf_plan_vary_names, "a second run changes this of one tenant's stills; the viewers "
                                   "of others must get the same"));
    put(properties, "vary_home",
        whole(0, SF_HOMES_MAX, "a home of that tenant, counted from 1; 0: the seed draws"));
    put(properties, "gate_every",
        whole(1, SF_GATE_EVERY_MAX, "gate and prove run it under one seed of N"));
    put(properties, "start",
        pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
                "the simulated world's clock at the start, UTC"));
    put(properties, "duration", duration("how long the run lasts in virtual time (1ms to 366d)"));
    put(properties, "cache", cache("the frame cache under test"));
    put(properties, still->name, table_schema(still));
    put(properties, cloud->name, table_schema(cloud));
    put(properties, destinations->name, table_schema(destinations));
    put(properties, "live", live_schema());
    put(properties, "arm", name_of("which of the arms this is"));
    put(properties, "arms", arms_schema());
    put(properties, "networks", networks_schema());
    put(properties, "homes", homes_schema(schema));
    put(properties, "timeline", timeline_schema());
    put(properties, "fates", fates_schema());
    put(properties, "expect", expect_schema(schema));
    json_t *root = made(json_object());
    put(root, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
    put(root, "title", json_string("strayframe scenario"));
    json_t *object = object_of(properties, NULL);
    require(object, required);
    int failed = json_object_update(root, object);
    SF_ASSERT(failed == 0);
    json_decref(object);
    char *printed = json_dumps(root, JSON_INDENT(2));
    SF_ASSERT(printed != NULL);
    sf_text_add(out, "%s\n", printed);
    free(printed);
    json_decref(root);
}
