#include "harness/gate/canaries.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/gate/gate.h"

static const struct sf_canary canaries[] = {
    {"builtin:canary-last-byte", SF_VARY_CONTENT, SF_INFLUENCE_BYTES},
    {"builtin:canary-one-byte", SF_VARY_CONTENT, SF_INFLUENCE_BYTES},
    {"builtin:canary-length-of-content", SF_VARY_CONTENT, SF_INFLUENCE_LENGTH},
    {"builtin:canary-length-of-length", SF_VARY_LENGTH, SF_INFLUENCE_LENGTH},
    {"builtin:canary-validator", SF_VARY_CONTENT, SF_INFLUENCE_VALIDATOR},
    {"builtin:canary-order", SF_VARY_CONTENT, SF_INFLUENCE_ORDER},
    {"builtin:canary-time", SF_VARY_CONTENT, SF_INFLUENCE_TIME},
    {"builtin:canary-status", SF_VARY_CONTENT, SF_INFLUENCE_STATUS},
    {"builtin:canary-flags", SF_VARY_CONTENT, SF_INFLUENCE_FLAGS},
    {"builtin:canary-session", SF_VARY_CONTENT, SF_INFLUENCE_SESSION},
    {"builtin:canary-parts", SF_VARY_CONTENT, SF_INFLUENCE_LENGTH},
    {"builtin:canary-stopped", SF_VARY_CONTENT, SF_INFLUENCE_STOPPED},
    {NULL, SF_VARY_NOTHING, SF_INFLUENCE_NONE},
};

_Static_assert(sizeof canaries / sizeof canaries[0] <= SF_CANARIES_MAX + 1, "they fit");

const struct sf_canary *sf_canaries(void)
{
    return canaries;
}

struct scratch {
    struct sf_plan plan;
    struct sf_run_caches caches;
    struct sf_run_result result;
    struct sf_runner *runner;
};

static enum sf_err run_pair(struct scratch *scratch, const struct sf_canary *canary,
                            const struct sf_plan *scenario, uint64_t seed, struct sf_diag *diag)
{
    sf_gate_plan(scenario, NULL, canary->cache, &scratch->plan);
    scratch->plan.vary = canary->vary;
    SF_TRY(sf_run_load_caches(&scratch->plan, &scratch->caches, diag));
    sf_run(scratch->runner, &scratch->plan, &scratch->caches,
           &(struct sf_run_options){.seed = seed}, &scratch->result);
    return SF_OK;
}

enum sf_err sf_canary_run(const struct sf_canary *canary, const struct sf_plan *plans,
                          uint32_t plans_count, uint64_t seed_first, uint32_t *pairs_out,
                          struct sf_diag *diag)
{
    SF_ASSERT(canary != NULL);
    SF_ASSERT(plans != NULL);
    SF_ASSERT(plans_count > 0);
    SF_ASSERT(pairs_out != NULL);
    struct scratch *scratch = sf_alloc(1, sizeof *scratch);
    scratch->runner = sf_runner_create();
    enum sf_err err = SF_OK;
    *pairs_out = 0;
    for (uint32_t pair = 0; pair < SF_CANARY_PAIRS_MAX && *pairs_out == 0 && err == SF_OK; pair++) {
        err = run_pair(scratch, canary, &plans[pair % plans_count], seed_first + pair / plans_count,
                       diag);
        const struct sf_influence_shown *shown = &scratch->result.influence;
        if (err == SF_OK && shown->found && shown->what == (uint32_t)canary->what) {
            *pairs_out = pair + 1;
        }
    }
    sf_runner_destroy(scratch->runner);
    free(scratch);
    return err;
}
