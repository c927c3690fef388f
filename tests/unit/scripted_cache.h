/* For tests of the cache's host: a cache that logs the events that it receives, and a world that
 * logs the calls that reach it, both into one log, so that a test can compare the log with what
 * must be there. Instances are on the heap and freed in `destroy`: a call after it is caught by
 * AddressSanitizer. */
#ifndef STRAYFRAME_TESTS_UNIT_SCRIPTED_CACHE_H
#define STRAYFRAME_TESTS_UNIT_SCRIPTED_CACHE_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/ids.h"
#include "harness/base/text.h"
#include "harness/cache/host.h"
#include "tests/unit/test.h"

enum { CAMERA = 3, TENANT = 3, VIEWER = 6, SEED = 42 };

struct instance {
    const struct sf_cache_host *host;
    uint32_t number; /* counted from 0 in the order of creation */
    uint64_t request;
    uint64_t camera;
    uint64_t token;
};

static struct sf_text events;
static struct sf_cache_host_state host;
static struct instance *instances[16]; /* NULL: destroyed */
static uint32_t instances_count;
static bool answers_while_it_is_destroyed;
static sf_handle timer;
static sf_handle fetch;
static sf_handle question;
static uint64_t session_asked_for;
static uint64_t store_connection;

/* ---- the cache ---- */

static void *create(const struct sf_cache_host *lent, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    if (strcmp(config->options, "impossible") == 0) {
        snprintf(error, error_bytes, "no such thing");
        return NULL;
    }
    struct instance *instance = calloc(1, sizeof *instance);
    assert_non_null(instance);
    instance->host = lent;
    instance->number = instances_count;
    instances[instances_count++] = instance;
    sf_text_add(&events, "#%u on node %u of %u '%s'\n", instance->number, config->node,
                config->nodes, config->options);
    return instance;
}

static void destroy(void *cache)
{
    struct instance *instance = cache;
    sf_text_add(&events, "#%u destroyed\n", instance->number);
    if (answers_while_it_is_destroyed) {
        instance->host->answer(instance->host->context, instance->request,
                               SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
    instances[instance->number] = NULL;
    free(instance);
}

/* The host's handle, by the number that the plug-in has. */
static sf_handle handle_of(enum sf_opaque_kind kind, uint64_t number)
{
    return sf_opaque_index(&host.opaque, kind, number);
}

static void told(void *cache, const char *what, uint64_t value)
{
    const struct instance *instance = cache;
    sf_text_add(&events, "#%u %s %" PRIu64 "\n", instance->number, what, value);
}

static struct sf_cache_upload upload_seen;
static struct sf_cache_request request_seen;
static struct sf_cache_fetch_part part_seen;

static void on_upload(void *cache, const struct sf_cache_upload *upload)
{
    upload_seen = *upload;
    told(cache, "upload", handle_of(SF_OPAQUE_UPLOAD, upload->upload));
}

static void on_upload_fragment(void *cache, const struct sf_cache_fragment *fragment)
{
    told(cache, "fragment of", handle_of(SF_OPAQUE_UPLOAD, fragment->upload));
}

static void on_upload_ended(void *cache, const struct sf_cache_upload_end *end)
{
    told(cache, "end of", handle_of(SF_OPAQUE_UPLOAD, end->upload));
}

static void on_request(void *cache, const struct sf_cache_request *request)
{
    struct instance *instance = cache;
    request_seen = *request;
    instance->request = request->request;
    instance->camera = request->camera;
    instance->token = request->token;
    sf_text_add(&events, "#%u request\n", instance->number);
}

static void on_request_cancelled(void *cache, uint64_t request)
{
    (void)request;
    told(cache, "cancelled", 0);
}

static void on_connection_closed(void *cache, uint64_t connection)
{
    (void)connection;
    told(cache, "closed", 0);
}

static void on_fetch_part(void *cache, const struct sf_cache_fetch_part *part)
{
    part_seen = *part;
    told(cache, "fetched bytes", part->bytes_count);
}

static void on_fetch_ended(void *cache, const struct sf_cache_fetch_end *end)
{
    told(cache, "fetch ended", end->end);
}

static void on_store_reply(void *cache, const struct sf_cache_store_reply *reply)
{
    told(cache, "store", reply->status);
}

static void on_timer(void *cache, uint64_t handle, uint64_t cookie)
{
    (void)handle;
    told(cache, "timer", cookie);
}

static int32_t on_reconfigure(void *cache, const char *options)
{
    const struct instance *instance = cache;
    sf_text_add(&events, "#%u options '%s'\n", instance->number, options);
    return strcmp(options, "odd") == 0 ? 7 : strcmp(options, "bad") == 0 ? 1 : 0;
}

static void export_state(void *cache, const struct sf_cache_sink *sink)
{
    const struct instance *instance = cache;
    char state[16];
    int length = snprintf(state, sizeof state, "of #%u", instance->number);
    sink->write(sink->context, (const uint8_t *)state, (uint64_t)length);
}

static void import_state(void *cache, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t count)
{
    const struct instance *instance = cache;
    sf_text_add(&events, "#%u imports %s %s %.*s\n", instance->number, from_name, from_version,
                (int)count, (const char *)bytes);
}

static uint64_t opaque(enum sf_opaque_kind kind, uint64_t index)
{
    struct sf_opaque numbers;
    sf_opaque_init(&numbers, SEED);
    return sf_opaque(&numbers, kind, index);
}

static void on_identity(void *cache, const struct sf_cache_identity *identity)
{
    const struct instance *instance = cache;
    assert_int_equal(identity->token, instance->token);
    bool right = identity->tenant == opaque(SF_OPAQUE_TENANT, TENANT);
    sf_text_add(&events, "#%u identity %u, cookie %" PRIu64 ", %s\n", instance->number,
                identity->status, identity->cookie,
                right                   ? "the tenant"
                : identity->tenant == 0 ? "no tenant"
                                        : "another tenant");
}

static void on_node(void *cache, const struct sf_cache_node_event *event)
{
    told(cache, event->event == SF_CACHE_NODE_LOST ? "lost node" : "joined node", event->node);
}

static void on_clock_step(void *cache, int64_t step_ms)
{
    const struct instance *instance = cache;
    sf_text_add(&events, "#%u clock step %" PRId64 ", shows %" PRId64 "\n", instance->number,
                step_ms, instance->host->wall_clock_ms(instance->host->context));
}

static void on_answer_progress(void *cache, uint64_t request, uint32_t taken_bytes)
{
    const struct instance *instance = cache;
    assert_int_equal(request, instance->request);
    told(cache, "taken", taken_bytes);
}

#define PLUGIN(its_version)                                                                       \
    {                                                                                             \
        .struct_bytes = sizeof(struct sf_cache_plugin), .abi = SF_CACHE_ABI, .name = "test",      \
        .version = its_version, .create = create, .destroy = destroy, .on_upload = on_upload,     \
        .on_upload_fragment = on_upload_fragment, .on_upload_ended = on_upload_ended,             \
        .on_request = on_request, .on_request_cancelled = on_request_cancelled,                   \
        .on_connection_closed = on_connection_closed, .on_fetch_part = on_fetch_part,             \
        .on_fetch_ended = on_fetch_ended, .on_store_reply = on_store_reply, .on_timer = on_timer, \
        .on_reconfigure = on_reconfigure, .export_state = export_state,                           \
        .import_state = import_state, .on_identity = on_identity, .on_node = on_node,             \
        .on_clock_step = on_clock_step, .on_answer_progress = on_answer_progress,                 \
    }

static const struct sf_cache_plugin first = PLUGIN("1");
static const struct sf_cache_plugin second = PLUGIN("2");
static const struct sf_cache_module first_module = {.plugin = &first, .options = "a=1"};
static const struct sf_cache_module second_module = {.plugin = &second, .options = "b=2"};

/* ---- the world ---- */

static sf_ns now_ns(void *context)
{
    (void)context;
    return 1000;
}

static int64_t unix_ms(void *context)
{
    (void)context;
    return 1000000;
}

static void answer_begin(void *context, uint64_t request, uint32_t status, uint32_t total_bytes)
{
    (void)context;
    sf_text_add(&events, "answer to %" PRIu64 " status %u bytes %u\n", request, status,
                total_bytes);
}

static void answer_bytes(void *context, uint64_t request, const uint8_t *bytes, uint32_t count)
{
    (void)context;
    (void)bytes;
    sf_text_add(&events, "bytes to %" PRIu64 ": %u\n", request, count);
}

static void answer_end(void *context, uint64_t request, bool aborted)
{
    (void)context;
    sf_text_add(&events, "%s of %" PRIu64 "\n", aborted ? "abortion" : "end", request);
}

static void timer_start(void *context, sf_handle handle, sf_ns delay_ns)
{
    (void)context;
    (void)delay_ns;
    timer = handle;
}

static uint64_t validator_asked_for;

static uint64_t fetch_start(void *context, sf_handle handle, struct sf_camera_id camera,
                            uint64_t validator)
{
    (void)context;
    validator_asked_for = validator;
    assert_int_equal(camera.index, CAMERA);
    fetch = handle;
    return 77;
}

static void fetch_cancel(void *context, uint64_t world_fetch)
{
    (void)context;
    sf_text_add(&events, "fetch %" PRIu64 " is cancelled\n", world_fetch);
}

static void sf_store_start(void *context, uint32_t version, uint64_t connection, uint64_t cookie,
                           bool put, const uint8_t *key, uint32_t key_bytes, const uint8_t *bytes,
                           uint32_t count, sf_ns ttl_ns)
{
    (void)context, (void)version, (void)cookie, (void)put, (void)key, (void)key_bytes;
    (void)bytes, (void)count, (void)ttl_ns;
    store_connection = connection;
}

static void identity_start(void *context, sf_handle handle, uint64_t session)
{
    (void)context;
    question = handle;
    session_asked_for = session;
}

/* Sessions below 100 have been; those from 50 on are other viewers'. */
static int32_t answer_properties(void *context, uint64_t request, uint32_t flags,
                                 uint64_t validator, uint64_t session)
{
    (void)context;
    if (session >= 100) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    sf_text_add(&events, "to %" PRIu64 ": flags %u validator %" PRIu64 " session %" PRIu64 "\n",
                request, flags, validator, session);
    return session >= 50 ? SF_CACHE_E_OTHERS_SESSION : SF_CACHE_DONE;
}

static void contract_broken(void *context, uint32_t version, int32_t code, uint64_t subject)
{
    (void)context;
    (void)subject;
    sf_text_add(&events, "version %u broke the contract: %d\n", version, code);
}

static const struct sf_cache_services services = {
    .now_ns = now_ns,
    .unix_ms = unix_ms,
    .answer_begin = answer_begin,
    .answer_bytes = answer_bytes,
    .answer_end = answer_end,
    .timer_start = timer_start,
    .fetch_start = fetch_start,
    .fetch_cancel = fetch_cancel,
    .store_start = sf_store_start,
    .identity_start = identity_start,
    .contract_broken = contract_broken,
    .answer_properties = answer_properties,
};

static const struct sf_cache_host_still still = {
    .capture = 1,
    .total_bytes = 100,
    .captured_unix_ms = 77,
    .validator = 0xabc,
    .vary = "tenant, camera",
    .flags = SF_CACHE_STILL_PRIVATE,
    .kind = SF_CACHE_STILL_DELTA,
    .base_capture = 5,
    .first_row = 6,
    .rows_count = 7,
};

/* What has happened since it was called last. */
static void assert_events(const char *expected)
{
    assert_string_equal(events.data != NULL ? events.data : "", expected);
    sf_text_free(&events);
    events = (struct sf_text){0};
}

#endif
