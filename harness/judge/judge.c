#include "harness/judge/judge.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/frame/inspect.h"

enum { WHOLE_PPM = 1000000 };

/* Bytes of one capture in what was delivered. */
static void emit_bytes(struct sf_judge *judge, const struct sf_delivery *delivery,
                       struct sf_mark owner, uint32_t bytes)
{
    judge->record(judge->context,
                  SF_RECORD(bytes, .at_ns = delivery->at_ns, .viewer = delivery->viewer,
                            .tenant = owner.tenant, .camera = owner.camera,
                            .capture = owner.capture, .bytes = bytes, .request = delivery->request,
                            .flags = delivery->flags));
}

/* A picture that is shown; `picture` are the flags of what is in it. */
static void emit_shown(struct sf_judge *judge, const struct sf_delivery *delivery, uint16_t picture,
                       struct sf_tenant_id largest_share, uint32_t unreadable_ppm)
{
    judge->record(judge->context,
                  SF_RECORD(shown, .at_ns = delivery->at_ns, .viewer = delivery->viewer,
                            .largest_share = largest_share, .unreadable_ppm = unreadable_ppm,
                            .request = delivery->request, .flags = picture | delivery->flags));
}

/* A part of it. */
static void emit_seen(struct sf_judge *judge, const struct sf_delivery *delivery, uint16_t picture,
                      struct sf_mark owner, uint32_t share_ppm)
{
    judge->record(judge->context,
                  SF_RECORD(seen, .at_ns = delivery->at_ns, .viewer = delivery->viewer,
                            .tenant = owner.tenant, .camera = owner.camera,
                            .capture = owner.capture, .share_ppm = share_ppm,
                            .request = delivery->request, .flags = picture | delivery->flags));
}

static struct sf_mark own_mark(const struct sf_delivery *delivery, uint32_t capture)
{
    return (struct sf_mark){delivery->owner, delivery->camera, capture};
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

/* SF_BOOK_NO_CAPTURE if it is none, or was taken when the camera had another owner. */
static uint32_t own_capture(const struct sf_judge *judge, const struct sf_delivery *delivery,
                            uint64_t hash)
{
    uint32_t capture = sf_book_recent(judge->book, delivery->camera, hash);
    struct sf_book_capture found;
    bool own = capture != SF_BOOK_NO_CAPTURE &&
               sf_book_find(judge->book, delivery->camera, capture, &found) &&
               sf_tenant_same(found.owner, delivery->owner);
    return own ? capture : SF_BOOK_NO_CAPTURE;
}

/* The capture of any camera that these bytes are, from the first to the last. */
static bool find_capture(struct sf_judge *judge, const struct sf_delivery *delivery, uint64_t hash,
                         struct sf_mark *mark_out)
{
    if (judge->find == NULL || delivery->picture_bytes != delivery->total_bytes ||
        !judge->find(judge->find_context, hash, mark_out) ||
        !sf_book_knows(judge->book, *mark_out)) {
        return false;
    }
    size_t count;
    const uint8_t *again = sf_book_remake(judge->book, *mark_out, &count);
    return again != NULL && count == delivery->picture_bytes &&
           memcmp(again, delivery->picture, count) == 0;
}

static void emit_own_bytes(struct sf_judge *judge, const struct sf_delivery *delivery,
                           uint32_t capture)
{
    emit_bytes(judge, delivery, own_mark(delivery, capture), delivery->total_bytes);
}

static void emit_own_picture(struct sf_judge *judge, const struct sf_delivery *delivery,
                             uint32_t capture)
{
    struct sf_book_capture own;
    bool found = sf_book_find(judge->book, delivery->camera, capture, &own);
    SF_ASSERT(found);
    uint16_t flags = (uint16_t)(SF_FLAG_EXACT | SF_FLAG_WHOLE | SF_FLAG_DECODABLE |
                                (own.night ? SF_FLAG_GRAYSCALE : 0));
    emit_shown(judge, delivery, flags, delivery->owner, 0);
    emit_seen(judge, delivery, flags, own_mark(delivery, capture), WHOLE_PPM);
}

/* ---- by the bytes ---- */

/* Attributes each range alone: bytes on both sides of a gap are no neighbours. */
static void judge_bytes(struct sf_judge *judge, const struct sf_delivery *delivery)
{
    for (uint32_t i = 0; i < delivery->ranges_count; i++) {
        const struct sf_byte_range *range = &delivery->ranges[i];
        struct sf_byte_attribution found;
        sf_book_attribute(judge->book, delivery->bytes + range->offset, range->count, &found);
        for (uint32_t k = 0; k < found.owners_count; k++) {
            const struct sf_byte_owner *owner = &found.owners[k];
            emit_bytes(judge, delivery, owner->owner, owner->bytes_count);
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
           sf_book_camera(book, first.camera)->sends_deltas;
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

/* The viewer's tenant's own, or of the camera that a guest asked for. */
static bool is_rightful(const struct sf_delivery *delivery, struct sf_mark mark)
{
    return sf_tenant_same(mark.tenant, delivery->tenant) ||
           (sf_tenant_same(mark.tenant, delivery->owner) &&
            sf_camera_same(mark.camera, delivery->camera));
}

/* Returns whether another tenant's picture is in it. A mark that names no capture of this run is
 * no mark. */
static bool emit_picture(struct sf_judge *judge, const struct sf_delivery *delivery, uint16_t flags,
                         const struct sf_inspection *seen)
{
    bool foreign = false;
    bool largest_known =
        seen->owners_count > 0 && sf_book_knows(judge->book, seen->owners[0].owner);
    emit_shown(judge, delivery, flags,
               largest_known ? seen->owners[0].owner.tenant : sf_tenant_id(SF_NOBODY),
               seen->unreadable_ppm);
    for (uint32_t i = 0; i < seen->owners_count; i++) {
        const struct sf_sighting *sighting = &seen->owners[i];
        if (sf_book_knows(judge->book, sighting->owner)) {
            foreign |= !is_rightful(delivery, sighting->owner);
            emit_seen(judge, delivery, flags, sighting->owner, sighting->share_ppm);
        }
    }
    return foreign;
}

static void judge_picture(struct sf_judge *judge, const struct sf_delivery *delivery, bool whole,
                          const struct sf_inspection *seen)
{
    uint16_t flags = picture_flags(judge->book, whole, seen);
    bool foreign = emit_picture(judge, delivery, flags, seen);
    judge->strays_count += foreign;
    if (foreign && judge->exhibits != NULL && !judge->exhibits->wish.is_set) {
        sf_exhibits_keep(judge->exhibits, judge->book, delivery, flags, seen);
    }
}

/* What is not a recent capture of the viewer's own camera. The marks in the picture say in which
 * captures to look for the bytes first; whose they are is for the bytes to say. */
static void look_into(struct sf_judge *judge, const struct sf_delivery *delivery, bool whole,
                      bool shown)
{
    struct sf_inspection seen = {0};
    if (shown) {
        sf_inspect(delivery->picture, delivery->picture_bytes, &seen);
    }
    for (uint32_t i = seen.owners_count; i > 0; i--) {
        sf_book_guess(judge->book, seen.owners[i - 1].owner);
    }
    judge_bytes(judge, delivery);
    if (shown) {
        judge_picture(judge, delivery, whole, &seen);
    }
}

/* A whole capture, of another camera or an old one of the viewer's own: no search is needed. */
static void look_at_capture(struct sf_judge *judge, const struct sf_delivery *delivery,
                            struct sf_mark mark, bool shown)
{
    struct sf_book_capture capture;
    bool found = sf_book_find(judge->book, mark.camera, mark.capture, &capture);
    SF_ASSERT(found);
    struct sf_inspection seen = {.decodable = true,
                                 .grayscale = capture.night,
                                 .owners_count = 1,
                                 .owners = {{.owner = mark, .share_ppm = WHOLE_PPM}}};
    emit_bytes(judge, delivery, mark, delivery->total_bytes);
    if (shown) {
        judge_picture(judge, delivery, true, &seen);
    }
}

/* ---- all together ---- */

static uint64_t hash_of_bytes(struct sf_judge *judge, const struct sf_delivery *delivery)
{
    uint64_t hash = sf_hash(delivery->picture, delivery->picture_bytes);
    judge->altered_count += delivery->identified && hash != delivery->hash;
    return hash;
}

/* Of a picture that has arrived whole, and the capture of the viewer's own that it is. What is not
 * an own capture leads to findings: those never rest on what the caller says. */
static uint64_t recognise(struct sf_judge *judge, const struct sf_delivery *delivery,
                          uint32_t *own_out)
{
    bool believed = delivery->identified && judge->identified_count++ % SF_JUDGE_VERIFY_EVERY != 0;
    uint64_t hash = believed ? delivery->hash : hash_of_bytes(judge, delivery);
    *own_out = own_capture(judge, delivery, hash);
    if (believed && *own_out == SF_BOOK_NO_CAPTURE) {
        hash = hash_of_bytes(judge, delivery);
        *own_out = own_capture(judge, delivery, hash);
    }
    return hash;
}

/* The one delivery that a report wants to show, whatever is in it. */
static void keep_wish(struct sf_judge *judge, const struct sf_delivery *delivery, bool whole,
                      bool shown)
{
    if (judge->exhibits == NULL || !sf_exhibits_wish_for(judge->exhibits, delivery)) {
        return;
    }
    struct sf_delivery kept = *delivery;
    struct sf_inspection seen = {0};
    if (shown) {
        sf_inspect(delivery->picture, delivery->picture_bytes, &seen);
    } else {
        kept.picture = NULL;
        kept.picture_bytes = 0;
    }
    sf_exhibits_keep(judge->exhibits, judge->book, &kept, picture_flags(judge->book, whole, &seen),
                     &seen);
}

void sf_judge_delivery(struct sf_judge *judge, const struct sf_delivery *delivery,
                       enum sf_judge_occasion occasion)
{
    SF_ASSERT(judge != NULL);
    SF_ASSERT(delivery != NULL);
    SF_ASSERT(judge->book != NULL);
    SF_ASSERT(occasion <= SF_JUDGE_NOT_SHOWN);
    SF_ASSERT(delivery->total_bytes > 0);
    SF_ASSERT(delivery->picture != NULL || occasion == SF_JUDGE_NOT_SHOWN);
    uint32_t arrived = arrived_bytes(delivery);
    bool whole = arrived == delivery->total_bytes;
    bool all = whole && delivery->picture != NULL;
    uint32_t own = SF_BOOK_NO_CAPTURE;
    uint64_t hash = all ? recognise(judge, delivery, &own) : 0;
    bool exact = own != SF_BOOK_NO_CAPTURE;
    unsigned flags = (whole ? SF_FLAG_WHOLE : 0u) | (exact ? SF_FLAG_EXACT : 0u);
    judge->record(judge->context,
                  SF_RECORD(delivered, .at_ns = delivery->at_ns, .viewer = delivery->viewer,
                            .flags = (uint16_t)(flags | delivery->flags), .arrived_bytes = arrived,
                            .total_bytes = delivery->total_bytes, .request = delivery->request,
                            .hash = hash, .last_arrival_ns = delivery->arrived_at_ns));
    bool shown = occasion != SF_JUDGE_NOT_SHOWN && delivery->picture_bytes > 0;
    keep_wish(judge, delivery, whole, shown);
    struct sf_mark other;
    if (!exact && all && find_capture(judge, delivery, hash, &other)) {
        look_at_capture(judge, delivery, other, shown);
        return;
    }
    if (!exact) {
        look_into(judge, delivery, whole, shown);
        return;
    }
    emit_own_bytes(judge, delivery, own);
    if (occasion == SF_JUDGE_SHOWN) {
        emit_own_picture(judge, delivery, own);
    }
}

void sf_judge_shown_again(struct sf_judge *judge, const struct sf_delivery *delivery)
{
    SF_ASSERT(judge != NULL);
    SF_ASSERT(delivery != NULL);
    SF_ASSERT(judge->book != NULL);
    SF_ASSERT(delivery->picture != NULL);
    uint64_t hash = sf_hash(delivery->picture, delivery->picture_bytes);
    uint32_t own = own_capture(judge, delivery, hash);
    keep_wish(judge, delivery, true, true);
    if (own != SF_BOOK_NO_CAPTURE) {
        emit_own_picture(judge, delivery, own);
    } else {
        struct sf_inspection seen;
        sf_inspect(delivery->picture, delivery->picture_bytes, &seen);
        judge_picture(judge, delivery, true, &seen);
    }
}
