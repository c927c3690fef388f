/* fuzz_plan with two versions of a cache and several nodes: each plan is deployed over, rolled back
 * and deployed again, all at once or node by node. The versions are SF_FUZZ_BEFORE and
 * SF_FUZZ_CACHE; where the first is not set, the cache is deployed over itself. The same bytes
 * twice have the same trace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/finding.h"
#include "fuzz/targets.h"
#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/run/decoded.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/params.h"

enum { DEPLOYS_COUNT = 3, HEAD_BYTES = 1 + DEPLOYS_COUNT };

static struct {
    struct sf_runner *runner;
    struct sf_decoded decoded;
    struct sf_run_result result;
} deploy;

void sf_fuzz_deploy_start(void)
{
    if (deploy.runner != NULL) {
        return;
    }
    struct sf_diag diag = {0};
    const char *cache = getenv("SF_FUZZ_CACHE");
    const char *before = getenv("SF_FUZZ_BEFORE");
    if (sf_decoded_load(&deploy.decoded, cache != NULL ? cache : SF_PLAN_CACHE_FALLBACK, before,
                        &diag) != SF_OK) {
        fprintf(stderr, "fuzz_deploy: %s\n", diag.message);
        exit(2);
    }
    deploy.runner = sf_runner_create();
}

/* After the heal nothing is deployed, or an owner might not get its own in time. */
static sf_ns faults_ns(const struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return plan->timeline[i].at_ns;
        }
    }
    return plan->duration_ns;
}

/* The new version, the old one again, the new one, each after a part of what is left. */
static void add_deploys(const uint8_t *head)
{
    struct sf_decoded *decoded = &deploy.decoded;
    struct sf_plan *plan = &decoded->plan;
    sf_ns until_ns = faults_ns(plan);
    sf_ns at_ns = 0;
    for (uint32_t i = 0; i < DEPLOYS_COUNT; i++) {
        struct sf_plan_entry entry;
        memset(&entry, 0, sizeof entry);
        at_ns += (until_ns - at_ns) / 256 * (1 + head[i] % 128) / SF_MS * SF_MS;
        entry.at_ns = at_ns;
        entry.action = SF_ACTION_DEPLOY;
        entry.node = SF_NODE_ALL;
        entry.duration_ns = head[i] % 3 * SF_SECOND;
        snprintf(entry.cache, sizeof entry.cache, "%s", i == 1 ? decoded->before : decoded->cache);
        memcpy(&plan->timeline[plan->timeline_count++], &entry, sizeof entry);
    }
    snprintf(plan->cache, sizeof plan->cache, "%s", decoded->before);
    sf_plan_normalise(sf_run_schema(), plan);
    sf_decoded_modules(decoded);
}

int sf_fuzz_deploy(const uint8_t *data, size_t size)
{
    sf_fuzz_deploy_start();
    uint8_t head[HEAD_BYTES] = {0};
    memcpy(head, data, size < sizeof head ? size : sizeof head);
    size_t taken = size < sizeof head ? size : sizeof head;
    struct sf_diag diag = {0};
    sf_decoded_input(&deploy.decoded, data + taken, size - taken);
    add_deploys(head);
    enum sf_err err = sf_plan_check(&deploy.decoded.plan, sf_run_schema(), &diag);
    SF_ASSERT(err == SF_OK);
    if (sf_fuzz_only_print(&deploy.decoded.plan)) {
        return 0;
    }
    const struct sf_run_options options = {.seed = deploy.decoded.plan.seed, .seconds_max = 10};
    sf_run(deploy.runner, &deploy.decoded.plan, &deploy.decoded.caches, &options, &deploy.result);
    uint64_t hash = deploy.result.trace_hash;
    sf_fuzz_finding(&deploy.decoded.plan, &deploy.result);
    sf_run(deploy.runner, &deploy.decoded.plan, &deploy.decoded.caches, &options, &deploy.result);
    SF_ASSERT(deploy.result.trace_hash == hash);
    return 0;
}
