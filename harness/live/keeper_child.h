/* The keeper itself, in the child process. Part of the keeper. */
#ifndef STRAYFRAME_LIVE_KEEPER_CHILD_H
#define STRAYFRAME_LIVE_KEEPER_CHILD_H

#include <sys/types.h>

#include "harness/live/keeper.h"

enum { SF_KEEPER_MESSAGE_BYTES_MAX = 128 * 1024 };

enum sf_keeper_walls {
    SF_KEEPER_WALLS_ROOT, /* process and mount namespace */
    SF_KEEPER_WALLS_USER, /* and a user namespace, which maps the user to itself */
    SF_KEEPER_WALLS_NONE,
};

struct sf_keeper_child {
    const struct sf_keeper_job *job;
    int socket_fd;
    int log_fd;
    pid_t parent;
    uid_t uid;
    gid_t gid;
    enum sf_keeper_walls walls;
};

struct sf_keeper_reply {
    uint32_t event; /* enum sf_keeper_event */
    int32_t code;   /* as a shell says it: 128 + n for signal n */
};

/* In a process of its own: exit code 0 if walls of this kind can be built, and used. */
_Noreturn void sf_keeper_child_try(const struct sf_keeper_child *child);
_Noreturn void sf_keeper_child_run(const struct sf_keeper_child *child);

#endif
