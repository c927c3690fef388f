/* The runner: a process that loads one shared object and speaks the box's messages for it. Nothing
 * that it says is believed, for it is one memory with a stranger; it is only quick about it. */
#ifndef STRAYFRAME_RUNNER_RUNNER_H
#define STRAYFRAME_RUNNER_RUNNER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/text.h"
#include "harness/sim/rng.h"
#include "harness/wire/frame.h"

/* ---- the two pipes ---- */

struct sf_wire_pipes {
    int in_fd;
    int out_fd;
    struct sf_text out; /* calls that are not sent yet */
    uint8_t *in;
    size_t in_capacity;
    size_t in_start;
    size_t in_end;
    uint64_t turn; /* of the event that was read last */
};

/* The next event; ends the process when the host closes its end. */
void sf_runner_read(struct sf_wire_pipes *pipes, struct sf_wire_head *head_out,
                    union sf_wire_body *body_out);
void sf_runner_write(struct sf_wire_pipes *pipes, enum sf_wire_call kind, bool wants_result,
                     const void *body);
void sf_runner_flush(struct sf_wire_pipes *pipes);

/* ---- a table of numbers ---- */

/* From a number that is not 0 to an item of fixed size. */
struct sf_map {
    uint64_t *keys; /* 0: free */
    uint64_t *values;
    size_t capacity; /* a power of two; 0 */
    size_t count;
};

/* NULL if there is none. */
uint64_t *sf_map_get(const struct sf_map *map, uint64_t key);
void sf_map_put(struct sf_map *map, uint64_t key, uint64_t value);
void sf_map_remove(struct sf_map *map, uint64_t key);
void sf_map_clear(struct sf_map *map);

/* ---- one instance of the cache, and what it is lent ---- */

struct sf_instance {
    struct sf_wire_pipes *pipes;
    const struct sf_cache_plugin *plugin;
    void *cache;
    struct sf_cache_host host;
    struct sf_rng rng;
    const void *thread;           /* the runner's, in which the object is called */
    atomic_bool called_from_afar; /* a thread of the object's own has called since the last reply */
    bool asks;                    /* see struct sf_event_create */
    int64_t now_ns;
    int64_t wall_ms;
    enum sf_wire_event event;           /* the one that is being told */
    bool silent;                        /* it wants no reply */
    enum sf_wire_event mispredicted_by; /* HELLO: none */
    uint64_t ids_count;                 /* that were given out */
    uint64_t ids_key;                   /* of the run: see next_id */
    struct sf_map requests;             /* open: enum of lent.c */
    struct sf_map cameras;              /* that were named */
    struct sf_map fetches;              /* cookies */
    struct sf_map timers;
    struct sf_map questions;
    struct sf_map operations;
    struct sf_map connections; /* values: 0 */
};

/* Fills in the functions that the cache is lent. */
void sf_instance_lend(struct sf_instance *instance);
/* A request came; with what the viewer holds. */
void sf_instance_request(struct sf_instance *instance, const struct sf_cache_request *request);
void sf_instance_request_cancelled(struct sf_instance *instance, uint64_t request);

/* An id in a name, and back. */
struct sf_wire_name sf_runner_name(uint64_t id);
uint64_t sf_runner_id(const struct sf_wire_name *name);

/* ---- the object ---- */

/* Tells one event; false for `destroy`. */
void sf_runner_tell(struct sf_instance *instance, const struct sf_wire_head *head,
                    const union sf_wire_body *body);

/* After the object is loaded: only the system calls that computing needs. */
void sf_runner_close_doors(void);

#endif
