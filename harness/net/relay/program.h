/* Real programs inside a private network. Each gets a process namespace of its own, below a process
 * of ours that does nothing but wait: so nothing that it starts outlives it, nor the relay, not
 * even after kill -9. */
#ifndef STRAYFRAME_NET_RELAY_PROGRAM_H
#define STRAYFRAME_NET_RELAY_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/base/err.h"
#include "harness/net/kernel/namespace.h"

struct sf_program {
    pid_t keeper;  /* our process above it; 0: none, or it has ended */
    int exit_code; /* once it has ended; as a shell says it: 128 + n for signal n */
};

/* Starts argv[0], found along PATH, inside `space`; with `apart` in a session of its own, which the
 * signals of the terminal do not reach. The caller has one thread, and SIGCHLD is not
 * ignored. SF_ERR_INPUT if there is no such program; SF_ERR_MACHINE where processes or namespaces
 * cannot be had. */
SF_MUST_USE enum sf_err sf_program_start(const struct sf_namespace *space, char *const *argv,
                                         bool apart, struct sf_program *program_out,
                                         struct sf_diag *diag);

/* Whether it has ended, by now; then exit_code is set. May be called again. */
bool sf_program_has_ended(struct sf_program *program);

/* Hands a signal on to the program: SIGTERM or SIGHUP. */
void sf_program_signal(const struct sf_program *program, int signal_number);

/* Ends it, if it has not ended: SIGTERM, and what is left after two seconds, with all that it
 * started, SIGKILL. */
void sf_program_end(struct sf_program *program);

/* Whether a program inside `space` waits at a TCP or UDP port. */
SF_MUST_USE enum sf_err sf_program_port_is_open(const struct sf_namespace *space, bool *open_out,
                                                struct sf_diag *diag);

#endif
