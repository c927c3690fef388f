/* Each oracle has a canary: a scenario with a planted fault that it must catch. An oracle without
 * one, or a canary that is not caught by the oracle that it is for, fails here. */
#include <dirent.h>
#include <stdio.h>

#include "tests/unit/runs.h"

#define FOLDER "scenarios/canary"

static void check_canary(struct runs *runs, const char *name, bool caught[SF_ORACLES_MAX])
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    runs_load(runs, path);
    assert_int_equal(runs->plan.expect, SF_EXPECT_FAIL);
    runs_run(runs, runs->plan.seed);
    assert_int_equal(runs->result.verdict, SF_VERDICT_FAIL);
    if (runs_oracle(runs, runs->plan.expect_oracle)->findings_count == 0) {
        fail_msg("%s was not caught by %s", path, runs->plan.expect_oracle);
    }
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        caught[i] |= strcmp(sf_oracles()[i]->name, runs->plan.expect_oracle) == 0;
    }
}

static void test_every_oracle_catches_its_canary(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    bool caught[SF_ORACLES_MAX] = {false};
    DIR *folder = opendir(FOLDER);
    assert_non_null(folder);
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (strstr(entry->d_name, ".yaml") != NULL) {
            check_canary(runs, entry->d_name, caught);
        }
    }
    closedir(folder);
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if (!caught[i]) {
            fail_msg("the oracle %s has no canary in %s", sf_oracles()[i]->name, FOLDER);
        }
    }
    runs_destroy(runs);
}

/* The two checks for strays are independent: there is a fault that only the one sees, and one that
 * only the other does. */
static void test_pixels_and_bytes_each_see_what_the_other_cannot(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, FOLDER "/stray-pixels.yaml");
    runs_run(runs, 1);
    assert_true(runs_oracle(runs, "no-stray-pixels")->findings_count > 0);
    assert_int_equal(runs_oracle(runs, "no-stray-bytes")->findings_count, 0);
    runs_load(runs, FOLDER "/stray-bytes.yaml");
    runs_run(runs, 1);
    assert_true(runs_oracle(runs, "no-stray-bytes")->findings_count > 0);
    assert_int_equal(runs_oracle(runs, "no-stray-pixels")->findings_count, 0);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_oracle_catches_its_canary),
        cmocka_unit_test(test_pixels_and_bytes_each_see_what_the_other_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
