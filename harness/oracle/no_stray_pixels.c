/* No stray frame, by the pixels: nothing that a display shows may carry the mark of another tenant,
 * however small its share of the picture. Cannot see what no decoder can show: no_stray_bytes.c
 * does. */
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
    const struct sf_seen_record seen = sf_seen_of(record);
    if (!sf_register_is_stray(who, seen.viewer, seen.tenant, seen.camera, seen.at_ns)) {
        return;
    }
    sf_findings_add(findings, sf_finding_of_seen(who, seen));
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->pictures_count, .wanted = true};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out, "was shown home %u's capture %u (%u.%u%% of the picture)",
                finding->owner_tenant.index + 1, finding->capture, finding->amount / 10000,
                finding->amount / 1000 % 10);
}

const struct sf_oracle sf_oracle_no_stray_pixels = {
    .name = "no-stray-pixels",
    .invariant =
        "no viewer is shown a picture, or a part of one, that another tenant's camera took",
    .amount_unit = "ppm of the picture",
    .of_strays = true,
    .kinds = SF_SEES(SHOWN) | SF_SEES(SEEN),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = say,
};
