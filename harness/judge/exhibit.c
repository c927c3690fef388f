#include "harness/judge/exhibit.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/frame/inspect.h"
#include "harness/judge/judge.h"

/* The first delivery of the request, until that of the instant comes. */
static struct sf_exhibit *place_for_wish(struct sf_exhibits *exhibits, sf_ns at_ns)
{
    struct sf_exhibit *place = &exhibits->items[0];
    if (exhibits->count > 0 &&
        (place->at_ns == exhibits->wish.at_ns || at_ns != exhibits->wish.at_ns)) {
        return NULL;
    }
    exhibits->count = 1;
    return place;
}

/* Where the exhibit goes: a free place, or that of a viewer who has one already when this one is
 * damaged and that one is not; NULL: it is not needed. */
static struct sf_exhibit *place_for(struct sf_exhibits *exhibits, struct sf_viewer_id viewer,
                                    bool damaged)
{
    for (uint32_t i = 0; i < exhibits->count; i++) {
        struct sf_exhibit *item = &exhibits->items[i];
        if (sf_viewer_same(item->viewer, viewer)) {
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

static void describe_owner(const struct sf_book *book, const struct sf_sighting *sighting,
                           struct sf_exhibit_owner *owner)
{
    const struct sf_camera_id camera = sighting->owner.camera;
    int32_t offset_s = sf_book_camera(book, camera)->utc_offset_s;
    struct sf_book_capture capture;
    bool found = sf_book_find(book, camera, sighting->owner.capture, &capture);
    *owner = (struct sf_exhibit_owner){
        .tenant = sighting->owner.tenant,
        .capture = sighting->owner.capture,
        .share_ppm = sighting->share_ppm,
        .utc_offset_s = offset_s,
        .captured_ns =
            found ? (capture.local_unix_s - offset_s - sf_book_start_unix_s(book)) * SF_SECOND : -1,
    };
}

/* What the viewer should have seen: the latest of its own camera's. */
static void keep_own(struct sf_exhibit *exhibit, struct sf_book *book,
                     const struct sf_delivery *delivery)
{
    uint32_t captures_count = sf_book_captures_count(book, delivery->camera);
    if (captures_count == 0) {
        return;
    }
    exhibit->own_capture = captures_count - 1;
    const struct sf_mark own = {
        .tenant = sf_book_camera(book, delivery->camera)->tenant,
        .camera = delivery->camera,
        .capture = exhibit->own_capture,
    };
    size_t count;
    const uint8_t *bytes = sf_book_remake(book, own, &count);
    if (bytes == NULL) {
        return; /* its owner has not had a picture of it yet */
    }
    exhibit->own_bytes = copy_cut(exhibit->own, bytes, count);
}

bool sf_exhibits_wish_for(const struct sf_exhibits *exhibits, const struct sf_delivery *delivery)
{
    SF_ASSERT(exhibits != NULL);
    SF_ASSERT(delivery != NULL);
    const struct sf_exhibit_wish *wish = &exhibits->wish;
    return wish->is_set && wish->request == delivery->request &&
           sf_viewer_same(wish->viewer, delivery->viewer);
}

/* What the viewer has of a delivery that no display shows: its beginning, if that arrived. */
static void keep_arrived(struct sf_exhibit *exhibit, const struct sf_delivery *delivery)
{
    if (delivery->ranges_count > 0 && delivery->ranges[0].offset == 0) {
        exhibit->seen_bytes = copy_cut(exhibit->seen, delivery->bytes, delivery->ranges[0].count);
    }
}

static void keep_origin(struct sf_exhibits *exhibits, struct sf_book *book)
{
    size_t count = 0;
    const uint8_t *bytes = exhibits->wish.has_origin && sf_book_knows(book, exhibits->wish.origin)
                               ? sf_book_remake(book, exhibits->wish.origin, &count)
                               : NULL;
    if (bytes != NULL) {
        exhibits->origin_bytes = copy_cut(exhibits->origin, bytes, count);
    }
}

void sf_exhibits_keep(struct sf_exhibits *exhibits, struct sf_book *book,
                      const struct sf_delivery *delivery, uint16_t flags,
                      const struct sf_inspection *seen)
{
    SF_ASSERT(exhibits != NULL);
    SF_ASSERT(book != NULL);
    SF_ASSERT(delivery != NULL);
    SF_ASSERT(seen != NULL);
    struct sf_exhibit *exhibit = exhibits->wish.is_set ? place_for_wish(exhibits, delivery->at_ns)
                                                       : place_for(exhibits, delivery->viewer,
                                                                   (flags & SF_FLAG_DAMAGED) != 0);
    if (exhibit == NULL) {
        return;
    }
    memset(exhibit, 0, sizeof *exhibit);
    exhibit->at_ns = delivery->at_ns;
    exhibit->viewer = delivery->viewer;
    exhibit->tenant = delivery->tenant;
    exhibit->utc_offset_s = sf_book_camera(book, delivery->camera)->utc_offset_s;
    exhibit->unreadable_ppm = seen->unreadable_ppm;
    exhibit->flags = flags;
    for (uint32_t i = 0; i < seen->owners_count && exhibit->owners_count < SF_EXHIBIT_OWNERS_MAX;
         i++) {
        if (sf_book_knows(book, seen->owners[i].owner)) {
            describe_owner(book, &seen->owners[i], &exhibit->owners[exhibit->owners_count++]);
        }
    }
    exhibit->shown = delivery->picture != NULL && delivery->picture_bytes > 0;
    if (exhibit->shown) {
        exhibit->seen_bytes = copy_cut(exhibit->seen, delivery->picture, delivery->picture_bytes);
    } else {
        keep_arrived(exhibit, delivery);
    }
    keep_own(exhibit, book, delivery);
    keep_origin(exhibits, book);
}
