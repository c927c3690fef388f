/* What the oracles of the kill switch and of unlinking share: how a record is judged that says what
 * a viewer received after the right to it was taken back. */
#include "harness/base/assert.h"
#include "harness/oracle/oracle.h"

static void add(const struct sf_register *who, struct sf_viewer_id viewer, sf_ns at_ns,
                uint64_t request, uint32_t bytes, struct sf_findings *findings)
{
    struct sf_finding finding = sf_finding_about(who, viewer, at_ns, request);
    finding.amount = bytes;
    sf_findings_add(findings, finding);
}

/* A part of an answer is shown when the viewer gives up, which may be long after it arrived. */
static void judge_delivered(const struct sf_register *who,
                            const struct sf_delivered_record *delivered, sf_ns late_from_ns,
                            struct sf_findings *findings)
{
    bool whole = (delivered->flags & SF_FLAG_WHOLE) != 0;
    sf_ns arrived_at_ns = whole ? delivered->at_ns : delivered->last_arrival_ns;
    if (delivered->arrived_bytes > 0 && arrived_at_ns > late_from_ns) {
        add(who, delivered->viewer, delivered->at_ns, delivered->request, delivered->arrived_bytes,
            findings);
    }
}

void sf_revoked_judge(const struct sf_register *who, const struct sf_record *record,
                      sf_ns late_from_ns, struct sf_findings *findings)
{
    SF_ASSERT(who != NULL);
    SF_ASSERT(record != NULL);
    SF_ASSERT(findings != NULL);
    if (record->kind == SF_RECORD_ANSWERED) {
        const struct sf_answered_record answered = sf_answered_of(record);
        if (answered.bytes > 0) {
            add(who, answered.viewer, answered.at_ns, answered.request, answered.bytes, findings);
        }
    } else if (record->kind == SF_RECORD_DELIVERED) {
        const struct sf_delivered_record delivered = sf_delivered_of(record);
        judge_delivered(who, &delivered, late_from_ns, findings);
    }
}
