/* The verdict that the shards of a campaign give together. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/gate/private.h"

struct sf_gate_merge {
    struct gate_fold fold;
    bool any;
    uint32_t number_last;
};

struct sf_gate_merge *sf_gate_merge_create(struct sf_gate *gate,
                                           const struct sf_gate_options *options,
                                           uint32_t scenarios_count)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(scenarios_count <= SF_GATE_SCENARIOS_MAX);
    struct sf_gate_merge *merge = sf_alloc(1, sizeof *merge);
    sf_gate_begin(gate, options);
    gate->scenarios_count = scenarios_count;
    gate->shards_count = 0;
    gate->seeds_count = options->seeds_count;
    merge->fold.gate = gate;
    return merge;
}

static enum sf_err take(void *context, const struct sf_campaign_run *run, struct sf_diag *diag)
{
    struct sf_gate_merge *merge = context;
    bool in_order = !merge->any || run->number > merge->number_last;
    if (!in_order || run->plan >= merge->fold.gate->scenarios_count) {
        return sf_fail(diag, SF_ERR_INPUT, "run %u does not belong behind run %u", run->number,
                       merge->number_last);
    }
    merge->any = true;
    merge->number_last = run->number;
    sf_gate_fold(&merge->fold, run);
    return SF_OK;
}

enum sf_err sf_gate_merge_add(struct sf_gate_merge *merge, struct sf_store *store, int64_t campaign,
                              uint32_t wanted_count, struct sf_diag *diag)
{
    SF_ASSERT(merge != NULL);
    struct sf_gate *gate = merge->fold.gate;
    struct sf_campaign_small *small = sf_alloc(1, sizeof *small);
    enum sf_err err = sf_store_read_runs(store, campaign, take, merge, diag);
    if (err == SF_OK) {
        err = sf_store_read_small(store, campaign, small, diag);
    }
    if (err == SF_OK && !gate->small.ran && gate->small.not_run[0] == '\0') {
        gate->small = *small;
    }
    gate->wanted_count += wanted_count;
    free(small);
    return err;
}

void sf_gate_merge_conclude(struct sf_gate_merge *merge, const char *missing)
{
    SF_ASSERT(merge != NULL);
    SF_ASSERT(missing != NULL);
    struct sf_gate *gate = merge->fold.gate;
    snprintf(gate->missing, sizeof gate->missing, "%s", missing);
    for (uint32_t i = 0; i < gate->scenarios_count; i++) {
        gate->scenarios[i].wanted_count = gate->scenarios[i].runs_count;
    }
    sf_gate_sort(gate);
    sf_gate_conclude(gate);
    free(merge);
}
