/* Whole or flagged: when the cache has answered with a picture and every byte of the answer has
 * arrived, a decoder shows all of the picture, and it is of one camera, or the cache has flagged it
 * as incomplete. A picture that was re-encoded, or that has no marks, can pass. Judges complete
 * answers only: bytes that the network lost, or that a viewer did not wait for, are not the cache's
 * fault. The owner of the picture does not matter here. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t pictures_count;
};

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    const struct sf_shown_record shown = sf_shown_of(record);
    if ((shown.flags & SF_FLAGS_FROM_CACHE) == 0 || (shown.flags & SF_FLAG_WHOLE) == 0) {
        return;
    }
    state->pictures_count++;
    if ((shown.flags & SF_FLAG_BROKEN) != 0 && (shown.flags & SF_FLAG_INCOMPLETE) == 0) {
        struct sf_finding finding =
            sf_finding_about_own(who, shown.viewer, shown.at_ns, shown.request);
        finding.flags = shown.flags;
        finding.owner_tenant = shown.largest_share;
        finding.amount = shown.unreadable_ppm;
        sf_findings_add(findings, finding);
    }
}

/* Not wanted in a run in which no answer of the cache arrived whole. */
static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->pictures_count,
                                .wanted = state->pictures_count > 0};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    (void)finding;
    sf_text_add(out, "was answered with a damaged picture that is not flagged as incomplete");
}

const struct sf_oracle sf_oracle_whole_or_flagged = {
    .name = "whole-or-flagged",
    .invariant =
        "a picture that the cache answers with is whole, or it says that parts are missing",
    .amount_unit = "ppm unreadable",
    .kinds = SF_SEES(SHOWN),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = say,
};
