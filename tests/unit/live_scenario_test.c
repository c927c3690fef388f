/* The live section of scenarios, their time lines and their arms: what is read, printed and
 * refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/run/run.h"
#include "harness/scenario/scenario.h"
#include "tests/unit/test.h"

#define HEAD "strayframe: 1\nname: x\nduration: 10s\nhomes: [{name: a, count: 6}]\n"
#define LIVE HEAD "live: {server: nginx, config: a}\n"

static enum sf_err parse(const char *text, const char *arm, struct sf_plan *plan,
                         struct sf_diag *diag)
{
    const struct sf_scenario_override override = {.key = "arm", .value = arm};
    return sf_scenario_parse(text, strlen(text), "live.yaml", sf_run_schema(), &override,
                             arm != NULL ? 1 : 0, plan, diag);
}

static void expect_refused(const char *text, const char *words)
{
    struct sf_plan *plan = calloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    char said[1400];
    assert_int_equal(parse(text, NULL, plan, &diag), SF_ERR_INPUT);
    sf_diag_print(&diag, said, sizeof said);
    if (strstr(said, words) == NULL) {
        fail_msg("'%s' is not in '%s'", words, said);
    }
    free(plan);
}

static void test_mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    expect_refused(HEAD "live: {}\n", ":5:7: live: a live run has a server, or the url");
    expect_refused(HEAD "live: {server: nginx}\n", "a server needs one");
    expect_refused(HEAD "live: {url: 'http://127.0.0.1', config: a}\n", "goes with a server");
    expect_refused(HEAD "live: {sever: nginx, config: a}\n", ":5:8: unknown key 'sever'");
    expect_refused(HEAD "live: {server: nginx, config: a, path: /x}\n", "{n}");
    expect_refused(HEAD "live: {server: nginx, config: a, identity: cooky:x}\n",
                   "did you mean 'cookie'?");
    expect_refused(HEAD "live: {server: nginx, config: a, arrival: gapp 1s}\n",
                   "did you mean 'gap'?");
    expect_refused(HEAD "live: {server: nginx, config: a, origin: {headers: [nonsense]}}\n",
                   ":5:53: headers: 'nonsense'");
    expect_refused(HEAD "live: {server: nginx, config: a, origin: {etag: sam}}\n",
                   "did you mean 'same'?");
    expect_refused(LIVE "timeline: [{at: 1s, origin: dropp}]\n", ":6:29: origin: 'dropp'");
    expect_refused(LIVE "timeline: [{at: 1s, server: reboot}]\n",
                   "reload [CONFIG], restart, kill, purge or upgrade");
    expect_refused(LIVE "timeline: [{at: 2s, server: kill}, {at: 1s, server: kill}]\n",
                   "earlier than in the entry before");
    expect_refused(LIVE "timeline: [{at: 10s, server: kill}]\n", "not before the end");
    expect_refused(LIVE "timeline: [{at: 1s, server: kill, origin: ok}]\n", "one thing");
    expect_refused(LIVE "timeline: [{at: 1s, heal: perfect}]\n", "unknown key 'heal'");
    expect_refused(LIVE "swarm: true\n", "no faults to draw");
    expect_refused(LIVE "vary: content\n", "cannot be repeated");
    expect_refused(HEAD "timeline: [{at: 1s, origin: drop}]\n", "unknown key 'origin'");
    expect_refused("strayframe: 1\nname: x\nduration: 10s\nhomes: [{name: a, count: 2048}]\n"
                   "live: {server: nginx, config: a}\n",
                   "at most 2047");
}

static const char whole[] =
    LIVE "timeline:\n"
         "  - {at: 1s, origin: slow 2.5s}\n"
         "  - {at: 2s, server: reload other}\n"
         "  - {at: 3s, server: upgrade}\n"
         "  - {at: 4s, identity: off}\n"
         "  - {at: 5s, origin: ok}\n"
         "arms:\n"
         "  - {name: quiet, set: {timeline: [], live.config: b, expect.verdict: pass}}\n"
         "  - {name: as-it-is, set: {}}\n"
         "expect: {verdict: fail, oracle: no-stray-pixels, own_share_min: 50%}\n";

static void test_a_time_line_is_read(void **state)
{
    (void)state;
    struct sf_plan *plan = calloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    assert_int_equal(parse(whole, NULL, plan, &diag), SF_OK);
    const struct sf_plan_live *live = &plan->live;
    assert_true(live->present);
    assert_int_equal(plan->timeline_count, 0);
    assert_int_equal(live->entries_count, 5);
    assert_int_equal(live->entries[0].action, SF_LIVE_INJURE);
    assert_int_equal(live->entries[0].injury.kind, SF_INJURY_SLOW);
    assert_int_equal(live->entries[0].injury.time_ns, 2500 * SF_MS);
    assert_int_equal(live->entries[1].action, SF_LIVE_RELOAD);
    assert_string_equal(live->entries[1].config, "other");
    assert_int_equal(live->entries[2].action, SF_LIVE_UPGRADE);
    assert_int_equal(live->entries[3].action, SF_LIVE_IDENTITY_OFF);
    assert_int_equal(live->entries[4].injury.kind, SF_INJURY_OK);
    free(plan);
}

static void expect_the_same_when_printed(const struct sf_plan *plan)
{
    struct sf_plan *again = calloc(1, sizeof *again);
    struct sf_text text = {0};
    struct sf_diag diag = {0};
    sf_scenario_print(plan, sf_run_schema(), &text);
    assert_int_equal(parse(text.data, NULL, again, &diag), SF_OK);
    assert_memory_equal(again, plan, sizeof *plan);
    sf_text_free(&text);
    free(again);
}

static void test_what_is_printed_loads_into_the_same_plan(void **state)
{
    (void)state;
    struct sf_plan *plan = calloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    assert_int_equal(parse(whole, NULL, plan, &diag), SF_OK);
    expect_the_same_when_printed(plan);
    static const char other[] =
        HEAD "live:\n  url: http://127.0.0.1:8080\n  origin_listen: 127.0.0.1:9000\n  host: h\n"
             "  path: /p/{n}?x=1\n  identity: bearer\n  arrival: together\n  shared_by: 2\n"
             "  time_out: 500ms\n"
             "  origin: {headers: ['Vary: Cookie', 'X: \"q\"'], etag: same, latency: 300ms}\n";
    assert_int_equal(parse(other, NULL, plan, &diag), SF_OK);
    assert_int_equal(plan->live.says.lines_count, 2);
    assert_int_equal(plan->live.arrival.kind, SF_ARRIVAL_TOGETHER);
    expect_the_same_when_printed(plan);
    free(plan);
}

static void test_an_arm_sets_what_it_says_and_names_the_run(void **state)
{
    (void)state;
    struct sf_plan *plan = calloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    struct sf_scenario_arms arms;
    assert_int_equal(parse(whole, "as-it-is", plan, &diag), SF_OK);
    assert_string_equal(plan->name, "x-as-it-is");
    assert_int_equal(plan->live.entries_count, 5);
    assert_int_equal(parse(whole, "quite", plan, &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "did you mean 'quiet'?"));
    assert_int_equal(sf_scenario_arms(whole, strlen(whole), "live.yaml", &arms, &diag), SF_OK);
    assert_int_equal(arms.count, 2);
    assert_string_equal(arms.names[0], "quiet");
    static const char own[] = HEAD "arms: [{name: long, set: {duration: 20s, homes.a.count: 7}}]\n";
    assert_int_equal(parse(own, "long", plan, &diag), SF_OK); /* of the simulation, too */
    assert_int_equal(plan->duration_ns, 20 * SF_SECOND);
    assert_int_equal(plan->groups[0].homes_count, 7);
    expect_refused(HEAD "arms: [{name: long}]\n", "the key 'set' is missing");
    free(plan);
}

static void test_every_live_scenario_is_well_formed(void **state)
{
    (void)state;
    static const char *const files[] = {"boxing-day", "store-pool"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct sf_plan *plan = calloc(1, sizeof *plan);
        struct sf_diag diag = {0};
        char file[256];
        snprintf(file, sizeof file, SF_SOURCE_DIR "/scenarios/live/%s.yaml", files[i]);
        assert_int_equal(sf_scenario_load(file, sf_run_schema(), NULL, 0, plan, &diag), SF_OK);
        assert_string_equal(plan->name, files[i]);
        assert_true(plan->live.present);
        free(plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_are_named_with_their_place),
        cmocka_unit_test(test_a_time_line_is_read),
        cmocka_unit_test(test_what_is_printed_loads_into_the_same_plan),
        cmocka_unit_test(test_an_arm_sets_what_it_says_and_names_the_run),
        cmocka_unit_test(test_every_live_scenario_is_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
