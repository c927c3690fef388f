/* What has reached a viewer, handed to the judge: an answer's message becomes a delivery. */
#include "harness/base/assert.h"
#include "harness/world/world.h"

static bool has_arrived(const struct sf_transfer *transfer, uint32_t fragment)
{
    return (transfer->arrived[fragment / 64] >> (fragment % 64) & 1) != 0;
}

/* The runs of fragments that have arrived, into world->ranges. Returns how many there are. */
static uint32_t find_ranges(struct world *world, const struct sf_transfer *transfer)
{
    uint32_t ranges_max = transfer->fragments_count / 2 + 1;
    if (ranges_max > world->ranges_capacity) {
        world->ranges = sf_realloc(world->ranges, ranges_max, sizeof *world->ranges);
        world->ranges_capacity = ranges_max;
    }
    uint32_t count = 0;
    for (uint32_t first = 0; first < transfer->fragments_count;) {
        uint32_t end = first;
        uint32_t bytes = 0;
        while (end < transfer->fragments_count && has_arrived(transfer, end)) {
            bytes += sf_transfer_length(transfer, end++);
        }
        if (bytes > 0) {
            world->ranges[count++] =
                (struct sf_byte_range){.offset = sf_transfer_offset(first), .count = bytes};
        }
        first = end + 1;
    }
    SF_ASSERT(count <= ranges_max);
    return count;
}

static struct sf_delivery delivery_of(const struct world *world, const struct message *answer)
{
    return (struct sf_delivery){
        .at_ns = world_now(world),
        .viewer = {viewer_number(answer->home, answer->viewer)},
        .tenant = {answer->home},
        .camera = {answer->home},
        .request = request_number(answer->home, answer->viewer, answer->number),
        .flags = (uint16_t)(path_flag(answer->viewer) | answer->said),
        .total_bytes = answer->transfer.total_bytes,
        .arrived_at_ns = answer->arrived_at_ns,
    };
}

void sf_delivery_judge(struct world *world, struct message *answer, enum sf_judge_occasion occasion)
{
    SF_ASSERT(answer->picture);
    struct sf_delivery delivery = delivery_of(world, answer);
    delivery.bytes = answer->payload->bytes;
    delivery.ranges_count = find_ranges(world, &answer->transfer);
    delivery.ranges = world->ranges;
    /* What came before the rest of a still is there while a display waits for it. */
    if (occasion != SF_JUDGE_NOT_SHOWN || answer->range_offset == 0) {
        delivery.picture = sf_holding_picture(world, answer, &delivery.picture_bytes);
    }
    answer->judged_count = answer->transfer.arrived_count;
    sf_judge_delivery(&world->judge, &delivery, occasion);
}

void sf_delivery_judge_held(struct world *world, const struct message *answer)
{
    const struct holding *holding = &world->homes[answer->home].viewers[answer->viewer].holding;
    SF_ASSERT(holding->whole);
    struct sf_delivery delivery = delivery_of(world, answer);
    delivery.picture = holding->bytes;
    delivery.picture_bytes = holding->count;
    sf_judge_shown_again(&world->judge, &delivery);
}
