/* `strayframe netem --relay`, as a user meets it: programs behind a link, and what is left of them.
 * Called with a word, this program is a server or a client of the tests. Skips, saying so, where
 * namespaces or /dev/net/tun are missing. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/net/relay/relay.h"
#include "tests/unit/test.h"

enum { OUTPUT_BYTES_MAX = 1 << 16, WAIT_MS = 300000, PORT = 9000 };

static const char *own_path; /* this program */
static char output[OUTPUT_BYTES_MAX];
static char errors[OUTPUT_BYTES_MAX];

static void read_file(const char *path, char *text)
{
    FILE *file = fopen(path, "re");
    size_t count = file != NULL ? fread(text, 1, OUTPUT_BYTES_MAX - 1, file) : 0;
    text[count] = '\0';
    if (file != NULL) {
        fclose(file);
    }
}

/* Runs `strayframe netem` with these arguments of a shell; returns the exit code. */
static int netem(const char *arguments)
{
    char folder[] = "/tmp/relay-session-test-XXXXXX";
    char command[4096];
    char paths[2][64];
    assert_non_null(mkdtemp(folder));
    snprintf(paths[0], sizeof paths[0], "%s/out", folder);
    snprintf(paths[1], sizeof paths[1], "%s/err", folder);
    snprintf(command, sizeof command, "timeout -k 5 60 %s/strayframe netem %s </dev/null >%s 2>%s",
             SF_BINARY_DIR, arguments, paths[0], paths[1]);
    int status = system(command);
    read_file(paths[0], output);
    read_file(paths[1], errors);
    unlink(paths[0]);
    unlink(paths[1]);
    rmdir(folder);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void skip_where_there_is_none(void)
{
    struct sf_netem_config config;
    sf_netem_config_default(&config);
    struct sf_netem_states states;
    sf_netem_states_plain(&config, &states);
    struct sf_relay_way way = {&states, 1};
    struct sf_relay *relay;
    struct sf_diag diag = {0};
    if (sf_relay_open(&way, &way, &relay, &diag) != SF_OK) {
        if (strstr(diag.message, "CAP_") != NULL || strstr(diag.message, "/dev/net/tun") != NULL) {
            print_message("skipped: %s\n", diag.message);
            skip();
        }
        fail_msg("%s", diag.message);
    }
    sf_relay_close(relay);
}

static void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in:\n%s", part, text);
    }
}

static void test_the_exit_code_is_the_programs(void **state)
{
    (void)state;
    skip_where_there_is_none();
    assert_int_equal(netem("'' --relay -- true"), 0);
    assert_string_equal(output, "");
    assert_says(errors, "relay: ");
    assert_int_equal(netem("'' --relay -- sh -c 'exit 7'"), 7);
    assert_int_equal(netem("'' --relay -- sh -c 'kill -9 $$'"), 137);
    assert_int_equal(netem("'' --relay -- cat"), 0); /* its input is the caller's */
}

static void test_a_client_reaches_a_server(void **state)
{
    (void)state;
    skip_where_there_is_none();
    char arguments[2048];
    snprintf(arguments, sizeof arguments,
             "'delay 20ms' --back 'delay 10ms' --relay --serve '%s serve' -- %s ask", own_path,
             own_path);
    assert_int_equal(netem(arguments), 0);
    assert_string_equal(output, "answer\n");
    assert_says(errors, "there: limit 1000 delay 20ms\nback: limit 1000 delay 10ms\n");
    assert_says(errors, "the server has been asked\n"); /* what it prints is no output */
}

/* Nothing passes in the first state, which the client outlives; so its question arrives only once
 * the link has changed. */
static void test_a_link_that_changes_changes_in_real_time(void **state)
{
    (void)state;
    skip_where_there_is_none();
    char arguments[2048];
    snprintf(arguments, sizeof arguments,
             "'states gone 500ms loss 100%% | there 1000s delay 1ms keep-order' --relay "
             "--serve '%s serve' -- %s insist",
             own_path, own_path);
    assert_int_equal(netem(arguments), 0);
    assert_string_equal(output, "answer, not at once\n");
    assert_says(errors, "there: states gone 500ms limit 1000 loss 100% | there 1000s limit 1000 "
                        "delay 1ms keep-order\n");
    assert_says(errors, " lost");
}

/* What a closed slot holds back goes when a state without slots begins, though no packet comes. */
static void test_a_change_is_not_waited_for_by_packets(void **state)
{
    (void)state;
    skip_where_there_is_none();
    char arguments[2048];
    snprintf(arguments, sizeof arguments,
             "'states shut 500ms slot 1000s 1000s | open 1000s' --relay --serve '%s serve' -- "
             "%s ask",
             own_path, own_path);
    assert_int_equal(netem(arguments), 0);
    assert_string_equal(output, "answer\n");
}

static void test_the_report_can_be_json_in_a_file(void **state)
{
    (void)state;
    skip_where_there_is_none();
    char path[] = "/tmp/relay-session-report-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    char arguments[2048];
    snprintf(arguments, sizeof arguments,
             "'delay 5ms seed 4' --relay --json --report %s --serve '%s serve' -- %s ask", path,
             own_path, own_path);
    assert_int_equal(netem(arguments), 0);
    assert_string_equal(errors, "the server has been asked\n");
    json_t *object = json_load_file(path, 0, NULL);
    unlink(path);
    assert_non_null(object);
    json_int_t packets;
    json_int_t late_ns;
    json_int_t code;
    const char *spec;
    assert_int_equal(json_unpack(object, "{s:{s:I, s:s, s:{s:I}}, s:I}", "there", "packets_in",
                                 &packets, "spec", &spec, "late", "p99_ns", &late_ns, "exit_code",
                                 &code),
                     0);
    assert_int_equal(packets, 1);
    assert_true(late_ns >= 0);
    assert_string_equal(spec, "limit 1000 delay 5ms seed 4");
    assert_int_equal(code, 0);
    json_decref(object);
}

static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    assert_int_equal(netem("--relay -- true"), 2);
    assert_says(errors, "expected a spec");
    assert_int_equal(netem("'' --serve x"), 2);
    assert_says(errors, "--serve needs --relay");
    assert_int_equal(netem("'' --relay --packets 5 -- true"), 2);
    assert_says(errors, "--packets does not go with it");
    assert_int_equal(netem("'' --relay --dev lo --netns x -- true"), 2);
    assert_says(errors, "--relay does not go with it");
    assert_int_equal(netem("'' --relay --back 'delay 5mss' -- true"), 2);
    assert_says(errors, "column 7");
    skip_where_there_is_none();
    assert_int_equal(netem("'limit 2000000' --relay -- true"), 2);
    assert_says(errors, "at most 1000000 packets");
    assert_int_equal(netem("'' --relay -- /no/such/program"), 2);
    assert_says(errors, "cannot run '/no/such/program'");
    assert_int_equal(netem("'' --relay --serve 'exit 3' -- true"), 2);
    assert_says(errors, "the server ended, with exit code 3, before it had opened a port");
    assert_int_equal(netem("'' --relay --report /no/such/folder/report -- true"), 2);
    assert_says(errors, "cannot write");
}

/* Runs a line of shell; the pipe's end is its output and that of all that it starts. */
static pid_t start_with_pipe(const char *line, int *read_fd_out)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *read_fd_out = ends[0];
    return child;
}

/* Reads until a line is there. */
static void read_line(int fd, char *line, size_t bytes)
{
    size_t count = 0;
    while (count + 1 < bytes && (count == 0 || line[count - 1] != '\n')) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
        assert_int_equal(read(fd, line + count, 1), 1);
        count++;
    }
    line[count - 1] = '\0';
}

/* How many processes are in a network, by what its /proc/PID/ns/net reads. */
static int processes_inside(const char *network)
{
    DIR *folder = opendir("/proc");
    assert_non_null(folder);
    int count = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[300];
        char target[64] = "";
        snprintf(path, sizeof path, "/proc/%s/ns/net", entry->d_name);
        if (readlink(path, target, sizeof target - 1) > 0 && strcmp(target, network) == 0) {
            count++;
        }
    }
    closedir(folder);
    return count;
}

/* The client leaves a process in the background, and so does the server; all of them hold the pipe,
 * so its end is read when the last of them is gone. */
static void check_ending(int signal_number)
{
    char command[4096];
    snprintf(command, sizeof command,
             "exec %s/strayframe netem 'delay 1ms' --relay --report /dev/null "
             "--serve \"sleep 100 & '%s' serve; sleep 100\" "
             "-- sh -c 'sleep 100 & readlink /proc/self/ns/net; sleep 100'",
             SF_BINARY_DIR, own_path);
    int fd;
    pid_t child = start_with_pipe(command, &fd);
    char network[64];
    read_line(fd, network, sizeof network);
    assert_true(processes_inside(network) >= 3);
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, 0), 0); /* they are alive, and that shows */

    kill(child, signal_number);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status),
                     128 + signal_number);
    char rest;
    assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
    assert_int_equal(read(fd, &rest, 1), 0);
    assert_int_equal(processes_inside(network), 0);
    close(fd);
}

static void test_kill_9_leaves_nothing(void **state)
{
    (void)state;
    skip_where_there_is_none();
    check_ending(SIGKILL);
}

static void test_sigterm_goes_to_the_client_and_ends_all(void **state)
{
    (void)state;
    skip_where_there_is_none();
    check_ending(SIGTERM);
}

/* What a keyboard sends goes to the whole group of processes: the client ends, the server is left
 * alone until then, and the report is written. `line` is what the shell of the client runs. */
static void check_keyboard(const char *server, const char *line, int expected)
{
    char report[] = "/tmp/relay-report-XXXXXX";
    char command[4096];
    char network[64];
    int status;
    int fd;
    close(mkstemp(report));
    snprintf(
        command, sizeof command,
        "exec setsid -w sh -c 'echo $$; exec %s/strayframe netem \"delay 1ms\" --relay --report %s "
        "--serve \"%s\" -- sh -c \"%s\"'",
        SF_BINARY_DIR, report, server, line);
    pid_t child = start_with_pipe(command, &fd);
    read_line(fd, network, sizeof network);
    pid_t group = (pid_t)strtol(network, NULL, 10);
    read_line(fd, network, sizeof network); /* both have begun */
    assert_true(group > 1);
    kill(-group, SIGINT);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), expected);
    read_file(report, output);
    assert_says(output, "there: ");
    assert_says(output, "packets in");
    unlink(report);
    close(fd);
}

static void test_the_keyboard_ends_the_client_and_the_report_is_written(void **state)
{
    (void)state;
    skip_where_there_is_none();
    char server[600];
    /* One question, and the end: it would fail if the signal had reached it. */
    snprintf(server, sizeof server, "exec %s serve", own_path);
    check_keyboard(server, "echo begun; sleep 100", 128 + SIGINT);
    char client[600];
    snprintf(client, sizeof client, "trap : INT; echo begun; sleep 1; %s ask", own_path);
    check_keyboard(server, client, 0);
}

/* No port is opened, so the client is waited with. */
static void check_impatience(int signal_number)
{
    char command[1024];
    int status;
    char line[64];
    int fd;
    snprintf(command, sizeof command,
             "exec %s/strayframe netem 'delay 1ms' --relay --report /dev/null "
             "--serve 'echo begun; exec sleep 100' -- sh -c 'echo never' 2>&1",
             SF_BINARY_DIR);
    pid_t child = start_with_pipe(command, &fd);
    read_line(fd, line, sizeof line);
    kill(child, signal_number);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 128 + signal_number);
    ssize_t count = read(fd, line, sizeof line - 1);
    line[count > 0 ? count : 0] = '\0';
    assert_null(strstr(line, "never"));
    close(fd);
}

static void test_signals_are_obeyed_while_the_server_is_waited_for(void **state)
{
    (void)state;
    skip_where_there_is_none();
    check_impatience(SIGTERM);
    check_impatience(SIGINT);
}

/* The helpers. */

static int open_socket(void)
{
    alarm(2 * WAIT_MS / 1000);
    return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int serve(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct sockaddr_in from;
    socklen_t from_bytes = sizeof from;
    char question[16];
    int fd = open_socket();
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0 ||
        recvfrom(fd, question, sizeof question, 0, (struct sockaddr *)&from, &from_bytes) < 0) {
        return 1;
    }
    printf("the server has been asked\n");
    fflush(stdout);
    return sendto(fd, "answer\n", 7, 0, (struct sockaddr *)&from, from_bytes) == 7 ? 0 : 1;
}

static int ask(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    char answer[16];
    int fd = open_socket();
    inet_pton(AF_INET, SF_RELAY_FAR_ADDRESS, &to.sin_addr);
    if (sendto(fd, "?", 1, 0, (struct sockaddr *)&to, sizeof to) != 1) {
        return 1;
    }
    ssize_t bytes = recv(fd, answer, sizeof answer, 0);
    return bytes > 0 && write(1, answer, (size_t)bytes) == bytes ? 0 : 1;
}

/* Asks until there is an answer. */
static int insist(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    int fd = open_socket();
    inet_pton(AF_INET, SF_RELAY_FAR_ADDRESS, &to.sin_addr);
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    int asked_count = 0;
    while (poll(&ready, 1, asked_count > 0 ? 5 : 0) == 0) {
        asked_count++;
        if (sendto(fd, "?", 1, 0, (struct sockaddr *)&to, sizeof to) != 1) {
            return 1;
        }
    }
    puts(asked_count > 1 ? "answer, not at once" : "answer");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return strcmp(argv[1], "serve") == 0    ? serve()
               : strcmp(argv[1], "insist") == 0 ? insist()
                                                : ask();
    }
    own_path = realpath(argv[0], NULL);
    signal(SIGINT, SIG_DFL); /* ignored by what a shell starts in its background */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_exit_code_is_the_programs),
        cmocka_unit_test(test_a_client_reaches_a_server),
        cmocka_unit_test(test_a_link_that_changes_changes_in_real_time),
        cmocka_unit_test(test_a_change_is_not_waited_for_by_packets),
        cmocka_unit_test(test_the_report_can_be_json_in_a_file),
        cmocka_unit_test(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_kill_9_leaves_nothing),
        cmocka_unit_test(test_sigterm_goes_to_the_client_and_ends_all),
        cmocka_unit_test(test_the_keyboard_ends_the_client_and_the_report_is_written),
        cmocka_unit_test(test_signals_are_obeyed_while_the_server_is_waited_for),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free((char *)(uintptr_t)own_path);
    return failed;
}
