/* A scenario through the whole program: real stills, the cache behind its interface, every oracle,
 * the trace hashed. Prints what it took.
 *
 *     fleet_bench RUNS SCENARIO [KEY=VALUE...]
 *
 * One run is measured from the start of the process. Of several, which differ by their seeds, all
 * but a first one that is not counted, as in a campaign. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/usage.h"
#include "harness/base/arena.h"
#include "harness/run/run.h"
#include "harness/scenario/scenario.h"

struct counts {
    uint64_t packets;
    uint64_t shown;
};

static void count(void *context, const struct sf_record *records, uint32_t records_count)
{
    struct counts *counts = context;
    for (uint32_t i = 0; i < records_count; i++) {
        counts->packets += records[i].kind == SF_RECORD_PACKET;
        counts->shown += records[i].kind == SF_RECORD_SHOWN;
    }
}

static int give_up(const struct sf_diag *diag)
{
    char text[1400];
    sf_diag_print(diag, text, sizeof text);
    fprintf(stderr, "fleet_bench: %s\n", text);
    return 2;
}

enum { OVERRIDES_MAX = 16 };

/* Splits each KEY=VALUE where it stands. */
static size_t read_overrides(char **words, int count, struct sf_scenario_override *overrides)
{
    for (int i = 0; i < count; i++) {
        char *value = strchr(words[i], '=');
        if (value == NULL) {
            fprintf(stderr, "fleet_bench: '%s' is not KEY=VALUE\n", words[i]);
            exit(2);
        }
        *value = '\0';
        overrides[i] = (struct sf_scenario_override){words[i], value + 1};
    }
    return (size_t)count;
}

static enum sf_err load(int argc, char **argv, struct sf_plan *plan, struct sf_run_caches *caches,
                        struct sf_diag *diag)
{
    struct sf_scenario_override overrides[OVERRIDES_MAX];
    size_t count = read_overrides(argv + 3, argc - 3, overrides);
    SF_TRY(sf_scenario_load(argv[2], sf_run_schema(), overrides, count, plan, diag));
    return sf_run_load_caches(plan, caches, diag);
}

/* 1 as soon as a verdict is fail: what is measured must be in order. */
static int measure(const struct sf_plan *plan, const struct sf_run_caches *caches,
                   uint64_t runs_count, struct sf_run_result *result)
{
    struct counts counts = {0};
    const struct sf_trace_listener listener = {count, &counts};
    struct sf_run_options options = {
        .seed = plan->seed, .listeners_count = 1, .listeners[0] = listener};
    struct sf_runner *runner = sf_runner_create();
    double started_s = 0;
    if (runs_count > 1) {
        sf_run(runner, plan, caches, &options, result);
        counts = (struct counts){0};
        started_s = usage_cpu_s();
    }
    int code = 0;
    uint64_t events_count = 0;
    for (uint64_t i = 0; i < runs_count && code == 0; i++) {
        options.seed = plan->seed + i;
        sf_run(runner, plan, caches, &options, result);
        events_count += result->events_count;
        code = result->verdict == SF_VERDICT_FAIL;
    }
    usage_print(usage_cpu_s() - started_s, (double)counts.packets, (double)counts.shown);
    fprintf(stderr, "%" PRIu64 " events, trace %016" PRIx64 ", %s\n", events_count,
            result->trace_hash, sf_verdict_name(result->verdict));
    sf_runner_destroy(runner);
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 3 + OVERRIDES_MAX) {
        fprintf(stderr, "Usage: %s RUNS SCENARIO [KEY=VALUE...]\n", argv[0]);
        return 2;
    }
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_run_caches *caches = sf_alloc(1, sizeof *caches);
    struct sf_run_result *result = sf_alloc(1, sizeof *result);
    struct sf_diag diag = {0};
    int code = load(argc, argv, plan, caches, &diag) == SF_OK
                   ? measure(plan, caches, strtoull(argv[1], NULL, 10), result)
                   : give_up(&diag);
    free(result);
    free(caches);
    free(plan);
    return code;
}
