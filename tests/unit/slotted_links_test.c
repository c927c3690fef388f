/* Links with slots in a run: each packet leaves when the model alone, given the same packets, says
 * so; nothing is lost or doubled when the network changes; and nothing is left behind. */
#include "harness/base/bounds.h"
#include "harness/net/netem_replay.h"
#include "harness/net/netem_states.h"
#include "tests/unit/runs.h"

enum { PACKETS_MAX = 1 << 14, TRANSFERS_MAX = 1 << 10, ACK_PACKET_BYTES = 16 };

struct heard_packet {
    sf_ns sent_ns;
    uint32_t bytes;
    uint16_t flags;
    uint32_t left_count;
    struct {
        sf_ns at_ns;
        uint16_t flags;
    } left[SF_NETEM_COPIES_MAX];
};

/* The packets of one home's two links, in the order of sending. How long they are is not in the
 * trace: known are acknowledgements, and the parts of stills that a camera sends unasked. */
struct heard {
    struct heard_packet packets[2][PACKETS_MAX];
    uint32_t count[2];
    uint32_t still_bytes; /* of the capture whose first packet comes next; 0 */
    uint32_t transfer_bytes[TRANSFERS_MAX];
};

static uint32_t packet_bytes(struct heard *heard, const struct sf_record *record)
{
    if ((record->flags & SF_FATE_ACK) != 0) {
        return SF_PACKET_HEADER_BYTES + ACK_PACKET_BYTES;
    }
    assert_true(record->a < TRANSFERS_MAX);
    uint32_t *total = &heard->transfer_bytes[record->a];
    if (record->who == 0 && heard->still_bytes > 0) {
        *total = heard->still_bytes;
        heard->still_bytes = 0;
    }
    uint32_t before = record->b * SF_PACKET_PAYLOAD_BYTES;
    uint32_t left = *total > before ? *total - before : 0;
    return SF_PACKET_HEADER_BYTES +
           (left < SF_PACKET_PAYLOAD_BYTES ? left : SF_PACKET_PAYLOAD_BYTES);
}

static void hear_sent(struct heard *heard, const struct sf_record *record)
{
    uint32_t *count = &heard->count[record->who];
    assert_true(*count < PACKETS_MAX);
    assert_int_equal(record->c, *count);
    bool lost = (record->flags & SF_FATE_LOST) != 0;
    assert_int_equal(sf_packet_of(record).due_ns, lost ? SF_DUE_LOST : SF_DUE_TOLD_LATER);
    heard->packets[record->who][(*count)++] = (struct heard_packet){
        .sent_ns = record->at_ns, .bytes = packet_bytes(heard, record), .flags = record->flags};
}

static void hear_left(struct heard *heard, const struct sf_record *record)
{
    assert_true(record->c < heard->count[record->who]);
    struct heard_packet *packet = &heard->packets[record->who][record->c];
    assert_true(packet->left_count < SF_NETEM_COPIES_MAX);
    assert_int_equal(record->d, record->at_ns - packet->sent_ns);
    packet->left[packet->left_count].at_ns = record->at_ns;
    packet->left[packet->left_count++].flags = record->flags;
}

static void hear(void *context, const struct sf_record *records, uint32_t count)
{
    struct heard *heard = context;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].kind == SF_RECORD_CAPTURE) {
            heard->still_bytes = records[i].b;
        } else if (records[i].kind == SF_RECORD_PACKET && records[i].who < 2) {
            hear_sent(heard, &records[i]);
        } else if (records[i].kind == SF_RECORD_PACKET_LEFT && records[i].who < 2) {
            hear_left(heard, &records[i]);
        }
    }
}

static struct runs *load(const char *text)
{
    struct runs *runs = runs_create();
    struct sf_diag diag = {0};
    if (sf_scenario_parse(text, strlen(text), "slots", sf_run_schema(), NULL, 0, &runs->plan,
                          &diag) != SF_OK) {
        fail_msg("%u:%u: %s", diag.line, diag.column, diag.message);
    }
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
    return runs;
}

static struct heard *run(struct runs *runs, uint64_t seed)
{
    struct heard *heard = sf_alloc(1, sizeof *heard);
    const struct sf_trace_listener listener = {hear, heard};
    sf_run(runs->runner, &runs->plan, &runs->caches,
           &(struct sf_run_options){.seed = seed, .listeners_count = 1, .listeners[0] = listener},
           &runs->result);
    return heard;
}

static struct heard *run_text(const char *text)
{
    struct runs *runs = load(text);
    struct heard *heard = run(runs, 5);
    runs_destroy(runs);
    return heard;
}

/* ---- beside the model alone ---- */

/* What the model, given the packets that went into the link, makes of one of them. */
struct expected {
    uint32_t count;
    struct sf_netem_arrived copies[SF_NETEM_COPIES_MAX];
};

static struct expected *replay(const struct heard_packet *packets, uint32_t count, const char *link,
                               const struct sf_netem_fixed_fate *fates, uint64_t fates_count)
{
    struct sf_netem_states states;
    struct sf_diag diag = {0};
    struct sf_netem_sent_list sent = {0};
    struct sf_netem_arrived_list rows = {0};
    if (sf_netem_states_parse(link, NULL, &states, NULL, &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
    for (uint32_t i = 0; i < count; i++) {
        sf_netem_sent_add(&sent,
                          &(struct sf_netem_sent){i, packets[i].sent_ns, packets[i].bytes, false});
    }
    sf_netem_replay_states(&states, 1, fates, fates_count, &sent, &rows);
    struct expected *expected = sf_alloc(count, sizeof *expected);
    for (size_t i = 0; i < rows.count; i++) {
        struct expected *packet = &expected[rows.items[i].seq];
        if (rows.items[i].recv_ns >= 0) {
            packet->copies[packet->count++] = rows.items[i];
        }
    }
    sf_netem_sent_free(&sent);
    sf_netem_arrived_free(&rows);
    return expected;
}

static bool is_as_expected(const struct heard_packet *packet, const struct expected *expected,
                           sf_ns until_ns)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < expected->count; i++) {
        bool corrupted = expected->copies[i].flags == SF_NETEM_ARRIVED_CORRUPTED;
        if (expected->copies[i].recv_ns >= until_ns) {
            continue;
        }
        if (count == packet->left_count ||
            packet->left[count].at_ns != expected->copies[i].recv_ns ||
            ((packet->left[count].flags & SF_FATE_CORRUPTED) != 0) != corrupted) {
            return false;
        }
        count++;
    }
    bool rest_is_later = count == packet->left_count || packet->left[count].at_ns >= until_ns;
    return rest_is_later && ((packet->flags & SF_FATE_LOST) != 0) == (expected->count == 0) &&
           ((packet->flags & SF_FATE_DUPLICATED) != 0) == (expected->count == 2);
}

/* How many packets that were sent before `until_ns` did not do until then what the model says. */
static uint32_t count_others(const struct heard *heard, uint32_t direction, const char *link,
                             const struct sf_netem_fixed_fate *fates, uint64_t fates_count,
                             sf_ns until_ns)
{
    const struct heard_packet *packets = heard->packets[direction];
    struct expected *expected = replay(packets, heard->count[direction], link, fates, fates_count);
    uint32_t others_count = 0;
    for (uint32_t i = 0; i < heard->count[direction]; i++) {
        others_count += !is_as_expected(&packets[i], &expected[i], until_ns);
    }
    free(expected);
    return others_count;
}

#define HEAD "strayframe: 1\nname: slots\nduration: 3min\n"
#define HOME                 \
    "homes:\n"               \
    "  - name: a\n"          \
    "    count: 1\n"         \
    "    network: slotted\n" \
    "    camera: {upload_every: 2s}\n"

static const sf_ns end_ns = 3 * SF_MINUTE;

/* Nothing here looks at a packet's length. */
static void test_packets_leave_when_the_model_says_so(void **state)
{
    (void)state;
#define UP "delay 20ms 8ms distribution normal loss 5% duplicate 3% corrupt 2% "
#define DOWN "delay 30ms 10ms reorder 10% "
#define UP_SLOTS "slot 3ms 17ms packets 3 seed 42"
#define DOWN_SLOTS "slot distribution pareto 11ms 4ms packets 2 seed 43"
    struct heard *heard =
        run_text(HEAD "networks:\n"
                      "  slotted: {up: " UP UP_SLOTS ", down: " DOWN DOWN_SLOTS "}\n" HOME
                      "    hub: {watch_every: 10s, watch_for: 10s, ask_every: 1s}\n");
    assert_true(heard->count[0] > 1000);
    assert_true(heard->count[1] > 1000);
    assert_int_equal(count_others(heard, 0, UP UP_SLOTS, NULL, 0, end_ns), 0);
    assert_int_equal(count_others(heard, 1, DOWN DOWN_SLOTS, NULL, 0, end_ns), 0);
    /* It would have been noticed: other slots, and none. */
    assert_true(count_others(heard, 0, UP "slot 3ms 17ms packets 4 seed 42", NULL, 0, end_ns) >
                100);
    assert_true(count_others(heard, 0, UP "seed 42", NULL, 0, end_ns) > 1000);
    assert_true(count_others(heard, 1, DOWN "seed 43", NULL, 0, end_ns) > 1000);
    free(heard);
}

/* A camera alone, the length of whose packets is known. */
static void test_rate_and_quota_of_bytes_are_the_models_too(void **state)
{
    (void)state;
#define RATE "delay 40ms loss gemodel 2% 30% rate 3mbit limit 40 seed 7"
    struct heard *heard =
        run_text(HEAD "networks:\n"
                      "  slotted: {up: " RATE " slot 15ms 25ms bytes 3500, down: slot 9ms}\n" HOME
                      "    hub: none\n");
    assert_true(heard->count[0] > 600);
    assert_int_equal(count_others(heard, 0, RATE " slot 15ms 25ms bytes 3500", NULL, 0, end_ns), 0);
    assert_int_equal(count_others(heard, 1, "slot 9ms", NULL, 0, end_ns), 0);
    assert_true(count_others(heard, 0, RATE " slot 15ms 25ms bytes 4000", NULL, 0, end_ns) > 100);
    assert_true(count_others(heard, 1, "", NULL, 0, end_ns) > 50);
    heard->packets[0][0].bytes--;
    assert_true(count_others(heard, 0, RATE " slot 15ms 25ms bytes 3500", NULL, 0, end_ns) > 0);
    free(heard);
}

static void test_fates_that_are_said_hold_and_wait_for_the_slot(void **state)
{
    (void)state;
#define LINK "delay 10ms loss 10% slot 30ms 50ms packets 5 seed 9"
    static const struct sf_netem_fixed_fate fates[] = {
        {.packet = 3, .fixed = SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_CORRUPT},
        {.packet = 5,
         .fixed = SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_CORRUPT | SF_NETEM_FIXED_DELAY,
         .copies_count = 1,
         .copy[0].delay_ns = 333 * SF_MS},
        {.packet = 6, .fixed = SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_CORRUPT, .copies_count = 2},
        {.packet = 8,
         .fixed = SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_CORRUPT,
         .copies_count = 1,
         .copy[0].corrupted = true},
    };
    struct heard *heard =
        run_text(HEAD "networks:\n"
                      "  slotted: {both: " LINK "}\n" HOME "    hub: none\n"
                      "fates:\n"
                      "  - {home: 1, direction: up, packet: 3, fate: lost}\n"
                      "  - {home: 1, direction: up, packet: 5, fate: delayed, delay: 333ms}\n"
                      "  - {home: 1, direction: up, packet: 6, fate: duplicated}\n"
                      "  - {home: 1, direction: up, packet: 8, fate: corrupted}\n");
    assert_int_equal(count_others(heard, 0, LINK, fates, 4, end_ns), 0);
    assert_true(count_others(heard, 0, LINK, NULL, 0, end_ns) >= 4);
    const struct heard_packet *delayed = &heard->packets[0][5];
    assert_true(delayed->left[0].at_ns > delayed->sent_ns + 333 * SF_MS);
    free(heard);
}

/* ---- networks that change ---- */

static void test_a_change_to_slots_and_back_is_the_models_change(void **state)
{
    (void)state;
#define OPEN "delay 60ms 30ms loss 3% seed "
#define SHUT "slot 10ms 2s packets 6 delay 400ms 100ms seed "
#define STATES(OF_OPEN, OF_SHUT) \
    "states open 200ms..400ms " OPEN OF_OPEN " | shut 300ms..900ms " SHUT OF_SHUT
    struct heard *heard =
        run_text(HEAD "networks:\n"
                      "  open: {up: " OPEN "11, down: " OPEN "12}\n"
                      "  shut: {up: " SHUT "13, down: " SHUT "14}\n"
                      "  slotted:\n"
                      "    states:\n"
                      "      - {network: open, for: 200ms..400ms}\n"
                      "      - {network: shut, for: 300ms..900ms}\n" HOME "    hub: none\n");
    static const char *const links[] = {STATES("11", "13"), STATES("12", "14")};
    static const char *const without[] = {OPEN "11", OPEN "12"};
    for (uint32_t direction = 0; direction < 2; direction++) {
        /* After its last packet a replay changes no more. */
        uint32_t count = heard->count[direction];
        assert_true(count > 50);
        sf_ns until_ns = heard->packets[direction][count - 1].sent_ns;
        assert_int_equal(count_others(heard, direction, links[direction], NULL, 0, until_ns), 0);
        assert_true(count_others(heard, direction, without[direction], NULL, 0, until_ns) > 20);
    }
    free(heard);
}

/* By the time line, to slots that never open again, and from there to none. */
static void test_a_change_lets_go_what_was_held_back_once(void **state)
{
    (void)state;
    struct heard *heard =
        run_text(HEAD "networks:\n"
                      "  slotted: {both: delay 20ms}\n"
                      "  shut: {both: slot 1000s 1000s}\n" HOME
                      "    hub: {watch_every: 10s, watch_for: 10s, ask_every: 1s}\n"
                      "timeline:\n"
                      "  - {at: 30s, network: shut}\n"
                      "  - {at: 40s, network: slotted, direction: up}\n"
                      "  - {at: 50s, heal: slotted}\n");
    static const sf_ns opens_ns[] = {40 * SF_SECOND, 50 * SF_SECOND};
    for (uint32_t direction = 0; direction < 2; direction++) {
        uint32_t held_count = 0;
        for (uint32_t i = 0; i < heard->count[direction]; i++) {
            const struct heard_packet *packet = &heard->packets[direction][i];
            if (packet->sent_ns > end_ns - SF_SECOND) {
                break;
            }
            assert_int_equal(packet->left_count, 1);
            sf_ns left_ns = packet->left[0].at_ns;
            bool held = left_ns != packet->sent_ns + 20 * SF_MS;
            if (held) {
                assert_int_equal(left_ns, opens_ns[direction]);
                held_count++;
            }
        }
        assert_true(held_count >= 5);
    }
    free(heard);
}

static uint64_t hash_of(const char *text)
{
    struct runs *runs = load(text);
    uint64_t hash = runs_run(runs, 3)->trace_hash;
    runs_destroy(runs);
    return hash;
}

/* Not even the network's being there changes what the others do. */
static void test_links_that_are_never_on_slots_run_as_ever(void **state)
{
    (void)state;
#define PLAIN "networks:\n  slotted: {both: delay 30ms 10ms loss 5% duplicate 2%}\n"
#define SLOTTED "  radio: {both: slot 5ms}\n"
#define PAIR HOME "  - {name: b, count: 1, network: "
    uint64_t without = hash_of(HEAD PLAIN PAIR "slotted}\n");
    assert_true(hash_of(HEAD PLAIN SLOTTED PAIR "slotted}\n") == without);
    assert_false(hash_of(HEAD PLAIN SLOTTED PAIR "radio}\n") == without);
    assert_false(hash_of(HEAD PLAIN SLOTTED PAIR
                         "slotted}\n"
                         "timeline:\n  - {at: 2min, network: radio, homes: b, direction: up}\n") ==
                 without);
}

/* ---- what is left ---- */

/* The run ends with packets that wait, in homes with power and without; the next one of the same
 * runner is the same. Too many for the queue are dropped, and said to be. */
static void test_a_link_that_never_opens_ends_with_the_run(void **state)
{
    (void)state;
    struct runs *runs = load(HEAD "networks:\n"
                                  "  slotted: {both: slot 1000s limit 100}\n" HOME
                                  "    hub: {watch_every: 10s, watch_for: 10s, ask_every: 1s}\n"
                                  "timeline:\n"
                                  "  - {at: 1min, power_off: all}\n"
                                  "  - {at: 2min, power_on: all}\n");
    struct heard *heard = run(runs, 5);
    uint64_t hash = runs->result.trace_hash;
    uint32_t waiting_count = 0;
    assert_true(heard->count[0] > 200);
    for (uint32_t i = 0; i < heard->count[0]; i++) {
        const struct heard_packet *packet = &heard->packets[0][i];
        bool over = (packet->flags & SF_FATE_OVER_LIMIT) != 0;
        assert_int_equal(over, waiting_count == 100);
        assert_int_equal(packet->left_count, 0);
        waiting_count += !over;
    }
    assert_int_equal(waiting_count, 100);
    free(heard);
    assert_true(runs_run(runs, 5)->trace_hash == hash);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets_leave_when_the_model_says_so),
        cmocka_unit_test(test_rate_and_quota_of_bytes_are_the_models_too),
        cmocka_unit_test(test_fates_that_are_said_hold_and_wait_for_the_slot),
        cmocka_unit_test(test_a_change_to_slots_and_back_is_the_models_change),
        cmocka_unit_test(test_a_change_lets_go_what_was_held_back_once),
        cmocka_unit_test(test_links_that_are_never_on_slots_run_as_ever),
        cmocka_unit_test(test_a_link_that_never_opens_ends_with_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
