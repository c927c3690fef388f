/* Jobs in worker processes: results do not depend on the number of workers, and a job that crashes
 * or hangs takes nothing down with it. */
#include "harness/run/jobs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
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

/* ---- results that are taken ---- */

struct taken {
    uint32_t next; /* that must come */
    uint32_t settled_count;
    uint32_t fails_at; /* 0: at none */
    uint32_t progress;
    uint32_t ends[4]; /* by enum sf_job_end */
};

static enum sf_err take(void *context, uint32_t index, const struct sf_job_status *status,
                        const void *result, struct sf_diag *diag)
{
    struct taken *taken = context;
    assert_int_equal(index, taken->next++);
    taken->ends[status->end]++;
    if (status->end == SF_JOB_DONE) {
        assert_true(*(const uint64_t *)result == (uint64_t)index * index);
    }
    return taken->fails_at > 0 && index == taken->fails_at
               ? sf_fail(diag, SF_ERR_MACHINE, "the disk is full")
               : SF_OK;
}

static enum sf_err settle(void *context, struct sf_diag *diag)
{
    (void)diag;
    ((struct taken *)context)->settled_count++;
    return SF_OK;
}

static void progress(void *context, uint32_t done_count, uint32_t count)
{
    struct taken *taken = context;
    assert_true(done_count <= count);
    assert_int_equal(done_count, taken->next); /* of nothing that was not taken */
    taken->progress = done_count;
}

/* More jobs than the window has room for, and the first of them is the last to end. */
static void square_slowly(void *context, void *prepared, uint32_t index, void *result_out)
{
    if (index == 0) {
        usleep(100 * 1000);
    }
    if (index % 1000 == 999) {
        _exit(3);
    }
    square(context, prepared, index, result_out);
}

static void test_results_are_taken_in_order_whichever_ends_first(void **state)
{
    enum { COUNT = 5 * SF_JOBS_WINDOW };
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers++) {
        struct taken taken = {0};
        const struct sf_jobs jobs = {.count = COUNT,
                                     .workers = workers,
                                     .result_bytes = sizeof(uint64_t),
                                     .work = square_slowly,
                                     .take = take,
                                     .settle = settle,
                                     .progress = progress,
                                     .context = &taken};
        struct sf_jobs_results results;
        assert_int_equal(sf_jobs_run(&jobs, &results, NULL), SF_OK);
        assert_null(results.results);
        assert_int_equal(taken.next, COUNT);
        assert_int_equal(taken.progress, COUNT);
        assert_int_equal(taken.ends[SF_JOB_CRASHED], COUNT / 1000);
        assert_int_equal(taken.ends[SF_JOB_DONE], COUNT - COUNT / 1000);
        assert_in_range(taken.settled_count, 1, COUNT);
    }
}

static void test_jobs_before_the_first_are_not_run(void **state)
{
    (void)state;
    struct taken taken = {.next = 90};
    struct sf_jobs jobs = {.count = 100,
                           .first = 90,
                           .workers = 2,
                           .result_bytes = sizeof(uint64_t),
                           .work = square,
                           .take = take,
                           .context = &taken};
    struct sf_jobs_results results;
    assert_int_equal(sf_jobs_run(&jobs, &results, NULL), SF_OK);
    assert_int_equal(taken.next, 100);
    jobs.first = 100; /* all are done: nothing is left to run */
    assert_int_equal(sf_jobs_run(&jobs, &results, NULL), SF_OK);
    assert_int_equal(taken.next, 100);
}

static void test_an_error_of_taking_ends_the_work(void **state)
{
    (void)state;
    struct taken taken = {.fails_at = 20};
    const struct sf_jobs jobs = {.count = 100000,
                                 .workers = 2,
                                 .result_bytes = sizeof(uint64_t),
                                 .work = square,
                                 .take = take,
                                 .context = &taken};
    struct sf_jobs_results results;
    struct sf_diag diag = {0};
    assert_int_equal(sf_jobs_run(&jobs, &results, &diag), SF_ERR_MACHINE);
    assert_string_equal(diag.message, "the disk is full");
    assert_int_equal(taken.next, 21);
    assert_null(results.results);
}

/* Index 1 ends its worker as the machine would: by exit code 4, or killed from outside. */
static void fail_by_machine(void *context, void *prepared, uint32_t index, void *result_out)
{
    (void)prepared;
    *(uint64_t *)result_out = 1;
    if (index == 1 && *(const int *)context == 0) {
        _exit(4);
    }
    if (index == 1) {
        kill(getpid(), SIGKILL);
    }
}

static void test_a_machine_that_fails_is_no_crash_of_a_job(void **state)
{
    (void)state;
    for (int killed = 0; killed < 2; killed++) {
        const struct sf_jobs jobs = {.count = 4,
                                     .workers = 2,
                                     .result_bytes = sizeof(uint64_t),
                                     .work = fail_by_machine,
                                     .context = &killed};
        struct sf_jobs_results results;
        struct sf_diag diag = {0};
        assert_int_equal(sf_jobs_run(&jobs, &results, &diag), SF_ERR_MACHINE);
        assert_non_null(strstr(diag.message, killed ? "killed from outside" : "had to end"));
        assert_null(results.results);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_do_not_depend_on_the_workers),
        cmocka_unit_test(test_a_crash_and_a_hang_cost_one_job_each),
        cmocka_unit_test(test_results_are_taken_in_order_whichever_ends_first),
        cmocka_unit_test(test_jobs_before_the_first_are_not_run),
        cmocka_unit_test(test_an_error_of_taking_ends_the_work),
        cmocka_unit_test(test_a_machine_that_fails_is_no_crash_of_a_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
