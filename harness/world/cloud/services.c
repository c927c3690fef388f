/* The cloud's life from run to run, and what the host of the cache is lent. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/hash.h"
#include "harness/base/shown.h"
#include "harness/world/cloud/private.h"

struct sf_cache_host_camera sf_cloud_camera_facts(const struct world *world,
                                                  struct sf_camera_id camera)
{
    const struct home *home = home_at(world, sf_home_of_camera(camera));
    const struct sf_tenant_id owner = owner_of(world, camera);
    return (struct sf_cache_host_camera){
        .camera = sf_camera_id(home->number),
        .tenant = sf_tenant_id(home_number(world, sf_home_of_tenant(owner))),
        .model = (uint32_t)world->config.cameras[home->group].model,
        .slot = home->slot,
        .serial = home->serial,
    };
}

uint32_t sf_cloud_received_bytes(const struct message *message)
{
    uint64_t bytes = (uint64_t)message->transfer.arrived_count * SF_PACKET_PAYLOAD_BYTES;
    return bytes < message->transfer.total_bytes ? (uint32_t)bytes : message->transfer.total_bytes;
}

/* ---- what the host of the cache needs ---- */

static sf_ns service_now(void *context)
{
    return world_now(context);
}

static struct sf_home_id home_or_none(const struct world *world, uint32_t number)
{
    struct sf_home_id home;
    return sf_home_of_number(world, number, &home) ? home : sf_home_id(SF_NOBODY);
}

static void trace_cause(struct world *world, const struct request *request, uint32_t status)
{
    const struct sf_cache_cause *cause = &world->cloud.host.cause;
    world_trace(
        world,
        SF_RECORD(answered_from, .viewer = request->viewer, .callback = cause->callback,
                  .about = home_or_none(world, cause->about),
                  .begun_for = home_or_none(world, cause->begun_for),
                  .request = request_number(request->viewer, request->number),
                  .offset_bytes = status == SF_CACHE_STATUS_PARTIAL ? request->range_offset : 0));
}

static void service_answer_begin(void *context, uint64_t handle, uint32_t status,
                                 uint32_t total_bytes)
{
    struct request *request = request_get(context, handle);
    if (request != NULL && !request->answered) {
        trace_cause(context, request, status);
        sf_cloud_answer_begin(context, request, status, total_bytes);
    }
}

static void service_answer_bytes(void *context, uint64_t handle, const uint8_t *bytes,
                                 uint32_t count)
{
    const struct request *request = request_get(context, handle);
    if (request != NULL) {
        sf_cloud_answer_bytes(context, request, bytes, count);
    }
}

static void service_answer_end(void *context, uint64_t handle, bool aborted)
{
    const struct request *request = request_get(context, handle);
    if (request != NULL) {
        sf_cloud_answer_end(context, request, aborted);
    }
}

/* A session is a bearer token, so a viewer that has been given another's is taken for that one. */
static struct sf_viewer_id bearer_of(const struct request *request)
{
    return sf_session_is_none(request->session) ? request->viewer
                                                : sf_viewer_of_session(request->session);
}

static int32_t service_answer_properties(void *context, uint64_t handle, uint32_t flags,
                                         uint64_t validator, uint64_t session)
{
    struct world *world = context;
    struct sf_session_id known = {0};
    if (session != 0) {
        known = sf_session_of_host(world, session);
        if (sf_tenant_is_none(sf_sessions_tenant_ever(&world->accounts.sessions, known))) {
            return SF_CACHE_E_BAD_ARGUMENT;
        }
    }
    struct request *request = request_get(world, handle);
    if (request != NULL) {
        request->said =
            (uint16_t)(((flags & SF_CACHE_ANSWER_STALE) != 0 ? SF_FLAG_STALE : 0u) |
                       ((flags & SF_CACHE_ANSWER_INCOMPLETE) != 0 ? SF_FLAG_INCOMPLETE : 0u));
        request->said_validator = validator;
        request->said_session = known;
        if (session != 0 && !sf_viewer_same(sf_viewer_of_session(known), bearer_of(request))) {
            return SF_CACHE_E_OTHERS_SESSION;
        }
    }
    return SF_CACHE_DONE;
}

static void service_timer_start(void *context, sf_handle timer, sf_ns delay_ns)
{
    sf_world_push(context, EVENT_CACHE_TIMER, 0, 0, timer, world_now(context) + delay_ns);
}

/* A fetch from a number that no home has is never answered. */
static uint64_t service_fetch_start(void *context, sf_handle fetch, struct sf_camera_id camera,
                                    uint64_t validator)
{
    struct sf_home_id home;
    return sf_home_of_number(context, camera.index, &home)
               ? sf_cloud_fetch_start(context, sf_camera_of_home(home), fetch, 0, validator)
               : 0;
}

static void service_fetch_cancel(void *context, uint64_t fetch)
{
    sf_cloud_fetch_forget(context, fetch);
}

static void service_contract_broken(void *context, uint32_t version, int32_t code, uint64_t subject)
{
    world_trace(context, SF_RECORD(contract, .version = version, .code = (uint32_t)code,
                                   .subject = subject));
}

static void service_handed_over(void *context, uint32_t version, enum sf_cache_hand_over kind,
                                uint32_t bytes)
{
    world_trace(context,
                SF_RECORD(handed_over, .version = version, .what = (uint32_t)kind, .bytes = bytes));
}

static void service_busy(void *context, uint32_t version, enum sf_cache_bound bound)
{
    world_trace(context, SF_RECORD(busy, .version = version, .what = (uint32_t)bound));
}

static void service_log(void *context, uint32_t version, const char *text, uint32_t bytes)
{
    struct world *world = context;
    enum { LOG_BYTES_MAX = 1 << 16 };
    world_trace(world, SF_RECORD(cache_log, .version = version, .bytes = bytes,
                                 .hash = sf_hash(text, bytes)));
    if (world->cloud.log.length < LOG_BYTES_MAX) {
        char shown[1024]; /* a line is cut to 200 bytes before */
        sf_shown(text, bytes, shown, sizeof shown);
        sf_text_add(&world->cloud.log, "%lld ms, cache %u: %s\n",
                    (long long)(world_now(world) / SF_MS), version + 1, shown);
    }
}

/* See sf_world_states. */
static uint32_t state_range(uint32_t value)
{
    static const uint32_t ranges_last[] = {0, 1, 2, 3, 7, 31, 255, UINT32_MAX};
    uint32_t range = 0;
    while (value > ranges_last[range]) {
        range++;
    }
    return range;
}

static void service_state(void *context, uint32_t index, uint32_t value)
{
    struct world *world = context;
    SF_ASSERT(index < CLOUD_STATES_COUNT);
    world->cloud.states[index] |= UINT32_C(1) << state_range(value);
}

static int64_t service_unix_ms(void *context)
{
    const struct world *world = context;
    return world->plan->start_unix_s * 1000 + world_now(world) / SF_MS;
}

static const struct sf_cache_services services = {
    .now_ns = service_now,
    .answer_begin = service_answer_begin,
    .answer_bytes = service_answer_bytes,
    .answer_end = service_answer_end,
    .timer_start = service_timer_start,
    .fetch_start = service_fetch_start,
    .fetch_cancel = service_fetch_cancel,
    .store_start = sf_store_start,
    .contract_broken = service_contract_broken,
    .busy = service_busy,
    .handed_over = service_handed_over,
    .log = service_log,
    .state = service_state,
    .identity_start = sf_identity_ask,
    .unix_ms = service_unix_ms,
    .answer_properties = service_answer_properties,
};

/* ---- a run ---- */

void sf_cloud_init(struct world *world)
{
    struct cloud *cloud = &world->cloud;
    sf_cache_host_init(&cloud->host);
    sf_slots_init(&cloud->requests, sizeof(struct request));
    sf_slots_init(&cloud->fetches, sizeof(struct fetch));
    sf_slots_init(&cloud->operations, sizeof(struct store_operation));
    sf_slots_init(&cloud->questions, sizeof(struct question));
}

void sf_cloud_build(struct world *world, const struct sf_cache_module *modules)
{
    struct cloud *cloud = &world->cloud;
    uint32_t viewers_count = world->homes.count * SF_VIEWERS_PER_HOME;
    sf_text_free(&cloud->log);
    memset(cloud->states, 0, sizeof cloud->states);
    cloud->modules = modules;
    cloud->identity_off = false;
    cloud->store_off = false;
    sf_rng_init(&cloud->store_rng, world->seed, "store", 0);
    sf_rng_init(&cloud->store_slow_rng, world->seed, "store-slow", 0);
    sf_rng_init(&cloud->fetch_rng, world->seed, "fetch", 0);
    sf_rng_init(&cloud->identity_rng, world->seed, "identity", 0);
    sf_rng_init(&cloud->identity_slow_rng, world->seed, "identity-slow", 0);
    cloud->viewers = sf_arena_take(&world->arena, viewers_count, sizeof *cloud->viewers);
    sf_balancer_init(&cloud->balancer, &world->config.cloud, world->seed, &world->arena,
                     viewers_count);
    struct accounts *accounts = &world->accounts;
    sf_authorisation_init(&accounts->authorisation, &world->config.cloud, &accounts->sessions,
                          &world->arena, world->homes.count, world->homes.count);
    sf_sessions_init(&accounts->sessions, &world->arena, viewers_count);
}

static void set_bounds(struct world *world)
{
    const struct sf_cloud_config *config = &world->config.cloud;
    struct sf_cache_host_state *host = &world->cloud.host;
    sf_cache_host_set_bound(host, SF_CACHE_BOUND_FETCHES, (uint32_t)config->fetches_max);
    sf_cache_host_set_bound(host, SF_CACHE_BOUND_TIMERS, (uint32_t)config->timers_max);
    sf_cache_host_set_bound(host, SF_CACHE_BOUND_CONNECTIONS, (uint32_t)config->connections_max);
}

void sf_cloud_start(struct world *world)
{
    struct cloud *cloud = &world->cloud;
    cloud->services = services;
    cloud->services.context = world;
    sf_cache_host_reset(&cloud->host, &cloud->services, world->seed, SF_HOMES_MAX,
                        world->config.still.bytes_max,
                        (uint64_t)world->config.cloud.cache_capacity_bytes);
    sf_cache_host_set_nodes(&cloud->host, (uint32_t)world->config.cloud.nodes);
    set_bounds(world);
    sf_cache_host_set_lends(&cloud->host, true);
    sf_cache_host_set_hand_over(&cloud->host,
                                (enum sf_cache_hand_over)world->config.cloud.hand_over);
    cloud->forgets = false;
    for (uint32_t i = 0; i < world->plan->timeline_count; i++) {
        cloud->forgets |= world->plan->timeline[i].action == SF_ACTION_FORGET;
    }
    /* The half of it is for the way from the camera. */
    sf_cache_host_set_fresh_within(&cloud->host, world->config.cloud.fresh_within_ns / 2);
    sf_cache_host_deploy(&cloud->host, &cloud->modules[0]);
}

void sf_cloud_clear(struct world *world)
{
    struct cloud *cloud = &world->cloud;
    sf_cache_host_destroy_caches(&cloud->host);
    for (sf_handle h = sf_slots_next(&cloud->operations, 0); h != 0;
         h = sf_slots_next(&cloud->operations, h)) {
        const struct store_operation *operation = sf_slots_get(&cloud->operations, h);
        free(operation->bytes);
    }
    sf_slots_reset(&cloud->requests);
    sf_slots_reset(&cloud->fetches);
    sf_slots_reset(&cloud->operations);
    sf_slots_reset(&cloud->questions);
    sf_store_fini(&cloud->store);
}

void sf_cloud_fini(struct world *world)
{
    struct cloud *cloud = &world->cloud;
    sf_cache_host_fini(&cloud->host);
    sf_text_free(&cloud->log);
    sf_slots_fini(&cloud->requests);
    sf_slots_fini(&cloud->fetches);
    sf_slots_fini(&cloud->operations);
    sf_slots_fini(&cloud->questions);
}

/* ---- what the time line does to the services ---- */

void sf_cloud_unlinked(struct world *world, struct sf_tenant_id tenant)
{
    sf_cache_host_invalidate(&world->cloud.host, SF_CACHE_SCOPE_LINK,
                             sf_tenant_id(home_number(world, sf_home_of_tenant(tenant))),
                             sf_camera_id(SF_NOBODY));
}

/* The record comes first: what the cache answers from inside the call comes after it. */
void sf_cloud_forget(struct world *world, struct sf_home_id home, bool account)
{
    const struct sf_camera_id camera = sf_camera_of_home(home);
    const struct sf_cache_host_camera facts = sf_cloud_camera_facts(world, camera);
    uint32_t scope = account ? SF_CACHE_SCOPE_TENANT : SF_CACHE_SCOPE_CAMERA;
    world_trace(world, SF_RECORD(forget, .camera = camera, .scope = scope,
                                 .grace_ns = world->config.cloud.forget_grace_ns));
    sf_cache_host_invalidate(&world->cloud.host, scope, facts.tenant, facts.camera);
}

void sf_cloud_camera_given_away(struct world *world, struct sf_camera_id camera,
                                struct sf_tenant_id former)
{
    sf_cache_host_invalidate(&world->cloud.host, SF_CACHE_SCOPE_CAMERA,
                             sf_tenant_id(home_number(world, sf_home_of_tenant(former))),
                             sf_camera_id(home_number(world, sf_home_of_camera(camera))));
}

void sf_service_switch(struct world *world, enum sf_cloud_service service, bool on)
{
    SF_ASSERT(service < SF_SERVICES_COUNT);
    bool *off =
        service == SF_SERVICE_IDENTITY ? &world->cloud.identity_off : &world->cloud.store_off;
    if (*off == on) {
        *off = !on;
        world_trace(world, SF_RECORD(service, .service = service, .on = on));
    }
}
