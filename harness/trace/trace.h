/* The trace of a run: takes records one by one, keeps a rolling hash, and hands each on to the
 * listeners. It judges nothing and knows no actor. */
#ifndef STRAYFRAME_TRACE_TRACE_H
#define STRAYFRAME_TRACE_TRACE_H

#include <stdint.h>

#include "harness/trace/record.h"

enum { SF_TRACE_LISTENERS_MAX = 10, SF_TRACE_BATCH = 256 };

/* Called for records in order, possibly many at once; must not keep the pointer. */
struct sf_trace_listener {
    void (*hear)(void *context, const struct sf_record *records, uint32_t count);
    void *context;
};

/* Records are handed on in batches, so that a packet costs a store and not a call. */
struct sf_trace {
    struct sf_record batch[SF_TRACE_BATCH];
    uint32_t batch_count;
    uint64_t records_count; /* all that were added */
    uint64_t hash;          /* XXH3 of each batch, seeded with the hash before it */
    uint32_t listeners_count;
    struct sf_trace_listener listeners[SF_TRACE_LISTENERS_MAX];
};

void sf_trace_init(struct sf_trace *trace);
void sf_trace_listen(struct sf_trace *trace, struct sf_trace_listener listener);

/* Hands on what is in the batch. */
void sf_trace_flush(struct sf_trace *trace);

static inline void sf_trace_add(struct sf_trace *trace, struct sf_record record)
{
    trace->batch[trace->batch_count++] = record;
    if (trace->batch_count == SF_TRACE_BATCH) {
        sf_trace_flush(trace);
    }
}

/* Flushes; the hash and the count are final. */
void sf_trace_end(struct sf_trace *trace);

#endif
