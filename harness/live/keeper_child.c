/* What the keeper does in its own process. It has one loop: commands from the socket, ends of child
 * processes. The end of the socket is the end of everything. */
#include "harness/live/keeper_child.h"

#include "harness/base/assert.h"
#include "harness/base/interrupt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    STOP_PATIENCE_MS = 2000,
    EXIT_NO_PROGRAM = 127,
    TREE_DEPTH_MAX = 16,
};

struct state {
    const struct sf_keeper_child *child;
    int signals_fd;
    pid_t server;  /* 0: not running */
    pid_t command; /* 0: none */
};

_Noreturn static void give_up(const struct state *state, const char *what)
{
    dprintf(state->child->log_fd, "cannot %s: %s\n", what, strerror(errno));
    struct sf_keeper_reply reply = {.event = SF_KEEPER_ENDED, .code = EXIT_NO_PROGRAM};
    send(state->child->socket_fd, &reply, sizeof reply, MSG_NOSIGNAL);
    /* The harness reads the log first: wait until it lets go. */
    char byte;
    while (recv(state->child->socket_fd, &byte, 1, 0) > 0) {
    }
    _exit(1);
}

static void put_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, text, strlen(text));
        close(fd);
    }
}

/* The user stays who it is: nginx, as "root" of a user namespace, would want to become another. */
static void map_user(const struct sf_keeper_child *child)
{
    char line[64];
    put_text("/proc/self/setgroups", "deny");
    snprintf(line, sizeof line, "%ld %ld 1", (long)child->uid, (long)child->uid);
    put_text("/proc/self/uid_map", line);
    snprintf(line, sizeof line, "%ld %ld 1", (long)child->gid, (long)child->gid);
    put_text("/proc/self/gid_map", line);
}

/* Not all machines that grant a user namespace allow something in it. */
static bool can_build_walls(const struct sf_keeper_child *child)
{
    if (child->walls == SF_KEEPER_WALLS_USER) {
        map_user(child);
    }
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("strayframe", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0;
}

void sf_keeper_child_try(const struct sf_keeper_child *child)
{
    SF_ASSERT(child != NULL);
    bool usable = can_build_walls(child) && mkdir("/dev/shm/strayframe-try", 0700) == 0;
    _exit(usable ? 0 : 1);
}

static void build_walls(const struct state *state)
{
    const struct sf_keeper_child *child = state->child;
    if (child->walls == SF_KEEPER_WALLS_NONE) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        return;
    }
    if (!can_build_walls(child)) {
        give_up(state, "mount a folder for the server");
    }
    /* Programs read /proc/self; the process numbers in there must be this namespace's. */
    (void)!mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

/* Makes the folders above a file. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) == 0) {
            chmod(path, 0777); /* servers write here as a user of their own */
        }
        *slash = '/';
    }
}

static bool write_file(const struct state *state, const char *relative, const char *text,
                       size_t bytes)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", state->child->job->dir, relative);
    make_folders(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return false;
    }
    bool written = write(fd, text, bytes) == (ssize_t)bytes;
    return close(fd) == 0 && written;
}

static void write_files(const struct state *state)
{
    const struct sf_keeper_job *job = state->child->job;
    if (mkdir(job->dir, 0777) != 0 || chmod(job->dir, 0777) != 0) {
        give_up(state, "make the server's folder");
    }
    for (uint32_t i = 0; i < job->files_count; i++) {
        const struct sf_keeper_file *file = &job->files[i];
        if (!write_file(state, file->path, file->text.data != NULL ? file->text.data : "",
                        file->text.length)) {
            give_up(state, "write the server's configuration");
        }
    }
}

/* A program in a session of its own, with the log as its output. */
static pid_t spawn(const struct state *state, char *const *words)
{
    pid_t pid = fork();
    if (pid != 0) {
        return pid > 0 ? pid : 0;
    }
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < 32; number++) {
        if (number != SIGKILL && number != SIGSTOP) {
            signal(number, SIG_DFL);
        }
    }
    int null_fd = open("/dev/null", O_RDONLY);
    dup2(null_fd, 0);
    dup2(state->child->log_fd, 1);
    dup2(state->child->log_fd, 2);
    if (chdir(state->child->job->dir) == 0) {
        execvp(words[0], words);
    }
    dprintf(2, "cannot start %s: %s\n", words[0], strerror(errno));
    _exit(EXIT_NO_PROGRAM);
}

static int code_of(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void say(const struct state *state, enum sf_keeper_event event, int code)
{
    struct sf_keeper_reply reply = {.event = event, .code = code};
    send(state->child->socket_fd, &reply, sizeof reply, MSG_NOSIGNAL);
}

static void start_server(struct state *state)
{
    state->server = spawn(state, state->child->job->start.words);
    if (state->server == 0) {
        give_up(state, "start a process");
    }
}

/* Everything that has ended; the server's and the command's end are said. */
static void reap(struct state *state)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == state->server) {
            state->server = 0;
            say(state, SF_KEEPER_ENDED, code_of(status));
        } else if (pid == state->command) {
            state->command = 0;
            say(state, code_of(status) == 0 ? SF_KEEPER_DONE : SF_KEEPER_FAILED, code_of(status));
        }
    }
}

/* Waits for the server's end without saying so. */
static bool server_ended(struct state *state, int limit_ms)
{
    for (int waited = 0; state->server != 0 && waited < limit_ms; waited += 10) {
        int status;
        pid_t pid;
        while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
            if (pid == state->server) {
                state->server = 0;
            }
        }
        if (state->server != 0) {
            poll(NULL, 0, 10);
        }
    }
    return state->server == 0;
}

/* Descendants of this process, without a process namespace: they are in sessions of their own, and
 * children of ended ones have become this process's (a subreaper). Each round ends the direct
 * children; theirs come up to be ended by the next. */
static void kill_children(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
    for (int round = 0; round < 1000; round++) {
        char list[4096];
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t bytes = fd >= 0 ? read(fd, list, sizeof list - 1) : 0;
        list[bytes > 0 ? bytes : 0] = '\0';
        close(fd);
        int count = 0;
        char *end;
        for (char *at = list; *at != '\0' && count < 1000; at = end) {
            long pid = strtol(at, &end, 10);
            if (end == at) {
                break;
            }
            kill((pid_t)pid, SIGKILL);
            count++;
        }
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        if (count == 0) {
            return;
        }
        poll(NULL, 0, 2);
    }
}

static void kill_all(const struct state *state)
{
    if (state->child->walls == SF_KEEPER_WALLS_NONE) {
        kill_children();
        return;
    }
    kill(-1, SIGKILL); /* as the first process of its namespace: all others in there */
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
    }
}

static void remove_tree(const char *path, int depth)
{
    DIR *folder = depth < TREE_DEPTH_MAX ? opendir(path) : NULL;
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char inner[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner) {
            continue;
        }
        if (unlink(inner) != 0) {
            remove_tree(inner, depth + 1);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    rmdir(path);
}

_Noreturn static void end(struct state *state)
{
    kill_all(state);
    if (state->child->walls == SF_KEEPER_WALLS_NONE) {
        remove_tree(state->child->job->dir, 0);
    }
    _exit(0);
}

static void restart(struct state *state, bool at_once)
{
    const struct sf_keeper_job *job = state->child->job;
    if (state->server != 0 && !at_once) {
        kill(state->server, job->stop.signal != 0 ? job->stop.signal : SIGTERM);
        server_ended(state, STOP_PATIENCE_MS);
    }
    kill_all(state);
    state->server = state->command = 0;
    start_server(state);
    say(state, SF_KEEPER_DONE, 0);
}

static void command(struct state *state, char *message, size_t count)
{
    int number = (int)strtol(message, NULL, 10);
    char *words[SF_KEEPER_WORDS_MAX + 1] = {0};
    uint32_t words_count = 0;
    for (size_t at = strlen(message) + 1; at < count && words_count < SF_KEEPER_WORDS_MAX;
         at += strlen(message + at) + 1) {
        words[words_count++] = message + at;
    }
    if (words_count > 0) {
        state->command = spawn(state, words);
        return;
    }
    bool sent = state->server != 0 && number > 0 && kill(state->server, number) == 0;
    say(state, sent ? SF_KEEPER_DONE : SF_KEEPER_FAILED, sent ? 0 : 1);
}

static void obey(struct state *state)
{
    static char message[SF_KEEPER_MESSAGE_BYTES_MAX + 1];
    ssize_t count = recv(state->child->socket_fd, message, SF_KEEPER_MESSAGE_BYTES_MAX, 0);
    if (count <= 0) {
        end(state);
    }
    message[count] = '\0';
    size_t name_bytes = strlen(message) + 1;
    switch (message[0]) {
    case 'C':
        command(state, message + 1, (size_t)count - 1);
        break;
    case 'W': {
        bool written =
            write_file(state, message + 1, message + name_bytes,
                       (size_t)count - (name_bytes < (size_t)count ? name_bytes : (size_t)count));
        say(state, written ? SF_KEEPER_DONE : SF_KEEPER_FAILED, written ? 0 : 1);
        break;
    }
    case 'R':
    case 'K':
        restart(state, message[0] == 'K');
        break;
    default: /* the rest: letters that the harness never sends */
        say(state, SF_KEEPER_FAILED, 1);
    }
}

static void prepare(struct state *state)
{
    const struct sf_keeper_job *job = state->child->job;
    if (job->prepare.words[0] == NULL) {
        return;
    }
    pid_t pid = spawn(state, job->prepare.words);
    int status = 0;
    if (pid == 0 || waitpid(pid, &status, 0) != pid || code_of(status) != 0) {
        errno = 0;
        dprintf(state->child->log_fd, "%s ended with exit code %d\n", job->prepare.words[0],
                code_of(status));
        give_up(state, "prepare the server");
    }
}

_Noreturn void sf_keeper_child_run(const struct sf_keeper_child *child)
{
    SF_ASSERT(child != NULL);
    struct state state = {.child = child};
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* with namespaces that is enough; without, the socket is */
    if (child->walls == SF_KEEPER_WALLS_NONE) {
        prctl(PR_SET_PDEATHSIG, 0);
    }
    setsid(); /* Ctrl-C is for the harness */
    sf_interrupt_leave_to_parent();
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_SETMASK, &children, NULL);
    signal(SIGPIPE, SIG_IGN);
    state.signals_fd = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    /* Nothing of the harness's but these: a socket of its would live on in here. */
    for (int fd = 3; fd < 1024; fd++) {
        if (fd != child->socket_fd && fd != child->log_fd && fd != state.signals_fd) {
            close(fd);
        }
    }
    build_walls(&state);
    write_files(&state);
    prepare(&state);
    start_server(&state);
    for (;;) {
        struct pollfd fds[2] = {{.fd = child->socket_fd, .events = POLLIN},
                                {.fd = state.signals_fd, .events = POLLIN}};
        poll(fds, 2, -1);
        if (fds[1].revents != 0) {
            struct signalfd_siginfo ignored;
            while (read(state.signals_fd, &ignored, sizeof ignored) > 0) {
            }
            reap(&state);
        }
        if (fds[0].revents != 0) {
            obey(&state);
        }
    }
}
