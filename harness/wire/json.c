#include "harness/wire/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"

/* ---- events ---- */

static void add_string(struct sf_text *out, const char *text, size_t count)
{
    sf_text_add_bytes(out, "\"", 1);
    for (size_t i = 0; i < count; i++) {
        uint8_t byte = (uint8_t)text[i];
        if (byte == '"' || byte == '\\') {
            sf_text_add(out, "\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            sf_text_add(out, "\\u%04x", byte);
        } else {
            sf_text_add_bytes(out, &text[i], 1);
        }
    }
    sf_text_add_bytes(out, "\"", 1);
}

/* 16 hexadecimal digits. */
static void add_id(struct sf_text *out, uint64_t id)
{
    char digits[18] = "\"";
    for (int i = 0; i < 16; i++) {
        digits[16 - i] = "0123456789abcdef"[id >> (4 * i) & 15];
    }
    digits[17] = '"';
    sf_text_add_bytes(out, digits, sizeof digits);
}

/* Decimal, without the price of printf. */
static void add_u64(struct sf_text *out, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    sf_text_add_bytes(out, digits + at, sizeof digits - at);
}

static void add_i64(struct sf_text *out, int64_t number)
{
    if (number < 0) {
        sf_text_add_bytes(out, "-", 1);
    }
    add_u64(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

static void add_name(struct sf_text *out, const char *name)
{
    sf_text_add_bytes(out, ",\"", 2);
    sf_text_add_bytes(out, name, strlen(name));
    sf_text_add_bytes(out, "\":", 2);
}

struct value {
    uint32_t u32;
    uint64_t u64;
    int64_t i64;
    const char *text;
    struct sf_wire_bytes bytes;
};

static struct value value_at(const uint8_t *at, enum sf_wire_type type)
{
    struct value value = {0};
    switch (type) {
    case SF_WIRE_U32:
    case SF_WIRE_WORD:
    case SF_WIRE_FLAG:
    case SF_WIRE_WORDS:
        memcpy(&value.u32, at, sizeof value.u32);
        break;
    case SF_WIRE_U64:
    case SF_WIRE_ID:
        memcpy(&value.u64, at, sizeof value.u64);
        break;
    case SF_WIRE_I64:
        memcpy(&value.i64, at, sizeof value.i64);
        break;
    case SF_WIRE_TEXT:
        memcpy(&value.text, at, sizeof value.text);
        break;
    case SF_WIRE_BYTES:
        memcpy(&value.bytes, at, sizeof value.bytes);
        break;
    case SF_WIRE_NAME:
    case SF_WIRE_KEY:
        break;
    }
    return value;
}

static const char *word_of(const struct sf_wire_field *field, uint32_t number)
{
    uint32_t i = 0;
    while (field->words[i] != NULL && i < number) {
        i++;
    }
    SF_ASSERT(field->words[i] != NULL);
    return field->words[i];
}

static void add_field(struct sf_text *out, const struct sf_wire_field *field, const void *body)
{
    const uint8_t *at = (const uint8_t *)body + field->offset;
    struct value value = value_at(at, field->type);
    switch (field->type) {
    case SF_WIRE_ID:
        if (value.u64 != 0) {
            add_name(out, field->name);
            add_id(out, value.u64);
        }
        return;
    case SF_WIRE_TEXT:
        if (value.text != NULL) {
            add_name(out, field->name);
            add_string(out, value.text, strlen(value.text));
        }
        return;
    case SF_WIRE_BYTES:
        add_name(out, field->name);
        add_u64(out, value.bytes.count);
        return;
    case SF_WIRE_U32:
        add_name(out, field->name);
        add_u64(out, value.u32);
        return;
    case SF_WIRE_U64:
        add_name(out, field->name);
        add_u64(out, value.u64);
        return;
    case SF_WIRE_I64:
        add_name(out, field->name);
        add_i64(out, value.i64);
        return;
    case SF_WIRE_FLAG: {
        const char *word = value.u32 != 0 ? "true" : "false";
        add_name(out, field->name);
        sf_text_add_bytes(out, word, strlen(word));
        return;
    }
    case SF_WIRE_WORD: {
        const char *word = word_of(field, value.u32);
        add_name(out, field->name);
        add_string(out, word, strlen(word));
        return;
    }
    case SF_WIRE_NAME: {
        add_name(out, field->name);
        add_string(out, (const char *)at + 1, *at);
        return;
    }
    case SF_WIRE_KEY:
    case SF_WIRE_WORDS:
        SF_UNREACHABLE(); /* in calls only */
    }
}

void sf_json_write_event(const struct sf_wire_head *head, const void *body, struct sf_text *out)
{
    SF_ASSERT(head != NULL);
    SF_ASSERT(out != NULL);
    const struct sf_wire_message *message = &sf_wire_events[head->kind];
    sf_text_add(out, "{\"event\":\"%s\"", message->name);
    if (head->kind != SF_EVENT_HELLO) {
        add_name(out, "now");
        add_i64(out, head->now_ns);
        add_name(out, "wall_ms");
        add_i64(out, head->wall_ms);
    }
    if (!head->reply) {
        sf_text_add(out, ",\"reply\":false");
    }
    struct sf_wire_bytes raw = {NULL, 0};
    for (const struct sf_wire_field *field = message->fields; field->name != NULL; field++) {
        add_field(out, field, body);
        if (field->type == SF_WIRE_BYTES) {
            raw = value_at((const uint8_t *)body + field->offset, SF_WIRE_BYTES).bytes;
        }
    }
    sf_text_add_bytes(out, "}\n", 2);
    sf_text_add_bytes(out, raw.bytes, raw.count);
}

/* ---- calls ---- */

/* What is being read, and where to say what is wrong with it. */
struct reading {
    struct sf_json_texts *texts;
    union sf_wire_body *body;
    char *problem;
    size_t problem_bytes;
    uint64_t raw_count;
};

__attribute__((format(printf, 2, 3))) static bool bad(struct reading *reading, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reading->problem, reading->problem_bytes, format, args);
    va_end(args);
    return false;
}

static const char *keep_text(struct sf_json_texts *texts, const char *text, size_t length)
{
    SF_ASSERT(texts->used + length + 1 <= sizeof texts->bytes); /* the line was no longer */
    char *kept = texts->bytes + texts->used;
    memcpy(kept, text, length);
    kept[length] = '\0';
    texts->used += length + 1;
    return kept;
}

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit != '\0' ? strchr(digits, digit) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

static bool read_id(const json_t *json, uint64_t *id_out)
{
    const char *text = json_string_value(json);
    *id_out = 0;
    if (text == NULL || json_string_length(json) != 16) {
        return false;
    }
    for (int i = 0; i < 16; i++) {
        if (hex_digit(text[i]) < 0) {
            return false;
        }
        *id_out = *id_out << 4 | (uint64_t)hex_digit(text[i]);
    }
    return true;
}

static bool read_word(const struct sf_wire_field *field, const json_t *json, uint32_t *number_out)
{
    const char *text = json_string_value(json);
    for (uint32_t i = 0; text != NULL && field->words[i] != NULL; i++) {
        if (strcmp(text, field->words[i]) == 0) {
            *number_out = i;
            return true;
        }
    }
    return false;
}

/* Unknown words are ignored: a later version of the protocol may have more. */
static bool read_words(const struct sf_wire_field *field, const json_t *json, uint32_t *set_out)
{
    *set_out = 0;
    if (!json_is_array(json)) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(json); i++) {
        uint32_t number;
        if (!json_is_string(json_array_get(json, i))) {
            return false;
        }
        if (read_word(field, json_array_get(json, i), &number)) {
            *set_out |= 1u << number;
        }
    }
    return true;
}

static bool read_number(const json_t *json, int64_t min, int64_t max, int64_t *number_out)
{
    *number_out = json_is_integer(json) ? json_integer_value(json) : 0;
    return json_is_integer(json) && *number_out >= min && *number_out <= max;
}

static bool read_name(const json_t *json, struct sf_wire_name *name)
{
    size_t length = json_is_string(json) ? json_string_length(json) : 0;
    if (length == 0 || length > SF_WIRE_NAME_BYTES_MAX) {
        return false;
    }
    name->bytes_count = (uint8_t)length;
    memcpy(name->bytes, json_string_value(json), length);
    return true;
}

static bool read_value(struct reading *reading, const struct sf_wire_field *field,
                       const json_t *json)
{
    uint8_t *at = &reading->body->bytes[field->offset];
    uint32_t u32 = 0;
    uint64_t u64 = 0;
    int64_t i64 = 0;
    switch (field->type) {
    case SF_WIRE_U32:
        if (!read_number(json, 0, UINT32_MAX, &i64)) {
            return bad(reading, "'%s' is no number from 0 to 4294967295", field->name);
        }
        u32 = (uint32_t)i64;
        memcpy(at, &u32, sizeof u32);
        return true;
    case SF_WIRE_U64:
    case SF_WIRE_I64:
        if (!read_number(json, field->type == SF_WIRE_U64 ? 0 : INT64_MIN, INT64_MAX, &i64)) {
            return bad(reading, "'%s' is no whole number of 63 bits", field->name);
        }
        memcpy(at, &i64, sizeof i64);
        return true;
    case SF_WIRE_ID:
        if (!read_id(json, &u64)) {
            return bad(reading, "'%s' is no string of 16 hexadecimal digits", field->name);
        }
        memcpy(at, &u64, sizeof u64);
        return true;
    case SF_WIRE_WORD:
        if (!read_word(field, json, &u32)) {
            return bad(reading, "'%s' is none of its words", field->name);
        }
        memcpy(at, &u32, sizeof u32);
        return true;
    case SF_WIRE_WORDS:
        if (!read_words(field, json, &u32)) {
            return bad(reading, "'%s' is no list of words", field->name);
        }
        memcpy(at, &u32, sizeof u32);
        return true;
    case SF_WIRE_FLAG:
        if (!json_is_boolean(json)) {
            return bad(reading, "'%s' is neither true nor false", field->name);
        }
        u32 = json_is_true(json);
        memcpy(at, &u32, sizeof u32);
        return true;
    case SF_WIRE_TEXT: {
        if (!json_is_string(json)) {
            return bad(reading, "'%s' is no string", field->name);
        }
        const char *text =
            keep_text(reading->texts, json_string_value(json), json_string_length(json));
        memcpy(at, &text, sizeof text);
        return true;
    }
    case SF_WIRE_NAME:
        if (!read_name(json, (struct sf_wire_name *)at)) {
            return bad(reading, "'%s' is no string of 1 to %d bytes", field->name,
                       SF_WIRE_NAME_BYTES_MAX);
        }
        return true;
    case SF_WIRE_BYTES:
        if (!read_number(json, 0, SF_WIRE_BYTES_MAX, &i64)) {
            return bad(reading, "'%s' is no number from 0 to %d", field->name, SF_WIRE_BYTES_MAX);
        }
        reading->raw_count = (uint64_t)i64;
        return true;
    case SF_WIRE_KEY:
        SF_UNREACHABLE(); /* read_key */
    }
    SF_UNREACHABLE();
}

/* A key is text, or hexadecimal digits in another field. */
static bool read_key(struct reading *reading, const struct sf_wire_field *field, const json_t *call)
{
    struct sf_wire_key key = {0};
    const json_t *hex = json_object_get(call, "key_hex");
    const json_t *json = hex != NULL ? hex : json_object_get(call, field->name);
    size_t length = json_is_string(json) ? json_string_length(json) : 0;
    const char *text = json_string_value(json);
    size_t count = hex != NULL ? length / 2 : length;
    if (count == 0 || count > sizeof key.bytes || (hex != NULL && length % 2 != 0)) {
        return bad(reading, "'%s' is missing, or no key of 1 to %zu bytes", field->name,
                   sizeof key.bytes);
    }
    key.bytes_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        int high = hex != NULL ? hex_digit(text[2 * i]) : 0;
        int low = hex != NULL ? hex_digit(text[2 * i + 1]) : 0;
        if (high < 0 || low < 0) {
            return bad(reading, "'key_hex' is no text of hexadecimal digits");
        }
        key.bytes[i] = hex != NULL ? (uint8_t)(high << 4 | low) : (uint8_t)text[i];
    }
    memcpy(&reading->body->bytes[field->offset], &key, sizeof key);
    return true;
}

static bool read_fields(struct reading *reading, const struct sf_wire_message *message,
                        const json_t *call)
{
    for (const struct sf_wire_field *field = message->fields; field->name != NULL; field++) {
        const json_t *json = json_object_get(call, field->name);
        if (field->type == SF_WIRE_KEY) {
            if (!read_key(reading, field, call)) {
                return false;
            }
        } else if (json == NULL && field->required) {
            return bad(reading, "the call '%s' lacks '%s'", message->name, field->name);
        } else if (json != NULL && !read_value(reading, field, json)) {
            return false;
        }
    }
    return true;
}

static bool read_call(struct reading *reading, const json_t *call, struct sf_wire_head *head)
{
    const char *name = json_string_value(json_object_get(call, "call"));
    for (uint32_t kind = 0; name != NULL && kind < SF_CALLS_COUNT; kind++) {
        if (strcmp(sf_wire_calls[kind].name, name) == 0) {
            *head = (struct sf_wire_head){.kind = kind};
            return read_fields(reading, &sf_wire_calls[kind], call);
        }
    }
    return name != NULL ? bad(reading, "there is no call '%.40s'", name)
                        : bad(reading, "it has no string 'call'");
}

/* Points the body's bytes at the input behind the line. */
static void point_at_raw(const struct sf_wire_message *message, const uint8_t *raw, uint64_t count,
                         union sf_wire_body *body)
{
    for (const struct sf_wire_field *field = message->fields; field->name != NULL; field++) {
        if (field->type == SF_WIRE_BYTES) {
            const struct sf_wire_bytes bytes = {raw, count};
            memcpy(&body->bytes[field->offset], &bytes, sizeof bytes);
        }
    }
}

enum sf_read sf_json_read_call(const uint8_t *input, size_t count, struct sf_json_texts *texts,
                               struct sf_wire_head *head_out, union sf_wire_body *body_out,
                               size_t *used_out, char *problem_out, size_t problem_bytes)
{
    SF_ASSERT(input != NULL || count == 0);
    SF_ASSERT(texts != NULL);
    SF_ASSERT(head_out != NULL);
    SF_ASSERT(body_out != NULL);
    SF_ASSERT(used_out != NULL);
    SF_ASSERT(problem_out != NULL);
    size_t line_max = count < SF_WIRE_LINE_BYTES_MAX ? count : SF_WIRE_LINE_BYTES_MAX;
    const uint8_t *end = memchr(input, '\n', line_max);
    struct reading reading = {
        .texts = texts, .body = body_out, .problem = problem_out, .problem_bytes = problem_bytes};
    texts->used = 0;
    if (end == NULL) {
        if (count < SF_WIRE_LINE_BYTES_MAX) {
            return SF_READ_SHORT;
        }
        bad(&reading, "a line is longer than %d bytes", SF_WIRE_LINE_BYTES_MAX);
        return SF_READ_BAD;
    }
    size_t line = (size_t)(end - input);
    json_error_t error;
    json_t *call = json_loadb((const char *)input, line, JSON_REJECT_DUPLICATES, &error);
    memset(body_out, 0, sizeof *body_out);
    bool sound;
    if (call == NULL) {
        sound = bad(&reading, "it is no JSON: %.100s", error.text);
    } else {
        sound = read_call(&reading, call, head_out);
    }
    json_decref(call);
    if (!sound) {
        return SF_READ_BAD;
    }
    if (count - line - 1 < reading.raw_count) {
        return SF_READ_SHORT;
    }
    point_at_raw(&sf_wire_calls[head_out->kind], end + 1, reading.raw_count, body_out);
    *used_out = line + 1 + (size_t)reading.raw_count;
    return SF_READ_DONE;
}
