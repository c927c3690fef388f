#include "harness/report/proof.h"

#include <inttypes.h>
#include <stdio.h>

#include "harness/base/assert.h"

/* The oracle without which the class would not be caught at all; "-" where there is none. */
static const char *needed_name(const struct sf_proof *proof)
{
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if (sf_proof_needs(proof, i)) {
            return sf_oracles()[i]->name;
        }
    }
    return "-";
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
    uint32_t count = 0;
    for (uint32_t i = 0; i < proofs->count; i++) {
        count += sf_proof_holds(&proofs->proofs[i]);
    }
    return count;
}

/* How many classes no run would show without this oracle. */
static uint32_t lost_without(const struct sf_proofs *proofs, uint32_t oracle)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < proofs->count; i++) {
        count += sf_proof_needs(&proofs->proofs[i], oracle);
    }
    return count;
}

static bool saw_any(const struct sf_proofs *proofs, uint32_t oracle)
{
    for (uint32_t i = 0; i < proofs->count; i++) {
        if (proofs->proofs[i].oracle_counts[oracle] > 0) {
            return true;
        }
    }
    return false;
}

static void oracle_lines(const struct sf_proofs *proofs, struct sf_text *out)
{
    sf_text_add(out, "\nwithout the oracle     these classes would not be caught\n");
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        sf_text_add(out, "  %-20s", sf_oracles()[i]->name);
        for (uint32_t j = 0; j < proofs->count; j++) {
            if (sf_proof_needs(&proofs->proofs[j], i)) {
                sf_text_add(out, " %s", proofs->proofs[j].defect->id);
            }
        }
        sf_text_add(out, "%s\n",
                    lost_without(proofs, i) > 0 ? ""
                    : saw_any(proofs, i)        ? " none: others see it too"
                                                : " none: it found nothing in these runs");
    }
}

void sf_report_proofs_text(const struct sf_proofs *proofs, const char *const *files,
                           struct sf_text *out)
{
    sf_text_add(out, "class  state        caught in runs   by the meant  median runs  simulated s  "
                     "false alarms  defect\n");
    for (uint32_t i = 0; i < proofs->count; i++) {
        const struct sf_proof *proof = &proofs->proofs[i];
        sf_text_add(out, "%-5s  %-11s  %6u of %-6u  %6u         %6u     %10.1f  %5u of %-6u  %s\n",
                    proof->defect->id, state_of(proof), proof->caught_count, proof->runs_count,
                    proof->meant_count, proof->median_runs, proof->median_simulated_s,
                    proof->false_alarms_count, proof->twin_runs_count, proof->defect->title);
        if (proof->false_alarms_count > 0) {
            sf_text_add(out, "       strayframe run %s --seed %" PRIu64 " --cache '%s'\n",
                        files[proof->false_alarm_plan], proof->false_alarm_seed,
                        proof->defect->twin);
        }
    }
    oracle_lines(proofs, out);
    sf_text_add(out, "\n%u of %u classes are caught, and their twins pass\n",
                sf_proofs_holding_count(proofs), proofs->count);
}

static json_t *proof_json(const struct sf_proof *proof)
{
    json_t *oracles = json_object();
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        json_object_set_new(oracles, sf_oracles()[i]->name, json_integer(proof->oracle_counts[i]));
    }
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:f, s:i, s:i, s:s, s:o}", "id",
        proof->defect->id, "title", proof->defect->title, "cache", proof->defect->cache, "oracle",
        proof->defect->oracle, "holds", sf_proof_holds(proof), "caught", (int)proof->caught_count,
        "caught_by_oracle", (int)proof->meant_count, "runs", (int)proof->runs_count, "median_runs",
        (int)proof->median_runs, "median_simulated_s", proof->median_simulated_s, "false_alarms",
        (int)proof->false_alarms_count, "twin_runs", (int)proof->twin_runs_count, "only_seen_by",
        needed_name(proof), "runs_by_oracle", oracles);
    SF_ASSERT(json != NULL);
    return json;
}

json_t *sf_report_proofs_json(const struct sf_proofs *proofs)
{
    json_t *classes = json_array();
    for (uint32_t i = 0; i < proofs->count; i++) {
        json_array_append_new(classes, proof_json(&proofs->proofs[i]));
    }
    json_t *oracles = json_array();
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        json_array_append_new(oracles,
                              json_pack("{s:s, s:i}", "name", sf_oracles()[i]->name,
                                        "classes_only_it_sees", (int)lost_without(proofs, i)));
    }
    json_t *json = json_pack("{s:i, s:o, s:o}", "holding", (int)sf_proofs_holding_count(proofs),
                             "classes", classes, "oracles", oracles);
    SF_ASSERT(json != NULL);
    return json;
}
