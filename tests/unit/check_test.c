/* Plans that no file can spell: what a fuzzer or an editor may hand to the check. Each case spoils
 * one thing in a good plan and names the message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/net/netem_grammar.h"
#include "harness/scenario/params.h"
#include "tests/unit/scenario_fixture.h"

static void good(struct sf_plan *plan)
{
    sf_plan_default(&fixture_schema, plan);
    strcpy(plan->name, "s");
    plan->duration_ns = 10 * SF_MINUTE;
    plan->networks_count = 2;
    strcpy(plan->networks[1].name, "bad");
    assert_int_equal(sf_netem_parse("loss 1%", &plan->networks[1].up, NULL, NULL), SF_OK);
    sf_netem_config_default(&plan->networks[1].down);
    plan->groups_count = 2;
    for (uint32_t i = 0; i < 2; i++) {
        sf_plan_group_default(&fixture_schema, &plan->groups[i]);
        strcpy(plan->groups[i].name, i == 0 ? "a" : "b");
        plan->groups[i].homes_count = 3;
    }
    plan->timeline_count = 2;
    plan->timeline[0].at_ns = SF_SECOND;
    plan->timeline[0].action = SF_ACTION_NETWORK;
    plan->timeline[0].network_index = 1;
    plan->timeline[1].at_ns = 2 * SF_SECOND;
    plan->timeline[1].action = SF_ACTION_LINK;
}

static int64_t *value(struct sf_plan_section *section, enum sf_plan_section_kind kind,
                      const char *name)
{
    uint32_t index = sf_param_find(fixture_schema.tables[kind], name);
    assert_int_not_equal(index, UINT32_MAX);
    return &section->values[index];
}

/* X(what is done to `plan`, the message) */
#define CASES(X)                                                                                  \
    X(plan->groups_count = 0, "homes: 0 is out of range, allowed is 1 to 64")                     \
    X(plan->groups_count = 4000000000u, "homes: 4000000000 is out of range, allowed is 1 to 64")  \
    X(plan->networks_count = 0, "networks: 0 is out of range, allowed is 1 to 32")                \
    X(plan->networks_count = 33, "networks: 33 is out of range, allowed is 1 to 32")              \
    X(plan->timeline_count = 257, "timeline: 257 is out of range, allowed is 0 to 256")           \
    X(plan->texts_count = 0, "texts: 0 is out of range, allowed is 1 to 64")                      \
    X(plan->texts_count = 2, "texts.1: text 0 and no other is empty")                             \
    X(strcpy(plan->texts[0], "x"), "texts.0: text 0 and no other is empty")                       \
    X((plan->texts_count = 3, strcpy(plan->texts[1], "x"), strcpy(plan->texts[2], "x")),          \
      "texts.2: the text is there twice")                                                         \
    X(memset(plan->name, 'a', SF_TEXT_BYTES), "name: a name has at most 63 characters")           \
    X(plan->name[0] = '\0', "name: the name is empty")                                            \
    X(memset(plan->title, 'a', sizeof plan->title), "title: the text is longer than 255 bytes")   \
    X(plan->title[0] = '\x80', "title: the text is not UTF-8")                                    \
    X(plan->start_unix_s = -1, "start: not in the years 1970 to 9999")                            \
    X(plan->duration_ns = 0, "duration: out of range, allowed is 1ms to 366d")                    \
    X(plan->duration_ns = INT64_MAX, "duration: out of range, allowed is 1ms to 366d")            \
    X(memset(plan->cache, 'a', sizeof plan->cache), "cache: the text is longer than 255 bytes")   \
    X(*value(&plan->cloud, SF_SECTION_CLOUD, "store_loss") = -1,                                  \
      "cloud.store_loss: -1 is out of range, allowed is 0% to 100%")                              \
    X(*value(&plan->cloud, SF_SECTION_CLOUD, "request_deadline") = INT64_MIN,                     \
      "cloud.request_deadline: -9223372036854775808 is out of range, allowed is 10ms to 1min")    \
    X(*value(&plan->cloud, SF_SECTION_CLOUD, "front_door_open") = 2,                              \
      "cloud.front_door_open: 2 is out of range, allowed is true or false")                       \
    X(*value(&plan->groups[1].sections[SF_SECTION_CAMERA], SF_SECTION_CAMERA, "night") = 3,       \
      "homes.b.camera.night: 3 is out of range, allowed is auto, always or never")                \
    X(*value(&plan->groups[1].sections[SF_SECTION_CAMERA], SF_SECTION_CAMERA, "model") = 1,       \
      "homes.b.camera.model: 1 is out of range, allowed is at most 63 bytes")                     \
    X(strcpy(plan->networks[0].name, "good"),                                                     \
      "networks.good: network 0 and no other is called 'perfect'")                                \
    X(strcpy(plan->networks[1].name, "perfect"),                                                  \
      "networks.perfect: network 0 and no other is called 'perfect'")                             \
    X((plan->networks_count = 3, plan->networks[2] = plan->networks[1]),                          \
      "networks.bad: two networks are called 'bad'")                                              \
    X(plan->networks[0].down.limit_packets = 1,                                                   \
      "networks.perfect: the network 'perfect' does nothing")                                     \
    X(memset(plan->networks[1].name, 'a', SF_TEXT_BYTES),                                         \
      "networks: a name has at most 63 characters")                                               \
    X(strcpy(plan->groups[1].name, "a"), "homes.1.name: two groups of homes are called 'a'")      \
    X(strcpy(plan->groups[1].name, "A"),                                                          \
      "homes.1.name: 'A': a name is made of small letters, digits and '-' only")                  \
    X(plan->groups[0].homes_count = 0,                                                            \
      "homes.a.count: 0 is out of range, allowed is 1 to 1048576")                                \
    X(plan->groups[0].homes_count = SF_HOMES_MAX - 2,                                             \
      "homes.b.count: the homes are more than 1048576 together")                                  \
    X(plan->groups[0].network_index = 2, "homes.a.network: there is no network 2")                \
    X(plan->groups[0].time_zones_count = 0,                                                       \
      "homes.a.time_zones: 0 is out of range, allowed is 1 to 16")                                \
    X(plan->groups[0].time_zones_s[0] = 61, "homes.a.time_zones: 61 s is not an offset from UTC") \
    X(plan->timeline[0].action = (enum sf_plan_action)99, "timeline.0: there is no action 99")    \
    X(plan->timeline[0].network_index = 2, "timeline.0.network: there is no network 2")           \
    X(plan->timeline[0].group_index = 2, "timeline.0.homes: there is no group 2")                 \
    X(plan->timeline[0].direction = (enum sf_plan_direction)3,                                    \
      "timeline.0.direction: there is no direction 3")                                            \
    X(plan->timeline[0].at_ns = -1, "timeline.0.at: before the start of the run")                 \
    X(plan->timeline[1].at_ns = 0, "timeline.1.at: the timeline is not in order")                 \
    X(plan->timeline[1].action = SF_ACTION_DEPLOY,                                                \
      "timeline.1.deploy: '' is not a cache: write builtin:NAME, the path of a .so or "           \
      "exec:COMMAND, and options behind '?'")                                                     \
    X(plan->expect = (enum sf_plan_expectation)3, "expect.verdict: there is no verdict 3")        \
    X(strcpy(plan->expect_oracle, "recovery"),                                                    \
      "expect.oracle: only 'verdict: fail' names an oracle")

static void test_a_good_plan_passes(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    struct sf_diag diag = {0};
    good(plan);
    enum sf_err err = sf_plan_check(plan, &fixture_schema, &diag);
    assert_string_equal(diag.message, "");
    assert_int_equal(err, SF_OK);
    free(plan);
}

static void test_each_spoilt_plan_is_refused_in_its_words(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    struct sf_diag diag;
#define SPOIL(DO, MESSAGE)                                                       \
    good(plan);                                                                  \
    DO;                                                                          \
    diag = (struct sf_diag){0};                                                  \
    assert_int_equal(sf_plan_check(plan, &fixture_schema, &diag), SF_ERR_INPUT); \
    assert_string_equal(diag.message, MESSAGE);
    CASES(SPOIL)
#undef SPOIL
    free(plan);
}

/* The bound on stills: just below it a plan passes, one more step and it does not. */
static void test_stills_are_counted_up_to_the_bound(void **state)
{
    (void)state;
    struct sf_plan *plan = fixture_plan_create();
    good(plan);
    plan->duration_ns = 121 * 24 * SF_HOUR;
    for (uint32_t i = 0; i < 2; i++) {
        *value(&plan->groups[i].sections[SF_SECTION_HUB], SF_SECTION_HUB, "present") = 0;
    }
    assert_int_equal(sf_plan_check(plan, &fixture_schema, NULL), SF_OK);
    plan->duration_ns = 10 * SF_SECOND * (SF_CAPTURES_MAX - 2);
    assert_int_equal(sf_plan_check(plan, &fixture_schema, NULL), SF_OK);
    plan->duration_ns += 10 * SF_SECOND;
    assert_int_equal(sf_plan_check(plan, &fixture_schema, NULL), SF_ERR_INPUT);
    *value(&plan->groups[0].sections[SF_SECTION_CAMERA], SF_SECTION_CAMERA, "upload_every") = 0;
    *value(&plan->groups[1].sections[SF_SECTION_CAMERA], SF_SECTION_CAMERA, "upload_every") = 0;
    assert_int_equal(sf_plan_check(plan, &fixture_schema, NULL), SF_OK);
    free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_plan_passes),
        cmocka_unit_test(test_each_spoilt_plan_is_refused_in_its_words),
        cmocka_unit_test(test_stills_are_counted_up_to_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
