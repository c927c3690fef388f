/* Real packets through a relay, compared with the model. Needs the right to make namespaces and
 * /dev/net/tun; where these are missing the tests skip, saying so. Nothing here asks how late a
 * packet is: that is for bench/. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/net/netem_grammar.h"
#include "harness/net/netem_states.h"
#include "harness/net/relay/relay.h"
#include "tests/unit/test.h"

enum {
    WAIT_MS = 300000, /* bounds, not pauses */
    PORT = 9000,
    FRAME_BYTES_MAX = 2048,
    CAPTURE_BYTES = 64 << 20,
};

/* A relay in a process of its own. */
struct lab {
    struct sf_netem_states there;
    struct sf_netem_states back;
    struct sf_relay *relay;
    pid_t process;
    int stop_fd;   /* closing it ends the process */
    int report_fd; /* where its report comes from */
};

static void parse(const char *spec, struct sf_netem_states *states)
{
    struct sf_diag diag = {0};
    if (sf_netem_states_parse(spec, NULL, states, NULL, &diag) != SF_OK) {
        fail_msg("%s: %s", spec, diag.message);
    }
}

/* Once woken, it goes on for as many turns as it takes to read all that had been sent before. */
static _Noreturn void be_relay(struct sf_relay *relay, int wake_fd, int report_fd)
{
    struct sf_relay_report report;
    struct sf_diag diag = {0};
    alarm(3 * WAIT_MS / 1000);
    enum sf_err err = SF_OK;
    for (int i = 0; i < 100 && err == SF_OK; i++) {
        err = sf_relay_run(relay, wake_fd, &diag);
    }
    if (err != SF_OK || sf_relay_sum_up(relay, &report, &diag) != SF_OK) {
        fprintf(stderr, "relay: %s\n", diag.message);
        _exit(1);
    }
    _exit(write(report_fd, &report, sizeof report) == (ssize_t)sizeof report ? 0 : 1);
}

static void lab_open(struct lab *lab, const char *there, const char *back, uint64_t seed)
{
    parse(there, &lab->there);
    parse(back, &lab->back);
    struct sf_relay_way ways[2] = {{&lab->there, seed}, {&lab->back, seed + 1}};
    struct sf_diag diag = {0};
    if (sf_relay_open(&ways[0], &ways[1], &lab->relay, &diag) != SF_OK) {
        if (strstr(diag.message, "CAP_") != NULL || strstr(diag.message, "/dev/net/tun") != NULL) {
            print_message("skipped: %s\n", diag.message);
            skip();
        }
        fail_msg("%s", diag.message);
    }
    int wake[2];
    int report[2];
    assert_int_equal(pipe2(wake, O_CLOEXEC), 0);
    assert_int_equal(pipe2(report, O_CLOEXEC), 0);
    fflush(NULL);
    lab->process = fork();
    assert_true(lab->process >= 0);
    if (lab->process == 0) {
        close(wake[1]);
        be_relay(lab->relay, wake[0], report[1]);
    }
    close(wake[0]);
    close(report[1]);
    lab->stop_fd = wake[1];
    lab->report_fd = report[0];
}

/* Ends the relay; what it had to say. */
static struct sf_relay_report lab_close(struct lab *lab)
{
    struct sf_relay_report report;
    int status;
    close(lab->stop_fd);
    assert_int_equal(read(lab->report_fd, &report, sizeof report), sizeof report);
    assert_int_equal(waitpid(lab->process, &status, 0), lab->process);
    assert_int_equal(status, 0);
    close(lab->report_fd);
    sf_relay_close(lab->relay);
    return report;
}

/* Opens a socket inside. */
static int socket_inside(const struct sf_namespace *space, int domain, int type)
{
    struct sf_namespace inside = {.fd = space->fd, .home_fd = -1};
    struct sf_diag diag = {0};
    if (sf_namespace_enter(&inside, &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
    int fd = socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sf_namespace_leave(&inside);
    assert_true(fd >= 0);
    return fd;
}

static struct sockaddr_in address_of(const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    assert_int_equal(inet_pton(AF_INET, text, &address.sin_addr), 1);
    return address;
}

/* Everything that crosses the interface of one end, as IP packets. */
static int capture(const struct sf_namespace *space)
{
    int fd = socket_inside(space, AF_PACKET, SOCK_RAW);
    int bytes = CAPTURE_BYTES;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes), 0);
    struct sf_namespace inside = {.fd = space->fd, .home_fd = -1};
    assert_int_equal(sf_namespace_enter(&inside, NULL), SF_OK);
    struct sockaddr_ll own = {.sll_family = AF_PACKET,
                              .sll_protocol = htons(ETH_P_ALL),
                              .sll_ifindex = (int)if_nametoindex("relay")};
    assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
    sf_namespace_leave(&inside);
    return fd;
}

struct frame {
    size_t bytes;
    uint8_t data[FRAME_BYTES_MAX];
};

struct frames {
    struct frame *items; /* owned */
    size_t count;
    size_t capacity;
};

static void frames_add(struct frames *frames, const struct frame *frame)
{
    if (frames->count == frames->capacity) {
        frames->capacity = frames->capacity * 2 + 64;
        frames->items = realloc(frames->items, frames->capacity * sizeof *frames->items);
        assert_non_null(frames->items);
    }
    frames->items[frames->count++] = *frame;
}

static int compare_frames(const void *a, const void *b)
{
    const struct frame *x = a;
    const struct frame *y = b;
    return x->bytes != y->bytes ? (x->bytes > y->bytes) - (x->bytes < y->bytes)
                                : memcmp(x->data, y->data, x->bytes);
}

/* Reads until `count` are there or time is up; then what else is there already. */
static void read_frames(int fd, size_t count, struct frames *out)
{
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, out->count < count ? WAIT_MS : 0) != 1) {
            return;
        }
        struct frame frame = {0};
        ssize_t bytes = recv(fd, frame.data, sizeof frame.data, 0);
        if (bytes < 0 && errno == ENETDOWN) {
            continue; /* said once, when the relay is gone; what was there still is */
        }
        assert_true(bytes > 0);
        frame.bytes = (size_t)bytes;
        frames_add(out, &frame);
    }
}

/* IPv4's own checksum, summed up from scratch. */
static void set_checksum(uint8_t *header)
{
    uint32_t sum = 0;
    header[10] = header[11] = 0;
    for (int i = 0; i < (header[0] & 15) * 4; i += 2) {
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~(sum + (sum >> 16)) & 0xffff;
    header[10] = (uint8_t)(sum >> 8);
    header[11] = (uint8_t)sum;
}

/* What has to arrive of the packets sent, as the model has it: bytes for bytes. Slots change times
 * only, and are left out. */
static void expect(const struct sf_netem_config *asked, uint64_t seed, const struct frames *sent,
                   struct frames *arriving, struct sf_relay_way_report *counts)
{
    struct sf_netem_config config = *asked;
    config.slot_delay_ns_min = config.slot_delay_ns_max = 0;
    struct sf_netem link;
    sf_netem_init(&link, &config, seed);
    *counts = (struct sf_relay_way_report){0};
    for (size_t i = 0; i < sent->count; i++) {
        const struct frame *original = &sent->items[i];
        struct sf_netem_fate fate;
        bool ect = (original->data[1] & 3) != 0;
        sf_netem_decide(&link, (sf_ns)i * SF_MS, (uint32_t)original->bytes + 14, ect, &fate);
        counts->lost_count += fate.copies_count == 0;
        counts->duplicated_count += fate.copies_count == 2;
        for (uint32_t k = 0; k < fate.copies_count; k++) {
            struct frame copy = *original;
            counts->marked_count += fate.copy[k].ce_marked;
            counts->corrupted_count += fate.copy[k].corrupted;
            if (fate.copy[k].ce_marked) {
                copy.data[1] |= 3;
                set_checksum(copy.data);
            }
            uint32_t at = fate.copy[k].corrupt_bit / 8;
            if (fate.copy[k].corrupted && at >= 14) {
                copy.data[at - 14] ^= (uint8_t)(1 << fate.copy[k].corrupt_bit % 8);
            }
            /* Only a bit of the sender's hardware address does nothing at all. */
            bool spoilt = fate.copy[k].corrupted && at < 14 && (at < 6 || at > 11);
            if (!spoilt && (copy.data[0] >> 4 == 4 || copy.data[0] >> 4 == 6)) {
                frames_add(arriving, &copy);
            }
        }
    }
    counts->packets_out = arriving->count;
}

static bool same_frames(struct frames *a, struct frames *b)
{
    qsort(a->items, a->count, sizeof *a->items, compare_frames);
    qsort(b->items, b->count, sizeof *b->items, compare_frames);
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        if (compare_frames(&a->items[i], &b->items[i]) != 0) {
            return false;
        }
    }
    return a->count == b->count;
}

/* Numbered packets of several lengths, every other one ECN-capable. */
static void send_packets(int fd, const char *to_address, uint32_t count)
{
    struct sockaddr_in to = address_of(to_address);
    uint8_t payload[300] = {0};
    for (uint32_t i = 0; i < count; i++) {
        int tos = i % 2 == 0 ? 2 : 0;
        assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos), 0);
        memcpy(payload, &i, sizeof i);
        size_t bytes = 20 + i * 7 % 280;
        assert_int_equal(sendto(fd, payload, bytes, 0, (struct sockaddr *)&to, sizeof to), bytes);
    }
}

static void bind_to(int fd, const char *address)
{
    struct sockaddr_in own = address_of(address);
    assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
}

/* A receiver takes what arrives, for there would be ICMP errors otherwise. */
static void check_fates(const char *spec, uint64_t seed, bool back)
{
    enum { PACKETS = 2000 };
    struct lab lab;
    lab_open(&lab, back ? "" : spec, back ? spec : "", seed);
    const struct sf_namespace *from = back ? sf_relay_far(lab.relay) : sf_relay_near(lab.relay);
    const struct sf_namespace *to = back ? sf_relay_near(lab.relay) : sf_relay_far(lab.relay);
    const char *from_address = back ? SF_RELAY_FAR_ADDRESS : SF_RELAY_NEAR_ADDRESS;
    const char *to_address = back ? SF_RELAY_NEAR_ADDRESS : SF_RELAY_FAR_ADDRESS;
    int sender = socket_inside(from, AF_INET, SOCK_DGRAM);
    int receiver = socket_inside(to, AF_INET, SOCK_DGRAM);
    int sent_capture = capture(from);
    int arrived_capture = capture(to);
    bind_to(sender, from_address);
    bind_to(receiver, to_address);
    send_packets(sender, to_address, PACKETS);

    struct frames sent = {0};
    struct frames expected = {0};
    struct frames of_another_seed = {0};
    struct frames arrived = {0};
    read_frames(sent_capture, PACKETS, &sent);
    assert_int_equal(sent.count, PACKETS);
    const struct sf_netem_config *config = &(back ? &lab.back : &lab.there)->items[0].config;
    struct sf_relay_way_report counts;
    struct sf_relay_way_report ignored;
    expect(config, back ? seed + 1 : seed, &sent, &expected, &counts);
    expect(config, back ? seed : seed + 1, &sent, &of_another_seed, &ignored);
    read_frames(arrived_capture, expected.count, &arrived);
    struct sf_relay_report report = lab_close(&lab);
    read_frames(arrived_capture, 0, &arrived);

    assert_int_equal(arrived.count, expected.count);
    assert_true(same_frames(&arrived, &expected));
    assert_false(same_frames(&arrived, &of_another_seed)); /* the check can fail */
    const struct sf_relay_way_report *way = back ? &report.back : &report.there;
    assert_int_equal(way->packets_in, PACKETS);
    assert_int_equal(way->packets_out, counts.packets_out);
    assert_int_equal(way->lost_count, counts.lost_count);
    assert_int_equal(way->duplicated_count, counts.duplicated_count);
    assert_int_equal(way->corrupted_count, counts.corrupted_count);
    assert_int_equal(way->marked_count, counts.marked_count);
    assert_int_equal(way->full_count + way->missed_count + way->waiting_count, 0);
    assert_int_equal(way->packets_in + way->duplicated_count,
                     way->lost_count + way->packets_out + way->refused_count);
    free(sent.items);
    free(expected.items);
    free(of_another_seed.items);
    free(arrived.items);
    close(sender);
    close(receiver);
    close(sent_capture);
    close(arrived_capture);
}

static void test_real_packets_meet_the_models_fates(void **state)
{
    (void)state;
    check_fates("limit 100000 loss 10%", 1, false);
    check_fates("limit 100000 delay 3ms 2ms loss gemodel 5% 30% duplicate 10% corrupt 10%", 7,
                false);
}

static void test_the_way_back_has_a_link_of_its_own(void **state)
{
    (void)state;
    check_fates("limit 100000 delay 2ms loss 20% ecn corrupt 5% 10% duplicate 5% reorder 20% gap 3",
                3, true);
}

static void test_rate_and_slots_let_everything_through_in_the_end(void **state)
{
    (void)state;
    check_fates("limit 100000 rate 20mbit loss 5%", 11, false);
    check_fates("limit 100000 delay 1ms slot 2ms 5ms packets 50 loss 5% duplicate 5%", 12, false);
}

static void test_a_full_queue_drops(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab, "limit 10 delay 20s", "", 1);
    int sender = socket_inside(sf_relay_near(lab.relay), AF_INET, SOCK_DGRAM);
    bind_to(sender, SF_RELAY_NEAR_ADDRESS);
    send_packets(sender, SF_RELAY_FAR_ADDRESS, 50);
    struct sf_relay_report report = lab_close(&lab);
    assert_int_equal(report.there.packets_in, 50);
    assert_int_equal(report.there.full_count, 40);
    assert_int_equal(report.there.waiting_count, 10);
    assert_int_equal(report.there.packets_out, 0);
    close(sender);
}

/* Byte `at` of an endless text that does not repeat itself soon. */
static uint8_t text_at(uint64_t at)
{
    return (uint8_t)((at * 0x9e3779b97f4a7c15) >> 40);
}

struct stream {
    int listener;
    int sender;
    int receiver;
    uint64_t sent_bytes;
    uint64_t received_bytes;
    uint64_t wrong_bytes;
};

static void send_some(struct stream *stream, uint64_t total_bytes)
{
    uint8_t text[16384];
    uint64_t left = total_bytes - stream->sent_bytes;
    size_t bytes = left < sizeof text ? left : sizeof text;
    for (size_t i = 0; i < bytes; i++) {
        text[i] = text_at(stream->sent_bytes + i);
    }
    ssize_t sent = send(stream->sender, text, bytes, MSG_NOSIGNAL);
    assert_true(sent > 0 || errno == EAGAIN);
    stream->sent_bytes += sent > 0 ? (uint64_t)sent : 0;
}

static void receive_some(struct stream *stream)
{
    uint8_t text[65536];
    ssize_t received = recv(stream->receiver, text, sizeof text, 0);
    assert_true(received > 0 || (received < 0 && errno == EAGAIN));
    for (ssize_t i = 0; i < received; i++) {
        stream->wrong_bytes += text[i] != text_at(stream->received_bytes + (uint64_t)i);
    }
    stream->received_bytes += received > 0 ? (uint64_t)received : 0;
}

static void connect_through(const struct lab *lab, struct stream *stream)
{
    *stream =
        (struct stream){.listener = socket_inside(sf_relay_far(lab->relay), AF_INET, SOCK_STREAM)};
    bind_to(stream->listener, SF_RELAY_FAR_ADDRESS);
    assert_int_equal(listen(stream->listener, 1), 0);
    stream->sender = socket_inside(sf_relay_near(lab->relay), AF_INET, SOCK_STREAM);
    struct sockaddr_in to = address_of(SF_RELAY_FAR_ADDRESS);
    assert_int_equal(connect(stream->sender, (struct sockaddr *)&to, sizeof to), -1);
    assert_int_equal(errno, EINPROGRESS);
    struct pollfd ready = {.fd = stream->listener, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
    stream->receiver = accept4(stream->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(stream->receiver >= 0);
}

static void test_tcp_arrives_whole(void **state)
{
    (void)state;
    enum { TOTAL_BYTES = 3 << 20 };
    struct lab lab;
    lab_open(&lab, "delay 3ms 1ms loss 1% duplicate 1% corrupt 0.5%", "delay 3ms loss 1%", 5);
    struct stream stream;
    connect_through(&lab, &stream);
    while (stream.received_bytes < TOTAL_BYTES) {
        struct pollfd ready[2] = {
            {.fd = stream.sender, .events = stream.sent_bytes < TOTAL_BYTES ? POLLOUT : 0},
            {.fd = stream.receiver, .events = POLLIN},
        };
        if (poll(ready, 2, WAIT_MS) == 0) {
            fail_msg("nothing moves after %llu bytes", (unsigned long long)stream.received_bytes);
        }
        if ((ready[0].revents & POLLOUT) != 0) {
            send_some(&stream, TOTAL_BYTES);
        }
        if ((ready[1].revents & POLLIN) != 0) {
            receive_some(&stream);
        }
    }
    assert_int_equal(stream.received_bytes, TOTAL_BYTES);
    assert_int_equal(stream.wrong_bytes, 0);
    close(stream.listener);
    close(stream.sender);
    close(stream.receiver);
    struct sf_relay_report report = lab_close(&lab);
    assert_true(report.there.lost_count > 0);
    assert_true(report.there.corrupted_count > 0);
    assert_true(report.back.lost_count > 0);
    assert_true(report.there.bytes_out > TOTAL_BYTES);
    /* No super-packets: each is one of the wire. */
    assert_true(report.there.bytes_in / report.there.packets_in <= 1514);
}

static void test_a_packet_is_never_early(void **state)
{
    (void)state;
    struct lab lab;
    lab_open(&lab, "delay 30ms 10ms", "", 9);
    int sender = socket_inside(sf_relay_near(lab.relay), AF_INET, SOCK_DGRAM);
    int receiver = socket_inside(sf_relay_far(lab.relay), AF_INET, SOCK_DGRAM);
    int seen = capture(sf_relay_far(lab.relay));
    bind_to(sender, SF_RELAY_NEAR_ADDRESS);
    bind_to(receiver, SF_RELAY_FAR_ADDRESS);
    send_packets(sender, SF_RELAY_FAR_ADDRESS, 200);
    struct frames arrived = {0};
    read_frames(seen, 200, &arrived);
    struct sf_relay_report report = lab_close(&lab);
    assert_int_equal(arrived.count, 200);
    assert_in_range(report.there.asked.p50_ns, 25 * SF_MS, 35 * SF_MS);
    assert_in_range(report.there.asked.max_ns, 35 * SF_MS, 40 * SF_MS);
    /* Each is known to a part in 1024. */
    assert_true(report.there.given.p50_ns >= report.there.asked.p50_ns / 1024 * 1022);
    assert_true(report.there.given.max_ns >= report.there.asked.max_ns);
    free(arrived.items);
    close(sender);
    close(receiver);
    close(seen);
}

static void test_open_refuses_a_limit_that_is_too_large(void **state)
{
    (void)state;
    struct lab probe;
    lab_open(&probe, "", "", 1); /* skips where there is no relay at all */
    lab_close(&probe);
    struct sf_netem_states states;
    parse("limit 1000001", &states);
    struct sf_relay_way way = {&states, 1};
    struct sf_relay *relay;
    struct sf_diag diag = {0};
    assert_int_equal(sf_relay_open(&way, &way, &relay, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "limit 1000001"));
    assert_null(relay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_packets_meet_the_models_fates),
        cmocka_unit_test(test_the_way_back_has_a_link_of_its_own),
        cmocka_unit_test(test_rate_and_slots_let_everything_through_in_the_end),
        cmocka_unit_test(test_a_full_queue_drops),
        cmocka_unit_test(test_tcp_arrives_whole),
        cmocka_unit_test(test_a_packet_is_never_early),
        cmocka_unit_test(test_open_refuses_a_limit_that_is_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
