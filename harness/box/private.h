/* What the parts of the box share: its programs and their processes (box.c), the events that an
 * instance receives (tell.c), its calls (calls.c), and the ids that it chose (names.c). */
#ifndef STRAYFRAME_BOX_PRIVATE_H
#define STRAYFRAME_BOX_PRIVATE_H

#include "harness/base/slots.h"
#include "harness/box/box.h"
#include "harness/box/channel.h"
#include "harness/box/spent.h"

/* ---- names: the ids that a cache chose, and the host's handles ---- */

enum sf_name_kind {
    SF_NAME_FETCH,
    SF_NAME_TIMER,
    SF_NAME_CONNECTION,
    SF_NAME_OPERATION, /* of the store */
    SF_NAME_QUESTION,  /* to the identity service */
};

struct sf_name {
    struct sf_wire_name name;
    enum sf_name_kind kind;
    uint64_t host_handle; /* the host's number of it */
    sf_handle connection; /* OPERATION: on which, as a name */
    sf_handle next;       /* in its bucket */
};

struct sf_names {
    struct sf_slots slots;
    sf_handle *buckets; /* as many as names or more: a cache may have a million timers */
    uint32_t buckets_count;
};

void sf_names_init(struct sf_names *names);
void sf_names_fini(struct sf_names *names);
/* 0 when there is none. */
sf_handle sf_names_find(const struct sf_names *names, enum sf_name_kind kind,
                        const struct sf_wire_name *name);
struct sf_name *sf_names_get(const struct sf_names *names, sf_handle handle);
/* The name must not be there yet. */
sf_handle sf_names_add(struct sf_names *names, enum sf_name_kind kind,
                       const struct sf_wire_name *name);
void sf_names_remove(struct sf_names *names, sf_handle handle);

/* ---- programs ---- */

/* Statistics of an event: does the cache call the host from it? */
struct sf_box_habit {
    uint32_t waited_count; /* without a call */
    bool calls;
};

enum { SF_BOX_WORDS_MAX = 64, SF_BOX_NAME_BYTES = 128 };

struct sf_box {
    char spec[512];
    bool json;
    bool is_known;    /* the fields up to `events` come from its hello */
    char *words_text; /* what argv points into */
    char *argv[SF_BOX_WORDS_MAX + 1];
    struct sf_cache_plugin plugin;
    char name[SF_BOX_NAME_BYTES];
    char version[SF_BOX_NAME_BYTES];
    char summary[512];
    char options[512];
    uint32_t events; /* bit set of enum sf_wire_event */
    struct sf_box_habit habits[SF_EVENTS_COUNT];
    struct sf_channel *idle[64];
    uint32_t idle_count;
    struct sf_box *next;
};

enum { SF_BOX_REFUSED_MAX = 16 };

/* An instance of a boxed cache: what its plug-in's functions call `cache`. */
struct sf_boxed {
    struct sf_box *box;
    struct sf_channel *channel;
    const struct sf_cache_host *host;
    struct sf_box_config config; /* without its texts */
    struct sf_names names;
    enum sf_wire_event event; /* the latest that was waited for */
    bool gone;                /* it has ended, and the host was notified */
    pid_t pid;                /* of its process; 0: not known */
    uint64_t peak_bytes;      /* of its process before it was created */
    /* Fetches of a program's that the host refused as one too many: they end as abandoned, after
     * the event that they were begun in. */
    struct sf_event_fetch_ended refused[SF_BOX_REFUSED_MAX];
    uint32_t refused_count;
    bool tells_refused;
};

/* ---- between the files ---- */

/* Returns a process that has sent its hello: an idle one, or a new one. */
SF_MUST_USE enum sf_err sf_box_take(struct sf_box *box, struct sf_channel **channel_out,
                                    struct sf_diag *diag);
void sf_box_give(struct sf_box *box, struct sf_channel *channel);

/* Fills in the functions that the box's events ask for. */
void sf_box_fill_plugin(struct sf_box *box);

/* The result of the calls of one event. */
enum sf_calls_end {
    SF_CALLS_DONE,
    SF_CALLS_REFUSED,
    SF_CALLS_LOST, /* the cache has ended, or the run is void */
};

/* Carries out calls until the event is done. `refusal_out` (NULL: refusing is no answer to this
 * event) gets the cache's message; `sink` (NULL: the same) gets the bytes of `state` calls. */
enum sf_calls_end sf_boxed_hear(struct sf_boxed *boxed, char *refusal_out, uint32_t refusal_bytes,
                                const struct sf_cache_sink *sink);

/* The cache has ended: closes its process and notifies the host, once. */
void sf_boxed_lost(struct sf_boxed *boxed);
/* The same, for a call that the protocol does not allow. */
__attribute__((format(printf, 2, 3))) void sf_boxed_broken(struct sf_boxed *boxed,
                                                           const char *format, ...);

/* May events be sent without waiting (sf_box_run_begins)? */
bool sf_box_is_repeatable(void);
void sf_box_void_run(void);
/* The same, for a call that the runner took for granted, and that exceeds a bound of the host's:
 * the repeated run asks. */
void sf_box_void_run_at_bound(void);
/* Must the runner ask the host before each call that its bounds may refuse? */
bool sf_box_run_asks(void);
/* For sf_box_run_peak_bytes. */
void sf_box_note_peak(uint64_t bytes);

#endif
