/* Several cameras in an account, guests, new owners and slots: what the oracles make of them, the
 * probes that count them, and the owners of captures in the book. */
#include "harness/judge/book.h"
#include "harness/oracle/oracle.h"
#include "harness/oracle/probes.h"

#include "tests/unit/judgement.h"

/* ---- oracles ---- */

static void test_a_guest_may_see_what_is_shared_and_no_longer_after_the_grace(void **state)
{
    (void)state;
    judge(&sf_oracle_no_stray_pixels,
          "10 camera 1 is shared, with tenant 0, by tenant 1\n"
          "20 hub 0 is shown request 2\n"
          "20 hub 0 sees tenant 1, camera 1, capture 7, share 1000000, request 2\n"
          "30 camera 1 is no longer shared, with tenant 0, by tenant 1, grace 5\n"
          "35 hub 0 sees tenant 1, camera 1, capture 8, share 1000000, request 4\n"
          "36 hub 0 sees tenant 1, camera 1, capture 9, share 1000000, request 6\n",
          "evidence 1\n"
          "36 the hub of home 1 was shown home 2's capture 9 (100.0% of the picture)\n");
}

static void test_only_the_guest_may_see_what_is_shared(void **state)
{
    (void)state;
    judge(&sf_oracle_no_stray_bytes,
          "10 camera 1 is shared, with tenant 0, by tenant 1\n"
          "20 hub 1 holds tenant 0, camera 0, bytes 200\n"
          "20 hub 0 holds tenant 2, camera 2, bytes 300\n"
          "20 hub 0 holds tenant 1, camera 1, bytes 400\n",
          "evidence 0\n"
          "20 the hub of home 2 received 200 bytes of home 1's capture 0\n"
          "20 the hub of home 1 received 300 bytes of home 3's capture 0\n");
}

static void test_an_answer_to_a_guest_is_valid_while_the_camera_is_shared(void **state)
{
    (void)state;
    judge(&sf_oracle_valid_link,
          "10 camera 1 is shared, with tenant 0, by tenant 1\n"
          "11 hub 0 asks for camera 1, request 2\n"
          "12 hub 0 is answered with 100, request 2\n"
          "13 hub 0 asks for camera 1, request 3\n"
          "14 camera 1 is no longer shared, with tenant 0, by tenant 1, grace 5\n"
          "15 hub 0 is answered with 100, request 3\n",
          "evidence 2\n"
          "15 the hub of home 1 was sent 100 bytes of home 2's camera without a valid link\n");
}

static void test_the_former_owner_of_a_camera_has_no_valid_link(void **state)
{
    (void)state;
    judge(&sf_oracle_valid_link,
          "10 camera 0 belongs to tenant 1\n"
          "11 hub 0 asks for camera 0, request 2\n"
          "12 hub 0 is answered with 100, request 2\n"
          "13 hub 1 asks for camera 0, request 3\n"
          "14 hub 1 is answered with 100, request 3\n",
          "evidence 2\n"
          "12 the hub of home 1 was sent 100 bytes of home 2's camera without a valid link\n");
}

static void test_another_camera_of_the_own_account_is_the_wrong_one(void **state)
{
    (void)state;
    judge(&sf_oracle_wrong_camera,
          "10 camera 1 belongs to tenant 0\n"
          "11 hub 0 asks for camera 1, request 2\n"
          "12 hub 0 sees tenant 0, camera 1, capture 4, share 1000000, request 2\n"
          "13 hub 0 asks for camera 0, request 3\n"
          "14 hub 0 sees tenant 0, camera 1, capture 5, share 1000000, request 3\n"
          "15 hub 0 sees tenant 2, camera 2, capture 6, share 1000000, request 3\n",
          "evidence 2\n"
          "14 the hub of home 1 asked for another camera and was shown capture 5 of the camera in "
          "home 2 (100.0% of the picture)\n");
    judge(&sf_oracle_wrong_camera,
          "14 hub 0 sees tenant 0, camera 0, capture 5, share 1000000, request 3\n",
          "not wanted\n");
}

/* ---- probes ---- */

enum { HOMES = 4, HUB_0 = 0, HUB_1 = 3 };

static uint64_t passed(enum sf_probe probe, const struct sf_record *records, uint32_t count)
{
    struct sf_arena arena;
    uint64_t counts[SF_PROBES_COUNT];
    sf_arena_init(&arena);
    struct sf_probes *probes = sf_probes_create(&arena, HOMES);
    for (uint32_t i = 0; i < HOMES; i++) {
        const struct sf_record who[] = {
            SF_RECORD(camera, .camera = {i}, .tenant = {i}),
            SF_RECORD(viewer, .viewer = {SF_VIEWERS_PER_HOME * i}, .tenant = {i}, .camera = {i}),
        };
        sf_probes_hear(probes, who, 2);
    }
    sf_probes_hear(probes, records, count);
    sf_probes_read(probes, counts);
    sf_arena_fini(&arena);
    return counts[probe];
}

#define PASSED(PROBE, ...)                                            \
    passed(SF_PROBE_##PROBE, (const struct sf_record[]){__VA_ARGS__}, \
           sizeof((const struct sf_record[]){__VA_ARGS__}) / sizeof(struct sf_record))
#define WAITS(AT, VIEWER, CAMERA, REQUEST)                                     \
    SF_RECORD(admitted, .at_ns = (AT), .viewer = {VIEWER}, .camera = {CAMERA}, \
              .request = (REQUEST), .flags = SF_FLAG_INTEGRATION)
#define ENDS(VIEWER, REQUEST) SF_RECORD(cancelled, .viewer = {VIEWER}, .request = (REQUEST))
#define OWNED(AT, CAMERA, TENANT) \
    SF_RECORD(camera, .at_ns = (AT), .camera = {CAMERA}, .tenant = {TENANT})
#define SHARE(CAMERA, TENANT, ON) \
    SF_RECORD(share, .at_ns = 5, .camera = {CAMERA}, .guest = {TENANT}, .shared = (ON))
#define BEGINS(AT, CAMERA) SF_RECORD(upload_begun, .at_ns = (AT), .camera = {CAMERA})
#define FETCHES(AT) SF_RECORD(fetch, .at_ns = (AT)) /* from camera 0 */
#define UPLOADED(AT, CAMERA) SF_RECORD(upload_ended, .at_ns = (AT), .camera = {CAMERA})

static void test_cameras_of_one_account_that_are_waited_for_are_counted(void **state)
{
    (void)state;
    assert_int_equal(PASSED(ACCOUNT_WAITS, WAITS(1, HUB_0, 0, 1), WAITS(1, HUB_1, 1, 2)), 0);
    assert_int_equal(
        PASSED(ACCOUNT_WAITS, OWNED(0, 1, 0), WAITS(1, HUB_0, 0, 1), WAITS(1, HUB_1, 1, 2)), 1);
    assert_int_equal(PASSED(ACCOUNT_WAITS, OWNED(0, 1, 0), WAITS(1, HUB_0, 0, 1), ENDS(HUB_0, 1),
                            WAITS(1, HUB_1, 1, 2)),
                     0);
    assert_int_equal(
        PASSED(ACCOUNT_WAITS, OWNED(0, 1, 0), WAITS(1, HUB_0, 0, 1), WAITS(1, HUB_1, 0, 2)), 0);
}

static void test_guests_and_withdrawals_are_counted(void **state)
{
    (void)state;
    assert_int_equal(PASSED(GUEST_ASKS, SHARE(1, 0, true), WAITS(6, HUB_0, 1, 1)), 1);
    assert_int_equal(PASSED(GUEST_ASKS, SHARE(1, 2, true), WAITS(6, HUB_0, 1, 1)), 0);
    assert_int_equal(
        PASSED(UNSHARE_IN_FLIGHT, SHARE(1, 0, true), WAITS(6, HUB_0, 1, 1), SHARE(1, 0, false)), 1);
    assert_int_equal(PASSED(UNSHARE_IN_FLIGHT, SHARE(1, 0, true), WAITS(6, HUB_0, 1, 1),
                            ENDS(HUB_0, 1), SHARE(1, 0, false)),
                     0);
    assert_int_equal(
        PASSED(UNSHARE_IN_FLIGHT, SHARE(1, 0, true), WAITS(6, HUB_0, 0, 1), SHARE(1, 0, false)), 0);
}

static void test_owners_and_guests_that_wait_together_are_counted(void **state)
{
    (void)state;
    assert_int_equal(
        PASSED(OWNER_AND_GUEST, SHARE(1, 0, true), WAITS(6, HUB_0, 1, 1), WAITS(7, HUB_1, 1, 2)),
        1);
    assert_int_equal(
        PASSED(OWNER_AND_GUEST, SHARE(1, 0, true), WAITS(6, HUB_1, 1, 2), WAITS(7, HUB_0, 1, 1)),
        1);
    assert_int_equal(PASSED(OWNER_AND_GUEST, SHARE(1, 0, true), WAITS(6, HUB_0, 1, 1)), 0);
    assert_int_equal(PASSED(OWNER_AND_GUEST, SHARE(1, 0, true), WAITS(6, HUB_0, 1, 1),
                            ENDS(HUB_0, 1), WAITS(7, HUB_1, 1, 2)),
                     0);
}

static void test_a_late_upload_of_the_former_owners_is_counted(void **state)
{
    (void)state;
    assert_int_equal(PASSED(OLD_STILL_LANDS, BEGINS(1, 0), OWNED(2, 0, 1), UPLOADED(3, 0),
                            WAITS(4, HUB_1, 0, 1)),
                     1);
    assert_int_equal(PASSED(OLD_STILL_LANDS, BEGINS(1, 0), OWNED(2, 0, 1), UPLOADED(3, 0),
                            WAITS(6 * SF_SECOND, HUB_1, 0, 1)),
                     0);
    assert_int_equal(PASSED(OLD_STILL_LANDS, BEGINS(1, 0), UPLOADED(2, 0), OWNED(3, 0, 1),
                            WAITS(4, HUB_1, 0, 1)),
                     0);
    assert_int_equal(PASSED(OLD_STILL_LANDS, OWNED(2, 0, 1), BEGINS(3, 0), UPLOADED(4, 0),
                            WAITS(5, HUB_1, 0, 1)),
                     0);
}

static void test_changes_of_hands_and_slots_are_counted(void **state)
{
    (void)state;
    assert_int_equal(PASSED(OWNER_IN_FLIGHT, WAITS(1, HUB_0, 0, 1), OWNED(2, 0, 1)), 1);
    assert_int_equal(PASSED(OWNER_IN_FLIGHT, WAITS(1, HUB_0, 0, 1), OWNED(2, 1, 0)), 0);
    assert_int_equal(PASSED(OWNER_SENDING, BEGINS(1, 0), OWNED(2, 0, 1)), 1);
    assert_int_equal(PASSED(OWNER_SENDING, BEGINS(1, 0), UPLOADED(2, 0), OWNED(2, 0, 1)), 0);
    assert_int_equal(
        PASSED(NEW_OWNER_ASKS, BEGINS(1, 0), UPLOADED(2, 0), OWNED(3, 0, 1), WAITS(4, HUB_1, 0, 1)),
        1);
    assert_int_equal(PASSED(NEW_OWNER_ASKS, OWNED(3, 0, 1), WAITS(4, HUB_1, 0, 1)), 0);
    assert_int_equal(PASSED(NEW_OWNER_ASKS, BEGINS(1, 0), UPLOADED(2, 0), OWNED(3, 0, 1),
                            WAITS(6 * SF_SECOND, HUB_1, 0, 1)),
                     0);
    assert_int_equal(PASSED(NEW_OWNER_IN_FETCH, FETCHES(1), OWNED(3, 0, 1), WAITS(4, HUB_1, 0, 1)),
                     1);
    assert_int_equal(PASSED(NEW_OWNER_IN_FETCH, FETCHES(1), OWNED(3, 0, 1), WAITS(4, HUB_0, 0, 1)),
                     0);
    assert_int_equal(PASSED(NEW_OWNER_IN_FETCH, OWNED(3, 0, 1), WAITS(4, HUB_1, 0, 1)), 0);
    assert_int_equal(
        PASSED(NEW_OWNER_IN_FETCH, FETCHES(1), OWNED(3, 0, 1), WAITS(2 * SF_SECOND, HUB_1, 0, 1)),
        0);
    assert_int_equal(PASSED(NEW_OWNER_IN_FETCH, FETCHES(1), SF_RECORD(fetch_ended, .at_ns = 2),
                            OWNED(3, 0, 1), WAITS(4, HUB_1, 0, 1)),
                     0);
    assert_int_equal(PASSED(SLOT_TRADED, SF_RECORD(slot, .at_ns = 1, .slot = 1)), 1);
    assert_int_equal(PASSED(SLOT_TRADED, SF_RECORD(slot, .slot = 1)), 0);
}

/* ---- the book ---- */

static void test_a_capture_keeps_the_owner_that_its_camera_had(void **state)
{
    (void)state;
    static const struct sf_book_stills stills = {.width_px = 192, .height_px = 112, .quality = 75};
    static const struct sf_book_camera facts = {.tenant = {4}, .name = "Hall"};
    const struct sf_camera_id camera = {0};
    struct sf_book *book = sf_book_create();
    struct sf_book_capture found;
    size_t count;
    sf_book_reset(book, &stills, 1);
    sf_book_describe(book, camera, &facts);
    sf_book_add(book, camera, &(struct sf_book_capture){.local_unix_s = 1});
    sf_book_give(book, camera, sf_tenant_id(7));
    sf_book_add(book, camera, &(struct sf_book_capture){.local_unix_s = 2});
    assert_true(sf_book_find(book, camera, 0, &found));
    assert_int_equal(found.owner.index, 4);
    assert_true(sf_book_find(book, camera, 1, &found));
    assert_int_equal(found.owner.index, 7);
    assert_true(sf_book_knows(book, (struct sf_mark){{4}, camera, 0}));
    assert_false(sf_book_knows(book, (struct sf_mark){{7}, camera, 0}));
    assert_true(sf_book_knows(book, (struct sf_mark){{7}, camera, 1}));
    assert_false(sf_book_knows(book, (struct sf_mark){{4}, camera, 1}));
    assert_non_null(sf_book_remake(book, (struct sf_mark){{4}, camera, 0}, &count));
    assert_null(sf_book_remake(book, (struct sf_mark){{7}, camera, 0}, &count));
    sf_book_destroy(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_guest_may_see_what_is_shared_and_no_longer_after_the_grace),
        cmocka_unit_test(test_only_the_guest_may_see_what_is_shared),
        cmocka_unit_test(test_an_answer_to_a_guest_is_valid_while_the_camera_is_shared),
        cmocka_unit_test(test_the_former_owner_of_a_camera_has_no_valid_link),
        cmocka_unit_test(test_another_camera_of_the_own_account_is_the_wrong_one),
        cmocka_unit_test(test_cameras_of_one_account_that_are_waited_for_are_counted),
        cmocka_unit_test(test_guests_and_withdrawals_are_counted),
        cmocka_unit_test(test_owners_and_guests_that_wait_together_are_counted),
        cmocka_unit_test(test_a_late_upload_of_the_former_owners_is_counted),
        cmocka_unit_test(test_changes_of_hands_and_slots_are_counted),
        cmocka_unit_test(test_a_capture_keeps_the_owner_that_its_camera_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
