/* What no camera has made: noise, damage, and bytes that mean harm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/frame/picture.h"
#include "harness/sim/rng.h"
#include "tests/unit/inspect_stills.h"

static void test_inspect_noise_belongs_to_nobody(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 3, "inspect test", 0);
    enum { NOISE_WIDTH_PX = 1024, NOISE_HEIGHT_PX = 1024 };
    struct sf_picture picture = {
        .width_px = NOISE_WIDTH_PX, .height_px = NOISE_HEIGHT_PX, .grayscale = true};
    size_t bytes_count = (size_t)NOISE_WIDTH_PX * NOISE_HEIGHT_PX * 3;
    picture.rgb = malloc(bytes_count);
    for (int i = 0; i < 16; i++) { /* 16,384 tiles at 8 offsets each */
        for (size_t at = 0; at < bytes_count; at += 3) {
            memset(picture.rgb + at, (int)sf_rng_below(&rng, 256), 3);
        }
        uint8_t *bytes;
        size_t count = sf_picture_encode(&picture, 90, &bytes);
        struct sf_inspection seen = inspect(bytes, count);
        assert_true(seen.decodable);
        assert_int_equal(seen.owners_count, 0);
        free(bytes);
    }
    sf_picture_free(&picture);
}

static void test_inspect_random_damage_never_names_a_stranger(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 4, "inspect test", 0);
    for (int night = 0; night < 2; night++) {
        struct still still = make_default(ours, SF_SCENE_NURSERY, night != 0);
        uint8_t *damaged = malloc(still.count);
        uint32_t sighted = 0;
        for (int i = 0; i < 400; i++) {
            memcpy(damaged, still.bytes, still.count);
            uint64_t hits = 1 + sf_rng_below(&rng, i % 4 == 0 ? 300 : 6);
            for (uint64_t hit = 0; hit < hits; hit++) {
                size_t at = sf_rng_below(&rng, still.count);
                damaged[at] = (uint8_t)sf_rng_below(&rng, 256);
            }
            struct sf_inspection seen = inspect(damaged, still.count);
            assert_nobody_but(&seen, ours, ours);
            sighted += seen.owners_count;
        }
        assert_true(sighted > 300);
        free(damaged);
        free(still.bytes);
    }
}

static void test_inspect_bytes_that_are_no_picture(void **state)
{
    (void)state;
    uint8_t bytes[4096];
    struct sf_rng rng;
    sf_rng_init(&rng, 5, "inspect test", 0);
    for (size_t count = 0; count < sizeof bytes; count += 1 + count / 3) {
        for (size_t i = 0; i < count; i++) {
            bytes[i] = (uint8_t)sf_rng_below(&rng, 256);
        }
        struct sf_inspection seen = inspect(bytes, count);
        assert_false(seen.decodable);
        assert_true(seen.damaged);
        assert_int_equal(seen.unreadable_ppm, 1000000);
    }
}

/* Where the two bytes of the height are in the frame header. */
static size_t height_at(const struct still *still)
{
    for (size_t i = 0; i + 9 < still->count; i++) {
        if (still->bytes[i] == 0xff && still->bytes[i + 1] == 0xc0) {
            return i + 5;
        }
    }
    fail_msg("no frame header");
    return 0;
}

static void test_inspect_refuses_absurd_dimensions(void **state)
{
    (void)state;
    struct still still = make_default(ours, SF_SCENE_NURSERY, true);
    size_t at = height_at(&still);
    still.bytes[at] = 0xff;
    struct sf_inspection seen = inspect(still.bytes, still.count);
    assert_false(seen.decodable);
    /* But not merely unusual ones: the rows that are there are read. */
    still.bytes[at] = 0x20;
    seen = inspect(still.bytes, still.count);
    assert_true(seen.decodable);
    assert_true(share_of(&seen, ours) > 0);
    free(still.bytes);
}

/* A still with `scans_count` more copies of its scan header, its data behind the last one. */
static struct still with_empty_scans(const struct still *still, size_t scans_count)
{
    enum { SCAN_BYTES = 10 };
    size_t scan = 0;
    while (still->bytes[scan] != 0xff || still->bytes[scan + 1] != 0xda) {
        scan++;
    }
    struct still out = {.count = still->count + scans_count * SCAN_BYTES};
    out.bytes = malloc(out.count);
    assert_non_null(out.bytes);
    memcpy(out.bytes, still->bytes, scan);
    for (size_t i = 0; i < scans_count; i++) {
        memcpy(out.bytes + scan + i * SCAN_BYTES, still->bytes + scan, SCAN_BYTES);
    }
    memcpy(out.bytes + scan + scans_count * SCAN_BYTES, still->bytes + scan, still->count - scan);
    return out;
}

static void test_inspect_bounds_the_number_of_scans(void **state)
{
    (void)state;
    struct still still = make_default(ours, SF_SCENE_NURSERY, false);
    const struct {
        size_t scans_count;
        uint32_t share_ppm;
    } cases[] = {{10, 1000000}, {30, 0}, {20000, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct still many = with_empty_scans(&still, cases[i].scans_count);
        struct sf_inspection seen = inspect(many.bytes, many.count);
        assert_true(seen.decodable);
        assert_true(seen.damaged);
        assert_int_equal(share_of(&seen, ours), cases[i].share_ppm);
        free(many.bytes);
    }
    free(still.bytes);
}

static void test_picture_shows_the_damaged_part_as_grey(void **state)
{
    (void)state;
    struct still still = make_default(ours, SF_SCENE_NURSERY, true);
    struct sf_picture picture;
    assert_true(sf_picture_decode(still.bytes, row_begin(&still, 10), &picture));
    assert_true(picture.damaged);
    assert_true(picture.grayscale);
    assert_int_equal(picture.width_px, WIDTH_PX);
    assert_int_equal(picture.height_px, HEIGHT_PX);
    uint64_t low = 0;
    for (size_t i = 0; i < (size_t)WIDTH_PX * 3; i++) {
        low += picture.rgb[(size_t)150 * WIDTH_PX * 3 + i] == 128;
    }
    assert_int_equal(low, WIDTH_PX * 3);
    sf_picture_free(&picture);
    assert_null(picture.rgb);
    assert_false(sf_picture_decode(still.bytes, 20, &picture));
    assert_null(picture.rgb);
    free(still.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inspect_noise_belongs_to_nobody),
        cmocka_unit_test(test_inspect_random_damage_never_names_a_stranger),
        cmocka_unit_test(test_inspect_bytes_that_are_no_picture),
        cmocka_unit_test(test_inspect_refuses_absurd_dimensions),
        cmocka_unit_test(test_inspect_bounds_the_number_of_scans),
        cmocka_unit_test(test_picture_shows_the_damaged_part_as_grey),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
