/* A leaky cache fails, whatever it does besides. */
#include "tests/unit/hostile.h"

static void test_a_leaky_cache_cannot_talk_its_way_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < HOSTILES_COUNT; i++) {
        int code = run_on(&hostiles[i], "leaky");
        if (code != (hostiles[i].outcome == REFUSED ? 2 : 1)) {
            fail_msg("leaky %s: exit code %d\n%s", hostiles[i].act, code, output);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_leaky_cache_cannot_talk_its_way_out),
    };
    return cmocka_run_group_tests(tests, hostile_set_up, hostile_tear_down);
}
