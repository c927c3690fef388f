/* The gate's result. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/ci/build.h"
#include "harness/report/report.h"

/* ---- cases ---- */

static void add_runs(const struct sf_gate *gate, uint32_t index, const struct sf_gate_names *names,
                     struct sf_ci_result *result)
{
    const struct sf_gate_scenario *scenario = &gate->scenarios[index];
    struct sf_text message = {0};
    struct sf_text repeat = {0};
    sf_ci_add_case(result, names->files[index], "every run comes to its end");
    result->cases[result->cases_count - 1].seconds = scenario->seconds;
    if (scenario->ended_count > 0) {
        sf_text_add(&message, "the cache crashed or hung in %u of %u runs", scenario->ended_count,
                    scenario->runs_count);
        sf_report_gate_command(
            names, "run", (struct sf_gate_run_at){scenario->ended_arm, index, scenario->ended_seed},
            &repeat);
        sf_ci_set_outcome(result, SF_CI_BROKE, message.data, repeat.data);
    } else if (scenario->runs_count < scenario->wanted_count) {
        sf_text_add(&message, "inconclusive: ended after %u of %u runs", scenario->runs_count,
                    scenario->wanted_count);
        sf_ci_set_outcome(result, SF_CI_SKIPPED, message.data, "");
    }
    sf_text_free(&repeat);
    sf_text_free(&message);
}

static void add_again(const struct sf_gate *gate, uint32_t index, const struct sf_gate_names *names,
                      struct sf_ci_result *result)
{
    static const char differs[] = "the cache is not deterministic: two runs of one seed differ";
    sf_ci_add_case(result, names->files[index], "the same seed gives the same run");
    if (gate->scenarios[index].again_differs) {
        struct sf_text repeat = {0};
        sf_report_gate_command(names, "run",
                               (struct sf_gate_run_at){SF_ARM_CANDIDATE, index, gate->seed_first},
                               &repeat);
        sf_text_add(&repeat, " --twice");
        sf_ci_set_outcome(result, SF_CI_BROKE, differs, repeat.data);
        sf_ci_add_problem(result, &(struct sf_ci_problem){
                                      .rule = SF_CI_RULE_NOT_DETERMINISTIC,
                                      .name = SF_CI_RULE_NOT_DETERMINISTIC,
                                      .file = names->files[index],
                                      .text = differs,
                                      .commands = repeat.data,
                                  });
        sf_text_free(&repeat);
    } else if (!gate->scenarios[index].again_ran) {
        sf_ci_set_outcome(result, SF_CI_SKIPPED, "inconclusive: no seed finished twice", "");
    }
}

static void set_broken(const struct sf_gate *gate, struct sf_gate_run_at at, uint32_t oracle,
                       const struct sf_gate_names *names, struct sf_ci_result *result)
{
    const struct sf_gate_scenario *scenario = &gate->scenarios[at.plan];
    const struct sf_finding *finding = &scenario->oracles[oracle].finding;
    struct sf_text message = {0};
    struct sf_text repeat = {0};
    sf_text_add(&message, "%u run%s with a finding", scenario->oracles[oracle].failed_count,
                scenario->oracles[oracle].failed_count == 1 ? "" : "s");
    /* A run keeps its first findings only: this oracle's may not be among them. */
    if (finding->oracle == oracle && finding->at_ns > 0) {
        sf_text_add(&message, "; the first: ");
        sf_report_finding(finding, &message);
    }
    sf_report_gate_oracle_command(names, "run", at, oracle, &repeat);
    sf_ci_set_outcome(result, SF_CI_FAILED, message.data, repeat.data);
    sf_text_free(&repeat);
    sf_text_free(&message);
}

static void add_oracle(const struct sf_gate *gate, uint32_t index, uint32_t oracle,
                       const struct sf_gate_names *names, struct sf_ci_result *result)
{
    const struct sf_gate_scenario *scenario = &gate->scenarios[index];
    sf_ci_add_case(result, names->files[index], sf_oracles()[oracle]->name);
    if (scenario->oracles[oracle].failed_count > 0) {
        const struct sf_gate_run_at at = {scenario->oracles[oracle].failed_arm, index,
                                          scenario->oracles[oracle].failed_seed};
        set_broken(gate, at, oracle, names, result);
    } else if (scenario->oracles[oracle].evidence_count == 0) {
        sf_ci_set_outcome(result, SF_CI_SKIPPED,
                          scenario->oracles[oracle].wanted_count > 0 || scenario->runs_count == 0
                              ? "inconclusive: no evidence"
                              : "does not apply to these runs",
                          "");
    }
}

/* ---- problems ---- */

static const char *rule_of(const struct sf_gate_find *find)
{
    switch (find->kind) {
    case SF_GATE_FINDING:
        return sf_oracles()[find->finding.oracle]->name;
    case SF_GATE_CRASH:
        return SF_CI_RULE_CRASH;
    case SF_GATE_HANG:
        return SF_CI_RULE_HANG;
    }
    SF_UNREACHABLE();
}

/* Why a finding does not count; NULL: it does. */
static const char *not_counted(const struct sf_gate_find *find, struct sf_text *out)
{
    switch (find->standing) {
    case SF_GATE_COUNTS:
        return NULL;
    case SF_GATE_ACCEPTED:
        sf_text_add(out, "accepted until %s: %s", find->accepted->until, find->accepted->reason);
        return out->data;
    case SF_GATE_OF_BASELINE:
        return "the baseline alone fails like that, the candidate alone does not";
    }
    SF_UNREACHABLE();
}

static void add_find(const struct sf_gate_find *find, const struct sf_gate_names *names,
                     struct sf_ci_result *result)
{
    struct sf_text text = {0};
    struct sf_text name = {0};
    struct sf_text commands = {0};
    struct sf_text standing = {0};
    sf_text_add(&text, "in %u run%s, first: ", find->runs_count, find->runs_count == 1 ? "" : "s");
    sf_report_gate_find_sentence(find, &text);
    sf_gate_find_name(find, &name);
    sf_report_gate_find_command(names, "run", find, &commands);
    if (find->kind == SF_GATE_FINDING) {
        sf_text_add(&commands, "\n");
        sf_report_gate_find_command(names, "explain", find, &commands);
        sf_text_add(&commands, "\n");
        sf_report_gate_find_command(names, "shrink", find, &commands);
    }
    sf_ci_add_problem(result, &(struct sf_ci_problem){
                                  .rule = rule_of(find),
                                  .name = name.data,
                                  .file = names->files[find->plan],
                                  .text = text.data,
                                  .commands = commands.data,
                                  .accepted = not_counted(find, &standing),
                                  .is_stray = find->kind == SF_GATE_FINDING &&
                                              sf_gate_is_stray(find->finding.oracle),
                              });
    sf_text_free(&standing);
    sf_text_free(&commands);
    sf_text_free(&name);
    sf_text_free(&text);
}

/* ---- all ---- */

static void add_small(const struct sf_gate *gate, const struct sf_gate_names *names,
                      struct sf_ci_result *result)
{
    sf_ci_add_case(result, names->candidate, "every order of small worlds");
    result->cases[result->cases_count - 1].seconds = gate->small.cpu_s;
    if (!gate->small.ran) {
        sf_ci_set_outcome(result, SF_CI_SKIPPED, gate->small.not_run, "");
    } else if (gate->small.verdict == SF_VERDICT_FAIL) {
        struct sf_text repeat = {0};
        sf_text_add(&repeat, "%s", "");
        if (gate->small.events_count > 0) {
            sf_report_gate_small_command(gate, names, &repeat);
        }
        const char *command = repeat.data;
        sf_ci_set_outcome(result, SF_CI_FAILED, gate->small.told, command);
        sf_ci_add_problem(result, &(struct sf_ci_problem){
                                      .rule = SF_CI_RULE_SMALL_WORLDS,
                                      .name = SF_CI_RULE_SMALL_WORLDS,
                                      .text = gate->small.told,
                                      .commands = command,
                                      .is_stray = true,
                                  });
        sf_text_free(&repeat);
    }
}

static void add_properties(const struct sf_gate *gate, const struct sf_gate_names *names,
                           struct sf_ci_result *result)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        {"runs", gate->runs_count},
        {"runs_failed", gate->failed_count},
        {"runs_with_strays", gate->stray_count},
        {"seeds", gate->seeds_count},
        {"scenarios", gate->scenarios_count},
        {"situations_not_tested", gate->not_tested_count},
        {"seen_from", sf_gate_seen_from(gate->runs_count)},
    };
    sf_ci_add_property(result, "candidate", names->candidate);
    if (names->baseline != NULL) {
        sf_ci_add_property(result, "baseline", names->baseline);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char text[24];
        snprintf(text, sizeof text, "%" PRIu64, numbers[i].value);
        sf_ci_add_property(result, numbers[i].name, text);
    }
}

static void add_verdict(const struct sf_gate *gate, const struct sf_gate_names *names,
                        struct sf_ci_result *result)
{
    sf_ci_add_case(result, names->candidate, "the gate");
    if (gate->verdict != SF_VERDICT_PASS) {
        sf_ci_set_outcome(result, gate->verdict == SF_VERDICT_FAIL ? SF_CI_FAILED : SF_CI_SKIPPED,
                          gate->reason, "");
    }
    if (gate->kind == SF_GATE_REGRESSION) {
        sf_ci_add_problem(result, &(struct sf_ci_problem){
                                      .rule = SF_CI_RULE_REGRESSION,
                                      .name = SF_CI_RULE_REGRESSION,
                                      .text = gate->reason,
                                  });
    }
}

void sf_ci_of_gate(const struct sf_gate *gate, const struct sf_gate_names *names,
                   const char *command, struct sf_ci_result *result)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(names != NULL);
    sf_ci_begin(result, "strayframe gate", command);
    for (uint32_t i = 0; i < gate->scenarios_count; i++) {
        add_runs(gate, i, names, result);
        add_again(gate, i, names, result);
        for (uint32_t oracle = 0; sf_oracles()[oracle] != NULL; oracle++) {
            add_oracle(gate, i, oracle, names, result);
        }
    }
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        add_find(&gate->finds[i], names, result);
    }
    add_small(gate, names, result);
    add_verdict(gate, names, result);
    add_properties(gate, names, result);
}
