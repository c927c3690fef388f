#include "harness/frame/mosaic.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/frame/huffman.h"
#include "harness/frame/letters.h"
#include "harness/frame/luma.h"

enum {
    BLOCK_PX = 8,
    STAMP_CELLS = 26,        /* "2019-12-26 23:14:07 +01:00" */
    TEXT_HEIGHT_PX_MIN = 64, /* lower pictures are all room */
    ROOM_BEHIND_BANDS_PX_MIN = 128,
    MARKER_BYTES = 2,
};

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
    if (row->count + bits->count > row->capacity) {
        row->capacity = 2 * row->capacity + SF_BITS_MAX;
        row->bits = sf_realloc(row->bits, row->capacity, sizeof *row->bits);
    }
    for (uint32_t i = 0; i < bits->count; i++) {
        row->bits[row->count++] = (struct row_bit){bits->value[i], bits->mark[i], (uint16_t)column};
    }
}

/* A strip under construction. */
struct plan {
    struct sf_mosaic *mosaic;
    uint32_t row;
    uint8_t *bytes; /* owned, as are the others; large enough */
    size_t bytes_count;
    struct sf_spot *spots;
    size_t spots_count;
    uint16_t *doubts;
    size_t doubts_count;
    uint32_t *block_ends_bits;
    struct { /* the spot that is being collected: bits of one block within eight bytes */
        bool open;
        uint16_t column;
        size_t at;
        struct sf_turned turned;
    } spot;
};

static void spot_close(struct plan *plan)
{
    if (!plan->spot.open) {
        return;
    }
    plan->spots[plan->spots_count++] = (struct sf_spot){
        .at = (uint16_t)plan->spot.at,
        .flips = sf_flips_table_add(&plan->mosaic->flips, &plan->spot.turned),
        .place = sf_strip_place(plan->row, plan->spot.column, plan->mosaic->columns_count),
    };
    memset(&plan->spot, 0, sizeof plan->spot);
}

/* Notes that the bit is the one `bit` from the highest of the byte that comes next. */
static void spot_note(struct plan *plan, const struct row_bit *row_bit, uint32_t bit)
{
    if (row_bit->mark == 0) {
        return;
    }
    if (plan->spot.column != row_bit->column || plan->bytes_count >= plan->spot.at + 8) {
        spot_close(plan);
    }
    if (!plan->spot.open) {
        plan->spot.open = true;
        plan->spot.column = row_bit->column;
        plan->spot.at = plan->bytes_count;
    }
    size_t place = 8 * (plan->bytes_count - plan->spot.at) + bit;
    plan->spot.turned.by_mark[row_bit->mark - 1] |= (uint64_t)1 << (63 - place);
}

static void plan_byte(struct plan *plan, const struct row_bit bits[8])
{
    uint8_t value = 0;
    uint8_t marked = 0;
    for (uint32_t bit = 0; bit < 8; bit++) {
        value = (uint8_t)(value << 1 | bits[bit].value);
        marked = (uint8_t)(marked << 1 | (bits[bit].mark != 0));
        spot_note(plan, &bits[bit], bit);
    }
    if (marked != 0 && (value | marked) == 0xff) {
        plan->doubts[plan->doubts_count++] = (uint16_t)plan->bytes_count;
    }
    plan->bytes[plan->bytes_count++] = value;
    if (marked == 0 && value == 0xff) {
        plan->bytes[plan->bytes_count++] = 0;
    }
}

static void keep_strip(struct sf_mosaic *mosaic, const struct row_bits *row_bits, uint32_t row)
{
    SF_ASSERT(row_bits->count % 8 == 0);
    struct plan plan = {
        .mosaic = mosaic,
        .row = row,
        .bytes = sf_alloc(row_bits->count / 8, 2),
        .spots = sf_alloc(row_bits->count, sizeof *plan.spots),
        .doubts = sf_alloc(row_bits->count / 8, sizeof *plan.doubts),
        .block_ends_bits = sf_alloc(mosaic->columns_count, sizeof *plan.block_ends_bits),
    };
    for (uint32_t i = 0; i < row_bits->count; i++) {
        plan.block_ends_bits[row_bits->bits[i].column] = i + 1;
        if (i % 8 == 0) {
            plan_byte(&plan, row_bits->bits + i);
        }
    }
    spot_close(&plan);
    struct sf_strip *strip = &mosaic->strips[row];
    sf_strip_init(strip, &(struct sf_strip_parts){
                             .bytes = plan.bytes,
                             .bytes_count = plan.bytes_count,
                             .spots = plan.spots,
                             .spots_count = plan.spots_count,
                             .doubts = plan.doubts,
                             .doubts_count = plan.doubts_count,
                             .block_ends_bits = plan.block_ends_bits,
                             .blocks_count = mosaic->columns_count,
                         });
    mosaic->bytes_max += sf_strip_bytes_max(strip);
    mosaic->memory_bytes += sf_strip_memory_bytes(strip);
    free(plan.bytes);
    free(plan.spots);
    free(plan.doubts);
    free(plan.block_ends_bits);
}

static void build_strip(struct sf_mosaic *mosaic, const struct sf_huffman *huffman,
                        const struct sf_luma *luma, uint32_t row)
{
    struct row_bits row_bits = {0};
    struct sf_bits bits;
    int32_t dc_before = 0;
    for (uint32_t column = 0; column < mosaic->columns_count; column++) {
        const int16_t *zigzag = luma->blocks[(size_t)row * mosaic->columns_count + column];
        bits.count = 0;
        sf_huffman_dc(huffman, zigzag[0] - dc_before, &bits);
        sf_huffman_ac(huffman, zigzag, &bits);
        dc_before = zigzag[0];
        row_add(&row_bits, &bits, column);
    }
    /* Ones up to the next whole byte, as the format wants it. */
    uint32_t open = (8 - row_bits.count % 8) % 8;
    bits.count = 0;
    sf_bits_add(&bits, (1u << open) - 1, open);
    row_add(&row_bits, &bits, mosaic->columns_count - 1);
    keep_strip(mosaic, &row_bits, row);
    free(row_bits.bits);
}

static struct sf_mosaic_bands plan_bands(uint32_t width_px, uint32_t height_px)
{
    uint32_t rows_visible = height_px / BLOCK_PX;
    if (height_px < TEXT_HEIGHT_PX_MIN) {
        uint32_t rows_count = (height_px + BLOCK_PX - 1) / BLOCK_PX;
        return (struct sf_mosaic_bands){.stamp_first = rows_count, .blank_first = rows_count};
    }
    uint32_t scale = height_px >= 960 ? 3 : height_px >= 480 ? 2 : 1;
    while (scale > 1 && width_px < scale * BLOCK_PX * STAMP_CELLS) {
        scale--;
    }
    return (struct sf_mosaic_bands){
        .letters_scale = scale,
        .cells_count = width_px / (BLOCK_PX * scale),
        .name_rows = 2 * scale,
        .stamp_first = rows_visible - 2 * scale,
        .blank_first = rows_visible,
    };
}

/* The room, and bands for the text. In a low picture the room is drawn between the bands, which
 * would hide most of it; in others they cover a little ceiling and a little floor. */
static void draw(const struct sf_mosaic *mosaic, uint8_t *rgb)
{
    const struct sf_mosaic_key *key = &mosaic->key;
    const struct sf_mosaic_bands *bands = &mosaic->bands;
    size_t line_bytes = (size_t)key->width_px * 3;
    uint32_t name_end = bands->name_rows * BLOCK_PX;
    uint32_t stamp_first = bands->stamp_first * BLOCK_PX;
    uint32_t room_end = stamp_first < key->height_px ? stamp_first : key->height_px;
    bool between = key->height_px < ROOM_BEHIND_BANDS_PX_MIN;
    uint32_t first = between ? name_end : 0;
    uint32_t end = between ? room_end : key->height_px;
    sf_scene_draw((enum sf_scene)key->scene, key->night, key->width_px, end - first,
                  rgb + first * line_bytes);
    memset(rgb, SF_LETTERS_BAND_LEVEL, name_end * line_bytes);
    memset(rgb + room_end * line_bytes, SF_LETTERS_BAND_LEVEL,
           (key->height_px - room_end) * line_bytes);
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

static void build(struct sf_mosaic *mosaic)
{
    const struct sf_mosaic_key *key = &mosaic->key;
    uint8_t *rgb = sf_alloc((size_t)key->width_px * key->height_px, 3);
    struct sf_jpeg_bytes jpeg;
    struct sf_luma luma;
    struct sf_huffman huffman;
    draw(mosaic, rgb);
    sf_jpeg_encode(rgb, key->width_px, key->height_px, key->quality, key->night,
                   SF_JPEG_BY_COMPONENT, &jpeg);
    free(rgb);
    sf_luma_read(&luma, &jpeg);
    SF_ASSERT(luma.rows_count == mosaic->rows_count);
    SF_ASSERT(luma.columns_count == mosaic->columns_count);
    sf_huffman_init(&huffman, key->quality);
    for (uint32_t row = mosaic->bands.name_rows; row < mosaic->bands.stamp_first; row++) {
        build_strip(mosaic, &huffman, &luma, row);
    }
    keep_head_and_tail(mosaic, &jpeg);
    sf_luma_free(&luma);
    sf_jpeg_bytes_free(&jpeg);
}

struct sf_mosaic *sf_mosaic_create(struct sf_mosaic_key key)
{
    SF_ASSERT(key.width_px > 0);
    SF_ASSERT(key.height_px > 0);
    SF_ASSERT(key.scene < SF_SCENES_COUNT);
    struct sf_mosaic *mosaic = sf_alloc(1, sizeof *mosaic);
    mosaic->key = key;
    mosaic->rows_count = (key.height_px + BLOCK_PX - 1u) / BLOCK_PX;
    mosaic->columns_count = (key.width_px + BLOCK_PX - 1u) / BLOCK_PX;
    SF_ASSERT(mosaic->columns_count >= SF_MARK_WORD_BLOCKS);
    mosaic->bands = plan_bands(key.width_px, key.height_px);
    mosaic->strips = sf_alloc(mosaic->rows_count, sizeof *mosaic->strips);
    build(mosaic);
    mosaic->bytes_max +=
        mosaic->head_count + mosaic->tail_count + mosaic->rows_count * MARKER_BYTES;
    mosaic->memory_bytes += sizeof *mosaic + mosaic->head_count + mosaic->tail_count +
                            mosaic->rows_count * sizeof *mosaic->strips +
                            mosaic->flips.capacity * sizeof *mosaic->flips.items;
    return mosaic;
}

void sf_mosaic_destroy(struct sf_mosaic *mosaic)
{
    if (mosaic == NULL) {
        return;
    }
    for (uint32_t row = 0; row < mosaic->rows_count; row++) {
        sf_strip_fini(&mosaic->strips[row]);
    }
    free(mosaic->strips);
    sf_flips_table_free(&mosaic->flips);
    free(mosaic->head);
    free(mosaic->tail);
    free(mosaic);
}
