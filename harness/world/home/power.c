/* What the time line does to the devices in homes: power lost and back, a person who starts
 * watching, a camera's clock and its firmware. */
#include "harness/world/home/private.h"
#include "harness/world/network/network.h"

/* The device forgets; the cloud does not know, and finds out by its own time-outs. */
static void viewer_power_off(struct world *world, struct sf_viewer_id viewer)
{
    struct viewer_state *state = viewer_at(world, viewer);
    if (state->viewer.time_out_at_ns != SF_NS_NEVER) {
        uint64_t request = request_number(viewer, state->viewer.requests_count);
        world_trace(world, SF_RECORD(gave_up, .viewer = viewer, .request = request));
    }
    sf_viewer_stop(&state->viewer);
    sf_holding_fini(state);
    state->tick_at_ns = SF_NS_NEVER;
    state->answer = 0;
}

static void power_off(struct world *world, struct sf_home_id id)
{
    struct home *home = home_at(world, id);
    home->powered = false;
    home->camera_tick_at_ns = SF_NS_NEVER;
    for (uint32_t i = 0; i < SF_ERRANDS_COUNT; i++) {
        home->errand_at_ns[i] = SF_NS_NEVER;
    }
    world_trace(world, SF_RECORD(power, .home = id, .back = false));
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        viewer_power_off(world, sf_viewer_of_home(id, (enum sf_viewer_kind)i));
    }
}

/* Messages of homes without power: the end that is in the home is gone. One pass for all homes. */
static void abandon_messages(struct world *world)
{
    sf_handle handle = sf_slots_next(&world->network.messages, 0);
    while (handle != 0) {
        struct message *message = sf_message_get(world, handle);
        handle = sf_slots_next(&world->network.messages, handle);
        if (home_at(world, message->home)->powered) {
            continue;
        }
        if (message->up) {
            sf_message_stop_sending(world, message);
        } else {
            message->orphaned = true;
            sf_message_stop_receiving(world, message);
        }
    }
}

static void power_on(struct world *world, struct sf_home_id id)
{
    home_at(world, id)->powered = true;
    world_trace(world, SF_RECORD(power, .home = id, .back = true));
    sf_home_start(world, id, true);
}

void sf_power_switch(struct world *world, uint32_t group, bool on)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        const struct home *home = &world->homes.all[i];
        if (!group_has(group, home) || home->powered == on) {
            continue;
        }
        if (on) {
            power_on(world, sf_home_id(i));
        } else {
            power_off(world, sf_home_id(i));
        }
    }
    if (!on) {
        abandon_messages(world);
    }
}

void sf_power_wake(struct world *world, uint32_t group)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        const struct home *home = &world->homes.all[i];
        if (!group_has(group, home) || !home->powered) {
            continue;
        }
        for (uint32_t kind = 0; kind < SF_VIEWERS_PER_HOME; kind++) {
            const struct sf_viewer_id viewer =
                sf_viewer_of_home(sf_home_id(i), (enum sf_viewer_kind)kind);
            bool job = sf_viewer_behaviour((enum sf_viewer_kind)kind)->job_config != NULL;
            if (!job && home->viewers[kind].present) {
                world_trace(world, SF_RECORD(wake, .viewer = viewer));
                sf_viewer_wake(world, viewer);
            }
        }
    }
}

void sf_camera_clock_step(struct world *world, uint32_t group, sf_ns step_ns)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        struct home *home = &world->homes.all[i];
        if (group_has(group, home)) {
            home->clock_ahead_ns += step_ns;
            world_trace(world,
                        SF_RECORD(camera_clock, .camera = sf_camera_id(i), .step_ns = step_ns));
        }
    }
}

void sf_camera_firmware(struct world *world, uint32_t group, uint32_t version)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        struct home *home = &world->homes.all[i];
        if (group_has(group, home)) {
            home->firmware = version;
            world_trace(world, SF_RECORD(firmware, .camera = sf_camera_id(i), .version = version));
        }
    }
}
