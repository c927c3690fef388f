#include "harness/report/proof.h"

#include <inttypes.h>
#include <stdio.h>

#include "harness/base/assert.h"

/* The oracles that found something, but for those of a removal, by name and with their runs. */
static void seen_by(const struct sf_proof *proof, uint32_t removed, struct sf_text *out)
{
    const char *between = "";
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if (proof->oracle_counts[i] > 0 && (removed >> i & 1) == 0) {
            sf_text_add(out, "%s%s %u", between, sf_oracles()[i]->name, proof->oracle_counts[i]);
            between = ", ";
        }
    }
}

/* Does the removal take away any catch of this class? */
static bool loses(const struct sf_proof *proof, uint32_t removal)
{
    return proof->left_counts[removal] < proof->caught_count;
}

/* What is still caught is said of the classes that lose by the removal; of all where several
 * oracles are taken away. */
static bool says_left(const struct sf_proof *proof, uint32_t removal)
{
    uint32_t removed = sf_removal_at(removal).oracles;
    bool several = (removed & (removed - 1)) != 0;
    return proof->left_counts[removal] > 0 && (several || loses(proof, removal));
}

static bool any_loses(const struct sf_proofs *proofs, uint32_t removal)
{
    for (uint32_t i = 0; i < proofs->count; i++) {
        if (loses(&proofs->proofs[i], removal)) {
            return true;
        }
    }
    return false;
}

static const char *state_of(const struct sf_proof *proof)
{
    if (proof->meant_count == 0) {
        return "MISSED";
    }
    return proof->false_alarms_count > 0 ? "FALSE ALARM" : "caught";
}

uint32_t sf_proofs_holding_count(const struct sf_proofs *proofs)
{
    SF_ASSERT(proofs != NULL);
    uint32_t count = 0;
    for (uint32_t i = 0; i < proofs->count; i++) {
        count += sf_proof_holds(&proofs->proofs[i]);
    }
    return count;
}

/* ---- text ---- */

static uint32_t missed_line(const struct sf_proofs *proofs, uint32_t removal, struct sf_text *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < proofs->count; i++) {
        if (sf_proof_needs(&proofs->proofs[i], removal)) {
            sf_text_add(out, "%s%s", count++ == 0 ? "    missed: " : " ",
                        proofs->proofs[i].defect->id);
        }
    }
    sf_text_add(out, "%s", count > 0 ? "\n" : "");
    return count;
}

static void left_lines(const struct sf_proofs *proofs, uint32_t removal, struct sf_text *out)
{
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        if (says_left(proof, removal)) {
            sf_text_add(out, "    still caught: %s, %u catches of %u: ", proof->defect->id,
                        proof->left_counts[removal], proof->caught_count);
            seen_by(proof, sf_removal_at(removal).oracles, out);
            sf_text_add(out, "\n");
        }
    }
}

static void removal_lines(const struct sf_proofs *proofs, struct sf_text *out)
{
    sf_text_add(out,
                "\ncaught in the same runs if an oracle were missing, or both that look for stray "
                "frames\n");
    for (uint32_t i = 0; i < sf_removals_count(); i++) {
        if (any_loses(proofs, i)) {
            sf_text_add(out, "  without %s\n", sf_removal_at(i).name);
            missed_line(proofs, i, out);
            left_lines(proofs, i, out);
        }
    }
    const char *between = "  no difference without ";
    for (uint32_t i = 0; i < sf_removals_count(); i++) {
        if (!any_loses(proofs, i)) {
            sf_text_add(out, "%s%s", between, sf_removal_at(i).name);
            between = ", or ";
        }
    }
    sf_text_add(out, "\n");
}

static void canary_lines(const struct sf_proofs *proofs, struct sf_text *out)
{
    if (proofs->canaries_count > 0) {
        sf_text_add(out,
                    "\nno-influence: planted influences, and the pairs of runs until each is "
                    "caught (at most %d)\n",
                    SF_CANARY_PAIRS_MAX);
    }
    for (uint32_t i = 0; i < proofs->canaries_count; i++) {
        const struct sf_canary *canary = &sf_canaries()[i];
        sf_text_add(out, "  %-34s %-8s ", canary->cache, sf_plan_vary_names[canary->vary]);
        if (proofs->canary_pairs[i] > 0) {
            sf_text_add(out, "%u\n", proofs->canary_pairs[i]);
        } else {
            sf_text_add(out, "MISSED\n");
        }
    }
}

void sf_report_proofs_text(const struct sf_proofs *proofs, const char *const *files,
                           struct sf_text *out)
{
    SF_ASSERT(proofs != NULL);
    SF_ASSERT(files != NULL);
    SF_ASSERT(out != NULL);
    sf_text_add(out,
                "class  state        caught in runs    by the oracle meant for it  median runs  "
                "simulated s  false alarms     defect\n");
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        sf_text_add(out, "%-5s  %-11s  %6u of %-6u  %-15s %10u  %11u  %11.1f  %5u of %-6u  %s\n",
                    proof->defect->id, state_of(proof), proof->caught_count, proof->runs_count,
                    proof->defect->oracle, proof->meant_count, proof->median_runs,
                    proof->median_simulated_s, proof->false_alarms_count, proof->twin_runs_count,
                    proof->defect->title);
        if (proof->false_alarms_count > 0) {
            sf_text_add(out, "       strayframe run %s --seed %" PRIu64 " --cache '%s'\n",
                        files[proof->false_alarm_plan], proof->false_alarm_seed,
                        proof->defect->twin);
        }
    }
    removal_lines(proofs, out);
    canary_lines(proofs, out);
    sf_text_add(out, "\n%u of %u classes are caught, and their twins pass\n",
                sf_proofs_holding_count(proofs), proofs->count);
}

/* ---- JSON ---- */

static json_t *proof_json(const struct sf_proof *proof)
{
    json_t *oracles = json_object();
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        json_object_set_new(oracles, sf_oracles()[i]->name, json_integer(proof->oracle_counts[i]));
    }
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:f, s:i, s:i, s:o}", "id",
        proof->defect->id, "title", proof->defect->title, "cache", proof->defect->cache, "oracle",
        proof->defect->oracle, "holds", sf_proof_holds(proof), "caught", (int)proof->caught_count,
        "caught_by_oracle", (int)proof->meant_count, "runs", (int)proof->runs_count, "median_runs",
        (int)proof->median_runs, "median_simulated_s", proof->median_simulated_s, "false_alarms",
        (int)proof->false_alarms_count, "twin_runs", (int)proof->twin_runs_count, "runs_by_oracle",
        oracles);
    SF_ASSERT(json != NULL);
    return json;
}

/* The oracles that are left and found something, each with its runs. */
static json_t *seen_by_json(const struct sf_proof *proof, uint32_t removed)
{
    json_t *json = json_object();
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if (proof->oracle_counts[i] > 0 && (removed >> i & 1) == 0) {
            json_object_set_new(json, sf_oracles()[i]->name, json_integer(proof->oracle_counts[i]));
        }
    }
    return json;
}

static json_t *removal_json(const struct sf_proofs *proofs, uint32_t index)
{
    struct sf_removal removal = sf_removal_at(index);
    json_t *oracles = json_array();
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if ((removal.oracles >> i & 1) != 0) {
            json_array_append_new(oracles, json_string(sf_oracles()[i]->name));
        }
    }
    json_t *missed = json_array();
    json_t *left = json_array();
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        if (sf_proof_needs(proof, index)) {
            json_array_append_new(missed, json_string(proof->defect->id));
        } else if (says_left(proof, index)) {
            json_array_append_new(left, json_pack("{s:s, s:i, s:i, s:o}", "id", proof->defect->id,
                                                  "caught", (int)proof->left_counts[index],
                                                  "instead_of", (int)proof->caught_count, "by",
                                                  seen_by_json(proof, removal.oracles)));
        }
    }
    return json_pack("{s:o, s:o, s:o}", "without", oracles, "missed", missed, "still_caught", left);
}

json_t *sf_report_proofs_json(const struct sf_proofs *proofs)
{
    SF_ASSERT(proofs != NULL);
    json_t *classes = json_array();
    for (uint32_t i = 0; i < proofs->count; i++) {
        json_array_append_new(classes, proof_json(&proofs->proofs[i]));
    }
    json_t *removals = json_array();
    for (uint32_t i = 0; i < sf_removals_count(); i++) {
        json_array_append_new(removals, removal_json(proofs, i));
    }
    json_t *canaries = json_array();
    for (uint32_t i = 0; i < proofs->canaries_count; i++) {
        const struct sf_canary *canary = &sf_canaries()[i];
        json_array_append_new(canaries, json_pack("{s:s, s:s, s:i}", "cache", canary->cache, "vary",
                                                  sf_plan_vary_names[canary->vary], "pairs",
                                                  (int)proofs->canary_pairs[i]));
    }
    json_t *json =
        json_pack("{s:o, s:i, s:o, s:o}", "canaries", canaries, "holding",
                  (int)sf_proofs_holding_count(proofs), "classes", classes, "removals", removals);
    SF_ASSERT(json != NULL);
    return json;
}
