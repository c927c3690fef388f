#include "harness/oracle/picture.h"

#include "harness/base/assert.h"

static void see_part(struct sf_picture *picture, const struct sf_register *who,
                     const struct sf_seen_record seen)
{
    bool own = sf_camera_same(seen.camera, sf_register_camera(who, picture->viewer)) &&
               sf_tenant_same(seen.tenant, sf_register_tenant(who, picture->viewer));
    if (own) {
        bool newer = !picture->own || seen.capture > picture->newest;
        picture->newest = newer ? seen.capture : picture->newest;
        picture->own = true;
    }
}

static struct sf_picture begin(const struct sf_shown_record shown)
{
    return (struct sf_picture){
        .at_ns = shown.at_ns,
        .request = shown.request,
        .viewer = shown.viewer,
        .flags = shown.flags,
        .open = true,
    };
}

bool sf_picture_see(struct sf_picture *open, const struct sf_register *who,
                    const struct sf_record *record, struct sf_picture *picture_out)
{
    SF_ASSERT(open != NULL);
    SF_ASSERT(who != NULL);
    SF_ASSERT(record != NULL);
    SF_ASSERT(picture_out != NULL);
    if (record->kind == SF_RECORD_SEEN) {
        if (open->open) {
            see_part(open, who, sf_seen_of(record));
        }
        return false;
    }
    bool done = open->open;
    *picture_out = *open;
    *open = record->kind == SF_RECORD_SHOWN ? begin(sf_shown_of(record)) : (struct sf_picture){0};
    return done;
}

bool sf_picture_is_judged(const struct sf_picture *picture)
{
    SF_ASSERT(picture != NULL);
    return picture->own && (picture->flags & SF_FLAGS_FROM_CACHE) != 0 &&
           (picture->flags & SF_FLAG_WHOLE) != 0 && (picture->flags & SF_FLAG_DAMAGED) == 0;
}
