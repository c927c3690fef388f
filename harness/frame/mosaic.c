#include "harness/frame/mosaic.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum {
    BLOCK_PX = 8,
    STAMP_CELLS = 26,        /* "2019-12-26 23:14:07 +01:00" */
    TEXT_HEIGHT_PX_MIN = 64, /* lower pictures are all room */
    ROOM_BEHIND_BANDS_PX_MIN = 128,
    BAND_LEVEL = 44, /* grey behind letters, and of letters */
    INK_LEVEL = 206,
    MARKER_BYTES = 2,
    STORE_SLACK_BYTES = 8, /* still.c writes eight bytes at a time */
};

/* Quantised luma coefficients of a picture, in zigzag order. */
struct luma {
    uint32_t rows_count;
    uint32_t columns_count;
    int16_t (*blocks)[SF_JPEG_BLOCK_COEFS]; /* owned */
};

static void luma_begin(void *context, uint32_t rows_count, uint32_t columns_count)
{
    struct luma *luma = context;
    luma->rows_count = rows_count;
    luma->columns_count = columns_count;
    luma->blocks = sf_alloc((size_t)rows_count * columns_count, sizeof *luma->blocks);
}

static void luma_row(void *context, uint32_t row, uint32_t columns_count,
                     const int16_t (*blocks)[SF_JPEG_BLOCK_COEFS])
{
    struct luma *luma = context;
    for (uint32_t column = 0; column < columns_count; column++) {
        int16_t *zigzag = luma->blocks[(size_t)row * columns_count + column];
        for (uint32_t i = 0; i < SF_JPEG_BLOCK_COEFS; i++) {
            zigzag[i] = blocks[column][sf_jpeg_natural[i]];
        }
    }
}

/* libjpeg transforms and quantises; its own output is read back. */
static void luma_read(struct luma *luma, const struct sf_jpeg_bytes *jpeg)
{
    struct sf_jpeg_outcome outcome;
    sf_jpeg_read_luma(jpeg->data, jpeg->count, luma_begin, luma_row, luma, &outcome);
    SF_ASSERT(outcome.decodable);
    SF_ASSERT(!outcome.damaged);
    SF_ASSERT(outcome.luma_on_grid);
}

/* Room for `more` more items at the end of an array that grows. */
static void *grown(void *items, uint32_t count, uint32_t more, uint32_t *capacity, size_t size)
{
    if (count + more <= *capacity) {
        return items;
    }
    *capacity = 2 * *capacity + more;
    return sf_realloc(items, *capacity, size);
}

/* The marked bits of one block within a word: for each of its mark bits those that it inverts. */
struct turned {
    uint64_t by_mark[SF_MARK_BLOCK_BITS];
};

static uint16_t flips_find_or_add(struct sf_mosaic *mosaic, const struct sf_flips *flips)
{
    /* Few hundred at most, and neighbours are alike: looking from the end is quick. */
    for (uint32_t i = mosaic->flips_count; i-- > 0;) {
        if (memcmp(&mosaic->flips[i], flips, sizeof *flips) == 0) {
            return (uint16_t)i;
        }
    }
    mosaic->flips = grown(mosaic->flips, mosaic->flips_count, 1, &mosaic->flips_capacity,
                          sizeof *mosaic->flips);
    SF_ASSERT(mosaic->flips_count < UINT16_MAX);
    mosaic->flips[mosaic->flips_count] = *flips;
    return (uint16_t)mosaic->flips_count++;
}

static uint16_t flips_of(struct sf_mosaic *mosaic, const struct turned *turned)
{
    struct sf_flips flips = {{0}, {0}};
    for (unsigned v = 0; v < 8; v++) {
        for (unsigned bit = 0; bit < 3; bit++) {
            if ((v >> bit & 1) != 0) {
                flips.low[v] ^= turned->by_mark[bit];
                flips.high[v] ^= turned->by_mark[bit + 3];
            }
        }
    }
    return flips_find_or_add(mosaic, &flips);
}

/* A row of blocks as bits, and who has a say in each. */
struct row_bit {
    uint8_t value;   /* as with every mark bit 0 */
    uint8_t mark;    /* as in sf_bits */
    uint16_t column; /* of the block */
};

struct row_bits {
    struct row_bit *bits; /* owned */
    uint32_t count;
    uint32_t capacity;
};

static void row_add(struct row_bits *row, const struct sf_bits *bits, uint32_t column)
{
    row->bits = grown(row->bits, row->count, bits->count, &row->capacity, sizeof *row->bits);
    for (uint32_t i = 0; i < bits->count; i++) {
        row->bits[row->count++] = (struct row_bit){bits->value[i], bits->mark[i], (uint16_t)column};
    }
}

/* The bits of a block that its mark turns over, on the way to becoming spots. */
struct spot_plan {
    bool open;
    uint16_t column;
    uint32_t at; /* byte of the row */
    struct turned turned;
};

static void spot_close(struct sf_mosaic *mosaic, struct spot_plan *plan, uint32_t row)
{
    if (!plan->open) {
        return;
    }
    for (int i = 0; i < SF_MARK_BLOCK_BITS; i++) {
        plan->turned.by_mark[i] = sf_big_endian(plan->turned.by_mark[i]);
    }
    uint32_t columns = mosaic->columns_count;
    bool capture = sf_mark_is_capture(row, plan->column, columns);
    mosaic->spots = grown(mosaic->spots, mosaic->spots_count, 1, &mosaic->spots_capacity,
                          sizeof *mosaic->spots);
    mosaic->spots[mosaic->spots_count++] = (struct sf_spot){
        .at = (uint16_t)plan->at,
        .flips = flips_of(mosaic, &plan->turned),
        .place =
            (uint16_t)(plan->column % SF_MARK_WORD_BLOCKS + (capture ? SF_MARK_WORD_BLOCKS : 0)),
    };
    *plan = (struct spot_plan){0};
}

/* Notes that the bit stands in byte `at`, as bit `bit` from the highest. */
static void spot_note(struct sf_mosaic *mosaic, struct spot_plan *plan, uint32_t row,
                      const struct row_bit *row_bit, uint32_t at, uint32_t bit)
{
    if (row_bit->mark == 0) {
        return;
    }
    if (plan->open && (plan->column != row_bit->column || at >= plan->at + 8)) {
        spot_close(mosaic, plan, row);
    }
    if (!plan->open) {
        *plan = (struct spot_plan){.open = true, .column = row_bit->column, .at = at};
    }
    plan->turned.by_mark[row_bit->mark - 1] |= (uint64_t)1 << (63 - 8 * (at - plan->at) - bit);
}

/* still.c changes eight bytes at each spot. Neighbouring spots overlap, and reading bytes that were
 * written an instant before, in part, stalls a processor; so every second spot comes first. */
static void spots_interleave(struct sf_spot *spots, uint32_t count)
{
    struct sf_spot *sorted = sf_alloc(count, sizeof *sorted);
    uint32_t half = (count + 1) / 2;
    for (uint32_t i = 0; i < count; i++) {
        sorted[i / 2 + (i % 2 != 0 ? half : 0)] = spots[i];
    }
    memcpy(spots, sorted, count * sizeof *spots);
    free(sorted);
}

static void keep_row(struct sf_mosaic *mosaic, const struct row_bits *bits, uint32_t row)
{
    struct spot_plan plan = {0};
    struct sf_mosaic_row *out = &mosaic->rows[row];
    uint32_t at = 0;
    SF_ASSERT(bits->count % 8 == 0);
    out->bytes_first = mosaic->bytes_count;
    out->spots_first = mosaic->spots_count;
    out->doubts_first = mosaic->doubts_count;
    mosaic->bytes =
        grown(mosaic->bytes, mosaic->bytes_count, bits->count / 4, &mosaic->bytes_capacity, 1);
    mosaic->doubts = grown(mosaic->doubts, mosaic->doubts_count, bits->count / 8,
                           &mosaic->doubts_capacity, sizeof *mosaic->doubts);
    for (uint32_t i = 0; i < bits->count; i += 8) {
        uint8_t value = 0;
        uint8_t marked = 0;
        for (uint32_t bit = 0; bit < 8; bit++) {
            const struct row_bit *row_bit = &bits->bits[i + bit];
            value = (uint8_t)(value << 1 | row_bit->value);
            marked = (uint8_t)(marked << 1 | (row_bit->mark != 0));
            spot_note(mosaic, &plan, row, row_bit, at, bit);
        }
        mosaic->bytes[mosaic->bytes_count++] = value;
        if (value == 0xff && marked == 0) {
            mosaic->bytes[mosaic->bytes_count++] = 0;
            at++;
        } else if ((value | marked) == 0xff) {
            mosaic->doubts[mosaic->doubts_count++] = (uint16_t)at;
        }
        at++;
    }
    spot_close(mosaic, &plan, row);
    SF_ASSERT(at <= UINT16_MAX);
    SF_ASSERT(mosaic->doubts_count - out->doubts_first < SF_MOSAIC_DOUBTS_MAX);
    out->bytes_count = (uint16_t)at;
    out->spots_count = (uint16_t)(mosaic->spots_count - out->spots_first);
    out->doubts_count = (uint16_t)(mosaic->doubts_count - out->doubts_first);
    spots_interleave(mosaic->spots + out->spots_first, out->spots_count);
    mosaic->still_bytes_max += at + out->doubts_count + MARKER_BYTES;
}

static void build_scene_row(struct sf_mosaic *mosaic, const struct luma *luma, uint32_t row)
{
    struct row_bits row_bits = {0};
    struct sf_bits bits;
    int32_t dc_before = 0;
    for (uint32_t column = 0; column < mosaic->columns_count; column++) {
        const int16_t *zigzag = luma->blocks[(size_t)row * mosaic->columns_count + column];
        bits.count = 0;
        sf_huffman_dc(&mosaic->huffman, zigzag[0] - dc_before, &bits);
        sf_huffman_ac(&mosaic->huffman, zigzag, &bits);
        dc_before = zigzag[0];
        row_add(&row_bits, &bits, column);
    }
    /* Ones up to the next whole byte, as the format wants it. */
    uint32_t open = (8 - row_bits.count % 8) % 8;
    bits.count = 0;
    sf_bits_add(&bits, (1u << open) - 1, open);
    row_add(&row_bits, &bits, mosaic->columns_count - 1);
    keep_row(mosaic, &row_bits, row);
    free(row_bits.bits);
}

static void add_piece(struct sf_mosaic *mosaic, const struct sf_bits *bits, uint32_t first,
                      uint32_t length_bits)
{
    struct turned turned = {{0}};
    uint64_t marked = 0;
    struct sf_piece piece = {.length_bits = (uint8_t)length_bits};
    for (uint32_t i = 0; i < length_bits; i++) {
        uint64_t bit = (uint64_t)1 << (63 - i);
        piece.bits |= bits->value[first + i] != 0 ? bit : 0;
        if (bits->mark[first + i] != 0) {
            turned.by_mark[bits->mark[first + i] - 1] |= bit;
            marked |= bit;
        }
    }
    piece.shift = marked != 0 ? (uint8_t)__builtin_clzll(marked) : 0;
    for (int i = 0; i < SF_MARK_BLOCK_BITS; i++) {
        turned.by_mark[i] <<= piece.shift;
    }
    piece.flips = flips_of(mosaic, &turned);
    mosaic->pieces =
        grown(mosaic->pieces, mosaic->pieces_count, 1, &mosaic->pieces_capacity, sizeof piece);
    mosaic->pieces[mosaic->pieces_count++] = piece;
}

/* Cuts a string into pieces, the first of which is at most `first_bits_max`. Returns how many. */
static uint32_t add_pieces(struct sf_mosaic *mosaic, const struct sf_bits *bits,
                           uint32_t first_bits_max)
{
    uint32_t first = bits->count < first_bits_max ? bits->count : first_bits_max;
    uint32_t rest = bits->count - first;
    uint32_t pieces = (rest + SF_PIECE_BITS_MAX - 1) / SF_PIECE_BITS_MAX;
    add_piece(mosaic, bits, 0, first);
    for (uint32_t i = 0; i < pieces; i++) {
        uint32_t from = first + rest * i / pieces;
        add_piece(mosaic, bits, from, first + rest * (i + 1) / pieces - from);
    }
    return 1 + pieces;
}

/* Letters are twice as high as wide, their strokes two dots thick: they stay legible under the
 * mark's grain. */
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

static void build_glyphs(struct sf_mosaic *mosaic)
{
    uint32_t scale = mosaic->scale;
    uint32_t cell_px = scale * BLOCK_PX;
    uint32_t width_px = SF_FONT_GLYPHS_COUNT * cell_px;
    uint32_t height_px = 2 * cell_px;
    uint8_t *rgb = sf_alloc((size_t)width_px * height_px, 3);
    for (uint32_t y = 0; y < height_px; y++) {
        for (uint32_t x = 0; x < width_px; x++) {
            bool ink = letter_is_ink(x / cell_px, x % cell_px / scale, y / scale);
            memset(rgb + ((size_t)y * width_px + x) * 3, ink ? INK_LEVEL : BAND_LEVEL, 3);
        }
    }
    struct sf_jpeg_bytes jpeg;
    struct luma luma;
    sf_jpeg_encode(rgb, width_px, height_px, mosaic->key.quality, true, SF_JPEG_ORDINARY, &jpeg);
    luma_read(&luma, &jpeg);
    size_t blocks_count = (size_t)luma.rows_count * luma.columns_count;
    SF_ASSERT(blocks_count == (size_t)SF_FONT_GLYPHS_COUNT * 2 * scale * scale);
    mosaic->glyphs = sf_alloc(blocks_count, sizeof *mosaic->glyphs);
    uint32_t bits_count_max = 0;
    for (uint32_t i = 0; i < blocks_count; i++) {
        uint32_t glyph = i / (2 * scale * scale);
        uint32_t row = i / scale % (2 * scale);
        uint32_t column = glyph * scale + i % scale;
        const int16_t *zigzag = luma.blocks[(size_t)row * luma.columns_count + column];
        struct sf_bits bits = {.count = 0};
        sf_huffman_ac(&mosaic->huffman, zigzag, &bits);
        struct sf_glyph_block *block = &mosaic->glyphs[i];
        block->piece_first = mosaic->pieces_count;
        block->pieces_count = (uint16_t)add_pieces(mosaic, &bits, SF_PIECE_FIRST_BITS_MAX);
        block->dc = zigzag[0];
        bits_count_max = bits.count > bits_count_max ? bits.count : bits_count_max;
    }
    struct sf_bits blank = {.count = 0};
    sf_huffman_dc(&mosaic->huffman, 0, &blank);
    sf_huffman_ac(&mosaic->huffman, luma.blocks[0], &blank);
    mosaic->blank_again_first = mosaic->pieces_count;
    mosaic->blank_again_count = add_pieces(mosaic, &blank, SF_PIECE_BITS_MAX);
    /* Any text, all its bytes stuffed; a first coefficient is at most 20 bits. */
    size_t band_bytes = ((size_t)mosaic->columns_count * (bits_count_max + 20) + 7) / 8;
    for (uint32_t row = 0; row < mosaic->rows_count; row++) {
        if (mosaic->rows[row].kind != SF_ROW_SCENE) {
            mosaic->still_bytes_max += 2 * band_bytes + MARKER_BYTES;
        }
    }
    free(luma.blocks);
    free(rgb);
    sf_jpeg_bytes_free(&jpeg);
}

/* Where the bands are: the name at the top, the time in the last rows that are visible in full. */
static void plan_rows(struct sf_mosaic *mosaic)
{
    uint32_t width_px = mosaic->key.width_px;
    uint32_t height_px = mosaic->key.height_px;
    mosaic->rows = sf_alloc(mosaic->rows_count, sizeof *mosaic->rows);
    if (height_px < TEXT_HEIGHT_PX_MIN) {
        return; /* all SF_ROW_SCENE, which is 0 */
    }
    uint32_t scale = height_px >= 960 ? 3 : height_px >= 480 ? 2 : 1;
    while (scale > 1 && width_px < scale * BLOCK_PX * STAMP_CELLS) {
        scale--;
    }
    mosaic->scale = scale;
    mosaic->cells_count = width_px / (BLOCK_PX * scale);
    uint32_t stamp_first = height_px / BLOCK_PX - 2 * scale;
    for (uint32_t row = 0; row < mosaic->rows_count; row++) {
        struct sf_mosaic_row *out = &mosaic->rows[row];
        if (row < 2 * scale) {
            out->kind = SF_ROW_NAME;
            out->glyph_row = (uint8_t)row;
        } else if (row >= stamp_first && row < stamp_first + 2 * scale) {
            out->kind = SF_ROW_STAMP;
            out->glyph_row = (uint8_t)(row - stamp_first);
        } else if (row >= stamp_first) {
            out->kind = SF_ROW_BLANK;
        }
    }
}

/* The room, and bands for the text. In a low picture the room is drawn between the bands, which
 * would hide most of it; in others they cover a little ceiling and a little floor. */
static void draw(const struct sf_mosaic *mosaic, uint8_t *rgb)
{
    const struct sf_mosaic_key *key = &mosaic->key;
    size_t line_bytes = (size_t)key->width_px * 3;
    uint32_t first = 0;
    uint32_t end = key->height_px;
    if (mosaic->cells_count > 0 && key->height_px < ROOM_BEHIND_BANDS_PX_MIN) {
        first = 2 * mosaic->scale * BLOCK_PX;
        end = (key->height_px / BLOCK_PX - 2 * mosaic->scale) * BLOCK_PX;
    }
    sf_scene_draw((enum sf_scene)key->scene, key->night, key->width_px, end - first,
                  rgb + first * line_bytes);
    for (size_t y = 0; y < key->height_px; y++) {
        if (mosaic->rows[y / BLOCK_PX].kind != SF_ROW_SCENE) {
            memset(rgb + y * line_bytes, BAND_LEVEL, line_bytes);
        }
    }
}

/* Splits what libjpeg wrote around the data of the luma scan. */
static void keep_head_and_tail(struct sf_mosaic *mosaic, const struct sf_jpeg_bytes *jpeg)
{
    const uint8_t *data = jpeg->data;
    size_t at = 2; /* after the start marker: segments with a length, the last is the scan's */
    bool scan = false;
    while (!scan) {
        SF_ASSERT(at + 4 <= jpeg->count);
        SF_ASSERT(data[at] == 0xff);
        scan = data[at + 1] == 0xda;
        at += 2 + ((size_t)data[at + 2] << 8 | data[at + 3]);
    }
    mosaic->head_count = at;
    while (data[at] != 0xff || data[at + 1] == 0 || (data[at + 1] & 0xf8) == 0xd0) {
        at++;
        SF_ASSERT(at + 1 < jpeg->count);
    }
    mosaic->tail_count = jpeg->count - at;
    mosaic->head = sf_alloc(mosaic->head_count, 1);
    mosaic->tail = sf_alloc(mosaic->tail_count, 1);
    memcpy(mosaic->head, data, mosaic->head_count);
    memcpy(mosaic->tail, data + at, mosaic->tail_count);
}

static void build_scene(struct sf_mosaic *mosaic)
{
    const struct sf_mosaic_key *key = &mosaic->key;
    uint8_t *rgb = sf_alloc((size_t)key->width_px * key->height_px, 3);
    struct sf_jpeg_bytes jpeg;
    struct luma luma;
    draw(mosaic, rgb);
    sf_jpeg_encode(rgb, key->width_px, key->height_px, key->quality, key->night,
                   SF_JPEG_BY_COMPONENT, &jpeg);
    free(rgb);
    luma_read(&luma, &jpeg);
    SF_ASSERT(luma.rows_count == mosaic->rows_count);
    SF_ASSERT(luma.columns_count == mosaic->columns_count);
    for (uint32_t row = 0; row < mosaic->rows_count; row++) {
        if (mosaic->rows[row].kind == SF_ROW_SCENE) {
            build_scene_row(mosaic, &luma, row);
        }
    }
    keep_head_and_tail(mosaic, &jpeg);
    free(luma.blocks);
    sf_jpeg_bytes_free(&jpeg);
}

struct sf_mosaic *sf_mosaic_create(struct sf_mosaic_key key)
{
    SF_ASSERT(key.scene < SF_SCENES_COUNT);
    struct sf_mosaic *mosaic = sf_alloc(1, sizeof *mosaic);
    const struct sf_flips nothing = {{0}, {0}};
    mosaic->key = key;
    mosaic->rows_count = (key.height_px + BLOCK_PX - 1u) / BLOCK_PX;
    mosaic->columns_count = (key.width_px + BLOCK_PX - 1u) / BLOCK_PX;
    SF_ASSERT(mosaic->columns_count >= SF_MARK_WORD_BLOCKS);
    flips_find_or_add(mosaic, &nothing);
    sf_huffman_init(&mosaic->huffman, key.quality);
    plan_rows(mosaic);
    build_scene(mosaic);
    if (mosaic->cells_count > 0) {
        build_glyphs(mosaic);
    }
    mosaic->still_bytes_max += mosaic->head_count + mosaic->tail_count + STORE_SLACK_BYTES;
    mosaic->memory_bytes =
        sizeof *mosaic + mosaic->head_count + mosaic->tail_count + mosaic->bytes_capacity +
        mosaic->spots_capacity * sizeof *mosaic->spots +
        mosaic->doubts_capacity * sizeof *mosaic->doubts +
        mosaic->pieces_capacity * sizeof *mosaic->pieces +
        mosaic->flips_capacity * sizeof *mosaic->flips +
        (size_t)SF_FONT_GLYPHS_COUNT * 2 * mosaic->scale * mosaic->scale * sizeof *mosaic->glyphs;
    return mosaic;
}

void sf_mosaic_destroy(struct sf_mosaic *mosaic)
{
    if (mosaic == NULL) {
        return;
    }
    free(mosaic->rows);
    free(mosaic->bytes);
    free(mosaic->spots);
    free(mosaic->doubts);
    free(mosaic->pieces);
    free(mosaic->flips);
    free(mosaic->glyphs);
    free(mosaic->head);
    free(mosaic->tail);
    free(mosaic);
}
