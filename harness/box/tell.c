/* A boxed cache as a plug-in: each function sends its event, and waits for what comes back where
 * something may. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/box/private.h"
#include "harness/box/sandbox.h"

/* So often was an event waited for in vain before the next are sent without waiting. */
enum { WAITS_MIN = 32 };

static struct sf_wire_head head_of(const struct sf_boxed *boxed, enum sf_wire_event kind)
{
    const struct sf_cache_host *host = boxed->host;
    return (struct sf_wire_head){.kind = kind,
                                 .reply = true,
                                 .now_ns = host->now_ns(host->context),
                                 .wall_ms = host->wall_clock_ms(host->context)};
}

static void tell_refused(struct sf_boxed *boxed);

/* An event whose calls may be expected not to come. */
static void tell(struct sf_boxed *boxed, enum sf_wire_event kind, const void *body)
{
    if (boxed->gone || (boxed->box->events >> kind & 1u) == 0) {
        return;
    }
    struct sf_box_habit *habit = &boxed->box->habits[kind];
    struct sf_wire_head head = head_of(boxed, kind);
    head.reply = !sf_box_is_repeatable() || habit->calls || habit->waited_count < WAITS_MIN;
    sf_channel_send(boxed->channel, &head, body);
    if (head.reply) {
        boxed->event = kind;
        habit->waited_count++;
        (void)sf_boxed_hear(boxed, NULL, 0, NULL); /* what is lost has been told */
        tell_refused(boxed);
    } else if (boxed->channel->trouble != SF_CHANNEL_SOUND) {
        sf_boxed_lost(boxed);
    }
}

/* The ends of the fetches that were refused. Their handlers may begin new ones, not for ever. */
static void tell_refused(struct sf_boxed *boxed)
{
    enum { ROUNDS_MAX = 64 };
    if (boxed->tells_refused) {
        return;
    }
    boxed->tells_refused = true;
    for (int round = 0; boxed->refused_count > 0 && !boxed->gone; round++) {
        const struct sf_event_fetch_ended event = boxed->refused[0];
        boxed->refused_count--;
        memmove(&boxed->refused[0], &boxed->refused[1],
                boxed->refused_count * sizeof boxed->refused[0]);
        if (round == ROUNDS_MAX) {
            sf_boxed_broken(boxed, "too many fetches at once");
        }
        tell(boxed, SF_EVENT_FETCH_ENDED, &event);
    }
    boxed->tells_refused = false;
}

/* An event that is always waited for. */
static enum sf_calls_end ask(struct sf_boxed *boxed, enum sf_wire_event kind, const void *body,
                             char *refusal, uint32_t refusal_bytes,
                             const struct sf_cache_sink *sink)
{
    if (boxed->gone) {
        return SF_CALLS_LOST;
    }
    struct sf_wire_head head = head_of(boxed, kind);
    sf_channel_send(boxed->channel, &head, body);
    boxed->event = kind;
    enum sf_calls_end end = sf_boxed_hear(boxed, refusal, refusal_bytes, sink);
    tell_refused(boxed);
    return end;
}

/* ---- its life ---- */

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    struct sf_boxed *boxed = sf_alloc(1, sizeof *boxed);
    struct sf_diag diag = {0};
    memcpy(&boxed->config, config, sizeof boxed->config);
    boxed->box = (struct sf_box *)(uintptr_t)boxed->config.box;
    boxed->host = host;
    enum sf_err err = sf_box_take(boxed->box, &boxed->channel, &diag);
    if (err == SF_ERR_MACHINE) {
        fprintf(stderr, "strayframe: %s\n", diag.message);
        exit(4);
    }
    if (err != SF_OK) { /* it could be started when it was loaded */
        boxed->config.ended(boxed->config.context, SF_CACHE_E_PROTOCOL, 0, diag.message);
        free(boxed);
        return NULL;
    }
    sf_names_init(&boxed->names);
    boxed->pid = sf_process_child(boxed->channel->process.keeper);
    boxed->peak_bytes = sf_process_peak_bytes(boxed->pid);
    const struct sf_event_create event = {
        .node = config->node,
        .nodes = config->nodes,
        .still_bytes_max = config->still_bytes_max,
        .capacity_bytes = config->capacity_bytes,
        .fresh_within_ns = config->fresh_within_ns,
        .seed = boxed->config.rng[0] != 0 ? boxed->config.rng[0] : 1,
        .rng = {boxed->config.rng[0], boxed->config.rng[1], boxed->config.rng[2],
                boxed->config.rng[3]},
        .asks = sf_box_run_asks(),
        .options = config->options,
    };
    snprintf(error, error_bytes, "it ended before it was there");
    if (ask(boxed, SF_EVENT_CREATE, &event, error, error_bytes, NULL) == SF_CALLS_DONE) {
        return boxed;
    }
    if (!boxed->gone) {
        sf_box_give(boxed->box, boxed->channel);
    }
    sf_names_fini(&boxed->names);
    free(boxed);
    return NULL;
}

static void destroy(void *cache)
{
    struct sf_boxed *boxed = cache;
    (void)ask(boxed, SF_EVENT_DESTROY, NULL, NULL, 0, NULL);
    if (!boxed->gone) {
        sf_box_note_peak(sf_process_peak_bytes(boxed->pid));
        sf_box_give(boxed->box, boxed->channel);
    }
    sf_names_fini(&boxed->names);
    free(boxed);
}

uint64_t sf_box_grown_bytes(const void *cache)
{
    SF_ASSERT(cache != NULL);
    const struct sf_boxed *boxed = cache;
    bool unknown = boxed->gone || sf_sandbox_sanitizer() != NULL;
    uint64_t peak_bytes = unknown ? 0 : sf_process_peak_bytes(boxed->pid);
    return boxed->peak_bytes > 0 && peak_bytes > boxed->peak_bytes ? peak_bytes - boxed->peak_bytes
                                                                   : 0;
}

/* ---- what happens ---- */

static void on_upload(void *cache, const struct sf_cache_upload *upload)
{
    const struct sf_event_upload event = {*upload};
    tell(cache, SF_EVENT_UPLOAD, &event);
}

static void on_upload_fragment(void *cache, const struct sf_cache_fragment *fragment)
{
    const struct sf_event_fragment event = {
        .upload = fragment->upload,
        .offset = fragment->offset,
        .bytes = {fragment->bytes, fragment->bytes_count},
    };
    tell(cache, SF_EVENT_UPLOAD_FRAGMENT, &event);
}

static void on_upload_ended(void *cache, const struct sf_cache_upload_end *end)
{
    tell(cache, SF_EVENT_UPLOAD_ENDED, end);
}

static void on_request(void *cache, const struct sf_cache_request *request)
{
    const struct sf_event_request event = {*request};
    tell(cache, SF_EVENT_REQUEST, &event);
}

static void on_request_cancelled(void *cache, uint64_t request)
{
    const struct sf_event_number event = {.number = request};
    tell(cache, SF_EVENT_REQUEST_CANCELLED, &event);
}

static void on_connection_closed(void *cache, uint64_t connection)
{
    const struct sf_event_number event = {.number = connection};
    tell(cache, SF_EVENT_CONNECTION_CLOSED, &event);
}

static void on_fetch_part(void *cache, const struct sf_cache_fetch_part *part)
{
    struct sf_boxed *boxed = cache;
    const struct sf_name *name = sf_names_get(&boxed->names, part->cookie);
    if (name == NULL) {
        return; /* its process has ended meanwhile */
    }
    struct sf_event_fetch_part event = {
        .fetch = name->name, .part = *part, .bytes = {part->bytes, part->bytes_count}};
    event.part.bytes = NULL;
    event.part.fetch = 0;
    event.part.cookie = 0;
    tell(boxed, SF_EVENT_FETCH_PART, &event);
}

/* The cache's name of what has ended; it may be used again. */
static struct sf_wire_name take_name(struct sf_boxed *boxed, sf_handle handle)
{
    const struct sf_name *name = sf_names_get(&boxed->names, handle);
    SF_ASSERT(name != NULL);
    struct sf_wire_name taken = name->name;
    sf_names_remove(&boxed->names, handle);
    return taken;
}

static void on_fetch_ended(void *cache, const struct sf_cache_fetch_end *end)
{
    struct sf_boxed *boxed = cache;
    const struct sf_event_fetch_ended event = {
        .fetch = take_name(boxed, end->cookie), .camera = end->camera, .end = end->end};
    tell(boxed, SF_EVENT_FETCH_ENDED, &event);
}

static void on_store_reply(void *cache, const struct sf_cache_store_reply *reply)
{
    struct sf_boxed *boxed = cache;
    const struct sf_name *operation = sf_names_get(&boxed->names, reply->cookie);
    SF_ASSERT(operation != NULL);
    const struct sf_name *connection = sf_names_get(&boxed->names, operation->connection);
    SF_ASSERT(connection != NULL);
    const struct sf_event_store_reply event = {
        .connection = connection->name,
        .op = take_name(boxed, reply->cookie),
        .status = reply->status,
        .bytes = {reply->bytes, reply->bytes_count},
    };
    tell(boxed, SF_EVENT_STORE_REPLY, &event);
}

static void on_timer(void *cache, uint64_t timer, uint64_t cookie)
{
    (void)timer;
    struct sf_boxed *boxed = cache;
    const struct sf_event_timer event = {.timer = take_name(boxed, cookie)};
    tell(boxed, SF_EVENT_TIMER, &event);
}

static void on_invalidate(void *cache, const struct sf_cache_invalidation *invalidation)
{
    tell(cache, SF_EVENT_INVALIDATE, invalidation);
}

static void on_identity(void *cache, const struct sf_cache_identity *identity)
{
    struct sf_boxed *boxed = cache;
    struct sf_event_identity event = {.op = take_name(boxed, identity->cookie),
                                      .identity = *identity};
    event.identity.cookie = 0;
    tell(boxed, SF_EVENT_IDENTITY, &event);
}

static void on_node(void *cache, const struct sf_cache_node_event *event)
{
    tell(cache, SF_EVENT_NODE, event);
}

static void on_clock_step(void *cache, int64_t step_ms)
{
    const struct sf_event_clock_step event = {step_ms};
    tell(cache, SF_EVENT_CLOCK_STEP, &event);
}

static void on_answer_progress(void *cache, uint64_t request, uint32_t taken_bytes)
{
    const struct sf_event_number event = {.number = request, .taken_bytes = taken_bytes};
    tell(cache, SF_EVENT_ANSWER_PROGRESS, &event);
}

static int32_t on_reconfigure(void *cache, const char *options)
{
    char refusal[SF_BOX_TEXT_BYTES];
    const struct sf_event_reconfigure event = {options};
    return ask(cache, SF_EVENT_RECONFIGURE, &event, refusal, sizeof refusal, NULL) == SF_CALLS_DONE
               ? 0
               : 1;
}

static void export_state(void *cache, const struct sf_cache_sink *sink)
{
    (void)ask(cache, SF_EVENT_EXPORT, NULL, NULL, 0, sink);
}

/* In parts that a message can hold. */
static void import_state(void *cache, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t bytes_count)
{
    uint64_t done = 0;
    do {
        uint64_t left = bytes_count - done;
        uint64_t count = left < SF_WIRE_BYTES_MAX ? left : SF_WIRE_BYTES_MAX;
        const struct sf_event_import event = {
            .from_name = from_name,
            .from_version = from_version,
            .total_bytes = bytes_count,
            .last = done + count == bytes_count,
            .bytes = {count > 0 ? bytes + done : NULL, count},
        };
        (void)ask(cache, SF_EVENT_IMPORT, &event, NULL, 0, NULL);
        done += count;
    } while (done < bytes_count);
}

void sf_box_fill_plugin(struct sf_box *box)
{
    SF_ASSERT(box != NULL);
    const struct sf_cache_plugin all = {
        .struct_bytes = sizeof all,
        .abi = SF_CACHE_ABI,
        .create = create,
        .destroy = destroy,
        .on_upload = on_upload,
        .on_upload_fragment = on_upload_fragment,
        .on_upload_ended = on_upload_ended,
        .on_request = on_request,
        .on_request_cancelled = on_request_cancelled,
        .on_connection_closed = on_connection_closed,
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
    box->plugin = all;
    box->plugin.name = box->name;
    box->plugin.version = box->version;
    box->plugin.summary = box->summary[0] != '\0' ? box->summary : NULL;
    box->plugin.options = box->options[0] != '\0' ? box->options : NULL;
#define UNLESS_TOLD(EVENT, FUNCTION)                   \
    if ((box->events >> SF_EVENT_##EVENT & 1u) == 0) { \
        box->plugin.FUNCTION = NULL;                   \
    }
    UNLESS_TOLD(UPLOAD, on_upload)
    UNLESS_TOLD(UPLOAD_FRAGMENT, on_upload_fragment)
    UNLESS_TOLD(UPLOAD_ENDED, on_upload_ended)
    UNLESS_TOLD(REQUEST, on_request)
    UNLESS_TOLD(REQUEST_CANCELLED, on_request_cancelled)
    UNLESS_TOLD(CONNECTION_CLOSED, on_connection_closed)
    UNLESS_TOLD(FETCH_PART, on_fetch_part)
    UNLESS_TOLD(INVALIDATE, on_invalidate)
    UNLESS_TOLD(RECONFIGURE, on_reconfigure)
    UNLESS_TOLD(EXPORT, export_state)
    UNLESS_TOLD(IMPORT, import_state)
    UNLESS_TOLD(NODE, on_node)
    UNLESS_TOLD(CLOCK_STEP, on_clock_step)
    UNLESS_TOLD(ANSWER_PROGRESS, on_answer_progress)
#undef UNLESS_TOLD
}
