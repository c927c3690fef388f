#include "fuzz/wild_cache.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Numbers that the host has named, of any kind, the latest ones: so that a number is used for what
 * it is, after it has ended, and for what it is not. */
enum { SEEN_MAX = 24, BYTES_MAX = 1 << 16, CALLS_PER_EVENT_MAX = 6 };

static struct {
    const uint8_t *bytes;
    size_t left;
    uint64_t seen[SEEN_MAX];
    uint32_t seen_next;
    uint64_t breaches_count;
    uint64_t calls_count;
    uint8_t stills[BYTES_MAX]; /* what was received last, to be passed on */
    uint32_t still_bytes;
} wild;

/* One for each that is created: events go to the host that it was created with. */
struct instance {
    const struct sf_cache_host *host; /* NULL: not in use */
};
enum { INSTANCES_MAX = 256 };
static struct instance instances[INSTANCES_MAX];

void sf_wild_begin(const uint8_t *bytes, size_t count)
{
    memset(&wild, 0, sizeof wild);
    memset(instances, 0, sizeof instances);
    wild.bytes = bytes;
    wild.left = count;
}

uint64_t sf_wild_breaches_count(void)
{
    return wild.breaches_count;
}

uint64_t sf_wild_calls_count(void)
{
    return wild.calls_count;
}

static uint32_t take(uint32_t below)
{
    if (wild.left == 0) {
        return 0;
    }
    wild.left--;
    return *wild.bytes++ % below;
}

static void see(uint64_t number)
{
    if (number != 0) {
        wild.seen[wild.seen_next++ % SEEN_MAX] = number;
    }
}

/* One that was named lately; or none. */
static uint64_t any_number(void)
{
    uint32_t back = take(SEEN_MAX + 8);
    if (back < SEEN_MAX && back < wild.seen_next) {
        return wild.seen[(wild.seen_next - 1 - back) % SEEN_MAX];
    }
    static const uint64_t odd[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63};
    return odd[take(4)];
}

static void keep(const uint8_t *bytes, uint32_t offset, uint32_t count)
{
    if (count > 0 && offset < BYTES_MAX && count <= BYTES_MAX - offset) {
        memcpy(wild.stills + offset, bytes, count);
        wild.still_bytes = offset + count;
    }
}

/* A count of bytes: right, empty, short, or more than may be, which is refused unread. */
static uint32_t any_count(const uint8_t **bytes_out)
{
    *bytes_out = wild.stills;
    switch (take(10)) {
    case 0:
        *bytes_out = NULL;
        return 0;
    case 1:
        return 0;
    case 2:
        return 1;
    case 3:
        return 1400;
    case 4:
        return SF_CACHE_STILL_BYTES_MAX + 1;
    case 5:
        return UINT32_MAX;
    case 6:
        *bytes_out = NULL;
        return 5;
    default: /* not an enum: a byte */
        return wild.still_bytes;
    }
}

static int64_t any_time(void)
{
    static const int64_t times[] = {0,  1000000,   50000000,  1000000000, 30000000000,
                                    -1, INT64_MIN, INT64_MAX, 7};
    return times[take(sizeof times / sizeof times[0])];
}

static int32_t answer(const struct sf_cache_host *host)
{
    const uint8_t *bytes;
    uint32_t count = any_count(&bytes);
    switch (take(7)) {
    case 0:
        return host->answer_begin(host->context, any_number(), count);
    case 1:
        return host->answer_part(host->context, any_number(), bytes, count);
    case 2:
        return host->answer_end(host->context, any_number());
    case 3:
        return host->answer_abort(host->context, any_number());
    default: /* not an enum: a byte */
        return host->answer(host->context, any_number(), take(7), bytes, count);
    }
}

static int32_t answer_properties(const struct sf_cache_host *host)
{
    const struct sf_cache_answer_properties properties = {
        .struct_bytes = take(4) == 0 ? take(40) : (uint32_t)sizeof properties,
        .flags = take(5),
        .validator = any_number(),
        .session = any_number(),
    };
    return host->answer_properties(host->context, any_number(), take(8) == 7 ? NULL : &properties);
}

static int32_t fetch(const struct sf_cache_host *host)
{
    uint64_t number = 0;
    uint64_t *out = take(16) == 15 ? NULL : &number;
    int32_t code;
    switch (take(3)) {
    case 0:
        code = host->fetch(host->context, any_number(), any_number(), out);
        break;
    case 1:
        code = host->fetch_if_changed(host->context, any_number(), any_number(), any_number(), out);
        break;
    default: /* not an enum: a byte */
        code = host->fetch_cancel(host->context, any_number());
        break;
    }
    see(number);
    return code;
}

static int32_t store(const struct sf_cache_host *host)
{
    static const uint8_t key[300] = {1};
    static const uint32_t key_counts[] = {8, 8, 8, 0, 256, 257};
    uint64_t number = 0;
    const uint8_t *bytes;
    uint32_t key_bytes = key_counts[take(6)];
    uint32_t count = any_count(&bytes);
    int32_t code;
    switch (take(4)) {
    case 0:
        code = host->store_open(host->context, take(16) == 15 ? NULL : &number);
        see(number);
        return code;
    case 1:
        return host->store_close(host->context, any_number());
    case 2:
        return host->store_get(host->context, any_number(), take(16) == 15 ? NULL : key, key_bytes,
                               any_number());
    default: /* not an enum: a byte */
        return host->store_put(host->context, any_number(), key, key_bytes, bytes, count,
                               any_time(), any_number());
    }
}

static int32_t hold(const struct sf_cache_host *host)
{
    if (!SF_CACHE_HAS(host, drop)) {
        return 0;
    }
    const uint8_t *bytes = NULL;
    uint64_t number = 0;
    if (take(3) == 0) {
        return host->drop(host->context, any_number());
    }
    bool whole = take(16) != 15;
    int32_t code = host->hold(host->context, any_number(), whole ? &bytes : NULL, &number);
    see(number);
    return code;
}

static int32_t timer(const struct sf_cache_host *host)
{
    uint64_t number = 0;
    if (take(4) == 0) {
        host->timer_cancel(host->context, any_number());
        return 0;
    }
    int32_t code =
        host->timer_set(host->context, any_time(), any_number(), take(4) == 0 ? NULL : &number);
    see(number);
    return code;
}

static int32_t others(const struct sf_cache_host *host)
{
    char text[300];
    switch (take(6)) {
    case 0:
        memset(text, (int)take(256), sizeof text);
        host->log(host->context, text, take(256) + take(44));
        return 0;
    case 1:
        host->state(host->context, take(256), take(256));
        return 0;
    case 2:
        see(host->random_u64(host->context));
        return 0;
    case 3:
        return host->wall_clock_ms(host->context) < 0 || host->now_ns(host->context) < 0;
    default: /* not an enum: a byte */
        return host->identity(host->context, any_number(), any_number());
    }
}

static void call(const struct sf_cache_host *host)
{
    int32_t (*const calls[])(const struct sf_cache_host *) = {
        answer, answer, answer, answer_properties, fetch, fetch, store, hold, timer, others};
    int32_t code = calls[take(sizeof calls / sizeof calls[0])](host);
    wild.calls_count++;
    wild.breaches_count += code >= SF_CACHE_E_UNKNOWN_REQUEST;
}

/* In every event. */
static void act(void *cache)
{
    const struct instance *instance = cache;
    for (uint32_t more = take(CALLS_PER_EVENT_MAX); more > 0 && wild.left > 0; more--) {
        call(instance->host);
    }
}

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)config;
    for (uint32_t i = 0; i < INSTANCES_MAX && take(32) != 31; i++) {
        if (instances[i].host == NULL) {
            instances[i].host = host;
            act(&instances[i]);
            return &instances[i];
        }
    }
    snprintf(error, error_bytes, "not now");
    return NULL;
}

static void destroy(void *cache)
{
    act(cache); /* not allowed */
    ((struct instance *)cache)->host = NULL;
}

static void on_upload(void *cache, const struct sf_cache_upload *upload)
{
    see(upload->upload);
    see(upload->camera);
    act(cache);
}

static void on_upload_fragment(void *cache, const struct sf_cache_fragment *fragment)
{
    see(fragment->upload);
    keep(fragment->bytes, fragment->offset, fragment->bytes_count);
    act(cache);
}

static void on_upload_ended(void *cache, const struct sf_cache_upload_end *end)
{
    see(end->upload);
    act(cache);
}

static void on_request(void *cache, const struct sf_cache_request *request)
{
    see(request->connection);
    see(request->token);
    see(request->session_renewal);
    see(request->camera);
    see(request->request);
    act(cache);
}

static void on_number(void *cache, uint64_t number)
{
    see(number);
    act(cache);
}

static void on_fetch_part(void *cache, const struct sf_cache_fetch_part *part)
{
    keep(part->bytes, part->offset, part->bytes_count);
    act(cache);
}

static void on_fetch_ended(void *cache, const struct sf_cache_fetch_end *end)
{
    see(end->fetch);
    act(cache);
}

static void on_store_reply(void *cache, const struct sf_cache_store_reply *reply)
{
    if (reply->bytes != NULL) {
        keep(reply->bytes, 0, reply->bytes_count);
    }
    see(reply->connection);
    act(cache);
}

static void on_timer(void *cache, uint64_t number, uint64_t cookie)
{
    (void)cookie;
    on_number(cache, number);
}

static void on_invalidate(void *cache, const struct sf_cache_invalidation *invalidation)
{
    on_number(cache, invalidation->camera);
}

static int32_t on_reconfigure(void *cache, const char *options)
{
    (void)options;
    act(cache);
    return (int32_t)take(3);
}

static void export_state(void *cache, const struct sf_cache_sink *sink)
{
    const uint8_t *bytes;
    for (uint32_t more = take(4); more > 0; more--) {
        uint32_t count = any_count(&bytes);
        if (bytes != NULL && count <= BYTES_MAX) {
            sink->write(sink->context, bytes, count);
        }
        act(cache);
    }
}

static void import_state(void *cache, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t bytes_count)
{
    (void)from_name;
    (void)from_version;
    keep(bytes, 0, bytes_count < BYTES_MAX ? (uint32_t)bytes_count : 0);
    act(cache);
}

static void on_identity(void *cache, const struct sf_cache_identity *identity)
{
    on_number(cache, identity->token);
}

static void on_node(void *cache, const struct sf_cache_node_event *event)
{
    (void)event;
    act(cache);
}

static void on_clock_step(void *cache, int64_t step_ms)
{
    (void)step_ms;
    act(cache);
}

static void on_answer_progress(void *cache, uint64_t request, uint32_t taken_bytes)
{
    (void)taken_bytes;
    on_number(cache, request);
}

const struct sf_cache_plugin sf_wild_cache = {
    .struct_bytes = sizeof(struct sf_cache_plugin),
    .abi = SF_CACHE_ABI,
    .name = "wild",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_upload = on_upload,
    .on_upload_fragment = on_upload_fragment,
    .on_upload_ended = on_upload_ended,
    .on_request = on_request,
    .on_request_cancelled = on_number,
    .on_connection_closed = on_number,
    .on_fetch_part = on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
    .on_store_reply = on_store_reply,
    .on_timer = on_timer,
    .on_invalidate = on_invalidate,
    .on_reconfigure = on_reconfigure,
    .export_state = export_state,
    .import_state = import_state,
    .on_identity = on_identity,
    .on_node = on_node,
    .on_clock_step = on_clock_step,
    .on_answer_progress = on_answer_progress,
};
