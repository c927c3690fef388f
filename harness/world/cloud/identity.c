/* The identity service, as a node of the cache sees it: an answer that takes its time, or none. */
#include "harness/base/assert.h"
#include "harness/world/world.h"

/* A session is the viewer in its high half and a count in its low one. */
uint64_t sf_session_for_host(const struct world *world, uint32_t home, uint32_t viewer,
                             uint64_t session)
{
    if (session != 0) { /* not always the viewer's own */
        home = (uint32_t)(session >> 32) / VIEWERS_PER_HOME;
        viewer = (uint32_t)(session >> 32) % VIEWERS_PER_HOME;
    }
    return (uint64_t)viewer_for_host(world, home, viewer) << 32 | (uint32_t)session;
}

uint64_t sf_session_of_host(const struct world *world, uint64_t session)
{
    uint32_t viewer = (uint32_t)(session >> 32);
    uint32_t home = sf_home_of_number(world, viewer / VIEWERS_PER_HOME);
    if (home == UINT32_MAX) {
        return 0;
    }
    return (uint64_t)viewer_number(home, viewer % VIEWERS_PER_HOME) << 32 | (uint32_t)session;
}

void sf_identity_ask(void *context, sf_handle host_question, uint64_t session)
{
    struct world *world = context;
    void *item;
    sf_handle handle = sf_slots_take(&world->questions, &item);
    sf_ns late_ns = sf_world_late(&world->identity_slow_rng, world->cloud.identity_slow_share_ppm,
                                  world->cloud.identity_slow_ns);
    *(struct question *)item = (struct question){.host_question = host_question,
                                                 .session = sf_session_of_host(world, session),
                                                 .late_ns = world->identity_off ? 0 : late_ns};
    bool failed = sf_rng_chance(&world->identity_rng, (uint32_t)world->cloud.identity_failure_ppm);
    sf_ns wait_ns = world->identity_off ? world->cloud.identity_time_out_ns
                                        : world->cloud.identity_latency_ns + late_ns;
    sf_world_push(world, EVENT_IDENTITY, 0, failed || world->identity_off, handle,
                  world_now(world) + wait_ns);
}

_Static_assert((int)SF_IDENTITY_KNOWN == (int)SF_CACHE_IDENTITY_KNOWN, "a record's outcomes");
_Static_assert((int)SF_IDENTITY_UNKNOWN == (int)SF_CACHE_IDENTITY_UNKNOWN, "a record's outcomes");
_Static_assert((int)SF_IDENTITY_FAILED == (int)SF_CACHE_IDENTITY_FAILED, "a record's outcomes");

void sf_identity_answer(struct world *world, sf_handle handle, bool failed)
{
    const struct question *question = sf_slots_get(&world->questions, handle);
    SF_ASSERT(question != NULL);
    struct question asked = *question;
    sf_slots_give(&world->questions, handle);
    uint32_t tenant = failed ? SF_NOBODY : sf_sessions_tenant(&world->sessions, asked.session);
    uint32_t status = failed                ? SF_CACHE_IDENTITY_FAILED
                      : tenant == SF_NOBODY ? SF_CACHE_IDENTITY_UNKNOWN
                                            : SF_CACHE_IDENTITY_KNOWN;
    world_trace(world, SF_RECORD(identity, .outcome = (enum sf_identity_outcome)status,
                                 .session = asked.session, .late_ns = asked.late_ns));
    sf_cache_host_identity_known(&world->host, asked.host_question, status,
                                 tenant != SF_NOBODY ? home_number(world, tenant) : SF_NOBODY);
}
