/* The cloud: where what arrives goes, and what the host of the cache is lent. Its parts:
 * world_request.c, world_upload.c, world_fetch.c, world_store.c. */
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/world/world.h"

struct sf_cache_host_camera sf_cloud_camera_facts(const struct world *world, uint32_t camera)
{
    const struct home *home = &world->homes[camera];
    return (struct sf_cache_host_camera){
        .camera = home->number,
        .tenant = home_number(world, world->door.camera_tenant[camera]),
        .model = (uint32_t)world->cameras[home->group].model,
        .slot = 0,
        .serial = home->serial,
    };
}

uint32_t sf_cloud_received_bytes(const struct message *message)
{
    uint64_t bytes = (uint64_t)message->transfer.arrived_count * SF_PACKET_PAYLOAD_BYTES;
    return bytes < message->transfer.total_bytes ? (uint32_t)bytes : message->transfer.total_bytes;
}

void sf_cloud_fragment(struct world *world, struct message *message, uint32_t index, bool last)
{
    switch ((enum message_kind)message->kind) {
    case MESSAGE_UPLOAD:
        sf_cloud_upload_fragment(world, message, index, last);
        return;
    case MESSAGE_FETCHED:
        sf_cloud_fetched_fragment(world, message, index, last);
        return;
    case MESSAGE_REQUEST:
        if (last) {
            sf_cloud_request_arrived(world, message);
        }
        return;
    case MESSAGE_CANCEL:
        if (last) {
            sf_cloud_cancel_arrived(world, message);
        }
        return;
    case MESSAGE_CLOSE:
        if (last) {
            sf_cloud_close_arrived(world, message);
        }
        return;
    case MESSAGE_UNCHANGED:
        if (last) {
            sf_cloud_fetch_unchanged(world, message->subject);
        }
        return;
    case MESSAGE_ERRAND:
        return; /* what becomes of it there is not this cloud's business */
    case MESSAGE_SIGN_IN:
        if (last) {
            sf_session_sign_in_arrived(world, message);
        }
        return;
    case MESSAGE_DIRECT_REFUSAL:
        if (last) {
            sf_direct_refusal_arrived(world, message);
        }
        return;
    case MESSAGE_COMMAND:
    case MESSAGE_SESSION:
    case MESSAGE_ANSWER:
    case MESSAGE_RESET:
        break; /* these go down */
    }
    SF_UNREACHABLE();
}

/* ---- what the host of the cache needs ---- */

static sf_ns service_now(void *context)
{
    return world_now(context);
}

static void service_answer_begin(void *context, uint64_t handle, uint32_t status,
                                 uint32_t total_bytes)
{
    struct request *request = sf_slots_get(&((struct world *)context)->requests, handle);
    if (request != NULL && !request->answered) {
        sf_cloud_answer_begin(context, request, status, total_bytes);
    }
}

static void service_answer_bytes(void *context, uint64_t handle, const uint8_t *bytes,
                                 uint32_t count)
{
    const struct request *request = sf_slots_get(&((struct world *)context)->requests, handle);
    if (request != NULL) {
        sf_cloud_answer_bytes(context, request, bytes, count);
    }
}

static void service_answer_end(void *context, uint64_t handle, bool aborted)
{
    const struct request *request = sf_slots_get(&((struct world *)context)->requests, handle);
    if (request != NULL) {
        sf_cloud_answer_end(context, request, aborted);
    }
}

static bool service_answer_properties(void *context, uint64_t handle, uint32_t flags,
                                      uint64_t validator, uint64_t session)
{
    struct world *world = context;
    uint64_t known = session != 0 ? sf_session_of_host(world, session) : 0;
    if (session != 0 && sf_sessions_tenant_ever(&world->sessions, known) == SF_NOBODY) {
        return false;
    }
    struct request *request = sf_slots_get(&world->requests, handle);
    if (request != NULL) {
        request->said =
            (uint16_t)(((flags & SF_CACHE_ANSWER_STALE) != 0 ? SF_FLAG_STALE : 0u) |
                       ((flags & SF_CACHE_ANSWER_INCOMPLETE) != 0 ? SF_FLAG_INCOMPLETE : 0u));
        request->said_validator = validator;
        request->said_session = known;
    }
    return true;
}

static void service_timer_start(void *context, sf_handle timer, sf_ns delay_ns)
{
    sf_world_push(context, EVENT_CACHE_TIMER, 0, 0, timer, world_now(context) + delay_ns);
}

/* A number that no home has gets a fetch that nobody answers. */
static uint64_t service_fetch_start(void *context, sf_handle fetch, uint32_t camera,
                                    uint64_t validator)
{
    uint32_t home = sf_home_of_number(context, camera);
    return home != UINT32_MAX ? sf_cloud_fetch_start(context, home, fetch, 0, validator) : 0;
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

static void service_log(void *context, uint32_t version, const char *text, uint32_t bytes)
{
    struct world *world = context;
    enum { LOG_BYTES_MAX = 1 << 16 };
    world_trace(world, SF_RECORD(cache_log, .version = version, .bytes = bytes,
                                 .hash = sf_hash(text, bytes)));
    if (world->log.length < LOG_BYTES_MAX) {
        sf_text_add(&world->log, "%lld ms, cache %u: %.*s\n", (long long)(world_now(world) / SF_MS),
                    version + 1, (int)bytes, text);
    }
}

/* See sf_runner_states. */
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
    world->state[index] |= UINT32_C(1) << state_range(value);
}

static int64_t service_unix_ms(void *context)
{
    const struct world *world = context;
    return world->plan->start_unix_s * 1000 + world_now(world) / SF_MS;
}

void sf_cloud_start(struct world *world)
{
    world->services = (struct sf_cache_services){
        .context = world,
        .now_ns = service_now,
        .answer_begin = service_answer_begin,
        .answer_bytes = service_answer_bytes,
        .answer_end = service_answer_end,
        .timer_start = service_timer_start,
        .fetch_start = service_fetch_start,
        .fetch_cancel = service_fetch_cancel,
        .sf_store_start = sf_store_start,
        .contract_broken = service_contract_broken,
        .log = service_log,
        .state = service_state,
        .identity_start = sf_identity_ask,
        .unix_ms = service_unix_ms,
        .answer_properties = service_answer_properties,
    };
    sf_cache_host_reset(&world->host, &world->services, world->seed, SF_HOMES_MAX,
                        world->still_bytes_max, (uint64_t)world->cloud.cache_capacity_bytes);
    sf_cache_host_set_nodes(&world->host, (uint32_t)world->cloud.nodes);
}
