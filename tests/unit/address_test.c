/* `--set`: each case is what is set, and either what it changes in the printed file or what is said
 * against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/scenario_fixture.h"

static const char base[] = "strayframe: 1\n"
                           "name: base\n"
                           "duration: 30min\n"
                           "networks:\n"
                           "  good: {up: loss 1%, down: loss 2%}\n"
                           "  bad: {both: loss 50%}\n"
                           "homes:\n"
                           "  - {name: fleet, count: 10, hub: {ask_every: 2s}}\n"
                           "  - {name: poor, count: 3, network: bad, hub: none,\n"
                           "     time_zones: [\"+01:00\", \"+02:00\"]}\n"
                           "timeline:\n"
                           "  - {at: 20min, kill_switch: on}\n"
                           "  - {at: 1min, network: bad, homes: poor}\n";

static const struct {
    const char *key;
    const char *value;
    const char *printed; /* has to be in the printed file; NULL: it is refused */
    const char *message; /* whole */
} cases[] = {
    {"duration", "1h", "\nduration: 1h\n", NULL},
    {"seed", "7", "\nseed: 7\n", NULL},
    {"title", "a: b # c", "\ntitle: \"a: b # c\"\n", NULL},
    {"title", "null", "\ntitle: \"null\"\n", NULL},
    {"cache", "./mine.so?a=1", "\ncache: ./mine.so?a=1\n", NULL},
    {"still.width", "640", "\nstill:\n  width: 640\n", NULL},
    {"cloud", "{store_loss: 5%, resends_max: 1}", "\ncloud:\n  resends_max: 1\n  store_loss: 5%\n",
     NULL},
    {"homes.poor.count", "99", "name: poor\n    count: 99\n", NULL},
    {"homes.1.count", "99", "name: poor\n    count: 99\n", NULL},
    {"homes.fleet.hub.ask_every", "3s", "\n      ask_every: 3s\n", NULL},
    {"homes.fleet.hub", "none", "name: fleet\n    count: 10\n    hub: none\n", NULL},
    {"homes.poor.hub", "{ask_every: 9s}", "\n      ask_every: 9s\n", NULL},
    {"homes.fleet.camera.model", "x1", "\n      model: x1\n", NULL},
    {"homes.fleet.linked", "no", "count: 10\n    linked: false\n", NULL},
    {"homes.poor.time_zones.1", "-03:00", "[\"+01:00\", \"-03:00\"]", NULL},
    {"homes.poor.time_zones", "[\"+05:30\"]", "[\"+05:30\"]", NULL},
    {"homes.poor", "{name: poor, count: 1}", "name: poor\n    count: 1\ntimeline", NULL},
    {"networks.good.up", "delay 5ms", "good:\n    up: delay 5ms\n    down: loss 2%\n", NULL},
    {"networks.bad.up", "delay 5ms", "bad:\n    up: delay 5ms\n    down: loss 50%\n", NULL},
    {"networks.good.both", "delay 5ms", "good:\n    both: delay 5ms\n", NULL},
    {"networks.new", "{up: loss 9%}", "new:\n    up: loss 9%\n", NULL},
    {"timeline.0.at", "10s", "timeline:\n  - at: 10s\n    kill_switch: true\n", NULL},
    {"timeline.1.direction", "down", "\n    direction: down\n", NULL},
    {"timeline", "[]", "[\"+01:00\", \"+02:00\"]\n    hub: none\n", NULL},
    {"expect.verdict", "inconclusive", "\nexpect:\n  verdict: inconclusive\n", NULL},

    {"duraton", "1h", NULL,
     "--set duraton: unknown key 'duraton' in the scenario; did you mean 'duration'?"},
    {"duration", "1", NULL, "--set duration: duration: '1' has no unit; did you mean '1s'?"},
    {"duration", "", NULL,
     "--set duration: duration: '' is not a duration such as 250ms, 4s or 1h30min"},
    {"duration.x", "1", NULL,
     "--set duration.x: 'duration' is '30min' there and has no 'x'; set it as a whole, {x: ...}"},
    {"strayframe", "2", NULL,
     "--set strayframe: strayframe: this program reads scenarios of version 1, not '2'"},
    {"", "1", NULL, "--set : this is not an address such as 'duration' or 'homes.NAME.count'"},
    {"homes..count", "1", NULL,
     "--set homes..count: this is not an address such as 'duration' or 'homes.NAME.count'"},
    {"a.b.c.d.e.f.g.h.i", "1", NULL,
     "--set a.b.c.d.e.f.g.h.i: this is not an address such as 'duration' or 'homes.NAME.count'"},
    {"homes.poor.cuont", "5", NULL,
     "--set homes.poor.cuont: unknown key 'cuont' in homes; did you mean 'count'?"},
    {"homes.por.count", "5", NULL,
     "--set homes.por.count: there are no homes called 'por'; did you mean 'poor'?"},
    {"homes.rich.count", "5", NULL, "--set homes.rich.count: there are no homes called 'rich'"},
    {"homes.2.count", "5", NULL, "--set homes.2.count: there are no homes called '2'"},
    {"homes.poor.count", "0", NULL,
     "--set homes.poor.count: count: 0 is out of range, allowed is 1 to 1048576"},
    {"homes.poor.hub.ask_every", "1s", NULL,
     "--set homes.poor.hub.ask_every: 'hub' is 'none' there and has no 'ask_every'; set it as a "
     "whole, {ask_every: ...}"},
    {"homes.poor.hub.deep.er", "1s", NULL,
     "--set homes.poor.hub.deep.er: 'hub' is 'none' there and has no 'deep'; set it as a whole, "
     "{deep: ...}"},
    {"homes.poor", "{name: fleet, count: 1}", NULL,
     "--set homes.poor: name: two groups of homes are called 'fleet'"},
    {"homes.poor", "{name: rich, count: 1}", NULL,
     "s.yaml:13:37: no group of homes is called 'poor'; known are fleet, rich or all"},
    {"homes.poor.network", "badd", NULL,
     "--set homes.poor.network: no network is called 'badd'; did you mean 'bad'?"},
    {"hmoes.poor.count", "5", NULL,
     "--set hmoes.poor.count: unknown key 'hmoes' in the scenario; did you mean 'homes'?"},
    {"networks.bda.up", "loss 1%", NULL,
     "--set networks.bda.up: there are no networks called 'bda'; did you mean 'bad'?"},
    {"networks.bad.upp", "loss 1%", NULL,
     "--set networks.bad.upp: unknown key 'upp' in bad; did you mean 'up'?"},
    {"networks.bad.up", "loss x%", NULL,
     "--set networks.bad.up: up: at character 6: expected a percentage, 'random', 'state' or "
     "'gemodel' after 'loss', not 'x%'"},
    {"timeline.2.at", "1s", NULL,
     "--set timeline.2.at: there is no entry '2'; the entries are 0 to 1"},
    {"timeline.0.at", "31min", NULL,
     "--set timeline.0.at: timeline: 31min is not before the end of the run, which lasts 30min"},
    {"timeline.0", "{at: 1s}", NULL,
     "--set timeline.0: timeline: the entry does nothing; an action such as deploy, network or "
     "heal is missing"},
    {"cloud", "{store_loss: 5%", NULL,
     "--set cloud: this is not YAML: did not find expected ',' or '}'"},
    {"cloud", "{store_loss: 5%, store_loss: 6%}", NULL,
     "--set cloud: the key 'store_loss' is here twice"},
    {"cloud", "[1]", NULL, "--set cloud: cloud: expected a mapping (key: value), not a list"},
    {"cloud", "{} {}", NULL,
     "--set cloud: this is not YAML: did not find expected <document start>"},
    {"title", "tab\there", NULL,
     "--set title: title: the text has the unprintable character U+0009"},
    {"title", "caf\xe9", NULL, "--set title: title: the text is not UTF-8"},
    {"expect.oracle", "recovery", NULL,
     "--set expect.oracle: expect: the key 'verdict' is missing"},
    {"duration", "30s", NULL,
     "s.yaml:13:10: timeline: 1min is not before the end of the run, which lasts 30s"},
};

static void set(const struct sf_scenario_override *overrides, size_t count, struct sf_text *said)
{
    struct sf_plan *plan = fixture_plan_create();
    struct sf_diag diag = {0};
    enum sf_err err = sf_scenario_parse(base, strlen(base), "s.yaml", &fixture_schema, overrides,
                                        count, plan, &diag);
    char message[2048];
    sf_diag_print(&diag, message, sizeof message);
    if (err == SF_OK) {
        sf_scenario_print(plan, &fixture_schema, said);
    } else {
        sf_text_add(said, "%s", message);
    }
    free(plan);
}

static void test_each_override_changes_the_file_or_says_why_not(void **state)
{
    (void)state;
    size_t failed_count = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sf_scenario_override override = {cases[i].key, cases[i].value};
        struct sf_text said = {0};
        set(&override, 1, &said);
        bool is_right = cases[i].printed != NULL ? strstr(said.data, cases[i].printed) != NULL
                                                 : strcmp(said.data, cases[i].message) == 0;
        if (!is_right) {
            print_error("--set %s=%s\n  expected: %s\n  said:     %s\n", cases[i].key,
                        cases[i].value,
                        cases[i].printed != NULL ? cases[i].printed : cases[i].message, said.data);
            failed_count++;
        }
        sf_text_free(&said);
    }
    assert_int_equal(failed_count, 0);
}

static void test_overrides_apply_in_order(void **state)
{
    (void)state;
    const struct sf_scenario_override overrides[] = {
        {"networks.bad.both", "loss 9%"}, {"networks.bad.down", "loss 8%"},
        {"homes.poor.name", "rich"},      {"timeline.1.homes", "rich"},
        {"homes.rich.count", "5"},        {"homes.rich.count", "6"}};
    struct sf_text said = {0};
    set(overrides, sizeof overrides / sizeof overrides[0], &said);
    assert_non_null(strstr(said.data, "bad:\n    up: loss 9%\n    down: loss 8%\n"));
    assert_non_null(strstr(said.data, "name: rich\n    count: 6\n"));
    sf_text_free(&said);
}

/* A file with as many networks as can be read, and one more from an override. */
static void test_a_full_document_takes_overrides(void **state)
{
    (void)state;
    const struct sf_scenario_override overrides[] = {{"networks.new", "{}"},
                                                     {"networks.nw.up", "loss 1%"}};
    struct sf_text text = {0};
    struct sf_diag diag = {0};
    struct sf_plan *plan = fixture_plan_create();
    sf_text_add(&text, "strayframe: 1\nname: s\nduration: 1s\nhomes: [{name: a, count: 1}]\n"
                       "networks:\n");
    for (int i = 0; i < 1024; i++) {
        sf_text_add(&text, "  network-%d: {}\n", i);
    }
    assert_int_equal(
        sf_scenario_parse(text.data, text.length, "s", &fixture_schema, overrides, 2, plan, &diag),
        SF_ERR_INPUT);
    assert_string_equal(diag.message, "there are no networks called 'nw'");
    sf_text_free(&text);
    free(plan);
}

static void test_no_override_changes_nothing(void **state)
{
    (void)state;
    struct sf_text without = {0};
    struct sf_text with = {0};
    const struct sf_scenario_override same = {"duration", "30min"};
    set(NULL, 0, &without);
    set(&same, 1, &with);
    assert_string_equal(without.data, with.data);
    sf_text_free(&without);
    sf_text_free(&with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_override_changes_the_file_or_says_why_not),
        cmocka_unit_test(test_overrides_apply_in_order),
        cmocka_unit_test(test_a_full_document_takes_overrides),
        cmocka_unit_test(test_no_override_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
