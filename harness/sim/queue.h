/* The event queue, which is the virtual clock: time is the due time of the event taken last. It
 * knows nothing of what an event means. */
#ifndef STRAYFRAME_SIM_QUEUE_H
#define STRAYFRAME_SIM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/time.h"

/* 32 bytes; everything but `due_ns` and `order` belongs to the caller that pushes it. */
struct sf_event {
    sf_ns due_ns;
    uint64_t order; /* set by push: ties of one lane keep the order of pushing, ties between lanes
                       are shuffled */
    uint16_t kind;
    uint16_t small;
    uint32_t target;
    uint32_t a;
    uint32_t b;
};

_Static_assert(sizeof(struct sf_event) == 32, "two events a cache line");

struct sf_queue {
    struct sf_event *heap; /* 4-ary: the children of i are 4i+1 .. 4i+4 */
    uint32_t count;
    uint32_t capacity;
    uint32_t pushed_count;
    sf_ns now_ns;
    uint64_t tie_seed;
};

/* `tie_seed` decides the order between lanes at one instant. A fixed rule would never try the order
 * in which a viewer's request overtakes the change that should have stopped it. */
void sf_queue_init(struct sf_queue *queue, uint64_t tie_seed);
void sf_queue_fini(struct sf_queue *queue);
/* Empties the queue and starts at 0 again; keeps the memory. */
void sf_queue_reset(struct sf_queue *queue, uint64_t tie_seed);

/* The place in the queue of an event that is about to be pushed, with `due_ns` and `order` set; the
 * caller sets the rest before anything else is done with the queue. */
struct sf_event *sf_queue_place(struct sf_queue *queue, sf_ns due_ns, uint32_t lane);

/* `event.due_ns` must not be before now; `event.order` is overwritten. Each member is
 * written to its place directly: an event that is first put together elsewhere and then copied as a
 * whole makes the processor wait. */
static inline void sf_queue_push(struct sf_queue *queue, struct sf_event event, uint32_t lane)
{
    struct sf_event *place = sf_queue_place(queue, event.due_ns, lane);
    place->kind = event.kind;
    place->small = event.small;
    place->target = event.target;
    place->a = event.a;
    place->b = event.b;
}

/* Takes the next event and moves the clock to it; false when there is none. */
bool sf_queue_pop(struct sf_queue *queue, struct sf_event *event_out);

/* Asserts that no event is overdue and that each parent in the heap comes before its children.
 * Walks all events. */
void sf_queue_check(const struct sf_queue *queue);

#endif
