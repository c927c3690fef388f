#include "harness/report/html.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

static void check_write(struct sf_text *text, const char *expected)
{
    assert_string_equal(text->data, expected);
    sf_text_free(text);
}

static void test_text_is_escaped(void **state)
{
    (void)state;
    struct sf_text text = {0};
    sf_html_text(&text, "a<b>&\"c\"'d'\x01\x7f \xc3\xa9\t\n");
    check_write(&text,
                "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;\xef\xbf\xbd\xef\xbf\xbd \xc3\xa9\t\n");
    /* Overrides of the direction of writing: U+202E and U+2066; U+2014 is none. A cut one stays. */
    sf_html_text(&text, "a\xe2\x80\xae b\xe2\x81\xa6 c\xe2\x80\x94\xe2\x80");
    check_write(&text, "a\xef\xbf\xbd b\xef\xbf\xbd c\xe2\x80\x94\xe2\x80");
}

static void test_counts_have_separators(void **state)
{
    (void)state;
    static const struct {
        uint64_t count;
        const char *text;
    } cases[] = {
        {0, "0"},        {999, "999"},           {1000, "1,000"},
        {1044, "1,044"}, {1000001, "1,000,001"}, {UINT64_MAX, "18,446,744,073,709,551,615"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sf_text text = {0};
        sf_html_count(&text, cases[i].count);
        check_write(&text, cases[i].text);
    }
    struct sf_text text = {0};
    sf_html_counted(&text, 1, "seed");
    sf_html_counted(&text, 1000, "seed");
    check_write(&text, "1 seed1,000 seeds");
}

static void test_what_is_not_nothing_is_never_shown_as_nothing(void **state)
{
    (void)state;
    static const struct {
        uint32_t ppm;
        const char *text;
    } cases[] = {{0, "0.0%"},   {1, "less than 0.1%"}, {499, "less than 0.1%"},
                 {500, "0.1%"}, {652173, "65.2%"},     {1000000, "100.0%"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sf_text text = {0};
        sf_html_share(&text, cases[i].ppm);
        check_write(&text, cases[i].text);
    }
}

static void test_clocks_show_local_time(void **state)
{
    (void)state;
    struct sf_text text = {0};
    sf_html_clock(&text, 1577397600, 0); /* 2019-12-26T22:00:00Z */
    check_write(&text, "26 Dec 2019, 22:00:00");
    sf_html_clock(&text, 1577397600, 8 * 3600);
    check_write(&text, "27 Dec 2019, 06:00:00");
    sf_html_zone(&text, -5 * 3600);
    check_write(&text, "UTC-05:00");
    sf_html_zone(&text, 0);
    check_write(&text, "UTC");
    sf_html_duration(&text, 30 * SF_MINUTE);
    check_write(&text, "30 minutes");
    sf_html_duration(&text, 1500 * SF_MS);
    check_write(&text, "1500ms");
}

static void test_data_uris_are_base64(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "f", "fo", "foo", "foob"};
    static const char *const uris[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sf_text text = {0};
        char expected[64];
        snprintf(expected, sizeof expected, "data:a/b;base64,%s", uris[i]);
        sf_html_data_uri(&text, "a/b", (const uint8_t *)texts[i], strlen(texts[i]));
        check_write(&text, expected);
    }
}

static void test_an_axis_ends_at_a_round_number(void **state)
{
    (void)state;
    static const uint64_t cases[][2] = {{0, 1}, {1, 1}, {7, 8}, {9, 10}, {41, 50}, {601, 800}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(sf_html_round_up(cases[i][0]), cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_escaped),
        cmocka_unit_test(test_counts_have_separators),
        cmocka_unit_test(test_what_is_not_nothing_is_never_shown_as_nothing),
        cmocka_unit_test(test_clocks_show_local_time),
        cmocka_unit_test(test_data_uris_are_base64),
        cmocka_unit_test(test_an_axis_ends_at_a_round_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
