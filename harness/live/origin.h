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

enum sf_etag {
    SF_ETAG_NONE,
    SF_ETAG_SAME, /* all tenants' stills at a place have one */
    SF_ETAG_OWN,
};

enum { SF_ORIGIN_LINES_MAX = 8, SF_ORIGIN_LINE_BYTES = 128, SF_PLACE_TOKEN_BYTES = 16 };

/* What the origin says with a still. */
struct sf_says {
    char lines[SF_ORIGIN_LINES_MAX][SF_ORIGIN_LINE_BYTES]; /* "Name: value"; {tenant} in it */
    uint32_t lines_count;
    enum sf_etag etag;
};

enum sf_injury_kind {
    SF_INJURY_OK,
    SF_INJURY_DROP,  /* closes the connection without an answer */
    SF_INJURY_5XX,   /* 503 */
    SF_INJURY_SLOW,  /* answers after `time_ns` */
    SF_INJURY_STALL, /* half of the body, then nothing */
    SF_INJURY_CUT,   /* half of the body, then closes the connection */
    SF_INJURY_LOSSY, /* drops `share_ppm` of its answers */
    SF_INJURIES_COUNT,
};

struct sf_injury {
    enum sf_injury_kind kind;
    sf_ns time_ns;
    uint32_t share_ppm;
};

/* "ok", "drop", "5xx", "slow 2.5s", "stall", "cut", "lossy 30%". */
SF_MUST_USE enum sf_err sf_injury_read(const char *text, struct sf_injury *injury_out,
                                       struct sf_diag *diag);
/* As a trace names it. */
enum sf_live_event sf_injury_event(const struct sf_injury *injury);
void sf_injury_print(const struct sf_injury *injury, char *out, uint32_t out_bytes);

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
