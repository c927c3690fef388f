/* Traces that a person can read, for tests: one record a line, in the text form that
 * sf_record_say prints. "100 healed within 50" is a record at 100 ns. What a line leaves out is 0.
 * "its own" stands for the tenant and the camera of the viewer's home: "161 hub 0 is shown its
 * own". Homes and what is in them are counted from 0. */
#ifndef STRAYFRAME_TESTS_TRACE_TEXT_H
#define STRAYFRAME_TESTS_TRACE_TEXT_H

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/trace/record_words.h"
#include "tests/unit/test.h"

/* A line under way: what stands at `at` is still to be read. */
struct trace_line {
    const char *at;
    const struct sf_kind *kind;
    uint64_t numbers[SF_RECORD_FIELDS_MAX];
    bool set[SF_RECORD_FIELDS_MAX];
};

/* Takes a phrase that ends where a word ends. */
static inline bool trace_take(struct trace_line *line, const char *phrase)
{
    size_t length = strlen(phrase);
    if (strncmp(line->at, phrase, length) != 0 ||
        (length > 0 && isalnum((unsigned char)line->at[length]))) {
        return false;
    }
    line->at += length;
    line->at += strspn(line->at, " ");
    return true;
}

static inline bool trace_take_number(struct trace_line *line, int base, uint64_t *out)
{
    char *end;
    bool minus = line->at[0] == '-';
    if (!isxdigit((unsigned char)line->at[minus]) ||
        (base == 10 && !isdigit((unsigned char)line->at[minus]))) {
        return false;
    }
    *out = minus ? (uint64_t)strtoll(line->at, &end, base) : strtoull(line->at, &end, base);
    if (isalpha((unsigned char)*end)) {
        return false;
    }
    line->at = end + strspn(end, " ");
    return true;
}

/* "01:02.000000003", or a number of ns. */
static inline bool trace_take_clock(struct trace_line *line, uint64_t *out)
{
    int64_t minutes;
    int64_t seconds;
    int64_t ns;
    int length = 0;
    if (sscanf(line->at, "%" SCNd64 ":%2" SCNd64 ".%9" SCNd64 "%n", &minutes, &seconds, &ns,
               &length) == 3) {
        *out = (uint64_t)(minutes * SF_MINUTE + seconds * SF_SECOND + ns);
        line->at += length;
        line->at += strspn(line->at, " ");
        return true;
    }
    return trace_take_number(line, 10, out);
}

static inline bool trace_take_viewer(struct trace_line *line, uint64_t *out)
{
    for (uint32_t kind = 0; kind < SF_VIEWERS_PER_HOME; kind++) {
        struct trace_line copy = *line;
        uint64_t home;
        if (trace_take(&copy, sf_viewer_kind_name(sf_viewer_id(kind))) &&
            trace_take_number(&copy, 10, &home)) {
            line->at = copy.at;
            *out = sf_viewer_of_home(sf_home_id((uint32_t)home), (enum sf_viewer_kind)kind).index;
            return true;
        }
    }
    return false;
}

/* The longest name of a value that stands there. */
static inline bool trace_take_word(struct trace_line *line, const struct sf_word *words,
                                   uint64_t *out)
{
    struct trace_line longest = *line;
    uint64_t number;
    for (; words->word != NULL; words++) {
        struct trace_line copy = *line;
        if (trace_take(&copy, words->word) && copy.at > longest.at) {
            longest = copy;
            *out = words->value;
        }
    }
    if (longest.at == line->at && trace_take(&longest, "flags") &&
        trace_take_number(&longest, 16, &number)) {
        *out = number;
    }
    bool taken = longest.at != line->at;
    line->at = longest.at;
    return taken;
}

static inline bool trace_take_of_viewer(struct trace_line *line, uint64_t *out)
{
    uint64_t viewer = 0;
    if (!trace_take_number(line, 10, out)) {
        return false;
    }
    if (trace_take(line, "of")) {
        assert_true(trace_take_viewer(line, &viewer));
        *out |= viewer << 32;
    }
    return true;
}

static inline bool trace_take_value(struct trace_line *line, enum sf_field_type type, uint64_t *out)
{
    const char *none = sf_field_none(type);
    if (sf_field_words(type) != NULL) {
        return trace_take_word(line, sf_field_words(type), out);
    }
    if (none != NULL && trace_take(line, none)) {
        *out = SF_NOBODY;
        return true;
    }
    switch (type) {
    case SF_TYPE_VIEWER:
        return trace_take_viewer(line, out);
    case SF_TYPE_REQUEST:
    case SF_TYPE_SESSION:
        return trace_take_of_viewer(line, out);
    case SF_TYPE_HASH:
        return trace_take_number(line, 16, out);
    case SF_TYPE_TIME:
    case SF_TYPE_DUE:
        if (trace_take(line, "never")) {
            *out = (uint64_t)(int64_t)SF_DUE_LOST;
            return true;
        }
        if (trace_take(line, "when it leaves")) {
            *out = (uint64_t)(int64_t)SF_DUE_TOLD_LATER;
            return true;
        }
        return trace_take_clock(line, out);
    default: /* the rest: said as a number */
        break;
    }
    if (sf_field_noun(type)[0] != '\0' && !trace_take(line, sf_field_noun(type))) {
        return false;
    }
    if (!trace_take_number(line, 10, out)) {
        return false;
    }
    (void)(sf_field_unit(type)[0] != '\0' && trace_take(line, sf_field_unit(type)));
    return true;
}

/* "its own": every tenant and camera that needs no label. */
static inline bool trace_take_own(struct trace_line *line)
{
    const struct sf_field *fields = line->kind->fields;
    if (fields[0].type != SF_TYPE_VIEWER || !trace_take(line, "its own")) {
        return false;
    }
    for (size_t i = 1; fields[i].name != NULL; i++) {
        bool owner = fields[i].type == SF_TYPE_TENANT || fields[i].type == SF_TYPE_TENANT_OR_NONE ||
                     fields[i].type == SF_TYPE_CAMERA;
        if (owner && fields[i].label[0] == '\0') {
            line->numbers[i] = sf_home_of_viewer(sf_viewer_id((uint32_t)line->numbers[0])).index;
            line->set[i] = true;
        }
    }
    return true;
}

static inline bool trace_take_field(struct trace_line *line)
{
    const struct sf_field *fields = line->kind->fields;
    for (size_t i = 0; fields[i].name != NULL; i++) {
        struct trace_line copy = *line;
        uint64_t number = 0;
        bool named = sf_field_words(fields[i].type) != NULL;
        if ((line->set[i] && !named) || !trace_take(&copy, fields[i].label) ||
            !trace_take_value(&copy, fields[i].type, &number)) {
            continue;
        }
        *line = copy;
        line->numbers[i] |= number;
        line->set[i] = true;
        return true;
    }
    return trace_take_own(line);
}

/* Can the line be a record of this kind? */
static inline bool trace_parse_as(const char *text, sf_ns at_ns, enum sf_record_kind kind,
                                  struct sf_record *out)
{
    struct trace_line line = {.at = text, .kind = sf_record_kind(kind)};
    const struct sf_field *fields = line.kind->fields;
    bool has_who = fields[0].name != NULL && fields[0].place == SF_PLACE_WHO;
    if (has_who && !trace_take_value(&line, fields[0].type, &line.numbers[0])) {
        return false;
    }
    line.set[0] = has_who;
    if (!trace_take(&line, line.kind->verb)) {
        return false;
    }
    bool needs_field = line.kind->verb[0] == '\0';
    line.at += strspn(line.at, ", ");
    while (*line.at != '\0') {
        if (!trace_take_field(&line)) {
            return false;
        }
        needs_field = false;
        line.at += strspn(line.at, ", ");
    }
    *out = sf_record_blank(kind);
    out->at_ns = at_ns;
    for (size_t i = 0; fields[i].name != NULL; i++) {
        if (line.set[i]) {
            sf_place_put(out, fields[i].place, line.numbers[i]);
        }
    }
    return !needs_field;
}

static inline struct sf_record trace_parse_line(const char *text)
{
    struct trace_line line = {.at = text + strspn(text, " ")};
    struct sf_record record = {0};
    uint64_t at_ns = 0;
    uint32_t found_count = 0;
    if (!trace_take_clock(&line, &at_ns)) {
        fail_msg("no time in \"%s\"", text);
    }
    for (int kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        found_count +=
            trace_parse_as(line.at, (sf_ns)at_ns, (enum sf_record_kind)kind, &record) ? 1 : 0;
    }
    if (found_count != 1) {
        fail_msg("\"%s\" can be a record of %u kinds", text, found_count);
    }
    return record;
}

/* A trace of a line a record. To be freed. */
static inline struct sf_record *trace_parse(const char *text, uint32_t *count_out)
{
    struct sf_record *records = NULL;
    char *copy = strdup(text);
    char *rest = copy;
    *count_out = 0;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        if (line[strspn(line, " ")] != '\0') {
            records = sf_realloc(records, *count_out + 1, sizeof *records);
            records[(*count_out)++] = trace_parse_line(line);
        }
    }
    free(copy);
    return records;
}

#endif
