/* What the checks of what leaves homes share: how a finding of theirs looks. */
#include "harness/base/ids.h"
#include "harness/oracle/oracle.h"

void sf_exposure_add(const struct sf_register *who, const struct sf_record *record, uint32_t amount,
                     struct sf_findings *findings)
{
    sf_findings_add(findings, (struct sf_finding){
                                  .at_ns = record->at_ns,
                                  .viewer = SF_NOBODY,
                                  .viewer_tenant = SF_NOBODY,
                                  .owner_tenant = who->camera_tenant[record->who],
                                  .owner_camera = record->who,
                                  .amount = amount,
                                  .destination = record->a,
                              });
}
