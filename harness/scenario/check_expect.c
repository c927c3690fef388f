/* What is wrong with what a plan expects. */
#include "harness/base/assert.h"
#include "harness/scenario/check_parts.h"

#include <string.h>

#include "harness/scenario/expect.h"
#include "harness/scenario/value.h"

/* "no WHAT is called 'x'; did you mean 'y'?" `known` is NULL-terminated. */
SF_MUST_USE static enum sf_err known_check(struct sf_check *check, const char *what,
                                           const char *name, const char *const *known)
{
    for (size_t i = 0; known[i] != NULL; i++) {
        if (strcmp(known[i], name) == 0) {
            return SF_OK;
        }
    }
    char shown[SF_SHOWN_BYTES];
    sf_value_shown(name, shown);
    const char *nearest = sf_text_nearest(name, known);
    if (nearest != NULL) {
        return sf_check_wrong(check, "no %s is called '%s'; did you mean '%s'?", what, shown,
                              nearest);
    }
    struct sf_text list = {0};
    sf_value_words_print(known, &list);
    enum sf_err err =
        sf_check_wrong(check, "no %s is called '%s'; known are %.800s", what, shown, list.data);
    sf_text_free(&list);
    return err;
}

SF_MUST_USE static enum sf_err verdict_check(struct sf_check *check)
{
    const struct sf_plan *plan = check->plan;
    sf_check_at(check, "expect.verdict");
    if ((uint32_t)plan->expect > SF_EXPECT_INCONCLUSIVE) {
        return sf_check_wrong(check, "there is no verdict %d", (int)plan->expect);
    }
    sf_check_at(check, "expect.oracle");
    SF_TRY(sf_value_text_check(plan->expect_oracle, SF_TEXT_BYTES, check->diag));
    if (plan->expect != SF_EXPECT_FAIL) {
        return plan->expect_oracle[0] == '\0'
                   ? SF_OK
                   : sf_check_wrong(check, "only 'verdict: fail' names an oracle");
    }
    if (plan->expect_oracle[0] == '\0') {
        sf_check_at(check, "expect");
        return sf_check_wrong(check, "'verdict: fail' needs the oracle that must find something");
    }
    return known_check(check, "oracle", plan->expect_oracle, check->schema->oracle_names);
}

enum sf_err sf_check_bounds(struct sf_check *check, const struct sf_plan_section *section,
                            uint32_t end, const char *prefix)
{
    SF_ASSERT(check != NULL);
    SF_ASSERT(section != NULL);
    SF_ASSERT(prefix != NULL);
    SF_ASSERT(end % 2 == 0);
    const struct sf_param *params = sf_assertion_table.params;
    for (uint32_t low = 0; low < end; low += 2) {
        sf_check_at(check, "%sexpect.%s", prefix, params[low].name);
        if (section->values[low] > section->values[low + 1]) {
            return sf_check_wrong(check, "is more than %s, so that both can never hold",
                                  params[low + 1].name);
        }
    }
    return SF_OK;
}

enum sf_err sf_check_expect(struct sf_check *check)
{
    SF_ASSERT(check != NULL);
    const struct sf_plan *plan = check->plan;
    SF_TRY(verdict_check(check));
    SF_TRY(sf_check_section(check, &sf_assertion_table, &plan->assertions, ""));
    SF_TRY(sf_check_bounds(check, &plan->assertions, SF_ASSERTION_BOUNDS_END, ""));
    const char *group = plan->texts[plan->assertions.values[SF_ASSERTION_UNAFFECTED]];
    if (group[0] == '\0') {
        return SF_OK;
    }
    const char *known[SF_GROUPS_MAX + 1] = {NULL};
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        known[i] = plan->groups[i].name;
    }
    sf_check_at(check, "expect.unaffected");
    return known_check(check, "group of homes", group, known);
}
