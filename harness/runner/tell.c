/* Tells the object what happened. */
#include <stdio.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/runner/runner.h"

#define HAS(instance, function) \
    (SF_CACHE_HAS((instance)->plugin, function) && (instance)->plugin->function != NULL)

/* The cookie that an id was given for; it is not asked for again. */
static uint64_t take_cookie(struct sf_map *map, uint64_t id)
{
    const uint64_t *found = sf_map_get(map, id);
    uint64_t cookie = found != NULL ? *found : 0;
    sf_map_remove(map, id);
    return cookie;
}

/* ---- its life ---- */

static void forget(struct sf_instance *instance)
{
    sf_map_clear(&instance->requests);
    sf_map_clear(&instance->cameras);
    sf_map_clear(&instance->fetches);
    sf_map_clear(&instance->timers);
    sf_map_clear(&instance->questions);
    sf_map_clear(&instance->operations);
    sf_map_clear(&instance->connections);
}

static void tell_create(struct sf_instance *instance, const struct sf_event_create *event)
{
    char error[256] = "";
    static char options[4096]; /* it may keep the pointer until it is destroyed */
    struct sf_wire_pipes *pipes = instance->pipes;
    snprintf(options, sizeof options, "%s", event->options);
    const struct sf_cache_config config = {
        .struct_bytes = sizeof config,
        .node = event->node,
        .nodes = event->nodes,
        .still_bytes_max = event->still_bytes_max,
        .capacity_bytes = event->capacity_bytes,
        .options = options,
        .fresh_within_ns = event->fresh_within_ns,
    };
    forget(instance);
    instance->ids_count = 0;
    memcpy(instance->rng.state, event->rng, sizeof instance->rng.state);
    instance->ids_key = event->rng[3];
    instance->asks = event->asks != 0;
    sf_instance_lend(instance);
    instance->cache = instance->plugin->create(&instance->host, &config, error, sizeof error);
    if (instance->cache == NULL) {
        error[sizeof error - 1] = '\0';
        sf_runner_write(pipes, SF_CALL_REFUSE, false, &(struct sf_call_refuse){error});
    }
}

static void tell_destroy(struct sf_instance *instance)
{
    instance->plugin->destroy(instance->cache);
    instance->cache = NULL;
}

static void tell_reconfigure(struct sf_instance *instance, const struct sf_event_reconfigure *event)
{
    int32_t code = instance->plugin->on_reconfigure(instance->cache, event->options);
    if (code != 0) {
        sf_runner_write(instance->pipes, SF_CALL_REFUSE, false, &(struct sf_call_refuse){NULL});
    }
}

/* ---- hand-over ---- */

static void write_state(void *context, const uint8_t *bytes, uint64_t bytes_count)
{
    struct sf_instance *instance = context;
    while (bytes != NULL && bytes_count > 0) {
        uint64_t count = bytes_count < SF_WIRE_BYTES_MAX ? bytes_count : SF_WIRE_BYTES_MAX;
        const struct sf_call_state body = {{bytes, count}};
        sf_runner_write(instance->pipes, SF_CALL_STATE, false, &body);
        bytes += count;
        bytes_count -= count;
    }
}

static void tell_export(struct sf_instance *instance)
{
    const struct sf_cache_sink sink = {
        .struct_bytes = sizeof sink, .context = instance, .write = write_state};
    instance->plugin->export_state(instance->cache, &sink);
}

static void tell_import(struct sf_instance *instance, const struct sf_event_import *event)
{
    static struct sf_text parts;
    sf_text_add_bytes(&parts, event->bytes.bytes, event->bytes.count);
    if (event->last != 0) {
        instance->plugin->import_state(instance->cache, event->from_name, event->from_version,
                                       (const uint8_t *)parts.data, parts.length);
        sf_text_free(&parts);
    }
}

/* ---- what happens ---- */

static void tell_upload(struct sf_instance *instance, const struct sf_event_upload *event)
{
    sf_map_put(&instance->cameras, event->upload.camera, 0);
    instance->plugin->on_upload(instance->cache, &event->upload);
}

static void tell_fragment(const struct sf_instance *instance, const struct sf_event_fragment *event)
{
    const struct sf_cache_fragment fragment = {
        .struct_bytes = sizeof fragment,
        .offset = event->offset,
        .upload = event->upload,
        .bytes = event->bytes.bytes,
        .bytes_count = (uint32_t)event->bytes.count,
    };
    instance->plugin->on_upload_fragment(instance->cache, &fragment);
}

static void tell_request(struct sf_instance *instance, const struct sf_event_request *event)
{
    sf_instance_request(instance, &event->request);
    instance->plugin->on_request(instance->cache, &event->request);
}

static void tell_cancelled(struct sf_instance *instance, uint64_t request)
{
    sf_instance_request_cancelled(instance, request);
    if (HAS(instance, on_request_cancelled)) {
        instance->plugin->on_request_cancelled(instance->cache, request);
    }
}

static void tell_fetch_part(const struct sf_instance *instance,
                            const struct sf_event_fetch_part *event)
{
    struct sf_cache_fetch_part part = event->part;
    part.fetch = sf_runner_id(&event->fetch);
    const uint64_t *cookie = sf_map_get(&instance->fetches, part.fetch);
    part.cookie = cookie != NULL ? *cookie : 0;
    part.bytes = event->bytes.bytes;
    instance->plugin->on_fetch_part(instance->cache, &part);
}

static void tell_fetch_ended(struct sf_instance *instance, const struct sf_event_fetch_ended *event)
{
    uint64_t fetch = sf_runner_id(&event->fetch);
    const struct sf_cache_fetch_end end = {
        .struct_bytes = sizeof end,
        .end = event->end,
        .fetch = fetch,
        .cookie = take_cookie(&instance->fetches, fetch),
        .camera = event->camera,
    };
    if (HAS(instance, on_fetch_ended)) {
        instance->plugin->on_fetch_ended(instance->cache, &end);
    }
}

static void tell_store_reply(struct sf_instance *instance, const struct sf_event_store_reply *event)
{
    const struct sf_cache_store_reply reply = {
        .struct_bytes = sizeof reply,
        .status = event->status,
        .connection = sf_runner_id(&event->connection),
        .cookie = take_cookie(&instance->operations, sf_runner_id(&event->op)),
        .bytes = event->bytes.count > 0 ? event->bytes.bytes : NULL,
        .bytes_count = (uint32_t)event->bytes.count,
    };
    if (HAS(instance, on_store_reply)) {
        instance->plugin->on_store_reply(instance->cache, &reply);
    }
}

static void tell_timer(struct sf_instance *instance, const struct sf_event_timer *event)
{
    uint64_t timer = sf_runner_id(&event->timer);
    uint64_t cookie = take_cookie(&instance->timers, timer);
    if (HAS(instance, on_timer)) {
        instance->plugin->on_timer(instance->cache, timer, cookie);
    }
}

static void tell_identity(struct sf_instance *instance, const struct sf_event_identity *event)
{
    struct sf_cache_identity identity = event->identity;
    identity.cookie = take_cookie(&instance->questions, sf_runner_id(&event->op));
    if (HAS(instance, on_identity)) {
        instance->plugin->on_identity(instance->cache, &identity);
    }
}

void sf_runner_tell(struct sf_instance *instance, const struct sf_wire_head *head,
                    const union sf_wire_body *body)
{
    SF_ASSERT(instance != NULL);
    SF_ASSERT(head != NULL);
    SF_ASSERT(body != NULL);
    const struct sf_cache_plugin *plugin = instance->plugin;
    const void *event = body;
    const struct sf_event_number *number = event;
    switch ((enum sf_wire_event)head->kind) {
    case SF_EVENT_CREATE:
        tell_create(instance, event);
        return;
    case SF_EVENT_DESTROY:
        tell_destroy(instance);
        return;
    case SF_EVENT_UPLOAD:
        tell_upload(instance, event);
        return;
    case SF_EVENT_UPLOAD_FRAGMENT:
        tell_fragment(instance, event);
        return;
    case SF_EVENT_UPLOAD_ENDED:
        plugin->on_upload_ended(instance->cache, event);
        return;
    case SF_EVENT_REQUEST:
        tell_request(instance, event);
        return;
    case SF_EVENT_REQUEST_CANCELLED:
        tell_cancelled(instance, number->number);
        return;
    case SF_EVENT_CONNECTION_CLOSED:
        plugin->on_connection_closed(instance->cache, number->number);
        return;
    case SF_EVENT_FETCH_PART:
        tell_fetch_part(instance, event);
        return;
    case SF_EVENT_FETCH_ENDED:
        tell_fetch_ended(instance, event);
        return;
    case SF_EVENT_STORE_REPLY:
        tell_store_reply(instance, event);
        return;
    case SF_EVENT_TIMER:
        tell_timer(instance, event);
        return;
    case SF_EVENT_INVALIDATE:
        plugin->on_invalidate(instance->cache, event);
        return;
    case SF_EVENT_RECONFIGURE:
        tell_reconfigure(instance, event);
        return;
    case SF_EVENT_EXPORT:
        tell_export(instance);
        return;
    case SF_EVENT_IMPORT:
        tell_import(instance, event);
        return;
    case SF_EVENT_IDENTITY:
        tell_identity(instance, event);
        return;
    case SF_EVENT_NODE:
        plugin->on_node(instance->cache, event);
        return;
    case SF_EVENT_CLOCK_STEP:
        plugin->on_clock_step(instance->cache,
                              ((const struct sf_event_clock_step *)event)->step_ms);
        return;
    case SF_EVENT_ANSWER_PROGRESS:
        plugin->on_answer_progress(instance->cache, number->number, number->taken_bytes);
        return;
    case SF_EVENT_HELLO:
    case SF_EVENT_RESULT:
    case SF_EVENTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}
