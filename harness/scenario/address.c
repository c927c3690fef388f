#include "harness/scenario/address.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/value.h"

enum { PARTS_MAX = SF_YAML_DEPTH_MAX, PART_BYTES = SF_TEXT_BYTES };

struct address {
    char parts[PARTS_MAX][PART_BYTES];
    size_t parts_count;
};

/* False when it is no address: an empty part, too many, too long. */
static bool address_read(const char *text, struct address *address_out)
{
    address_out->parts_count = 0;
    for (;;) {
        size_t length = strcspn(text, ".");
        if (length == 0 || length >= PART_BYTES || address_out->parts_count == PARTS_MAX) {
            return false;
        }
        char *part = address_out->parts[address_out->parts_count++];
        memcpy(part, text, length);
        part[length] = '\0';
        if (text[length] == '\0') {
            return true;
        }
        text += length + 1;
    }
}

static bool has_name(const struct sf_yaml_node *entry, const char *name)
{
    const struct sf_yaml_node *node = sf_yaml_get(entry, "name");
    return node != NULL && node->kind == SF_YAML_SCALAR && strcmp(node->text, name) == 0;
}

/* The index that a part spells, UINT32_MAX for none. */
static uint32_t index_of_part(const char *part)
{
    int64_t index = 0;
    if (sf_value_whole_read(part, &index, NULL) != SF_OK || index < 0 || index >= UINT32_MAX) {
        return UINT32_MAX;
    }
    return (uint32_t)index;
}

static struct sf_yaml_node *child_find(const struct sf_yaml_node *parent, const char *part)
{
    if (parent->kind == SF_YAML_MAPPING) {
        return sf_yaml_get(parent, part);
    }
    uint32_t index = index_of_part(part);
    struct sf_yaml_node *at_index = NULL;
    uint32_t i = 0;
    for (struct sf_yaml_node *entry = parent->first; entry != NULL; entry = entry->next, i++) {
        if (has_name(entry, part)) {
            return entry;
        }
        if (i == index) {
            at_index = entry;
        }
    }
    return at_index;
}

const struct sf_yaml_node *sf_address_find(const struct sf_yaml_node *root, const char *text)
{
    SF_ASSERT(root != NULL);
    SF_ASSERT(text != NULL);
    struct address address;
    const struct sf_yaml_node *node = root;
    if (!address_read(text, &address)) {
        return node;
    }
    for (size_t i = 0; i < address.parts_count; i++) {
        const struct sf_yaml_node *child = child_find(node, address.parts[i]);
        if (child == NULL) {
            break;
        }
        node = child;
    }
    return node;
}

struct setter {
    struct sf_arena *arena;
    struct sf_diag *diag;
    const char *file; /* "--set KEY" */
    const char *value;
};

static char *copy(struct sf_arena *arena, const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(sf_arena_take(arena, bytes, 1), text, bytes);
}

static struct sf_yaml_node *node_create(const struct setter *setter, enum sf_yaml_kind kind,
                                        const char *text)
{
    struct sf_yaml_node *node = sf_arena_take(setter->arena, 1, sizeof *node);
    node->kind = kind;
    node->file = setter->file;
    node->text = copy(setter->arena, text);
    return node;
}

/* The names of the entries that there are, for "did you mean". */
static enum sf_err entry_refuse(const struct setter *setter, const struct sf_yaml_node *parent,
                                const char *what, const char *part)
{
    const char *known[SF_YAML_ENTRIES_MAX + 1];
    size_t count = 0;
    for (const struct sf_yaml_node *entry = parent->first; entry != NULL; entry = entry->next) {
        const struct sf_yaml_node *name =
            entry->key != NULL ? entry->key : sf_yaml_get(entry, "name");
        if (name != NULL && count < SF_YAML_ENTRIES_MAX) { /* other overrides may have added some */
            known[count++] = name->text;
        }
    }
    known[count] = NULL;
    const char *nearest = sf_text_nearest(part, known);
    if (nearest != NULL) {
        return sf_fail_at(setter->diag, SF_ERR_INPUT, setter->file, 0, 0,
                          "there are no %s called '%s'; did you mean '%s'?", what, part, nearest);
    }
    if (count == 0 && parent->entries_count > 0) {
        return sf_fail_at(setter->diag, SF_ERR_INPUT, setter->file, 0, 0,
                          "there is no entry '%s'; the entries are 0 to %u", part,
                          parent->entries_count - 1);
    }
    return sf_fail_at(setter->diag, SF_ERR_INPUT, setter->file, 0, 0, "there are no %s called '%s'",
                      what, part);
}

/* The next node on the way; a mapping's absent section comes into being. */
static enum sf_err step(const struct setter *setter, struct sf_yaml_node *parent,
                        const struct address *address, size_t depth, struct sf_yaml_node **next_out)
{
    const char *part = address->parts[depth];
    if (parent->kind == SF_YAML_SCALAR) {
        char shown[SF_SHOWN_BYTES];
        return sf_fail_at(setter->diag, SF_ERR_INPUT, setter->file, 0, 0,
                          "'%s' is '%s' there and has no '%s'; set it as a whole, {%s: ...}",
                          address->parts[depth - 1], sf_value_shown(parent->text, shown), part,
                          part);
    }
    *next_out = child_find(parent, part);
    if (*next_out != NULL) {
        return SF_OK;
    }
    bool has_names = depth == 1 && strcmp(address->parts[0], "networks") == 0;
    if (parent->kind == SF_YAML_LIST || has_names) {
        return entry_refuse(setter, parent, address->parts[depth - 1], part);
    }
    *next_out = node_create(setter, SF_YAML_MAPPING, "");
    (*next_out)->key = node_create(setter, SF_YAML_SCALAR, part);
    sf_yaml_append(parent, *next_out);
    return SF_OK;
}

static enum sf_err value_create(const struct setter *setter, struct sf_yaml_node **node_out)
{
    if (setter->value[0] != '{' && setter->value[0] != '[') {
        *node_out = node_create(setter, SF_YAML_SCALAR, setter->value);
        return SF_OK;
    }
    const struct sf_yaml_source source = {.name = setter->file,
                                          .text = setter->value,
                                          .bytes = strlen(setter->value),
                                          .has_no_lines = true};
    return sf_yaml_read(&source, setter->arena, node_out, setter->diag);
}

/* Puts `fresh` in the place of `old`, which keeps its neighbours. */
static void replace(struct sf_yaml_node *old, const struct sf_yaml_node *fresh)
{
    struct sf_yaml_node *next = old->next;
    struct sf_yaml_node *key = old->key;
    *old = *fresh;
    old->next = next;
    old->key = key;
}

/* `both` set by hand wins over what the file says for one direction. */
static void directions_remove(struct sf_yaml_node *network)
{
    struct sf_yaml_node *entry = network->first;
    network->first = NULL;
    network->last = NULL;
    network->entries_count = 0;
    while (entry != NULL) {
        struct sf_yaml_node *next = entry->next;
        bool is_direction =
            strcmp(entry->key->text, "up") == 0 || strcmp(entry->key->text, "down") == 0;
        if (!is_direction) {
            sf_yaml_append(network, entry);
        }
        entry = next;
    }
}

static enum sf_err value_put(const struct setter *setter, struct sf_yaml_node *parent,
                             const struct address *address, const struct sf_yaml_node *value)
{
    const char *part = address->parts[address->parts_count - 1];
    if (address->parts_count == 3 && strcmp(address->parts[0], "networks") == 0 &&
        strcmp(part, "both") == 0 && parent->kind == SF_YAML_MAPPING) {
        directions_remove(parent);
    }
    if (parent->kind == SF_YAML_MAPPING && sf_yaml_get(parent, part) == NULL) {
        struct sf_yaml_node *entry = node_create(setter, SF_YAML_SCALAR, "");
        replace(entry, value);
        entry->key = node_create(setter, SF_YAML_SCALAR, part);
        sf_yaml_append(parent, entry);
        return SF_OK;
    }
    struct sf_yaml_node *old = NULL;
    SF_TRY(step(setter, parent, address, address->parts_count - 1, &old));
    replace(old, value);
    return SF_OK;
}

/* `value` NULL: the setter's text. */
static enum sf_err put_at(const struct setter *setter, struct sf_yaml_node *root, const char *key,
                          struct sf_yaml_node *value)
{
    struct address address;
    if (!address_read(key, &address)) {
        return sf_fail_at(setter->diag, SF_ERR_INPUT, setter->file, 0, 0,
                          "this is not an address such as 'duration' or 'homes.NAME.count'");
    }
    struct sf_yaml_node *parent = root;
    for (size_t i = 0; i + 1 < address.parts_count; i++) {
        SF_TRY(step(setter, parent, &address, i, &parent));
    }
    if (value == NULL) {
        SF_TRY(value_create(setter, &value));
    }
    return value_put(setter, parent, &address, value);
}

enum sf_err sf_address_set(struct sf_yaml_node *root, const struct sf_scenario_override *override,
                           struct sf_arena *arena, struct sf_diag *diag)
{
    SF_ASSERT(root != NULL);
    SF_ASSERT(override != NULL);
    SF_ASSERT(arena != NULL);
    struct sf_text file = {0};
    sf_text_add(&file, "--set %.200s", override->key);
    struct setter setter = {arena, diag, copy(arena, file.data), override->value};
    sf_text_free(&file);
    return put_at(&setter, root, override->key, NULL);
}

enum sf_err sf_address_put(struct sf_yaml_node *root, const char *address,
                           struct sf_yaml_node *value, struct sf_arena *arena, struct sf_diag *diag)
{
    SF_ASSERT(root != NULL);
    SF_ASSERT(address != NULL);
    SF_ASSERT(value != NULL);
    SF_ASSERT(arena != NULL);
    struct setter setter = {arena, diag, value->file, ""};
    return put_at(&setter, root, address, value);
}
