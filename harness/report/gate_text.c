/* The gate's result for a terminal: what was found, what was not tested, the verdict. */
#include <inttypes.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/report/gate.h"

void sf_report_gate_command(const struct sf_gate_names *names, const char *command,
                            struct sf_gate_run_at at, struct sf_text *out)
{
    SF_ASSERT(names != NULL);
    SF_ASSERT(command != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(names->files != NULL);
    sf_text_add(out, "strayframe %s", command);
    sf_text_add_word(out, names->files[at.plan]);
    bool baseline_alone = at.arm == SF_ARM_BASELINE && names->baseline != NULL;
    sf_text_add(out, " --seed %" PRIu64 " --cache", at.seed);
    sf_text_add_word(out, baseline_alone ? names->baseline : names->candidate);
    if (names->baseline != NULL && at.arm > SF_ARM_BASELINE) {
        sf_text_add(out, " --baseline");
        sf_text_add_word(out, names->baseline);
        sf_text_add(out, " --rollout %s", sf_arm_name(at.arm));
    }
    for (size_t i = 0; i < names->sets_count; i++) {
        struct sf_text set = {0};
        sf_text_add(&set, "%s=%s", names->sets[i].key, names->sets[i].value);
        sf_text_add(out, " --set");
        sf_text_add_word(out, set.data);
        sf_text_free(&set);
    }
}

void sf_report_gate_find_sentence(const struct sf_gate_find *find, struct sf_text *out)
{
    SF_ASSERT(find != NULL);
    SF_ASSERT(out != NULL);
    switch (find->kind) {
    case SF_GATE_FINDING:
        sf_report_finding(&find->finding, out);
        return;
    case SF_GATE_CRASH:
        sf_text_add(out, "the cache ended in the middle of the run: %s",
                    find->ended.code != 0      ? find->ended.text
                    : find->ended.subject != 0 ? strsignal((int)find->ended.subject)
                                               : "its process called exit");
        return;
    case SF_GATE_HANG:
        sf_text_add(out, "the cache did not return");
        return;
    }
}

void sf_report_gate_oracle_command(const struct sf_gate_names *names, const char *command,
                                   struct sf_gate_run_at at, uint32_t oracle, struct sf_text *out)
{
    SF_ASSERT(oracle < SF_ORACLES_MAX);
    sf_report_gate_command(names, command, at, out);
    enum sf_plan_vary vary = sf_gate_vary(at.seed);
    if (sf_oracles()[oracle] == &sf_oracle_no_influence && vary != SF_VARY_NOTHING) {
        sf_text_add(out, " --vary %s", sf_plan_vary_names[vary]);
    }
}

void sf_report_gate_find_command(const struct sf_gate_names *names, const char *command,
                                 const struct sf_gate_find *find, struct sf_text *out)
{
    SF_ASSERT(find != NULL);
    const struct sf_gate_run_at at = {find->arm, find->plan, find->seed};
    if (find->kind == SF_GATE_FINDING) {
        sf_report_gate_oracle_command(names, command, at, find->finding.oracle, out);
    } else {
        sf_report_gate_command(names, command, at, out);
    }
}

static void evidence_lines(const struct sf_gate *gate, struct sf_text *out)
{
    for (uint32_t i = 0; sf_oracles()[i] != NULL; i++) {
        sf_text_add(out, "  %-20s %10" PRIu64 " judged", sf_oracles()[i]->name, gate->evidence[i]);
        if (gate->failed[i] > 0) {
            sf_text_add(out, ", broken in %u run%s", gate->failed[i],
                        gate->failed[i] == 1 ? "" : "s");
        }
        sf_text_add(out, "\n");
    }
}

static const char *probe_state(uint32_t runs_count, uint32_t quota)
{
    if (runs_count < quota) {
        return "NOT TESTED: ";
    }
    return runs_count == 0 ? "did not occur: " : "";
}

static void probe_lines(const struct sf_gate *gate, struct sf_text *out)
{
    uint32_t reached_count = 0;
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        reached_count += gate->probes[i] > 0;
    }
    sf_text_add(out,
                "  coverage: %u of %d situations occurred; in how many runs each (required):\n",
                reached_count, SF_PROBES_COUNT);
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        enum sf_probe probe = (enum sf_probe)i;
        uint32_t quota = sf_probe_quota(probe);
        sf_text_add(out, "  %-32s %5u (%u)  %s%s\n", sf_probe_name(probe), gate->probes[i], quota,
                    probe_state(gate->probes[i], quota), sf_probe_meaning(probe));
    }
}

/* The scenarios whose first seed, run twice, did not give the same run. */
static void differs_lines(const struct sf_gate *gate, const struct sf_gate_names *names,
                          struct sf_text *out)
{
    for (uint32_t i = 0; i < gate->scenarios_count; i++) {
        if (gate->scenarios[i].again_differs) {
            sf_text_add(out, "  - not deterministic: the same seed, run twice, gave two different "
                             "runs; the first difference is shown by\n      ");
            sf_report_gate_command(
                names, "run", (struct sf_gate_run_at){SF_ARM_CANDIDATE, i, gate->seed_first}, out);
            sf_text_add(out, " --twice\n");
        }
    }
}

/* " (candidate 3, rollout 5)", where there are several arms. */
static void arm_counts(const struct sf_gate_find *find, const struct sf_gate_names *names,
                       struct sf_text *out)
{
    const char *between = " (";
    for (int arm = SF_ARM_CANDIDATE; arm < SF_ARMS_COUNT && names->baseline != NULL; arm++) {
        if (find->arms_count[arm] > 0) {
            sf_text_add(out, "%s%s%s %u", between, sf_arm_name((enum sf_arm)arm),
                        arm <= SF_ARM_BASELINE ? " alone" : "", find->arms_count[arm]);
            between = ", ";
        }
    }
    sf_text_add(out, "%s", between[0] == ',' ? ")" : "");
}

static void find_lines(const struct sf_gate_find *find, const struct sf_gate_names *names,
                       struct sf_text *out)
{
    sf_text_add(out, "  - in %u run%s", find->runs_count, find->runs_count == 1 ? "" : "s");
    arm_counts(find, names, out);
    if (find->kind == SF_GATE_FINDING && find->finding.callback > 0) {
        sf_text_add(out, ", answered from %s",
                    sf_callback_name((enum sf_callback)(find->finding.callback - 1)));
    }
    sf_text_add(out, ", first: ");
    sf_report_gate_find_sentence(find, out);
    sf_text_add(out, "\n      ");
    sf_report_gate_find_command(names, "run", find, out);
    sf_text_add(out, "\n      name: ");
    sf_gate_find_name(find, out);
    sf_text_add(out, "\n");
    if (find->standing == SF_GATE_OF_BASELINE) {
        sf_text_add(out, "      does not count: the baseline alone fails like that, the candidate "
                         "alone does not\n");
    }
    if (find->accepted != NULL) {
        sf_text_add(out, "      %s until %s: %s\n",
                    find->accepted->expired ? "counts again, for it was accepted" : "accepted",
                    find->accepted->until, find->accepted->reason);
    }
}

/* How frequent leaks are, with a bound on each side. */
static void leak_rate_line(const struct sf_gate *gate, struct sf_text *out)
{
    if (gate->stray_count == 0 && gate->leak_rate <= 0) {
        return;
    }
    const struct sf_interval share =
        sf_share_interval(gate->stray_count, gate->runs_count, gate->confidence);
    double at_most = sf_share_at_most(gate->stray_count, gate->runs_count, gate->confidence);
    sf_text_add(out, "  leaking runs: %u of %u", gate->stray_count, gate->runs_count);
    if (gate->stray_count > 0) {
        sf_text_add(out, ", %.3g%% (%g%% interval: %.3g%% to %.3g%%)",
                    100.0 * gate->stray_count / gate->runs_count, 100 * gate->confidence,
                    100 * share.low, 100 * share.high);
    } else {
        sf_text_add(out, ": at most %.3g of all runs leak, with %g%% confidence", at_most,
                    100 * gate->confidence);
    }
    if (gate->leak_rate > 0) {
        sf_text_add(out, "; to be excluded: %g", gate->leak_rate);
    }
    sf_text_add(out, "\n");
}

/* Accepted findings that did not occur: their line may be obsolete. */
static void unseen_lines(const struct sf_gate *gate, struct sf_text *out)
{
    for (uint32_t i = 0; gate->accepts != NULL && i < gate->accepts->count; i++) {
        const struct sf_accepted *accepted = &gate->accepts->items[i];
        bool seen = false;
        for (uint32_t j = 0; j < gate->finds_count; j++) {
            seen |= gate->finds[j].accepted == accepted;
        }
        if (!seen) {
            sf_text_add(out, "  accepted, and did not occur: %s\n", accepted->name);
        }
    }
}

/* What to do about the first finding. */
static void next_lines(const struct sf_gate *gate, const struct sf_gate_names *names,
                       struct sf_text *out)
{
    const struct sf_gate_find *first = &gate->finds[0];
    if (first->kind != SF_GATE_FINDING) {
        return;
    }
    sf_text_add(
        out, "  next: how the first came about, and the smallest scenario that shows it\n      ");
    sf_report_gate_find_command(names, "explain", first, out);
    sf_text_add(out, "\n      ");
    sf_report_gate_find_command(names, "shrink", first, out);
    sf_text_add(out, "\n");
}

void sf_report_gate_small_command(const struct sf_gate *gate, const struct sf_gate_names *names,
                                  struct sf_text *out)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(names != NULL);
    SF_ASSERT(out != NULL);
    const struct sf_campaign_small *small = &gate->small;
    sf_text_add(out, "strayframe exhaust --world %s --depth %u --candidate", small->world,
                small->events_count);
    sf_text_add_word(out, names->candidate);
    if (names->baseline != NULL && !small->alone) {
        sf_text_add(out, " --baseline");
        sf_text_add_word(out, names->baseline);
    }
}

/* What was tried in small worlds, and the command that repeats a finding. */
static void small_lines(const struct sf_gate *gate, const struct sf_gate_names *names,
                        struct sf_text *out)
{
    const struct sf_campaign_small *small = &gate->small;
    if (!small->ran) {
        sf_text_add(out, "  small worlds: not tried, for %s\n", small->not_run);
        return;
    }
    const char *margin = "  small worlds: ";
    for (const char *line = small->told; *line != '\0'; margin = "    ") {
        size_t bytes = strcspn(line, "\n");
        sf_text_add(out, "%s%.*s\n", bytes > 0 ? margin : "", (int)bytes, line);
        line += bytes + (line[bytes] != '\0');
    }
    if (small->events_count > 0) {
        sf_text_add(out, "  ");
        sf_report_gate_small_command(gate, names, out);
        sf_text_add(out, "\n");
    }
}

static const char *verdict_paint(enum sf_verdict verdict, const struct sf_paint *paint)
{
    return verdict == SF_VERDICT_PASS ? paint->good : verdict == SF_VERDICT_FAIL ? paint->bad : "";
}

void sf_report_gate_text(const struct sf_gate *gate, const struct sf_gate_names *names,
                         const struct sf_paint *paint, struct sf_text *out)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(names != NULL);
    SF_ASSERT(paint != NULL);
    SF_ASSERT(out != NULL);
    enum { LINES_MAX = 12 };
    sf_text_add(out, "%s%s%s in %u run%s\n", paint->bold, names->candidate, paint->off,
                gate->runs_count, gate->runs_count == 1 ? "" : "s");
    evidence_lines(gate, out);
    probe_lines(gate, out);
    for (uint32_t i = 0; i < gate->finds_count && i < LINES_MAX; i++) {
        find_lines(&gate->finds[i], names, out);
    }
    if (gate->finds_count > LINES_MAX) {
        sf_text_add(out, "  - and %u more kinds of finding\n", gate->finds_count - LINES_MAX);
    }
    if (gate->pairs_count > 0) {
        sf_text_add(
            out, "  pairs: %u runs were followed by one in which one tenant's stills are others\n",
            gate->pairs_count);
    }
    unseen_lines(gate, out);
    leak_rate_line(gate, out);
    sf_report_gate_comparison_text(gate, names, out);
    small_lines(gate, names, out);
    differs_lines(gate, names, out);
    if (gate->box_lacks[0] != '\0') {
        sf_text_add(out, "  the kernel gave the cache's box %s\n", gate->box_lacks);
    }
    if (gate->finds_count > 0) {
        next_lines(gate, names, out);
    }
    sf_text_add(out, "verdict: %s%s%s: %s\n", verdict_paint(gate->verdict, paint),
                sf_gate_kind_name(gate->kind), paint->off, gate->reason);
}
