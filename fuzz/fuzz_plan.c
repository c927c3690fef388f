#include "fuzz/fuzz_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/report/report.h"
#include "harness/run/run.h"
#include "harness/scenario/decode.h"
#include "harness/scenario/scenario.h"

/* What is made once and used by every run. */
struct fuzzer {
    char cache[SF_CACHE_SPEC_BYTES];
    struct sf_cache_module module;
    struct sf_runner *runner;
    struct sf_plan plan;
    struct sf_run_caches caches;
    struct sf_run_result result;
};

static _Noreturn void give_up(const struct sf_diag *diag)
{
    char text[1400];
    sf_diag_print(diag, text, sizeof text);
    fprintf(stderr, "fuzz_plan: %s\n", text);
    exit(2);
}

static struct fuzzer *fuzzer_create(void)
{
    struct fuzzer *fuzzer = sf_alloc(1, sizeof *fuzzer);
    struct sf_diag diag = {0};
    const char *cache = getenv("SF_FUZZ_CACHE");
    snprintf(fuzzer->cache, sizeof fuzzer->cache, "%s",
             cache != NULL ? cache : "builtin:boxing-day-fix");
    fuzzer->runner = sf_runner_create();
    snprintf(fuzzer->plan.cache, sizeof fuzzer->plan.cache, "%s", fuzzer->cache);
    if (sf_run_load_caches(&fuzzer->plan, &fuzzer->caches, &diag) != SF_OK) {
        give_up(&diag);
    }
    fuzzer->module = fuzzer->caches.modules[0];
    return fuzzer;
}

static void print_find(const struct fuzzer *fuzzer)
{
    struct sf_text text = {0};
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    *plan = fuzzer->plan;
    plan->expect = SF_EXPECT_FAIL;
    snprintf(plan->expect_oracle, sizeof plan->expect_oracle, "%s",
             sf_oracles()[fuzzer->result.findings[0].oracle]->name);
    sf_text_add(&text, "# ");
    sf_report_finding(&fuzzer->result.findings[0], &text);
    sf_text_add(&text, "\n");
    sf_scenario_print(plan, sf_run_schema(), &text);
    fprintf(stderr, "%s", text.data);
    sf_text_free(&text);
    free(plan);
}

int sf_fuzz_plan(const uint8_t *data, size_t size)
{
    static struct fuzzer *fuzzer;
    if (fuzzer == NULL) {
        fuzzer = fuzzer_create();
    }
    sf_plan_decode(data, size, fuzzer->cache, sf_run_schema(), &fuzzer->plan);
    struct sf_diag diag = {0};
    if (sf_plan_check(&fuzzer->plan, sf_run_schema(), &diag) != SF_OK) {
        /* The decoder makes only plans that pass: its own promise. */
        fprintf(stderr, "fuzz_plan: %s\n", diag.message);
        abort();
    }
    for (uint32_t i = 0; i < fuzzer->plan.timeline_count; i++) {
        fuzzer->caches.modules[1 + i] = fuzzer->module;
    }
    const struct sf_run_options options = {.seed = fuzzer->plan.seed};
    sf_run(fuzzer->runner, &fuzzer->plan, &fuzzer->caches, &options, &fuzzer->result);
    if (fuzzer->result.verdict == SF_VERDICT_FAIL) {
        print_find(fuzzer);
        abort();
    }
    return 0;
}
