/* From a file to a plan: the way through, and the head of a scenario. Sections are read in the
 * order in which the writer prints them, whatever their order in the file, so that texts get the
 * same numbers. */
#include "harness/scenario/load.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/address.h"
#include "harness/scenario/check.h"
#include "harness/scenario/params.h"
#include "harness/scenario/scenario.h"
#include "harness/scenario/value.h"

SF_MUST_USE static enum sf_err version_load(struct sf_load *load)
{
    const struct sf_yaml_node *node = sf_yaml_get(load->root, "strayframe");
    if (node == NULL) {
        return sf_yaml_fail(load->root, load->diag,
                            "the key 'strayframe' is missing; a scenario "
                            "starts with 'strayframe: 1'");
    }
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, "strayframe", &text));
    if (strcmp(text, "1") != 0) {
        char shown[SF_SHOWN_BYTES];
        return sf_yaml_fail(node, load->diag,
                            "strayframe: this program reads scenarios of version 1, not '%s'",
                            sf_value_shown(text, shown));
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err keys_check(struct sf_load *load)
{
    const char *const known[] = {"strayframe",
                                 "name",
                                 "title",
                                 "seed",
                                 "swarm",
                                 "vary",
                                 "vary_home",
                                 "gate_every",
                                 "start",
                                 "duration",
                                 "cache",
                                 "live",
                                 "arm",
                                 "arms",
                                 load->schema->tables[SF_SECTION_STILL]->name,
                                 load->schema->tables[SF_SECTION_CLOUD]->name,
                                 load->schema->tables[SF_SECTION_DESTINATIONS]->name,
                                 "networks",
                                 "homes",
                                 "timeline",
                                 "fates",
                                 "expect",
                                 NULL};
    static const char *const required[] = {"name", "duration", "homes", NULL};
    SF_TRY(sf_load_mapping(load, load->root, "the scenario", known));
    for (size_t i = 0; required[i] != NULL; i++) {
        if (sf_yaml_get(load->root, required[i]) == NULL) {
            return sf_yaml_fail(load->root, load->diag, "the key '%s' is missing", required[i]);
        }
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err seed_load(struct sf_load *load, const struct sf_yaml_node *node)
{
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, "seed", &text));
    if (sf_value_seed_read(text, &load->plan->seed, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, "seed");
    }
    return SF_OK;
}

/* A key of the head that may be missing: then the value stays. */
SF_MUST_USE static enum sf_err param_load(struct sf_load *load, const struct sf_param *param,
                                          int64_t *value)
{
    const struct sf_yaml_node *node = sf_yaml_get(load->root, param->name);
    const char *text = NULL;
    if (node == NULL) {
        return SF_OK;
    }
    SF_TRY(sf_load_value(load, node, param->name, &text));
    if (sf_param_read(param, text, load->plan, value, load->diag) != SF_OK ||
        sf_param_check(param, *value, load->plan, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, param->name);
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err start_load(struct sf_load *load, const struct sf_yaml_node *node)
{
    const char *text = NULL;
    SF_TRY(sf_load_value(load, node, "start", &text));
    if (sf_value_instant_read(text, &load->plan->start_unix_s, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, "start");
    }
    return SF_OK;
}

/* A second run, and what it changes. */
SF_MUST_USE static enum sf_err vary_load(struct sf_load *load)
{
    static const struct sf_param kinds = {
        .name = "vary", .kind = SF_PARAM_CHOICE, .choices = sf_plan_vary_names};
    static const struct sf_param homes = {
        .name = "vary_home", .kind = SF_PARAM_COUNT, .min = 0, .max = SF_HOMES_MAX};
    int64_t kind = SF_VARY_NOTHING;
    int64_t home = 0;
    SF_TRY(param_load(load, &kinds, &kind));
    SF_TRY(param_load(load, &homes, &home));
    load->plan->vary = (enum sf_plan_vary)kind;
    load->plan->vary_home = (uint32_t)home;
    return SF_OK;
}

SF_MUST_USE static enum sf_err run_duration_load(struct sf_load *load,
                                                 const struct sf_yaml_node *node)
{
    static const struct sf_param range = {.name = "duration",
                                          .kind = SF_PARAM_DURATION,
                                          .min = SF_DURATION_NS_MIN,
                                          .max = SF_DURATION_NS_MAX};
    SF_TRY(sf_load_duration(load, node, range.name, &load->plan->duration_ns));
    if (sf_param_check(&range, load->plan->duration_ns, load->plan, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, range.name);
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err gate_every_load(struct sf_load *load,
                                               const struct sf_yaml_node *node)
{
    static const struct sf_param range = {
        .name = "gate_every", .kind = SF_PARAM_COUNT, .min = 1, .max = SF_GATE_EVERY_MAX};
    const char *text = NULL;
    int64_t every = 0;
    SF_TRY(sf_load_value(load, node, range.name, &text));
    if (sf_param_read(&range, text, load->plan, &every, load->diag) != SF_OK) {
        return sf_load_wrong(load, node, range.name);
    }
    load->plan->gate_every = (uint32_t)every;
    return SF_OK;
}

SF_MUST_USE static enum sf_err head_load(struct sf_load *load)
{
    struct sf_plan *plan = load->plan;
    SF_TRY(sf_load_name(load, sf_yaml_get(load->root, "name"), "name", plan->name));
    const struct sf_yaml_node *node = sf_yaml_get(load->root, "title");
    if (node != NULL) {
        SF_TRY(sf_load_text(load, node, "title", plan->title, sizeof plan->title));
    }
    node = sf_yaml_get(load->root, "seed");
    if (node != NULL) {
        SF_TRY(seed_load(load, node));
    }
    node = sf_yaml_get(load->root, "swarm");
    if (node != NULL) {
        SF_TRY(sf_load_switch(load, node, "swarm", &plan->swarm));
    }
    SF_TRY(vary_load(load));
    node = sf_yaml_get(load->root, "gate_every");
    if (node != NULL) {
        SF_TRY(gate_every_load(load, node));
    }
    node = sf_yaml_get(load->root, "start");
    if (node != NULL) {
        SF_TRY(start_load(load, node));
    }
    SF_TRY(run_duration_load(load, sf_yaml_get(load->root, "duration")));
    node = sf_yaml_get(load->root, "cache");
    if (node != NULL) {
        SF_TRY(sf_load_cache(load, node, "cache", plan->cache));
    }
    return SF_OK;
}

SF_MUST_USE static enum sf_err section_load(struct sf_load *load, enum sf_plan_section_kind kind,
                                            struct sf_plan_section *section)
{
    const struct sf_param_table *table = load->schema->tables[kind];
    const struct sf_yaml_node *node = sf_yaml_get(load->root, table->name);
    return node != NULL ? sf_load_section(load, node, table, section) : SF_OK;
}

SF_MUST_USE static enum sf_err body_load(struct sf_load *load)
{
    SF_TRY(section_load(load, SF_SECTION_STILL, &load->plan->still));
    SF_TRY(section_load(load, SF_SECTION_CLOUD, &load->plan->cloud));
    SF_TRY(section_load(load, SF_SECTION_DESTINATIONS, &load->plan->destinations));
    struct sf_yaml_node *node = sf_yaml_get(load->root, "live");
    if (node != NULL) {
        SF_TRY(sf_load_live(load, node));
    }
    node = sf_yaml_get(load->root, "networks");
    if (node != NULL) {
        SF_TRY(sf_load_networks(load, node));
    }
    SF_TRY(sf_load_homes(load, sf_yaml_get(load->root, "homes")));
    node = sf_yaml_get(load->root, "timeline");
    if (node != NULL) {
        SF_TRY(load->plan->live.present ? sf_load_live_timeline(load, node)
                                        : sf_load_timeline(load, node));
    }
    node = sf_yaml_get(load->root, "fates");
    if (node != NULL) {
        SF_TRY(sf_load_fates(load, node));
    }
    node = sf_yaml_get(load->root, "expect");
    if (node != NULL) {
        SF_TRY(sf_load_expect(load, node));
    }
    return SF_OK;
}

/* What is wrong with the plan as a whole, shown at the line that it comes from. */
SF_MUST_USE static enum sf_err whole_check(struct sf_load *load)
{
    char address[SF_ADDRESS_BYTES] = "";
    struct sf_diag reason = {0};
    enum sf_err err = sf_plan_check_address(load->plan, load->schema, address, &reason);
    if (err == SF_OK) {
        return SF_OK;
    }
    /* The file's entries need not be in the order of time, in which an address counts them. */
    bool is_entry = strncmp(address, "timeline.", strlen("timeline.")) == 0;
    return sf_yaml_fail(sf_address_find(load->root, address), load->diag, "%s: %.800s",
                        is_entry ? "timeline" : address, reason.message);
}

SF_MUST_USE static enum sf_err document_load(struct sf_load *load, struct sf_arena *arena,
                                             const struct sf_scenario_override *overrides,
                                             size_t overrides_count)
{
    SF_TRY(sf_yaml_read(load->source, arena, &load->root, load->diag));
    if (load->root->kind != SF_YAML_MAPPING) {
        return sf_yaml_unexpected(load->root, load->diag, "scenario",
                                  "a mapping that starts with 'strayframe: 1'");
    }
    /* An arm first: what is set by hand wins over what it sets. */
    for (int arm = 1; arm >= 0; arm--) {
        for (size_t i = 0; i < overrides_count; i++) {
            if (arm == (strcmp(overrides[i].key, "arm") == 0)) {
                SF_TRY(sf_address_set(load->root, &overrides[i], arena, load->diag));
            }
        }
        SF_TRY(arm ? sf_load_arm(load, arena) : SF_OK);
    }
    SF_TRY(version_load(load));
    SF_TRY(keys_check(load));
    SF_TRY(head_load(load));
    SF_TRY(body_load(load));
    return whole_check(load);
}

enum sf_err sf_scenario_parse(const char *text, size_t bytes, const char *name,
                              const struct sf_plan_schema *schema,
                              const struct sf_scenario_override *overrides, size_t overrides_count,
                              struct sf_plan *plan_out, struct sf_diag *diag)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(name != NULL);
    SF_ASSERT(schema != NULL);
    SF_ASSERT(plan_out != NULL);
    SF_ASSERT(overrides != NULL || overrides_count == 0);
    const struct sf_yaml_source source = {.name = name, .text = text, .bytes = bytes};
    struct sf_diag unused = {0};
    struct sf_load load = {.source = &source,
                           .schema = schema,
                           .plan = plan_out,
                           .diag = diag != NULL ? diag : &unused};
    struct sf_arena arena;
    sf_arena_init(&arena);
    sf_plan_default(schema, plan_out);
    enum sf_err err = document_load(&load, &arena, overrides, overrides_count);
    sf_arena_fini(&arena);
    return err;
}

/* One byte more than a scenario may have, so that the reader sees what is too large. */
SF_MUST_USE static enum sf_err file_read(FILE *file, const char *name, char *text,
                                         size_t *bytes_out, struct sf_diag *diag)
{
    *bytes_out = fread(text, 1, SF_YAML_BYTES_MAX + 1, file);
    if (ferror(file)) {
        return sf_fail_at(diag, sf_err_of_file(errno), name, 0, 0, "cannot be read: %s",
                          strerror(errno));
    }
    return SF_OK;
}

enum sf_err sf_scenario_load(const char *path, const struct sf_plan_schema *schema,
                             const struct sf_scenario_override *overrides, size_t overrides_count,
                             struct sf_plan *plan_out, struct sf_diag *diag)
{
    SF_ASSERT(path != NULL);
    SF_ASSERT(schema != NULL);
    SF_ASSERT(plan_out != NULL);
    SF_ASSERT(overrides != NULL || overrides_count == 0);
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "<standard input>" : path;
    FILE *file = is_stdin ? stdin : fopen(path, "rbe");
    if (file == NULL) {
        return sf_fail_at(diag, sf_err_of_file(errno), name, 0, 0, "cannot be opened: %s",
                          strerror(errno));
    }
    char *text = sf_alloc(SF_YAML_BYTES_MAX + 1, 1);
    size_t bytes = 0;
    enum sf_err err = file_read(file, name, text, &bytes, diag);
    if (err == SF_OK) {
        err = sf_scenario_parse(text, bytes, name, schema, overrides, overrides_count, plan_out,
                                diag);
    }
    free(text);
    if (!is_stdin) {
        fclose(file);
    }
    return err;
}
