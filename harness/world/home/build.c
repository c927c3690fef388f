/* From a plan to homes that stand still, and back to nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/world/home/private.h"

void sf_homes_build(struct world *world)
{
    struct homes *homes = &world->homes;
    homes->all = sf_arena_take(&world->arena, homes->count, sizeof *homes->all);
    homes->still_scratch = sf_arena_take(&world->arena, world->config.still.bytes_max, 1);
}

static int32_t draw_time_zone(const struct sf_plan_group *group, uint64_t seed, uint32_t number)
{
    uint64_t drawn = sf_rng_derive(seed, "time-zone", number);
    return group->time_zones_s[drawn % group->time_zones_count];
}

/* The account, and the camera's place in it. Accounts are counted from the group's first home on.
 */
static void build_account(struct world *world, struct sf_home_id id)
{
    struct home *home = home_at(world, id);
    uint32_t place = home->number - sf_plan_group_number(world->plan, home->group);
    uint32_t homes_count = world->plan->groups[home->group].homes_count;
    uint32_t per_account = (uint32_t)world->config.cameras[home->group].per_account;
    uint32_t slot = place % per_account;
    uint32_t left = homes_count - (place - slot);
    uint32_t cameras_count = left < per_account ? left : per_account;
    home->account = sf_tenant_id(id.index - slot);
    home->slot = slot;
    home->slots_used = slot == 0 ? cameras_count : 0;
    home->other = sf_camera_id(cameras_count > 1 ? home->account.index + (slot + 1) % cameras_count
                                                 : SF_NOBODY);
}

static void build_camera(struct world *world, struct sf_home_id id)
{
    struct home *home = home_at(world, id);
    const struct sf_plan_group *group = &world->plan->groups[home->group];
    const struct sf_camera_config *config = &world->config.cameras[home->group];
    home->consent = config->backup != 0 ? SF_CONSENT_GIVEN : SF_CONSENT_NEVER_GIVEN;
    home->serial = sf_still_serial(world, home->group, home->number);
    home->scene = (uint32_t)(sf_rng_derive(world->seed, "scene", home->number) % SF_SCENES_COUNT);
    snprintf(home->camera_name, sizeof home->camera_name, "%.20s %u",
             sf_scene_name((enum sf_scene)home->scene), home->number + 1);
    sf_camera_init(&home->camera, config, draw_time_zone(group, world->seed, home->number));
    sf_rng_init(&home->camera_rng, world->seed, "camera", home->number);
    sf_book_describe(world->book, sf_camera_of_home(id),
                     &(struct sf_book_camera){
                         .tenant = home->account,
                         .scene = (enum sf_scene)home->scene,
                         .name = home->camera_name,
                         .utc_offset_s = home->camera.utc_offset_s,
                         .sends_deltas = config->delta_every > 1,
                     });
}

static void build_viewer(struct world *world, struct sf_viewer_id viewer)
{
    struct viewer_state *state = viewer_at(world, viewer);
    const struct sf_viewer_config *config = viewer_config(world, viewer);
    struct sf_rng leave_rng;
    sf_rng_init(&leave_rng, world->seed, "leave", viewer_for_host(world, viewer));
    sf_viewer_init(&state->viewer, config, &leave_rng);
    sf_rng_init(&state->rng, world->seed, sf_viewer_behaviour(sf_viewer_kind(viewer))->stream,
                home_number(world, sf_home_of_viewer(viewer)));
    state->present = config->present != 0;
}

void sf_home_build(struct world *world, struct sf_home_id id, uint32_t group, uint32_t number)
{
    SF_ASSERT(id.index < world->homes.count);
    struct home *home = home_at(world, id);
    home->number = number;
    home->group = group;
    home->network = world->plan->groups[group].network_index;
    home->powered = true;
    build_account(world, id);
    build_camera(world, id);
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        build_viewer(world, sf_viewer_of_home(id, (enum sf_viewer_kind)i));
    }
}

void sf_homes_clear(struct world *world)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        struct home *home = &world->homes.all[i];
        sf_still_fini(home);
        for (uint32_t kind = 0; kind < SF_VIEWERS_PER_HOME; kind++) {
            sf_holding_fini(&home->viewers[kind]);
        }
    }
    world->homes.count = 0;
}

void sf_homes_fini(struct world *world)
{
    free(world->homes.stitched);
    free(world->homes.ranges);
}

void sf_home_start(struct world *world, struct sf_home_id id, bool again)
{
    sf_camera_start(world, id, again);
    sf_errands_start(world, id);
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        const struct sf_viewer_id viewer = sf_viewer_of_home(id, (enum sf_viewer_kind)i);
        if (viewer_at(world, viewer)->present) {
            sf_viewer_start(world, viewer);
        }
    }
}
