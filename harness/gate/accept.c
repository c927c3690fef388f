#include "harness/gate/accept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/oracle/oracle.h"
#include "harness/scenario/value.h"
#include "harness/scenario/yaml_tree.h"

/* The text of a key of one entry. */
static enum sf_err text_of(const struct sf_yaml_node *entry, const char *key, size_t bytes_max,
                           const struct sf_yaml_node **node_out, struct sf_diag *diag)
{
    const struct sf_yaml_node *node = sf_yaml_get(entry, key);
    if (node == NULL) {
        return sf_yaml_fail(entry, diag, "%s is missing: each entry has finding, reason and until",
                            key);
    }
    if (node->kind != SF_YAML_SCALAR || node->text[0] == '\0') {
        return sf_yaml_unexpected(node, diag, key, "a text");
    }
    if (strlen(node->text) >= bytes_max) {
        return sf_yaml_fail(node, diag, "%s: longer than %zu bytes", key, bytes_max - 1);
    }
    *node_out = node;
    return SF_OK;
}

/* The name of a signature begins with its oracle, or with crash or hang. */
static enum sf_err check_name(const struct sf_yaml_node *node, struct sf_diag *diag)
{
    const char *known[SF_ORACLES_MAX + 3] = {"crash", "hang"};
    char first[SF_ACCEPTED_NAME_BYTES];
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        known[2 + i] = sf_oracles()[i]->name;
    }
    snprintf(first, sizeof first, "%.*s", (int)strcspn(node->text, ":"), node->text);
    for (uint32_t i = 0; known[i] != NULL; i++) {
        if (strcmp(known[i], first) == 0) {
            return SF_OK;
        }
    }
    const char *nearest = sf_text_nearest(first, known);
    return sf_yaml_fail(
        node, diag, "no oracle is called '%s'%s%s%s; names of findings are in the gate's output",
        first, nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
        nearest != NULL ? "'?" : "");
}

static enum sf_err read_until(const struct sf_yaml_node *node, int64_t now_unix_s,
                              struct sf_accepted *accepted, struct sf_diag *diag)
{
    char instant[32];
    int64_t end_unix_s;
    snprintf(instant, sizeof instant, "%.12sT23:59:59Z", node->text);
    if (strlen(node->text) != sizeof accepted->until - 1 ||
        sf_value_instant_read(instant, &end_unix_s, NULL) != SF_OK) {
        return sf_yaml_fail(node, diag, "until: expected a day, such as 2027-01-31, not '%s'",
                            node->text);
    }
    snprintf(accepted->until, sizeof accepted->until, "%s", node->text);
    accepted->expired = now_unix_s > end_unix_s;
    return SF_OK;
}

static enum sf_err read_entry(const struct sf_yaml_node *entry, int64_t now_unix_s,
                              struct sf_accepts *accepts, struct sf_diag *diag)
{
    static const char *const keys[] = {"finding", "reason", "until", NULL};
    const struct sf_yaml_node *name;
    const struct sf_yaml_node *reason;
    const struct sf_yaml_node *until;
    if (entry->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(entry, diag, "an entry", "finding, reason and until");
    }
    for (const struct sf_yaml_node *is = entry->first; is != NULL; is = is->next) {
        const char *nearest = sf_text_nearest(is->key->text, keys);
        if (nearest == NULL || strcmp(nearest, is->key->text) != 0) {
            return sf_yaml_fail(is->key, diag, "unknown key '%s'%s%s%s", is->key->text,
                                nearest != NULL ? "; did you mean '" : "",
                                nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
        }
    }
    if (accepts->count == SF_ACCEPTED_MAX) {
        return sf_yaml_fail(entry, diag, "more than %d entries", SF_ACCEPTED_MAX);
    }
    struct sf_accepted *accepted = &accepts->items[accepts->count];
    SF_TRY(text_of(entry, "finding", sizeof accepted->name, &name, diag));
    SF_TRY(text_of(entry, "reason", sizeof accepted->reason, &reason, diag));
    SF_TRY(text_of(entry, "until", 64, &until, diag));
    SF_TRY(check_name(name, diag));
    if (sf_accepts_find(accepts, name->text) != NULL) {
        return sf_yaml_fail(name, diag, "'%s' is listed twice", name->text);
    }
    SF_TRY(read_until(until, now_unix_s, accepted, diag));
    snprintf(accepted->name, sizeof accepted->name, "%s", name->text);
    snprintf(accepted->reason, sizeof accepted->reason, "%s", reason->text);
    accepts->count++;
    return SF_OK;
}

static enum sf_err read_text(const char *path, char **text_out, size_t *bytes_out,
                             struct sf_diag *diag)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: %s", path, strerror(errno));
    }
    char *text = sf_alloc(SF_YAML_BYTES_MAX + 1, 1);
    errno = 0;
    *bytes_out = fread(text, 1, SF_YAML_BYTES_MAX + 1, file);
    bool failed = ferror(file) != 0;
    int number = errno;
    fclose(file);
    if (failed) {
        free(text);
        return sf_fail(diag, sf_err_of_file(number), "%s: %s", path, strerror(number));
    }
    *text_out = text;
    return SF_OK;
}

enum sf_err sf_accepts_read(const char *path, int64_t now_unix_s, struct sf_accepts *accepts,
                            struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(accepts != NULL);
    struct sf_arena arena;
    struct sf_yaml_node *root;
    char *text = NULL;
    size_t bytes = 0;
    *accepts = (struct sf_accepts){0};
    SF_TRY(read_text(path, &text, &bytes, diag));
    sf_arena_init(&arena);
    const struct sf_yaml_source source = {.name = path, .text = text, .bytes = bytes};
    enum sf_err err = sf_yaml_read(&source, &arena, &root, diag);
    if (err == SF_OK && root->kind != SF_YAML_LIST) {
        err = sf_yaml_unexpected(root, diag, "the file", "a list of findings");
    }
    for (const struct sf_yaml_node *entry = err == SF_OK ? root->first : NULL;
         entry != NULL && err == SF_OK; entry = entry->next) {
        err = read_entry(entry, now_unix_s, accepts, diag);
    }
    sf_arena_fini(&arena);
    free(text);
    return err;
}

const struct sf_accepted *sf_accepts_find(const struct sf_accepts *accepts, const char *name)
{
    SF_ASSERT(accepts != NULL);
    SF_ASSERT(name != NULL);
    for (uint32_t i = 0; i < accepts->count; i++) {
        if (strcmp(accepts->items[i].name, name) == 0) {
            return &accepts->items[i];
        }
    }
    return NULL;
}
