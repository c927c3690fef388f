/* Accepted findings: a file that is read, what is wrong in it, and what it does to a verdict. */
#include "harness/gate/accept.h"

#include <unistd.h>

#include "harness/gate/gate.h"
#include "tests/unit/runs.h"

#define DAY_S INT64_C(86400)

static enum sf_err read_accepts(const char *text, int64_t now_unix_s, struct sf_accepts *accepts,
                                struct sf_diag *diag)
{
    char path[] = "/tmp/strayframe-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    enum sf_err err = sf_accepts_read(path, now_unix_s, accepts, diag);
    unlink(path);
    return err;
}

#define STRAY "- finding: \"no-stray-pixels:hub:on_request\"\n  reason: \"ticket 1: known\"\n"

static void test_an_entry_holds_until_the_end_of_its_day(void **state)
{
    (void)state;
    static struct sf_accepts accepts;
    static const int64_t day_s = 19000 * DAY_S; /* 2022-01-08 */
    const char *text = STRAY "  until: 2022-01-08\n";
    assert_int_equal(read_accepts(text, day_s + DAY_S - 1, &accepts, NULL), SF_OK);
    assert_int_equal(accepts.count, 1);
    assert_false(accepts.items[0].expired);
    assert_string_equal(accepts.items[0].reason, "ticket 1: known");
    assert_non_null(sf_accepts_find(&accepts, "no-stray-pixels:hub:on_request"));
    assert_null(sf_accepts_find(&accepts, "no-stray-pixels:hub"));
    assert_int_equal(read_accepts(text, day_s + DAY_S, &accepts, NULL), SF_OK);
    assert_true(accepts.items[0].expired);
}

static void test_what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
        uint32_t line;
    } wrong[] = {
        {"finding: x\n", "a list of findings", 1},
        {STRAY, "until is missing", 1},
        {STRAY "  until: tomorrow\n", "a day, such as 2027-01-31", 3},
        {STRAY "  until: 2022-13-01\n", "a day, such as 2027-01-31", 3},
        {STRAY "  untill: 2022-01-08\n", "did you mean 'until'?", 3},
        {"- finding: no-stray-pixel:hub\n  reason: r\n  until: 2022-01-08\n",
         "did you mean 'no-stray-pixels'?", 1},
        {"- finding: hang\n  reason: \"\"\n  until: 2022-01-08\n", "expected a text", 2},
        {STRAY "  until: 2022-01-08\n" STRAY "  until: 2022-01-08\n", "listed twice", 4},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        static struct sf_accepts accepts;
        struct sf_diag diag = {0};
        assert_int_equal(read_accepts(wrong[i].text, 0, &accepts, &diag), SF_ERR_INPUT);
        if (strstr(diag.message, wrong[i].says) == NULL) {
            fail_msg("'%s' is not in: %s", wrong[i].says, diag.message);
        }
        assert_int_equal(diag.line, wrong[i].line);
    }
}

/* ---- in a campaign ---- */

static const struct sf_gate *gate_with(const struct sf_accepts *accepts)
{
    static struct sf_gate gate;
    static struct sf_plan plan;
    struct sf_diag diag = {0};
    assert_int_equal(
        sf_scenario_load("scenarios/gate/deploy.yaml", sf_run_schema(), NULL, 0, &plan, &diag),
        SF_OK);
    const struct sf_gate_options options = {.candidate = "builtin:canary-tenantless",
                                            .plans = &plan,
                                            .plans_count = 1,
                                            .seed_first = 1,
                                            .seeds_count = 2,
                                            .run_seconds_max = 120,
                                            .accepts = accepts};
    assert_int_equal(sf_gate_run(&options, &gate, &diag), SF_OK);
    return &gate;
}

static void add(struct sf_accepts *accepts, const struct sf_gate_find *find, bool expired)
{
    struct sf_text name = {0};
    struct sf_accepted *accepted = &accepts->items[accepts->count++];
    sf_gate_find_name(find, &name);
    *accepted = (struct sf_accepted){.reason = "known", .until = "2022-01-08", .expired = expired};
    snprintf(accepted->name, sizeof accepted->name, "%s", name.data);
    sf_text_free(&name);
}

static void test_accepted_findings_do_not_count_and_hide_no_other(void **state)
{
    (void)state;
    static struct sf_accepts accepts;
    static struct sf_gate plain;
    plain = *gate_with(NULL);
    assert_int_equal(plain.kind, SF_GATE_LEAK);
    assert_true(plain.finds_count > 2);
    for (uint32_t i = 0; i + 1 < plain.finds_count; i++) {
        add(&accepts, &plain.finds[i], false);
    }
    /* One is left, and fails it. */
    const struct sf_gate *gate = gate_with(&accepts);
    assert_int_equal(gate->verdict, SF_VERDICT_FAIL);
    assert_int_equal(gate->accepted_count + 1, gate->finds_count);
    assert_non_null(strstr(gate->reason, "accepted kinds of finding there are others"));
    /* All are accepted: what is not tested with one scenario is what remains. */
    add(&accepts, &plain.finds[plain.finds_count - 1], false);
    gate = gate_with(&accepts);
    assert_int_equal(gate->verdict, SF_VERDICT_INCONCLUSIVE);
    assert_int_equal(gate->failed_count, plain.failed_count); /* still counted, and shown */
    assert_int_equal(gate->finds_count, plain.finds_count);
    /* One has expired. */
    accepts.items[0].expired = true;
    gate = gate_with(&accepts);
    assert_int_equal(gate->kind, SF_GATE_LEAK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_entry_holds_until_the_end_of_its_day),
        cmocka_unit_test(test_what_is_wrong_is_said_with_its_place),
        cmocka_unit_test(test_accepted_findings_do_not_count_and_hide_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
