/* A cache that makes every call in any order, in a small world. The host must survive it, report
 * each breach of the contract, and do the same again with the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/targets.h"
#include "fuzz/wild_cache.h"
#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/run/run.h"
#include "harness/scenario/scenario.h"

/* Each kind of event comes: uploads, requests, fetches, a deploy, a node that is lost and comes
 * back, an invalidation, new options, a step of the clock. */
static const char scenario[] =
    "strayframe: 1\n"
    "name: abi\n"
    "duration: 6s\n"
    "cache: builtin:boxing-day-fix\n"
    "still: {width: 64, height: 16}\n"
    "cloud: {nodes: 2, renew_every: 2, store_latency: 5ms, request_deadline: 1s, upload_time_out: "
    "1s,\n"
    "        resends_max: 1, hand_over: mixed, fetches_max: 8, timers_max: 32, connections_max: "
    "8}\n"
    "networks:\n"
    "  slow: {both: delay 100ms 50ms loss 10%}\n"
    "homes:\n"
    "  - name: sends\n"
    "    count: 1\n"
    "    network: slow\n"
    "    camera: {upload_every: 2s}\n"
    "    hub: {watch_every: 2s, watch_for: 4s, ask_every: 1s, time_out: 1s, revalidates: true, "
    "resumes: true}\n"
    "  - name: asked\n"
    "    count: 1\n"
    "    camera: {upload_every: 0s}\n"
    "    hub: {watch_every: 2s, watch_for: 4s, ask_every: 1s, time_out: 1s, leaves_early: 40%}\n"
    "timeline:\n"
    "  - {at: 1500ms, reconfigure: \"a=1\"}\n"
    "  - {at: 2s, deploy: \"builtin:boxing-day-fix\", node: 0}\n"
    "  - {at: 2500ms, forget_camera: all}\n"
    "  - {at: 3s, node_lost: 1}\n"
    "  - {at: 3500ms, node_clock: -1h, node: 0}\n"
    "  - {at: 4s, node_back: 1}\n"
    "  - {at: 4500ms, deploy: \"builtin:boxing-day-fix\"}\n"
    "  - {at: 5s, unlink: sends}\n";

static struct {
    struct sf_runner *runner;
    struct sf_plan plan;
    struct sf_run_caches caches;
    struct sf_run_result result;
    uint32_t contract; /* index of the oracle */
} abi;

void sf_fuzz_abi_start(void)
{
    if (abi.runner != NULL) {
        return;
    }
    struct sf_diag diag = {0};
    enum sf_err err = sf_scenario_parse(scenario, sizeof scenario - 1, "abi", sf_run_schema(), NULL,
                                        0, &abi.plan, &diag);
    if (err != SF_OK) {
        fprintf(stderr, "fuzz_abi: line %u: %s\n", diag.line, diag.message);
        exit(2);
    }
    abi.runner = sf_runner_create();
    for (uint32_t i = 0; i < 1 + SF_TIMELINE_MAX; i++) {
        abi.caches.modules[i] = (struct sf_cache_module){.plugin = &sf_wild_cache};
    }
    while (strcmp(sf_oracles()[abi.contract]->name, "contract") != 0) {
        abi.contract++;
    }
}

/* One seed for all inputs: what differs comes from the bytes. */
static uint64_t run(const uint8_t *data, size_t size, uint64_t *breaches_out)
{
    const struct sf_run_options options = {.seed = 1};
    sf_wild_begin(data, size);
    sf_run(abi.runner, &abi.plan, &abi.caches, &options, &abi.result);
    *breaches_out = sf_wild_breaches_count();
    return abi.result.trace_hash;
}

int sf_fuzz_abi(const uint8_t *data, size_t size)
{
    sf_fuzz_abi_start();
    uint64_t breaches;
    uint64_t breaches_again;
    uint64_t hash = run(data, size, &breaches);
    SF_ASSERT(breaches == 0 || abi.result.oracles[abi.contract].findings_count > 0);
    uint64_t hash_again = run(data, size, &breaches_again);
    SF_ASSERT(hash_again == hash);
    SF_ASSERT(breaches_again == breaches);
    return 0;
}
