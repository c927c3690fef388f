/* What the time line does to the devices in homes: power lost and back, somebody who starts
 * watching, a camera's clock and its firmware. */
#include "harness/world/world.h"

static bool concerned(const struct home *home, uint32_t group)
{
    return group == SF_GROUP_ALL || home->group == group;
}

/* The device forgets; the cloud does not know, and finds out by its own time-outs. */
static void viewer_power_off(struct world *world, uint32_t home, uint32_t viewer)
{
    struct viewer_state *state = &world->homes[home].viewers[viewer];
    if (state->viewer.time_out_at_ns != SF_NS_NEVER) {
        world_trace(world, SF_RECORD(gave_up, .viewer = sf_viewer_id(viewer_number(home, viewer)),
                                     .request = request_number(home, viewer,
                                                               state->viewer.requests_count)));
    }
    sf_viewer_stop(&state->viewer);
    sf_holding_fini(state);
    state->tick_at_ns = SF_NS_NEVER;
    state->answer = 0;
}

static void power_off(struct world *world, uint32_t index)
{
    struct home *home = &world->homes[index];
    home->powered = false;
    home->camera_tick_at_ns = SF_NS_NEVER;
    for (uint32_t i = 0; i < SF_ERRANDS_COUNT; i++) {
        home->errand_at_ns[i] = SF_NS_NEVER;
    }
    world_trace(world, SF_RECORD(power, .home = sf_home_id(index)));
    for (uint32_t viewer = 0; viewer < VIEWERS_PER_HOME; viewer++) {
        viewer_power_off(world, index, viewer);
    }
}

/* Messages of homes without power: the end that is in the home is gone. One pass for all homes. */
static void abandon_messages(struct world *world)
{
    sf_handle handle = sf_slots_next(&world->messages, 0);
    while (handle != 0) {
        struct message *message = sf_message_get(world, handle);
        handle = sf_slots_next(&world->messages, handle);
        if (world->homes[message->home].powered) {
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

static void power_on(struct world *world, uint32_t index)
{
    world->homes[index].powered = true;
    world_trace(world, SF_RECORD(power, .back = true, .home = sf_home_id(index)));
    sf_home_start(world, index, true);
}

void sf_power_switch(struct world *world, uint32_t group, bool on)
{
    for (uint32_t i = 0; i < world->homes_count; i++) {
        const struct home *home = &world->homes[i];
        if (!concerned(home, group) || home->powered == on) {
            continue;
        }
        if (on) {
            power_on(world, i);
        } else {
            power_off(world, i);
        }
    }
    if (!on) {
        abandon_messages(world);
    }
}

void sf_power_wake(struct world *world, uint32_t group)
{
    for (uint32_t i = 0; i < world->homes_count; i++) {
        const struct home *home = &world->homes[i];
        for (uint32_t viewer = 0; viewer < VIEWERS_PER_HOME; viewer++) {
            bool watches = viewer != VIEWER_EXPORT && home->viewers[viewer].present;
            if (concerned(home, group) && home->powered && watches) {
                world_trace(world,
                            SF_RECORD(wake, .viewer = sf_viewer_id(viewer_number(i, viewer))));
                sf_viewer_wake(world, i, viewer);
            }
        }
    }
}

void sf_camera_clock_step(struct world *world, uint32_t group, sf_ns step_ns)
{
    for (uint32_t i = 0; i < world->homes_count; i++) {
        struct home *home = &world->homes[i];
        if (concerned(home, group)) {
            home->clock_ahead_ns += step_ns;
            world_trace(world,
                        SF_RECORD(camera_clock, .camera = sf_camera_id(i), .step_ns = step_ns));
        }
    }
}

void sf_camera_firmware(struct world *world, uint32_t group, uint32_t version)
{
    for (uint32_t i = 0; i < world->homes_count; i++) {
        struct home *home = &world->homes[i];
        if (concerned(home, group)) {
            home->firmware = version;
            world_trace(world, SF_RECORD(firmware, .camera = sf_camera_id(i), .version = version));
        }
    }
}
