/* A stranger's process: started with the least that it can do with, its output kept, ended with
 * everything that it has started. Between it and us stands a keeper, a small process of ours that
 * is the first of the stranger's pid namespace: when the keeper goes, the kernel ends whatever
 * lives in there. The keeper goes when we do.
 *
 * What a stranger has: read-only files, its memory, its CPU, and three pipes. No network, no other
 * process, no device that it can write to, no way to more rights. */
#ifndef STRAYFRAME_BOX_PROCESS_H
#define STRAYFRAME_BOX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/err.h"

/* What the kernel did not give; a set of bits. */
enum {
    SF_BOX_LACKS_USERS = 1 << 0,     /* no user namespace */
    SF_BOX_LACKS_PROCESSES = 1 << 1, /* no pid namespace: descendants are looked for instead */
    SF_BOX_LACKS_NETWORK = 1 << 2,   /* no network namespace */
    SF_BOX_LACKS_FILES = 1 << 3,     /* files are not read-only */
    SF_BOX_LACKS_CALLS = 1 << 4,     /* no filter of system calls */
};

struct sf_process {
    pid_t keeper;
    int to_fd;   /* its standard input; does not block */
    int from_fd; /* its standard output; blocks */
    int status_fd;
    int lifeline_fd; /* closed: the keeper ends the stranger */
    uint32_t lacks;
};

enum { SF_PROCESS_WORDS_BYTES = 4096 };

/* How a process ended, as its keeper saw it. */
struct sf_process_end {
    bool known;     /* the keeper lived to tell; otherwise it was killed from outside */
    bool by_itself; /* before it was asked to */
    int status;     /* as of waitpid */
    uint32_t words_bytes;
    char words[SF_PROCESS_WORDS_BYTES]; /* the last of what it wrote on stderr; raw */
};

/* Starts argv[0], found in PATH, with an environment of its own. SF_ERR_INPUT when it is no program
 * that can be started, SF_ERR_MACHINE when no process or pipe is to be had. */
SF_MUST_USE enum sf_err sf_process_start(char *const argv[], struct sf_process *process_out,
                                         struct sf_diag *diag);

/* Ends the process and its descendants, and frees what belongs to it. It first has patience_ms
 * milliseconds to end without a signal. */
void sf_process_end(struct sf_process *process, int patience_ms, struct sf_process_end *end_out);

#endif
