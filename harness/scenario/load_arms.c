/* Arms: variants of one scenario in one file. Each has a name and sets some addresses to other
 * values; `arm: NAME`, mostly by `--set`, chooses one. Without it the scenario is as it stands. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/address.h"
#include "harness/scenario/load.h"
#include "harness/scenario/scenario.h"

SF_MUST_USE static enum sf_err arm_check(struct sf_load *load, const struct sf_yaml_node *arm)
{
    static const char *const keys[] = {"name", "set", NULL};
    char name[SF_TEXT_BYTES];
    SF_TRY(sf_load_mapping(load, arm, "arms", keys));
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (sf_yaml_get(arm, keys[i]) == NULL) {
            return sf_yaml_fail(arm, load->diag, "arms: the key '%s' is missing", keys[i]);
        }
    }
    SF_TRY(sf_load_name(load, sf_yaml_get(arm, "name"), "name", name));
    const struct sf_yaml_node *set = sf_yaml_get(arm, "set");
    if (set->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(set, load->diag, "set", "a mapping (ADDRESS: value)");
    }
    return SF_OK;
}

/* The run's name says which arm it is. */
SF_MUST_USE static enum sf_err name_put(struct sf_load *load, const char *arm,
                                        struct sf_arena *arena)
{
    const struct sf_yaml_node *name = sf_yaml_get(load->root, "name");
    char both[2 * SF_TEXT_BYTES];
    if (name == NULL) {
        return SF_OK; /* is missed later */
    }
    snprintf(both, sizeof both, "%.63s-%.63s", name->text, arm);
    const struct sf_scenario_override override = {.key = "name", .value = both};
    return sf_address_set(load->root, &override, arena, load->diag);
}

SF_MUST_USE static enum sf_err arm_put(struct sf_load *load, const struct sf_yaml_node *arm,
                                       struct sf_arena *arena)
{
    struct sf_yaml_node *next;
    for (struct sf_yaml_node *value = sf_yaml_get(arm, "set")->first; value != NULL; value = next) {
        next = value->next;
        SF_TRY(sf_address_put(load->root, value->key->text, value, arena, load->diag));
    }
    return name_put(load, sf_yaml_get(arm, "name")->text, arena);
}

enum sf_err sf_load_arm(struct sf_load *load, struct sf_arena *arena)
{
    SF_ASSERT(load != NULL);
    SF_ASSERT(arena != NULL);
    const struct sf_yaml_node *arms = sf_yaml_get(load->root, "arms");
    const struct sf_yaml_node *chosen = sf_yaml_get(load->root, "arm");
    const char *known[SF_ARMS_OF_SCENARIO_MAX + 1] = {NULL};
    size_t count = 0;
    if (arms != NULL) {
        SF_TRY(sf_load_list(load, arms, "arms", 1, SF_ARMS_OF_SCENARIO_MAX));
    }
    for (const struct sf_yaml_node *arm = arms != NULL ? arms->first : NULL; arm != NULL;
         arm = arm->next) {
        SF_TRY(arm_check(load, arm));
        known[count++] = sf_yaml_get(arm, "name")->text;
    }
    if (chosen == NULL) {
        return SF_OK;
    }
    const char *text = NULL;
    SF_TRY(sf_load_value(load, chosen, "arm", &text));
    for (const struct sf_yaml_node *arm = arms != NULL ? arms->first : NULL; arm != NULL;
         arm = arm->next) {
        if (strcmp(sf_yaml_get(arm, "name")->text, text) == 0) {
            return arm_put(load, arm, arena);
        }
    }
    return sf_load_unknown(load, chosen, "arm", text, known);
}

enum sf_err sf_scenario_arms(const char *text, size_t bytes, const char *name,
                             struct sf_scenario_arms *arms_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(name != NULL);
    SF_ASSERT(arms_out != NULL);
    const struct sf_yaml_source source = {.name = name, .text = text, .bytes = bytes};
    struct sf_arena arena;
    struct sf_yaml_node *root = NULL;
    *arms_out = (struct sf_scenario_arms){0};
    sf_arena_init(&arena);
    enum sf_err err = sf_yaml_read(&source, &arena, &root, diag);
    const struct sf_yaml_node *arms = err == SF_OK ? sf_yaml_get(root, "arms") : NULL;
    for (const struct sf_yaml_node *arm = arms != NULL ? arms->first : NULL;
         arm != NULL && arms_out->count < SF_ARMS_OF_SCENARIO_MAX; arm = arm->next) {
        const struct sf_yaml_node *arm_name = sf_yaml_get(arm, "name");
        if (arm_name != NULL) {
            snprintf(arms_out->names[arms_out->count++], SF_TEXT_BYTES, "%.63s", arm_name->text);
        }
    }
    sf_arena_fini(&arena);
    return err;
}
