/* Jobs: viewers that no person watches. An action of the time line starts them, in all homes of a
 * group at once; sim_hub/kinds.c says how each kind behaves. */
#include "harness/world/home/private.h"

void sf_job_start(struct world *world, uint32_t group, enum sf_viewer_kind kind)
{
    SF_ASSERT(sf_viewer_behaviour(kind)->job_config != NULL);
    for (uint32_t i = 0; i < world->homes.count; i++) {
        const struct home *home = &world->homes.all[i];
        if (group_has(group, home) && home->powered) {
            const struct sf_viewer_id job = sf_viewer_of_home(sf_home_id(i), kind);
            SF_ASSERT(viewer_at(world, job)->present);
            world_trace(world, SF_RECORD(export, .viewer = job));
            sf_viewer_wake(world, job);
        }
    }
}
