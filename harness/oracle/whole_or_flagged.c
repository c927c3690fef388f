/* Whole or flagged: when the cache has answered with a picture and every byte of the answer has
 * arrived, a decoder shows all of the picture, and it is of one camera, or the cache has said that
 * parts are missing. A picture that was encoded anew, or that nobody marked, is as good as any.
 * Judges complete answers only: what the network lost on the way, and what a viewer did
 * not wait for, is not the cache's fault. Whose picture it is, is another oracle's. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t pictures_count;
};

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if ((record->flags & SF_FLAGS_FROM_CACHE) == 0 || (record->flags & SF_FLAG_WHOLE) == 0) {
        return;
    }
    state->pictures_count++;
    if ((record->flags & SF_FLAG_BROKEN) != 0 && (record->flags & SF_FLAG_INCOMPLETE) == 0) {
        sf_findings_add(findings, (struct sf_finding){
                                      .at_ns = record->at_ns,
                                      .flags = record->flags,
                                      .viewer = record->who,
                                      .viewer_tenant = who->viewer_tenant[record->who],
                                      .owner_tenant = record->b,
                                      .owner_camera = who->viewer_camera[record->who],
                                      .amount = record->a,
                                      .request = record->c,
                                  });
    }
}

/* A run in which no answer of the cache arrived whole asks for nothing: the other oracles say so.
 */
static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->pictures_count,
                                .wanted = state->pictures_count > 0};
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
};
