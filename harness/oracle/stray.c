/* What the two checks for stray frames share: how a record that attributes something is judged. */
#include "harness/oracle/oracle.h"

void sf_stray_judge(const struct sf_register *who, const struct sf_record *record,
                    struct sf_findings *findings)
{
    uint32_t tenant = who->viewer_tenant[record->who];
    if (record->a == tenant) {
        return;
    }
    sf_findings_add(findings, (struct sf_finding){
                                  .at_ns = record->at_ns,
                                  .flags = record->flags,
                                  .viewer = record->who,
                                  .viewer_tenant = tenant,
                                  .owner_tenant = record->a,
                                  .owner_camera = record->b,
                                  .capture = (uint32_t)(record->d >> 32),
                                  .amount = (uint32_t)record->d,
                                  .request = record->c,
                              });
}
