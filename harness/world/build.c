/* From a plan to a world that stands still: homes, links, accounts, the first cache, the first
 * events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/world/world.h"

static void add_record(void *trace, struct sf_record record)
{
    sf_trace_add(trace, record);
}

void sf_world_init(struct world *world)
{
    *world = (struct world){0};
    sf_arena_init(&world->arena);
    sf_queue_init(&world->queue, 0);
    sf_trace_init(&world->trace);
    sf_cache_host_init(&world->host);
    sf_slots_init(&world->messages, sizeof(struct message));
    sf_slots_init(&world->requests, sizeof(struct request));
    sf_slots_init(&world->fetches, sizeof(struct fetch));
    sf_slots_init(&world->operations, sizeof(struct store_operation));
    sf_slots_init(&world->questions, sizeof(struct question));
    sf_slotted_init(world);
    world->book = sf_book_create();
    world->judge =
        (struct sf_judge){.book = world->book, .record = add_record, .context = &world->trace};
}

static void payloads_free(struct world *world)
{
    while (world->payloads_free != NULL) {
        struct payload *next = world->payloads_free->next_free;
        free(world->payloads_free);
        world->payloads_free = next;
    }
}

/* What is still on its way when a run ends. */
static void drop_unfinished(struct world *world)
{
    for (sf_handle h = sf_slots_next(&world->messages, 0); h != 0;
         h = sf_slots_next(&world->messages, h)) {
        const struct message *message = sf_slots_get(&world->messages, h);
        free(message->payload);
    }
    payloads_free(world);
    for (sf_handle h = sf_slots_next(&world->operations, 0); h != 0;
         h = sf_slots_next(&world->operations, h)) {
        const struct store_operation *operation = sf_slots_get(&world->operations, h);
        free(operation->bytes);
    }
    for (uint32_t i = 0; i < world->homes_count; i++) {
        sf_still_fini(&world->homes[i]);
        for (uint32_t viewer = 0; viewer < VIEWERS_PER_HOME; viewer++) {
            sf_holding_fini(&world->homes[i].viewers[viewer]);
        }
    }
    sf_slotted_drop(world);
    world->homes_count = 0;
    sf_slots_reset(&world->messages);
    sf_slots_reset(&world->requests);
    sf_slots_reset(&world->fetches);
    sf_slots_reset(&world->operations);
    sf_slots_reset(&world->questions);
    sf_store_fini(&world->store);
    sf_book_drop_index(world->book);
}

void sf_world_clear(struct world *world)
{
    sf_cache_host_destroy_caches(&world->host);
    drop_unfinished(world);
}

void sf_world_fini(struct world *world)
{
    sf_world_clear(world);
    sf_cache_host_fini(&world->host);
    sf_text_free(&world->log);
    sf_slots_fini(&world->messages);
    sf_slots_fini(&world->requests);
    sf_slots_fini(&world->fetches);
    sf_slots_fini(&world->operations);
    sf_slots_fini(&world->questions);
    sf_slots_fini(&world->slotted_packets);
    sf_queue_fini(&world->queue);
    sf_arena_fini(&world->arena);
    free(world->ranges);
    sf_book_destroy(world->book);
    free(world->stitched);
    *world = (struct world){0};
}

static void read_sections(struct world *world, const struct sf_plan *plan)
{
    memcpy(&world->cloud, plan->cloud.values, sizeof world->cloud);
    struct sf_still_config still;
    memcpy(&still, plan->still.values, sizeof still);
    world->still_width_px = (uint16_t)still.width;
    world->still_height_px = (uint16_t)still.height;
    world->still_quality = (uint8_t)still.quality;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        const struct sf_plan_section *sections = plan->groups[i].sections;
        memcpy(&world->cameras[i], sections[SF_SECTION_CAMERA].values, sizeof world->cameras[i]);
        memcpy(&world->viewers[i][VIEWER_HUB], sections[SF_SECTION_HUB].values,
               sizeof world->viewers[i][VIEWER_HUB]);
        memcpy(&world->viewers[i][VIEWER_APP], sections[SF_SECTION_APP].values,
               sizeof world->viewers[i][VIEWER_APP]);
        world->viewers[i][VIEWER_EXPORT] =
            sf_export_config(&world->viewers[i][VIEWER_HUB], sf_export_is_planned(plan, i));
    }
}

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

static int32_t draw_time_zone(const struct sf_plan_group *group, uint64_t seed, uint32_t home)
{
    uint64_t drawn = sf_rng_derive(seed, "time-zone", home);
    return group->time_zones_s[drawn % group->time_zones_count];
}

static const char *const streams[VIEWERS_PER_HOME] = {"hub", "app", "export"};

static void build_home(struct world *world, uint32_t index, uint32_t group_index, uint32_t number)
{
    const struct sf_plan_group *group = &world->plan->groups[group_index];
    struct home *home = &world->homes[index];
    home->number = number;
    home->group = group_index;
    home->network = group->network_index;
    home->powered = true;
    home->consent =
        world->cameras[group_index].backup != 0 ? SF_CONSENT_GIVEN : SF_CONSENT_NEVER_GIVEN;
    home->serial = sf_still_serial(world, group_index, number);
    home->scene = (uint32_t)(sf_rng_derive(world->seed, "scene", number) % SF_SCENES_COUNT);
    snprintf(home->camera_name, sizeof home->camera_name, "%.20s %u",
             sf_scene_name((enum sf_scene)home->scene), number + 1);
    sf_link_init(world, 2 * index, home->network, sf_rng_derive(world->seed, "up", number));
    sf_link_init(world, 2 * index + 1, home->network, sf_rng_derive(world->seed, "down", number));
    sf_camera_init(&home->camera, &world->cameras[group_index],
                   draw_time_zone(group, world->seed, number));
    sf_rng_init(&home->camera_rng, world->seed, "camera", number);
    for (uint32_t i = 0; i < VIEWERS_PER_HOME; i++) {
        struct viewer_state *state = &home->viewers[i];
        const struct sf_viewer_config *config = &world->viewers[group_index][i];
        struct sf_rng leave_rng;
        sf_rng_init(&leave_rng, world->seed, "leave", (uint64_t)number * VIEWERS_PER_HOME + i);
        sf_viewer_init(&state->viewer, config, &leave_rng);
        sf_rng_init(&state->rng, world->seed, streams[i], number);
        state->present = config->present != 0;
        sf_session_start(world, index, i);
    }
    sf_book_describe(world->book, (struct sf_camera_id){index},
                     &(struct sf_book_camera){
                         .tenant = {index},
                         .scene = (enum sf_scene)home->scene,
                         .name = home->camera_name,
                         .utc_offset_s = home->camera.utc_offset_s,
                         .sends_deltas = home->camera.config->delta_every > 1,
                     });
    world->door.camera_tenant[index] = index;
    world->door.linked[index] = group->linked;
}

static unsigned party_flags(const struct sf_viewer_config *config)
{
    return (config->account == 0 ? SF_FLAG_NO_ACCOUNT : 0u) |
           (config->direct != 0 ? SF_FLAG_DIRECT : 0u);
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
        uint32_t link = 2 * fate->home + (fate->direction == SF_DIRECTION_UP ? 0 : 1);
        sf_netem_fix_fates(sf_link_netem(world, link), fixed, end - first);
        first = end;
    }
}

/* The trace begins by saying who is who. */
static void introduce_home(struct world *world, uint32_t index)
{
    const struct home *home = &world->homes[index];
    world_trace(world,
                SF_RECORD(camera, .camera = sf_camera_id(index), .tenant = sf_tenant_id(index),
                          .utc_offset_s = home->camera.utc_offset_s));
    world_trace(
        world, SF_RECORD(link, .linked = world->door.linked[index], .tenant = sf_tenant_id(index)));
    for (uint32_t i = 0; i < VIEWERS_PER_HOME; i++) {
        const struct viewer_state *state = &home->viewers[i];
        if (state->present) {
            bool poor = home->network != world->healthy_network;
            bool stranger = state->viewer.config->asks_neighbour != 0;
            world_trace(
                world,
                SF_RECORD(
                    viewer,
                    .flags = (uint16_t)(path_flag(i) | (poor ? SF_FLAG_POOR_NETWORK : 0) |
                                        party_flags(state->viewer.config)),
                    .viewer = sf_viewer_id(viewer_number(index, i)), .tenant = sf_tenant_id(index),
                    .camera = sf_camera_id(stranger ? (index + 1) % world->homes_count : index)));
        }
    }
    sf_link_start(world, 2 * index, home->network);
    sf_link_start(world, 2 * index + 1, home->network);
}

uint32_t sf_home_of_number(const struct world *world, uint32_t number)
{
    const struct sf_plan *plan = world->plan;
    uint32_t index = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint32_t first = sf_plan_group_number(plan, i);
        if (number >= first && number - first < plan->groups[i].homes_count) {
            return index + number - first;
        }
        index += plan->groups[i].homes_count;
    }
    return UINT32_MAX;
}

void sf_world_build(struct world *world, const struct sf_plan *plan,
                    const struct sf_cache_module *modules, uint64_t seed)
{
    sf_text_free(&world->log);
    sf_arena_reset(&world->arena);
    world->plan = plan;
    world->modules = modules;
    world->seed = seed;
    world->ended = false;
    world->events_count = 0;
    world->identity_off = false;
    world->store_off = false;
    memset(world->state, 0, sizeof world->state);
    read_sections(world, plan);
    world->still_bytes_max =
        (uint32_t)sf_still_bytes_max(world->still_width_px, world->still_height_px);
    world->still_scratch = sf_arena_take(&world->arena, world->still_bytes_max, 1);
    /* Most stills take a fifth of what the largest could; a longer one gets a payload of its own.
     */
    world->payload_capacity = world->still_bytes_max / 3;
    sf_queue_reset(&world->queue, sf_rng_derive(seed, "ties", 0));
    sf_rng_init(&world->store_rng, seed, "store", 0);
    sf_rng_init(&world->store_slow_rng, seed, "store-slow", 0);
    sf_rng_init(&world->identity_rng, seed, "identity", 0);
    sf_rng_init(&world->identity_slow_rng, seed, "identity-slow", 0);
    world->healthy_network = healthy_network(plan);
    world->homes_count = sf_plan_homes_count(plan);
    world->homes = sf_arena_take(&world->arena, world->homes_count, sizeof *world->homes);
    sf_authorisation_init(&world->door, &world->cloud, &world->sessions, &world->arena,
                          world->homes_count, world->homes_count);
    sf_balancer_init(&world->balancer, &world->cloud, seed, &world->arena,
                     world->homes_count * VIEWERS_PER_HOME);
    sf_sessions_init(&world->sessions, &world->arena, world->homes_count * VIEWERS_PER_HOME);

    sf_book_reset(world->book,
                  &(struct sf_book_stills){
                      .width_px = world->still_width_px,
                      .height_px = world->still_height_px,
                      .quality = world->still_quality,
                      .start_unix_s = plan->start_unix_s,
                  },
                  world->homes_count);
    sf_slotted_build(world);
    uint32_t index = 0;
    for (uint32_t group = 0; group < plan->groups_count; group++) {
        uint32_t number = sf_plan_group_number(plan, group);
        for (uint32_t i = 0; i < plan->groups[group].homes_count; i++) {
            build_home(world, index++, group, number + i);
        }
    }
    fix_fates(world);
    for (uint32_t i = 0; i < world->homes_count; i++) {
        introduce_home(world, i);
    }
    sf_errands_introduce(world);
    if (world->cloud.fresh_within_ns > 0) {
        world_trace(world, SF_RECORD(fresh, .within_ns = world->cloud.fresh_within_ns));
    }
    sf_arena_seal(&world->arena);

    sf_cloud_start(world);
    sf_cache_host_deploy(&world->host, &modules[0]);
    for (uint32_t i = 0; i < world->homes_count; i++) {
        sf_home_start(world, i, false);
    }
    sf_timeline_start(world);
    sf_queue_push(&world->queue, (struct sf_event){.due_ns = plan->duration_ns, .kind = EVENT_END},
                  UINT32_MAX);
}
