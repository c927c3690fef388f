#include "harness/frame/project.h"

#include <stdbool.h>

#include "harness/base/assert.h"
#include "harness/frame/jpeg.h"
#include "harness/frame/mark.h"

enum {
    BLOCK_PX = 8,
    FREQUENCIES_COUNT = 4,
    /* A coefficient of 2, in the scale of the sums below. Marks are at least three times that; what
     * rounding leaves in a flat block is less. */
    LEAST = 2 * 4,
    SCALE_BITS = 12,
};

/* cos((2x + 1) u pi / 16) in 1/4096, by u and x. */
static const int32_t cosine[FREQUENCIES_COUNT][BLOCK_PX] = {
    {4096, 4096, 4096, 4096, 4096, 4096, 4096, 4096},
    {4017, 3406, 2276, 799, -799, -2276, -3406, -4017},
    {3784, 1567, -1567, -3784, -3784, -1567, 1567, 3784},
    {3406, -799, -4017, -2276, 2276, 4017, 799, -3406},
};

uint8_t sf_project_block(const uint8_t *pixels, size_t stride)
{
    SF_ASSERT(pixels != NULL);
    int32_t across[BLOCK_PX][FREQUENCIES_COUNT];
    for (size_t y = 0; y < BLOCK_PX; y++) {
        for (int u = 1; u < FREQUENCIES_COUNT; u++) {
            across[y][u] = 0;
            for (size_t x = 0; x < BLOCK_PX; x++) {
                across[y][u] += pixels[y * stride + x] * cosine[u][x];
            }
        }
    }
    unsigned value = 0;
    for (int i = 0; i < SF_MARK_BLOCK_BITS; i++) {
        unsigned natural = sf_jpeg_natural[sf_mark_zigzag[i]];
        int64_t sum = 0;
        for (int y = 0; y < BLOCK_PX; y++) {
            sum += (int64_t)across[y][natural % 8] * cosine[natural / 8][y];
        }
        int64_t least = (int64_t)LEAST << (2 * SCALE_BITS);
        if (sum > -least && sum < least) {
            return SF_UNREADABLE_BLOCK;
        }
        value |= (unsigned)(sum > 0) << i;
    }
    return (uint8_t)value;
}
