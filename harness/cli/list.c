/* strayframe list: caches, oracles, keys, records, defects, places, schema. Each list is built as
 * JSON; the text is printed from that. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/place.h"
#include "harness/cli/command.h"
#include "harness/gate/baseline.h"
#include "harness/gate/defects.h"
#include "harness/run/run.h"
#include "harness/scenario/expect.h"
#include "harness/trace/record_words.h"
#include "sim_cloud/caches/builtin.h"

static const struct cli_option options[] = {CLI_OPTION_JSON, CLI_OPTIONS_END};

static const char *text_of(const json_t *item, const char *key)
{
    return json_string_value(json_object_get(item, key));
}

/* ---- caches ---- */

static enum sf_err caches(json_t *list, struct sf_diag *diag)
{
    (void)diag;
    for (size_t i = 0; sf_builtin_caches()[i] != NULL; i++) {
        const struct sf_cache_plugin *cache = sf_builtin_caches()[i];
        json_array_append_new(list,
                              json_pack("{s:s+, s:s?, s:s?}", "name", "builtin:", cache->name,
                                        "summary", cache->summary, "options", cache->options));
    }
    return SF_OK;
}

static void print_cache(const json_t *cache)
{
    printf("%-32s %s\n", text_of(cache, "name"), text_of(cache, "summary"));
    if (text_of(cache, "options") != NULL) {
        printf("%-32s options: %s\n", "", text_of(cache, "options"));
    }
}

/* ---- oracles ---- */

static enum sf_err oracles(json_t *list, struct sf_diag *diag)
{
    (void)diag;
    for (size_t i = 0; sf_oracles()[i] != NULL; i++) {
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", sf_oracles()[i]->name,
                                              "invariant", sf_oracles()[i]->invariant));
    }
    return SF_OK;
}

static void print_oracle(const json_t *oracle)
{
    printf("%-20s %s\n", text_of(oracle, "name"), text_of(oracle, "invariant"));
}

/* ---- keys ---- */

static const char *kind_name(enum sf_param_kind kind)
{
    switch (kind) {
    case SF_PARAM_DURATION:
        return "duration";
    case SF_PARAM_COUNT:
        return "number";
    case SF_PARAM_BOOL:
        return "true/false";
    case SF_PARAM_PPM:
        return "share";
    case SF_PARAM_CHOICE:
        return "choice";
    case SF_PARAM_TEXT:
        return "name";
    }
    return "";
}

static void add_table(json_t *list, const struct sf_param_table *table)
{
    json_t *params = json_array();
    for (uint32_t i = 0; i < table->params_count; i++) {
        json_array_append_new(params, json_pack("{s:s, s:s, s:s}", "name", table->params[i].name,
                                                "kind", kind_name(table->params[i].kind), "help",
                                                table->params[i].help));
    }
    json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "name", table->name, "help",
                                          table->help, "keys", params));
}

static enum sf_err keys(json_t *list, struct sf_diag *diag)
{
    (void)diag;
    const struct sf_plan_schema *schema = sf_run_schema();
    for (int section = 0; section < SF_SECTION_COUNT; section++) {
        if (section != SF_SECTION_EXPECT) { /* what it has, that of the whole has too */
            add_table(list, schema->tables[section]);
        }
    }
    add_table(list, &sf_assertion_table);
    return SF_OK;
}

static void print_keys(const json_t *section)
{
    const json_t *param;
    size_t i;
    printf("%s: %s\n", text_of(section, "name"), text_of(section, "help"));
    json_array_foreach(json_object_get(section, "keys"), i, param)
    {
        printf("  %-22s %-10s %s\n", text_of(param, "name"), text_of(param, "kind"),
               text_of(param, "help"));
    }
}

/* ---- records ---- */

static enum sf_err records(json_t *list, struct sf_diag *diag)
{
    (void)diag;
    for (int kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        const struct sf_kind *row = sf_record_kind((enum sf_record_kind)kind);
        struct sf_text fields = {0};
        sf_record_say_fields((enum sf_record_kind)kind, &fields);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", row->name, "meaning",
                                              row->meaning, "fields",
                                              fields.length > 0 ? fields.data : ""));
        sf_text_free(&fields);
    }
    return SF_OK;
}

static void print_record(const json_t *record)
{
    printf("%-16s %s\n                 %s\n", text_of(record, "name"), text_of(record, "meaning"),
           text_of(record, "fields"));
}

/* ---- defects ---- */

static json_t *defect_json(const struct sf_defect *defect, const struct sf_baseline_class *caught)
{
    json_t *json =
        json_pack("{s:s?, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "before", defect->before, "id",
                  defect->id, "title", defect->title, "seen_in", defect->seen_in, "needs",
                  defect->needs, "cache", defect->cache, "twin", defect->twin, "oracle",
                  defect->oracle, "scenario", defect->scenario);
    json_object_set_new(json, "median_runs",
                        caught != NULL ? json_integer(caught->median_runs) : json_null());
    return json;
}

static enum sf_err defects(json_t *list, struct sf_diag *diag)
{
    char name[CLI_PATH_BYTES];
    char path[CLI_PATH_BYTES];
    struct sf_baseline baseline;
    cli_find_own(SF_BASELINE_FILE, name, sizeof name);
    cli_find_data(name, path, sizeof path);
    SF_TRY(sf_baseline_read(path, &baseline, diag));
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        json_array_append_new(list,
                              defect_json(defect, sf_baseline_class_of(&baseline, defect->id)));
    }
    return SF_OK;
}

static void print_defect(const json_t *defect)
{
    json_int_t runs = json_integer_value(json_object_get(defect, "median_runs"));
    printf("%s  %s\n     seen in: %s\n     needs: %s\n     shown by: %s\n", text_of(defect, "id"),
           text_of(defect, "title"), text_of(defect, "seen_in"), text_of(defect, "needs"),
           text_of(defect, "scenario"));
    printf("     caught by: %s, ", text_of(defect, "oracle"));
    if (runs > 0) {
        printf("in the median after %" JSON_INTEGER_FORMAT " run%s of the gate's scenarios\n", runs,
               runs == 1 ? "" : "s");
    } else {
        printf("but not yet\n");
    }
    printf("     %s, twin %s\n", text_of(defect, "cache"), text_of(defect, "twin"));
}

/* ---- places ---- */

static void add_place(json_t *list, bool found, const char *folder, const char *below,
                      const char *meaning)
{
    struct sf_text path = {0};
    sf_text_add(&path, "%s%s%s", folder, below[0] != '\0' ? "/" : "", below);
    if (found) {
        json_array_append_new(list, json_pack("{s:s, s:s}", "path", path.data, "meaning", meaning));
    }
    sf_text_free(&path);
}

static enum sf_err places(json_t *list, struct sf_diag *diag)
{
    (void)diag;
    static const struct {
        const char *below;
        const char *meaning;
    } data[] = {{"docs", "the pages, with examples"},
                {"scenarios", "scenarios; gate/ has the gate's"},
                {"share/clients", "client libraries: C++, Python, Go, Rust"},
                {"share/configs", "configurations of real servers, for `live`"},
                {"share/servers", "how `live` starts each server"},
                {"share/scale", "the gate on many machines"}};
    char folder[SF_PLACE_BYTES];
    bool found = sf_place_data(folder);
    for (size_t i = 0; i < sizeof data / sizeof data[0]; i++) {
        add_place(list, found, folder, data[i].below, data[i].meaning);
    }
    found = sf_place_include(folder);
    add_place(list, found, folder, "strayframe_cache.h", "the interface for caches");
    found = sf_place_cmake(folder);
    add_place(list, found, folder, "", "the CMake package: -Dstrayframe_DIR=...");
    return SF_OK;
}

static void print_place(const json_t *place)
{
    printf("%s\n    %s\n", text_of(place, "path"), text_of(place, "meaning"));
}

/* ---- all of them ---- */

static const struct {
    const char *name;
    enum sf_err (*make)(json_t *list, struct sf_diag *diag);
    void (*print)(const json_t *item);
} lists[] = {{"caches", caches, print_cache},    {"oracles", oracles, print_oracle},
             {"keys", keys, print_keys},         {"records", records, print_record},
             {"defects", defects, print_defect}, {"places", places, print_place}};

enum { LISTS_COUNT = sizeof lists / sizeof lists[0] };

static int print_list(const struct cli_args *args, int which)
{
    struct sf_diag diag = {0};
    json_t *list = json_array();
    enum sf_err err = lists[which].make(list, &diag);
    if (err == SF_OK && cli_flag(args, "json")) {
        return cli_print_json(json_pack("{s:o}", lists[which].name, list), CLI_EXIT_PASS);
    }
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        lists[which].print(item);
    }
    json_decref(list);
    return err == SF_OK ? CLI_EXIT_PASS : cli_fail(err, &diag);
}

static int print_schema(void)
{
    struct sf_text text = {0};
    sf_scenario_schema_print(sf_run_schema(), &text);
    int code = cli_print_text(&text, CLI_EXIT_PASS);
    sf_text_free(&text);
    return code;
}

static int list(const struct cli_args *args)
{
    if (strcmp(args->words[0], "schema") == 0) {
        return print_schema();
    }
    const char *names[LISTS_COUNT + 1] = {NULL};
    for (int i = 0; i < LISTS_COUNT; i++) {
        names[i] = lists[i].name;
        if (strcmp(args->words[0], lists[i].name) == 0) {
            return print_list(args, i);
        }
    }
    const char *nearest = sf_text_nearest(args->words[0], names);
    fprintf(stderr,
            "strayframe list: there is no list of '%s'%s%s%s\nTry one of: caches oracles keys "
            "records defects places schema\n",
            args->words[0], nearest != NULL ? "; did you mean '" : "",
            nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return CLI_EXIT_BAD_INPUT;
}

const struct cli_command cli_list = {
    .name = "list",
    .words = "caches|oracles|keys|records|defects|places|schema",
    .summary = "List the built-in caches, the oracles, the keys of a scenario, the trace's "
               "records, the "
               "planted defects, or where files are",
    .details =
        "defects: where each class was seen, which conditions it needs, the scenario that catches "
        "it most often, and\n"
        "the median number of runs until `strayframe prove` caught it (" SF_BASELINE_FILE ").\n"
        "places: where the pages, scenarios, client libraries and the header of this program are.\n"
        "schema: the JSON Schema of scenario files, for editors.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = list,
};
