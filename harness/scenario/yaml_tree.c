#include "harness/scenario/yaml_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "harness/base/assert.h"
#include "harness/scenario/value.h"

struct reader {
    const struct sf_yaml_source *source;
    struct sf_arena *arena;
    struct sf_diag *diag;
    struct sf_yaml_node *root;
    struct sf_yaml_node *open[SF_YAML_DEPTH_MAX]; /* the collections that are not closed yet */
    struct sf_yaml_node *key;                     /* read, its value not yet */
    uint32_t depth;
    uint32_t documents_count;
};

enum sf_err sf_yaml_fail(const struct sf_yaml_node *node, struct sf_diag *diag, const char *format,
                         ...)
{
    SF_ASSERT(node != NULL);
    char message[sizeof diag->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return sf_fail_at(diag, SF_ERR_INPUT, node->file, node->line, node->column, "%s", message);
}

struct sf_yaml_node *sf_yaml_get(const struct sf_yaml_node *mapping, const char *key)
{
    SF_ASSERT(mapping != NULL);
    SF_ASSERT(key != NULL);
    if (mapping->kind != SF_YAML_MAPPING) {
        return NULL;
    }
    for (struct sf_yaml_node *entry = mapping->first; entry != NULL; entry = entry->next) {
        if (strcmp(entry->key->text, key) == 0) {
            return entry;
        }
    }
    return NULL;
}

void sf_yaml_append(struct sf_yaml_node *parent, struct sf_yaml_node *entry)
{
    SF_ASSERT(parent != NULL);
    SF_ASSERT(entry != NULL);
    SF_ASSERT(parent->kind != SF_YAML_SCALAR);
    SF_ASSERT((parent->kind == SF_YAML_MAPPING) == (entry->key != NULL));
    entry->next = NULL;
    if (parent->last == NULL) {
        parent->first = entry;
    } else {
        parent->last->next = entry;
    }
    parent->last = entry;
    parent->entries_count++;
}

enum sf_err sf_yaml_unexpected(const struct sf_yaml_node *node, struct sf_diag *diag,
                               const char *key, const char *expected)
{
    SF_ASSERT(node != NULL);
    SF_ASSERT(key != NULL);
    SF_ASSERT(expected != NULL);
    char shown[SF_SHOWN_BYTES];
    const char *is = NULL;
    switch (node->kind) {
    case SF_YAML_SCALAR:
        is = node->is_null ? "nothing" : NULL;
        break;
    case SF_YAML_LIST:
        is = "a list";
        break;
    case SF_YAML_MAPPING:
        is = "a mapping";
        break;
    }
    if (is == NULL) {
        return sf_yaml_fail(node, diag, "%s: expected %s, not '%s'", key, expected,
                            sf_value_shown(node->text, shown));
    }
    return sf_yaml_fail(node, diag, "%s: expected %s, not %s", key, expected, is);
}

static enum sf_err fail_at_mark(struct reader *reader, const yaml_mark_t *mark, const char *format,
                                const char *word)
{
    bool places = !reader->source->has_no_lines;
    char message[512];
    /* `format` is one of this file's own, with at most one %s. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(message, sizeof message, format, word);
#pragma GCC diagnostic pop
    return sf_fail_at(reader->diag, SF_ERR_INPUT, reader->source->name,
                      places ? (uint32_t)mark->line + 1 : 0,
                      places ? (uint32_t)mark->column + 1 : 0, "%s", message);
}

static struct sf_yaml_node *node_create(struct reader *reader, enum sf_yaml_kind kind,
                                        const yaml_mark_t *mark)
{
    struct sf_yaml_node *node = sf_arena_take(reader->arena, 1, sizeof *node);
    bool places = !reader->source->has_no_lines;
    node->kind = kind;
    node->file = reader->source->name;
    node->line = places ? (uint32_t)mark->line + 1 : 0;
    node->column = places ? (uint32_t)mark->column + 1 : 0;
    node->text = "";
    return node;
}

static enum sf_err key_accept(struct reader *reader, struct sf_yaml_node *mapping,
                              struct sf_yaml_node *key)
{
    char shown[SF_SHOWN_BYTES];
    if (key->kind != SF_YAML_SCALAR || key->is_null || key->text[0] == '\0') {
        return sf_yaml_fail(key, reader->diag, "a key must be a word");
    }
    const struct sf_yaml_node *before = sf_yaml_get(mapping, key->text);
    if (before != NULL && before->key->line > 0) {
        return sf_yaml_fail(key, reader->diag, "the key '%s' is here twice, first in line %u",
                            sf_value_shown(key->text, shown), before->key->line);
    }
    if (before != NULL) {
        return sf_yaml_fail(key, reader->diag, "the key '%s' is here twice",
                            sf_value_shown(key->text, shown));
    }
    reader->key = key;
    return SF_OK;
}

/* Puts a finished scalar or a just opened collection where it belongs. */
static enum sf_err node_place(struct reader *reader, struct sf_yaml_node *node)
{
    if (reader->depth == 0) {
        reader->root = node;
        return SF_OK;
    }
    struct sf_yaml_node *parent = reader->open[reader->depth - 1];
    if (parent->entries_count == SF_YAML_ENTRIES_MAX) {
        return sf_yaml_fail(node, reader->diag, "more than %d entries", SF_YAML_ENTRIES_MAX);
    }
    if (parent->kind == SF_YAML_MAPPING && reader->key == NULL) {
        return key_accept(reader, parent, node);
    }
    node->key = reader->key;
    reader->key = NULL;
    sf_yaml_append(parent, node);
    return SF_OK;
}

static enum sf_err collection_open(struct reader *reader, struct sf_yaml_node *node)
{
    SF_TRY(node_place(reader, node));
    if (reader->depth == SF_YAML_DEPTH_MAX) {
        return sf_yaml_fail(node, reader->diag, "nested deeper than %d levels", SF_YAML_DEPTH_MAX);
    }
    reader->open[reader->depth++] = node;
    return SF_OK;
}

static enum sf_err scalar_read(struct reader *reader, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    struct sf_yaml_node *node = node_create(reader, SF_YAML_SCALAR, &event->start_mark);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)value[i];
        if (byte == '\n') {
            return sf_yaml_fail(node, reader->diag,
                                "the value has a line break; write it in one "
                                "line (or after '>-')");
        }
        if (byte < 0x20 || byte == 0x7f) {
            return sf_yaml_fail(node, reader->diag,
                                "the value has the unprintable character U+%04X", byte);
        }
    }
    char *text = sf_arena_take(reader->arena, length + 1, 1);
    memcpy(text, value, length);
    node->text = text;
    node->is_null = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                    (length == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
    return node_place(reader, node);
}

static enum sf_err refuse_properties(struct reader *reader, const yaml_mark_t *mark,
                                     const yaml_char_t *anchor, const yaml_char_t *tag)
{
    char shown[SF_SHOWN_BYTES];
    if (anchor != NULL) {
        return fail_at_mark(reader, mark,
                            "the anchor '&%s': anchors are not supported, write the value where it "
                            "is used",
                            sf_value_shown((const char *)anchor, shown));
    }
    if (tag != NULL) {
        static const char core[] = "tag:yaml.org,2002:"; /* "!!" in the file */
        bool is_core = strncmp((const char *)tag, core, sizeof core - 1) == 0;
        sf_value_shown((const char *)tag + (is_core ? sizeof core - 1 : 0), shown);
        return fail_at_mark(reader, mark,
                            is_core ? "the tag '!!%s': tags are not supported"
                                    : "the tag '%s': tags are not supported",
                            shown);
    }
    return SF_OK;
}

static enum sf_err event_read(struct reader *reader, const yaml_event_t *event)
{
    const yaml_mark_t *mark = &event->start_mark;
    char shown[SF_SHOWN_BYTES];
    switch (event->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return SF_OK;
    case YAML_DOCUMENT_START_EVENT:
        if (reader->documents_count++ > 0) {
            return fail_at_mark(reader, mark, "a second document starts here; %s",
                                "one file holds one scenario");
        }
        return SF_OK;
    case YAML_ALIAS_EVENT:
        return fail_at_mark(reader, mark,
                            "the alias '*%s': aliases are not supported, write the value here",
                            sf_value_shown((const char *)event->data.alias.anchor, shown));
    case YAML_SCALAR_EVENT:
        SF_TRY(refuse_properties(reader, mark, event->data.scalar.anchor, event->data.scalar.tag));
        return scalar_read(reader, event);
    case YAML_SEQUENCE_START_EVENT:
        SF_TRY(refuse_properties(reader, mark, event->data.sequence_start.anchor,
                                 event->data.sequence_start.tag));
        return collection_open(reader, node_create(reader, SF_YAML_LIST, mark));
    case YAML_MAPPING_START_EVENT:
        SF_TRY(refuse_properties(reader, mark, event->data.mapping_start.anchor,
                                 event->data.mapping_start.tag));
        return collection_open(reader, node_create(reader, SF_YAML_MAPPING, mark));
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        SF_ASSERT(reader->depth > 0);
        reader->depth--;
        return SF_OK;
    }
    SF_UNREACHABLE();
}

/* The place of a byte, in lines and characters. Only for messages: it reads the text from the
 * start. */
static void place_of_byte(const struct sf_yaml_source *source, size_t offset, uint32_t *line_out,
                          uint32_t *column_out)
{
    uint32_t line = 1;
    uint32_t column = 1;
    for (size_t i = 0; i < offset && i < source->bytes; i++) {
        unsigned char byte = (unsigned char)source->text[i];
        if (byte == '\n') {
            line++;
            column = 1;
        } else if ((byte & 0xc0) != 0x80) {
            column++;
        }
    }
    *line_out = source->has_no_lines ? 0 : line;
    *column_out = source->has_no_lines ? 0 : column;
}

/* The byte at a place, `bytes` when it is behind the end. */
static size_t byte_of_place(const struct sf_yaml_source *source, size_t line, size_t column)
{
    size_t at = 0;
    for (size_t i = 0; i < line; i++) {
        const char *end = memchr(source->text + at, '\n', source->bytes - at);
        if (end == NULL) {
            return source->bytes;
        }
        at = (size_t)(end - source->text) + 1;
    }
    for (size_t i = 0; i < column && at < source->bytes; i++) {
        at++;
        while (at < source->bytes && ((unsigned char)source->text[at] & 0xc0) == 0x80) {
            at++;
        }
    }
    return at;
}

/* What is no text at all. libyaml counts from the byte that it choked on, which may be inside a
 * character; the place is the character's. */
static enum sf_err encoding_refuse(struct reader *reader, const yaml_parser_t *parser)
{
    const struct sf_yaml_source *source = reader->source;
    size_t offset = parser->problem_offset;
    bool is_inside = strstr(parser->problem, "trailing") != NULL;
    for (int i = 0; i < 3 && is_inside && offset > 0; i++) {
        offset--;
        is_inside = ((unsigned char)source->text[offset] & 0xc0) != 0xc0;
    }
    uint32_t line;
    uint32_t column;
    place_of_byte(source, offset, &line, &column);
    if (strstr(parser->problem, "control character") != NULL) {
        return sf_fail_at(reader->diag, SF_ERR_INPUT, source->name, line, column,
                          "the unprintable character U+%04X", (unsigned)parser->problem_value);
    }
    return sf_fail_at(reader->diag, SF_ERR_INPUT, source->name, line, column,
                      "the file is not UTF-8 here");
}

static bool says(const char *said, const char *words)
{
    return said != NULL && strstr(said, words) != NULL;
}

/* The usual mistakes, in words of our own; false when it is none of them. */
static bool mistake_refuse(struct reader *reader, const yaml_parser_t *parser, enum sf_err *err_out)
{
    const struct sf_yaml_source *source = reader->source;
    const yaml_mark_t *mark = &parser->problem_mark;
    size_t byte = byte_of_place(source, mark->line, mark->column);
    char character[2] = {byte < source->bytes ? source->text[byte] : '\0', '\0'};
    if (character[0] == '\t') {
        *err_out = fail_at_mark(reader, mark, "a tab; %s", "YAML is indented with spaces");
    } else if (says(parser->problem, "mapping values are not allowed")) {
        *err_out = fail_at_mark(reader, mark, "a ':' cannot stand here; %s",
                                "put a text that has ': ' in it into quotes");
    } else if (says(parser->problem, "cannot start any token")) {
        *err_out = fail_at_mark(reader, mark, "nothing starts with '%s'; put the text into quotes",
                                character);
    } else if (says(parser->problem, "could not find expected ':'")) {
        *err_out = fail_at_mark(reader, &parser->context_mark, "a key without ':'%s", " behind it");
    } else if (says(parser->context, "quoted scalar") && says(parser->problem, "unexpected")) {
        *err_out = fail_at_mark(reader, &parser->context_mark, "the quote that %s is never closed",
                                "starts here");
    } else {
        return false;
    }
    return true;
}

static enum sf_err syntax_refuse(struct reader *reader, const yaml_parser_t *parser)
{
    enum sf_err err;
    if (parser->error == YAML_MEMORY_ERROR) {
        return sf_fail(reader->diag, SF_ERR_MACHINE, "the machine has no memory left");
    }
    if (parser->error == YAML_READER_ERROR) {
        return encoding_refuse(reader, parser);
    }
    if (mistake_refuse(reader, parser, &err)) {
        return err;
    }
    const yaml_mark_t *mark = &parser->problem_mark;
    char problem[200];
    snprintf(problem, sizeof problem, "%s", parser->problem != NULL ? parser->problem : "unknown");
    if (parser->context != NULL && parser->context_mark.line != mark->line &&
        !reader->source->has_no_lines) {
        snprintf(problem, sizeof problem, "%s (%s that starts in line %zu)", parser->problem,
                 parser->context, parser->context_mark.line + 1);
    }
    return fail_at_mark(reader, mark, "this is not YAML: %s", problem);
}

static enum sf_err events_read(struct reader *reader, yaml_parser_t *parser)
{
    yaml_event_type_t type = YAML_NO_EVENT;
    while (type != YAML_STREAM_END_EVENT) { /* each turn eats input, which ends */
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            return syntax_refuse(reader, parser);
        }
        type = event.type;
        enum sf_err err = event_read(reader, &event);
        yaml_event_delete(&event);
        if (err != SF_OK) {
            return err;
        }
    }
    return SF_OK;
}

static enum sf_err text_check(const struct sf_yaml_source *source, struct sf_diag *diag)
{
    if (source->bytes > SF_YAML_BYTES_MAX) {
        return sf_fail_at(diag, SF_ERR_INPUT, source->name, 0, 0,
                          "the file is larger than a scenario can be (%d bytes)",
                          SF_YAML_BYTES_MAX);
    }
    if (source->bytes >= 2 &&
        (memcmp(source->text, "\xff\xfe", 2) == 0 || memcmp(source->text, "\xfe\xff", 2) == 0)) {
        return sf_fail_at(diag, SF_ERR_INPUT, source->name, 1, 1,
                          "the file is in UTF-16; save it in UTF-8");
    }
    return SF_OK;
}

enum sf_err sf_yaml_read(const struct sf_yaml_source *source, struct sf_arena *arena,
                         struct sf_yaml_node **root_out, struct sf_diag *diag)
{
    SF_ASSERT(source != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(root_out != NULL);
    SF_TRY(text_check(source, diag));
    struct sf_yaml_source text = *source;
    if (text.bytes >= 3 && memcmp(text.text, "\xef\xbb\xbf", 3) == 0) { /* a byte order mark */
        text.text += 3;
        text.bytes -= 3;
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        return sf_fail(diag, SF_ERR_MACHINE, "the machine has no memory left");
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.text, text.bytes);
    struct reader reader = {.source = &text, .arena = arena, .diag = diag};
    enum sf_err err = events_read(&reader, &parser);
    yaml_parser_delete(&parser);
    if (err != SF_OK) {
        return err;
    }
    if (reader.root == NULL) {
        return sf_fail_at(diag, SF_ERR_INPUT, source->name, 1, 1,
                          "the file is empty; a scenario starts with 'strayframe: 1'");
    }
    *root_out = reader.root;
    return SF_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Folding changes only white space, so the characters that are none are counted on both sides. */
bool sf_yaml_place_inside(const struct sf_yaml_source *source, const struct sf_yaml_node *scalar,
                          size_t offset, uint32_t *line_out, uint32_t *column_out)
{
    SF_ASSERT(source != NULL);
    SF_ASSERT(scalar != NULL);
    SF_ASSERT(line_out != NULL);
    SF_ASSERT(column_out != NULL);
    SF_ASSERT(scalar->kind == SF_YAML_SCALAR);
    if (scalar->line == 0) {
        return false;
    }
    struct sf_yaml_source text = *source;
    if (text.bytes >= 3 && memcmp(text.text, "\xef\xbb\xbf", 3) == 0) {
        text.text += 3;
        text.bytes -= 3;
    }
    size_t at = byte_of_place(&text, scalar->line - 1, scalar->column - 1);
    char style = at < text.bytes ? text.text[at] : '\0';
    if (style == '\'' || style == '"') {
        at++;
    } else if (style == '>' || style == '|') {
        const char *end = memchr(text.text + at, '\n', text.bytes - at);
        at = end != NULL ? (size_t)(end - text.text) : text.bytes;
    }
    size_t length = strlen(scalar->text);
    for (size_t i = 0; i <= offset && i <= length; i++) {
        if (i < offset && is_blank(scalar->text[i])) {
            continue;
        }
        while (i < length && at < text.bytes && is_blank(text.text[at])) {
            at++;
        }
        if (i == offset) {
            place_of_byte(&text, at, line_out, column_out);
            return true;
        }
        if (at >= text.bytes || text.text[at] != scalar->text[i]) {
            return false;
        }
        at++;
    }
    return false;
}
