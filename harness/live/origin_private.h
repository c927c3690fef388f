/* The origin's own business: what origin.c and origin_answer.c share. */
#ifndef STRAYFRAME_LIVE_ORIGIN_PRIVATE_H
#define STRAYFRAME_LIVE_ORIGIN_PRIVATE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/live/origin.h"
#include "harness/sim/rng.h"

struct place {
    const struct sf_says *says; /* NULL: nothing was said of it */
    sf_ns latency_ns;
    struct sf_injury injury;
};

/* One request under way. */
struct request {
    struct sf_origin *origin;
    struct MHD_Connection *connection;
    struct request *next; /* in the origin's list of suspended ones */
    struct request *before;
    struct sf_timer timer;
    uint32_t tenant;
    uint32_t place; /* SF_NOBODY: none of this run */
    struct sf_injury injury;
    bool waited; /* the delay is over */
    bool suspended;
    bool released; /* a stall has been ended */
    uint8_t *body; /* of a broken answer; owned */
    size_t body_count;
};

struct daemon {
    struct sf_origin *origin;
    struct MHD_Daemon *http;
    struct sf_watch watch;
    struct sf_timer again; /* it has more to do at once */
    uint16_t port;
};

struct sf_origin {
    struct sf_loop *loop;
    struct sf_stills *stills;
    struct sf_credentials credentials;
    struct daemon http;
    struct daemon identity;
    struct place *places;
    uint32_t places_count;
    struct place rest;
    struct request *suspended;
    struct sf_rng rng;
    struct sf_origin_counts counts;
    bool identity_fails;
    bool leaky; /* every tenant gets tenant 0's stills */
};

/* Lets libmicrohttpd do what is to be done now. */
void sf_origin_run(struct daemon *daemon);

/* ---- origin_answer.c: callbacks of libmicrohttpd ---- */

enum MHD_Result sf_origin_hear(void *context, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_bytes, void **slot);
enum MHD_Result sf_origin_hear_identity(void *context, struct MHD_Connection *connection,
                                        const char *url, const char *method, const char *version,
                                        const char *upload, size_t *upload_bytes, void **slot);
void sf_origin_request_ended(void *context, struct MHD_Connection *connection, void **slot,
                             enum MHD_RequestTerminationCode why);
/* Goes on with a request that was suspended. */
void sf_origin_resume(struct request *request);

#endif
