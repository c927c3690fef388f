#include "harness/frame/picture.h"

#include <stdlib.h>

#include "harness/base/assert.h"
#include "harness/frame/jpeg.h"

bool sf_picture_decode(const uint8_t *bytes, size_t count, struct sf_picture *out)
{
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(out != NULL);
    struct sf_jpeg_outcome outcome;
    uint8_t *rgb = sf_jpeg_read_pixels(bytes, count, 3, &outcome);
    *out = (struct sf_picture){
        .width_px = outcome.width_px,
        .height_px = outcome.height_px,
        .grayscale = outcome.components_count == 1,
        .damaged = outcome.damaged,
        .rgb = rgb,
    };
    return rgb != NULL;
}

size_t sf_picture_encode(const struct sf_picture *picture, uint32_t quality, uint8_t **bytes_out)
{
    SF_ASSERT(picture != NULL);
    SF_ASSERT(bytes_out != NULL);
    SF_ASSERT(quality >= 1);
    SF_ASSERT(quality <= 100);
    struct sf_jpeg_bytes jpeg;
    SF_ASSERT(picture->rgb != NULL);
    sf_jpeg_encode(picture->rgb, picture->width_px, picture->height_px, quality, picture->grayscale,
                   SF_JPEG_ORDINARY, &jpeg);
    *bytes_out = jpeg.data;
    return jpeg.count;
}

void sf_picture_free(struct sf_picture *picture)
{
    SF_ASSERT(picture != NULL);
    free(picture->rgb);
    *picture = (struct sf_picture){0};
}
