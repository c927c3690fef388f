/* What cameras send besides stills that viewers see, and the account of what leaves homes: every
 * byte that a camera sends to a destination, with how much of it is pictures. That is measured from
 * the bytes themselves, as what viewers get is, and not taken from what the camera calls it. */
#include <string.h>

#include "harness/world/world.h"
#include "sim_camera/destinations.h"

static const enum sf_destination destination_of[SF_ERRANDS_COUNT] = {
    [SF_ERRAND_SETTINGS] = SF_DESTINATION_SETTINGS,
    [SF_ERRAND_BACKUP] = SF_DESTINATION_BACKUP,
    [SF_ERRAND_ANALYTICS] = SF_DESTINATION_ANALYTICS,
};

/* ---- the scenario ---- */

static bool any_camera_runs(const struct world *world, enum sf_errand errand)
{
    for (uint32_t i = 0; i < world->plan->groups_count; i++) {
        if (sf_errand_every(&world->cameras[i], errand) > 0) {
            return true;
        }
    }
    return false;
}

static bool is_concerned(const struct world *world)
{
    bool concerned = false;
    for (uint32_t i = 0; i < SF_ERRANDS_COUNT; i++) {
        concerned |= any_camera_runs(world, (enum sf_errand)i);
    }
    for (uint32_t i = 0; i < world->plan->timeline_count; i++) {
        concerned |= world->plan->timeline[i].action == SF_ACTION_BACKUP;
    }
    return concerned;
}

static void trace_consent(struct world *world, uint32_t home)
{
    world_trace(world,
                SF_RECORD(consent, .given = world->homes[home].consent == SF_CONSENT_GIVEN,
                          .tenant = sf_tenant_id(home), .grace_ns = world->cloud.consent_grace_ns));
}

static void trace_destination(struct world *world, enum sf_destination destination, bool allowed,
                              bool for_settings)
{
    world_trace(world,
                SF_RECORD(destination,
                          .flags = (uint16_t)((allowed ? SF_DESTINATION_ALLOWED : 0) |
                                              (for_settings ? SF_DESTINATION_FOR_SETTINGS : 0)),
                          .destination = destination));
}

void sf_errands_introduce(struct world *world)
{
    world->exposure_watched = is_concerned(world);
    if (!world->exposure_watched) {
        return;
    }
    struct sf_destinations_config list;
    memcpy(&list, world->plan->destinations.values, sizeof list);
    trace_destination(world, SF_DESTINATION_CLOUD, list.cloud != 0, false);
    trace_destination(world, SF_DESTINATION_BACKUP, list.backup != 0, false);
    trace_destination(world, SF_DESTINATION_SETTINGS, list.settings != 0,
                      any_camera_runs(world, SF_ERRAND_SETTINGS));
    trace_destination(world, SF_DESTINATION_ANALYTICS, list.analytics != 0, false);
    for (uint32_t i = 0; i < world->homes_count; i++) {
        trace_consent(world, i);
    }
}

/* ---- errands ---- */

static void schedule(struct world *world, uint32_t home, enum sf_errand errand, sf_ns at_ns)
{
    world->homes[home].errand_at_ns[errand] = at_ns;
    sf_world_push(world, EVENT_ERRAND_TICK, home, (uint16_t)errand, 0, at_ns);
}

void sf_errands_start(struct world *world, uint32_t home)
{
    for (uint32_t i = 0; i < SF_ERRANDS_COUNT; i++) {
        enum sf_errand errand = (enum sf_errand)i;
        sf_ns every_ns = sf_errand_every(world->homes[home].camera.config, errand);
        if (every_ns > 0) {
            uint64_t drawn = sf_rng_derive(
                world->seed, "errand", (uint64_t)home_number(world, home) * SF_ERRANDS_COUNT + i);
            schedule(world, home, errand, world_now(world) + (sf_ns)(drawn % (uint64_t)every_ns));
        }
    }
}

static void send_errand(struct world *world, uint32_t home, enum sf_errand errand,
                        struct sf_errand_load load)
{
    uint32_t still_bytes = load.still ? sf_camera_capture(world, home) : 0;
    uint32_t bytes = load.text_bytes + still_bytes;
    struct message *message = sf_message_create(world, MESSAGE_ERRAND, home, true, bytes, true);
    memset(message->payload->bytes, '.', load.text_bytes);
    memcpy(message->payload->bytes + load.text_bytes, world->still_scratch, still_bytes);
    message->destination = (uint8_t)destination_of[errand];
    message->image_bytes = sf_book_image_bytes(world->book, message->payload->bytes, bytes);
    message->give_up_at_ns = world_now(world) + world->homes[home].camera.config->send_time_out_ns;
    sf_message_send(world, message);
}

void sf_errand_tick(struct world *world, uint32_t index, enum sf_errand errand)
{
    const struct home *home = &world->homes[index];
    if (home->errand_at_ns[errand] != world_now(world)) {
        return; /* power was lost since */
    }
    const struct sf_camera_config *config = home->camera.config;
    struct sf_errand_load load = sf_errand_run(config, errand, home->consent);
    if (load.text_bytes > 0) {
        send_errand(world, index, errand, load);
    }
    schedule(world, index, errand, world_now(world) + sf_errand_every(config, errand));
}

void sf_errand_bytes_left(struct world *world, const struct message *message, uint32_t bytes)
{
    if (message->destination == SF_DESTINATION_NONE || bytes == 0) {
        return;
    }
    world_trace(
        world, SF_RECORD(left_home, .camera = sf_camera_id(message->home),
                         .destination = message->destination,
                         .image_bytes = message->image_bytes < bytes ? message->image_bytes : bytes,
                         .bytes = bytes));
}

/* ---- consent ---- */

bool sf_home_is_served(const struct world *world, uint32_t index)
{
    const struct viewer_state *app = &world->homes[index].viewers[VIEWER_APP];
    const struct sf_viewer_config *config = app->viewer.config;
    bool own_app = app->present && config->account != 0 && config->asks_neighbour == 0;
    return world->door.linked[index] || own_app;
}

static bool backup_goes_on(const struct home *home)
{
    return sf_errand_run(home->camera.config, SF_ERRAND_BACKUP, home->consent).text_bytes > 0;
}

/* What a camera has begun to send, and has no leave for any more, stops where it is. */
void sf_errands_stop_without_leave(struct world *world)
{
    sf_handle handle = sf_slots_next(&world->messages, 0);
    while (handle != 0) {
        struct message *message = sf_message_get(world, handle);
        handle = sf_slots_next(&world->messages, handle);
        bool backup = message->kind == MESSAGE_ERRAND &&
                      message->destination == SF_DESTINATION_BACKUP &&
                      !backup_goes_on(&world->homes[message->home]);
        bool upload = message->kind == MESSAGE_UPLOAD && !sf_home_is_served(world, message->home);
        if (backup || upload) {
            sf_message_stop_sending(world, message);
        }
    }
}

void sf_errands_consent(struct world *world, uint32_t group, bool given)
{
    for (uint32_t i = 0; i < world->homes_count; i++) {
        struct home *home = &world->homes[i];
        if (group != SF_GROUP_ALL && home->group != group) {
            continue;
        }
        home->consent = given ? SF_CONSENT_GIVEN : SF_CONSENT_WITHDRAWN;
        trace_consent(world, i);
    }
    sf_errands_stop_without_leave(world);
}
