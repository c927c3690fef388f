/* Findings: kept, made and said. What a finding is about is its oracle's sentence. */
#include "harness/base/assert.h"
#include "harness/oracle/oracle.h"

void sf_findings_add(struct sf_findings *findings, struct sf_finding finding)
{
    SF_ASSERT(findings != NULL);
    SF_ASSERT(finding.at_ns >= 0);
    findings->count++;
    uint32_t places = findings->first ? SF_FINDINGS_KEPT_MAX : SF_FINDINGS_FIRST_MAX;
    if (findings->kept_count < places) {
        findings->kept[findings->kept_count++] = finding;
    }
    findings->first = false;
}

struct sf_finding sf_finding_about(const struct sf_register *who, struct sf_viewer_id viewer,
                                   sf_ns at_ns, uint64_t request)
{
    SF_ASSERT(who != NULL);
    SF_ASSERT(at_ns >= 0);
    return (struct sf_finding){
        .at_ns = at_ns,
        .viewer = viewer,
        .viewer_tenant = sf_register_tenant(who, viewer),
        .owner_tenant = sf_tenant_id(SF_NOBODY),
        .owner_camera = sf_camera_id(SF_NOBODY),
        .request = request,
        .callback = sf_register_callback(who, viewer, request),
    };
}

struct sf_finding sf_finding_about_own(const struct sf_register *who, struct sf_viewer_id viewer,
                                       sf_ns at_ns, uint64_t request)
{
    SF_ASSERT(who != NULL);
    struct sf_finding finding = sf_finding_about(who, viewer, at_ns, request);
    finding.owner_tenant = finding.viewer_tenant;
    finding.owner_camera = sf_register_camera(who, viewer);
    return finding;
}

struct sf_finding sf_finding_of_seen(const struct sf_register *who,
                                     const struct sf_seen_record seen)
{
    struct sf_finding finding = sf_finding_about(who, seen.viewer, seen.at_ns, seen.request);
    finding.flags = seen.flags;
    finding.owner_tenant = seen.tenant;
    finding.owner_camera = seen.camera;
    finding.capture = seen.capture;
    finding.amount = seen.share_ppm;
    return finding;
}

void sf_finding_say(const struct sf_finding *finding, struct sf_text *out)
{
    SF_ASSERT(finding != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(finding->oracle < SF_ORACLES_MAX);
    const struct sf_oracle *oracle = sf_oracles()[finding->oracle];
    SF_ASSERT(oracle->say != NULL);
    if (!sf_viewer_is_none(finding->viewer)) {
        sf_text_add(out, "the %s of home %u ", sf_viewer_kind_name(finding->viewer),
                    sf_home_of_viewer(finding->viewer).index + 1);
    }
    oracle->say(finding, out);
}
