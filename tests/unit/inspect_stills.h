/* Stills to inspect, and what an inspection has to say of any bytes. */
#ifndef STRAYFRAME_TESTS_UNIT_INSPECT_STILLS_H
#define STRAYFRAME_TESTS_UNIT_INSPECT_STILLS_H

#include <stdlib.h>
#include <string.h>

#include "harness/frame/inspect.h"
#include "harness/frame/still.h"
#include "tests/unit/test.h"

enum { WIDTH_PX = 320, HEIGHT_PX = 180, ROWS = 23, COLUMNS = 40 };

struct still {
    uint8_t *bytes;
    size_t count;
};

static const struct sf_mark ours = {{11}, {22}, 33};
static const struct sf_mark theirs = {{44}, {55}, 66};

static inline struct still make(struct sf_mark mark, enum sf_scene scene, bool night,
                                uint16_t width_px, uint16_t height_px)
{
    struct sf_still_spec spec = {
        .mark = mark,
        .width_px = width_px,
        .height_px = height_px,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .night = night,
        .scene = scene,
        .camera_name = "Hall",
        .local_unix_s = 1577402047,
    };
    size_t capacity = sf_still_bytes_max(width_px, height_px);
    struct still still = {.bytes = malloc(capacity)};
    assert_non_null(still.bytes);
    still.count = sf_still_make(&spec, still.bytes, capacity);
    return still;
}

static inline struct still make_default(struct sf_mark mark, enum sf_scene scene, bool night)
{
    return make(mark, scene, night, WIDTH_PX, HEIGHT_PX);
}

/* What holds of every inspection, whatever was inspected. */
static inline void assert_adds_up(const struct sf_inspection *seen)
{
    uint64_t sum = (uint64_t)seen->unreadable_ppm + seen->further_ppm;
    assert_in_range(seen->owners_count, 0, SF_INSPECTION_OWNERS_MAX);
    for (uint32_t i = 0; i < seen->owners_count; i++) {
        sum += seen->owners[i].share_ppm;
        assert_true(i == 0 || seen->owners[i].share_ppm <= seen->owners[i - 1].share_ppm);
    }
    assert_int_equal(sum, 1000000);
}

static inline struct sf_inspection inspect(const uint8_t *bytes, size_t count)
{
    /* A copy of exactly this size, so that AddressSanitizer sees a read beyond its end. */
    uint8_t *copy = malloc(count > 0 ? count : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, count);
    struct sf_inspection seen;
    sf_inspect(copy, count, &seen);
    free(copy);
    assert_adds_up(&seen);
    return seen;
}

static inline uint32_t share_of(const struct sf_inspection *seen, struct sf_mark mark)
{
    for (uint32_t i = 0; i < seen->owners_count; i++) {
        if (sf_mark_same(seen->owners[i].owner, mark)) {
            return seen->owners[i].share_ppm;
        }
    }
    return 0;
}

static inline void assert_nobody_but(const struct sf_inspection *seen, struct sf_mark a,
                                     struct sf_mark b)
{
    for (uint32_t i = 0; i < seen->owners_count; i++) {
        assert_true(sf_mark_same(seen->owners[i].owner, a) ||
                    sf_mark_same(seen->owners[i].owner, b));
    }
}

/* Where row `row` of a still's luma begins. */
static inline size_t row_begin(const struct still *still, uint32_t row)
{
    uint32_t rows = 0;
    for (size_t i = 0; i + 1 < still->count; i++) {
        rows += still->bytes[i] == 0xff && (still->bytes[i + 1] & 0xf8) == 0xd0;
        if (rows == row && row > 0) {
            return i + 2;
        }
    }
    fail_msg("no row %u", row);
    return 0;
}

#endif
