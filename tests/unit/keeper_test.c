/* Keepers: what is left of a server, whatever happens to the harness. The servers here are shells.
 */
#include "harness/live/keeper.h"

#include "harness/base/arena.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[SF_KEEPER_DIR_BYTES];

/* The lines that the server's shell runs. It leaves a grandchild in a session of its own, as a
 * daemon would. */
#define SERVER "echo ready; (setsid sleep 1000 &) ; exec sleep 1000"

static void start(struct sf_keeper *keeper, struct sf_loop *loop, const char *line, bool contain)
{
    static uint32_t number;
    struct sf_diag diag = {0};
    sf_keeper_dir(dir, number++);
    struct sf_keeper_job job = {.dir = dir};
    job.files[0].path = sf_strdup("conf/a.conf");
    sf_text_add(&job.files[0].text, "hello\n");
    job.files_count = 1;
    job.start.words[0] = sf_strdup("sh");
    job.start.words[1] = sf_strdup("-c");
    job.start.words[2] = sf_strdup(line);
    assert_int_equal(sf_keeper_start(keeper, loop, &job, contain, &diag), SF_OK);
    for (int i = 0; i < 3; i++) {
        free(job.start.words[i]);
    }
    free(job.files[0].path);
    sf_text_free(&job.files[0].text);
}

/* Runs a line beside the server and tells whether it succeeded: the end of the server's world is
 * seen from inside. */
static bool holds(struct sf_keeper *keeper, const char *line)
{
    struct sf_diag diag = {0};
    char words[3][256] = {"sh", "-c", ""};
    struct sf_keeper_command command = {.words = {words[0], words[1], words[2]}};
    snprintf(words[2], sizeof words[2], "%s", line);
    return sf_keeper_command(keeper, &command, line, 20 * SF_SECOND, &diag) == SF_OK;
}

/* How many processes of the machine have this text in their command line, in this folder. */
static int processes_in(const char *folder)
{
    char line[256];
    snprintf(line, sizeof line,
             "n=0; for p in /proc/[0-9]*; do [ \"$(readlink $p/cwd)\" = '%s' ] && n=$((n+1)); "
             "done; exit $n",
             folder);
    int status = system(line);
    return WEXITSTATUS(status);
}

static void expect_nothing_left(void)
{
    struct stat about;
    for (int i = 0; i < 200 && (processes_in(dir) > 0 || stat(dir, &about) == 0); i++) {
        poll(NULL, 0, 50);
    }
    assert_int_equal(processes_in(dir), 0);
    assert_int_not_equal(stat(dir, &about), 0);
}

static void run_and_stop(bool contain)
{
    struct sf_loop *loop;
    struct sf_keeper keeper;
    struct sf_diag diag = {0};
    assert_int_equal(sf_loop_create(&loop, &diag), SF_OK);
    start(&keeper, loop, SERVER, contain);
    assert_true(holds(&keeper, "grep -q hello conf/a.conf"));
    assert_false(holds(&keeper, "grep -q other conf/a.conf"));
    assert_int_equal(sf_keeper_write(&keeper, "conf/a.conf", "other\n", 6, &diag), SF_OK);
    assert_true(holds(&keeper, "grep -q other conf/a.conf; touch kept"));
    assert_int_equal(sf_keeper_restart(&keeper, false, &diag), SF_OK);
    assert_true(holds(&keeper, "test -e kept")); /* a cache on disk survives a restart */
    assert_false(keeper.ended);
    sf_keeper_stop(&keeper);
    expect_nothing_left();
    sf_loop_destroy(loop);
}

static void test_a_stopped_server_leaves_nothing(void **state)
{
    (void)state;
    run_and_stop(true);
}

static void test_without_namespaces_a_stopped_server_leaves_nothing(void **state)
{
    (void)state;
    run_and_stop(false);
}

/* The harness is killed with no chance to tidy up. */
static void kill_harness(bool contain)
{
    int *ready =
        mmap(NULL, sizeof *ready, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char *shared_dir =
        mmap(NULL, SF_KEEPER_DIR_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t harness = fork();
    if (harness == 0) {
        struct sf_loop *loop;
        struct sf_keeper keeper;
        if (sf_loop_create(&loop, NULL) == SF_OK) {
            start(&keeper, loop, SERVER, contain);
            *ready = holds(&keeper, "test -e conf/a.conf") ? 1 : 2;
            memcpy(shared_dir, dir, sizeof dir);
            sf_loop_wait(loop, 100 * SF_SECOND);
        }
        _exit(0);
    }
    for (int i = 0; i < 1000 && *ready == 0; i++) {
        poll(NULL, 0, 10);
    }
    poll(NULL, 0, 100);
    memcpy(dir, shared_dir, sizeof dir);
    assert_int_equal(*ready, 1);
    assert_true(processes_in(dir) > 0);
    kill(harness, SIGKILL);
    waitpid(harness, NULL, 0);
    expect_nothing_left();
    munmap(ready, sizeof *ready);
    munmap(shared_dir, SF_KEEPER_DIR_BYTES);
}

static void test_a_killed_harness_leaves_nothing(void **state)
{
    (void)state;
    kill_harness(true);
}

static void test_without_namespaces_a_killed_harness_leaves_nothing(void **state)
{
    (void)state;
    kill_harness(false);
}

/* A server that dies before it listens must be noticed at once, and its last words be kept. */
static void test_the_end_of_a_server_is_noticed(void **state)
{
    (void)state;
    struct sf_loop *loop;
    struct sf_keeper keeper;
    struct sf_diag diag = {0};
    struct sf_text logs = {0};
    assert_int_equal(sf_loop_create(&loop, &diag), SF_OK);
    start(&keeper, loop, "echo bad directive >&2; echo more > log/x 2>/dev/null; exit 3", true);
    assert_true(sf_loop_run(loop, &keeper.ended, sf_loop_now() + 20 * SF_SECOND));
    assert_int_equal(keeper.code, 3);
    sf_keeper_logs(&keeper, (const char *const[]){"conf/a.conf", NULL}, &logs);
    assert_non_null(strstr(logs.data, "bad directive"));
    assert_non_null(strstr(logs.data, "hello")); /* a file of the server's folder */
    sf_text_free(&logs);
    sf_keeper_stop(&keeper);
    sf_loop_destroy(loop);
}

static void test_a_program_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct sf_loop *loop;
    struct sf_keeper keeper;
    struct sf_diag diag = {0};
    struct sf_text logs = {0};
    assert_int_equal(sf_loop_create(&loop, &diag), SF_OK);
    start(&keeper, loop, "exec no-such-program-here", true);
    assert_true(sf_loop_run(loop, &keeper.ended, sf_loop_now() + 20 * SF_SECOND));
    assert_int_equal(keeper.code, 127);
    sf_keeper_logs(&keeper, (const char *const[]){NULL}, &logs);
    assert_non_null(strstr(logs.data, "no-such-program-here"));
    sf_text_free(&logs);
    sf_keeper_stop(&keeper);
    sf_loop_destroy(loop);
}

/* In the child: as a user without rights, where the test may become one. */
static bool is_the_same_user(void)
{
    struct sf_loop *loop;
    struct sf_keeper keeper;
    struct sf_diag diag = {0};
    char line[64];
    if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
        return false;
    }
    prctl(PR_SET_DUMPABLE, 1); /* lost with the rights: /proc/self would be root's */
    if (sf_loop_create(&loop, &diag) != SF_OK) {
        return false;
    }
    start(&keeper, loop, "exec sleep 1000", true);
    snprintf(line, sizeof line, "test $(id -u) = %u", (unsigned)getuid());
    bool same = holds(&keeper, line);
    sf_keeper_stop(&keeper);
    sf_loop_destroy(loop);
    return same;
}

/* A server that finds itself to be root changes to another user, which a namespace of one user does
 * not have, and dies: users are mapped to themselves. */
static void test_a_server_is_the_user_that_started_it(void **state)
{
    (void)state;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(is_the_same_user() ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* Servers change their folder. */
static void test_a_servers_folder_is_named_from_the_root(void **state)
{
    (void)state;
    sf_keeper_dir(dir, 99);
    assert_int_equal(dir[0], '/');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stopped_server_leaves_nothing),
        cmocka_unit_test(test_without_namespaces_a_stopped_server_leaves_nothing),
        cmocka_unit_test(test_a_killed_harness_leaves_nothing),
        cmocka_unit_test(test_without_namespaces_a_killed_harness_leaves_nothing),
        cmocka_unit_test(test_the_end_of_a_server_is_noticed),
        cmocka_unit_test(test_a_server_is_the_user_that_started_it),
        cmocka_unit_test(test_a_servers_folder_is_named_from_the_root),
        cmocka_unit_test(test_a_program_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
