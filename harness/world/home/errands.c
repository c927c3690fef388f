/* What cameras send besides stills that viewers see, and the account of what leaves homes: every
 * byte that a camera sends to a destination, with how much of it is pictures. That is measured from
 * the bytes themselves and not taken from what the camera calls them. */
#include <string.h>

#include "harness/world/home/private.h"
#include "harness/world/network/network.h"
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
        if (sf_errand_every(&world->config.cameras[i], errand) > 0) {
            return true;
        }
    }
    return false;
}

static bool states_exposure(const struct world *world)
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

static void trace_consent(struct world *world, struct sf_home_id home)
{
    if (!sf_home_same(sf_home_of_tenant(account_of(world, home)), home)) {
        return; /* the account has one consent */
    }
    bool given = home_at(world, home)->consent == SF_CONSENT_GIVEN;
    world_trace(world, SF_RECORD(consent, .given = given, .tenant = account_of(world, home),
                                 .grace_ns = world->config.cloud.consent_grace_ns));
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
    world->homes.exposure_watched = states_exposure(world);
    if (!world->homes.exposure_watched) {
        return;
    }
    struct sf_destinations_config list;
    memcpy(&list, world->plan->destinations.values, sizeof list);
    trace_destination(world, SF_DESTINATION_CLOUD, list.cloud != 0, false);
    trace_destination(world, SF_DESTINATION_BACKUP, list.backup != 0, false);
    trace_destination(world, SF_DESTINATION_SETTINGS, list.settings != 0,
                      any_camera_runs(world, SF_ERRAND_SETTINGS));
    trace_destination(world, SF_DESTINATION_ANALYTICS, list.analytics != 0, false);
    for (uint32_t i = 0; i < world->homes.count; i++) {
        trace_consent(world, sf_home_id(i));
    }
}

/* ---- errands ---- */

/* Of the owner of the home's camera. */
static enum sf_consent owners_consent(const struct world *world, struct sf_home_id home)
{
    const struct sf_tenant_id owner = owner_of(world, sf_camera_of_home(home));
    return home_at(world, sf_home_of_tenant(owner))->consent;
}

static void schedule(struct world *world, struct sf_home_id home, enum sf_errand errand,
                     sf_ns at_ns)
{
    home_at(world, home)->errand_at_ns[errand] = at_ns;
    sf_world_push(world, EVENT_ERRAND_TICK, home.index, (uint16_t)errand, 0, at_ns);
}

void sf_errands_start(struct world *world, struct sf_home_id home)
{
    for (uint32_t i = 0; i < SF_ERRANDS_COUNT; i++) {
        enum sf_errand errand = (enum sf_errand)i;
        sf_ns every_ns = sf_errand_every(home_at(world, home)->camera.config, errand);
        if (every_ns > 0) {
            uint64_t drawn = sf_rng_derive(
                world->seed, "errand", (uint64_t)home_number(world, home) * SF_ERRANDS_COUNT + i);
            schedule(world, home, errand, world_now(world) + (sf_ns)(drawn % (uint64_t)every_ns));
        }
    }
}

static void send_errand(struct world *world, struct sf_home_id home, enum sf_errand errand,
                        struct sf_errand_load load)
{
    uint32_t still_bytes = load.still ? sf_camera_capture(world, home) : 0;
    uint32_t bytes = load.text_bytes + still_bytes;
    struct message *message = sf_message_create(world, MESSAGE_ERRAND, home, bytes);
    uint8_t *room;
    struct sf_content *content = sf_content_take(world->contents, bytes, &room);
    memset(room, '.', load.text_bytes);
    memcpy(room + load.text_bytes, world->homes.still_scratch, still_bytes);
    sf_message_carry(message, content, content->bytes);
    message->exposure = (struct exposure){
        .destination = destination_of[errand],
        .image_bytes = sf_book_image_bytes(world->book, message->bytes, bytes),
    };
    message->give_up_at_ns =
        world_now(world) + home_at(world, home)->camera.config->send_time_out_ns;
    sf_message_send(world, message);
}

void sf_errand_tick(struct world *world, struct sf_home_id id, enum sf_errand errand)
{
    SF_ASSERT(errand < SF_ERRANDS_COUNT);
    const struct home *home = home_at(world, id);
    if (home->errand_at_ns[errand] != world_now(world)) {
        return; /* power was lost since */
    }
    const struct sf_camera_config *config = home->camera.config;
    struct sf_errand_load load = sf_errand_run(config, errand, owners_consent(world, id));
    if (load.text_bytes > 0) {
        send_errand(world, id, errand, load);
    }
    schedule(world, id, errand, world_now(world) + sf_errand_every(config, errand));
}

void sf_camera_bytes_left(struct world *world, const struct message *message, uint32_t bytes)
{
    const struct exposure *exposure = &message->exposure;
    if (exposure->destination != SF_DESTINATION_NONE) {
        uint32_t image_bytes = exposure->image_bytes < bytes ? exposure->image_bytes : bytes;
        world_trace(world, SF_RECORD(left_home, .camera = sf_camera_of_home(message->home),
                                     .destination = exposure->destination,
                                     .image_bytes = image_bytes, .bytes = bytes));
    }
}

/* ---- consent ---- */

bool sf_home_is_served(const struct world *world, struct sf_home_id home)
{
    const struct sf_tenant_id owner = owner_of(world, sf_camera_of_home(home));
    const struct viewer_state *app =
        viewer_at(world, sf_viewer_of_home(sf_home_of_tenant(owner), SF_VIEWER_IS_APP));
    const struct sf_viewer_config *config = app->viewer.config;
    bool own_app = app->present && config->account != 0 && config->asks_neighbour == 0;
    return world->accounts.authorisation.linked[owner.index] || own_app;
}

static bool may_go_on(const struct world *world, const struct message *message)
{
    const struct home *home = home_at(world, message->home);
    if (message->kind == MESSAGE_UPLOAD) {
        return sf_home_is_served(world, message->home);
    }
    bool backup =
        message->kind == MESSAGE_ERRAND && message->exposure.destination == SF_DESTINATION_BACKUP;
    return !backup || sf_errand_run(home->camera.config, SF_ERRAND_BACKUP,
                                    owners_consent(world, message->home))
                              .text_bytes > 0;
}

void sf_errands_stop_without_leave(struct world *world)
{
    sf_handle handle = sf_slots_next(&world->network.messages, 0);
    while (handle != 0) {
        struct message *message = sf_message_get(world, handle);
        handle = sf_slots_next(&world->network.messages, handle);
        if (!may_go_on(world, message)) {
            sf_message_stop_sending(world, message);
        }
    }
}

void sf_errands_consent(struct world *world, uint32_t group, bool given)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        struct home *home = &world->homes.all[i];
        if (group_has(group, home)) {
            home->consent = given ? SF_CONSENT_GIVEN : SF_CONSENT_WITHDRAWN;
            trace_consent(world, sf_home_id(i));
        }
    }
    sf_errands_stop_without_leave(world);
}
