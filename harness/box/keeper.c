#include "harness/box/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/base/shown.h"
#include "harness/box/sandbox.h"

enum { STANDARD_FDS = 3 };

/* ---- in the stranger's process, before it is one ---- */

/* The caller's PATH, and otherwise the same everywhere. */
static char **make_environment(void)
{
    static char path[4096];
    static char home[] = "HOME=/nonexistent";
    static char language[] = "LC_ALL=C.UTF-8";
    static char zone[] = "TZ=UTC";
    static char hash_seed[] = "PYTHONHASHSEED=0"; /* its sets otherwise differ from run to run */
    static char no_byte_code[] = "PYTHONDONTWRITEBYTECODE=1";
    static char no_leaks[] = "ASAN_OPTIONS=detect_leaks=0"; /* it would have to trace the process */
    static char stacks[] = "UBSAN_OPTIONS=print_stacktrace=1";
    static char preload[4096];
    static char *environment[] = {
        path, home, language, zone, hash_seed, no_byte_code, no_leaks, stacks, NULL, NULL,
    };
    const char *sanitizer = sf_sandbox_sanitizer();
    if (sanitizer != NULL) {
        snprintf(preload, sizeof preload, "LD_PRELOAD=%s", sanitizer);
        environment[sizeof environment / sizeof environment[0] - 2] = preload;
    }
    const char *ours = getenv("PATH");
    snprintf(path, sizeof path, "PATH=%s", ours != NULL ? ours : "/usr/local/bin:/usr/bin:/bin");
    return environment;
}

static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(int first, int kept)
{
    if (kept > first) {
        close_range((unsigned)first, (unsigned)kept - 1, 0);
    }
    close_range((unsigned)kept + 1, ~0u, 0);
}

/* `said_fd` is closed by a successful exec. */
static _Noreturn void become(char *const argv[], const struct sf_keeper_pipes *pipes, int words_fd,
                             int said_fd, uint32_t lacks)
{
    struct sf_keeper_start start = {.lacks = lacks};
    dup2(pipes->in_fd, STDIN_FILENO);
    dup2(pipes->out_fd, STDOUT_FILENO);
    dup2(words_fd, STDERR_FILENO);
    close_from(STANDARD_FDS, said_fd);
    reset_signals();
    start.lacks = sf_sandbox_close(lacks); /* with our environment still */
    environ = make_environment();
    (void)!write(said_fd, &start.lacks, sizeof start.lacks);
    execvp(argv[0], argv);
    start.error_number = errno;
    (void)!write(said_fd, &start.error_number, sizeof start.error_number);
    _exit(127);
}

/* ---- in the keeper ---- */

enum { LINE_BYTES = 512, SHOWN_BYTES_MAX = 32 * 1024 };

struct keeper {
    pid_t stranger;
    int words_fd;
    int signal_fd;
    const struct sf_keeper_pipes *pipes;
    struct sf_process_end end;
    char line[LINE_BYTES]; /* of its words, not shown yet */
    size_t line_bytes;
    size_t shown_bytes;
};

/* What it prints is shown as it comes, a line at a time, made harmless, and not without an end. */
static void show_line(struct keeper *keeper)
{
    char shown[4 * LINE_BYTES + 1];
    if (keeper->shown_bytes > SHOWN_BYTES_MAX) {
        keeper->line_bytes = 0;
        return;
    }
    sf_shown(keeper->line, keeper->line_bytes, shown, sizeof shown);
    keeper->shown_bytes += strlen(shown) + 1;
    bool last = keeper->shown_bytes > SHOWN_BYTES_MAX;
    dprintf(STDERR_FILENO, "cache: %s%s\n", shown,
            last ? " (what else it prints is not shown)" : "");
    keeper->line_bytes = 0;
}

static void show_words(struct keeper *keeper, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && keeper->shown_bytes <= SHOWN_BYTES_MAX; i++) {
        if (bytes[i] != '\n') {
            keeper->line[keeper->line_bytes++] = bytes[i];
        }
        if (bytes[i] == '\n' || keeper->line_bytes == sizeof keeper->line) {
            show_line(keeper);
        }
    }
}

/* Keeps the last of it. */
static void keep_words(struct keeper *keeper, const char *bytes, size_t count)
{
    struct sf_process_end *end = &keeper->end;
    if (count >= sizeof end->words) {
        memcpy(end->words, bytes + count - sizeof end->words, sizeof end->words);
        end->words_bytes = sizeof end->words;
        return;
    }
    size_t room = sizeof end->words - end->words_bytes;
    if (count > room) {
        size_t gone = count - room;
        memmove(end->words, end->words + gone, end->words_bytes - gone);
        end->words_bytes -= (uint32_t)gone;
    }
    memcpy(end->words + end->words_bytes, bytes, count);
    end->words_bytes += (uint32_t)count;
}

/* False when no more will come now. */
static bool read_words(struct keeper *keeper)
{
    char bytes[16384];
    ssize_t count = read(keeper->words_fd, bytes, sizeof bytes);
    if (count > 0) {
        keep_words(keeper, bytes, (size_t)count);
        show_words(keeper, bytes, (size_t)count);
    }
    return count > 0;
}

/* True once the stranger has ended. Inside a pid namespace the orphans that it left are ours too.
 */
static bool reap(struct keeper *keeper)
{
    int status;
    pid_t pid;
    bool ended = false;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == keeper->stranger) {
            keeper->end.status = status;
            ended = true;
        }
    }
    return ended;
}

/* Until the stranger ends, or our end of the lifeline is closed. */
static void attend(struct keeper *keeper)
{
    for (;;) {
        struct pollfd fds[] = {{keeper->words_fd, POLLIN, 0},
                               {keeper->signal_fd, POLLIN, 0},
                               {keeper->pipes->lifeline_fd, POLLIN, 0}};
        (void)poll(fds, 3, -1);
        if (fds[0].revents != 0 && !read_words(keeper) && (fds[0].revents & POLLHUP) != 0) {
            close(keeper->words_fd);
            keeper->words_fd = -1; /* poll ignores it */
        }
        if (fds[1].revents != 0) {
            struct signalfd_siginfo info;
            (void)!read(keeper->signal_fd, &info, sizeof info);
            if (reap(keeper)) {
                keeper->end.by_itself = true;
                return;
            }
        }
        if (fds[2].revents != 0) {
            kill(keeper->stranger, SIGKILL);
            waitpid(keeper->stranger, &keeper->end.status, 0);
            return;
        }
    }
}

/* Kills our children; false when there is none. */
static bool kill_children(const char *path)
{
    char text[1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    text[count > 0 ? count : 0] = '\0';
    bool any = false;
    char *end = text;
    for (long pid = strtol(text, &end, 10); pid > 0 && *end == ' '; pid = strtol(end, &end, 10)) {
        kill((pid_t)pid, SIGKILL); /* the last may be cut off: then no blank follows */
        any = true;
    }
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    return any;
}

/* Without a pid namespace the kernel does not end what the stranger has started: orphans come to
 * us, and are ended until none comes any more. */
static void end_orphans(void)
{
    enum { ROUNDS_MAX = 10000 };
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    for (int round = 0; round < ROUNDS_MAX && kill_children(path); round++) {
    }
}

/* What was said before exec: what is missing, and the error if exec failed. */
static struct sf_keeper_start hear_start(int said_fd, uint32_t lacks)
{
    struct sf_keeper_start start = {.lacks = lacks};
    if (read(said_fd, &start.lacks, sizeof start.lacks) == sizeof start.lacks) {
        (void)!read(said_fd, &start.error_number, sizeof start.error_number);
    }
    return start;
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Ours alone, and with numbers out of the way of the stranger's. */
static void keep_fds(struct sf_keeper_pipes *pipes)
{
    enum { HIGH = 100 };
    struct sf_keeper_pipes moved = {
        .in_fd = fcntl(pipes->in_fd, F_DUPFD_CLOEXEC, HIGH),
        .out_fd = fcntl(pipes->out_fd, F_DUPFD_CLOEXEC, HIGH),
        .status_fd = fcntl(pipes->status_fd, F_DUPFD_CLOEXEC, HIGH),
        .lifeline_fd = fcntl(pipes->lifeline_fd, F_DUPFD_CLOEXEC, HIGH),
    };
    int last = moved.lifeline_fd; /* the highest: each takes the first that is free */
    close_range(STANDARD_FDS, HIGH - 1, 0);
    for (int fd = HIGH; fd < last; fd++) {
        if (fd != moved.in_fd && fd != moved.out_fd && fd != moved.status_fd) {
            close(fd);
        }
    }
    close_range((unsigned)last + 1, ~0u, 0);
    *pipes = moved;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO); /* a reader of our output must not wait for us */
    dup2(null, STDOUT_FILENO);
    close(null);
}

_Noreturn void sf_keeper(char *const argv[], const struct sf_keeper_pipes *pipes_given, uid_t user,
                         gid_t group, uint32_t lacks)
{
    SF_ASSERT(argv != NULL);
    SF_ASSERT(pipes_given != NULL);
    struct sf_keeper_pipes pipes = *pipes_given;
    int words[2];
    int said[2];
    struct sf_keeper_start start = {.lacks = lacks, .machine = 1};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGINT, SIG_IGN); /* of the terminal; our end of the lifeline decides */
    keep_fds(&pipes);
    start.lacks = sf_sandbox_enter(user, group, lacks);
    struct keeper keeper = {.pipes = &pipes, .signal_fd = open_signals()};
    keeper.end.known = true;
    if (keeper.signal_fd < 0 || pipe2(words, O_CLOEXEC) != 0 || pipe2(said, O_CLOEXEC) != 0) {
        (void)!write(pipes.status_fd, &start, sizeof start);
        _exit(0);
    }
    keeper.stranger = fork();
    if (keeper.stranger == 0) {
        become(argv, &pipes, words[1], said[1], start.lacks);
    }
    close(words[1]);
    close(said[1]);
    close(pipes.in_fd);
    close(pipes.out_fd);
    if (keeper.stranger > 0) {
        start = hear_start(said[0], start.lacks);
    }
    (void)!write(pipes.status_fd, &start, sizeof start);
    close(said[0]);
    if (keeper.stranger < 0) {
        _exit(0);
    }
    keeper.words_fd = words[0];
    attend(&keeper);
    if ((lacks & SF_BOX_LACKS_PROCESSES) != 0) {
        end_orphans();
    }
    if (keeper.words_fd >= 0 && fcntl(keeper.words_fd, F_SETFL, O_NONBLOCK) == 0) {
        enum { ROUNDS = 8 }; /* whatever still writes there does not hold us up */
        for (int round = 0; round < ROUNDS && read_words(&keeper); round++) {
        }
    }
    if (keeper.line_bytes > 0) {
        show_line(&keeper);
    }
    (void)!write(pipes.status_fd, &keeper.end, sizeof keeper.end);
    _exit(0);
}
