#include "harness/wire/frame.h"

#include <string.h>

#include "harness/base/assert.h"

struct frame_head {
    uint32_t kind;
    uint32_t struct_bytes;
    uint32_t texts_bytes; /* terminated texts, in the order of the fields */
    uint32_t raw_bytes;
    uint32_t texts_present; /* bit set: which of the text fields are not NULL */
    uint32_t reply;
    int64_t now_ns;
    int64_t wall_ms;
    uint64_t turn;
};

_Static_assert(sizeof(struct frame_head) == 48, "no padding");

static const void *field_at(const void *body, const struct sf_wire_field *field)
{
    return (const uint8_t *)body + field->offset;
}

static const char *text_at(const void *body, const struct sf_wire_field *field)
{
    const char *text;
    memcpy(&text, field_at(body, field), sizeof text);
    return text;
}

static struct sf_wire_bytes bytes_at(const void *body, const struct sf_wire_field *field)
{
    struct sf_wire_bytes bytes;
    memcpy(&bytes, field_at(body, field), sizeof bytes);
    return bytes;
}

/* Addresses are of no use on the other side, and none of its business. */
static void cut_pointers(const struct sf_wire_message *message, union sf_wire_body *body)
{
    for (const struct sf_wire_field *field = message->fields; field->name != NULL; field++) {
        if (field->type == SF_WIRE_TEXT) {
            memset(&body->bytes[field->offset], 0, sizeof(const char *));
        } else if (field->type == SF_WIRE_BYTES) {
            memset(&body->bytes[field->offset], 0, sizeof(struct sf_wire_bytes));
        }
    }
}

void sf_frame_write(const struct sf_wire_message *table, const struct sf_wire_head *head,
                    const void *body, struct sf_text *out)
{
    SF_ASSERT(table != NULL);
    SF_ASSERT(head != NULL);
    SF_ASSERT(out != NULL);
    const struct sf_wire_message *message = &table[head->kind];
    SF_ASSERT(message->struct_bytes <= SF_WIRE_STRUCT_BYTES_MAX);
    struct frame_head frame = {.kind = head->kind,
                               .struct_bytes = message->struct_bytes,
                               .reply = head->reply,
                               .now_ns = head->now_ns,
                               .wall_ms = head->wall_ms,
                               .turn = head->turn};
    uint32_t texts_count = 0;
    struct sf_wire_bytes raw = {NULL, 0};
    for (const struct sf_wire_field *field = message->fields; field->name != NULL; field++) {
        if (field->type == SF_WIRE_TEXT) {
            const char *text = text_at(body, field);
            frame.texts_present |= text != NULL ? 1u << texts_count : 0;
            frame.texts_bytes += text != NULL ? (uint32_t)strlen(text) + 1 : 0;
            texts_count++;
        } else if (field->type == SF_WIRE_BYTES) {
            raw = bytes_at(body, field);
        }
    }
    frame.raw_bytes = (uint32_t)raw.count;
    sf_text_add_bytes(out, &frame, sizeof frame);
    union sf_wire_body cut;
    if (message->struct_bytes > 0) { /* a message without a body has none to point to */
        memcpy(cut.bytes, body, message->struct_bytes);
        cut_pointers(message, &cut);
        sf_text_add_bytes(out, cut.bytes, message->struct_bytes);
    }
    for (const struct sf_wire_field *field = message->fields; field->name != NULL; field++) {
        if (field->type == SF_WIRE_TEXT && text_at(body, field) != NULL) {
            sf_text_add_bytes(out, text_at(body, field), strlen(text_at(body, field)) + 1);
        }
    }
    sf_text_add_bytes(out, raw.bytes, raw.count);
}

/* What a field of a peer that cannot be trusted may hold. */
static bool field_is_sound(const union sf_wire_body *body, const struct sf_wire_field *field)
{
    uint32_t number;
    memcpy(&number, &body->bytes[field->offset], sizeof number);
    switch (field->type) {
    case SF_WIRE_NAME:
        return body->bytes[field->offset] <= SF_WIRE_NAME_BYTES_MAX;
    case SF_WIRE_KEY:
        return number <= SF_CACHE_KEY_BYTES_MAX;
    case SF_WIRE_FLAG:
    case SF_WIRE_U32:
    case SF_WIRE_U64:
    case SF_WIRE_I64:
    case SF_WIRE_ID:
    case SF_WIRE_WORD: /* binary frames carry what the cache said, known or not: the host checks */
    case SF_WIRE_WORDS:
    case SF_WIRE_TEXT:
    case SF_WIRE_BYTES:
        return true;
    }
    SF_UNREACHABLE();
}

/* Points the body's texts and bytes at the input behind the struct. */
static bool restore_pointers(const struct sf_wire_message *message, const struct frame_head *frame,
                             const uint8_t *texts, union sf_wire_body *body)
{
    uint32_t texts_count = 0;
    uint32_t left = frame->texts_bytes;
    bool has_raw = false;
    for (const struct sf_wire_field *field = message->fields; field->name != NULL; field++) {
        if (!field_is_sound(body, field)) {
            return false;
        }
        if (field->type == SF_WIRE_TEXT) {
            const char *text = NULL;
            if ((frame->texts_present >> texts_count++ & 1u) != 0) {
                const uint8_t *end = left > 0 ? memchr(texts, '\0', left) : NULL;
                if (end == NULL) {
                    return false;
                }
                text = (const char *)texts;
                left -= (uint32_t)(end + 1 - texts);
                texts = end + 1;
            } else if (field->required) {
                return false;
            }
            memcpy(&body->bytes[field->offset], &text, sizeof text);
        } else if (field->type == SF_WIRE_BYTES) {
            const struct sf_wire_bytes raw = {texts + left, frame->raw_bytes};
            memcpy(&body->bytes[field->offset], &raw, sizeof raw);
            has_raw = true;
        }
    }
    return left == 0 && (has_raw || frame->raw_bytes == 0);
}

enum sf_read sf_frame_read(const struct sf_wire_message *table, uint32_t kinds_count,
                           const uint8_t *input, size_t count, struct sf_wire_head *head_out,
                           union sf_wire_body *body_out, size_t *used_out)
{
    SF_ASSERT(table != NULL);
    SF_ASSERT(input != NULL || count == 0);
    SF_ASSERT(head_out != NULL);
    SF_ASSERT(body_out != NULL);
    SF_ASSERT(used_out != NULL);
    struct frame_head frame;
    if (count < sizeof frame) {
        return SF_READ_SHORT;
    }
    memcpy(&frame, input, sizeof frame);
    if (frame.kind >= kinds_count || frame.reply > 1 ||
        frame.struct_bytes != table[frame.kind].struct_bytes ||
        frame.texts_bytes > SF_WIRE_TEXTS_BYTES_MAX || frame.raw_bytes > SF_WIRE_BYTES_MAX) {
        return SF_READ_BAD;
    }
    size_t whole = sizeof frame + frame.struct_bytes + frame.texts_bytes + frame.raw_bytes;
    if (count < whole) {
        return SF_READ_SHORT;
    }
    *head_out = (struct sf_wire_head){.kind = frame.kind,
                                      .reply = frame.reply != 0,
                                      .now_ns = frame.now_ns,
                                      .wall_ms = frame.wall_ms,
                                      .turn = frame.turn};
    memcpy(body_out->bytes, input + sizeof frame, frame.struct_bytes);
    *used_out = whole;
    bool sound = restore_pointers(&table[frame.kind], &frame,
                                  input + sizeof frame + frame.struct_bytes, body_out);
    return sound ? SF_READ_DONE : SF_READ_BAD;
}
