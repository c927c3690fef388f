/* A foreign process: started with minimal rights, its standard error kept, ended together with its
 * descendants. Between it and the harness is a keeper, a small process of ours that is the first of
 * the foreign process's pid namespace: when the keeper ends, the kernel ends every process in
 * there. The keeper ends when the harness does.
 *
 * The foreign process has read-only files, memory, CPU time and three pipes; no network, no other
 * process, no device that it can write to, no way to gain rights. */
#ifndef STRAYFRAME_BOX_PROCESS_H
#define STRAYFRAME_BOX_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/err.h"

/* Isolation that the kernel did not provide; a set of bits. */
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
    int lifeline_fd; /* closed: the keeper ends the process */
    uint32_t lacks;
};

enum { SF_PROCESS_WORDS_BYTES = 4096 };

/* How a process ended, as its keeper saw it. */
struct sf_process_end {
    bool known;     /* the keeper reported it; otherwise the keeper was killed from outside */
    bool by_itself; /* before it was asked to */
    int status;     /* as of waitpid */
    uint32_t words_bytes;
    char words[SF_PROCESS_WORDS_BYTES]; /* the end of its stderr output; raw */
};

/* Starts argv[0], found in PATH, with an environment of its own. SF_ERR_INPUT for a program
 * that cannot be started, SF_ERR_MACHINE if no process or pipe can be made. */
SF_MUST_USE enum sf_err sf_process_start(char *const argv[], struct sf_process *process_out,
                                         struct sf_diag *diag);

/* Ends the process and its descendants, and frees what belongs to it. It first has patience_ms
 * milliseconds to end without a signal. */
void sf_process_end(struct sf_process *process, int patience_ms, struct sf_process_end *end_out);

#endif
