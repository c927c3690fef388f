/* The counted run: that its figures are those of the link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/net/netem_describe.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/profiles.h"

static void describe(const char *spec, bool ect, struct sf_netem_description *out)
{
    struct sf_netem_config config;
    struct sf_diag diag = {0};
    if (sf_netem_parse(spec, &config, NULL, &diag) != SF_OK) {
        fail_msg("'%s': %s", spec, diag.message);
    }
    struct sf_netem_traffic traffic;
    sf_netem_traffic_default(&config, &traffic);
    traffic.ect = ect;
    sf_netem_describe(&config, &traffic, out);
}

static void test_a_perfect_link_has_nothing_to_say(void **state)
{
    (void)state;
    struct sf_netem_description got;
    describe("", false, &got);
    assert_int_equal(got.copies_count, 100000);
    assert_int_equal(got.lost_count + got.limit_count + got.bursts_count, 0);
    assert_int_equal(got.duplicated_ppm + got.corrupted_ppm + got.marked_ppm + got.overtaken_ppm,
                     0);
    assert_int_equal(got.delay_ns[8], 0);
    assert_int_equal(got.plot[0], 100000);
}

static void test_the_effective_loss_is_what_a_kernel_shows(void **state)
{
    (void)state;
    struct sf_netem_description got;
    describe("loss 10% 25%", false, &got);
    assert_in_range(got.lost_ppm, 16000, 19400);
    describe("loss 50% 90%", false, &got);
    assert_in_range(got.burst_mean_hundredths, 600, 680);
    assert_true(got.burst_longest >= 20);
    describe("loss gemodel 5% 30% 70% 1%", false, &got);
    assert_in_range(got.lost_ppm, 104000, 113000);
    describe("loss 100%", false, &got);
    assert_int_equal(got.lost_ppm, 1000000);
    assert_int_equal(got.burst_longest, 100000);
    assert_int_equal(got.delay_ns_mean, 0);
}

static void test_delays_overtaking_and_marks_are_counted(void **state)
{
    (void)state;
    struct sf_netem_description got;
    describe("limit 100000 delay 50ms 20ms", false, &got);
    assert_in_range(got.overtaken_ppm, 780000, 850000);
    assert_in_range(got.delay_ns[4], 49500 * SF_US, 50500 * SF_US);
    assert_in_range(got.delay_ns[2], 31500 * SF_US, 32500 * SF_US);
    uint64_t plotted = 0;
    for (int i = 0; i < SF_NETEM_PLOT_ROWS; i++) {
        plotted += got.plot[i];
        assert_true(i == 0 || got.plot[i] > 0);
    }
    assert_int_equal(plotted, got.copies_count);
    describe("delay 5ms duplicate 100%", false, &got);
    assert_int_equal(got.overtaken_ppm, 0); /* a duplicate does not overtake its original */
    describe("loss 10% ecn duplicate 10% corrupt 5%", true, &got);
    assert_int_equal(got.lost_count, 0);
    assert_in_range(got.duplicated_ppm, 96000, 104000);
    assert_in_range(got.corrupted_ppm, 47000, 53000);
    assert_in_range(got.marked_ppm, 90000, 125000);
    describe("limit 20 delay 25ms", false, &got);
    assert_int_equal(got.limit_count, got.lost_count);
    assert_in_range(got.lost_ppm, 200000, 250000);
}

static void test_a_rate_is_loaded_by_half(void **state)
{
    (void)state;
    struct sf_netem_description got;
    describe("rate 256kbit", false, &got);
    assert_int_equal(got.traffic.spacing_ns, 62500 * SF_US);
    assert_int_equal(got.lost_count, 0);
    assert_int_equal(got.delay_ns[8], 31250 * SF_US);
}

/* The profiles differ in kind, as their comments say. */
static void test_profiles_do_what_they_promise(void **state)
{
    (void)state;
    struct sf_netem_description got;
    describe("profile good-home", false, &got);
    assert_in_range(got.lost_ppm, 1, 300);
    assert_true(got.delay_ns[8] < 25 * SF_MS);
    describe("profile congested-uplink", false, &got);
    assert_int_equal(got.overtaken_ppm, 0);
    describe("profile bad-wifi", false, &got);
    assert_in_range(got.lost_ppm, 40000, 55000);
    assert_in_range(got.burst_mean_hundredths, 130, 200);
    describe("profile extremely-poor", false, &got);
    assert_in_range(got.lost_ppm, 260000, 340000);
    assert_in_range(got.burst_mean_hundredths, 220, 350);
    describe("profile outage", false, &got);
    assert_int_equal(got.copies_count, 0);
}

static void test_text_and_json_say_the_same(void **state)
{
    (void)state;
    struct sf_netem_description got;
    describe("limit 100000 delay 20ms 5ms loss 5% ecn", true, &got);
    struct sf_text text = {0};
    sf_netem_description_print(&got, &text);
    assert_non_null(strstr(text.data, "100000 packets of 1000 bytes, one each 1.000 ms"));
    char marked_line[64];
    snprintf(marked_line, sizeof marked_line, "CE marked   %" PRIu32 ".%03" PRIu32 "%%\n",
             got.marked_ppm / 10000, got.marked_ppm % 10000 / 10);
    assert_in_range(got.marked_ppm, 47000, 53000);
    assert_non_null(strstr(text.data, marked_line));
    char median_text[64];
    snprintf(median_text, sizeof median_text, "median %" PRId64 ".%03" PRId64,
             got.delay_ns[4] / SF_MS, got.delay_ns[4] % SF_MS / SF_US);
    assert_in_range(got.delay_ns[4], 19900 * SF_US, 20100 * SF_US);
    assert_non_null(strstr(text.data, median_text));
    assert_non_null(strstr(text.data, " |####"));
    sf_text_free(&text);

    json_t *object = sf_netem_description_json(&got);
    json_int_t packets;
    json_int_t marked;
    json_int_t median;
    assert_int_equal(json_unpack(object, "{s:I, s:I, s:{s:I}}", "packets", &packets,
                                 "ce_marked_ppm", &marked, "delay_ns", "p50", &median),
                     0);
    assert_int_equal(packets, 100000);
    assert_int_equal(marked, got.marked_ppm);
    assert_int_equal(median, got.delay_ns[4]);
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(object, "delay_plot"), "rows")),
        SF_NETEM_PLOT_ROWS);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_perfect_link_has_nothing_to_say),
        cmocka_unit_test(test_the_effective_loss_is_what_a_kernel_shows),
        cmocka_unit_test(test_delays_overtaking_and_marks_are_counted),
        cmocka_unit_test(test_a_rate_is_loaded_by_half),
        cmocka_unit_test(test_profiles_do_what_they_promise),
        cmocka_unit_test(test_text_and_json_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
