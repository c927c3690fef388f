/* What the kill switch and unlinking share: how a record is judged that says what a viewer got
 * after its leave was taken back. */
#include "harness/base/ids.h"
#include "harness/oracle/oracle.h"

/* A part of an answer is shown when the viewer gives up, which may be long after it arrived. */
static sf_ns arrived_at_ns(const struct sf_record *delivered)
{
    return (delivered->flags & SF_FLAG_WHOLE) != 0 ? delivered->at_ns : (sf_ns)delivered->d;
}

void sf_revoked_judge(const struct sf_register *who, const struct sf_record *record,
                      sf_ns late_from_ns, struct sf_findings *findings)
{
    bool sent = record->kind == SF_RECORD_ANSWERED && record->a > 0;
    bool arrived_late = record->kind == SF_RECORD_DELIVERED && record->a > 0 &&
                        arrived_at_ns(record) > late_from_ns;
    if (sent || arrived_late) {
        sf_findings_add(findings, (struct sf_finding){
                                      .at_ns = record->at_ns,
                                      .viewer = record->who,
                                      .viewer_tenant = who->viewer_tenant[record->who],
                                      .owner_tenant = SF_NOBODY,
                                      .owner_camera = SF_NOBODY,
                                      .amount = record->a,
                                      .request = record->c,
                                  });
    }
}
