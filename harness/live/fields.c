#include "harness/live/fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/value.h"

enum sf_err sf_fields_read_text(const char *path, struct sf_text *out, struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(out != NULL);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return sf_fail_at(diag, sf_err_of_file(errno), path, 0, 0, "cannot read: %s",
                          strerror(errno));
    }
    enum { FILE_BYTES_MAX = 16 << 20 };
    char part[4096];
    size_t count;
    while (out->length <= FILE_BYTES_MAX && (count = fread(part, 1, sizeof part, file)) > 0) {
        sf_text_add_bytes(out, part, count);
    }
    if (out->length > FILE_BYTES_MAX) {
        fclose(file);
        return sf_fail_at(diag, SF_ERR_INPUT, path, 0, 0,
                          "the file is larger than such a file can be (%d bytes)", FILE_BYTES_MAX);
    }
    bool failed = ferror(file) != 0;
    int reason = errno;
    fclose(file);
    if (failed) {
        return sf_fail_at(diag, sf_err_of_file(reason), path, 0, 0, "cannot read: %s",
                          strerror(reason));
    }
    sf_text_add_bytes(out, "", 0);
    return SF_OK;
}

enum sf_err sf_fields_read_file(const char *path, struct sf_arena *arena,
                                struct sf_yaml_node **root_out, struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(root_out != NULL);
    struct sf_text text = {0};
    enum sf_err err = sf_fields_read_text(path, &text, diag);
    if (err == SF_OK) {
        struct sf_yaml_source source = {.name = sf_fields_keep(arena, path),
                                        .text = text.data != NULL ? text.data : "",
                                        .bytes = text.length};
        err = sf_yaml_read(&source, arena, root_out, diag);
    }
    sf_text_free(&text);
    return err;
}

const char *sf_fields_keep(struct sf_arena *arena, const char *text)
{
    SF_ASSERT(arena != NULL);
    SF_ASSERT(text != NULL);
    size_t bytes = strlen(text) + 1;
    char *copy = sf_arena_take(arena, bytes, 1);
    memcpy(copy, text, bytes);
    return copy;
}

enum sf_err sf_fields_check(const struct sf_yaml_node *mapping, const char *const *known,
                            const char *what, struct sf_diag *diag)
{
    SF_ASSERT(mapping != NULL);
    SF_ASSERT(known != NULL);
    SF_ASSERT(what != NULL);
    if (mapping->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(mapping, diag, what, "keys and values");
    }
    for (const struct sf_yaml_node *entry = mapping->first; entry != NULL; entry = entry->next) {
        const char *const *at = known;
        while (*at != NULL && strcmp(*at, entry->key->text) != 0) {
            at++;
        }
        if (*at == NULL) {
            const char *nearest = sf_text_nearest(entry->key->text, known);
            return sf_yaml_fail(entry->key, diag, "there is no key '%s' in %s%s%s%s",
                                entry->key->text, what, nearest != NULL ? "; did you mean '" : "",
                                nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
        }
    }
    return SF_OK;
}

/* The value of a key, if it is there: one that is not empty. */
static enum sf_err get(const struct sf_yaml_node *mapping, const char *key, const char *expected,
                       const struct sf_yaml_node **value_out, struct sf_diag *diag)
{
    *value_out = sf_yaml_get(mapping, key);
    bool bad = *value_out != NULL &&
               ((*value_out)->kind != SF_YAML_SCALAR || (*value_out)->text[0] == '\0');
    return bad ? sf_yaml_unexpected(*value_out, diag, key, expected) : SF_OK;
}

enum sf_err sf_fields_text(struct sf_arena *arena, const struct sf_yaml_node *mapping,
                           const char *key, const char **text_out, struct sf_diag *diag)
{
    SF_ASSERT(mapping != NULL);
    SF_ASSERT(key != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(text_out != NULL);
    const struct sf_yaml_node *value;
    SF_TRY(get(mapping, key, "a text", &value, diag));
    if (value != NULL) {
        *text_out = sf_fields_keep(arena, value->text);
    }
    return SF_OK;
}

enum sf_err sf_fields_span(const struct sf_yaml_node *mapping, const char *key, sf_ns *span,
                           struct sf_diag *diag)
{
    SF_ASSERT(mapping != NULL);
    SF_ASSERT(key != NULL);
    SF_ASSERT(span != NULL);
    const struct sf_yaml_node *value;
    struct sf_diag why = {0};
    SF_TRY(get(mapping, key, "a time, such as 200ms", &value, diag));
    if (value != NULL && sf_value_duration_read(value->text, span, &why) != SF_OK) {
        return sf_yaml_fail(value, diag, "%s: %s", key, why.message);
    }
    return SF_OK;
}

enum sf_err sf_fields_count(const struct sf_yaml_node *mapping, const char *key, int64_t min,
                            int64_t max, uint32_t *count, struct sf_diag *diag)
{
    SF_ASSERT(mapping != NULL);
    SF_ASSERT(key != NULL);
    SF_ASSERT(count != NULL);
    SF_ASSERT(min >= 0);
    SF_ASSERT(max <= UINT32_MAX);
    const struct sf_yaml_node *value;
    struct sf_diag why = {0};
    int64_t number = *count;
    SF_TRY(get(mapping, key, "a number", &value, diag));
    if (value != NULL && sf_value_whole_read(value->text, &number, &why) != SF_OK) {
        return sf_yaml_fail(value, diag, "%s: %s", key, why.message);
    }
    if (value != NULL && (number < min || number > max)) {
        return sf_yaml_fail(value, diag, "%s: expected %lld to %lld", key, (long long)min,
                            (long long)max);
    }
    *count = (uint32_t)number;
    return SF_OK;
}
