/* From a plan to a world that stands still: homes, links, accounts, the first cache, the first
 * events; and back to nothing. */
#include <stdlib.h>
#include <string.h>

#include "harness/scenario/actions.h"
#include "harness/world/accounts.h"
#include "harness/world/cloud/cloud.h"
#include "harness/world/home/home.h"
#include "harness/world/network/network.h"
#include "harness/world/routes.h"
#include "harness/world/timeline.h"
#include "harness/world/world.h"
#include "sim_camera/still_config.h"

/* ---- a world's life ---- */

struct world *sf_world_create(void)
{
    struct world *world = sf_alloc(1, sizeof *world);
    sf_arena_init(&world->arena);
    sf_queue_init(&world->queue, 0);
    world->book = sf_book_create();
    world->contents = sf_contents_create(SF_CHECKS);
    sf_network_init(world, sf_routes);
    sf_cloud_init(world);
    return world;
}

void sf_world_clear(struct world *world)
{
    sf_cloud_clear(world);
    sf_network_clear(world);
    sf_homes_clear(world);
    sf_book_drop_index(world->book);
    SF_ASSERT(sf_contents_count(world->contents) == 0);
}

void sf_world_destroy(struct world *world)
{
    sf_world_clear(world);
    sf_cloud_fini(world);
    sf_network_fini(world);
    sf_homes_fini(world);
    sf_book_destroy(world->book);
    sf_contents_destroy(world->contents);
    sf_queue_fini(&world->queue);
    sf_arena_fini(&world->arena);
    free(world);
}

/* ---- the plan's sections ---- */

static bool is_planned(const struct sf_plan *plan, uint32_t group, enum sf_viewer_kind kind)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (sf_action_starts(&plan->timeline[i], kind, group)) {
            return true;
        }
    }
    return false;
}

/* From that of the hub; a job is not present unless the time line starts it. */
static void read_jobs(const struct sf_plan *plan, uint32_t group,
                      struct sf_viewer_config viewers[SF_VIEWERS_PER_HOME])
{
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        const struct sf_viewer_behaviour *behaviour = sf_viewer_behaviour((enum sf_viewer_kind)i);
        if (behaviour->job_config != NULL) {
            viewers[i] = behaviour->job_config(&viewers[SF_VIEWER_IS_HUB]);
            viewers[i].present = is_planned(plan, group, (enum sf_viewer_kind)i);
        }
    }
}

static void read_group(struct config *config, const struct sf_plan *plan, uint32_t group)
{
    const struct sf_plan_section *sections = plan->groups[group].sections;
    struct sf_viewer_config *viewers = config->viewers[group];
    memcpy(&config->cameras[group], sections[SF_SECTION_CAMERA].values,
           sizeof config->cameras[group]);
    memcpy(&viewers[SF_VIEWER_IS_HUB], sections[SF_SECTION_HUB].values, sizeof viewers[0]);
    memcpy(&viewers[SF_VIEWER_IS_APP], sections[SF_SECTION_APP].values, sizeof viewers[0]);
    read_jobs(plan, group, viewers);
}

static void read_sections(struct config *config, const struct sf_plan *plan)
{
    memcpy(&config->cloud, plan->cloud.values, sizeof config->cloud);
    struct sf_still_config still;
    memcpy(&still, plan->still.values, sizeof still);
    config->still = (struct still_format){
        .width_px = (uint16_t)still.width,
        .height_px = (uint16_t)still.height,
        .quality = (uint8_t)still.quality,
    };
    config->still.bytes_max =
        (uint32_t)sf_still_bytes_max(config->still.width_px, config->still.height_px);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        read_group(config, plan, i);
    }
}

/* ---- homes and their links ---- */

static void build_home(struct world *world, struct sf_home_id home, uint32_t group_index,
                       uint32_t number)
{
    const struct sf_plan_group *group = &world->plan->groups[group_index];
    sf_link_init(world, sf_link_up(home), group->network_index,
                 sf_rng_derive(world->seed, "up", number));
    sf_link_init(world, sf_link_down(home), group->network_index,
                 sf_rng_derive(world->seed, "down", number));
    sf_home_build(world, home, group_index, number);
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        const struct sf_viewer_id viewer = sf_viewer_of_home(home, (enum sf_viewer_kind)i);
        viewer_at(world, viewer)->session = sf_session_first(world, viewer);
    }
    const struct sf_tenant_id account = account_of(world, home);
    world->accounts.authorisation.camera_tenant[sf_camera_of_home(home).index] = account;
    world->accounts.authorisation.linked[account.index] = group->linked;
}

static void build_homes(struct world *world)
{
    uint32_t index = 0;
    for (uint32_t group = 0; group < world->plan->groups_count; group++) {
        uint32_t number = sf_plan_group_number(world->plan, group);
        for (uint32_t i = 0; i < world->plan->groups[group].homes_count; i++) {
            build_home(world, sf_home_id(index++), group, number + i);
        }
    }
    SF_ASSERT(index == world->homes.count);
}

static void fix_fate(const struct sf_plan_fate *fate, struct sf_netem_fixed_fate *fixed_out)
{
    *fixed_out = (struct sf_netem_fixed_fate){
        .packet = fate->packet,
        .fixed = SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_CORRUPT,
        .copies_count = fate->kind == SF_PLAN_FATE_LOST         ? 0
                        : fate->kind == SF_PLAN_FATE_DUPLICATED ? 2
                                                                : 1,
    };
    fixed_out->copy[0].corrupted = fate->kind == SF_PLAN_FATE_CORRUPTED;
    if (fate->kind == SF_PLAN_FATE_DELAYED) {
        fixed_out->fixed |= SF_NETEM_FIXED_DELAY;
        fixed_out->copy[0].delay_ns = fate->delay_ns;
    }
}

/* Gives links the fates that the plan says; they are in order of home, direction and packet. */
static void fix_fates(struct world *world)
{
    const struct sf_plan *plan = world->plan;
    for (uint32_t first = 0; first < plan->fates_count;) {
        const struct sf_plan_fate *fate = &plan->fates[first];
        uint32_t end = first;
        while (end < plan->fates_count && plan->fates[end].home == fate->home &&
               plan->fates[end].direction == fate->direction) {
            end++;
        }
        struct sf_netem_fixed_fate *fixed =
            sf_arena_take(&world->arena, end - first, sizeof *fixed);
        for (uint32_t i = first; i < end; i++) {
            fix_fate(&plan->fates[i], &fixed[i - first]);
        }
        const struct sf_home_id home = sf_home_id(fate->home);
        bool up = fate->direction == SF_DIRECTION_UP;
        struct sf_link_id link = up ? sf_link_up(home) : sf_link_down(home);
        sf_netem_fix_fates(sf_link_netem(world, link), fixed, end - first);
        first = end;
    }
}

/* ---- the trace begins with the records of who is who ---- */

/* The network that counts as healthy: what the heal brings, else the one called "good". */
static uint32_t healthy_network(const struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return plan->timeline[i].network_index;
        }
    }
    for (uint32_t i = 0; i < plan->networks_count; i++) {
        if (strcmp(plan->networks[i].name, "good") == 0) {
            return i;
        }
    }
    return UINT32_MAX;
}

static uint16_t viewer_flags(const struct world *world, struct sf_viewer_id viewer, bool poor)
{
    const struct sf_viewer_config *config = viewer_config(world, viewer);
    return (uint16_t)(path_flag(viewer) | (poor ? SF_FLAG_POOR_NETWORK : 0) |
                      (config->account == 0 ? SF_FLAG_NO_ACCOUNT : 0) |
                      (config->direct != 0 ? SF_FLAG_DIRECT : 0));
}

static void introduce_viewer(struct world *world, struct sf_viewer_id viewer, bool poor)
{
    struct sf_home_id home = sf_home_of_viewer(viewer);
    bool stranger = viewer_config(world, viewer)->asks_neighbour != 0;
    world_trace(world,
                SF_RECORD(viewer, .viewer = viewer, .tenant = account_of(world, home),
                          .camera = stranger ? next_camera(world, home) : sf_camera_of_home(home),
                          .flags = viewer_flags(world, viewer, poor)));
}

static void introduce_home(struct world *world, struct sf_home_id id, uint32_t healthy)
{
    const struct home *home = home_at(world, id);
    const struct sf_tenant_id tenant = account_of(world, id);
    world_trace(world, SF_RECORD(camera, .camera = sf_camera_of_home(id), .tenant = tenant,
                                 .utc_offset_s = home->camera.utc_offset_s));
    if (sf_home_same(sf_home_of_tenant(tenant), id)) {
        world_trace(world, SF_RECORD(link, .tenant = tenant,
                                     .linked = world->accounts.authorisation.linked[tenant.index]));
    }
    if (world->config.cameras[home->group].per_account > 1) {
        sf_account_trace_slot(world, id);
    }
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        if (home->viewers[i].present) {
            introduce_viewer(world, sf_viewer_of_home(id, (enum sf_viewer_kind)i),
                             home->network != healthy);
        }
    }
    sf_link_start(world, sf_link_up(id), home->network);
    sf_link_start(world, sf_link_down(id), home->network);
}

static void introduce(struct world *world)
{
    uint32_t healthy = healthy_network(world->plan);
    for (uint32_t i = 0; i < world->homes.count; i++) {
        introduce_home(world, sf_home_id(i), healthy);
    }
    sf_errands_introduce(world);
    if (world->config.cloud.cache_capacity_bytes < SF_CAPACITY_BYTES_USUAL) {
        world_trace(world, SF_RECORD(capacity,
                                     .bytes = (uint64_t)world->config.cloud.cache_capacity_bytes));
    }
    if (world->config.cloud.fresh_within_ns > 0) {
        world_trace(world, SF_RECORD(fresh, .within_ns = world->config.cloud.fresh_within_ns));
    }
}

/* ---- all together ---- */

static void add_record(void *trace, struct sf_record record)
{
    sf_trace_add(trace, record);
}

static void reset_book(struct world *world)
{
    const struct sf_book_stills stills = {
        .width_px = world->config.still.width_px,
        .height_px = world->config.still.height_px,
        .quality = world->config.still.quality,
        .start_unix_s = world->plan->start_unix_s,
    };
    sf_book_reset(world->book, &stills, world->homes.count);
}

static void reset(struct world *world, const struct sf_world_setup *setup)
{
    SF_ASSERT(world->homes.count == 0);
    sf_arena_reset(&world->arena);
    world->plan = setup->plan;
    world->seed = setup->seed;
    world->trace = setup->trace;
    world->ended = false;
    world->events_count = 0;
    world->altered_count = 0;
    world->judge = (struct sf_judge){
        .book = world->book,
        .record = add_record,
        .context = world->trace,
        .exhibits = setup->exhibits,
    };
    world->observer = setup->observer;
    world->variation =
        setup->variation != NULL ? *setup->variation : (struct sf_world_variation){0};
    world->varied = sf_tenant_id(SF_NOBODY);
    sf_queue_reset(&world->queue, sf_rng_derive(setup->seed, "ties", 0));
    read_sections(&world->config, setup->plan);
    world->homes.count = sf_plan_homes_count(setup->plan);
}

/* The account that the variation names; it takes another one for there to be anything to see. */
static void find_varied(struct world *world, bool any)
{
    struct sf_home_id home;
    if (!any || !sf_home_of_number(world, world->variation.home_number, &home)) {
        return;
    }
    const struct sf_tenant_id tenant = account_of(world, home);
    for (uint32_t i = 0; i < world->homes.count; i++) {
        if (!sf_tenant_same(account_of(world, sf_home_id(i)), tenant)) {
            world->varied = tenant;
        }
    }
}

bool sf_world_may_lengthen(const struct world *world)
{
    const struct sf_cloud_config *cloud = &world->config.cloud;
    return cloud->cache_capacity_bytes >= SF_CAPACITY_BYTES_USUAL && cloud->hand_over == 0;
}

struct sf_tenant_id sf_world_varied_tenant(const struct world *world)
{
    return world->varied;
}

void sf_world_build(struct world *world, const struct sf_world_setup *setup)
{
    reset(world, setup);
    sf_contents_guard(world->contents);
    reset_book(world);
    sf_homes_build(world);
    sf_cloud_build(world, setup->modules);
    sf_network_build(world);
    build_homes(world);
    fix_fates(world);
    find_varied(world, setup->variation != NULL);
    introduce(world);
    sf_arena_seal(&world->arena);

    sf_cloud_start(world);
    for (uint32_t i = 0; i < world->homes.count; i++) {
        sf_home_start(world, sf_home_id(i), false);
    }
    sf_timeline_start(world);
    const struct sf_event end = {.due_ns = setup->plan->duration_ns, .kind = EVENT_END};
    sf_queue_push(&world->queue, end, UINT32_MAX);
}
