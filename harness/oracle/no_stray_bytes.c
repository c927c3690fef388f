/* No stray frame, by the bytes: nothing that reaches a viewer may be a run of bytes that only
 * another tenant's camera sent, whether or not a display could show it. Knows nothing of pictures.
 */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t deliveries_count;
};

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_DELIVERED) {
        state->deliveries_count++;
        return;
    }
    sf_stray_judge(who, record, findings);
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->deliveries_count, .wanted = true};
}

const struct sf_oracle sf_oracle_no_stray_bytes = {
    .name = "no-stray-bytes",
    .invariant = "no viewer receives bytes that only another tenant's camera sent",
    .amount_unit = "bytes",
    .kinds = SF_SEES(DELIVERED) | SF_SEES(BYTES),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
};
