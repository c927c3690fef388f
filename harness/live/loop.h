/* The event loop of a live run: descriptors and timers in real time, in one thread. It measures its
 * own lateness, because a late harness looks to a cache like a poor network. */
#ifndef STRAYFRAME_LIVE_LOOP_H
#define STRAYFRAME_LIVE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/time.h"

struct sf_loop;

/* A descriptor that the loop watches. The caller owns it and keeps it until sf_loop_unwatch. */
struct sf_watch {
    int fd;
    void (*ready)(void *context, uint32_t epoll_events);
    void *context;
    bool watched; /* the loop's */
};

/* A point in time. The caller owns it and keeps it until it fired or was cancelled. */
struct sf_timer {
    sf_ns due_ns; /* CLOCK_MONOTONIC */
    void (*fire)(void *context);
    void *context;
    uint32_t place; /* the loop's: 1 + index in its heap; 0 while it is not set */
};

struct sf_loop_lateness {
    uint64_t count; /* timers that fired */
    sf_ns worst_ns;
    sf_ns p99_ns; /* an upper bound: the next power of two, or the worst */
};

SF_MUST_USE enum sf_err sf_loop_create(struct sf_loop **loop_out, struct sf_diag *diag);
void sf_loop_destroy(struct sf_loop *loop);

/* CLOCK_MONOTONIC now. */
sf_ns sf_loop_now(void);

/* Adds or changes; `events` are EPOLLIN, EPOLLOUT. */
void sf_loop_watch(struct sf_loop *loop, struct sf_watch *watch, uint32_t events);
void sf_loop_unwatch(struct sf_loop *loop, struct sf_watch *watch);

/* Sets a timer, or moves it. */
void sf_loop_set(struct sf_loop *loop, struct sf_timer *timer, sf_ns due_ns);
/* Does nothing for a timer that is not set. */
void sf_loop_cancel(struct sf_loop *loop, struct sf_timer *timer);

/* Runs until *done or until the deadline. Returns *done. */
bool sf_loop_run(struct sf_loop *loop, const bool *done, sf_ns deadline_ns);
/* The same for a span of time. */
void sf_loop_wait(struct sf_loop *loop, sf_ns span_ns);

/* Called whenever a timer fired later than `limit_ns`, or one turn of the loop took that long. */
void sf_loop_when_late(struct sf_loop *loop, sf_ns limit_ns, void (*late)(void *context, sf_ns by),
                       void *context);
/* What became due until now is not late: nothing was under way, and the harness did other work. */
void sf_loop_forgive(struct sf_loop *loop);
struct sf_loop_lateness sf_loop_lateness(const struct sf_loop *loop);

#endif
