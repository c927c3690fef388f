/* A sound cache that does something hostile: its verdict is what the table says. */
#include "tests/unit/hostile.h"

static void test_a_sound_cache_that_is_hostile_is_judged_by_what_it_does(void **state)
{
    (void)state;
    assert_true(HOSTILES_COUNT >= 100);
    for (size_t i = 0; i < HOSTILES_COUNT; i++) {
        const struct hostile *hostile = &hostiles[i];
        int code = run_on(hostile, "sound");
        if (hostile->outcome == ANY ? code > 1 : code != (int)hostile->outcome) {
            fail_msg("%s: exit code %d\n%s", hostile->act, code, output);
        }
        if (hostile->says != NULL && strstr(output, hostile->says) == NULL) {
            fail_msg("%s: '%s' is not in\n%s", hostile->act, hostile->says, output);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sound_cache_that_is_hostile_is_judged_by_what_it_does),
    };
    return cmocka_run_group_tests(tests, hostile_set_up, hostile_tear_down);
}
