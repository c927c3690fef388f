/* The probes of requests: who waits for which camera, who asks at once, which answers come at once.
 * A part of probes.c, whose other situations depend on the requests that wait. */
#ifndef STRAYFRAME_ORACLE_PROBE_REQUESTS_H
#define STRAYFRAME_ORACLE_PROBE_REQUESTS_H

#include "harness/base/arena.h"
#include "harness/oracle/probes.h"
#include "harness/trace/record.h"

struct sf_probe_viewer;
struct sf_probe_asker;
struct sf_probe_front;

/* An answer on its way. */
struct sf_probe_answer {
    sf_ns until_ns; /* when it counts as arrived */
    uint64_t request;
    struct sf_viewer_id viewer;
};

/* A request is open, and its viewer waits, from when it is let in until half a second after its
 * answer was given, while that is on its way: what is counted does not depend on how fast the cache
 * is. */
struct sf_probe_requests {
    uint32_t tenants_waiting; /* for one request at least */
    uint32_t *tenant_waits;   /* by tenant: requests that wait */
    uint32_t *camera_waits;   /* by camera: requests that wait for it */
    struct sf_probe_viewer *viewers;
    struct sf_probe_front *fronts;   /* by connection and node, modulo their number */
    struct sf_probe_asker *askers;   /* by camera: who asked for it last */
    struct sf_arena *arena;          /* borrowed */
    struct sf_probe_answer *answers; /* a ring, in the order in which they were given */
    uint64_t answers_room;           /* of it; grows */
    uint64_t answers_given;
    uint64_t answers_arrived;
    uint32_t homes_count;
    uint32_t introduced_count; /* viewers of the run */
    uint64_t window;           /* of time, from 1 */
    uint32_t window_asks;      /* viewers that asked in it */
};

/* Memory from `arena`. */
void sf_probe_requests_init(struct sf_probe_requests *requests, struct sf_arena *arena,
                            uint32_t homes_count);

/* The next answer that has arrived by now, whose request is then over; false: there is none. To be
 * asked before each record. */
bool sf_probe_requests_arrived(struct sf_probe_requests *requests, sf_ns now_ns,
                               struct sf_probe_answer *answer_out);

/* Counts what the record brings about. */
void sf_probe_requests_see(struct sf_probe_requests *requests, const struct sf_record *record,
                           uint64_t counts[SF_PROBES_COUNT]);

#endif
