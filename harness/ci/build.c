/* Results of run, replay and prove. */
#include "harness/ci/build.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/text.h"
#include "harness/gate/gate.h"
#include "harness/report/report.h"

static void add_number(struct sf_ci_result *result, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    sf_ci_add_property(result, name, text);
}

/* ---- run ---- */

static const struct sf_finding *first_finding(const struct sf_run_result *run, uint32_t oracle)
{
    for (uint32_t i = 0; i < run->findings_kept; i++) {
        if (run->findings[i].oracle == oracle) {
            return &run->findings[i];
        }
    }
    return NULL;
}

/* "3 findings; the first: ..." */
static void say_findings(uint64_t count, const struct sf_finding *first, struct sf_text *out)
{
    sf_text_add(out, "%" PRIu64 " finding%s", count, count == 1 ? "" : "s");
    if (first != NULL) {
        sf_text_add(out, "; the first: ");
        sf_report_finding(first, out);
    }
}

/* A problem for the first finding of each signature, named as a gate names it. */
static void add_problems(const struct sf_run_result *run, uint32_t oracle, const char *file,
                         const char *command, struct sf_ci_result *result)
{
    uint32_t before_count = result->problems_count;
    for (uint32_t i = 0; i < run->findings_kept; i++) {
        const struct sf_gate_find find = {.kind = SF_GATE_FINDING, .finding = run->findings[i]};
        struct sf_text text = {0};
        struct sf_text name = {0};
        sf_gate_find_name(&find, &name);
        sf_report_finding(&find.finding, &text);
        bool is_known = find.finding.oracle != oracle;
        for (uint32_t j = before_count; j < result->problems_count; j++) {
            is_known |= strcmp(result->problems[j].name, name.data) == 0;
        }
        if (!is_known) {
            sf_ci_add_problem(result,
                              &(struct sf_ci_problem){.rule = sf_oracles()[oracle]->name,
                                                      .name = name.data,
                                                      .file = file,
                                                      .text = text.data,
                                                      .commands = command,
                                                      .is_stray = sf_oracles()[oracle]->of_strays});
        }
        sf_text_free(&name);
        sf_text_free(&text);
    }
}

static void add_broken(const struct sf_run_result *run, uint32_t oracle, const char *file,
                       const char *command, struct sf_ci_result *result)
{
    struct sf_text text = {0};
    say_findings(run->oracles[oracle].findings_count, first_finding(run, oracle), &text);
    sf_ci_set_outcome(result, SF_CI_FAILED, text.data, command);
    add_problems(run, oracle, file, command, result);
    sf_text_free(&text);
}

void sf_ci_of_run(const struct sf_plan *plan, const struct sf_run_result *run, const char *file,
                  const char *command, struct sf_ci_result *result)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(run != NULL);
    SF_ASSERT(file != NULL);
    sf_ci_begin(result, "strayframe run", command);
    sf_ci_add_case(result, plan->name, "the run finishes");
    if (run->ended.code != 0) {
        sf_ci_set_outcome(result, SF_CI_BROKE, run->ended.text, command);
    } else if (run->out_of_budget) {
        sf_ci_set_outcome(result, SF_CI_SKIPPED, "ended by --events-max", command);
    }
    for (uint32_t i = 0; i < run->oracles_count; i++) {
        const struct sf_oracle_result *oracle = &run->oracles[i];
        sf_ci_add_case(result, plan->name, sf_oracles()[i]->name);
        if (oracle->findings_count > 0) {
            add_broken(run, i, file, command, result);
        } else if (oracle->evidence_count == 0) {
            sf_ci_set_outcome(
                result, SF_CI_SKIPPED,
                oracle->wanted ? "inconclusive: no evidence" : "does not apply to this run", "");
        }
    }
    add_number(result, "seed", run->seed);
    char hash[20];
    snprintf(hash, sizeof hash, "%016" PRIx64, run->trace_hash);
    sf_ci_add_property(result, "trace_hash", hash);
}

void sf_ci_of_question(const struct sf_ci_question *question, const char *command,
                       struct sf_ci_result *result)
{
    SF_ASSERT(question != NULL);
    sf_ci_begin(result, question->suite, command);
    sf_ci_add_case(result, question->group, question->asked);
    if (question->failure != NULL) {
        sf_ci_set_outcome(result, SF_CI_FAILED, question->failure, command);
        sf_ci_add_problem(result, &(struct sf_ci_problem){
                                      .rule = question->rule,
                                      .name = question->rule,
                                      .file = question->file,
                                      .text = question->failure,
                                      .commands = command,
                                  });
    }
}

/* ---- replay ---- */

static void add_fact(const struct sf_fact *fact, const char *file, const char *command,
                     struct sf_ci_result *result)
{
    struct sf_text name = {0};
    sf_text_add(&name, "%s %s", fact->id, fact->statement);
    sf_ci_add_case(result, file, name.data);
    if (!fact->holds) {
        sf_ci_set_outcome(result, fact->judged ? SF_CI_FAILED : SF_CI_SKIPPED, fact->figure,
                          command);
    }
    if (!fact->holds && fact->judged) {
        struct sf_text text = {0};
        sf_text_add(&text, "%s does not hold: %s", name.data, fact->figure);
        sf_ci_add_problem(result, &(struct sf_ci_problem){.rule = SF_CI_RULE_FACT,
                                                          .name = fact->id,
                                                          .file = file,
                                                          .text = text.data,
                                                          .commands = command});
        sf_text_free(&text);
    }
    sf_text_free(&name);
}

void sf_ci_of_replay(const struct sf_plan *plan, const struct sf_replay *replay, const char *file,
                     const char *command, struct sf_ci_result *result)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(file != NULL);
    sf_ci_begin(result, "strayframe replay", command);
    sf_ci_add_case(result, file, "every run finishes");
    if (replay->ended_count > 0) {
        sf_ci_set_outcome(result, SF_CI_FAILED, replay->ended.text, command);
    } else if (replay->crashed_count > 0) {
        char message[64];
        snprintf(message, sizeof message, "%u runs did not finish", replay->crashed_count);
        sf_ci_set_outcome(result, SF_CI_BROKE, message, command);
    }
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        add_fact(&replay->facts[i], file, command, result);
    }
    add_number(result, "homes", replay->homes_count);
    add_number(result, "seeds", replay->seeds_count);
}

/* ---- prove ---- */

static void add_class_problem(const struct sf_proof *proof, const char *rule, const char *text,
                              const char *file, const char *command, struct sf_ci_result *result)
{
    struct sf_text name = {0};
    sf_text_add(&name, "%s:%s", rule, proof->defect->id);
    sf_ci_set_outcome(result, SF_CI_FAILED, text, command);
    sf_ci_add_problem(
        result,
        &(struct sf_ci_problem){
            .rule = rule, .name = name.data, .file = file, .text = text, .commands = command});
    sf_text_free(&name);
}

static void add_class(const struct sf_proof *proof, const char *const *files, const char *command,
                      struct sf_ci_result *result)
{
    struct sf_text text = {0};
    sf_ci_add_case(result, proof->defect->id, "the defect is caught by the oracle that it names");
    if (proof->meant_count == 0) {
        sf_text_add(&text, "%s was not caught by its oracle in %u runs", proof->defect->id,
                    proof->runs_count);
        add_class_problem(proof, SF_CI_RULE_MISSED, text.data, NULL, command, result);
    }
    sf_text_free(&text);
    sf_ci_add_case(result, proof->defect->id, "its twin passes");
    if (proof->false_alarms_count > 0) {
        sf_text_add(&text, "the twin of %s failed in %u of %u runs, first under seed %" PRIu64,
                    proof->defect->id, proof->false_alarms_count, proof->twin_runs_count,
                    proof->false_alarm_seed);
        add_class_problem(proof, SF_CI_RULE_FALSE_ALARM, text.data, files[proof->false_alarm_plan],
                          command, result);
    }
    sf_text_free(&text);
}

void sf_ci_of_proofs(const struct sf_proofs *proofs, const char *const *files, const char *command,
                     struct sf_ci_result *result)
{
    SF_ASSERT(proofs != NULL);
    SF_ASSERT(files != NULL);
    sf_ci_begin(result, "strayframe prove", command);
    for (uint32_t i = 0; i < proofs->count; i++) {
        add_class(&proofs->proofs[i], files, command, result);
    }
    for (uint32_t i = 0; i < proofs->canaries_count; i++) {
        sf_ci_add_case(result, sf_canaries()[i].cache, "the canary of no-influence is caught");
        if (proofs->canary_pairs[i] == 0) {
            sf_ci_set_outcome(result, SF_CI_FAILED, "it was not caught", command);
        }
    }
}
