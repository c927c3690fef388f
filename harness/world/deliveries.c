/* What reached a viewer, measured for the trace: whose bytes they are and whose picture it is.
 * Measures only; whether that is right is the oracles' business.
 *
 * Almost everything that is delivered is byte for byte a recent capture of the viewer's own camera,
 * and is known by its hash. Only the rest is looked into: its bytes are attributed without decoding
 * (harness/frame/ledger.h), and what a display shows of it is decoded and its marks are read
 * (harness/frame/inspect.h). */
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/frame/inspect.h"
#include "harness/world/world.h"

/* A delivery under judgement. */
struct delivery {
    const struct message *message; /* the answer */
    uint32_t home;
    uint32_t viewer;        /* its number in the trace */
    uint64_t request;       /* its number in the trace */
    uint16_t flags;         /* path, and what the cache said */
    bool whole;             /* every byte of the answer has arrived */
    const uint8_t *picture; /* as a display has it */
    uint32_t picture_bytes;
};

static void trace_of(struct world *world, const struct delivery *delivery, struct sf_record record)
{
    record.who = delivery->viewer;
    record.c = delivery->request;
    record.flags |= delivery->flags;
    world_trace(world, record);
}

static bool has_arrived(const struct sf_transfer *transfer, uint32_t fragment)
{
    return (transfer->arrived[fragment / 64] >> (fragment % 64) & 1) != 0;
}

static uint32_t arrived_bytes(const struct sf_transfer *transfer)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < transfer->fragments_count; i++) {
        bytes += has_arrived(transfer, i) ? sf_transfer_length(transfer, i) : 0;
    }
    return bytes;
}

/* ---- the quick way: an own capture, byte for byte ---- */

/* Which of the camera's latest captures has this hash; UINT32_MAX for none. */
static uint32_t own_capture(const struct home *home, uint64_t hash)
{
    uint32_t made = home->camera.captures_count;
    for (uint32_t back = 1; back <= made && back <= HASHES_KEPT; back++) {
        if (home->hashes[(made - back) % HASHES_KEPT] == hash) {
            return made - back;
        }
    }
    return UINT32_MAX;
}

static void trace_own_bytes(struct world *world, const struct delivery *delivery, uint32_t capture)
{
    trace_of(world, delivery,
             (struct sf_record){
                 .kind = SF_RECORD_BYTES,
                 .a = delivery->home,
                 .b = delivery->home,
                 .d = (uint64_t)capture << 32 | delivery->message->transfer.total_bytes,
             });
}

static void trace_own_picture(struct world *world, const struct delivery *delivery,
                              uint32_t capture)
{
    uint32_t home = delivery->home;
    bool night = (world->homes[home].hashes_night >> (capture % HASHES_KEPT) & 1) != 0;
    uint16_t picture = (uint16_t)(SF_FLAG_EXACT | SF_FLAG_WHOLE | SF_FLAG_DECODABLE |
                                  (night ? SF_FLAG_GRAYSCALE : 0));
    trace_of(world, delivery,
             (struct sf_record){.kind = SF_RECORD_SHOWN, .flags = picture, .b = home});
    trace_of(world, delivery,
             (struct sf_record){
                 .kind = SF_RECORD_SEEN,
                 .flags = picture,
                 .a = home,
                 .b = home,
                 .d = (uint64_t)capture << 32 | 1000000,
             });
}

/* ---- by the bytes ---- */

/* Each capture knows the one before it of the same camera; what is asked for is mostly recent. */
static const struct capture_entry *find_capture(const struct world *world, uint32_t camera,
                                                uint32_t capture)
{
    uint32_t number = world->homes[camera].capture_latest;
    while (number != 0) {
        const struct capture_entry *entry = &world->captures[number - 1];
        if (entry->capture <= capture) {
            return entry->capture == capture ? entry : NULL;
        }
        number = entry->previous;
    }
    return NULL;
}

static bool capture_spec(const struct world *world, struct sf_mark mark,
                         struct sf_still_spec *spec_out)
{
    const struct capture_entry *entry = find_capture(world, mark.camera, mark.capture);
    if (entry == NULL) {
        return false;
    }
    sf_capture_still_spec(world, mark.camera, mark.capture, entry->local_unix_s, spec_out);
    return true;
}

/* Makes the bytes of a capture again. */
static size_t remake(void *context, struct sf_mark mark, uint8_t *out, size_t capacity)
{
    struct sf_still_spec spec;
    return capture_spec(context, mark, &spec) ? sf_still_make(&spec, out, capacity) : 0;
}

static uint32_t blocks_between(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to)
{
    struct sf_still_spec spec;
    return capture_spec(context, mark, &spec)
               ? sf_still_blocks_between(&spec, still, count, from, to)
               : 0;
}

/* Tells the ledger the captures that it does not know yet. What a camera's stills have in common
 * changes with day and night only. */
static void tell_ledger(struct world *world)
{
    if (world->ledger == NULL) {
        world->ledger = sf_ledger_create((struct sf_ledger_source){
            .remake = remake,
            .blocks_between = blocks_between,
            .context = world,
            .still_bytes_max = world->still_bytes_max,
        });
    }
    for (; world->ledger_told < world->captures_count; world->ledger_told++) {
        const struct capture_entry *entry = &world->captures[world->ledger_told];
        const struct sf_mark mark = {
            .tenant = entry->camera, .camera = entry->camera, .capture = entry->capture};
        sf_ledger_capture(world->ledger, mark, entry->night);
    }
}

/* Attributes every run of bytes that arrived without a gap. */
static void judge_bytes(struct world *world, const struct delivery *delivery)
{
    const struct sf_transfer *transfer = &delivery->message->transfer;
    tell_ledger(world);
    for (uint32_t first = 0; first < transfer->fragments_count;) {
        uint32_t end = first;
        uint32_t bytes = 0;
        while (end < transfer->fragments_count && has_arrived(transfer, end)) {
            bytes += sf_transfer_length(transfer, end++);
        }
        if (bytes > 0) {
            struct sf_byte_attribution found;
            sf_ledger_attribute(world->ledger,
                                delivery->message->payload->bytes + sf_transfer_offset(first),
                                bytes, &found);
            for (uint32_t i = 0; i < found.owners_count; i++) {
                trace_of(world, delivery,
                         (struct sf_record){
                             .kind = SF_RECORD_BYTES,
                             .a = found.owners[i].owner.tenant,
                             .b = found.owners[i].owner.camera,
                             .d = (uint64_t)found.owners[i].owner.capture << 32 |
                                  found.owners[i].bytes_count,
                         });
            }
        }
        first = end + 1;
    }
}

uint32_t sf_judge_image_bytes(struct world *world, const uint8_t *bytes, uint32_t count)
{
    struct sf_byte_attribution found;
    tell_ledger(world);
    sf_ledger_attribute(world->ledger, bytes, count, &found);
    return count - found.unattributed_bytes;
}

void sf_judge_reset(struct world *world)
{
    sf_ledger_destroy(world->ledger);
    world->ledger = NULL;
    world->ledger_told = 0;
}

/* ---- by the pixels ---- */

/* A mark names a camera of this run, or it is no mark. */
static bool known(const struct world *world, struct sf_mark mark)
{
    return mark.camera < world->homes_count &&
           world->door.camera_tenant[mark.camera] == mark.tenant &&
           mark.capture < world->homes[mark.camera].camera.captures_count;
}

/* One capture's; or, where a camera sends the rows that changed, several captures' of that camera:
 * that is what its pictures are made of. */
static bool is_of_one(const struct world *world, const struct sf_inspection *seen)
{
    if (seen->owners_count <= 1) {
        return seen->owners_count == 1;
    }
    struct sf_mark first = seen->owners[0].owner;
    for (uint32_t i = 1; i < seen->owners_count; i++) {
        if (!sf_mark_same_camera(first, seen->owners[i].owner)) {
            return false;
        }
    }
    return seen->further_ppm == 0 && known(world, first) &&
           world->homes[first.camera].camera.config->delta_every > 1;
}

static uint16_t picture_flags(const struct world *world, const struct delivery *delivery,
                              const struct sf_inspection *seen)
{
    bool one_whole =
        delivery->whole && !seen->damaged && seen->unreadable_ppm == 0 && is_of_one(world, seen);
    unsigned flags = delivery->whole ? SF_FLAG_WHOLE : 0;
    flags |= seen->decodable ? SF_FLAG_DECODABLE : 0;
    flags |= seen->grayscale ? SF_FLAG_GRAYSCALE : 0;
    flags |= one_whole ? 0 : SF_FLAG_DAMAGED;
    bool mixed = seen->owners_count > 1 && !is_of_one(world, seen);
    flags |= !seen->decodable || seen->damaged || mixed ? SF_FLAG_BROKEN : 0;
    return (uint16_t)flags;
}

static bool judge_pixels(struct world *world, const struct delivery *delivery,
                         struct sf_inspection *seen)
{
    sf_inspect(delivery->picture, delivery->picture_bytes, seen);
    uint16_t flags = picture_flags(world, delivery, seen);
    bool foreign = false;
    uint32_t largest = seen->owners_count > 0 && known(world, seen->owners[0].owner)
                           ? seen->owners[0].owner.tenant
                           : SF_NOBODY;
    trace_of(world, delivery,
             (struct sf_record){
                 .kind = SF_RECORD_SHOWN, .flags = flags, .a = seen->unreadable_ppm, .b = largest});
    for (uint32_t i = 0; i < seen->owners_count; i++) {
        const struct sf_sighting *sighting = &seen->owners[i];
        if (known(world, sighting->owner)) {
            foreign |= sighting->owner.tenant != delivery->home;
            trace_of(world, delivery,
                     (struct sf_record){
                         .kind = SF_RECORD_SEEN,
                         .flags = flags,
                         .a = sighting->owner.tenant,
                         .b = sighting->owner.camera,
                         .d = (uint64_t)sighting->owner.capture << 32 | sighting->share_ppm,
                     });
        }
    }
    return foreign;
}

/* ---- exhibits ---- */

/* Where the exhibit goes: a free place, or that of a viewer who has one already when this one is
 * damaged and that one is not; NULL: it is not needed. */
static struct sf_exhibit *exhibit_place(struct sf_exhibits *exhibits, uint32_t viewer, bool damaged)
{
    for (uint32_t i = 0; i < exhibits->count; i++) {
        struct sf_exhibit *item = &exhibits->items[i];
        if (item->viewer == viewer) {
            bool better = damaged && (item->flags & SF_FLAG_DAMAGED) == 0 && i % 2 == 1;
            return better ? item : NULL;
        }
    }
    return exhibits->count < exhibits->max ? &exhibits->items[exhibits->count++] : NULL;
}

static uint32_t copy_cut(uint8_t *out, const uint8_t *bytes, size_t count)
{
    size_t kept = count < SF_EXHIBIT_BYTES_MAX ? count : SF_EXHIBIT_BYTES_MAX;
    memcpy(out, bytes, kept);
    return (uint32_t)kept;
}

static void describe_owner(const struct world *world, const struct sf_sighting *sighting,
                           struct sf_exhibit_owner *owner)
{
    const struct capture_entry *entry =
        find_capture(world, sighting->owner.camera, sighting->owner.capture);
    int32_t offset_s = world->homes[sighting->owner.camera].camera.utc_offset_s;
    *owner = (struct sf_exhibit_owner){
        .tenant = sighting->owner.tenant,
        .capture = sighting->owner.capture,
        .share_ppm = sighting->share_ppm,
        .utc_offset_s = offset_s,
        .captured_ns =
            entry != NULL ? (entry->local_unix_s - offset_s - world->plan->start_unix_s) * SF_SECOND
                          : -1,
    };
}

static void keep_exhibit(struct world *world, const struct delivery *delivery,
                         const struct sf_inspection *seen)
{
    uint16_t flags = picture_flags(world, delivery, seen);
    struct sf_exhibit *exhibit =
        exhibit_place(world->exhibits, delivery->viewer, (flags & SF_FLAG_DAMAGED) != 0);
    if (exhibit == NULL) {
        return;
    }
    uint32_t home_index = delivery->home;
    const struct home *home = &world->homes[home_index];
    memset(exhibit, 0, sizeof *exhibit);
    exhibit->at_ns = world_now(world);
    exhibit->viewer = delivery->viewer;
    exhibit->tenant = home_index;
    exhibit->utc_offset_s = home->camera.utc_offset_s;
    exhibit->unreadable_ppm = seen->unreadable_ppm;
    exhibit->flags = flags;
    for (uint32_t i = 0; i < seen->owners_count && exhibit->owners_count < SF_EXHIBIT_OWNERS_MAX;
         i++) {
        if (known(world, seen->owners[i].owner)) {
            describe_owner(world, &seen->owners[i], &exhibit->owners[exhibit->owners_count++]);
        }
    }
    exhibit->seen_bytes = copy_cut(exhibit->seen, delivery->picture, delivery->picture_bytes);
    if (home->camera.captures_count > 0) {
        exhibit->own_capture = home->camera.captures_count - 1;
        const struct sf_mark own = {home_index, home_index, exhibit->own_capture};
        size_t count = remake(world, own, world->still_scratch, world->still_bytes_max);
        exhibit->own_bytes = copy_cut(exhibit->own, world->still_scratch, count);
    }
}

/* ---- all together ---- */

static void judge_picture(struct world *world, const struct delivery *delivery)
{
    struct sf_inspection seen;
    bool foreign = judge_pixels(world, delivery, &seen);
    world->strays_count += foreign;
    if (foreign && world->exhibits != NULL) {
        keep_exhibit(world, delivery, &seen);
    }
}

static struct delivery delivery_of(const struct message *answer)
{
    return (struct delivery){
        .message = answer,
        .home = answer->home,
        .viewer = viewer_number(answer->home, answer->viewer),
        .request = request_number(answer->home, answer->viewer, answer->number),
        .flags = (uint16_t)(path_flag(answer->viewer) | answer->said),
    };
}

void sf_judge_delivery(struct world *world, struct message *message, enum judge_occasion occasion)
{
    const struct sf_transfer *transfer = &message->transfer;
    SF_ASSERT(message->picture);
    struct delivery delivery = delivery_of(message);
    delivery.whole = transfer->arrived_count == transfer->fragments_count;
    /* What came before the rest of a still is there while a display waits for it. */
    bool has_picture = occasion != JUDGE_NOT_SHOWN || message->range_offset == 0;
    if (has_picture) {
        delivery.picture = sf_holding_picture(world, message, &delivery.picture_bytes);
    }
    bool all = delivery.whole && has_picture;
    uint64_t hash = all ? sf_hash(delivery.picture, delivery.picture_bytes) : 0;
    uint32_t own = all ? own_capture(&world->homes[message->home], hash) : UINT32_MAX;
    message->judged_count = transfer->arrived_count;
    trace_of(world, &delivery,
             (struct sf_record){
                 .kind = SF_RECORD_DELIVERED,
                 .flags = (uint16_t)((delivery.whole ? SF_FLAG_WHOLE : 0) |
                                     (own != UINT32_MAX ? SF_FLAG_EXACT : 0)),
                 .a = delivery.whole ? transfer->total_bytes : arrived_bytes(transfer),
                 .b = transfer->total_bytes,
                 .d = delivery.whole ? hash : (uint64_t)message->arrived_at_ns,
             });
    if (own == UINT32_MAX) {
        judge_bytes(world, &delivery);
        if (occasion != JUDGE_NOT_SHOWN && delivery.picture_bytes > 0) {
            judge_picture(world, &delivery);
        }
        return;
    }
    trace_own_bytes(world, &delivery, own);
    if (occasion == JUDGE_SHOWN) {
        trace_own_picture(world, &delivery, own);
    }
}

void sf_judge_held(struct world *world, const struct message *answer)
{
    const struct holding *holding = &world->homes[answer->home].viewers[answer->viewer].holding;
    SF_ASSERT(holding->whole);
    struct delivery delivery = delivery_of(answer);
    delivery.whole = true;
    delivery.picture = holding->bytes;
    delivery.picture_bytes = holding->count;
    uint64_t hash = sf_hash(holding->bytes, holding->count);
    uint32_t own = own_capture(&world->homes[answer->home], hash);
    if (own != UINT32_MAX) {
        trace_own_picture(world, &delivery, own);
    } else {
        judge_picture(world, &delivery);
    }
}
