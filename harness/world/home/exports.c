/* Export jobs: owners ask for a copy of their latest still, and a job without a display fetches it
 * from the cache: patiently, again when it fails, and all at once. */
#include "harness/base/assert.h"
#include "harness/world/world.h"

enum { EXPORT_TIME_OUT_S = 30, EXPORT_PAUSE_S = 10 };

static bool concerns(uint32_t group_or_all, uint32_t group)
{
    return group_or_all == SF_GROUP_ALL || group_or_all == group;
}

bool sf_export_is_planned(const struct sf_plan *plan, uint32_t group)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plan->timeline[i];
        if (entry->action == SF_ACTION_EXPORT && concerns(entry->group_index, group)) {
            return true;
        }
    }
    return false;
}

struct sf_viewer_config sf_export_config(const struct sf_viewer_config *hub, bool planned)
{
    struct sf_viewer_config config = *hub;
    config.present = planned;
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
    for (uint32_t i = 0; i < world->homes_count; i++) {
        const struct home *home = &world->homes[i];
        if (concerns(group, home->group) && home->powered) {
            SF_ASSERT(home->viewers[VIEWER_EXPORT].present);
            world_trace(world,
                        SF_RECORD(export, .viewer = sf_viewer_id(viewer_number(i, VIEWER_EXPORT))));
            sf_viewer_wake(world, i, VIEWER_EXPORT);
        }
    }
}

sf_ns sf_request_deadline_ns(const struct world *world, const struct request *request)
{
    return request->export_job ? EXPORT_TIME_OUT_S * SF_SECOND : world->cloud.request_deadline_ns;
}
