/* Cameras send only to destinations on the scenario's list, whatever they send. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t sent_count;
    bool allowed[SF_DESTINATIONS_COUNT];
    bool concerned;
};

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_DESTINATION) {
        const struct sf_destination_record destination = sf_destination_of(record);
        state->allowed[destination.destination] = (destination.flags & SF_DESTINATION_ALLOWED) != 0;
        state->concerned = true;
        return;
    }
    const struct sf_left_home_record left = sf_left_home_of(record);
    state->sent_count++;
    if (!state->allowed[left.destination]) {
        sf_exposure_add(who, &left, left.bytes, findings);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->sent_count, .wanted = state->concerned};
}

const struct sf_oracle sf_oracle_destinations = {
    .name = "destinations",
    .invariant = "cameras send only to destinations on the scenario's list",
    .amount_unit = "bytes",
    .kinds = SF_SEES(DESTINATION) | SF_SEES(LEFT_HOME),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = sf_exposure_say,
};
