/* Incidents in fleets of the size that their published shares need: what each scenario asserts
 * holds under its seed, and with the fix no viewer receives anything of another tenant and what was
 * asserted of the incident holds no more. */
#include <glob.h>

#include "harness/gate/gate.h"
#include "harness/run/expectations.h"
#include "tests/unit/runs.h"

#define FOLDER "scenarios/scale/"

static const struct {
    const char *file;
    const char *twin;
} incidents[] = {
    {FOLDER "github-2021.yaml", "builtin:d25-context-kept?defence=1"},
    {FOLDER "wyze-2024.yaml", "builtin:d13-mapping-race?fresh_ms=70000&silent_ms=75000&defence=1"},
};
enum { INCIDENTS_COUNT = sizeof incidents / sizeof incidents[0] };

static void run_with_fix(struct runs *runs, const char *twin)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    memcpy(plan, &runs->plan, sizeof *plan);
    sf_gate_plan(plan, twin, twin, &runs->plan);
    free(plan);
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
    runs_run(runs, runs->plan.seed);
}

static void test_each_is_as_it_was_published_and_its_fix_ends_it(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    for (int i = 0; i < INCIDENTS_COUNT; i++) {
        struct sf_expectations expectations;
        runs_load(runs, incidents[i].file);
        runs_run(runs, runs->plan.seed);
        sf_expectations_judge(&runs->plan, &runs->result, &expectations);
        assert_true(expectations.count >= 4);
        assert_true(expectations.hold);
        struct sf_plan *published = sf_alloc(1, sizeof *published);
        memcpy(published, &runs->plan, sizeof *published);
        run_with_fix(runs, incidents[i].twin);
        sf_expectations_judge(published, &runs->result, &expectations);
        assert_int_equal(runs->result.verdict, SF_VERDICT_PASS);
        assert_false(expectations.hold);
        free(published);
    }
    runs_destroy(runs);
}

static void test_every_file_has_one(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob(FOLDER "*.yaml", 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, INCIDENTS_COUNT);
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_has_one),
        cmocka_unit_test(test_each_is_as_it_was_published_and_its_fix_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
