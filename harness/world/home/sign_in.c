/* A viewer's session: it has one from the start, brings it with every request, and asks for another
 * when it learns that its own has expired: one round trip over its home's network. */
#include "harness/world/home/private.h"
#include "harness/world/network/network.h"

void sf_session_sign_in(struct world *world, struct sf_viewer_id viewer)
{
    if (viewer_at(world, viewer)->viewer.config->account == 0) {
        return;
    }
    struct message *message = sf_message_control(world, MESSAGE_SIGN_IN, sf_home_of_viewer(viewer));
    message->session = (struct session_message){.viewer = viewer};
    sf_message_send(world, message);
}

void sf_viewer_session_arrived(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_SESSION);
    struct viewer_state *state = viewer_at(world, message->session.viewer);
    struct sf_session_id session = message->session.session;
    /* Numbers of one viewer's sessions grow: a reply that was overtaken is of no use. */
    bool same_viewer =
        sf_viewer_same(sf_viewer_of_session(session), sf_viewer_of_session(state->session));
    if (!same_viewer || sf_session_count(session) > sf_session_count(state->session)) {
        state->session = session;
        sf_viewer_signed_in(world, message->session.viewer);
    }
}

void sf_session_taken_over(struct world *world, const struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_ANSWER);
    const struct answer_message *answer = &message->answer;
    if (!sf_session_is_none(answer->session_new)) {
        viewer_at(world, answer->viewer)->session = answer->session_new;
        world_trace(world, SF_RECORD(renewed, .viewer = answer->viewer,
                                     .owner = sf_viewer_of_session(answer->session_new),
                                     .session = answer->session_new));
    }
}
