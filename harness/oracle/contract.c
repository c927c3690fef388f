/* The cache keeps the contract of its interface: it answers a request once, not after its
 * cancellation, with as many bytes as announced. The host of the cache refuses a call that breaks
 * it and writes a CONTRACT record, which is a finding here. */
#include "harness/oracle/breach.h"
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
        const struct sf_contract_record contract = sf_contract_of(record);
        sf_findings_add(findings, (struct sf_finding){
                                      .at_ns = contract.at_ns,
                                      .viewer = sf_viewer_id(SF_NOBODY),
                                      .viewer_tenant = sf_tenant_id(SF_NOBODY),
                                      .owner_tenant = sf_tenant_id(SF_NOBODY),
                                      .owner_camera = sf_camera_id(SF_NOBODY),
                                      .amount = contract.code,
                                      .request = contract.subject,
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

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "the cache broke the contract of its interface: ");
    sf_breach_say(finding->amount, out);
}

const struct sf_oracle sf_oracle_contract = {
    .name = "contract",
    .invariant = "the cache keeps the contract of its interface",
    .amount_unit = "code",
    .inside = true,
    .kinds = SF_SEES(CONTRACT) | SF_SEES(ADMITTED),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = say,
    .amount_name = sf_breach_name,
};
