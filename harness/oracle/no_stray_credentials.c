/* No stray credential: what an answer tells a viewer to say of itself from now on (a session, a
 * cookie, a token) was issued to the viewer's own tenant. No picture shows this leak, and with it
 * the viewer can ask for all that the other tenant has.
 *
 * The simulation records a session that a viewer takes over; a run of real servers, each credential
 * in an answer's headers. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t credentials_count;
};

/* The session's, or the cookie's. */
struct credential {
    struct sf_viewer_id viewer;
    struct sf_tenant_id tenant; /* that it was issued to */
    uint64_t request;           /* 0: of an earlier answer */
};

static struct credential credential_of(const struct sf_register *who,
                                       const struct sf_record *record)
{
    if (record->kind == SF_RECORD_ISSUED) {
        const struct sf_issued_record issued = sf_issued_of(record);
        return (struct credential){issued.viewer, issued.tenant, issued.request};
    }
    const struct sf_renewed_record renewed = sf_renewed_of(record);
    return (struct credential){renewed.viewer, sf_register_tenant(who, renewed.owner), 0};
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    const struct credential issued = credential_of(who, record);
    state->credentials_count++;
    if (sf_tenant_same(issued.tenant, sf_register_tenant(who, issued.viewer))) {
        return;
    }
    struct sf_finding finding = sf_finding_about(who, issued.viewer, record->at_ns, issued.request);
    finding.owner_tenant = issued.tenant;
    finding.amount = 1;
    sf_findings_add(findings, finding);
}

/* Not wanted in a run in which no answer had a credential. */
static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->credentials_count,
                                .wanted = state->credentials_count > 0};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "was answered with a credential of home %u's account",
                finding->owner_tenant.index + 1);
}

const struct sf_oracle sf_oracle_no_stray_credentials = {
    .name = "no-stray-credentials",
    .invariant = "no answer gives a viewer a session or a token that was issued to another tenant",
    .amount_unit = "credentials",
    .kinds = SF_SEES(ISSUED) | SF_SEES(RENEWED),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = say,
};
