/* What the oracles about data that leaves homes share: a finding of theirs, and its sentence. */
#include "harness/base/assert.h"
#include "harness/oracle/oracle.h"

void sf_exposure_add(const struct sf_register *who, const struct sf_left_home_record *left,
                     uint32_t amount, struct sf_findings *findings)
{
    SF_ASSERT(who != NULL);
    SF_ASSERT(left != NULL);
    SF_ASSERT(findings != NULL);
    sf_findings_add(findings, (struct sf_finding){
                                  .at_ns = left->at_ns,
                                  .viewer = sf_viewer_id(SF_NOBODY),
                                  .viewer_tenant = sf_tenant_id(SF_NOBODY),
                                  .owner_tenant = sf_register_owner(who, left->camera),
                                  .owner_camera = left->camera,
                                  .amount = amount,
                                  .destination = (uint16_t)left->destination,
                              });
}

void sf_exposure_say(const struct sf_finding *finding, struct sf_text *out)
{
    SF_ASSERT(finding != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(finding->oracle < SF_ORACLES_MAX);
    sf_text_add(out, "home %u's camera sent %u %s to %s", finding->owner_tenant.index + 1,
                finding->amount, sf_oracles()[finding->oracle]->amount_unit,
                sf_destination_name((enum sf_destination)finding->destination));
}
