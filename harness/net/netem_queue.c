#include "harness/net/netem_queue.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/net/netem_admit.h"

uint64_t sf_netem_queue_places(const struct sf_netem_config *config)
{
    SF_ASSERT(config != NULL);
    return config->limit_packets == 0 ? 1 : (uint64_t)config->limit_packets + 1;
}

void sf_netem_queue_init(struct sf_netem_queue *queue, const struct sf_netem_config *config,
                         uint64_t seed, struct sf_netem_waiting *storage, uint64_t storage_count)
{
    SF_ASSERT(queue != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(storage != NULL);
    SF_ASSERT(storage_count > 0);
    SF_ASSERT(storage_count <= UINT32_MAX);
    memset(queue, 0, sizeof *queue);
    sf_netem_init(&queue->link, config, seed);
    queue->waiting = storage;
    queue->waiting_max = (uint32_t)storage_count;
}

static bool is_before(const struct sf_netem_waiting *a, const struct sf_netem_waiting *b)
{
    return a->send_ns != b->send_ns ? a->send_ns < b->send_ns : a->order < b->order;
}

/* Moves the hole at `at` up to where `packet` belongs. */
static void heap_rise(struct sf_netem_waiting *heap, uint32_t at,
                      const struct sf_netem_waiting *packet)
{
    while (at > 0) {
        uint32_t parent = (at - 1) / 2;
        if (!is_before(packet, &heap[parent])) {
            break;
        }
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = *packet;
}

/* Moves the hole at the top down to where `packet` belongs, among `count` places. */
static void heap_sink(struct sf_netem_waiting *heap, uint32_t count,
                      const struct sf_netem_waiting *packet)
{
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= count) {
            break;
        }
        if (child + 1 < count && is_before(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (!is_before(&heap[child], packet)) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = *packet;
}

bool sf_netem_queue_has_room(const struct sf_netem_queue *queue)
{
    SF_ASSERT(queue != NULL);
    uint64_t taken = (uint64_t)queue->link.timed_count + queue->link.front_count;
    return taken + SF_NETEM_COPIES_MAX <= queue->waiting_max;
}

void sf_netem_queue_move(struct sf_netem_queue *queue, struct sf_netem_waiting *storage,
                         uint64_t storage_count)
{
    SF_ASSERT(queue != NULL);
    SF_ASSERT(storage != NULL || storage_count == 0);
    SF_ASSERT(storage_count >= queue->waiting_max);
    SF_ASSERT(storage_count <= UINT32_MAX);
    uint32_t front_count = queue->link.front_count;
    memcpy(storage, queue->waiting, queue->link.timed_count * sizeof *storage);
    memcpy(storage + storage_count - front_count, queue->waiting + queue->waiting_max - front_count,
           front_count * sizeof *storage);
    queue->waiting = storage;
    queue->waiting_max = (uint32_t)storage_count;
}

struct sf_netem_queued sf_netem_queue_enqueue(struct sf_netem_queue *queue, sf_ns now_ns,
                                              uint32_t bytes, bool ect, uint64_t tag)
{
    SF_ASSERT(queue != NULL);
    struct sf_netem *link = &queue->link;
    uint32_t timed_count = link->timed_count;
    uint32_t front_count = link->front_count;
    struct sf_netem_admission admission;
    sf_netem_admit(link, now_ns, bytes, ect, &admission);
    queue->full_count += admission.dropped_by_limit;
    SF_ASSERT((uint64_t)timed_count + front_count + admission.copies_count <= queue->waiting_max);

    struct sf_netem_queued queued = {.copies_count = admission.copies_count,
                                     .dropped_by_limit = admission.dropped_by_limit};
    for (uint32_t i = 0; i < admission.copies_count; i++) {
        const struct sf_netem_placed *copy = &admission.copy[i];
        struct sf_netem_waiting packet = {
            .send_ns = copy->send_ns,
            .order = queue->order_next++,
            .tag = tag,
            .bytes = bytes,
            .corrupt_bit = copy->corrupt_bit,
            .corrupted = copy->corrupted,
            .ce_marked = copy->ce_marked,
        };
        queued.corrupted |= copy->corrupted;
        if (copy->in_front) {
            front_count++;
            queue->waiting[queue->waiting_max - front_count] = packet;
        } else {
            heap_rise(queue->waiting, timed_count, &packet);
            timed_count++;
        }
    }
    SF_ASSERT(timed_count == link->timed_count);
    SF_ASSERT(front_count == link->front_count);
    return queued;
}

static void hand_over(const struct sf_netem_waiting *packet, struct sf_netem_delivery *out)
{
    memset(out, 0, sizeof *out);
    out->tag = packet->tag;
    out->bytes = packet->bytes;
    out->corrupt_bit = packet->corrupt_bit;
    out->corrupted = packet->corrupted;
    out->ce_marked = packet->ce_marked;
}

static void take_from_quota(struct sf_netem *link, uint32_t bytes, sf_ns now_ns)
{
    link->slot_packets_left--;
    link->slot_bytes_left -= bytes;
    if (link->slot_packets_left <= 0 || link->slot_bytes_left <= 0) {
        sf_netem_slot_begin(link, now_ns);
    }
}

bool sf_netem_queue_dequeue(struct sf_netem_queue *queue, sf_ns now_ns,
                            struct sf_netem_delivery *delivery_out)
{
    SF_ASSERT(queue != NULL);
    SF_ASSERT(delivery_out != NULL);
    struct sf_netem *link = &queue->link;
    if (link->front_count > 0) {
        hand_over(&queue->waiting[queue->waiting_max - link->front_count], delivery_out);
        link->front_count--;
        return true;
    }
    if (link->timed_count == 0) {
        return false;
    }
    struct sf_netem_waiting *heap = queue->waiting;
    if (link->slot_active && link->slot_next_ns < heap[0].send_ns) {
        sf_netem_slot_begin(link, now_ns);
    }
    if (heap[0].send_ns > now_ns || (link->slot_active && link->slot_next_ns > now_ns)) {
        return false;
    }
    hand_over(&heap[0], delivery_out);
    link->timed_count--;
    struct sf_netem_waiting last = heap[link->timed_count];
    if (link->timed_count > 0) {
        heap_sink(heap, link->timed_count, &last);
    }
    if (link->slot_active) {
        take_from_quota(link, delivery_out->bytes, now_ns);
    }
    return true;
}

sf_ns sf_netem_queue_next_ns(const struct sf_netem_queue *queue)
{
    SF_ASSERT(queue != NULL);
    const struct sf_netem *link = &queue->link;
    if (link->front_count > 0) {
        return INT64_MIN;
    }
    if (link->timed_count == 0) {
        return SF_NS_NEVER;
    }
    sf_ns due_ns = queue->waiting[0].send_ns;
    return link->slot_active && link->slot_next_ns > due_ns ? link->slot_next_ns : due_ns;
}

void sf_netem_queue_check(const struct sf_netem_queue *queue)
{
    SF_ASSERT(queue != NULL);
    const struct sf_netem *link = &queue->link;
    sf_netem_check(link);
    SF_ASSERT(link->gone_count == 0); /* what leaves is handed over, not announced */
    SF_ASSERT((uint64_t)link->timed_count + link->front_count <= queue->waiting_max);
    for (uint32_t i = 0; i < link->timed_count; i++) {
        const struct sf_netem_waiting *packet = &queue->waiting[i];
        SF_ASSERT(packet->order < queue->order_next);
        SF_ASSERT(packet->send_ns <= link->timed_ns_max);
        SF_ASSERT(i == 0 || is_before(&queue->waiting[(i - 1) / 2], packet));
    }
    for (uint32_t i = 1; i <= link->front_count; i++) {
        SF_ASSERT(queue->waiting[queue->waiting_max - i].order < queue->order_next);
    }
    SF_ASSERT(link->front_count == 0 ||
              queue->waiting[queue->waiting_max - 1].send_ns == link->front_tail_ns);
}
