/* The homes: carries out what the camera and the viewers decided. */
#include <string.h>

#include "harness/base/assert.h"
#include "harness/world/world.h"

/* By the camera's own clock. */
static int64_t camera_unix_s(const struct world *world, uint32_t home)
{
    sf_ns since_start_ns = world_now(world) + world->homes[home].clock_ahead_ns;
    sf_ns below_ns = since_start_ns < 0 ? SF_SECOND - 1 : 0; /* rounds down on either side of 0 */
    return world->plan->start_unix_s + (since_start_ns - below_ns) / SF_SECOND;
}

/* ---- the camera ---- */

/* Takes the picture, into world->still_scratch; returns its bytes. What is sent of it, if it is
 * sent, is in *sent_out. */
static uint32_t take_still(struct world *world, uint32_t index,
                           const struct sf_camera_effects *effects, struct still_sent *sent_out)
{
    struct sf_still_spec spec;
    sf_book_spec(world->book, (struct sf_camera_id){index}, effects->capture, effects->local_unix_s,
                 effects->night, &spec);
    size_t count = sf_still_make(&spec, world->still_scratch, world->still_bytes_max);
    SF_ASSERT(count > 0);
    SF_ASSERT(count <= world->still_bytes_max);
    sf_still_prepare(world, index, effects, (uint32_t)count, camera_unix_s(world, index) * 1000,
                     sent_out);
    uint32_t added = sf_book_add(world->book, (struct sf_camera_id){index},
                                 &(struct sf_book_capture){
                                     .local_unix_s = effects->local_unix_s,
                                     .hash = sent_out->hash,
                                     .night = effects->night,
                                 });
    SF_ASSERT(added == effects->capture);
    world_trace(world, SF_RECORD(capture, .flags = effects->night ? SF_FLAG_NIGHT : 0,
                                 .camera = sf_camera_id(index), .capture = effects->capture,
                                 .bytes = sent_out->said.total_bytes,
                                 .local_s = effects->local_unix_s, .hash = sent_out->hash));
    return (uint32_t)count;
}

/* Takes a picture and puts it on its way; `fetch` 0: the camera sends it by itself. */
static void send_still(struct world *world, uint32_t index, const struct sf_camera_effects *effects,
                       sf_handle fetch)
{
    struct still_sent sent;
    take_still(world, index, effects, &sent);
    uint32_t count = sent.said.total_bytes;
    struct message *message = sf_message_create(
        world, fetch != 0 ? MESSAGE_FETCHED : MESSAGE_UPLOAD, index, true, count, true);
    memcpy(message->payload->bytes, sent.bytes, count);
    message->subject = fetch;
    message->capture = effects->capture;
    message->still = sent.said;
    if (fetch == 0 && world->exposure_watched) {
        message->destination = SF_DESTINATION_CLOUD;
        message->image_bytes = count;
    }
    message->give_up_at_ns = world_now(world) + world->homes[index].camera.config->send_time_out_ns;
    sf_message_send(world, message);
}

static void camera_step(struct world *world, uint32_t index, enum sf_camera_input_kind kind,
                        sf_handle fetch)
{
    struct home *home = &world->homes[index];
    const struct sf_camera_input input = {
        .kind = kind,
        .now_ns = world_now(world),
        .unix_s = camera_unix_s(world, index),
        .unwanted = !sf_home_is_served(world, index),
    };
    struct sf_camera_effects effects;
    sf_camera_step(&home->camera, &input, &home->camera_rng, &effects);
    if (effects.send_still) {
        send_still(world, index, &effects, fetch);
    }
    if (effects.tick_at_ns != SF_NS_NEVER) {
        home->camera_tick_at_ns = effects.tick_at_ns;
        sf_world_push(world, EVENT_CAMERA_TICK, index, 0, 0, effects.tick_at_ns);
    }
}

void sf_camera_tick(struct world *world, uint32_t home)
{
    if (world->homes[home].camera_tick_at_ns == world_now(world)) {
        camera_step(world, home, SF_CAMERA_TICK, 0);
    }
}

void sf_camera_command(struct world *world, uint32_t home, sf_handle fetch)
{
    camera_step(world, home, SF_CAMERA_COMMAND, fetch);
}

uint32_t sf_camera_capture(struct world *world, uint32_t index)
{
    struct home *home = &world->homes[index];
    const struct sf_camera_input input = {.kind = SF_CAMERA_COMMAND,
                                          .now_ns = world_now(world),
                                          .unix_s = camera_unix_s(world, index)};
    struct sf_camera_effects effects;
    sf_camera_step(&home->camera, &input, &home->camera_rng, &effects);
    struct still_sent sent;
    return take_still(world, index, &effects, &sent);
}

/* ---- the viewers ---- */

static void send_control(struct world *world, uint32_t home, uint32_t viewer,
                         enum message_kind kind, uint32_t number)
{
    struct message *message = sf_message_create(world, kind, home, true, CONTROL_BYTES, false);
    message->viewer = (uint8_t)viewer;
    message->number = number;
    message->connection = world->homes[home].viewers[viewer].viewer.connections_count;
    message->session = world->homes[home].viewers[viewer].session;
    message->camera_id = sf_direct_camera_id(world, home, viewer);
    if (kind == MESSAGE_REQUEST) {
        sf_holding_say(&world->homes[home].viewers[viewer], message);
    }
    sf_message_send(world, message);
}

/* Which camera a viewer asks for: its own home's, or, a stranger, the next home's. */
static uint32_t wanted_camera(const struct world *world, uint32_t home, uint32_t viewer)
{
    bool stranger = world->homes[home].viewers[viewer].viewer.config->asks_neighbour != 0;
    return stranger ? (home + 1) % world->homes_count : home;
}

static void ask(struct world *world, uint32_t home, uint32_t viewer)
{
    struct viewer_state *state = &world->homes[home].viewers[viewer];
    uint32_t number = state->viewer.requests_count;
    state->answer = 0;
    world_trace(world, SF_RECORD(ask, .viewer = sf_viewer_id(viewer_number(home, viewer)),
                                 .camera = sf_camera_id(wanted_camera(world, home, viewer)),
                                 .connection = state->viewer.connections_count,
                                 .request = request_number(home, viewer, number)));
    send_control(world, home, viewer, MESSAGE_REQUEST, number);
}

static void give_up(struct world *world, uint32_t home, uint32_t viewer,
                    const struct sf_viewer_effects *effects)
{
    struct viewer_state *state = &world->homes[home].viewers[viewer];
    struct message *answer = state->answer != 0 ? sf_message_get(world, state->answer) : NULL;
    bool something =
        answer != NULL && answer->picture && sf_transfer_prefix_bytes(&answer->transfer) > 0;
    state->answer = 0;
    send_control(world, home, viewer, MESSAGE_CANCEL, effects->given_up);
    if (something && effects->show_partial) {
        sf_delivery_judge(world, answer, SF_JUDGE_PARTIAL);
    } else {
        world_trace(
            world,
            SF_RECORD(gave_up, .flags = effects->left ? SF_GAVE_UP_LEFT : 0,
                      .viewer = sf_viewer_id(viewer_number(home, viewer)),
                      .bytes = answer != NULL ? sf_transfer_prefix_bytes(&answer->transfer) : 0,
                      .request = request_number(home, viewer, effects->given_up)));
    }
    if (something) {
        sf_holding_keep(world, answer, false);
    }
    if (answer != NULL) {
        sf_message_stop_receiving(world, answer);
    }
}

static void carry_out(struct world *world, uint32_t home, uint32_t viewer,
                      const struct sf_viewer_effects *effects, struct message *answer)
{
    struct viewer_state *state = &world->homes[home].viewers[viewer];
    if (answer != NULL && answer->picture) {
        sf_delivery_judge(world, answer, effects->show_whole ? SF_JUDGE_SHOWN : SF_JUDGE_NOT_SHOWN);
        if (effects->show_whole) {
            sf_holding_keep(world, answer, true);
        }
    } else if (answer != NULL && effects->show_whole) {
        sf_delivery_judge_held(world, answer);
    } else if (answer != NULL && state->answer == answer->handle) {
        world_trace(world, SF_RECORD(gave_up, .viewer = sf_viewer_id(viewer_number(home, viewer)),
                                     .request = request_number(home, viewer, answer->number)));
    }
    if (effects->give_up) {
        give_up(world, home, viewer, effects);
    }
    if (effects->ask) {
        ask(world, home, viewer);
    }
    if (effects->close_connection) {
        send_control(world, home, viewer, MESSAGE_CLOSE, 0);
    }
    if (effects->tick_at_ns != SF_NS_NEVER) {
        state->tick_at_ns = effects->tick_at_ns;
        sf_world_push(world, EVENT_VIEWER_TICK, home, (uint16_t)viewer, 0, effects->tick_at_ns);
    }
}

static void viewer_step(struct world *world, uint32_t home, uint32_t viewer,
                        struct sf_viewer_input input, struct message *answer)
{
    struct viewer_state *state = &world->homes[home].viewers[viewer];
    struct sf_viewer_effects effects;
    input.now_ns = world_now(world);
    if (viewer == VIEWER_EXPORT) {
        sf_exporter_step(&state->viewer, &input, &effects);
    } else {
        sf_viewer_step(&state->viewer, &input, &state->rng, &effects);
    }
    carry_out(world, home, viewer, &effects, answer);
}

void sf_viewer_tick(struct world *world, uint32_t home, uint32_t viewer)
{
    if (world->homes[home].viewers[viewer].tick_at_ns == world_now(world)) {
        viewer_step(world, home, viewer, (struct sf_viewer_input){.kind = SF_VIEWER_TICK}, NULL);
    }
}

void sf_viewer_connection_broke(struct world *world, const struct message *message)
{
    const struct sf_viewer_input input = {.kind = SF_VIEWER_RESET,
                                          .connection = message->connection};
    viewer_step(world, message->home, message->viewer, input, NULL);
}

void sf_viewer_fragment(struct world *world, struct message *message, bool last)
{
    struct viewer_state *state = &world->homes[message->home].viewers[message->viewer];
    message->arrived_at_ns = world_now(world);
    bool current = message->number == state->viewer.requests_count &&
                   state->viewer.time_out_at_ns != SF_NS_NEVER;
    if (current) {
        state->answer = message->handle;
    } else {
        message->transfer.receiver_done = true; /* nobody waits for it: it is not acknowledged */
    }
    if (last && current) {
        sf_session_taken_over(world, message);
    }
    if (last) {
        bool held = message->status == SF_CACHE_STATUS_NOT_MODIFIED && state->holding.whole;
        const struct sf_viewer_input input = {
            .kind = SF_VIEWER_ANSWER,
            .request = message->number,
            .picture = message->picture || held,
        };
        viewer_step(world, message->home, message->viewer, input, message);
        if (message->refusal == SF_AUTHORISATION_NO_SESSION && message->session == state->session) {
            sf_session_sign_in(world, message->home, message->viewer);
        }
    }
}

void sf_viewer_wake(struct world *world, uint32_t home, uint32_t viewer)
{
    viewer_step(world, home, viewer, (struct sf_viewer_input){.kind = SF_VIEWER_WAKE}, NULL);
}

void sf_viewer_signed_in(struct world *world, uint32_t home, uint32_t viewer)
{
    viewer_step(world, home, viewer, (struct sf_viewer_input){.kind = SF_VIEWER_SESSION}, NULL);
}

void sf_home_start(struct world *world, uint32_t index, bool again)
{
    camera_step(world, index, again ? SF_CAMERA_RESTART : SF_CAMERA_START, 0);
    sf_errands_start(world, index);
    for (uint32_t viewer = 0; viewer < VIEWERS_PER_HOME; viewer++) {
        if (world->homes[index].viewers[viewer].present) {
            viewer_step(world, index, viewer, (struct sf_viewer_input){.kind = SF_VIEWER_START},
                        NULL);
        }
    }
}
