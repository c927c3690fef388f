/* Each incident, replayed: what its scenario asserts of who was affected, when and how widely holds
 * under each seed; and with the fix no viewer receives anything of another tenant, and owners
 * are served. */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>

#include "harness/run/expectations.h"
#include "harness/gate/gate.h"
#include "harness/run/jobs.h"
#include "tests/unit/runs.h"

#define FOLDER "scenarios/incidents/"

enum { SEEDS_COUNT = 3, FIXES_MAX = 3 };

struct incident {
    const char *file;
    uint32_t seeds_count;
    const char *twin; /* the fix: this cache wherever the scenario names one; NULL */
    struct sf_scenario_override fixes[FIXES_MAX]; /* or: what its head says */
};

static const struct incident incidents[] = {
    /* Where a run takes seconds fewer must do, and the first `strayframe replay` holds to more. */
    {.file = "boxing-day-2019", .seeds_count = 1, .twin = "builtin:boxing-day-fix"},
    {.file = "chatgpt-2023",
     .seeds_count = 2,
     .twin = "builtin:d05-pooled-connection?typed=1&defence=1"},
    {.file = "consent-2014", .seeds_count = SEEDS_COUNT},
    {.file = "eufy-2021",
     .seeds_count = SEEDS_COUNT,
     .twin = "builtin:d14-version-skew?buckets_max=63&defence=1"},
    {.file = "github-2021",
     .seeds_count = SEEDS_COUNT,
     .twin = "builtin:d25-context-kept?defence=1"},
    {.file = "klarna-2021",
     .seeds_count = SEEDS_COUNT,
     .twin = "builtin:d16-policy-reset?defence=1"},
    {.file = "open-camera",
     .seeds_count = SEEDS_COUNT,
     .fixes = {{"homes.open.camera.open_to_all", "false"},
               {"homes.counted.camera.guessable_id", "false"}}},
    {.file = "railway-2026",
     .seeds_count = SEEDS_COUNT,
     .twin = "builtin:d16-policy-reset?defence=1"},
    {.file = "steam-2015",
     .seeds_count = SEEDS_COUNT,
     .twin = "builtin:d16-policy-reset?defence=1"},
    {.file = "swann-2018",
     .seeds_count = SEEDS_COUNT,
     .twin = "builtin:d27-shared-serial?defence=1"},
    {.file = "takeout-2019", .seeds_count = 1, .twin = "builtin:d28-export-order?lane=2&defence=1"},
    {.file = "unifi-2023",
     .seeds_count = 1,
     .twin = "builtin:d13-mapping-race?fresh_ms=40000&silent_ms=45000&defence=1"},
    {.file = "wyze-2023", .seeds_count = SEEDS_COUNT, .twin = "builtin:d01-tenantless?defence=1"},
    {.file = "wyze-2024",
     .seeds_count = 1,
     .twin = "builtin:d13-mapping-race?fresh_ms=70000&silent_ms=75000&defence=1"},
};
enum { INCIDENTS_COUNT = sizeof incidents / sizeof incidents[0] };

struct loaded {
    struct sf_plan plan;
    struct sf_run_caches caches;
};

/* Every incident as it was, then every incident with its fix. */
struct field {
    struct loaded *loaded[2];
    uint32_t jobs_count;
};

struct place {
    uint32_t incident;
    uint32_t fixed;
    uint64_t seed;
};

static struct place place_of(const struct field *field, uint32_t index)
{
    for (uint32_t i = 0; i < INCIDENTS_COUNT; i++) {
        uint32_t count = 2 * incidents[i].seeds_count;
        if (index < count) {
            uint64_t seed = field->loaded[0][i].plan.seed + index / 2;
            return (struct place){.incident = i, .fixed = index % 2, .seed = seed};
        }
        index -= count;
    }
    fail_msg("there is no such job");
    return (struct place){0};
}

static void load(const struct incident *incident, bool fixed, struct loaded *loaded)
{
    static struct sf_plan plan;
    struct sf_diag diag = {0};
    char path[128];
    char text[1400];
    size_t fixes_count = 0;
    while (fixed && fixes_count < FIXES_MAX && incident->fixes[fixes_count].key != NULL) {
        fixes_count++;
    }
    snprintf(path, sizeof path, FOLDER "%s.yaml", incident->file);
    enum sf_err err =
        sf_scenario_load(path, sf_run_schema(), incident->fixes, fixes_count, &plan, &diag);
    if (err == SF_OK) {
        loaded->plan = plan;
        if (fixed && incident->twin != NULL) {
            sf_gate_plan(&plan, incident->twin, incident->twin, &loaded->plan);
        }
        err = sf_run_load_caches(&loaded->plan, &loaded->caches, &diag);
    }
    if (err != SF_OK) {
        sf_diag_print(&diag, text, sizeof text);
        fail_msg("%s", text);
    }
}

static void *prepare(void *context)
{
    (void)context;
    return sf_runner_create();
}

static void work(void *context, void *runner, uint32_t index, void *result_out)
{
    const struct field *field = context;
    struct place place = place_of(field, index);
    const struct loaded *loaded = &field->loaded[place.fixed][place.incident];
    sf_run(runner, &loaded->plan, &loaded->caches, &(struct sf_run_options){.seed = place.seed},
           result_out);
}

static uint32_t check_expectations(const struct incident *incident, uint64_t seed,
                                   const struct sf_plan *plan, const struct sf_run_result *result)
{
    struct sf_expectations expectations;
    sf_expectations_judge(plan, result, &expectations);
    for (uint32_t i = 0; i < expectations.count; i++) {
        if (!expectations.list[i].holds) {
            print_error("%s, seed %" PRIu64 ": expected %s, was %s\n", incident->file, seed,
                        expectations.list[i].wanted, expectations.list[i].figure);
        }
    }
    return !expectations.hold;
}

/* What was expected of the incident must not hold of the run without it. */
static uint32_t check_fix(const struct incident *incident, uint64_t seed,
                          const struct sf_plan *plan, const struct sf_run_result *result)
{
    struct sf_expectations expectations;
    sf_expectations_judge(plan, result, &expectations);
    bool clean = result->verdict == SF_VERDICT_PASS && result->tally.affected_count == 0;
    bool differs = plan->expect == SF_EXPECT_PASS || !expectations.hold;
    if (!clean || !differs) {
        print_error("%s, seed %" PRIu64 ", fixed: %s with %" PRIu64 " findings\n", incident->file,
                    seed, sf_verdict_name(result->verdict), result->findings_count);
    }
    return !clean || !differs;
}

static void test_each_incident_is_as_it_was_published_and_its_fix_ends_it(void **state)
{
    (void)state;
    struct field field = {0};
    for (int fixed = 0; fixed < 2; fixed++) {
        field.loaded[fixed] = sf_alloc(INCIDENTS_COUNT, sizeof *field.loaded[fixed]);
        for (int i = 0; i < INCIDENTS_COUNT; i++) {
            load(&incidents[i], fixed != 0, &field.loaded[fixed][i]);
            field.jobs_count += incidents[i].seeds_count;
        }
    }
    const struct sf_jobs jobs = {
        .count = field.jobs_count,
        .workers = 2,
        .result_bytes = sizeof(struct sf_run_result),
        .prepare = prepare,
        .work = work,
        .context = &field,
    };
    struct sf_jobs_results results;
    struct sf_diag diag = {0};
    assert_int_equal(sf_jobs_run(&jobs, &results, &diag), SF_OK);
    uint32_t wrong_count = 0;
    for (uint32_t i = 0; i < field.jobs_count; i++) {
        struct place place = place_of(&field, i);
        const struct incident *incident = &incidents[place.incident];
        const struct sf_run_result *result =
            (const struct sf_run_result *)(const void *)results.results + i;
        assert_int_equal(results.statuses[i].end, SF_JOB_DONE);
        const struct sf_plan *plan = &field.loaded[0][place.incident].plan;
        wrong_count += place.fixed ? check_fix(incident, place.seed, plan, result)
                                   : check_expectations(incident, place.seed, plan, result);
    }
    sf_jobs_free(&results);
    free(field.loaded[0]);
    free(field.loaded[1]);
    assert_int_equal(wrong_count, 0);
}

/* No file is left out in silence. */
static void test_every_file_is_replayed(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob(FOLDER "*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char path[128] = "";
        for (int k = 0; k < INCIDENTS_COUNT && strcmp(path, found.gl_pathv[i]) != 0; k++) {
            snprintf(path, sizeof path, FOLDER "%s.yaml", incidents[k].file);
        }
        assert_string_equal(path, found.gl_pathv[i]);
    }
    assert_int_equal(found.gl_pathc, INCIDENTS_COUNT);
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_is_replayed),
        cmocka_unit_test(test_each_incident_is_as_it_was_published_and_its_fix_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
