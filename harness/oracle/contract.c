/* The cache keeps the contract of its interface: it answers a request once, not after its
 * cancellation, with as many bytes as announced. The host has refused what broke it; this oracle
 * makes it count. */
#include "harness/base/ids.h"
#include "harness/oracle/oracle.h"

struct state {
    uint64_t answers_count;
};

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    (void)who;
    if (record->kind == SF_RECORD_CONTRACT) {
        sf_findings_add(findings, (struct sf_finding){
                                      .at_ns = record->at_ns,
                                      .viewer = SF_NOBODY,
                                      .viewer_tenant = SF_NOBODY,
                                      .owner_tenant = SF_NOBODY,
                                      .owner_camera = SF_NOBODY,
                                      .amount = record->a,
                                      .request = record->c,
                                  });
    } else {
        state->answers_count++;
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->answers_count, .wanted = true};
}

const struct sf_oracle sf_oracle_contract = {
    .name = "contract",
    .invariant = "the cache keeps the contract of its interface",
    .amount_unit = "code",
    .kinds = SF_SEES(CONTRACT) | SF_SEES(ADMITTED),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
};
