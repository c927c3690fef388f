/* Hostile caches: more than a hundred objects, and what comes of each. What each does is in
 * tests/plugins/hostile.h. A sound cache that does it is a pass or a finding as the table says; a
 * leaky one that does it fails, whatever it does; and nothing of it is left behind.
 *
 * The programs hostile_*_test.c play the table, each under some of the commands, side by side. */
#ifndef STRAYFRAME_TESTS_UNIT_HOSTILE_H
#define STRAYFRAME_TESTS_UNIT_HOSTILE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/leftovers.h"
#include "tests/unit/program.h"

/* What comes of a sound cache that does it. */
enum outcome {
    PASSES = 0,
    FAILS = 1,
    REFUSED = 2, /* when it is loaded */
    ANY,         /* passes or fails: it writes over memory of its own, and what of is chance */
};

struct hostile {
    const char *act;
    enum outcome outcome;
    const char *says;     /* in the output; NULL */
    const char *scenario; /* NULL: the smallest */
    int run_seconds;      /* 0: plenty */
};

#define SMALL "scenarios/smoke/small.yaml"
#define DEPLOY "scenarios/gate/deploy.yaml"
#define HANGS FAILS, "did not come back in time", NULL, 1

static const struct hostile hostiles[] = {
    {"nothing", PASSES, NULL, NULL, 0},
    /* when it is loaded */
    {"load_exit0", REFUSED, "exit code 0", NULL, 0},
    {"load_quick_exit0", REFUSED, "exit code 0", NULL, 0},
    {"load_exit1", REFUSED, "exit code 1", NULL, 0},
    {"load_abort", REFUSED, "Aborted", NULL, 0},
    {"load_segv", REFUSED, "Segmentation fault", NULL, 0},
    {"load_stack", REFUSED, "Segmentation fault", NULL, 0},
    {"load_pause", REFUSED, "did not come back in time", NULL, 0},
    {"load_print_pass", PASSES, NULL, NULL, 0},
    {"load_print_pass_exit", REFUSED, "exit code 0", NULL, 0},
    {"load_escapes", PASSES, NULL, NULL, 0},
    {"load_stderr_flood", PASSES, NULL, NULL, 0},
    {"load_kill_parent", PASSES, NULL, NULL, 0},
    {"load_stop_parent", PASSES, NULL, NULL, 0},
    {"load_kill_group", PASSES, NULL, NULL, 0},
    {"load_kill_all", PASSES, NULL, NULL, 0},
    {"load_descendants", PASSES, NULL, NULL, 0},
    {"load_fork_bomb", PASSES, NULL, NULL, 0},
    {"load_close_all", REFUSED, NULL, NULL, 0},
    {"load_garbage", REFUSED, "no frame", NULL, 0},
    {"load_write_files", PASSES, NULL, NULL, 0},
    {"load_unlink_files", PASSES, NULL, NULL, 0},
    {"load_sockets", PASSES, NULL, NULL, 0},
    {"load_ptrace_parent", PASSES, NULL, NULL, 0},
    {"load_memory", PASSES, NULL, NULL, 0},
    {"load_no_limits", PASSES, NULL, NULL, 0},
    {"load_locale", PASSES, NULL, NULL, 0},
    {"load_handlers", PASSES, NULL, NULL, 0},
    {"load_threads", PASSES, NULL, NULL, 0},
    {"load_umask_chdir", PASSES, NULL, NULL, 0},
    {"load_exec", REFUSED, "exit code 0", NULL, 0},
    {"load_nice", PASSES, NULL, NULL, 0},
    /* as what it shows itself */
    {"plugin_null", REFUSED, "cannot work with version", NULL, 0},
    {"plugin_wild", REFUSED, "Segmentation fault", NULL, 0},
    {"plugin_small", REFUSED, "lacks one of", NULL, 0},
    {"plugin_large", PASSES, NULL, NULL, 0},
    {"plugin_abi", REFUSED, "speaks version 99", NULL, 0},
    {"name_null", REFUSED, "lacks one of", NULL, 0},
    {"name_escapes", PASSES, NULL, NULL, 0},
    {"name_long", REFUSED, "no frame", NULL, 0},
    {"create_missing", REFUSED, "lacks one of", NULL, 0},
    {"request_wild", FAILS, "Segmentation fault", NULL, 0},
    /* when one is created or destroyed */
    {"create_null", REFUSED, "refuses its options", NULL, 0},
    {"create_unterminated", REFUSED, "refuses its options: \\x1b", NULL, 0},
    {"create_overflow", REFUSED, NULL, NULL, 0},
    {"create_exit", REFUSED, "exit code 0", NULL, 0},
    {"create_abort", REFUSED, "Aborted", NULL, 0},
    {"destroy_exit", REFUSED, "exit code 0", NULL, 0},
    {"destroy_abort", REFUSED, "Aborted", NULL, 0},
    {"destroy_answers", ANY, NULL, NULL, 0},
    {"destructor_exit", PASSES, NULL, NULL, 0},
    {"atexit", PASSES, NULL, NULL, 0},
    /* in the middle of a run */
    {"exit0", FAILS, "exit code 0", NULL, 0},
    {"quick_exit0", FAILS, "exit code 0", NULL, 0},
    {"exit1", FAILS, "exit code 1", NULL, 0},
    {"abort", FAILS, "Aborted", NULL, 0},
    {"segv", FAILS, "Segmentation fault", NULL, 0},
    {"segv_ignored", FAILS, "Segmentation fault", NULL, 0},
    {"fpe", FAILS, "Floating point exception", NULL, 0},
    {"ill", FAILS, "Illegal instruction", NULL, 0},
    {"sigterm", FAILS, "Terminated", NULL, 0},
    {"sigkill", PASSES, NULL, NULL, 0},
    {"stack", FAILS, "Segmentation fault", NULL, 0},
    {"double_free", FAILS, "Aborted", NULL, 0},
    {"unmap", FAILS, "Segmentation fault", NULL, 0},
    {"alarm", FAILS, "Alarm clock", NULL, 0},
    {"timer_signal", FAILS, "Alarm clock", NULL, 0},
    {"print_pass", PASSES, NULL, NULL, 0},
    {"print_pass_exit", FAILS, "exit code 0", NULL, 0},
    {"escapes", PASSES, NULL, NULL, 0},
    {"stderr_flood", PASSES, NULL, NULL, 0},
    {"kill_parent", PASSES, NULL, NULL, 0},
    {"stop_parent", PASSES, NULL, NULL, 0},
    {"kill_group", PASSES, NULL, NULL, 0},
    {"kill_all", PASSES, NULL, NULL, 0},
    {"descendants", PASSES, NULL, NULL, 0},
    {"fork_bomb", PASSES, NULL, NULL, 0},
    {"close_all", FAILS, NULL, NULL, 0},
    {"close_stderr", PASSES, NULL, NULL, 0},
    {"garbage", FAILS, "no frame", NULL, 0},
    {"zeros", FAILS, NULL, NULL, 0},
    {"done_done", FAILS, NULL, NULL, 0},
    {"steal_input", HANGS},
    {"read_files", PASSES, NULL, NULL, 0},
    {"write_files", PASSES, NULL, NULL, 0},
    {"unlink_files", PASSES, NULL, NULL, 0},
    {"sockets", PASSES, NULL, NULL, 0},
    {"ptrace_parent", PASSES, NULL, NULL, 0},
    {"memory", PASSES, NULL, NULL, 0},
    {"no_limits", PASSES, NULL, NULL, 0},
    {"locale", PASSES, NULL, NULL, 0},
    {"handlers", PASSES, NULL, NULL, 0},
    {"threads", PASSES, NULL, NULL, 0},
    {"umask_chdir", PASSES, NULL, NULL, 0},
    {"exec", PASSES, NULL, NULL, 0},
    {"nice", PASSES, NULL, NULL, 0},
    {"pause", HANGS},
    {"spin", HANGS},
    {"stop_self", HANGS},
    /* with the interface */
    {"answer_unknown", FAILS, "UNKNOWN_REQUEST", NULL, 0},
    {"answer_twice", FAILS, "E_ANSWERED", NULL, 0},
    {"answer_huge", FAILS, "TOO_MANY_BYTES", NULL, 0},
    {"answer_null", FAILS, "BAD_ARGUMENT", NULL, 0},
    {"answer_beyond", FAILS, NULL, NULL, 0},
    {"answer_status", FAILS, "BAD_STATUS", NULL, 0},
    {"end_unbegun", FAILS, "UNKNOWN_REQUEST", NULL, 0},
    {"fetch_unknown", FAILS, "UNKNOWN_CAMERA", NULL, 0},
    {"cancel_unknown", FAILS, "UNKNOWN_FETCH", NULL, 0},
    {"store_unknown", FAILS, "UNKNOWN_CONNECTION", NULL, 0},
    {"store_null", FAILS, "the contract", NULL, 0},
    {"timer_past", FAILS, "BAD_ARGUMENT", NULL, 0},
    {"properties_null", FAILS, "BAD_ARGUMENT", NULL, 0},
    {"flood_log", FAILS, "too many calls", NULL, 0},
    {"flood_timers", FAILS, "too many calls", NULL, 0},
    {"thread_calls", FAILS, "FOREIGN_THREAD", NULL, 0},
    {"timer_loop", HANGS},
    {"write_past_lent", FAILS, NULL, NULL, 0},
    {"use_kept", PASSES, NULL, NULL, 0},
    {"break_host", FAILS, NULL, NULL, 0},
    {"import_past", FAILS, NULL, DEPLOY, 0},
    {"export_for_ever", FAILS, "too many calls", DEPLOY, 0},
};

enum { HOSTILES_COUNT = sizeof hostiles / sizeof hostiles[0], PLENTY_SECONDS = 60 };

static char folder[] = "/tmp/strayframe-test-XXXXXX";
static char victim[sizeof folder + 16]; /* a file that an act tries to remove */
static char trophy[sizeof folder + 16]; /* one that another tries to make */

static inline void assert_nothing_is_left_of_it(void)
{
    assert_nothing_is_left(folder);
    assert_int_not_equal(access(trophy, F_OK), 0);
    assert_int_equal(access(victim, F_OK), 0);
}

/* The shared object of the act; "sound" or "leaky". */
static inline const char *object_of(const struct hostile *hostile, const char *kind)
{
    static char object[400];
    char from[400];
    snprintf(from, sizeof from, "%s/tests/hostile_%s.so", SF_BINARY_DIR, kind);
    snprintf(object, sizeof object, "%s/%s.so", folder, hostile->act);
    unlink(object);
    assert_int_equal(symlink(from, object), 0);
    return object;
}

static inline const char *scenario_of(const struct hostile *hostile)
{
    return hostile->scenario != NULL ? hostile->scenario : SMALL;
}

static inline int seconds_of(const struct hostile *hostile)
{
    return hostile->run_seconds > 0 ? hostile->run_seconds : PLENTY_SECONDS;
}

/* A line of shell. Its exit code; what it prints moves no cursor. */
static inline int play(const char *line)
{
    int code = shell(line);
    for (const char *at = output; *at != '\0'; at++) {
        if (*at != '\n' && (uint8_t)*at < 0x20) {
            fail_msg("%s: it prints a control character:\n%s", line, output);
        }
    }
    assert_nothing_is_left_of_it();
    return code;
}

static inline int run_on(const struct hostile *hostile, const char *kind)
{
    char line[1024];
    snprintf(line, sizeof line, "%s/strayframe run %s --log --run-seconds %d --cache %s",
             SF_BINARY_DIR, scenario_of(hostile), seconds_of(hostile), object_of(hostile, kind));
    return play(line);
}

static inline int hostile_set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    snprintf(victim, sizeof victim, "%s/victim", folder);
    snprintf(trophy, sizeof trophy, "%s/trophy", folder);
    int fd = open(victim, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    return fd < 0 || close(fd) != 0;
}

static inline int hostile_tear_down(void **state)
{
    char line[100];
    (void)state;
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return shell(line);
}

#endif
