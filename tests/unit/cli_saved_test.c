/* Saved runs as a user meets them: saved, repeated, refused, and never half there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/program.h"

#define RESTLESS SF_BINARY_DIR "/tests/restless.so"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/sf_cli_saved_XXXXXX");
    return mkdtemp(folder) != NULL && setenv("D", folder, 1) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return shell("rm -rf \"$D\"");
}

static uint32_t entries_count(void)
{
    uint32_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        count += entry->d_name[0] != '.';
    }
    closedir(directory);
    return count;
}

static void test_a_saved_run_repeats_to_the_same_hash(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/canary/stray-pixels.yaml --seed 7 --json "
                                "--set homes.street.count=5 --save $D/a.run"),
                     1);
    json_t *saved = parsed();
    assert_int_equal(strayframe("run $D/a.run --json"), 1); /* the verdict is fail, as it was */
    json_t *again = parsed();
    json_t *repeat = json_object_get(again, "repeat");
    assert_true(json_is_true(json_object_get(repeat, "same")));
    json_object_del(again, "repeat");
    assert_true(json_equal(saved, again));
    json_decref(again);
    json_decref(saved);
    assert_int_equal(strayframe("run $D/a.run --expect"), 0);
    assert_says("the same as saved: ");
    assert_int_equal(strayframe("check $D/a.run"), 0);
    assert_says("fine: a run of stray-pixels, seed 7");
    assert_int_equal(strayframe("run $D/a.run --twice"), 1); /* the same, and it fails */
    assert_int_equal(shell(SF_BINARY_DIR "/strayframe print $D/a.run > $D/a.yaml"), 0);
    assert_int_equal(strayframe("run $D/a.yaml --save $D/b.run"), 1);
    assert_int_equal(shell("cmp $D/a.run $D/b.run"), 0);
}

static void test_a_run_that_its_budget_ended_repeats_too(void **state)
{
    (void)state;
    assert_int_equal(
        strayframe("run scenarios/smoke/small.yaml --events-max 900 --save $D/cut.run"), 3);
    assert_int_equal(strayframe("run $D/cut.run"), 3);
    assert_says("the same as saved: ");
}

static void test_a_run_that_does_not_repeat_is_named_with_both_sides(void **state)
{
    (void)state;
    /* With this much time to recover in, no viewer misses the stills that it does not serve. */
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --set cloud.recover_within=1min "
                                "--cache " RESTLESS " --save $D/a.run"),
                     0);
    assert_int_equal(strayframe("run $D/a.run --junit $D/a.xml"), 1);
    assert_says("the runs differ, first in record ");
    assert_says(": status\n");
    assert_says("  saved   00:");
    assert_says("  now     00:");
    assert_says(" is answered with ");
    assert_int_equal(shell("cat $D/a.xml"), 0);
    assert_says("failures=\"1\"");
    assert_says("the runs differ, first in record ");
    assert_int_equal(strayframe("run $D/a.run --json"), 1);
    json_t *json = parsed();
    json_t *repeat = json_object_get(json, "repeat");
    assert_true(json_is_false(json_object_get(repeat, "same")));
    assert_true(json_integer_value(json_object_get(repeat, "record")) > 1);
    assert_non_null(json_string_value(json_object_get(repeat, "saved")));
    assert_non_null(json_string_value(json_object_get(repeat, "now")));
    json_decref(json);
}

/* The canary of --twice: a cache that looks at the clock. */
static void test_twice_catches_a_cache_that_looks_at_the_clock(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --twice --cache " RESTLESS), 1);
    assert_says("the runs differ, first in record ");
    assert_says("  first   00:");
    assert_says("  second  00:");
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --twice --cache '" RESTLESS
                                "?do=crash' --junit $D/a.xml"),
                     1);
    assert_says("the run itself fails");
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --twice --save $D/a.run"), 2);
}

static void test_a_run_that_the_cache_ended_is_saved_and_told(void **state)
{
    (void)state;
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --cache '" RESTLESS
                                "?do=crash' --save $D/a.run"),
                     1);
    assert_says("it crashed (Aborted)");
    assert_int_equal(entries_count(), 1);
    assert_int_equal(strayframe("run $D/a.run"), 1);
    assert_says("the same as saved: ");
    assert_int_equal(strayframe("explain $D/a.run"), 0);
    assert_says("its process crashed");
    assert_int_equal(
        strayframe("explain scenarios/smoke/small.yaml --cache '" RESTLESS "?do=crash'"), 0);
}

static void test_a_broken_file_is_refused_by_every_command(void **state)
{
    (void)state;
    static const char *const breaks[] = {
        "head -c 9000 $D/a.run > $D/b.run",
        "cp $D/a.run $D/b.run; printf x | dd of=$D/b.run bs=1 seek=5000 conv=notrunc status=none",
        "cp $D/a.run $D/b.run; echo >> $D/b.run",
        "cp $D/a.run $D/b.run; printf '\\2' | dd of=$D/b.run bs=1 seek=8 conv=notrunc status=none",
    };
    static const char *const commands[] = {"run $D/b.run", "check $D/b.run", "explain $D/b.run"};
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --save $D/a.run"), 0);
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        assert_int_equal(shell(breaks[i]), 0);
        for (size_t command = 0; command < sizeof commands / sizeof commands[0]; command++) {
            assert_int_equal(strayframe(commands[command]), 2);
            assert_says("/b.run: ");
            assert_says("saved run");
        }
    }
}

static void test_a_saved_run_takes_no_option_that_would_change_it(void **state)
{
    (void)state;
    static const char *const options[] = {"--seed 3", "--set homes.street.count=7",
                                          "--cache builtin:boxing-day-fix"};
    char arguments[256];
    assert_int_equal(strayframe("run scenarios/canary/stray-bytes.yaml --save $D/a.run"), 1);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        snprintf(arguments, sizeof arguments, "run $D/a.run %s", options[i]);
        assert_int_equal(strayframe(arguments), 2);
        assert_says("does not apply to a saved run");
        snprintf(arguments, sizeof arguments, "explain $D/a.run %s", options[i]);
        assert_int_equal(strayframe(arguments), 2);
        snprintf(arguments, sizeof arguments, "print $D/a.run %s", options[i]);
        assert_int_equal(strayframe(arguments), 0);
    }
    assert_int_equal(strayframe("run $D/a.run --events-max 3"), 2);
}

/* ---- a full disk ---- */

static void test_a_full_disk_gives_4_and_leaves_nothing(void **state)
{
    (void)state;
    char line[512];
    snprintf(line, sizeof line,
             "trap '' XFSZ; ulimit -f 64; %s/strayframe run scenarios/smoke/everything.yaml --save "
             "$D/a.run",
             SF_BINARY_DIR);
    assert_int_equal(shell(line), 4);
    assert_says("could not be saved");
    assert_null(strstr(output, "saved: /"));
    assert_int_equal(entries_count(), 0);
    assert_int_equal(strayframe("run scenarios/smoke/small.yaml --save /dev/full"), 2);
    assert_says("is not a file");
}

/* The same on a file system that is really full, in a mount namespace of its own. */
static void test_a_file_system_that_is_full(void **state)
{
    (void)state;
    if (shell("unshare --map-root-user --mount true") != 0) {
        printf("skipped: no mount namespaces here: %s", output);
        skip();
    }
    char line[1024];
    snprintf(
        line, sizeof line,
        "unshare --map-root-user --mount sh -c 'mount -t tmpfs -o size=128k none $D || exit 99;"
        " echo old > $D/a.run; %s/strayframe run scenarios/smoke/everything.yaml --save "
        "$D/a.run; code=$?; ls $D; cat $D/a.run; exit $code'",
        SF_BINARY_DIR);
    int code = shell(line);
    if (code == 99) {
        printf("skipped: no tmpfs here: %s", output);
        skip();
    }
    assert_int_equal(code, 4);
    assert_says("could not be saved: No space left on device\na.run\nold\n");
}

/* ---- kill -9 ---- */

static pid_t start_saving(int *said_out)
{
    int ends[2];
    char path[128];
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "%s/a.run", folder);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(SF_BINARY_DIR "/strayframe", "strayframe", "run", "scenarios/smoke/everything.yaml",
              "--set", "duration=20min", "--save", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *said_out = ends[0];
    return child;
}

/* How long the file that the program is writing is; 0 while there is none. It is the one in the
 * folder that the program has open; it has no name there, where the file system allows that. */
static off_t part_bytes(pid_t child)
{
    char fds[64];
    off_t bytes = 0;
    snprintf(fds, sizeof fds, "/proc/%d/fd", (int)child);
    DIR *directory = opendir(fds);
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        char target[256] = "";
        struct stat status;
        ssize_t length = readlinkat(dirfd(directory), entry->d_name, target, sizeof target - 1);
        if (length > 0 && strncmp(target, folder, strlen(folder)) == 0 &&
            fstatat(dirfd(directory), entry->d_name, &status, 0) == 0) {
            bytes = status.st_size > 0 ? status.st_size : 1;
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return bytes;
}

static bool has_ended(pid_t child)
{
    siginfo_t info = {0};
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT), 0);
    return info.si_pid == child;
}

/* Kills it when this many bytes of the file are written (or it has ended before). */
static void test_killed_while_it_saves_it_leaves_no_half_file(void **state)
{
    (void)state;
    static const off_t moments[] = {1, 4096, 100000, 300000, 600000};
    uint32_t killed_count = 0;
    int probe = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    bool nameless = probe >= 0;
    close(probe);
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        int said;
        int status;
        pid_t child = start_saving(&said);
        while (part_bytes(child) < moments[i] && !has_ended(child)) {
        }
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        killed_count += WIFSIGNALED(status);
        close(said);
        bool there = shell("test -e $D/a.run") == 0;
        if (there) {
            assert_int_equal(strayframe("check $D/a.run"), 0);
        }
        if (nameless) {
            assert_int_equal(entries_count(), there);
        }
        assert_int_equal(shell("rm -f $D/a.run*"), 0);
    }
    assert_true(killed_count >= 3); /* else this test has seen nothing */
}

/* Reads until the program says that it is saved, and kills it there and then. */
static void test_what_is_said_to_be_saved_is(void **state)
{
    (void)state;
    int said;
    pid_t child = start_saving(&said);
    FILE *lines = fdopen(said, "r");
    char line[512];
    bool saved = false;
    while (!saved && fgets(line, sizeof line, lines) != NULL) {
        saved = strncmp(line, "saved: ", 7) == 0;
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    fclose(lines);
    assert_true(saved);
    assert_int_equal(entries_count(), 1);
    assert_int_equal(strayframe("check $D/a.run"), 0);
    assert_says("fine");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_a_saved_run_repeats_to_the_same_hash),
        TEST(test_a_run_that_its_budget_ended_repeats_too),
        TEST(test_a_run_that_does_not_repeat_is_named_with_both_sides),
        TEST(test_twice_catches_a_cache_that_looks_at_the_clock),
        TEST(test_a_run_that_the_cache_ended_is_saved_and_told),
        TEST(test_a_broken_file_is_refused_by_every_command),
        TEST(test_a_saved_run_takes_no_option_that_would_change_it),
        TEST(test_a_full_disk_gives_4_and_leaves_nothing),
        TEST(test_a_file_system_that_is_full),
        TEST(test_killed_while_it_saves_it_leaves_no_half_file),
        TEST(test_what_is_said_to_be_saved_is),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
