/* strayframe_cache.h: the interface between strayframe and a frame cache under test. A cache needs
 * no other header.
 *
 * A cache is a reactor. The host (strayframe) calls it for each event; it handles the event at once
 * and returns. Operations that take time are started through the host, which calls back when they
 * finish. There is one thread and virtual time: a cache never blocks, never sleeps and starts no
 * thread. It takes time and random numbers from the host, not from the operating system, so that a
 * run is reproducible bit for bit.
 *
 * A plug-in is a shared object that exports one function:
 *
 *     const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi);
 *
 * Build it with   cc -shared -fPIC -O2 -o my_cache.so my_cache.c
 * and test it with   strayframe gate --candidate ./my_cache.so?option=value&other=value
 *
 * A cache has one duty: answer each request in time with a still of the requested camera that the
 * viewer's tenant owns, or with a status that there is none; never with another tenant's data. The
 * front door authorises each request before the cache receives it.
 *
 * The oracles that `strayframe list oracles` names also require: an answer is a whole picture, or
 * flagged as incomplete; a viewer never receives an older capture than the cache gave it before,
 * flagged as stale or not, so a cache that evicts a still has to remember the still's age, or
 * recognise a late upload as old (see `capture` in struct sf_cache_upload), until the camera is to
 * be forgotten (on_invalidate); every request ends in time; after the network has healed, owners
 * receive their own stills again. docs/scenarios.md says under "Expect" how this is judged.
 *
 * One tenant's stills have no influence on what viewers of other tenants receive (`no-influence`).
 * If only the content of one tenant's stills were different, every other viewer would receive the
 * same answers: the same status, bytes, flags, validators and sessions, at the same times, in the
 * same order. If only their length were different, two things might change: how long transfers take
 * on links that tenants share, and what a budget of memory (capacity_bytes) keeps. A cache that
 * keeps equal stills only once ("deduplicates by content") must not let a viewer notice that
 * another tenant has the same still.
 *
 * RULES
 *  - Every struct begins with its own size in bytes. Fields are only ever appended. A plug-in may
 * read a field of a host's struct only when `struct_bytes` covers it (SF_CACHE_HAS below); the host
 * treats functions beyond the plug-in's `struct_bytes` as absent.
 *  - Identities (tenant, camera, viewer, connection ...) are opaque numbers, never 0, different in
 * each run. Compare them for equality only. The numbers of uploads, requests, fetches, timers and
 * store connections are such numbers too: each is unique in the run and never used again, they are
 * in no order, and any part of them (the low 16 bits, say) collides. `capture` alone is a count.
 *  - Pointers passed to a function, in either direction, are borrowed for that call. Neither side
 * frees memory that the other allocated. The host copies what a cache passes to it before its
 * function returns.
 *  - Host functions may be called from inside any function of the plug-in that the host called,
 * `destroy` excepted, and in the thread in which the host called it: a call from another thread has
 * no effect, and is a breach of the contract (SF_CACHE_E_FOREIGN_THREAD; a function that returns no
 * code returns 0). The host never calls the plug-in from inside a host function: callbacks come
 * later, at the same virtual instant or after it.
 *  - A call that breaks this contract (a second answer, an answer after the cancellation, more
 * bytes than announced ...) is refused with a code below and becomes a finding of the oracle
 * `contract`.
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

/* Does the struct that `pointer` points to have `member`, in the version it was built with? */
#define SF_CACHE_HAS(pointer, member)                                       \
    ((pointer)->struct_bytes >=                                             \
     (size_t)((const char *)&(pointer)->member - (const char *)(pointer)) + \
         sizeof((pointer)->member))

/* Status of an answer, sent to the viewer. */
#define SF_CACHE_STATUS_OK 0u          /* bytes of a still follow */
#define SF_CACHE_STATUS_NOT_FOUND 1u   /* there is no still of this camera; no bytes */
#define SF_CACHE_STATUS_UNAVAILABLE 2u /* not now; the viewer may ask again; no bytes */
#define SF_CACHE_STATUS_NOT_MODIFIED                                                             \
    3u /* the still that the viewer has under the request's validator is current; no bytes. Only \
          if the request has a validator and no range_offset */
#define SF_CACHE_STATUS_PARTIAL                                                                 \
    4u /* the bytes from the request's range_offset on follow, of the still whose beginning the \
          viewer has. Only if the request has a range_offset, and only with `answer` */

/* The path of a request. */
#define SF_CACHE_PATH_INTEGRATION 1u /* a hub, through another company's assistant */
#define SF_CACHE_PATH_APP 2u         /* the vendor's own app */
#define SF_CACHE_PATH_EXPORT 3u      /* a job that exports an owner's stills */

/* How an upload or a fetch ended. */
#define SF_CACHE_END_COMPLETE 0u /* every byte has arrived */
#define SF_CACHE_END_ABANDONED                                                                   \
    1u /* it took too long, the sender gave up, or, of a fetch, the camera could not be reached: \
          some bytes are missing, or all */
#define SF_CACHE_END_NOT_MODIFIED \
    2u /* fetch_if_changed: the camera's still has the given validator; no bytes were sent */

/* What an upload holds. */
#define SF_CACHE_STILL_WHOLE 0u /* a whole picture */
#define SF_CACHE_STILL_DELTA \
    1u /* some rows, which replace those of the base still: see struct sf_cache_upload */

/* Flags of a still, set by its origin (the camera). PRIVATE restricts the key, not the place: a
 * private still may be stored anywhere, the shared store included, if its tenant is part of the
 * key, so that no other tenant's request finds it. */
#define SF_CACHE_STILL_PRIVATE 1u /* for its owner only: the key must include the tenant */

/* Flags of an answer, set with answer_properties. */
#define SF_CACHE_ANSWER_STALE 1u      /* older than the cache's own limit */
#define SF_CACHE_ANSWER_INCOMPLETE 2u /* parts of the picture are missing */

/* The identity service's result for a token. */
#define SF_CACHE_IDENTITY_KNOWN 0u   /* it is a session of `tenant` */
#define SF_CACHE_IDENTITY_UNKNOWN 1u /* there is no such session, or it has expired */
#define SF_CACHE_IDENTITY_FAILED 2u  /* the service was unreachable, or did not answer in time */

/* A node's change. */
#define SF_CACHE_NODE_LOST 0u
#define SF_CACHE_NODE_JOINED 1u

/* Replies of the shared store. */
#define SF_CACHE_STORE_FOUND 0u   /* get: bytes follow */
#define SF_CACHE_STORE_MISSING 1u /* get: no such key */
#define SF_CACHE_STORE_STORED 2u  /* put: done */
#define SF_CACHE_STORE_FAILED \
    3u /* the operation, or its reply, was lost; a put may or may not have taken effect */

/* The scope of an invalidation.
 * After an invalidation by camera or tenant no request is answered with a still that the cache had
 * before it, on any node: not as a fallback, not out of the shared store, not after a hand-over.
 * The camera goes on: what it uploads afterwards, and what a fetch brings, is served as ever.
 * Where the camera has changed hands the tenant is its former owner, and what is on its way under
 * that tenant's registration is dropped too: later uploads and requests name the new owner. */
#define SF_CACHE_SCOPE_CAMERA 1u /* drop the stills of one camera */
#define SF_CACHE_SCOPE_TENANT 2u /* drop everything of one tenant */
#define SF_CACHE_SCOPE_LINK                                                                     \
    3u /* the tenant unlinked the integration: serve nothing of this tenant on that path. There \
          is no event for linking again: the front door lets such requests in again */

/* Results of host functions. Anything but 0 means that the call had no effect; values from 16 on
 * are breaches of the contract and become findings. */
#define SF_CACHE_DONE 0
#define SF_CACHE_E_BUSY 1 /* a limit of the host: too many timers, fetches or connections */
#define SF_CACHE_E_UNKNOWN_REQUEST 16    /* this cache never received such a request */
#define SF_CACHE_E_ANSWERED 17           /* the request has been answered already */
#define SF_CACHE_E_CANCELLED 18          /* after on_request_cancelled for this request */
#define SF_CACHE_E_TOO_MANY_BYTES 19     /* more bytes than announced, or than a still may have */
#define SF_CACHE_E_TOO_FEW_BYTES 20      /* answer_end before all announced bytes */
#define SF_CACHE_E_BAD_STATUS 21         /* no such status, or bytes with a status that has none */
#define SF_CACHE_E_UNKNOWN_CONNECTION 22 /* no such open store connection */
#define SF_CACHE_E_UNKNOWN_FETCH 23      /* no such fetch under way */
#define SF_CACHE_E_UNKNOWN_CAMERA 24     /* no such camera */
#define SF_CACHE_E_BAD_ARGUMENT \
    25 /* NULL with a count, a negative delay, a key that is too long ... */
#define SF_CACHE_E_UNKNOWN_HOLD 26 /* drop: this cache holds nothing under that number */

/* No function returns these: the host found that bytes which it lent were written into; or that an
 * answer in parts was not ended, see answer_begin. */
#define SF_CACHE_E_WROTE_LENT 27
#define SF_CACHE_E_NOT_ENDED 28

/* Nor this one: answer_properties took a session that is another viewer's. The answer carries it
 * all the same. */
#define SF_CACHE_E_OTHERS_SESSION 31

/* No function returns this either: the cache takes far more memory than its budget, see
 * capacity_bytes. */
#define SF_CACHE_E_MEMORY 30

/* Of a call from another thread than the one in which the host called the plug-in. */
#define SF_CACHE_E_FOREIGN_THREAD 29

/* How a cache comes to an end that it should not have come to. Nothing answers these: they stand in
 * findings of `contract`. */
#define SF_CACHE_E_EXITED 64   /* its process ended itself */
#define SF_CACHE_E_CRASHED 65  /* its process was ended by a signal */
#define SF_CACHE_E_HUNG 66     /* it did not come back in time */
#define SF_CACHE_E_PROTOCOL 67 /* a program: it wrote what is no message, or not allowed there */
#define SF_CACHE_E_LIMIT 68    /* one event brought about more calls or bytes than may be */

/* Upper bounds of a still's and of a store key's length. */
#define SF_CACHE_STILL_BYTES_MAX (4u << 20)
#define SF_CACHE_KEY_BYTES_MAX 256u

/* ------------------------------------------------------------------- the host's services ---- */

struct sf_cache_answer_properties {
    uint32_t struct_bytes;
    uint32_t flags;     /* SF_CACHE_ANSWER_... */
    uint64_t validator; /* of the still, chosen by the cache: the viewer may send it with its next
                           request; 0: none */
    uint64_t session;   /* the session that the viewer uses from now on; 0: unchanged. Pass the
                           request's session_renewal, and only in the answer to that request: its
                           bearer may see what that viewer may. Another viewer's session is a breach
                           of the contract (SF_CACHE_E_OTHERS_SESSION) */
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

    /* Writes a line to the trace, for human readers: `bytes` of UTF-8, cut at 200. Not judged. */
    void (*log)(void *context, const char *text, uint32_t bytes);

    /* Schedules `on_timer` with this cookie after delay_ns >= 0. `timer_out` may be NULL.
     * SF_CACHE_DONE, SF_CACHE_E_BUSY or SF_CACHE_E_BAD_ARGUMENT. */
    int32_t (*timer_set)(void *context, int64_t delay_ns, uint64_t cookie, uint64_t *timer_out);
    /* The timer will not fire. No error for a timer that has fired or is unknown. */
    void (*timer_cancel)(void *context, uint64_t timer);

    /* Answers a request whole. With SF_CACHE_STATUS_OK: 1 to SF_CACHE_STILL_BYTES_MAX bytes; with
     * any other status bytes must be NULL and bytes_count 0. Each request is answered once, unless
     * it was cancelled. */
    int32_t (*answer)(void *context, uint64_t request, uint32_t status, const uint8_t *bytes,
                      uint32_t bytes_count);

    /* Answers a request in parts, status OK: announce the total, pass the parts in order, end after
     * all announced bytes. Parts are sent on at once, in packets of up to 1,400 bytes; only the
     * last, shorter packet of what was passed waits while others are on their way, until the viewer
     * has taken those or a further part fills it. So a cache may pass one part, of any length, and
     * wait with the next until on_answer_progress says that it was taken.
     * An answer that was begun is also ended, at the latest when its viewer has taken all bytes.
     * One that is not, by the time that twice the request's time to its deadline has passed, is a
     * breach of the contract (SF_CACHE_E_NOT_ENDED).
     * `answer_abort` ends the answer early: the viewer keeps the bytes sent so far and receives no
     * more. */
    int32_t (*answer_begin)(void *context, uint64_t request, uint32_t total_bytes);
    int32_t (*answer_part)(void *context, uint64_t request, const uint8_t *bytes,
                           uint32_t bytes_count);
    int32_t (*answer_end)(void *context, uint64_t request);
    int32_t (*answer_abort)(void *context, uint64_t request);

    /* Asks a camera for its current still, over its home's network. `on_fetch_part` and
     * `on_fetch_ended` follow, with this cookie. The host ends a fetch with SF_CACHE_END_ABANDONED
     * when the camera cannot be reached, possibly at the same instant, or when the still is not
     * complete after the host's own time-out, which may be shorter or longer than a request's
     * deadline. A cache that has stopped waiting must cancel, or handle parts that arrive late. A
     * fetch brings one still, the one that was current when the camera got the question; a newer
     * one may be uploaded meanwhile: compare `capture` when the fetch ends. */
    int32_t (*fetch)(void *context, uint64_t camera, uint64_t cookie, uint64_t *fetch_out);
    /* No more callbacks for this fetch. SF_CACHE_DONE or SF_CACHE_E_UNKNOWN_FETCH; no error for a
     * fetch that has ended already. */
    int32_t (*fetch_cancel)(void *context, uint64_t fetch);

    /* The store that all nodes and all versions share. The cache opens connections to it and may
     * pool them. On one connection operations are pipelined, and replies come in the order of the
     * operations. Each accepted operation gets exactly one `on_store_reply`, unless the connection
     * is closed first. Keys have 1 to SF_CACHE_KEY_BYTES_MAX bytes. With ttl_ns 0 a value stays
     * until it is overwritten or deleted (put with bytes_count 0). */
    int32_t (*store_open)(void *context, uint64_t *connection_out);
    int32_t (*store_close)(void *context, uint64_t connection);
    int32_t (*store_get)(void *context, uint64_t connection, const uint8_t *key, uint32_t key_bytes,
                         uint64_t cookie);
    int32_t (*store_put)(void *context, uint64_t connection, const uint8_t *key, uint32_t key_bytes,
                         const uint8_t *bytes, uint32_t bytes_count, int64_t ttl_ns,
                         uint64_t cookie);

    /* Feedback for fuzzing: small numbers that describe the cache's abstract state, such as 1 for
     * "a handle points to a reused slot". `index` below 64. Optional; not judged. */
    void (*state)(void *context, uint32_t index, uint32_t value);

    /* The node's wall clock: ms since 1970-01-01 00:00 UTC. Unlike now_ns it may step, forwards and
     * backwards: see on_clock_step. */
    int64_t (*wall_clock_ms)(void *context);

    /* Asks the identity service for the tenant of a token. `on_identity` follows once, with this
     * cookie, possibly late. */
    int32_t (*identity)(void *context, uint64_t token, uint64_t cookie);

    /* As fetch, but nothing is sent if this is the validator of the camera's latest still: the
     * fetch then ends with SF_CACHE_END_NOT_MODIFIED. A camera without uploads takes a new still
     * for every fetch. Validator 0: as fetch. */
    int32_t (*fetch_if_changed)(void *context, uint64_t camera, uint64_t validator, uint64_t cookie,
                                uint64_t *fetch_out);

    /* Sets properties of an answer; call it before `answer` or `answer_begin`, at most once for a
     * request. SF_CACHE_E_BAD_ARGUMENT for a second call, an unknown flag or an unknown session. */
    int32_t (*answer_properties)(void *context, uint64_t request,
                                 const struct sf_cache_answer_properties *properties);

    /* Keeping a still without copying it. Only where the host can lend bytes for longer than a
     * call, which it cannot to a cache in a process of its own: test with SF_CACHE_HAS(host, drop),
     * and otherwise copy what fragments and parts bring.
     *
     * `hold` from inside on_upload_ended or on_fetch_ended, with SF_CACHE_END_COMPLETE and for that
     * upload or fetch: *bytes_out are all its bytes, one after the other. They stay there until
     * `drop` of *hold_out, or until the cache is destroyed, and are only to be read: to write into
     * them is a breach of the contract (SF_CACHE_E_WROTE_LENT). An answer that passes them on whole
     * costs no copy. SF_CACHE_DONE, or SF_CACHE_E_BAD_ARGUMENT at any other time. Each hold is
     * dropped once: SF_CACHE_E_UNKNOWN_HOLD for one that is not this cache's. */
    int32_t (*hold)(void *context, uint64_t upload_or_fetch, const uint8_t **bytes_out,
                    uint64_t *hold_out);
    int32_t (*drop)(void *context, uint64_t hold);
};

/* Of a host that cannot lend: its struct ends before `hold`. */
#define SF_CACHE_HOST_BYTES_WITHOUT_HOLDS ((uint32_t)offsetof(struct sf_cache_host, hold))

/* --------------------------------------------------------------------- events for the cache ----
 */

struct sf_cache_config {
    uint32_t struct_bytes;
    uint32_t node;            /* which of the cache's nodes this is, from 0 */
    uint32_t nodes;           /* how many nodes there are */
    uint32_t still_bytes_max; /* no still of this run is longer */
    uint64_t capacity_bytes;  /* memory budget for stills. Stills that are on their way in or out
                                 count too, bookkeeping does not. The host refuses nothing, but a
                                 cache whose process grows in a run by more than eight times this
                                 and 32 MiB breaks the contract (SF_CACHE_E_MEMORY): bookkeeping
                                 has to forget what is long over, too */
    const char *options; /* the text after '?', "" for none: "key=value&key=value"; terminated */
    int64_t fresh_within_ns; /* a still that arrived whole longer ago than this must be flagged as
                                stale when it is the answer; 0: no limit but the cache's own. What
                                the way from the camera takes is allowed for */
};

/* A camera began to send a still. */
struct sf_cache_upload {
    uint32_t struct_bytes;
    uint32_t total_bytes; /* length of the upload: the still, or the rows of a delta */
    uint64_t upload;      /* identity of this upload; never reused in the run */
    uint64_t camera;      /* the device */
    uint64_t tenant;      /* its owner */
    uint64_t model;       /* make and model; many cameras share one */
    uint32_t camera_slot; /* the camera's place in its owner's account, from 0: NOT unique between
                             tenants, and given to another camera when the owner rearranges */
    /* The camera's count of stills; begins again at 0 when the device restarts, and after the
     * largest number that its firmware has. A lower count is a still that comes late, or a count
     * that has begun again; nothing says which. A camera sends a still for some seconds, so a lower
     * count that comes later than that after a higher one has begun again. The order of stills is
     * not judged for half a minute after a restart; after the largest number it is. */
    uint32_t capture;
    int64_t captured_unix_ms; /* by the camera's own clock, which may be wrong */
    uint64_t validator; /* computed by the firmware: equal for equal stills; some firmware computes
                           it from the size or the second only; 0: none */
    uint64_t serial;    /* the device's serial number. Should be unique, but cameras with equal
                           numbers have been sold */
    const char *vary;   /* the properties of a request that select the still, as declared by the
                           firmware: a list of words such as "tenant" or "tenant, camera";
                           terminated, never NULL */
    uint32_t flags;     /* SF_CACHE_STILL_PRIVATE */
    uint32_t kind;      /* SF_CACHE_STILL_WHOLE or SF_CACHE_STILL_DELTA */
    /* A delta has rows_count rows of blocks from first_row on, each a restart interval of the JPEG
     * file's first scan (luma): each row but the last of the picture ends with its RST marker. The
     * base is the still with capture base_capture, with its own delta applied. Replacing these rows
     * in the base gives this capture; in any other still they give a mixed picture. `validator` is
     * that of the resulting still. */
    uint32_t base_capture;
    uint32_t first_row;
    uint32_t rows_count;
    uint32_t reserved;
};

/* Some bytes of an upload arrived. Fragments come in any order, may repeat, and may arrive after
 * the upload has ended, in a late packet. */
struct sf_cache_fragment {
    uint32_t struct_bytes;
    uint32_t offset; /* in the still */
    uint64_t upload;
    const uint8_t *bytes;
    uint32_t bytes_count; /* at least 1; offset + bytes_count is at most the upload's total_bytes */
    uint32_t reserved;
};

/* An upload ended: it is complete, or the host has stopped waiting for the rest. */
struct sf_cache_upload_end {
    uint32_t struct_bytes;
    uint32_t end; /* SF_CACHE_END_... */
    uint64_t upload;
    uint32_t received_bytes; /* number of distinct bytes that arrived */
    uint32_t reserved;
};

/* A request for a still. The front door has authorised it: the viewer acts for this tenant. */
struct sf_cache_request {
    uint32_t struct_bytes;
    uint32_t path;       /* SF_CACHE_PATH_... */
    uint64_t request;    /* identity of this request; never reused in the run */
    uint64_t connection; /* on which it came: the viewer's, or one that the front door shares among
                            viewers of any tenant, with several requests open on it at once. It says
                            nothing of whose a request is */
    uint64_t viewer;     /* the device that will show the still */
    uint64_t tenant; /* the tenant on whose behalf the viewer asks: the camera's owner, also where
                        a guest asks with whom the owner shares it; `identity` of the token
                        names the guest */
    uint64_t camera; /* the requested camera */
    uint64_t model;  /* its make and model */
    uint64_t integration; /* the assistant that the viewer came through; the same for all of its
                             viewers; 0 on the app path */
    int64_t deadline_ns;  /* an answer after this comes too late for the viewer */
    uint32_t camera_slot; /* the camera's place in its owner's account, from 0: NOT unique between
                             tenants, and given to another camera when the owner rearranges */
    uint32_t reserved;
    uint64_t token;           /* the request's session token; `identity` resolves its tenant */
    uint64_t session_renewal; /* a new session that the front door issues with the answer to this
                                 request, whatever its status: pass it in answer_properties; 0:
                                 none. Without it the viewer's session ends as it would have, and it
                                 signs in again */
    uint64_t validator;       /* of the still that the viewer has, whole or its beginning, from
                                 answer_properties; 0: none */
    uint64_t serial;          /* of the camera, as in its uploads */
    const char *name; /* the viewer's name for the still, "still" or "porch.jpg": relative to its
                         session, so other tenants use the same names; terminated, never NULL */
    uint32_t range_offset; /* a range request: the viewer has the bytes before this offset of the
                              still with `validator`; 0: the whole still is requested */
    uint32_t reserved_2;
};

/* A part of a fetched still. Parts come in any order, and more than once. */
struct sf_cache_fetch_part {
    uint32_t struct_bytes;
    uint32_t offset;
    uint64_t fetch;
    uint64_t cookie;
    uint64_t camera;
    uint32_t total_bytes; /* length of the still */
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
    uint64_t cookie; /* of the operation; real client libraries may have none */
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

/* Another node of this cache was lost or joined; never about the receiving node. */
struct sf_cache_node_event {
    uint32_t struct_bytes;
    uint32_t event; /* SF_CACHE_NODE_... */
    uint32_t node;
    uint32_t reserved;
};

/* The output of `export_state`: call `write` any number of times, at most 1 GiB in total. */
struct sf_cache_sink {
    uint32_t struct_bytes;
    uint32_t reserved;
    void *context;
    void (*write)(void *context, const uint8_t *bytes, uint64_t bytes_count);
};

/* ------------------------------------------------------------------------------ the plug-in ----
 */

/* The plug-in's functions. `create` and `destroy` are required; the others may be NULL if the cache
 * does not handle that event. `cache` is the value that `create` returned. */
struct sf_cache_plugin {
    uint32_t struct_bytes;
    uint32_t abi; /* SF_CACHE_ABI of the header that the plug-in was built with */
    const char
        *name; /* short; shown in reports; passed to a successor's import_state with the version */
    const char *version; /* any text */
    const char *summary; /* one line; NULL for none */
    const char *options; /* the known options, for --help: "ttl_ms=5000 ..."; NULL for none */

    /* Creates an empty cache. Returns NULL for options that it does not understand, with one
     * sentence in `error` (error_bytes long, terminated); the run is then refused as bad input. */
    void *(*create)(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes);
    void (*destroy)(void *cache);

    /* Uploads, sent by cameras without a request. */
    void (*on_upload)(void *cache, const struct sf_cache_upload *upload);
    void (*on_upload_fragment)(void *cache, const struct sf_cache_fragment *fragment);
    void (*on_upload_ended)(void *cache, const struct sf_cache_upload_end *end);

    /* Requests. A request that is not answered before its viewer gives up is cancelled. */
    void (*on_request)(void *cache, const struct sf_cache_request *request);
    /* The viewer has stopped waiting, or is unreachable. The request must not be answered after
     * this. */
    void (*on_request_cancelled)(void *cache, uint64_t request);
    /* A viewer's connection closed; its requests were cancelled before this call. One that the
     * front door shares stays open. */
    void (*on_connection_closed)(void *cache, uint64_t connection);

    void (*on_fetch_part)(void *cache, const struct sf_cache_fetch_part *part);
    void (*on_fetch_ended)(void *cache, const struct sf_cache_fetch_end *end);
    void (*on_store_reply)(void *cache, const struct sf_cache_store_reply *reply);
    void (*on_timer)(void *cache, uint64_t timer, uint64_t cookie);

    /* Called on every node and every version that lives, the old ones after a hand-over too, at one
     * instant (now_ns is the same on all nodes). Not repeated to a node that is lost then: it comes
     * back empty, and what the store has from before must not be served by it either. */
    void (*on_invalidate)(void *cache, const struct sf_cache_invalidation *invalidation);
    /* New options, as in the configuration. Returns 0; 1 if it does not understand them, and then
     * changes nothing. */
    int32_t (*on_reconfigure)(void *cache, const char *options);

    /* Hand-over to another version under traffic: the old cache exports its state, the new one,
     * created just before, imports it. `from_name` and `from_version` identify the format; a cache
     * ignores a format that it does not know. After the hand-over the old cache receives no new
     * uploads or requests, only events of those it has, invalidations, and node and clock events;
     * it may go on using the store; it is destroyed after the last has ended. */
    void (*export_state)(void *cache, const struct sf_cache_sink *sink);
    void (*import_state)(void *cache, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t bytes_count);

    void (*on_identity)(void *cache, const struct sf_cache_identity *identity);
    void (*on_node)(void *cache, const struct sf_cache_node_event *event);
    /* The wall clock of this node has stepped by step_ms; now_ns has not. */
    void (*on_clock_step)(void *cache, int64_t step_ms);
    /* Bytes of an answer in parts that the viewer has received, from its beginning without a gap.
     * Never decreases; not called after the request was cancelled. */
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
