/* The oracles over traces that are written by hand: each case is a trace that a person can read. */
#include "harness/oracle/oracle.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/test.h"

/* Two homes: 0 and 1. Viewer 0 and 2 are their hubs, 1 and 3 their apps. */
static const struct sf_record world[] = {
    {.kind = SF_RECORD_CAMERA, .who = 0, .a = 0},
    {.kind = SF_RECORD_CAMERA, .who = 1, .a = 1},
    {.kind = SF_RECORD_LINK, .who = 0, .flags = 1},
    {.kind = SF_RECORD_LINK, .who = 1, .flags = 1},
    {.kind = SF_RECORD_VIEWER, .who = 0, .a = 0, .b = 0, .flags = SF_FLAG_INTEGRATION},
    {.kind = SF_RECORD_VIEWER, .who = 1, .a = 0, .b = 0},
    {.kind = SF_RECORD_VIEWER, .who = 2, .a = 1, .b = 1, .flags = SF_FLAG_INTEGRATION},
};

struct judgement {
    struct sf_arena arena;
    struct sf_checker checker;
    enum sf_verdict verdict;
};

static void judge(struct judgement *j, const struct sf_record *records, uint32_t count)
{
    sf_arena_init(&j->arena);
    sf_checker_init(&j->checker, &j->arena, 2);
    sf_checker_hear(&j->checker, world, sizeof world / sizeof world[0]);
    sf_checker_hear(&j->checker, records, count);
    j->verdict = sf_checker_close(&j->checker);
}

#define JUDGE(j, ...)                                       \
    do {                                                    \
        const struct sf_record trace[] = {__VA_ARGS__};     \
        judge(&(j), trace, sizeof trace / sizeof trace[0]); \
    } while (0)

static const struct sf_oracle_result *result(const struct judgement *j,
                                             const struct sf_oracle *oracle)
{
    uint32_t i = 0;
    while (sf_oracles()[i] != oracle) {
        i++;
    }
    return &j->checker.results[i];
}

static void assert_judged(struct judgement *j, const struct sf_oracle *oracle, uint64_t evidence,
                          uint64_t findings)
{
    assert_int_equal(result(j, oracle)->evidence_count, evidence);
    assert_int_equal(result(j, oracle)->findings_count, findings);
    sf_arena_fini(&j->arena);
}

static void test_a_trace_without_evidence_is_inconclusive(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_END, .at_ns = 10});
    assert_int_equal(j.verdict, SF_VERDICT_INCONCLUSIVE);
    sf_arena_fini(&j.arena);
}

static void test_pixels_of_another_tenant_are_a_finding(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_SHOWN, .who = 0, .c = 1},
          {.kind = SF_RECORD_SEEN, .who = 0, .a = 0, .c = 1, .d = 900000},
          {.kind = SF_RECORD_SEEN,
           .who = 0,
           .a = 1,
           .b = 1,
           .c = 1,
           .d = (uint64_t)7 << 32 | 100000});
    assert_int_equal(j.verdict, SF_VERDICT_FAIL);
    const struct sf_finding *finding = &j.checker.findings->kept[0];
    assert_int_equal(finding->owner_tenant, 1);
    assert_int_equal(finding->capture, 7);
    assert_int_equal(finding->amount, 100000);
    assert_judged(&j, &sf_oracle_no_stray_pixels, 1, 1);
}

static void test_bytes_of_another_tenant_are_a_finding(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_DELIVERED, .who = 0, .a = 500},
          {.kind = SF_RECORD_BYTES, .who = 0, .a = 0, .d = 300},
          {.kind = SF_RECORD_BYTES, .who = 0, .a = 1, .d = 200});
    assert_judged(&j, &sf_oracle_no_stray_bytes, 1, 1);
}

static void test_an_answer_to_an_unlinked_hub_is_a_finding_and_one_to_its_app_is_not(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_ANSWERED, .who = 0, .a = 100},
          {.kind = SF_RECORD_LINK, .who = 0, .flags = 0},
          {.kind = SF_RECORD_ANSWERED, .who = 1, .a = 100},
          {.kind = SF_RECORD_ANSWERED, .who = 0, .a = 0});
    assert_judged(&j, &sf_oracle_valid_link, 2, 0);
    JUDGE(j, {.kind = SF_RECORD_LINK, .who = 0, .flags = 0},
          {.kind = SF_RECORD_ANSWERED, .who = 0, .a = 100});
    assert_judged(&j, &sf_oracle_valid_link, 1, 1);
}

static void test_after_the_block_nothing_is_sent_and_what_was_under_way_has_its_grace(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_KILL_SWITCH, .flags = 1, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110},
          {.kind = SF_RECORD_DELIVERED, .flags = SF_FLAG_WHOLE, .who = 0, .at_ns = 150, .a = 9},
          {.kind = SF_RECORD_DELIVERED, .who = 0, .at_ns = 400, .d = 150, .a = 9},
          {.kind = SF_RECORD_DELIVERED, .who = 1, .at_ns = 500, .a = 9});
    assert_judged(&j, &sf_oracle_kill_switch, 1, 0);
    JUDGE(j, {.kind = SF_RECORD_KILL_SWITCH, .flags = 1, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_DELIVERED, .flags = SF_FLAG_WHOLE, .who = 0, .at_ns = 151, .a = 9},
          {.kind = SF_RECORD_DELIVERED, .who = 0, .at_ns = 400, .d = 151, .a = 9},
          {.kind = SF_RECORD_ANSWERED, .who = 2, .at_ns = 101, .a = 9});
    assert_judged(&j, &sf_oracle_kill_switch, 0, 3);
    /* The same switch once more gives no more time; on again after off does. */
    JUDGE(j, {.kind = SF_RECORD_KILL_SWITCH, .flags = 1, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_KILL_SWITCH, .flags = 1, .at_ns = 140, .d = 50},
          {.kind = SF_RECORD_DELIVERED, .flags = SF_FLAG_WHOLE, .who = 0, .at_ns = 160, .a = 9});
    assert_judged(&j, &sf_oracle_kill_switch, 0, 1);
    JUDGE(j, {.kind = SF_RECORD_KILL_SWITCH, .flags = 1, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_KILL_SWITCH, .flags = 0, .at_ns = 120, .d = 50},
          {.kind = SF_RECORD_KILL_SWITCH, .flags = 1, .at_ns = 140, .d = 50},
          {.kind = SF_RECORD_DELIVERED, .flags = SF_FLAG_WHOLE, .who = 0, .at_ns = 160, .a = 9});
    assert_judged(&j, &sf_oracle_kill_switch, 0, 0);
    JUDGE(j, {.kind = SF_RECORD_KILL_SWITCH, .flags = 1, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_KILL_SWITCH, .flags = 0, .at_ns = 200, .d = 50},
          {.kind = SF_RECORD_ANSWERED, .who = 0, .at_ns = 300, .a = 9});
    assert_judged(&j, &sf_oracle_kill_switch, 0, 0);
}

static void test_an_owner_must_see_its_own_whole_frame_in_time(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110},
          {.kind = SF_RECORD_SHOWN, .who = 0, .b = 0, .at_ns = 150},
          {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 1, 0);
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 125},
          {.kind = SF_RECORD_SHOWN, .who = 0, .b = 0, .at_ns = 150, .flags = SF_FLAG_DAMAGED},
          {.kind = SF_RECORD_END, .at_ns = 161});
    assert_judged(&j, &sf_oracle_recovery, 1, 1);
    /* Too late, although it came. */
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 130},
          {.kind = SF_RECORD_SHOWN, .who = 0, .b = 0, .at_ns = 161},
          {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 1, 1);
    /* Asked soon after the heal and never again: what was lost then is not held against a cache,
     * but the next that is asked for is. */
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 124}, {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 0, 0);
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 124},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 500}, {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 1, 1);
    /* Asked again just before the time is up: that has half the time, and no more. */
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 155},
          {.kind = SF_RECORD_SHOWN, .who = 0, .b = 0, .at_ns = 161},
          {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 1, 0);
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 155},
          {.kind = SF_RECORD_SHOWN, .who = 0, .b = 0, .at_ns = 181},
          {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 1, 1);
    /* The run ended before the time was up: nothing was judged, which is no pass. */
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110}, {.kind = SF_RECORD_END, .at_ns = 150});
    assert_int_equal(j.verdict, SF_VERDICT_INCONCLUSIVE);
    assert_judged(&j, &sf_oracle_recovery, 0, 0);
    /* Whoever leaves is waited for anew when they ask again. */
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 130},
          {.kind = SF_RECORD_GAVE_UP, .who = 0, .flags = SF_GAVE_UP_LEFT, .at_ns = 140},
          {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 0, 0);
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 130},
          {.kind = SF_RECORD_GAVE_UP, .who = 0, .flags = SF_GAVE_UP_LEFT, .at_ns = 140},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 300}, {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 1, 1);
    /* Whoever is blocked meanwhile is not waited for. */
    JUDGE(j, {.kind = SF_RECORD_HEALED, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110},
          {.kind = SF_RECORD_KILL_SWITCH, .flags = 1, .at_ns = 120},
          {.kind = SF_RECORD_END, .at_ns = 1000});
    assert_judged(&j, &sf_oracle_recovery, 0, 0);
}

static void test_broken_contract_is_a_finding(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_ADMITTED, .who = 0},
          {.kind = SF_RECORD_CONTRACT, .a = SF_VERDICT_FAIL});
    assert_judged(&j, &sf_oracle_contract, 1, 1);
}

static void test_findings_beyond_what_is_kept_are_counted(void **state)
{
    (void)state;
    struct sf_findings *findings = sf_alloc(1, sizeof *findings);
    for (int i = 0; i < SF_FINDINGS_KEPT_MAX + 10; i++) {
        sf_findings_add(findings, (struct sf_finding){.request = (uint64_t)i});
    }
    assert_int_equal(findings->count, SF_FINDINGS_KEPT_MAX + 10);
    assert_int_equal(findings->kept_count, SF_FINDINGS_KEPT_MAX);
    assert_int_equal(findings->kept[SF_FINDINGS_KEPT_MAX - 1].request, SF_FINDINGS_KEPT_MAX - 1);
    free(findings);
}

static void test_an_answer_to_an_expired_session_is_a_finding_until_it_signs_in_again(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_SESSION, .who = 1, .flags = 0},
          {.kind = SF_RECORD_ANSWERED, .who = 1, .a = 100},
          {.kind = SF_RECORD_ANSWERED, .who = 0, .a = 100},
          {.kind = SF_RECORD_SESSION, .who = 1, .flags = 1},
          {.kind = SF_RECORD_ANSWERED, .who = 1, .a = 100});
    assert_judged(&j, &sf_oracle_valid_link, 3, 1);
    /* A viewer without an account never has a session. */
    JUDGE(j, {.kind = SF_RECORD_VIEWER, .who = 3, .a = 1, .b = 1, .flags = SF_FLAG_NO_ACCOUNT},
          {.kind = SF_RECORD_ANSWERED, .who = 3, .a = 100});
    assert_judged(&j, &sf_oracle_valid_link, 1, 1);
}

static void test_asked_directly_the_camera_is_judged_when_it_lets_in(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_VIEWER, .who = 3, .a = 1, .b = 1, .flags = SF_FLAG_DIRECT},
          {.kind = SF_RECORD_ADMITTED, .who = 3, .a = 1, .flags = SF_FLAG_DIRECT},
          {.kind = SF_RECORD_SESSION, .who = 3, .flags = 0},
          {.kind = SF_RECORD_ANSWERED, .who = 3, .a = 100});
    assert_judged(&j, &sf_oracle_valid_link, 1, 0);
    JUDGE(j,
          {.kind = SF_RECORD_VIEWER,
           .who = 3,
           .a = 1,
           .b = 0,
           .flags = SF_FLAG_DIRECT | SF_FLAG_NO_ACCOUNT},
          {.kind = SF_RECORD_ADMITTED, .who = 3, .a = 0, .flags = SF_FLAG_DIRECT},
          {.kind = SF_RECORD_ANSWERED, .who = 3, .a = 100});
    assert_judged(&j, &sf_oracle_valid_link, 1, 1);
}

static void test_after_unlinking_the_hub_gets_nothing_more(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, {.kind = SF_RECORD_LINK, .who = 0, .flags = 0, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110},
          {.kind = SF_RECORD_DELIVERED, .who = 0, .at_ns = 150, .a = 9},
          {.kind = SF_RECORD_ANSWERED, .who = 1, .at_ns = 160, .a = 9},
          {.kind = SF_RECORD_DELIVERED, .who = 2, .at_ns = 170, .a = 9},
          {.kind = SF_RECORD_LINK, .who = 0, .flags = 1, .at_ns = 200},
          {.kind = SF_RECORD_ANSWERED, .who = 0, .at_ns = 210, .a = 9});
    assert_judged(&j, &sf_oracle_unlinked, 1, 0);
    JUDGE(j, {.kind = SF_RECORD_LINK, .who = 0, .flags = 0, .at_ns = 100, .d = 50},
          {.kind = SF_RECORD_ANSWERED, .who = 0, .at_ns = 101, .a = 9},
          {.kind = SF_RECORD_DELIVERED, .who = 0, .at_ns = 151, .a = 9, .flags = SF_FLAG_WHOLE},
          {.kind = SF_RECORD_DELIVERED, .who = 0, .at_ns = 300, .a = 9, .d = 150});
    assert_judged(&j, &sf_oracle_unlinked, 0, 2);
    /* Nobody unlinked: nothing is wanted of it. */
    JUDGE(j, {.kind = SF_RECORD_ASK, .who = 0, .at_ns = 110});
    assert_false(result(&j, &sf_oracle_unlinked)->wanted);
    assert_judged(&j, &sf_oracle_unlinked, 0, 0);
}

/* Home 1 has a hub only; home 0 has an app too. */
#define LEFT(home, to, at, images)                                                           \
    {                                                                                        \
        .kind = SF_RECORD_LEFT_HOME, .who = (home), .a = (to), .at_ns = (at), .b = (images), \
        .c = 500                                                                             \
    }
#define CONSENT(home, at, given)                                                           \
    {                                                                                      \
        .kind = SF_RECORD_CONSENT, .who = (home), .at_ns = (at), .flags = (given), .d = 50 \
    }

static void test_a_backup_needs_consent_and_has_its_grace(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, CONSENT(1, 0, 0), LEFT(1, SF_DESTINATION_BACKUP, 10, 0),
          LEFT(1, SF_DESTINATION_BACKUP, 10, 1));
    assert_int_equal(j.checker.findings->kept[0].owner_camera, 1);
    assert_int_equal(j.checker.findings->kept[0].destination, SF_DESTINATION_BACKUP);
    assert_judged(&j, &sf_oracle_consent, 2, 1);
    JUDGE(j, CONSENT(1, 0, 0), CONSENT(1, 20, 1), LEFT(1, SF_DESTINATION_BACKUP, 30, 400),
          CONSENT(1, 100, 0), LEFT(1, SF_DESTINATION_BACKUP, 150, 400));
    assert_judged(&j, &sf_oracle_consent, 2, 0);
    JUDGE(j, CONSENT(1, 0, 1), CONSENT(1, 100, 0), LEFT(1, SF_DESTINATION_BACKUP, 151, 400));
    assert_judged(&j, &sf_oracle_consent, 1, 1);
    /* Consent is one owner's and one destination's. */
    JUDGE(j, CONSENT(0, 0, 1), CONSENT(1, 0, 0), LEFT(1, SF_DESTINATION_BACKUP, 10, 400),
          LEFT(0, SF_DESTINATION_ANALYTICS, 10, 400), LEFT(0, SF_DESTINATION_SETTINGS, 10, 400));
    assert_judged(&j, &sf_oracle_consent, 3, 3);
}

static void test_stills_go_to_the_cloud_for_owners_who_have_a_viewer(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j, CONSENT(0, 0, 0), CONSENT(1, 0, 0), LEFT(1, SF_DESTINATION_CLOUD, 10, 400),
          {.kind = SF_RECORD_LINK, .who = 1, .at_ns = 100},
          {.kind = SF_RECORD_LINK, .who = 0, .at_ns = 100}, LEFT(1, SF_DESTINATION_CLOUD, 150, 400),
          LEFT(0, SF_DESTINATION_CLOUD, 900, 400));
    assert_judged(&j, &sf_oracle_consent, 3, 0);
    JUDGE(j, CONSENT(1, 0, 0), {.kind = SF_RECORD_LINK, .who = 1, .at_ns = 100},
          LEFT(1, SF_DESTINATION_CLOUD, 151, 400));
    assert_judged(&j, &sf_oracle_consent, 1, 1);
}

static void test_a_settings_call_carries_no_image(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j,
          {.kind = SF_RECORD_DESTINATION,
           .who = SF_DESTINATION_SETTINGS,
           .flags = SF_DESTINATION_ALLOWED | SF_DESTINATION_FOR_SETTINGS},
          LEFT(0, SF_DESTINATION_SETTINGS, 10, 0), LEFT(0, SF_DESTINATION_BACKUP, 10, 400),
          LEFT(1, SF_DESTINATION_SETTINGS, 10, 1));
    assert_true(result(&j, &sf_oracle_no_image_in_settings)->wanted);
    assert_judged(&j, &sf_oracle_no_image_in_settings, 2, 1);
}

static void test_only_destinations_on_the_list_are_sent_to(void **state)
{
    (void)state;
    struct judgement j;
    JUDGE(j,
          {.kind = SF_RECORD_DESTINATION,
           .who = SF_DESTINATION_SETTINGS,
           .flags = SF_DESTINATION_ALLOWED},
          {.kind = SF_RECORD_DESTINATION, .who = SF_DESTINATION_ANALYTICS},
          LEFT(0, SF_DESTINATION_SETTINGS, 10, 0), LEFT(0, SF_DESTINATION_ANALYTICS, 10, 0));
    assert_int_equal(j.checker.findings->kept[0].amount, 500);
    assert_judged(&j, &sf_oracle_destinations, 2, 1);
}

/* A whole, sound picture of the viewer's own camera, from the cache. */
#define PICTURE (SF_FLAG_INTEGRATION | SF_FLAG_WHOLE | SF_FLAG_DECODABLE)
#define CAPTURED(number) ((uint64_t)(number) << 32 | 1000000)

static void test_a_broken_picture_is_a_finding_unless_the_cache_said_so(void **state)
{
    (void)state;
    struct judgement j;
    const uint16_t broken = PICTURE | SF_FLAG_DAMAGED | SF_FLAG_BROKEN;
    JUDGE(j, {.kind = SF_RECORD_SHOWN, .flags = PICTURE},
          {.kind = SF_RECORD_SHOWN, .flags = PICTURE | SF_FLAG_DAMAGED}, /* encoded anew */
          {.kind = SF_RECORD_SHOWN, .flags = broken | SF_FLAG_INCOMPLETE},
          {.kind = SF_RECORD_SHOWN, .flags = broken & ~SF_FLAG_WHOLE}, /* the network's fault */
          {.kind = SF_RECORD_SHOWN, .who = 1, .flags = broken & ~SF_FLAG_INTEGRATION});
    assert_judged(&j, &sf_oracle_whole_or_flagged, 3, 0);
    JUDGE(j, {.kind = SF_RECORD_SHOWN, .flags = broken},
          {.kind = SF_RECORD_SHOWN, .flags = (broken & ~SF_FLAG_INTEGRATION) | SF_FLAG_EXPORT});
    assert_judged(&j, &sf_oracle_whole_or_flagged, 2, 2);
}

static void test_a_viewer_is_not_answered_with_what_is_older_than_it_saw(void **state)
{
    (void)state;
    struct judgement j;
#define ANSWER(request, number)                                    \
    {.kind = SF_RECORD_ADMITTED, .c = request, .d = 8},            \
        {.kind = SF_RECORD_SHOWN, .c = request, .flags = PICTURE}, \
        {.kind = SF_RECORD_SEEN, .c = request, .flags = PICTURE, .d = CAPTURED(number)}
    JUDGE(j, ANSWER(1, 4), ANSWER(2, 5), ANSWER(3, 5), {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_monotonic, 2, 0);
    JUDGE(j, ANSWER(1, 4), ANSWER(2, 6), ANSWER(3, 5), {.kind = SF_RECORD_END});
    assert_int_equal(j.checker.findings->kept[0].capture, 5);
    assert_int_equal(j.checker.findings->kept[0].amount, 1);
    assert_judged(&j, &sf_oracle_monotonic, 2, 1);
    /* A picture that is put together from several captures counts as its newest. */
    JUDGE(j, ANSWER(1, 4), ANSWER(2, 3),
          {.kind = SF_RECORD_SEEN, .c = 2, .flags = PICTURE, .d = CAPTURED(5)},
          {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_monotonic, 1, 0);
    /* Another instance cannot know. */
    JUDGE(j, ANSWER(1, 6), {.kind = SF_RECORD_DEPLOYED, .a = 0}, ANSWER(2, 5),
          {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_monotonic, 0, 0);
    /* A camera that has just restarted counts from 0 again; its neighbour's has not. */
    JUDGE(j, ANSWER(1, 6), {.kind = SF_RECORD_POWER, .flags = 1}, ANSWER(2, 5),
          {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_monotonic, 0, 0);
    JUDGE(j, ANSWER(1, 6), {.kind = SF_RECORD_POWER, .who = 1, .flags = 1}, ANSWER(2, 5),
          {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_monotonic, 1, 1);
    /* Somebody else's capture of that number is no way back. */
    JUDGE(j, ANSWER(1, 6), {.kind = SF_RECORD_ADMITTED, .c = 2},
          {.kind = SF_RECORD_SHOWN, .c = 2, .flags = PICTURE},
          {.kind = SF_RECORD_SEEN, .a = 1, .b = 1, .c = 2, .flags = PICTURE, .d = CAPTURED(1)},
          {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_monotonic, 0, 0);
}

static void test_what_is_answered_is_fresh_or_flagged(void **state)
{
    (void)state;
    struct judgement j;
#define TAKEN {.kind = SF_RECORD_CAPTURE, .who = 0, .a = 0, .at_ns = 100}
#define SHOW(stale)                                                                      \
    {.kind = SF_RECORD_SHOWN, .c = 1, .at_ns = 900, .flags = PICTURE | (stale)},         \
    {                                                                                    \
        .kind = SF_RECORD_SEEN, .c = 1, .at_ns = 900, .flags = PICTURE, .d = CAPTURED(0) \
    }
    JUDGE(j, {.kind = SF_RECORD_FRESH, .d = 50}, TAKEN,
          {.kind = SF_RECORD_ANSWERED, .c = 1, .at_ns = 150}, SHOW(0), {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_fresh, 1, 0);
    JUDGE(j, {.kind = SF_RECORD_FRESH, .d = 50}, TAKEN,
          {.kind = SF_RECORD_ANSWERED, .c = 1, .at_ns = 151}, SHOW(0), {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_fresh, 1, 1);
    JUDGE(j, {.kind = SF_RECORD_FRESH, .d = 50}, TAKEN,
          {.kind = SF_RECORD_ANSWERED, .c = 1, .at_ns = 151}, SHOW(SF_FLAG_STALE),
          {.kind = SF_RECORD_END});
    assert_judged(&j, &sf_oracle_fresh, 0, 0);
    /* Nobody asked. */
    JUDGE(j, TAKEN, {.kind = SF_RECORD_ANSWERED, .c = 1, .at_ns = 151}, SHOW(0),
          {.kind = SF_RECORD_END});
    assert_false(result(&j, &sf_oracle_fresh)->wanted);
    assert_judged(&j, &sf_oracle_fresh, 0, 0);
}

static void test_a_request_ends_once_and_in_time(void **state)
{
    (void)state;
    struct judgement j;
    const struct sf_record let_in = {.kind = SF_RECORD_ADMITTED, .c = 1, .at_ns = 10, .d = 5};
    JUDGE(j, let_in, {.kind = SF_RECORD_ANSWERED, .c = 1, .at_ns = 15},
          {.kind = SF_RECORD_REFUSED, .c = 2, .at_ns = 16}, {.kind = SF_RECORD_END, .at_ns = 90});
    assert_judged(&j, &sf_oracle_ends_once, 1, 0);
    JUDGE(j, let_in, {.kind = SF_RECORD_ANSWERED, .c = 1, .at_ns = 12},
          {.kind = SF_RECORD_CANCELLED, .c = 1, .at_ns = 13}, {.kind = SF_RECORD_END, .at_ns = 90});
    assert_judged(&j, &sf_oracle_ends_once, 2, 1);
    JUDGE(j, let_in, {.kind = SF_RECORD_CANCELLED, .c = 1, .at_ns = 16},
          {.kind = SF_RECORD_END, .at_ns = 90});
    assert_judged(&j, &sf_oracle_ends_once, 1, 1);
    JUDGE(j, let_in, {.kind = SF_RECORD_END, .at_ns = 16});
    assert_judged(&j, &sf_oracle_ends_once, 0, 1);
    JUDGE(j, let_in, {.kind = SF_RECORD_END, .at_ns = 15}); /* its time is not up */
    assert_judged(&j, &sf_oracle_ends_once, 0, 0);
}

/* The table of what is under way: many at once, ended in another order. */
static void test_many_requests_under_way_are_told_apart(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct sf_record *records = sf_alloc(2 * COUNT + 1, sizeof *records);
    for (uint32_t i = 0; i < COUNT; i++) {
        records[i] = (struct sf_record){.kind = SF_RECORD_ADMITTED, .c = i + 1, .d = 5};
        records[COUNT + i] =
            (struct sf_record){.kind = SF_RECORD_CANCELLED, .c = (uint64_t)i * 1237 % COUNT + 1};
    }
    records[COUNT + 7].kind = SF_RECORD_ASK; /* one is forgotten */
    records[2 * COUNT] = (struct sf_record){.kind = SF_RECORD_END, .at_ns = 100};
    struct judgement j;
    judge(&j, records, 2 * COUNT + 1);
    assert_int_equal(j.checker.findings->kept[0].request, 7 * 1237 % COUNT + 1);
    assert_judged(&j, &sf_oracle_ends_once, COUNT - 1, 1);
    free(records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_trace_without_evidence_is_inconclusive),
        cmocka_unit_test(test_pixels_of_another_tenant_are_a_finding),
        cmocka_unit_test(test_bytes_of_another_tenant_are_a_finding),
        cmocka_unit_test(test_an_answer_to_an_unlinked_hub_is_a_finding_and_one_to_its_app_is_not),
        cmocka_unit_test(test_after_the_block_nothing_is_sent_and_what_was_under_way_has_its_grace),
        cmocka_unit_test(test_an_owner_must_see_its_own_whole_frame_in_time),
        cmocka_unit_test(test_broken_contract_is_a_finding),
        cmocka_unit_test(test_findings_beyond_what_is_kept_are_counted),
        cmocka_unit_test(test_an_answer_to_an_expired_session_is_a_finding_until_it_signs_in_again),
        cmocka_unit_test(test_asked_directly_the_camera_is_judged_when_it_lets_in),
        cmocka_unit_test(test_after_unlinking_the_hub_gets_nothing_more),
        cmocka_unit_test(test_a_backup_needs_consent_and_has_its_grace),
        cmocka_unit_test(test_stills_go_to_the_cloud_for_owners_who_have_a_viewer),
        cmocka_unit_test(test_a_settings_call_carries_no_image),
        cmocka_unit_test(test_only_destinations_on_the_list_are_sent_to),
        cmocka_unit_test(test_a_broken_picture_is_a_finding_unless_the_cache_said_so),
        cmocka_unit_test(test_a_viewer_is_not_answered_with_what_is_older_than_it_saw),
        cmocka_unit_test(test_what_is_answered_is_fresh_or_flagged),
        cmocka_unit_test(test_a_request_ends_once_and_in_time),
        cmocka_unit_test(test_many_requests_under_way_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
