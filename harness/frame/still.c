#include "harness/frame/still.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/frame/kept.h"
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
    return 4096 + 72 * blocks;
}

void sf_still_forget(void)
{
    sf_kept_forget();
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

static uint8_t *put_line(uint8_t *out, const struct sf_mosaic *mosaic, const char *text,
                         uint32_t first_row, uint32_t end_row, const struct sf_strip_marks *marks)
{
    if (first_row == end_row) {
        return out;
    }
    const struct sf_line *line = sf_kept_line(mosaic, text, first_row, end_row);
    for (uint32_t row = first_row; row < end_row; row++) {
        out = put_marker(out, row);
        out = sf_strip_put(&line->strips[row - first_row], line->letters->flips.items, marks, out);
    }
    return out;
}

static uint8_t *put_room(uint8_t *out, const struct sf_mosaic *mosaic,
                         const struct sf_strip_marks *marks)
{
    for (uint32_t row = mosaic->bands.name_rows; row < mosaic->bands.stamp_first; row++) {
        out = put_marker(out, row);
        out = sf_strip_put(&mosaic->strips[row], mosaic->flips.items, marks, out);
    }
    return out;
}

/* At most this many bytes are written, whatever mark and text. */
static size_t bytes_max(const struct sf_mosaic *mosaic)
{
    const struct sf_letters *letters = sf_kept_letters(mosaic);
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
    SF_ASSERT(sf_still_size_check(spec->width_px, spec->height_px, spec->quality, NULL) == SF_OK);
    const struct sf_mosaic *mosaic = sf_kept_mosaic((struct sf_mosaic_key){
        .width_px = spec->width_px,
        .height_px = spec->height_px,
        .quality = spec->quality,
        .scene = (uint8_t)spec->scene,
        .night = spec->night,
    });
    const struct sf_mosaic_bands *bands = &mosaic->bands;
    SF_ASSERT(out_capacity >= bytes_max(mosaic));
    struct sf_strip_marks marks = sf_strip_marks_of(spec->mark);
    const char *name = spec->camera_name != NULL ? spec->camera_name : "";
    char stamp[STAMP_BYTES];
    uint8_t *at = out;
    memcpy(at, mosaic->head, mosaic->head_count);
    at += mosaic->head_count;
    at = put_line(at, mosaic, name, 0, bands->name_rows, &marks);
    at = put_room(at, mosaic, &marks);
    if (bands->letters_scale > 0) {
        const char *text = stamp_to_fit(spec, bands->cells_count, stamp);
        at = put_line(at, mosaic, text, bands->stamp_first, bands->blank_first, &marks);
        at = put_line(at, mosaic, "", bands->blank_first, mosaic->rows_count, &marks);
    }
    memcpy(at, mosaic->tail, mosaic->tail_count);
    at += mosaic->tail_count;
    SF_ASSERT((size_t)(at - out) <= out_capacity);
    return (size_t)(at - out);
}
