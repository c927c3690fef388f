/* Looking up a record among those that a story is made of. Private to this room. */
#ifndef STRAYFRAME_STORY_LOOKUP_H
#define STRAYFRAME_STORY_LOOKUP_H

#include "harness/base/ids.h"
#include "harness/story/story.h"

/* What a record must be: of a kind, about a camera, a viewer or a link, and, unless `field` is ANY,
 * with this number in its field of that type. */
struct wanted {
    enum sf_record_kind kind;
    enum sf_field_type subject;
    uint32_t index; /* of the subject */
    enum sf_field_type field;
    uint64_t number;
};

enum { ANY = SF_FIELD_TYPES_COUNT };

static inline bool has(const struct sf_record *record, enum sf_field_type type, uint64_t number)
{
    uint64_t found;
    return sf_record_number(record, type, &found) && found == number;
}

static inline bool is_wanted(const struct sf_record *record, const struct wanted *wanted)
{
    return record->kind == wanted->kind && has(record, wanted->subject, wanted->index) &&
           (wanted->field == (enum sf_field_type)ANY || has(record, wanted->field, wanted->number));
}

static inline struct wanted of_viewer(enum sf_record_kind kind, struct sf_viewer_id viewer)
{
    return (struct wanted){kind, SF_TYPE_VIEWER, viewer.index, (enum sf_field_type)ANY, 0};
}

static inline struct wanted of_camera(enum sf_record_kind kind, struct sf_camera_id camera)
{
    return (struct wanted){kind, SF_TYPE_CAMERA, camera.index, (enum sf_field_type)ANY, 0};
}

static inline struct wanted of_link(enum sf_record_kind kind, struct sf_link_id link)
{
    return (struct wanted){kind, SF_TYPE_LINK, link.index, (enum sf_field_type)ANY, 0};
}

static inline struct wanted of_request(enum sf_record_kind kind, struct sf_viewer_id viewer,
                                       uint64_t request)
{
    return (struct wanted){kind, SF_TYPE_VIEWER, viewer.index, SF_TYPE_REQUEST, request};
}

static inline struct wanted of_capture(enum sf_record_kind kind, struct sf_camera_id camera,
                                       uint32_t capture)
{
    return (struct wanted){kind, SF_TYPE_CAMERA, camera.index, SF_TYPE_CAPTURE, capture};
}

/* The first one behind `after` (NULL: of all); NULL if there is none. */
static inline const struct sf_record *first(const struct sf_gather *gather,
                                            const struct sf_record *after, struct wanted wanted)
{
    const struct sf_record *record = after != NULL ? after + 1 : gather->records;
    for (; record < gather->records + gather->count; record++) {
        if (is_wanted(record, &wanted)) {
            return record;
        }
    }
    return NULL;
}

/* The last one before `before` (NULL: of all). */
static inline const struct sf_record *last(const struct sf_gather *gather,
                                           const struct sf_record *before, struct wanted wanted)
{
    const struct sf_record *record = before != NULL ? before : gather->records + gather->count;
    while (record-- > gather->records) {
        if (is_wanted(record, &wanted)) {
            return record;
        }
    }
    return NULL;
}

static inline const struct sf_record *earlier(const struct sf_record *one,
                                              const struct sf_record *other)
{
    return one == NULL || (other != NULL && other < one) ? other : one;
}

#endif
