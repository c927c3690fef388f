#include "harness/trace/record_words.h"

#include <inttypes.h>
#include <string.h>

#include "harness/base/ids.h"

/* A piece of the table's text. Length 0: the field means nothing. */
struct words {
    const char *text;
    size_t length;
};

/* Does the description of a field begin here: "a ", "b ", "c ", "d " or "flags "? */
static bool field_begins(const char *at)
{
    return (at[0] >= 'a' && at[0] <= 'd' && at[1] == ' ') || strncmp(at, "flags ", 6) == 0;
}

/* Where the part that begins at `at` ends: at a ';', or at a ',' with another field behind it. */
static size_t part_length(const char *at)
{
    size_t length = 0;
    while (at[length] != '\0' && at[length] != ';' &&
           !(at[length] == ',' && field_begins(at + length + 2))) {
        length++;
    }
    return length;
}

/* What a field of this kind means: 'w' who, 'a' to 'd', 'f' flags. */
static struct words meaning(enum sf_record_kind kind, char field)
{
    const char *at = sf_record_kind_fields(kind);
    size_t length = part_length(at);
    if (field == 'w') {
        return (struct words){at, at[0] == '-' ? 0 : length};
    }
    while (at[length] != '\0') {
        at += length + 2; /* "; " or ", " */
        length = part_length(at);
        if (field_begins(at) && at[0] == field) {
            size_t skip = field == 'f' ? strlen("flags ") : 2;
            return (struct words){at + skip, length - skip};
        }
    }
    return (struct words){"", 0};
}

static bool starts(struct words words, const char *with)
{
    return words.length >= strlen(with) && strncmp(words.text, with, strlen(with)) == 0;
}

static bool mentions(struct words words, const char *part)
{
    const char *found = strstr(words.text, part);
    return found != NULL && found + strlen(part) <= words.text + words.length;
}

/* ---- in words ---- */

/* "capture << 32 | share ppm": two numbers in one field. */
static bool say_halves(struct words words, uint64_t value, struct sf_text *out)
{
    static const char between[] = " << 32 | ";
    const char *found = strstr(words.text, between);
    if (found == NULL || found >= words.text + words.length) {
        return false;
    }
    const char *low = found + strlen(between);
    sf_text_add(out, ", %.*s %" PRIu64 ", %.*s %" PRIu32, (int)(found - words.text), words.text,
                value >> 32, (int)(words.text + words.length - low), low, (uint32_t)value);
    return true;
}

static void say_field(struct words words, uint64_t value, struct sf_text *out)
{
    if (words.length == 0 || say_halves(words, value, out)) {
        return;
    }
    sf_text_add(out, ", %.*s ", (int)words.length, words.text);
    if (mentions(words, "hash")) {
        sf_text_add(out, "%016" PRIx64, value);
    } else if (starts(words, "request") && value >> 32 != 0) {
        sf_text_add(out, "%" PRIu32 " of viewer %" PRIu64, (uint32_t)value, value >> 32);
    } else {
        sf_text_add(out, "%" PRId64, (int64_t)value);
    }
}

/* 32 bits whose all-ones mean -1: nobody, lost. */
static uint64_t widened(struct words words, uint32_t value)
{
    return value == UINT32_MAX || mentions(words, "offset") ? (uint64_t)(int64_t)(int32_t)value
                                                            : value;
}

void sf_record_say(const struct sf_record *record, struct sf_text *out)
{
    enum sf_record_kind kind = (enum sf_record_kind)record->kind;
    struct words who = meaning(kind, 'w');
    sf_text_add(out, "%02" PRId64 ":%02" PRId64 ".%09" PRId64 " %s", record->at_ns / SF_MINUTE,
                record->at_ns % SF_MINUTE / SF_SECOND, record->at_ns % SF_SECOND,
                sf_record_kind_name(kind));
    if (who.length > 0) {
        sf_text_add(out, ": %.*s %" PRIu32, (int)who.length, who.text, record->who);
    }
    say_field(meaning(kind, 'a'), widened(meaning(kind, 'a'), record->a), out);
    say_field(meaning(kind, 'b'), widened(meaning(kind, 'b'), record->b), out);
    say_field(meaning(kind, 'c'), record->c, out);
    say_field(meaning(kind, 'd'), record->d, out);
    if (record->flags != 0 || meaning(kind, 'f').length > 0) {
        sf_text_add(out, ", flags 0x%x", record->flags);
    }
}

static void say_differing(struct sf_text *out, const char *name, struct words words)
{
    sf_text_add(out, "%s%s", out->length > 0 ? ", " : "", name);
    if (words.length > 0) {
        sf_text_add(out, " (%.*s)", (int)words.length, words.text);
    }
}

void sf_record_say_difference(const struct sf_record *first, const struct sf_record *second,
                              struct sf_text *out)
{
    const struct words none = {"", 0};
    if (first->at_ns != second->at_ns) {
        say_differing(out, "the time", none);
    }
    if (first->kind != second->kind) {
        say_differing(out, "what happened", none);
        return; /* the fields of different kinds mean different things */
    }
    enum sf_record_kind kind = (enum sf_record_kind)first->kind;
    const struct {
        char field;
        const char *name;
        bool differs;
    } fields[] = {
        {'w', "who", first->who != second->who}, {'a', "a", first->a != second->a},
        {'b', "b", first->b != second->b},       {'c', "c", first->c != second->c},
        {'d', "d", first->d != second->d},       {'f', "flags", first->flags != second->flags},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].differs) {
            say_differing(out, fields[i].name, meaning(kind, fields[i].field));
        }
    }
}

/* ---- who is meant ---- */

static enum sf_subject subject_of(struct words words)
{
    static const struct {
        const char *word;
        enum sf_subject subject;
    } subjects[] = {
        {"tenant", SF_SUBJECT_TENANT}, {"camera", SF_SUBJECT_CAMERA}, {"viewer", SF_SUBJECT_VIEWER},
        {"link", SF_SUBJECT_LINK},     {"home", SF_SUBJECT_CAMERA},
    };
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        if (starts(words, subjects[i].word)) {
            return subjects[i].subject;
        }
    }
    return SF_SUBJECT_OTHER;
}

enum sf_subject sf_record_subject(enum sf_record_kind kind)
{
    return subject_of(meaning(kind, 'w'));
}

/* ---- from outside ---- */

static uint64_t end_of(struct words words, uint32_t homes_count)
{
    switch (subject_of(words)) {
    case SF_SUBJECT_TENANT:
    case SF_SUBJECT_CAMERA:
        return homes_count;
    case SF_SUBJECT_VIEWER:
        return SF_VIEWERS_PER_HOME * (uint64_t)homes_count;
    case SF_SUBJECT_LINK:
        return 2 * (uint64_t)homes_count;
    case SF_SUBJECT_OTHER:
        break;
    }
    return UINT64_MAX; /* it is a number and names nobody */
}

void sf_record_bounds_init(struct sf_record_bounds *bounds, uint32_t homes_count)
{
    static const char fields[] = {'w', 'a', 'b'};
    for (int kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        for (size_t i = 0; i < sizeof fields; i++) {
            struct words words = meaning((enum sf_record_kind)kind, fields[i]);
            bounds->end[kind][i] = end_of(words, homes_count);
            bounds->nobody[kind][i] = mentions(words, "-1 nobody");
        }
    }
}

bool sf_record_fits(const struct sf_record_bounds *bounds, const struct sf_record *record)
{
    if (record->kind >= SF_RECORD_KINDS_COUNT || record->at_ns < 0) {
        return false;
    }
    const uint32_t values[] = {record->who, record->a, record->b};
    for (int i = 0; i < 3; i++) {
        bool nobody = values[i] == SF_NOBODY && bounds->nobody[record->kind][i];
        if (values[i] >= bounds->end[record->kind][i] && !nobody) {
            return false;
        }
    }
    return true;
}
