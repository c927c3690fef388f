/* The keeper of a server under test: a child process that starts the server, restarts it, and takes
 * it down. Where the machine allows, it is the first process of a process namespace, with a mount
 * namespace whose /dev/shm is a fresh tmpfs: when the keeper is gone, by whatever cause, the kernel
 * ends every process of the server and drops its folder. The keeper ends when its socket to the
 * harness is closed. Elsewhere it ends the server's processes and removes the folder itself. */
#ifndef STRAYFRAME_LIVE_KEEPER_H
#define STRAYFRAME_LIVE_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/live/loop.h"

enum { SF_KEEPER_DIR_BYTES = 64, SF_KEEPER_FILES_MAX = 32, SF_KEEPER_WORDS_MAX = 32 };

/* A file to be written below the folder before the server starts. */
struct sf_keeper_file {
    char *path; /* relative; owned by the caller */
    struct sf_text text;
};

/* A program and its arguments, NULL-terminated; a `signal` instead where words[0] is NULL. */
struct sf_keeper_command {
    char *words[SF_KEEPER_WORDS_MAX + 1];
    int signal;
};

struct sf_keeper_job {
    const char *dir; /* absolute; from sf_keeper_dir */
    struct sf_keeper_file files[SF_KEEPER_FILES_MAX];
    uint32_t files_count;
    struct sf_keeper_command prepare; /* run once before the start; words[0] NULL: none */
    struct sf_keeper_command start;   /* in the foreground */
    struct sf_keeper_command stop;    /* a signal; then SIGKILL after two seconds */
};

enum sf_keeper_event {
    SF_KEEPER_DONE,   /* the last command has ended well */
    SF_KEEPER_FAILED, /* the last command has ended badly: `code` */
    SF_KEEPER_ENDED,  /* the server has ended without a command: `code` */
};

struct sf_keeper {
    pid_t pid;      /* 0: none */
    int socket_fd;  /* -1: none */
    int log_fd;     /* what the server and its commands wrote to standard output and error */
    bool contained; /* namespaces could be had */
    bool ended;     /* SF_KEEPER_ENDED has come */
    bool answered;
    bool failed;
    int code;
    struct sf_loop *loop;
    struct sf_watch watch;
    char dir[SF_KEEPER_DIR_BYTES];
};

/* The folder that a job will have; its name tells concurrent harnesses apart. */
void sf_keeper_dir(char dir_out[SF_KEEPER_DIR_BYTES], uint32_t number);

/* Starts the server. What it does afterwards comes through the loop. `job` is copied by the fork.
 * `contain` false: without namespaces, as where the machine refuses them. */
SF_MUST_USE enum sf_err sf_keeper_start(struct sf_keeper *keeper, struct sf_loop *loop,
                                        const struct sf_keeper_job *job, bool contain,
                                        struct sf_diag *diag);

/* Ends the server and everything that it started, and its folder. May be called again. */
void sf_keeper_stop(struct sf_keeper *keeper);

/* Runs a command beside the server, or sends the server a signal; waits for the end of it, in the
 * loop. SF_ERR_INPUT where it fails or takes longer than `limit_ns`. */
SF_MUST_USE enum sf_err sf_keeper_command(struct sf_keeper *keeper,
                                          const struct sf_keeper_command *command, const char *what,
                                          sf_ns limit_ns, struct sf_diag *diag);

/* Writes a file anew, below the folder. */
SF_MUST_USE enum sf_err sf_keeper_write(struct sf_keeper *keeper, const char *path,
                                        const char *text, size_t bytes, struct sf_diag *diag);

/* Ends the server as `stop` says, or at once where `kill`, and starts it again in the same
 * folder. */
SF_MUST_USE enum sf_err sf_keeper_restart(struct sf_keeper *keeper, bool kill,
                                          struct sf_diag *diag);

/* The last lines of what the server wrote, and of its log files (paths relative to the folder, or
 * absolute). */
void sf_keeper_logs(const struct sf_keeper *keeper, const char *const *paths, struct sf_text *out);

#endif
