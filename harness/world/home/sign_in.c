/* Signing in: a viewer has a session from the start, brings it with every request, and when it is
 * told that it has expired asks for another: one round trip over its home's network. */
#include "harness/world/world.h"

static void limit(struct world *world, uint64_t session, sf_ns life_ns)
{
    if (life_ns > 0) {
        sf_world_push(world, EVENT_SESSION_LIMIT, 0, 0, session, world_now(world) + life_ns);
    }
}

static uint64_t begin(struct world *world, uint32_t home, uint32_t viewer, sf_ns life_ns)
{
    uint64_t session =
        sf_sessions_begin(&world->sessions, (struct sf_viewer_id){viewer_number(home, viewer)},
                          (struct sf_tenant_id){home});
    limit(world, session, life_ns);
    return session;
}

uint64_t sf_session_renew(struct world *world, const struct request *request)
{
    int64_t every = world->cloud.renew_every;
    if (every == 0 || request->number % every != 0 || request->session == 0) {
        return 0;
    }
    /* Whoever brings a session is whose it is: that is all that a front door can know. */
    uint32_t viewer = (uint32_t)(request->session >> 32);
    uint64_t renewed = sf_sessions_renew(&world->sessions, (struct sf_viewer_id){viewer});
    if (renewed != 0) {
        limit(world, renewed, world->cloud.session_life_ns);
    }
    return renewed;
}

void sf_session_taken_over(struct world *world, const struct message *answer)
{
    if (answer->new_session != 0) {
        world->homes[answer->home].viewers[answer->viewer].session = answer->new_session;
        world_trace(world,
                    SF_RECORD(renewed,
                              .viewer = sf_viewer_id(viewer_number(answer->home, answer->viewer)),
                              .owner = sf_viewer_id((uint32_t)(answer->new_session >> 32)),
                              .session = answer->new_session));
    }
}

static void trace(struct world *world, uint64_t session, bool begun)
{
    world_trace(world,
                SF_RECORD(session, .begun = begun,
                          .viewer = sf_viewer_id((uint32_t)(session >> 32)), .session = session));
}

void sf_session_start(struct world *world, uint32_t home, uint32_t viewer)
{
    struct viewer_state *state = &world->homes[home].viewers[viewer];
    if (!state->present || state->viewer.config->account == 0) {
        return;
    }
    /* They signed in at some time before the run, not all at once. */
    uint64_t life_ns = (uint64_t)world->cloud.session_life_ns;
    uint64_t drawn = sf_rng_derive(world->seed, "session", viewer_for_host(world, home, viewer));
    state->session = begin(world, home, viewer, life_ns > 0 ? 1 + (sf_ns)(drawn % life_ns) : 0);
}

/* The viewer has expired when it has none left. */
static void end(struct world *world, uint64_t session)
{
    if (sf_sessions_tenant(&world->sessions, session) != SF_NOBODY) {
        const struct sf_viewer_id viewer = {(uint32_t)(session >> 32)};
        uint64_t latest = sf_sessions_latest(&world->sessions, viewer);
        sf_sessions_expire(&world->sessions, session);
        if (sf_sessions_tenant(&world->sessions, latest) == SF_NOBODY) {
            trace(world, session, false);
        }
    }
}

void sf_session_limit(struct world *world, uint64_t session)
{
    end(world, session);
}

void sf_session_expire(struct world *world, uint32_t group)
{
    for (uint32_t i = 0; i < world->homes_count; i++) {
        bool concerned = group == SF_GROUP_ALL || world->homes[i].group == group;
        for (uint32_t viewer = 0; concerned && viewer < VIEWERS_PER_HOME; viewer++) {
            const struct sf_viewer_id id = {viewer_number(i, viewer)};
            end(world, sf_sessions_latest(&world->sessions, id));
        }
    }
}

void sf_session_sign_in(struct world *world, uint32_t home, uint32_t viewer)
{
    if (world->homes[home].viewers[viewer].viewer.config->account == 0) {
        return;
    }
    struct message *message =
        sf_message_create(world, MESSAGE_SIGN_IN, home, true, CONTROL_BYTES, false);
    message->viewer = (uint8_t)viewer;
    sf_message_send(world, message);
}

void sf_session_sign_in_arrived(struct world *world, const struct message *message)
{
    uint64_t session = begin(world, message->home, message->viewer, world->cloud.session_life_ns);
    trace(world, session, true);
    struct message *reply =
        sf_message_create(world, MESSAGE_SESSION, message->home, false, CONTROL_BYTES, false);
    reply->viewer = message->viewer;
    reply->session = session;
    sf_message_send(world, reply);
}

void sf_session_arrived(struct world *world, const struct message *message)
{
    struct viewer_state *state = &world->homes[message->home].viewers[message->viewer];
    /* Numbers of one viewer's sessions grow: a reply that was overtaken is of no use. */
    bool same_viewer = message->session >> 32 == state->session >> 32;
    if (!same_viewer || message->session > state->session) {
        state->session = message->session;
        sf_viewer_signed_in(world, message->home, message->viewer);
    }
}
