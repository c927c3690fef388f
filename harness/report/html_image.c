/* A picture in an HTML page: any bytes, as a patient display would draw them, in a sound JPEG. */
#include <stdlib.h>

#include "harness/base/assert.h"
#include "harness/frame/picture.h"
#include "harness/report/html.h"

enum {
    PICTURE_SIDE_PX_MAX = 640, /* larger ones are made smaller */
    PICTURE_QUALITY = 80,
};

/* Every `factor` pixels in each direction become one, their mean. Works in place: what is written
 * lies before what is still to be read. */
static void shrink(struct sf_picture *picture, uint32_t factor)
{
    uint32_t width_px = picture->width_px / factor > 0 ? picture->width_px / factor : 1;
    uint32_t height_px = picture->height_px / factor > 0 ? picture->height_px / factor : 1;
    uint8_t *to = picture->rgb;
    for (uint32_t y = 0; y < height_px; y++) {
        for (uint32_t x = 0; x < width_px; x++) {
            uint32_t sums[3] = {0};
            uint32_t count = 0;
            for (uint32_t line = y * factor; line < (y + 1) * factor; line++) {
                for (uint32_t column = x * factor; column < (x + 1) * factor; column++) {
                    if (line < picture->height_px && column < picture->width_px) {
                        const uint8_t *from =
                            picture->rgb + ((size_t)line * picture->width_px + column) * 3;
                        sums[0] += from[0];
                        sums[1] += from[1];
                        sums[2] += from[2];
                        count++;
                    }
                }
            }
            SF_ASSERT(count > 0);
            *to++ = (uint8_t)(sums[0] / count);
            *to++ = (uint8_t)(sums[1] / count);
            *to++ = (uint8_t)(sums[2] / count);
        }
    }
    picture->width_px = width_px;
    picture->height_px = height_px;
}

void sf_html_image(const uint8_t *bytes, uint32_t count, const char *alt, struct sf_text *out)
{
    SF_ASSERT(bytes != NULL);
    SF_ASSERT(alt != NULL);
    SF_ASSERT(out != NULL);
    struct sf_picture picture;
    if (!sf_picture_decode(bytes, count, &picture)) {
        sf_html_put(out, "<p class=\"nothing\">Nothing that could be drawn.</p>");
        return;
    }
    uint32_t side_px = picture.width_px > picture.height_px ? picture.width_px : picture.height_px;
    if (side_px > PICTURE_SIDE_PX_MAX) {
        shrink(&picture, (side_px + PICTURE_SIDE_PX_MAX - 1) / PICTURE_SIDE_PX_MAX);
    }
    uint8_t *jpeg;
    size_t jpeg_bytes = sf_picture_encode(&picture, PICTURE_QUALITY, &jpeg);
    sf_text_add(out, "<img width=\"%u\" height=\"%u\" alt=\"%s\" src=\"", picture.width_px,
                picture.height_px, alt);
    sf_html_data_uri(out, "image/jpeg", jpeg, jpeg_bytes);
    sf_html_put(out, "\">");
    free(jpeg);
    sf_picture_free(&picture);
}
