/* A fuzzer's bytes: whatever they are, they are a plan that passes the check; every key and action
 * of the schema comes out of them, or says why not; and a plan that came out goes in again. */
#include "harness/scenario/decode.h"

#include "harness/scenario/actions.h"
#include "harness/scenario/check.h"
#include "harness/sim/rng.h"
#include "tests/unit/runs.h"

enum { INPUTS_COUNT = 2000, BYTES_MAX = 768 };

static const struct sf_plan_versions versions = {.cache = "builtin:boxing-day-fix",
                                                 .before = "builtin:d14-version-skew?version=1"};

/* Every other input is full of values that are no common ones, which the byte 255 begins, often at
 * the ends of their ranges. */
static void random_bytes(struct sf_rng *rng, uint8_t bytes[BYTES_MAX])
{
    static const uint8_t edges[] = {255, 255, 255, 0, 0, 0, 1, 128};
    bool edgy = sf_rng_below(rng, 2) == 0;
    for (int i = 0; i < BYTES_MAX; i++) {
        bytes[i] = (uint8_t)sf_rng_below(rng, 256);
        bytes[i] = edgy && bytes[i] % 4 != 0 ? edges[bytes[i] / 4 % 8] : bytes[i];
    }
}

static void decode(struct sf_plan *plan, const uint8_t *bytes, size_t count)
{
    struct sf_diag diag = {0};
    sf_plan_decode(bytes, count, &versions, sf_run_schema(), plan);
    enum sf_err err = sf_plan_check(plan, sf_run_schema(), &diag);
    assert_string_equal(diag.message, "");
    assert_int_equal(err, SF_OK);
}

/* What has come out of random bytes. */
struct drawn {
    bool keys[SF_SECTION_COUNT][SF_PARAMS_MAX]; /* another value than the fallback */
    uint32_t actions[64];                       /* by row of sf_actions */
    bool parts[SF_PARTS_COUNT];                 /* beside an action, another value than silence */
    uint32_t fates[4];
    uint32_t networks_that_change;
    uint32_t no_heal;
    uint32_t swarms;
    uint32_t varies[3];
    uint32_t gaps;
    uint32_t unlinked;
    uint32_t zones;
    uint32_t before;
};

static void see_section(struct drawn *drawn, uint32_t kind, const struct sf_plan_section *section)
{
    const struct sf_param_table *table = sf_run_schema()->tables[kind];
    for (uint32_t i = 0; i < table->params_count; i++) {
        drawn->keys[kind][i] |= section->values[i] != table->params[i].fallback;
    }
}

static void see_entry(struct drawn *drawn, const struct sf_plan_entry *entry)
{
    const struct sf_action *action = sf_action_of(entry);
    drawn->actions[action - sf_actions]++;
    drawn->parts[SF_PART_HOMES] |= entry->group_index != SF_GROUP_ALL;
    drawn->parts[SF_PART_DIRECTION] |= entry->direction != SF_DIRECTION_BOTH;
    bool beside = (action->beside & SF_PART_BIT(SF_PART_NODE)) != 0;
    drawn->parts[SF_PART_NODE] |= beside && entry->node != SF_NODE_ALL;
    drawn->parts[SF_PART_EVERY] |=
        (action->beside & SF_PART_BIT(SF_PART_EVERY)) != 0 && entry->duration_ns > 0;
    drawn->before += entry->action == SF_ACTION_DEPLOY && strcmp(entry->cache, versions.cache) != 0;
}

static void see(struct drawn *drawn, const struct sf_plan *plan)
{
    bool heals = false;
    see_section(drawn, SF_SECTION_CLOUD, &plan->cloud);
    see_section(drawn, SF_SECTION_STILL, &plan->still);
    see_section(drawn, SF_SECTION_DESTINATIONS, &plan->destinations);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        for (uint32_t kind = 0; kind < SF_SECTION_GROUP_COUNT; kind++) {
            see_section(drawn, kind, &plan->groups[i].sections[kind]);
        }
        drawn->gaps += plan->groups[i].number != SF_NUMBER_NEXT;
        drawn->unlinked += !plan->groups[i].linked;
        drawn->zones += plan->groups[i].time_zones_count > 1;
    }
    for (uint32_t i = 0; i < plan->networks_count; i++) {
        drawn->networks_that_change += plan->networks[i].states_count > 0;
    }
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        see_entry(drawn, &plan->timeline[i]);
        heals |= plan->timeline[i].action == SF_ACTION_HEAL;
    }
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        drawn->fates[plan->fates[i].kind]++;
    }
    drawn->no_heal += !heals;
    drawn->swarms += plan->swarm;
    drawn->varies[plan->vary]++;
    drawn->before += strcmp(plan->cache, versions.cache) != 0;
}

/* The first key of the actors' tables that is neither drawn nor has a reason; NULL: there is none.
 */
static const char *forgotten_key(const struct drawn *drawn)
{
    for (uint32_t kind = 0; kind < SF_SECTION_COUNT; kind++) {
        const struct sf_param_table *table = sf_run_schema()->tables[kind];
        for (uint32_t i = 0; i < table->params_count; i++) {
            bool has_reason = kind == SF_SECTION_EXPECT || /* what the run is judged by */
                              table->params[i].decode.not_drawn != NULL;
            if (drawn->keys[kind][i] == has_reason) {
                return table->params[i].name;
            }
        }
    }
    return NULL;
}

static const char *forgotten_action(const struct drawn *drawn)
{
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        if (drawn->actions[action - sf_actions] < 20) {
            return action->key;
        }
    }
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        const char *key = sf_action_part_key((enum sf_action_part)part);
        if (key != NULL && !drawn->parts[part]) {
            return key;
        }
    }
    return NULL;
}

static struct drawn *draw(void)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct drawn *drawn = sf_alloc(1, sizeof *drawn);
    struct sf_rng rng;
    uint8_t bytes[BYTES_MAX];
    sf_rng_init(&rng, 1, "decode_test", 0);
    for (int i = 0; i < INPUTS_COUNT; i++) {
        random_bytes(&rng, bytes);
        decode(plan, bytes, i % 10 == 0 ? sf_rng_below(&rng, BYTES_MAX + 1) : BYTES_MAX);
        see(drawn, plan);
    }
    free(plan);
    return drawn;
}

static void test_every_key_and_action_is_drawn_or_says_why_not(void **state)
{
    (void)state;
    struct drawn *drawn = draw();
    if (forgotten_key(drawn) != NULL || forgotten_action(drawn) != NULL) {
        fail_msg("key %s, action %s", forgotten_key(drawn), forgotten_action(drawn));
    }
    assert_true(drawn->fates[0] > 0 && drawn->fates[1] > 0 && drawn->fates[2] > 0);
    assert_true(drawn->fates[3] > 0);
    assert_true(drawn->networks_that_change > 50);
    assert_true(drawn->no_heal > 50);
    assert_true(drawn->swarms > 50);
    assert_true(drawn->varies[SF_VARY_CONTENT] > 20 && drawn->varies[SF_VARY_LENGTH] > 20);
    assert_true(drawn->gaps > 50 && drawn->unlinked > 50 && drawn->zones > 50);
    assert_true(drawn->before > 50);
    free(drawn);
}

/* The comparison sees a key, an action and a reason that is none. */
static void test_a_key_that_is_forgotten_is_seen(void **state)
{
    (void)state;
    struct drawn *drawn = draw();
    assert_null(forgotten_key(drawn));
    drawn->keys[SF_SECTION_CLOUD][0] = false;
    assert_string_equal(forgotten_key(drawn), "request_deadline");
    drawn->keys[SF_SECTION_CLOUD][0] = true;
    drawn->keys[SF_SECTION_DESTINATIONS][0] = true;
    assert_string_equal(forgotten_key(drawn), "cloud");
    drawn->actions[0] = 0;
    assert_string_equal(forgotten_action(drawn), "deploy");
    drawn->actions[0] = 50;
    drawn->parts[SF_PART_EVERY] = false;
    assert_string_equal(forgotten_action(drawn), "every");
    free(drawn);
}

static void test_a_missing_byte_is_0(void **state)
{
    (void)state;
    struct sf_plan *plans = sf_alloc(2, sizeof *plans);
    struct sf_rng rng;
    uint8_t bytes[BYTES_MAX];
    sf_rng_init(&rng, 2, "decode_test", 0);
    for (int i = 0; i < INPUTS_COUNT / 10; i++) {
        random_bytes(&rng, bytes);
        size_t count = sf_rng_below(&rng, BYTES_MAX);
        memset(bytes + count, 0, BYTES_MAX - count);
        decode(plans, bytes, count);
        decode(plans + 1, bytes, BYTES_MAX);
        assert_memory_equal(plans, plans + 1, sizeof *plans);
    }
    free(plans);
}

static void test_what_is_encoded_decodes_to_the_same_plan(void **state)
{
    (void)state;
    struct sf_plan *plans = sf_alloc(2, sizeof *plans);
    struct sf_rng rng;
    uint8_t bytes[BYTES_MAX];
    uint8_t encoded[SF_PLAN_INPUT_BYTES_MAX];
    sf_rng_init(&rng, 3, "decode_test", 0);
    for (int i = 0; i < INPUTS_COUNT; i++) {
        random_bytes(&rng, bytes);
        decode(plans, bytes, BYTES_MAX);
        struct sf_diag diag = {0};
        size_t count = 0;
        enum sf_err err = sf_plan_encode(plans, &versions, sf_run_schema(), encoded, &count, &diag);
        assert_string_equal(diag.message, "");
        assert_int_equal(err, SF_OK);
        decode(plans + 1, encoded, count);
        assert_memory_equal(plans, plans + 1, sizeof *plans);
    }
    free(plans);
}

/* With the key that stands in the way. */
static void test_what_no_bytes_mean_is_refused(void **state)
{
    (void)state;
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    const uint8_t zero = 0;
    uint8_t encoded[SF_PLAN_INPUT_BYTES_MAX];
#define REFUSED(CHANGE, MESSAGE)                                                                   \
    do {                                                                                           \
        struct sf_diag diag = {0};                                                                 \
        size_t count = 0;                                                                          \
        decode(plan, &zero, 1);                                                                    \
        CHANGE;                                                                                    \
        assert_int_equal(sf_plan_encode(plan, &versions, sf_run_schema(), encoded, &count, &diag), \
                         SF_ERR_INPUT);                                                            \
        assert_string_equal(diag.message, MESSAGE ": no bytes mean this value");                   \
    } while (0)
    REFUSED(plan->groups[0].homes_count = 97, "homes.homes-1.count");
    REFUSED(plan->networks[2].up.ecn = true, "networks");
    REFUSED(plan->networks[2].up.delay_ns = 4 * SF_SECOND, "networks.bad-1.delay");
    REFUSED(plan->cloud.values[0] = 1, "cloud.request_deadline");
    REFUSED(plan->destinations.values[0] = 0, "destinations");
    REFUSED(snprintf(plan->cache, sizeof plan->cache, "builtin:other"), "cache");
    REFUSED(plan->duration_ns += SF_HOUR, "duration");
    REFUSED(plan->seed = UINT64_MAX, "seed");
#undef REFUSED
    free(plan);
}

/* What stands behind the help texts of a table agrees with what stands before. */
static bool draw_is_sound(const struct sf_param *param)
{
    const struct sf_param_decode *decode = &param->decode;
    if (decode->not_drawn != NULL) {
        return decode->one_in == 0;
    }
    int64_t last = decode->base + decode->step * ((int64_t)decode->count - 1);
    int64_t low = decode->base < last ? decode->base : last;
    int64_t high = decode->base < last ? last : decode->base;
    bool ranged = param->kind != SF_PARAM_BOOL && param->kind != SF_PARAM_CHOICE &&
                  param->kind != SF_PARAM_TEXT;
    uint32_t words = 0;
    while (param->kind == SF_PARAM_CHOICE && param->choices[words] != NULL) {
        words++;
    }
    while (param->kind == SF_PARAM_TEXT && decode->texts != NULL && decode->texts[words] != NULL) {
        words++;
    }
    bool worded = param->kind == SF_PARAM_CHOICE || param->kind == SF_PARAM_TEXT;
    return decode->one_in >= 1 && decode->count >= 1 && decode->one_in * decode->count <= 255 &&
           (!ranged || (low >= param->min && high <= param->max && decode->min >= param->min &&
                        decode->max <= param->max && decode->usual >= param->min &&
                        decode->usual <= param->max && decode->min < decode->max)) &&
           (!worded || (words > 0 && high < words)) &&
           (param->kind != SF_PARAM_BOOL || decode->base == !decode->usual);
}

static bool row_is_sound(const struct sf_param_table *table, const struct sf_param *param,
                         bool of_group)
{
    static const enum sf_param_kind kinds[] = {
        [SF_ROLE_PRESENT] = SF_PARAM_BOOL,  [SF_ROLE_CAPTURES] = SF_PARAM_DURATION,
        [SF_ROLE_ASKS] = SF_PARAM_DURATION, [SF_ROLE_STRANGER] = SF_PARAM_BOOL,
        [SF_ROLE_NODES] = SF_PARAM_COUNT,   [SF_ROLE_RECOVERY] = SF_PARAM_DURATION,
    };
    size_t length = strlen(param->name);
    bool every = length > 6 && strcmp(param->name + length - 6, "_every") == 0;
    bool judges = table == sf_run_schema()->tables[SF_SECTION_EXPECT];
    return every == param->period &&
           (param->role == SF_ROLE_NONE || kinds[param->role] == param->kind) &&
           (param->swarm == SF_SWARM_KEEPS) == (param->swarm_stream == NULL) &&
           (param->swarm != SF_SWARM_DROPS || param->min == 0) &&
           (param->swarm != SF_SWARM_HEATS || of_group) && (judges || draw_is_sound(param));
}

static void test_rows_of_the_tables_are_sound(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SF_SECTION_COUNT; i++) {
        const struct sf_param_table *table = sf_run_schema()->tables[i];
        for (uint32_t j = 0; j < table->params_count; j++) {
            if (!row_is_sound(table, &table->params[j], i < SF_SECTION_GROUP_COUNT)) {
                fail_msg("%s: %s", table->name, table->params[j].name);
            }
        }
    }
}

/* The check of the rows sees a fault of each kind. */
static void test_a_row_that_is_not_sound_is_seen(void **state)
{
    (void)state;
    struct sf_param rows[] = {SF_PARAM_ROW(DURATION, x_every, 5, 1, 9, "", .period = true,
                                           SF_HEATED("s"), SF_DRAWN(1, 1, 2, 5, 1, 9))};
    const struct sf_param sound = rows[0];
    const struct sf_param_table table = {"x", "", rows, 1};
#define SEEN(CHANGE)                                        \
    do {                                                    \
        rows[0] = sound;                                    \
        CHANGE;                                             \
        assert_false(row_is_sound(&table, &rows[0], true)); \
    } while (0)
    assert_true(row_is_sound(&table, &rows[0], true));
    assert_false(row_is_sound(&table, &rows[0], false));
    SEEN(rows[0].period = false);
    SEEN(rows[0].name = "x");
    SEEN(rows[0].role = SF_ROLE_PRESENT);
    SEEN(rows[0].swarm_stream = NULL);
    SEEN(rows[0].swarm = SF_SWARM_DROPS);
    SEEN(rows[0].decode.one_in = 0);
    SEEN(rows[0].decode.one_in = 100);
    SEEN(rows[0].decode.not_drawn = "both");
    SEEN(rows[0].decode.base = 0);
    SEEN(rows[0].decode.count = 6);
    SEEN(rows[0].decode.max = 10);
    SEEN(rows[0].decode.min = 0);
    SEEN(rows[0].decode.usual = 10);
#undef SEEN
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_the_tables_are_sound),
        cmocka_unit_test(test_a_row_that_is_not_sound_is_seen),
        cmocka_unit_test(test_every_key_and_action_is_drawn_or_says_why_not),
        cmocka_unit_test(test_a_key_that_is_forgotten_is_seen),
        cmocka_unit_test(test_a_missing_byte_is_0),
        cmocka_unit_test(test_what_is_encoded_decodes_to_the_same_plan),
        cmocka_unit_test(test_what_no_bytes_mean_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
