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

/* The fields that a frame has to look at, by their places in the message. The other fields travel
 * as they are. */
struct shape {
    bool is_known;
    uint8_t texts_count;
    uint8_t checked_count;
    uint8_t raw; /* of the raw bytes, counted from 1; 0: none */
    uint8_t texts[SF_WIRE_FIELDS_MAX];
    uint8_t checked[SF_WIRE_FIELDS_MAX]; /* see field_is_sound */
};

static bool is_checked(enum sf_wire_type type)
{
    return type == SF_WIRE_NAME || type == SF_WIRE_KEY;
}

static void learn(const struct sf_wire_message *message, struct shape *shape)
{
    for (uint8_t i = 0; message->fields[i].name != NULL; i++) {
        enum sf_wire_type type = message->fields[i].type;
        if (type == SF_WIRE_TEXT) {
            shape->texts[shape->texts_count++] = i;
        } else if (type == SF_WIRE_BYTES) {
            shape->raw = (uint8_t)(i + 1);
        } else if (is_checked(type)) {
            shape->checked[shape->checked_count++] = i;
        }
    }
    shape->is_known = true;
}

static const struct shape *shape_of(const struct sf_wire_message *table, uint32_t kind)
{
    static struct shape events[SF_EVENTS_COUNT];
    static struct shape calls[SF_CALLS_COUNT];
    struct shape *shape = table == sf_wire_events ? &events[kind] : &calls[kind];
    if (!shape->is_known) {
        learn(&table[kind], shape);
    }
    return shape;
}

static const char *text_at(const void *body, const struct sf_wire_field *field)
{
    const char *text;
    memcpy(&text, (const uint8_t *)body + field->offset, sizeof text);
    return text;
}

static struct sf_wire_bytes raw_of(const struct sf_wire_message *message, const struct shape *shape,
                                   const void *body)
{
    struct sf_wire_bytes bytes = {NULL, 0};
    if (shape->raw > 0) {
        const struct sf_wire_field *field = &message->fields[shape->raw - 1];
        memcpy(&bytes, (const uint8_t *)body + field->offset, sizeof bytes);
    }
    return bytes;
}

/* Addresses are of no use on the other side, and none of its business. `body` is the copy. */
static void cut_pointers(const struct sf_wire_message *message, const struct shape *shape,
                         uint8_t *body)
{
    for (uint32_t i = 0; i < shape->texts_count; i++) {
        memset(body + message->fields[shape->texts[i]].offset, 0, sizeof(const char *));
    }
    if (shape->raw > 0) {
        memset(body + message->fields[shape->raw - 1].offset, 0, sizeof(struct sf_wire_bytes));
    }
}

/* Counts the texts into the frame's head. */
static void measure_texts(const struct sf_wire_message *message, const struct shape *shape,
                          const void *body, struct frame_head *frame)
{
    for (uint32_t i = 0; i < shape->texts_count; i++) {
        const char *text = text_at(body, &message->fields[shape->texts[i]]);
        if (text != NULL) {
            frame->texts_present |= 1u << i;
            frame->texts_bytes += (uint32_t)strlen(text) + 1;
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
    const struct shape *shape = shape_of(table, head->kind);
    SF_ASSERT(message->struct_bytes <= SF_WIRE_STRUCT_BYTES_MAX);
    struct frame_head frame = {.kind = head->kind,
                               .struct_bytes = message->struct_bytes,
                               .reply = head->reply,
                               .now_ns = head->now_ns,
                               .wall_ms = head->wall_ms,
                               .turn = head->turn};
    const struct sf_wire_bytes raw = raw_of(message, shape, body);
    measure_texts(message, shape, body, &frame);
    frame.raw_bytes = (uint32_t)raw.count;
    size_t fixed_bytes = sizeof frame + message->struct_bytes;
    uint8_t *at = sf_text_add_room(out, fixed_bytes + frame.texts_bytes + raw.count);
    memcpy(at, &frame, sizeof frame);
    if (message->struct_bytes > 0) { /* a message without a body has none to point to */
        memcpy(at + sizeof frame, body, message->struct_bytes);
        cut_pointers(message, shape, at + sizeof frame);
    }
    at += fixed_bytes;
    for (uint32_t i = 0; i < shape->texts_count; i++) {
        const char *text = text_at(body, &message->fields[shape->texts[i]]);
        size_t bytes = text != NULL ? strlen(text) + 1 : 0;
        if (bytes > 0) {
            memcpy(at, text, bytes);
            at += bytes;
        }
    }
    if (raw.count > 0) {
        memcpy(at, raw.bytes, raw.count);
    }
}

/* What a field of a peer that cannot be trusted may hold. Of other types binary frames carry what
 * the cache said, known or not: the host checks. */
static bool field_is_sound(const union sf_wire_body *body, const struct sf_wire_field *field)
{
    uint32_t number;
    if (field->type == SF_WIRE_NAME) {
        return body->bytes[field->offset] <= SF_WIRE_NAME_BYTES_MAX;
    }
    SF_ASSERT(field->type == SF_WIRE_KEY);
    memcpy(&number, &body->bytes[field->offset], sizeof number);
    return number <= SF_CACHE_KEY_BYTES_MAX;
}

/* Points the body's texts at the input behind the struct; NULL when they are not as the frame says,
 * otherwise where they end. */
static const uint8_t *restore_texts(const struct sf_wire_message *message,
                                    const struct shape *shape, const struct frame_head *frame,
                                    const uint8_t *texts, union sf_wire_body *body)
{
    const uint8_t *texts_end = texts + frame->texts_bytes;
    for (uint32_t i = 0; i < shape->texts_count; i++) {
        const struct sf_wire_field *field = &message->fields[shape->texts[i]];
        const char *text = NULL;
        if ((frame->texts_present >> i & 1u) != 0) {
            size_t left = (size_t)(texts_end - texts);
            const uint8_t *end = left > 0 ? memchr(texts, '\0', left) : NULL;
            if (end == NULL) {
                return NULL;
            }
            text = (const char *)texts;
            texts = end + 1;
        } else if (field->required) {
            return NULL;
        }
        memcpy(&body->bytes[field->offset], &text, sizeof text);
    }
    return texts == texts_end ? texts : NULL;
}

/* Points the body's texts and bytes at the input behind the struct. */
static bool restore_pointers(const struct sf_wire_message *message, const struct shape *shape,
                             const struct frame_head *frame, const uint8_t *texts,
                             union sf_wire_body *body)
{
    for (uint32_t i = 0; i < shape->checked_count; i++) {
        if (!field_is_sound(body, &message->fields[shape->checked[i]])) {
            return false;
        }
    }
    const uint8_t *texts_end = restore_texts(message, shape, frame, texts, body);
    if (texts_end != NULL && shape->raw > 0) {
        const struct sf_wire_bytes raw = {texts_end, frame->raw_bytes};
        memcpy(&body->bytes[message->fields[shape->raw - 1].offset], &raw, sizeof raw);
    }
    return texts_end != NULL && (shape->raw > 0 || frame->raw_bytes == 0);
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
    bool sound = restore_pointers(&table[frame.kind], shape_of(table, frame.kind), &frame,
                                  input + sizeof frame + frame.struct_bytes, body_out);
    return sound ? SF_READ_DONE : SF_READ_BAD;
}
