#include "harness/run/expectations.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/params.h"
#include "harness/scenario/value.h"

struct judging {
    const struct sf_plan *plan;
    const struct sf_run_result *result;
    struct sf_expectations *out;
};

static struct sf_expectation *expectation_add(struct judging *judging, bool holds)
{
    SF_ASSERT(judging->out->count < SF_EXPECTATIONS_MAX);
    struct sf_expectation *expectation = &judging->out->list[judging->out->count++];
    memset(expectation, 0, sizeof *expectation);
    expectation->holds = holds;
    judging->out->hold &= holds;
    return expectation;
}

static void judge_verdict(struct judging *judging)
{
    static const enum sf_verdict verdicts[] = {
        [SF_EXPECT_PASS] = SF_VERDICT_PASS,
        [SF_EXPECT_FAIL] = SF_VERDICT_FAIL,
        [SF_EXPECT_INCONCLUSIVE] = SF_VERDICT_INCONCLUSIVE,
    };
    const struct sf_plan *plan = judging->plan;
    struct sf_expectation *verdict =
        expectation_add(judging, judging->result->verdict == verdicts[plan->expect]);
    snprintf(verdict->wanted, sizeof verdict->wanted, "verdict: %s",
             sf_plan_expectation_names[plan->expect]);
    snprintf(verdict->figure, sizeof verdict->figure, "%s",
             sf_verdict_name(judging->result->verdict));
}

static void judge_oracle(struct judging *judging)
{
    const struct sf_run_result *result = judging->result;
    uint64_t findings_count = 0;
    for (uint32_t i = 0; i < result->oracles_count; i++) {
        if (strcmp(sf_oracles()[i]->name, judging->plan->expect_oracle) == 0) {
            findings_count = result->oracles[i].findings_count;
        }
    }
    struct sf_expectation *oracle = expectation_add(judging, findings_count > 0);
    snprintf(oracle->wanted, sizeof oracle->wanted, "oracle: %s", judging->plan->expect_oracle);
    snprintf(oracle->figure, sizeof oracle->figure, "%" PRIu64 " findings", findings_count);
}

static int64_t share_ppm(uint32_t count, uint32_t of_count)
{
    return of_count == 0 ? 0 : (int64_t)(count * UINT64_C(1000000) / of_count);
}

static uint32_t affected_of_group(const struct judging *judging, int64_t text)
{
    const struct sf_plan *plan = judging->plan;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        if (strcmp(plan->groups[i].name, plan->texts[text]) == 0) {
            return judging->result->groups[i].affected_count;
        }
    }
    SF_UNREACHABLE();
}

static uint64_t strays_of_path(const struct sf_tally *tally, int64_t path)
{
    return tally->paths[path == SF_ASSERTION_PATH_HUB ? SF_PATH_HUB : SF_PATH_APP].strays_count;
}

/* Of hubs and apps. */
static uint32_t own_of(const struct sf_tally *tally)
{
    return (uint32_t)(tally->paths[SF_PATH_HUB].own_whole_count +
                      tally->paths[SF_PATH_APP].own_whole_count);
}

static uint32_t asks_of(const struct sf_tally *tally)
{
    return (uint32_t)(tally->paths[SF_PATH_HUB].asks_count + tally->paths[SF_PATH_APP].asks_count);
}

/* `group`: whom it is about. */
static bool assertion_holds(const struct judging *judging, const struct sf_tally_group *group,
                            enum sf_assertion assertion, int64_t value)
{
    const struct sf_tally *tally = &judging->result->tally;
    bool none = tally->stray_first_ns == SF_NS_NEVER;
    switch (assertion) {
    case SF_ASSERTION_AFFECTED_MIN:
        return group->affected_count >= value;
    case SF_ASSERTION_AFFECTED_MAX:
        return group->affected_count <= value;
    case SF_ASSERTION_AFFECTED_SHARE_MIN:
        return share_ppm(group->affected_count, group->viewers_count) >= value;
    case SF_ASSERTION_AFFECTED_SHARE_MAX:
        return share_ppm(group->affected_count, group->viewers_count) <= value;
    case SF_ASSERTION_EXPOSED_MIN:
        return group->exposed_count >= value;
    case SF_ASSERTION_EXPOSED_MAX:
        return group->exposed_count <= value;
    case SF_ASSERTION_EXPOSED_SHARE_MIN:
        return share_ppm(group->exposed_count, group->homes_count) >= value;
    case SF_ASSERTION_EXPOSED_SHARE_MAX:
        return share_ppm(group->exposed_count, group->homes_count) <= value;
    case SF_ASSERTION_STRAYS_FROM:
        return none || tally->stray_first_ns >= value;
    case SF_ASSERTION_STRAYS_UNTIL:
        return none || tally->stray_last_ns <= value;
    case SF_ASSERTION_OWNERS_MIN:
        return tally->owners_per_viewer_max >= value;
    case SF_ASSERTION_OWNERS_MAX:
        /* The tally stops counting there, and so does the assertion. */
        return tally->owners_per_viewer_max <= value;
    case SF_ASSERTION_OWN_SHARE_MIN:
        return share_ppm(own_of(tally), asks_of(tally)) >= value;
    case SF_ASSERTION_OWN_SHARE_MAX:
        return share_ppm(own_of(tally), asks_of(tally)) <= value;
    case SF_ASSERTION_UNAFFECTED:
        return affected_of_group(judging, value) == 0;
    case SF_ASSERTION_UNAFFECTED_PATH:
        return strays_of_path(tally, value) == 0;
    case SF_ASSERTIONS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static void share_figure(uint32_t count, uint32_t of_count, const char *of_what,
                         struct sf_text *figure)
{
    sf_value_share_print(share_ppm(count, of_count), figure);
    sf_text_add(figure, ", %" PRIu32 " of %" PRIu32 " %s", count, of_count, of_what);
}

static void time_figure(const char *which, sf_ns at_ns, struct sf_text *figure)
{
    if (at_ns == SF_NS_NEVER) {
        sf_text_add(figure, "no stray");
        return;
    }
    sf_text_add(figure, "the %s stray at ", which);
    sf_value_duration_print(at_ns / SF_MS * SF_MS, figure);
}

static void assertion_figure(const struct judging *judging, const struct sf_tally_group *group,
                             enum sf_assertion assertion, int64_t value, struct sf_text *figure)
{
    const struct sf_tally *tally = &judging->result->tally;
    bool none = tally->stray_first_ns == SF_NS_NEVER;
    switch (assertion) {
    case SF_ASSERTION_AFFECTED_MIN:
    case SF_ASSERTION_AFFECTED_MAX:
        sf_text_add(figure, "%" PRIu32 " of %" PRIu32 " viewers", group->affected_count,
                    group->viewers_count);
        return;
    case SF_ASSERTION_AFFECTED_SHARE_MIN:
    case SF_ASSERTION_AFFECTED_SHARE_MAX:
        share_figure(group->affected_count, group->viewers_count, "viewers", figure);
        return;
    case SF_ASSERTION_EXPOSED_MIN:
    case SF_ASSERTION_EXPOSED_MAX:
        sf_text_add(figure, "%" PRIu32 " of %" PRIu32 " homes", group->exposed_count,
                    group->homes_count);
        return;
    case SF_ASSERTION_EXPOSED_SHARE_MIN:
    case SF_ASSERTION_EXPOSED_SHARE_MAX:
        share_figure(group->exposed_count, group->homes_count, "homes", figure);
        return;
    case SF_ASSERTION_STRAYS_FROM:
        time_figure("first", tally->stray_first_ns, figure);
        return;
    case SF_ASSERTION_STRAYS_UNTIL:
        time_figure("last", none ? SF_NS_NEVER : tally->stray_last_ns, figure);
        return;
    case SF_ASSERTION_OWNERS_MIN:
    case SF_ASSERTION_OWNERS_MAX:
        sf_text_add(figure, "%" PRIu32 " strangers to one viewer", tally->owners_per_viewer_max);
        return;
    case SF_ASSERTION_OWN_SHARE_MIN:
    case SF_ASSERTION_OWN_SHARE_MAX:
        share_figure(own_of(tally), asks_of(tally), "requests", figure);
        return;
    case SF_ASSERTION_UNAFFECTED:
        sf_text_add(figure, "%" PRIu32 " viewers in it", affected_of_group(judging, value));
        return;
    case SF_ASSERTION_UNAFFECTED_PATH:
        sf_text_add(figure, "%" PRIu64 " strays on it", strays_of_path(tally, value));
        return;
    case SF_ASSERTIONS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

/* `prefix`: what stands before the assertion's name. */
static void judge_assertion(struct judging *judging, const struct sf_tally_group *group,
                            const struct sf_plan_section *section, enum sf_assertion assertion,
                            const char *prefix)
{
    const struct sf_param *param = &sf_assertion_table.params[assertion];
    int64_t value = section->values[assertion];
    if (value == param->fallback) {
        return;
    }
    struct sf_expectation *expectation =
        expectation_add(judging, assertion_holds(judging, group, assertion, value));
    struct sf_text text = {0};
    sf_text_add(&text, "%s%s: ", prefix, param->name);
    sf_param_print(param, value, judging->plan, &text);
    snprintf(expectation->wanted, sizeof expectation->wanted, "%s", text.data);
    sf_text_free(&text);
    assertion_figure(judging, group, assertion, value, &text);
    snprintf(expectation->figure, sizeof expectation->figure, "%s", text.data);
    sf_text_free(&text);
}

static void judge_group(struct judging *judging, uint32_t index)
{
    const struct sf_plan_group *group = &judging->plan->groups[index];
    char prefix[SF_TEXT_BYTES + 8];
    snprintf(prefix, sizeof prefix, "%s: ", group->name);
    for (int i = 0; i < SF_ASSERTIONS_OF_GROUP_COUNT; i++) {
        judge_assertion(judging, &judging->result->groups[index],
                        &group->sections[SF_SECTION_EXPECT], (enum sf_assertion)i, prefix);
    }
}

void sf_expectations_judge(const struct sf_plan *plan, const struct sf_run_result *result,
                           struct sf_expectations *expectations_out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(result != NULL);
    SF_ASSERT(expectations_out != NULL);
    SF_ASSERT(plan->groups_count <= SF_GROUPS_MAX);
    struct judging judging = {plan, result, expectations_out};
    expectations_out->count = 0;
    expectations_out->hold = true;
    judge_verdict(&judging);
    if (plan->expect_oracle[0] != '\0') {
        judge_oracle(&judging);
    }
    for (int i = 0; i < SF_ASSERTIONS_COUNT; i++) {
        judge_assertion(&judging, &result->all, &plan->assertions, (enum sf_assertion)i, "");
    }
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        judge_group(&judging, i);
    }
}
