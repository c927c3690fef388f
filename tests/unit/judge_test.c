#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/base/hash.h"
#include "harness/judge/judge.h"

/* No world: a book, stills made from it, and deliveries of them. Camera N belongs to tenant N. */

enum { CAMERAS_COUNT = 3, RECORDS_MAX = 32, START_S = 1577402047, NOW_MS = 1500 };

static const char *const names[CAMERAS_COUNT] = {"Hall 1", "Yard 2", "Desk 3"};

struct court {
    struct sf_book *book;
    struct sf_judge judge;
    struct sf_record records[RECORDS_MAX];
    uint32_t records_count;
};

struct still {
    uint8_t *bytes;
    uint32_t count;
};

static void take(void *context, struct sf_record record)
{
    struct court *court = context;
    assert_in_range(court->records_count, 0, RECORDS_MAX - 1);
    court->records[court->records_count++] = record;
}

static void describe(struct sf_book *book, uint32_t camera, bool sends_deltas)
{
    sf_book_describe(book, (struct sf_camera_id){camera},
                     &(struct sf_book_camera){
                         .tenant = {camera},
                         .scene = (enum sf_scene)(camera % SF_SCENES_COUNT),
                         .name = names[camera],
                         .utc_offset_s = 3600 * (int32_t)camera,
                         .sends_deltas = sends_deltas,
                     });
}

static void court_open(struct court *court)
{
    memset(court, 0, sizeof *court);
    court->book = sf_book_create();
    court->judge = (struct sf_judge){.book = court->book, .record = take, .context = court};
    const struct sf_book_stills stills = {
        .width_px = 320, .height_px = 180, .quality = 75, .start_unix_s = START_S};
    sf_book_reset(court->book, &stills, CAMERAS_COUNT);
    for (uint32_t i = 0; i < CAMERAS_COUNT; i++) {
        describe(court->book, i, false);
    }
}

static void court_close(struct court *court)
{
    sf_book_check(court->book);
    sf_book_destroy(court->book);
}

/* A camera captures; the still is as a stage's origin would send it. */
static struct still capture(struct court *court, uint32_t camera, bool night)
{
    const struct sf_camera_id id = {camera};
    uint32_t number = sf_book_captures_count(court->book, id);
    int64_t local_unix_s =
        START_S + sf_book_camera(court->book, id)->utc_offset_s + (int64_t)number;
    struct sf_still_spec spec;
    sf_book_spec(court->book, id, number, local_unix_s, night, &spec);
    size_t capacity = sf_book_still_bytes_max(court->book);
    struct still still = {.bytes = malloc(capacity)};
    assert_non_null(still.bytes);
    still.count = (uint32_t)sf_still_make(&spec, still.bytes, capacity);
    const struct sf_book_capture made = {
        .local_unix_s = local_unix_s, .hash = sf_hash(still.bytes, still.count), .night = night};
    assert_int_equal(sf_book_add(court->book, id, &made), number);
    return still;
}

/* To the hub of home 0, whole. */
static struct sf_delivery whole(const struct still *still, struct sf_byte_range *range)
{
    *range = (struct sf_byte_range){.offset = 0, .count = still->count};
    return (struct sf_delivery){
        .at_ns = NOW_MS * SF_MS,
        .viewer = {0},
        .tenant = {0},
        .camera = {0},
        .request = 7,
        .flags = SF_FLAG_INTEGRATION,
        .bytes = still->bytes,
        .total_bytes = still->count,
        .ranges = range,
        .ranges_count = 1,
        .arrived_at_ns = (NOW_MS - 1) * SF_MS,
        .picture = still->bytes,
        .picture_bytes = still->count,
    };
}

static const struct sf_record *next(const struct court *court, uint32_t *cursor,
                                    enum sf_record_kind kind)
{
    assert_in_range(*cursor, 0, court->records_count - 1);
    const struct sf_record *record = &court->records[(*cursor)++];
    assert_int_equal(record->kind, kind);
    assert_int_equal(record->at_ns, NOW_MS * SF_MS);
    assert_int_equal(record->who, 0);
    assert_int_equal(record->c, 7);
    assert_true((record->flags & SF_FLAG_INTEGRATION) != 0);
    return record;
}

/* SEEN and BYTES name an owner and, in d, the capture and a quantity. */
static void expect_owner(const struct sf_record *record, uint32_t camera, uint32_t captured)
{
    assert_int_equal(record->a, camera);
    assert_int_equal(record->b, camera);
    assert_int_equal(record->d >> 32, captured);
}

static void test_own_capture_is_known_by_its_hash(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    free(capture(&court, 0, false).bytes);
    struct still still = capture(&court, 0, true);
    struct sf_byte_range range;
    const struct sf_delivery delivery = whole(&still, &range);
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN);

    uint32_t at = 0;
    const struct sf_record *delivered = next(&court, &at, SF_RECORD_DELIVERED);
    assert_true((delivered->flags & SF_FLAG_WHOLE) != 0);
    assert_true((delivered->flags & SF_FLAG_EXACT) != 0);
    assert_int_equal(delivered->a, still.count);
    assert_int_equal(delivered->b, still.count);
    assert_int_equal(delivered->d, sf_hash(still.bytes, still.count));
    expect_owner(next(&court, &at, SF_RECORD_BYTES), 0, 1);
    const struct sf_record *shown = next(&court, &at, SF_RECORD_SHOWN);
    assert_true((shown->flags & SF_FLAG_GRAYSCALE) != 0);
    assert_int_equal(shown->b, 0);
    expect_owner(next(&court, &at, SF_RECORD_SEEN), 0, 1);
    assert_int_equal(court.records_count, at);
    assert_int_equal(court.judge.strays_count, 0);
    free(still.bytes);
    court_close(&court);
}

/* The caller says that it is the capture's buffer; meanwhile something has written into it. */
static void test_what_the_caller_vouches_for_is_verified(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still still = capture(&court, 0, false);
    struct sf_byte_range range;
    struct sf_delivery delivery = whole(&still, &range);
    delivery.identified = true;
    delivery.hash = sf_hash(still.bytes, still.count);
    still.bytes[still.count / 2] ^= 1;
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN);
    assert_int_equal(court.judge.altered_count, 1); /* the first one is always looked at */
    uint32_t at = 0;
    assert_int_equal(next(&court, &at, SF_RECORD_DELIVERED)->flags & SF_FLAG_EXACT, 0);
    court.records_count = 0;
    for (uint32_t i = 1; i < SF_JUDGE_VERIFY_EVERY; i++) {
        sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_NOT_SHOWN);
        assert_int_equal(court.judge.altered_count, 1);
        at = 0;
        assert_int_not_equal(next(&court, &at, SF_RECORD_DELIVERED)->flags & SF_FLAG_EXACT, 0);
        court.records_count = 0;
    }
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_NOT_SHOWN);
    assert_int_equal(court.judge.altered_count, 2); /* the 64th after the first */
    free(still.bytes);
    court_close(&court);
}

/* Nothing is found without a look at the bytes, whatever the caller says of them. */
static void test_a_finding_never_rests_on_what_the_caller_vouches_for(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still own = capture(&court, 0, false);
    struct still still = capture(&court, 2, false);
    struct sf_byte_range range;
    struct sf_delivery delivery = whole(&own, &range);
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_NOT_SHOWN);
    court.judge.identified_count = 1; /* the next one is not verified by turn */
    court.records_count = 0;
    delivery.identified = true;
    delivery.hash = sf_hash(still.bytes, still.count); /* a stranger's, it says */
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN);
    uint32_t at = 0;
    const struct sf_record *delivered = next(&court, &at, SF_RECORD_DELIVERED);
    assert_int_equal(delivered->d, sf_hash(own.bytes, own.count));
    assert_int_not_equal(delivered->flags & SF_FLAG_EXACT, 0);
    assert_int_equal(court.judge.strays_count, 0);
    assert_int_equal(court.judge.altered_count, 1);
    free(own.bytes);
    free(still.bytes);
    court_close(&court);
}

static void test_own_capture_too_old_for_its_hash_is_found_all_the_same(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still still = capture(&court, 0, false);
    for (uint32_t i = 0; i < SF_BOOK_HASHES_KEPT; i++) {
        free(capture(&court, 0, false).bytes);
    }
    struct sf_byte_range range;
    const struct sf_delivery delivery = whole(&still, &range);
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN);

    uint32_t at = 0;
    const struct sf_record *delivered = next(&court, &at, SF_RECORD_DELIVERED);
    assert_true((delivered->flags & SF_FLAG_WHOLE) != 0);
    assert_false((delivered->flags & SF_FLAG_EXACT) != 0);
    expect_owner(next(&court, &at, SF_RECORD_BYTES), 0, 0);
    assert_false((next(&court, &at, SF_RECORD_SHOWN)->flags & SF_FLAG_DAMAGED) != 0);
    const struct sf_record *seen = next(&court, &at, SF_RECORD_SEEN);
    expect_owner(seen, 0, 0);
    assert_int_equal((uint32_t)seen->d, 1000000);
    assert_int_equal(court.records_count, at);
    free(still.bytes);
    court_close(&court);
}

static void test_a_strangers_still_is_a_stray_by_bytes_and_by_pixels(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    free(capture(&court, 0, false).bytes);
    free(capture(&court, 2, false).bytes);
    struct still still = capture(&court, 2, false);
    struct sf_byte_range range;
    const struct sf_delivery delivery = whole(&still, &range);
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN);

    uint32_t at = 1;
    const struct sf_record *bytes = next(&court, &at, SF_RECORD_BYTES);
    expect_owner(bytes, 2, 1);
    assert_true((uint32_t)bytes->d > still.count / 2);
    assert_int_equal(next(&court, &at, SF_RECORD_SHOWN)->b, 2);
    expect_owner(next(&court, &at, SF_RECORD_SEEN), 2, 1);
    assert_int_equal(court.records_count, at);
    assert_int_equal(court.judge.strays_count, 1);
    free(still.bytes);
    court_close(&court);
}

/* What a caller says of a hash: camera 2's first still, whatever the hash. */
static bool say_first_of_camera_2(void *context, uint64_t hash, struct sf_mark *mark_out)
{
    (void)context;
    (void)hash;
    *mark_out = (struct sf_mark){{2}, {2}, 0};
    return true;
}

/* A capture that a caller knows by its hash is found without a search, and as much is found. A
 * caller that is wrong is not believed: the search goes on. */
static void test_a_capture_known_by_its_hash_is_made_again_before_it_is_believed(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < 2; number++) {
        struct court court;
        court_open(&court);
        court.judge.find = say_first_of_camera_2;
        free(capture(&court, 0, false).bytes);
        struct still stills[2] = {capture(&court, 2, false), capture(&court, 2, false)};
        struct sf_byte_range range;
        const struct sf_delivery delivery = whole(&stills[number], &range);
        sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN);

        uint32_t at = 1;
        const struct sf_record *bytes = next(&court, &at, SF_RECORD_BYTES);
        expect_owner(bytes, 2, number);
        assert_true(number == 1 || (uint32_t)bytes->d == stills[0].count);
        const struct sf_record *shown = next(&court, &at, SF_RECORD_SHOWN);
        assert_int_equal(shown->b, 2);
        assert_int_equal(shown->flags & (SF_FLAG_WHOLE | SF_FLAG_EXACT | SF_FLAG_DAMAGED),
                         SF_FLAG_WHOLE);
        const struct sf_record *seen = next(&court, &at, SF_RECORD_SEEN);
        expect_owner(seen, 2, number);
        assert_int_equal((uint32_t)seen->d, 1000000);
        assert_int_equal(court.records_count, at);
        assert_int_equal(court.judge.strays_count, 1);
        free(stills[0].bytes);
        free(stills[1].bytes);
        court_close(&court);
    }
}

/* Two pieces of a stranger's still with a gap between them, and no display. */
static void test_each_range_that_arrived_is_attributed(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still still = capture(&court, 1, false);
    assert_true(still.count > 6000);
    const struct sf_byte_range ranges[] = {{1200, 2400}, {still.count - 1500, 1500}};
    struct sf_byte_range unused;
    struct sf_delivery delivery = whole(&still, &unused);
    delivery.ranges = ranges;
    delivery.ranges_count = 2;
    delivery.picture = NULL;
    delivery.picture_bytes = 0;
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_NOT_SHOWN);

    uint32_t at = 0;
    const struct sf_record *delivered = next(&court, &at, SF_RECORD_DELIVERED);
    assert_false((delivered->flags & SF_FLAG_WHOLE) != 0);
    assert_int_equal(delivered->a, 3900);
    assert_int_equal(delivered->b, still.count);
    assert_int_equal(delivered->d, (NOW_MS - 1) * SF_MS);
    const struct sf_record *first = next(&court, &at, SF_RECORD_BYTES);
    expect_owner(first, 1, 0);
    assert_in_range((uint32_t)first->d, 1200, 2400);
    const struct sf_record *second = next(&court, &at, SF_RECORD_BYTES);
    expect_owner(second, 1, 0);
    assert_in_range((uint32_t)second->d, 700, 1500);
    assert_int_equal(court.records_count, at);
    assert_int_equal(court.judge.strays_count, 0);
    free(still.bytes);
    court_close(&court);
}

static void test_a_part_that_a_display_shows_is_looked_at(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still still = capture(&court, 1, false);
    struct sf_byte_range half = {0, still.count / 2};
    struct sf_byte_range unused;
    struct sf_delivery delivery = whole(&still, &unused);
    delivery.ranges = &half;
    delivery.picture_bytes = half.count;
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_PARTIAL);

    uint32_t at = 2; /* DELIVERED, BYTES */
    const struct sf_record *shown = next(&court, &at, SF_RECORD_SHOWN);
    assert_true((shown->flags & SF_FLAG_DAMAGED) != 0);
    assert_true((shown->flags & SF_FLAG_DECODABLE) != 0);
    assert_true(shown->a > 100000); /* parts in a million that cannot be read */
    expect_owner(next(&court, &at, SF_RECORD_SEEN), 1, 0);
    assert_int_equal(court.judge.strays_count, 1);
    free(still.bytes);
    court_close(&court);
}

static void test_what_is_shown_again_has_no_bytes(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still own = capture(&court, 0, false);
    struct still foreign = capture(&court, 1, false);
    struct sf_byte_range unused;
    struct sf_delivery delivery = whole(&own, &unused);
    delivery.bytes = NULL;
    delivery.ranges_count = 0;
    sf_judge_shown_again(&court.judge, &delivery);
    delivery.picture = foreign.bytes;
    delivery.picture_bytes = foreign.count;
    sf_judge_shown_again(&court.judge, &delivery);

    uint32_t at = 0;
    assert_true((next(&court, &at, SF_RECORD_SHOWN)->flags & SF_FLAG_EXACT) != 0);
    expect_owner(next(&court, &at, SF_RECORD_SEEN), 0, 0);
    assert_false((next(&court, &at, SF_RECORD_SHOWN)->flags & SF_FLAG_EXACT) != 0);
    expect_owner(next(&court, &at, SF_RECORD_SEEN), 1, 0);
    assert_int_equal(court.records_count, at);
    assert_int_equal(court.judge.strays_count, 1);
    free(own.bytes);
    free(foreign.bytes);
    court_close(&court);
}

/* Not another tenant's: of no tenant of this run. */
static void test_a_mark_that_is_not_in_the_book_is_no_mark(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct sf_still_spec spec;
    sf_book_spec(court.book, (struct sf_camera_id){1}, 5, START_S, false, &spec);
    struct still still = {.bytes = malloc(sf_book_still_bytes_max(court.book))};
    assert_non_null(still.bytes);
    still.count = (uint32_t)sf_still_make(&spec, still.bytes, sf_book_still_bytes_max(court.book));
    struct sf_byte_range range;
    const struct sf_delivery delivery = whole(&still, &range);
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN);

    uint32_t at = 1;
    assert_int_equal(next(&court, &at, SF_RECORD_SHOWN)->b, SF_NOBODY);
    assert_int_equal(court.records_count, at);
    assert_int_equal(court.judge.strays_count, 0);
    free(still.bytes);
    court_close(&court);
}

static void test_a_stray_becomes_an_exhibit_beside_the_viewers_own_still(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still own = capture(&court, 0, false);
    struct still foreign = capture(&court, 2, false);
    struct sf_exhibits *exhibits = calloc(1, sizeof *exhibits);
    assert_non_null(exhibits);
    exhibits->max = SF_EXHIBITS_MAX;
    court.judge.exhibits = exhibits;
    struct sf_byte_range range;
    const struct sf_delivery delivery = whole(&foreign, &range);
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN);
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN); /* the first is kept */

    assert_int_equal(exhibits->count, 1);
    const struct sf_exhibit *exhibit = &exhibits->items[0];
    assert_int_equal(exhibit->at_ns, NOW_MS * SF_MS);
    assert_int_equal(exhibit->owners_count, 1);
    assert_int_equal(exhibit->owners[0].tenant.index, 2);
    assert_int_equal(exhibit->owners[0].utc_offset_s, 7200);
    assert_int_equal(exhibit->owners[0].captured_ns, 0);
    assert_int_equal(exhibit->seen_bytes, foreign.count);
    assert_memory_equal(exhibit->seen, foreign.bytes, foreign.count);
    assert_int_equal(exhibit->own_bytes, own.count);
    assert_memory_equal(exhibit->own, own.bytes, own.count);
    free(exhibits);
    free(own.bytes);
    free(foreign.bytes);
    court_close(&court);
}

/* Of one request, whatever is in it: here the viewer's own still, which is no stray. */
static void test_a_wish_keeps_one_delivery_and_the_capture_that_it_names(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still own = capture(&court, 0, false);
    struct still foreign = capture(&court, 2, false);
    struct sf_exhibits *exhibits = calloc(1, sizeof *exhibits);
    assert_non_null(exhibits);
    exhibits->max = 1;
    exhibits->wish = (struct sf_exhibit_wish){
        .is_set = true,
        .viewer = {0},
        .request = 7,
        .at_ns = NOW_MS * SF_MS,
        .has_origin = true,
        .origin = {.tenant = {2}, .camera = {2}, .capture = 0},
    };
    court.judge.exhibits = exhibits;
    struct sf_byte_range range;
    struct sf_delivery delivery = whole(&foreign, &range);
    delivery.request = 8;
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN); /* a stray of another request */
    assert_int_equal(exhibits->count, 0);
    delivery = whole(&foreign, &range);
    delivery.at_ns = (NOW_MS - 5) * SF_MS;
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_NOT_SHOWN);
    assert_int_equal(exhibits->count, 1);
    assert_false(exhibits->items[0].shown);
    assert_int_equal(exhibits->items[0].seen_bytes, foreign.count); /* what reached the viewer */
    delivery = whole(&own, &range);
    sf_judge_delivery(&court.judge, &delivery, SF_JUDGE_SHOWN); /* at the instant of the wish */
    assert_int_equal(exhibits->count, 1);
    assert_true(exhibits->items[0].shown);
    assert_memory_equal(exhibits->items[0].seen, own.bytes, own.count);
    assert_int_equal(exhibits->origin_bytes, foreign.count);
    assert_memory_equal(exhibits->origin, foreign.bytes, foreign.count);
    free(exhibits);
    free(own.bytes);
    free(foreign.bytes);
    court_close(&court);
}

/* ---- the book ---- */

static void test_book_makes_a_capture_again_and_forgets_all_when_reset(void **state)
{
    (void)state;
    struct court court;
    court_open(&court);
    struct still still = capture(&court, 1, true);
    free(capture(&court, 1, false).bytes);
    const struct sf_mark mark = {.tenant = {1}, .camera = {1}, .capture = 0};
    size_t count;
    const uint8_t *again = sf_book_remake(court.book, mark, &count);
    assert_non_null(again);
    assert_int_equal(count, still.count);
    assert_memory_equal(again, still.bytes, count);
    assert_true(sf_book_knows(court.book, mark));
    assert_false(sf_book_knows(court.book, (struct sf_mark){{2}, {1}, 0}));
    assert_false(sf_book_knows(court.book, (struct sf_mark){{1}, {1}, 2}));
    assert_false(sf_book_knows(court.book, (struct sf_mark){{1}, {CAMERAS_COUNT}, 0}));
    assert_int_equal(sf_book_image_bytes(court.book, (const uint8_t *)"no still at all", 15), 0);
    assert_true(sf_book_image_bytes(court.book, still.bytes, still.count) > still.count / 2);

    const struct sf_book_stills stills = {.width_px = 64, .height_px = 48, .quality = 75};
    sf_book_reset(court.book, &stills, CAMERAS_COUNT);
    assert_false(sf_book_knows(court.book, mark));
    assert_null(sf_book_remake(court.book, mark, &count));
    free(still.bytes);
    court_close(&court);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_capture_is_known_by_its_hash),
        cmocka_unit_test(test_what_the_caller_vouches_for_is_verified),
        cmocka_unit_test(test_a_finding_never_rests_on_what_the_caller_vouches_for),
        cmocka_unit_test(test_own_capture_too_old_for_its_hash_is_found_all_the_same),
        cmocka_unit_test(test_a_strangers_still_is_a_stray_by_bytes_and_by_pixels),
        cmocka_unit_test(test_a_capture_known_by_its_hash_is_made_again_before_it_is_believed),
        cmocka_unit_test(test_each_range_that_arrived_is_attributed),
        cmocka_unit_test(test_a_part_that_a_display_shows_is_looked_at),
        cmocka_unit_test(test_what_is_shown_again_has_no_bytes),
        cmocka_unit_test(test_a_mark_that_is_not_in_the_book_is_no_mark),
        cmocka_unit_test(test_a_stray_becomes_an_exhibit_beside_the_viewers_own_still),
        cmocka_unit_test(test_a_wish_keeps_one_delivery_and_the_capture_that_it_names),
        cmocka_unit_test(test_book_makes_a_capture_again_and_forgets_all_when_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
