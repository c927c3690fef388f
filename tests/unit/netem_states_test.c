/* A link that changes: how it is written, and what becomes of packets on its course. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/net/netem_course.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/netem_replay.h"
#include "tests/unit/test.h"

static void parse(const char *text, struct sf_netem_states *states)
{
    struct sf_diag diag = {0};
    if (sf_netem_states_parse(text, NULL, states, NULL, &diag) != SF_OK) {
        fail_msg("'%s': column %" PRIu32 ": %s", text, diag.column, diag.message);
    }
}

static void test_a_list_is_read_and_printed(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"", "limit 1000"},
        {"delay 20ms keep-order", "limit 1000 delay 20ms keep-order"},
        {"states a 1s | b 2s", "states a 1s limit 1000 | b 2s limit 1000"},
        {" states a 1s..2500ms loss 5%|b-2 20ms profile outage",
         "states a 1s..2500ms limit 1000 loss 5% | b-2 20ms limit 1000 loss 100%"},
        {"states a 1s..1s loss state 1% | b 2s", "states a 1s limit 1000 loss state 1% 99% 0% 100% "
                                                 "0% | b 2s limit 1000"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sf_netem_states states;
        struct sf_netem_states again;
        struct sf_text text = {0};
        struct sf_text text_again = {0};
        parse(lines[i][0], &states);
        sf_netem_states_print(&states, &text);
        assert_string_equal(text.data, lines[i][1]);
        parse(text.data, &again);
        sf_netem_states_print(&again, &text_again);
        assert_string_equal(text_again.data, text.data);
        sf_text_free(&text);
        sf_text_free(&text_again);
    }
}

static void check_refusal(const char *text, uint32_t column, const char *part)
{
    struct sf_netem_states states;
    struct sf_diag diag = {0};
    assert_int_equal(sf_netem_states_parse(text, NULL, &states, NULL, &diag), SF_ERR_INPUT);
    if (diag.column != column || strstr(diag.message, part) == NULL) {
        fail_msg("'%s': column %" PRIu32 ": %s", text, diag.column, diag.message);
    }
}

static void test_refusals_name_the_place(void **state)
{
    (void)state;
    check_refusal("states", 7, "expected a state");
    check_refusal("states a 1s loss 1%", 7, "at least two states");
    check_refusal("states a 1s |", 14, "expected a state");
    check_refusal("states | a 1s", 8, "expected a state");
    check_refusal("states A 1s | b 1s", 8, "small letters");
    check_refusal("states a 1s | a 1s", 15, "two states are called a");
    check_refusal("states a | b 1s", 10, "how long the state lasts");
    check_refusal("states a 10 | b 1s", 10, "how long the state lasts");
    check_refusal("states a 0s | b 1s", 10, "how long the state lasts");
    check_refusal("states a -1s | b 1s", 10, "how long the state lasts");
    check_refusal("states a 1us | b 1s", 10, "from 1ms");
    check_refusal("states a 1s.. | b 1s", 14, "the longest time");
    check_refusal("states a 2s..1s | b 1s", 14, "below the shortest");
    check_refusal("states a 1s lsos 5% | b 1s", 13, "did you mean 'loss'");
    check_refusal("states a 1s | b 1s delay 10ms 5parsec", 31, "'5parsec' is not one");
    check_refusal("state a 1s | b 1s", 1, "unknown keyword 'state'");
    check_refusal("loss 5% | b 1s", 9, "'states' begins a whole link");
    struct sf_text many = {0};
    sf_text_add(&many, "states");
    for (int i = 0; i < 17; i++) {
        sf_text_add(&many, "%s s%d 1s", i > 0 ? " |" : "", i);
    }
    check_refusal(many.data, 142, "16 at most");
    sf_text_free(&many);
}

static void test_notes_stand_at_their_place(void **state)
{
    (void)state;
    struct sf_netem_states states;
    struct sf_netem_notes notes = {0};
    struct sf_diag diag = {0};
    assert_int_equal(
        sf_netem_states_parse("states a 1s | b 1s loss 10% 25%", NULL, &states, &notes, &diag),
        SF_OK);
    assert_int_equal(notes.count, 2);
    assert_int_equal(notes.items[0].kind, SF_NETEM_NOTE_STATES);
    assert_int_equal(notes.items[1].kind, SF_NETEM_NOTE_CORRELATION);
    assert_int_equal(notes.items[1].column, 29);
}

static void test_keeping_order_makes_another_link(void **state)
{
    (void)state;
    struct sf_netem_states plain;
    struct sf_netem_states kept;
    parse("delay 5ms 1ms", &plain);
    parse("delay 5ms 1ms keep-order", &kept);
    assert_true(sf_netem_config_same(&kept.items[0].config, &kept.items[0].config));
    assert_false(sf_netem_config_same(&plain.items[0].config, &kept.items[0].config));
}

/* Sends `count` packets at a fixed spacing; the caller frees the rows. */
static struct sf_netem_arrived_list run(const char *text, uint64_t seed, uint64_t count,
                                        sf_ns spacing_ns)
{
    struct sf_netem_states states;
    struct sf_netem_sent_list sent = {0};
    struct sf_netem_arrived_list arrived = {0};
    parse(text, &states);
    for (uint64_t i = 0; i < count; i++) {
        struct sf_netem_sent packet = {i, (sf_ns)i * spacing_ns, 1000, false};
        sf_netem_sent_add(&sent, &packet);
    }
    sf_netem_replay_states(&states, seed, NULL, 0, &sent, &arrived);
    sf_netem_sent_free(&sent);
    return arrived;
}

/* A state begins at its instant; who was sent before keeps its time, even past the change. */
static void test_each_packet_meets_the_state_of_its_time(void **state)
{
    (void)state;
    struct sf_netem_arrived_list rows =
        run("states a 10ms delay 3ms | b 5ms delay 1ms | c 5ms loss 100%", 1, 60, SF_MS);
    assert_int_equal(rows.count, 60);
    for (size_t i = 0; i < rows.count; i++) {
        sf_ns sent_ns = rows.items[i].sent_ns;
        sf_ns place_ns = sent_ns % (20 * SF_MS);
        sf_ns expected_ns = place_ns < 10 * SF_MS   ? sent_ns + 3 * SF_MS
                            : place_ns < 15 * SF_MS ? sent_ns + SF_MS
                                                    : -1;
        assert_int_equal(rows.items[i].recv_ns, expected_ns);
    }
    sf_netem_arrived_free(&rows);
}

/* Equal states make no difference: how long they last is not drawn where packets' fates are. */
static void test_dwell_times_move_no_packets_chances(void **state)
{
    (void)state;
    static const char *const links[] = {
        "delay 5ms 1ms loss 20% duplicate 5%",
        "states a 7ms..90ms delay 5ms 1ms loss 20% duplicate 5% | "
        "b 3ms delay 5ms 1ms loss 20% duplicate 5%",
    };
    struct sf_netem_arrived_list plain = run(links[0], 9, 3000, SF_MS);
    struct sf_netem_arrived_list changing = run(links[1], 9, 3000, SF_MS);
    struct sf_netem_arrived_list another = run(links[1], 10, 3000, SF_MS);
    assert_int_equal(plain.count, changing.count);
    assert_memory_equal(plain.items, changing.items, plain.count * sizeof *plain.items);
    assert_true(another.count != plain.count ||
                memcmp(plain.items, another.items, plain.count * sizeof *plain.items) != 0);
    sf_netem_arrived_free(&plain);
    sf_netem_arrived_free(&changing);
    sf_netem_arrived_free(&another);
}

/* How long a course stays in its first state, round after round. */
static void dwells_of(const char *text, uint64_t seed, sf_ns *dwells_ns, size_t count)
{
    struct sf_netem_states states;
    struct sf_netem_waiting storage[8];
    struct sf_netem_course course;
    parse(text, &states);
    sf_netem_course_init(&course, &states, seed, storage, 8);
    sf_ns begun_ns = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(course.state, 0);
        dwells_ns[i] = course.state_ends_ns - begun_ns;
        sf_netem_course_change(&course, course.state_ends_ns);
        assert_int_equal(course.state, 1);
        begun_ns = course.state_ends_ns;
        sf_netem_course_change(&course, begun_ns);
    }
    assert_int_equal(course.changes_count, 2 * count);
}

static void test_dwell_times_fill_their_range(void **state)
{
    (void)state;
    enum { COUNT = 4000 };
    static const char link[] = "states a 10ms..30ms limit 5 | b 1s limit 5";
    sf_ns dwells_ns[COUNT];
    sf_ns of_another[COUNT];
    uint32_t quarters[4] = {0};
    dwells_of(link, 1, dwells_ns, COUNT);
    dwells_of(link, 2, of_another, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(dwells_ns[i] >= 10 * SF_MS);
        assert_true(dwells_ns[i] <= 30 * SF_MS);
        quarters[(dwells_ns[i] - 10 * SF_MS) / (5 * SF_MS + 1)]++;
    }
    for (int i = 0; i < 4; i++) {
        assert_true(quarters[i] > COUNT / 4 - COUNT / 20);
    }
    assert_memory_not_equal(dwells_ns, of_another, sizeof dwells_ns);
}

/* The limit of the state in force counts, and what waits from a roomier one has its place. */
static void test_a_smaller_limit_leaves_what_waits(void **state)
{
    (void)state;
    struct sf_netem_arrived_list rows =
        run("states wide 10ms limit 50 delay 100ms | narrow 10ms limit 2 delay 1ms", 1, 20, SF_MS);
    for (size_t i = 0; i < rows.count; i++) {
        bool wide = rows.items[i].sent_ns < 10 * SF_MS;
        assert_int_equal(rows.items[i].recv_ns, wide ? rows.items[i].sent_ns + 100 * SF_MS : -1);
    }
    sf_netem_arrived_free(&rows);
}

/* What a closed slot held back leaves when the next state begins, not at the times that it had. */
static void test_what_a_slot_held_back_leaves_with_the_change(void **state)
{
    (void)state;
    struct sf_netem_arrived_list rows =
        run("states shut 10ms slot 1000s 1000s | open 10ms delay 1ms", 1, 16, SF_MS);
    assert_int_equal(rows.count, 16);
    for (size_t i = 0; i < rows.count; i++) {
        sf_ns sent_ns = rows.items[i].sent_ns;
        bool shut = sent_ns < 10 * SF_MS;
        assert_int_equal(rows.items[i].recv_ns, shut ? 10 * SF_MS : sent_ns + SF_MS);
    }
    sf_netem_arrived_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_is_read_and_printed),
        cmocka_unit_test(test_refusals_name_the_place),
        cmocka_unit_test(test_notes_stand_at_their_place),
        cmocka_unit_test(test_keeping_order_makes_another_link),
        cmocka_unit_test(test_each_packet_meets_the_state_of_its_time),
        cmocka_unit_test(test_dwell_times_move_no_packets_chances),
        cmocka_unit_test(test_dwell_times_fill_their_range),
        cmocka_unit_test(test_a_smaller_limit_leaves_what_waits),
        cmocka_unit_test(test_what_a_slot_held_back_leaves_with_the_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
