/* Probes: each is passed by the few records that it is about, and by nothing else. */
#include "harness/oracle/probes.h"

#include "harness/base/arena.h"
#include "harness/base/time.h"
#include "tests/unit/test.h"

enum { HOMES = 4 };

/* Viewers 0 and 1 are tenant 0's, and 4, 8, 12 are those of tenants 1, 2, 3. */
static const struct sf_record introduction[] = {
    {.kind = SF_RECORD_VIEWER, .who = 0, .a = 0, .b = 0},
    {.kind = SF_RECORD_VIEWER, .who = 1, .a = 0, .b = 0},
    {.kind = SF_RECORD_VIEWER, .who = 4, .a = 1, .b = 1},
    {.kind = SF_RECORD_VIEWER, .who = 8, .a = 2, .b = 2},
    {.kind = SF_RECORD_VIEWER, .who = 12, .a = 3, .b = 3},
};

/* How often the probe is passed by these records, after the introduction. */
static uint64_t passed(enum sf_probe probe, const struct sf_record *records, uint32_t count)
{
    struct sf_arena arena;
    sf_arena_init(&arena);
    struct sf_probes *probes = sf_probes_create(&arena, HOMES);
    uint64_t counts[SF_PROBES_COUNT];
    sf_probes_hear(probes, introduction, sizeof introduction / sizeof introduction[0]);
    sf_probes_hear(probes, records, count);
    sf_probes_read(probes, counts);
    sf_arena_fini(&arena);
    return counts[probe];
}

#define PASSED(PROBE, ...)                                            \
    passed(SF_PROBE_##PROBE, (const struct sf_record[]){__VA_ARGS__}, \
           sizeof((const struct sf_record[]){__VA_ARGS__}) / sizeof(struct sf_record))

#define WAITS(VIEWER, CAMERA, REQUEST)                                       \
    {                                                                        \
        .kind = SF_RECORD_ADMITTED, .who = VIEWER, .a = CAMERA, .c = REQUEST \
    }
#define ANSWERED(VIEWER, REQUEST)                                       \
    {                                                                   \
        .kind = SF_RECORD_ANSWERED, .who = VIEWER, .a = 9, .c = REQUEST \
    }

static void test_tenants_that_wait_are_counted(void **state)
{
    (void)state;
    assert_int_equal(PASSED(TWO_WAIT, WAITS(0, 0, 1), WAITS(1, 0, 2)), 0);
    assert_int_equal(PASSED(TWO_WAIT, WAITS(0, 0, 1), ANSWERED(0, 1), WAITS(4, 1, 2)), 0);
    assert_int_equal(PASSED(TWO_WAIT, WAITS(0, 0, 1), WAITS(4, 1, 2)), 1);
    assert_int_equal(PASSED(THREE_WAIT, WAITS(0, 0, 1), WAITS(4, 1, 2)), 0);
    assert_int_equal(PASSED(THREE_WAIT, WAITS(0, 0, 1), WAITS(4, 1, 2), WAITS(8, 2, 3)), 1);
}

static void test_two_that_ask_for_one_camera_are_counted(void **state)
{
    (void)state;
#define ASKS(VIEWER, CAMERA, REQUEST, AT_MS) \
    {.kind = SF_RECORD_ADMITTED, .who = VIEWER, .a = CAMERA, .c = REQUEST, .at_ns = (AT_MS)*SF_MS}
    assert_int_equal(PASSED(SHARED_ASK, ASKS(0, 0, 1, 0), ASKS(4, 1, 2, 9)), 0);
    assert_int_equal(PASSED(SHARED_ASK, ASKS(0, 0, 1, 0), ASKS(0, 0, 2, 9)), 0);
    assert_int_equal(PASSED(SHARED_ASK, ASKS(0, 0, 1, 0), ASKS(1, 0, 2, 1001)), 0);
    assert_int_equal(PASSED(SHARED_ASK, ASKS(0, 0, 1, 0), ASKS(1, 0, 2, 1000)), 1);
    assert_int_equal(PASSED(SHARED_ASK, ASKS(0, 0, 1, 0), ANSWERED(0, 1), ASKS(1, 0, 2, 9)), 1);
}

static void test_a_fetch_that_fails_while_its_still_is_wanted_is_counted(void **state)
{
    (void)state;
#define FETCH_ENDED(CAMERA, ENDING) \
    {.kind = SF_RECORD_FETCH_ENDED, .who = CAMERA, .flags = SF_ENDING_##ENDING}
    assert_int_equal(PASSED(FETCH_FAILED_WAIT, WAITS(0, 0, 1), FETCH_ENDED(0, ABANDONED)), 1);
    assert_int_equal(PASSED(FETCH_FAILED_WAIT, WAITS(0, 0, 1), FETCH_ENDED(1, ABANDONED)), 0);
    assert_int_equal(
        PASSED(FETCH_FAILED_WAIT, WAITS(0, 0, 1), ANSWERED(0, 1), FETCH_ENDED(0, ABANDONED)), 0);
    assert_int_equal(PASSED(FETCH_FAILED_WAIT, WAITS(0, 0, 1), FETCH_ENDED(0, COMPLETE)), 0);
    assert_int_equal(PASSED(FETCH_FAILED_WAIT, WAITS(0, 0, 1), FETCH_ENDED(0, NOT_MODIFIED)), 0);
    assert_int_equal(PASSED(FETCH_ABANDONED, FETCH_ENDED(0, NOT_MODIFIED)), 0);
}

static void test_stills_that_take_three_times_what_may_be_kept_are_counted_once(void **state)
{
    (void)state;
#define CAPACITY {.kind = SF_RECORD_CAPACITY, .c = 100}
#define UPLOADED(CAMERA, BYTES)                                   \
    {                                                             \
        .kind = SF_RECORD_UPLOAD_ENDED, .who = CAMERA, .b = BYTES \
    }
#define FETCHED(CAMERA, BYTES)                                   \
    {                                                            \
        .kind = SF_RECORD_FETCH_ENDED, .who = CAMERA, .b = BYTES \
    }
    assert_int_equal(PASSED(MEMORY_SHORT, UPLOADED(0, 200), UPLOADED(1, 200)), 0);
    assert_int_equal(PASSED(MEMORY_SHORT, CAPACITY, UPLOADED(0, 200), UPLOADED(1, 100)), 0);
    assert_int_equal(PASSED(MEMORY_SHORT, CAPACITY, UPLOADED(0, 200), UPLOADED(0, 200)), 0);
    assert_int_equal(PASSED(MEMORY_SHORT, CAPACITY, UPLOADED(0, 200), FETCHED(1, 101)), 1);
    assert_int_equal(
        PASSED(MEMORY_SHORT, CAPACITY, UPLOADED(0, 200), UPLOADED(1, 101), UPLOADED(2, 9)), 1);
}

static void test_more_than_256_uploads_under_way_are_counted(void **state)
{
    (void)state;
    struct sf_record records[258];
    for (uint32_t i = 0; i < 258; i++) {
        records[i] = (struct sf_record){.kind = SF_RECORD_UPLOAD_BEGUN, .c = i + 1};
    }
    assert_int_equal(passed(SF_PROBE_MANY_UPLOADS, records, 256), 0);
    assert_int_equal(passed(SF_PROBE_MANY_UPLOADS, records, 257), 1);
    records[256] = (struct sf_record){.kind = SF_RECORD_UPLOAD_ENDED, .c = 1};
    assert_int_equal(passed(SF_PROBE_MANY_UPLOADS, records, 258), 0);
}

static void test_a_request_for_a_still_whose_first_has_aged_is_counted(void **state)
{
    (void)state;
#define FRESH {.kind = SF_RECORD_FRESH, .d = 60 * SF_SECOND}
#define FIRST                                                                   \
    {                                                                           \
        .kind = SF_RECORD_FETCH_ENDED, .who = 0, .b = 9, .at_ns = 5 * SF_SECOND \
    }
#define ASKED(CAMERA, AT_S)                                                                  \
    {                                                                                        \
        .kind = SF_RECORD_ADMITTED, .who = 0, .a = CAMERA, .c = 1, .at_ns = (AT_S)*SF_SECOND \
    }
    assert_int_equal(PASSED(AGED, FRESH, FIRST, ASKED(0, 66)), 1);
    assert_int_equal(PASSED(AGED, FRESH, FIRST, ASKED(0, 65)), 0);
    assert_int_equal(PASSED(AGED, FRESH, FIRST, ASKED(1, 66)), 0);
    assert_int_equal(PASSED(AGED, FIRST, ASKED(0, 66)), 0);
}

static void test_what_happens_while_requests_wait_is_told_from_what_happens_in_quiet(void **state)
{
    (void)state;
    static const struct {
        enum sf_probe probe;
        struct sf_record record;
    } changes[] = {
        {SF_PROBE_DEPLOY_IN_FLIGHT, {.kind = SF_RECORD_DEPLOYED, .at_ns = SF_SECOND}},
        {SF_PROBE_BLOCK_IN_FLIGHT, {.kind = SF_RECORD_KILL_SWITCH, .flags = 1}},
        {SF_PROBE_UNLINK_IN_FLIGHT, {.kind = SF_RECORD_LINK, .who = 0, .at_ns = SF_SECOND}},
        {SF_PROBE_NODE_IN_FLIGHT, {.kind = SF_RECORD_NODE}},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const struct sf_record busy[] = {WAITS(0, 0, 1), changes[i].record};
        const struct sf_record quiet[] = {WAITS(0, 0, 1), ANSWERED(0, 1), changes[i].record};
        assert_int_equal(passed(changes[i].probe, busy, 2), 1);
        assert_int_equal(passed(changes[i].probe, quiet, 3), 0);
    }
    assert_int_equal(PASSED(NODE_IN_FLIGHT, WAITS(0, 0, 1), {.kind = SF_RECORD_NODE, .flags = 1}),
                     0);
    assert_int_equal(
        PASSED(BLOCK_IN_FLIGHT, WAITS(0, 0, 1), {.kind = SF_RECORD_KILL_SWITCH, .flags = 0}), 0);
}

static void test_forgetting_is_told_by_scope_and_by_what_is_open(void **state)
{
    (void)state;
    const struct sf_record forget = {.kind = SF_RECORD_FORGET, .who = 1, .a = 1};
    assert_int_equal(PASSED(FORGET_CAMERA, forget), 1);
    assert_int_equal(PASSED(FORGET_ACCOUNT, forget), 0);
    assert_int_equal(PASSED(FORGET_ACCOUNT, {.kind = SF_RECORD_FORGET, .who = 1, .a = 2}), 1);
    assert_int_equal(PASSED(FORGET_WAITING, WAITS(0, 1, 1), forget), 1);
    assert_int_equal(PASSED(FORGET_WAITING, WAITS(0, 0, 1), forget), 0);
    static const struct {
        enum sf_probe probe;
        struct sf_record begins;
        struct sf_record ends;
    } open[] = {
        {SF_PROBE_FORGET_UPLOADING,
         {.kind = SF_RECORD_UPLOAD_BEGUN, .who = 1},
         {.kind = SF_RECORD_UPLOAD_ENDED, .who = 1}},
        {SF_PROBE_FORGET_FETCHING,
         {.kind = SF_RECORD_FETCH, .who = 1},
         {.kind = SF_RECORD_FETCH_ENDED, .who = 1}},
        {SF_PROBE_FORGET_FETCHING,
         {.kind = SF_RECORD_FETCH, .who = 1},
         {.kind = SF_RECORD_FETCH_CANCELLED, .who = 1}},
    };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        const struct sf_record under_way[] = {open[i].begins, forget};
        const struct sf_record over[] = {open[i].begins, open[i].ends, forget};
        assert_int_equal(passed(open[i].probe, under_way, 2), 1);
        assert_int_equal(passed(open[i].probe, over, 3), 0);
    }
}

static void test_nodes_that_flap_and_deploys_on_deploys(void **state)
{
    (void)state;
#define LOST(s) {.kind = SF_RECORD_NODE, .who = 1, .at_ns = (s)*SF_SECOND}
#define DEPLOYED(s)                                                \
    {                                                              \
        .kind = SF_RECORD_DEPLOYED, .a = 1, .at_ns = (s)*SF_SECOND \
    }
    assert_int_equal(PASSED(FLAPPING, LOST(1), LOST(9), LOST(21)), 1);
    assert_int_equal(PASSED(FLAPPING, LOST(1), LOST(9), LOST(22)), 0);
    assert_int_equal(PASSED(FLAPPING, LOST(1), LOST(9)), 0);
    assert_int_equal(PASSED(REDEPLOYED, DEPLOYED(0), WAITS(0, 0, 1), DEPLOYED(10), DEPLOYED(13)),
                     1);
    assert_int_equal(PASSED(REDEPLOYED, DEPLOYED(0), WAITS(0, 0, 1), DEPLOYED(10), DEPLOYED(14)),
                     0);
    assert_int_equal(PASSED(REDEPLOYED, DEPLOYED(0), DEPLOYED(10), DEPLOYED(13)), 0);
    assert_int_equal(PASSED(DEPLOYED_HEALED, {.kind = SF_RECORD_HEALED}, DEPLOYED(9)), 1);
    assert_int_equal(PASSED(DEPLOYED_HEALED, DEPLOYED(9), {.kind = SF_RECORD_HEALED}), 0);
#undef LOST
#undef DEPLOYED
}

static void test_five_pictures_in_two_seconds_are_live_viewing(void **state)
{
    (void)state;
#define PICTURE(ms) {.kind = SF_RECORD_ANSWERED, .who = 2, .a = 900, .at_ns = (ms)*SF_MS}
    assert_int_equal(
        PASSED(LIVE, PICTURE(0), PICTURE(500), PICTURE(900), PICTURE(1500), PICTURE(2000)), 1);
    assert_int_equal(
        PASSED(LIVE, PICTURE(0), PICTURE(500), PICTURE(900), PICTURE(1500), PICTURE(2001)), 0);
    assert_int_equal(PASSED(LIVE, PICTURE(0), PICTURE(500), PICTURE(900), PICTURE(1500)), 0);
#undef PICTURE
}

static void test_single_records_that_are_events(void **state)
{
    (void)state;
    static const struct {
        enum sf_probe probe;
        struct sf_record record;
    } events[] = {
        {SF_PROBE_STALE, {.kind = SF_RECORD_ANSWERED, .flags = SF_FLAG_STALE}},
        {SF_PROBE_REQUEST_CANCELLED, {.kind = SF_RECORD_CANCELLED}},
        {SF_PROBE_PARTIAL_SHOWN, {.kind = SF_RECORD_SHOWN}},
        {SF_PROBE_FETCH_ABANDONED, {.kind = SF_RECORD_FETCH_ENDED, .flags = 1}},
        {SF_PROBE_FETCH_CANCELLED, {.kind = SF_RECORD_FETCH_CANCELLED, .b = 7}},
        {SF_PROBE_UPLOAD_ABANDONED, {.kind = SF_RECORD_UPLOAD_ENDED, .flags = 1}},
        {SF_PROBE_LATE_FRAGMENT, {.kind = SF_RECORD_FRAGMENT_LATE}},
        {SF_PROBE_STORE_USED, {.kind = SF_RECORD_STORE}},
        {SF_PROBE_IDENTITY_FAILED, {.kind = SF_RECORD_IDENTITY, .flags = 2}},
        {SF_PROBE_RENEWED, {.kind = SF_RECORD_RENEWED}},
        {SF_PROBE_CLOCK_STEPPED, {.kind = SF_RECORD_NODE_CLOCK}},
        {SF_PROBE_RECONFIGURED, {.kind = SF_RECORD_RECONFIGURED}},
        {SF_PROBE_EXPORTED, {.kind = SF_RECORD_EXPORT}},
        {SF_PROBE_NETWORK_CHANGED, {.kind = SF_RECORD_NETWORK}},
        {SF_PROBE_RECOVERED, {.kind = SF_RECORD_HEALED}},
        {SF_PROBE_LONG_STILL, {.kind = SF_RECORD_CAPTURE, .b = 8193}},
        {SF_PROBE_HANDED_CUT, {.kind = SF_RECORD_HANDED_OVER, .a = 1}},
        {SF_PROBE_HANDED_FOREIGN, {.kind = SF_RECORD_HANDED_OVER, .a = 2}},
        {SF_PROBE_HANDED_VERSION, {.kind = SF_RECORD_HANDED_OVER, .a = 3}},
        {SF_PROBE_FETCH_BUSY, {.kind = SF_RECORD_BUSY, .a = 1}},
        {SF_PROBE_TIMER_BUSY, {.kind = SF_RECORD_BUSY, .a = 2}},
        {SF_PROBE_CONNECTION_BUSY, {.kind = SF_RECORD_BUSY, .a = 3}},
        {SF_PROBE_PACKET_LOST, {.kind = SF_RECORD_PACKET, .flags = SF_FATE_LOST}},
        {SF_PROBE_PACKET_DUPLICATED, {.kind = SF_RECORD_PACKET, .flags = SF_FATE_DUPLICATED}},
        {SF_PROBE_PACKET_CORRUPTED, {.kind = SF_RECORD_PACKET, .flags = SF_FATE_CORRUPTED}},
        {SF_PROBE_PACKET_OVER_LIMIT,
         {.kind = SF_RECORD_PACKET, .flags = SF_FATE_LOST | SF_FATE_OVER_LIMIT}},
    };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        for (size_t j = 0; j < sizeof events / sizeof events[0]; j++) {
            bool both_lost = events[i].probe == SF_PROBE_PACKET_LOST &&
                             events[j].probe == SF_PROBE_PACKET_OVER_LIMIT;
            assert_int_equal(passed(events[i].probe, &events[j].record, 1), i == j || both_lost);
        }
    }
    assert_int_equal(PASSED(STALE, ANSWERED(0, 1)), 0);
    assert_int_equal(PASSED(IDENTITY_FAILED, {.kind = SF_RECORD_IDENTITY, .flags = 1}), 0);
}

static void test_whoever_leaves_leaves_a_request_that_waits(void **state)
{
    (void)state;
    static const struct sf_record left = {
        .kind = SF_RECORD_GAVE_UP, .who = 4, .flags = SF_GAVE_UP_LEFT, .c = 2};
    static const struct sf_record timed_out = {.kind = SF_RECORD_GAVE_UP, .who = 4, .c = 2};
    assert_int_equal(PASSED(VIEWER_LEFT, WAITS(4, 1, 2), left), 1);
    assert_int_equal(PASSED(VIEWER_LEFT, WAITS(4, 1, 2), timed_out), 0);
    assert_int_equal(PASSED(VIEWER_LEFT, WAITS(4, 1, 3), left), 0);
    assert_int_equal(PASSED(VIEWER_LEFT, WAITS(4, 1, 2), ANSWERED(4, 2), left), 0);
}

static void test_a_reply_is_late_beyond_its_bound(void **state)
{
    (void)state;
    assert_int_equal(PASSED(STORE_LATE, {.kind = SF_RECORD_STORE, .d = 200 * SF_MS}), 0);
    assert_int_equal(PASSED(STORE_LATE, {.kind = SF_RECORD_STORE, .d = 200 * SF_MS + 1}), 1);
    assert_int_equal(PASSED(IDENTITY_LATE, {.kind = SF_RECORD_IDENTITY, .d = 200 * SF_MS}), 0);
    assert_int_equal(PASSED(IDENTITY_LATE, {.kind = SF_RECORD_IDENTITY, .d = 200 * SF_MS + 1}), 1);
}

/* How often it is passed when this many tenants come to wait, one after the other. */
static uint64_t passed_by_crowd(uint32_t tenants_count)
{
    struct sf_arena arena;
    sf_arena_init(&arena);
    struct sf_probes *probes = sf_probes_create(&arena, tenants_count);
    uint64_t counts[SF_PROBES_COUNT];
    for (uint32_t i = 0; i < tenants_count; i++) {
        const struct sf_record records[] = {
            {.kind = SF_RECORD_VIEWER, .who = 4 * i, .a = i, .b = i},
            {.kind = SF_RECORD_ADMITTED, .who = 4 * i, .a = i, .c = i + 1},
        };
        sf_probes_hear(probes, records, 2);
    }
    sf_probes_read(probes, counts);
    sf_arena_fini(&arena);
    return counts[SF_PROBE_MANY_WAIT];
}

static void test_many_are_more_than_a_byte_counts(void **state)
{
    (void)state;
    assert_int_equal(passed_by_crowd(256), 0);
    assert_int_equal(passed_by_crowd(258), 2);
}

static void test_a_packet_that_overtakes_another_is_seen(void **state)
{
    (void)state;
    assert_int_equal(PASSED(PACKET_REORDERED, {.kind = SF_RECORD_PACKET, .d = 10},
                            {.kind = SF_RECORD_PACKET, .d = 12}),
                     0);
    assert_int_equal(PASSED(PACKET_REORDERED, {.kind = SF_RECORD_PACKET, .d = 10},
                            {.kind = SF_RECORD_PACKET, .d = 9}),
                     1);
}

static void test_where_packets_are_held_back_the_order_is_that_of_leaving(void **state)
{
    (void)state;
    assert_int_equal(PASSED(PACKET_REORDERED, {.kind = SF_RECORD_PACKET, .d = 10},
                            {.kind = SF_RECORD_PACKET, .d = (uint64_t)SF_DUE_TOLD_LATER},
                            {.kind = SF_RECORD_PACKET, .d = 10}),
                     0);
    assert_int_equal(PASSED(PACKET_REORDERED, {.kind = SF_RECORD_PACKET_LEFT, .c = 3},
                            {.kind = SF_RECORD_PACKET_LEFT, .c = 3},
                            {.kind = SF_RECORD_PACKET_LEFT, .who = 1, .c = 2},
                            {.kind = SF_RECORD_PACKET_LEFT, .c = 4}),
                     0);
    assert_int_equal(PASSED(PACKET_REORDERED, {.kind = SF_RECORD_PACKET_LEFT, .c = 4},
                            {.kind = SF_RECORD_PACKET_LEFT, .c = 3}),
                     1);
}

static void test_half_of_the_viewers_within_two_seconds_are_a_mass_return(void **state)
{
    (void)state;
    assert_int_equal(PASSED(MASS_RETURN, {.kind = SF_RECORD_ASK, .who = 0},
                            {.kind = SF_RECORD_ASK, .who = 4}, {.kind = SF_RECORD_ASK, .who = 4}),
                     0);
    assert_int_equal(PASSED(MASS_RETURN, {.kind = SF_RECORD_ASK, .who = 0},
                            {.kind = SF_RECORD_ASK, .who = 4}, {.kind = SF_RECORD_ASK, .who = 8}),
                     1);
}

static void test_an_answer_at_once_is_a_hit(void **state)
{
    (void)state;
    assert_int_equal(PASSED(HIT, WAITS(0, 0, 1), ANSWERED(0, 1)), 1);
    assert_int_equal(
        PASSED(HIT, WAITS(0, 0, 1),
               {.kind = SF_RECORD_ANSWERED, .who = 0, .a = 9, .c = 1, .at_ns = SF_SECOND}),
        0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tenants_that_wait_are_counted),
        cmocka_unit_test(test_two_that_ask_for_one_camera_are_counted),
        cmocka_unit_test(test_a_fetch_that_fails_while_its_still_is_wanted_is_counted),
        cmocka_unit_test(test_stills_that_take_three_times_what_may_be_kept_are_counted_once),
        cmocka_unit_test(test_more_than_256_uploads_under_way_are_counted),
        cmocka_unit_test(test_a_request_for_a_still_whose_first_has_aged_is_counted),
        cmocka_unit_test(test_what_happens_while_requests_wait_is_told_from_what_happens_in_quiet),
        cmocka_unit_test(test_single_records_that_are_events),
        cmocka_unit_test(test_five_pictures_in_two_seconds_are_live_viewing),
        cmocka_unit_test(test_nodes_that_flap_and_deploys_on_deploys),
        cmocka_unit_test(test_forgetting_is_told_by_scope_and_by_what_is_open),
        cmocka_unit_test(test_whoever_leaves_leaves_a_request_that_waits),
        cmocka_unit_test(test_a_reply_is_late_beyond_its_bound),
        cmocka_unit_test(test_many_are_more_than_a_byte_counts),
        cmocka_unit_test(test_a_packet_that_overtakes_another_is_seen),
        cmocka_unit_test(test_where_packets_are_held_back_the_order_is_that_of_leaving),
        cmocka_unit_test(test_half_of_the_viewers_within_two_seconds_are_a_mass_return),
        cmocka_unit_test(test_an_answer_at_once_is_a_hit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
