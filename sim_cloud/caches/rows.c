#include "sim_cloud/caches/rows.h"

#include <stdbool.h>
#include <string.h>

#include "sim_cloud/caches/kit.h"

/* Behind the header of the first scan; `count` if there is none. */
static uint32_t scan_begin(const uint8_t *still, uint32_t count)
{
    uint32_t at = 2;
    while (at + 4 <= count && still[at] == 0xff) {
        bool scan = still[at + 1] == 0xda;
        at += 2 + ((uint32_t)still[at + 2] << 8 | still[at + 3]);
        if (scan) {
            return at < count ? at : count;
        }
    }
    return count;
}

/* Behind the restart marker that ends the row at `at`; at whatever marker ends the last one. */
static uint32_t row_end(const uint8_t *still, uint32_t count, uint32_t at)
{
    while (at + 1 < count && (still[at] != 0xff || still[at + 1] == 0)) {
        at++;
    }
    bool restart = at + 1 < count && (still[at + 1] & 0xf8) == 0xd0;
    return restart ? at + 2 : at;
}

uint8_t *sf_rows_apply(const uint8_t *base, uint32_t base_count, const struct rows_delta *delta,
                       const uint8_t *rows, uint32_t rows_bytes, uint32_t *count_out)
{
    uint32_t from = scan_begin(base, base_count);
    for (uint32_t row = 0; row < delta->first_row; row++) {
        from = row_end(base, base_count, from);
    }
    uint32_t end = from;
    for (uint32_t row = 0; row < delta->rows_count; row++) {
        end = row_end(base, base_count, end);
    }
    if (end <= from || end >= base_count) {
        return NULL;
    }
    *count_out = base_count - (end - from) + rows_bytes;
    uint8_t *still = sf_kit_alloc(*count_out, 1);
    memcpy(still, base, from);
    memcpy(still + from, rows, rows_bytes);
    memcpy(still + from + rows_bytes, base + end, base_count - end);
    return still;
}

uint32_t sf_rows_whole(const uint8_t *still, uint32_t count, uint32_t *begin_out, uint32_t *end_out)
{
    uint32_t rows = 0;
    *begin_out = *end_out = scan_begin(still, count);
    for (;;) {
        uint32_t end = row_end(still, count, *end_out);
        bool restart =
            end >= 2 && end > *end_out && (still[end - 1] & 0xf8) == 0xd0 && still[end - 2] == 0xff;
        if (!restart) {
            return rows;
        }
        *end_out = end;
        rows++;
    }
}
