/* The rows that changed, as some cameras send them: puts them into the still that they are of. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_ROWS_H
#define STRAYFRAME_SIM_CLOUD_CACHES_ROWS_H

#include <stdint.h>

struct rows_delta {
    uint32_t base_capture;
    uint32_t first_row;
    uint32_t rows_count;
};

/* A still like `base` with these rows in place of its own, in memory that the caller frees; NULL if
 * the base has no such rows. */
uint8_t *sf_rows_apply(const uint8_t *base, uint32_t base_count, const struct rows_delta *delta,
                       const uint8_t *rows, uint32_t rows_bytes, uint32_t *count_out);

/* How many rows the beginning of a still has whole, and where they lie: from *begin_out to
 * *end_out. */
uint32_t sf_rows_whole(const uint8_t *still, uint32_t count, uint32_t *begin_out,
                       uint32_t *end_out);

#endif
