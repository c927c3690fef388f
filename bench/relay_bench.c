/* How good a relay is: real UDP through it at several packet rates, requested against achieved. Two
 * views of the same packets: the relay's own (from reading to writing), and from end to end (from
 * the sender's call to the kernel's stamp at the receiver, which includes what the kernel takes on
 * both sides). Needs the right to make namespaces, and /dev/net/tun. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/net/netem_grammar.h"
#include "harness/net/relay/relay.h"

enum { PORT = 9000, PAYLOAD_BYTES = 1000, SECONDS = 2 };

struct lab {
    struct sf_netem_states link;
    struct sf_netem_states nothing;
    struct sf_relay *relay;
    pid_t process;
    int stop_fd;
    int report_fd;
    int sender;
    int receiver;
};

_Noreturn static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(4);
}

static sf_ns now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (sf_ns)now.tv_sec * SF_SECOND + now.tv_nsec;
}

static struct sockaddr_in far_address(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, SF_RELAY_FAR_ADDRESS, &address.sin_addr);
    return address;
}

static int udp_inside(const struct sf_namespace *space)
{
    struct sf_namespace inside = {.fd = space->fd, .home_fd = -1};
    struct sf_diag diag = {0};
    if (sf_namespace_enter(&inside, &diag) != SF_OK) {
        give_up("namespace", diag.message);
    }
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int bytes = 64 << 20;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    sf_namespace_leave(&inside);
    return fd;
}

static _Noreturn void be_relay(struct sf_relay *relay, int wake_fd, int report_fd)
{
    struct sf_relay_report report;
    struct sf_diag diag = {0};
    sf_relay_take_precedence();
    if (sf_relay_run(relay, wake_fd, &diag) != SF_OK ||
        sf_relay_sum_up(relay, &report, &diag) != SF_OK) {
        give_up("relay", diag.message);
    }
    _exit(write(report_fd, &report, sizeof report) == (ssize_t)sizeof report ? 0 : 1);
}

static void lab_open(struct lab *lab, const char *spec)
{
    struct sf_diag diag = {0};
    if (sf_netem_states_parse(spec, NULL, &lab->link, NULL, &diag) != SF_OK ||
        sf_netem_states_parse("", NULL, &lab->nothing, NULL, &diag) != SF_OK) {
        give_up(spec, diag.message);
    }
    struct sf_relay_way ways[2] = {{&lab->link, 1}, {&lab->nothing, 2}};
    if (sf_relay_open(&ways[0], &ways[1], &lab->relay, &diag) != SF_OK) {
        give_up("relay", diag.message);
    }
    lab->sender = udp_inside(sf_relay_near(lab->relay));
    lab->receiver = udp_inside(sf_relay_far(lab->relay));
    struct sockaddr_in far = far_address();
    int wake[2];
    int report[2];
    if (bind(lab->receiver, (struct sockaddr *)&far, sizeof far) != 0 ||
        pipe2(wake, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) {
        give_up("sockets", strerror(errno));
    }
    fflush(NULL);
    lab->process = fork();
    if (lab->process == 0) {
        close(wake[1]);
        be_relay(lab->relay, wake[0], report[1]);
    }
    close(wake[0]);
    close(report[1]);
    lab->stop_fd = wake[1];
    lab->report_fd = report[0];
}

static struct sf_relay_report lab_close(struct lab *lab)
{
    struct sf_relay_report report;
    close(lab->stop_fd);
    if (read(lab->report_fd, &report, sizeof report) != (ssize_t)sizeof report) {
        give_up("relay", "no report");
    }
    waitpid(lab->process, NULL, 0);
    close(lab->report_fd);
    close(lab->sender);
    close(lab->receiver);
    sf_relay_close(lab->relay);
    return report;
}

/* Evenly spaced; a sender that is late catches up. */
static sf_ns send_evenly(const struct lab *lab, uint32_t packets_per_second)
{
    struct sockaddr_in far = far_address();
    uint8_t payload[PAYLOAD_BYTES] = {0};
    sf_ns start_ns = now_ns(CLOCK_MONOTONIC);
    for (uint32_t i = 0; i < packets_per_second * SECONDS; i++) {
        sf_ns at_ns = start_ns + (sf_ns)i * SF_SECOND / packets_per_second;
        struct timespec at = {.tv_sec = at_ns / SF_SECOND, .tv_nsec = at_ns % SF_SECOND};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        sf_ns sent_ns = now_ns(CLOCK_REALTIME);
        memcpy(payload, &sent_ns, sizeof sent_ns);
        ssize_t sent =
            sendto(lab->sender, payload, sizeof payload, 0, (struct sockaddr *)&far, sizeof far);
        (void)sent; /* one that is not sent does not arrive */
    }
    return now_ns(CLOCK_MONOTONIC) - start_ns;
}

/* Delays from end to end of what has arrived. */
static void receive_all(const struct lab *lab, struct sf_relay_spread *spread)
{
    for (;;) {
        uint8_t payload[PAYLOAD_BYTES];
        union {
            char bytes[CMSG_SPACE(sizeof(struct timespec))];
            struct cmsghdr align;
        } control;
        struct iovec part = {payload, sizeof payload};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof control.bytes};
        if (recvmsg(lab->receiver, &message, 0) != PAYLOAD_BYTES) {
            return;
        }
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header != NULL && header->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec arrived;
            sf_ns sent_ns;
            memcpy(&arrived, CMSG_DATA(header), sizeof arrived);
            memcpy(&sent_ns, payload, sizeof sent_ns);
            sf_relay_spread_add(spread,
                                (sf_ns)arrived.tv_sec * SF_SECOND + arrived.tv_nsec - sent_ns);
        }
    }
}

static double ms(sf_ns span_ns)
{
    return (double)span_ns / SF_MS;
}

static void run(const char *spec, uint32_t packets_per_second)
{
    static struct lab lab;
    static struct sf_relay_spread ends;
    memset(&ends, 0, sizeof ends);
    lab_open(&lab, spec);
    sf_ns took_ns = send_evenly(&lab, packets_per_second);
    struct timespec rest = {.tv_nsec = 400 * SF_MS};
    nanosleep(&rest, NULL);
    receive_all(&lab, &ends);
    struct sf_relay_report report = lab_close(&lab);
    const struct sf_relay_way_report *way = &report.there;
    printf(
        "%-22s %7u %7.0f %6llu %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f %6.2f %5.1f\n",
        spec, packets_per_second, (double)way->packets_in * SF_SECOND / (double)took_ns,
        (unsigned long long)way->missed_count, ms(way->asked.p50_ns), ms(way->asked.p99_ns),
        ms(way->given.p50_ns), ms(way->given.p99_ns), ms(way->late.p50_ns), ms(way->late.p99_ns),
        ms(way->late.max_ns), ms(sf_relay_spread_at(&ends, 500)),
        ms(sf_relay_spread_at(&ends, 990)),
        way->rate_asked_bytes_per_second > 0 && way->line_count > 0
            ? 100.0 * (double)way->rate_given_bytes_per_second /
                  (double)way->rate_asked_bytes_per_second
            : 0.0,
        100.0 * (double)report.cpu_ns / (double)report.elapsed_ns);
    fflush(stdout);
}

int main(void)
{
    printf("Delays in ms; rate: given, in %% of what was asked; missed: the relay was too slow.\n");
    printf("%-22s %7s %7s %6s %17s %17s %26s %17s %6s %5s\n", "", "packets", "", "", "asked",
           "given", "late", "end to end", "rate", "CPU");
    printf("%-22s %7s %7s %6s %8s %8s %8s %8s %8s %8s %8s %8s %8s %6s %5s\n", "link", "/s asked",
           "sent", "missed", "p50", "p99", "p50", "p99", "p50", "p99", "most", "p50", "p99", "%",
           "%");
    static const uint32_t rates[] = {100, 1000, 10000, 30000};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        run("limit 100000 delay 20ms", rates[i]);
    }
    run("delay 50ms 10ms", 1000);
    run("rate 1mbit", 200);
    run("rate 20mbit", 4000);
    run("rate 100mbit", 20000);
    return 0;
}
