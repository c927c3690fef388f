#include "harness/trace/trace.h"

#include "harness/base/assert.h"
#include "harness/base/hash.h"

void sf_trace_init(struct sf_trace *trace)
{
    SF_ASSERT(trace != NULL);
    trace->batch_count = 0;
    trace->records_count = 0;
    trace->hash = 0;
    trace->listeners_count = 0;
}

void sf_trace_listen(struct sf_trace *trace, struct sf_trace_listener listener)
{
    SF_ASSERT(trace != NULL);
    SF_ASSERT(listener.hear != NULL);
    SF_ASSERT(trace->listeners_count < SF_TRACE_LISTENERS_MAX);
    trace->listeners[trace->listeners_count++] = listener;
}

void sf_trace_flush(struct sf_trace *trace)
{
    SF_ASSERT(trace != NULL);
    if (trace->batch_count == 0) {
        return;
    }
    trace->hash =
        sf_hash_seeded(trace->batch, trace->batch_count * sizeof trace->batch[0], trace->hash);
    for (uint32_t i = 0; i < trace->listeners_count; i++) {
        trace->listeners[i].hear(trace->listeners[i].context, trace->batch, trace->batch_count);
    }
    trace->records_count += trace->batch_count;
    trace->batch_count = 0;
}

void sf_trace_end(struct sf_trace *trace)
{
    SF_ASSERT(trace != NULL);
    sf_trace_flush(trace);
}
