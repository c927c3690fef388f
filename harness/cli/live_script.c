/* Live scenarios: `strayframe live FILE` plays every arm, `strayframe run FILE` one run. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/whole_file.h"
#include "harness/cli/live.h"
#include "harness/cli/run.h"
#include "harness/live/fields.h"
#include "harness/live/population.h"
#include "harness/run/expectations.h"
#include "harness/run/saved_run.h"
#include "harness/scenario/scenario.h"

/* ---- one run ---- */

/* A run and what came of it. */
struct played {
    struct sf_plan plan;
    struct sf_population_report report;
    struct sf_run_result result;
    struct sf_expectations expectations;
};

static void played_fini(struct played *played)
{
    sf_population_report_fini(&played->report);
}

static enum sf_err order_of(struct cli_live *live, const struct sf_plan *plan,
                            struct sf_population_order *order, struct sf_diag *diag)
{
    struct sf_stage_options *stage = &live->order.stage;
    *stage = (struct sf_stage_options){.patience_ns = 4 * SF_SECOND,
                                       .notice_ns = 1500 * SF_MS,
                                       .late_limit_ns = plan->live.time_out_ns / 4,
                                       .contain = true};
    if (plan->live.origin_listen[0] != '\0') {
        SF_TRY(cli_live_address("live.origin_listen", plan->live.origin_listen, live->origin_host,
                                sizeof live->origin_host, &stage->origin_port, diag));
        stage->origin_listen = live->origin_host;
    }
    *order = (struct sf_population_order){.plan = plan, .stage = *stage};
    if (plan->live.url[0] != '\0') {
        return cli_live_url(plan->live.url, &order->url, diag);
    }
    SF_TRY(cli_live_driver(plan->live.server, live, diag));
    order->driver = &live->driver;
    order->configs_folder = live->controls;
    return SF_OK;
}

/* A harness that was late gives no verdict: to the server it was a poor network. */
static void judge(struct sf_runner *runner, struct played *played)
{
    sf_run_judge_records(runner, &played->plan, played->report.records,
                         played->report.records_count, NULL, 0, &played->result);
    if (played->report.busy_count > 0) {
        played->result.verdict = SF_VERDICT_INCONCLUSIVE;
    }
    sf_expectations_judge(&played->plan, &played->result, &played->expectations);
}

static enum sf_err play(struct sf_runner *runner, struct played *played, struct sf_text *logs,
                        struct sf_diag *diag)
{
    struct cli_live *live = sf_alloc(1, sizeof *live);
    struct sf_population_order order;
    enum sf_err err = order_of(live, &played->plan, &order, diag);
    if (err == SF_OK) {
        err = sf_population_play(&order, &played->report, logs, diag);
    }
    if (live->order.driver != NULL) {
        sf_driver_fini(&live->driver);
    }
    free(live);
    if (err == SF_OK) {
        judge(runner, played);
    }
    return err;
}

/* ---- strayframe run FILE ---- */

static enum sf_err save(const struct cli_args *args, const struct played *played,
                        struct sf_diag *diag)
{
    const char *path = cli_value(args, "save");
    struct sf_whole_file whole;
    if (path == NULL) {
        return SF_OK;
    }
    SF_TRY(sf_whole_file_open(&whole, path, diag));
    enum sf_err err =
        sf_run_save_records(&played->plan, played->report.records, played->report.records_count,
                            &played->result, whole.file, diag);
    if (err != SF_OK) {
        sf_whole_file_drop(&whole);
        return err;
    }
    return sf_whole_file_keep(&whole, diag);
}

static enum sf_err run_and_report(const struct cli_args *args, struct played *played, int *code,
                                  struct sf_text *logs, struct sf_diag *diag)
{
    struct sf_runner *runner = sf_runner_create();
    enum sf_err err = play(runner, played, logs, diag);
    sf_runner_destroy(runner);
    SF_TRY(err);
    if (played->report.busy_count > 0) {
        fprintf(stderr, "strayframe: the machine was too busy: the harness was later than a "
                        "quarter of live.time_out, and so there is no verdict\n");
    }
    SF_TRY(save(args, played, diag));
    struct cli_run_outcome *outcome = sf_alloc(1, sizeof *outcome);
    struct sf_text repeat = {0};
    outcome->result = played->result;
    cli_repeat_command(args, "", NULL, &repeat);
    err = cli_run_report(args, &played->plan, outcome, repeat.data, code, diag);
    sf_text_free(&repeat);
    free(outcome);
    return err;
}

int cli_run_live(const struct cli_args *args, const struct sf_plan *plan)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(plan->live.present);
    struct played *played = sf_alloc(1, sizeof *played);
    struct sf_text logs = {0};
    struct sf_diag diag = {0};
    int code = CLI_EXIT_PASS;
    memcpy(&played->plan, plan, sizeof played->plan);
    enum sf_err err = run_and_report(args, played, &code, &logs, &diag);
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
        fputs(logs.data != NULL ? logs.data : "", stderr);
    }
    played_fini(played);
    sf_text_free(&logs);
    free(played);
    return code;
}

/* ---- strayframe live FILE ---- */

static double per_second(uint64_t count, sf_ns ns)
{
    return ns > 0 ? (double)count * (double)SF_SECOND / (double)ns : 0.0;
}

/* The first expectation that does not hold; "" if all do. */
static void say_why(const struct played *played, char *out, size_t bytes)
{
    out[0] = '\0';
    for (uint32_t i = 0; i < played->expectations.count && out[0] == '\0'; i++) {
        const struct sf_expectation *expectation = &played->expectations.list[i];
        if (!expectation->holds) {
            snprintf(out, bytes, "%s, but %s", expectation->wanted, expectation->figure);
        }
    }
    if (played->report.busy_count > 0) {
        snprintf(out, bytes, "the machine was too busy");
    }
}

static void say_cause(const struct sf_population_cause *cause, char *out, size_t bytes)
{
    if (cause->status != 0) {
        snprintf(out, bytes, "status %d", cause->status);
    } else {
        snprintf(out, bytes, "%s", cause->text);
    }
}

static json_t *causes_json(const struct sf_population_report *report)
{
    json_t *causes = json_object();
    for (uint32_t i = 0; i < report->causes_count; i++) {
        char text[128];
        say_cause(&report->causes[i], text, sizeof text);
        json_object_set_new(causes, text, json_integer((json_int_t)report->causes[i].count));
    }
    return causes;
}

static json_t *arm_json(const struct played *played)
{
    const struct sf_population_report *report = &played->report;
    char why[320];
    say_why(played, why, sizeof why);
    json_t *arm = json_object();
    json_object_set_new(arm, "name", json_string(played->plan.name));
    json_object_set_new(arm, "config", json_string(played->plan.live.config));
    json_object_set_new(arm, "verdict", json_string(sf_verdict_name(played->result.verdict)));
    json_object_set_new(arm, "holds", json_boolean(played->expectations.hold));
    json_object_set_new(arm, "why", json_string(why));
    json_object_set_new(arm, "asks", json_integer((json_int_t)report->asks_count));
    for (int i = 0; i < SF_OUTCOMES_COUNT; i++) {
        json_object_set_new(arm, sf_outcome_name((enum sf_outcome)i),
                            json_integer((json_int_t)report->outcomes[i]));
    }
    json_object_set_new(arm, "stray_credentials",
                        json_integer((json_int_t)report->credentials_count));
    json_object_set_new(arm, "busy", json_integer((json_int_t)report->busy_count));
    json_object_set_new(arm, "errors_by_cause", causes_json(report));
    json_object_set_new(arm, "connections", json_integer((json_int_t)report->connections_count));
    json_object_set_new(arm, "origin_requests",
                        json_integer((json_int_t)report->origin.requests_count));
    json_object_set_new(arm, "answers_per_second",
                        json_real(per_second(report->answers_count, report->took_ns)));
    json_object_set_new(arm, "harness_cpu_share",
                        json_real((double)report->cpu_ns / (double)report->took_ns));
    json_object_set_new(arm, "late_us_worst",
                        json_integer((json_int_t)(report->lateness.worst_ns / SF_US)));
    return arm;
}

static void arm_text(const struct played *played, struct sf_text *out)
{
    const struct sf_population_report *report = &played->report;
    const struct sf_run_result *result = &played->result;
    char why[320];
    say_why(played, why, sizeof why);
    sf_text_add(
        out, "  %-32s %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64 "  %s%s%s\n",
        played->plan.name, report->answers_count, report->outcomes[SF_OUTCOME_OWN],
        report->outcomes[SF_OUTCOME_OTHER] + report->credentials_count,
        report->outcomes[SF_OUTCOME_ERROR],
        report->outcomes[SF_OUTCOME_TORN] + report->outcomes[SF_OUTCOME_ANONYMOUS],
        played->expectations.hold ? "as expected" : "NOT AS EXPECTED", why[0] != '\0' ? ": " : "",
        why);
    for (uint32_t i = 0; i < report->causes_count; i++) {
        char text[128];
        say_cause(&report->causes[i], text, sizeof text);
        sf_text_add(out, "      %" PRIu64 " answers: %s\n", report->causes[i].count, text);
    }
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        if (sf_oracles()[result->findings[i].oracle]->of_strays) {
            sf_text_add(out, "      after %.1f s ",
                        (double)result->findings[i].at_ns / (double)SF_SECOND);
            sf_finding_say(&result->findings[i], out);
            sf_text_add(out, "\n");
            break;
        }
    }
}

/* All arms, or the scenario as it stands; each N times. */
struct script {
    const struct cli_args *args;
    const char *file;
    struct sf_text text;
    struct sf_scenario_arms arms;
    uint32_t repeats;
    uint32_t played_count;
    struct played **played; /* owned */
};

static enum sf_err load_arm(const struct script *script, const char *arm, struct sf_plan *plan,
                            struct sf_diag *diag)
{
    struct sf_scenario_override overrides[CLI_SETS_MAX + 2];
    size_t count = 0;
    const char *server = cli_value(script->args, "server");
    if (arm != NULL) {
        overrides[count++] = (struct sf_scenario_override){.key = "arm", .value = arm};
    }
    if (server != NULL) {
        overrides[count++] = (struct sf_scenario_override){.key = "live.server", .value = server};
    }
    for (uint32_t i = 0; i < script->args->sets_count; i++) {
        if (strcmp(script->args->sets[i].key, "arm") == 0) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "--set arm: every arm is played; `strayframe run` plays one");
        }
        overrides[count++] = script->args->sets[i];
    }
    SF_TRY(sf_scenario_parse(script->text.data, script->text.length, script->file, sf_run_schema(),
                             overrides, count, plan, diag));
    return plan->live.present ? SF_OK
                              : sf_fail_at(diag, SF_ERR_INPUT, script->file, 0, 0,
                                           "has no section 'live'; `strayframe run` simulates it");
}

static enum sf_err play_all(struct script *script, struct sf_text *logs, struct sf_diag *diag)
{
    uint32_t arms_count = script->arms.count > 0 ? script->arms.count : 1;
    struct sf_runner *runner = sf_runner_create();
    enum sf_err err = SF_OK;
    script->played = sf_alloc((size_t)arms_count * script->repeats, sizeof *script->played);
    for (uint32_t i = 0; i < arms_count * script->repeats && err == SF_OK; i++) {
        struct played *played = sf_alloc(1, sizeof *played);
        const char *arm = script->arms.count > 0 ? script->arms.names[i / script->repeats] : NULL;
        script->played[script->played_count++] = played;
        err = load_arm(script, arm, &played->plan, diag);
        if (err == SF_OK) {
            err = play(runner, played, logs, diag);
        }
    }
    sf_runner_destroy(runner);
    return err;
}

static void print_text(const struct script *script, const char *verdict)
{
    const struct sf_plan *plan = &script->played[0]->plan;
    struct sf_text text = {0};
    sf_text_add(&text,
                "%s\n%s, %u homes, %u ask for one URL; runs in real time: another one may "
                "differ\n\n  %-32s %6s %6s %6s %6s %6s\n",
                plan->title, plan->live.server[0] != '\0' ? plan->live.server : plan->live.url,
                sf_plan_homes_count(plan), plan->live.shared_by, "run", "asked", "own", "strays",
                "errors", "others");
    for (uint32_t i = 0; i < script->played_count; i++) {
        arm_text(script->played[i], &text);
    }
    sf_text_add(&text, "\nverdict: %s\n", verdict);
    cli_print_text(&text, 0);
    sf_text_free(&text);
}

static void print_all(const struct script *script, const char *verdict)
{
    const struct sf_plan *plan = &script->played[0]->plan;
    if (!cli_flag(script->args, "json")) {
        print_text(script, verdict);
        return;
    }
    json_t *root = json_object();
    json_t *arms = json_array();
    json_object_set_new(root, "scenario", json_string(script->file));
    json_object_set_new(root, "server", json_string(plan->live.server));
    json_object_set_new(root, "verdict", json_string(verdict));
    for (uint32_t i = 0; i < script->played_count; i++) {
        json_array_append_new(arms, arm_json(script->played[i]));
    }
    json_object_set_new(root, "arms", arms);
    cli_print_json(root, 0);
}

static int conclude(const struct script *script)
{
    uint32_t hold_count = 0;
    bool busy = false;
    char verdict[128];
    for (uint32_t i = 0; i < script->played_count; i++) {
        hold_count += script->played[i]->expectations.hold;
        busy |= script->played[i]->report.busy_count > 0;
    }
    bool all = hold_count == script->played_count;
    snprintf(verdict, sizeof verdict, "%s: %u of %u runs went as expected%s",
             busy  ? "inconclusive"
             : all ? "pass"
                   : "fail",
             hold_count, script->played_count, busy ? "; the machine was too busy" : "");
    print_all(script, verdict);
    return busy ? CLI_EXIT_INCONCLUSIVE : all ? CLI_EXIT_PASS : CLI_EXIT_FAIL;
}

enum sf_err cli_live_script(const struct cli_args *args, int *code_out, struct sf_text *logs,
                            struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(code_out != NULL);
    SF_ASSERT(logs != NULL);
    struct script script = {.args = args, .file = args->words[0]};
    uint64_t repeats;
    enum sf_err err = cli_number(args, "repeats", 1, 1, 100, &repeats, diag);
    if (err == SF_OK) {
        script.repeats = (uint32_t)repeats;
        err = sf_fields_read_text(script.file, &script.text, diag);
    }
    if (err == SF_OK) {
        err = sf_scenario_arms(script.text.data != NULL ? script.text.data : "", script.text.length,
                               script.file, &script.arms, diag);
    }
    if (err == SF_OK) {
        err = play_all(&script, logs, diag);
    }
    if (err == SF_OK) {
        *code_out = conclude(&script);
    }
    for (uint32_t i = 0; i < script.played_count; i++) {
        played_fini(script.played[i]);
        free(script.played[i]);
    }
    free(script.played);
    sf_text_free(&script.text);
    return err;
}
