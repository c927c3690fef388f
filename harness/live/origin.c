/* The origin's two servers: they open, take what is to be said at each place, and close. */
#include "harness/live/origin_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum { CONNECTIONS_MAX = 8192 };

void sf_origin_run(struct daemon *daemon)
{
    SF_ASSERT(daemon != NULL);
    MHD_run(daemon->http);
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(daemon->http, &ms) == MHD_YES) {
        sf_loop_set(daemon->origin->loop, &daemon->again, sf_loop_now() + (sf_ns)ms * SF_MS);
    } else {
        sf_loop_cancel(daemon->origin->loop, &daemon->again);
    }
}

static void daemon_ready(void *context, uint32_t events)
{
    (void)events;
    sf_origin_run(context);
}

static void daemon_again(void *context)
{
    sf_origin_run(context);
}

void sf_origin_token(const struct sf_credentials *credentials, uint32_t place,
                     char out[SF_PLACE_TOKEN_BYTES])
{
    SF_ASSERT(credentials != NULL);
    SF_ASSERT(out != NULL);
    snprintf(out, SF_PLACE_TOKEN_BYTES, "s%03x-%05u", credentials->run, place);
}

/* libmicrohttpd calls an answer that was dropped on purpose an internal error. */
static void keep_quiet(void *context, const char *format, va_list args)
{
    (void)context;
    (void)format;
    (void)args;
}

static enum sf_err open_daemon(struct sf_origin *origin, struct daemon *daemon, const char *host,
                               uint16_t port, MHD_AccessHandlerCallback hear,
                               MHD_RequestCompletedCallback ended, struct sf_diag *diag)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        return sf_fail(diag, SF_ERR_INPUT, "'%s' is no IPv4 address to listen at", host);
    }
    daemon->origin = origin;
    daemon->http = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, hear, origin,
        MHD_OPTION_EXTERNAL_LOGGER, keep_quiet, NULL, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_NOTIFY_COMPLETED, ended, NULL, MHD_OPTION_END);
    if (daemon->http == NULL) {
        return sf_fail(diag, port != 0 ? SF_ERR_INPUT : SF_ERR_MACHINE,
                       "the origin cannot listen at %s, port %u", host, port);
    }
    daemon->port = MHD_get_daemon_info(daemon->http, MHD_DAEMON_INFO_BIND_PORT)->port;
    daemon->watch = (struct sf_watch){
        .fd = MHD_get_daemon_info(daemon->http, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
        .ready = daemon_ready,
        .context = daemon};
    daemon->again = (struct sf_timer){.fire = daemon_again, .context = daemon};
    sf_loop_watch(origin->loop, &daemon->watch, EPOLLIN);
    return SF_OK;
}

static void close_daemon(struct daemon *daemon)
{
    if (daemon->http != NULL) {
        sf_loop_cancel(daemon->origin->loop, &daemon->again);
        sf_loop_unwatch(daemon->origin->loop, &daemon->watch);
        MHD_stop_daemon(daemon->http);
    }
}

enum sf_err sf_origin_create(struct sf_loop *loop, struct sf_stills *stills,
                             const struct sf_credentials *credentials, const char *host,
                             uint16_t port, struct sf_origin **origin_out, struct sf_diag *diag)
{
    SF_ASSERT(loop != NULL);
    SF_ASSERT(stills != NULL);
    SF_ASSERT(credentials != NULL);
    SF_ASSERT(origin_out != NULL);
    struct sf_origin *origin = sf_alloc(1, sizeof *origin);
    origin->loop = loop;
    origin->stills = stills;
    origin->credentials = *credentials;
    sf_rng_init(&origin->rng, credentials->secret, "origin", 0);
    *origin_out = origin;
    host = host != NULL ? host : "127.0.0.1";
    SF_TRY(open_daemon(origin, &origin->http, host, port, sf_origin_hear, sf_origin_request_ended,
                       diag));
    return open_daemon(origin, &origin->identity, host, 0, sf_origin_hear_identity, NULL, diag);
}

void sf_origin_destroy(struct sf_origin *origin)
{
    if (origin == NULL) {
        return;
    }
    sf_origin_release(origin);
    close_daemon(&origin->http);
    close_daemon(&origin->identity);
    free(origin->places);
    free(origin);
}

uint16_t sf_origin_port(const struct sf_origin *origin)
{
    SF_ASSERT(origin != NULL);
    return origin->http.port;
}

uint16_t sf_origin_identity_port(const struct sf_origin *origin)
{
    SF_ASSERT(origin != NULL);
    return origin->identity.port;
}

void sf_origin_set_place(struct sf_origin *origin, uint32_t place, const struct sf_says *says,
                         sf_ns latency_ns)
{
    SF_ASSERT(origin != NULL);
    SF_ASSERT(says != NULL);
    SF_ASSERT(place < SF_LIVE_PLACES_MAX);
    if (place >= origin->places_count) {
        uint32_t count = place < 1024 ? 1024 : 2 * place;
        origin->places = sf_realloc(origin->places, count, sizeof *origin->places);
        memset(origin->places + origin->places_count, 0,
               (count - origin->places_count) * sizeof *origin->places);
        origin->places_count = count;
    }
    origin->places[place] = (struct place){.says = says, .latency_ns = latency_ns};
}

void sf_origin_leak_all(struct sf_origin *origin, bool leaky)
{
    SF_ASSERT(origin != NULL);
    origin->leaky = leaky;
}

void sf_origin_injure(struct sf_origin *origin, uint32_t place, struct sf_injury injury)
{
    SF_ASSERT(origin != NULL);
    SF_ASSERT(place < origin->places_count);
    origin->places[place].injury = injury;
}

void sf_origin_fail_identity(struct sf_origin *origin, bool fails)
{
    SF_ASSERT(origin != NULL);
    origin->identity_fails = fails;
}

void sf_origin_injure_rest(struct sf_origin *origin, struct sf_injury injury)
{
    SF_ASSERT(origin != NULL);
    origin->rest.injury = injury;
}

void sf_origin_release(struct sf_origin *origin)
{
    SF_ASSERT(origin != NULL);
    while (origin->suspended != NULL) {
        struct request *request = origin->suspended;
        request->released = request->waited = true;
        sf_origin_resume(request);
    }
    if (origin->http.http != NULL) {
        sf_origin_run(&origin->http);
    }
}

struct sf_origin_counts sf_origin_counts(const struct sf_origin *origin)
{
    SF_ASSERT(origin != NULL);
    return origin->counts;
}
