#include "harness/run/twice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"

struct keeper {
    FILE *file;
    bool failed;
};

static void keep(void *context, const struct sf_record *records, uint32_t count)
{
    struct keeper *keeper = context;
    keeper->failed |= fwrite(records, sizeof *records, count, keeper->file) != count;
}

static void run_heard(const struct sf_plan *plan, const struct sf_run_caches *caches,
                      const struct sf_run_options *options, struct sf_trace_listener listener,
                      struct sf_run_result *result)
{
    struct sf_run_options heard = *options;
    SF_ASSERT(heard.listeners_count < SF_RUN_LISTENERS_MAX);
    heard.listeners[heard.listeners_count++] = listener;
    struct sf_runner *runner = sf_runner_create();
    sf_run(runner, plan, caches, &heard, result);
    sf_runner_destroy(runner);
}

enum sf_err sf_run_sides(const struct sf_run_sides *sides, const struct sf_run_options *options,
                         struct sf_run_result *result, struct sf_difference *difference,
                         struct sf_diag *diag)
{
    SF_ASSERT(sides != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(result != NULL);
    SF_ASSERT(difference != NULL);
    struct keeper keeper = {.file = tmpfile()};
    if (keeper.file == NULL) {
        return sf_fail(diag, SF_ERR_MACHINE, "no temporary file for the first run's trace: %s",
                       strerror(errno));
    }
    run_heard(sides->plans[0], sides->caches[0], options, (struct sf_trace_listener){keep, &keeper},
              result);
    rewind(keeper.file);
    struct sf_comparer comparer;
    struct sf_run_result again;
    sf_compare_begin(&comparer, keeper.file, result->records_count);
    run_heard(sides->plans[1], sides->caches[1], options,
              (struct sf_trace_listener){sf_compare_records, &comparer}, &again);
    enum sf_err err = sf_compare_end(&comparer, difference, diag);
    fclose(keeper.file);
    if (keeper.failed) {
        return sf_fail(diag, SF_ERR_MACHINE,
                       "the first run's trace could not be kept in a temporary file");
    }
    return err;
}

enum sf_err sf_run_twice(const struct sf_plan *plan, const struct sf_run_caches *caches,
                         const struct sf_run_options *options, struct sf_run_result *result,
                         struct sf_difference *difference, struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(caches != NULL);
    const struct sf_run_sides sides = {.plans = {plan, plan}, .caches = {caches, caches}};
    return sf_run_sides(&sides, options, result, difference, diag);
}
