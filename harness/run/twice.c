#include "harness/run/twice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct comparison {
    FILE *file;
    struct sf_twice *twice;
    uint64_t compared_count;
    bool differs;
    bool failed; /* the file could not be written or read */
};

static void keep(void *context, const struct sf_record *records, uint32_t count)
{
    struct comparison *comparison = context;
    comparison->failed |= fwrite(records, sizeof *records, count, comparison->file) != count;
}

static void compare(void *context, const struct sf_record *records, uint32_t count)
{
    struct comparison *comparison = context;
    for (uint32_t i = 0; i < count && !comparison->differs; i++) {
        struct sf_record first;
        memset(&first, 0, sizeof first);
        bool read = fread(&first, sizeof first, 1, comparison->file) == 1;
        comparison->failed |= !read && ferror(comparison->file) != 0;
        comparison->compared_count++;
        if (!read || memcmp(&first, &records[i], sizeof first) != 0) {
            comparison->differs = true;
            comparison->twice->record[0] = first;
            comparison->twice->record[1] = records[i];
        }
    }
}

static uint64_t run_with(const struct sf_plan *plan, const struct sf_run_caches *caches,
                         struct sf_trace_listener listener, uint64_t *records_count_out)
{
    struct sf_runner *runner = sf_runner_create();
    struct sf_run_result result;
    const struct sf_run_options options = {.seed = plan->seed, .listener = &listener};
    sf_run(runner, plan, caches, &options, &result);
    sf_runner_destroy(runner);
    *records_count_out = result.records_count;
    return result.trace_hash;
}

enum sf_err sf_run_twice(const struct sf_plan *plan, const struct sf_run_caches *caches,
                         struct sf_twice *twice, struct sf_diag *diag)
{
    memset(twice, 0, sizeof *twice);
    struct comparison comparison = {.file = tmpfile(), .twice = twice};
    if (comparison.file == NULL) {
        return sf_fail(diag, SF_ERR_MACHINE, "no temporary file for the first run's trace: %s",
                       strerror(errno));
    }
    uint64_t count[2];
    twice->hash[0] =
        run_with(plan, caches, (struct sf_trace_listener){keep, &comparison}, &count[0]);
    rewind(comparison.file);
    twice->hash[1] =
        run_with(plan, caches, (struct sf_trace_listener){compare, &comparison}, &count[1]);
    if (!comparison.differs && count[1] < count[0]) {
        comparison.differs = true;
        comparison.compared_count = count[1] + 1;
        comparison.failed |=
            fread(&twice->record[0], sizeof twice->record[0], 1, comparison.file) != 1;
    }
    twice->same = !comparison.differs;
    twice->records_count = comparison.differs ? comparison.compared_count : count[0];
    fclose(comparison.file);
    if (comparison.failed) {
        return sf_fail(diag, SF_ERR_MACHINE,
                       "the first run's trace could not be kept in a temporary file");
    }
    return SF_OK;
}
