#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include <jpeglib.h>
#include "harness/frame/font.h"
#include "harness/base/hash.h"
#include "harness/frame/jpeg.h"
#include "harness/frame/project.h"
#include "harness/frame/still.h"
#include "harness/sim/rng.h"

static struct sf_still_spec spec_of(uint16_t width_px, uint16_t height_px, enum sf_scene scene,
                                    bool night)
{
    return (struct sf_still_spec){
        .mark = {{1043}, {77}, 200},
        .width_px = width_px,
        .height_px = height_px,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .night = night,
        .scene = scene,
        .camera_name = "Front door 2",
        .local_unix_s = 1577402047,
        .utc_offset_s = 3600,
    };
}

struct still {
    uint8_t *bytes;
    size_t count;
};

static struct still make(const struct sf_still_spec *spec)
{
    size_t capacity = sf_still_bytes_max(spec->width_px, spec->height_px);
    struct still still = {.bytes = malloc(capacity)};
    assert_non_null(still.bytes);
    memset(still.bytes, 0xa5, capacity); /* what was there before must not show */
    still.count = sf_still_make(spec, still.bytes, capacity);
    assert_in_range(still.count, 100, capacity);
    return still;
}

/* libjpeg by its own rules: anything but silence fails. */
static void complain(j_common_ptr common, int level)
{
    if (level < 0) {
        char message[JMSG_LENGTH_MAX];
        common->err->format_message(common, message);
        fail_msg("libjpeg warns: %s", message);
    }
}

static void give_up(j_common_ptr common)
{
    complain(common, -1);
}

static void assert_decodes_in_silence(const struct still *still, const struct sf_still_spec *spec)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    errors.emit_message = complain;
    errors.error_exit = give_up;
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, still->bytes, still->count);
    assert_int_equal(jpeg_read_header(&jpeg, TRUE), JPEG_HEADER_OK);
    assert_int_equal(jpeg.image_width, spec->width_px);
    assert_int_equal(jpeg.image_height, spec->height_px);
    assert_int_equal(jpeg.num_components, spec->night ? 1 : 3);
    assert_int_equal(jpeg.progressive_mode, FALSE);
    jpeg_start_decompress(&jpeg);
    uint8_t *line = malloc((size_t)jpeg.output_width * 3);
    while (jpeg.output_scanline < jpeg.output_height) {
        jpeg_read_scanlines(&jpeg, &line, 1);
    }
    jpeg_finish_decompress(&jpeg);
    assert_int_equal(jpeg.src->bytes_in_buffer, 0);
    jpeg_destroy_decompress(&jpeg);
    free(line);
}

static const uint16_t sizes[][2] = {{320, 180}, {64, 16},    {128, 64}, {160, 90},
                                    {640, 360}, {1280, 720}, {70, 33},  {199, 101}};

static void test_still_decodes_without_a_warning_in_every_scene_and_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int scene = 0; scene < SF_SCENES_COUNT; scene++) {
            for (int night = 0; night < 2; night++) {
                struct sf_still_spec spec =
                    spec_of(sizes[i][0], sizes[i][1], (enum sf_scene)scene, night != 0);
                struct still still = make(&spec);
                assert_decodes_in_silence(&still, &spec);
                free(still.bytes);
            }
        }
    }
}

static void test_still_of_any_size_and_quality_fits_its_bound(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "still test", 0);
    const uint8_t qualities[] = {SF_STILL_QUALITY_MIN, SF_STILL_QUALITY_MAX};
    for (int i = 0; i < 60; i++) {
        uint16_t width_px = (uint16_t)(64 + sf_rng_below(&rng, 300));
        uint16_t height_px = (uint16_t)(16 + sf_rng_below(&rng, 200));
        enum sf_scene scene = (enum sf_scene)sf_rng_below(&rng, SF_SCENES_COUNT);
        bool night = sf_rng_chance(&rng, 500000);
        struct sf_still_spec spec = spec_of(width_px, height_px, scene, night);
        spec.quality = i < 2 ? qualities[i] : (uint8_t)(20 + sf_rng_below(&rng, 76));
        spec.camera_name = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";
        struct still still = make(&spec);
        assert_decodes_in_silence(&still, &spec);
        free(still.bytes);
    }
}

/* All of a low still is text, whose blocks are the longest. */
static void test_a_still_that_is_all_text_fits_its_bound(void **state)
{
    (void)state;
    static const uint16_t widths_px[] = {64, 448, 1920};
    static const uint16_t heights_px[] = {16, 24, 64};
    for (uint32_t i = 0; i < 9 * SF_SCENES_COUNT; i++) {
        struct sf_still_spec spec =
            spec_of(widths_px[i % 3], heights_px[i / 3 % 3], (enum sf_scene)(i / 9), i % 2 == 0);
        spec.quality = SF_STILL_QUALITY_MAX;
        struct still still = make(&spec);
        assert_decodes_in_silence(&still, &spec);
        free(still.bytes);
    }
}

static void test_still_of_the_largest_size_decodes(void **state)
{
    (void)state;
    struct sf_still_spec spec =
        spec_of(SF_STILL_WIDTH_PX_MAX, SF_STILL_HEIGHT_PX_MAX, SF_SCENE_GARAGE, false);
    spec.quality = SF_STILL_QUALITY_MAX;
    struct still still = make(&spec);
    assert_decodes_in_silence(&still, &spec);
    free(still.bytes);
}

/* Read off the pixels that a display shows, with no help from the code that inspects. */
static void test_still_pixels_carry_the_mark_in_every_tile(void **state)
{
    (void)state;
    uint32_t tiles = 0;
    for (int scene = 0; scene < SF_SCENES_COUNT; scene++) {
        for (int night = 0; night < 2; night++) {
            struct sf_still_spec spec = spec_of(320, 180, (enum sf_scene)scene, night != 0);
            struct still still = make(&spec);
            struct sf_jpeg_outcome outcome;
            uint8_t *pixels = sf_jpeg_read_pixels(still.bytes, still.count, 1, &outcome);
            assert_non_null(pixels);
            for (uint32_t block = 0; block < 40 * 22; block++) {
                uint32_t row = block / 40;
                uint32_t column = block % 40;
                uint64_t word = sf_mark_is_capture(row, column, 40)
                                    ? sf_mark_capture_word(spec.mark)
                                    : sf_mark_owner_word(spec.mark);
                uint8_t value =
                    sf_project_block(pixels + (size_t)row * 8 * 320 + (size_t)column * 8, 320);
                if (value != sf_mark_word_block(word, column % 8)) {
                    fail_msg("%s, night %d, block %u,%u", sf_scene_name(spec.scene), night, row,
                             column);
                }
            }
            tiles += 5 * 11;
            free(pixels);
            free(still.bytes);
        }
    }
    assert_int_equal(tiles, SF_SCENES_COUNT * 2 * 55);
}

static uint64_t hash_of(const struct sf_still_spec *spec)
{
    struct still still = make(spec);
    uint64_t hash = sf_hash(still.bytes, still.count);
    free(still.bytes);
    return hash;
}

/* Printed by gcc, seen from clang: whatever changes one of these changes every recorded run. */
static void test_still_bytes_are_the_same_everywhere(void **state)
{
    (void)state;
    struct sf_still_spec nursery = spec_of(320, 180, SF_SCENE_NURSERY, true);
    struct sf_still_spec kitchen = spec_of(320, 180, SF_SCENE_KITCHEN, false);
    struct sf_still_spec garage = spec_of(640, 360, SF_SCENE_GARAGE, false);
    struct sf_still_spec porch = spec_of(160, 90, SF_SCENE_PORCH, true);
    struct sf_still_spec hallway = spec_of(1280, 720, SF_SCENE_HALLWAY, false);
    struct sf_still_spec living = spec_of(70, 33, SF_SCENE_LIVING_ROOM, false);
    garage.quality = 90;
    porch.quality = 40;
    assert_int_equal(hash_of(&nursery), 0xfa0adc8d23686098);
    assert_int_equal(hash_of(&kitchen), 0xc0185e5e072176df);
    assert_int_equal(hash_of(&garage), 0x271c7e11c3fdc0fe);
    assert_int_equal(hash_of(&porch), 0xae78568e90c22481);
    assert_int_equal(hash_of(&hallway), 0xe0b8dec7302c2cd4);
    assert_int_equal(hash_of(&living), 0xa72c2e1406bcc7b2);
}

static void test_still_does_not_depend_on_what_was_made_before(void **state)
{
    (void)state;
    struct sf_still_spec spec = spec_of(320, 180, SF_SCENE_PORCH, false);
    uint64_t fresh = hash_of(&spec);
    /* More kinds than are kept prepared, so that this one is dropped and prepared again. */
    for (uint16_t width_px = 64; width_px < 64 + 60; width_px++) {
        struct sf_still_spec other = spec_of(width_px, 16, SF_SCENE_HALLWAY, true);
        hash_of(&other);
    }
    assert_int_equal(hash_of(&spec), fresh);
    sf_still_forget();
    assert_int_equal(hash_of(&spec), fresh);
    /* Whatever differs by one thing only is another still, and leaves this one as it was. */
    struct sf_still_spec others[9];
    for (int i = 0; i < 9; i++) {
        others[i] = spec;
    }
    others[0].mark.capture++;
    others[1].mark.camera.index++;
    others[2].mark.tenant.index++;
    others[3].quality++;
    others[4].scene = SF_SCENE_KITCHEN;
    others[5].night = true;
    others[6].camera_name = "Front door 3";
    others[7].local_unix_s++;
    others[8].height_px++;
    for (int i = 0; i < 9; i++) {
        assert_int_not_equal(hash_of(&others[i]), fresh);
        assert_int_equal(hash_of(&spec), fresh);
    }
}

/* Reads a line of letters off the picture: for each cell the glyph that is most like it. */
static void read_band(const uint8_t *pixels, uint32_t stride, uint32_t y0, uint32_t cells_count,
                      char *out)
{
    for (uint32_t cell = 0; cell < cells_count; cell++) {
        int64_t best_error = INT64_MAX;
        for (uint32_t glyph = 0; glyph < SF_FONT_GLYPHS_COUNT; glyph++) {
            int64_t error = 0;
            for (uint32_t y = 0; y < 14; y++) {
                for (uint32_t x = 0; x < SF_FONT_COLUMNS; x++) {
                    int64_t is = pixels[(size_t)(y0 + 1 + y) * stride + cell * 8 + 1 + x];
                    int64_t should = sf_font_ink(glyph, x, y / 2) ? 206 : 44;
                    error += (is - should) * (is - should);
                }
            }
            if (error < best_error) {
                best_error = error;
                out[cell] = (char)(' ' + glyph);
            }
        }
    }
    out[cells_count] = '\0';
}

static void assert_shows(const struct sf_still_spec *spec, const char *name, const char *stamp)
{
    char text[41];
    struct still still = make(spec);
    struct sf_jpeg_outcome outcome;
    uint8_t *pixels = sf_jpeg_read_pixels(still.bytes, still.count, 1, &outcome);
    assert_non_null(pixels);
    read_band(pixels, spec->width_px, spec->height_px / 8 * 8 - 16u, (uint32_t)strlen(stamp), text);
    assert_string_equal(text, stamp);
    read_band(pixels, spec->width_px, 0, (uint32_t)strlen(name), text);
    assert_string_equal(text, name);
    free(pixels);
    free(still.bytes);
}

static void assert_stamp(int64_t local_unix_s, int32_t utc_offset_s, const char *expected)
{
    for (int night = 0; night < 2; night++) {
        struct sf_still_spec spec = spec_of(320, 180, SF_SCENE_NURSERY, night != 0);
        spec.local_unix_s = local_unix_s;
        spec.utc_offset_s = utc_offset_s;
        assert_shows(&spec, spec.camera_name, expected);
    }
}

static void test_still_shows_name_and_local_time(void **state)
{
    (void)state;
    assert_stamp(1577402047, 3600, "2019-12-26 23:14:07 +01:00");
    assert_stamp(0, 0, "1970-01-01 00:00:00 +00:00");
    assert_stamp(951782400, -34200, "2000-02-29 00:00:00 -09:30");
    assert_stamp(4102444799, 20700, "2099-12-31 23:59:59 +05:45");
    assert_stamp(253402300799, 45900, "9999-12-31 23:59:59 +12:45");
}

/* Every day of four years, a leap year among them, against the C library's calendar. */
static void test_still_shows_every_date(void **state)
{
    (void)state;
    for (int64_t day = 17896; day < 17896 + 1461; day++) { /* from 2018-12-31 */
        struct sf_still_spec spec = spec_of(320, 64, SF_SCENE_HALLWAY, true);
        char stamp[40];
        time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm date;
        assert_non_null(gmtime_r(&seconds, &date));
        assert_int_not_equal(strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S -08:00", &date), 0);
        spec.local_unix_s = seconds;
        spec.utc_offset_s = -8 * 3600;
        assert_shows(&spec, "Front door 2", stamp);
    }
}

static void test_still_shows_as_much_text_as_there_is_room_for(void **state)
{
    (void)state;
    struct sf_still_spec spec = spec_of(160, 90, SF_SCENE_NURSERY, false);
    spec.camera_name = "A name of twenty-six chars";
    assert_shows(&spec, "A name of twenty-six", "2019-12-26 23:14:07");
    spec = spec_of(128, 64, SF_SCENE_NURSERY, true);
    spec.camera_name = "K\xc3\xbc"
                       "che";
    assert_shows(&spec, "K??che", "23:14:07");
    spec.camera_name = NULL;
    assert_shows(&spec, "        ", "23:14:07");
}

static void test_still_counts_whole_blocks_in_a_run_of_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct sf_still_spec spec = spec_of(sizes[i][0], sizes[i][1], SF_SCENE_GARAGE, i % 2 != 0);
        struct still still = make(&spec);
        uint32_t columns = (spec.width_px + 7u) / 8;
        uint32_t rows = (spec.height_px + 7u) / 8;
        assert_int_equal(sf_still_blocks_between(&spec, still.bytes, still.count, 0, still.count),
                         columns * rows);
        /* A cut costs the block it goes through; two in a row are never both cut. */
        uint32_t before = 0;
        for (size_t at = 0; at < still.count; at += 1 + still.count / 100) {
            uint32_t left = sf_still_blocks_between(&spec, still.bytes, still.count, 0, at);
            uint32_t right =
                sf_still_blocks_between(&spec, still.bytes, still.count, at, still.count);
            assert_in_range(left + right, columns * rows - 1, columns * rows);
            assert_true(left >= before);
            before = left;
        }
        assert_int_equal(sf_still_blocks_between(&spec, still.bytes, still.count, 0, 300), 0);
        free(still.bytes);
    }
}

static void test_still_size_check_refuses_the_impossible(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    assert_int_equal(sf_still_size_check(320, 180, 75, NULL), SF_OK);
    assert_int_equal(sf_still_size_check(64, 16, 20, NULL), SF_OK);
    assert_int_equal(sf_still_size_check(1920, 1080, 95, NULL), SF_OK);
    assert_int_equal(sf_still_size_check(63, 180, 75, &diag), SF_ERR_INPUT);
    assert_string_equal(diag.message, "a still is 64 to 1920 pixels wide, not 63");
    assert_int_equal(sf_still_size_check(1921, 180, 75, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_still_size_check(320, 15, 75, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_still_size_check(320, 1081, 75, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_still_size_check(320, 180, 19, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_still_size_check(320, 180, 96, NULL), SF_ERR_INPUT);
}

static int forget(void **state)
{
    (void)state;
    sf_still_forget();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_still_decodes_without_a_warning_in_every_scene_and_size),
        cmocka_unit_test(test_still_of_any_size_and_quality_fits_its_bound),
        cmocka_unit_test(test_a_still_that_is_all_text_fits_its_bound),
        cmocka_unit_test(test_still_of_the_largest_size_decodes),
        cmocka_unit_test(test_still_pixels_carry_the_mark_in_every_tile),
        cmocka_unit_test(test_still_bytes_are_the_same_everywhere),
        cmocka_unit_test(test_still_does_not_depend_on_what_was_made_before),
        cmocka_unit_test(test_still_shows_name_and_local_time),
        cmocka_unit_test(test_still_shows_every_date),
        cmocka_unit_test(test_still_shows_as_much_text_as_there_is_room_for),
        cmocka_unit_test(test_still_counts_whole_blocks_in_a_run_of_bytes),
        cmocka_unit_test(test_still_size_check_refuses_the_impossible),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
