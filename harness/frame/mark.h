/* The mark: who a picture belongs to, written into its luma so that a scrap of it still tells.
 *
 * Three numbers (tenant, camera, capture) become two words of 48 bits. The owner word says tenant
 * and camera and is the same in every capture of a camera; the capture word says the capture number
 * and can be read only by a reader that knows the owner. A block of 8x8 luma pixels carries 6 bits,
 * eight blocks side by side carry a word, and every tile of 64x16 pixels carries both words, one
 * above the other. Which one is above changes along the picture, so that a strip one block high
 * also shows both.
 *
 * This file knows numbers and places, no pixels: still.c writes marks, inspect.c reads them. */
#ifndef STRAYFRAME_FRAME_MARK_H
#define STRAYFRAME_FRAME_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/ids.h"

enum {
    SF_MARK_FIELD_MAX = 1 << 20, /* tenant, camera and capture are each below this */
    SF_MARK_WORD_BLOCKS = 8,     /* blocks side by side that carry one word */
    SF_MARK_BLOCK_BITS = 6,      /* bits in one block */
    SF_MARK_TILE_WIDTH_PX = 64,
    SF_MARK_TILE_HEIGHT_PX = 16,
    /* How strong a mark is: the least size of a marked coefficient, in percent of its step in the
     * JPEG standard's example table (quality 50). It is seen as fine grain, equally hard to remove
     * in each coefficient, and survives being encoded again at any quality above about 17, below
     * which half a step is more than the coefficient. */
    SF_MARK_STRENGTH_PERCENT = 100,
};

struct sf_mark {
    struct sf_tenant_id tenant;
    struct sf_camera_id camera;
    uint32_t capture; /* counted by the camera from 0 */
};

/* The coefficients whose signs are the bits of a block, by zigzag position, the first for the
 * lowest bit; positive is 1. All have a horizontal and a vertical frequency: upright edges, level
 * edges, ramps and letters, which drawn rooms consist of, have next to nothing there, so that
 * forcing these signs disturbs them least. */
extern const uint8_t sf_mark_zigzag[SF_MARK_BLOCK_BITS];

/* The words; only the low 48 bits are used. Each field must be below SF_MARK_FIELD_MAX. */
uint64_t sf_mark_owner_word(struct sf_mark mark);
uint64_t sf_mark_capture_word(struct sf_mark mark);

/* Reads an owner word into tenant and camera. False, and nothing written, if it is none: of random
 * words, 1 in 2^8 passes. */
bool sf_mark_owner_read(uint64_t word, struct sf_mark *mark_out);

/* Reads a capture word into the capture, given tenant and camera. False, and nothing written, if it
 * is no word of theirs: of random words, 1 in 2^28 passes. */
bool sf_mark_capture_read(uint64_t word, struct sf_mark *mark);

/* The 6 bits of block `column` (0 to 7) of a word. */
static inline unsigned sf_mark_word_block(uint64_t word, unsigned column)
{
    return (unsigned)(word >> (SF_MARK_BLOCK_BITS * column)) & 63;
}

/* Which word the block at (row, column) of a picture `columns_count` blocks wide carries. A stretch
 * of two tiles, then the other word; a part of a tile at the right edge goes on with its left
 * neighbour's. */
static inline bool sf_mark_is_capture(uint32_t row, uint32_t column, uint32_t columns_count)
{
    uint32_t tile = column / SF_MARK_WORD_BLOCKS;
    uint32_t tile_last = columns_count / SF_MARK_WORD_BLOCKS - 1;
    return ((row + ((tile < tile_last ? tile : tile_last) >> 1)) & 1) != 0;
}

static inline bool sf_mark_same_camera(struct sf_mark a, struct sf_mark b)
{
    return sf_tenant_same(a.tenant, b.tenant) && sf_camera_same(a.camera, b.camera);
}

static inline bool sf_mark_same(struct sf_mark a, struct sf_mark b)
{
    return sf_mark_same_camera(a, b) && a.capture == b.capture;
}

#endif
