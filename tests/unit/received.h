/* One answer, judged as a live run judges it, and read as its trace is read. */
#ifndef STRAYFRAME_TESTS_RECEIVED_H
#define STRAYFRAME_TESTS_RECEIVED_H

#include "harness/live/outcome.h"
#include "harness/live/stills.h"

struct received_records {
    struct sf_record records[64];
    uint32_t count;
    struct sf_ask_outcome outcome;
};

static inline void received_add(void *context, struct sf_record record)
{
    struct received_records *all = context;
    all->records[all->count++] = record;
}

static inline void received_ended(void *context, const struct sf_ask_outcome *outcome)
{
    struct received_records *all = context;
    all->outcome = *outcome;
}

/* What came of it; the owner in `owner_out` (may be NULL). */
static inline enum sf_outcome
received_outcome(struct sf_stills *stills, const struct sf_received *received, uint32_t *owner_out)
{
    struct received_records all = {0};
    struct sf_stills_trace trace = {.add = received_add, .context = &all};
    struct sf_outcome_reader reader = {.ended = received_ended, .context = &all};
    bool leftover = sf_stills_judge(stills, received, &trace);
    received_add(&all, SF_RECORD(end));
    sf_outcomes_hear(&reader, all.records, all.count);
    if (owner_out != NULL) {
        *owner_out = all.outcome.owner.index;
    }
    return leftover ? SF_OUTCOME_LEFTOVER : all.outcome.outcome;
}

#endif
