/* Everything about a still that depends neither on whose it is nor on what is written on it,
 * prepared once: header, colour, and the room's rows of blocks as strips. A still is then put
 * together without a DCT and without a Huffman encoder (still.c).
 *
 * It works because a row of blocks is a unit of its own (a restart marker ends it), luma is a scan
 * of its own (so that colour is a constant), and because a mark turns bits over but never changes
 * how many there are. */
#ifndef STRAYFRAME_FRAME_MOSAIC_H
#define STRAYFRAME_FRAME_MOSAIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/frame/scene.h"
#include "harness/frame/strip.h"

/* What a mosaic is made for. */
struct sf_mosaic_key {
    uint16_t width_px;
    uint16_t height_px;
    uint8_t quality;
    uint8_t scene; /* enum sf_scene */
    bool night;
};

/* Where the text goes: rows of blocks from the top, the name in the first ones, the time in the
 * last that are visible in full, a blank band below if there is a row left. */
struct sf_mosaic_bands {
    uint32_t letters_scale; /* 0: the picture is too low, it is all room */
    uint32_t cells_count;   /* whole letters in a line */
    uint32_t name_rows;     /* rows 0 to this */
    uint32_t stamp_first;   /* rows from this */
    uint32_t blank_first;   /* to this, and from this to the end */
};

struct sf_mosaic {
    struct sf_mosaic_key key;
    uint32_t rows_count; /* of blocks */
    uint32_t columns_count;
    struct sf_mosaic_bands bands;
    struct sf_strip *strips; /* owned; [row], empty in a band */
    struct sf_flips_table flips;
    uint8_t *head; /* owned: from the start to the luma scan's data */
    size_t head_count;
    uint8_t *tail; /* owned: from the end of the luma scan's data to the end */
    size_t tail_count;
    size_t bytes_max; /* of head, tail, the room's rows and all restart markers */
    size_t memory_bytes;
};

/* Never NULL. The key must be possible: sf_still_size_check. */
struct sf_mosaic *sf_mosaic_create(struct sf_mosaic_key key);
void sf_mosaic_destroy(struct sf_mosaic *mosaic);

#endif
