#include "fuzz/finding.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/report/report.h"
#include "harness/scenario/scenario.h"

static void print_plan(const struct sf_plan *plan)
{
    struct sf_text text = {0};
    sf_scenario_print(plan, sf_run_schema(), &text);
    fprintf(stderr, "%s", text.data);
    sf_text_free(&text);
}

/* Oracles are in order of severity: stray pictures first. */
static uint32_t worst_oracle(const struct sf_run_result *result)
{
    uint32_t worst = 0;
    while (worst < result->oracles_count && result->oracles[worst].findings_count == 0) {
        worst++;
    }
    return worst;
}

static void print_first_finding(const struct sf_run_result *result, uint32_t oracle)
{
    struct sf_text text = {0};
    for (uint32_t i = 0; i < result->findings_kept && text.length == 0; i++) {
        if (result->findings[i].oracle == oracle) {
            sf_text_add(&text, "# ");
            sf_report_finding(&result->findings[i], &text);
            fprintf(stderr, "%s\n", text.data);
        }
    }
    sf_text_free(&text);
}

bool sf_fuzz_only_print(const struct sf_plan *plan)
{
    if (getenv("SF_FUZZ_PRINT") == NULL) {
        return false;
    }
    print_plan(plan);
    return true;
}

void sf_fuzz_finding(struct sf_plan *plan, const struct sf_run_result *result)
{
    if (result->verdict != SF_VERDICT_FAIL) {
        return;
    }
    uint32_t oracle = worst_oracle(result);
    print_first_finding(result, oracle);
    plan->expect = SF_EXPECT_FAIL;
    snprintf(plan->expect_oracle, sizeof plan->expect_oracle, "%s", sf_oracles()[oracle]->name);
    print_plan(plan);
    abort();
}
