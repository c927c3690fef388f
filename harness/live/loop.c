/* An epoll instance and a heap of timers. */
#include "harness/live/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum { EVENTS_A_TURN = 256, LATENESS_CLASSES = 48 };

struct sf_loop {
    int epoll_fd;
    struct sf_timer **heap; /* earliest first */
    uint32_t heap_count;
    uint32_t heap_capacity;
    struct epoll_event
        *pending; /* of the turn under way, for sf_loop_unwatch; NULL between turns */
    int pending_count;
    uint64_t late_counts[LATENESS_CLASSES]; /* by power of two of nanoseconds */
    uint64_t fired_count;
    sf_ns worst_ns;
    sf_ns forgiven_until_ns;
    sf_ns limit_ns;
    void (*late)(void *context, sf_ns by);
    void *late_context;
};

sf_ns sf_loop_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SF_SECOND + now.tv_nsec;
}

enum sf_err sf_loop_create(struct sf_loop **loop_out, struct sf_diag *diag)
{
    SF_ASSERT(loop_out != NULL);
    int fd = epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot make an event loop: %s", strerror(errno));
    }
    struct sf_loop *loop = sf_alloc(1, sizeof *loop);
    loop->epoll_fd = fd;
    *loop_out = loop;
    return SF_OK;
}

void sf_loop_destroy(struct sf_loop *loop)
{
    if (loop != NULL) {
        close(loop->epoll_fd);
        free(loop->heap);
        free(loop);
    }
}

void sf_loop_watch(struct sf_loop *loop, struct sf_watch *watch, uint32_t events)
{
    SF_ASSERT(loop != NULL);
    SF_ASSERT(watch != NULL);
    struct epoll_event event = {.events = events, .data.ptr = watch};
    int operation = watch->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    int failed = epoll_ctl(loop->epoll_fd, operation, watch->fd, &event);
    if (failed != 0 && errno == ENOENT) { /* it was closed meanwhile, and its number used again */
        failed = epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event);
    }
    SF_ASSERT(failed == 0);
    watch->watched = true;
}

void sf_loop_unwatch(struct sf_loop *loop, struct sf_watch *watch)
{
    SF_ASSERT(loop != NULL);
    SF_ASSERT(watch != NULL);
    if (watch->watched) {
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL); /* may be closed already */
        watch->watched = false;
    }
    for (int i = 0; i < loop->pending_count; i++) {
        if (loop->pending[i].data.ptr == watch) {
            loop->pending[i].data.ptr = NULL;
        }
    }
}

static void heap_put(struct sf_loop *loop, uint32_t index, struct sf_timer *timer)
{
    loop->heap[index] = timer;
    timer->place = index + 1;
}

static void heap_up(struct sf_loop *loop, uint32_t index)
{
    struct sf_timer *timer = loop->heap[index];
    while (index > 0 && loop->heap[(index - 1) / 2]->due_ns > timer->due_ns) {
        heap_put(loop, index, loop->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    heap_put(loop, index, timer);
}

static void heap_down(struct sf_loop *loop, uint32_t index)
{
    struct sf_timer *timer = loop->heap[index];
    for (;;) {
        uint32_t child = 2 * index + 1;
        if (child + 1 < loop->heap_count &&
            loop->heap[child + 1]->due_ns < loop->heap[child]->due_ns) {
            child++;
        }
        if (child >= loop->heap_count || loop->heap[child]->due_ns >= timer->due_ns) {
            break;
        }
        heap_put(loop, index, loop->heap[child]);
        index = child;
    }
    heap_put(loop, index, timer);
}

void sf_loop_cancel(struct sf_loop *loop, struct sf_timer *timer)
{
    SF_ASSERT(loop != NULL);
    SF_ASSERT(timer != NULL);
    if (timer->place == 0) {
        return;
    }
    uint32_t index = timer->place - 1;
    SF_ASSERT(loop->heap[index] == timer);
    timer->place = 0;
    struct sf_timer *last = loop->heap[--loop->heap_count];
    if (last != timer) {
        heap_put(loop, index, last);
        heap_down(loop, index);
        heap_up(loop, last->place - 1);
    }
}

void sf_loop_set(struct sf_loop *loop, struct sf_timer *timer, sf_ns due_ns)
{
    SF_ASSERT(loop != NULL);
    SF_ASSERT(timer != NULL);
    sf_loop_cancel(loop, timer);
    if (loop->heap_count == loop->heap_capacity) {
        loop->heap_capacity = loop->heap_capacity == 0 ? 64 : 2 * loop->heap_capacity;
        loop->heap = sf_realloc(loop->heap, loop->heap_capacity, sizeof *loop->heap);
    }
    timer->due_ns = due_ns;
    loop->heap[loop->heap_count] = timer;
    heap_up(loop, loop->heap_count++);
}

static void note_late(struct sf_loop *loop, sf_ns by)
{
    if (by > loop->worst_ns) {
        loop->worst_ns = by;
    }
    if (loop->late != NULL && by > loop->limit_ns) {
        loop->late(loop->late_context, by);
    }
}

static void fire_due(struct sf_loop *loop, sf_ns now)
{
    while (loop->heap_count > 0 && loop->heap[0]->due_ns <= now) {
        struct sf_timer *timer = loop->heap[0];
        sf_ns from =
            timer->due_ns > loop->forgiven_until_ns ? timer->due_ns : loop->forgiven_until_ns;
        sf_ns by = now > from ? now - from : 0;
        unsigned class = by > 1 ? 64 - (unsigned)__builtin_clzll((uint64_t)by) : 0;
        loop->late_counts[class < LATENESS_CLASSES ? class : LATENESS_CLASSES - 1]++;
        loop->fired_count++;
        sf_loop_cancel(loop, timer);
        note_late(loop, by);
        timer->fire(timer->context);
    }
}

static int wait_ms(const struct sf_loop *loop, sf_ns now, sf_ns deadline_ns)
{
    sf_ns until = deadline_ns;
    if (loop->heap_count > 0 && loop->heap[0]->due_ns < until) {
        until = loop->heap[0]->due_ns;
    }
    if (until <= now) {
        return 0;
    }
    sf_ns wait = (until - now + SF_MS - 1) / SF_MS;
    return wait > 1000 ? 1000 : (int)wait;
}

static void turn(struct sf_loop *loop, sf_ns deadline_ns)
{
    struct epoll_event events[EVENTS_A_TURN];
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN,
                           wait_ms(loop, sf_loop_now(), deadline_ns));
    SF_ASSERT(count >= 0 || errno == EINTR);
    sf_ns began = sf_loop_now();
    loop->pending = events;
    loop->pending_count = count > 0 ? count : 0;
    for (int i = 0; i < count; i++) {
        struct sf_watch *watch = events[i].data.ptr;
        if (watch != NULL) {
            watch->ready(watch->context, events[i].events);
        }
    }
    loop->pending = NULL;
    loop->pending_count = 0;
    fire_due(loop, sf_loop_now());
    sf_ns took = sf_loop_now() - began;
    if (took > loop->limit_ns) {
        note_late(loop, took);
    }
}

bool sf_loop_run(struct sf_loop *loop, const bool *done, sf_ns deadline_ns)
{
    SF_ASSERT(loop != NULL);
    SF_ASSERT(done != NULL);
    SF_ASSERT(loop->pending == NULL); /* not from inside a callback */
    while (!*done && sf_loop_now() < deadline_ns) {
        turn(loop, deadline_ns);
    }
    return *done;
}

void sf_loop_wait(struct sf_loop *loop, sf_ns span_ns)
{
    SF_ASSERT(loop != NULL);
    bool never = false;
    sf_loop_run(loop, &never, sf_loop_now() + span_ns);
}

void sf_loop_when_late(struct sf_loop *loop, sf_ns limit_ns, void (*late)(void *context, sf_ns by),
                       void *context)
{
    SF_ASSERT(loop != NULL);
    SF_ASSERT(late != NULL);
    loop->limit_ns = limit_ns;
    loop->late = late;
    loop->late_context = context;
}

void sf_loop_forgive(struct sf_loop *loop)
{
    SF_ASSERT(loop != NULL);
    loop->forgiven_until_ns = sf_loop_now();
}

struct sf_loop_lateness sf_loop_lateness(const struct sf_loop *loop)
{
    SF_ASSERT(loop != NULL);
    struct sf_loop_lateness lateness = {.count = loop->fired_count, .worst_ns = loop->worst_ns};
    uint64_t below = 0;
    for (unsigned i = 0; i < LATENESS_CLASSES && below * 100 < loop->fired_count * 99; i++) {
        below += loop->late_counts[i];
        lateness.p99_ns = (sf_ns)1 << i;
    }
    if (lateness.p99_ns > lateness.worst_ns) {
        lateness.p99_ns = lateness.worst_ns;
    }
    return lateness;
}
