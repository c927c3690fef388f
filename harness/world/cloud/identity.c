/* The identity service, as a node of the cache sees it: an answer after some time, or a failure. */
#include "harness/world/cloud/private.h"

uint64_t sf_session_for_host(const struct world *world, struct sf_viewer_id viewer,
                             struct sf_session_id session)
{
    /* A session is not always its sender's own. */
    const struct sf_viewer_id owner =
        sf_session_is_none(session) ? viewer : sf_viewer_of_session(session);
    const struct sf_viewer_id named = sf_viewer_id(viewer_for_host(world, owner));
    return sf_session_id(named, sf_session_count(session)).number;
}

struct sf_session_id sf_session_of_host(const struct world *world, uint64_t host_session)
{
    const struct sf_session_id as_named = {host_session};
    const struct sf_viewer_id named = sf_viewer_of_session(as_named);
    struct sf_home_id home;
    if (!sf_home_of_number(world, sf_home_of_viewer(named).index, &home)) {
        return (struct sf_session_id){0};
    }
    const struct sf_viewer_id viewer = sf_viewer_of_home(home, sf_viewer_kind(named));
    return sf_session_id(viewer, sf_session_count(as_named));
}

void sf_identity_ask(void *context, sf_handle host_question, uint64_t host_session)
{
    struct world *world = context;
    struct cloud *cloud = &world->cloud;
    const struct sf_cloud_config *config = &world->config.cloud;
    void *item;
    sf_handle handle = sf_slots_take(&cloud->questions, &item);
    sf_ns late_ns = sf_world_late(&cloud->identity_slow_rng, config->identity_slow_share_ppm,
                                  config->identity_slow_ns);
    *(struct question *)item = (struct question){.host_question = host_question,
                                                 .session = sf_session_of_host(world, host_session),
                                                 .late_ns = cloud->identity_off ? 0 : late_ns};
    bool failed = sf_rng_chance(&cloud->identity_rng, (uint32_t)config->identity_failure_ppm);
    sf_ns wait_ns =
        cloud->identity_off ? config->identity_time_out_ns : config->identity_latency_ns + late_ns;
    sf_world_push(world, EVENT_IDENTITY, 0, failed || cloud->identity_off, handle,
                  world_now(world) + wait_ns);
}

void sf_identity_answer(struct world *world, sf_handle handle, bool failed)
{
    const struct question *question = sf_slots_get(&world->cloud.questions, handle);
    SF_ASSERT(question != NULL);
    struct question asked = *question;
    sf_slots_give(&world->cloud.questions, handle);
    struct sf_tenant_id tenant = failed
                                     ? sf_tenant_id(SF_NOBODY)
                                     : sf_sessions_tenant(&world->accounts.sessions, asked.session);
    uint32_t status = failed                      ? SF_CACHE_IDENTITY_FAILED
                      : sf_tenant_is_none(tenant) ? SF_CACHE_IDENTITY_UNKNOWN
                                                  : SF_CACHE_IDENTITY_KNOWN;
    world_trace(world, SF_RECORD(identity, .outcome = (enum sf_identity_outcome)status,
                                 .session = asked.session, .late_ns = asked.late_ns));
    uint32_t number =
        sf_tenant_is_none(tenant) ? SF_NOBODY : home_number(world, sf_home_of_tenant(tenant));
    sf_cache_host_identity_known(&world->cloud.host, asked.host_question, status,
                                 sf_tenant_id(number));
}
