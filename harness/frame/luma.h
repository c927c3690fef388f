/* The quantised luma coefficients of a picture that we encoded ourselves: libjpeg transforms and
 * quantises, and its own output is read back. */
#ifndef STRAYFRAME_FRAME_LUMA_H
#define STRAYFRAME_FRAME_LUMA_H

#include <stdint.h>

#include "harness/frame/jpeg.h"

struct sf_luma {
    uint32_t rows_count; /* of blocks */
    uint32_t columns_count;
    int16_t (*blocks)[SF_JPEG_BLOCK_COEFS]; /* owned; in zigzag order */
};

/* The picture must be sound. */
void sf_luma_read(struct sf_luma *luma, const struct sf_jpeg_bytes *jpeg);
void sf_luma_free(struct sf_luma *luma);

#endif
