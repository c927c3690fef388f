/* The verdict of the gate and the sentence that says why: the first line that an approver reads. */
#include <math.h>
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/base/interrupt.h"
#include "harness/base/text.h"
#include "harness/gate/private.h"

const char *sf_gate_kind_name(enum sf_gate_kind kind)
{
    static const char *const names[] = {"pass",         "leak",  "violation", "regression",
                                        "inconclusive", "shard", "broken"};
    SF_ASSERT(kind <= SF_GATE_BROKEN);
    return names[kind];
}

uint32_t sf_gate_seen_from(uint32_t runs_count)
{
    if (runs_count == 0) {
        return 0;
    }
    double share = 1.0 - pow(0.05, 1.0 / runs_count);
    double one_in = floor(1.0 / share);
    /* Three digits are as exact as such a bound is. */
    double unit = one_in >= 1000.0 ? pow(10.0, floor(log10(one_in)) - 2.0) : 1.0;
    return (uint32_t)(floor(one_in / unit) * unit);
}

/* The first oracle that no run gave anything to judge, though one at least asked for it; NULL. */
static const char *idle_oracle(const struct sf_gate *gate)
{
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if (gate->wanted[i] && gate->evidence[i] == 0) {
            return sf_oracles()[i]->name;
        }
    }
    return NULL;
}

/* "3 situations of 33 (probe-a, probe-b, probe-c)". */
static void say_not_tested(const struct sf_gate *gate, struct sf_text *out)
{
    sf_text_add(out, "%u of the situations that the gate requires did not occur (",
                gate->not_tested_count);
    const char *between = "";
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        enum sf_probe probe = (enum sf_probe)i;
        if (gate->probes[i] < sf_probe_quota(probe)) {
            sf_text_add(out, "%s%s", between, sf_probe_name(probe));
            between = ", ";
        }
    }
    sf_text_add(out, ")");
}

static void say_strays(const struct sf_gate *gate, struct sf_text *out)
{
    if (gate->stray_count > 0) {
        sf_text_add(
            out, "in %u of %u runs a viewer received another tenant's picture, or a piece of one",
            gate->stray_count, gate->runs_count);
    } else if (gate->ended_count < gate->runs_count) {
        sf_text_add(
            out,
            "no viewer received another tenant's picture in the %u runs that came to their end",
            gate->runs_count - gate->ended_count);
    } else {
        sf_text_add(out, "no run came to its end");
    }
}

/* What small worlds showed: a clause of the verdict's sentence, or a sentence of its own. */
static void say_small_failed(const struct sf_campaign_small *small, struct sf_text *out)
{
    if (small->ran && small->verdict == SF_VERDICT_FAIL) {
        sf_text_add(out, "; the cache fails in the small world \"%s\", after %u events",
                    small->world, small->events_count);
    }
}

static void say_small_passed(const struct sf_campaign_small *small, struct sf_text *out)
{
    if (!small->ran) {
        return;
    }
    sf_text_add(out, ". In %u small worlds every order of up to %u events was tried",
                small->worlds_count, small->depth_least);
    if (small->complete_count > 0) {
        sf_text_add(out, ", %u of them completely", small->complete_count);
    }
}

static void say_failed(const struct sf_gate *gate, struct sf_text *out)
{
    if (gate->accepted_count > 0) {
        sf_text_add(out,
                    "beside %u accepted kinds of finding there are others: ", gate->accepted_count);
    }
    say_strays(gate, out);
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        if (gate->failed[i] > 0 && !sf_gate_is_stray(i)) {
            sf_text_add(out, "; %s failed in %u", sf_oracles()[i]->name, gate->failed[i]);
        }
    }
    if (gate->cut_count > 0) {
        sf_text_add(out, "; %u of the runs were ended after %d such pictures", gate->cut_count,
                    SF_GATE_STRAYS_MAX);
    }
    if (gate->ended_count > gate->hung_count) {
        sf_text_add(out, "; the cache crashed in %u", gate->ended_count - gate->hung_count);
    }
    if (gate->hung_count > 0) {
        sf_text_add(out, "; the cache did not return in %u", gate->hung_count);
    }
    if (gate->runs_count < gate->wanted_count) {
        sf_text_add(out, "; %u of %u runs were not started", gate->wanted_count - gate->runs_count,
                    gate->wanted_count);
    }
    say_small_failed(&gate->small, out);
    if (gate->differs_count > 0) {
        sf_text_add(out, "; the cache is not deterministic, so findings may not be reproducible");
    }
}

/* Did the controls run and not hold? */
static bool is_broken(const struct sf_gate *gate)
{
    const struct sf_gate_controls *controls = &gate->controls;
    return controls->sound_failed_count > 0 ||
           (controls->leaky_runs_count > 0 && controls->leaky_caught_count == 0);
}

/* Why it is no pass, though no run failed; false: it is one. */
static bool say_inconclusive(const struct sf_gate *gate, struct sf_text *out)
{
    const struct sf_gate_controls *controls = &gate->controls;
    const char *failed =
        gate->failed_count == 0 ? "none of which failed" : "with accepted findings only";
    if (gate->store_failed) {
        sf_text_add(out, "the store failed after %u of %u runs, %s", gate->runs_count,
                    gate->wanted_count, failed);
    } else if (sf_interrupted() && gate->runs_count < gate->wanted_count) {
        sf_text_add(out, "interrupted after %u of %u runs, %s", gate->runs_count,
                    gate->wanted_count, failed);
    } else if (gate->missing[0] != '\0') {
        sf_text_add(out, "%s; %u runs were made, %s", gate->missing, gate->runs_count, failed);
    } else if (gate->differs_count > 0) {
        sf_text_add(out,
                    "the cache is not deterministic: in %u of %u scenarios the same seed, run "
                    "twice, gave two "
                    "different runs, so no finding is reproducible",
                    gate->differs_count, gate->scenarios_count);
    } else if (controls->sound_failed_count > 0) {
        sf_text_add(
            out,
            "the correct control cache failed %u of %u runs: these scenarios accuse correct caches",
            controls->sound_failed_count, controls->sound_runs_count);
    } else if (controls->leaky_caught_count == 0) {
        sf_text_add(out,
                    "the leaky control cache was not caught in %u runs: these scenarios do not "
                    "detect leaks",
                    controls->leaky_runs_count);
    } else if (gate->runs_count < gate->wanted_count) {
        sf_text_add(out, "the time was up after %u of %u runs, %s", gate->runs_count,
                    gate->wanted_count, failed);
    } else if (idle_oracle(gate) != NULL) {
        sf_text_add(out, "the oracle %s had nothing to judge in %u runs", idle_oracle(gate),
                    gate->runs_count);
    } else if (gate->not_tested_count > 0) {
        sf_text_add(out, "%s, but ",
                    gate->failed_count == 0 ? "no run failed" : "only accepted or known findings");
        say_not_tested(gate, out);
    } else if (sf_gate_any_figure(gate, SF_GATE_UNSURE)) {
        sf_text_add(out, "%s, but more runs are needed: ",
                    gate->failed_count == 0 ? "no run failed" : "only accepted or known findings");
        sf_gate_say_figures(gate, SF_GATE_UNSURE, out);
    } else {
        return false;
    }
    return true;
}

static void say_passed(const struct sf_gate *gate, struct sf_text *out)
{
    const struct sf_gate_controls *controls = &gate->controls;
    bool others = gate->accepted_count > 0 || gate->of_baseline_count > 0;
    if (gate->accepted_count > 0) {
        sf_text_add(out, "%u accepted kinds of finding; ", gate->accepted_count);
    }
    if (gate->of_baseline_count > 0) {
        sf_text_add(out,
                    "%u kinds of finding that the baseline has and the candidate alone has not; ",
                    gate->of_baseline_count);
    }
    sf_text_add(
        out,
        "no%s invariant was broken in %u runs (%u scenarios, %u seeds): a defect that shows in "
        "more than 1 run of %u would have been seen with 95%% certainty. The leaky control was "
        "caught in %u of %u runs, the correct one passed %u",
        others ? " other" : "", gate->runs_count, gate->scenarios_count, gate->seeds_count,
        sf_gate_seen_from(gate->runs_count), controls->leaky_caught_count,
        controls->leaky_runs_count, controls->sound_runs_count);
    sf_gate_say_arms(gate, out);
    if (sf_gate_any_figure(gate, SF_GATE_WITHIN)) {
        sf_text_add(out, "; ");
        sf_gate_say_figures(gate, SF_GATE_WITHIN, out);
    }
    say_small_passed(&gate->small, out);
}

static bool is_leak(const struct sf_gate_find *find)
{
    return find->kind == SF_GATE_FINDING && (sf_gate_is_stray(find->finding.oracle) ||
                                             find->finding.oracle == sf_gate_pair_oracle());
}

/* Shown by the baseline alone, or only where the baseline alone fails; not by the candidate alone,
 * and no more often where both run. */
static bool is_of_baseline(const struct sf_gate *gate, const struct sf_gate_find *find)
{
    bool known = find->arms_count[SF_ARM_BASELINE] > 0 || find->unexplained_count == 0;
    if (!known || find->arms_count[SF_ARM_CANDIDATE] > 0) {
        return false;
    }
    for (int arm = SF_ARM_BASELINE + 1; arm < SF_ARMS_COUNT; arm++) {
        if (find->arms_count[arm] > 0 && gate->comparison.arms[arm].is_worse) {
            return false;
        }
    }
    return true;
}

static enum sf_gate_standing standing_of(struct sf_gate *gate, struct sf_gate_find *find)
{
    struct sf_text name = {0};
    sf_gate_find_name(find, &name);
    find->accepted = gate->accepts != NULL ? sf_accepts_find(gate->accepts, name.data) : NULL;
    sf_text_free(&name);
    if (is_of_baseline(gate, find)) {
        return SF_GATE_OF_BASELINE;
    }
    return find->accepted != NULL && !find->accepted->expired ? SF_GATE_ACCEPTED : SF_GATE_COUNTS;
}

/* How many signatures count for the verdict; is one of them a leak? */
static uint32_t weigh_finds(struct sf_gate *gate, bool *leaks)
{
    uint32_t counting_count = gate->finds_lost_count > 0;
    for (uint32_t i = 0; i < gate->finds_count; i++) {
        struct sf_gate_find *find = &gate->finds[i];
        find->standing = standing_of(gate, find);
        gate->accepted_count += find->standing == SF_GATE_ACCEPTED;
        gate->of_baseline_count += find->standing == SF_GATE_OF_BASELINE;
        counting_count += find->standing == SF_GATE_COUNTS;
        *leaks |= find->standing == SF_GATE_COUNTS && is_leak(find);
    }
    return counting_count;
}

static void say_shard(const struct sf_gate *gate, struct sf_text *out)
{
    sf_text_add(
        out,
        "shard %u of %u, %s: %u of %u runs, of which %u failed; `strayframe merge` gives the "
        "verdict",
        gate->shard, gate->shards_count, sf_gate_is_complete(gate) ? "complete" : "not complete",
        gate->runs_count, gate->wanted_count, gate->failed_count);
}

void sf_gate_conclude(struct sf_gate *gate)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(gate->finds_count <= SF_GATE_FINDS_MAX);
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        gate->not_tested_count += gate->probes[i] < sf_probe_quota((enum sf_probe)i);
    }
    sf_gate_compare_end(&gate->comparison, gate->limits, gate->confidence);
    struct sf_text text = {0};
    bool small_failed = gate->small.ran && gate->small.verdict == SF_VERDICT_FAIL;
    bool leaks = small_failed && gate->small.leaks;
    uint32_t counting_count = weigh_finds(gate, &leaks);
    if (gate->shards_count > 0) {
        gate->verdict = SF_VERDICT_INCONCLUSIVE;
        gate->kind = SF_GATE_SHARD;
        say_shard(gate, &text);
    } else if (counting_count > 0 || small_failed) {
        gate->verdict = SF_VERDICT_FAIL;
        gate->kind = leaks ? SF_GATE_LEAK : SF_GATE_VIOLATION;
        say_failed(gate, &text);
        sf_gate_say_arms(gate, &text);
    } else if (!is_broken(gate) && sf_gate_any_figure(gate, SF_GATE_BEYOND)) {
        gate->verdict = SF_VERDICT_FAIL;
        gate->kind = SF_GATE_REGRESSION;
        sf_gate_say_figures(gate, SF_GATE_BEYOND, &text);
    } else if (say_inconclusive(gate, &text)) {
        gate->verdict = SF_VERDICT_INCONCLUSIVE;
        gate->kind = is_broken(gate) ? SF_GATE_BROKEN : SF_GATE_INCONCLUSIVE;
    } else {
        gate->verdict = SF_VERDICT_PASS;
        gate->kind = SF_GATE_PASS;
        say_passed(gate, &text);
    }
    snprintf(gate->reason, sizeof gate->reason, "%s", text.data);
    sf_text_free(&text);
}
