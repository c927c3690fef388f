#include "harness/gate/small_worlds.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cache/load.h"
#include "harness/exhaust/say.h"
#include "harness/run/run.h"

static void summarise(const struct sf_exhaust_options *options, const struct sf_exhaust *exhaust,
                      struct sf_campaign_small *small)
{
    struct sf_text text = {0};
    bool leaks = exhaust->leak.find.kind != SF_SMALL_FIND_NONE;
    const struct sf_exhaust_found *found = leaks ? &exhaust->leak : &exhaust->contract;
    small->ran = true;
    small->leaks = leaks;
    small->verdict = sf_exhaust_verdict(exhaust);
    small->cpu_s = exhaust->cpu_s;
    small->worlds_count = exhaust->worlds_count;
    small->depth_least = SF_SMALL_EVENTS_MAX;
    for (uint32_t i = 0; i < exhaust->worlds_count; i++) {
        const struct sf_exhaust_world *world = &exhaust->worlds[i];
        small->orders_count += world->orders_in_all_count;
        small->complete_count += world->is_complete;
        if (!world->is_complete && world->depth < small->depth_least) {
            small->depth_least = world->depth;
        }
    }
    if (found->find.kind != SF_SMALL_FIND_NONE) {
        small->events_count = found->order.count;
        snprintf(small->world, sizeof small->world, "%s",
                 sf_exhaust_world_of(options, found)->name);
    }
    sf_exhaust_say(options, exhaust, &text);
    snprintf(small->told, sizeof small->told, "%s", text.data);
    sf_text_free(&text);
}

static enum sf_err small_run(const char *candidate, const char *baseline, double seconds,
                             struct sf_campaign_small *small, struct sf_diag *diag)
{
    SF_ASSERT(candidate != NULL);
    SF_ASSERT(small != NULL);
    *small = (struct sf_campaign_small){0};
    if (seconds <= 0) {
        snprintf(small->not_run, sizeof small->not_run, "no time was given for it");
        return SF_OK;
    }
    struct sf_exhaust_options options = {
        .worlds = sf_profile_world(0),
        .worlds_count = sf_profile_count(),
        .seconds_max = seconds,
        .depth_max = SF_SMALL_EVENTS_MAX,
        .keeps_merging = true,
        .keeps_symmetry = true,
        .seed = 1,
    };
    SF_TRY(sf_run_load_cache_here(candidate, &options.candidate, diag));
    if (baseline != NULL) {
        SF_TRY(sf_run_load_cache_here(baseline, &options.before, diag));
    }
    struct sf_exhaust *exhaust = sf_alloc(1, sizeof *exhaust);
    enum sf_err err = sf_exhaust(&options, exhaust, diag);
    if (err == SF_OK) {
        summarise(&options, exhaust, small);
    }
    free(exhaust);
    return err;
}

enum sf_err sf_gate_small_compare(const char *candidate, const char *baseline, double seconds,
                                  struct sf_campaign_small *small, struct sf_diag *diag)
{
    SF_ASSERT(small != NULL);
    SF_TRY(small_run(candidate, baseline, seconds, small, diag));
    if (baseline == NULL || !small->ran || small->verdict != SF_VERDICT_FAIL) {
        return SF_OK;
    }
    struct sf_campaign_small *alone = sf_alloc(1, sizeof *alone);
    enum sf_err err = small_run(baseline, NULL, seconds, alone, diag);
    if (err == SF_OK && alone->verdict == SF_VERDICT_FAIL) {
        err = small_run(candidate, NULL, seconds, small, diag);
        small->alone = true;
    }
    free(alone);
    return err;
}
