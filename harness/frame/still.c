#include "harness/frame/still.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/frame/mosaic.h"

/* The mosaics this thread prepared. A fleet needs a dozen; a fuzzer, which tries sizes, more. */
enum {
    KEPT_COUNT_MAX = 48,
    KEPT_BYTES_MAX = 128 << 20,
};

struct kept {
    uint64_t key;
    uint64_t used_last;
    struct sf_mosaic *mosaic;
};

static _Thread_local struct {
    struct kept entries[KEPT_COUNT_MAX];
    uint32_t count;
    uint32_t recent; /* index */
    uint64_t uses_count;
    size_t bytes;
} kept;

enum sf_err sf_still_size_check(uint32_t width_px, uint32_t height_px, uint32_t quality,
                                struct sf_diag *diag)
{
    if (width_px < SF_STILL_WIDTH_PX_MIN || width_px > SF_STILL_WIDTH_PX_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "a still is %d to %d pixels wide, not %u",
                       SF_STILL_WIDTH_PX_MIN, SF_STILL_WIDTH_PX_MAX, width_px);
    }
    if (height_px < SF_STILL_HEIGHT_PX_MIN || height_px > SF_STILL_HEIGHT_PX_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "a still is %d to %d pixels high, not %u",
                       SF_STILL_HEIGHT_PX_MIN, SF_STILL_HEIGHT_PX_MAX, height_px);
    }
    if (quality < SF_STILL_QUALITY_MIN || quality > SF_STILL_QUALITY_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "a still's quality is %d to %d, not %u",
                       SF_STILL_QUALITY_MIN, SF_STILL_QUALITY_MAX, quality);
    }
    return SF_OK;
}

size_t sf_still_bytes_max(uint16_t width_px, uint16_t height_px)
{
    size_t blocks = ((size_t)width_px + 7) / 8 * (((size_t)height_px + 7) / 8);
    return 4096 + 72 * blocks;
}

static void keep_no_longer(uint32_t index)
{
    kept.bytes -= kept.entries[index].mosaic->memory_bytes;
    sf_mosaic_destroy(kept.entries[index].mosaic);
    kept.entries[index] = kept.entries[--kept.count];
    kept.recent = 0;
}

static void make_room(size_t bytes)
{
    while (kept.count > 0 &&
           (kept.count == KEPT_COUNT_MAX || kept.bytes + bytes > KEPT_BYTES_MAX)) {
        uint32_t oldest = 0;
        for (uint32_t i = 1; i < kept.count; i++) {
            oldest = kept.entries[i].used_last < kept.entries[oldest].used_last ? i : oldest;
        }
        keep_no_longer(oldest);
    }
}

void sf_still_forget(void)
{
    while (kept.count > 0) {
        keep_no_longer(kept.count - 1);
    }
}

static uint64_t pack_key(const struct sf_still_spec *spec)
{
    return (uint64_t)spec->width_px << 48 | (uint64_t)spec->height_px << 32 |
           (uint64_t)spec->quality << 16 | (uint64_t)spec->scene << 1 | spec->night;
}

static const struct sf_mosaic *prepare(const struct sf_still_spec *spec, uint64_t key)
{
    SF_ASSERT(sf_still_size_check(spec->width_px, spec->height_px, spec->quality, NULL) == SF_OK);
    struct sf_mosaic *mosaic = sf_mosaic_create((struct sf_mosaic_key){
        .width_px = spec->width_px,
        .height_px = spec->height_px,
        .quality = spec->quality,
        .scene = (uint8_t)spec->scene,
        .night = spec->night,
    });
    SF_ASSERT(mosaic->still_bytes_max <= sf_still_bytes_max(spec->width_px, spec->height_px));
    make_room(mosaic->memory_bytes);
    kept.bytes += mosaic->memory_bytes;
    kept.recent = kept.count++;
    kept.entries[kept.recent] = (struct kept){.key = key, .mosaic = mosaic};
    return mosaic;
}

static const struct sf_mosaic *mosaic_for(const struct sf_still_spec *spec)
{
    uint64_t key = pack_key(spec);
    kept.uses_count++;
    for (uint32_t i = 0, at = kept.recent; i < kept.count; i++, at++) {
        at = at < kept.count ? at : 0;
        if (kept.entries[at].key == key) {
            kept.recent = at;
            kept.entries[at].used_last = kept.uses_count;
            return kept.entries[at].mosaic;
        }
    }
    const struct sf_mosaic *mosaic = prepare(spec, key);
    kept.entries[kept.recent].used_last = kept.uses_count;
    return mosaic;
}

/* The bytes of a word that are 0xff, as their highest bits. */
static inline uint64_t ff_bytes(uint64_t word)
{
    const uint64_t highest = 0x8080808080808080u;
    return ((word & ~highest) + 0x0101010101010101u) & word & highest;
}

static inline void store(uint8_t *out, uint64_t word)
{
    uint64_t big_endian = sf_big_endian(word);
    memcpy(out, &big_endian, sizeof big_endian);
}

/* In the data of a scan a byte 0xff is followed by a zero byte, so that it is no marker. Writes the
 * first `bytes_count` bytes of the word that way; `ff` tells where. */
static uint8_t *store_stuffed(uint8_t *out, uint64_t word, uint32_t bytes_count, uint64_t ff)
{
    while (ff != 0) {
        uint32_t through = (uint32_t)__builtin_clzll(ff) / 8 + 1; /* the first 0xff included */
        if (through > bytes_count) {
            break;
        }
        store(out, word);
        out[through] = 0;
        out += through + 1;
        bytes_count -= through;
        word = word << 8 * (through - 1) << 8;
        ff = ff << 8 * (through - 1) << 8;
    }
    store(out, word);
    return out + bytes_count;
}

/* The 6 mark bits of each place: the owner word's blocks, then the capture word's. */
struct places {
    uint8_t mark_bits[2 * SF_MARK_WORD_BLOCKS];
};

static struct places places_of(struct sf_mark mark)
{
    struct places places;
    uint64_t owner = sf_mark_owner_word(mark);
    uint64_t capture = sf_mark_capture_word(mark);
    for (unsigned i = 0; i < SF_MARK_WORD_BLOCKS; i++) {
        places.mark_bits[i] = (uint8_t)sf_mark_word_block(owner, i);
        places.mark_bits[SF_MARK_WORD_BLOCKS + i] = (uint8_t)sf_mark_word_block(capture, i);
    }
    return places;
}

/* Inserts a zero byte after each byte of the row that is 0xff and has none yet. */
static uint32_t stuff(uint8_t *row, uint32_t bytes_count, const uint16_t *doubts,
                      uint32_t doubts_count)
{
    uint16_t found[SF_MOSAIC_DOUBTS_MAX];
    uint32_t found_count = 0;
    for (uint32_t i = 0; i < doubts_count; i++) {
        found[found_count] = doubts[i];
        found_count += row[doubts[i]] == 0xff;
    }
    uint32_t end = bytes_count;
    for (uint32_t i = found_count; i-- > 0;) {
        uint32_t after = found[i] + 1u;
        memmove(row + after + i + 1, row + after, end - after);
        row[after + i] = 0;
        end = after;
    }
    return bytes_count + found_count;
}

static uint8_t *put_scene_row(uint8_t *out, const struct sf_mosaic *mosaic,
                              const struct sf_mosaic_row *row, const struct places *places)
{
    const struct sf_flips *flips = mosaic->flips;
    const struct sf_spot *spot = &mosaic->spots[row->spots_first];
    const struct sf_spot *end = spot + row->spots_count;
    memcpy(out, mosaic->bytes + row->bytes_first, row->bytes_count);
    for (; spot < end; spot++) {
        unsigned mark_bits = places->mark_bits[spot->place];
        uint64_t bytes;
        memcpy(&bytes, out + spot->at, sizeof bytes);
        bytes ^= flips[spot->flips].low[mark_bits & 7] ^ flips[spot->flips].high[mark_bits >> 3];
        memcpy(out + spot->at, &bytes, sizeof bytes);
    }
    return out +
           stuff(out, row->bytes_count, mosaic->doubts + row->doubts_first, row->doubts_count);
}

/* A row of letters under construction: its end, with the bits that do not yet fill a byte. */
struct writer {
    uint8_t *out;
    uint64_t open;      /* from the highest bit on */
    uint32_t open_bits; /* below 8 */
};

static inline void put(struct writer *writer, uint64_t bits, uint32_t length_bits)
{
    uint64_t word = writer->open | bits >> writer->open_bits;
    uint32_t total_bits = writer->open_bits + length_bits; /* below 64 */
    uint64_t ff = ff_bytes(word);
    if (__builtin_expect(ff != 0, 0)) {
        writer->out = store_stuffed(writer->out, word, total_bits / 8, ff);
    } else {
        store(writer->out, word);
        writer->out += total_bits / 8;
    }
    writer->open = word << (total_bits & ~7u);
    writer->open_bits = total_bits & 7;
}

/* A piece under the 6 mark bits of its block. */
static inline uint64_t piece_bits(const struct sf_mosaic *mosaic, const struct sf_piece *piece,
                                  unsigned mark_bits)
{
    const struct sf_flips *flips = &mosaic->flips[piece->flips];
    return piece->bits ^ (flips->low[mark_bits & 7] ^ flips->high[mark_bits >> 3]) >> piece->shift;
}

static inline void put_pieces(struct writer *writer, const struct sf_mosaic *mosaic,
                              uint32_t piece_first, uint32_t pieces_count, unsigned mark_bits)
{
    const struct sf_piece *piece = &mosaic->pieces[piece_first];
    const struct sf_piece *end = piece + pieces_count;
    for (; piece < end; piece++) {
        put(writer, piece_bits(mosaic, piece, mark_bits), piece->length_bits);
    }
}

/* A block of a letter: the code of the difference to the block before, and its first piece, are put
 * in one go. */
static inline void put_glyph_block(struct writer *writer, const struct sf_mosaic *mosaic,
                                   const struct sf_glyph_block *block, int32_t dc_before,
                                   unsigned mark_bits)
{
    int32_t difference = block->dc - dc_before;
    uint32_t size = (uint32_t)(difference < 0 ? -difference : difference);
    uint32_t value_bits = size == 0 ? 0 : 32 - (uint32_t)__builtin_clz(size);
    uint64_t value = (uint64_t)(difference < 0 ? difference - 1 : difference) &
                     (((uint64_t)1 << value_bits) - 1);
    uint64_t code = (uint64_t)mosaic->huffman.dc.code[value_bits] << value_bits | value;
    uint32_t code_bits = mosaic->huffman.dc.length_bits[value_bits] + value_bits;
    const struct sf_piece *piece = &mosaic->pieces[block->piece_first];
    put(writer, code << (64 - code_bits) | piece_bits(mosaic, piece, mark_bits) >> code_bits,
        code_bits + piece->length_bits);
    put_pieces(writer, mosaic, block->piece_first + 1, block->pieces_count - 1u, mark_bits);
}

static uint8_t *put_text_row(uint8_t *out, const struct sf_mosaic *mosaic, uint32_t row,
                             const uint8_t *glyphs, const struct places *places)
{
    struct writer writer = {.out = out};
    const struct sf_glyph_block *before = NULL;
    const struct sf_glyph_block *blank = sf_mosaic_glyph(mosaic, 0, 0);
    uint32_t column = 0;
    for (uint32_t cell = 0; column < mosaic->columns_count; cell++) {
        const struct sf_glyph_block *block =
            sf_mosaic_glyph(mosaic, glyphs[cell], mosaic->rows[row].glyph_row);
        block = glyphs[cell] == 0 ? blank : block;
        for (uint32_t i = 0; i < mosaic->scale && column < mosaic->columns_count; i++, column++) {
            bool capture = sf_mark_is_capture(row, column, mosaic->columns_count);
            unsigned mark_bits =
                places
                    ->mark_bits[column % SF_MARK_WORD_BLOCKS + (capture ? SF_MARK_WORD_BLOCKS : 0)];
            if (block == blank && before == blank) {
                put_pieces(&writer, mosaic, mosaic->blank_again_first, mosaic->blank_again_count,
                           mark_bits);
                continue;
            }
            put_glyph_block(&writer, mosaic, block, before != NULL ? before->dc : 0, mark_bits);
            before = block;
            block += block == blank ? 0 : 1;
        }
    }
    uint32_t fill_bits = (8 - writer.open_bits) & 7;
    put(&writer, ~(UINT64_MAX >> fill_bits), fill_bits);
    return writer.out;
}

/* Text as glyphs, filled up with blanks. The glyph of a blank is 0. */
enum { CELLS_MAX = SF_STILL_WIDTH_PX_MAX / 8 + 1 };
struct line {
    uint8_t glyphs[CELLS_MAX];
};

static void line_set(struct line *line, const char *text, uint32_t cells_count)
{
    memset(line->glyphs, 0, cells_count + 1u); /* the last for a part of a cell at the edge */
    for (size_t i = 0; i < cells_count && text[i] != '\0'; i++) {
        line->glyphs[i] = (uint8_t)sf_font_glyph((unsigned char)text[i]);
    }
}

static char *print_digits(char *out, uint32_t value, uint32_t digits_count)
{
    for (uint32_t i = digits_count; i-- > 0; value /= 10) {
        out[i] = (char)('0' + value % 10);
    }
    return out + digits_count;
}

enum { STAMP_BYTES = 27, DAY_S = 86400 };

/* "2019-12-26 23:14:07 +01:00". The date by Hinnant's days_from_civil, the other way round. */
static void print_stamp(int64_t local_unix_s, int32_t utc_offset_s, char out[STAMP_BYTES])
{
    const int64_t latest = 253402300799; /* the last second of 9999 */
    int64_t s = local_unix_s < 0 ? 0 : local_unix_s > latest ? latest : local_unix_s;
    uint32_t day_s = (uint32_t)(s % DAY_S);
    uint32_t days = (uint32_t)(s / DAY_S) + 719468; /* since 1 March of the year 0 */
    uint32_t era = days / 146097;
    uint32_t era_day = days % 146097;
    uint32_t era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    uint32_t year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    uint32_t month_from_march = (5 * year_day + 2) / 153;
    uint32_t day = year_day - (153 * month_from_march + 2) / 5 + 1;
    uint32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    uint32_t year = era * 400 + era_year + (month <= 2 ? 1 : 0);
    uint32_t offset_min = (uint32_t)(utc_offset_s < 0 ? -(int64_t)utc_offset_s : utc_offset_s) / 60;
    char *at = print_digits(out, year, 4);
    *at++ = '-';
    at = print_digits(at, month, 2);
    *at++ = '-';
    at = print_digits(at, day, 2);
    *at++ = ' ';
    at = print_digits(at, day_s / 3600, 2);
    *at++ = ':';
    at = print_digits(at, day_s / 60 % 60, 2);
    *at++ = ':';
    at = print_digits(at, day_s % 60, 2);
    *at++ = ' ';
    *at++ = utc_offset_s < 0 ? '-' : '+';
    at = print_digits(at, offset_min / 60, 2);
    *at++ = ':';
    at = print_digits(at, offset_min % 60, 2);
    *at = '\0';
    SF_ASSERT(at - out == STAMP_BYTES - 1);
}

/* As much of the time stamp as there is room for: without the offset, without the date. */
static void line_set_stamp(struct line *line, const struct sf_still_spec *spec,
                           uint32_t cells_count)
{
    enum { DATE_AND_TIME_CELLS = 19, TIME_FIRST = 11 };
    char stamp[STAMP_BYTES];
    print_stamp(spec->local_unix_s, spec->utc_offset_s, stamp);
    if (cells_count < STAMP_BYTES - 1) {
        stamp[DATE_AND_TIME_CELLS] = '\0';
    }
    line_set(line, cells_count < DATE_AND_TIME_CELLS ? stamp + TIME_FIRST : stamp, cells_count);
}

size_t sf_still_make(const struct sf_still_spec *spec, uint8_t *out, size_t out_capacity)
{
    const struct sf_mosaic *mosaic = mosaic_for(spec);
    SF_ASSERT(out_capacity >= mosaic->still_bytes_max);
    struct places places = places_of(spec->mark);
    struct line name;
    struct line stamp;
    struct line blank;
    if (mosaic->cells_count > 0) {
        line_set(&name, spec->camera_name != NULL ? spec->camera_name : "", mosaic->cells_count);
        line_set_stamp(&stamp, spec, mosaic->cells_count);
        line_set(&blank, "", mosaic->cells_count);
    }
    const struct line *lines[] = {
        [SF_ROW_NAME] = &name, [SF_ROW_STAMP] = &stamp, [SF_ROW_BLANK] = &blank};
    uint8_t *at = out;
    memcpy(at, mosaic->head, mosaic->head_count);
    at += mosaic->head_count;
    for (uint32_t row = 0; row < mosaic->rows_count; row++) {
        enum sf_row_kind kind = (enum sf_row_kind)mosaic->rows[row].kind;
        if (row > 0) { /* a restart marker between rows, numbered round and round */
            *at++ = 0xff;
            *at++ = (uint8_t)(0xd0 + (row - 1) % 8);
        }
        if (kind == SF_ROW_SCENE) {
            at = put_scene_row(at, mosaic, &mosaic->rows[row], &places);
        } else {
            at = put_text_row(at, mosaic, row, lines[kind]->glyphs, &places);
        }
    }
    memcpy(at, mosaic->tail, mosaic->tail_count);
    at += mosaic->tail_count;
    size_t count = (size_t)(at - out);
    SF_ASSERT(count <= mosaic->still_bytes_max);
    return count;
}
