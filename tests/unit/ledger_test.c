#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/frame/inspect.h"
#include "harness/frame/ledger.h"
#include "harness/frame/still.h"
#include "harness/sim/rng.h"

/* A small fleet: two cameras a tenant, day until capture 10, then night. */
struct fleet {
    uint16_t width_px;
    uint16_t height_px;
    uint32_t cameras_count;
    uint32_t captures_count;
    uint32_t remakes_count;
    size_t capacity;
    struct sf_ledger *ledger;
};

enum { NIGHT_FALLS = 10 };

static struct sf_mark mark_of(uint32_t camera, uint32_t capture)
{
    return (struct sf_mark){.tenant = {100 + camera / 2}, .camera = {camera}, .capture = capture};
}

static struct sf_still_spec spec_of(const struct fleet *fleet, struct sf_mark mark, char name[24])
{
    snprintf(name, 24, "Camera %u", mark.camera.index);
    return (struct sf_still_spec){
        .mark = mark,
        .width_px = fleet->width_px,
        .height_px = fleet->height_px,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .night = mark.capture >= NIGHT_FALLS,
        .scene = (enum sf_scene)(mark.camera.index % SF_SCENES_COUNT),
        .camera_name = name,
        .local_unix_s = 1577402000 + mark.capture * 5,
        .utc_offset_s = 3600,
    };
}

static size_t remake(void *context, struct sf_mark mark, uint8_t *out, size_t capacity)
{
    struct fleet *fleet = context;
    char name[24];
    struct sf_still_spec spec = spec_of(fleet, mark, name);
    fleet->remakes_count++;
    return sf_still_make(&spec, out, capacity);
}

static uint32_t blocks_between(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to)
{
    char name[24];
    struct sf_still_spec spec = spec_of(context, mark, name);
    return sf_still_blocks_between(&spec, still, count, from, to);
}

static struct fleet fleet_of(uint16_t width_px, uint16_t height_px, uint32_t cameras_count,
                             uint32_t captures_count)
{
    struct fleet fleet = {
        .width_px = width_px,
        .height_px = height_px,
        .cameras_count = cameras_count,
        .captures_count = captures_count,
        .capacity = sf_still_bytes_max(width_px, height_px),
    };
    return fleet;
}

static void fleet_tell(struct fleet *fleet)
{
    fleet->ledger =
        sf_ledger_create((struct sf_ledger_source){remake, blocks_between, fleet, fleet->capacity});
    for (uint32_t capture = 0; capture < fleet->captures_count; capture++) {
        for (uint32_t camera = 0; camera < fleet->cameras_count; camera++) {
            sf_ledger_capture(fleet->ledger, mark_of(camera, capture), capture >= NIGHT_FALLS);
        }
    }
}

/* One draw after the other: arguments are evaluated in any order. */
static struct sf_mark any_mark(struct sf_rng *rng, uint32_t cameras_count, uint32_t captures_first,
                               uint32_t captures_end)
{
    uint32_t camera = (uint32_t)sf_rng_below(rng, cameras_count);
    uint32_t capture = captures_first + (uint32_t)sf_rng_below(rng, captures_end - captures_first);
    return mark_of(camera, capture);
}

struct bytes {
    uint8_t *data;
    size_t count;
};

static struct bytes still_of(struct fleet *fleet, uint32_t camera, uint32_t capture)
{
    struct bytes still = {.data = malloc(fleet->capacity)};
    assert_non_null(still.data);
    still.count = remake(fleet, mark_of(camera, capture), still.data, fleet->capacity);
    return still;
}

static struct sf_byte_attribution attribute(struct fleet *fleet, const uint8_t *data, size_t count)
{
    struct sf_byte_attribution out;
    uint8_t *copy = malloc(count > 0 ? count : 1); /* exactly as long, for AddressSanitizer */
    assert_non_null(copy);
    memcpy(copy, data, count);
    sf_ledger_attribute(fleet->ledger, copy, count, &out);
    free(copy);
    uint64_t sum = (uint64_t)out.further_bytes + out.shared_bytes + out.unattributed_bytes;
    for (uint32_t i = 0; i < out.owners_count; i++) {
        sum += out.owners[i].bytes_count;
        assert_true(out.owners[i].bytes_count > 0);
    }
    assert_int_equal(sum, count);
    return out;
}

static uint32_t bytes_of(const struct sf_byte_attribution *out, struct sf_mark mark)
{
    for (uint32_t i = 0; i < out->owners_count; i++) {
        if (out->owners[i].capture_known && sf_mark_same(out->owners[i].owner, mark)) {
            return out->owners[i].bytes_count;
        }
    }
    return 0;
}

static void assert_nobody_but(const struct sf_byte_attribution *out, struct sf_mark a,
                              struct sf_mark b)
{
    for (uint32_t i = 0; i < out->owners_count; i++) {
        struct sf_mark owner = out->owners[i].owner;
        bool is_a = sf_mark_same_camera(owner, a);
        bool is_b = sf_mark_same_camera(owner, b);
        assert_true(is_a || is_b);
        assert_true(!out->owners[i].capture_known || (is_a && owner.capture == a.capture) ||
                    (is_b && owner.capture == b.capture));
    }
}

static void test_ledger_whole_captures_belong_to_their_camera_and_capture(void **state)
{
    (void)state;
    const uint16_t sizes[][2] = {{320, 180}, {128, 64}, {256, 144}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct fleet fleet = fleet_of(sizes[i][0], sizes[i][1], 14, 20);
        fleet_tell(&fleet);
        for (uint32_t camera = 0; camera < fleet.cameras_count; camera += 3) {
            for (uint32_t capture = 0; capture < fleet.captures_count; capture++) {
                struct bytes still = still_of(&fleet, camera, capture);
                struct sf_byte_attribution out = attribute(&fleet, still.data, still.count);
                assert_int_equal(out.owners_count, 1);
                assert_int_equal(bytes_of(&out, mark_of(camera, capture)), still.count);
                free(still.data);
            }
        }
        sf_ledger_destroy(fleet.ledger);
    }
}

static void test_ledger_splices_anywhere_are_told_apart(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 40, 20);
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "ledger test", 0);
    fleet_tell(&fleet);
    for (int i = 0; i < 200; i++) {
        struct sf_mark a = any_mark(&rng, 40, 0, 20);
        struct sf_mark b = any_mark(&rng, 40, 0, 20);
        if (sf_mark_same_camera(a, b)) {
            continue;
        }
        struct bytes first = still_of(&fleet, a.camera.index, a.capture);
        struct bytes second = still_of(&fleet, b.camera.index, b.capture);
        size_t end = 1000 + sf_rng_below(&rng, first.count - 2000);
        size_t begin = 600 + sf_rng_below(&rng, second.count - 3000);
        size_t count = end + second.count - begin;
        uint8_t *mixed = malloc(count);
        memcpy(mixed, first.data, end);
        memcpy(mixed + end, second.data + begin, second.count - begin);
        struct sf_byte_attribution out = attribute(&fleet, mixed, count);
        assert_nobody_but(&out, a, b);
        /* A few bytes at the seam may agree with both. */
        assert_true(bytes_of(&out, a) + 64 >= end);
        assert_true(bytes_of(&out, b) + 64 >= second.count - begin);
        assert_true(bytes_of(&out, a) <= end + 8);
        free(mixed);
        free(first.data);
        free(second.data);
    }
    sf_ledger_destroy(fleet.ledger);
}

static void test_ledger_two_captures_of_a_camera_are_told_apart(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 6, 20);
    fleet_tell(&fleet);
    struct bytes a = still_of(&fleet, 3, 12);
    struct bytes b = still_of(&fleet, 3, 17);
    size_t seam = a.count / 2;
    memcpy(a.data + seam, b.data + seam, (a.count < b.count ? a.count : b.count) - seam);
    struct sf_byte_attribution out = attribute(&fleet, a.data, a.count);
    assert_nobody_but(&out, mark_of(3, 12), mark_of(3, 17));
    /* What is the same in both around the seam goes to the longer run. */
    assert_in_range(bytes_of(&out, mark_of(3, 12)), seam - 200, seam + 200);
    assert_true(out.unattributed_bytes < 100);
    free(a.data);
    free(b.data);
    sf_ledger_destroy(fleet.ledger);
}

/* The promise for short runs: whatever is attributed is right, and from a length on nearly all is.
 */
static void test_ledger_short_runs_are_right_or_left_alone(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 60, 20);
    struct sf_rng rng;
    sf_rng_init(&rng, 2, "ledger test", 0);
    fleet_tell(&fleet);
    enum { RUNS_COUNT = 150, HOST_BYTES = 2000 };
    const struct {
        size_t run_bytes;
        uint32_t found_min;
    } cases[] = {{64, 20}, {128, 60}, {300, 135}, {600, 150}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t found = 0;
        for (int run = 0; run < RUNS_COUNT; run++) {
            uint8_t host[HOST_BYTES];
            struct sf_mark mark = any_mark(&rng, 60, 0, 20);
            struct bytes still = still_of(&fleet, mark.camera.index, mark.capture);
            for (size_t at = 0; at < sizeof host; at++) {
                host[at] = (uint8_t)sf_rng_below(&rng, 256);
            }
            /* Within the luma of a still, which ends some 1,500 bytes before its end by day. */
            size_t from = 1000 + sf_rng_below(&rng, 7500 - cases[i].run_bytes);
            memcpy(host + 500, still.data + from, cases[i].run_bytes);
            struct sf_byte_attribution out = attribute(&fleet, host, sizeof host);
            assert_nobody_but(&out, mark, mark);
            assert_true(out.owners_count <= 1);
            if (out.owners_count == 1) {
                found++;
                assert_in_range(out.owners[0].bytes_count, SF_LEDGER_RUN_BYTES_MIN,
                                cases[i].run_bytes + 8);
            }
            free(still.data);
        }
        assert_in_range(found, cases[i].found_min, RUNS_COUNT);
    }
    sf_ledger_destroy(fleet.ledger);
}

/* Captures a minute apart show the same seconds, here one by day and one by night, whose rows are
 * elsewhere in the file: letters must not be taken for the capture. */
static void test_ledger_letters_alone_do_not_tell_the_capture(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 60, 24);
    struct sf_rng rng;
    sf_rng_init(&rng, 5, "ledger test", 0);
    fleet_tell(&fleet);
    uint32_t found = 0;
    for (uint32_t camera = 0; camera < 60; camera++) {
        struct sf_mark mark = mark_of(camera, 12 + camera % 10);
        struct bytes still = still_of(&fleet, mark.camera.index, mark.capture);
        uint8_t host[1500];
        for (size_t at = 0; at < sizeof host; at++) {
            host[at] = (uint8_t)sf_rng_below(&rng, 256);
        }
        size_t run = 300 + camera * 10;
        memcpy(host + 400, still.data + still.count - run, run);
        struct sf_byte_attribution out = attribute(&fleet, host, sizeof host);
        assert_nobody_but(&out, mark, mark);
        found += out.owners_count > 0;
        free(still.data);
    }
    assert_in_range(found, 55, 60);
    sf_ledger_destroy(fleet.ledger);
}

static void test_ledger_headers_and_noise_belong_to_nobody(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 60, 3);
    fleet_tell(&fleet);
    struct bytes still = still_of(&fleet, 7, 1);
    /* All cameras have these tables. */
    struct sf_byte_attribution out = attribute(&fleet, still.data, 300);
    assert_int_equal(out.owners_count, 0);
    assert_true(out.shared_bytes > 200);
    struct sf_rng rng;
    sf_rng_init(&rng, 3, "ledger test", 0);
    for (int i = 0; i < 50; i++) {
        for (size_t at = 0; at < still.count; at++) {
            still.data[at] = (uint8_t)sf_rng_below(&rng, 256);
        }
        out = attribute(&fleet, still.data, still.count);
        assert_int_equal(out.owners_count, 0);
        assert_int_equal(out.unattributed_bytes, still.count);
    }
    out = attribute(&fleet, still.data, 0);
    assert_int_equal(out.owners_count, 0);
    free(still.data);
    sf_ledger_destroy(fleet.ledger);
}

static void test_ledger_knows_only_what_it_was_told(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 6, 4);
    fleet_tell(&fleet);
    /* A camera that was never told. */
    struct bytes stranger = still_of(&fleet, 11, 2);
    struct sf_byte_attribution out = attribute(&fleet, stranger.data, stranger.count);
    for (uint32_t i = 0; i < out.owners_count; i++) {
        assert_false(out.owners[i].owner.camera.index == 11);
        /* Header and colour of the camera that looks at the same room. */
        assert_int_equal(out.owners[i].owner.camera.index, 5);
    }
    /* A capture that is added afterwards, at night: a look that is not in the index yet. */
    struct bytes later = still_of(&fleet, 2, 15);
    out = attribute(&fleet, later.data, later.count);
    assert_int_equal(bytes_of(&out, mark_of(2, 15)), 0);
    for (uint32_t capture = 4; capture <= 15; capture++) {
        sf_ledger_capture(fleet.ledger, mark_of(2, capture), capture >= NIGHT_FALLS);
    }
    out = attribute(&fleet, later.data, later.count);
    assert_int_equal(bytes_of(&out, mark_of(2, 15)), later.count);
    sf_ledger_reset(fleet.ledger);
    out = attribute(&fleet, later.data, later.count);
    assert_int_equal(out.unattributed_bytes, later.count);
    free(stranger.data);
    free(later.data);
    sf_ledger_destroy(fleet.ledger);
}

static void test_ledger_makes_no_still_unless_asked(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 1000, 30);
    fleet_tell(&fleet);
    assert_int_equal(fleet.remakes_count, 0);
    struct bytes still = still_of(&fleet, 500, 29);
    attribute(&fleet, still.data, still.count);
    uint32_t first = fleet.remakes_count;
    assert_in_range(first, 2000, 2020); /* day and night of each camera */
    attribute(&fleet, still.data, still.count);
    assert_in_range(fleet.remakes_count, first, first + 10);
    free(still.data);
    sf_ledger_destroy(fleet.ledger);
}

static void test_ledger_measures_what_a_capture_has_in_common(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 6, 20);
    fleet_tell(&fleet);
    struct bytes still = still_of(&fleet, 3, 17);
    uint8_t host[600] = {0};
    struct sf_ledger *ledger = fleet.ledger;
    memcpy(host, still.data, 100); /* of the header */
    assert_int_equal(sf_ledger_common_blocks(ledger, mark_of(3, 17), host, sizeof host), 0);
    memcpy(host + 200, still.data + still.count - 150, 45);
    memcpy(host + 300, still.data + still.count - 100, 60); /* flat blocks of 47 bits */
    assert_in_range(sf_ledger_common_blocks(ledger, mark_of(3, 17), host, sizeof host), 8, 10);
    assert_int_equal(sf_ledger_common_blocks(ledger, mark_of(4, 17), host, sizeof host), 0);
    assert_int_equal(sf_ledger_common_blocks(ledger, mark_of(3, 17), host + 300, 31), 0);
    assert_int_equal(sf_ledger_common_blocks(ledger, mark_of(3, 17), host, 0), 0);
    assert_int_equal(sf_ledger_common_blocks(ledger, mark_of(3, 17), still.data, still.count),
                     40 * 23);
    free(still.data);
    sf_ledger_destroy(ledger);
}

/* Two checks that have nothing in common agree about who is in a mixed picture. */
static void test_ledger_and_inspection_agree_on_mixed_pictures(void **state)
{
    (void)state;
    struct fleet fleet = fleet_of(320, 180, 30, 20);
    struct sf_rng rng;
    sf_rng_init(&rng, 4, "ledger test", 0);
    fleet_tell(&fleet);
    uint32_t compared = 0;
    uint32_t both = 0;
    for (int i = 0; i < 150; i++) {
        struct sf_mark a = any_mark(&rng, 30, 10, 20);
        struct sf_mark b = any_mark(&rng, 30, 10, 20);
        if (sf_mark_same_camera(a, b)) {
            continue;
        }
        struct bytes first = still_of(&fleet, a.camera.index, a.capture);
        struct bytes second = still_of(&fleet, b.camera.index, b.capture);
        size_t count = first.count < second.count ? first.count : second.count;
        /* One to three packets of the second still in the first one, as a recycled buffer has. */
        size_t from = 1400 * (1 + sf_rng_below(&rng, 3));
        size_t to = from + 1400 * (1 + sf_rng_below(&rng, 3));
        to = to < count ? to : count;
        memcpy(first.data + from, second.data + from, to - from);
        struct sf_byte_attribution out = attribute(&fleet, first.data, first.count);
        struct sf_inspection seen;
        sf_inspect(first.data, first.count, &seen);
        assert_nobody_but(&out, a, b);
        assert_true(bytes_of(&out, b) + 64 >= to - from);
        for (uint32_t owner = 0; owner < seen.owners_count; owner++) {
            assert_true(bytes_of(&out, seen.owners[owner].owner) > 0);
        }
        assert_in_range(seen.owners_count, 1, 2);
        both += seen.owners_count == 2;
        compared++;
        free(first.data);
        free(second.data);
    }
    assert_in_range(compared, 120, 150);
    /* Rows that come much too early are thrown away by a decoder: those bytes no display shows. */
    assert_in_range(both, compared * 9 / 10, compared);
    sf_ledger_destroy(fleet.ledger);
}

/* Small stills, of which an old one is given to others again and again: all of the camera's later
 * stills would have to be made each time. */
static void test_a_guess_saves_the_search_and_changes_no_answer(void **state)
{
    (void)state;
    enum { CAPTURES = 200, OLD = 3, SPARED_MAX = 12 };
    struct fleet fleet = fleet_of(64, 32, 3, CAPTURES);
    fleet_tell(&fleet);
    struct bytes still = still_of(&fleet, 1, OLD);
    attribute(&fleet, still.data, 0); /* the index is there */
    fleet.remakes_count = 0;
    struct sf_byte_attribution searched = attribute(&fleet, still.data, still.count);
    assert_true(fleet.remakes_count >= CAPTURES - OLD);
    static const uint32_t guesses[] = {OLD, CAPTURES - 1, CAPTURES + 7};
    for (uint32_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
        sf_ledger_guess(fleet.ledger, mark_of(1, guesses[i]));
        sf_ledger_guess(fleet.ledger, mark_of(77, 0)); /* no such camera */
        fleet.remakes_count = 0;
        struct sf_byte_attribution found = attribute(&fleet, still.data, still.count);
        assert_int_equal(found.owners_count, searched.owners_count);
        assert_int_equal(bytes_of(&found, mark_of(1, OLD)), bytes_of(&searched, mark_of(1, OLD)));
        assert_true(bytes_of(&found, mark_of(1, OLD)) > 0);
        assert_true(guesses[i] != OLD || fleet.remakes_count <= SPARED_MAX);
    }
    free(still.data);
    sf_ledger_destroy(fleet.ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ledger_whole_captures_belong_to_their_camera_and_capture),
        cmocka_unit_test(test_ledger_splices_anywhere_are_told_apart),
        cmocka_unit_test(test_ledger_two_captures_of_a_camera_are_told_apart),
        cmocka_unit_test(test_ledger_short_runs_are_right_or_left_alone),
        cmocka_unit_test(test_ledger_letters_alone_do_not_tell_the_capture),
        cmocka_unit_test(test_ledger_headers_and_noise_belong_to_nobody),
        cmocka_unit_test(test_ledger_knows_only_what_it_was_told),
        cmocka_unit_test(test_a_guess_saves_the_search_and_changes_no_answer),
        cmocka_unit_test(test_ledger_makes_no_still_unless_asked),
        cmocka_unit_test(test_ledger_measures_what_a_capture_has_in_common),
        cmocka_unit_test(test_ledger_and_inspection_agree_on_mixed_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
