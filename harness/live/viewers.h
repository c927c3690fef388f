/* The viewers: HTTP clients (libcurl) that ask for a URL and hand over what came, however much of
 * it. Each home has a host name of its own, so that no connection is lent from one home to another:
 * one handle of libcurl would otherwise do so, silently. Lives in the loop. */
#ifndef STRAYFRAME_LIVE_VIEWERS_H
#define STRAYFRAME_LIVE_VIEWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/live/loop.h"

enum { SF_ASK_HEADERS_MAX = 12, SF_ANSWER_BYTES_MAX = 4 << 20 };

/* A server as viewers reach it. */
struct sf_target {
    char address[64]; /* "127.0.0.1" */
    uint16_t port;
    char host[128]; /* what the Host header says; "" for address and port */
};

/* An answer, or what there was of it until the transfer ended. Valid during the call. */
struct sf_answer {
    int status; /* 0: none came */
    bool whole; /* the transfer ended well */
    const uint8_t *bytes;
    size_t count;
    const char *headers; /* as they came, a line each */
    const char *problem; /* what libcurl says where it did not end well; "" otherwise */
    const char *cause;   /* the same without figures, a static text */
    sf_ns took_ns;
};

struct sf_ask {
    uint32_t home;
    const char *path; /* with its query */
    const char *url; /* a whole URL instead of target and path; each home has connections of its own
                        here, too; NULL otherwise */
    const char *headers[SF_ASK_HEADERS_MAX]; /* lines; NULL ends them early */
    const char *post;                        /* a text to be posted; NULL: GET, or `body` */
    const char *method;                      /* with a body: "PUT", "POST" ... */
    const uint8_t *body;                     /* NULL: none */
    size_t body_bytes;
    sf_ns patience_ns;
    void (*done)(void *context, const struct sf_answer *answer);
    void *context;
};

struct sf_viewers;

SF_MUST_USE enum sf_err sf_viewers_create(struct sf_loop *loop, struct sf_viewers **viewers_out,
                                          struct sf_diag *diag);
/* Asks that are open end without an answer, and without a call of `done`. */
void sf_viewers_destroy(struct sf_viewers *viewers);

/* Everything is copied. */
void sf_viewers_ask(struct sf_viewers *viewers, const struct sf_target *target,
                    const struct sf_ask *ask);

/* How many connections were made so far. */
uint64_t sf_viewers_connections(const struct sf_viewers *viewers);

#endif
