/* The wrong camera of the right owner: a display shows something of another camera than the one
 * that its viewer asked for, though of one that it may see too: another one of its own account, or
 * one that is shared with it. What it may not see is a stray: no_stray_pixels.c. Judges nothing in
 * runs in which each viewer has one camera. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t parts_count; /* of pictures, whose camera was compared */
    bool used;            /* some viewer has more than one camera */
};

static bool may_see(const struct sf_register *who, const struct sf_seen_record seen)
{
    const struct sf_tenant_id tenant = sf_register_tenant(who, seen.viewer);
    return sf_tenant_same(seen.tenant, tenant) ||
           sf_access_allows(&who->access, tenant, seen.tenant, seen.camera, seen.at_ns);
}

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    state->used |= sf_access_has_choice(&who->access);
    if (record->kind != SF_RECORD_SEEN || !state->used) {
        return;
    }
    const struct sf_seen_record seen = sf_seen_of(record);
    const struct sf_camera_id asked = sf_register_asked(who, seen.viewer, seen.request);
    if (sf_camera_is_none(asked) || !may_see(who, seen)) {
        return;
    }
    state->parts_count++;
    if (sf_camera_same(asked, seen.camera)) {
        return;
    }
    sf_findings_add(findings, sf_finding_of_seen(who, seen));
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->parts_count, .wanted = state->used};
}

static void say(const struct sf_finding *finding, struct sf_text *out)
{
    sf_text_add(out,
                "asked for another camera and was shown capture %u of the camera in home %u "
                "(%u.%u%% of the picture)",
                finding->capture, sf_home_of_camera(finding->owner_camera).index + 1,
                finding->amount / 10000, finding->amount / 1000 % 10);
}

const struct sf_oracle sf_oracle_wrong_camera = {
    .name = "wrong-camera",
    .invariant = "no viewer is shown a picture of another camera than the one that it asked for, "
                 "not even of its own account",
    .amount_unit = "ppm of the picture",
    .kinds = SF_SEES(SEEN) | SF_SEES(SLOT) | SF_SEES(SHARE) | SF_SEES(CAMERA),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = say,
};
