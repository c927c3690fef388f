#include "harness/box/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/box/keeper.h"
#include "harness/box/sandbox.h"

enum { KEEPER_MS_MAX = 10 * 1000 };

/* Reads a whole struct that the keeper writes; false when the keeper does not. */
static bool hear(int fd, void *out, size_t bytes)
{
    size_t got = 0;
    while (got < bytes) {
        struct pollfd poll_fd = {fd, POLLIN, 0};
        int ready = poll(&poll_fd, 1, KEEPER_MS_MAX);
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        ssize_t count = ready > 0 ? read(fd, (uint8_t *)out + got, bytes - got) : 0;
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        got += (size_t)count;
    }
    return true;
}

/* Both ends of four pipes. */
struct pipes {
    int in[2];
    int out[2];
    int status[2];
    int lifeline[2];
};

static void close_both(int fds[2])
{
    for (int end = 0; end < 2; end++) {
        if (fds[end] >= 0) {
            close(fds[end]);
        }
    }
}

static void close_all(struct pipes *pipes)
{
    close_both(pipes->in);
    close_both(pipes->out);
    close_both(pipes->status);
    close_both(pipes->lifeline);
}

static bool open_all(struct pipes *pipes)
{
    enum { PIPE_BYTES = 256 * 1024 };
    *pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    bool done = pipe2(pipes->in, O_CLOEXEC) == 0 && pipe2(pipes->out, O_CLOEXEC) == 0 &&
                pipe2(pipes->status, O_CLOEXEC) == 0 && pipe2(pipes->lifeline, O_CLOEXEC) == 0;
    if (done) { /* larger ones save switches; not having them is no fault */
        (void)fcntl(pipes->in[1], F_SETPIPE_SZ, PIPE_BYTES);
        (void)fcntl(pipes->out[1], F_SETPIPE_SZ, PIPE_BYTES);
        (void)fcntl(pipes->in[1], F_SETFL, O_NONBLOCK);
    }
    return done;
}

enum sf_err sf_process_start(char *const argv[], struct sf_process *process, struct sf_diag *diag)
{
    SF_ASSERT(argv != NULL);
    SF_ASSERT(process != NULL);
    struct pipes pipes;
    struct sf_keeper_start start;
    if (!open_all(&pipes)) {
        close_all(&pipes);
        return sf_fail(diag, SF_ERR_MACHINE, "no pipes to the cache's process: %s",
                       strerror(errno));
    }
    uint32_t lacks;
    uid_t user = geteuid(); /* inside the namespace it has no name yet */
    gid_t group = getegid();
    pid_t keeper = sf_sandbox_fork(&lacks);
    if (keeper == 0) {
        const struct sf_keeper_pipes theirs = {.in_fd = pipes.in[0],
                                               .out_fd = pipes.out[1],
                                               .status_fd = pipes.status[1],
                                               .lifeline_fd = pipes.lifeline[0]};
        sf_keeper(argv, &theirs, user, group, lacks);
    }
    if (keeper < 0) {
        int why = errno;
        close_all(&pipes);
        return sf_fail(diag, SF_ERR_MACHINE, "no process for the cache: %s", strerror(why));
    }
    close(pipes.in[0]);
    close(pipes.out[1]);
    close(pipes.status[1]);
    close(pipes.lifeline[0]);
    *process = (struct sf_process){.keeper = keeper,
                                   .to_fd = pipes.in[1],
                                   .from_fd = pipes.out[0],
                                   .status_fd = pipes.status[0],
                                   .lifeline_fd = pipes.lifeline[1]};
    bool heard = hear(process->status_fd, &start, sizeof start);
    if (heard && start.machine == 0 && start.error_number == 0) {
        process->lacks = start.lacks;
        return SF_OK;
    }
    struct sf_process_end end;
    sf_process_end(process, 0, &end);
    if (!heard || start.machine != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "no process for the cache");
    }
    return sf_fail(diag, SF_ERR_INPUT, "'%s' cannot be started: %s", argv[0],
                   strerror(start.error_number));
}

void sf_process_end(struct sf_process *process, int patience_ms, struct sf_process_end *end)
{
    SF_ASSERT(process != NULL);
    SF_ASSERT(end != NULL);
    struct pollfd status = {process->status_fd, POLLIN, 0};
    *end = (struct sf_process_end){0};
    while (poll(&status, 1, patience_ms) < 0 && errno == EINTR) {
    }
    close(process->lifeline_fd);
    if (!hear(process->status_fd, end, sizeof *end)) {
        *end = (struct sf_process_end){0};
    }
    if (end->words_bytes > sizeof end->words) {
        end->words_bytes = 0;
    }
    kill(process->keeper, SIGKILL); /* the kernel ends what is left in its namespace */
    while (waitpid(process->keeper, NULL, 0) < 0 && errno == EINTR) {
    }
    close(process->to_fd);
    close(process->from_fd);
    close(process->status_fd);
    *process = (struct sf_process){0};
}
