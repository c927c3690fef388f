/* The viewers of a home: carries out what their step functions decided. */
#include "harness/world/home/private.h"
#include "harness/world/network/network.h"

/* ---- what they send ---- */

static void send_request(struct world *world, struct sf_viewer_id viewer, uint32_t number,
                         struct sf_camera_id camera)
{
    const struct viewer_state *state = viewer_at(world, viewer);
    struct message *message = sf_message_control(world, MESSAGE_REQUEST, sf_home_of_viewer(viewer));
    message->request = (struct request_message){
        .viewer = viewer,
        .number = number,
        .connection = state->viewer.connections_count,
        .session = state->session,
        .camera = camera,
        .camera_id = sf_direct_camera_id(world, viewer),
    };
    sf_holding_say(state, &message->request);
    sf_message_send(world, message);
}

static void send_cancel(struct world *world, struct sf_viewer_id viewer, uint32_t number)
{
    struct message *message = sf_message_control(world, MESSAGE_CANCEL, sf_home_of_viewer(viewer));
    message->cancel = (struct cancel_message){.viewer = viewer, .number = number};
    sf_message_send(world, message);
}

static void send_close(struct world *world, struct sf_viewer_id viewer)
{
    struct message *message = sf_message_control(world, MESSAGE_CLOSE, sf_home_of_viewer(viewer));
    message->connection = (struct connection_message){
        .viewer = viewer,
        .connection = viewer_at(world, viewer)->viewer.connections_count,
    };
    sf_message_send(world, message);
}

/* ---- what they decided ---- */

/* Which camera a viewer asks for: its own home's, in turn with the other one that its account sees;
 * or, a stranger, the next home's. */
static struct sf_camera_id wanted_camera(const struct world *world, struct sf_viewer_id viewer,
                                         uint32_t number)
{
    struct sf_home_id home = sf_home_of_viewer(viewer);
    const struct sf_viewer_config *config = viewer_at(world, viewer)->viewer.config;
    bool watched = sf_viewer_kind(viewer) != SF_VIEWER_IS_EXPORT && config->direct == 0;
    if (config->asks_neighbour != 0) {
        return next_camera(world, home);
    }
    struct sf_camera_id other = home_at(world, home)->other;
    bool others_turn = watched && !sf_camera_is_none(other) && number % 2 == 0;
    return others_turn ? other : sf_camera_of_home(home);
}

static void ask(struct world *world, struct sf_viewer_id viewer)
{
    struct viewer_state *state = viewer_at(world, viewer);
    uint32_t number = state->viewer.requests_count;
    const struct sf_camera_id camera = wanted_camera(world, viewer, number);
    state->answer = 0;
    world_trace(world, SF_RECORD(ask, .viewer = viewer, .camera = camera,
                                 .connection = state->viewer.connections_count,
                                 .request = request_number(viewer, number)));
    send_request(world, viewer, number, camera);
}

static void give_up(struct world *world, struct sf_viewer_id viewer,
                    const struct sf_viewer_effects *effects)
{
    struct viewer_state *state = viewer_at(world, viewer);
    struct message *answer = sf_message_get(world, state->answer);
    uint32_t prefix_bytes = answer != NULL ? sf_transfer_prefix_bytes(&answer->transfer) : 0;
    bool something = answer != NULL && answer->answer.picture && prefix_bytes > 0;
    state->answer = 0;
    send_cancel(world, viewer, effects->given_up);
    if (something && effects->show_partial) {
        sf_delivery_judge(world, answer, SF_JUDGE_PARTIAL);
    } else {
        world_trace(world, SF_RECORD(gave_up, .viewer = viewer, .bytes = prefix_bytes,
                                     .request = request_number(viewer, effects->given_up),
                                     .flags = effects->left ? SF_GAVE_UP_LEFT : 0));
    }
    if (something) {
        sf_holding_keep(world, answer, false);
    }
    if (answer != NULL) {
        sf_message_stop_receiving(world, answer);
    }
}

/* The whole answer is there: its picture, the one that the viewer holds, or none. */
static void take_answer(struct world *world, struct sf_viewer_id viewer, struct message *answer,
                        bool show_whole)
{
    if (answer->answer.picture) {
        sf_delivery_judge(world, answer, show_whole ? SF_JUDGE_SHOWN : SF_JUDGE_NOT_SHOWN);
        if (show_whole) {
            sf_holding_keep(world, answer, true);
        }
    } else if (show_whole) {
        sf_delivery_judge_held(world, answer);
    } else if (viewer_at(world, viewer)->answer == answer->handle) {
        world_trace(world, SF_RECORD(gave_up, .viewer = viewer,
                                     .request = request_number(viewer, answer->answer.number)));
    }
}

static void carry_out(struct world *world, struct sf_viewer_id viewer,
                      const struct sf_viewer_effects *effects, struct message *answer)
{
    struct viewer_state *state = viewer_at(world, viewer);
    if (answer != NULL) {
        take_answer(world, viewer, answer, effects->show_whole);
    }
    if (effects->give_up) {
        give_up(world, viewer, effects);
    }
    if (effects->ask) {
        ask(world, viewer);
    }
    if (effects->close_connection) {
        send_close(world, viewer);
    }
    if (effects->tick_at_ns != SF_NS_NEVER) {
        state->tick_at_ns = effects->tick_at_ns;
        sf_world_push(world, EVENT_VIEWER_TICK, sf_home_of_viewer(viewer).index,
                      (uint16_t)sf_viewer_kind(viewer), 0, effects->tick_at_ns);
    }
}

static void viewer_step(struct world *world, struct sf_viewer_id viewer,
                        struct sf_viewer_input input, struct message *answer)
{
    struct viewer_state *state = viewer_at(world, viewer);
    struct sf_viewer_effects effects;
    input.now_ns = world_now(world);
    sf_viewer_behaviour(sf_viewer_kind(viewer))
        ->step(&state->viewer, &input, &state->rng, &effects);
    carry_out(world, viewer, &effects, answer);
}

/* ---- what happens to them ---- */

void sf_viewer_start(struct world *world, struct sf_viewer_id viewer)
{
    SF_ASSERT(viewer_at(world, viewer)->present);
    viewer_step(world, viewer, (struct sf_viewer_input){.kind = SF_VIEWER_START}, NULL);
}

void sf_viewer_tick(struct world *world, struct sf_viewer_id viewer)
{
    if (viewer_at(world, viewer)->tick_at_ns == world_now(world)) {
        viewer_step(world, viewer, (struct sf_viewer_input){.kind = SF_VIEWER_TICK}, NULL);
    }
}

void sf_viewer_wake(struct world *world, struct sf_viewer_id viewer)
{
    viewer_step(world, viewer, (struct sf_viewer_input){.kind = SF_VIEWER_WAKE}, NULL);
}

void sf_viewer_signed_in(struct world *world, struct sf_viewer_id viewer)
{
    viewer_step(world, viewer, (struct sf_viewer_input){.kind = SF_VIEWER_SESSION}, NULL);
}

void sf_viewer_connection_broke(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_RESET);
    const struct sf_viewer_input input = {.kind = SF_VIEWER_RESET,
                                          .connection = message->connection.connection};
    viewer_step(world, message->connection.viewer, input, NULL);
}

static void whole_answer(struct world *world, struct message *message)
{
    const struct answer_message *answer = &message->answer;
    struct viewer_state *state = viewer_at(world, answer->viewer);
    bool held = answer->status == SF_CACHE_STATUS_NOT_MODIFIED && state->holding.whole;
    const struct sf_viewer_input input = {
        .kind = SF_VIEWER_ANSWER,
        .request = answer->number,
        .picture = answer->picture || held,
    };
    viewer_step(world, answer->viewer, input, message);
    if (answer->refusal == SF_AUTHORISATION_NO_SESSION &&
        sf_session_same(answer->session, state->session)) {
        sf_session_sign_in(world, answer->viewer);
    }
}

void sf_viewer_answer_fragment(struct world *world, struct message *message, uint32_t index,
                               bool last)
{
    (void)index;
    SF_ASSERT(message->kind == MESSAGE_ANSWER);
    struct viewer_state *state = viewer_at(world, message->answer.viewer);
    message->answer.arrived_at_ns = world_now(world);
    bool current = message->answer.number == state->viewer.requests_count &&
                   state->viewer.time_out_at_ns != SF_NS_NEVER;
    if (current) {
        state->answer = message->handle;
    } else {
        message->transfer.receiver_done = true; /* nothing waits for it: it is not acknowledged */
    }
    if (last && current) {
        sf_session_taken_over(world, message);
    }
    if (last) {
        whole_answer(world, message);
    }
}
