/* What a comparison showed, as clauses of the verdict's sentence. */
#include <math.h>

#include "harness/base/assert.h"
#include "harness/gate/private.h"

bool sf_gate_any_figure(const struct sf_gate *gate, enum sf_gate_allowed allowed)
{
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        if (gate->comparison.figures[i].allowed == allowed) {
            return true;
        }
    }
    return false;
}

/* Every figure with a limit that is kept to this extent. */
void sf_gate_say_figures(const struct sf_gate *gate, enum sf_gate_allowed allowed,
                         struct sf_text *out)
{
    const char *between = "";
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        const struct sf_gate_figure *figure = &gate->comparison.figures[i];
        const char *name = sf_gate_figure_name((enum sf_gate_figure_kind)i);
        if (figure->allowed != allowed) {
            continue;
        }
        sf_text_add(out, "%s", between);
        between = "; ";
        if (!figure->measured) {
            sf_text_add(out, "%s could not be measured on both sides", name);
            continue;
        }
        const char *unit =
            sf_gate_figure_is_relative((enum sf_gate_figure_kind)i) ? "%" : " points";
        sf_text_add(out,
                    "%s is %s by %.2f%s (%.0f%%: %+.2f to %+.2f), and a loss of %.2f%s is allowed",
                    name, figure->loss < 0 ? "better" : "worse", 100 * fabs(figure->loss), unit,
                    100 * gate->confidence, 100 * figure->loss_interval.low,
                    100 * figure->loss_interval.high, 100 * figure->limit, unit);
    }
}

/* Which arms failed, where the caches alone did not. */
void sf_gate_say_arms(const struct sf_gate *gate, struct sf_text *out)
{
    const struct sf_gate_comparison *comparison = &gate->comparison;
    if (!comparison->ran) {
        return;
    }
    const struct sf_gate_arm *alone = &comparison->arms[SF_ARM_CANDIDATE];
    sf_text_add(
        out,
        "; alone the candidate failed in %u of %u runs and the baseline in %u of %u (newly "
        "failing %u, newly passing %u)",
        alone->failed_count, alone->runs_count, comparison->arms[SF_ARM_BASELINE].failed_count,
        comparison->arms[SF_ARM_BASELINE].runs_count, alone->worse_count, alone->better_count);
    for (int i = SF_ARM_BASELINE + 1; i < SF_ARMS_COUNT; i++) {
        const struct sf_gate_arm *arm = &comparison->arms[i];
        if (arm->only_count > 0) {
            sf_text_add(out, "; %s failed in %u runs in which neither did",
                        sf_arm_name((enum sf_arm)i), arm->only_count);
        }
    }
}
