/* What came of each ask of a live run, read from the records of its trace, as the oracles read
 * them. */
#ifndef STRAYFRAME_LIVE_OUTCOME_H
#define STRAYFRAME_LIVE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/trace/record.h"

enum sf_outcome {
    SF_OUTCOME_OWN,       /* the viewer's own still, whole */
    SF_OUTCOME_OTHER,     /* another tenant's still, or a piece of one */
    SF_OUTCOME_ANONYMOUS, /* a picture that is no tenant's: the origin has one for requests without
                             a credential */
    SF_OUTCOME_ERROR,     /* no picture: a status of 400 and above, no answer, something else */
    SF_OUTCOME_TORN,      /* a part of the viewer's own still */
    SF_OUTCOME_LEFTOVER,  /* a still of an earlier run; no record says so: see sf_stills_judge */
    SF_OUTCOMES_COUNT,
};

/* "own", "other" ... */
const char *sf_outcome_name(enum sf_outcome outcome);

struct sf_ask_outcome {
    sf_ns at_ns;
    struct sf_viewer_id viewer;
    uint64_t request;
    enum sf_outcome outcome;
    struct sf_tenant_id owner; /* OTHER: the first that was found; otherwise none */
};

/* Zeroed, with its functions, before the first record. Each viewer has a tenant of its home's
 * number. */
struct sf_outcome_reader {
    /* Called when an ask has ended. */
    void (*ended)(void *context, const struct sf_ask_outcome *outcome);
    /* An answer's headers had a credential of this tenant's, which is not the viewer's. */
    void (*stray_credential)(void *context, uint64_t request, struct sf_tenant_id owner);
    void *context;
    bool open; /* an answer, whose records may go on */
    bool own;
    bool picture; /* a decoder shows it */
    bool shown_sound;
    struct sf_ask_outcome now;
};

/* Fits struct sf_trace_listener. */
void sf_outcomes_hear(void *reader, const struct sf_record *records, uint32_t count);

#endif
