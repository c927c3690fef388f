/* Candidate and baseline side by side: as text and as JSON. */
#include <inttypes.h>
#include <math.h>

#include "harness/base/assert.h"
#include "harness/report/difference.h"
#include "harness/report/gate.h"
#include "harness/report/json.h"

static const struct sf_sides sides = {.name = "difference",
                                      .same = "candidate and baseline did the same",
                                      .names = {"candidate", "baseline"}};

/* ---- text ---- */

static void arm_lines(const struct sf_gate_comparison *comparison, struct sf_text *out)
{
    sf_text_add(out, "  %-12s %7s %7s %8s %28s %16s\n", "", "runs", "failed", "leaking",
                "failed, the baseline did not", "neither did alone");
    for (int i = SF_ARM_CANDIDATE; i < SF_ARMS_COUNT; i++) {
        const struct sf_gate_arm *arm = &comparison->arms[i];
        if (arm->runs_count == 0) {
            sf_text_add(out, "  %-12s no scenario has several nodes\n",
                        sf_arm_name((enum sf_arm)i));
            continue;
        }
        sf_text_add(out, "  %-12s %7u %7u %8u", sf_arm_name((enum sf_arm)i), arm->runs_count,
                    arm->failed_count, arm->stray_count);
        if (i != SF_ARM_BASELINE) {
            sf_text_add(out, " %28u", arm->worse_count);
        }
        if (i > SF_ARM_BASELINE) {
            sf_text_add(out, " %16u", arm->only_count);
        }
        sf_text_add(out, "\n");
    }
}

static void value_add(double value, enum sf_gate_figure_kind kind, struct sf_text *out)
{
    bool share = !sf_gate_figure_is_relative(kind);
    if (!isfinite(value)) {
        sf_text_add(out, " %12s", isinf(value) ? "never" : "-");
    } else {
        sf_text_add(out, " %9.2f %-2s", share ? 100 * value : value, sf_gate_figure_unit(kind));
    }
}

static const char *allowed_word(enum sf_gate_allowed allowed)
{
    static const char *const words[] = {"", "within", "UNSURE", "BEYOND"};
    return words[allowed];
}

static void figure_lines(const struct sf_gate *gate, struct sf_text *out)
{
    sf_text_add(out, "  %-16s %12s %12s   loss (%.0f%% interval)\n", "", "baseline", "candidate",
                100 * gate->confidence);
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        const struct sf_gate_figure *figure = &gate->comparison.figures[i];
        enum sf_gate_figure_kind kind = (enum sf_gate_figure_kind)i;
        if (isnan(figure->baseline) && isnan(figure->candidate)) {
            sf_text_add(out, "  %-16s not measured\n", sf_gate_figure_name(kind));
            continue;
        }
        sf_text_add(out, "  %-16s", sf_gate_figure_name(kind));
        value_add(figure->baseline, kind, out);
        value_add(figure->candidate, kind, out);
        if (figure->measured) {
            sf_text_add(out, "   %+.2f %s (%+.2f to %+.2f)", 100 * figure->loss,
                        sf_gate_figure_is_relative(kind) ? "%" : "points",
                        100 * figure->loss_interval.low, 100 * figure->loss_interval.high);
        }
        if (figure->allowed != SF_GATE_NO_LIMIT) {
            sf_text_add(out, ", allowed %.2f: %s", 100 * figure->limit,
                        allowed_word(figure->allowed));
        }
        sf_text_add(out, "  %s\n", sf_gate_figure_meaning(kind));
    }
}

static void first_line(const char *what, uint32_t count, enum sf_arm arm, struct sf_gate_where at,
                       const struct sf_gate_names *names, struct sf_text *out)
{
    sf_text_add(out, "  %s: %u", what, count);
    if (count > 0) {
        sf_text_add(out, ", first:\n      ");
        sf_report_gate_command(names, "run", (struct sf_gate_run_at){arm, at.plan, at.seed}, out);
    }
    sf_text_add(out, "\n");
}

void sf_report_gate_comparison_text(const struct sf_gate *gate, const struct sf_gate_names *names,
                                    struct sf_text *out)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(names != NULL);
    const struct sf_gate_comparison *comparison = &gate->comparison;
    if (!comparison->ran) {
        return;
    }
    const struct sf_gate_arm *alone = &comparison->arms[SF_ARM_CANDIDATE];
    sf_text_add(out, "  against %s, under the same scenarios and seeds:\n", names->baseline);
    arm_lines(comparison, out);
    first_line("newly failing", alone->worse_count, SF_ARM_CANDIDATE, alone->worse_at, names, out);
    first_line("newly passing", alone->better_count, SF_ARM_BASELINE, alone->better_at, names, out);
    for (int i = SF_ARM_BASELINE + 1; i < SF_ARMS_COUNT; i++) {
        const struct sf_gate_arm *arm = &comparison->arms[i];
        if (arm->only_count > 0) {
            first_line(sf_arm_name((enum sf_arm)i), arm->only_count, (enum sf_arm)i, arm->only_at,
                       names, out);
        }
    }
    sf_text_add(out, "  the same trace in %u of %u pairs\n", comparison->same_count,
                comparison->pairs_count);
    if (gate->has_difference) {
        static const struct sf_run_result none;
        sf_text_add(out, "  first differing event (%s, seed %" PRIu64 "): ",
                    names->files[gate->difference_at.plan], gate->difference_at.seed);
        sf_report_difference_text(&sides, &gate->difference, &none, out);
    }
    figure_lines(gate, out);
}

/* ---- JSON ---- */

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *where_json(uint32_t count, enum sf_arm arm, struct sf_gate_where at,
                          const struct sf_gate_names *names)
{
    if (count == 0) {
        return json_null();
    }
    struct sf_text text = {0};
    sf_report_gate_command(names, "run", (struct sf_gate_run_at){arm, at.plan, at.seed}, &text);
    json_t *json = json_pack("{s:s, s:o, s:s}", "scenario", names->files[at.plan], "seed",
                             sf_json_seed(at.seed), "repeat", text.data);
    sf_text_free(&text);
    return json;
}

static json_t *arms_json(const struct sf_gate_comparison *comparison,
                         const struct sf_gate_names *names)
{
    json_t *list = json_array();
    for (int i = SF_ARM_CANDIDATE; i < SF_ARMS_COUNT; i++) {
        const struct sf_gate_arm *arm = &comparison->arms[i];
        enum sf_arm id = (enum sf_arm)i;
        json_array_append_new(
            list,
            json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "arm",
                      sf_arm_name(id), "runs", sf_json_number(arm->runs_count), "failed",
                      sf_json_number(arm->failed_count), "leaking",
                      sf_json_number(arm->stray_count), "ended", sf_json_number(arm->ended_count),
                      "newly_failing", sf_json_number(arm->worse_count), "newly_failing_first",
                      where_json(arm->worse_count, id, arm->worse_at, names), "newly_passing",
                      sf_json_number(arm->better_count), "newly_passing_first",
                      where_json(arm->better_count, SF_ARM_BASELINE, arm->better_at, names),
                      "only_here", sf_json_number(arm->only_count), "only_here_first",
                      where_json(arm->only_count, id, arm->only_at, names), "is_worse",
                      arm->is_worse));
    }
    return list;
}

static json_t *figures_json(const struct sf_gate_comparison *comparison)
{
    static const char *const words[] = {"none", "within", "unsure", "beyond"};
    json_t *list = json_array();
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        const struct sf_gate_figure *is = &comparison->figures[i];
        enum sf_gate_figure_kind kind = (enum sf_gate_figure_kind)i;
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:s}", "figure",
                            sf_gate_figure_name(kind), "meaning", sf_gate_figure_meaning(kind),
                            "baseline", number_or_null(is->baseline), "candidate",
                            number_or_null(is->candidate), "loss", number_or_null(is->loss),
                            "loss_low", number_or_null(is->loss_interval.low), "loss_high",
                            number_or_null(is->loss_interval.high), "relative",
                            sf_gate_figure_is_relative(kind), "limit",
                            is->allowed != SF_GATE_NO_LIMIT ? json_real(is->limit) : json_null(),
                            "allowed", words[is->allowed]));
    }
    return list;
}

static json_t *difference_json(const struct sf_gate *gate, const struct sf_gate_names *names)
{
    if (!gate->has_difference) {
        return json_null();
    }
    static const struct sf_run_result none;
    json_t *json = sf_report_difference_json(&sides, &gate->difference, &none);
    json_object_del(json, "records");
    json_object_set_new(json, "scenario", json_string(names->files[gate->difference_at.plan]));
    json_object_set_new(json, "seed", sf_json_seed(gate->difference_at.seed));
    return json;
}

json_t *sf_report_gate_comparison_json(const struct sf_gate *gate,
                                       const struct sf_gate_names *names)
{
    SF_ASSERT(gate != NULL);
    SF_ASSERT(names != NULL);
    const struct sf_gate_comparison *comparison = &gate->comparison;
    if (!comparison->ran) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "arms", arms_json(comparison, names), "pairs",
                     sf_json_number(comparison->pairs_count), "same_trace",
                     sf_json_number(comparison->same_count), "first_difference",
                     difference_json(gate, names), "figures", figures_json(comparison));
}
