#include "harness/exhaust/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/exhaust/words.h"
#include "harness/scenario/yaml_tree.h"

enum { FORMAT = 1 };

static enum sf_err unknown(const struct sf_yaml_node *node, struct sf_diag *diag, const char *what,
                           const char *const *known)
{
    const char *nearest = sf_text_nearest(node->text, known);
    return sf_yaml_fail(node, diag, "there is no %s '%s'%s%s%s", what, node->text,
                        nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                        nearest != NULL ? "'?" : "");
}

static enum sf_err read_number(const struct sf_yaml_node *node, const char *key, uint64_t min,
                               uint64_t max, uint64_t *number_out, struct sf_diag *diag)
{
    char *end = NULL;
    errno = 0;
    unsigned long long number = node->kind == SF_YAML_SCALAR ? strtoull(node->text, &end, 10) : 0;
    bool digits = node->kind == SF_YAML_SCALAR && node->text[0] >= '0' && node->text[0] <= '9';
    if (!digits || end == NULL || *end != '\0' || errno != 0 || number < min || number > max) {
        return sf_yaml_fail(node, diag, "%s: expected a whole number from %llu to %llu", key,
                            (unsigned long long)min, (unsigned long long)max);
    }
    *number_out = number;
    return SF_OK;
}

/* One of the words; its index. */
static enum sf_err read_word(const struct sf_yaml_node *node, const char *what,
                             const char *const *words, uint32_t *index_out, struct sf_diag *diag)
{
    if (node->kind != SF_YAML_SCALAR) {
        return sf_yaml_unexpected(node, diag, what, "a word");
    }
    for (uint32_t i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], node->text) == 0) {
            *index_out = i;
            return SF_OK;
        }
    }
    return unknown(node, diag, what, words);
}

static enum sf_err read_text(const struct sf_yaml_node *node, const char *key, char *out,
                             size_t bytes, struct sf_diag *diag)
{
    if (node->kind != SF_YAML_SCALAR) {
        return sf_yaml_unexpected(node, diag, key, "a text");
    }
    if (strlen(node->text) >= bytes) {
        return sf_yaml_fail(node, diag, "%s: at most %zu bytes", key, bytes - 1);
    }
    snprintf(out, bytes, "%s", node->text);
    return SF_OK;
}

/* ---- the world ---- */

static enum sf_err read_families(const struct sf_yaml_node *node, struct sf_small_world *world,
                                 struct sf_diag *diag)
{
    if (node->kind != SF_YAML_LIST) {
        return sf_yaml_unexpected(node, diag, "families", "a list of words");
    }
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        uint32_t index;
        SF_TRY(read_word(entry, "family", sf_small_family_words, &index, diag));
        world->families |= 1u << index;
    }
    return SF_OK;
}

static enum sf_err read_field(const struct sf_yaml_node *node, const struct sf_small_field *field,
                              struct sf_small_world *world, struct sf_diag *diag)
{
    static const char *const answers[] = {"no", "yes", NULL};
    if (field->is_flag) {
        uint32_t answer;
        SF_TRY(read_word(node, field->word, answers, &answer, diag));
        *sf_small_flag(world, field) = answer == 1;
        return SF_OK;
    }
    uint64_t number;
    SF_TRY(read_number(node, field->word, field->min, field->max, &number, diag));
    *sf_small_number(world, field) = (uint32_t)number;
    return SF_OK;
}

static enum sf_err read_entry(const struct sf_yaml_node *node, struct sf_small_world *world,
                              struct sf_diag *diag)
{
    enum { WORDS_MAX = 32 };
    const char *words[WORDS_MAX] = {"name", "families", "numbers"};
    uint32_t count = 3;
    if (strcmp(node->key->text, "name") == 0) {
        return read_text(node, "name", world->name, sizeof world->name, diag);
    }
    if (strcmp(node->key->text, "families") == 0) {
        return read_families(node, world, diag);
    }
    if (strcmp(node->key->text, "numbers") == 0) {
        return read_word(node, "numbering", sf_small_numbering_words, &world->numbering, diag);
    }
    for (const struct sf_small_field *field = sf_small_fields; field->word != NULL; field++) {
        if (strcmp(node->key->text, field->word) == 0) {
            return read_field(node, field, world, diag);
        }
        words[count++] = field->word;
    }
    return unknown(node->key, diag, "key of a world", words);
}

static enum sf_err read_world(const struct sf_yaml_node *node, struct sf_small_world *world,
                              struct sf_diag *diag)
{
    static const struct sf_small_world least = {
        .name = "file", .tenants = 2, .cameras = 2, .nodes = 1, .still_bytes = 24};
    memcpy(world, &least,
           sizeof least); /* with its gaps, so that worlds can be compared as bytes */
    if (node->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(node, diag, "world", "its properties");
    }
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        SF_TRY(read_entry(entry, world, diag));
    }
    if (world->cameras < world->tenants) {
        return sf_yaml_fail(node, diag, "world: each of the %u tenants has a camera at least",
                            world->tenants);
    }
    if (world->pieces == 1) {
        return sf_yaml_fail(node, diag, "world: pieces: expected 2 or 3");
    }
    if (world->rows > 0 && world->still_turn > 0) {
        return sf_yaml_fail(node, diag, "world: stills of rows have one length: no still_turn");
    }
    if (world->rows == 1 || (world->rows > 1 && world->still_bytes < world->rows)) {
        return sf_yaml_fail(node, diag, "world: rows: expected 0, or 2 and more with a byte each");
    }
    return SF_OK;
}

/* ---- events ---- */

/* "a1": the first camera of tenant A. */
static enum sf_err read_camera(const struct sf_yaml_node *node, const struct sf_small_world *world,
                               uint8_t *camera_out, struct sf_diag *diag)
{
    const char *text = node->kind == SF_YAML_SCALAR ? node->text : "";
    uint32_t tenant = (uint32_t)(text[0] - 'a');
    uint32_t number = text[0] != '\0' ? (uint32_t)(text[1] - '1') : 0;
    uint32_t camera = tenant + number * world->tenants;
    bool good = text[0] != '\0' && tenant < world->tenants && text[1] != '\0' && text[2] == '\0' &&
                number < SF_SMALL_CAMERAS_MAX && camera < world->cameras;
    if (!good) {
        return sf_yaml_fail(
            node, diag, "'%s' is no camera of this world; a1 is the first one of tenant A", text);
    }
    *camera_out = (uint8_t)camera;
    return SF_OK;
}

static enum sf_err read_count(const struct sf_yaml_node *node, const char *key, uint32_t max,
                              uint8_t *index_out, struct sf_diag *diag)
{
    uint64_t number;
    SF_TRY(read_number(node, key, 1, max, &number, diag));
    *index_out = (uint8_t)(number - 1);
    return SF_OK;
}

static enum sf_err read_how(const struct sf_yaml_node *entry, const struct sf_small_world *world,
                            struct sf_small_event *event, struct sf_diag *diag)
{
    static const char *const keys[] = {"camera", "by", "of", "node", "connection", "takes", NULL};
    static const char *const connections[] = {"open", "new", NULL};
    static const char *const amounts[] = {"all", "half", NULL};
    static const char *const people[] = {"owner", "guest", NULL};
    uint32_t index;
    for (const struct sf_yaml_node *node = entry->first; node != NULL; node = node->next) {
        if (strcmp(node->key->text, "camera") == 0) {
            SF_TRY(read_camera(node, world, &event->a, diag));
        } else if (strcmp(node->key->text, "by") == 0) {
            SF_TRY(read_word(node, "viewer", sf_small_path_words, &index, diag));
            event->b |= (uint8_t)index;
        } else if (strcmp(node->key->text, "of") == 0) {
            SF_TRY(read_word(node, "person", people, &index, diag));
            event->b |= index == 1 ? SF_SMALL_ASK_GUEST : 0;
        } else if (strcmp(node->key->text, "node") == 0) {
            SF_TRY(read_count(node, "node", world->nodes, &event->c, diag));
        } else if (strcmp(node->key->text, "connection") == 0) {
            SF_TRY(read_word(node, "connection", connections, &index, diag));
            event->b |= index == 1 ? SF_SMALL_ASK_NEW : 0;
        } else if (strcmp(node->key->text, "takes") == 0) {
            SF_TRY(read_word(node, "amount", amounts, &index, diag));
            event->b |= index == 1 ? SF_SMALL_ASK_INTERRUPTED : 0;
        } else {
            return unknown(node->key, diag, "key of a request", keys);
        }
    }
    if (sf_yaml_get(entry, "camera") == NULL) {
        return sf_yaml_fail(entry, diag, "request: the key 'camera' is missing");
    }
    return SF_OK;
}

/* {of: 1, half: 2}, or a piece of more than two: {of: 1, piece: 3} */
static enum sf_err read_part(const struct sf_yaml_node *entry, const struct sf_small_world *world,
                             struct sf_small_event *event, struct sf_diag *diag)
{
    uint32_t pieces = world->pieces != 0 ? world->pieces : 2;
    const char *word = pieces == 2 ? "half" : "piece";
    const char *const keys[] = {"of", word, NULL};
    const struct sf_yaml_node *of = sf_yaml_get(entry, "of");
    const struct sf_yaml_node *half = sf_yaml_get(entry, word);
    if (of == NULL || half == NULL) {
        return sf_yaml_fail(entry, diag, "expected {of: NUMBER, %s: 1 to %u}", word, pieces);
    }
    for (const struct sf_yaml_node *node = entry->first; node != NULL; node = node->next) {
        if (node != of && node != half) {
            return unknown(node->key, diag, "key of a part", keys);
        }
    }
    SF_TRY(read_count(of, "of", 16, &event->a, diag));
    return read_count(half, word, pieces, &event->b, diag);
}

static enum sf_err read_lapse(const struct sf_yaml_node *node, struct sf_small_event *event,
                              struct sf_diag *diag)
{
    static const char *const lapses[] = {"2s", "30s", "10min", NULL};
    uint32_t index;
    SF_TRY(read_word(node, "lapse", lapses, &index, diag));
    event->a = (uint8_t)index;
    return SF_OK;
}

static enum sf_err read_operand(const struct sf_yaml_node *node, const struct sf_small_world *world,
                                struct sf_small_event *event, struct sf_diag *diag)
{
    if (sf_small_kind_operand_2(event->kind) == SF_SMALL_OF_HOW && node->kind == SF_YAML_MAPPING) {
        return read_how(node, world, event, diag);
    }
    if (sf_small_kind_operand_2(event->kind) == SF_SMALL_OF_PART) {
        return read_part(node, world, event, diag);
    }
    switch (sf_small_kind_operand(event->kind)) {
    case SF_SMALL_OF_CAMERA:
        return read_camera(node, world, &event->a, diag);
    case SF_SMALL_OF_TENANT:
        return read_count(node, "tenant", world->tenants, &event->a, diag);
    case SF_SMALL_OF_NODE:
        return read_count(node, "node", world->nodes, &event->a, diag);
    case SF_SMALL_OF_LAPSE:
        return read_lapse(node, event, diag);
    case SF_SMALL_OF_UPLOAD:
    case SF_SMALL_OF_FETCH:
    case SF_SMALL_OF_CONNECTION:
    case SF_SMALL_OF_QUESTION:
    case SF_SMALL_OF_REQUEST:
        return read_count(node, sf_small_kind_word(event->kind), 16, &event->a, diag);
    case SF_SMALL_OF_NONE:
    case SF_SMALL_OF_HOW:
    case SF_SMALL_OF_PART:
        break;
    }
    return sf_yaml_fail(node, diag, "%s takes nothing", sf_small_kind_word(event->kind));
}

static enum sf_err read_event(const struct sf_yaml_node *node, const struct sf_small_world *world,
                              struct sf_small_event *event, struct sf_diag *diag)
{
    const char *words[SF_SMALL_KINDS_COUNT + 1] = {NULL};
    bool alone = node->kind == SF_YAML_SCALAR;
    if (!alone && (node->kind != SF_YAML_MAPPING || node->entries_count != 1)) {
        return sf_yaml_unexpected(node, diag, "events", "a word, or one as in {upload: a1}");
    }
    const struct sf_yaml_node *word = alone ? node : node->first->key;
    for (uint32_t kind = 0; kind < SF_SMALL_KINDS_COUNT; kind++) {
        words[kind] = sf_small_kind_word(kind);
        if (strcmp(word->text, words[kind]) != 0) {
            continue;
        }
        *event = (struct sf_small_event){.kind = (uint8_t)kind};
        bool takes = sf_small_kind_operand(kind) != SF_SMALL_OF_NONE;
        if (alone && takes) {
            return sf_yaml_fail(word, diag, "%s: of what? As in {%s: 1}, or a camera: a1",
                                word->text, word->text);
        }
        return alone ? SF_OK : read_operand(node->first, world, event, diag);
    }
    return unknown(word, diag, "event", words);
}

static enum sf_err read_events(const struct sf_yaml_node *node, struct sf_small_file *file,
                               struct sf_diag *diag)
{
    if (node->kind != SF_YAML_LIST || node->entries_count == 0) {
        return sf_yaml_unexpected(node, diag, "events", "a list");
    }
    if (node->entries_count > SF_SMALL_EVENTS_MAX) {
        return sf_yaml_fail(node, diag, "events: at most %d", SF_SMALL_EVENTS_MAX);
    }
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        file->lines[file->order.count] = entry->line;
        SF_TRY(read_event(entry, &file->world, &file->order.events[file->order.count], diag));
        file->order.count++;
    }
    return SF_OK;
}

/* ---- the file ---- */

static enum sf_err read_root(const struct sf_yaml_node *root, struct sf_small_file *file,
                             struct sf_diag *diag)
{
    static const char *const keys[] = {"small_world", "cache", "baseline", "reconfigure", "expect",
                                       "seed",        "world", "events",   NULL};
    static const char *const required[] = {"small_world", "cache", "world", "events"};
    uint64_t format;
    if (root->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(root, diag, "a small-world file", "keys and values");
    }
    for (const struct sf_yaml_node *node = root->first; node != NULL; node = node->next) {
        uint32_t ignored;
        SF_TRY(read_word(node->key, "key", keys, &ignored, diag));
    }
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (sf_yaml_get(root, required[i]) == NULL) {
            return sf_yaml_fail(root, diag, "the key '%s' is missing", required[i]);
        }
    }
    SF_TRY(read_number(sf_yaml_get(root, "small_world"), "small_world", FORMAT, FORMAT, &format,
                       diag));
    SF_TRY(read_text(sf_yaml_get(root, "cache"), "cache", file->cache, sizeof file->cache, diag));
    const struct sf_yaml_node *node = sf_yaml_get(root, "baseline");
    if (node != NULL) {
        SF_TRY(read_text(node, "baseline", file->baseline, sizeof file->baseline, diag));
    }
    node = sf_yaml_get(root, "reconfigure");
    file->has_reconfigure = node != NULL;
    if (node != NULL) {
        SF_TRY(read_text(node, "reconfigure", file->reconfigure, sizeof file->reconfigure, diag));
    }
    node = sf_yaml_get(root, "expect");
    if (node != NULL) {
        SF_TRY(read_word(node, "expectation", sf_small_expect_words, &file->expect, diag));
    }
    node = sf_yaml_get(root, "seed");
    if (node != NULL) {
        SF_TRY(read_number(node, "seed", 0, UINT64_MAX, &file->seed, diag));
    }
    SF_TRY(read_world(sf_yaml_get(root, "world"), &file->world, diag));
    return read_events(sf_yaml_get(root, "events"), file, diag);
}

enum sf_err sf_small_file_parse(const char *text, size_t bytes, const char *name,
                                struct sf_small_file *file_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL || bytes == 0);
    SF_ASSERT(name != NULL);
    SF_ASSERT(file_out != NULL);
    const struct sf_yaml_source source = {.name = name, .text = text, .bytes = bytes};
    struct sf_arena arena;
    struct sf_yaml_node *root;
    *file_out = (struct sf_small_file){.seed = 1};
    sf_arena_init(&arena);
    enum sf_err err = sf_yaml_read(&source, &arena, &root, diag);
    if (err == SF_OK) {
        err = read_root(root, file_out, diag);
    }
    sf_arena_fini(&arena);
    return err;
}

enum sf_err sf_small_file_read(const char *path, struct sf_small_file *file_out,
                               struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(file_out != NULL);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return sf_fail(diag, sf_err_of_file(errno), "%s: %s", path, strerror(errno));
    }
    char *text = sf_alloc(SF_YAML_BYTES_MAX + 1, 1);
    size_t bytes = fread(text, 1, SF_YAML_BYTES_MAX + 1, file);
    enum sf_err err = ferror(file) ? sf_fail(diag, SF_ERR_MACHINE, "%s: %s", path, strerror(errno))
                                   : sf_small_file_parse(text, bytes, path, file_out, diag);
    fclose(file);
    free(text);
    return err;
}
