/* The least that a simulation of the fleet can cost: an event loop, links, and nothing else. No
 * cache behind an interface, no trace, nothing sent again; stills are counted, and only --content
 * gives them bytes. What strayframe is measured against.
 *
 *     bare_loop HOMES SECONDS [--content]
 *
 * --content: each packet's bytes are copied in and out, and each delivered still is hashed. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "bench/usage.h"

enum {
    STILL_BYTES = 12288,
    PACKET_BYTES = 1400,
    PACKETS = 9,
    REQUEST_BYTES = 64,
    HEADER_BYTES = 42,
    LANES = 4, /* messages of one link that may be on their way at once */
};

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define DELAY_NS (300 * MS)
#define BYTE_NS INT64_C(4000) /* at 2 Mbit/s */

enum kind { CAMERA_TICK, HUB_TICK, AT_CLOUD, REQUEST_AT_CLOUD, AT_HUB };

struct event {
    int64_t due_ns;
    uint32_t home;
    uint8_t kind;
    uint8_t fragment;
    uint16_t message;
};

/* A packet's way: when the wire is free, and which fragments of the latest messages arrived. */
struct link {
    int64_t free_ns;
    uint16_t arrived[LANES];
    uint16_t message;
};

struct home {
    struct link camera;
    struct link hub;
    struct link down;
    bool cached;
    uint8_t *content; /* on the way up, in the cache, on the way down; LANES, 1, LANES stills */
};

static struct {
    struct event *heap; /* 4-ary */
    uint32_t count;
    uint32_t capacity;
    uint64_t random;
    struct home *homes;
    bool with_content;
    uint8_t still[STILL_BYTES];
    uint8_t packet[PACKET_BYTES];
    uint64_t hashes;
    uint64_t packets_count;
    uint64_t shown_count;
} sim;

static uint64_t draw(void)
{
    uint64_t z = (sim.random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void push(struct event event)
{
    if (sim.count == sim.capacity) {
        sim.capacity = sim.capacity > 0 ? 2 * sim.capacity : 1024;
        sim.heap = realloc(sim.heap, sim.capacity * sizeof *sim.heap);
        if (sim.heap == NULL) {
            exit(4);
        }
    }
    uint32_t at = sim.count++;
    for (uint32_t parent; at > 0 && event.due_ns < sim.heap[parent = (at - 1) / 4].due_ns;) {
        sim.heap[at] = sim.heap[parent];
        at = parent;
    }
    sim.heap[at] = event;
}

static uint32_t earlier(uint32_t a, uint32_t b)
{
    return sim.heap[b].due_ns < sim.heap[a].due_ns ? b : a;
}

static struct event pop(void)
{
    struct event first = sim.heap[0];
    struct event last = sim.heap[--sim.count];
    uint32_t hole = 0;
    for (;;) {
        uint32_t child = 4 * hole + 1;
        uint32_t best;
        if (child + 3 < sim.count) {
            best = earlier(earlier(child, child + 1), earlier(child + 2, child + 3));
        } else if (child < sim.count) {
            best = child;
            for (uint32_t i = child + 1; i < sim.count; i++) {
                best = earlier(best, i);
            }
        } else {
            break;
        }
        if (sim.heap[best].due_ns >= last.due_ns) {
            break;
        }
        sim.heap[hole] = sim.heap[best];
        hole = best;
    }
    sim.heap[hole] = last;
    return first;
}

static void send_packet(struct link *link, int64_t now_ns, uint32_t bytes, struct event event)
{
    int64_t start_ns = link->free_ns > now_ns ? link->free_ns : now_ns;
    link->free_ns = start_ns + (int64_t)(bytes + HEADER_BYTES) * BYTE_NS;
    sim.packets_count++;
    if (draw() % 10 != 0) {
        event.due_ns = link->free_ns + DELAY_NS;
        push(event);
    }
}

static uint32_t fragment_bytes(uint32_t fragment)
{
    return fragment < PACKETS - 1 ? PACKET_BYTES : STILL_BYTES - (PACKETS - 1) * PACKET_BYTES;
}

static uint8_t *content_of(const struct home *home, uint32_t place)
{
    return home->content + (size_t)place * STILL_BYTES;
}

static void send_still(struct link *link, uint32_t home, int64_t now_ns, enum kind kind)
{
    uint16_t message = ++link->message;
    link->arrived[message % LANES] = 0;
    for (uint32_t i = 0; i < PACKETS; i++) {
        send_packet(
            link, now_ns, fragment_bytes(i),
            (struct event){
                .home = home, .kind = (uint8_t)kind, .fragment = (uint8_t)i, .message = message});
    }
}

/* True when nothing is missing. */
static bool arrive(struct link *link, const struct event *event, uint8_t *to, const uint8_t *from)
{
    uint16_t *arrived = &link->arrived[event->message % LANES];
    *arrived |= (uint16_t)(1u << event->fragment);
    if (sim.with_content) {
        size_t at = (size_t)event->fragment * PACKET_BYTES;
        size_t bytes = fragment_bytes(event->fragment);
        memcpy(sim.packet, from + at, bytes);
        memcpy(to + at, sim.packet, bytes);
    }
    return *arrived == (1u << PACKETS) - 1;
}

static void step(const struct event *event)
{
    struct home *home = &sim.homes[event->home];
    switch ((enum kind)event->kind) {
    case CAMERA_TICK:
        send_still(&home->camera, event->home, event->due_ns, AT_CLOUD);
        push((struct event){
            .due_ns = event->due_ns + 5 * SECOND, .home = event->home, .kind = CAMERA_TICK});
        return;
    case HUB_TICK:
        send_packet(&home->hub, event->due_ns, REQUEST_BYTES,
                    (struct event){.home = event->home, .kind = REQUEST_AT_CLOUD});
        push((struct event){
            .due_ns = event->due_ns + 10 * SECOND, .home = event->home, .kind = HUB_TICK});
        return;
    case AT_CLOUD: {
        uint8_t *to = content_of(home, event->message % LANES);
        if (arrive(&home->camera, event, to, sim.still)) {
            memcpy(content_of(home, LANES), sim.with_content ? to : sim.still, STILL_BYTES);
            home->cached = true;
        }
        return;
    }
    case REQUEST_AT_CLOUD:
        if (home->cached) {
            send_still(&home->down, event->home, event->due_ns, AT_HUB);
        }
        return;
    case AT_HUB: {
        uint8_t *to = content_of(home, LANES + 1 + event->message % LANES);
        if (arrive(&home->down, event, to, content_of(home, LANES))) {
            sim.shown_count++;
            sim.hashes ^= sim.with_content ? XXH3_64bits(to, STILL_BYTES) : 0;
        }
        return;
    }
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "Usage: %s HOMES SECONDS [--content]\n", argv[0]);
        return 2;
    }
    uint32_t homes_count = (uint32_t)strtoul(argv[1], NULL, 10);
    int64_t end_ns = (int64_t)strtoul(argv[2], NULL, 10) * SECOND;
    sim.with_content = argc > 3 && strcmp(argv[3], "--content") == 0;
    sim.homes = calloc(homes_count, sizeof *sim.homes);
    uint8_t *content = calloc(homes_count, (size_t)(2 * LANES + 1) * STILL_BYTES);
    if (sim.homes == NULL || content == NULL) {
        return 4;
    }
    for (uint32_t i = 0; i < homes_count; i++) {
        sim.homes[i].content = content + (size_t)i * (2 * LANES + 1) * STILL_BYTES;
        push((struct event){
            .due_ns = (int64_t)(draw() % (5 * SECOND)), .home = i, .kind = CAMERA_TICK});
        push((struct event){
            .due_ns = (int64_t)(draw() % (10 * SECOND)), .home = i, .kind = HUB_TICK});
    }
    while (sim.heap[0].due_ns < end_ns) {
        struct event event = pop();
        step(&event);
    }
    usage_print(usage_cpu_s(), (double)sim.packets_count, (double)sim.shown_count);
    free(content);
    free(sim.homes);
    free(sim.heap);
    return 0;
}
