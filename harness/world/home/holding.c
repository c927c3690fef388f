/* What viewers hold between their requests: the still that they show, or the beginning of one that
 * did not come in time. Only those keep anything that say so when they ask. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/world/world.h"

void sf_holding_say(const struct viewer_state *state, struct message *request)
{
    const struct holding *holding = &state->holding;
    const struct sf_viewer_config *config = state->viewer.config;
    if (holding->whole ? config->revalidates != 0 : config->resumes != 0) {
        request->validator = holding->validator;
        request->range_offset = holding->whole ? 0 : holding->count;
    }
}

void sf_holding_fini(struct viewer_state *state)
{
    free(state->holding.bytes);
    state->holding = (struct holding){0};
}

const uint8_t *sf_holding_picture(struct world *world, const struct message *answer,
                                  uint32_t *count_out)
{
    uint32_t prefix_bytes = sf_transfer_prefix_bytes(&answer->transfer);
    if (answer->range_offset == 0) {
        *count_out = prefix_bytes;
        return answer->payload->bytes;
    }
    const struct holding *holding = &world->homes[answer->home].viewers[answer->viewer].holding;
    SF_ASSERT(answer->range_offset <= holding->count);
    *count_out = answer->range_offset + prefix_bytes;
    if (*count_out > world->stitched_capacity) {
        world->stitched = sf_realloc(world->stitched, *count_out, 1);
        world->stitched_capacity = *count_out;
    }
    memcpy(world->stitched, holding->bytes, answer->range_offset);
    memcpy(world->stitched + answer->range_offset, answer->payload->bytes, prefix_bytes);
    return world->stitched;
}

void sf_holding_keep(struct world *world, const struct message *answer, bool whole)
{
    struct viewer_state *state = &world->homes[answer->home].viewers[answer->viewer];
    const struct sf_viewer_config *config = state->viewer.config;
    struct holding *holding = &state->holding;
    if (whole ? config->revalidates == 0 : config->resumes == 0) {
        if (whole) {
            sf_holding_fini(state); /* the part of a still that it had is of no use any more */
        }
        return;
    }
    /* The rest of a still is of the still that its beginning is of, unless it says otherwise. */
    bool same = answer->range_offset > 0 && answer->validator == 0;
    uint64_t validator = same ? holding->validator : answer->validator;
    uint32_t count;
    const uint8_t *bytes = sf_holding_picture(world, answer, &count);
    if (count == 0 || validator == 0) {
        sf_holding_fini(state);
        return;
    }
    holding->bytes = sf_realloc(holding->bytes, count, 1);
    memcpy(holding->bytes, bytes, count);
    holding->count = count;
    holding->validator = validator;
    holding->whole = whole;
}
