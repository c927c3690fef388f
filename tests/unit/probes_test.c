/* Probes over traces in their text form: which situation each must count, and which it must not. */
#include "harness/oracle/probes.h"

#include "harness/base/arena.h"
#include "harness/base/time.h"
#include "tests/unit/trace_text.h"

enum { HOMES = 4 };

static const char introduction[] = "0 hub 0 belongs to its own\n"
                                   "0 app 0 belongs to its own\n"
                                   "0 hub 1 belongs to its own\n"
                                   "0 hub 2 belongs to its own\n"
                                   "0 hub 3 belongs to its own\n";

static void hear(struct sf_probes *probes, const char *trace)
{
    uint32_t count;
    struct sf_record *records = trace_parse(trace, &count);
    sf_probes_hear(probes, records, count);
    free(records);
}

/* How often the probe is passed by these records, after the introduction. */
static void assert_passed(enum sf_probe probe, const char *trace, uint64_t expected)
{
    struct sf_arena arena;
    sf_arena_init(&arena);
    struct sf_probes *probes = sf_probes_create(&arena, HOMES);
    uint64_t counts[SF_PROBES_COUNT];
    hear(probes, introduction);
    hear(probes, trace);
    sf_probes_read(probes, counts);
    sf_arena_fini(&arena);
    if (counts[probe] != expected) {
        fail_msg("%s: expected %" PRIu64 ", counted %" PRIu64 " in\n%s", sf_probe_name(probe),
                 expected, counts[probe], trace);
    }
}

static void assert_passed_after(enum sf_probe probe, const char *before, const char *trace,
                                uint64_t expected)
{
    char both[512];
    snprintf(both, sizeof both, "%s%s", before, trace);
    assert_passed(probe, both, expected);
}

static const char one_waits[] = "0 hub 0 is admitted to camera 0, request 1\n";
static const char one_was_answered[] = "0 hub 0 is admitted to camera 0, request 1\n"
                                       "0 hub 0 is answered with 9, request 1\n";

/* The answer has arrived by the last of these records. */
static const char one_has_arrived[] = "0 hub 0 is admitted to camera 0, request 1\n"
                                      "0 hub 0 is answered with 9, request 1\n"
                                      "00:00.600000000 hub 2 asks\n";

static void test_tenants_that_wait_are_counted(void **state)
{
    (void)state;
    static const char second[] = "0 hub 1 is admitted to camera 1, request 2\n";
    assert_passed(SF_PROBE_TWO_WAIT,
                  "0 hub 0 is admitted to camera 0, request 1\n"
                  "0 app 0 is admitted to camera 0, request 2\n",
                  0);
    assert_passed_after(SF_PROBE_TWO_WAIT, one_has_arrived, second, 0);
    assert_passed_after(SF_PROBE_TWO_WAIT, one_waits, second, 1);
    assert_passed_after(SF_PROBE_THREE_WAIT, one_waits, second, 0);
    assert_passed_after(SF_PROBE_THREE_WAIT, one_waits,
                        "0 hub 1 is admitted to camera 1, request 2\n"
                        "0 hub 2 is admitted to camera 2, request 3\n",
                        1);
}

static void test_two_that_ask_for_one_camera_are_counted(void **state)
{
    (void)state;
    assert_passed_after(SF_PROBE_SHARED_ASK, one_waits,
                        "00:00.009000000 hub 1 is admitted to camera 1, request 2\n", 0);
    assert_passed_after(SF_PROBE_SHARED_ASK, one_waits,
                        "00:00.009000000 hub 0 is admitted to camera 0, request 2\n", 0);
    assert_passed_after(SF_PROBE_SHARED_ASK, one_waits,
                        "00:01.001000000 app 0 is admitted to camera 0, request 2\n", 0);
    assert_passed_after(SF_PROBE_SHARED_ASK, one_waits,
                        "00:01.000000000 app 0 is admitted to camera 0, request 2\n", 1);
    assert_passed_after(SF_PROBE_SHARED_ASK, one_was_answered,
                        "00:00.009000000 app 0 is admitted to camera 0, request 2\n", 1);
}

static void test_two_requests_at_once_on_a_connection_of_the_front_door_are_counted(void **state)
{
    (void)state;
    static const char first[] = "00:01.000000000 hub 0 is passed on over connection 1, to node 0, "
                                "request 1\n";
    static const struct {
        const char *second;
        uint64_t count;
    } rows[] = {
        {"00:01.000900000 hub 1 is passed on over connection 1, to node 0, request 1\n", 1},
        {"00:01.001000000 hub 1 is passed on over connection 1, to node 0, request 1\n", 0},
        {"00:01.000900000 hub 1 is passed on over connection 2, to node 0, request 1\n", 0},
        {"00:01.000900000 hub 1 is passed on over connection 1, to node 1, request 1\n", 0},
        {"00:01.000900000 app 0 is passed on over connection 1, to node 0, request 1\n", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_passed_after(SF_PROBE_ON_ONE_CONNECTION, first, rows[i].second, rows[i].count);
    }
}

static void test_an_answer_with_the_rest_of_a_still_is_counted(void **state)
{
    (void)state;
    assert_passed(SF_PROBE_RESUMED,
                  "0 hub 0 gets its answer from on_request, about home 0, begun for home 0, "
                  "request 1, from offset 4200\n",
                  1);
    assert_passed(SF_PROBE_RESUMED,
                  "0 hub 0 gets its answer from on_request, about home 0, begun for home 0, "
                  "request 1\n",
                  0);
}

static void test_a_fetch_that_fails_while_its_still_is_wanted_is_counted(void **state)
{
    (void)state;
    static const char abandoned[] = "0 camera 0 fetch ends abandoned\n";
    assert_passed_after(SF_PROBE_FETCH_FAILED_WAIT, one_waits, abandoned, 1);
    assert_passed_after(SF_PROBE_FETCH_FAILED_WAIT, one_waits, "0 camera 1 fetch ends abandoned\n",
                        0);
    assert_passed_after(SF_PROBE_FETCH_FAILED_WAIT, one_has_arrived, abandoned, 0);
    assert_passed_after(SF_PROBE_FETCH_FAILED_WAIT, one_waits, "0 camera 0 fetch ends complete\n",
                        0);
    assert_passed_after(SF_PROBE_FETCH_FAILED_WAIT, one_waits,
                        "0 camera 0 fetch ends not modified\n", 0);
    assert_passed(SF_PROBE_FETCH_ABANDONED, "0 camera 0 fetch ends not modified\n", 0);
}

static void test_stills_that_take_three_times_the_capacity_are_counted_once(void **state)
{
    (void)state;
    static const char capacity[] = "0 capacity, bytes 100\n"
                                   "0 camera 0 upload ends complete, received 200\n";
    assert_passed(SF_PROBE_MEMORY_SHORT,
                  "0 camera 0 upload ends complete, received 200\n"
                  "0 camera 1 upload ends complete, received 200\n",
                  0);
    assert_passed_after(SF_PROBE_MEMORY_SHORT, capacity,
                        "0 camera 1 upload ends complete, received 100\n", 0);
    assert_passed_after(SF_PROBE_MEMORY_SHORT, capacity,
                        "0 camera 0 upload ends complete, received 200\n", 0);
    assert_passed_after(SF_PROBE_MEMORY_SHORT, capacity,
                        "0 camera 1 fetch ends complete, received 101\n", 1);
    assert_passed_after(SF_PROBE_MEMORY_SHORT, capacity,
                        "0 camera 1 upload ends complete, received 101\n"
                        "0 camera 2 upload ends complete, received 9\n",
                        1);
}

static void test_more_than_256_uploads_under_way_are_counted(void **state)
{
    (void)state;
    struct sf_text uploads = {0};
    for (uint32_t i = 0; i < 255; i++) {
        sf_text_add(&uploads, "0 camera 0 uploads, upload %u\n", i + 1);
    }
    struct sf_text trace = {0};
    sf_text_add(&trace, "%s0 camera 0 uploads, upload 256\n", uploads.data);
    assert_passed(SF_PROBE_MANY_UPLOADS, trace.data, 0);
    sf_text_add(&trace, "0 camera 0 uploads, upload 257\n");
    assert_passed(SF_PROBE_MANY_UPLOADS, trace.data, 1);
    sf_text_free(&trace);
    sf_text_add(&trace,
                "%s0 camera 0 uploads, upload 256\n"
                "0 camera 0 upload ends complete, upload 1\n"
                "0 camera 0 uploads, upload 257\n",
                uploads.data);
    assert_passed(SF_PROBE_MANY_UPLOADS, trace.data, 0);
    sf_text_free(&trace);
    sf_text_free(&uploads);
}

static void test_a_request_for_a_still_whose_first_has_aged_is_counted(void **state)
{
    (void)state;
    static const char first[] = "00:05.000000000 camera 0 fetch ends complete, received 9\n";
    static const char fresh[] = "0 fresh within 60000000000 ns\n"
                                "00:05.000000000 camera 0 fetch ends complete, received 9\n";
    static const char aged[] = "01:06.000000000 hub 0 is admitted to camera 0, request 1\n";
    assert_passed_after(SF_PROBE_AGED, fresh, aged, 1);
    assert_passed_after(SF_PROBE_AGED, fresh,
                        "01:05.000000000 hub 0 is admitted to camera 0, request 1\n", 0);
    assert_passed_after(SF_PROBE_AGED, fresh,
                        "01:06.000000000 hub 0 is admitted to camera 1, request 1\n", 0);
    assert_passed_after(SF_PROBE_AGED, first, aged, 0);
}

static void test_a_request_for_a_camera_whose_latest_still_is_old_is_counted(void **state)
{
    (void)state;
    static const char fresh[] = "0 fresh within 60000000000 ns\n"
                                "00:05.000000000 camera 0 fetch ends complete, received 9\n";
    static const char newer[] = "0 fresh within 60000000000 ns\n"
                                "00:05.000000000 camera 0 fetch ends complete, received 9\n"
                                "00:07.000000000 camera 0 upload ends complete, received 9\n";
    static const char asked[] = "01:06.000000000 hub 0 is admitted to camera 0, request 1\n";
    assert_passed_after(SF_PROBE_OLD_LATEST, fresh, asked, 1);
    assert_passed_after(SF_PROBE_OLD_LATEST, newer, asked, 0);
    assert_passed_after(SF_PROBE_OLD_LATEST, fresh,
                        "01:05.000000000 hub 0 is admitted to camera 0, request 1\n", 0);
}

static void test_changes_count_while_requests_wait(void **state)
{
    (void)state;
    static const struct {
        enum sf_probe probe;
        const char *change;
    } changes[] = {
        {SF_PROBE_DEPLOY_IN_FLIGHT, "00:01.000000000 version 0 is deployed\n"},
        {SF_PROBE_BLOCK_IN_FLIGHT, "0 the operator blocks\n"},
        {SF_PROBE_UNLINK_IN_FLIGHT, "00:01.000000000 tenant 0 unlinks\n"},
        {SF_PROBE_NODE_IN_FLIGHT, "0 node 0 is lost\n"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        assert_passed_after(changes[i].probe, one_waits, changes[i].change, 1);
        assert_passed_after(changes[i].probe, one_has_arrived, changes[i].change, 0);
    }
    assert_passed_after(SF_PROBE_NODE_IN_FLIGHT, one_waits, "0 node 0 is back\n", 0);
    assert_passed_after(SF_PROBE_BLOCK_IN_FLIGHT, one_waits, "0 the operator unblocks\n", 0);
}

static void test_invalidations_are_counted_by_scope_and_by_what_is_under_way(void **state)
{
    (void)state;
    static const char forget[] = "0 camera 1 is to be forgotten, scope 1\n";
    assert_passed(SF_PROBE_FORGET_CAMERA, forget, 1);
    assert_passed(SF_PROBE_FORGET_ACCOUNT, forget, 0);
    assert_passed(SF_PROBE_FORGET_ACCOUNT, "0 camera 1 is to be forgotten, scope 2\n", 1);
    assert_passed_after(SF_PROBE_FORGET_WAITING, "0 hub 0 is admitted to camera 1, request 1\n",
                        forget, 1);
    assert_passed_after(SF_PROBE_FORGET_WAITING, one_waits, forget, 0);
    static const struct {
        enum sf_probe probe;
        const char *begins;
        const char *ends;
    } open[] = {
        {SF_PROBE_FORGET_UPLOADING, "0 camera 1 uploads\n", "0 camera 1 upload ends complete\n"},
        {SF_PROBE_FORGET_FETCHING, "0 camera 1 is asked for a still\n",
         "0 camera 1 fetch ends complete\n"},
        {SF_PROBE_FORGET_FETCHING, "0 camera 1 is asked for a still\n",
         "0 camera 1 fetch is cancelled\n"},
    };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        char over[128];
        snprintf(over, sizeof over, "%s%s", open[i].begins, open[i].ends);
        assert_passed_after(open[i].probe, open[i].begins, forget, 1);
        assert_passed_after(open[i].probe, over, forget, 0);
    }
}

static void test_nodes_that_flap_are_counted(void **state)
{
    (void)state;
    static const char twice[] = "00:01.000000000 node 1 is lost\n"
                                "00:09.000000000 node 1 is lost\n";
    assert_passed_after(SF_PROBE_FLAPPING, twice, "00:21.000000000 node 1 is lost\n", 1);
    assert_passed_after(SF_PROBE_FLAPPING, twice, "00:22.000000000 node 1 is lost\n", 0);
    assert_passed(SF_PROBE_FLAPPING, twice, 0);
}

static void test_deploys_soon_after_deploys_are_counted(void **state)
{
    (void)state;
    static const char waiting[] = "0 version 0 is deployed, node 1\n"
                                  "0 hub 0 is admitted to camera 0, request 1\n"
                                  "00:10.000000000 version 0 is deployed, node 1\n";
    static const char quiet[] = "0 version 0 is deployed, node 1\n"
                                "00:10.000000000 version 0 is deployed, node 1\n";
    static const char soon[] = "00:13.000000000 version 0 is deployed, node 1\n";
    assert_passed_after(SF_PROBE_REDEPLOYED, waiting, soon, 1);
    assert_passed_after(SF_PROBE_REDEPLOYED, waiting,
                        "00:14.000000000 version 0 is deployed, node 1\n", 0);
    assert_passed_after(SF_PROBE_REDEPLOYED, quiet, soon, 0);
    assert_passed_after(SF_PROBE_DEPLOYED_HEALED, "0 healed\n", soon, 1);
    assert_passed_after(SF_PROBE_DEPLOYED_HEALED, soon, "00:14.000000000 healed\n", 0);
}

static void test_five_pictures_in_two_seconds_are_live_viewing(void **state)
{
    (void)state;
    static const char four[] = "0 app 0 is answered with 900\n"
                               "00:00.500000000 app 0 is answered with 900\n"
                               "00:00.900000000 app 0 is answered with 900\n"
                               "00:01.500000000 app 0 is answered with 900\n";
    assert_passed_after(SF_PROBE_LIVE, four, "00:02.000000000 app 0 is answered with 900\n", 1);
    assert_passed_after(SF_PROBE_LIVE, four, "00:02.001000000 app 0 is answered with 900\n", 0);
    assert_passed(SF_PROBE_LIVE, four, 0);
}

static void test_single_records_that_are_events(void **state)
{
    (void)state;
    static const struct {
        enum sf_probe probe;
        const char *trace;
    } events[] = {
        {SF_PROBE_STALE, "0 hub 0 is answered, stale"},
        {SF_PROBE_REQUEST_CANCELLED, "0 hub 0 cancels"},
        {SF_PROBE_PARTIAL_SHOWN, "0 hub 0 is shown"},
        {SF_PROBE_FETCH_ABANDONED, "0 camera 0 fetch ends abandoned"},
        {SF_PROBE_FETCH_CANCELLED, "0 camera 0 fetch is cancelled, received 7"},
        {SF_PROBE_UPLOAD_ABANDONED, "0 camera 0 upload ends abandoned"},
        {SF_PROBE_LATE_FRAGMENT, "0 camera 0 is late with"},
        {SF_PROBE_STORE_USED, "0 version 0 store get"},
        {SF_PROBE_IDENTITY_FAILED, "0 the identity service fails on"},
        {SF_PROBE_RENEWED, "0 hub 0 changes to session 1"},
        {SF_PROBE_CLOCK_STEPPED, "0 node 0 clock steps"},
        {SF_PROBE_RECONFIGURED, "0 node 0 takes options"},
        {SF_PROBE_EXPORTED, "0 export job 0 is asked for a copy"},
        {SF_PROBE_NETWORK_CHANGED, "0 link 0 changes to network 1"},
        {SF_PROBE_RECOVERED, "0 healed"},
        {SF_PROBE_LONG_STILL, "0 camera 0 takes bytes 8193"},
        {SF_PROBE_HANDED_CUT, "0 version 0 is handed a damaged state, what 1"},
        {SF_PROBE_HANDED_FOREIGN, "0 version 0 is handed a damaged state, what 2"},
        {SF_PROBE_HANDED_VERSION, "0 version 0 is handed a damaged state, what 3"},
        {SF_PROBE_FETCH_BUSY, "0 version 0 is refused as busy, what 1"},
        {SF_PROBE_TIMER_BUSY, "0 version 0 is refused as busy, what 2"},
        {SF_PROBE_CONNECTION_BUSY, "0 version 0 is refused as busy, what 3"},
        {SF_PROBE_PACKET_LOST, "0 link 0 takes in lost"},
        {SF_PROBE_PACKET_DUPLICATED, "0 link 0 takes in duplicated"},
        {SF_PROBE_PACKET_CORRUPTED, "0 link 0 takes in corrupted"},
        {SF_PROBE_PACKET_OVER_LIMIT, "0 link 0 takes in lost over limit"},
    };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        for (size_t j = 0; j < sizeof events / sizeof events[0]; j++) {
            bool both_lost = events[i].probe == SF_PROBE_PACKET_LOST &&
                             events[j].probe == SF_PROBE_PACKET_OVER_LIMIT;
            assert_passed(events[i].probe, events[j].trace, i == j || both_lost);
        }
    }
    assert_passed(SF_PROBE_STALE, "0 hub 0 is answered with 9, request 1", 0);
    assert_passed(SF_PROBE_IDENTITY_FAILED, "0 the identity service does not know", 0);
}

static void test_a_viewer_who_leaves_leaves_a_request_that_waits(void **state)
{
    (void)state;
    static const char waits[] = "0 hub 1 is admitted to camera 1, request 2\n";
    static const char left[] = "0 hub 1 gives up, leaves, request 2\n";
    assert_passed_after(SF_PROBE_VIEWER_LEFT, waits, left, 1);
    assert_passed_after(SF_PROBE_VIEWER_LEFT, waits, "0 hub 1 gives up, request 2\n", 0);
    assert_passed_after(SF_PROBE_VIEWER_LEFT, "0 hub 1 is admitted to camera 1, request 3\n", left,
                        0);
    assert_passed_after(SF_PROBE_VIEWER_LEFT,
                        "0 hub 1 is admitted to camera 1, request 2\n"
                        "0 hub 1 is answered with 9, request 2\n"
                        "00:00.600000000 hub 2 asks\n",
                        left, 0);
}

static void test_a_reply_is_late_beyond_its_bound(void **state)
{
    (void)state;
    assert_passed(SF_PROBE_STORE_LATE, "0 version 0 store get, late 200000000 ns", 0);
    assert_passed(SF_PROBE_STORE_LATE, "0 version 0 store get, late 200000001 ns", 1);
    assert_passed(SF_PROBE_IDENTITY_LATE, "0 the identity service knows, late 200000000 ns", 0);
    assert_passed(SF_PROBE_IDENTITY_LATE, "0 the identity service knows, late 200000001 ns", 1);
}

/* How often it is passed when this many tenants come to wait, one after the other. */
static uint64_t passed_by_crowd(uint32_t tenants_count)
{
    struct sf_arena arena;
    sf_arena_init(&arena);
    struct sf_probes *probes = sf_probes_create(&arena, tenants_count);
    uint64_t counts[SF_PROBES_COUNT];
    for (uint32_t i = 0; i < tenants_count; i++) {
        char trace[128];
        snprintf(trace, sizeof trace,
                 "0 hub %u belongs to its own\n"
                 "0 hub %u is admitted to camera %u, request %u\n",
                 i, i, i, i + 1);
        hear(probes, trace);
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
    assert_passed(SF_PROBE_PACKET_REORDERED,
                  "0 link 0 takes in due 10\n"
                  "0 link 0 takes in due 12\n",
                  0);
    assert_passed(SF_PROBE_PACKET_REORDERED,
                  "0 link 0 takes in due 10\n"
                  "0 link 0 takes in due 9\n",
                  1);
}

static void test_where_packets_are_held_back_the_order_is_that_of_leaving(void **state)
{
    (void)state;
    assert_passed(SF_PROBE_PACKET_REORDERED,
                  "0 link 0 takes in due 10\n"
                  "0 link 0 takes in due when it leaves\n"
                  "0 link 0 takes in due 10\n",
                  0);
    assert_passed(SF_PROBE_PACKET_REORDERED,
                  "0 link 0 lets go, number 3\n"
                  "0 link 0 lets go, number 3\n"
                  "0 link 1 lets go, number 2\n"
                  "0 link 0 lets go, number 4\n",
                  0);
    assert_passed(SF_PROBE_PACKET_REORDERED,
                  "0 link 0 lets go, number 4\n"
                  "0 link 0 lets go, number 3\n",
                  1);
}

static void test_half_of_the_viewers_within_two_seconds_are_a_mass_return(void **state)
{
    (void)state;
    static const char two[] = "0 hub 0 asks\n"
                              "0 hub 1 asks\n";
    assert_passed_after(SF_PROBE_MASS_RETURN, two, "0 hub 1 asks\n", 0);
    assert_passed_after(SF_PROBE_MASS_RETURN, two, "0 hub 2 asks\n", 1);
}

/* A cache that answers at once is past the same situations as one that does not. */
static void test_an_answer_is_on_its_way_for_half_a_second(void **state)
{
    (void)state;
    assert_passed_after(SF_PROBE_TWO_WAIT, one_waits,
                        "0 hub 0 is answered with 9, request 1\n"
                        "00:00.400000000 hub 1 is admitted to camera 1, request 2\n",
                        1);
    assert_passed_after(SF_PROBE_TWO_WAIT, one_waits,
                        "0 hub 0 is answered with 9, request 1\n"
                        "00:00.600000000 hub 1 is admitted to camera 1, request 2\n",
                        0);
    /* Its next request is the one that waits then. */
    assert_passed_after(SF_PROBE_TWO_WAIT, one_waits,
                        "0 hub 0 is answered with 9, request 1\n"
                        "00:00.400000000 hub 0 is admitted to camera 0, request 3\n"
                        "00:00.600000000 hub 1 is admitted to camera 1, request 2\n",
                        1);
}

static void test_a_still_counts_within_the_seconds_that_come_again(void **state)
{
    (void)state;
    static const char little[] = "00:01.000000000 node 0 clock steps by -2000000000 ns\n";
    static const char far[] = "00:01.000000000 node 0 clock steps by -45000000000 ns\n";
    static const char forwards[] = "00:01.000000000 node 0 clock steps by 2000000000 ns\n";
    static const char within[] = "00:02.900000000 camera 0 upload ends complete, received 9\n";
    static const char after[] = "00:03.100000000 camera 0 upload ends complete, received 9\n";
    assert_passed_after(SF_PROBE_CLOCK_SET_BACK, little, within, 1);
    assert_passed_after(SF_PROBE_CLOCK_SET_BACK, little, after, 0);
    assert_passed_after(SF_PROBE_CLOCK_SET_BACK, far, within, 0);
    assert_passed_after(SF_PROBE_CLOCK_SET_BACK, forwards, within, 0);
}

static void test_an_answer_at_once_is_a_hit(void **state)
{
    (void)state;
    assert_passed(SF_PROBE_HIT, one_was_answered, 1);
    assert_passed_after(SF_PROBE_HIT, one_waits,
                        "00:01.000000000 hub 0 is answered with 9, request 1\n", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tenants_that_wait_are_counted),
        cmocka_unit_test(test_an_answer_is_on_its_way_for_half_a_second),
        cmocka_unit_test(test_two_that_ask_for_one_camera_are_counted),
        cmocka_unit_test(test_an_answer_with_the_rest_of_a_still_is_counted),
        cmocka_unit_test(test_two_requests_at_once_on_a_connection_of_the_front_door_are_counted),
        cmocka_unit_test(test_a_fetch_that_fails_while_its_still_is_wanted_is_counted),
        cmocka_unit_test(test_stills_that_take_three_times_the_capacity_are_counted_once),
        cmocka_unit_test(test_more_than_256_uploads_under_way_are_counted),
        cmocka_unit_test(test_a_request_for_a_still_whose_first_has_aged_is_counted),
        cmocka_unit_test(test_a_request_for_a_camera_whose_latest_still_is_old_is_counted),
        cmocka_unit_test(test_changes_count_while_requests_wait),
        cmocka_unit_test(test_single_records_that_are_events),
        cmocka_unit_test(test_five_pictures_in_two_seconds_are_live_viewing),
        cmocka_unit_test(test_nodes_that_flap_are_counted),
        cmocka_unit_test(test_deploys_soon_after_deploys_are_counted),
        cmocka_unit_test(test_invalidations_are_counted_by_scope_and_by_what_is_under_way),
        cmocka_unit_test(test_a_viewer_who_leaves_leaves_a_request_that_waits),
        cmocka_unit_test(test_a_reply_is_late_beyond_its_bound),
        cmocka_unit_test(test_many_are_more_than_a_byte_counts),
        cmocka_unit_test(test_a_packet_that_overtakes_another_is_seen),
        cmocka_unit_test(test_where_packets_are_held_back_the_order_is_that_of_leaving),
        cmocka_unit_test(test_half_of_the_viewers_within_two_seconds_are_a_mass_return),
        cmocka_unit_test(test_an_answer_at_once_is_a_hit),
        cmocka_unit_test(test_a_still_counts_within_the_seconds_that_come_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
