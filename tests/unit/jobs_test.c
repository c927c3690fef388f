/* Jobs in worker processes: results do not depend on the number of workers, and a job that crashes
 * or hangs takes nothing down with it. */
#include "harness/run/jobs.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/test.h"

static void square(void *context, void *prepared, uint32_t index, void *result_out)
{
    (void)context;
    (void)prepared;
    *(uint64_t *)result_out = (uint64_t)index * index;
}

static void test_results_do_not_depend_on_the_workers(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers++) {
        const struct sf_jobs jobs = {
            .count = 100, .workers = workers, .result_bytes = sizeof(uint64_t), .work = square};
        struct sf_jobs_results results;
        assert_int_equal(sf_jobs_run(&jobs, &results, NULL), SF_OK);
        for (uint32_t i = 0; i < 100; i++) {
            assert_int_equal(results.statuses[i].end, SF_JOB_DONE);
            assert_int_equal(((const uint64_t *)(const void *)results.results)[i], i * i);
        }
        sf_jobs_free(&results);
    }
}

static void crash_some(void *context, void *prepared, uint32_t index, void *result_out)
{
    (void)context;
    (void)prepared;
    if (index == 3) {
        signal(SIGABRT, SIG_DFL);
        abort();
    }
    if (index == 5) {
        _exit(7);
    }
    if (index == 7) {
        for (;;) {
            pause();
        }
    }
    for (volatile bool forever = index == 8; forever;) {
    }
    *(uint64_t *)result_out = 1;
}

static void test_a_crash_and_a_hang_cost_one_job_each(void **state)
{
    (void)state;
    const struct sf_jobs jobs = {.count = 10,
                                 .workers = 2,
                                 .result_bytes = sizeof(uint64_t),
                                 .job_seconds_max = 0.3,
                                 .work = crash_some};
    struct sf_jobs_results results;
    assert_int_equal(sf_jobs_run(&jobs, &results, NULL), SF_OK);
    for (uint32_t i = 0; i < 10; i++) {
        uint32_t expected = i == 3 || i == 5   ? SF_JOB_CRASHED
                            : i == 7 || i == 8 ? SF_JOB_HUNG
                                               : SF_JOB_DONE;
        assert_int_equal(results.statuses[i].end, expected);
    }
    assert_int_equal(results.statuses[3].signal_number, SIGABRT);
    assert_int_equal(results.statuses[5].signal_number, 0);
    sf_jobs_free(&results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_do_not_depend_on_the_workers),
        cmocka_unit_test(test_a_crash_and_a_hang_cost_one_job_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
