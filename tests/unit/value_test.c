/* The written form of single values: what is read, what is written, and that writing loses nothing.
 * What is refused, in which words, is in tests/data/scenario/broken.txt. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "harness/base/arena.h"
#include "harness/base/bounds.h"
#include "harness/scenario/value.h"
#include "harness/scenario/yaml_tree.h"
#include "harness/sim/rng.h"

static void test_durations_are_exact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sf_ns ns;
    } cases[] = {
        {"0s", 0},
        {"1ns", 1},
        {"1.5us", 1500},
        {"250ms", 250 * SF_MS},
        {"0.000000001s", 1},
        {"1.000000001s", SF_SECOND + 1},
        {"1h30min", 90 * SF_MINUTE},
        {"1d2h3min4s5ms6us7ns", INT64_C(93784005006007)},
        {"1.5h0.5s", 90 * SF_MINUTE + 500 * SF_MS},
        {"0.1d", 144 * SF_MINUTE},
        {"007s", 7 * SF_SECOND},
        {"106751d23h47min16s854ms775us807ns", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sf_ns ns = -1;
        assert_int_equal(sf_value_duration_read(cases[i].text, &ns, NULL), SF_OK);
        assert_int_equal(ns, cases[i].ns);
    }
}

static void test_what_is_no_duration_is_not_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "s",
                                        ".5s",
                                        "1.",
                                        "1.s",
                                        "1..5s",
                                        "1.5.5s",
                                        "+1s",
                                        "-1s",
                                        " 1s",
                                        "1s ",
                                        "1 s",
                                        "1s1min",
                                        "1s1s",
                                        "1S",
                                        "1e3s",
                                        "0x1s",
                                        "1s1",
                                        "1.5ns",
                                        "0.0000000001s",
                                        "106751d23h47min16s854ms775us808ns",
                                        "9223372036854775808ns",
                                        "1000000000000000000000000000000d",
                                        "999999999999999999d",
                                        "inf",
                                        "nan"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sf_ns ns = 4711;
        assert_int_equal(sf_value_duration_read(texts[i], &ns, NULL), SF_ERR_INPUT);
        assert_int_equal(ns, 4711);
    }
}

static void test_durations_print_in_the_largest_whole_unit(void **state)
{
    (void)state;
    static const struct {
        sf_ns ns;
        const char *text;
    } cases[] = {{0, "0s"},
                 {1, "1ns"},
                 {1500, "1500ns"},
                 {2000, "2us"},
                 {90 * SF_MINUTE, "90min"},
                 {48 * SF_HOUR, "2d"},
                 {61 * SF_SECOND, "61s"},
                 {INT64_MAX, "9223372036854775807ns"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sf_text out = {0};
        sf_value_duration_print(cases[i].ns, &out);
        assert_string_equal(out.data, cases[i].text);
        sf_text_free(&out);
    }
}

static void test_every_duration_survives_writing(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "value_test", 0);
    for (int i = 0; i < 20000; i++) {
        sf_ns ns = (sf_ns)(sf_rng_u64(&rng) >> (1 + sf_rng_below(&rng, 63)));
        struct sf_text out = {0};
        sf_ns again = -1;
        sf_value_duration_print(ns, &out);
        assert_int_equal(sf_value_duration_read(out.data, &again, NULL), SF_OK);
        assert_int_equal(again, ns);
        sf_text_free(&out);
    }
}

static void test_every_share_survives_writing(void **state)
{
    (void)state;
    for (int64_t ppm = 0; ppm <= 1000000; ppm += ppm < 20000 ? 1 : 997) {
        struct sf_text out = {0};
        int64_t again = -1;
        sf_value_share_print(ppm, &out);
        assert_int_equal(sf_value_share_read(out.data, &again, NULL), SF_OK);
        assert_int_equal(again, ppm);
        sf_text_free(&out);
    }
    struct sf_text out = {0};
    sf_value_share_print(15000, &out);
    sf_text_add(&out, " ");
    sf_value_share_print(1, &out);
    sf_text_add(&out, " ");
    sf_value_share_print(1000000, &out);
    assert_string_equal(out.data, "1.5% 0.0001% 100%");
    sf_text_free(&out);
}

/* The C library's calendar is the reference. */
static void test_instants_agree_with_the_calendar(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "value_test", 1);
    for (int i = 0; i < 20000; i++) {
        int64_t unix_s = i == 0   ? 0
                         : i == 1 ? SF_INSTANT_S_MAX
                                  : (int64_t)sf_rng_below(&rng, SF_INSTANT_S_MAX);
        time_t seconds = unix_s;
        struct tm parts;
        char expected[64];
        assert_non_null(gmtime_r(&seconds, &parts));
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &parts);
        struct sf_text out = {0};
        int64_t again = -1;
        sf_value_instant_print(unix_s, &out);
        assert_string_equal(out.data, expected);
        assert_int_equal(sf_value_instant_read(out.data, &again, NULL), SF_OK);
        assert_int_equal(again, unix_s);
        sf_text_free(&out);
    }
}

static void test_only_days_that_exist_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sf_err err;
    } cases[] = {{"2020-02-29T00:00:00Z", SF_OK},        {"2000-02-29T23:59:59Z", SF_OK},
                 {"2100-02-29T00:00:00Z", SF_ERR_INPUT}, {"2019-04-31T00:00:00Z", SF_ERR_INPUT},
                 {"2019-00-01T00:00:00Z", SF_ERR_INPUT}, {"2019-13-01T00:00:00Z", SF_ERR_INPUT},
                 {"2019-01-00T00:00:00Z", SF_ERR_INPUT}, {"2019-01-01T00:60:00Z", SF_ERR_INPUT},
                 {"2016-12-31T23:59:60Z", SF_ERR_INPUT}, {"2019-01-01t00:00:00z", SF_ERR_INPUT},
                 {"2019-01-01 00:00:00Z", SF_ERR_INPUT}, {"2019-01-01T00:00:00", SF_ERR_INPUT},
                 {"2019-01-01T00:00:00ZZ", SF_ERR_INPUT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t unix_s = 0;
        assert_int_equal(sf_value_instant_read(cases[i].text, &unix_s, NULL), cases[i].err);
    }
}

static void test_every_time_zone_survives_writing(void **state)
{
    (void)state;
    for (int32_t offset_s = SF_ZONE_S_MIN; offset_s <= SF_ZONE_S_MAX; offset_s += 60) {
        struct sf_text out = {0};
        int32_t again = -1;
        sf_value_zone_print(offset_s, &out);
        assert_int_equal(sf_value_zone_read(out.data, &again, NULL), SF_OK);
        assert_int_equal(again, offset_s);
        sf_text_free(&out);
    }
    int32_t offset_s;
    assert_int_equal(sf_value_zone_read("+14:01", &offset_s, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_value_zone_read("-12:01", &offset_s, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_value_zone_read("", &offset_s, NULL), SF_ERR_INPUT);
}

static void test_whole_numbers_reach_to_both_ends(void **state)
{
    (void)state;
    int64_t value = 0;
    uint64_t seed = 0;
    assert_int_equal(sf_value_whole_read("9223372036854775807", &value, NULL), SF_OK);
    assert_true(value == INT64_MAX);
    assert_int_equal(sf_value_whole_read("-9223372036854775807", &value, NULL), SF_OK);
    assert_true(value == -INT64_MAX);
    assert_int_equal(sf_value_whole_read("9223372036854775808", &value, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_value_whole_read("-", &value, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_value_whole_read("--1", &value, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_value_seed_read("18446744073709551615", &seed, NULL), SF_OK);
    assert_true(seed == UINT64_MAX);
    assert_int_equal(sf_value_seed_read("18446744073709551616", &seed, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_value_seed_read("100000000000000000000", &seed, NULL), SF_ERR_INPUT);
}

static void test_texts_survive_yaml(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a",
        "",
        " ",
        "  a  ",
        "a ",
        " a",
        "true",
        "Null",
        "~",
        "no",
        "NO",
        "on",
        "y",
        "1",
        "1.5",
        "-1",
        "+1",
        "1e3",
        "0x1f",
        "0o7",
        "1:30",
        "12:30:45",
        "2019-12-26",
        "2019-12-26T22:00:00Z",
        ".5",
        ".inf",
        ".NaN",
        "-.inf",
        "1_000",
        "a: b",
        "a:",
        ":a",
        "a:b",
        "a #b",
        "#a",
        "a#b",
        "- a",
        "-a",
        "-",
        "--- a",
        "---",
        "...",
        "? a",
        "?a",
        "[a]",
        "{a}",
        "a]",
        "a, b",
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "'a'",
        "\"a\"",
        "a\"b\\c",
        "\\",
        "%a",
        "@a",
        "`a`",
        "=",
        "<<",
        "caf\xc3\xa9",
        "\xe6\x97\xa5\xe6\x9c\xac",
        "\xf0\x9f\x93\xb7 x",
        "builtin:a?b=c&d=e",
        "./a.so",
        "/a/b.so",
        "delay 20ms 5ms loss 0.1%",
        "50%",
        "a\xc2\xa0",
        "\xc2\xa0-",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sf_text out = {0};
        sf_text_add(&out, "a: [x]\nkey: ");
        sf_value_text_print(texts[i], &out);
        sf_text_add(&out, "\nb: 1\n");
        struct sf_arena arena;
        sf_arena_init(&arena);
        const struct sf_yaml_source source = {.name = "s", .text = out.data, .bytes = out.length};
        struct sf_yaml_node *root = NULL;
        struct sf_diag diag = {0};
        assert_int_equal(sf_yaml_read(&source, &arena, &root, &diag), SF_OK);
        const struct sf_yaml_node *node = sf_yaml_get(root, "key");
        assert_non_null(node);
        assert_string_equal(node->text, texts[i]);
        assert_false(node->is_null);
        assert_non_null(sf_yaml_get(root, "b"));
        sf_arena_fini(&arena);
        sf_text_free(&out);
    }
}

static void test_texts_that_yaml_cannot_carry_are_refused(void **state)
{
    (void)state;
    static const char *const good[] = {
        "", "~ z", "\xc2\xa0", "\xe2\x80\xa7", "\xef\xbf\xbd", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x7f",
                                      "a\tb",
                                      "a\nb",
                                      "\xc2\x85",
                                      "\xc2\x80",
                                      "\xe2\x80\xa8",
                                      "\xe2\x80\xa9",
                                      "\xef\xbb\xbf",
                                      "\xef\xbf\xbe",
                                      "\xed\xa0\x80",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x80\x80",
                                      "\xf0\x80\x80\x80",
                                      "\xf4\x90\x80\x80",
                                      "\x80",
                                      "a\xc3",
                                      "\xe6\x97",
                                      "\xff",
                                      "\xf8\x88\x80\x80\x80"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(sf_value_text_check(good[i], 64, NULL), SF_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(sf_value_text_check(bad[i], 64, NULL), SF_ERR_INPUT);
    }
}

static void test_texts_without_an_end_are_not_read_beyond_their_room(void **state)
{
    (void)state;
    char name[SF_TEXT_BYTES];
    memset(name, 'a', sizeof name);
    assert_int_equal(sf_value_name_check(name, NULL), SF_ERR_INPUT);
    assert_int_equal(sf_value_text_check(name, sizeof name, NULL), SF_ERR_INPUT);
    name[SF_TEXT_BYTES - 1] = '\0';
    assert_int_equal(sf_value_name_check(name, NULL), SF_OK);
    assert_int_equal(sf_value_text_check(name, sizeof name, NULL), SF_OK);
}

static void test_cache_specifications(void **state)
{
    (void)state;
    static const char *const good[] = {"builtin:a", "builtin:a-1?k=v",  "builtin:a?k=v&k_2=/x,y:z",
                                       "a.so",      "./x y/a.so?k=v",   "/a/b.so",
                                       "exec:a",    "exec:a 'b?' ?k=v", "exec:python3 'a b.py'"};
    static const char *const bad[] = {
        "",       "builtin", "builtin:", "builtin:A", "builtin:a?",    ".so",          "a.so?",
        "a.so?k", "a.so?=v", "a.so?k=",  "a.so?k=v&", "a.so?k=v&&k=v", "a.so?k=v?k=v", "a.so?k=v w",
        "a",      "a.so.1",  "exec:",    "exec:?k=v", "exec:a?b"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(sf_value_cache_check(good[i], NULL), SF_OK);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(sf_value_cache_check(bad[i], NULL), SF_ERR_INPUT);
    }
}

static void test_long_values_are_shown_cut_between_characters(void **state)
{
    (void)state;
    char out[SF_SHOWN_BYTES];
    assert_string_equal(sf_value_shown("short", out), "short");
    assert_string_equal(sf_value_shown("0123456789012345678901234567890123456789", out),
                        "0123456789012345678901234567890123456789");
    assert_string_equal(sf_value_shown("01234567890123456789012345678901234567\xe6\x97\xa5", out),
                        "01234567890123456789012345678901234567...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations_are_exact),
        cmocka_unit_test(test_what_is_no_duration_is_not_read),
        cmocka_unit_test(test_durations_print_in_the_largest_whole_unit),
        cmocka_unit_test(test_every_duration_survives_writing),
        cmocka_unit_test(test_every_share_survives_writing),
        cmocka_unit_test(test_instants_agree_with_the_calendar),
        cmocka_unit_test(test_only_days_that_exist_are_read),
        cmocka_unit_test(test_every_time_zone_survives_writing),
        cmocka_unit_test(test_whole_numbers_reach_to_both_ends),
        cmocka_unit_test(test_texts_survive_yaml),
        cmocka_unit_test(test_texts_that_yaml_cannot_carry_are_refused),
        cmocka_unit_test(test_texts_without_an_end_are_not_read_beyond_their_room),
        cmocka_unit_test(test_cache_specifications),
        cmocka_unit_test(test_long_values_are_shown_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
