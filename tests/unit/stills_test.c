#include "harness/live/stills.h"

#include "harness/base/ids.h"
#include "tests/unit/received.h"
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

enum { PLACE = 7 };

static struct sf_stills *stills;
static uint8_t copy[2][64 * 1024];
static size_t copy_bytes[2];

static int make(void **state)
{
    (void)state;
    stills = sf_stills_create(&(struct sf_credentials){.run = 9, .secret = 1}, 0);
    for (uint32_t tenant = 0; tenant < 2; tenant++) {
        const uint8_t *bytes;
        copy_bytes[tenant] = sf_stills_make(stills, tenant, PLACE, false, 1, &bytes);
        memcpy(copy[tenant], bytes, copy_bytes[tenant]);
    }
    return 0;
}

static int drop(void **state)
{
    (void)state;
    sf_stills_destroy(stills);
    return 0;
}

static uint32_t owner; /* of what was judged last */

static enum sf_outcome judged(uint32_t viewer, const uint8_t *bytes, size_t count, bool whole)
{
    const struct sf_received received = {.tenant = viewer,
                                         .place = PLACE,
                                         .request = 1,
                                         .bytes = bytes,
                                         .count = count,
                                         .whole = whole,
                                         .display = true};
    return received_outcome(stills, &received, &owner);
}

static void test_own_and_other_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(judged(0, copy[0], copy_bytes[0], true), SF_OUTCOME_OWN);
    assert_int_equal(judged(0, copy[1], copy_bytes[1], true), SF_OUTCOME_OTHER);
    assert_int_equal(owner, 1);
}

static void test_half_of_anothers_still_is_anothers(void **state)
{
    (void)state;
    assert_int_equal(judged(0, copy[1], copy_bytes[1] / 2, false), SF_OUTCOME_OTHER);
    assert_int_equal(owner, 1);
    assert_int_equal(judged(1, copy[1], copy_bytes[1] / 2, false), SF_OUTCOME_TORN);
}

/* Ones own beginning with another's end: what a buffer gives that was used twice. */
static void test_a_mixture_is_anothers(void **state)
{
    (void)state;
    size_t half = copy_bytes[0] / 2;
    uint8_t *mixed = malloc(copy_bytes[0]);
    memcpy(mixed, copy[0], copy_bytes[0]);
    size_t end = copy_bytes[1] < copy_bytes[0] ? copy_bytes[1] : copy_bytes[0];
    memcpy(mixed + half, copy[1] + half, end - half);
    assert_int_equal(judged(0, mixed, copy_bytes[0], true), SF_OUTCOME_OTHER);
    free(mixed);
}

static void test_what_is_no_picture_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(judged(0, (const uint8_t *)"sorry", 5, true), SF_OUTCOME_ERROR);
    assert_int_equal(judged(0, NULL, 0, true), SF_OUTCOME_ERROR);
}

static void test_a_still_of_nobody_is_anonymous(void **state)
{
    (void)state;
    const uint8_t *bytes;
    size_t count = sf_stills_make(stills, SF_LIVE_ANONYMOUS, PLACE, false, 1, &bytes);
    assert_int_equal(judged(0, bytes, count, true), SF_OUTCOME_ANONYMOUS);
}

/* A cache on disk may serve the captures of the run before: their marks must not be believed. */
static void test_a_still_of_an_earlier_run_is_a_leftover(void **state)
{
    (void)state;
    struct sf_stills *earlier =
        sf_stills_create(&(struct sf_credentials){.run = 8, .secret = 1}, 0);
    const uint8_t *bytes;
    size_t count = sf_stills_make(earlier, 0, PLACE, false, 1, &bytes);
    assert_int_equal(judged(0, bytes, count, true), SF_OUTCOME_LEFTOVER);
    assert_int_equal(judged(1, bytes, count, true), SF_OUTCOME_LEFTOVER);
    sf_stills_destroy(earlier);
}

static void test_again_gives_the_same_still(void **state)
{
    (void)state;
    const uint8_t *bytes;
    size_t count = sf_stills_make(stills, 0, PLACE, true, 1, &bytes);
    assert_int_equal(count, copy_bytes[0]);
    assert_memory_equal(bytes, copy[0], count);
    sf_stills_make(stills, 0, PLACE, false, 1, &bytes);
    assert_memory_not_equal(bytes, copy[0], count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_own_and_other_are_told_apart, make, drop),
        cmocka_unit_test_setup_teardown(test_half_of_anothers_still_is_anothers, make, drop),
        cmocka_unit_test_setup_teardown(test_a_mixture_is_anothers, make, drop),
        cmocka_unit_test_setup_teardown(test_what_is_no_picture_is_an_error, make, drop),
        cmocka_unit_test_setup_teardown(test_a_still_of_nobody_is_anonymous, make, drop),
        cmocka_unit_test_setup_teardown(test_a_still_of_an_earlier_run_is_a_leftover, make, drop),
        cmocka_unit_test_setup_teardown(test_again_gives_the_same_still, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
