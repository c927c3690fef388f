#include "harness/frame/still_rows.h"

#include <string.h>

#include "harness/base/assert.h"

enum { MARKER = 0xff, START_OF_SCAN = 0xda, RESTART_FIRST = 0xd0, RESTART_LAST = 0xd7 };

uint32_t sf_still_rows_count(uint32_t height_px)
{
    SF_ASSERT(height_px > 0);
    return (height_px + 7) / 8;
}

/* Where the data of the first scan begins; `count` if there is none. */
static size_t scan_begin(const uint8_t *still, size_t count)
{
    size_t at = 2; /* behind the start of the image */
    while (at + 4 <= count && still[at] == MARKER) {
        size_t segment_bytes = (size_t)still[at + 2] << 8 | still[at + 3];
        bool scan = still[at + 1] == START_OF_SCAN;
        at += 2 + segment_bytes;
        if (scan) {
            return at < count ? at : count;
        }
    }
    return count;
}

/* The end of the row that begins at `at`, its restart marker included. *more_out: there was one, so
 * another row follows. */
static size_t row_end(const uint8_t *still, size_t count, size_t at, bool *more_out)
{
    while (at + 1 < count && (still[at] != MARKER || still[at + 1] == 0)) {
        at++;
    }
    *more_out = at + 1 < count && still[at + 1] >= RESTART_FIRST && still[at + 1] <= RESTART_LAST;
    return *more_out ? at + 2 : at;
}

bool sf_still_rows_find(const uint8_t *still, size_t count, uint32_t first_row, uint32_t rows_count,
                        struct sf_still_rows *rows_out)
{
    SF_ASSERT(still != NULL || count == 0);
    SF_ASSERT(rows_out != NULL);
    size_t at = scan_begin(still, count);
    bool more = at < count;
    for (uint32_t row = 0; row < first_row + rows_count; row++) {
        if (!more) {
            return false;
        }
        if (row == first_row) {
            rows_out->from = at;
        }
        at = row_end(still, count, at, &more);
    }
    rows_out->end = at;
    return rows_count > 0;
}

size_t sf_still_rows_put(uint8_t *still, size_t count, size_t capacity, struct sf_still_rows rows,
                         const uint8_t *bytes, size_t bytes_count)
{
    SF_ASSERT(still != NULL);
    SF_ASSERT(bytes != NULL || bytes_count == 0);
    size_t after = count - rows.end;
    size_t total = rows.from + bytes_count + after;
    if (total > capacity) {
        return 0;
    }
    memmove(still + rows.from + bytes_count, still + rows.end, after);
    memcpy(still + rows.from, bytes, bytes_count);
    return total;
}
