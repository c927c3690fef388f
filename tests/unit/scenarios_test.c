/* Every scenario of the project: loads, prints and loads again to the same plan; those that are
 * cheap give the verdict that they expect; and the trace of each pinned one has the hash in
 * tests/data/trace_hashes.txt, under every compiler and at every level of optimisation that the
 * tests are built with. */
#include <glob.h>
#include <string.h>
#include <inttypes.h>
#include <stdio.h>

#include "tests/unit/runs.h"

#define HASHES "tests/data/trace_hashes.txt"

static void check_round_trip(struct runs *runs, const char *path)
{
    static struct sf_plan again;
    struct sf_text text = {0};
    struct sf_diag diag = {0};
    runs_load(runs, path);
    sf_scenario_print(&runs->plan, sf_run_schema(), &text);
    enum sf_err err =
        sf_scenario_parse(text.data, text.length, path, sf_run_schema(), NULL, 0, &again, &diag);
    if (err != SF_OK) {
        fail_msg("%s, printed: line %u: %s", path, diag.line, diag.message);
    }
    assert_memory_equal(&again, &runs->plan, sizeof again);
    sf_text_free(&text);
}

static void test_every_scenario_survives_printing(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    glob_t found;
    assert_int_equal(glob("scenarios/*/*.yaml", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 10);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        /* Live scenarios have a language of their own: script_test.c. */
        if (strncmp(found.gl_pathv[i], "scenarios/live/", strlen("scenarios/live/")) != 0) {
            check_round_trip(runs, found.gl_pathv[i]);
        }
    }
    globfree(&found);
    runs_destroy(runs);
}

static void test_smoke_scenarios_give_the_verdict_they_expect(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    glob_t found;
    assert_int_equal(glob("scenarios/smoke/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        runs_load(runs, found.gl_pathv[i]);
        assert_int_equal(runs->plan.expect, SF_EXPECT_PASS);
        runs_run(runs, runs->plan.seed);
        assert_int_equal(runs->result.verdict, SF_VERDICT_PASS);
    }
    globfree(&found);
    runs_destroy(runs);
}

/* What was found once stays found. */
static void test_regress_scenarios_break_the_oracle_that_they_name(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    glob_t found;
    assert_int_equal(glob("scenarios/regress/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        runs_load(runs, found.gl_pathv[i]);
        assert_int_equal(runs->plan.expect, SF_EXPECT_FAIL);
        runs_run(runs, runs->plan.seed);
        assert_int_not_equal(runs_oracle(runs, runs->plan.expect_oracle)->findings_count, 0);
    }
    globfree(&found);
    runs_destroy(runs);
}

/* Correct caches that decoded plans found at fault, each on the run that showed it. */
static void test_twins_pass_where_they_once_failed(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    glob_t found;
    assert_int_equal(glob("scenarios/regress/twins/*.yaml", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 4);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        runs_load(runs, found.gl_pathv[i]);
        assert_int_not_equal(runs->plan.expect, SF_EXPECT_FAIL);
        runs_run(runs, runs->plan.seed);
        assert_int_equal(runs->result.findings_count, 0);
    }
    globfree(&found);
    runs_destroy(runs);
}

/* A line: path, seed, hash. The big ones are cut by a bound on events, written behind the seed. */
static void test_traces_have_their_pinned_hashes(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    FILE *file = fopen(HASHES, "r");
    assert_non_null(file);
    char line[512];
    uint32_t lines = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        char path[256];
        struct sf_run_options options = {0};
        uint64_t expected;
        if (line[0] == '#' || sscanf(line, "%255s %" SCNu64 " %" SCNu64 " %" SCNx64, path,
                                     &options.seed, &options.events_max, &expected) != 4) {
            continue;
        }
        runs_load(runs, path);
        sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
        if (runs->result.trace_hash != expected) {
            fail_msg("%s, seed %" PRIu64 ": trace %016" PRIx64 ", pinned is %016" PRIx64, path,
                     options.seed, runs->result.trace_hash, expected);
        }
        lines++;
    }
    fclose(file);
    assert_true(lines >= 3);
    runs_destroy(runs);
}

/* A runner that has been used must give what a fresh one gives. */
static void test_runs_do_not_depend_on_the_run_before(void **state)
{
    (void)state;
    struct runs *fresh = runs_create();
    struct runs *used = runs_create();
    runs_load(used, "scenarios/canary/stray-pixels.yaml");
    runs_run(used, 5);
    runs_load(used, "scenarios/smoke/everything.yaml");
    runs_load(fresh, "scenarios/smoke/everything.yaml");
    uint64_t expected = runs_run(fresh, 3)->trace_hash;
    assert_int_equal(runs_run(used, 3)->trace_hash, expected);
    assert_int_not_equal(runs_run(used, 4)->trace_hash, expected);
    runs_destroy(fresh);
    runs_destroy(used);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scenario_survives_printing),
        cmocka_unit_test(test_smoke_scenarios_give_the_verdict_they_expect),
        cmocka_unit_test(test_regress_scenarios_break_the_oracle_that_they_name),
        cmocka_unit_test(test_twins_pass_where_they_once_failed),
        cmocka_unit_test(test_traces_have_their_pinned_hashes),
        cmocka_unit_test(test_runs_do_not_depend_on_the_run_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
