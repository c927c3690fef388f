/* What has reached a viewer, handed to the judge: an answer's message becomes a delivery. */
#include "harness/world/home/private.h"

static bool has_arrived(const struct sf_transfer *transfer, uint32_t fragment)
{
    return (transfer->arrived[fragment / 64] >> (fragment % 64) & 1) != 0;
}

/* The runs of fragments that have arrived, into homes->ranges. Returns how many there are. */
static uint32_t find_ranges(struct homes *homes, const struct sf_transfer *transfer)
{
    uint32_t ranges_max = transfer->fragments_count / 2 + 1;
    if (ranges_max > homes->ranges_capacity) {
        homes->ranges = sf_realloc(homes->ranges, ranges_max, sizeof *homes->ranges);
        homes->ranges_capacity = ranges_max;
    }
    uint32_t count = 0;
    for (uint32_t first = 0; first < transfer->fragments_count;) {
        uint32_t end = first;
        uint32_t bytes = 0;
        while (end < transfer->fragments_count && has_arrived(transfer, end)) {
            bytes += sf_transfer_length(transfer, end++);
        }
        bytes += end == transfer->piece_index ? transfer->piece_arrived : 0;
        if (bytes > 0) {
            homes->ranges[count++] =
                (struct sf_byte_range){.offset = sf_transfer_offset(first), .count = bytes};
        }
        first = end + 1;
    }
    SF_ASSERT(count <= ranges_max);
    return count;
}

static struct sf_delivery delivery_of(const struct world *world, const struct message *message)
{
    const struct answer_message *answer = &message->answer;
    const struct sf_tenant_id tenant = account_of(world, message->home);
    bool may_see = sf_authorisation_may_see(&world->accounts.authorisation, tenant, answer->camera);
    const struct sf_camera_id camera = may_see ? answer->camera : sf_camera_of_home(message->home);
    return (struct sf_delivery){
        .at_ns = world_now(world),
        .viewer = answer->viewer,
        .tenant = tenant,
        .camera = camera,
        .owner = may_see ? owner_of(world, camera) : tenant,
        .request = request_number(answer->viewer, answer->number),
        .flags = (uint16_t)(path_flag(answer->viewer) | answer->said),
        .total_bytes = message->transfer.total_bytes,
        .arrived_at_ns = answer->arrived_at_ns,
    };
}

/* Is the picture provably a content whose hash is known? Then it need not be read. */
static void identify(const struct message *message, struct sf_delivery *delivery)
{
    const struct sf_content *content = message->content;
    bool same = content->hashed && delivery->picture == content->bytes &&
                delivery->picture_bytes == content->count;
    delivery->identified = same;
    delivery->hash = same ? content->hash : 0;
}

void sf_delivery_judge(struct world *world, struct message *message,
                       enum sf_judge_occasion occasion)
{
    SF_ASSERT(message->kind == MESSAGE_ANSWER);
    SF_ASSERT(message->answer.picture);
    struct sf_delivery delivery = delivery_of(world, message);
    delivery.bytes = message->bytes;
    delivery.ranges_count = find_ranges(&world->homes, &message->transfer);
    delivery.ranges = world->homes.ranges;
    /* The bytes before this range are the viewer's only while a display waits for the rest. */
    if (occasion != SF_JUDGE_NOT_SHOWN || message->answer.range_offset == 0) {
        delivery.picture = sf_holding_picture(world, message, &delivery.picture_bytes);
    }
    identify(message, &delivery);
    message->answer.judged_bytes = sf_transfer_arrived_bytes(&message->transfer);
    if (world_is_varied(world)) {
        return;
    }
    sf_judge_delivery(&world->judge, &delivery, occasion);
}

void sf_delivery_judge_held(struct world *world, const struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_ANSWER);
    const struct holding *holding = &viewer_at(world, message->answer.viewer)->holding;
    SF_ASSERT(holding->whole);
    struct sf_delivery delivery = delivery_of(world, message);
    delivery.picture = holding->bytes;
    delivery.picture_bytes = holding->count;
    if (world_is_varied(world)) {
        return;
    }
    sf_judge_shown_again(&world->judge, &delivery);
}

/* Whatever arrived after the viewer stopped waiting was delivered all the same. */
void sf_viewer_answer_released(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_ANSWER);
    const struct answer_message *answer = &message->answer;
    if (answer->picture && sf_transfer_arrived_bytes(&message->transfer) > answer->judged_bytes) {
        sf_delivery_judge(world, message, SF_JUDGE_NOT_SHOWN);
    }
}
