/* What viewers hold between their requests: the still that they show, or the beginning of one that
 * did not come in time. Only viewers that revalidate or resume keep any. */
#include <stdlib.h>
#include <string.h>

#include "harness/world/home/private.h"

void sf_holding_say(const struct viewer_state *state, struct request_message *request)
{
    const struct holding *holding = &state->holding;
    const struct sf_viewer_config *config = state->viewer.config;
    if (!sf_camera_same(holding->camera, request->camera)) {
        return; /* what it holds is of another camera */
    }
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

/* Puts the bytes that have come behind those that the viewer held. */
static const uint8_t *stitch(struct homes *homes, const struct holding *holding,
                             const struct message *message, uint32_t prefix_bytes)
{
    uint32_t offset = message->answer.range_offset;
    SF_ASSERT(offset <= holding->count);
    if (offset + prefix_bytes > homes->stitched_capacity) {
        homes->stitched_capacity = offset + prefix_bytes;
        homes->stitched = sf_realloc(homes->stitched, homes->stitched_capacity, 1);
    }
    memcpy(homes->stitched, holding->bytes, offset);
    memcpy(homes->stitched + offset, message->bytes, prefix_bytes);
    return homes->stitched;
}

const uint8_t *sf_holding_picture(struct world *world, const struct message *message,
                                  uint32_t *count_out)
{
    SF_ASSERT(message->kind == MESSAGE_ANSWER);
    SF_ASSERT(message->answer.picture);
    uint32_t prefix_bytes = sf_transfer_prefix_bytes(&message->transfer);
    *count_out = message->answer.range_offset + prefix_bytes;
    if (message->answer.range_offset == 0) {
        return message->bytes;
    }
    const struct holding *holding = &viewer_at(world, message->answer.viewer)->holding;
    return stitch(&world->homes, holding, message, prefix_bytes);
}

void sf_holding_keep(struct world *world, const struct message *message, bool whole)
{
    const struct answer_message *answer = &message->answer;
    struct viewer_state *state = viewer_at(world, answer->viewer);
    const struct sf_viewer_config *config = state->viewer.config;
    struct holding *holding = &state->holding;
    if (whole ? config->revalidates == 0 : config->resumes == 0) {
        if (whole) {
            sf_holding_fini(state); /* the part of a still that it had is of no use any more */
        }
        return;
    }
    /* The rest of a still belongs to the same still as its beginning unless it names another. */
    bool same = answer->range_offset > 0 && answer->validator == 0;
    uint64_t validator = same ? holding->validator : answer->validator;
    uint32_t count;
    const uint8_t *bytes = sf_holding_picture(world, message, &count);
    if (count == 0 || validator == 0) {
        sf_holding_fini(state);
        return;
    }
    holding->bytes = sf_realloc(holding->bytes, count, 1);
    memcpy(holding->bytes, bytes, count);
    holding->count = count;
    holding->validator = validator;
    holding->whole = whole;
    holding->camera = answer->camera;
}
