/* The probes of requests: who waits for which camera, who asks at once, which answers come at once.
 * A part of probes.c, whose other situations depend on the requests that wait. */
#ifndef STRAYFRAME_ORACLE_PROBE_REQUESTS_H
#define STRAYFRAME_ORACLE_PROBE_REQUESTS_H

#include "harness/base/arena.h"
#include "harness/oracle/probes.h"
#include "harness/trace/record.h"

struct sf_probe_viewer;
struct sf_probe_asker;

struct sf_probe_requests {
    uint32_t tenants_waiting; /* for one request at least */
    uint32_t *tenant_waits;   /* by tenant: requests that wait */
    uint32_t *camera_waits;   /* by camera: requests that wait for it */
    struct sf_probe_viewer *viewers;
    struct sf_probe_asker *askers; /* by camera: who asked for it last */
    uint32_t homes_count;
    uint32_t introduced_count; /* viewers of the run */
    uint64_t window;           /* of time, from 1 */
    uint32_t window_asks;      /* viewers that asked in it */
};

/* Memory from `arena`. */
void sf_probe_requests_init(struct sf_probe_requests *requests, struct sf_arena *arena,
                            uint32_t homes_count);

/* Counts what the record brings about. */
void sf_probe_requests_see(struct sf_probe_requests *requests, const struct sf_record *record,
                           uint64_t counts[SF_PROBES_COUNT]);

#endif
