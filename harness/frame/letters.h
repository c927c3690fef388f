/* Letters as pieces of bit strings, and lines of text made of them: the bands at the top and the
 * bottom of a still. Letters stand on the grid of blocks, twice as high as wide, and carry the mark
 * like everything else. */
#ifndef STRAYFRAME_FRAME_LETTERS_H
#define STRAYFRAME_FRAME_LETTERS_H

#include <stddef.h>
#include <stdint.h>

#include "harness/frame/font.h"
#include "harness/frame/huffman.h"
#include "harness/frame/strip.h"

enum {
    SF_LETTERS_BAND_LEVEL = 44, /* grey behind letters, and of letters */
    SF_LETTERS_INK_LEVEL = 206,
    SF_LETTERS_SCALE_MAX = 3,
    SF_PIECE_BITS_MAX = 56,
};

/* A few bits of a block, which may come to stand at any bit of a line. */
struct sf_piece {
    uint64_t bits;     /* from the highest bit on; as with every mark bit 0 */
    uint64_t marked;   /* those that some mark bit inverts */
    uint16_t flips[8]; /* by the bit of a byte at which the piece begins, from the highest */
    uint32_t length_bits;
    uint32_t reserved;
};

struct sf_letter_block {
    uint32_t piece_first; /* all its coefficients but the first */
    uint16_t pieces_count;
    int16_t dc;
};

struct sf_letters {
    uint32_t quality;
    uint32_t scale; /* a letter is `scale` blocks wide and twice as high */
    struct sf_huffman huffman;
    struct sf_flips_table flips;
    struct sf_piece *pieces; /* owned */
    uint32_t pieces_count;
    uint32_t pieces_capacity;
    struct sf_letter_block *blocks; /* owned: [glyph][row][column] */
    uint32_t block_bits_max;        /* of any block, its first coefficient included */
    size_t memory_bytes;
};

/* Never NULL. */
struct sf_letters *sf_letters_create(uint32_t quality, uint32_t scale);
void sf_letters_destroy(struct sf_letters *letters);

/* Upper bound of what sf_letters_row writes for a line of columns_count blocks, whatever the text.
 */
size_t sf_letters_row_bytes_max(const struct sf_letters *letters, uint32_t columns_count);

/* One row of blocks of a line of text: glyph 0 is a blank. `glyphs` has one for each cell of
 * `scale` blocks, the last possibly cut. `letter_row` says which row of the letters, `row` which of
 * the picture. */
void sf_letters_row(const struct sf_letters *letters, const uint8_t *glyphs, uint32_t letter_row,
                    uint32_t row, uint32_t columns_count, struct sf_strip *out);

#endif
