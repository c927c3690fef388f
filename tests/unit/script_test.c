/* Live scenarios: what is read, and what is refused. */
#include "harness/live/script.h"

#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/script-test-XXXXXX";

#define HEAD "live: 1\nname: x\nconfigs: {nginx: {a: a.conf}}\n"

static enum sf_err load(const char *text, struct sf_script *script, struct sf_diag *diag)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    return sf_script_load(path, script, diag);
}

static void expect_refused(const char *text, const char *words)
{
    struct sf_script *script = calloc(1, sizeof *script);
    struct sf_diag diag = {0};
    char said[1400];
    assert_int_equal(load(text, script, &diag), SF_ERR_INPUT);
    sf_diag_print(&diag, said, sizeof said);
    if (strstr(said, words) == NULL) {
        fail_msg("'%s' is not in '%s'", words, said);
    }
    sf_script_fini(script);
    free(script);
}

static void test_mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    expect_refused("name: x\n", "expected `live: 1`");
    expect_refused(HEAD, "arms is missing");
    expect_refused(HEAD "arms: [{name: n, config: b}]\n", ":4:26: config: 'b' is not in configs");
    expect_refused(HEAD "arms: [{name: n, config: a, timelin: []}]\n", "did you mean 'timeline'?");
    expect_refused(HEAD "arms:\n  - name: n\n    config: a\n    timeline:\n"
                        "      - {at: 1s, origin: dropp}\n",
                   ":8:26: origin: 'dropp'");
    expect_refused(HEAD "arms:\n  - name: n\n    config: a\n    timeline:\n"
                        "      - {at: 2s, server: kill}\n      - {at: 1s, server: kill}\n",
                   "earlier than in the entry before");
    expect_refused(HEAD "arms:\n  - name: n\n    config: a\n    timeline:\n"
                        "      - {at: 1s, server: reboot}\n",
                   "reload [CONFIG], restart, kill or purge");
    expect_refused(HEAD "homes: {identity: cooky:x}\narms: [{name: n, config: a}]\n",
                   "did you mean 'cookie'?");
}

static void test_a_time_line_is_read(void **state)
{
    (void)state;
    struct sf_script *script = calloc(1, sizeof *script);
    struct sf_diag diag = {0};
    assert_int_equal(load(HEAD "homes: {count: 6, shared_by: 2, gap: 3s}\n"
                               "arms:\n  - name: n\n    config: a\n    timeline:\n"
                               "      - {at: 1s, origin: slow 2.5s}\n"
                               "      - {at: 2s, server: reload a}\n"
                               "      - {at: 3s, server: purge}\n"
                               "    expect: {strays: some, own_at_least: 50%}\n",
                          script, &diag),
                     SF_OK);
    const struct sf_script_arm *arm = &script->arms[0];
    assert_int_equal(script->arms_count, 1);
    assert_int_equal(arm->entries_count, 3);
    assert_int_equal(arm->entries[0].injury.kind, SF_INJURY_SLOW);
    assert_int_equal(arm->entries[0].injury.time_ns, 2500 * SF_MS);
    assert_int_equal(arm->entries[1].action, SF_SCRIPT_RELOAD);
    assert_string_equal(arm->entries[1].config, "a");
    assert_int_equal(arm->entries[2].action, SF_SCRIPT_PURGE);
    assert_int_equal(arm->strays, SF_SCRIPT_STRAYS_SOME);
    assert_int_equal(arm->own_ppm_min, 500000);
    assert_int_equal(script->viewer.ask_every_ns, 6 * SF_SECOND); /* every home once a turn */
    assert_string_equal(sf_script_config_path(script, "nginx", "a"), "a.conf");
    assert_null(sf_script_config_path(script, "varnish", "a"));
    sf_script_fini(script);
    free(script);
}

static void test_every_live_scenario_is_well_formed(void **state)
{
    (void)state;
    static const char *const files[] = {"boxing-day", "store-pool"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct sf_script *script = calloc(1, sizeof *script);
        struct sf_diag diag = {0};
        char file[256];
        snprintf(file, sizeof file, SF_SOURCE_DIR "/scenarios/live/%s.yaml", files[i]);
        assert_int_equal(sf_script_load(file, script, &diag), SF_OK);
        assert_string_equal(script->name, files[i]);
        sf_script_fini(script);
        free(script);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_are_named_with_their_place),
        cmocka_unit_test(test_a_time_line_is_read),
        cmocka_unit_test(test_every_live_scenario_is_well_formed),
    };
    close(mkstemp(path));
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
