/* The stills of a live run, and whose picture an answer is. A place is one URL of the run; each
 * tenant has a camera at each place. Marks carry the run, so that a still which a cache kept from
 * an earlier run is recognised. */
#ifndef STRAYFRAME_LIVE_STILLS_H
#define STRAYFRAME_LIVE_STILLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/live/identity.h"

enum {
    SF_LIVE_ANONYMOUS = SF_LIVE_TENANTS_MAX - 1, /* a request without a credential */
    SF_LIVE_PLACES_MAX = 1 << 16,
};

/* What an answer was. */
enum sf_outcome {
    SF_OUTCOME_OWN,       /* the viewer's own still, whole */
    SF_OUTCOME_OTHER,     /* another tenant's still, or a piece of one */
    SF_OUTCOME_ANONYMOUS, /* the still that the origin has for requests without a credential */
    SF_OUTCOME_ERROR,     /* no picture: a status of 400 and above, no answer, something else */
    SF_OUTCOME_TORN,      /* a part of the viewer's own still */
    SF_OUTCOME_LEFTOVER,  /* a still of an earlier run */
    SF_OUTCOMES_COUNT,
};

/* "own", "other" ... */
const char *sf_outcome_name(enum sf_outcome outcome);

struct sf_seen {
    enum sf_outcome outcome;
    uint32_t owner;   /* OTHER: the tenant; otherwise SF_NOBODY */
    uint32_t capture; /* of what was seen, where it is one whole still */
};

struct sf_stills;

struct sf_stills *sf_stills_create(const struct sf_credentials *credentials);
void sf_stills_destroy(struct sf_stills *stills);

/* The still of a tenant at a place: a new capture, or the latest again. Valid until the next
 * call. */
size_t sf_stills_make(struct sf_stills *stills, uint32_t tenant, uint32_t place, bool again,
                      const uint8_t **bytes_out);

/* Is it a whole still of this run, as it went out? Then *seen_out says whose, at the price of a
 * hash. */
bool sf_stills_recognise(const struct sf_stills *stills, uint32_t tenant, const uint8_t *bytes,
                         size_t count, bool whole, struct sf_seen *seen_out);

/* The same for anything: pieces, mixtures, other encodings. May take long (it looks for the bytes
 * in all stills of the run), so not while requests are under way.
 *
 * What a viewer of this tenant got. `whole` false: the transfer broke off. */
void sf_stills_judge(struct sf_stills *stills, uint32_t tenant, const uint8_t *bytes, size_t count,
                     bool whole, struct sf_seen *seen_out);

#endif
