/* The stills of a live run, and what reached a viewer, as records. A place is one URL of the run;
 * each tenant has a camera at each place. Every capture is in a book, and harness/judge measures
 * what a viewer got, as in the simulation. Marks carry the run, so that a still which a cache kept
 * from an earlier run is recognised. */
#ifndef STRAYFRAME_LIVE_STILLS_H
#define STRAYFRAME_LIVE_STILLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/base/time.h"
#include "harness/judge/exhibit.h"
#include "harness/live/identity.h"
#include "harness/trace/record.h"

enum {
    SF_LIVE_ANONYMOUS = SF_LIVE_TENANTS_MAX - 1, /* a request without a credential */
    SF_LIVE_PLACES_MAX = 1 << 16,
};

struct sf_stills;

/* `start_unix_s`: what the clocks of cameras, in UTC, say when sf_stills_begin is called, or when
 * the first still is made. 0: an evening of 2019. */
struct sf_stills *sf_stills_create(const struct sf_credentials *credentials, int64_t start_unix_s);
/* The run begins now, on CLOCK_MONOTONIC; stills that were made for checks before are of then. */
void sf_stills_begin(struct sf_stills *stills, sf_ns now_ns);
void sf_stills_destroy(struct sf_stills *stills);

/* A capture that was made; `place` and `tenant` as they were asked for. */
struct sf_still_made {
    uint32_t tenant;
    uint32_t place;
    uint32_t capture; /* of the tenant at the place, from 0 */
    uint32_t bytes;
    uint64_t hash;
    int64_t local_s;
};

/* Called for each new capture. Of requests without a credential, too. */
void sf_stills_listen(struct sf_stills *stills,
                      void (*made)(void *context, const struct sf_still_made *made), void *context);

/* The still of a tenant at a place: a new capture, or the latest again. The clock in it counts from
 * the first still of the run; `now_ns` is CLOCK_MONOTONIC. Valid until the next call. */
size_t sf_stills_make(struct sf_stills *stills, uint32_t tenant, uint32_t place, bool again,
                      sf_ns now_ns, const uint8_t **bytes_out);

/* An answer as far as it reached a viewer. */
struct sf_received {
    sf_ns at_ns;     /* on the clock of the trace */
    uint32_t tenant; /* the viewer is the hub of this tenant's home */
    uint32_t place;
    uint64_t request; /* its number in the trace */
    const uint8_t *bytes;
    size_t count;
    bool whole;   /* the transfer ended well */
    bool display; /* a display shows it: no page that says what is wrong */
};

/* Adds what was received to a trace. Cameras are then numbered as their tenants are, whatever the
 * place, and nothing is said of the stills that are no tenant's. */
struct sf_stills_trace {
    void (*add)(void *context, struct sf_record record);
    void *context;
    struct sf_exhibits *exhibits; /* of strays; NULL: none are kept */
};

/* Is it a whole still of this run, or empty? Then sf_stills_judge is quick. Other answers may take
 * long (their bytes are looked for in all stills of the run), so not while requests are under
 * way. */
bool sf_stills_know(const struct sf_stills *stills, const uint8_t *bytes, size_t count, bool whole);

/* DELIVERED, BYTES, SHOWN and SEEN records; GAVE_UP where nothing is on a display afterwards.
 * Returns whether it is, or has in it, a still of an earlier run, and none of this one. */
bool sf_stills_judge(struct sf_stills *stills, const struct sf_received *received,
                     const struct sf_stills_trace *trace);

#endif
