/* Messages as lines of JSON, for caches in any language: one flat object a line, then as many raw
 * bytes as its field `bytes` says. */
#ifndef STRAYFRAME_WIRE_JSON_H
#define STRAYFRAME_WIRE_JSON_H

#include "harness/base/text.h"
#include "harness/wire/frame.h"
#include "harness/wire/wire.h"

/* Adds an event to `out`: {"event":"timer","now":...,"timer":"t1"} and a line feed, and its bytes.
 */
void sf_json_write_event(const struct sf_wire_head *head, const void *body, struct sf_text *out);

/* Room for the texts of one call. */
struct sf_json_texts {
    char bytes[SF_WIRE_LINE_BYTES_MAX];
    size_t used;
};

/* Reads one call, with its bytes. The texts of the body point into `texts`, its bytes into the
 * input. SF_READ_BAD: `problem_out` says in a sentence what is wrong with it. */
enum sf_read sf_json_read_call(const uint8_t *input, size_t count, struct sf_json_texts *texts,
                               struct sf_wire_head *head_out, union sf_wire_body *body_out,
                               size_t *used_out, char *problem_out, size_t problem_bytes);

#endif
