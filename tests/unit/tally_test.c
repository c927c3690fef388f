#include "harness/measure/tally.h"

#include "harness/base/time.h"
#include "tests/unit/test.h"

/* One home whose hub asks for its own camera, and a stranger's camera. */
struct fixture {
    struct sf_arena arena;
    struct sf_tally_state *state;
    uint64_t requests_count;
};

static void hear(struct fixture *f, struct sf_record record)
{
    sf_tally_hear(f->state, &record, 1);
}

static void show(struct fixture *f, sf_ns at_ns, uint32_t owner)
{
    uint64_t request = ++f->requests_count;
    hear(f, (struct sf_record){
                .kind = SF_RECORD_SHOWN, .at_ns = at_ns, .who = 0, .b = owner, .c = request});
    hear(f, (struct sf_record){.kind = SF_RECORD_SEEN,
                               .at_ns = at_ns,
                               .who = 0,
                               .a = owner,
                               .b = owner,
                               .c = request});
}

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){0};
    sf_arena_init(&f.arena);
    f.state = sf_tally_create(&f.arena, 2);
    for (uint32_t home = 0; home < 2; home++) {
        hear(&f, (struct sf_record){.kind = SF_RECORD_CAMERA, .who = home, .a = home});
        hear(&f, (struct sf_record){.kind = SF_RECORD_VIEWER,
                                    .flags = SF_FLAG_INTEGRATION,
                                    .who = home,
                                    .a = home,
                                    .b = home});
    }
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sf_arena_fini(&f->arena);
    return 0;
}

static void test_pictures_and_strays_are_counted_by_minute(void **state)
{
    struct fixture *f = *state;
    struct sf_tally tally;
    show(f, 0, 0);
    show(f, SF_MINUTE - 1, 1);
    show(f, SF_MINUTE, 1);
    show(f, 59 * SF_MINUTE + 59 * SF_SECOND, 0);
    sf_tally_read(f->state, &tally);
    const struct sf_tally_path *hub = &tally.paths[SF_PATH_HUB];
    assert_int_equal(hub->shown_by_minute[0], 2);
    assert_int_equal(hub->shown_by_minute[1], 1);
    assert_int_equal(hub->shown_by_minute[59], 1);
    assert_int_equal(hub->strays_by_minute[0], 1);
    assert_int_equal(hub->strays_by_minute[1], 1);
    assert_int_equal(hub->strays_by_minute[59], 0);
    assert_int_equal(tally.paths[SF_PATH_APP].shown_by_minute[0], 0);
}

static void test_what_comes_after_the_last_minute_is_counted_without_one(void **state)
{
    struct fixture *f = *state;
    struct sf_tally tally;
    uint64_t in_minutes = 0;
    show(f, SF_TALLY_MINUTES_MAX * SF_MINUTE - 1, 1);
    show(f, SF_TALLY_MINUTES_MAX * SF_MINUTE, 1);
    show(f, 300 * SF_HOUR, 1);
    sf_tally_read(f->state, &tally);
    const struct sf_tally_path *hub = &tally.paths[SF_PATH_HUB];
    for (int minute = 0; minute < SF_TALLY_MINUTES_MAX; minute++) {
        in_minutes += hub->strays_by_minute[minute];
    }
    assert_int_equal(in_minutes, 1);
    assert_int_equal(hub->strays_count, 3);
    assert_int_equal(hub->shown_count, 3);
}

static void test_a_picture_of_two_strangers_is_one_stray(void **state)
{
    struct fixture *f = *state;
    struct sf_tally tally;
    show(f, SF_SECOND, 1);
    hear(f, (struct sf_record){.kind = SF_RECORD_SEEN,
                               .at_ns = SF_SECOND,
                               .who = 0,
                               .a = 2,
                               .b = 1,
                               .c = f->requests_count});
    sf_tally_read(f->state, &tally);
    assert_int_equal(tally.paths[SF_PATH_HUB].strays_by_minute[0], 1);
    assert_int_equal(tally.paths[SF_PATH_HUB].strays_count, 1);
    assert_int_equal(tally.owners_per_viewer_max, 2);
}

/* Home 0 is shown home 1's picture, twice, and its own. */
static void test_who_was_affected_and_whose_pictures_they_were(void **state)
{
    struct fixture *f = *state;
    struct sf_tally_group all;
    struct sf_tally_group first;
    struct sf_tally_group second;
    show(f, 0, 0);
    show(f, SF_SECOND, 1);
    show(f, 2 * SF_SECOND, 1);
    sf_tally_group_read(f->state, 0, 2, &all);
    sf_tally_group_read(f->state, 0, 1, &first);
    sf_tally_group_read(f->state, 1, 1, &second);
    assert_memory_equal(&all, (&(struct sf_tally_group){2, 2, 1, 1}), sizeof all);
    assert_memory_equal(&first, (&(struct sf_tally_group){1, 1, 1, 0}), sizeof first);
    assert_memory_equal(&second, (&(struct sf_tally_group){1, 1, 0, 1}), sizeof second);
}

static void share(struct fixture *f, sf_ns at_ns, bool shared, sf_ns grace_ns)
{
    struct sf_record record =
        SF_RECORD(share, .camera = sf_camera_id(1), .shared = shared, .guest = sf_tenant_id(0),
                  .owner = sf_tenant_id(1), .grace_ns = grace_ns);
    record.at_ns = at_ns;
    hear(f, record);
}

static void test_what_a_guest_is_shown_is_no_stray_until_the_grace_has_ended(void **state)
{
    struct fixture *f = *state;
    struct sf_tally tally;
    share(f, SF_SECOND, true, 0);
    show(f, 2 * SF_SECOND, 1);
    share(f, 3 * SF_SECOND, false, SF_SECOND);
    show(f, 4 * SF_SECOND, 1);
    sf_tally_read(f->state, &tally);
    assert_int_equal(tally.paths[SF_PATH_HUB].strays_count, 0);
    show(f, 4 * SF_SECOND + 1, 1);
    sf_tally_read(f->state, &tally);
    assert_int_equal(tally.paths[SF_PATH_HUB].strays_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pictures_and_strays_are_counted_by_minute),
        TEST(test_what_comes_after_the_last_minute_is_counted_without_one),
        TEST(test_a_picture_of_two_strangers_is_one_stray),
        TEST(test_who_was_affected_and_whose_pictures_they_were),
        TEST(test_what_a_guest_is_shown_is_no_stray_until_the_grace_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
