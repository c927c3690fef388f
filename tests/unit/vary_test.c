#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/frame/jpeg.h"
#include "harness/frame/still.h"
#include "harness/frame/still_rows.h"
#include "harness/frame/vary.h"

enum { CAPACITY = 1 << 18 };

static struct sf_still_spec spec_of(uint32_t number)
{
    return (struct sf_still_spec){
        .mark = {{number % 40}, {number % 40}, number},
        .width_px = 320,
        .height_px = 180,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .night = number % 5 == 0,
        .scene = (enum sf_scene)(number % SF_SCENES_COUNT),
        .camera_name = "Front door",
        .local_unix_s = 1577402047 + number,
        .utc_offset_s = 3600,
    };
}

static bool is_sound(const uint8_t *bytes, size_t count)
{
    struct sf_jpeg_outcome outcome;
    uint8_t *pixels = sf_jpeg_read_pixels(bytes, count, 3, &outcome);
    free(pixels);
    return outcome.decodable && !outcome.damaged && outcome.width_px == 320;
}

/* Equal length, rows at the same places, a sound picture, most of the bytes others, and the last of
 * them near the end. */
static void test_vary_changes_content_alone(void **state)
{
    (void)state;
    static uint8_t still[CAPACITY];
    static uint8_t varied[CAPACITY];
    uint64_t bytes = 0;
    uint64_t others = 0;
    uint64_t tail_bytes = 0;
    for (uint32_t i = 0; i < 100; i++) {
        const struct sf_still_spec spec = spec_of(i);
        size_t count = sf_still_make(&spec, still, sizeof still);
        memcpy(varied, still, count);
        assert_true(sf_still_vary(varied, count, i));
        size_t counted = 0;
        size_t last = 0;
        for (size_t k = 0; k < count; k++) {
            counted += still[k] != varied[k];
            last = still[k] != varied[k] ? k : last;
        }
        for (uint32_t row = 0; row < sf_still_rows_count(180); row++) {
            struct sf_still_rows was;
            struct sf_still_rows is;
            assert_true(sf_still_rows_find(still, count, row, 1, &was));
            assert_true(sf_still_rows_find(varied, count, row, 1, &is));
            assert_int_equal(was.from, is.from);
            assert_int_equal(was.end, is.end);
        }
        assert_true(is_sound(varied, count));
        bytes += count;
        others += counted;
        tail_bytes += count - last;
    }
    print_message("%u of 100 bytes are others; the last of them is %u bytes from the end\n",
                  (unsigned)(100 * others / bytes), (unsigned)(tail_bytes / 100));
    assert_true(others * 100 >= bytes * 60);
    assert_true(tail_bytes / 100 <= 40);
}

static void test_vary_is_a_function_of_its_key(void **state)
{
    (void)state;
    static uint8_t one[CAPACITY];
    static uint8_t same[CAPACITY];
    static uint8_t other[CAPACITY];
    const struct sf_still_spec spec = spec_of(3);
    size_t count = sf_still_make(&spec, one, sizeof one);
    memcpy(same, one, count);
    memcpy(other, one, count);
    sf_still_vary(one, count, 1);
    sf_still_vary(same, count, 1);
    sf_still_vary(other, count, 2);
    assert_memory_equal(one, same, count);
    assert_memory_not_equal(one, other, count);
}

/* What is no still, or ends in the middle of one, is left in peace behind that place. */
static void test_vary_of_any_bytes_stays_within_them(void **state)
{
    (void)state;
    static uint8_t still[CAPACITY];
    const struct sf_still_spec spec = spec_of(1);
    size_t count = sf_still_make(&spec, still, sizeof still);
    for (size_t cut = 0; cut < count; cut += 97) {
        uint8_t *part = malloc(cut + 1);
        assert_non_null(part);
        memcpy(part, still, cut);
        part[cut] = 0xa5;
        sf_still_vary(part, cut, cut);
        assert_int_equal(part[cut], 0xa5);
        free(part);
    }
    uint8_t noise[512];
    for (size_t i = 0; i < sizeof noise; i++) {
        noise[i] = (uint8_t)(i * 37);
    }
    assert_false(sf_still_vary(noise, sizeof noise, 1));
}

static void test_lengthen_adds_a_comment(void **state)
{
    (void)state;
    static uint8_t still[CAPACITY];
    const struct sf_still_spec spec = spec_of(2);
    size_t count = sf_still_make(&spec, still, sizeof still);
    assert_int_equal(sf_still_lengthen(still, count, count + 36, 37, 1), count);
    size_t longer = sf_still_lengthen(still, count, sizeof still, 37, 1);
    assert_int_equal(longer, count + 37);
    assert_true(is_sound(still, longer));
    struct sf_still_rows rows;
    assert_true(sf_still_rows_find(still, longer, 0, 1, &rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vary_changes_content_alone),
        cmocka_unit_test(test_vary_is_a_function_of_its_key),
        cmocka_unit_test(test_vary_of_any_bytes_stays_within_them),
        cmocka_unit_test(test_lengthen_adds_a_comment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
