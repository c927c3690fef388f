/* What a relay says about itself. */
#include <stdlib.h>
#include <string.h>

#include "harness/net/relay/figures.h"
#include "tests/unit/test.h"

static struct sf_relay_spread spread;

static int reset(void **state)
{
    (void)state;
    memset(&spread, 0, sizeof spread);
    return 0;
}

/* Two spans are distinct unless they differ by less than a part in 1024. */
static void test_spans_a_step_apart_are_distinct(void **state)
{
    for (uint64_t span = 1; span < (uint64_t)1 << 46; span += span / 97 + 1) {
        reset(state);
        uint64_t next = span + span / 1024 + 1;
        sf_relay_spread_add(&spread, (sf_ns)span);
        sf_relay_spread_add(&spread, (sf_ns)span);
        sf_relay_spread_add(&spread, (sf_ns)next);
        assert_int_equal(sf_relay_spread_at(&spread, 500), span);
        assert_int_equal(sf_relay_spread_at(&spread, 1000), next);
    }
}

static void test_percentiles_are_those_of_what_was_added(void **state)
{
    (void)state;
    assert_int_equal(sf_relay_spread_at(&spread, 500), 0);
    for (sf_ns i = 1; i <= 100; i++) {
        sf_relay_spread_add(&spread, i);
    }
    assert_int_equal(sf_relay_spread_at(&spread, 0), 1);
    assert_int_equal(sf_relay_spread_at(&spread, 10), 1);
    assert_int_equal(sf_relay_spread_at(&spread, 500), 50);
    assert_int_equal(sf_relay_spread_at(&spread, 990), 99);
    assert_int_equal(sf_relay_spread_at(&spread, 1000), 100);
    assert_int_equal(spread.max_ns, 100);
}

static void test_spans_out_of_range_count_as_its_ends(void **state)
{
    (void)state;
    sf_relay_spread_add(&spread, -5);
    assert_int_equal(sf_relay_spread_at(&spread, 500), 0);
    sf_relay_spread_add(&spread, SF_NS_NEVER);
    assert_int_equal(spread.max_ns, ((sf_ns)1 << 48) - 1);
    assert_true(sf_relay_spread_at(&spread, 1000) > 77 * SF_HOUR);
}

static void make_report(struct sf_relay_report *report)
{
    static struct sf_relay_figures figures;
    memset(&figures, 0, sizeof figures);
    figures.packets_in = 10;
    figures.packets_out = 8;
    figures.bytes_out = 8000;
    figures.lost_count = 2;
    figures.line_count = 5;
    figures.line_asked_ns = 5 * SF_MS;
    figures.line_given_ns = 6 * SF_MS;
    sf_relay_spread_add(&figures.asked, 20 * SF_MS);
    sf_relay_spread_add(&figures.given, 20100 * SF_US);
    sf_relay_spread_add(&figures.late, 100 * SF_US);
    *report = (struct sf_relay_report){.elapsed_ns = 2 * SF_SECOND, .cpu_ns = 25 * SF_MS};
    sf_relay_figures_sum_up(&figures, 120000, &report->there);
    sf_relay_figures_sum_up(&(struct sf_relay_figures){0}, 0, &report->back);
}

static void test_a_report_says_what_was_asked_and_what_was_given(void **state)
{
    (void)state;
    struct sf_relay_report report;
    make_report(&report);
    assert_int_equal(report.there.rate_given_bytes_per_second, 100000);
    struct sf_text text = {0};
    sf_relay_report_print(&report, &text);
    static const char *const parts[] = {
        "relay: 2000.000 ms, 1.2% of a CPU, without precedence",
        "there: 10 packets in, 8 out, 2 lost\n",
        "late   p50 0.100 ms, p99 0.100 ms, most 0.100 ms",
        "carried 4 packets/s, 32.000kbit; rate asked 960.000kbit, given 800.000kbit to 5 that",
        "back: 0 packets in, 0 out\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strstr(text.data, parts[i]) == NULL) {
            fail_msg("'%s' is not in:\n%s", parts[i], text.data);
        }
    }
    assert_null(strstr(text.data, "MISSED"));
    sf_text_free(&text);
    report.there.missed_count = 1;
    sf_relay_report_print(&report, &text);
    assert_non_null(strstr(text.data, "1 MISSED"));
    sf_text_free(&text);
}

static void test_a_report_is_json_too(void **state)
{
    (void)state;
    struct sf_relay_report report;
    make_report(&report);
    json_t *object = sf_relay_report_json(&report);
    json_int_t lost;
    json_int_t late_ns;
    json_int_t rate;
    assert_int_equal(json_unpack(object, "{s:{s:I, s:{s:I}, s:I}}", "there", "lost", &lost, "late",
                                 "max_ns", &late_ns, "rate_given_bytes_per_second", &rate),
                     0);
    assert_int_equal(lost, 2);
    assert_int_equal(late_ns, 100 * SF_US);
    assert_int_equal(rate, 100000);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_spans_a_step_apart_are_distinct, reset),
        cmocka_unit_test_setup(test_percentiles_are_those_of_what_was_added, reset),
        cmocka_unit_test_setup(test_spans_out_of_range_count_as_its_ends, reset),
        cmocka_unit_test(test_a_report_says_what_was_asked_and_what_was_given),
        cmocka_unit_test(test_a_report_is_json_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
