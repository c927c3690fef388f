/* What is wrong with the live section of a plan. */
#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/scenario/check_parts.h"
#include "harness/scenario/value.h"

SF_MUST_USE static enum sf_err text_check(struct sf_check *check, const char *key, const char *text,
                                          size_t bytes)
{
    sf_check_at(check, "live.%s", key);
    return sf_value_text_check(text, bytes, check->diag);
}

SF_MUST_USE static enum sf_err texts_check(struct sf_check *check)
{
    const struct sf_plan_live *live = &check->plan->live;
    SF_TRY(text_check(check, "server", live->server, sizeof live->server));
    SF_TRY(text_check(check, "url", live->url, sizeof live->url));
    SF_TRY(text_check(check, "config", live->config, sizeof live->config));
    SF_TRY(text_check(check, "origin_listen", live->origin_listen, sizeof live->origin_listen));
    SF_TRY(text_check(check, "host", live->host, sizeof live->host));
    SF_TRY(text_check(check, "path", live->path, sizeof live->path));
    SF_TRY(text_check(check, "identity", live->identity.name, sizeof live->identity.name));
    return sf_live_path_check(live->path, check->diag);
}

SF_MUST_USE static enum sf_err target_check(struct sf_check *check)
{
    const struct sf_plan_live *live = &check->plan->live;
    sf_check_at(check, "live");
    if ((live->server[0] != '\0') == (live->url[0] != '\0')) {
        return sf_check_wrong(check, "a live run has a server, or the url of a running cache");
    }
    sf_check_at(check, "live.config");
    if ((live->server[0] != '\0') != (live->config[0] != '\0')) {
        return sf_check_wrong(check, "goes with a server, and a server needs one");
    }
    return SF_OK;
}

/* What the simulation has, and a real server has not. */
SF_MUST_USE static enum sf_err rest_check(struct sf_check *check)
{
    const struct sf_plan *plan = check->plan;
    sf_check_at(check, "homes");
    uint32_t homes_count = sf_plan_homes_count(plan);
    if (homes_count > SF_LIVE_HOMES_MAX) {
        return sf_check_wrong(check, "%" PRIu32 " homes; a live run has at most %d", homes_count,
                              SF_LIVE_HOMES_MAX);
    }
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        sf_check_at(check, "homes.%s.network", plan->groups[i].name);
        if (plan->groups[i].network_index != 0) {
            return sf_check_wrong(check, "a live run has no simulated network");
        }
    }
    sf_check_at(check, "swarm");
    if (plan->swarm) {
        return sf_check_wrong(check, "a live run has no faults to draw");
    }
    sf_check_at(check, "vary");
    if (plan->vary != SF_VARY_NOTHING) {
        return sf_check_wrong(check, "a live run cannot be repeated, and so not be compared");
    }
    sf_check_at(check, "fates");
    if (plan->fates_count > 0) {
        return sf_check_wrong(check, "a live run has no simulated packets");
    }
    sf_check_at(check, "timeline");
    return plan->timeline_count == 0
               ? SF_OK
               : sf_check_wrong(check, "entries of the simulation in a live run");
}

enum sf_err sf_check_live(struct sf_check *check)
{
    SF_ASSERT(check != NULL);
    const struct sf_plan_live *live = &check->plan->live;
    if (!live->present) {
        return SF_OK;
    }
    sf_check_at(check, "live.shared_by");
    SF_TRY(sf_check_count(check, live->shared_by, 1, SF_LIVE_HOMES_MAX));
    sf_check_at(check, "timeline");
    SF_TRY(sf_check_count(check, live->entries_count, 0, SF_LIVE_ENTRIES_MAX));
    SF_TRY(texts_check(check));
    SF_TRY(target_check(check));
    return rest_check(check);
}
