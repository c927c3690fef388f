#include "harness/frame/luma.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

static void begin(void *context, uint32_t rows_count, uint32_t columns_count)
{
    struct sf_luma *luma = context;
    luma->rows_count = rows_count;
    luma->columns_count = columns_count;
    luma->blocks = sf_alloc((size_t)rows_count * columns_count, sizeof *luma->blocks);
}

static void keep_row(void *context, uint32_t row, uint32_t columns_count,
                     const int16_t (*blocks)[SF_JPEG_BLOCK_COEFS])
{
    struct sf_luma *luma = context;
    for (uint32_t column = 0; column < columns_count; column++) {
        int16_t *zigzag = luma->blocks[(size_t)row * columns_count + column];
        for (uint32_t i = 0; i < SF_JPEG_BLOCK_COEFS; i++) {
            zigzag[i] = blocks[column][sf_jpeg_natural[i]];
        }
    }
}

void sf_luma_read(struct sf_luma *luma, const struct sf_jpeg_bytes *jpeg)
{
    SF_ASSERT(luma != NULL);
    SF_ASSERT(jpeg != NULL);
    struct sf_jpeg_outcome outcome;
    *luma = (struct sf_luma){0};
    sf_jpeg_read_luma(jpeg->data, jpeg->count, begin, keep_row, luma, &outcome);
    SF_ASSERT(outcome.decodable);
    SF_ASSERT(!outcome.damaged);
    SF_ASSERT(outcome.luma_on_grid);
}

void sf_luma_free(struct sf_luma *luma)
{
    SF_ASSERT(luma != NULL);
    free(luma->blocks);
    *luma = (struct sf_luma){0};
}
