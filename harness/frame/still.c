#include "harness/frame/still.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/frame/memo.h"
#include "harness/frame/letters.h"
#include "harness/frame/mosaic.h"
#include "harness/frame/strip.h"

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
    return 4096 + 160 * blocks;
}

void sf_still_forget(void)
{
    sf_memo_forget();
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
static const char *stamp_to_fit(const struct sf_still_spec *spec, uint32_t cells_count,
                                char stamp[STAMP_BYTES])
{
    enum { DATE_AND_TIME_CELLS = 19, TIME_FIRST = 11 };
    print_stamp(spec->local_unix_s, spec->utc_offset_s, stamp);
    if (cells_count < STAMP_BYTES - 1) {
        stamp[DATE_AND_TIME_CELLS] = '\0';
    }
    return cells_count < DATE_AND_TIME_CELLS ? stamp + TIME_FIRST : stamp;
}

/* A restart marker between rows, numbered round and round. */
static uint8_t *put_marker(uint8_t *out, uint32_t row)
{
    if (row > 0) {
        *out++ = 0xff;
        *out++ = (uint8_t)(0xd0 + (row - 1) % 8);
    }
    return out;
}

/* The text in this row, and the rows that the line with it takes; false in the room. */
struct band {
    const char *text;
    uint32_t first_row;
    uint32_t end_row;
};

static bool band_of_row(const struct sf_mosaic *mosaic, uint32_t row, const char *name,
                        const char *stamp, struct band *out)
{
    const struct sf_mosaic_bands *bands = &mosaic->bands;
    if (row < bands->name_rows) {
        *out = (struct band){name, 0, bands->name_rows};
    } else if (row < bands->stamp_first) {
        return false;
    } else if (row < bands->blank_first) {
        *out = (struct band){stamp, bands->stamp_first, bands->blank_first};
    } else {
        *out = (struct band){"", bands->blank_first, mosaic->rows_count};
    }
    return true;
}

/* What a still is put together from. */
struct parts {
    const struct sf_mosaic *mosaic;
    const char *name;
    const char *stamp;
    char stamp_room[STAMP_BYTES];
    const struct sf_line *line; /* the last that was asked for, NULL before */
    uint32_t line_first_row;
};

static void parts_of(const struct sf_still_spec *spec, struct parts *parts)
{
    SF_ASSERT(sf_still_size_check(spec->width_px, spec->height_px, spec->quality, NULL) == SF_OK);
    parts->mosaic = sf_memo_mosaic((struct sf_mosaic_key){
        .width_px = spec->width_px,
        .height_px = spec->height_px,
        .quality = spec->quality,
        .scene = (uint8_t)spec->scene,
        .night = spec->night,
    });
    uint32_t cells_count = parts->mosaic->bands.cells_count;
    parts->line = NULL;
    parts->name = spec->camera_name != NULL ? spec->camera_name : "";
    parts->stamp = cells_count > 0 ? stamp_to_fit(spec, cells_count, parts->stamp_room) : "";
}

/* The strip of a row, and the flips it refers to. Valid until the next row is asked for. */
static const struct sf_strip *strip_of_row(struct parts *parts, uint32_t row,
                                           const struct sf_flips **flips_out)
{
    struct band band;
    if (!band_of_row(parts->mosaic, row, parts->name, parts->stamp, &band)) {
        *flips_out = parts->mosaic->flips.items;
        return &parts->mosaic->strips[row];
    }
    if (parts->line == NULL || parts->line_first_row != band.first_row) {
        parts->line = sf_memo_line(parts->mosaic, band.text, band.first_row, band.end_row);
        parts->line_first_row = band.first_row;
    }
    *flips_out = parts->line->letters->flips.items;
    return &parts->line->strips[row - band.first_row];
}

/* At most this many bytes are written, whatever mark and text. */
static size_t bytes_max(const struct sf_mosaic *mosaic)
{
    const struct sf_letters *letters = sf_memo_letters(mosaic);
    size_t bytes = mosaic->bytes_max + SF_STRIP_SLACK_BYTES;
    if (letters != NULL) {
        uint32_t room_rows = mosaic->bands.stamp_first - mosaic->bands.name_rows;
        bytes += (mosaic->rows_count - room_rows) *
                 sf_letters_row_bytes_max(letters, mosaic->columns_count);
    }
    return bytes;
}

size_t sf_still_make(const struct sf_still_spec *spec, uint8_t *out, size_t out_capacity)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(out != NULL);
    struct parts parts;
    parts_of(spec, &parts);
    const struct sf_mosaic *mosaic = parts.mosaic;
    SF_ASSERT(out_capacity >= bytes_max(mosaic));
    struct sf_strip_marks marks = sf_strip_marks_of(spec->mark);
    uint8_t *at = out;
    memcpy(at, mosaic->head, mosaic->head_count);
    at += mosaic->head_count;
    for (uint32_t row = 0; row < mosaic->rows_count; row++) {
        const struct sf_flips *flips;
        const struct sf_strip *strip = strip_of_row(&parts, row, &flips);
        at = put_marker(at, row);
        at = sf_strip_put(strip, flips, &marks, at);
    }
    memcpy(at, mosaic->tail, mosaic->tail_count);
    at += mosaic->tail_count;
    SF_ASSERT((size_t)(at - out) <= out_capacity);
    return (size_t)(at - out);
}

void sf_still_draw_ahead(const struct sf_still_spec *spec)
{
    SF_ASSERT(spec != NULL);
    struct parts parts;
    parts_of(spec, &parts);
    sf_memo_letters(parts.mosaic);
}

/* The end of the row that begins at `at`: the next marker. */
static size_t row_end(const uint8_t *still, size_t count, size_t at)
{
    while (at + 1 < count && (still[at] != 0xff || still[at + 1] == 0)) {
        at++;
    }
    return at;
}

uint32_t sf_still_blocks_between(const struct sf_still_spec *spec, const uint8_t *still,
                                 size_t count, size_t from, size_t to)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(still != NULL || count == 0);
    SF_ASSERT(from <= to);
    SF_ASSERT(to <= count);
    enum { MARKER_BYTES = 2 };
    struct parts parts;
    parts_of(spec, &parts);
    uint32_t blocks = 0;
    size_t at = parts.mosaic->head_count;
    for (uint32_t row = 0; row < parts.mosaic->rows_count && at < to; row++) {
        size_t end = row_end(still, count, at);
        size_t row_from = from > at ? from - at : 0;
        size_t row_to = (to < end ? to : end) - at;
        if (row_from < row_to) {
            const struct sf_flips *flips;
            const struct sf_strip *strip = strip_of_row(&parts, row, &flips);
            blocks += sf_strip_blocks_between(strip, still + at, row_from, row_to);
        }
        at = end + MARKER_BYTES;
    }
    return blocks;
}
