/* The keeper: a process of ours between the harness and a foreign process. It keeps the end of what
 * that writes on stderr, and reports how it ended. */
#ifndef STRAYFRAME_BOX_KEEPER_H
#define STRAYFRAME_BOX_KEEPER_H

#include <stdint.h>
#include <sys/types.h>

#include "harness/box/process.h"

/* The keeper's report of the start, sent once. */
struct sf_keeper_start {
    uint32_t lacks;
    int32_t error_number; /* of exec; 0: it runs */
    uint32_t machine;     /* 1: there was no process for it */
};

struct sf_keeper_pipes {
    int in_fd;       /* the foreign process's standard input */
    int out_fd;      /* its standard output */
    int status_fd;   /* to us: struct sf_keeper_start, then struct sf_process_end */
    int lifeline_fd; /* closed by the harness: end the process */
};

/* Never returns. */
_Noreturn void sf_keeper(char *const argv[], const struct sf_keeper_pipes *pipes, uid_t user,
                         gid_t group, uint32_t lacks);

#endif
