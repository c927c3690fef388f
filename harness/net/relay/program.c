#include "harness/net/relay/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/assert.h"

enum {
    EXIT_NOT_FOUND = 127, /* as a shell says it */
    EXIT_KEEPER_FAILED = 125,
    SIGNAL_BASE = 128,
    END_WAIT_MS = 2000,
    END_STEP_MS = 10,
};

static int exit_code_of(int status)
{
    return WIFSIGNALED(status) ? SIGNAL_BASE + WTERMSIG(status) : WEXITSTATUS(status);
}

/* /proc shall show the processes of the new namespace. Where that is refused, as in some
 * containers, it shows the old ones, which does no harm. */
static void renew_proc(void)
{
    if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0) {
        int result = mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
        (void)result;
    }
}

static _Noreturn void become(char *const *argv, int failure_fd)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], argv);
    int reason = errno;
    ssize_t written = write(failure_fd, &reason, sizeof reason);
    (void)written;
    _exit(EXIT_NOT_FOUND);
}

/* Waits for the program, and buries what others leave. When this returns from main, so to speak,
 * the kernel ends everything in the namespace. */
static _Noreturn void keep(pid_t program, const sigset_t *signals)
{
    for (;;) {
        int signal_number = 0;
        sigwait(signals, &signal_number);
        if (signal_number == SIGTERM || signal_number == SIGHUP) {
            kill(program, signal_number);
            continue;
        }
        int status;
        pid_t ended;
        while ((ended = waitpid(-1, &status, WNOHANG)) > 0) {
            if (ended == program) {
                _exit(exit_code_of(status));
            }
        }
    }
}

/* The parent holds the other end of `go_fd` until the program has begun. If it was gone before we
 * could be bound to it, nothing comes through, or the end of it. */
static bool parent_lives(int go_fd)
{
    char go;
    struct pollfd ready = {.fd = go_fd, .events = POLLIN};
    return read(go_fd, &go, 1) == 1 && poll(&ready, 1, 0) == 0;
}

/* In the new process, the first of its namespace. */
static _Noreturn void be_keeper(const struct sf_namespace *space, char *const *argv, bool apart,
                                int go_fd, int failure_fd)
{
    if (apart) {
        setsid();
    }
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || !parent_lives(go_fd)) {
        _exit(EXIT_KEEPER_FAILED);
    }
    struct sf_namespace inside = {.fd = space->fd, .home_fd = -1};
    if (sf_namespace_enter(&inside, NULL) != SF_OK) {
        _exit(EXIT_KEEPER_FAILED);
    }
    renew_proc();
    /* What a terminal sends is for the program alone. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGQUIT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_SETMASK, &signals, NULL);
    pid_t program = fork();
    if (program == 0) {
        become(argv, failure_fd);
    }
    if (program < 0) {
        _exit(EXIT_KEEPER_FAILED);
    }
    /* The devices and networks are not this process's to hold. */
    close_range(3, ~0U, 0);
    sigdelset(&signals, SIGINT);
    sigdelset(&signals, SIGQUIT);
    keep(program, &signals);
}

static enum sf_err make_pipes(int go[2], int failure[2], struct sf_diag *diag)
{
    if (pipe2(go, O_CLOEXEC) != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot make a pipe: %s", strerror(errno));
    }
    if (pipe2(failure, O_CLOEXEC) != 0) {
        int reason = errno;
        close(go[0]);
        close(go[1]);
        return sf_fail(diag, SF_ERR_MACHINE, "cannot make a pipe: %s", strerror(reason));
    }
    return SF_OK;
}

enum sf_err sf_program_start(const struct sf_namespace *space, char *const *argv, bool apart,
                             struct sf_program *program, struct sf_diag *diag)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(argv != NULL);
    SF_ASSERT(program != NULL);
    *program = (struct sf_program){0};
    int go[2];
    int failure[2];
    SF_TRY(make_pipes(go, failure, diag));
    fflush(NULL);
    pid_t keeper = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
    int fork_reason = errno;
    if (keeper == 0) {
        close(go[1]);
        be_keeper(space, argv, apart, go[0], failure[1]);
    }
    close(go[0]);
    close(failure[1]);
    int reason = 0;
    if (keeper > 0) {
        program->keeper = keeper;
        ssize_t written = write(go[1], "", 1);
        (void)written; /* a keeper that is gone is seen by its end */
        /* Closed without a word when the program has begun. */
        while (read(failure[0], &reason, sizeof reason) < 0 && errno == EINTR) {
        }
    }
    close(go[1]);
    close(failure[0]);
    if (keeper < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot start a process in a namespace: %s",
                       strerror(fork_reason));
    }
    if (reason != 0) {
        sf_program_end(program);
        return sf_fail(diag, SF_ERR_INPUT, "cannot run '%.200s': %s", argv[0], strerror(reason));
    }
    return SF_OK;
}

bool sf_program_has_ended(struct sf_program *program)
{
    SF_ASSERT(program != NULL);
    int status;
    if (program->keeper != 0 && waitpid(program->keeper, &status, WNOHANG) == program->keeper) {
        program->exit_code = exit_code_of(status);
        program->keeper = 0;
    }
    return program->keeper == 0;
}

void sf_program_signal(const struct sf_program *program, int signal_number)
{
    SF_ASSERT(program != NULL);
    SF_ASSERT(signal_number == SIGTERM || signal_number == SIGHUP);
    if (program->keeper != 0) {
        kill(program->keeper, signal_number);
    }
}

void sf_program_end(struct sf_program *program)
{
    SF_ASSERT(program != NULL);
    sf_program_signal(program, SIGTERM);
    for (int waited_ms = 0; !sf_program_has_ended(program); waited_ms += END_STEP_MS) {
        if (waited_ms == END_WAIT_MS) {
            kill(program->keeper, SIGKILL);
        }
        poll(NULL, 0, END_STEP_MS);
    }
}

/* The state of a TCP socket that listens, as /proc has it; UDP has none, and is open once bound. */
static bool lists_open_port(const char *path, bool tcp)
{
    FILE *file = fopen(path, "re");
    char line[512];
    bool found = false;
    if (file == NULL) {
        return false; /* a kernel without IPv6 */
    }
    bool heading = fgets(line, sizeof line, file) != NULL;
    while (heading && !found && fgets(line, sizeof line, file) != NULL) {
        char state[8] = "";
        found = sscanf(line, "%*s %*s %*s %7s", state) == 1 && (!tcp || strcmp(state, "0A") == 0);
    }
    fclose(file);
    return found;
}

enum sf_err sf_program_port_is_open(const struct sf_namespace *space, bool *open_out,
                                    struct sf_diag *diag)
{
    SF_ASSERT(space != NULL);
    SF_ASSERT(open_out != NULL);
    struct sf_namespace inside = {.fd = space->fd, .home_fd = -1};
    SF_TRY(sf_namespace_enter(&inside, diag));
    *open_out = lists_open_port("/proc/thread-self/net/tcp", true) ||
                lists_open_port("/proc/thread-self/net/tcp6", true) ||
                lists_open_port("/proc/thread-self/net/udp", false) ||
                lists_open_port("/proc/thread-self/net/udp6", false);
    sf_namespace_leave(&inside);
    return SF_OK;
}
