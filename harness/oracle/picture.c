#include "harness/oracle/picture.h"

static void see_part(struct sf_picture *picture, const struct sf_register *who,
                     const struct sf_record *record)
{
    uint32_t capture = (uint32_t)(record->d >> 32);
    if (record->b == who->viewer_camera[picture->viewer] &&
        record->a == who->viewer_tenant[picture->viewer]) {
        picture->newest = picture->own && picture->newest > capture ? picture->newest : capture;
        picture->own = true;
    }
}

bool sf_picture_see(struct sf_picture *open, const struct sf_register *who,
                    const struct sf_record *record, struct sf_picture *picture_out)
{
    if (record->kind == SF_RECORD_SEEN) {
        if (open->open) {
            see_part(open, who, record);
        }
        return false;
    }
    bool done = open->open;
    *picture_out = *open;
    *open = (struct sf_picture){
        .at_ns = record->at_ns,
        .request = record->c,
        .viewer = record->who,
        .flags = record->flags,
        .open = record->kind == SF_RECORD_SHOWN,
    };
    return done;
}

bool sf_picture_is_judged(const struct sf_picture *picture)
{
    return picture->own && (picture->flags & SF_FLAGS_FROM_CACHE) != 0 &&
           (picture->flags & SF_FLAG_WHOLE) != 0 && (picture->flags & SF_FLAG_DAMAGED) == 0;
}
