/* Calls for settings and templates may go out; they carry no image. */
#include "harness/oracle/oracle.h"

struct state {
    uint64_t calls_count;
    bool concerned;
};

static void see(void *context, const struct sf_register *who, const struct sf_record *record,
                struct sf_findings *findings)
{
    struct state *state = context;
    if (record->kind == SF_RECORD_DESTINATION) {
        uint16_t flags = sf_destination_of(record).flags;
        state->concerned |= (flags & SF_DESTINATION_FOR_SETTINGS) != 0;
        return;
    }
    const struct sf_left_home_record left = sf_left_home_of(record);
    if (left.destination != SF_DESTINATION_SETTINGS) {
        return;
    }
    state->calls_count++;
    if (left.image_bytes > 0) {
        sf_exposure_add(who, &left, left.image_bytes, findings);
    }
}

static struct sf_evidence evidence(const void *context)
{
    const struct state *state = context;
    return (struct sf_evidence){.count = state->calls_count, .wanted = state->concerned};
}

const struct sf_oracle sf_oracle_no_image_in_settings = {
    .name = "no-image-in-settings",
    .invariant = "a camera's call for settings carries no image",
    .amount_unit = "image bytes",
    .kinds = SF_SEES(DESTINATION) | SF_SEES(LEFT_HOME),
    .state_bytes = sizeof(struct state),
    .see = see,
    .evidence = evidence,
    .say = sf_exposure_say,
};
