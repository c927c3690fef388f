/* A picture that no camera took is no stray: a cache that answers with a placeholder where it has
 * no still, flagged as incomplete, passes; the placeholder is shown all the same. */
#include "tests/unit/program.h"

static void check(const char *scenario, uint32_t seed)
{
    char line[300];
    snprintf(line, sizeof line, "run scenarios/gate/%s.yaml --seed %u --json --cache %s", scenario,
             seed, SF_BINARY_DIR "/tests/placeholder.so");
    assert_int_equal(strayframe(line), 0);
    json_t *result = parsed();
    const json_t *hub = json_object_get(result, "hub");
    json_int_t shown = json_integer_value(json_object_get(hub, "shown"));
    json_int_t own = json_integer_value(json_object_get(hub, "own_whole"));
    assert_true(own > 0);
    assert_true(shown > own);
    json_decref(result);
}

static void test_a_placeholder_is_shown_and_is_no_finding(void **state)
{
    (void)state;
    check("on-demand", 1);
    check("aging", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_placeholder_is_shown_and_is_no_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
