/* A relay for a user without the right to make networks: the way through a user namespace, with
 * real programs and real packets compared with the model. Everything is in networks that the relay
 * makes for itself. The tests give up what rights they have first, in a process of their own. They
 * skip, saying why, where users may not make user namespaces or /dev/net/tun is missing. Called
 * with a word, this program is a server or a client of the tests. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/net/netem_grammar.h"
#include "harness/net/relay/session.h"
#include "tests/unit/test.h"

enum {
    PORT = 9000,
    PACKETS_COUNT = 200,
    PACKET_BYTES = 100, /* of data; 28 of headers, and 14 that the model counts */
    UNPRIVILEGED = 65534,
    BOUND_S = 600, /* bounds, not pauses */
    SEED = 11,
};

static const char link_there[] = "delay 5ms 2ms loss 20% duplicate 10% keep-order";
static char own_path[4096]; /* this program */

/* What a session came to, as its process tells it. */
struct told {
    bool had_the_right; /* even so: then nothing was tested */
    bool refused;       /* the machine lets no user do this */
    int exit_code;
    uint64_t packets_in;
    uint64_t packets_out;
    char message[600];
};

/* ---- in a process of its own ---- */

/* Most machines let every user open /dev/net/tun. Where only root may, a copy of the device is put
 * over it that all may open, in mounts that no other process sees. */
static bool lend_device(void)
{
    struct stat device;
    if (stat("/dev/net/tun", &device) != 0 || (device.st_mode & S_IWOTH) != 0) {
        return true; /* none: the session will say so */
    }
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "/dev/net", "tmpfs", 0, "mode=755") == 0 &&
           mknod("/dev/net/tun", S_IFCHR, device.st_rdev) == 0 && chmod("/dev/net/tun", 0666) == 0;
}

/* Root becomes an account without rights; other users stay as they are. */
static bool give_up_rights(void)
{
    if (geteuid() != 0) {
        return true;
    }
    if (!lend_device() || setgroups(0, NULL) != 0 ||
        setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) != 0 ||
        setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) != 0) {
        return false;
    }
    prctl(PR_SET_DUMPABLE, 1); /* as with any user's process: /proc/self is its own */
    return true;
}

static bool may_make_networks(void)
{
    struct sf_namespace space;
    if (sf_namespace_create(&space, NULL) != SF_OK) {
        return false;
    }
    sf_namespace_fini(&space);
    return true;
}

static bool parse(const char *text, struct sf_netem_states *states)
{
    return sf_netem_states_parse(text, NULL, states, NULL, NULL) == SF_OK;
}

static void run_session(char *const *client, char *const *server, struct told *told)
{
    struct sf_netem_states there;
    struct sf_netem_states back;
    if (!parse(link_there, &there) || !parse("", &back)) {
        _exit(1);
    }
    const struct sf_relay_session session = {
        .there = {&there, SEED}, .back = {&back, 1}, .client = client, .server = server};
    struct sf_relay_session_outcome outcome;
    struct sf_diag diag = {0};
    if (sf_relay_session_run(&session, &outcome, &diag) != SF_OK) {
        told->refused = strstr(diag.message, "user namespace, which is refused here") != NULL ||
                        strstr(diag.message, "/proc/self/") != NULL ||
                        strstr(diag.message, "/dev/net/tun") != NULL;
        snprintf(told->message, sizeof told->message, "%.599s", diag.message);
        return;
    }
    told->exit_code = outcome.client_exit_code;
    told->packets_in = outcome.report.there.packets_in;
    told->packets_out = outcome.report.there.packets_out;
}

/* ---- the tests' side ---- */

static struct told run_without_rights(char *const *client, char *const *server)
{
    int ends[2];
    int status;
    struct told told = {0};
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(BOUND_S);
        if (!give_up_rights()) {
            told.refused = true;
            snprintf(told.message, sizeof told.message, "root cannot give up its rights here: %s",
                     strerror(errno));
        } else if (may_make_networks()) {
            told.had_the_right = true;
        } else {
            run_session(client, server, &told);
        }
        _exit(write(ends[1], &told, sizeof told) == (ssize_t)sizeof told ? 0 : 1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &told, sizeof told), sizeof told);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(told.had_the_right);
    if (told.refused) {
        print_message("skipped: %s\n", told.message);
        skip();
    }
    assert_string_equal(told.message, "");
    return told;
}

/* How often each packet arrives, as the model has it. Times do not matter: without a limit in reach
 * these chances do not look at the clock. */
static uint64_t expect(uint8_t counts[PACKETS_COUNT])
{
    struct sf_netem_states states;
    struct sf_netem link_model;
    uint64_t copies_count = 0;
    assert_true(parse(link_there, &states));
    sf_netem_init(&link_model, &states.items[0].config, SEED);
    for (uint32_t i = 0; i < PACKETS_COUNT; i++) {
        struct sf_netem_fate fate;
        sf_netem_decide(&link_model, i * SF_SECOND, PACKET_BYTES + 42, false, &fate);
        counts[i] = (uint8_t)fate.copies_count;
        copies_count += fate.copies_count;
        for (uint32_t k = 0; k < fate.copies_count; k++) {
            sf_netem_departed(&link_model);
        }
    }
    return copies_count;
}

static void test_packets_have_their_fates_without_any_right(void **state)
{
    (void)state;
    char path[] = "/tmp/relay-user-test-XXXXXX";
    char serve[] = "serve";
    char send[] = "send";
    uint8_t expected[PACKETS_COUNT];
    uint8_t arrived[PACKETS_COUNT];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, 0666), 0);
    char *const client[] = {own_path, send, NULL};
    char *const server[] = {own_path, serve, path, NULL};
    uint64_t copies_count = expect(expected);
    assert_true(copies_count != PACKETS_COUNT);
    struct told told = run_without_rights(client, server);
    assert_int_equal(told.exit_code, 0);
    assert_int_equal(told.packets_in, PACKETS_COUNT);
    assert_int_equal(told.packets_out, copies_count);
    assert_int_equal(pread(fd, arrived, sizeof arrived, 0), sizeof arrived);
    assert_memory_equal(arrived, expected, sizeof expected);
    unlink(path);
    close(fd);
}

/* The client ends, and what it left behind does too: the pipe that all of them hold is closed. */
static void test_nothing_is_left_and_the_exit_code_is_the_programs(void **state)
{
    (void)state;
    char shell[] = "/bin/sh";
    char option[] = "-c";
    char line[] = "sleep 100 & exit 7";
    char *const client[] = {shell, option, line, NULL};
    int ends[2];
    char rest;
    assert_int_equal(pipe(ends), 0);
    struct told told = run_without_rights(client, NULL);
    assert_int_equal(told.exit_code, 7);
    close(ends[1]);
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&ready, 1, BOUND_S * 1000), 1);
    assert_int_equal(read(ends[0], &rest, 1), 0);
    close(ends[0]);
}

/* ---- the helpers ---- */

static struct sockaddr_in address_of(const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, text, &address.sin_addr);
    return address;
}

/* Numbered packets; then the answer to each that the server has counted, the last of them saying
 * that it has seen enough. */
static int send_all(void)
{
    struct sockaddr_in far = address_of(SF_RELAY_FAR_ADDRESS);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    uint8_t packet[PACKET_BYTES] = {0};
    for (int i = 0; i < PACKETS_COUNT; i++) {
        packet[0] = (uint8_t)i;
        if (sendto(fd, packet, sizeof packet, 0, (struct sockaddr *)&far, sizeof far) !=
            (ssize_t)sizeof packet) {
            return 1;
        }
    }
    alarm(BOUND_S);
    return recv(fd, packet, sizeof packet, 0) > 0 ? 0 : 1;
}

/* Counts packets until as many have come as the model lets through; writes how often each came. */
static int serve(const char *path)
{
    struct sockaddr_in own = address_of(SF_RELAY_FAR_ADDRESS);
    struct sockaddr_in from;
    socklen_t from_bytes = sizeof from;
    uint8_t expected[PACKETS_COUNT];
    uint8_t counts[PACKETS_COUNT] = {0};
    uint64_t left_count = expect(expected);
    uint8_t packet[PACKET_BYTES];
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) {
        return 1;
    }
    alarm(BOUND_S);
    for (; left_count > 0; left_count--) {
        if (recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_bytes) !=
                (ssize_t)sizeof packet ||
            packet[0] >= PACKETS_COUNT) {
            return 1;
        }
        counts[packet[0]]++;
    }
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool written = write(file, counts, sizeof counts) == (ssize_t)sizeof counts;
    sendto(fd, "", 1, 0, (struct sockaddr *)&from, from_bytes);
    return written ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return argc > 2 ? serve(argv[2]) : send_all();
    }
    if (realpath(argv[0], own_path) == NULL) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets_have_their_fates_without_any_right),
        cmocka_unit_test(test_nothing_is_left_and_the_exit_code_is_the_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
