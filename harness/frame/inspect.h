/* Whose picture is this? The first of two checks on what a viewer was shown: it decodes, as a
 * patient display would, and reads the marks. Takes any bytes whatever, in bounded time and memory,
 * and knows nothing of what was captured.
 *
 * What it promises: an area of 64x16 pixels of a still that survived anywhere in the picture,
 * displaced by whole blocks or not, names its owner, and so does a strip of 256x8 pixels. Once an
 * owner is known, every stretch of 64x8 of theirs is counted. What was never marked is attributed
 * to an owner by chance with a probability of about 2^-34 for each block it has.
 *
 * Reads marks at the grid of blocks: a picture encoded again in any quality above about 25 is
 * fine, one that was scaled, turned or cropped off the grid is unreadable. */
#ifndef STRAYFRAME_FRAME_INSPECT_H
#define STRAYFRAME_FRAME_INSPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/frame/mark.h"

enum { SF_INSPECTION_OWNERS_MAX = 16 };

struct sf_sighting {
    struct sf_mark owner;
    uint32_t share_ppm; /* of the picture's area */
};

/* The shares, further_ppm and unreadable_ppm add up to 1,000,000. */
struct sf_inspection {
    uint32_t owners_count;
    struct sf_sighting owners[SF_INSPECTION_OWNERS_MAX]; /* largest share first, then by mark */
    uint32_t further_ppm;    /* owners for whom there was no more room */
    uint32_t unreadable_ppm; /* no mark, or never decoded */
    bool decodable;          /* there is a picture, of which possibly little */
    bool grayscale;
    bool damaged; /* the decoder complained, gave up, or bytes are left over */
    uint16_t width_px;
    uint16_t height_px;
};

void sf_inspect(const uint8_t *bytes, size_t count, struct sf_inspection *out);

#endif
