#include "harness/net/relay/relay.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/net/netem_course.h"
#include "harness/net/relay/packet.h"

/* A batch bounds how long what is due has to wait for what has come. */
enum { BATCH_PACKETS = 32, PACKET_BYTES_MAX = 65536 };

static const char interface[] = "relay";

/* A packet under way, shared by its copies. */
struct packet {
    sf_ns arrived_ns;
    uint32_t copies_count; /* still under way */
    uint32_t bytes;
    uint8_t data[];
};

/* One direction. */
struct way {
    struct sf_netem_course course;
    struct sf_netem_waiting *storage; /* owned */
    int from_fd;                      /* borrowed from the ends */
    int to_fd;
    struct sf_relay_figures figures;
    /* Of the copy before that had to take its turn; for what `rate` comes to. */
    sf_ns turn_due_ns;
    sf_ns turn_counted_ns;
};

struct end {
    struct sf_namespace space;
    int fd; /* owned; its TUN device */
};

struct sf_relay {
    struct end near;
    struct end far;
    struct way there;
    struct way back;
    int epoll_fd;
    int timer_fd;
    sf_ns armed_ns; /* what the timer is set to; SF_NS_NEVER: it is not */
    sf_ns zero_ns;  /* the model's 0: when it first ran; SF_NS_NEVER: not yet */
    sf_ns cpu_ns;   /* that the thread had spent by then */
    uint8_t buffer[PACKET_BYTES_MAX];
};

static sf_ns ns_of(const struct timespec *time)
{
    return (sf_ns)time->tv_sec * SF_SECOND + time->tv_nsec;
}

static sf_ns clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return ns_of(&now);
}

static sf_ns cpu_ns(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return ns_of(&spent);
}

static sf_ns model_now_ns(const struct sf_relay *relay)
{
    return clock_ns() - relay->zero_ns;
}

static enum sf_err open_end(struct end *end, const char *address, struct sf_diag *diag)
{
    SF_TRY(sf_namespace_create(&end->space, diag));
    struct sf_namespace_end asked = {&end->space, interface, address};
    return sf_namespace_tun(&asked, &end->fd, diag);
}

static enum sf_err open_way(struct way *way, const struct sf_relay_way *asked,
                            const struct end *from, const struct end *to, struct sf_diag *diag)
{
    uint64_t places = sf_netem_course_places(asked->states);
    if (places > SF_RELAY_LIMIT_PACKETS_MAX + 1) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "limit %llu: a relay keeps at most %d packets under way each way",
                       (unsigned long long)places - 1, SF_RELAY_LIMIT_PACKETS_MAX);
    }
    way->storage = sf_alloc(places, sizeof *way->storage);
    sf_netem_course_init(&way->course, asked->states, asked->seed, way->storage, places);
    way->from_fd = from->fd;
    way->to_fd = to->fd;
    way->turn_due_ns = SF_NS_NEVER;
    return SF_OK;
}

static enum sf_err watch(const struct sf_relay *relay, int fd, struct sf_diag *diag)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot wait for packets: %s", strerror(errno));
    }
    return SF_OK;
}

static enum sf_err open_loop(struct sf_relay *relay, struct sf_diag *diag)
{
    relay->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    relay->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (relay->epoll_fd < 0 || relay->timer_fd < 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot make a timer: %s", strerror(errno));
    }
    SF_TRY(watch(relay, relay->near.fd, diag));
    SF_TRY(watch(relay, relay->far.fd, diag));
    return watch(relay, relay->timer_fd, diag);
}

enum sf_err sf_relay_open(const struct sf_relay_way *there, const struct sf_relay_way *back,
                          struct sf_relay **relay_out, struct sf_diag *diag)
{
    SF_ASSERT(there != NULL);
    SF_ASSERT(back != NULL);
    SF_ASSERT(relay_out != NULL);
    struct sf_relay *relay = sf_alloc(1, sizeof *relay);
    relay->near = relay->far = (struct end){SF_NAMESPACE_NONE, -1};
    relay->epoll_fd = relay->timer_fd = -1;
    relay->armed_ns = SF_NS_NEVER;
    enum sf_err err = open_end(&relay->near, SF_RELAY_NEAR_ADDRESS "/24", diag);
    if (err == SF_OK) {
        err = open_end(&relay->far, SF_RELAY_FAR_ADDRESS "/24", diag);
    }
    if (err == SF_OK) {
        err = open_way(&relay->there, there, &relay->near, &relay->far, diag);
    }
    if (err == SF_OK) {
        err = open_way(&relay->back, back, &relay->far, &relay->near, diag);
    }
    if (err == SF_OK) {
        err = open_loop(relay, diag);
    }
    if (err != SF_OK) {
        sf_relay_close(relay);
        relay = NULL;
    } else {
        relay->zero_ns = SF_NS_NEVER;
    }
    *relay_out = relay;
    return err;
}

static struct packet *packet_of(uint64_t tag)
{
    return (struct packet *)(uintptr_t)tag;
}

static void release_copy(struct packet *packet)
{
    SF_ASSERT(packet->copies_count > 0);
    if (--packet->copies_count == 0) {
        free(packet);
    }
}

static void close_way(struct way *way)
{
    struct sf_netem_delivery delivery;
    if (way->storage != NULL) {
        /* Slots may let go only some at a time. */
        while (sf_netem_waiting_count(&way->course.queue.link) > 0) {
            if (sf_netem_queue_dequeue(&way->course.queue, SF_NS_NEVER - 1, &delivery)) {
                release_copy(packet_of(delivery.tag));
            }
        }
    }
    free(way->storage);
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void sf_relay_close(struct sf_relay *relay)
{
    if (relay == NULL) {
        return;
    }
    close_way(&relay->there);
    close_way(&relay->back);
    close_fd(relay->timer_fd);
    close_fd(relay->epoll_fd);
    close_fd(relay->near.fd);
    close_fd(relay->far.fd);
    sf_namespace_fini(&relay->near.space);
    sf_namespace_fini(&relay->far.space);
    free(relay);
}

const struct sf_namespace *sf_relay_near(const struct sf_relay *relay)
{
    SF_ASSERT(relay != NULL);
    return &relay->near.space;
}

const struct sf_namespace *sf_relay_far(const struct sf_relay *relay)
{
    SF_ASSERT(relay != NULL);
    return &relay->far.space;
}

/* Writes a copy, which may have to differ from the packet. False if the device does not accept it.
 */
static bool put_down(const struct way *way, const struct packet *packet,
                     const struct sf_netem_delivery *delivery, uint8_t *buffer)
{
    const uint8_t *data = packet->data;
    if (delivery->ce_marked || delivery->corrupted) {
        memcpy(buffer, packet->data, packet->bytes);
        data = buffer;
    }
    if (delivery->ce_marked) {
        sf_relay_packet_mark(buffer, packet->bytes);
    }
    if (delivery->corrupted &&
        !sf_relay_packet_flip(buffer, packet->bytes, delivery->corrupt_bit)) {
        return false;
    }
    return write(way->to_fd, data, packet->bytes) == (ssize_t)packet->bytes;
}

/* Copies that were due one right behind the other show what the rate comes to. The time they took
 * counts from when the first of them was due, not from when it left: one that is late makes the
 * link no faster. */
static void measure_rate(struct way *way, const struct sf_netem_delivery *delivery, sf_ns due_ns,
                         sf_ns left_ns)
{
    const struct sf_netem_config *config = way->course.queue.link.config;
    if (config->rate_bytes_per_second == 0 || way->course.states->count > 1) {
        return; /* a rate that comes and goes has no one figure */
    }
    sf_ns wire_ns = sf_netem_wire_ns(config, delivery->bytes);
    bool behind = way->turn_due_ns != SF_NS_NEVER && due_ns - way->turn_due_ns == wire_ns;
    if (behind) {
        way->figures.line_count++;
        way->figures.line_asked_ns += wire_ns;
        way->figures.line_given_ns += left_ns - way->turn_counted_ns;
    }
    way->turn_due_ns = due_ns;
    way->turn_counted_ns = behind ? left_ns : due_ns;
}

static void hand_over(struct sf_relay *relay, struct way *way,
                      const struct sf_netem_delivery *delivery, sf_ns due_ns)
{
    struct sf_relay_figures *figures = &way->figures;
    struct packet *packet = packet_of(delivery->tag);
    bool jumped = due_ns == INT64_MIN;
    due_ns = due_ns > packet->arrived_ns ? due_ns : packet->arrived_ns;
    bool taken = put_down(way, packet, delivery, relay->buffer);
    sf_ns left_ns = model_now_ns(relay);

    figures->corrupted_count += delivery->corrupted;
    figures->marked_count += delivery->ce_marked;
    figures->packets_out += taken;
    figures->refused_count += !taken;
    figures->bytes_out += taken ? delivery->bytes : 0;
    sf_relay_spread_add(&figures->asked, due_ns - packet->arrived_ns);
    sf_relay_spread_add(&figures->given, left_ns - packet->arrived_ns);
    sf_relay_spread_add(&figures->late, left_ns - due_ns);
    if (!jumped) {
        measure_rate(way, delivery, due_ns, left_ns);
    }
    release_copy(packet);
}

static void deliver_due(struct sf_relay *relay, struct way *way, sf_ns now_ns)
{
    for (;;) {
        struct sf_netem_delivery delivery;
        sf_ns due_ns = sf_netem_queue_next_ns(&way->course.queue);
        if (!sf_netem_queue_dequeue(&way->course.queue, now_ns, &delivery)) {
            return;
        }
        hand_over(relay, way, &delivery, due_ns);
    }
}

/* Enters the states that have begun; what was due in the ones before leaves first. */
static void change_state(struct sf_relay *relay, struct way *way, sf_ns now_ns)
{
    if (way->course.state_ends_ns <= now_ns) {
        deliver_due(relay, way, now_ns);
        sf_netem_course_change(&way->course, now_ns);
    }
}

/* Asks the model about the packet in the buffer. */
static void take_in(struct sf_relay *relay, struct way *way, size_t bytes, sf_ns now_ns)
{
    struct packet *packet = sf_alloc(1, sizeof *packet + bytes);
    packet->arrived_ns = now_ns;
    packet->bytes = (uint32_t)bytes;
    memcpy(packet->data, relay->buffer, bytes);

    struct sf_relay_figures *figures = &way->figures;
    uint32_t counted_bytes = (uint32_t)bytes + SF_RELAY_ETHERNET_BYTES;
    bool ect = sf_relay_packet_is_ect(packet->data, bytes);
    struct sf_netem_queued queued =
        sf_netem_queue_enqueue(&way->course.queue, now_ns, counted_bytes, ect, (uintptr_t)packet);
    packet->copies_count = queued.copies_count;
    figures->packets_in++;
    figures->bytes_in += counted_bytes;
    figures->duplicated_count += packet->copies_count == 2;
    if (packet->copies_count == 0) {
        figures->full_count += queued.dropped_by_limit;
        figures->lost_count += !queued.dropped_by_limit;
        free(packet);
    }
}

static enum sf_err take_batch(struct sf_relay *relay, struct way *way, struct sf_diag *diag)
{
    for (int i = 0; i < BATCH_PACKETS; i++) {
        ssize_t bytes = read(way->from_fd, relay->buffer, sizeof relay->buffer);
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) {
            return SF_OK;
        }
        if (bytes <= 0) {
            return sf_fail(diag, SF_ERR_MACHINE, "cannot read from the interface %s: %s", interface,
                           bytes < 0 ? strerror(errno) : "it is gone");
        }
        sf_ns now_ns = model_now_ns(relay);
        change_state(relay, way, now_ns);
        take_in(relay, way, (size_t)bytes, now_ns);
        deliver_due(relay, way, now_ns);
    }
    return SF_OK;
}

static sf_ns earlier(sf_ns a, sf_ns b)
{
    return a < b ? a : b;
}

/* When one of its packets may leave, or its state ends. */
static sf_ns way_next_ns(const struct way *way)
{
    return earlier(sf_netem_queue_next_ns(&way->course.queue), way->course.state_ends_ns);
}

/* Setting it anew also takes back that it has rung. A time that is past rings at once. */
static void set_timer(struct sf_relay *relay, bool rang)
{
    sf_ns next_ns = earlier(way_next_ns(&relay->there), way_next_ns(&relay->back));
    if (next_ns == relay->armed_ns && !rang) {
        return;
    }
    struct itimerspec setting = {0};
    if (next_ns != SF_NS_NEVER) {
        sf_ns at_ns = next_ns > 0 ? next_ns + relay->zero_ns : 1;
        setting.it_value.tv_sec = at_ns / SF_SECOND;
        setting.it_value.tv_nsec = at_ns % SF_SECOND;
    }
    int result = timerfd_settime(relay->timer_fd, TFD_TIMER_ABSTIME, &setting, NULL);
    SF_ASSERT(result == 0);
    relay->armed_ns = next_ns;
}

/* One waiting and all that it brought. */
static enum sf_err turn(struct sf_relay *relay, int wake_fd, bool *woken, struct sf_diag *diag)
{
    struct epoll_event events[4];
    int count = epoll_wait(relay->epoll_fd, events, 4, -1);
    if (count < 0 && errno != EINTR) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot wait for packets: %s", strerror(errno));
    }
    bool rang = false;
    for (int i = 0; i < count; i++) {
        int fd = events[i].data.fd;
        if (fd == wake_fd) {
            *woken = true;
        } else if (fd == relay->timer_fd) {
            rang = true;
        } else if ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0) {
            return sf_fail(diag, SF_ERR_MACHINE, "the interface %s at the %s end is gone",
                           interface, fd == relay->near.fd ? "near" : "far");
        } else {
            SF_TRY(take_batch(relay, fd == relay->near.fd ? &relay->there : &relay->back, diag));
        }
    }
    change_state(relay, &relay->there, model_now_ns(relay));
    change_state(relay, &relay->back, model_now_ns(relay));
    deliver_due(relay, &relay->there, model_now_ns(relay));
    deliver_due(relay, &relay->back, model_now_ns(relay));
    set_timer(relay, rang);
    return SF_OK;
}

enum sf_err sf_relay_run(struct sf_relay *relay, int wake_fd, struct sf_diag *diag)
{
    SF_ASSERT(relay != NULL);
    SF_ASSERT(relay->epoll_fd >= 0);
    SF_TRY(watch(relay, wake_fd, diag));
    if (relay->zero_ns == SF_NS_NEVER) {
        relay->zero_ns = clock_ns();
        relay->cpu_ns = cpu_ns();
        set_timer(relay, false);
    }
    bool woken = false;
    enum sf_err err = SF_OK;
    while (err == SF_OK && !woken) {
        err = turn(relay, wake_fd, &woken, diag);
    }
    int result = epoll_ctl(relay->epoll_fd, EPOLL_CTL_DEL, wake_fd, NULL);
    SF_ASSERT(result == 0);
    return err;
}

bool sf_relay_take_precedence(void)
{
    struct sched_param lowest = {.sched_priority = sched_get_priority_min(SCHED_RR)};
    return sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest) == 0;
}

static enum sf_err sum_up_way(const struct way *way, const struct end *from,
                              struct sf_relay_way_report *out, struct sf_diag *diag)
{
    bool plain = way->course.states->count == 1;
    uint64_t rate = plain ? way->course.queue.link.config->rate_bytes_per_second : 0;
    sf_relay_figures_sum_up(&way->figures, rate, out);
    out->waiting_count = sf_netem_waiting_count(&way->course.queue.link);
    return sf_namespace_tun_dropped(&from->space, interface, &out->missed_count, diag);
}

enum sf_err sf_relay_sum_up(const struct sf_relay *relay, struct sf_relay_report *report,
                            struct sf_diag *diag)
{
    SF_ASSERT(relay != NULL);
    SF_ASSERT(report != NULL);
    bool started = relay->zero_ns != SF_NS_NEVER;
    report->elapsed_ns = started ? model_now_ns(relay) : 0;
    report->cpu_ns = started ? cpu_ns() - relay->cpu_ns : 0;
    report->precedence = (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_RR;
    SF_TRY(sum_up_way(&relay->there, &relay->near, &report->there, diag));
    return sum_up_way(&relay->back, &relay->far, &report->back, diag);
}
