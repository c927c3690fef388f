/* What is taken from a stranger's process before it begins. All of it runs in the child. */
#ifndef STRAYFRAME_BOX_SANDBOX_H
#define STRAYFRAME_BOX_SANDBOX_H

#include <stdint.h>
#include <sys/types.h>

/* Forks into namespaces of its own, as many of them as the kernel gives: 0 in the child, as of
 * fork. *lacks_out says in both what is missing. */
pid_t sf_sandbox_fork(uint32_t *lacks_out);

/* In the keeper: sets the namespaces up: no privileges, read-only files, a /proc with its own
 * processes only. Returns the flags of what could not be done. */
uint32_t sf_sandbox_enter(uid_t user, gid_t group, uint32_t lacks);

/* In the stranger's process, right before exec: its limits, no rights, no way to more, a filter of
 * system calls. Returns what is missing of it. */
uint32_t sf_sandbox_close(uint32_t lacks);

#endif
