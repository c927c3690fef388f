/* Lines of `tc qdisc show`: each gives the network of the spec that makes it, or is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/net/netem_grammar.h"

static void read_line(const char *line, struct sf_netem_config *config)
{
    struct sf_diag diag = {0};
    if (sf_netem_parse(line, config, NULL, &diag) != SF_OK) {
        fail_msg("'%s': column %" PRIu32 ": %s", line, diag.column, diag.message);
    }
}

static void test_a_shown_line_gives_the_network_of_its_spec(void **state)
{
    (void)state;
    static const struct {
        const char *shown, *spec;
    } lines[] = {
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000", ""},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 50ms", "delay 50ms"},
        {"qdisc netem 10: dev lo parent 1:1 limit 20 delay 1e+03ms", "limit 20 delay 1s"},
        {"qdisc netem 8001: root refcnt 2 limit 1000 loss 1%", "loss 1%"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 50ms  10ms 25% distribution "
         "normal",
         "delay 50ms 10ms 25% distribution normal"},
        {"limit 1000 delay 50ms  10ms", "delay 50ms 10ms"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 1.23s", "delay 1230ms"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 999us", "delay 999us"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 loss 0.3% 25%", "loss 0.3% 25%"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 loss 1e-06%", "loss 0.000001%"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 loss state p13 1% p31 90% p32 5% p23 "
         "70% p14 0.5%",
         "loss state 1% 90% 5% 70% 0.5%"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 loss gemodel p 1% r 10% 1-h 100% 1-k "
         "0%",
         "loss gemodel 1% 10%"},
        {"loss gemodel p 5% r 30% 1-h 70% 1-k 1%", "loss gemodel 5% 30% 70% 1%"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 loss 10% ecn ", "loss 10% ecn"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 duplicate 1% 25%",
         "delay 0ms 0ms 0% duplicate 1% 25%"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 corrupt 0.1% 5%", "corrupt 0.1% 5%"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 10ms reorder 25% 50% gap 5",
         "delay 10ms reorder 25% 50% gap 5"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 10ms reorder 25% gap 1",
         "delay 10ms reorder 25%"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 seed 7", "seed 7"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 rate 1Mbit", "rate 1mbit"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 rate 1Mbit packetoverhead 14 "
         "cellsize 53 celloverhead 5",
         "rate 1mbit 14 53 5"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 rate 5Gbit packetoverhead -14",
         "rate 5gbit -14"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 rate 500Kbit cellsize 53",
         "rate 500kbit 0 53"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 slot 800us 1ms", "slot 800us 1ms"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 slot 10ms 30ms packets 15 bytes "
         "65536",
         "slot 10ms 30ms packets 15 bytes 64k"},
        {"qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 slot distribution normal 20ms 5ms "
         "packets 40",
         "slot distribution normal 20ms 5ms packets 40"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sf_netem_config shown, meant, again;
        read_line(lines[i].shown, &shown);
        read_line(lines[i].spec, &meant);
        struct sf_text text = {0};
        sf_netem_print(&shown, &text);
        read_line(text.data, &again);
        if (!sf_netem_config_same(&shown, &meant) || !sf_netem_config_same(&shown, &again)) {
            fail_msg("'%s' is not '%s' but '%s'", lines[i].shown, lines[i].spec, text.data);
        }
        sf_text_free(&text);
    }
}

static char *trimmed(char *text)
{
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \n", text[length - 1]) != NULL) {
        text[--length] = '\0';
    }
    return text;
}

/* Cut at each '|': the arguments of tc, what it showed, what that means if it is less. */
static void assert_recorded(char *line)
{
    char *shown = strchr(line, '|');
    assert_non_null(shown);
    *shown++ = '\0';
    char *means = strchr(shown, '|');
    if (means != NULL) {
        *means++ = '\0';
    }
    const char *spec = trimmed(means != NULL ? means : line);
    struct sf_netem_config from_shown, meant;
    struct sf_diag diag = {0};
    if (strcmp(spec, "-") == 0) {
        assert_int_equal(sf_netem_parse(trimmed(shown), &from_shown, NULL, &diag), SF_ERR_INPUT);
        return;
    }
    read_line(trimmed(shown), &from_shown);
    read_line(spec, &meant);
    if (!sf_netem_config_same(&from_shown, &meant)) {
        fail_msg("'%s' is not '%s'", shown, spec);
    }
}

static void test_what_a_real_kernel_showed_is_understood(void **state)
{
    (void)state;
    char line[1024];
    uint32_t lines_count = 0;
    FILE *file = fopen(SF_SOURCE_DIR "/tests/data/netem_shown.txt", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] != '#') {
            assert_recorded(line);
            lines_count++;
        }
    }
    fclose(file);
    assert_in_range(lines_count, 30, 100);
}

static void test_a_jitter_without_its_table_is_noted(void **state)
{
    (void)state;
    struct sf_netem_config config;
    struct sf_netem_notes notes;
    struct sf_diag diag = {0};
    const char *line = "qdisc netem 8001: root refcnt 2 limit 1000 delay 50ms  10ms";
    assert_int_equal(sf_netem_parse(line, &config, &notes, &diag), SF_OK);
    bool said = false;
    for (uint32_t i = 0; i < notes.count; i++) {
        said |= strstr(notes.items[i].text, "which distribution a jitter has") != NULL;
    }
    assert_true(said);
}

static void test_what_a_line_leaves_open_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        uint32_t column;
        const char *part;
    } lines[] = {
        {"slot distribution 10ms 1ms", 19, "which tc does not show"},
        {"qdisc noqueue 0: dev lo root", 7, "expected 'netem'"},
        {"qdisc netem limit 5", 13, "a handle"},
        {"loss state p13 1% p32 2%", 19, "expected 'p31'"},
        {"loss 1% Sent 0", 9, "second line"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct sf_netem_config config;
        struct sf_diag diag = {0};
        assert_int_equal(sf_netem_parse(lines[i].line, &config, NULL, &diag), SF_ERR_INPUT);
        if (diag.column != lines[i].column || strstr(diag.message, lines[i].part) == NULL) {
            fail_msg("'%s': column %" PRIu32 ": %s", lines[i].line, diag.column, diag.message);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shown_line_gives_the_network_of_its_spec),
        cmocka_unit_test(test_what_a_real_kernel_showed_is_understood),
        cmocka_unit_test(test_a_jitter_without_its_table_is_noted),
        cmocka_unit_test(test_what_a_line_leaves_open_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
