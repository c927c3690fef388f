#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/base/err.h"
#include "harness/base/text.h"

static void test_nearest_word_finds_a_typo_and_refuses_a_stranger(void **state)
{
    (void)state;
    const char *const known[] = {"delay", "duplicate", "distribution", NULL};
    assert_string_equal(sf_text_nearest("delya", known), "delay");
    assert_string_equal(sf_text_nearest("dublicate", known), "duplicate");
    assert_null(sf_text_nearest("camera", known));
}

static void test_diag_prints_as_much_of_the_place_as_is_known(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    char out[200];
    assert_int_equal(sf_fail_at(&diag, SF_ERR_INPUT, "a.yaml", 3, 7, "unknown key '%s'", "x"),
                     SF_ERR_INPUT);
    sf_diag_print(&diag, out, sizeof out);
    assert_string_equal(out, "a.yaml:3:7: unknown key 'x'");
    assert_int_equal(sf_fail(&diag, SF_ERR_MACHINE, "disk full"), SF_ERR_MACHINE);
    sf_diag_print(&diag, out, sizeof out);
    assert_string_equal(out, "disk full");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest_word_finds_a_typo_and_refuses_a_stranger),
        cmocka_unit_test(test_diag_prints_as_much_of_the_place_as_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
