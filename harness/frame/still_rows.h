/* Rows of a still: the bytes of some rows of luma blocks, to be sent alone and put into
 * another still of the same kind (size, quality, room, day or night). It works because each row is
 * a restart interval of its own. Looks at markers only: knows neither marks nor pictures. */
#ifndef STRAYFRAME_FRAME_STILL_ROWS_H
#define STRAYFRAME_FRAME_STILL_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many rows a still of this height has. */
uint32_t sf_still_rows_count(uint32_t height_px);

/* Where in a still its rows first_row to first_row + rows_count are, each with the RST marker that
 * ends it; the picture's last row has none. */
struct sf_still_rows {
    size_t from;
    size_t end;
};

/* False if these are not all there; any bytes may be looked into. rows_count at least 1. */
bool sf_still_rows_find(const uint8_t *still, size_t count, uint32_t first_row, uint32_t rows_count,
                        struct sf_still_rows *rows_out);

/* Puts other bytes in place of `rows`, which sf_still_rows_find found in the still. `still` has
 * room for `capacity` bytes. Returns how many it has now; 0, and nothing done, if they do not fit.
 * `bytes` are no part of it. */
size_t sf_still_rows_put(uint8_t *still, size_t count, size_t capacity, struct sf_still_rows rows,
                         const uint8_t *bytes, size_t bytes_count);

#endif
