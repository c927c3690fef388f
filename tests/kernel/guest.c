/* Runs inside the guest: puts a real netem on one end of a cable between two private namespaces, by
 * the project's own kernel backend, sends numbered UDP packets through it and writes what arrived.
 * It judges nothing but what the kernel shows of its qdisc.
 *
 *     guest CASES FOLDER      FOLDER/NAME.csv for each case: seq,sent_ns,recv_ns,corrupted
 *
 * The frames are complete UDP packets, sent and received raw, so flips in headers are seen too. */
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness/net/kernel/qdisc.h"
#include "harness/net/netem_replay.h"
#include "tests/kernel/case_list.h"
#include "tests/kernel/guest_command.h"

enum {
    FRAME_BYTES_MAX = 2048,
    COPIES_MAX = 2,
    SOCKET_BYTES = 64 << 20,
    DRAIN_ROUNDS = 50, /* of 100 ms: more than the longest delay */
};

/* One case under way. */
struct run {
    const struct kernel_case *one;
    int send_fd;
    int receive_fd;
    int send_index;
    struct sf_netem_sent *sent;
    struct sf_netem_arrived (*copies)[COPIES_MAX];
    uint32_t *copies_count;
    uint32_t strangers; /* frames that are none of ours */
};

static void must(enum sf_err err, const struct sf_diag *diag, const char *what)
{
    if (err != SF_OK) {
        die(what, diag->message);
    }
}

static sf_ns clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (sf_ns)now.tv_sec * SF_SECOND + now.tv_nsec;
}

static void sleep_until(sf_ns due_ns)
{
    struct timespec due = {due_ns / SF_SECOND, due_ns % SF_SECOND};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static void put_be16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void fill_checksum(uint8_t *ip)
{
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2) {
        sum += (uint32_t)ip[i] << 8 | ip[i + 1];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put_be16(ip + 10, ~sum);
}

/* Ethernet, IPv4, UDP without a checksum, and the number again and again. */
static void fill_frame(uint8_t *frame, const struct kernel_case *one, uint32_t seq, uint32_t ecn)
{
    static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    memset(frame, 0, one->frame_bytes);
    memcpy(frame, addresses, sizeof addresses);
    put_be16(frame + 12, ETH_P_IP);
    uint8_t *ip = frame + 14;
    ip[0] = 0x45;
    ip[1] = (uint8_t)ecn;
    put_be16(ip + 2, one->frame_bytes - 14);
    ip[8] = 64;
    ip[9] = IPPROTO_UDP;
    ip[12] = ip[16] = 10;
    ip[15] = 1;
    ip[19] = 2;
    fill_checksum(ip);
    uint8_t *udp = ip + 20;
    put_be16(udp, 9000);
    put_be16(udp + 2, 9000);
    put_be16(udp + 4, one->frame_bytes - 34);
    for (uint32_t at = HEADERS_BYTES; at + 4 <= one->frame_bytes; at += 4) {
        memcpy(frame + at, &seq, 4);
    }
}

/* One flipped bit cannot spoil two of three. */
static uint32_t number_of(const uint8_t *frame)
{
    uint32_t said[3];
    memcpy(said, frame + HEADERS_BYTES, sizeof said);
    return said[1] == said[2] ? said[1] : said[0];
}

static uint32_t differing(const struct run *run, const uint8_t *frame, uint32_t seq, uint32_t ecn)
{
    uint8_t whole[FRAME_BYTES_MAX];
    fill_frame(whole, run->one, seq, ecn);
    uint32_t count = 0;
    for (uint32_t i = 0; i < run->one->frame_bytes; i++) {
        count += whole[i] != frame[i];
    }
    return count;
}

static void take_frame(struct run *run, const uint8_t *frame, uint32_t bytes, sf_ns now_ns)
{
    uint32_t seq = bytes == run->one->frame_bytes ? number_of(frame) : UINT32_MAX;
    if (seq >= run->one->count || run->copies_count[seq] == COPIES_MAX) {
        run->strangers++;
        return;
    }
    uint32_t as_sent = differing(run, frame, seq, run->one->ect);
    uint32_t as_marked = run->one->ect != 0 ? differing(run, frame, seq, 3) : UINT32_MAX;
    bool marked = as_marked < as_sent;
    bool flipped = (marked ? as_marked : as_sent) != 0;
    struct sf_netem_arrived *copy = &run->copies[seq][run->copies_count[seq]++];
    *copy = (struct sf_netem_arrived){.seq = seq,
                                      .sent_ns = run->sent[seq].sent_ns,
                                      .recv_ns = now_ns,
                                      .flags = (flipped ? SF_NETEM_ARRIVED_CORRUPTED : 0u) |
                                               (marked ? SF_NETEM_ARRIVED_CE : 0u)};
}

static sf_ns arrival_ns(struct msghdr *message)
{
    for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item != NULL;
         item = CMSG_NXTHDR(message, item)) {
        if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec stamp;
            memcpy(&stamp, CMSG_DATA(item), sizeof stamp);
            return (sf_ns)stamp.tv_sec * SF_SECOND + stamp.tv_nsec;
        }
    }
    die("a frame came without the time of its arrival", "");
}

static void drain(struct run *run)
{
    for (;;) {
        uint8_t frame[FRAME_BYTES_MAX];
        _Alignas(struct cmsghdr) char control[256];
        struct iovec part = {frame, sizeof frame};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        ssize_t bytes = recvmsg(run->receive_fd, &message, MSG_DONTWAIT);
        if (bytes < 0) {
            return;
        }
        take_frame(run, frame, (uint32_t)bytes, arrival_ns(&message));
    }
}

static void send_all(struct run *run)
{
    const struct kernel_case *one = run->one;
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_IP),
                             .sll_ifindex = run->send_index,
                             .sll_halen = 6};
    sf_ns start_ns = clock_ns(CLOCK_MONOTONIC) + 10 * SF_MS;
    for (uint32_t i = 0; i < one->count; i++) {
        uint8_t frame[FRAME_BYTES_MAX];
        fill_frame(frame, one, i, one->ect);
        if (i % one->burst == 0) {
            sleep_until(start_ns + (sf_ns)(i / one->burst) * one->interval_us * SF_US);
        }
        run->sent[i] =
            (struct sf_netem_sent){i, clock_ns(CLOCK_REALTIME), one->frame_bytes, one->ect != 0};
        /* A full queue says ENOBUFS, which is one of netem's ways to lose a packet. */
        if (sendto(run->send_fd, frame, one->frame_bytes, 0, (struct sockaddr *)&to, sizeof to) <
                0 &&
            errno != ENOBUFS) {
            die("cannot send", strerror(errno));
        }
        if (i % one->burst == one->burst - 1) {
            drain(run);
        }
    }
    for (int i = 0; i < DRAIN_ROUNDS; i++) {
        sleep_until(clock_ns(CLOCK_MONOTONIC) + 100 * SF_MS);
        drain(run);
    }
}

static int raw_socket(struct sf_namespace *space, const char *interface, int protocol,
                      int *index_out)
{
    struct sf_diag diag = {0};
    must(sf_namespace_enter(space, &diag), &diag, "entering");
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    *index_out = (int)if_nametoindex(interface);
    sf_namespace_leave(space);
    struct sockaddr_ll own = {.sll_family = AF_PACKET,
                              .sll_protocol = htons((uint16_t)protocol),
                              .sll_ifindex = *index_out};
    int one = 1;
    int bytes = SOCKET_BYTES;
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0) {
        die("cannot open a raw socket", strerror(errno));
    }
    return fd;
}

static void write_rows(const struct run *run, const char *folder)
{
    struct sf_netem_arrived_list rows = {
        .items = calloc((size_t)run->one->count * COPIES_MAX, sizeof *rows.items)};
    for (uint32_t i = 0; i < run->one->count; i++) {
        for (uint32_t k = 0; k < run->copies_count[i]; k++) {
            rows.items[rows.count++] = run->copies[i][k];
        }
        if (run->copies_count[i] == 0) {
            rows.items[rows.count++] = (struct sf_netem_arrived){i, run->sent[i].sent_ns, -1, 0};
        }
    }
    char path[256];
    snprintf(path, sizeof path, "%s/%s.csv", folder, run->one->name);
    FILE *file = fopen(path, "we");
    struct sf_diag diag = {0};
    if (file == NULL) {
        die("cannot write", path);
    }
    must(sf_netem_arrived_write(&rows, file, &diag), &diag, path);
    fclose(file);
    free(rows.items);
}

/* sf_qdisc_set has compared what the kernel shows; here every way to the same end is walked: a
 * change of what is there, a removal, and that nothing is left. */
static void check_life(const struct sf_namespace *space, const struct sf_netem_config *config)
{
    struct sf_diag diag = {0};
    struct sf_qdisc_outcome outcome;
    struct sf_qdisc_state state;
    struct sf_netem_config other;
    must(sf_netem_parse("delay 1ms loss 5% 5% duplicate 1% corrupt 1% reorder 3% gap 2 rate 1mbit "
                        "ecn limit 7",
                        &other, NULL, &diag),
         &diag, "parsing");
    must(sf_qdisc_set(space, "v0", &other, &outcome, &diag), &diag, "setting another");
    must(sf_qdisc_set(space, "v0", config, &outcome, &diag), &diag, "changing");
    bool table_stays = (config->jitter_ns > 0 && config->delay_table == NULL) ||
                       (sf_netem_config_needs_queue(config) && config->slot_table == NULL);
    if (outcome.restarted != table_stays) {
        die("started anew for no reason, or not for one", "");
    }
    must(sf_qdisc_look(space, "v0", &state, &diag), &diag, "looking");
    if (!state.netem || !sf_qdisc_same(config, &state.config)) {
        die("the kernel shows other parameters after a change", "");
    }
    must(sf_qdisc_remove(space, "v0", &diag), &diag, "removing");
    must(sf_qdisc_look(space, "v0", &state, &diag), &diag, "looking");
    if (state.netem || sf_qdisc_remove(space, "v0", &diag) != SF_ERR_INPUT) {
        die("netem is still there after its removal", "");
    }
}

static void run_case(const struct kernel_case *one, const char *folder)
{
    struct sf_diag diag = {0};
    struct sf_namespace left;
    struct sf_namespace right;
    must(sf_namespace_create(&left, &diag), &diag, "a namespace");
    must(sf_namespace_create(&right, &diag), &diag, "a namespace");
    struct sf_namespace_end a = {&left, "v0", NULL};
    struct sf_namespace_end b = {&right, "v1", NULL};
    must(sf_namespace_veth_pair(&a, &b, &diag), &diag, "a cable");

    struct run run = {.one = one,
                      .sent = calloc(one->count, sizeof *run.sent),
                      .copies = calloc(one->count, sizeof *run.copies),
                      .copies_count = calloc(one->count, sizeof *run.copies_count)};
    int receive_index;
    run.receive_fd = raw_socket(&right, "v1", ETH_P_ALL, &receive_index);
    run.send_fd = raw_socket(&left, "v0", 0, &run.send_index);
    check_life(&left, &one->config);
    /* The kernel takes the case before this one down meanwhile; idle virtual time costs nothing. */
    sleep_until(clock_ns(CLOCK_MONOTONIC) + SF_SECOND);
    struct sf_qdisc_outcome outcome;
    must(sf_qdisc_set(&left, "v0", &one->config, &outcome, &diag), &diag, one->spec);
    send_all(&run);
    struct sf_qdisc_state state;
    must(sf_qdisc_look(&left, "v0", &state, &diag), &diag, "looking");
    printf("%s: seed %s, %" PRIu64 " sent by the qdisc, %u dropped, %u waiting\n", one->name,
           outcome.seed_ignored ? "ignored" : "taken", state.packets_count, state.dropped_count,
           state.waiting_count);
    if (run.strangers > 0 || state.waiting_count > 0) {
        die("frames that are not ours, or that never left", one->name);
    }
    write_rows(&run, folder);
    close(run.receive_fd);
    close(run.send_fd);
    sf_namespace_fini(&left);
    sf_namespace_fini(&right);
    free(run.sent);
    free(run.copies);
    free(run.copies_count);
}

int main(int argc, char **argv)
{
    static struct kernel_case cases[CASES_MAX];
    if (argc < 3) {
        die("usage: guest CASES [FILE...] FOLDER", "");
    }
    uint32_t count = read_cases(argv[1], cases);
    const char *folder = argv[argc - 1];
    struct sf_qdisc_abilities abilities;
    struct sf_diag diag = {0};
    must(sf_qdisc_probe(&abilities, &diag), &diag, "probing");
    if (!abilities.netem) {
        die("the guest's kernel has no sch_netem", "");
    }
    char path[256];
    snprintf(path, sizeof path, "%s/seed", folder);
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        die("cannot write", path);
    }
    fprintf(file, "%s\n", abilities.seed ? "taken" : "ignored");
    fclose(file);
    check_command();
    for (uint32_t i = 0; i < count; i++) {
        run_case(&cases[i], folder);
    }
    return 0;
}
