#include "harness/judge/judge.h"

#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/frame/inspect.h"

static void emit(struct sf_judge *judge, const struct sf_delivery *delivery,
                 struct sf_record record)
{
    record.at_ns = delivery->at_ns;
    record.who = delivery->viewer.index;
    record.c = delivery->request;
    record.flags |= delivery->flags;
    judge->record(judge->context, record);
}

static uint32_t arrived_bytes(const struct sf_delivery *delivery)
{
    uint32_t bytes = 0;
    uint32_t end = 0;
    for (uint32_t i = 0; i < delivery->ranges_count; i++) {
        const struct sf_byte_range *range = &delivery->ranges[i];
        SF_ASSERT(range->count > 0);
        SF_ASSERT(i == 0 || range->offset > end);
        end = range->offset + range->count;
        bytes += range->count;
    }
    SF_ASSERT(end <= delivery->total_bytes);
    return bytes;
}

/* ---- the quick way: an own capture, byte for byte ---- */

static void emit_own_bytes(struct sf_judge *judge, const struct sf_delivery *delivery,
                           uint32_t capture)
{
    emit(judge, delivery,
         (struct sf_record){
             .kind = SF_RECORD_BYTES,
             .a = delivery->tenant.index,
             .b = delivery->camera.index,
             .d = (uint64_t)capture << 32 | delivery->total_bytes,
         });
}

static void emit_own_picture(struct sf_judge *judge, const struct sf_delivery *delivery,
                             uint32_t capture)
{
    struct sf_book_capture own;
    bool found = sf_book_find(judge->book, delivery->camera, capture, &own);
    SF_ASSERT(found);
    uint16_t flags = (uint16_t)(SF_FLAG_EXACT | SF_FLAG_WHOLE | SF_FLAG_DECODABLE |
                                (own.night ? SF_FLAG_GRAYSCALE : 0));
    emit(judge, delivery,
         (struct sf_record){.kind = SF_RECORD_SHOWN, .flags = flags, .b = delivery->tenant.index});
    emit(judge, delivery,
         (struct sf_record){
             .kind = SF_RECORD_SEEN,
             .flags = flags,
             .a = delivery->tenant.index,
             .b = delivery->camera.index,
             .d = (uint64_t)capture << 32 | 1000000,
         });
}

/* ---- by the bytes ---- */

/* Attributes each range by itself: bytes beside a gap are no neighbours. */
static void judge_bytes(struct sf_judge *judge, const struct sf_delivery *delivery)
{
    for (uint32_t i = 0; i < delivery->ranges_count; i++) {
        const struct sf_byte_range *range = &delivery->ranges[i];
        struct sf_byte_attribution found;
        sf_book_attribute(judge->book, delivery->bytes + range->offset, range->count, &found);
        for (uint32_t k = 0; k < found.owners_count; k++) {
            const struct sf_byte_owner *owner = &found.owners[k];
            emit(judge, delivery,
                 (struct sf_record){
                     .kind = SF_RECORD_BYTES,
                     .a = owner->owner.tenant,
                     .b = owner->owner.camera,
                     .d = (uint64_t)owner->owner.capture << 32 | owner->bytes_count,
                 });
        }
    }
}

/* ---- by the pixels ---- */

/* One capture's; or, where a camera sends the rows that changed, several captures' of that camera:
 * that is what its pictures are made of. */
static bool is_of_one(const struct sf_book *book, const struct sf_inspection *seen)
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
    return seen->further_ppm == 0 && sf_book_knows(book, first) &&
           sf_book_camera(book, (struct sf_camera_id){first.camera})->sends_deltas;
}

static uint16_t picture_flags(const struct sf_book *book, bool whole,
                              const struct sf_inspection *seen)
{
    bool of_one = is_of_one(book, seen);
    bool one_whole = whole && !seen->damaged && seen->unreadable_ppm == 0 && of_one;
    unsigned flags = whole ? SF_FLAG_WHOLE : 0;
    flags |= seen->decodable ? SF_FLAG_DECODABLE : 0;
    flags |= seen->grayscale ? SF_FLAG_GRAYSCALE : 0;
    flags |= one_whole ? 0 : SF_FLAG_DAMAGED;
    bool mixed = seen->owners_count > 1 && !of_one;
    flags |= !seen->decodable || seen->damaged || mixed ? SF_FLAG_BROKEN : 0;
    return (uint16_t)flags;
}

/* Returns whether another tenant's picture is in it. A mark that names no capture of this run is
 * no mark. */
static bool emit_picture(struct sf_judge *judge, const struct sf_delivery *delivery, uint16_t flags,
                         const struct sf_inspection *seen)
{
    bool foreign = false;
    bool largest_known =
        seen->owners_count > 0 && sf_book_knows(judge->book, seen->owners[0].owner);
    emit(judge, delivery,
         (struct sf_record){
             .kind = SF_RECORD_SHOWN,
             .flags = flags,
             .a = seen->unreadable_ppm,
             .b = largest_known ? seen->owners[0].owner.tenant : SF_NOBODY,
         });
    for (uint32_t i = 0; i < seen->owners_count; i++) {
        const struct sf_sighting *sighting = &seen->owners[i];
        if (sf_book_knows(judge->book, sighting->owner)) {
            foreign |= sighting->owner.tenant != delivery->tenant.index;
            emit(judge, delivery,
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

static void judge_picture(struct sf_judge *judge, const struct sf_delivery *delivery, bool whole)
{
    struct sf_inspection seen;
    sf_inspect(delivery->picture, delivery->picture_bytes, &seen);
    uint16_t flags = picture_flags(judge->book, whole, &seen);
    bool foreign = emit_picture(judge, delivery, flags, &seen);
    judge->strays_count += foreign;
    if (foreign && judge->exhibits != NULL) {
        sf_exhibits_keep(judge->exhibits, judge->book, delivery, flags, &seen);
    }
}

/* ---- all together ---- */

void sf_judge_delivery(struct sf_judge *judge, const struct sf_delivery *delivery,
                       enum sf_judge_occasion occasion)
{
    SF_ASSERT(delivery->total_bytes > 0);
    SF_ASSERT(delivery->picture != NULL || occasion == SF_JUDGE_NOT_SHOWN);
    uint32_t arrived = arrived_bytes(delivery);
    bool whole = arrived == delivery->total_bytes;
    bool all = whole && delivery->picture != NULL;
    uint64_t hash = all ? sf_hash(delivery->picture, delivery->picture_bytes) : 0;
    uint32_t own = all ? sf_book_recent(judge->book, delivery->camera, hash) : SF_BOOK_NO_CAPTURE;
    bool exact = own != SF_BOOK_NO_CAPTURE;
    emit(judge, delivery,
         (struct sf_record){
             .kind = SF_RECORD_DELIVERED,
             .flags = (uint16_t)((whole ? SF_FLAG_WHOLE : 0) | (exact ? SF_FLAG_EXACT : 0)),
             .a = arrived,
             .b = delivery->total_bytes,
             .d = whole ? hash : (uint64_t)delivery->arrived_at_ns,
         });
    if (!exact) {
        judge_bytes(judge, delivery);
        if (occasion != SF_JUDGE_NOT_SHOWN && delivery->picture_bytes > 0) {
            judge_picture(judge, delivery, whole);
        }
        return;
    }
    emit_own_bytes(judge, delivery, own);
    if (occasion == SF_JUDGE_SHOWN) {
        emit_own_picture(judge, delivery, own);
    }
}

void sf_judge_shown_again(struct sf_judge *judge, const struct sf_delivery *delivery)
{
    SF_ASSERT(delivery->picture != NULL);
    uint64_t hash = sf_hash(delivery->picture, delivery->picture_bytes);
    uint32_t own = sf_book_recent(judge->book, delivery->camera, hash);
    if (own != SF_BOOK_NO_CAPTURE) {
        emit_own_picture(judge, delivery, own);
    } else {
        judge_picture(judge, delivery, true);
    }
}
