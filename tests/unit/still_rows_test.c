/* Rows of stills: what is put into another still of the camera makes a sound picture, whose rows
 * tell which capture they are of. */
#include "harness/frame/still_rows.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/frame/inspect.h"
#include "harness/frame/still.h"
#include "tests/unit/test.h"

enum { WIDTH = 192, HEIGHT = 112, ROWS = HEIGHT / 8 };

struct still {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
};

static struct still make(uint32_t tenant, uint32_t capture, bool night)
{
    const struct sf_still_spec spec = {
        .mark = {.tenant = {tenant}, .camera = {tenant}, .capture = capture},
        .width_px = WIDTH,
        .height_px = HEIGHT,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .night = night,
        .scene = SF_SCENE_GARAGE,
        .camera_name = "garage",
        .local_unix_s = 1577880000 + capture * 10,
    };
    struct still still = {.capacity = sf_still_bytes_max(WIDTH, HEIGHT)};
    still.bytes = sf_alloc(still.capacity, 1);
    still.count = sf_still_make(&spec, still.bytes, still.capacity);
    return still;
}

/* Rows of `from` into `into`. */
static void put(struct still *into, const struct still *from, uint32_t first_row)
{
    struct sf_still_rows there;
    struct sf_still_rows here;
    assert_true(sf_still_rows_find(from->bytes, from->count, first_row, ROWS - first_row, &there));
    assert_true(sf_still_rows_find(into->bytes, into->count, first_row, ROWS - first_row, &here));
    into->count = sf_still_rows_put(into->bytes, into->count, into->capacity, here,
                                    from->bytes + there.from, there.end - there.from);
    assert_true(into->count > 0);
}

static void test_all_rows_of_a_still_make_that_still(void **state)
{
    (void)state;
    struct still old = make(3, 7, false);
    struct still new = make(3, 8, false);
    assert_int_equal(sf_still_rows_count(HEIGHT), ROWS);
    put(&old, &new, 0);
    assert_int_equal(old.count, new.count);
    assert_memory_equal(old.bytes, new.bytes, new.count);
    free(old.bytes);
    free(new.bytes);
}

static void test_changed_rows_make_a_sound_picture_of_two_captures(void **state)
{
    (void)state;
    for (int night = 0; night < 2; night++) {
        struct still picture = make(3, 7, night != 0);
        struct still new = make(3, 8, night != 0);
        put(&picture, &new, ROWS / 2);
        struct sf_inspection seen;
        sf_inspect(picture.bytes, picture.count, &seen);
        assert_false(seen.damaged);
        assert_int_equal(seen.unreadable_ppm, 0);
        assert_int_equal(seen.owners_count, 2);
        for (uint32_t i = 0; i < 2; i++) {
            assert_int_equal(seen.owners[i].owner.camera.index, 3);
            assert_in_range(seen.owners[i].owner.capture, 7, 8);
            assert_in_range(seen.owners[i].share_ppm, 400000, 600000);
        }
        free(picture.bytes);
        free(new.bytes);
    }
}

static void test_rows_that_are_not_there_are_not_found(void **state)
{
    (void)state;
    struct still still = make(3, 7, false);
    struct sf_still_rows rows;
    assert_true(sf_still_rows_find(still.bytes, still.count, ROWS - 1, 1, &rows));
    assert_false(sf_still_rows_find(still.bytes, still.count, ROWS, 1, &rows));
    assert_false(sf_still_rows_find(still.bytes, still.count, 0, ROWS + 1, &rows));
    assert_false(sf_still_rows_find(still.bytes, still.count, 0, 0, &rows));
    assert_false(sf_still_rows_find(still.bytes, 100, 0, 1, &rows));
    for (size_t count = 0; count < still.count; count += 97) {
        (void)sf_still_rows_find(still.bytes, count, 2, 3, &rows); /* reads no byte beyond */
    }
    assert_int_equal(
        sf_still_rows_put(still.bytes, still.count, still.count, rows, still.bytes, 1 << 20), 0);
    free(still.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_rows_of_a_still_make_that_still),
        cmocka_unit_test(test_changed_rows_make_a_sound_picture_of_two_captures),
        cmocka_unit_test(test_rows_that_are_not_there_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
