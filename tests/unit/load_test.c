/* Caches by name: what is wrong with one is said in a sentence. */
#include "harness/cache/load.h"

#include <string.h>

#include "sim_cloud/caches/builtin.h"
#include "tests/unit/test.h"

static struct sf_cache_module module;
static struct sf_diag diag;

static enum sf_err load(const char *spec)
{
    memset(&diag, 0, sizeof diag);
    return sf_cache_load(spec, sf_builtin_caches(), &module, &diag);
}

static void assert_says(const char *part)
{
    if (strstr(diag.message, part) == NULL) {
        fail_msg("'%s' does not say '%s'", diag.message, part);
    }
}

static void test_every_builtin_cache_can_be_loaded_and_says_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; sf_builtin_caches()[i] != NULL; i++) {
        char spec[SF_CACHE_SPEC_BYTES] = "builtin:";
        strncat(spec, sf_builtin_caches()[i]->name, sizeof spec - 9);
        assert_int_equal(load(spec), SF_OK);
        assert_non_null(module.plugin->summary);
    }
}

static void test_a_misspelt_name_is_answered_with_the_nearest(void **state)
{
    (void)state;
    assert_int_equal(load("builtin:boxing-day-fixx"), SF_ERR_INPUT);
    assert_says("did you mean 'boxing-day-fix'?");
    assert_int_equal(load("builtin:zzz"), SF_ERR_INPUT);
    assert_says("list caches");
}

static void test_options_are_understood_or_refused(void **state)
{
    (void)state;
    assert_int_equal(load("builtin:boxing-day-fix?fresh_ms=1&stale_ms=2"), SF_OK);
    assert_string_equal(module.options, "fresh_ms=1&stale_ms=2");
    assert_int_equal(load("builtin:boxing-day-fix?fresh_ms"), SF_ERR_INPUT);
    assert_says("no option of the form name=number");
    assert_int_equal(load("builtin:boxing-day-fix?fresh_ms=-1"), SF_ERR_INPUT);
    assert_says("whole number");
    assert_int_equal(load("builtin:boxing-day-fix?colour=1"), SF_ERR_INPUT);
    assert_says("it knows: patience_ms");
}

static void test_a_missing_file_and_one_that_is_no_plugin(void **state)
{
    (void)state;
    assert_int_equal(load("./no-such-file.so"), SF_ERR_INPUT);
    assert_says("cannot be loaded");
    assert_int_equal(load("libyaml-0.so.2"), SF_ERR_INPUT);
    assert_says(
        "cannot be loaded"); /* without a slash it means the current folder, not the system's */
}

/* To load a user's code is to run it. What it does there must not be taken for a verdict.
 */
static void test_one_that_does_not_survive_being_loaded_is_told_from_one_that_passes(void **state)
{
    (void)state;
    assert_int_equal(load(SF_BINARY_DIR "/tests/exits_when_loaded.so"), SF_ERR_INPUT);
    assert_says("cannot be loaded: it ended itself with exit code 0");
    assert_int_equal(load(SF_BINARY_DIR "/tests/crashes_when_loaded.so"), SF_ERR_INPUT);
    assert_says("cannot be loaded: it crashed (Aborted)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_builtin_cache_can_be_loaded_and_says_what_it_is),
        cmocka_unit_test(test_a_misspelt_name_is_answered_with_the_nearest),
        cmocka_unit_test(test_options_are_understood_or_refused),
        cmocka_unit_test(test_a_missing_file_and_one_that_is_no_plugin),
        cmocka_unit_test(test_one_that_does_not_survive_being_loaded_is_told_from_one_that_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
