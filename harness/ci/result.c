#include "harness/ci/result.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/text.h"

static char *copy(const char *text)
{
    return text != NULL ? sf_strdup(text) : NULL;
}

void sf_ci_begin(struct sf_ci_result *result, const char *suite, const char *command)
{
    SF_ASSERT(result != NULL);
    SF_ASSERT(suite != NULL);
    SF_ASSERT(command != NULL);
    *result = (struct sf_ci_result){.suite = suite, .command = sf_strdup(command)};
    sf_ci_set_verdict(result, "", "", 0);
}

void sf_ci_set_verdict(struct sf_ci_result *result, const char *verdict, const char *reason,
                       int exit_code)
{
    SF_ASSERT(result != NULL);
    SF_ASSERT(verdict != NULL);
    SF_ASSERT(reason != NULL);
    free(result->verdict);
    free(result->reason);
    result->verdict = sf_strdup(verdict);
    result->reason = sf_strdup(reason);
    result->exit_code = exit_code;
}

void sf_ci_add_property(struct sf_ci_result *result, const char *name, const char *value)
{
    SF_ASSERT(result->properties_count < SF_CI_PROPERTIES_MAX);
    SF_ASSERT(value != NULL);
    result->properties[result->properties_count++] =
        (struct sf_ci_property){.name = name, .value = sf_strdup(value)};
}

void sf_ci_add_case(struct sf_ci_result *result, const char *group, const char *name)
{
    SF_ASSERT(group != NULL);
    SF_ASSERT(name != NULL);
    result->cases = sf_realloc(result->cases, result->cases_count + 1, sizeof *result->cases);
    result->cases[result->cases_count++] =
        (struct sf_ci_case){.group = sf_strdup(group), .name = sf_strdup(name)};
}

void sf_ci_set_outcome(struct sf_ci_result *result, enum sf_ci_outcome outcome, const char *message,
                       const char *repeat)
{
    SF_ASSERT(result->cases_count > 0);
    SF_ASSERT(outcome != SF_CI_PASSED);
    SF_ASSERT(message != NULL);
    SF_ASSERT(repeat != NULL);
    struct sf_ci_case *last = &result->cases[result->cases_count - 1];
    SF_ASSERT(last->message == NULL);
    last->outcome = outcome;
    last->message = sf_strdup(message);
    last->repeat = sf_strdup(repeat);
}

void sf_ci_add_problem(struct sf_ci_result *result, const struct sf_ci_problem *problem)
{
    SF_ASSERT(problem != NULL);
    SF_ASSERT(problem->rule != NULL);
    SF_ASSERT(problem->name != NULL);
    SF_ASSERT(problem->text != NULL);
    result->problems =
        sf_realloc(result->problems, result->problems_count + 1, sizeof *result->problems);
    result->problems[result->problems_count++] = (struct sf_ci_problem){
        .rule = problem->rule,
        .name = copy(problem->name),
        .file = copy(problem->file),
        .text = copy(problem->text),
        .commands = copy(problem->commands != NULL ? problem->commands : ""),
        .accepted = copy(problem->accepted),
        .is_stray = problem->is_stray,
    };
}

const char *sf_ci_rule_text(const char *rule)
{
    static const struct {
        const char *rule;
        const char *text;
    } others[] = {
        {SF_CI_RULE_CRASH, "the cache does not crash and does not end its process"},
        {SF_CI_RULE_HANG, "the cache returns from each of its functions"},
        {SF_CI_RULE_NOT_DETERMINISTIC, "the same seed gives the same run"},
        {SF_CI_RULE_SMALL_WORLDS,
         "no order of the events of a small world shows one tenant's bytes to another"},
        {SF_CI_RULE_REGRESSION, "the candidate serves owners as well as the baseline"},
        {SF_CI_RULE_MISSED, "every planted defect is caught by the oracle that it names"},
        {SF_CI_RULE_FALSE_ALARM, "no oracle accuses a cache with the defence in place"},
        {SF_CI_RULE_FACT, "the replay shows what was published of the incident"},
        {SF_CI_RULE_DIFFERENCE, "two runs that should be the same are the same"},
        {SF_CI_RULE_EXPECTATION, "the run ends as its scenario expects"},
    };
    SF_ASSERT(rule != NULL);
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if (strcmp(sf_oracles()[i]->name, rule) == 0) {
            return sf_oracles()[i]->invariant;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(others[i].rule, rule) == 0) {
            return others[i].text;
        }
    }
    SF_UNREACHABLE();
}

static void free_text(const char *owned)
{
    free((void *)(uintptr_t)owned);
}

void sf_ci_free(struct sf_ci_result *result)
{
    SF_ASSERT(result != NULL);
    for (uint32_t i = 0; i < result->cases_count; i++) {
        free(result->cases[i].group);
        free(result->cases[i].name);
        free(result->cases[i].message);
        free(result->cases[i].repeat);
    }
    for (uint32_t i = 0; i < result->problems_count; i++) {
        free_text(result->problems[i].name);
        free_text(result->problems[i].file);
        free_text(result->problems[i].text);
        free_text(result->problems[i].commands);
        free_text(result->problems[i].accepted);
    }
    for (uint32_t i = 0; i < result->properties_count; i++) {
        free(result->properties[i].value);
    }
    free(result->cases);
    free(result->problems);
    free(result->command);
    free(result->verdict);
    free(result->reason);
    *result = (struct sf_ci_result){0};
}
