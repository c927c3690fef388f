/* A fuzzer's bytes: whatever they are, they are a plan that passes the check; and every kind of
 * action can come out of them. */
#include "harness/scenario/decode.h"

#include "harness/base/hash.h"
#include "harness/scenario/check.h"
#include "harness/sim/rng.h"
#include "tests/unit/runs.h"

enum { INPUTS_COUNT = 2000, BYTES_MAX = 192 };

static void random_bytes(struct sf_rng *rng, uint8_t bytes[BYTES_MAX])
{
    for (int i = 0; i < BYTES_MAX; i++) {
        bytes[i] = (uint8_t)sf_rng_below(rng, 256);
    }
}

static void decode(struct runs *runs, const uint8_t *bytes, size_t count)
{
    struct sf_diag diag = {0};
    sf_plan_decode(bytes, count, "builtin:boxing-day-fix", sf_run_schema(), &runs->plan);
    enum sf_err err = sf_plan_check(&runs->plan, sf_run_schema(), &diag);
    assert_string_equal(diag.message, "");
    assert_int_equal(err, SF_OK);
}

static void test_any_bytes_are_a_plan_and_every_action_comes_out(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_rng rng;
    uint32_t actions[SF_ACTIONS_COUNT] = {0};
    uint8_t bytes[BYTES_MAX];
    sf_rng_init(&rng, 1, "decode_test", 0);
    for (int i = 0; i < INPUTS_COUNT; i++) {
        random_bytes(&rng, bytes);
        decode(runs, bytes, sf_rng_below(&rng, BYTES_MAX + 1));
        for (uint32_t k = 0; k < runs->plan.timeline_count; k++) {
            actions[runs->plan.timeline[k].action]++;
        }
    }
    for (int action = 0; action < SF_ACTIONS_COUNT; action++) {
        assert_true(actions[action] > 50);
    }
    runs_destroy(runs);
}

/* What is read last decides nothing that is read before: an input of before there were parties
 * means what it meant. */
static void test_a_missing_byte_is_0(void **state)
{
    (void)state;
    struct runs *short_one = runs_create();
    struct runs *long_one = runs_create();
    struct sf_rng rng;
    uint8_t bytes[BYTES_MAX];
    sf_rng_init(&rng, 2, "decode_test", 0);
    for (int i = 0; i < INPUTS_COUNT / 10; i++) {
        random_bytes(&rng, bytes);
        size_t count = sf_rng_below(&rng, BYTES_MAX);
        memset(bytes + count, 0, BYTES_MAX - count);
        decode(short_one, bytes, count);
        decode(long_one, bytes, BYTES_MAX);
        assert_memory_equal(&short_one->plan, &long_one->plan, sizeof short_one->plan);
    }
    runs_destroy(short_one);
    runs_destroy(long_one);
}

/* The longest input that is read to its end; the engines get the same limit. */
static void test_what_is_longer_is_not_read(void **state)
{
    (void)state;
    /* Three bytes more for each row of SF_ACTIONS behind `export`, seven for one with options. */
    enum { LONGEST = 171 };
    struct runs *one = runs_create();
    struct runs *other = runs_create();
    struct sf_rng rng;
    uint8_t bytes[BYTES_MAX];
    sf_rng_init(&rng, 3, "decode_test", 0);
    for (int i = 0; i < INPUTS_COUNT / 10; i++) {
        random_bytes(&rng, bytes);
        decode(one, bytes, LONGEST);
        decode(other, bytes, BYTES_MAX);
        assert_memory_equal(&one->plan, &other->plan, sizeof one->plan);
    }
    runs_destroy(one);
    runs_destroy(other);
}

/* A corpus is bytes: what they mean must not change with the program. Set the hash anew only where
 * that is meant. */
static void test_bytes_mean_what_they_always_meant(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_text text = {0};
    struct sf_rng rng;
    uint8_t bytes[BYTES_MAX];
    sf_rng_init(&rng, 4, "decode_test", 0);
    for (int i = 0; i < INPUTS_COUNT / 10; i++) {
        random_bytes(&rng, bytes);
        decode(runs, bytes, BYTES_MAX);
        sf_scenario_print(&runs->plan, sf_run_schema(), &text);
    }
    assert_int_equal(sf_hash(text.data, strlen(text.data)), UINT64_C(0x1a0cf539fa988d57));
    sf_text_free(&text);
    runs_destroy(runs);
}

/* What stands behind the help texts of a table agrees with what stands before. */
static bool row_is_sound(const struct sf_param_table *table, const struct sf_param *param,
                         bool of_group)
{
    static const enum sf_param_kind kinds[] = {
        [SF_ROLE_PRESENT] = SF_PARAM_BOOL,  [SF_ROLE_CAPTURES] = SF_PARAM_DURATION,
        [SF_ROLE_ASKS] = SF_PARAM_DURATION, [SF_ROLE_STRANGER] = SF_PARAM_BOOL,
        [SF_ROLE_NODES] = SF_PARAM_COUNT,   [SF_ROLE_RECOVERY] = SF_PARAM_DURATION,
    };
    const struct sf_param_decode *decode = &param->decode;
    size_t length = strlen(param->name);
    bool every = length > 6 && strcmp(param->name + length - 6, "_every") == 0;
    bool ranged = param->kind != SF_PARAM_BOOL && param->kind != SF_PARAM_CHOICE;
    uint32_t same_turn_count = 0;
    uint32_t drawn_count = 0;
    for (uint32_t i = 0; i < table->params_count; i++) {
        const struct sf_param_decode *other = &table->params[i].decode;
        bool drawn = other->count > 0 && other->phase == decode->phase;
        drawn_count += drawn;
        same_turn_count += drawn && other->turn == decode->turn;
    }
    return every == param->period &&
           (param->role == SF_ROLE_NONE || kinds[param->role] == param->kind) &&
           (param->swarm == SF_SWARM_KEEPS) == (param->swarm_stream == NULL) &&
           (param->swarm != SF_SWARM_DROPS || param->min == 0) &&
           (param->swarm != SF_SWARM_HEATS || of_group) &&
           (decode->count == 0 || (same_turn_count == 1 && decode->turn >= 1 &&
                                   decode->turn <= drawn_count && decode->phase != 0)) &&
           (decode->phase == SF_PHASE_NEVER || !ranged ||
            (decode->base >= param->min &&
             decode->base + decode->step * (decode->count > 0 ? decode->count - 1 : 0) <=
                 param->max));
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
                                           SF_HEATED("s"), SF_DECODED(ACTOR, 1, 1, 2, 5))};
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
    SEEN(rows[0].decode.turn = 2);
    SEEN(rows[0].decode.turn = 0);
    SEEN(rows[0].decode.phase = SF_PHASE_NEVER);
    SEEN(rows[0].decode.base = 0);
    SEEN(rows[0].decode.count = 6);
#undef SEEN
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_the_tables_are_sound),
        cmocka_unit_test(test_a_row_that_is_not_sound_is_seen),
        cmocka_unit_test(test_bytes_mean_what_they_always_meant),
        cmocka_unit_test(test_any_bytes_are_a_plan_and_every_action_comes_out),
        cmocka_unit_test(test_a_missing_byte_is_0),
        cmocka_unit_test(test_what_is_longer_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
