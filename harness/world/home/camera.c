/* The camera of a home: carries out what its step function decided. */
#include <string.h>

#include "harness/frame/vary.h"
#include "harness/world/home/private.h"
#include "harness/world/network/network.h"

/* By the camera's own clock. */
static int64_t camera_unix_s(const struct world *world, struct sf_home_id home)
{
    sf_ns since_start_ns = world_now(world) + home_at(world, home)->clock_ahead_ns;
    sf_ns below_ns = since_start_ns < 0 ? SF_SECOND - 1 : 0; /* rounds down on either side of 0 */
    return world->plan->start_unix_s + (since_start_ns - below_ns) / SF_SECOND;
}

/* Changes the still as the run varies those of its owner. Returns how many bytes it has then: as
 * many packets as before. */
static size_t vary(struct world *world, const struct sf_mark *mark, size_t count)
{
    enum { LONGER_BYTES = 37 };
    uint8_t *still = world->homes.still_scratch;
    uint64_t key = sf_rng_derive(world->variation.key, "vary",
                                 (uint64_t)mark->camera.index << 32 | mark->capture);
    size_t room =
        (SF_PACKET_PAYLOAD_BYTES - count % SF_PACKET_PAYLOAD_BYTES) % SF_PACKET_PAYLOAD_BYTES;
    size_t longer = room < LONGER_BYTES ? room : LONGER_BYTES;
    switch (world->variation.kind) {
    case SF_VARY_NOTHING:
        return count;
    case SF_VARY_CONTENT:
        sf_still_vary(still, count, key);
        return count;
    case SF_VARY_LENGTH:
        return longer < SF_STILL_COMMENT_BYTES_MIN
                   ? count
                   : sf_still_lengthen(still, count, world->config.still.bytes_max,
                                       (uint32_t)longer, key);
    }
    SF_UNREACHABLE();
}

/* Takes the picture, into still_scratch; returns its bytes. The bytes that are sent of it, if any
 * are, are in *sent_out. */
static uint32_t take_still(struct world *world, struct sf_home_id home,
                           const struct sf_camera_effects *effects, struct still_sent *sent_out)
{
    const struct sf_camera_id camera = sf_camera_of_home(home);
    struct sf_still_spec spec;
    sf_book_spec(world->book, camera, effects->capture, effects->local_unix_s, effects->night,
                 &spec);
    uint32_t bytes_max = world->config.still.bytes_max;
    size_t count = sf_still_make(&spec, world->homes.still_scratch, bytes_max);
    SF_ASSERT(count > 0);
    SF_ASSERT(count <= bytes_max);
    size_t ordinary = count;
    if (sf_tenant_same(spec.mark.tenant, world->varied)) {
        count = vary(world, &spec.mark, count);
    }
    sf_still_prepare(world, home, effects, (uint32_t)count, camera_unix_s(world, home) * 1000,
                     sent_out);
    sent_out->unpaid_bytes = effects->delta ? 0 : (uint32_t)(count - ordinary);
    uint32_t added = sf_book_add(world->book, camera,
                                 &(struct sf_book_capture){
                                     .local_unix_s = effects->local_unix_s,
                                     .hash = sent_out->hash,
                                     .night = effects->night,
                                 });
    SF_ASSERT(added == effects->capture);
    world_trace(world,
                SF_RECORD(capture, .camera = camera, .capture = effects->capture,
                          .bytes = sent_out->said.total_bytes, .local_s = effects->local_unix_s,
                          .hash = sent_out->hash, .flags = effects->night ? SF_FLAG_NIGHT : 0));
    return (uint32_t)count;
}

/* Takes a picture and puts it on its way; `fetch` 0: an upload. */
static void send_still(struct world *world, struct sf_home_id home,
                       const struct sf_camera_effects *effects, sf_handle fetch)
{
    struct still_sent sent;
    take_still(world, home, effects, &sent);
    uint32_t count = sent.said.total_bytes;
    enum message_kind kind = fetch != 0 ? MESSAGE_FETCHED : MESSAGE_UPLOAD;
    struct message *message = sf_message_create(world, kind, home, count);
    struct sf_content *content = sf_content_copy(world->contents, sent.bytes, count);
    if (sent.bytes == sent.whole) {
        sf_content_set_hash(content, sent.hash);
    }
    sf_message_carry(message, content, content->bytes);
    message->capture = effects->capture;
    message->unpaid_bytes = sent.unpaid_bytes;
    message->give_up_at_ns =
        world_now(world) + home_at(world, home)->camera.config->send_time_out_ns;
    if (fetch != 0) {
        message->fetched = (struct fetched_message){.fetch = fetch, .still = sent.said};
    } else {
        message->upload = (struct upload_message){
            .still = sent.said, .owner = owner_of(world, sf_camera_of_home(home))};
        if (world->homes.exposure_watched) {
            message->exposure = (struct exposure){SF_DESTINATION_CLOUD, count};
        }
    }
    sf_message_send(world, message);
}

static void camera_step(struct world *world, struct sf_home_id id, enum sf_camera_input_kind kind,
                        sf_handle fetch)
{
    struct home *home = home_at(world, id);
    const struct sf_camera_input input = {
        .kind = kind,
        .now_ns = world_now(world),
        .unix_s = camera_unix_s(world, id),
        .unwanted = !sf_home_is_served(world, id),
    };
    struct sf_camera_effects effects;
    sf_camera_step(&home->camera, &input, &home->camera_rng, &effects);
    if (effects.send_still) {
        send_still(world, id, &effects, fetch);
    }
    if (effects.tick_at_ns != SF_NS_NEVER) {
        home->camera_tick_at_ns = effects.tick_at_ns;
        sf_world_push(world, EVENT_CAMERA_TICK, id.index, 0, 0, effects.tick_at_ns);
    }
}

void sf_camera_start(struct world *world, struct sf_home_id home, bool again)
{
    camera_step(world, home, again ? SF_CAMERA_RESTART : SF_CAMERA_START, 0);
}

void sf_camera_reset(struct world *world, struct sf_home_id id)
{
    struct home *home = home_at(world, id);
    home->validator = 0;
    if (home->powered) {
        camera_step(world, id, SF_CAMERA_RESTART, 0);
    }
}

void sf_camera_tick(struct world *world, struct sf_home_id home)
{
    if (home_at(world, home)->camera_tick_at_ns == world_now(world)) {
        camera_step(world, home, SF_CAMERA_TICK, 0);
    }
}

void sf_camera_command(struct world *world, struct sf_home_id home, sf_handle fetch)
{
    SF_ASSERT(fetch != 0);
    camera_step(world, home, SF_CAMERA_COMMAND, fetch);
}

void sf_camera_command_arrived(struct world *world, struct message *command)
{
    SF_ASSERT(command->kind == MESSAGE_COMMAND);
    if (command->command.direct) {
        sf_direct_command(world, command);
    } else if (!sf_still_unchanged(world, command)) {
        sf_camera_command(world, command->home, command->command.fetch);
    }
}

uint32_t sf_camera_capture(struct world *world, struct sf_home_id id)
{
    struct home *home = home_at(world, id);
    const struct sf_camera_input input = {
        .kind = SF_CAMERA_COMMAND, .now_ns = world_now(world), .unix_s = camera_unix_s(world, id)};
    struct sf_camera_effects effects;
    sf_camera_step(&home->camera, &input, &home->camera_rng, &effects);
    struct still_sent sent;
    uint32_t count = take_still(world, id, &effects, &sent);
    return count - sent.unpaid_bytes; /* no viewer gets it: only its way must take as long */
}
