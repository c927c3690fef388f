/* The origin: an HTTP server (libmicrohttpd) that answers each request with the latest still of the
 * tenant whose credential it carries. An injury makes it answer late, wrongly or not at all.
 * Beside it, on a port of its own, an identity service. Lives in the loop. */
#ifndef STRAYFRAME_LIVE_ORIGIN_H
#define STRAYFRAME_LIVE_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/time.h"
#include "harness/live/stills.h"
#include "harness/live/loop.h"
#include "harness/trace/record.h"

enum { SF_PLACE_TOKEN_BYTES = 16 };

/* As a trace names it. */
enum sf_live_event sf_injury_event(const struct sf_injury *injury);

struct sf_origin;

/* Listens on `host` (NULL: loopback), any free port (or `port`). */
SF_MUST_USE enum sf_err sf_origin_create(struct sf_loop *loop, struct sf_stills *stills,
                                         const struct sf_credentials *credentials, const char *host,
                                         uint16_t port, struct sf_origin **origin_out,
                                         struct sf_diag *diag);
void sf_origin_destroy(struct sf_origin *origin);

uint16_t sf_origin_port(const struct sf_origin *origin);
uint16_t sf_origin_identity_port(const struct sf_origin *origin);

/* What stands for a place in a URL: the origin finds it wherever it is. */
void sf_origin_token(const struct sf_credentials *credentials, uint32_t place,
                     char out[SF_PLACE_TOKEN_BYTES]);

/* What it says at a place, from now on; `says` is borrowed for as long as the origin lives. Answers
 * take `latency_ns` where no injury says otherwise. */
void sf_origin_set_place(struct sf_origin *origin, uint32_t place, const struct sf_says *says,
                         sf_ns latency_ns);
/* Every tenant gets tenant 0's stills: a control that must be caught. */
void sf_origin_leak_all(struct sf_origin *origin, bool leaky);
void sf_origin_injure(struct sf_origin *origin, uint32_t place, struct sf_injury injury);
/* The identity service answers with 503, or well again. */
void sf_origin_fail_identity(struct sf_origin *origin, bool fails);
/* Requests for no place of this run, such as a server's health probe. */
void sf_origin_injure_rest(struct sf_origin *origin, struct sf_injury injury);
/* Ends what stalls. */
void sf_origin_release(struct sf_origin *origin);

struct sf_origin_counts {
    uint64_t requests_count;
    uint64_t anonymous_count; /* without a credential */
    uint64_t injured_count;
    uint64_t unchanged_count; /* 304 */
};
struct sf_origin_counts sf_origin_counts(const struct sf_origin *origin);

#endif
