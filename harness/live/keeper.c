/* The harness's side of a keeper: start, commands, logs. The child's side is keeper_child.c. */
#include "harness/live/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/live/keeper_child.h"

void sf_keeper_dir(char dir_out[SF_KEEPER_DIR_BYTES], uint32_t number)
{
    SF_ASSERT(dir_out != NULL);
    snprintf(dir_out, SF_KEEPER_DIR_BYTES, "/dev/shm/strayframe-%ld-%u", (long)getpid(), number);
}

static void hear(void *context, uint32_t events)
{
    struct sf_keeper *keeper = context;
    struct sf_keeper_reply reply;
    (void)events;
    ssize_t count = recv(keeper->socket_fd, &reply, sizeof reply, MSG_DONTWAIT);
    if (count != (ssize_t)sizeof reply) {
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        /* The keeper is gone: the server with it. */
        sf_loop_unwatch(keeper->loop, &keeper->watch);
        keeper->ended = keeper->answered = keeper->failed = true;
        return;
    }
    keeper->code = reply.code;
    if (reply.event == SF_KEEPER_ENDED) {
        keeper->ended = true;
        return;
    }
    keeper->answered = true;
    keeper->failed = reply.event == SF_KEEPER_FAILED;
}

/* fork with namespaces: the child is a copy, as after fork, because no new stack is given. */
static pid_t fork_into(unsigned long namespaces)
{
    return (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL);
}

static const unsigned long namespaces_of[] = {
    [SF_KEEPER_WALLS_ROOT] = CLONE_NEWPID | CLONE_NEWNS,
    [SF_KEEPER_WALLS_USER] = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS,
    [SF_KEEPER_WALLS_NONE] = 0,
};

/* Tries it in a process that ends at once: some machines grant namespaces and nothing in them. */
static bool walls_hold(const struct sf_keeper_child *child)
{
    int status = 1;
    pid_t pid = fork_into(namespaces_of[child->walls]);
    if (pid == 0) {
        sf_keeper_child_try(child);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* From the most containment to none. In the child returns 0. */
static pid_t fork_contained(bool contain, struct sf_keeper_child *child)
{
    child->walls = contain ? SF_KEEPER_WALLS_ROOT : SF_KEEPER_WALLS_NONE;
    while (child->walls != SF_KEEPER_WALLS_NONE && !walls_hold(child)) {
        child->walls++;
    }
    return fork_into(namespaces_of[child->walls]);
}

enum sf_err sf_keeper_start(struct sf_keeper *keeper, struct sf_loop *loop,
                            const struct sf_keeper_job *job, bool contain, struct sf_diag *diag)
{
    SF_ASSERT(keeper != NULL);
    SF_ASSERT(loop != NULL);
    SF_ASSERT(job != NULL);
    *keeper = (struct sf_keeper){.socket_fd = -1, .loop = loop};
    snprintf(keeper->dir, sizeof keeper->dir, "%s", job->dir);
    keeper->log_fd = memfd_create("server log", MFD_CLOEXEC);
    int pair[2];
    if (keeper->log_fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot prepare a server: %s", strerror(errno));
    }
    struct sf_keeper_child child = {.job = job,
                                    .socket_fd = pair[1],
                                    .log_fd = keeper->log_fd,
                                    .parent = getpid(),
                                    .uid = geteuid(),
                                    .gid = getegid()};
    fflush(NULL); /* a copy of what is buffered must not be written twice */
    keeper->pid = fork_contained(contain, &child);
    if (keeper->pid == 0) {
        sf_keeper_child_run(&child);
    }
    close(pair[1]);
    keeper->socket_fd = pair[0];
    if (keeper->pid < 0) {
        keeper->pid = 0;
        return sf_fail(diag, SF_ERR_MACHINE, "cannot start a process: %s", strerror(errno));
    }
    keeper->contained = child.walls != SF_KEEPER_WALLS_NONE;
    keeper->watch = (struct sf_watch){.fd = pair[0], .ready = hear, .context = keeper};
    sf_loop_watch(loop, &keeper->watch, EPOLLIN);
    return SF_OK;
}

void sf_keeper_stop(struct sf_keeper *keeper)
{
    SF_ASSERT(keeper != NULL);
    if (keeper->socket_fd >= 0 && keeper->loop != NULL) {
        sf_loop_unwatch(keeper->loop, &keeper->watch);
        close(keeper->socket_fd); /* the keeper sees the end of it and tidies up */
        keeper->socket_fd = -1;
    }
    if (keeper->pid > 0) {
        while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        keeper->pid = 0;
        close(keeper->log_fd);
        keeper->log_fd = -1;
    }
}

static enum sf_err ask(struct sf_keeper *keeper, const void *bytes, size_t count, const char *what,
                       sf_ns limit_ns, struct sf_diag *diag)
{
    if (keeper->pid == 0 || keeper->socket_fd < 0) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: the server is not running", what);
    }
    keeper->answered = keeper->failed = false;
    if (send(keeper->socket_fd, bytes, count, MSG_NOSIGNAL) != (ssize_t)count) {
        return sf_fail(diag, SF_ERR_MACHINE, "%s: cannot reach the server's keeper: %s", what,
                       strerror(errno));
    }
    if (!sf_loop_run(keeper->loop, &keeper->answered, sf_loop_now() + limit_ns)) {
        return sf_fail(diag, SF_ERR_INPUT, "%s took longer than %lld s", what,
                       (long long)(limit_ns / SF_SECOND));
    }
    if (keeper->failed) {
        return sf_fail(diag, SF_ERR_INPUT, "%s failed with exit code %d", what, keeper->code);
    }
    return SF_OK;
}

/* "C signal\0word\0word\0" */
enum sf_err sf_keeper_command(struct sf_keeper *keeper, const struct sf_keeper_command *command,
                              const char *what, sf_ns limit_ns, struct sf_diag *diag)
{
    SF_ASSERT(keeper != NULL);
    SF_ASSERT(command != NULL);
    SF_ASSERT(what != NULL);
    struct sf_text message = {0};
    sf_text_add(&message, "C%d", command->signal);
    sf_text_add_bytes(&message, "", 1);
    for (uint32_t i = 0; command->words[i] != NULL; i++) {
        sf_text_add_bytes(&message, command->words[i], strlen(command->words[i]) + 1);
    }
    enum sf_err err = message.length <= SF_KEEPER_MESSAGE_BYTES_MAX
                          ? ask(keeper, message.data, message.length, what, limit_ns, diag)
                          : sf_fail(diag, SF_ERR_INPUT, "%s: the command is too long", what);
    sf_text_free(&message);
    return err;
}

enum sf_err sf_keeper_write(struct sf_keeper *keeper, const char *path, const char *text,
                            size_t bytes, struct sf_diag *diag)
{
    SF_ASSERT(keeper != NULL);
    SF_ASSERT(path != NULL);
    struct sf_text message = {0};
    sf_text_add(&message, "W%s", path);
    sf_text_add_bytes(&message, "", 1);
    sf_text_add_bytes(&message, text, bytes);
    enum sf_err err = message.length <= SF_KEEPER_MESSAGE_BYTES_MAX
                          ? ask(keeper, message.data, message.length, path, 5 * SF_SECOND, diag)
                          : sf_fail(diag, SF_ERR_INPUT, "%s: too long for a file", path);
    sf_text_free(&message);
    return err;
}

enum sf_err sf_keeper_restart(struct sf_keeper *keeper, bool kill, struct sf_diag *diag)
{
    SF_ASSERT(keeper != NULL);
    enum sf_err err = ask(keeper, kill ? "K" : "R", 1, "restart", 15 * SF_SECOND, diag);
    keeper->ended = false;
    return err;
}

enum { LOG_TAIL_BYTES = 4096 };

static void add_tail(int fd, const char *name, struct sf_text *out)
{
    char tail[LOG_TAIL_BYTES];
    off_t end = lseek(fd, 0, SEEK_END);
    off_t from = end > LOG_TAIL_BYTES ? end - LOG_TAIL_BYTES : 0;
    ssize_t count = end > 0 ? pread(fd, tail, sizeof tail, from) : 0;
    if (count <= 0) {
        return;
    }
    sf_text_add(out, "--- %s\n", name);
    sf_text_add_bytes(out, tail, (size_t)count);
    if (tail[count - 1] != '\n') {
        sf_text_add(out, "\n");
    }
}

void sf_keeper_logs(const struct sf_keeper *keeper, const char *const *paths, struct sf_text *out)
{
    SF_ASSERT(keeper != NULL);
    SF_ASSERT(out != NULL);
    if (keeper->pid == 0) {
        return;
    }
    add_tail(keeper->log_fd, "standard output and error", out);
    for (; *paths != NULL; paths++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "/proc/%ld/root%s%s%s", (long)keeper->pid,
                 **paths == '/' ? "" : keeper->dir, **paths == '/' ? "" : "/", *paths);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            add_tail(fd, *paths, out);
            close(fd);
        }
    }
}
