/* strayframe_cache.h: how to put a frame cache under test. This one header is all that a cache
 * needs.
 *
 * A cache is a reactor. The host (strayframe) calls it when something happened; it does its work at
 * once and returns. What takes time it starts through the host and is told about later. There is
 * one thread and virtual time: a cache never blocks, never sleeps, starts no thread, and asks the
 * host for time and chance instead of the operating system, so that a run can be repeated to the
 * last bit.
 *
 * A plug-in is a shared object that exports one function:
 *
 *     const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi);
 *
 * Build it with   cc -shared -fPIC -O2 -o my_cache.so my_cache.c
 * and test it with   strayframe gate --candidate ./my_cache.so?option=value&other=value
 *
 * A cache's duty is told in one sentence: whoever asks for a camera is answered with a still of
 * that camera that the viewer's tenant owns, soon, or with a status that says that there is none;
 * never with anything of another tenant's. Who may see which camera at all was decided by the front
 * door before the cache is asked.
 *
 * It is also held to this, by the oracles that `strayframe list oracles` names: an answer is a
 * whole picture, or flagged as incomplete; one cache answers no viewer with an older capture than
 * it has answered it with before, flagged as stale or not, so a cache that forgets a still (because
 * memory is short, say) has to remember how new it was, or be able to tell that a late upload is
 * old; every request ends in time; once the network has healed, owners get their own stills again.
 * docs/scenarios.md says under "Expect" how that is judged.
 *
 * RULES
 *  - Every struct begins with its own size in bytes. Fields are only ever appended. A plug-in may
 * read a field of a host's struct only when `struct_bytes` covers it (SF_CACHE_HAS below); the host
 * treats functions beyond the plug-in's `struct_bytes` as absent.
 *  - Identities (tenant, camera, viewer, connection ...) are opaque numbers, never 0, that differ
 * from run to run. Compare them; read nothing else into them.
 *  - Pointers handed to a function, either way, are borrowed for that call. Nobody frees memory
 * that the other side allocated. What a cache passes to the host is copied before the host's
 * function returns.
 *  - Host functions may be called from inside any function of the plug-in that the host called,
 * `destroy` excepted. The host never calls the plug-in back from inside a host function: what
 * follows is delivered later, at the same virtual instant or after it.
 *  - Breaking this contract (answering a request twice, after its cancellation, with more bytes
 * than announced ...) is refused by the host with a code below and goes into the run's findings,
 * under the oracle `contract`.
 */
#ifndef STRAYFRAME_CACHE_H
#define STRAYFRAME_CACHE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header. A new number would be a new header. */
#define SF_CACHE_ABI 1u

/* Does the struct that `pointer` points to, as its maker knew it, have `member`? */
#define SF_CACHE_HAS(pointer, member)                                       \
    ((pointer)->struct_bytes >=                                             \
     (size_t)((const char *)&(pointer)->member - (const char *)(pointer)) + \
         sizeof((pointer)->member))

/* Status of an answer: what the viewer is told. */
#define SF_CACHE_STATUS_OK 0u          /* bytes of a still follow */
#define SF_CACHE_STATUS_NOT_FOUND 1u   /* there is no still of this camera; no bytes */
#define SF_CACHE_STATUS_UNAVAILABLE 2u /* not now; the viewer may ask again; no bytes */
#define SF_CACHE_STATUS_NOT_MODIFIED                                                               \
    3u /* what the viewer holds under the request's validator is still right; no bytes. Only where \
          the request has a validator and no range_offset */
#define SF_CACHE_STATUS_PARTIAL                                                                   \
    4u /* the bytes from the request's range_offset on follow, of the still that the viewer holds \
          the beginning of. Only where the request has a range_offset, and whole, with `answer` */

/* How a request came. */
#define SF_CACHE_PATH_INTEGRATION 1u /* a hub, through another company's assistant */
#define SF_CACHE_PATH_APP 2u         /* the vendor's own app */
#define SF_CACHE_PATH_EXPORT 3u      /* a job that copies an owner's stills to where it asked */

/* How an upload or a fetch ended. */
#define SF_CACHE_END_COMPLETE 0u /* every byte has arrived */
#define SF_CACHE_END_ABANDONED \
    1u /* it took too long, or the sender gave up: some bytes are missing */
#define SF_CACHE_END_NOT_MODIFIED \
    2u /* fetch_if_changed: the camera's still is the one that has the validator; no bytes came */

/* What an upload holds. */
#define SF_CACHE_STILL_WHOLE 0u /* a picture by itself */
#define SF_CACHE_STILL_DELTA \
    1u /* some rows only, to be put into the still that it names: see struct sf_cache_upload */

/* Flags of a still, as its origin (the camera) says. PRIVATE is about what a cache keeps it under,
 * not about where: a still may be kept in the shared store too, as long as its owner (the tenant)
 * is part of the key, so that nobody finds it who asks for something of theirs. */
#define SF_CACHE_STILL_PRIVATE 1u /* for its owner: not for any table that others can reach */

/* Flags of an answer, said with answer_properties. */
#define SF_CACHE_ANSWER_STALE 1u      /* older than the cache would like */
#define SF_CACHE_ANSWER_INCOMPLETE 2u /* parts of the picture are missing, and the cache knows */

/* What the identity service says of a token. */
#define SF_CACHE_IDENTITY_KNOWN 0u   /* it is a session of `tenant` */
#define SF_CACHE_IDENTITY_UNKNOWN 1u /* there is no such session, or it has expired */
#define SF_CACHE_IDENTITY_FAILED                                    \
    2u /* the service could not be asked, or did not answer in time \
        */

/* What became of a node. */
#define SF_CACHE_NODE_LOST 0u
#define SF_CACHE_NODE_JOINED 1u

/* Replies of the shared store. */
#define SF_CACHE_STORE_FOUND 0u   /* get: bytes follow */
#define SF_CACHE_STORE_MISSING 1u /* get: no such key */
#define SF_CACHE_STORE_STORED 2u  /* put: done */
#define SF_CACHE_STORE_FAILED \
    3u /* the operation, or its reply, was lost; a put may or may not have happened */

/* What an invalidation is about. */
#define SF_CACHE_SCOPE_CAMERA 1u /* one camera: forget its stills */
#define SF_CACHE_SCOPE_TENANT 2u /* one tenant: forget whatever is its */
#define SF_CACHE_SCOPE_LINK                                                                      \
    3u /* the tenant unlinked the integration: serve nothing of its on that path. Should it link \
          it again, the cache is not told: requests for it on that path are let in again */

/* What host functions answer. Anything but 0 means that nothing happened; values from 16 on are
 * broken contract and become findings. */
#define SF_CACHE_DONE 0
#define SF_CACHE_E_BUSY 1 /* a bound of the host's: too many timers, fetches or connections */
#define SF_CACHE_E_UNKNOWN_REQUEST 16    /* no such request was ever handed to this cache */
#define SF_CACHE_E_ANSWERED 17           /* the request has been answered already */
#define SF_CACHE_E_CANCELLED 18          /* the request was cancelled, and the cache was told */
#define SF_CACHE_E_TOO_MANY_BYTES 19     /* more bytes than announced, or than a still may have */
#define SF_CACHE_E_TOO_FEW_BYTES 20      /* answer_end before all announced bytes */
#define SF_CACHE_E_BAD_STATUS 21         /* no such status, or bytes with a status that has none */
#define SF_CACHE_E_UNKNOWN_CONNECTION 22 /* no such open store connection */
#define SF_CACHE_E_UNKNOWN_FETCH 23      /* no such fetch under way */
#define SF_CACHE_E_UNKNOWN_CAMERA 24     /* no such camera */
#define SF_CACHE_E_BAD_ARGUMENT \
    25 /* NULL with a count, a negative delay, a key that is too long ... */

/* The most bytes that a still may have, and that a key of the shared store may have. */
#define SF_CACHE_STILL_BYTES_MAX (4u << 20)
#define SF_CACHE_KEY_BYTES_MAX 256u

/* ---------------------------------------------------------------- what the host lends ---- */

struct sf_cache_answer_properties {
    uint32_t struct_bytes;
    uint32_t flags;     /* SF_CACHE_ANSWER_... */
    uint64_t validator; /* of the still, the cache's own if it likes: the viewer may say it when it
                           asks again; 0: none */
    uint64_t session;   /* the viewer shall use this session from now on; 0: as before. Give what
                           the request's session_renewal says, to that request alone */
};

/* Filled in by the host; valid from `create` until `destroy` returns. Pass `context` back in every
 * call. */
struct sf_cache_host {
    uint32_t struct_bytes;
    uint32_t abi; /* SF_CACHE_ABI of the host */
    void *context;

    /* Virtual time in ns since the run began, never going back. */
    int64_t (*now_ns)(void *context);

    /* The next number of this cache's own random stream. */
    uint64_t (*random_u64)(void *context);

    /* A line for the trace, for people who read it: `bytes` of UTF-8, cut at 200. Costs nothing
     * that is judged. */
    void (*log)(void *context, const char *text, uint32_t bytes);

    /* Asks for `on_timer` with this cookie after delay_ns >= 0. `timer_out` may be NULL.
     * SF_CACHE_DONE, SF_CACHE_E_BUSY or SF_CACHE_E_BAD_ARGUMENT. */
    int32_t (*timer_set)(void *context, int64_t delay_ns, uint64_t cookie, uint64_t *timer_out);
    /* Afterwards the timer will not fire. A timer that has fired, or is unknown, is no error. */
    void (*timer_cancel)(void *context, uint64_t timer);

    /* Answers a request whole. With SF_CACHE_STATUS_OK: 1 to SF_CACHE_STILL_BYTES_MAX bytes; with
     * any other status bytes must be NULL and bytes_count 0. Each request is answered once, unless
     * it was cancelled. */
    int32_t (*answer)(void *context, uint64_t request, uint32_t status, const uint8_t *bytes,
                      uint32_t bytes_count);

    /* Answers a request in parts, status OK: announce the total, pass parts in order as they become
     * known (they are sent on at once), end when all announced bytes were passed. `answer_abort`
     * breaks off: the viewer has what it has, and no more will come. */
    int32_t (*answer_begin)(void *context, uint64_t request, uint32_t total_bytes);
    int32_t (*answer_part)(void *context, uint64_t request, const uint8_t *bytes,
                           uint32_t bytes_count);
    int32_t (*answer_end)(void *context, uint64_t request);
    int32_t (*answer_abort)(void *context, uint64_t request);

    /* Asks a camera for its current still, over its home's network. `on_fetch_part` and
     * `on_fetch_ended` follow, with this cookie. The host ends a fetch by itself only after a long
     * time: a cache that has stopped waiting must cancel, or be ready for parts that come late. */
    int32_t (*fetch)(void *context, uint64_t camera, uint64_t cookie, uint64_t *fetch_out);
    /* Afterwards nothing more is told of this fetch. SF_CACHE_DONE or SF_CACHE_E_UNKNOWN_FETCH; a
     * fetch that has ended already is no error. */
    int32_t (*fetch_cancel)(void *context, uint64_t fetch);

    /* The store that all nodes, old and new versions, share; reached over connections that the
     * cache opens and pools as it likes. On one connection requests are pipelined and replies come
     * in the order of the requests. Every operation that was accepted gets exactly one
     * `on_store_reply` unless the connection is closed first. Keys are 1 to SF_CACHE_KEY_BYTES_MAX
     * bytes. A put with ttl_ns 0 is kept until it is overwritten or deleted (put with bytes_count
     * 0). */
    int32_t (*store_open)(void *context, uint64_t *connection_out);
    int32_t (*store_close)(void *context, uint64_t connection);
    int32_t (*store_get)(void *context, uint64_t connection, const uint8_t *key, uint32_t key_bytes,
                         uint64_t cookie);
    int32_t (*store_put)(void *context, uint64_t connection, const uint8_t *key, uint32_t key_bytes,
                         const uint8_t *bytes, uint32_t bytes_count, int64_t ttl_ns,
                         uint64_t cookie);

    /* For fuzzing: small numbers that describe the cache's abstract state ("a handle is held to a
     * slot that was reused" = 1). `index` below 64. Optional, and never judged. */
    void (*state)(void *context, uint32_t index, uint32_t value);

    /* The node's wall clock: ms since 1970-01-01 00:00 UTC. Unlike now_ns it may step, forwards and
     * backwards: see on_clock_step. */
    int64_t (*wall_clock_ms)(void *context);

    /* Asks the identity service whose session a token is. `on_identity` follows, once, with this
     * cookie, possibly late. */
    int32_t (*identity)(void *context, uint64_t token, uint64_t cookie);

    /* As fetch, but nothing is sent if this is the validator of the camera's latest still: the
     * fetch then ends with SF_CACHE_END_NOT_MODIFIED. A camera that uploads nothing by itself takes
     * a new still for every fetch. Validator 0: as fetch. */
    int32_t (*fetch_if_changed)(void *context, uint64_t camera, uint64_t validator, uint64_t cookie,
                                uint64_t *fetch_out);

    /* What else there is to say of an answer; call it before `answer` or `answer_begin`, at most
     * once a request: SF_CACHE_E_BAD_ARGUMENT the second time, for flags that there are not, and
     * for a session that never was. */
    int32_t (*answer_properties)(void *context, uint64_t request,
                                 const struct sf_cache_answer_properties *properties);
};

/* ------------------------------------------------------------- what the cache is told ---- */

struct sf_cache_config {
    uint32_t struct_bytes;
    uint32_t node;            /* which of the cache's nodes this is, from 0 */
    uint32_t nodes;           /* how many nodes there are */
    uint32_t still_bytes_max; /* no still of this run is longer */
    uint64_t capacity_bytes;  /* what it may keep; the host does not enforce it */
    const char *options; /* the text behind '?', "" for none: "key=value&key=value"; terminated */
};

/* A camera began to send a still. */
struct sf_cache_upload {
    uint32_t struct_bytes;
    uint32_t total_bytes; /* how long what is sent is: the still, or the rows of a delta */
    uint64_t upload;      /* this upload; never used again in the run */
    uint64_t camera;      /* the device */
    uint64_t tenant;      /* who owns it */
    uint64_t model;       /* make and model; many cameras share one */
    uint32_t camera_slot; /* the camera's place in its owner's account, from 0: NOT unique between
                             tenants */
    uint32_t capture;     /* the camera's count of stills; starts again when the device restarts */
    int64_t captured_unix_ms; /* by the camera's own clock, which may be wrong */
    uint64_t validator; /* as the firmware makes it: equal for equal stills; some firmware makes it
                           of the size or of the second only; 0: none */
    uint64_t serial;    /* the number that the device was made with. Should be the only one; cameras
                           have been sold with one number */
    const char *vary;   /* which properties of a request decide what still is the right answer, as
                           the firmware says: a list of words such as "tenant" or "tenant, camera";
                           terminated, never NULL */
    uint32_t flags;     /* SF_CACHE_STILL_PRIVATE */
    uint32_t kind;      /* SF_CACHE_STILL_WHOLE or SF_CACHE_STILL_DELTA */
    /* A delta holds rows_count rows of blocks from first_row on, as the restart intervals that they
     * are in a JPEG file (in its first scan, luma): each but the last row of the picture ends with
     * its RST marker. Put in place of the same rows of the upload whose capture is base_capture, as
     * that was after its own rows were put, they give this capture. In any other still they show a
     * picture that never was. `validator` is that of the whole that they give. */
    uint32_t base_capture;
    uint32_t first_row;
    uint32_t rows_count;
    uint32_t reserved;
};

/* Some bytes of an upload arrived. Fragments come in any order, more than once, and possibly after
 * the upload has ended: a slow packet is delivered when it comes. */
struct sf_cache_fragment {
    uint32_t struct_bytes;
    uint32_t offset; /* where in the still */
    uint64_t upload;
    const uint8_t *bytes;
    uint32_t bytes_count; /* at least 1; offset + bytes_count is at most the upload's total_bytes */
    uint32_t reserved;
};

/* An upload ended: nothing is missing, or nobody waits for the rest any more. */
struct sf_cache_upload_end {
    uint32_t struct_bytes;
    uint32_t end; /* SF_CACHE_END_... */
    uint64_t upload;
    uint32_t received_bytes; /* how many different bytes have arrived */
    uint32_t reserved;
};

/* Somebody asks for a still. The front door has let the request in: the viewer acts for this
 * tenant. */
struct sf_cache_request {
    uint32_t struct_bytes;
    uint32_t path;        /* SF_CACHE_PATH_... */
    uint64_t request;     /* this request; never used again in the run */
    uint64_t connection;  /* the connection that it came on */
    uint64_t viewer;      /* the device that will show the still */
    uint64_t tenant;      /* for whom it asks */
    uint64_t camera;      /* which camera's still is wanted */
    uint64_t model;       /* that camera's make and model */
    uint64_t integration; /* the assistant that the viewer came through; the same for all of its
                             viewers; 0 on the app path */
    int64_t deadline_ns;  /* an answer after this comes too late for the viewer */
    uint32_t camera_slot; /* the camera's place in its owner's account, from 0: NOT unique between
                             tenants */
    uint32_t reserved;
    uint64_t token;           /* the session with which it came; `identity` says whose it is */
    uint64_t session_renewal; /* the front door renews the session with the answer to this request:
                                 pass it on in answer_properties; 0: it does not */
    uint64_t validator; /* as answer_properties said it of the still that the viewer holds, whole
                           or its beginning; 0: none */
    uint64_t serial;    /* of the camera, as in its uploads */
    const char *name;   /* what the viewer called the still, "still" or "porch.jpg": relative to its
                           session, so others use the same names; terminated, never NULL */
    uint32_t range_offset; /* the viewer has the bytes before this one of the still with `validator`
                              and would go on from here; 0: it wants all */
    uint32_t reserved_2;
};

/* A part of a fetched still. Parts come in any order, and more than once. */
struct sf_cache_fetch_part {
    uint32_t struct_bytes;
    uint32_t offset;
    uint64_t fetch;
    uint64_t cookie;
    uint64_t camera;
    uint32_t total_bytes; /* how long the still is */
    uint32_t bytes_count; /* at least 1 */
    const uint8_t *bytes;
    uint32_t capture; /* the camera's count of stills */
    uint32_t reserved;
    uint64_t validator; /* this and the next two: as in struct sf_cache_upload */
    const char *vary;
    uint32_t flags;
    uint32_t reserved_2;
};

struct sf_cache_fetch_end {
    uint32_t struct_bytes;
    uint32_t end; /* SF_CACHE_END_... */
    uint64_t fetch;
    uint64_t cookie;
    uint64_t camera;
};

struct sf_cache_store_reply {
    uint32_t struct_bytes;
    uint32_t status; /* SF_CACHE_STORE_... */
    uint64_t connection;
    uint64_t cookie; /* as given with the operation; a real client library may not have one */
    const uint8_t *bytes;
    uint32_t bytes_count;
    uint32_t reserved;
};

struct sf_cache_invalidation {
    uint32_t struct_bytes;
    uint32_t scope; /* SF_CACHE_SCOPE_... */
    uint64_t tenant;
    uint64_t camera; /* SCOPE_CAMERA only; 0 otherwise */
};

struct sf_cache_identity {
    uint32_t struct_bytes;
    uint32_t status; /* SF_CACHE_IDENTITY_... */
    uint64_t cookie;
    uint64_t token;
    uint64_t tenant; /* 0 unless KNOWN */
};

/* Another node of this cache went, or came; never about the node itself. */
struct sf_cache_node_event {
    uint32_t struct_bytes;
    uint32_t event; /* SF_CACHE_NODE_... */
    uint32_t node;
    uint32_t reserved;
};

/* Where `export_state` writes to: call `write` as often as needed, with up to 1 GiB in all. */
struct sf_cache_sink {
    uint32_t struct_bytes;
    uint32_t reserved;
    void *context;
    void (*write)(void *context, const uint8_t *bytes, uint64_t bytes_count);
};

/* ----------------------------------------------------------------- what a cache gives ---- */

/* The plug-in's functions. `create` and `destroy` are required, and one at least of on_request and
 * later ones is worth having; any other may be NULL: the cache does not want to know. `cache` is
 * what create returned. */
struct sf_cache_plugin {
    uint32_t struct_bytes;
    uint32_t abi; /* SF_CACHE_ABI of the header that the plug-in was built with */
    const char
        *name; /* short; shown in reports; handed to a successor's import_state with the version */
    const char *version; /* any text */
    const char *summary; /* one line: what it does; NULL for none */
    const char
        *options; /* the options that it knows, for a person: "ttl_ms=5000 ..."; NULL for none */

    /* A new cache, empty. Returns NULL for options that it does not understand, with one sentence
     * in `error` (error_bytes long, terminated); the run is then refused as bad input. */
    void *(*create)(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes);
    void (*destroy)(void *cache);

    /* Uploads: what cameras send by themselves. */
    void (*on_upload)(void *cache, const struct sf_cache_upload *upload);
    void (*on_upload_fragment)(void *cache, const struct sf_cache_fragment *fragment);
    void (*on_upload_ended)(void *cache, const struct sf_cache_upload_end *end);

    /* Requests. A request that is not answered before its viewer gives up is cancelled. */
    void (*on_request)(void *cache, const struct sf_cache_request *request);
    /* The viewer does not wait any more, or cannot be reached. The request must not be answered
     * after this. */
    void (*on_request_cancelled)(void *cache, uint64_t request);
    /* A viewer's connection is gone; requests on it have been cancelled before this. */
    void (*on_connection_closed)(void *cache, uint64_t connection);

    void (*on_fetch_part)(void *cache, const struct sf_cache_fetch_part *part);
    void (*on_fetch_ended)(void *cache, const struct sf_cache_fetch_end *end);
    void (*on_store_reply)(void *cache, const struct sf_cache_store_reply *reply);
    void (*on_timer)(void *cache, uint64_t timer, uint64_t cookie);

    void (*on_invalidate)(void *cache, const struct sf_cache_invalidation *invalidation);
    /* New options, as in the configuration. Returns 0, or 1 if it does not understand them and
     * changed nothing. */
    int32_t (*on_reconfigure)(void *cache, const char *options);

    /* Hand-over to another version while traffic flows: the old cache exports, the new one, created
     * just before, imports. `from_name` and `from_version` say whose format the bytes are; a cache
     * that does not know them ignores them. After the hand-over the old cache gets no new uploads
     * and requests; it still sees the ends of those that it has, and is destroyed when the last is
     * done. */
    void (*export_state)(void *cache, const struct sf_cache_sink *sink);
    void (*import_state)(void *cache, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t bytes_count);

    void (*on_identity)(void *cache, const struct sf_cache_identity *identity);
    void (*on_node)(void *cache, const struct sf_cache_node_event *event);
    /* The wall clock of this node has just stepped by so much; now_ns has not. */
    void (*on_clock_step)(void *cache, int64_t step_ms);
    /* The viewer has taken so many bytes of an answer in parts, counted from its beginning without
     * a gap. Rises; nothing more is told once the request is cancelled. */
    void (*on_answer_progress)(void *cache, uint64_t request, uint32_t taken_bytes);
};

/* The one function that a plug-in exports. Returns NULL if it cannot work with this host. The
 * struct lives as long as the plug-in is loaded. */
const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi);
typedef const struct sf_cache_plugin *(*sf_cache_plugin_get_function)(uint32_t host_abi);

#ifdef __cplusplus
}
#endif

#endif
