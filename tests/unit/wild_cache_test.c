/* The host under a cache that makes every call in any order: it survives, reports each breach, and
 * does the same again. Seen to fail while calls from inside `destroy`, and of a cache whose
 * `create` fails, left timers and fetches behind. */
#include "fuzz/wild_cache.c"

#include "fuzz/fuzz_abi.c"
#include "harness/sim/rng.h"
#include "tests/unit/test.h"

enum { INPUTS_COUNT = 400, BYTES_COUNT = 700 };

static void test_host_survives_every_call_and_reports_breaches(void **state)
{
    (void)state;
    struct sf_rng rng;
    uint8_t bytes[BYTES_COUNT];
    uint64_t calls_count = 0;
    uint64_t breaches_count = 0;
    sf_rng_init(&rng, 1, "wild_cache_test", 0);
    for (int i = 0; i < INPUTS_COUNT; i++) {
        for (size_t k = 0; k < sizeof bytes; k++) {
            bytes[k] = (uint8_t)sf_rng_below(&rng, 256);
        }
        sf_fuzz_abi(bytes, sizeof bytes);
        calls_count += sf_wild_calls_count();
        breaches_count += sf_wild_breaches_count();
    }
    assert_true(calls_count > INPUTS_COUNT * 20);
    assert_true(breaches_count > INPUTS_COUNT * 5);
    assert_true(calls_count > breaches_count + INPUTS_COUNT * 2); /* not only refused ones */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_survives_every_call_and_reports_breaches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
