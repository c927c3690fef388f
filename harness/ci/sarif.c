#include "harness/ci/formats.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/ci/write.h"

/* The rules of the problems, each once, in order of their first problem. */
struct rules {
    const char **names;
    uint32_t count;
};

static uint32_t rule_index(const struct rules *rules, const char *name)
{
    uint32_t i = 0;
    while (i < rules->count && strcmp(rules->names[i], name) != 0) {
        i++;
    }
    return i;
}

static struct rules rules_of(const struct sf_ci_result *result)
{
    struct rules rules = {.names = sf_alloc(result->problems_count + 1, sizeof *rules.names)};
    for (uint32_t i = 0; i < result->problems_count; i++) {
        if (rule_index(&rules, result->problems[i].rule) == rules.count) {
            rules.names[rules.count++] = result->problems[i].rule;
        }
    }
    return rules;
}

/* The level of a rule is that of its worst problem. */
static bool rule_is_stray(const struct sf_ci_result *result, const char *rule)
{
    bool is_stray = false;
    for (uint32_t i = 0; i < result->problems_count; i++) {
        is_stray |= result->problems[i].is_stray && strcmp(result->problems[i].rule, rule) == 0;
    }
    return is_stray;
}

/* Another tenant's picture comes before every other promise. */
static const char *level_of(bool is_stray)
{
    return is_stray ? "error" : "warning";
}

static json_t *rules_json(const struct sf_ci_result *result, const struct rules *rules)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < rules->count; i++) {
        struct sf_text sentence = {0};
        sf_text_add(&sentence, "%s.", sf_ci_rule_text(rules->names[i]));
        json_array_append_new(
            list, json_pack("{s:s, s:{s:o}, s:{s:o}, s:{s:s}}", "id", rules->names[i],
                            "shortDescription", "text", sf_ci_json_text(sentence.data), "help",
                            "text", sf_ci_json_text(sentence.data), "defaultConfiguration", "level",
                            level_of(rule_is_stray(result, rules->names[i]))));
        sf_text_free(&sentence);
    }
    return list;
}

static json_t *location_json(const char *file)
{
    struct sf_text uri = {0};
    sf_ci_add_uri(file, &uri);
    json_t *json = json_pack("{s:{s:{s:s}, s:{s:i}}}", "physicalLocation", "artifactLocation",
                             "uri", uri.data, "region", "startLine", 1);
    sf_text_free(&uri);
    return json;
}

static json_t *problem_json(const struct sf_ci_problem *problem, uint32_t rule)
{
    struct sf_text message = {0};
    sf_text_add(&message, "%s%s%s", problem->text, problem->commands[0] != '\0' ? "\n" : "",
                problem->commands);
    json_t *json = json_pack("{s:s, s:i, s:s, s:f, s:{s:o}, s:{s:o}}", "ruleId", problem->rule,
                             "ruleIndex", (int)rule, "level", level_of(problem->is_stray), "rank",
                             problem->is_stray ? 100.0 : 50.0, "message", "text",
                             sf_ci_json_text(message.data), "partialFingerprints",
                             "strayframeSignature/v1", sf_ci_json_text(problem->name));
    sf_text_free(&message);
    json_t *locations = json_array();
    if (problem->file != NULL) {
        json_array_append_new(locations, location_json(problem->file));
    }
    json_object_set_new(json, "locations", locations);
    if (problem->accepted != NULL) {
        json_object_set_new(json, "suppressions",
                            json_pack("[{s:s, s:s, s:o}]", "kind", "external", "status", "accepted",
                                      "justification", sf_ci_json_text(problem->accepted)));
    }
    return json;
}

static json_t *problems_json(const struct sf_ci_result *result, const struct rules *rules)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < result->problems_count; i++) {
        json_array_append_new(
            list, problem_json(&result->problems[i], rule_index(rules, result->problems[i].rule)));
    }
    return list;
}

/* The run of the program itself: it succeeded, whatever it found, unless it could not judge. */
static json_t *invocation_json(const struct sf_ci_result *result)
{
    struct sf_text told = {0};
    sf_text_add(&told, "verdict: %s%s%s", result->verdict, result->reason[0] != '\0' ? ": " : "",
                result->reason);
    json_t *json = json_pack(
        "{s:o, s:b, s:i, s:[{s:s, s:{s:o}}]}", "commandLine", sf_ci_json_text(result->command),
        "executionSuccessful", result->exit_code < 2, "exitCode", result->exit_code,
        "toolExecutionNotifications", "level", result->exit_code == 0 ? "note" : "warning",
        "message", "text", sf_ci_json_text(told.data));
    sf_text_free(&told);
    return json;
}

static json_t *properties_json(const struct sf_ci_result *result)
{
    json_t *json = json_pack("{s:o, s:o}", "verdict", sf_ci_json_text(result->verdict), "reason",
                             sf_ci_json_text(result->reason));
    for (uint32_t i = 0; i < result->properties_count; i++) {
        json_object_set_new(json, result->properties[i].name,
                            sf_ci_json_text(result->properties[i].value));
    }
    return json;
}

void sf_ci_sarif(const struct sf_ci_result *result, struct sf_text *out)
{
    SF_ASSERT(result != NULL);
    SF_ASSERT(out != NULL);
    struct rules rules = rules_of(result);
    json_t *run =
        json_pack("{s:{s:{s:s, s:s, s:o}}, s:[o], s:o, s:s, s:o}", "tool", "driver", "name",
                  "strayframe", "semanticVersion", SF_VERSION, "rules", rules_json(result, &rules),
                  "invocations", invocation_json(result), "results", problems_json(result, &rules),
                  "columnKind", "unicodeCodePoints", "properties", properties_json(result));
    sf_ci_add_json(json_pack("{s:s, s:s, s:[o]}", "$schema",
                             "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0",
                             "runs", run),
                   out);
    free(rules.names);
}
