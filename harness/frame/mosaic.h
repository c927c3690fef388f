/* Everything about a still that does not depend on whose it is, prepared once: header, colour, the
 * blocks of the room and of all letters as pieces of bit strings. A still is then put together
 * without a DCT and without a Huffman encoder (still.c).
 *
 * It works because a row of blocks is a unit of its own (a restart marker ends it), luma is a scan
 * of its own (so that colour is a constant), and because a mark turns bits over but never changes
 * how many there are. */
#ifndef STRAYFRAME_FRAME_MOSAIC_H
#define STRAYFRAME_FRAME_MOSAIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/frame/font.h"
#include "harness/frame/huffman.h"
#include "harness/frame/scene.h"

/* What a mosaic is made for. */
struct sf_mosaic_key {
    uint16_t width_px;
    uint16_t height_px;
    uint8_t quality;
    uint8_t scene; /* enum sf_scene */
    bool night;
};

/* What the 6 mark bits of a block turn over in eight bytes: an entry for the lower three bits, one
 * for the upper. */
struct sf_flips {
    uint64_t low[8];
    uint64_t high[8];
};

/* A place in a row of the room that a mark turns over. */
struct sf_spot {
    uint16_t at;    /* byte of the row */
    uint16_t flips; /* index of an sf_flips, which is in the order of bytes in memory */
    uint16_t place; /* of the block: its column in the tile, plus 8 with the capture word */
};

/* A few bits of a letter, which may come to stand at any bit. */
enum {
    SF_PIECE_BITS_MAX = 56,
    SF_PIECE_FIRST_BITS_MAX =
        36, /* of a block: leaves room for the code of its first coefficient */
};
struct sf_piece {
    uint64_t bits;       /* from the highest bit on; as with every mark bit 0 */
    uint16_t flips;      /* index of an sf_flips, from the highest bit on, */
    uint8_t shift;       /* which begins here */
    uint8_t length_bits; /* at most SF_PIECE_BITS_MAX */
    uint8_t reserved[4];
};
_Static_assert(sizeof(struct sf_piece) == 16, "pieces are read in turn: keep them small");

/* One block of a letter. */
struct sf_glyph_block {
    uint32_t piece_first; /* its coefficients but the first */
    uint16_t pieces_count;
    int16_t dc;
};

enum sf_row_kind {
    SF_ROW_SCENE,
    SF_ROW_NAME,  /* part of the band with the camera's name */
    SF_ROW_STAMP, /* part of the band with the time */
    SF_ROW_BLANK, /* a band without text */
};

enum { SF_MOSAIC_DOUBTS_MAX = 4096 }; /* in a row */
struct sf_mosaic_row {
    uint8_t kind;      /* enum sf_row_kind */
    uint8_t glyph_row; /* which row of blocks of the letters, in a band */
    uint16_t bytes_count;
    uint16_t spots_count;
    uint16_t doubts_count;
    uint32_t bytes_first;  /* the rest only of a SF_ROW_SCENE: the row with every mark bit 0 */
    uint32_t spots_first;  /* what is turned over in it */
    uint32_t doubts_first; /* the bytes that are 0xff under some marks only, and then need a zero
                              byte; bytes that are 0xff under all have theirs already */
};

struct sf_mosaic {
    struct sf_mosaic_key key;
    uint32_t rows_count; /* of blocks */
    uint32_t columns_count;
    uint32_t cells_count; /* letters in a band; 0: too small for text */
    uint32_t scale;       /* a letter is `scale` blocks wide and twice as high */
    struct sf_mosaic_row *rows;
    uint8_t *bytes; /* of all rows */
    uint32_t bytes_count;
    uint32_t bytes_capacity;
    struct sf_spot *spots;
    uint32_t spots_count;
    uint32_t spots_capacity;
    uint16_t *doubts; /* byte of the row */
    uint32_t doubts_count;
    uint32_t doubts_capacity;
    struct sf_piece *pieces;
    uint32_t pieces_count;
    uint32_t pieces_capacity;
    struct sf_flips *flips; /* [0] turns nothing over */
    uint32_t flips_count;
    uint32_t flips_capacity;
    struct sf_glyph_block *glyphs; /* [glyph][row][column] */
    uint32_t blank_again_first;    /* pieces: all of a block of a blank behind another one */
    uint32_t blank_again_count;
    struct sf_huffman huffman;
    uint8_t *head; /* from the start to the luma scan's data */
    size_t head_count;
    uint8_t *tail; /* from the end of the luma scan's data to the end */
    size_t tail_count;
    size_t still_bytes_max; /* of any still put together from this, and what is written beyond */
    size_t memory_bytes;
};

/* A word whose bytes in memory are those of `bits` from the highest on. */
static inline uint64_t sf_big_endian(uint64_t bits)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap64(bits);
#else
    return bits;
#endif
}

/* Never NULL. The key must be possible: sf_still_size_check. */
struct sf_mosaic *sf_mosaic_create(struct sf_mosaic_key key);
void sf_mosaic_destroy(struct sf_mosaic *mosaic);

/* The blocks of one row of a letter, from left to right. */
static inline const struct sf_glyph_block *sf_mosaic_glyph(const struct sf_mosaic *mosaic,
                                                           uint32_t glyph, uint32_t row)
{
    return &mosaic->glyphs[(glyph * 2 * mosaic->scale + row) * mosaic->scale];
}

#endif
