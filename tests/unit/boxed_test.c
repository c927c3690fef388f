/* A cache in a box gives the runs that it gives in process: all scenarios of the gate, whether
 * events are sent ahead of the cache or each is waited for. */
#include <glob.h>
#include <sched.h>

#include "harness/box/box.h"
#include "harness/gate/gate.h"
#include "tests/unit/runs.h"

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    (void)context;
    (void)records;
    (void)count;
}

/* `waits`: with a listener a run cannot be repeated, and so nothing may be expected. */
static uint64_t hash_of(struct runs *runs, const struct sf_plan *scenario, const char *cache,
                        uint64_t seed, bool waits)
{
    struct sf_diag diag = {0};
    char text[1400];
    sf_gate_plan(scenario, NULL, cache, &runs->plan);
    if (sf_run_load_caches(&runs->plan, &runs->caches, &diag) != SF_OK) {
        sf_diag_print(&diag, text, sizeof text);
        fail_msg("%s", text);
    }
    const struct sf_run_options options = {
        .seed = seed, .listeners_count = waits, .listeners = {{hear, NULL}}};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
    return runs->result.trace_hash;
}

static void compare(struct runs *runs, const char *built_in, const char *boxed, const char *only,
                    uint64_t seeds_count)
{
    glob_t files;
    struct sf_plan *scenario = sf_alloc(1, sizeof *scenario);
    assert_int_equal(glob(only, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        runs_load(runs, files.gl_pathv[i]);
        memcpy(scenario, &runs->plan, sizeof *scenario);
        for (uint64_t seed = 1; seed <= seeds_count; seed++) {
            uint64_t expected = hash_of(runs, scenario, built_in, seed, false);
            for (int waits = 0; waits < 2; waits++) {
                if (hash_of(runs, scenario, boxed, seed, waits != 0) != expected) {
                    fail_msg("%s under seed %d: %s and %s differ, waits %d", files.gl_pathv[i],
                             (int)seed, built_in, boxed, waits);
                }
            }
        }
    }
    globfree(&files);
    free(scenario);
}

#define BOXED(NAME) SF_BINARY_DIR "/tests/built_in_" NAME ".so"

static void test_a_box_changes_no_run(void **state)
{
    struct runs *runs = runs_create();
    (void)state;
    compare(runs, "builtin:boxing-day-fix", BOXED("boxing_day_fix"), "scenarios/gate/*.yaml", 1);
    compare(runs, "builtin:careful", BOXED("careful"), "scenarios/gate/[als]*.yaml", 1);
    compare(runs, "builtin:d05-pooled-connection", BOXED("d05_pooled_connection"),
            "scenarios/gate/slow-store.yaml", 2);
    runs_destroy(runs);
}

/* The scenario lowers a bound of the host's. What the runner takes for granted is then wrong. */
static void test_nor_does_a_bound_that_is_reached(void **state)
{
    struct runs *runs = runs_create();
    (void)state;
    compare(runs, "builtin:d05-pooled-connection", BOXED("d05_pooled_connection"),
            "scenarios/gate/refused.yaml", 3);
    runs_destroy(runs);
}

static int processors_count(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    return CPU_COUNT(&set);
}

/* Before a fork of workers, above all. */
static void test_the_processors_are_given_back(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    struct sf_cache_module module;
    sf_box_rest();
    int before = processors_count();
    /* Another name of the same object: the box of the first has been started already. */
    assert_int_equal(
        sf_run_load_cache(SF_BINARY_DIR "/tests/../tests/built_in_careful.so", &module, &diag),
        SF_OK);
    assert_int_equal(processors_count(), 1);
    sf_box_rest();
    assert_int_equal(processors_count(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_box_changes_no_run),
        cmocka_unit_test(test_nor_does_a_bound_that_is_reached),
        cmocka_unit_test(test_the_processors_are_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
