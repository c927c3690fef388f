/* strayframe list: what there is. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/time.h"
#include "harness/cli/command.h"
#include "harness/run/defects.h"
#include "harness/run/run.h"
#include "harness/scenario/expect.h"
#include "harness/trace/record.h"
#include "sim_cloud/caches/builtin.h"

static const struct cli_option options[] = {CLI_OPTIONS_END};

static void list_caches(void)
{
    for (size_t i = 0; sf_builtin_caches()[i] != NULL; i++) {
        const struct sf_cache_plugin *cache = sf_builtin_caches()[i];
        printf("builtin:%-24s %s\n", cache->name, cache->summary);
        if (cache->options != NULL) {
            printf("%-32s options: %s\n", "", cache->options);
        }
    }
}

static void list_oracles(void)
{
    for (size_t i = 0; sf_oracles()[i] != NULL; i++) {
        printf("%-20s %s\n", sf_oracles()[i]->name, sf_oracles()[i]->invariant);
    }
}

static void list_records(void)
{
    for (int kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        printf("%-14s who: %s\n", sf_record_kind_name((enum sf_record_kind)kind),
               sf_record_kind_fields((enum sf_record_kind)kind));
    }
}

static void list_defects(void)
{
    for (const struct sf_defect *defect = sf_defects(); defect->id != NULL; defect++) {
        printf("%s  %s\n", defect->id, defect->title);
        printf("     seen in: %s\n     needs: %s\n", defect->seen_in, defect->needs);
        printf("     %s, twin %s, caught by %s in %s\n", defect->cache, defect->twin,
               defect->oracle, defect->scenario);
    }
}

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

static void list_table(const struct sf_param_table *table)
{
    printf("%s: %s\n", table->name, table->help);
    for (uint32_t i = 0; i < table->params_count; i++) {
        printf("  %-22s %-10s %s\n", table->params[i].name, kind_name(table->params[i].kind),
               table->params[i].help);
    }
}

static void list_keys(void)
{
    const struct sf_plan_schema *schema = sf_run_schema();
    for (int section = 0; section < SF_SECTION_COUNT; section++) {
        if (section != SF_SECTION_EXPECT) { /* what it has, that of the whole has too */
            list_table(schema->tables[section]);
        }
    }
    list_table(&sf_assertion_table);
}

static void list_schema(void)
{
    struct sf_text text = {0};
    sf_scenario_schema_print(sf_run_schema(), &text);
    fputs(text.data, stdout);
    sf_text_free(&text);
}

static const struct {
    const char *name;
    void (*list)(void);
} lists[] = {{"caches", list_caches},   {"oracles", list_oracles}, {"keys", list_keys},
             {"records", list_records}, {"defects", list_defects}, {"schema", list_schema}};

enum { LISTS_COUNT = sizeof lists / sizeof lists[0] };

static int list(const struct cli_args *args)
{
    const char *names[LISTS_COUNT + 1] = {NULL};
    for (int i = 0; i < LISTS_COUNT; i++) {
        names[i] = lists[i].name;
        if (strcmp(args->words[0], lists[i].name) == 0) {
            lists[i].list();
            return CLI_EXIT_PASS;
        }
    }
    const char *nearest = sf_text_nearest(args->words[0], names);
    fprintf(stderr,
            "strayframe list: there is no list of '%s'%s%s%s\nTry one of: caches oracles keys "
            "records defects schema\n",
            args->words[0], nearest != NULL ? "; did you mean '" : "",
            nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return CLI_EXIT_BAD_INPUT;
}

const struct cli_command cli_list = {
    .name = "list",
    .words = "caches|oracles|keys|records|defects|schema",
    .summary = "List the built-in caches, the oracles, the keys of a scenario, the trace's "
               "records, or the "
               "planted defects",
    .details =
        "schema prints the JSON Schema of scenario files, with which editors complete and check "
        "them.",
    .options = options,
    .words_min = 1,
    .words_max = 1,
    .run = list,
};
