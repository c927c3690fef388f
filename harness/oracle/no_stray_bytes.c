/* No stray frame, by the bytes: no run of bytes that only another tenant's camera sent may reach a
 * viewer, whether or not a display could show it. Knows nothing of pictures. */
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
    const struct sf_bytes_record bytes = sf_bytes_of(record);
    if (!sf_register_is_stray(who, bytes.viewer, bytes.tenant, bytes.camera, bytes.at_ns)) {
        return;
    }
    struct sf_finding finding = sf_finding_about(who, bytes.viewer, bytes.at_ns, bytes.request);
    finding.flags = bytes.flags;
    finding.owner_tenant = bytes.tenant;
    finding.owner_camera = bytes.camera;
    finding.capture = bytes.capture;
    finding.amount = bytes.bytes;
    sf_findings_add(findings, finding);
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->deliveries_count, .wanted = true};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "received %u bytes of home %u's capture %u", finding->amount,
                finding->owner_tenant.index + 1, finding->capture);
}

const struct sf_oracle sf_oracle_no_stray_bytes = {
    .name = "no-stray-bytes",
    .invariant = "no viewer receives bytes that only another tenant's camera sent",
    .amount_unit = "bytes",
    .of_strays = true,
    .kinds = SF_SEES(DELIVERED) | SF_SEES(BYTES),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = say,
};
