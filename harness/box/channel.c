#include "harness/box/channel.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/base/interrupt.h"

enum {
    SEND_BYTES = 96 * 1024, /* events without a reply are collected up to this */
    READ_BYTES = 64 * 1024, /* one read */
    ROUND_MS = 500,         /* how often the time is looked at while nothing comes */
    CALLS_A_LOOK = 1024,    /* and while calls come without an end */
    EVENTS_A_LOOK = 256,    /* and events */
    CALLS_AN_EVENT_MAX = 1 << 18,
};
#define BYTES_AN_EVENT_MAX (UINT64_C(1) << 30)

static void interrupt(int number)
{
    (void)number; /* the read that waits returns, which is all */
}

/* While there is a bound on the time a signal interrupts reads from time to time. To ask poll
 * before each of them would cost a tenth of what an event costs. */
static void interrupt_reads(bool on)
{
    const struct sigaction action = {.sa_handler = interrupt}; /* without SA_RESTART */
    const suseconds_t round_us = on ? ROUND_MS * 1000 : 0;
    const struct itimerval timer = {{0, round_us}, {0, round_us}};
    (void)sigaction(SIGALRM, &action, NULL);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

void sf_channel_allow(double seconds_max)
{
    sf_allowance_begin(seconds_max);
    interrupt_reads(sf_allowance_is_bounded());
}

static void fail(struct sf_channel *channel, enum sf_channel_trouble trouble)
{
    if (channel->trouble == SF_CHANNEL_SOUND) {
        channel->trouble = trouble;
    }
}

static void check_time(struct sf_channel *channel, bool waits)
{
    if (sf_interrupted() ||
        sf_allowance_is_spent(&channel->allowance, channel->process.keeper, waits)) {
        fail(channel, SF_CHANNEL_SLOW);
    }
}

enum sf_err sf_channel_open(struct sf_channel *channel, char *const argv[], bool json,
                            struct sf_diag *diag)
{
    SF_ASSERT(channel != NULL);
    SF_ASSERT(argv != NULL);
    *channel = (struct sf_channel){.json = json};
    SF_TRY(sf_process_start(argv, &channel->process, diag));
    channel->in_capacity = READ_BYTES;
    channel->in = sf_alloc(channel->in_capacity, 1);
    channel->texts = json ? sf_alloc(1, sizeof *channel->texts) : NULL;
    return SF_OK;
}

void sf_channel_close(struct sf_channel *channel, struct sf_process_end *end_out)
{
    SF_ASSERT(channel != NULL);
    SF_ASSERT(end_out != NULL);
    /* What closed its output may be about to end: how, is worth a moment. */
    enum { PATIENCE_MS = 1000 };
    sf_process_end(&channel->process, channel->trouble == SF_CHANNEL_ENDED ? PATIENCE_MS : 0,
                   end_out);
    sf_text_free(&channel->out);
    free(channel->in);
    free(channel->texts);
    *channel = (struct sf_channel){0};
}

/* The first bytes of what is no message, for a person. */
static void say_broken(struct sf_channel *channel, const char *why)
{
    enum { SHOWN_BYTES = 80 };
    size_t count = channel->in_end - channel->in_start;
    count = count < SHOWN_BYTES ? count : SHOWN_BYTES;
    size_t length = (size_t)snprintf(channel->problem, sizeof channel->problem, "%.90s: '", why);
    for (size_t i = 0; i < count && length + 6 < sizeof channel->problem; i++) {
        uint8_t byte = channel->in[channel->in_start + i];
        char *at = channel->problem + length;
        size_t room = sizeof channel->problem - length;
        bool plain = byte >= 0x20 && byte < 0x7f;
        length +=
            (size_t)(plain ? snprintf(at, room, "%c", byte) : snprintf(at, room, "\\x%02x", byte));
    }
    snprintf(channel->problem + length, sizeof channel->problem - length, "'");
    fail(channel, SF_CHANNEL_BROKEN);
}

/* ---- input ---- */

static void make_room(struct sf_channel *channel)
{
    if (channel->in_start == channel->in_end) {
        channel->in_start = 0;
        channel->in_end = 0;
    }
    if (channel->in_capacity - channel->in_end >= READ_BYTES) {
        return;
    }
    if (channel->in_start > 0) {
        memmove(channel->in, channel->in + channel->in_start, channel->in_end - channel->in_start);
    }
    channel->in_end -= channel->in_start;
    channel->in_start = 0;
    if (channel->in_capacity - channel->in_end < READ_BYTES) {
        channel->in_capacity *= 2;
        channel->in = sf_realloc(channel->in, channel->in_capacity, 1);
    }
}

/* Waits for bytes, or until the time has to be looked at. */
static void read_some(struct sf_channel *channel)
{
    make_room(channel);
    ssize_t count = read(channel->process.from_fd, channel->in + channel->in_end,
                         channel->in_capacity - channel->in_end);
    if (count > 0) {
        channel->in_end += (size_t)count;
        sf_allowance_heard(&channel->allowance);
        channel->taken_bytes += (uint64_t)count;
        if (channel->taken_bytes > BYTES_AN_EVENT_MAX) {
            fail(channel, SF_CHANNEL_FLOOD);
        }
    } else if (count < 0 && errno == EINTR) {
        check_time(channel, true);
    } else {
        fail(channel, SF_CHANNEL_ENDED);
    }
}

/* Waits until there is room to write. Reads meanwhile: the other side may wait for room too. */
static void wait_for_room(struct sf_channel *channel)
{
    struct pollfd fds[] = {{channel->process.from_fd, POLLIN, 0},
                           {channel->process.to_fd, POLLOUT, 0}};
    int ready = poll(fds, 2, ROUND_MS);
    if (ready <= 0) {
        check_time(channel, true);
    } else if (fds[0].revents != 0) {
        read_some(channel);
    }
}

/* ---- output ---- */

static void flush(struct sf_channel *channel)
{
    size_t sent = 0;
    while (channel->trouble == SF_CHANNEL_SOUND && sent < channel->out.length) {
        ssize_t count =
            write(channel->process.to_fd, channel->out.data + sent, channel->out.length - sent);
        if (count > 0) {
            sent += (size_t)count;
        } else if (errno == EAGAIN) {
            wait_for_room(channel);
        } else if (errno != EINTR) {
            break; /* it has closed its input; what it wrote before is read all the same */
        }
    }
    channel->out.length = 0;
}

/* "3> {...}" and, where bytes follow, "3+ " and their hexadecimal digits: talk.c reads it. */
static void log_message(const struct sf_channel *channel, char mark, const uint8_t *message,
                        size_t count)
{
    if (channel->log == NULL || !channel->json) {
        return;
    }
    const uint8_t *end = memchr(message, '\n', count);
    size_t line = end != NULL ? (size_t)(end - message) : count;
    fprintf(channel->log, "%u%c %.*s\n", channel->number, mark, (int)line, (const char *)message);
    if (line + 1 < count) {
        fprintf(channel->log, "%u+ ", channel->number);
        for (size_t i = line + 1; i < count; i++) {
            fprintf(channel->log, "%02x", message[i]);
        }
        fputc('\n', channel->log);
    }
}

void sf_channel_send(struct sf_channel *channel, const struct sf_wire_head *head, const void *body)
{
    SF_ASSERT(channel != NULL);
    SF_ASSERT(head != NULL);
    size_t before = channel->out.length;
    bool begins_turn = head->reply && head->kind != SF_EVENT_RESULT;
    channel->turn += begins_turn;
    if (++channel->events_count % EVENTS_A_LOOK == 0) {
        check_time(channel, false);
    }
    if (begins_turn && channel->in_start < channel->in_end) {
        say_broken(channel, "it wrote more than its calls");
    }
    if (channel->json) {
        sf_json_write_event(head, body, &channel->out);
    } else {
        struct sf_wire_head numbered = *head;
        numbered.turn = channel->turn;
        sf_frame_write(sf_wire_events, &numbered, body, &channel->out);
    }
    log_message(channel, '>', (const uint8_t *)channel->out.data + before,
                channel->out.length - before);
    if (begins_turn) {
        channel->taken_bytes = 0;
        channel->taken_count = 0;
    }
    if (head->reply || channel->out.length > SEND_BYTES) {
        flush(channel);
    }
}

/* ---- calls ---- */

static enum sf_read read_message(struct sf_channel *channel, struct sf_wire_head *head,
                                 union sf_wire_body *body, size_t *used)
{
    const uint8_t *input = channel->in + channel->in_start;
    size_t count = channel->in_end - channel->in_start;
    char why[160];
    enum sf_read read =
        channel->json
            ? sf_json_read_call(input, count, channel->texts, head, body, used, why, sizeof why)
            : sf_frame_read(sf_wire_calls, SF_CALLS_COUNT, input, count, head, body, used);
    if (read == SF_READ_DONE && !channel->json && head->turn != channel->turn) {
        read = SF_READ_BAD;
    }
    if (read == SF_READ_BAD) {
        say_broken(channel, channel->json ? why : "it is no frame");
    }
    return read;
}

bool sf_channel_receive(struct sf_channel *channel, struct sf_wire_head *head,
                        union sf_wire_body *body)
{
    SF_ASSERT(channel != NULL);
    SF_ASSERT(head != NULL);
    SF_ASSERT(body != NULL);
    if (++channel->taken_count % CALLS_A_LOOK == 0) {
        check_time(channel, false);
    }
    if (channel->taken_count > CALLS_AN_EVENT_MAX) {
        fail(channel, SF_CHANNEL_FLOOD);
    }
    while (channel->trouble == SF_CHANNEL_SOUND) {
        size_t used = 0;
        enum sf_read read = read_message(channel, head, body, &used);
        if (read == SF_READ_DONE) {
            log_message(channel, '<', channel->in + channel->in_start, used);
            channel->in_start += used;
            return true;
        }
        if (read == SF_READ_SHORT) {
            read_some(channel);
        }
    }
    return false;
}
