/* What happened in a run, as records of a fixed size: the only thing that oracles judge. A trace
 * begins with the records of who is who, so that a reader needs nothing else.
 *
 * harness/trace/record_kinds.def is the table of kinds: which fields each has and of which type.
 * To write a record, name its kind and its fields (the world fills in the time):
 *
 *     world_trace(world, SF_RECORD(ask, .viewer = viewer, .camera = camera, .request = request));
 *
 * A field that is not named is 0. To read one:
 *
 *     struct sf_ask_record ask = sf_ask_of(record);
 *
 * Nothing else packs or unpacks `who`, `a` to `d` and `flags`. */
#ifndef STRAYFRAME_TRACE_RECORD_H
#define STRAYFRAME_TRACE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/assert.h"
#include "harness/base/callback.h"
#include "harness/base/ids.h"
#include "harness/base/time.h"

struct sf_record {
    sf_ns at_ns;
    uint16_t kind;
    uint16_t flags;
    uint32_t who;
    uint32_t a;
    uint32_t b;
    uint64_t c;
    uint64_t d;
};

_Static_assert(sizeof(struct sf_record) == 40, "no padding: records are hashed and saved");

enum sf_record_kind {
#define KIND(NAME, name, text, verb, meaning) SF_RECORD_##NAME,
#define FIELD(place, TYPE, name, label)
#define ALWAYS(place, value)
#define END
#include "harness/trace/record_kinds.def"
#undef KIND
#undef FIELD
#undef ALWAYS
#undef END
    SF_RECORD_KINDS_COUNT
};

/* ---- values of fields ---- */

/* Type FLAGS: X(NAME, bit, word), in the order of the text form. Saved runs keep the bits. */
/* clang-format off */
#define SF_RECORD_FLAGS(X)                                                                         \
    /* The path of a viewer's requests, with the name of the path; none: the app's. */             \
    X(INTEGRATION, 0, "integration")                                                               \
    X(EXPORT, 12, "export")                                                                        \
    X(DIRECT, 9, "direct")         /* VIEWER, ADMITTED: asks the camera, not the cloud */          \
    X(WHOLE, 1, "whole")           /* every byte of the answer arrived */                          \
    X(EXACT, 2, "exact")           /* byte for byte a capture of the viewer's own camera */        \
    X(GRAYSCALE, 3, "grayscale")                                                                   \
    X(DAMAGED, 4, "damaged")       /* not one whole picture: mixed, cut or unreadable in part */   \
    X(BROKEN, 13, "broken")        /* SHOWN, SEEN: no decoder shows all of it, or it is mixed; a   \
                                      re-encoded picture may be DAMAGED without that */            \
    X(DECODABLE, 5, "decodable")                                                                   \
    X(STALE, 10, "stale")          /* STATUS, too: the cache flagged its answer as stale */        \
    X(INCOMPLETE, 11, "incomplete") /* STATUS, too: it flagged it as incomplete */                 \
    X(NIGHT, 7, "night")           /* CAPTURE: infrared */                                         \
    X(POOR_NETWORK, 6, "poor network") /* VIEWER: its home starts on a network that is not the     \
                                          good one */                                              \
    X(NO_ACCOUNT, 8, "no account") /* VIEWER: never has a session */
/* clang-format on */

#define SF_FLAG_OF_ROW(NAME, bit, word) SF_FLAG_##NAME = 1 << (bit),
enum {
    SF_FLAG_APP = 0,
    SF_RECORD_FLAGS(SF_FLAG_OF_ROW)

    /* The paths that the cache serves. */
    SF_FLAGS_FROM_CACHE = SF_FLAG_INTEGRATION | SF_FLAG_EXPORT,
};
#undef SF_FLAG_OF_ROW

static inline uint16_t sf_flag_of_path(enum sf_viewer_path path)
{
    switch (path) {
#define SF_FLAG_OF_PATH(NAME, number) \
    case SF_VIEWER_PATH_##NAME:       \
        return SF_FLAG_##NAME;
        SF_VIEWER_PATHS(SF_FLAG_OF_PATH)
#undef SF_FLAG_OF_PATH
    }
    SF_UNREACHABLE();
}

/* Type FATE: what becomes of a packet. */
enum {
    SF_FATE_LOST = 1 << 0,
    SF_FATE_DUPLICATED = 1 << 1,
    SF_FATE_CORRUPTED = 1 << 2,
    SF_FATE_OVER_LIMIT = 1 << 3,
    SF_FATE_ACK = 1 << 4, /* an acknowledgement, not a fragment */
};

/* Type DUE, in place of a time. TOLD_LATER: the link has slots at some time of the run, so the time
 * depends on later packets; a PACKET_LEFT for each copy tells it. */
enum { SF_DUE_LOST = -1, SF_DUE_TOLD_LATER = -2 };

/* Type ENDING: how an upload or a fetch ended. The values of SF_CACHE_END_... */
enum sf_ending { SF_ENDING_COMPLETE, SF_ENDING_ABANDONED, SF_ENDING_NOT_MODIFIED };

/* Type STATUS: SF_CACHE_STATUS_... in these bits, with SF_FLAG_STALE and SF_FLAG_INCOMPLETE. */
enum { SF_STATUS_MASK = (1 << 10) - 1 };

/* Type REFUSAL. */
enum sf_refusal {
    SF_REFUSED_NOT_OWNER = 1,
    SF_REFUSED_NOT_LINKED = 2,
    SF_REFUSED_KILL_SWITCH = 3,
    SF_REFUSED_NO_SESSION = 4,
};

/* Type GAVE_UP. LEFT: the person stopped watching while the request was open. */
enum { SF_GAVE_UP_LEFT = 1 << 0 };

/* Type OPTIONS: what became of options that were pushed to a node. */
enum sf_options_outcome { SF_OPTIONS_TAKEN, SF_OPTIONS_REFUSED, SF_OPTIONS_NOT_HEARD };

/* Type IDENTITY: the values of SF_CACHE_IDENTITY_... */
enum sf_identity_outcome { SF_IDENTITY_KNOWN, SF_IDENTITY_UNKNOWN, SF_IDENTITY_FAILED };

enum sf_cloud_service { SF_SERVICE_IDENTITY, SF_SERVICE_STORE, SF_SERVICES_COUNT };

enum sf_operation { SF_OPERATION_GET, SF_OPERATION_PUT, SF_OPERATIONS_COUNT };

/* Of LIVE: X(ID, words) for what happens. New ones are appended: saved runs number them. */
#define SF_LIVE_EVENTS(X)                                                \
    X(BEGINS, "the run begins")                                          \
    X(ORIGIN_OK, "the origin answers well from now on")                  \
    X(ORIGIN_DROP, "the origin closes connections instead of answering") \
    X(ORIGIN_5XX, "the origin answers with errors from now on")          \
    X(ORIGIN_SLOW, "the origin answers late from now on")                \
    X(ORIGIN_STALL, "the origin falls silent within its answers")        \
    X(ORIGIN_CUT, "the origin cuts its answers off")                     \
    X(ORIGIN_LOSSY, "the origin drops a share of its answers")           \
    X(IDENTITY_FAILS, "the identity service fails from now on")          \
    X(IDENTITY_ANSWERS, "the identity service answers again")            \
    X(SERVER_RELOAD, "the server has reloaded its configuration")        \
    X(SERVER_RESTART, "the server has been restarted")                   \
    X(SERVER_KILL, "the server has been killed and started again")       \
    X(SERVER_PURGE, "the server's cache has been purged")                \
    X(SERVER_UPGRADE, "the server has been upgraded")

#define SF_LIVE_OF_ROW(ID, words) SF_LIVE_##ID,
enum sf_live_event { SF_LIVE_EVENTS(SF_LIVE_OF_ROW) SF_LIVE_EVENTS_COUNT };
#undef SF_LIVE_OF_ROW

const char *sf_live_event_words(enum sf_live_event event);

/* Where a camera sends to. An answer to a viewer has no destination. */
enum sf_destination {
    SF_DESTINATION_NONE,
    SF_DESTINATION_CLOUD,
    SF_DESTINATION_BACKUP,
    SF_DESTINATION_SETTINGS,
    SF_DESTINATION_ANALYTICS,
    SF_DESTINATIONS_COUNT,
};

const char *sf_destination_name(enum sf_destination destination);

/* Of INFLUENCE: X(ID, name, words) for what another tenant's viewer got otherwise. New ones are
 * appended: saved runs number them. */
#define SF_INFLUENCES(X)                                           \
    X(NONE, "NONE", "the same answer")                             \
    X(ORDER, "ORDER", "its answer in another order among others")  \
    X(TIME, "TIME", "its answer at another time")                  \
    X(STATUS, "STATUS", "another status")                          \
    X(LENGTH, "LENGTH", "another number of bytes")                 \
    X(BYTES, "BYTES", "other bytes")                               \
    X(FLAGS, "FLAGS", "other flags")                               \
    X(VALIDATOR, "VALIDATOR", "another validator")                 \
    X(SESSION, "SESSION", "another session")                       \
    X(STOPPED, "STOPPED", "an answer that stops at another place") \
    X(MISSING, "MISSING", "an answer less")                        \
    X(FURTHER, "FURTHER", "an answer more")

#define SF_INFLUENCE_OF_ROW(ID, name, words) SF_INFLUENCE_##ID,
enum sf_influence { SF_INFLUENCES(SF_INFLUENCE_OF_ROW) SF_INFLUENCES_COUNT };
#undef SF_INFLUENCE_OF_ROW

/* Type DESTINATION_FLAGS. */
enum { SF_DESTINATION_ALLOWED = 1 << 0, SF_DESTINATION_FOR_SETTINGS = 1 << 1 };

/* ---- types of fields ---- */

/* name, C type, ID, WIDE_ID or NUMBER, what it is. A new type gets its form in record_words.c. */
#define SF_FIELD_TYPES(T)                                                            \
    T(TENANT, struct sf_tenant_id, ID, "tenant")                                     \
    T(TENANT_OR_NONE, struct sf_tenant_id, ID, "tenant, or -1: none")                \
    T(CAMERA, struct sf_camera_id, ID, "camera")                                     \
    T(VIEWER, struct sf_viewer_id, ID, "viewer")                                     \
    T(HOME, struct sf_home_id, ID, "home")                                           \
    T(LINK, struct sf_link_id, ID, "link")                                           \
    T(NODE, struct sf_node_id, ID, "node of the cache, or -1: none")                 \
    T(VERSION, uint32_t, NUMBER, "deployed version of the cache, or -1: none")       \
    T(NUMBER, uint32_t, NUMBER, "number")                                            \
    T(HANDLE, uint64_t, NUMBER, "number")                                            \
    T(REQUEST, uint64_t, NUMBER, "viewer << 32, number that it gave the request")    \
    T(SESSION, struct sf_session_id, WIDE_ID, "viewer << 32, number of its session") \
    T(CAPTURE, uint32_t, NUMBER, "number of the capture; each camera counts from 0") \
    T(BYTES, uint32_t, NUMBER, "bytes")                                              \
    T(PPM, uint32_t, NUMBER, "millionths of the picture")                            \
    T(HASH, uint64_t, NUMBER, "XXH3 of the content")                                 \
    T(TIME, sf_ns, NUMBER, "virtual time in ns")                                     \
    T(DUE, sf_ns, NUMBER, "virtual time in ns, -1: lost, -2: packet-left tells it")  \
    T(SPAN, sf_ns, NUMBER, "ns, signed")                                             \
    T(OFFSET_S, int32_t, NUMBER, "s, signed")                                        \
    T(LOCAL_S, int64_t, NUMBER, "local clock in s, as if it were Unix time")         \
    T(SERVICE, enum sf_cloud_service, NUMBER, "")                                    \
    T(OPERATION, enum sf_operation, NUMBER, "")                                      \
    T(DESTINATION, enum sf_destination, NUMBER, "")                                  \
    T(FLAGS, uint16_t, NUMBER, "")                                                   \
    T(FATE, uint16_t, NUMBER, "")                                                    \
    T(ENDING, enum sf_ending, NUMBER, "")                                            \
    T(STATUS, uint16_t, NUMBER, "")                                                  \
    T(REFUSAL, enum sf_refusal, NUMBER, "")                                          \
    T(GAVE_UP, uint16_t, NUMBER, "")                                                 \
    T(OPTIONS, enum sf_options_outcome, NUMBER, "")                                  \
    T(IDENTITY, enum sf_identity_outcome, NUMBER, "")                                \
    T(DESTINATION_FLAGS, uint16_t, NUMBER, "")                                       \
    T(LINKED, bool, NUMBER, "")                                                      \
    T(BLOCKED, bool, NUMBER, "")                                                     \
    T(NODE_BACK, bool, NUMBER, "")                                                   \
    T(SERVICE_ON, bool, NUMBER, "")                                                  \
    T(LIVE_EVENT, enum sf_live_event, NUMBER, "")                                    \
    T(POWER_BACK, bool, NUMBER, "")                                                  \
    T(SIGNED_IN, bool, NUMBER, "")                                                   \
    T(CONSENTS, bool, NUMBER, "")                                                    \
    T(CALLBACK, enum sf_callback, NUMBER, "")                                        \
    T(HOME_OR_NONE, struct sf_home_id, ID, "home, or -1: none")                      \
    T(SHARED, bool, NUMBER, "")

enum sf_field_type {
#define T(NAME, ctype, form, meaning) SF_TYPE_##NAME,
    SF_FIELD_TYPES(T)
#undef T
        SF_FIELD_TYPES_COUNT
};

/* The C type of a field, and how a record's number becomes a value and back. */
#define SF_NUMBER_OF_ID(value) (value).index
#define SF_NUMBER_OF_WIDE_ID(value) (value).number
#define SF_NUMBER_OF_NUMBER(value) (uint64_t)(value)
#define SF_VALUE_OF_ID(ctype, number) \
    {                                 \
        (uint32_t)(number)            \
    }
#define SF_VALUE_OF_WIDE_ID(ctype, number) \
    {                                      \
        number                             \
    }
#define SF_VALUE_OF_NUMBER(ctype, number) (ctype)(number)
#define T(NAME, ctype, form, meaning)                                 \
    typedef ctype sf_field_##NAME;                                    \
    static inline uint64_t sf_number_of_##NAME(sf_field_##NAME value) \
    {                                                                 \
        return SF_NUMBER_OF_##form(value);                            \
    }                                                                 \
    static inline sf_field_##NAME sf_value_of_##NAME(uint64_t number) \
    {                                                                 \
        sf_field_##NAME value = SF_VALUE_OF_##form(ctype, number);    \
        return value;                                                 \
    }
SF_FIELD_TYPES(T)
#undef T

/* ---- places of fields ---- */

enum sf_place {
    SF_PLACE_WHO,
    SF_PLACE_A,
    SF_PLACE_B,
    SF_PLACE_C,
    SF_PLACE_D,
    SF_PLACE_D_HIGH,     /* its upper 32 bits */
    SF_PLACE_D_LOW,      /* its lower 32 bits */
    SF_PLACE_D_IF_WHOLE, /* if the flags have SF_FLAG_WHOLE; 0 otherwise */
    SF_PLACE_D_IF_PART,  /* if they have not */
    SF_PLACE_FLAGS,
    SF_PLACES_COUNT,
};

static inline bool sf_place_is_used(const struct sf_record *record, enum sf_place place)
{
    bool whole = (record->flags & SF_FLAG_WHOLE) != 0;
    return (place != SF_PLACE_D_IF_WHOLE || whole) && (place != SF_PLACE_D_IF_PART || !whole);
}

/* Puts a number where there is 0. */
static inline void sf_place_put(struct sf_record *record, enum sf_place place, uint64_t number)
{
    switch (place) {
    case SF_PLACE_WHO:
        record->who = (uint32_t)number;
        return;
    case SF_PLACE_A:
        record->a = (uint32_t)number;
        return;
    case SF_PLACE_B:
        record->b = (uint32_t)number;
        return;
    case SF_PLACE_C:
        record->c = number;
        return;
    case SF_PLACE_D_IF_WHOLE:
    case SF_PLACE_D_IF_PART:
        record->d = sf_place_is_used(record, place) ? number : record->d;
        return;
    case SF_PLACE_D:
        record->d = number;
        return;
    case SF_PLACE_D_HIGH:
        record->d |= number << 32;
        return;
    case SF_PLACE_D_LOW:
        record->d |= (uint32_t)number;
        return;
    case SF_PLACE_FLAGS:
        record->flags = (uint16_t)number;
        return;
    case SF_PLACES_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static inline uint64_t sf_place_get(const struct sf_record *record, enum sf_place place)
{
    switch (place) {
    case SF_PLACE_WHO:
        return record->who;
    case SF_PLACE_A:
        return record->a;
    case SF_PLACE_B:
        return record->b;
    case SF_PLACE_C:
        return record->c;
    case SF_PLACE_D_IF_WHOLE:
    case SF_PLACE_D_IF_PART:
        return sf_place_is_used(record, place) ? record->d : 0;
    case SF_PLACE_D:
        return record->d;
    case SF_PLACE_D_HIGH:
        return record->d >> 32;
    case SF_PLACE_D_LOW:
        return (uint32_t)record->d;
    case SF_PLACE_FLAGS:
        return record->flags;
    case SF_PLACES_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

/* ---- a struct, a maker and a reader for each kind ---- */

/* struct sf_ask_record {at_ns, viewer, camera, connection, request} ... */
#define KIND(NAME, name, text, verb, meaning) \
    struct sf_##name##_record {               \
        sf_ns at_ns;
#define FIELD(place, TYPE, name, label) sf_field_##TYPE name;
#define ALWAYS(place, value)
#define END \
    }       \
    ;
#include "harness/trace/record_kinds.def"
#undef KIND
#undef FIELD
#undef ALWAYS
#undef END

/* sf_record_ask(fields): the record. SF_RECORD(ask, .viewer = viewer, ...) is the short form. */
#define KIND(NAME, name, text, verb, meaning)                                               \
    static inline struct sf_record sf_record_##name(const struct sf_##name##_record fields) \
    {                                                                                       \
        struct sf_record record = {.at_ns = fields.at_ns, .kind = SF_RECORD_##NAME};
#define FIELD(place, TYPE, name, label) \
    sf_place_put(&record, SF_PLACE_##place, sf_number_of_##TYPE(fields.name));
#define ALWAYS(place, value) sf_place_put(&record, SF_PLACE_##place, value);
#define END        \
    return record; \
    }
#include "harness/trace/record_kinds.def"
#undef KIND
#undef FIELD
#undef ALWAYS
#undef END

#define SF_RECORD(name, ...) sf_record_##name((struct sf_##name##_record){__VA_ARGS__})

/* sf_ask_of(record): its fields. The record must be of this kind. */
#define KIND(NAME, name, text, verb, meaning)                                              \
    static inline struct sf_##name##_record sf_##name##_of(const struct sf_record *record) \
    {                                                                                      \
        SF_ASSERT(record->kind == SF_RECORD_##NAME);                                       \
        struct sf_##name##_record fields = {.at_ns = record->at_ns};
#define FIELD(place, TYPE, name, label) \
    fields.name = sf_value_of_##TYPE(sf_place_get(record, SF_PLACE_##place));
#define ALWAYS(place, value)
#define END        \
    return fields; \
    }
#include "harness/trace/record_kinds.def"
#undef KIND
#undef FIELD
#undef ALWAYS
#undef END

/* ---- the table, for what treats all kinds alike ---- */

enum { SF_RECORD_FIELDS_MAX = 7 };

struct sf_field {
    const char *name;
    const char *label; /* of the text form; "" where the value needs none */
    enum sf_place place;
    enum sf_field_type type;
};

struct sf_kind {
    const char *name; /* "upload-begun" */
    const char *verb; /* of the text form; "" where the flags are one */
    const char *meaning;
    struct sf_field fields[SF_RECORD_FIELDS_MAX + 1]; /* ended by a name that is NULL */
};

const struct sf_kind *sf_record_kind(enum sf_record_kind kind);

/* A record of a kind with all of its fields 0. */
struct sf_record sf_record_blank(enum sf_record_kind kind);

/* The number in the record's first field of this type; false if its kind has none. */
bool sf_record_number(const struct sf_record *record, enum sf_field_type type,
                      uint64_t *number_out);

/* What `who` is, where a record is about one of them. */
enum sf_subject {
    SF_SUBJECT_OTHER,
    SF_SUBJECT_TENANT,
    SF_SUBJECT_CAMERA,
    SF_SUBJECT_HOME,
    SF_SUBJECT_VIEWER,
    SF_SUBJECT_LINK
};

enum sf_subject sf_record_subject(enum sf_record_kind kind);

/* The viewer that a record is about. It must be about one. */
struct sf_viewer_id sf_viewer_of_record(const struct sf_record *record);

/* The home that a record is about; none if it is about none. */
struct sf_home_id sf_home_of_record(const struct sf_record *record);

#endif
