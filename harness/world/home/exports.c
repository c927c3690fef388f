/* Export jobs: owners ask for a copy of their latest still, all at once, and for each of them a job
 * without a display fetches it from the cache, with a long time-out, again when that fails. */
#include "harness/world/home/private.h"

enum { EXPORT_TIME_OUT_S = 30, EXPORT_PAUSE_S = 10 };

static bool is_planned(const struct sf_plan *plan, uint32_t group)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plan->timeline[i];
        bool concerned = entry->group_index == SF_GROUP_ALL || entry->group_index == group;
        if (entry->action == SF_ACTION_EXPORT && concerned) {
            return true;
        }
    }
    return false;
}

struct sf_viewer_config sf_export_config(const struct sf_plan *plan, uint32_t group,
                                         const struct sf_viewer_config *hub)
{
    struct sf_viewer_config config = *hub;
    config.present = is_planned(plan, group);
    config.ask_every_ns = EXPORT_PAUSE_S * SF_SECOND;
    config.time_out_ns = EXPORT_TIME_OUT_S * SF_SECOND;
    config.shows_partial = 0;
    config.asks_neighbour = 0;
    config.revalidates = 0;
    config.resumes = 0;
    config.leaves_early_ppm = 0;
    config.account = 1;
    config.direct = 0;
    return config;
}

void sf_export_start(struct world *world, uint32_t group)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        const struct home *home = &world->homes.all[i];
        if (group_has(group, home) && home->powered) {
            const struct sf_viewer_id job = sf_viewer_of_home(sf_home_id(i), SF_VIEWER_IS_EXPORT);
            SF_ASSERT(viewer_at(world, job)->present);
            world_trace(world, SF_RECORD(export, .viewer = job));
            sf_viewer_wake(world, job);
        }
    }
}
