/* The least that a simulation of the fleet can cost: an event loop, links, and the protocol that
 * sends lost packets again. No JPEG, no cache behind an interface, no trace, no oracle; stills are
 * counted, and only --content gives them bytes. What strayframe is measured against.
 *
 *     bare_loop HOMES SECONDS [--content] [--once]
 *
 * --content: each packet's bytes are copied in and out, and each delivered still is hashed.
 * --once: nothing is acknowledged and nothing sent again: most stills are lost.
 *
 * The protocol is that of harness/net/transfer.h: the receiver acknowledges when the last fragment
 * or the last missing one arrives, and what arrives again; the sender sends again what an
 * acknowledgement says is missing, and after a silence all that was not acknowledged. */
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
    ACK_BYTES = 16,
    HEADER_BYTES = 42,
    RESENDS_MAX = 4,
};

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define DELAY_NS (300 * MS)
#define BYTE_NS INT64_C(4000) /* at 2 Mbit/s */
#define RESEND_AFTER_NS (700 * MS)

enum event_kind { CAMERA_TICK, HUB_TICK, FRAGMENT, ACK, LOOK_AGAIN };

struct event {
    int64_t due_ns;
    uint32_t subject;    /* a home for ticks, else a message */
    uint16_t generation; /* of the message: an event of one that is gone does nothing */
    uint8_t kind;
    uint8_t fragment;
};

enum message_kind { UPLOAD, REQUEST, ANSWER };

/* A still or a request on its way. It goes when its sender is done and no packet is under way. */
struct message {
    uint8_t *content; /* owned, with --content; kept for the next message in this place */
    uint32_t home;
    uint32_t next_free;
    uint16_t generation;
    uint16_t arrived; /* a bit a fragment */
    uint16_t acked;
    uint8_t kind;
    uint8_t packets;
    uint8_t in_flight;
    uint8_t resends;
    bool sender_done;
};

struct home {
    int64_t up_free_ns; /* when the wire is free */
    int64_t down_free_ns;
    bool cached;
    uint8_t *content; /* of the cached still, with --content */
};

enum { NO_MESSAGE = 0xffffffff };

static struct {
    struct event *heap; /* 4-ary */
    uint32_t count;
    uint32_t capacity;
    uint64_t random;
    struct home *homes;
    struct message *messages;
    uint32_t messages_count;
    uint32_t messages_capacity;
    uint32_t messages_free;
    bool with_content;
    bool once;
    uint8_t still[STILL_BYTES];
    uint8_t packet[PACKET_BYTES];
    uint64_t hashes;
    uint64_t packets_count;
    uint64_t shown_count;
} sim = {.messages_free = NO_MESSAGE};

static uint64_t draw(void)
{
    uint64_t z = (sim.random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void *grow(void *memory, size_t bytes)
{
    void *grown = realloc(memory, bytes);
    if (grown == NULL) {
        exit(4);
    }
    return grown;
}

static void push(struct event event)
{
    if (sim.count == sim.capacity) {
        sim.capacity = sim.capacity > 0 ? 2 * sim.capacity : 1024;
        sim.heap = grow(sim.heap, sim.capacity * sizeof *sim.heap);
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

/* ---- messages ---- */

static uint32_t message_take(void)
{
    uint32_t index = sim.messages_free;
    if (index != NO_MESSAGE) {
        sim.messages_free = sim.messages[index].next_free;
        return index;
    }
    if (sim.messages_count == sim.messages_capacity) {
        sim.messages_capacity = sim.messages_capacity > 0 ? 2 * sim.messages_capacity : 1024;
        sim.messages = grow(sim.messages, sim.messages_capacity * sizeof *sim.messages);
    }
    index = sim.messages_count++;
    sim.messages[index] = (struct message){0};
    if (sim.with_content) {
        sim.messages[index].content = grow(NULL, STILL_BYTES);
    }
    return index;
}

static void release_if_done(struct message *message)
{
    if (message->sender_done && message->in_flight == 0) {
        message->generation++;
        message->next_free = sim.messages_free;
        sim.messages_free = (uint32_t)(message - sim.messages);
    }
}

static uint16_t all_of(const struct message *message)
{
    return (uint16_t)((1u << message->packets) - 1);
}

static uint32_t fragment_bytes(const struct message *message, uint32_t fragment)
{
    if (message->kind == REQUEST) {
        return REQUEST_BYTES;
    }
    return fragment < PACKETS - 1 ? PACKET_BYTES : STILL_BYTES - (PACKETS - 1) * PACKET_BYTES;
}

/* ---- packets ---- */

static void send_packet(struct message *message, bool up, int64_t now_ns, uint32_t bytes,
                        enum event_kind kind, uint32_t fragment)
{
    struct home *home = &sim.homes[message->home];
    int64_t *free_ns = up ? &home->up_free_ns : &home->down_free_ns;
    int64_t start_ns = *free_ns > now_ns ? *free_ns : now_ns;
    *free_ns = start_ns + (int64_t)(bytes + HEADER_BYTES) * BYTE_NS;
    sim.packets_count++;
    if (draw() % 10 != 0) {
        message->in_flight++;
        push((struct event){
            .due_ns = *free_ns + DELAY_NS,
            .subject = (uint32_t)(message - sim.messages),
            .generation = message->generation,
            .kind = (uint8_t)kind,
            .fragment = (uint8_t)fragment,
        });
    }
}

static void send_unacknowledged(struct message *message, int64_t now_ns)
{
    for (uint32_t i = 0; i < message->packets; i++) {
        if ((message->acked >> i & 1) == 0) {
            send_packet(message, message->kind != ANSWER, now_ns, fragment_bytes(message, i),
                        FRAGMENT, i);
        }
    }
}

static void look_again_later(const struct message *message, int64_t now_ns)
{
    push((struct event){
        .due_ns = now_ns + RESEND_AFTER_NS,
        .subject = (uint32_t)(message - sim.messages),
        .generation = message->generation,
        .kind = LOOK_AGAIN,
    });
}

static void send_message(enum message_kind kind, uint32_t home, int64_t now_ns)
{
    uint32_t index = message_take(); /* before the address: it may move the messages */
    struct message *message = &sim.messages[index];
    message->home = home;
    message->kind = (uint8_t)kind;
    message->packets = kind == REQUEST ? 1 : PACKETS;
    message->arrived = 0;
    message->acked = 0;
    message->in_flight = 0;
    message->resends = 0;
    message->sender_done = sim.once;
    send_unacknowledged(message, now_ns);
    if (!sim.once) {
        look_again_later(message, now_ns);
    }
    release_if_done(message); /* with --once all may be lost already */
}

/* ---- what happens ---- */

static void whole_arrived(const struct message *message, int64_t now_ns)
{
    struct home *home = &sim.homes[message->home];
    switch ((enum message_kind)message->kind) {
    case UPLOAD:
        home->cached = true;
        if (sim.with_content) {
            memcpy(home->content, message->content, STILL_BYTES);
        }
        return;
    case REQUEST:
        if (home->cached) {
            send_message(ANSWER, message->home, now_ns);
        }
        return;
    case ANSWER:
        sim.shown_count++;
        sim.hashes ^= sim.with_content ? XXH3_64bits(message->content, STILL_BYTES) : 0;
        return;
    }
}

static void copy_in_and_out(const struct message *message, uint32_t fragment)
{
    const uint8_t *from = message->kind == ANSWER ? sim.homes[message->home].content : sim.still;
    size_t at = (size_t)fragment * PACKET_BYTES;
    size_t bytes = fragment_bytes(message, fragment);
    memcpy(sim.packet, from + at, bytes);
    memcpy(message->content + at, sim.packet, bytes);
}

static void fragment_arrived(struct message *message, const struct event *event)
{
    uint16_t bit = (uint16_t)(1u << event->fragment);
    bool again = (message->arrived & bit) != 0;
    message->arrived |= bit;
    bool last = !again && message->arrived == all_of(message);
    if (!again && sim.with_content && message->kind != REQUEST) {
        copy_in_and_out(message, event->fragment);
    }
    if (!sim.once && (again || last || event->fragment == message->packets - 1)) {
        send_packet(message, message->kind == ANSWER, event->due_ns, ACK_BYTES, ACK,
                    event->fragment);
    }
    if (last) {
        /* What it sends may move the messages. */
        struct message whole = *message;
        whole_arrived(&whole, event->due_ns);
    }
}

static void acknowledged(struct message *message, int64_t now_ns)
{
    message->acked = message->arrived;
    message->sender_done |= message->acked == all_of(message);
    if (!message->sender_done) {
        send_unacknowledged(message, now_ns);
    }
}

static void look_again(struct message *message, int64_t now_ns)
{
    if (message->resends == RESENDS_MAX) {
        message->sender_done = true;
    }
    if (!message->sender_done) {
        message->resends++;
        send_unacknowledged(message, now_ns);
        look_again_later(message, now_ns);
    }
}

static void message_event(const struct event *event)
{
    if (sim.messages[event->subject].generation != event->generation) {
        return;
    }
    if (event->kind == FRAGMENT) {
        fragment_arrived(&sim.messages[event->subject], event);
    } else if (event->kind == ACK) {
        acknowledged(&sim.messages[event->subject], event->due_ns);
    } else {
        look_again(&sim.messages[event->subject], event->due_ns);
    }
    struct message *message = &sim.messages[event->subject];
    message->in_flight = (uint8_t)(message->in_flight - (event->kind != LOOK_AGAIN));
    release_if_done(message);
}

static void step(const struct event *event)
{
    switch ((enum event_kind)event->kind) {
    case CAMERA_TICK:
        send_message(UPLOAD, event->subject, event->due_ns);
        push((struct event){
            .due_ns = event->due_ns + 5 * SECOND, .subject = event->subject, .kind = CAMERA_TICK});
        return;
    case HUB_TICK:
        send_message(REQUEST, event->subject, event->due_ns);
        push((struct event){
            .due_ns = event->due_ns + 10 * SECOND, .subject = event->subject, .kind = HUB_TICK});
        return;
    case FRAGMENT:
    case ACK:
    case LOOK_AGAIN:
        message_event(event);
        return;
    }
}

static void build(uint32_t homes_count)
{
    sim.homes = grow(NULL, homes_count * sizeof *sim.homes);
    for (uint32_t i = 0; i < homes_count; i++) {
        sim.homes[i] = (struct home){0};
        if (sim.with_content) {
            sim.homes[i].content = grow(NULL, STILL_BYTES);
        }
        push((struct event){
            .due_ns = (int64_t)(draw() % (5 * SECOND)), .subject = i, .kind = CAMERA_TICK});
        push((struct event){
            .due_ns = (int64_t)(draw() % (10 * SECOND)), .subject = i, .kind = HUB_TICK});
    }
}

static void drop(uint32_t homes_count)
{
    for (uint32_t i = 0; i < homes_count; i++) {
        free(sim.homes[i].content);
    }
    for (uint32_t i = 0; i < sim.messages_count; i++) {
        free(sim.messages[i].content);
    }
    free(sim.messages);
    free(sim.homes);
    free(sim.heap);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "Usage: %s HOMES SECONDS [--content] [--once]\n", argv[0]);
        return 2;
    }
    uint32_t homes_count = (uint32_t)strtoul(argv[1], NULL, 10);
    int64_t end_ns = (int64_t)strtoul(argv[2], NULL, 10) * SECOND;
    for (int i = 3; i < argc; i++) {
        sim.with_content |= strcmp(argv[i], "--content") == 0;
        sim.once |= strcmp(argv[i], "--once") == 0;
    }
    build(homes_count);
    while (sim.heap[0].due_ns < end_ns) {
        struct event event = pop();
        step(&event);
    }
    usage_print(usage_cpu_s(), (double)sim.packets_count, (double)sim.shown_count);
    drop(homes_count);
    return 0;
}
