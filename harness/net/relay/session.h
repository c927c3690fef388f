/* A relay with programs at its ends: a client at the near one, perhaps a server at the far one. It
 * lasts as long as the client. */
#ifndef STRAYFRAME_NET_RELAY_SESSION_H
#define STRAYFRAME_NET_RELAY_SESSION_H

#include <stdbool.h>

#include "harness/base/err.h"
#include "harness/net/relay/relay.h"

struct sf_relay_session {
    struct sf_relay_way there;
    struct sf_relay_way back;
    char *const *client; /* its words, NULL-terminated; borrowed */
    char *const *server; /* NULL: none */
};

struct sf_relay_session_outcome {
    int client_exit_code; /* as a shell says it: 128 + n for signal n */
    bool server_ended;    /* on its own, before the client */
    int server_exit_code; /* where it did */
    bool server_silent;   /* it had opened no port after ten seconds, and the client was started */
    struct sf_relay_report report;
};

/* Makes the networks, starts the server, waits until it has opened a port, starts the client, and
 * relays until the client has ended; then the server is ended, too. From a process with one thread;
 * SIGTERM and SIGHUP are handed on to the client meanwhile, SIGINT and SIGQUIT left to it. Without
 * the right to make namespaces the process moves into a user namespace (sf_namespace_take_user),
 * for good. SF_ERR_INPUT for a limit too large, a program that is not there, a server that ends
 * before it has opened a port; SF_ERR_MACHINE where namespaces or /dev/net/tun cannot be had. */
SF_MUST_USE enum sf_err sf_relay_session_run(const struct sf_relay_session *session,
                                             struct sf_relay_session_outcome *outcome_out,
                                             struct sf_diag *diag);

#endif
