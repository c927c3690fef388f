/* Pictures for people: any bytes to the pixels that a display would show, damaged ones included,
 * and pixels to an ordinary JPEG, as a cache that encodes again would write it. */
#ifndef STRAYFRAME_FRAME_PICTURE_H
#define STRAYFRAME_FRAME_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sf_picture {
    uint32_t width_px;
    uint32_t height_px;
    bool grayscale; /* then red, green and blue are equal */
    bool damaged;   /* parts that no data reached are mid-grey */
    uint8_t *rgb;   /* owned: width_px * height_px times red, green, blue */
};

/* False, and an empty picture, if the bytes show nothing at all. */
bool sf_picture_decode(const uint8_t *bytes, size_t count, struct sf_picture *out);

/* A baseline JPEG of quality 1 to 100, its bytes in `*bytes_out`, which the caller frees. Returns
 * how many they are. Colour is 4:2:0. */
size_t sf_picture_encode(const struct sf_picture *picture, uint32_t quality, uint8_t **bytes_out);

/* Frees the pixels; the picture is then empty. */
void sf_picture_free(struct sf_picture *picture);

#endif
