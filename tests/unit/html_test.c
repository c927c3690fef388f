/* The replay's page: its words and figures, and that it is well-formed. */
#include <inttypes.h>

#include "tests/unit/html_replay.h"

static void test_text_from_a_scenario_stays_text(void **state)
{
    struct fixture *f = *state;
    snprintf(f->plan.cache, sizeof f->plan.cache, "./<i>.so?a=<b>&c='d'");
    add_exhibit(f, SF_REPLAY_LIVE, 3);
    const char *page = page_of(f);
    assert_false(has(page, "<script"));
    assert_false(has(page, "<i>"));
    assert_int_equal(count_of(page, "</title>"), 1);
    assert_int_equal(count_of(page, "</style>"), 1);
    assert_true(has(page, "&lt;/title&gt;&lt;/style&gt;&lt;script&gt;alert(&#39;x&#39;)"));
    assert_true(has(page, "./&lt;i&gt;.so?a=&lt;b&gt;&amp;c=&#39;d&#39;"));
    assert_true(has(page, "strayframe replay --set &#39;a=&lt;b&gt;&#39;"));
}

static void test_the_page_refers_to_nothing_outside(void **state)
{
    struct fixture *f = *state;
    add_exhibit(f, SF_REPLAY_LIVE, 3);
    assert_true(check_references(page_of(f)) >= 5); /* an icon, the lead's two pictures, two more */
}

static void test_every_fact_is_on_the_page(void **state)
{
    struct fixture *f = *state;
    f->replay.facts[5].holds = false;
    f->replay.facts[8].holds = false;
    f->replay.facts[8].judged = false;
    const char *page = page_of(f);
    assert_int_equal(count_of(page, "<li class=\"fact good\">"), 10);
    assert_int_equal(count_of(page, "<li class=\"fact bad\">"), 1);
    assert_int_equal(count_of(page, "<li class=\"fact open\">"), 1);
    assert_int_equal(count_of(page, "It was so."), SF_REPLAY_FACTS_COUNT);
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        char text[64];
        snprintf(text, sizeof text, "<span class=\"fact-id\">F%u</span>", i + 1);
        assert_int_equal(count_of(page, text), 1);
        snprintf(text, sizeof text, "%u things &amp; &lt;more&gt;", 1000 + i);
        assert_int_equal(count_of(page, text), 1);
    }
    assert_true(has(page, "10 of 12 published facts hold over 2 seeds"));
    assert_true(has(page, "Not reproduced."));
    assert_true(has(page, " F6 does not hold. F9 could not be judged."));
}

static void test_the_verdict_follows_the_facts(void **state)
{
    struct fixture *f = *state;
    assert_true(has(page_of(f), "Reproduced.</b> The replay shows every published fact"));
    f->replay.facts[0].holds = false;
    f->replay.facts[0].judged = false;
    f->replay.facts[1] = f->replay.facts[0];
    snprintf(f->replay.facts[1].id, sizeof f->replay.facts[1].id, "F2");
    assert_true(has(page_of(f), "Inconclusive.</b> F1, F2 could not be judged."));
}

static void test_the_arms_are_summed_over_the_seeds(void **state)
{
    struct fixture *f = *state;
    const char *page = page_of(f);
    assert_int_equal(count_of(page, "<th scope=\"row\">Poor network, hub</th>"), 3);
    assert_int_equal(count_of(page, "<tr class=\"leaks\">"), 2);
    assert_int_equal(count_of(page, "<td class=\"strays\">24</td>"), 2);
    for (uint32_t i = 0; i < 2 * SF_REPLAY_ARMS_COUNT; i++) {
        char hash[20];
        snprintf(hash, sizeof hash, "%016" PRIx32, 0x1000 + i);
        assert_int_equal(count_of(page, hash), 1);
    }
}

static void test_a_run_that_crashed_is_said_and_not_believed(void **state)
{
    struct fixture *f = *state;
    const uint32_t arms[] = {SF_REPLAY_LIVE, LEAKY};
    for (int i = 0; i < 2; i++) {
        struct sf_replay_run *run = run_of(f, 0, arms[i]);
        memset(run, 0xa5, sizeof *run);
        f->replay.jobs.statuses[arms[i]] =
            (struct sf_job_status){.end = SF_JOB_CRASHED, .signal_number = 11};
    }
    f->replay.crashed_count = 2;
    const char *page = page_of(f);
    assert_true(has(page, "Inconclusive."));
    assert_true(has(page, "2 runs of 26 did not finish."));
    assert_int_equal(count_of(page, "(1 of 2 runs did not finish)"), 2);
    assert_int_equal(count_of(page, "crashed, signal 11"), 2);
    assert_int_equal(count_of(page, "<td class=\"strays\">12</td>"), 2); /* of the other seed */
    assert_false(has(page, "<img"));
    assert_false(has(page, "<svg"));
}

static void test_without_strays_there_is_still_a_page(void **state)
{
    struct fixture *f = *state;
    const char *page = page_of(f);
    assert_false(has(page, "<img"));
    assert_int_equal(count_of(page, "<h2"), 6); /* "In short" among them */
    assert_true(has(page, "</html>"));
}

/* ---- the plot ---- */

static void test_the_plot_marks_what_the_operator_did(void **state)
{
    struct fixture *f = *state;
    const char *page = page_of(f);
    assert_int_equal(count_of(page, "<svg "), 2);
    assert_int_equal(count_of(page, "<circle class=\"event\""), 2 * 5);
    assert_int_equal(count_of(page, "<rect class=\"blocked\""), 2 * 2);
    assert_true(
        has(page, "<li><b>08:00</b> the update goes live: <code>builtin:boxing-day-update"));
    assert_true(has(page, "<li><b>18:00</b> the kill switch: the integration is blocked"));
    assert_true(has(page, "<li><b>22:00</b> the fix goes live: <code>builtin:boxing-day-fix"));
    assert_true(has(page, "<li><b>28:00</b> every network heals"));
    assert_true(has(page, "12 strays on displays over 30 minutes, the first at 09:00.000"));
    assert_true(has(page, "<tr><th scope=\"row\">9</th><td>12</td><td>41</td><td>41</td></tr>"));
}

static void test_a_long_run_with_a_long_time_line_is_cut(void **state)
{
    struct fixture *f = *state;
    f->replay.duration_ns = 90 * SF_MINUTE + 1;
    f->plan.timeline_count = SF_TIMELINE_MAX;
    for (uint32_t i = 0; i < SF_TIMELINE_MAX; i++) {
        f->plan.timeline[i] = (struct sf_plan_entry){
            .at_ns = i * 20 * SF_SECOND, .action = SF_ACTION_KILL_SWITCH, .on = i % 2 == 0};
    }
    const char *page = page_of(f);
    assert_true(has(page, "Only the first 60 minutes are drawn."));
    assert_true(has(page, "<p class=\"note\">And 240 more.</p>"));
    assert_int_equal(count_of(page, "<circle class=\"event\""), 2 * 16);
}

/* ---- the page as a whole ---- */

static void test_every_element_is_closed_in_order(void **state)
{
    struct fixture *f = *state;
    for (uint32_t home = 0; home < 6; home++) {
        add_exhibit(f, SF_REPLAY_LIVE, home);
    }
    assert_true(check_closed(page_of(f)) >= 500);
}

static void test_the_same_replay_gives_the_same_page(void **state)
{
    struct fixture *f = *state;
    add_exhibit(f, SF_REPLAY_LIVE, 3);
    char *first = sf_strdup(page_of(f));
    assert_string_equal(first, page_of(f));
    free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_text_from_a_scenario_stays_text),
        TEST(test_the_page_refers_to_nothing_outside),
        TEST(test_every_fact_is_on_the_page),
        TEST(test_the_verdict_follows_the_facts),
        TEST(test_the_arms_are_summed_over_the_seeds),
        TEST(test_a_run_that_crashed_is_said_and_not_believed),
        TEST(test_without_strays_there_is_still_a_page),
        TEST(test_the_plot_marks_what_the_operator_did),
        TEST(test_a_long_run_with_a_long_time_line_is_cut),
        TEST(test_every_element_is_closed_in_order),
        TEST(test_the_same_replay_gives_the_same_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
