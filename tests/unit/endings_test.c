/* How commands end early: signals, kills, and input that has no end. What is known is printed, and
 * nothing is left: no process, no file that is half written. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/leftovers.h"
#include "tests/unit/program.h"

#define SMALL "scenarios/smoke/small.yaml"

static char folder[] = "/tmp/strayframe-test-XXXXXX";

/* ---- a command as a process ---- */

enum { WORDS_MAX = 16, CODE_KILLED = -1 };

/* Starts the program with these words, its output into a file; "@" in them is the folder. */
static pid_t start(const char *words)
{
    char text[1024] = "";
    static char program[] = SF_BINARY_DIR "/strayframe";
    char *argv[WORDS_MAX] = {program};
    char path[100];
    for (const char *at = words; *at != '\0'; at++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, *at == '@' ? "%s" : "%.1s",
                 *at == '@' ? folder : at);
    }
    int count = 1;
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        argv[count++] = word;
    }
    snprintf(path, sizeof path, "%s/output", folder);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    assert_true(fd >= 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    assert_true(pid > 0);
    close(fd);
    return pid;
}

/* Its exit code, and its output in `output`. */
static int wait_for(pid_t pid)
{
    int status;
    char path[100];
    assert_int_equal(waitpid(pid, &status, 0), pid);
    snprintf(path, sizeof path, "%s/output", folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    output[fread(output, 1, sizeof output - 1, file)] = '\0';
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : CODE_KILLED;
}

static bool has_children(pid_t pid)
{
    char path[100];
    char text[100];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    int fd = open(path, O_RDONLY);
    ssize_t count = fd >= 0 ? read(fd, text, sizeof text) : 0;
    if (fd >= 0) {
        close(fd);
    }
    return count > 0;
}

static void wait_until_it_works(pid_t pid)
{
    enum { ROUNDS = 4000, ROUND_US = 5000 };
    siginfo_t ended = {0};
    for (int round = 0; round < ROUNDS && !has_children(pid) && ended.si_pid == 0; round++) {
        usleep(ROUND_US);
        (void)waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT);
    }
    usleep(300 * 1000); /* it is in the midst of it; at which place does not matter */
}

/* ---- signals ---- */

static void test_a_signal_ends_a_command_with_what_is_known(void **state)
{
    static const struct {
        const char *words;
        const char *says;
    } commands[] = {
        {"gate --seeds 20000 --candidate @/nothing.so", "verdict: inconclusive: interrupted after"},
        {"gate --seeds 20000 --json --candidate @/nothing.so", "\"verdict\": \"inconclusive\""},
        {"run " SMALL " --run-seconds 3600 --cache @/spin.so", "verdict: inconclusive"},
        {"run " SMALL " --run-seconds 3600 --json --cache @/spin.so",
         "\"verdict\": \"inconclusive\""},
        {"prove", "classes are caught"},
        {"exhaust --candidate @/nothing.so --seconds 3600", "orders in"},
        {"replay", "F12"},
    };
    static const int signals[] = {SIGINT, SIGTERM};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        for (size_t j = 0; j < 2; j++) {
            pid_t pid = start(commands[i].words);
            wait_until_it_works(pid);
            kill(pid, signals[j]);
            int code = wait_for(pid);
            if (code != 3) {
                fail_msg("%s: exit code %d\n%s", commands[i].words, code, output);
            }
            assert_says("interrupted: what is printed is what was known by then");
            assert_says(commands[i].says);
            assert_nothing_is_left(folder);
        }
    }
}

/* ---- kills ---- */

/* Nothing but what the test has put there, and reports that are whole. */
static void assert_files_are_whole(void)
{
    DIR *files = opendir(folder);
    char line[300];
    assert_non_null(files);
    for (const struct dirent *entry = readdir(files); entry != NULL; entry = readdir(files)) {
        const char *name = entry->d_name;
        bool is_known =
            name[0] == '.' || strcmp(name, "output") == 0 || strstr(name, ".so") != NULL;
        if (strcmp(name, "saved") == 0) {
            snprintf(line, sizeof line, "run %s/saved", folder);
            assert_in_range(strayframe(line), 0, 1);
        } else if (strcmp(name, "report.xml") == 0) {
            snprintf(line, sizeof line, "grep -q '</testsuites>' %s/report.xml", folder);
            assert_int_equal(shell(line), 0);
        } else if (!is_known) {
            fail_msg("%s is left", name);
        }
    }
    closedir(files);
}

static void test_a_kill_at_any_moment_leaves_nothing(void **state)
{
    static const char *const commands[] = {
        "gate --seeds 20 --candidate @/nothing.so --junit @/report.xml",
        "run scenarios/gate/deploy.yaml --cache @/nothing.so --save @/saved",
        "shrink " SMALL " --seconds 5 --cache @/leaky.so",
        "explain " SMALL " --cache @/leaky.so",
        "run " SMALL " --cache @/descendants.so --junit @/report.xml",
        "exhaust --candidate @/nothing.so --seconds 3",
    };
    enum { KILLS = 36, MOMENT_US_MAX = 900 * 1000 };
    unsigned long moment = 20191226;
    (void)state;
    for (size_t i = 0; i < KILLS; i++) {
        pid_t pid = start(commands[i % (sizeof commands / sizeof commands[0])]);
        moment = moment * 6364136223846793005u + 1442695040888963407u;
        usleep((useconds_t)((moment >> 33) % MOMENT_US_MAX));
        kill(pid, SIGKILL);
        (void)wait_for(pid);
        assert_nothing_is_left(folder);
        assert_files_are_whole();
    }
}

/* ---- input without an end ---- */

static void test_input_that_has_no_end_is_refused(void **state)
{
    static const char *const lines[] = {
        "check /dev/zero",
        "run /dev/zero",
        "run %s",
        "prove --baseline /dev/zero",
        "prove --baseline %s",
        "exhaust /dev/zero",
        "talk /dev/zero -- cat",
        "talk %s -- cat",
        "live --learn /dev/zero",
        "live --learn %s",
        "netem --replay /dev/zero 'delay 1ms'",
        "netem --replay %s 'delay 1ms'",
    };
    char line[400];
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(line, sizeof line, lines[i], folder);
#pragma GCC diagnostic pop
        int code = strayframe(line);
        if (code != 2) {
            fail_msg("%s: exit code %d\n%s", line, code, output);
        }
    }
    /* One line of 400 MB. */
    snprintf(line, sizeof line,
             "yes | tr -d '\\n' | head -c 400000000 | %s/strayframe talk /dev/stdin -- cat",
             SF_BINARY_DIR);
    assert_int_equal(shell(line), 2);
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    link_to(folder, "hostile_sound", "nothing");
    link_to(folder, "hostile_sound", "spin");
    link_to(folder, "hostile_sound", "descendants");
    link_to(folder, "hostile_leaky", "leaky");
    return 0;
}

static int tear_down(void **state)
{
    char line[100];
    (void)state;
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return shell(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_signal_ends_a_command_with_what_is_known),
        cmocka_unit_test(test_a_kill_at_any_moment_leaves_nothing),
        cmocka_unit_test(test_input_that_has_no_end_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
