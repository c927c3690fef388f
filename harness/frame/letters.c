#include "harness/frame/letters.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/frame/luma.h"

enum { BLOCK_PX = 8, DC_BITS_MAX = 20 };

/* Strokes are two dots thick, so that they stay legible under the mark's grain. */
static bool letter_is_ink(uint32_t glyph, uint32_t x, uint32_t y)
{
    if (x < 1 || x > SF_FONT_COLUMNS + 1 || y < 1 || y > 2 * SF_FONT_ROWS) {
        return false;
    }
    uint32_t row = (y - 1) / 2;
    uint32_t column = x - 1;
    bool left = column > 0 && sf_font_ink(glyph, column - 1, row);
    bool here = column < SF_FONT_COLUMNS && sf_font_ink(glyph, column, row);
    bool right = column + 1 < SF_FONT_COLUMNS && sf_font_ink(glyph, column + 1, row);
    return here || (left && !right); /* dots with one gap between them stay apart */
}

/* All glyphs side by side. */
static void draw_glyphs(uint32_t quality, uint32_t scale, struct sf_luma *out)
{
    uint32_t cell_px = scale * BLOCK_PX;
    uint32_t width_px = SF_FONT_GLYPHS_COUNT * cell_px;
    uint32_t height_px = 2 * cell_px;
    uint8_t *rgb = sf_alloc((size_t)width_px * height_px, 3);
    for (uint32_t y = 0; y < height_px; y++) {
        for (uint32_t x = 0; x < width_px; x++) {
            bool ink = letter_is_ink(x / cell_px, x % cell_px / scale, y / scale);
            memset(rgb + ((size_t)y * width_px + x) * 3,
                   ink ? SF_LETTERS_INK_LEVEL : SF_LETTERS_BAND_LEVEL, 3);
        }
    }
    struct sf_jpeg_bytes jpeg;
    sf_jpeg_encode(rgb, width_px, height_px, quality, true, SF_JPEG_ORDINARY, &jpeg);
    sf_luma_read(out, &jpeg);
    sf_jpeg_bytes_free(&jpeg);
    free(rgb);
}

static void add_piece(struct sf_letters *letters, const struct sf_bits *bits, uint32_t first,
                      uint32_t length_bits)
{
    struct sf_turned turned = {{0}};
    struct sf_piece piece = {.length_bits = length_bits};
    for (uint32_t i = 0; i < length_bits; i++) {
        uint64_t bit = (uint64_t)1 << (63 - i);
        piece.bits |= bits->value[first + i] != 0 ? bit : 0;
        if (bits->mark[first + i] != 0) {
            turned.by_mark[bits->mark[first + i] - 1] |= bit;
            piece.marked |= bit;
        }
    }
    for (unsigned shift = 0; shift < 8 && piece.marked != 0; shift++) {
        struct sf_turned moved = turned;
        for (int i = 0; i < SF_MARK_BLOCK_BITS; i++) {
            moved.by_mark[i] >>= shift;
        }
        piece.flips[shift] = sf_flips_table_add(&letters->flips, &moved);
    }
    if (letters->pieces_count == letters->pieces_capacity) {
        letters->pieces_capacity = letters->pieces_capacity * 2 + 256;
        letters->pieces = sf_realloc(letters->pieces, letters->pieces_capacity, sizeof piece);
    }
    letters->pieces[letters->pieces_count++] = piece;
}

static void add_block(struct sf_letters *letters, struct sf_letter_block *block,
                      const int16_t *zigzag)
{
    struct sf_bits bits = {.count = 0};
    sf_huffman_ac(&letters->huffman, zigzag, &bits);
    block->piece_first = letters->pieces_count;
    block->dc = zigzag[0];
    for (uint32_t first = 0; first < bits.count; first += SF_PIECE_BITS_MAX) {
        uint32_t left = bits.count - first;
        add_piece(letters, &bits, first, left < SF_PIECE_BITS_MAX ? left : SF_PIECE_BITS_MAX);
    }
    block->pieces_count = (uint16_t)(letters->pieces_count - block->piece_first);
    if (bits.count + DC_BITS_MAX > letters->block_bits_max) {
        letters->block_bits_max = bits.count + DC_BITS_MAX;
    }
}

struct sf_letters *sf_letters_create(uint32_t quality, uint32_t scale)
{
    SF_ASSERT(quality >= 1);
    SF_ASSERT(quality <= 100);
    SF_ASSERT(scale >= 1);
    SF_ASSERT(scale <= SF_LETTERS_SCALE_MAX);
    struct sf_letters *letters = sf_alloc(1, sizeof *letters);
    struct sf_luma luma;
    letters->quality = quality;
    letters->scale = scale;
    sf_huffman_init(&letters->huffman, quality);
    draw_glyphs(quality, scale, &luma);
    uint32_t blocks_count = SF_FONT_GLYPHS_COUNT * 2 * scale * scale;
    SF_ASSERT(blocks_count == luma.rows_count * luma.columns_count);
    letters->blocks = sf_alloc(blocks_count, sizeof *letters->blocks);
    for (uint32_t i = 0; i < blocks_count; i++) {
        uint32_t glyph = i / (2 * scale * scale);
        uint32_t row = i / scale % (2 * scale);
        uint32_t column = glyph * scale + i % scale;
        add_block(letters, &letters->blocks[i],
                  luma.blocks[(size_t)row * luma.columns_count + column]);
    }
    sf_luma_free(&luma);
    letters->memory_bytes = sizeof *letters + blocks_count * sizeof *letters->blocks +
                            letters->pieces_capacity * sizeof *letters->pieces +
                            letters->flips.capacity * sizeof *letters->flips.items;
    return letters;
}

void sf_letters_destroy(struct sf_letters *letters)
{
    if (letters == NULL) {
        return;
    }
    sf_flips_table_free(&letters->flips);
    free(letters->pieces);
    free(letters->blocks);
    free(letters);
}

static size_t row_bytes(const struct sf_letters *letters, uint32_t columns_count)
{
    return ((size_t)columns_count * letters->block_bits_max + 7) / 8;
}

size_t sf_letters_row_bytes_max(const struct sf_letters *letters, uint32_t columns_count)
{
    SF_ASSERT(letters != NULL);
    SF_ASSERT(columns_count > 0);
    return 2 * row_bytes(letters, columns_count); /* were each of them 0xff */
}

/* A row under construction: its bits, and beside them which of them a mark inverts. */
struct writer {
    uint8_t *bits;
    uint8_t *marked;
    size_t at_bits;
    uint64_t open; /* the bits of the byte that is not full yet, from the highest bit on */
    uint64_t open_marked;
};

static inline void put(struct writer *writer, uint64_t bits, uint64_t marked, uint32_t length_bits)
{
    uint32_t within = writer->at_bits & 7;
    uint64_t word = writer->open | bits >> within;
    uint64_t word_marked = writer->open_marked | marked >> within;
    uint64_t bytes = sf_big_endian(word);
    uint64_t bytes_marked = sf_big_endian(word_marked);
    memcpy(writer->bits + writer->at_bits / 8, &bytes, sizeof bytes);
    memcpy(writer->marked + writer->at_bits / 8, &bytes_marked, sizeof bytes_marked);
    writer->at_bits += length_bits;
    writer->open = word << ((within + length_bits) & ~7u); /* at most 63 */
    writer->open_marked = word_marked << ((within + length_bits) & ~7u);
}

static void put_dc(struct writer *writer, const struct sf_huffman *huffman, int32_t difference)
{
    uint32_t size = (uint32_t)(difference < 0 ? -difference : difference);
    uint32_t value_bits = size == 0 ? 0 : 32 - (uint32_t)__builtin_clz(size);
    uint64_t value = (uint64_t)(difference < 0 ? difference - 1 : difference) &
                     (((uint64_t)1 << value_bits) - 1);
    uint32_t length_bits = huffman->dc.length_bits[value_bits] + value_bits;
    uint64_t code = (uint64_t)huffman->dc.code[value_bits] << value_bits | value;
    SF_ASSERT(length_bits <= DC_BITS_MAX);
    put(writer, code << (64 - length_bits), 0, length_bits);
}

/* The bytes that may be 0xff, rising. */
static size_t find_doubts(const struct writer *writer, size_t bytes_count, uint16_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes_count; i++) {
        out[count] = (uint16_t)i;
        count += (writer->bits[i] | writer->marked[i]) == 0xff;
    }
    return count;
}

void sf_letters_row(const struct sf_letters *letters, const uint8_t *glyphs, uint32_t letter_row,
                    uint32_t row, uint32_t columns_count, struct sf_strip *out)
{
    SF_ASSERT(letters != NULL);
    SF_ASSERT(glyphs != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(columns_count > 0);
    size_t bytes_max = row_bytes(letters, columns_count) + sizeof(uint64_t);
    size_t spots_max = bytes_max * 8 / SF_PIECE_BITS_MAX + columns_count;
    uint32_t *ends_bits = sf_alloc(columns_count, sizeof *ends_bits);
    struct sf_spot *spots = sf_alloc(spots_max, sizeof *spots);
    uint16_t *doubts = sf_alloc(bytes_max, sizeof *doubts);
    struct writer writer = {.bits = sf_alloc(bytes_max, 1), .marked = sf_alloc(bytes_max, 1)};
    size_t spots_count = 0;
    int32_t dc_before = 0;
    for (uint32_t column = 0; column < columns_count; column++) {
        uint32_t glyph = glyphs[column / letters->scale];
        const struct sf_letter_block *block =
            &letters->blocks[(glyph * 2 * letters->scale + letter_row) * letters->scale +
                             column % letters->scale];
        const struct sf_piece *piece = letters->pieces + block->piece_first;
        const struct sf_piece *end = piece + block->pieces_count;
        put_dc(&writer, &letters->huffman, block->dc - dc_before);
        dc_before = block->dc;
        for (; piece < end; piece++) {
            if (piece->marked != 0) {
                spots[spots_count++] = (struct sf_spot){
                    .at = (uint16_t)(writer.at_bits / 8),
                    .flips = piece->flips[writer.at_bits & 7],
                    .place = sf_strip_place(row, column, columns_count),
                };
            }
            put(&writer, piece->bits, piece->marked, piece->length_bits);
        }
        ends_bits[column] = (uint32_t)writer.at_bits;
    }
    uint32_t fill_bits = (8 - writer.at_bits % 8) % 8; /* ones, as the format wants it */
    put(&writer, ~(UINT64_MAX >> fill_bits), 0, fill_bits);
    size_t bytes_count = writer.at_bits / 8;
    size_t doubts_count = find_doubts(&writer, bytes_count, doubts);
    SF_ASSERT(bytes_count <= bytes_max);
    SF_ASSERT(spots_count <= spots_max);
    sf_strip_init(out, &(struct sf_strip_parts){
                           .bytes = writer.bits,
                           .bytes_count = bytes_count,
                           .spots = spots,
                           .spots_count = spots_count,
                           .doubts = doubts,
                           .doubts_count = doubts_count,
                           .block_ends_bits = ends_bits,
                           .blocks_count = columns_count,
                       });
    free(writer.bits);
    free(writer.marked);
    free(doubts);
    free(spots);
    free(ends_bits);
}
