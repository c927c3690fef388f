/* A fuzzer's bytes: whatever they are, they are a plan that passes the check; and every kind of
 * action can come out of them. */
#include "harness/scenario/decode.h"

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

/* The longest input that is read to its end; the engines are told the same. */
static void test_what_is_longer_is_not_read(void **state)
{
    (void)state;
    enum { LONGEST = 165 };
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_bytes_are_a_plan_and_every_action_comes_out),
        cmocka_unit_test(test_a_missing_byte_is_0),
        cmocka_unit_test(test_what_is_longer_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
