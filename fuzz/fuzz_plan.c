#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/feedback.h"
#include "fuzz/targets.h"
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

static struct fuzzer *fuzzer;

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "fuzz_plan: %s\n", why);
    exit(2);
}

void sf_fuzz_plan_start(void)
{
    if (fuzzer != NULL) {
        return;
    }
    fuzzer = sf_alloc(1, sizeof *fuzzer);
    struct sf_diag diag = {0};
    const char *cache = getenv("SF_FUZZ_CACHE");
    int length = snprintf(fuzzer->cache, sizeof fuzzer->cache, "%s",
                          cache != NULL ? cache : "builtin:boxing-day-fix");
    if ((size_t)length >= sizeof fuzzer->cache) {
        give_up("SF_FUZZ_CACHE is too long");
    }
    fuzzer->runner = sf_runner_create();
    memcpy(fuzzer->plan.cache, fuzzer->cache, sizeof fuzzer->plan.cache);
    if (sf_run_load_caches(&fuzzer->plan, &fuzzer->caches, &diag) != SF_OK) {
        char text[1400];
        sf_diag_print(&diag, text, sizeof text);
        give_up(text);
    }
    fuzzer->module = fuzzer->caches.modules[0];
}

static void decode(const uint8_t *data, size_t size)
{
    struct sf_diag diag = {0};
    sf_plan_decode(data, size, fuzzer->cache, sf_run_schema(), &fuzzer->plan);
    if (sf_plan_check(&fuzzer->plan, sf_run_schema(), &diag) != SF_OK) {
        /* The decoder makes only plans that pass: its own promise. */
        fprintf(stderr, "fuzz_plan: %s\n", diag.message);
        abort();
    }
    for (uint32_t i = 0; i < fuzzer->plan.timeline_count; i++) {
        fuzzer->caches.modules[1 + i] = fuzzer->module;
    }
}

static void print_plan(const struct sf_plan *plan)
{
    struct sf_text text = {0};
    sf_scenario_print(plan, sf_run_schema(), &text);
    fprintf(stderr, "%s", text.data);
    sf_text_free(&text);
}

/* Oracles are in order of severity: stray pictures first. */
static uint32_t worst_oracle(const struct sf_run_result *result)
{
    uint32_t worst = 0;
    while (worst < result->oracles_count && result->oracles[worst].findings_count == 0) {
        worst++;
    }
    return worst;
}

static void print_first_finding(const struct sf_run_result *result, uint32_t oracle)
{
    struct sf_text text = {0};
    for (uint32_t i = 0; i < result->findings_kept && text.length == 0; i++) {
        if (result->findings[i].oracle == oracle) {
            sf_text_add(&text, "# ");
            sf_report_finding(&result->findings[i], &text);
            fprintf(stderr, "%s\n", text.data);
        }
    }
    sf_text_free(&text);
}

/* A scenario that a run reproduces as it expects. */
static void print_find(void)
{
    uint32_t oracle = worst_oracle(&fuzzer->result);
    print_first_finding(&fuzzer->result, oracle);
    fuzzer->plan.expect = SF_EXPECT_FAIL;
    snprintf(fuzzer->plan.expect_oracle, sizeof fuzzer->plan.expect_oracle, "%s",
             sf_oracles()[oracle]->name);
    print_plan(&fuzzer->plan);
}

int sf_fuzz_plan(const uint8_t *data, size_t size)
{
    sf_fuzz_plan_start();
    decode(data, size);
    if (getenv("SF_FUZZ_PRINT") != NULL) {
        print_plan(&fuzzer->plan);
        return 0;
    }
    enum { RUN_SECONDS = 10 }; /* a run takes less than one; a foreign cache may hang */
    const struct sf_run_options options = {.seed = fuzzer->plan.seed, .seconds_max = RUN_SECONDS};
    sf_run(fuzzer->runner, &fuzzer->plan, &fuzzer->caches, &options, &fuzzer->result);
    sf_fuzz_feedback(sf_runner_states(fuzzer->runner));
    if (fuzzer->result.verdict == SF_VERDICT_FAIL) {
        print_find();
        abort();
    }
    return 0;
}
