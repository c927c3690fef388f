/* What tests of whole runs share: load a scenario of the project, run it. */
#ifndef STRAYFRAME_TESTS_UNIT_RUNS_H
#define STRAYFRAME_TESTS_UNIT_RUNS_H

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/run/run.h"
#include "harness/scenario/scenario.h"
#include "tests/unit/test.h"

struct runs {
    struct sf_plan plan;
    struct sf_run_caches caches;
    struct sf_runner *runner;
    struct sf_run_result result;
};

static inline struct runs *runs_create(void)
{
    struct runs *runs = sf_alloc(1, sizeof *runs);
    runs->runner = sf_runner_create();
    return runs;
}

static inline void runs_destroy(struct runs *runs)
{
    sf_runner_destroy(runs->runner);
    free(runs);
}

/* Fails the test with the message if the file, or a cache in it, cannot be loaded. */
static inline void runs_load_with(struct runs *runs, const char *path,
                                  const struct sf_scenario_override *sets, size_t sets_count)
{
    struct sf_diag diag = {0};
    char text[1400];
    enum sf_err err = sf_scenario_load(path, sf_run_schema(), sets, sets_count, &runs->plan, &diag);
    if (err == SF_OK) {
        err = sf_run_load_caches(&runs->plan, &runs->caches, &diag);
    }
    if (err != SF_OK) {
        sf_diag_print(&diag, text, sizeof text);
        fail_msg("%s", text);
    }
}

static inline void runs_load(struct runs *runs, const char *path)
{
    runs_load_with(runs, path, NULL, 0);
}

static inline const struct sf_run_result *runs_run(struct runs *runs, uint64_t seed)
{
    const struct sf_run_options options = {.seed = seed};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
    return &runs->result;
}

static inline const struct sf_oracle_result *runs_oracle(const struct runs *runs, const char *name)
{
    for (uint32_t i = 0; i < runs->result.oracles_count; i++) {
        if (strcmp(sf_oracles()[i]->name, name) == 0) {
            return &runs->result.oracles[i];
        }
    }
    fail_msg("no oracle is called %s", name);
    return NULL;
}

#endif
