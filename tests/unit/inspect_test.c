#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "harness/frame/picture.h"
#include "harness/sim/rng.h"
#include "tests/unit/inspect_stills.h"

static void test_inspect_whole_stills_belong_to_their_owner_altogether(void **state)
{
    (void)state;
    const uint16_t sizes[][2] = {{320, 180}, {64, 16}, {128, 64}, {160, 90},
                                 {640, 360}, {70, 33}, {199, 101}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int scene = 0; scene < SF_SCENES_COUNT; scene++) {
            for (int night = 0; night < 2; night++) {
                struct still still =
                    make(ours, (enum sf_scene)scene, night != 0, sizes[i][0], sizes[i][1]);
                struct sf_inspection seen = inspect(still.bytes, still.count);
                assert_true(seen.decodable);
                assert_false(seen.damaged);
                assert_int_equal(seen.grayscale, night != 0);
                assert_int_equal(seen.width_px, sizes[i][0]);
                assert_int_equal(seen.height_px, sizes[i][1]);
                assert_int_equal(seen.owners_count, 1);
                assert_int_equal(share_of(&seen, ours), 1000000);
                free(still.bytes);
            }
        }
    }
}

/* The rows whose data is all there are read, those behind the cut are not, nothing is invented. */
static void test_inspect_truncated_still_shows_the_rows_that_are_left(void **state)
{
    (void)state;
    for (int night = 0; night < 2; night++) {
        struct still still = make_default(ours, SF_SCENE_LIVING_ROOM, night != 0);
        uint32_t share_before = 0;
        uint32_t shown = 0;
        for (size_t count = 0; count < still.count; count += 97) {
            struct sf_inspection seen = inspect(still.bytes, count);
            uint32_t rows_complete = 0;
            for (size_t i = 0; i + 1 < count; i++) {
                rows_complete += still.bytes[i] == 0xff && (still.bytes[i + 1] & 0xf8) == 0xd0;
            }
            rows_complete = rows_complete < ROWS - 1 ? rows_complete : ROWS - 1;
            assert_nobody_but(&seen, ours, ours);
            assert_true(seen.damaged);
            /* One row alone is 320 pixels wide and names its owner. */
            assert_true(share_of(&seen, ours) >= rows_complete * 1000000u / ROWS);
            assert_true(share_of(&seen, ours) <= (rows_complete + 1) * 1000000u / ROWS + 1);
            assert_true(share_of(&seen, ours) >= share_before);
            share_before = share_of(&seen, ours);
            shown += seen.owners_count;
        }
        assert_in_range(shown, 80, 200);
        assert_true(share_before > 900000);
        free(still.bytes);
    }
}

static struct still splice(const struct still *a, size_t a_end, const struct still *b,
                           size_t b_begin)
{
    struct still out = {.count = a_end + b->count - b_begin};
    out.bytes = malloc(out.count);
    assert_non_null(out.bytes);
    memcpy(out.bytes, a->bytes, a_end);
    memcpy(out.bytes + a_end, b->bytes + b_begin, b->count - b_begin);
    return out;
}

static void test_inspect_two_stills_spliced_between_rows_share_exactly(void **state)
{
    (void)state;
    for (uint32_t row = 1; row < ROWS; row++) {
        struct still a = make_default(ours, SF_SCENE_NURSERY, true);
        struct still b = make_default(theirs, SF_SCENE_PORCH, true);
        struct still mixed = splice(&a, row_begin(&a, row), &b, row_begin(&b, row));
        struct sf_inspection seen = inspect(mixed.bytes, mixed.count);
        assert_false(seen.damaged); /* which is why the pixels must be read */
        assert_int_equal(seen.owners_count, 2);
        assert_in_range(share_of(&seen, ours), row * 1000000u / ROWS, row * 1000000u / ROWS + 1);
        assert_int_equal(seen.unreadable_ppm, 0);
        free(a.bytes);
        free(b.bytes);
        free(mixed.bytes);
    }
}

static void test_inspect_two_captures_of_a_camera_are_told_apart(void **state)
{
    (void)state;
    struct sf_mark later = ours;
    later.capture++;
    struct still a = make_default(ours, SF_SCENE_KITCHEN, false);
    struct still b = make_default(later, SF_SCENE_KITCHEN, false);
    struct still mixed = splice(&a, row_begin(&a, 9), &b, row_begin(&b, 9));
    struct sf_inspection seen = inspect(mixed.bytes, mixed.count);
    assert_int_equal(seen.owners_count, 2);
    /* Which of the two the owner words right at the seam are of cannot be told. */
    assert_in_range(share_of(&seen, ours), 9 * 1000000 / ROWS - 43000, 9 * 1000000 / ROWS + 43000);
    assert_int_equal(seen.unreadable_ppm, 0);
    free(a.bytes);
    free(b.bytes);
    free(mixed.bytes);
}

/* The row whose data byte `at` is part of. */
static uint32_t row_of(const struct still *still, size_t at)
{
    uint32_t row = 0;
    for (size_t i = 0; i + 1 < at; i++) {
        row += still->bytes[i] == 0xff && (still->bytes[i + 1] & 0xf8) == 0xd0;
    }
    return row;
}

static void test_inspect_splice_anywhere_names_both_and_nobody_else(void **state)
{
    (void)state;
    struct still a = make_default(ours, SF_SCENE_GARAGE, true);
    struct still b = make_default(theirs, SF_SCENE_HALLWAY, true);
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "inspect test", 0);
    uint32_t same_row = 0;
    for (int i = 0; i < 400; i++) {
        size_t end = 1500 + sf_rng_below(&rng, a.count - 3000);
        size_t begin = 1500 + sf_rng_below(&rng, b.count - 3000);
        uint32_t a_row = row_of(&a, end);
        uint32_t b_row = row_of(&b, begin);
        struct still mixed = splice(&a, end, &b, begin);
        struct sf_inspection seen = inspect(mixed.bytes, mixed.count);
        assert_nobody_but(&seen, ours, theirs);
        assert_true(share_of(&seen, ours) >= a_row * 1000000 / ROWS);
        /* In another row, the decoder may throw rows away to get back into step. */
        if (a_row == b_row) {
            assert_true(share_of(&seen, theirs) >= (ROWS - 1 - b_row) * 1000000 / ROWS);
            same_row++;
        }
        free(mixed.bytes);
    }
    assert_in_range(same_row, 10, 100);
    free(a.bytes);
    free(b.bytes);
}

/* A still behind another's beginning: libjpeg gives up at the second header, and a display shows
 * what came before. */
static void test_inspect_header_in_the_middle_does_not_hide_what_came_before(void **state)
{
    (void)state;
    for (int night = 0; night < 2; night++) {
        struct still a = make_default(theirs, SF_SCENE_GARAGE, night != 0);
        struct still b = make_default(ours, SF_SCENE_HALLWAY, night != 0);
        struct still mixed = splice(&a, row_begin(&a, 12), &b, 0);
        struct sf_inspection seen = inspect(mixed.bytes, mixed.count);
        assert_true(seen.damaged);
        assert_true(share_of(&seen, theirs) >= 12 * 1000000 / ROWS);
        assert_nobody_but(&seen, ours, theirs);
        free(a.bytes);
        free(b.bytes);
        free(mixed.bytes);
    }
}

static void test_inspect_lost_packet_closed_up_displaces_but_does_not_hide(void **state)
{
    (void)state;
    enum { PACKET_BYTES = 1400 };
    struct still still = make_default(ours, SF_SCENE_PORCH, false);
    for (size_t at = 0; at < still.count; at += PACKET_BYTES) {
        size_t lost = still.count - at < PACKET_BYTES ? still.count - at : PACKET_BYTES;
        struct still closed = splice(&still, at, &still, at + lost);
        struct sf_inspection seen = inspect(closed.bytes, closed.count);
        if (at == 0) {
            assert_false(seen.decodable); /* no header */
            assert_int_equal(seen.owners_count, 0);
        } else {
            assert_nobody_but(&seen, ours, ours);
            assert_true(share_of(&seen, ours) >= 700000);
        }
        free(closed.bytes);
    }
    free(still.bytes);
}

static void test_inspect_encoded_again_keeps_its_owner(void **state)
{
    (void)state;
    for (int scene = 0; scene < SF_SCENES_COUNT; scene++) {
        for (uint32_t quality = 30; quality <= 95; quality += 5) {
            struct still still = make_default(ours, (enum sf_scene)scene, scene % 2 != 0);
            struct sf_picture picture;
            uint8_t *bytes;
            assert_true(sf_picture_decode(still.bytes, still.count, &picture));
            size_t count = sf_picture_encode(&picture, quality, &bytes);
            struct sf_inspection seen = inspect(bytes, count);
            assert_false(seen.damaged);
            assert_int_equal(seen.owners_count, 1);
            /* The lowest row is shown by half: what is below the edge is not encoded again. */
            assert_true(share_of(&seen, ours) >= (quality < 50 ? 750000u : 900000u));
            free(bytes);
            sf_picture_free(&picture);
            free(still.bytes);
        }
    }
}

/* No luma in the file at all: the marks are read off the pixels. */
static void test_inspect_encoded_as_red_green_blue_keeps_its_owner(void **state)
{
    (void)state;
    struct still still = make_default(ours, SF_SCENE_KITCHEN, false);
    struct sf_picture picture;
    assert_true(sf_picture_decode(still.bytes, still.count, &picture));
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &count);
    jpeg.image_width = picture.width_px;
    jpeg.image_height = picture.height_px;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, JCS_RGB);
    jpeg_set_quality(&jpeg, 85, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW line = picture.rgb + (size_t)jpeg.next_scanline * picture.width_px * 3;
        jpeg_write_scanlines(&jpeg, &line, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    struct sf_inspection seen = inspect(bytes, count);
    assert_int_equal(seen.owners_count, 1);
    assert_true(share_of(&seen, ours) >= 900000);
    free(bytes);
    sf_picture_free(&picture);
    free(still.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inspect_whole_stills_belong_to_their_owner_altogether),
        cmocka_unit_test(test_inspect_truncated_still_shows_the_rows_that_are_left),
        cmocka_unit_test(test_inspect_two_stills_spliced_between_rows_share_exactly),
        cmocka_unit_test(test_inspect_two_captures_of_a_camera_are_told_apart),
        cmocka_unit_test(test_inspect_splice_anywhere_names_both_and_nobody_else),
        cmocka_unit_test(test_inspect_header_in_the_middle_does_not_hide_what_came_before),
        cmocka_unit_test(test_inspect_lost_packet_closed_up_displaces_but_does_not_hide),
        cmocka_unit_test(test_inspect_encoded_again_keeps_its_owner),
        cmocka_unit_test(test_inspect_encoded_as_red_green_blue_keeps_its_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
