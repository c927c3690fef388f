/* Sessions, as the account service gives them out: at the start, when a viewer signs in, and
 * renewed with an answer; and when they expire. */
#include "harness/world/cloud/private.h"
#include "harness/world/network/network.h"

static void limit(struct world *world, struct sf_session_id session, sf_ns life_ns)
{
    if (life_ns > 0) {
        sf_world_push(world, EVENT_SESSION_LIMIT, 0, 0, session.number, world_now(world) + life_ns);
    }
}

static struct sf_session_id begin(struct world *world, struct sf_viewer_id viewer, sf_ns life_ns)
{
    struct sf_session_id session = sf_sessions_begin(&world->accounts.sessions, viewer,
                                                     account_of(world, sf_home_of_viewer(viewer)));
    limit(world, session, life_ns);
    return session;
}

static void trace_session(struct world *world, struct sf_session_id session, bool begun)
{
    world_trace(world, SF_RECORD(session, .viewer = sf_viewer_of_session(session), .begun = begun,
                                 .session = session));
}

struct sf_session_id sf_session_first(struct world *world, struct sf_viewer_id viewer)
{
    const struct sf_viewer_config *config = viewer_config(world, viewer);
    if (config->present == 0 || config->account == 0) {
        return (struct sf_session_id){0};
    }
    /* They signed in at different times before the run. */
    uint64_t life_ns = (uint64_t)world->config.cloud.session_life_ns;
    uint64_t drawn = sf_rng_derive(world->seed, "session", viewer_for_host(world, viewer));
    return begin(world, viewer, life_ns > 0 ? 1 + (sf_ns)(drawn % life_ns) : 0);
}

void sf_cloud_sign_in_arrived(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_SIGN_IN);
    struct sf_viewer_id viewer = message->session.viewer;
    struct sf_session_id session = begin(world, viewer, world->config.cloud.session_life_ns);
    trace_session(world, session, true);
    struct message *reply = sf_message_control(world, MESSAGE_SESSION, message->home);
    reply->session = (struct session_message){.viewer = viewer, .session = session};
    sf_message_send(world, reply);
}

struct sf_session_id sf_session_renew(struct world *world, const struct request *request)
{
    int64_t every = world->config.cloud.renew_every;
    if (every == 0 || request->number % every != 0 || sf_session_is_none(request->session)) {
        return (struct sf_session_id){0};
    }
    /* A session is a bearer token: the front door takes its owner for the sender. */
    struct sf_session_id renewed =
        sf_sessions_renew(&world->accounts.sessions, sf_viewer_of_session(request->session));
    if (!sf_session_is_none(renewed)) {
        limit(world, renewed, world->config.cloud.session_life_ns);
    }
    return renewed;
}

/* The viewer has expired when it has no session left. */
static void end(struct world *world, struct sf_session_id session)
{
    struct sf_sessions *sessions = &world->accounts.sessions;
    if (!sf_tenant_is_none(sf_sessions_tenant(sessions, session))) {
        struct sf_session_id latest = sf_sessions_latest(sessions, sf_viewer_of_session(session));
        sf_sessions_expire(sessions, session);
        if (sf_tenant_is_none(sf_sessions_tenant(sessions, latest))) {
            trace_session(world, session, false);
        }
    }
}

void sf_session_limit(struct world *world, struct sf_session_id session)
{
    end(world, session);
}

void sf_session_expire(struct world *world, uint32_t group)
{
    for (uint32_t i = 0; i < world->homes.count; i++) {
        bool concerned = group_has(group, &world->homes.all[i]);
        for (uint32_t kind = 0; concerned && kind < SF_VIEWERS_PER_HOME; kind++) {
            const struct sf_viewer_id viewer =
                sf_viewer_of_home(sf_home_id(i), (enum sf_viewer_kind)kind);
            end(world, sf_sessions_latest(&world->accounts.sessions, viewer));
        }
    }
}
