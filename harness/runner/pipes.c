#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/runner/runner.h"

enum { READ_BYTES = 256 * 1024, SEND_BYTES = 64 * 1024 };

static void read_more(struct sf_wire_pipes *pipes)
{
    if (pipes->in_start == pipes->in_end) {
        pipes->in_start = 0;
        pipes->in_end = 0;
    }
    if (pipes->in_start > 0 && pipes->in_capacity - pipes->in_end < READ_BYTES) {
        memmove(pipes->in, pipes->in + pipes->in_start, pipes->in_end - pipes->in_start);
        pipes->in_end -= pipes->in_start;
        pipes->in_start = 0;
    }
    if (pipes->in_capacity - pipes->in_end < READ_BYTES) {
        pipes->in_capacity += 2 * READ_BYTES;
        pipes->in = sf_realloc(pipes->in, pipes->in_capacity, 1);
    }
    ssize_t count;
    do {
        count = read(pipes->in_fd, pipes->in + pipes->in_end, READ_BYTES);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
        _exit(0); /* the host is gone */
    }
    pipes->in_end += (size_t)count;
}

void sf_runner_read(struct sf_wire_pipes *pipes, struct sf_wire_head *head,
                    union sf_wire_body *body)
{
    SF_ASSERT(pipes != NULL);
    SF_ASSERT(head != NULL);
    SF_ASSERT(body != NULL);
    size_t used = 0;
    enum sf_read read = SF_READ_SHORT;
    while (read == SF_READ_SHORT) {
        if (pipes->in_end > pipes->in_start) {
            read = sf_frame_read(sf_wire_events, SF_EVENTS_COUNT, pipes->in + pipes->in_start,
                                 pipes->in_end - pipes->in_start, head, body, &used);
        }
        if (read == SF_READ_SHORT) {
            read_more(pipes);
        }
    }
    if (read == SF_READ_BAD) {
        _exit(3); /* the object has written into what the host sent */
    }
    pipes->in_start += used;
    pipes->turn = head->turn;
}

void sf_runner_write(struct sf_wire_pipes *pipes, enum sf_wire_call kind, bool wants_result,
                     const void *body)
{
    SF_ASSERT(pipes != NULL);
    const struct sf_wire_head head = {.kind = kind, .reply = wants_result, .turn = pipes->turn};
    sf_frame_write(sf_wire_calls, &head, body, &pipes->out);
    if (pipes->out.length > SEND_BYTES) {
        sf_runner_flush(pipes);
    }
}

void sf_runner_flush(struct sf_wire_pipes *pipes)
{
    SF_ASSERT(pipes != NULL);
    size_t sent = 0;
    while (sent < pipes->out.length) {
        ssize_t count = write(pipes->out_fd, pipes->out.data + sent, pipes->out.length - sent);
        if (count > 0) {
            sent += (size_t)count;
        } else if (errno != EINTR) {
            _exit(0); /* the host is gone */
        }
    }
    pipes->out.length = 0;
}
