/* Messages as binary frames, between the host and the runner of a shared object: two ends of the
 * same build, so that a frame is the message's struct with its pointers cut. The reader trusts
 * nothing: what comes from the runner may come from the object that it has loaded. */
#ifndef STRAYFRAME_WIRE_FRAME_H
#define STRAYFRAME_WIRE_FRAME_H

#include "harness/base/text.h"
#include "harness/wire/wire.h"

/* Room for any message's struct. */
union sf_wire_body {
    uint8_t bytes[SF_WIRE_STRUCT_BYTES_MAX];
    uint64_t align;
    const void *align_pointer;
};

enum sf_read {
    SF_READ_DONE,  /* one message; *used_out bytes of the input are its */
    SF_READ_SHORT, /* the input is the beginning of one */
    SF_READ_BAD,   /* it is none, and never will be */
};

/* Adds a message to `out`. `table` is sf_wire_events or sf_wire_calls, `body` the message's struct.
 */
void sf_frame_write(const struct sf_wire_message *table, const struct sf_wire_head *head,
                    const void *body, struct sf_text *out);

/* Reads one message of `table`, which has kinds_count kinds. Texts and bytes of the body point into
 * the input. */
enum sf_read sf_frame_read(const struct sf_wire_message *table, uint32_t kinds_count,
                           const uint8_t *input, size_t count, struct sf_wire_head *head_out,
                           union sf_wire_body *body_out, size_t *used_out);

#endif
