/* No stray frame, by the pixels: nothing that a display shows may carry the mark of another tenant,
 * however small its share of the picture. Cannot see what no decoder can show; the bytes are
 * another oracle's. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t pictures_count;
};

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_SHOWN) {
        state->pictures_count++;
        return;
    }
    sf_stray_judge(who, record, findings);
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->pictures_count, .wanted = true};
}

const struct sf_oracle sf_oracle_no_stray_pixels = {
    .name = "no-stray-pixels",
    .invariant =
        "no viewer is shown a picture, or a part of one, that another tenant's camera took",
    .amount_unit = "ppm of the picture",
    .kinds = SF_SEES(SHOWN) | SF_SEES(SEEN),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
};
