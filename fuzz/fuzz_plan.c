#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/feedback.h"
#include "fuzz/targets.h"
#include "harness/base/arena.h"
#include "harness/report/report.h"
#include "harness/run/decoded.h"
#include "harness/scenario/scenario.h"

/* What is made once and used by every run. */
struct fuzzer {
    struct sf_decoded decoded;
    struct sf_runner *runner;
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
    fuzzer->runner = sf_runner_create();
    if (sf_decoded_load(&fuzzer->decoded, cache != NULL ? cache : SF_PLAN_CACHE_FALLBACK,
                        getenv("SF_FUZZ_BEFORE"), &diag) != SF_OK) {
        char text[1400];
        sf_diag_print(&diag, text, sizeof text);
        give_up(text);
    }
}

static void decode(const uint8_t *data, size_t size)
{
    struct sf_diag diag = {0};
    sf_decoded_input(&fuzzer->decoded, data, size);
    if (sf_plan_check(&fuzzer->decoded.plan, sf_run_schema(), &diag) != SF_OK) {
        /* The decoder makes only plans that pass: its own promise. */
        fprintf(stderr, "fuzz_plan: %s\n", diag.message);
        abort();
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
    fuzzer->decoded.plan.expect = SF_EXPECT_FAIL;
    snprintf(fuzzer->decoded.plan.expect_oracle, sizeof fuzzer->decoded.plan.expect_oracle, "%s",
             sf_oracles()[oracle]->name);
    print_plan(&fuzzer->decoded.plan);
}

int sf_fuzz_plan(const uint8_t *data, size_t size)
{
    sf_fuzz_plan_start();
    decode(data, size);
    if (getenv("SF_FUZZ_PRINT") != NULL) {
        print_plan(&fuzzer->decoded.plan);
        return 0;
    }
    enum { RUN_SECONDS = 10 }; /* a run takes less than one; a foreign cache may hang */
    const struct sf_run_options options = {.seed = fuzzer->decoded.plan.seed,
                                           .seconds_max = RUN_SECONDS};
    sf_run(fuzzer->runner, &fuzzer->decoded.plan, &fuzzer->decoded.caches, &options,
           &fuzzer->result);
    sf_fuzz_feedback(sf_runner_states(fuzzer->runner));
    if (fuzzer->result.verdict == SF_VERDICT_FAIL) {
        print_find();
        abort();
    }
    return 0;
}
