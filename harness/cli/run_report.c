/* What `strayframe run` says of what came out. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/base/interrupt.h"
#include "harness/ci/build.h"
#include "harness/cli/run.h"
#include "harness/report/difference.h"
#include "harness/report/report.h"
#include "harness/run/expectations.h"

static bool as_expected(const struct sf_plan *plan, const struct sf_run_result *result)
{
    struct sf_expectations expectations;
    sf_expectations_judge(plan, result, &expectations);
    return expectations.hold;
}

/* What the first side of a comparison is called, and the second. */
static const struct sf_sides *sides_of(const struct cli_run_outcome *outcome)
{
    static const struct sf_sides runs = {"twice", "the same twice", {"first", "second"}};
    static const struct sf_sides saved = {"repeat", "the same as saved", {"saved", "now"}};
    return outcome->twice ? &runs : &saved;
}

static int exit_of(const struct cli_args *args, const struct sf_plan *plan,
                   const struct cli_run_outcome *outcome)
{
    if (sf_interrupted()) { /* what was cut short differs from what was not, and is not as expected
                             */
        return cli_exit_of(outcome->result.verdict);
    }
    if (outcome->difference.found) {
        return CLI_EXIT_FAIL;
    }
    if (outcome->twice) { /* inconclusive is what it may be: that was not asked */
        return outcome->result.verdict == SF_VERDICT_FAIL ? CLI_EXIT_FAIL : CLI_EXIT_PASS;
    }
    if (cli_flag(args, "expect")) {
        return as_expected(plan, &outcome->result) ? CLI_EXIT_PASS : CLI_EXIT_FAIL;
    }
    return cli_exit_of(outcome->result.verdict);
}

/* What to do about a fail. Standard input cannot be read again. */
static void add_next(const struct cli_args *args, const struct sf_plan *plan,
                     const struct cli_run_outcome *outcome, struct sf_text *text)
{
    static const struct cli_command *const commands[] = {&cli_explain, &cli_shrink};
    const struct sf_run_result *result = &outcome->result;
    if (result->verdict != SF_VERDICT_FAIL || result->findings_count == 0 || outcome->twice ||
        cli_flag(args, "expect") || strcmp(args->words[0], "-") == 0) {
        return;
    }
    sf_text_add(text, "next: how it came about, and the smallest scenario that shows it\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        sf_text_add(text, "      ");
        cli_command_like(args, commands[i], "", outcome->repeated ? NULL : &plan->seed, text);
        sf_text_add(text, "\n");
    }
}

static void add_text(const struct cli_args *args, const struct sf_plan *plan,
                     const struct cli_run_outcome *outcome, struct sf_text *text)
{
    struct sf_paint paint = sf_paint_for(STDOUT_FILENO);
    if (!outcome->twice) {
        sf_report_run_text(plan, &outcome->result, &paint, text);
    } else if (outcome->result.verdict == SF_VERDICT_FAIL) {
        sf_text_add(text, "the run itself fails: without --twice it says why\n");
    }
    if (!outcome->twice && (plan->expect != SF_EXPECT_PASS || cli_flag(args, "expect"))) {
        sf_report_expectations_text(plan, &outcome->result, &paint, text);
    }
    if (outcome->twice || outcome->repeated) {
        sf_report_difference_text(sides_of(outcome), &outcome->difference, &outcome->result, text);
    }
    if (cli_value(args, "save") != NULL) {
        sf_text_add(text, "saved: %s\n", cli_value(args, "save"));
    }
    add_next(args, plan, outcome, text);
}

static int print(const struct cli_args *args, const struct sf_plan *plan,
                 const struct cli_run_outcome *outcome)
{
    int code = exit_of(args, plan, outcome);
    if (cli_flag(args, "json")) {
        json_t *json = sf_report_run_json(plan, &outcome->result);
        if (outcome->twice || outcome->repeated) {
            const struct sf_sides *sides = sides_of(outcome);
            json_object_set_new(
                json, sides->name,
                sf_report_difference_json(sides, &outcome->difference, &outcome->result));
        }
        return cli_print_json(json, code);
    }
    struct sf_text text = {0};
    add_text(args, plan, outcome, &text);
    code = cli_print_text(&text, code);
    sf_text_free(&text);
    return code;
}

/* With --expect, or where two runs are compared, one thing is asked: so there is one case. */
static void build(const struct cli_args *args, const struct sf_plan *plan,
                  const struct cli_run_outcome *outcome, const char *repeat,
                  struct sf_ci_result *result)
{
    struct sf_text text = {0};
    const char *file = args->words_count > 0 ? args->words[0] : plan->name;
    struct sf_ci_question question = {.suite = "strayframe run", .group = plan->name, .file = file};
    if (outcome->twice || outcome->difference.found) {
        const struct sf_sides *sides = sides_of(outcome);
        sf_report_difference_text(sides, &outcome->difference, &outcome->result, &text);
        question.asked = sides->same;
        question.rule = SF_CI_RULE_DIFFERENCE;
        question.failure = outcome->difference.found ? text.data : NULL;
        sf_ci_of_question(&question, repeat, result);
    } else if (cli_flag(args, "expect")) {
        static const struct sf_paint plain = {"", "", "", "", ""};
        sf_report_expectations_text(plan, &outcome->result, &plain, &text);
        question.asked = "as the scenario expects";
        question.rule = SF_CI_RULE_EXPECTATION;
        question.failure = as_expected(plan, &outcome->result) ? NULL : text.data;
        sf_ci_of_question(&question, repeat, result);
    } else {
        sf_ci_of_run(plan, &outcome->result, file, repeat, result);
    }
    sf_text_free(&text);
}

enum sf_err cli_run_report(const struct cli_args *args, const struct sf_plan *plan,
                           const struct cli_run_outcome *outcome, const char *repeat, int *code_out,
                           struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(outcome != NULL);
    SF_ASSERT(repeat != NULL);
    SF_ASSERT(code_out != NULL);
    *code_out = print(args, plan, outcome);
    if (!cli_wants_formats(args)) {
        return SF_OK;
    }
    struct sf_ci_result result;
    build(args, plan, outcome, repeat, &result);
    sf_ci_set_verdict(&result, cli_verdict_word(*code_out), "", *code_out);
    return cli_write_formats(args, &result, diag);
}
