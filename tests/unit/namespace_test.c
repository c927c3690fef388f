/* Needs the right to make namespaces; where it is missing the tests skip, saying so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/net/kernel/namespace.h"

enum { WAIT_MS = 300000 }; /* for what the kernel does on its own; a bound, not a pause */

static ino_t own_inode(void)
{
    struct stat here;
    assert_int_equal(stat("/proc/thread-self/ns/net", &here), 0);
    return here.st_ino;
}

static struct sf_namespace make_or_skip(void)
{
    struct sf_namespace space;
    struct sf_diag diag = {0};
    if (sf_namespace_create(&space, &diag) != SF_OK) {
        print_message("skipped: %s\n", diag.message);
        skip();
    }
    return space;
}

static void lay(const struct sf_namespace *a, const struct sf_namespace *b)
{
    struct sf_diag diag = {0};
    struct sf_namespace_end ends[2] = {{a, "left", "10.9.0.1/24"}, {b, "right", "10.9.0.2/24"}};
    if (sf_namespace_veth_pair(&ends[0], &ends[1], &diag) != SF_OK) {
        if (strstr(diag.message, "this kernel has no veth") != NULL) {
            print_message("skipped: %s\n", diag.message);
            skip();
        }
        fail_msg("%s", diag.message);
    }
}

static void enter(struct sf_namespace *space)
{
    struct sf_diag diag = {0};
    if (sf_namespace_enter(space, &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
}

static void test_namespace_create_leaves_the_thread_where_it_was(void **state)
{
    (void)state;
    ino_t before = own_inode();
    struct sf_namespace space = make_or_skip();
    assert_int_equal(own_inode(), before);
    enter(&space);
    assert_int_not_equal(own_inode(), before);
    struct if_nameindex *interfaces = if_nameindex();
    assert_string_equal(interfaces[0].if_name, "lo");
    assert_int_equal(interfaces[1].if_index, 0);
    if_freenameindex(interfaces);
    sf_namespace_leave(&space);
    assert_int_equal(own_inode(), before);
    sf_namespace_fini(&space);
    sf_namespace_fini(&space);
}

static uint32_t offload(int fd, const char *interface, uint32_t which)
{
    struct ethtool_value value = {.cmd = which, .data = 7};
    struct ifreq request = {.ifr_data = (char *)&value};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    assert_int_equal(ioctl(fd, SIOCETHTOOL, &request), 0);
    return value.data;
}

/* An ordinary UDP socket, at an address of the namespace that the thread is in. */
static int udp_socket(const char *address)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(9000)};
    assert_int_equal(inet_pton(AF_INET, address, &own.sin_addr), 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
    return fd;
}

/* Everything that passes the interface, in both directions. */
static int capture_socket(const char *interface)
{
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    struct sockaddr_ll own = {.sll_family = AF_PACKET,
                              .sll_protocol = htons(ETH_P_ALL),
                              .sll_ifindex = (int)if_nametoindex(interface)};
    assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
    return fd;
}

static void send_to(int fd, const char *address, const char *text)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9000)};
    assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
    assert_int_equal(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to),
                     strlen(text));
}

static void expect_text(int fd, const char *text)
{
    char got[64] = "";
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
    assert_int_equal(recv(fd, got, sizeof got - 1, 0), strlen(text));
    assert_string_equal(got, text);
}

static void test_veth_pair_carries_both_ways_and_is_silent_otherwise(void **state)
{
    (void)state;
    struct sf_namespace left = make_or_skip();
    struct sf_namespace right = make_or_skip();
    lay(&left, &right);
    enter(&left);
    int left_fd = udp_socket("10.9.0.1");
    int capture = capture_socket("left");
    assert_int_equal(offload(left_fd, "left", ETHTOOL_GTSO), 0);
    assert_int_equal(offload(left_fd, "left", ETHTOOL_GGSO), 0);
    assert_int_equal(offload(left_fd, "left", ETHTOOL_GGRO), 0);
    sf_namespace_leave(&left);
    enter(&right);
    int right_fd = udp_socket("10.9.0.2");
    assert_int_equal(offload(right_fd, "right", ETHTOOL_GTSO), 0);
    assert_int_equal(offload(right_fd, "right", ETHTOOL_GGSO), 0);
    assert_int_equal(offload(right_fd, "right", ETHTOOL_GGRO), 0);
    sf_namespace_leave(&right);

    send_to(left_fd, "10.9.0.2", "there");
    expect_text(right_fd, "there");
    send_to(right_fd, "10.9.0.1", "and back");
    expect_text(left_fd, "and back");

    /* Two IPv4 frames went by, and not one of another kind: no ARP, no IPv6. */
    for (int i = 0; i < 2; i++) {
        uint8_t frame[2048];
        ssize_t length = recv(capture, frame, sizeof frame, MSG_DONTWAIT);
        assert_true(length > 34);
        assert_int_equal(frame[12] << 8 | frame[13], ETH_P_IP);
        assert_int_equal(frame[23], IPPROTO_UDP);
    }
    uint8_t more[2048];
    assert_int_equal(recv(capture, more, sizeof more, MSG_DONTWAIT), -1);
    close(capture);
    close(left_fd);
    close(right_fd);
    sf_namespace_fini(&left);
    sf_namespace_fini(&right);
}

static void expect_refusal(const struct sf_namespace *space, const char *interface,
                           const char *address, const char *says)
{
    struct sf_diag diag = {0};
    struct sf_namespace_end a = {space, interface, address};
    struct sf_namespace_end b = {space, "other", NULL};
    assert_int_equal(sf_namespace_veth_pair(&a, &b, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, says));
}

static void test_veth_pair_refuses_bad_names_and_addresses(void **state)
{
    (void)state;
    struct sf_namespace space = make_or_skip();
    lay(&space, &space);
    expect_refusal(&space, "", NULL, "is no name of an interface");
    expect_refusal(&space, "sixteen-letters-", NULL, "is no name of an interface");
    expect_refusal(&space, "a", "10.0.0.1", "with a prefix");
    expect_refusal(&space, "a", "10.0.0.1/", "with a prefix");
    expect_refusal(&space, "a", "10.0.0.1/33", "with a prefix");
    expect_refusal(&space, "a", "10.0.0.1/24x", "with a prefix");
    expect_refusal(&space, "a", "10.0.0.256/24", "is no IPv4 address");
    expect_refusal(&space, "left", NULL, "File exists");
    sf_namespace_fini(&space);
}

static void test_veth_pair_leaves_nothing_when_an_end_fails(void **state)
{
    (void)state;
    struct sf_namespace left = make_or_skip();
    struct sf_namespace right = make_or_skip();
    lay(&left, &right);
    struct sf_diag diag = {0};
    struct sf_namespace_end a = {&left, "fresh", NULL};
    struct sf_namespace_end b = {&right, "right", NULL}; /* taken */
    assert_int_equal(sf_namespace_veth_pair(&a, &b, &diag), SF_ERR_INPUT);
    enter(&left);
    assert_int_equal(if_nametoindex("fresh"), 0);
    assert_int_not_equal(if_nametoindex("left"), 0);
    sf_namespace_leave(&left);
    sf_namespace_fini(&left);
    sf_namespace_fini(&right);
}

/* Makes a cable from its own namespace to `ours` and waits to be killed. */
_Noreturn static void hold_a_cable(const struct sf_namespace *ours, int ready_fd)
{
    struct sf_namespace theirs;
    struct sf_namespace_end a = {ours, "near", NULL};
    struct sf_namespace_end b = {&theirs, "far", NULL};
    bool laid = sf_namespace_create(&theirs, NULL) == SF_OK &&
                sf_namespace_veth_pair(&a, &b, NULL) == SF_OK;
    if (write(ready_fd, laid ? "y" : "n", 1) == 1) {
        pause();
    }
    _exit(1);
}

static void test_namespace_is_gone_after_kill_9(void **state)
{
    (void)state;
    struct sf_namespace ours = make_or_skip();
    lay(&ours, &ours); /* skips where there is no veth */
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        hold_a_cable(&ours, ready[1]);
    }
    char laid = '?';
    assert_int_equal(read(ready[0], &laid, 1), 1);
    assert_int_equal(laid, 'y');
    enter(&ours);
    assert_int_not_equal(if_nametoindex("near"), 0);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    /* The kernel takes namespaces down in its own time; our end goes with theirs. */
    int waited_ms = 0;
    for (; if_nametoindex("near") != 0 && waited_ms < WAIT_MS; waited_ms += 10) {
        poll(NULL, 0, 10);
    }
    assert_int_equal(if_nametoindex("near"), 0);
    sf_namespace_leave(&ours);
    close(ready[0]);
    close(ready[1]);
    sf_namespace_fini(&ours);
}

static void test_open_named_refuses_what_is_no_namespace(void **state)
{
    (void)state;
    static const char *const names[] = {"", ".", "..", "../1", "/proc/self/ns/net"};
    struct sf_namespace space;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sf_diag diag = {0};
        assert_int_equal(sf_namespace_open_named(names[i], &space, &diag), SF_ERR_INPUT);
        assert_non_null(strstr(diag.message, "is no name"));
        assert_int_equal(space.fd, -1);
    }
    struct sf_diag diag = {0};
    assert_int_equal(sf_namespace_open_named("strayframe-nowhere", &space, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "ip netns add strayframe-nowhere"));
}

static void test_open_outside_is_where_the_process_runs(void **state)
{
    (void)state;
    struct sf_namespace space;
    assert_int_equal(sf_namespace_open_outside(&space, NULL), SF_OK);
    struct stat opened;
    assert_int_equal(fstat(space.fd, &opened), 0);
    assert_int_equal(opened.st_ino, own_inode());
    assert_true(space.outside);
    sf_namespace_fini(&space);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_namespace_create_leaves_the_thread_where_it_was),
        cmocka_unit_test(test_veth_pair_carries_both_ways_and_is_silent_otherwise),
        cmocka_unit_test(test_veth_pair_refuses_bad_names_and_addresses),
        cmocka_unit_test(test_veth_pair_leaves_nothing_when_an_end_fails),
        cmocka_unit_test(test_namespace_is_gone_after_kill_9),
        cmocka_unit_test(test_open_named_refuses_what_is_no_namespace),
        cmocka_unit_test(test_open_outside_is_where_the_process_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
