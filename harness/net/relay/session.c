#include "harness/net/relay/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/net/relay/program.h"

enum { PORT_WAIT_MS = 10000, PORT_STEP_MS = 10, SIGNAL_BASE = 128 };

/* What is running. */
struct running {
    struct sf_relay *relay;
    struct sf_program server;
    struct sf_program client;
    int signal_fd;
};

/* A program's end and the signals that are handed on become readable. Those of a keyboard are for
 * the client, which gets them itself; before it has begun they end the wait for the server. */
static enum sf_err watch_signals(int *fd_out, sigset_t *before, struct sf_diag *diag)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    *fd_out = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (*fd_out < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot watch signals: %s", strerror(errno));
    }
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGQUIT);
    sigprocmask(SIG_BLOCK, &signals, before);
    return SF_OK;
}

/* What a keyboard has sent since; 0: nothing. It is for the client, and must not end us afterwards.
 */
static int take_keyboard_signal(void)
{
    const struct timespec at_once = {0, 0};
    sigset_t keyboard;
    sigemptyset(&keyboard);
    sigaddset(&keyboard, SIGINT);
    sigaddset(&keyboard, SIGQUIT);
    int taken = sigtimedwait(&keyboard, NULL, &at_once);
    return taken > 0 ? taken : 0;
}

/* A signal that ends the wait for the server; 0: none. */
static int take_ending_signal(const struct running *running)
{
    struct signalfd_siginfo got;
    while (read(running->signal_fd, &got, sizeof got) == (ssize_t)sizeof got) {
        if (got.ssi_signo != SIGCHLD) {
            return (int)got.ssi_signo;
        }
    }
    return take_keyboard_signal();
}

static void hand_signals_on(const struct running *running)
{
    struct signalfd_siginfo got;
    while (read(running->signal_fd, &got, sizeof got) == (ssize_t)sizeof got) {
        if (got.ssi_signo == SIGTERM || got.ssi_signo == SIGHUP) {
            sf_program_signal(&running->client, (int)got.ssi_signo);
        }
    }
}

static enum sf_err open_relay(const struct sf_relay_session *session, struct sf_relay **relay_out,
                              struct sf_diag *diag)
{
    struct sf_namespace probe;
    if (sf_namespace_create(&probe, NULL) == SF_OK) {
        sf_namespace_fini(&probe);
    } else {
        SF_TRY(sf_namespace_take_user(diag));
    }
    return sf_relay_open(&session->there, &session->back, relay_out, diag);
}

static enum sf_err start_server(const struct sf_relay_session *session, struct running *running,
                                struct sf_relay_session_outcome *outcome, struct sf_diag *diag)
{
    const struct sf_namespace *far = sf_relay_far(running->relay);
    SF_TRY(sf_program_start(far, session->server, true, &running->server, diag));
    bool open = false;
    int signal_number = 0;
    for (int waited_ms = 0; !open && signal_number == 0 && waited_ms < PORT_WAIT_MS;
         waited_ms += PORT_STEP_MS) {
        SF_TRY(sf_program_port_is_open(far, &open, diag));
        if (!open && sf_program_has_ended(&running->server)) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "the server ended, with exit code %d, before it had opened a port",
                           running->server.exit_code);
        }
        if (!open) {
            poll(NULL, 0, PORT_STEP_MS);
            signal_number = take_ending_signal(running);
        }
    }
    outcome->server_silent = !open && signal_number == 0;
    outcome->client_exit_code = signal_number != 0 ? SIGNAL_BASE + signal_number : 0;
    return SF_OK;
}

static enum sf_err run_client(const struct sf_relay_session *session, struct running *running,
                              struct sf_relay_session_outcome *outcome, struct sf_diag *diag)
{
    SF_TRY(sf_program_start(sf_relay_near(running->relay), session->client, false, &running->client,
                            diag));
    while (!sf_program_has_ended(&running->client)) {
        SF_TRY(sf_relay_run(running->relay, running->signal_fd, diag));
        hand_signals_on(running);
    }
    outcome->client_exit_code = running->client.exit_code;
    if (session->server != NULL && sf_program_has_ended(&running->server)) {
        outcome->server_ended = true;
        outcome->server_exit_code = running->server.exit_code;
    }
    return sf_relay_sum_up(running->relay, &outcome->report, diag);
}

static enum sf_err run_all(const struct sf_relay_session *session, struct running *running,
                           struct sf_relay_session_outcome *outcome, struct sf_diag *diag)
{
    /* First, because a process may lose the right to do it in a user namespace. */
    sf_relay_take_precedence();
    SF_TRY(open_relay(session, &running->relay, diag));
    if (session->server != NULL) {
        SF_TRY(start_server(session, running, outcome, diag));
    }
    if (outcome->client_exit_code != 0) { /* it is not to begin any more */
        return sf_relay_sum_up(running->relay, &outcome->report, diag);
    }
    return run_client(session, running, outcome, diag);
}

enum sf_err sf_relay_session_run(const struct sf_relay_session *session,
                                 struct sf_relay_session_outcome *outcome, struct sf_diag *diag)
{
    SF_ASSERT(session != NULL);
    SF_ASSERT(outcome != NULL);
    *outcome = (struct sf_relay_session_outcome){0};
    struct running running = {0};
    sigset_t before;
    SF_TRY(watch_signals(&running.signal_fd, &before, diag));
    enum sf_err err = run_all(session, &running, outcome, diag);
    sf_program_end(&running.client);
    sf_program_end(&running.server);
    sf_relay_close(running.relay);
    close(running.signal_fd);
    while (take_keyboard_signal() != 0) {
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return err;
}
