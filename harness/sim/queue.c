#include "harness/sim/queue.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum { ARITY = 4, CAPACITY_FIRST = 1024 };

void sf_queue_init(struct sf_queue *queue, uint64_t tie_seed)
{
    SF_ASSERT(queue != NULL);
    *queue = (struct sf_queue){.tie_seed = tie_seed};
}

void sf_queue_fini(struct sf_queue *queue)
{
    SF_ASSERT(queue != NULL);
    free(queue->heap);
    *queue = (struct sf_queue){0};
}

void sf_queue_reset(struct sf_queue *queue, uint64_t tie_seed)
{
    SF_ASSERT(queue != NULL);
    queue->count = 0;
    queue->pushed_count = 0;
    queue->now_ns = 0;
    queue->tie_seed = tie_seed;
}

/* Time and order as one number, so that comparing takes no branch: no processor could predict it.
 */
static unsigned __int128 rank(const struct sf_event *event)
{
    return (unsigned __int128)(uint64_t)event->due_ns << 64 | event->order;
}

/* Upper half: a shuffle that is fixed for (instant, lane, run); lower half: the order of pushing.
 */
static uint64_t tie_order(const struct sf_queue *queue, sf_ns due_ns, uint32_t lane)
{
    uint64_t z = (uint64_t)due_ns * 0x9e3779b97f4a7c15u ^ queue->tie_seed;
    z = (z ^ (z >> 32) ^ lane) * 0xd6e8feb86659fd93u;
    z ^= z >> 32;
    return (z << 32) | queue->pushed_count;
}

/* Finds the place of an event in the heap: the hole that moves up from the end. */
static uint32_t rise(struct sf_queue *queue, unsigned __int128 pushed_rank)
{
    uint32_t hole = queue->count++;
    while (hole > 0) {
        uint32_t parent = (hole - 1) / ARITY;
        if (pushed_rank >= rank(&queue->heap[parent])) {
            break;
        }
        queue->heap[hole] = queue->heap[parent];
        hole = parent;
    }
    return hole;
}

struct sf_event *sf_queue_place(struct sf_queue *queue, sf_ns due_ns, uint32_t lane)
{
    SF_ASSERT(queue != NULL);
    SF_ASSERT(due_ns >= queue->now_ns);
    if (queue->count == queue->capacity) {
        /* The one thing that may grow while time moves: its high-water mark is not known
         * beforehand, and the memory is kept for the next run. */
        queue->capacity = queue->capacity > 0 ? queue->capacity * 2 : CAPACITY_FIRST;
        queue->heap = sf_realloc(queue->heap, queue->capacity, sizeof *queue->heap);
    }
    uint64_t order = tie_order(queue, due_ns, lane);
    queue->pushed_count++;
    struct sf_event *event =
        &queue->heap[rise(queue, (unsigned __int128)(uint64_t)due_ns << 64 | order)];
    event->due_ns = due_ns;
    event->order = order;
    return event;
}

static uint32_t earlier(const struct sf_event *heap, uint32_t a, uint32_t b)
{
    return rank(&heap[b]) < rank(&heap[a]) ? b : a;
}

static uint32_t earliest_child(const struct sf_queue *queue, uint32_t first)
{
    const struct sf_event *heap = queue->heap;
    if (first + ARITY <= queue->count) {
        return earlier(heap, earlier(heap, first, first + 1), earlier(heap, first + 2, first + 3));
    }
    uint32_t best = first;
    for (uint32_t child = first + 1; child < queue->count; child++) {
        best = earlier(heap, best, child);
    }
    return best;
}

bool sf_queue_pop(struct sf_queue *queue, struct sf_event *event_out)
{
    SF_ASSERT(queue != NULL);
    SF_ASSERT(event_out != NULL);
    if (queue->count == 0) {
        return false;
    }
    *event_out = queue->heap[0];
    struct sf_event last = queue->heap[--queue->count];
    uint32_t hole = 0;
    for (uint32_t first = 1; first < queue->count; first = ARITY * hole + 1) {
        uint32_t child = earliest_child(queue, first);
        if (rank(&queue->heap[child]) >= rank(&last)) {
            break;
        }
        queue->heap[hole] = queue->heap[child];
        hole = child;
    }
    if (queue->count > 0) {
        queue->heap[hole] = last;
    }
    SF_ASSERT(event_out->due_ns >= queue->now_ns);
    queue->now_ns = event_out->due_ns;
    return true;
}

void sf_queue_check(const struct sf_queue *queue)
{
    SF_ASSERT(queue != NULL);
    SF_ASSERT(queue->now_ns >= 0);
    SF_ASSERT(queue->count <= queue->capacity);
    SF_ASSERT(queue->count <= queue->pushed_count);
    for (uint32_t i = 0; i < queue->count; i++) {
        SF_ASSERT(queue->heap[i].due_ns >= queue->now_ns);
        SF_ASSERT((uint32_t)queue->heap[i].order < queue->pushed_count);
        SF_ASSERT(i == 0 || rank(&queue->heap[(i - 1) / ARITY]) < rank(&queue->heap[i]));
    }
}
