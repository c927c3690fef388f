#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/feedback.h"
#include "fuzz/finding.h"
#include "fuzz/targets.h"
#include "harness/base/arena.h"
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

int sf_fuzz_plan(const uint8_t *data, size_t size)
{
    sf_fuzz_plan_start();
    decode(data, size);
    if (sf_fuzz_only_print(&fuzzer->decoded.plan)) {
        return 0;
    }
    enum { RUN_SECONDS = 10 }; /* a run takes less than one; a foreign cache may hang */
    const struct sf_run_options options = {.seed = fuzzer->decoded.plan.seed,
                                           .seconds_max = RUN_SECONDS};
    sf_run(fuzzer->runner, &fuzzer->decoded.plan, &fuzzer->decoded.caches, &options,
           &fuzzer->result);
    sf_fuzz_feedback(sf_runner_states(fuzzer->runner));
    sf_fuzz_finding(&fuzzer->decoded.plan, &fuzzer->result);
    return 0;
}
