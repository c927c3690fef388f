/* Takes rights from a foreign process before it starts. All functions run in the child. */
#ifndef STRAYFRAME_BOX_SANDBOX_H
#define STRAYFRAME_BOX_SANDBOX_H

#include <stdint.h>
#include <sys/types.h>

/* Forks into new namespaces, as far as the kernel allows. Returns as fork does; *lacks_out gets the
 * missing ones in both processes. */
pid_t sf_sandbox_fork(uint32_t *lacks_out);

/* In the keeper: sets the namespaces up: no privileges, read-only files, a /proc with its own
 * processes only. Returns the flags of what could not be done. */
uint32_t sf_sandbox_enter(uid_t user, gid_t group, uint32_t lacks);

/* The run-time library of a sanitizer that foreign processes are to begin with, and nothing else of
 * ours: the variable STRAYFRAME_SANITIZER. NULL: none. With one, memory is neither limited nor
 * judged, for a sanitizer keeps what is freed. */
const char *sf_sandbox_sanitizer(void);

/* In the foreign process, right before exec: sets limits, drops all rights, installs the filter of
 * system calls. Returns the flags of what could not be done. */
uint32_t sf_sandbox_close(uint32_t lacks);

/* In a process of ours that is about to load a stranger's object, where no other will do: no files
 * that grow, no rights, no signals to others, the filter of system calls. */
void sf_sandbox_confine(void);

#endif
