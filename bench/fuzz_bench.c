/* A scenario of the size that fuzzing runs, as a fuzz target: the bytes are the seed. Under
 * libFuzzer it measures what coverage costs, and with sanitizers what they cost. Run it with
 * -runs=N; it prints what N runs took. The scenario's name is in SF_BENCH_SCENARIO. */
#include <stdlib.h>
#include <string.h>

#include "bench/usage.h"
#include "harness/base/arena.h"
#include "harness/run/run.h"
#include "harness/scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    struct sf_runner *runner;
    struct sf_plan plan;
    struct sf_run_caches caches;
    struct sf_run_result result;
    double started_s;
    double runs_count;
} bench;

static void print(void)
{
    usage_print(usage_cpu_s() - bench.started_s, bench.runs_count, 0);
}

static void begin(void)
{
    const struct sf_scenario_override overrides[] = {
        {"homes.fleet.count", "4"}, {"duration", "60s"}, {"still", "{width: 64, height: 16}"}};
    struct sf_diag diag = {0};
    const char *path = getenv("SF_BENCH_SCENARIO");
    if (path == NULL ||
        sf_scenario_load(path, sf_run_schema(), overrides, 3, &bench.plan, &diag) != SF_OK ||
        sf_run_load_caches(&bench.plan, &bench.caches, &diag) != SF_OK) {
        fprintf(stderr, "fuzz_bench: SF_BENCH_SCENARIO: %s\n", diag.message);
        exit(2);
    }
    bench.runner = sf_runner_create();
    atexit(print);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (bench.runner == NULL) {
        begin();
    }
    uint64_t seed = 0;
    memcpy(&seed, data, size < sizeof seed ? size : sizeof seed);
    const struct sf_run_options options = {.seed = seed};
    sf_run(bench.runner, &bench.plan, &bench.caches, &options, &bench.result);
    if (bench.runs_count == 0) {
        bench.started_s = usage_cpu_s(); /* what is made once has been made */
    }
    bench.runs_count++;
    return 0;
}
