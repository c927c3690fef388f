/* The loader's small readers: one node of the document to one value, with key and place in every
 * message. */
#include "harness/scenario/load.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/params.h"
#include "harness/scenario/value.h"

enum sf_err sf_load_wrong(struct sf_load *load, const struct sf_yaml_node *node, const char *what)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    char reason[sizeof load->diag->message];
    memcpy(reason, load->diag->message, sizeof reason);
    return sf_yaml_fail(node, load->diag, "%s: %.900s", what, reason);
}

enum sf_err sf_load_unknown(struct sf_load *load, const struct sf_yaml_node *node, const char *what,
                            const char *name, const char *const *known)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(name != NULL);
    SF_ASSERT(known != NULL);
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(name, shown);
    const char *nearest = sf_text_nearest(name, known);
    if (nearest != NULL) {
        return sf_yaml_fail(node, load->diag, "no %s is called '%s'; did you mean '%s'?", what,
                            shown, nearest);
    }
    struct sf_text list = {0};
    sf_value_words_print(known, &list);
    enum sf_err err = sf_yaml_fail(node, load->diag, "no %s is called '%s'; known are %.800s", what,
                                   shown, list.data);
    sf_text_free(&list);
    return err;
}

SF_MUST_USE static enum sf_err key_refuse(struct sf_load *load, const struct sf_yaml_node *key,
                                          const char *what, const char *const *known)
{
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(key->text, shown);
    const char *nearest = sf_text_nearest(key->text, known);
    if (nearest != NULL) {
        return sf_yaml_fail(key, load->diag, "unknown key '%s' in %s; did you mean '%s'?", shown,
                            what, nearest);
    }
    struct sf_text list = {0};
    sf_value_words_print(known, &list);
    enum sf_err err = sf_yaml_fail(key, load->diag, "unknown key '%s' in %s; known are %s", shown,
                                   what, list.data);
    sf_text_free(&list);
    return err;
}

enum sf_err sf_load_mapping(struct sf_load *load, const struct sf_yaml_node *node, const char *what,
                            const char *const *known)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(known != NULL);
    if (node->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(node, load->diag, what, "a mapping (key: value)");
    }
    for (const struct sf_yaml_node *entry = node->first; entry != NULL; entry = entry->next) {
        bool is_known = false;
        for (size_t i = 0; known[i] != NULL && !is_known; i++) {
            is_known = strcmp(known[i], entry->key->text) == 0;
        }
        if (!is_known) {
            return key_refuse(load, entry->key, what, known);
        }
    }
    return SF_OK;
}

enum sf_err sf_load_list(struct sf_load *load, const struct sf_yaml_node *node, const char *what,
                         uint32_t min, uint32_t max)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(min <= max);
    if (node->kind != SF_YAML_LIST) {
        return sf_yaml_unexpected(node, load->diag, what, "a list");
    }
    if (node->entries_count < min) {
        return sf_yaml_fail(node, load->diag, "%s: the list is empty", what);
    }
    if (node->entries_count > max) {
        return sf_yaml_fail(node, load->diag, "%s: %u entries, allowed are %u", what,
                            node->entries_count, max);
    }
    return SF_OK;
}

enum sf_err sf_load_value(struct sf_load *load, const struct sf_yaml_node *node, const char *what,
                          const char **text_out)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(text_out != NULL);
    if (node->kind != SF_YAML_SCALAR) {
        return sf_yaml_unexpected(node, load->diag, what, "a value");
    }
    if (node->is_null) {
        return sf_yaml_fail(node, load->diag, "%s: the value is missing", what);
    }
    *text_out = node->text;
    return SF_OK;
}

enum sf_err sf_load_text(struct sf_load *load, const struct sf_yaml_node *node, const char *what,
                         char *out, size_t bytes)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(bytes > 0);
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, what, &text));
    if (sf_value_text_check(text, bytes, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, what);
    }
    strncpy(out, text, bytes); /* fills up with zeros; the terminator fits, as was checked */
    return SF_OK;
}

enum sf_err sf_load_name(struct sf_load *load, const struct sf_yaml_node *node, const char *what,
                         char out[SF_TEXT_BYTES])
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(out != NULL);
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, what, &text));
    if (sf_value_name_check(text, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, what);
    }
    return sf_load_text(load, node, what, out, SF_TEXT_BYTES);
}

enum sf_err sf_load_cache(struct sf_load *load, const struct sf_yaml_node *node, const char *what,
                          char out[SF_CACHE_SPEC_BYTES])
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(out != NULL);
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, what, &text));
    if (sf_value_cache_check(text, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, what);
    }
    return sf_load_text(load, node, what, out, SF_CACHE_SPEC_BYTES);
}

enum sf_err sf_load_switch(struct sf_load *load, const struct sf_yaml_node *node, const char *what,
                           bool *on_out)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(on_out != NULL);
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, what, &text));
    if (sf_value_switch_read(text, on_out, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, what);
    }
    return SF_OK;
}

enum sf_err sf_load_duration(struct sf_load *load, const struct sf_yaml_node *node,
                             const char *what, sf_ns *ns_out)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(ns_out != NULL);
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, what, &text));
    if (sf_value_duration_read(text, ns_out, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, what);
    }
    return SF_OK;
}

enum sf_err sf_load_network_name(struct sf_load *load, const struct sf_yaml_node *node,
                                 const char *what, uint32_t *index_out)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(what != NULL);
    SF_ASSERT(index_out != NULL);
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, what, &text));
    const char *known[SF_NETWORKS_MAX + 1] = {NULL};
    for (uint32_t i = 0; i < load->plan->networks_count; i++) {
        known[i] = load->plan->networks[i].name;
        if (strcmp(known[i], text) == 0) {
            *index_out = i;
            return SF_OK;
        }
    }
    return sf_load_unknown(load, node, "network", text, known);
}

/* A section that would have no effect: what it sets belongs to something that is not there. */
SF_MUST_USE static enum sf_err presence_check(struct sf_load *load, const struct sf_yaml_node *node,
                                              const struct sf_param_table *table)
{
    uint32_t present = sf_param_present(table);
    if (present == UINT32_MAX || table->params[present].fallback != 0 ||
        sf_yaml_get(node, "present") != NULL) {
        return SF_OK;
    }
    return sf_yaml_fail(node, load->diag,
                        "%s: without 'present: true' no home has one, and this has no effect",
                        table->name);
}

enum sf_err sf_load_params(struct sf_load *load, const struct sf_yaml_node *node,
                           const struct sf_param_table *table, struct sf_plan_section *section)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(table != NULL);
    SF_ASSERT(section != NULL);
    SF_ASSERT(table->params_count <= SF_PARAMS_MAX);
    for (uint32_t i = 0; i < table->params_count; i++) {
        const struct sf_param *param = &table->params[i];
        const struct sf_yaml_node *value = sf_yaml_get(node, param->name);
        const char *text = NULL;
        if (value == NULL) {
            continue;
        }
        SF_TRY(sf_load_value(load, value, param->name, &text));
        if (sf_param_read(param, text, load->plan, &section->values[i], load->diag) != SF_OK) {
            return sf_load_wrong(load, value, param->name);
        }
    }
    return SF_OK;
}

enum sf_err sf_load_section(struct sf_load *load, const struct sf_yaml_node *node,
                            const struct sf_param_table *table, struct sf_plan_section *section)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(node != NULL);
    SF_ASSERT(table != NULL);
    SF_ASSERT(section != NULL);
    SF_ASSERT(table->params_count <= SF_PARAMS_MAX);
    const char *known[SF_PARAMS_MAX + 1] = {NULL};
    for (uint32_t i = 0; i < table->params_count; i++) {
        known[i] = table->params[i].name;
    }
    uint32_t present = sf_param_present(table);
    if (present != UINT32_MAX && node->kind == SF_YAML_SCALAR && strcmp(node->text, "none") == 0) {
        section->values[present] = 0;
        return SF_OK;
    }
    if (present != UINT32_MAX && node->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(node, load->diag, table->name, "a mapping (key: value) or none");
    }
    SF_TRY(sf_load_mapping(load, node, table->name, known));
    SF_TRY(presence_check(load, node, table));
    return sf_load_params(load, node, table, section);
}
