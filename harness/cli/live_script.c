/* `strayframe live FILE`: a live scenario. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/live.h"
#include "harness/live/population.h"

/* An arm and what came of it. */
struct played {
    const struct sf_script_arm *arm;
    struct sf_population_report report;
    bool holds;
    char why[256];
};

static double per_second(uint64_t count, sf_ns ns)
{
    return ns > 0 ? (double)count * (double)SF_SECOND / (double)ns : 0.0;
}

static json_t *arm_json(const struct played *played)
{
    const struct sf_population_report *report = &played->report;
    json_t *arm = json_object();
    json_object_set_new(arm, "name", json_string(played->arm->name));
    json_object_set_new(arm, "config", json_string(played->arm->config));
    json_object_set_new(arm, "holds", json_boolean(played->holds));
    json_object_set_new(arm, "why", json_string(played->why));
    json_object_set_new(arm, "asks", json_integer((json_int_t)report->asks_count));
    for (int i = 0; i < SF_OUTCOMES_COUNT; i++) {
        json_object_set_new(arm, sf_outcome_name((enum sf_outcome)i),
                            json_integer((json_int_t)report->outcomes[i]));
    }
    json_object_set_new(arm, "stray_credentials",
                        json_integer((json_int_t)report->credentials_count));
    json_object_set_new(arm, "busy", json_integer((json_int_t)report->busy_count));
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
    sf_text_add(
        out, "  %-28s %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64 "  %s%s%s\n",
        played->arm->name, report->answers_count, report->outcomes[SF_OUTCOME_OWN],
        report->outcomes[SF_OUTCOME_OTHER] + report->credentials_count,
        report->outcomes[SF_OUTCOME_ERROR],
        report->outcomes[SF_OUTCOME_TORN] + report->outcomes[SF_OUTCOME_ANONYMOUS] +
            report->outcomes[SF_OUTCOME_LEFTOVER],
        played->holds ? "as expected" : "NOT AS EXPECTED", played->why[0] != '\0' ? ": " : "",
        played->why);
    if (report->outcomes[SF_OUTCOME_OTHER] > 0) {
        sf_text_add(out, "      after %.1f s home %u was shown home %u's still\n",
                    (double)report->first.at_ns / (double)SF_SECOND, report->first.home + 1,
                    report->first.owner + 1);
    }
}

static void print_all(const struct cli_live *live, const struct sf_script *script,
                      const struct played *played, bool json, const char *verdict)
{
    if (json) {
        json_t *root = json_object();
        json_t *arms = json_array();
        json_object_set_new(root, "scenario", json_string(script->name));
        json_object_set_new(root, "server", json_string(live->driver.name));
        json_object_set_new(root, "verdict", json_string(verdict));
        for (uint32_t i = 0; i < script->arms_count; i++) {
            json_array_append_new(arms, arm_json(&played[i]));
        }
        json_object_set_new(root, "arms", arms);
        cli_print_json(root, 0);
        return;
    }
    struct sf_text text = {0};
    sf_text_add(&text,
                "%s  %s\n%s, %u homes, %u ask for one URL; a run in real time: another one may "
                "differ\n\n  %-28s %6s %6s %6s %6s %6s\n",
                script->name, script->title, live->driver.name, script->homes_count,
                script->shared_by, "arm", "asked", "own", "strays", "errors", "others");
    for (uint32_t i = 0; i < script->arms_count; i++) {
        arm_text(&played[i], &text);
    }
    sf_text_add(&text, "\nverdict: %s\n", verdict);
    cli_print_text(&text, 0);
    sf_text_free(&text);
}

static enum sf_err play_arms(struct cli_live *live, const struct sf_script *script,
                             struct played *played, struct sf_text *logs, struct sf_diag *diag)
{
    for (uint32_t i = 0; i < script->arms_count; i++) {
        played[i].arm = &script->arms[i];
        SF_TRY(sf_population_play(script, &script->arms[i], &live->driver, live->controls,
                                  &live->order.stage, &played[i].report, logs, diag));
        played[i].holds = sf_population_holds(&script->arms[i], &played[i].report, played[i].why,
                                              sizeof played[i].why);
    }
    return SF_OK;
}

enum sf_err cli_live_script(struct cli_live *live, const char *file, bool json, int *code_out,
                            struct sf_text *logs, struct sf_diag *diag)
{
    SF_ASSERT(live != NULL);
    SF_ASSERT(file != NULL);
    SF_ASSERT(code_out != NULL);
    SF_ASSERT(logs != NULL);
    struct sf_script *script = sf_alloc(1, sizeof *script);
    char path[CLI_PATH_BYTES];
    cli_find_data(file, path, sizeof path);
    enum sf_err err = sf_script_load(path, script, diag);
    struct played *played = sf_alloc(SF_SCRIPT_ARMS_MAX, sizeof *played);
    if (err == SF_OK) {
        err = play_arms(live, script, played, logs, diag);
    }
    if (err == SF_OK) {
        bool holds = true;
        bool busy = false;
        for (uint32_t i = 0; i < script->arms_count; i++) {
            holds &= played[i].holds;
            busy |= played[i].report.busy_count > 0;
        }
        *code_out = busy ? CLI_EXIT_INCONCLUSIVE : holds ? CLI_EXIT_PASS : CLI_EXIT_FAIL;
        print_all(live, script, played, json,
                  busy    ? "inconclusive: the machine was too busy"
                  : holds ? "pass: every arm went as expected"
                          : "fail: not as expected");
    }
    free(played);
    sf_script_fini(script);
    free(script);
    return err;
}
