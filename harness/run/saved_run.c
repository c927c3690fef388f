#include "harness/run/saved_run.h"

#include <stdlib.h>

#include "harness/base/assert.h"
#include "harness/scenario/swarm.h"

enum sf_err sf_run_save(struct sf_runner *runner, const struct sf_plan *plan,
                        const struct sf_run_caches *caches, const struct sf_run_options *options,
                        FILE *file, struct sf_run_result *result, struct sf_diag *diag)
{
    SF_ASSERT(runner != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(caches != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(file != NULL);
    SF_ASSERT(result != NULL);
    /* What a plan with `swarm` is under this seed is what is run, and so what is saved. */
    struct sf_plan *drawn = sf_alloc(1, sizeof *drawn);
    uint32_t entries[SF_TIMELINE_MAX];
    sf_plan_draw(sf_run_schema(), plan, options->seed, drawn, entries);
    drawn->seed = options->seed;
    struct sf_text text = {0};
    sf_scenario_print(drawn, sf_run_schema(), &text);
    free(drawn);
    if (text.length > SF_SAVED_PLAN_BYTES_MAX) {
        sf_text_free(&text);
        return sf_fail(diag, SF_ERR_INPUT, "the plan is longer than %d bytes: it cannot be saved",
                       SF_SAVED_PLAN_BYTES_MAX);
    }
    struct sf_saved_writer writer;
    sf_saved_write_begin(&writer, file, text.data, text.length, options->events_max);
    sf_text_free(&text);

    struct sf_run_options heard = *options;
    SF_ASSERT(heard.listeners_count < SF_RUN_LISTENERS_MAX);
    heard.listeners[heard.listeners_count++] =
        (struct sf_trace_listener){sf_saved_write_records, &writer};
    sf_run(runner, plan, caches, &heard, result);
    return sf_saved_write_end(&writer, result->records_count, result->trace_hash,
                              result->events_count, diag);
}

enum sf_err sf_run_save_records(const struct sf_plan *plan, const struct sf_record *records,
                                uint32_t count, const struct sf_run_result *result, FILE *file,
                                struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(records != NULL || count == 0);
    SF_ASSERT(result != NULL);
    SF_ASSERT(file != NULL);
    SF_ASSERT(result->records_count == count);
    struct sf_saved_writer writer;
    struct sf_text text = {0};
    sf_scenario_print(plan, sf_run_schema(), &text);
    sf_saved_write_begin(&writer, file, text.data, text.length, 0);
    sf_text_free(&text);
    sf_saved_write_records(&writer, records, count);
    return sf_saved_write_end(&writer, count, result->trace_hash, result->events_count, diag);
}

enum sf_err sf_saved_plan(const struct sf_saved *saved,
                          const struct sf_scenario_override *overrides, size_t overrides_count,
                          struct sf_plan *plan, struct sf_diag *diag)
{
    SF_ASSERT(saved != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(overrides != NULL || overrides_count == 0);
    SF_ASSERT(saved->plan != NULL);
    char name[sizeof saved->name + 16];
    snprintf(name, sizeof name, "%s (its plan)", saved->name);
    return sf_scenario_parse(saved->plan, saved->head.plan_bytes, name, sf_run_schema(), overrides,
                             overrides_count, plan, diag);
}
