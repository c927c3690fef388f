/* The messages between the host and a cache in another process: one table of events (host to
 * cache) and one of calls (cache to host), each message with its fields. Two forms are made from
 * the tables: lines of JSON (json.h), for caches in any language, and binary frames (frame.h), for
 * the runner that loads a shared object. docs/exec.md is the same for a person. */
#ifndef STRAYFRAME_WIRE_WIRE_H
#define STRAYFRAME_WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/cache/strayframe_cache.h"

/* The version of the protocol. */
#define SF_WIRE_PROTOCOL 1u

enum {
    SF_WIRE_LINE_BYTES_MAX = 1 << 16,  /* of a line of JSON, with its end */
    SF_WIRE_BYTES_MAX = 4 << 20,       /* of the raw bytes of one message: the longest still */
    SF_WIRE_NAME_BYTES_MAX = 32,       /* of an id that the cache chose */
    SF_WIRE_TEXTS_BYTES_MAX = 1 << 14, /* of all texts of a binary frame */
    SF_WIRE_STRUCT_BYTES_MAX = 512,    /* of a message's struct */
    SF_WIRE_FIELDS_MAX = 24,
};

/* An id that the cache chose: of a fetch, a timer, a connection to the store, an operation. */
struct sf_wire_name {
    uint8_t bytes_count; /* 0: none */
    char bytes[SF_WIRE_NAME_BYTES_MAX];
};

/* A key of the shared store. */
struct sf_wire_key {
    uint32_t bytes_count;
    uint8_t bytes[SF_CACHE_KEY_BYTES_MAX];
};

/* Raw bytes that go with a message; borrowed. */
struct sf_wire_bytes {
    const uint8_t *bytes;
    uint64_t count;
};

enum sf_wire_type {
    SF_WIRE_U32,
    SF_WIRE_U64,   /* a number */
    SF_WIRE_I64,   /* a number */
    SF_WIRE_ID,    /* uint64_t; 16 hexadecimal digits, absent for 0 */
    SF_WIRE_WORD,  /* uint32_t; one of `words`, by its index */
    SF_WIRE_FLAG,  /* uint32_t, 0 or 1 */
    SF_WIRE_TEXT,  /* const char *, terminated; absent for NULL */
    SF_WIRE_NAME,  /* struct sf_wire_name */
    SF_WIRE_KEY,   /* struct sf_wire_key; text in the field, or hexadecimal digits in FIELD_hex */
    SF_WIRE_BYTES, /* struct sf_wire_bytes; at most one in a message, its last field */
    SF_WIRE_WORDS, /* uint32_t, a set: a list of words, bit by its index */
};

struct sf_wire_field {
    const char *name; /* NULL ends the fields */
    enum sf_wire_type type;
    uint32_t offset; /* in the message's struct */
    bool required;   /* in a call; an event always has it, unless it is an id that is none */
    const char *const *words; /* NULL-terminated */
};

struct sf_wire_message {
    const char *name;
    uint32_t struct_bytes;
    struct sf_wire_field fields[SF_WIRE_FIELDS_MAX];
};

/* ---- events: the host tells the cache ---- */

enum sf_wire_event {
    SF_EVENT_HELLO,
    SF_EVENT_CREATE,
    SF_EVENT_DESTROY,
    SF_EVENT_UPLOAD,
    SF_EVENT_UPLOAD_FRAGMENT,
    SF_EVENT_UPLOAD_ENDED,
    SF_EVENT_REQUEST,
    SF_EVENT_REQUEST_CANCELLED,
    SF_EVENT_CONNECTION_CLOSED,
    SF_EVENT_FETCH_PART,
    SF_EVENT_FETCH_ENDED,
    SF_EVENT_STORE_REPLY,
    SF_EVENT_TIMER,
    SF_EVENT_INVALIDATE,
    SF_EVENT_RECONFIGURE,
    SF_EVENT_EXPORT,
    SF_EVENT_IMPORT,
    SF_EVENT_IDENTITY,
    SF_EVENT_NODE,
    SF_EVENT_CLOCK_STEP,
    SF_EVENT_ANSWER_PROGRESS,
    SF_EVENT_RESULT, /* of a call that asked for one: binary frames only */
    SF_EVENTS_COUNT
};

/* What every message says besides its fields. */
struct sf_wire_head {
    uint32_t kind;
    bool reply;      /* event: calls and `done` are wanted; call: a result is wanted */
    int64_t now_ns;  /* events only */
    int64_t wall_ms; /* events only */
    uint64_t turn;   /* binary frames: counts the events that want a reply; a call says which it is
                        made in, so that what was written before its time is no call */
};

struct sf_event_hello {
    uint32_t protocol;
    const char *host;
};

struct sf_event_create {
    uint32_t node;
    uint32_t nodes;
    uint32_t still_bytes_max;
    uint32_t asks; /* 1: each call that a bound of the host's may refuse waits for its answer;
                      binary frames only */
    uint64_t capacity_bytes;
    int64_t fresh_within_ns;
    uint64_t seed;   /* for a cache's own dice */
    uint64_t rng[4]; /* the state of the host's stream: binary frames only */
    const char *options;
};

struct sf_event_upload {
    struct sf_cache_upload upload;
};

struct sf_event_fragment {
    uint64_t upload;
    uint32_t offset;
    struct sf_wire_bytes bytes;
};

struct sf_event_request {
    struct sf_cache_request request;
};

/* Of one number: request_cancelled, connection_closed. */
struct sf_event_number {
    uint64_t number;
    uint32_t taken_bytes; /* answer_progress */
};

struct sf_event_fetch_part {
    struct sf_wire_name fetch;
    struct sf_cache_fetch_part part; /* without fetch, cookie and bytes */
    struct sf_wire_bytes bytes;
};

struct sf_event_fetch_ended {
    struct sf_wire_name fetch;
    uint64_t camera;
    uint32_t end;
};

struct sf_event_store_reply {
    struct sf_wire_name connection;
    struct sf_wire_name op;
    uint32_t status;
    struct sf_wire_bytes bytes;
};

struct sf_event_timer {
    struct sf_wire_name timer;
};

struct sf_event_reconfigure {
    const char *options;
};

struct sf_event_import {
    const char *from_name;
    const char *from_version;
    uint64_t total_bytes;
    uint32_t last; /* 1: no part follows */
    struct sf_wire_bytes bytes;
};

struct sf_event_identity {
    struct sf_wire_name op;
    struct sf_cache_identity identity;
};

struct sf_event_clock_step {
    int64_t step_ms;
};

struct sf_event_result {
    uint32_t code; /* SF_CACHE_DONE or SF_CACHE_E_... */
};

/* ---- calls: the cache asks the host ---- */

enum sf_wire_call {
    SF_CALL_DONE,
    SF_CALL_HELLO,
    SF_CALL_REFUSE,
    SF_CALL_MISPREDICTED,
    SF_CALL_FOREIGN_THREAD,
    SF_CALL_ANSWER,
    SF_CALL_ANSWER_BEGIN,
    SF_CALL_ANSWER_PART,
    SF_CALL_ANSWER_END,
    SF_CALL_ANSWER_ABORT,
    SF_CALL_ANSWER_PROPERTIES,
    SF_CALL_FETCH,
    SF_CALL_FETCH_CANCEL,
    SF_CALL_TIMER_SET,
    SF_CALL_TIMER_CANCEL,
    SF_CALL_STORE_OPEN,
    SF_CALL_STORE_CLOSE,
    SF_CALL_STORE_GET,
    SF_CALL_STORE_PUT,
    SF_CALL_IDENTITY,
    SF_CALL_LOG,
    SF_CALL_FUZZ_STATE,
    SF_CALL_STATE,
    SF_CALLS_COUNT
};

struct sf_call_hello {
    uint32_t protocol;
    const char *name;
    const char *version;
    const char *summary;
    const char *options;
    uint32_t events; /* bit set of enum sf_wire_event: what it wants to be told */
};

struct sf_call_refuse {
    const char *text;
};

/* Instead of `done`: an event that wanted no reply would have had calls. */
struct sf_call_mispredicted {
    uint32_t event; /* enum sf_wire_event: the first such */
};

struct sf_call_answer {
    uint64_t request;
    uint32_t status;
    uint32_t total_bytes; /* answer_begin; binary frames: how many bytes the object said it has */
    uint32_t has_pointer; /* binary frames: 1 unless it gave NULL */
    struct sf_wire_bytes bytes;
};

struct sf_call_properties {
    uint64_t request;
    uint32_t stale;
    uint32_t incomplete;
    uint32_t flags; /* binary frames: all of them, known or not */
    uint64_t validator;
    uint64_t session;
};

struct sf_call_fetch {
    struct sf_wire_name fetch;
    uint64_t camera;
    uint64_t validator;
};

struct sf_call_timer {
    struct sf_wire_name timer;
    int64_t delay_ns;
};

struct sf_call_store {
    struct sf_wire_name connection;
    struct sf_wire_name op;
    struct sf_wire_key key;
    int64_t ttl_ns;
    struct sf_wire_bytes bytes;
};

struct sf_call_identity {
    struct sf_wire_name op;
    uint64_t token;
};

struct sf_call_log {
    const char *text;
};

struct sf_call_fuzz_state {
    uint32_t index;
    uint32_t value;
};

struct sf_call_state {
    struct sf_wire_bytes bytes;
};

extern const struct sf_wire_message sf_wire_events[SF_EVENTS_COUNT];
extern const struct sf_wire_message sf_wire_calls[SF_CALLS_COUNT];

/* Every event that a cache may leave out. */
uint32_t sf_wire_optional_events(void);

#endif
