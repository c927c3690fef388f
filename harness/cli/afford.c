/* Before a run or many: says what they will take where that is much, and refuses what cannot fit.
 */
#include <stdio.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/cli/command.h"
#include "harness/run/estimate.h"
#include "harness/run/memory_left.h"

static uint32_t at_once_of(uint32_t plans_count, const struct cli_runs *runs)
{
    long wanted = runs->workers > 0 ? (long)runs->workers : sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t workers = wanted > 0 ? (uint64_t)wanted : 1;
    uint64_t runs_count = plans_count * runs->count;
    return (uint32_t)(workers < runs_count ? workers : runs_count);
}

/* Memory of the largest, time of all. */
static struct sf_estimate estimate_all(const struct sf_plan *plans, uint32_t plans_count)
{
    struct sf_estimate all = {0};
    uint64_t cpu_s = 0;
    for (uint32_t i = 0; i < plans_count; i++) {
        struct sf_estimate one;
        sf_estimate(&plans[i], &one);
        cpu_s += one.cpu_s;
        all = one.memory_bytes > all.memory_bytes ? one : all;
    }
    all.cpu_s = cpu_s;
    return all;
}

enum sf_err cli_afford(const struct sf_plan *plans, uint32_t plans_count,
                       const struct cli_runs *runs, struct sf_diag *diag)
{
    SF_ASSERT(plans != NULL);
    SF_ASSERT(runs != NULL);
    SF_ASSERT(plans_count > 0);
    SF_ASSERT(runs->count > 0);
    const struct sf_estimate estimate = estimate_all(plans, plans_count);
    uint32_t at_once = at_once_of(plans_count, runs);
    SF_TRY(sf_estimate_check(&estimate, at_once, sf_memory_left(), diag));
    if (sf_estimate_is_large(&estimate, at_once)) {
        struct sf_text text = {0};
        sf_estimate_print(&estimate, at_once, runs->count, &text);
        fprintf(stderr, "strayframe: %s\n", text.data);
        sf_text_free(&text);
    }
    return SF_OK;
}
