/* What a boxed cache calls. Each call is carried out as the plug-in's would be; what the host
 * answers, the cache hears only if its call asked for it. */
#include <stdarg.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/box/private.h"

struct hearing {
    struct sf_boxed *boxed;
    char *refusal;
    uint32_t refusal_bytes;
    const struct sf_cache_sink *sink;
};

/* A bound of the host's was met. An object hears of it; a program cannot. */
static int32_t or_broken(struct sf_boxed *boxed, int32_t code, const char *what)
{
    if (code == SF_CACHE_E_BUSY && boxed->channel->json) {
        sf_boxed_broken(boxed, "too many %s at once", what);
    }
    return code;
}

/* A name that must be new. 0 if it is not, or has no bytes. */
static sf_handle add_name(struct sf_boxed *boxed, enum sf_name_kind kind,
                          const struct sf_wire_name *name, const char *what)
{
    if (name->bytes_count == 0 || sf_names_find(&boxed->names, kind, name) != 0) {
        sf_boxed_broken(boxed, "the id '%.*s' of a %s is taken", name->bytes_count, name->bytes,
                        what);
        return 0;
    }
    return sf_names_add(&boxed->names, kind, name);
}

/* ---- answers ---- */

static const uint8_t *bytes_or_null(const struct sf_wire_bytes *bytes)
{
    return bytes->count > 0 ? bytes->bytes : NULL;
}

static int32_t call_answer(struct sf_boxed *boxed, uint32_t kind, const struct sf_call_answer *call)
{
    const struct sf_cache_host *host = boxed->host;
    const uint8_t *bytes = bytes_or_null(&call->bytes);
    uint32_t count = (uint32_t)call->bytes.count;
    if (count == 0 && call->has_pointer != 0) {
        bytes = call->bytes.bytes; /* none, or too many: it is refused before it is read */
        count = call->total_bytes;
    } else if (count == 0 && !boxed->channel->json) {
        count = call->total_bytes;
    }
    if (bytes != NULL && count != call->bytes.count && count <= SF_CACHE_STILL_BYTES_MAX &&
        count != 0) {
        sf_boxed_broken(boxed, "an answer without the bytes that it has");
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    switch (kind) {
    case SF_CALL_ANSWER:
        return host->answer(host->context, call->request, call->status, bytes, count);
    case SF_CALL_ANSWER_BEGIN:
        return host->answer_begin(host->context, call->request, call->total_bytes);
    case SF_CALL_ANSWER_PART:
        return host->answer_part(host->context, call->request, bytes, count);
    case SF_CALL_ANSWER_END:
        return host->answer_end(host->context, call->request);
    default: /* the rest: carry_out hands over five kinds */
        return host->answer_abort(host->context, call->request);
    }
}

static int32_t call_properties(const struct sf_boxed *boxed, const struct sf_call_properties *call)
{
    const struct sf_cache_answer_properties properties = {
        .struct_bytes = sizeof properties,
        .flags = call->flags | (call->stale != 0 ? SF_CACHE_ANSWER_STALE : 0) |
                 (call->incomplete != 0 ? SF_CACHE_ANSWER_INCOMPLETE : 0),
        .validator = call->validator,
        .session = call->session,
    };
    return boxed->host->answer_properties(boxed->host->context, call->request, &properties);
}

/* ---- what takes time ---- */

static int32_t call_fetch(struct sf_boxed *boxed, const struct sf_call_fetch *call)
{
    const struct sf_cache_host *host = boxed->host;
    sf_handle handle = add_name(boxed, SF_NAME_FETCH, &call->fetch, "fetch");
    if (handle == 0) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    uint64_t fetch = 0;
    int32_t code =
        host->fetch_if_changed(host->context, call->camera, call->validator, handle, &fetch);
    if (code != SF_CACHE_DONE) {
        sf_names_remove(&boxed->names, handle);
        if (code == SF_CACHE_E_BUSY && boxed->channel->json &&
            boxed->refused_count < SF_BOX_REFUSED_MAX) {
            boxed->refused[boxed->refused_count++] = (struct sf_event_fetch_ended){
                .fetch = call->fetch, .camera = call->camera, .end = SF_CACHE_END_ABANDONED};
            return code;
        }
        return or_broken(boxed, code, "fetches");
    }
    sf_names_get(&boxed->names, handle)->host_handle = fetch;
    return code;
}

/* One that has ended is no error; one that never was, only a runner can tell. */
static int32_t call_fetch_cancel(struct sf_boxed *boxed, const struct sf_call_fetch *call,
                                 bool never_was)
{
    const struct sf_cache_host *host = boxed->host;
    sf_handle handle = sf_names_find(&boxed->names, SF_NAME_FETCH, &call->fetch);
    if (handle == 0) {
        return never_was ? host->fetch_cancel(host->context, 0) : SF_CACHE_DONE;
    }
    int32_t code =
        host->fetch_cancel(host->context, sf_names_get(&boxed->names, handle)->host_handle);
    sf_names_remove(&boxed->names, handle);
    return code;
}

static int32_t call_timer_set(struct sf_boxed *boxed, const struct sf_call_timer *call)
{
    const struct sf_cache_host *host = boxed->host;
    sf_handle handle = add_name(boxed, SF_NAME_TIMER, &call->timer, "timer");
    if (handle == 0) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    uint64_t timer = 0;
    int32_t code = host->timer_set(host->context, call->delay_ns, handle, &timer);
    if (code != SF_CACHE_DONE) {
        sf_names_remove(&boxed->names, handle);
        return or_broken(boxed, code, "timers, or one of more than a year");
    }
    sf_names_get(&boxed->names, handle)->host_handle = timer;
    return code;
}

static int32_t call_timer_cancel(struct sf_boxed *boxed, const struct sf_call_timer *call)
{
    const struct sf_cache_host *host = boxed->host;
    sf_handle handle = sf_names_find(&boxed->names, SF_NAME_TIMER, &call->timer);
    if (handle != 0) {
        host->timer_cancel(host->context, sf_names_get(&boxed->names, handle)->host_handle);
        sf_names_remove(&boxed->names, handle);
    }
    return SF_CACHE_DONE;
}

static int32_t call_identity(struct sf_boxed *boxed, const struct sf_call_identity *call)
{
    sf_handle handle = add_name(boxed, SF_NAME_QUESTION, &call->op, "question");
    if (handle == 0) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    int32_t code = boxed->host->identity(boxed->host->context, call->token, handle);
    if (code != SF_CACHE_DONE) {
        sf_names_remove(&boxed->names, handle);
    }
    return or_broken(boxed, code, "questions to the identity service");
}

/* ---- the shared store ---- */

static int32_t call_store_open(struct sf_boxed *boxed, const struct sf_call_store *call)
{
    sf_handle handle = add_name(boxed, SF_NAME_CONNECTION, &call->connection, "connection");
    if (handle == 0) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    uint64_t connection = 0;
    int32_t code = boxed->host->store_open(boxed->host->context, &connection);
    if (code != SF_CACHE_DONE) {
        sf_names_remove(&boxed->names, handle);
        return or_broken(boxed, code, "connections");
    }
    sf_names_get(&boxed->names, handle)->host_handle = connection;
    return code;
}

/* A closed connection gets no further replies. */
static void forget_operations(struct sf_names *names, sf_handle connection)
{
    sf_handle handle = sf_slots_next(&names->slots, 0);
    while (handle != 0) {
        sf_handle next = sf_slots_next(&names->slots, handle);
        if (sf_names_get(names, handle)->connection == connection) {
            sf_names_remove(names, handle);
        }
        handle = next;
    }
}

static int32_t call_store_close(struct sf_boxed *boxed, const struct sf_call_store *call)
{
    const struct sf_cache_host *host = boxed->host;
    sf_handle handle = sf_names_find(&boxed->names, SF_NAME_CONNECTION, &call->connection);
    if (handle == 0) {
        return host->store_close(host->context, 0);
    }
    int32_t code =
        host->store_close(host->context, sf_names_get(&boxed->names, handle)->host_handle);
    forget_operations(&boxed->names, handle);
    sf_names_remove(&boxed->names, handle);
    return code;
}

static int32_t call_store(struct sf_boxed *boxed, bool put, const struct sf_call_store *call)
{
    const struct sf_cache_host *host = boxed->host;
    sf_handle connection = sf_names_find(&boxed->names, SF_NAME_CONNECTION, &call->connection);
    uint64_t host_connection =
        connection != 0 ? sf_names_get(&boxed->names, connection)->host_handle : 0;
    const uint8_t *key = call->key.bytes_count > 0 ? call->key.bytes : NULL;
    sf_handle handle = add_name(boxed, SF_NAME_OPERATION, &call->op, "operation of the store");
    if (handle == 0) {
        return SF_CACHE_E_BAD_ARGUMENT;
    }
    sf_names_get(&boxed->names, handle)->connection = connection;
    int32_t code =
        put ? host->store_put(host->context, host_connection, key, call->key.bytes_count,
                              bytes_or_null(&call->bytes), (uint32_t)call->bytes.count,
                              call->ttl_ns, handle)
            : host->store_get(host->context, host_connection, key, call->key.bytes_count, handle);
    if (code != SF_CACHE_DONE) {
        sf_names_remove(&boxed->names, handle);
    }
    return code;
}

/* ---- one call ---- */

static void call_log(const struct sf_boxed *boxed, const struct sf_call_log *call)
{
    size_t length = strlen(call->text);
    boxed->host->log(boxed->host->context, call->text, length < 200 ? (uint32_t)length : 200);
}

static void call_state(const struct hearing *hearing, const struct sf_call_state *call)
{
    if (hearing->sink == NULL) {
        sf_boxed_broken(hearing->boxed, "'state' answers no event but 'export'");
    } else {
        hearing->sink->write(hearing->sink->context, call->bytes.bytes, call->bytes.count);
    }
}

static int32_t carry_out(const struct hearing *hearing, const struct sf_wire_head *head,
                         const union sf_wire_body *body)
{
    struct sf_boxed *boxed = hearing->boxed;
    const struct sf_cache_host *host = boxed->host;
    const void *call = body;
    switch ((enum sf_wire_call)head->kind) {
    case SF_CALL_ANSWER:
    case SF_CALL_ANSWER_BEGIN:
    case SF_CALL_ANSWER_PART:
    case SF_CALL_ANSWER_END:
    case SF_CALL_ANSWER_ABORT:
        return call_answer(boxed, head->kind, call);
    case SF_CALL_ANSWER_PROPERTIES:
        return call_properties(boxed, call);
    case SF_CALL_FETCH:
        return call_fetch(boxed, call);
    case SF_CALL_FETCH_CANCEL:
        return call_fetch_cancel(boxed, call, head->reply);
    case SF_CALL_TIMER_SET:
        return call_timer_set(boxed, call);
    case SF_CALL_TIMER_CANCEL:
        return call_timer_cancel(boxed, call);
    case SF_CALL_STORE_OPEN:
        return call_store_open(boxed, call);
    case SF_CALL_STORE_CLOSE:
        return call_store_close(boxed, call);
    case SF_CALL_STORE_GET:
    case SF_CALL_STORE_PUT:
        return call_store(boxed, head->kind == SF_CALL_STORE_PUT, call);
    case SF_CALL_IDENTITY:
        return call_identity(boxed, call);
    case SF_CALL_LOG:
        call_log(boxed, call);
        return SF_CACHE_DONE;
    case SF_CALL_FUZZ_STATE: {
        const struct sf_call_fuzz_state *state = call;
        host->state(host->context, state->index, state->value);
        return SF_CACHE_DONE;
    }
    case SF_CALL_STATE:
        call_state(hearing, call);
        return SF_CACHE_DONE;
    case SF_CALL_FOREIGN_THREAD: /* the runner has refused the calls themselves */
        boxed->config.broke(boxed->config.context, SF_CACHE_E_FOREIGN_THREAD);
        return SF_CACHE_DONE;
    case SF_CALL_DONE:
    case SF_CALL_HELLO:
    case SF_CALL_REFUSE:
    case SF_CALL_MISPREDICTED:
    case SF_CALLS_COUNT:
        break;
    }
    SF_UNREACHABLE(); /* hear_one */
}

static void refuse(const struct hearing *hearing, const struct sf_call_refuse *call)
{
    if (hearing->refusal == NULL) {
        sf_boxed_broken(hearing->boxed, "'refuse' answers neither 'create' nor 'reconfigure'");
    } else {
        snprintf(hearing->refusal, hearing->refusal_bytes, "%s",
                 call->text != NULL ? call->text : "");
    }
}

/* An event of which nothing was expected has calls: it is waited for from now on, and the run is
 * begun again. */
static void learn(const struct hearing *hearing, const struct sf_call_mispredicted *call)
{
    struct sf_boxed *boxed = hearing->boxed;
    if (call->event >= SF_EVENTS_COUNT || !sf_box_is_repeatable() ||
        boxed->box->habits[call->event].calls) {
        sf_boxed_broken(boxed, "'mispredicted' where nothing was predicted");
        return;
    }
    boxed->box->habits[call->event].calls = true;
    sf_box_void_run();
}

enum sf_calls_end sf_boxed_hear(struct sf_boxed *boxed, char *refusal, uint32_t refusal_bytes,
                                const struct sf_cache_sink *sink)
{
    const struct hearing hearing = {boxed, refusal, refusal_bytes, sink};
    enum sf_calls_end end = SF_CALLS_DONE;
    struct sf_wire_head head;
    union sf_wire_body body;
    while (!boxed->gone) {
        if (!sf_channel_receive(boxed->channel, &head, &body)) {
            sf_boxed_lost(boxed);
            break;
        }
        const void *call = &body;
        if (head.kind == SF_CALL_DONE) {
            return end;
        }
        if (head.kind == SF_CALL_MISPREDICTED) {
            learn(&hearing, call);
            return SF_CALLS_LOST;
        }
        if (head.kind == SF_CALL_REFUSE) {
            refuse(&hearing, call);
            end = SF_CALLS_REFUSED;
            continue;
        }
        if (head.kind == SF_CALL_HELLO) {
            sf_boxed_broken(boxed, "'hello' answers no other event");
            break;
        }
        boxed->box->habits[boxed->event].calls = true;
        int32_t code = carry_out(&hearing, &head, &body);
        bool taken_for_granted = !head.reply && !boxed->gone && !boxed->channel->json;
        if (taken_for_granted && code == SF_CACHE_E_BUSY && !sf_box_run_asks()) {
            sf_box_void_run_at_bound();
            return SF_CALLS_LOST;
        }
        if (head.reply && !boxed->gone) {
            const struct sf_event_result result = {.code = (uint32_t)code};
            sf_channel_send(boxed->channel,
                            &(struct sf_wire_head){.kind = SF_EVENT_RESULT, .reply = true},
                            &result);
        }
    }
    return SF_CALLS_LOST;
}
