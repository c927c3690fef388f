/* The oracles over traces in their text form: what each must find, and what it must not. */
#include "harness/oracle/oracle.h"

#include "tests/unit/judgement.h"

static void test_a_trace_without_evidence_is_inconclusive(void **state)
{
    (void)state;
    struct judgement j;
    judgement_init(&j, "10 end");
    assert_int_equal(j.verdict, SF_VERDICT_INCONCLUSIVE);
    sf_arena_fini(&j.arena);
}

static void test_findings_beyond_what_is_kept_are_counted(void **state)
{
    (void)state;
    struct sf_findings *findings = sf_alloc(1, sizeof *findings);
    for (int i = 0; i < SF_FINDINGS_FIRST_MAX + 10; i++) {
        sf_findings_add(findings, (struct sf_finding){.request = (uint64_t)i});
    }
    assert_int_equal(findings->count, SF_FINDINGS_FIRST_MAX + 10);
    assert_int_equal(findings->kept_count, SF_FINDINGS_FIRST_MAX);
    assert_int_equal(findings->kept[SF_FINDINGS_FIRST_MAX - 1].request, SF_FINDINGS_FIRST_MAX - 1);
    findings->first = true; /* of another oracle: it has a place of its own */
    sf_findings_add(findings, (struct sf_finding){.request = 4711});
    assert_int_equal(findings->kept_count, SF_FINDINGS_FIRST_MAX + 1);
    assert_int_equal(findings->kept[SF_FINDINGS_FIRST_MAX].request, 4711);
    free(findings);
}

/* ---- strays ---- */

static void test_pixels_of_another_tenant_are_a_finding(void **state)
{
    (void)state;
    judge(&sf_oracle_no_stray_pixels,
          "1 hub 0 is shown its own, request 1\n"
          "1 hub 0 sees its own, share 900000, request 1\n"
          "1 hub 0 sees tenant 1, camera 1, capture 7, share 100000, request 1\n",
          "evidence 1\n"
          "1 the hub of home 1 was shown home 2's capture 7 (10.0% of the picture)\n");
    /* However small. */
    judge(&sf_oracle_no_stray_pixels,
          "1 hub 0 is shown its own, request 1\n"
          "1 hub 0 sees tenant 1, camera 1, capture 7, share 1, request 1\n",
          "evidence 1\n"
          "1 the hub of home 1 was shown home 2's capture 7 (0.0% of the picture)\n");
}

static void test_bytes_of_another_tenant_are_a_finding(void **state)
{
    (void)state;
    judge(&sf_oracle_no_stray_bytes,
          "1 hub 0 receives arrived 500\n"
          "1 hub 0 holds its own, bytes 300\n"
          "1 hub 0 holds tenant 1, bytes 200\n",
          "evidence 1\n"
          "1 the hub of home 1 received 200 bytes of home 2's capture 0\n");
}

/* ---- who may be served ---- */

static void test_an_answer_to_an_unlinked_hub_is_a_finding_and_one_to_its_app_is_not(void **state)
{
    (void)state;
    judge(&sf_oracle_valid_link,
          "1 hub 0 is answered with 100\n"
          "2 tenant 0 unlinks\n"
          "3 app 0 is answered with 100\n"
          "4 hub 0 is answered with 0\n",
          "evidence 2\n");
    judge(&sf_oracle_valid_link,
          "1 tenant 0 unlinks\n"
          "2 hub 0 is answered with 100\n",
          "evidence 1\n"
          "2 the hub of home 1 was sent 100 bytes of home 1's camera without a valid link\n");
}

static void test_an_answer_to_an_expired_session_is_a_finding_until_it_signs_in_again(void **state)
{
    (void)state;
    judge(&sf_oracle_valid_link,
          "1 app 0 is signed out\n"
          "2 app 0 is answered with 100\n"
          "3 hub 0 is answered with 100\n"
          "4 app 0 signs in\n"
          "5 app 0 is answered with 100\n",
          "evidence 3\n"
          "2 the app of home 1 was sent 100 bytes of home 1's camera without a valid link\n");
    /* A viewer without an account never has a session. */
    judge(&sf_oracle_valid_link,
          "0 app 1 belongs to its own, no account\n"
          "1 app 1 is answered with 100\n",
          "evidence 1\n"
          "1 the app of home 2 was sent 100 bytes of home 2's camera without a valid link\n");
}

static void test_asked_directly_the_camera_is_judged_when_it_lets_in(void **state)
{
    (void)state;
    judge(&sf_oracle_valid_link,
          "0 app 1 belongs to its own, direct\n"
          "1 app 1 is admitted to camera 1, direct\n"
          "2 app 1 is signed out\n"
          "3 app 1 is answered with 100\n",
          "evidence 1\n");
    judge(&sf_oracle_valid_link,
          "0 app 1 belongs to tenant 1, camera 0, direct, no account\n"
          "1 app 1 is admitted to camera 0, direct\n"
          "2 app 1 is answered with 100\n",
          "evidence 1\n"
          "2 the app of home 2 was sent 100 bytes of home 1's camera without a valid link\n");
}

static void test_after_the_block_nothing_is_sent_and_what_was_under_way_has_its_grace(void **state)
{
    (void)state;
    judge(&sf_oracle_kill_switch,
          "100 the operator blocks, grace 50\n"
          "110 hub 0 asks\n"
          "150 hub 0 receives whole, arrived 9\n"
          "400 hub 0 receives arrived 9, the last at 150\n"
          "500 app 0 is answered with 9\n"
          "501 app 0 receives whole, arrived 9\n",
          "evidence 1\n");
    judge(
        &sf_oracle_kill_switch,
        "100 the operator blocks, grace 50\n"
        "101 hub 1 is answered with 9\n"
        "151 hub 0 receives whole, arrived 9\n"
        "400 hub 0 receives arrived 9, the last at 151\n",
        "evidence 0\n"
        "101 the hub of home 2 received 9 bytes of a frame although the integration is blocked\n"
        "151 the hub of home 1 received 9 bytes of a frame although the integration is blocked\n"
        "400 the hub of home 1 received 9 bytes of a frame although the integration is blocked\n");
}

static void test_a_second_block_does_not_extend_the_grace(void **state)
{
    (void)state;
    judge(
        &sf_oracle_kill_switch,
        "100 the operator blocks, grace 50\n"
        "140 the operator blocks, grace 50\n"
        "160 hub 0 receives whole, arrived 9\n",
        "evidence 0\n"
        "160 the hub of home 1 received 9 bytes of a frame although the integration is blocked\n");
    judge(&sf_oracle_kill_switch,
          "100 the operator blocks, grace 50\n"
          "120 the operator unblocks, grace 50\n"
          "140 the operator blocks, grace 50\n"
          "160 hub 0 receives whole, arrived 9\n",
          "evidence 0\n");
    judge(&sf_oracle_kill_switch,
          "100 the operator blocks, grace 50\n"
          "200 the operator unblocks, grace 50\n"
          "300 hub 0 is answered with 9\n",
          "evidence 0\n");
}

static void test_after_unlinking_the_hub_gets_nothing_more(void **state)
{
    (void)state;
    judge(&sf_oracle_unlinked,
          "100 tenant 0 unlinks, grace 50\n"
          "110 hub 0 asks\n"
          "150 hub 0 receives whole, arrived 9\n"
          "160 app 0 is answered with 9\n"
          "170 hub 1 receives whole, arrived 9\n"
          "200 tenant 0 links\n"
          "210 hub 0 is answered with 9\n",
          "evidence 1\n");
    judge(&sf_oracle_unlinked,
          "100 tenant 0 unlinks, grace 50\n"
          "101 hub 0 is answered with 9\n"
          "151 hub 0 receives whole, arrived 9\n"
          "300 hub 0 receives arrived 9, the last at 150\n",
          "evidence 0\n"
          "101 the hub of home 1 received 9 bytes of a frame although its owner has unlinked the "
          "integration\n"
          "151 the hub of home 1 received 9 bytes of a frame although its owner has unlinked the "
          "integration\n");
    judge(&sf_oracle_unlinked, "110 hub 0 asks\n", "not wanted\n");
}

/* ---- progress ---- */

/* Times of these traces are ns, and the sentence has ms. */
#define MISSED \
    " the hub of home 1 was not shown its own frame within 0 ms of asking on the healed network\n"

static void test_an_owner_must_see_its_own_whole_frame_in_time(void **state)
{
    (void)state;
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "110 hub 0 asks\n"
          "150 hub 0 is shown its own\n"
          "1000 end\n",
          "evidence 1\n");
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "110 hub 0 asks\n"
          "125 hub 0 asks\n"
          "150 hub 0 is shown its own, damaged\n"
          "161 end\n",
          "evidence 1\n"
          "161" MISSED);
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "110 hub 0 asks\n"
          "125 hub 0 asks\n"
          "150 hub 0 is shown tenant 1\n"
          "161 end\n",
          "evidence 1\n"
          "161" MISSED);
    /* A whole one that comes too late. */
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "110 hub 0 asks\n"
          "130 hub 0 asks\n"
          "161 hub 0 is shown its own\n"
          "1000 end\n",
          "evidence 1\n"
          "161" MISSED);
    /* The run ends before the time is up. */
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "110 hub 0 asks\n"
          "150 end\n",
          "evidence 0\n");
}

static void test_a_request_that_the_old_network_may_delay_is_not_judged(void **state)
{
    (void)state;
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "124 hub 0 asks\n"
          "1000 end\n",
          "evidence 0\n");
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "124 hub 0 asks\n"
          "500 hub 0 asks\n"
          "1000 end\n",
          "evidence 1\n"
          "1000" MISSED);
    /* A request shortly before the time is up has half the time, and no more. */
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "110 hub 0 asks\n"
          "155 hub 0 asks\n"
          "161 hub 0 is shown its own\n"
          "1000 end\n",
          "evidence 1\n");
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "110 hub 0 asks\n"
          "155 hub 0 asks\n"
          "181 hub 0 is shown its own\n"
          "1000 end\n",
          "evidence 1\n"
          "181" MISSED);
}

/* The cache waits for what it has begun; the time is 20 s. */
#define HEALED_AND_ASKED                        \
    "0 camera 0 is asked for a still fetch 9\n" \
    "1000000000 healed within 20000000000\n"    \
    "11500000000 hub 0 asks\n"

static void test_a_fetch_that_lost_a_packet_is_not_the_caches_fault(void **state)
{
    (void)state;
    judge(&sf_oracle_recovery, HEALED_AND_ASKED "40000000000 end\n",
          "evidence 0\n"); /* still open */
    judge(&sf_oracle_recovery,
          HEALED_AND_ASKED "25000000000 camera 0 fetch ends abandoned, received 1, fetch 9\n"
                           "40000000000 end\n",
          "evidence 0\n"); /* asked no more */
    judge(&sf_oracle_recovery,
          HEALED_AND_ASKED "25000000000 camera 0 fetch ends abandoned, received 1, fetch 9\n"
                           "26000000000 hub 0 asks\n"
                           "50000000000 end\n",
          "evidence 1\n"
          "50000000000 the hub of home 1 was not shown its own frame within 20000 ms of asking on "
          "the healed network\n");
    judge(&sf_oracle_recovery,
          HEALED_AND_ASKED "12000000000 camera 0 fetch ends complete, received 1, fetch 9\n"
                           "40000000000 end\n",
          "evidence 1\n"
          "40000000000 the hub of home 1 was not shown its own frame within 20000 ms of asking on "
          "the healed network\n");
}

static void test_an_owner_who_leaves_or_is_blocked_is_not_judged(void **state)
{
    (void)state;
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "130 hub 0 asks\n"
          "140 hub 0 gives up, leaves\n"
          "1000 end\n",
          "evidence 0\n");
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "130 hub 0 asks\n"
          "140 hub 0 gives up, leaves\n"
          "300 hub 0 asks\n"
          "1000 end\n",
          "evidence 1\n"
          "1000" MISSED);
    judge(&sf_oracle_recovery,
          "100 healed within 50\n"
          "110 hub 0 asks\n"
          "130 hub 0 asks\n"
          "135 the operator blocks\n"
          "1000 end\n",
          "evidence 0\n");
}

static void test_a_request_ends_once_and_in_time(void **state)
{
    (void)state;
    judge(&sf_oracle_ends_once,
          "10 hub 0 is admitted request 1, to end within 5\n"
          "15 hub 0 is answered request 1\n"
          "16 hub 0 is refused request 2, not linked\n"
          "90 end\n",
          "evidence 1\n");
    judge(&sf_oracle_ends_once,
          "10 hub 0 is admitted request 1, to end within 5\n"
          "12 hub 0 is answered request 1\n"
          "13 hub 0 cancels request 1\n"
          "90 end\n",
          "evidence 2\n"
          "13 the hub of home 1 made a request that ended a second time\n");
    judge(&sf_oracle_ends_once,
          "10 hub 0 is admitted request 1, to end within 5\n"
          "16 hub 0 cancels request 1\n"
          "90 end\n",
          "evidence 1\n"
          "16 the hub of home 1 made a request that ended too late\n");
    judge(&sf_oracle_ends_once,
          "10 hub 0 is admitted request 1, to end within 5\n"
          "16 end\n",
          "evidence 0\n"
          "16 the hub of home 1 made a request that ended never\n");
    /* Its time is not up. */
    judge(&sf_oracle_ends_once,
          "10 hub 0 is admitted request 1, to end within 5\n"
          "15 end\n",
          "evidence 0\n");
}

/* Many requests under way at once, ended in another order; the last one never ends. */
static void test_many_requests_under_way_are_told_apart(void **state)
{
    (void)state;
    enum { COUNT = 1000 };
    struct sf_text trace = {0};
    struct sf_text expected = {0};
    for (uint32_t i = 0; i < COUNT; i++) {
        sf_text_add(&trace, "0 hub 0 is admitted request %u, to end within 5\n", i + 1);
    }
    for (uint32_t i = 0; i + 1 < COUNT; i++) {
        sf_text_add(&trace, "0 hub 0 cancels request %u\n", i * 237 % COUNT + 1);
    }
    sf_text_add(&trace, "100 end\n");
    sf_text_add(&expected, "evidence %d\n", COUNT - 1);
    sf_text_add(&expected, "100 the hub of home 1 made a request that ended never\n");
    judge(&sf_oracle_ends_once, trace.data, expected.data);
    sf_text_free(&trace);
    sf_text_free(&expected);
}

/* ---- the contract ---- */

static void test_broken_contract_is_a_finding(void **state)
{
    (void)state;
    judge(&sf_oracle_contract,
          "1 hub 0 is admitted\n"
          "2 version 0 breaks the contract, code 17\n",
          "evidence 1\n"
          "2 the cache broke the contract of its interface: the request had been answered already "
          "(SF_CACHE_E_ANSWERED, 17)\n");
}

/* ---- what leaves homes ---- */

static void test_a_backup_needs_consent_and_has_its_grace(void **state)
{
    (void)state;
    judge(&sf_oracle_consent,
          "0 tenant 1 does not consent, grace 50\n"
          "10 camera 1 sends to backup, image 0, of 500\n"
          "10 camera 1 sends to backup, image 1, of 500\n",
          "evidence 2\n"
          "10 home 2's camera sent 1 image bytes to the backup store\n");
    judge(&sf_oracle_consent,
          "0 tenant 1 does not consent, grace 50\n"
          "20 tenant 1 consents, grace 50\n"
          "30 camera 1 sends to backup, image 400, of 500\n"
          "100 tenant 1 does not consent, grace 50\n"
          "150 camera 1 sends to backup, image 400, of 500\n",
          "evidence 2\n");
    judge(&sf_oracle_consent,
          "0 tenant 1 consents, grace 50\n"
          "100 tenant 1 does not consent, grace 50\n"
          "151 camera 1 sends to backup, image 400, of 500\n",
          "evidence 1\n"
          "151 home 2's camera sent 400 image bytes to the backup store\n");
}

static void test_consent_is_one_owners_and_for_one_destination(void **state)
{
    (void)state;
    judge(&sf_oracle_consent,
          "0 tenant 0 consents, grace 50\n"
          "0 tenant 1 does not consent, grace 50\n"
          "10 camera 1 sends to backup, image 400, of 500\n"
          "10 camera 0 sends to analytics, image 400, of 500\n"
          "10 camera 0 sends to settings, image 400, of 500\n",
          "evidence 3\n"
          "10 home 2's camera sent 400 image bytes to the backup store\n"
          "10 home 1's camera sent 400 image bytes to the analytics service\n"
          "10 home 1's camera sent 400 image bytes to the settings service\n");
}

static void test_stills_go_to_the_cloud_for_owners_who_have_a_viewer(void **state)
{
    (void)state;
    judge(&sf_oracle_consent,
          "0 tenant 0 does not consent, grace 50\n"
          "0 tenant 1 does not consent, grace 50\n"
          "10 camera 1 sends to cloud, image 400, of 500\n"
          "100 tenant 1 unlinks\n"
          "100 tenant 0 unlinks\n"
          "150 camera 1 sends to cloud, image 400, of 500\n"
          "900 camera 0 sends to cloud, image 400, of 500\n",
          "evidence 3\n");
    judge(&sf_oracle_consent,
          "0 tenant 1 does not consent, grace 50\n"
          "100 tenant 1 unlinks\n"
          "151 camera 1 sends to cloud, image 400, of 500\n",
          "evidence 1\n"
          "151 home 2's camera sent 400 image bytes to the vendor's cloud\n");
}

static void test_a_settings_call_carries_no_image(void **state)
{
    (void)state;
    judge(&sf_oracle_no_image_in_settings,
          "0 settings is a destination, allowed, called for settings\n"
          "10 camera 0 sends to settings, image 0, of 500\n"
          "10 camera 0 sends to backup, image 400, of 500\n"
          "10 camera 1 sends to settings, image 1, of 500\n",
          "evidence 2\n"
          "10 home 2's camera sent 1 image bytes to the settings service\n");
}

static void test_only_destinations_on_the_list_are_sent_to(void **state)
{
    (void)state;
    judge(&sf_oracle_destinations,
          "0 settings is a destination, allowed\n"
          "0 analytics is a destination\n"
          "10 camera 0 sends to settings, image 0, of 500\n"
          "10 camera 0 sends to analytics, image 0, of 500\n",
          "evidence 2\n"
          "10 home 1's camera sent 500 bytes to the analytics service\n");
}

/* ---- pictures of the viewer's own ---- */

/* From the cache, whole and undamaged. */
#define SOUND ", integration, whole, decodable"

static void test_a_broken_picture_is_a_finding_unless_it_is_flagged(void **state)
{
    (void)state;
    /* Re-encoded; flagged; cut by the network; not from the cache. */
    judge(&sf_oracle_whole_or_flagged,
          "1 hub 0 is shown its own" SOUND "\n"
          "2 hub 0 is shown its own, damaged" SOUND "\n"
          "3 hub 0 is shown its own, damaged, broken, incomplete" SOUND "\n"
          "4 hub 0 is shown its own, damaged, broken, integration, decodable\n"
          "5 app 0 is shown its own, damaged, broken, whole, decodable\n",
          "evidence 3\n");
    judge(&sf_oracle_whole_or_flagged,
          "1 hub 0 is shown its own, damaged, broken" SOUND "\n"
          "2 hub 0 is shown its own, damaged, broken, export, whole, decodable\n",
          "evidence 2\n"
          "1 the hub of home 1 was answered with a damaged picture that is not flagged as "
          "incomplete\n"
          "2 the hub of home 1 was answered with a damaged picture that is not flagged as "
          "incomplete\n");
}

/* The hub of home 0 is answered with this capture. */
#define ANSWER(request, capture)                                 \
    "1 hub 0 is admitted request " request ", to end within 8\n" \
    "1 hub 0 is shown its own, request " request SOUND "\n"      \
    "1 hub 0 sees its own, capture " capture ", request " request SOUND "\n"
#define OLDER                                                                                 \
    "1 the hub of home 1 was answered with its capture 5, 1 older than one that it had been " \
    "shown\n"

static void test_a_viewer_is_not_answered_with_what_is_older_than_it_saw(void **state)
{
    (void)state;
    judge(&sf_oracle_monotonic, ANSWER("1", "4") ANSWER("2", "5") ANSWER("3", "5") "1 end\n",
          "evidence 2\n");
    judge(&sf_oracle_monotonic, ANSWER("1", "4") ANSWER("2", "6") ANSWER("3", "5") "1 end\n",
          "evidence 2\n" OLDER);
    /* The older one does not become the newest. */
    judge(&sf_oracle_monotonic, ANSWER("1", "6") ANSWER("2", "5") ANSWER("3", "5") "1 end\n",
          "evidence 2\n" OLDER OLDER);
    /* A picture of several captures counts as its newest. */
    judge(&sf_oracle_monotonic,
          ANSWER("1", "4") ANSWER("2", "3") "1 hub 0 sees its own, capture 5, request 2" SOUND "\n"
                                            "1 end\n",
          "evidence 1\n");
    /* Neither is one of another camera of the same tenant a way back, */
    judge(&sf_oracle_monotonic,
          "0 camera 1 belongs to tenant 0\n" ANSWER(
              "1", "6") "1 hub 0 is admitted request 2\n"
                        "1 hub 0 is shown its own, request 2" SOUND "\n"
                        "1 hub 0 sees tenant 0, camera 1, capture 1, request 2" SOUND "\n"
                        "1 end\n",
          "not wanted\n");
    /* nor another tenant's capture of that number. */
    judge(&sf_oracle_monotonic,
          ANSWER("1", "6") "1 hub 0 is admitted request 2\n"
                           "1 hub 0 is shown tenant 1, request 2" SOUND "\n"
                           "1 hub 0 sees tenant 1, camera 1, capture 1, request 2" SOUND "\n"
                           "1 end\n",
          "not wanted\n");
}

#define TAKEN(capture, hash) "0 camera 0 takes capture " capture ", bytes 9, hash " hash "\n"

/* Bytes of two captures may be either: the older one for what was shown, the newer one for what is
 * judged. */
static void test_equal_bytes_of_two_captures_accuse_no_cache(void **state)
{
    (void)state;
    const char *equal = TAKEN("4", "a1") TAKEN("5", "b2") TAKEN("6", "a1");
    const char *other = TAKEN("4", "a1") TAKEN("5", "b2") TAKEN("6", "c3");
    const char *answers = ANSWER("1", "6") ANSWER("2", "5") "1 end\n";
    for (int i = 0; i < 2; i++) {
        struct sf_text trace = {0};
        sf_text_add(&trace, "%s%s", i == 0 ? equal : other, answers);
        judge(&sf_oracle_monotonic, trace.data, i == 0 ? "evidence 1\n" : "evidence 1\n" OLDER);
        sf_text_free(&trace);
    }
}

/* Also not for an answer that was on its way at that moment. */
static void test_a_cache_that_had_to_forget_is_not_compared(void **state)
{
    (void)state;
    judge(&sf_oracle_monotonic,
          ANSWER("1", "6") "1 camera 0 is to be forgotten scope 1, grace 1\n" ANSWER("2",
                                                                                     "5") "1 end\n",
          "not wanted\n");
    judge(&sf_oracle_monotonic,
          ANSWER("1", "6") "1 hub 0 is admitted request 2\n"
                           "1 camera 0 is to be forgotten scope 1, grace 1\n"
                           "1 hub 0 is shown its own, request 2" SOUND "\n"
                           "1 hub 0 sees its own, capture 6, request 2" SOUND
                           "\n" ANSWER("3", "5") "1 end\n",
          "not wanted\n");
    judge(&sf_oracle_monotonic,
          ANSWER("1", "6") "1 camera 1 is to be forgotten scope 1, grace 1\n" ANSWER("2",
                                                                                     "5") "1 end\n",
          "evidence 1\n" OLDER);
}

static void test_another_instance_or_a_restarted_camera_is_not_compared(void **state)
{
    (void)state;
    judge(&sf_oracle_monotonic,
          ANSWER("1", "6") "1 version 1 is deployed node 0\n" ANSWER("2", "5") "1 end\n",
          "not wanted\n");
    judge(&sf_oracle_monotonic, ANSWER("1", "6") "1 home 0 has power\n" ANSWER("2", "5") "1 end\n",
          "not wanted\n");
    judge(&sf_oracle_monotonic, ANSWER("1", "6") "1 home 1 has power\n" ANSWER("2", "5") "1 end\n",
          "evidence 1\n" OLDER);
}

/* A viewer is answered with this capture. */
#define GIVEN(request, capture)                             \
    "4 hub 0 is answered request " request "\n"             \
    "5 hub 0 is shown its own, request " request SOUND "\n" \
    "5 hub 0 sees its own, capture " capture ", request " request SOUND "\n"
#define FORGET "2 camera 0 is to be forgotten scope 1, grace 1\n"
#define REMEMBERED                                                                 \
    "5 the hub of home 1 was answered with its capture 3, which the cache was to " \
    "forget\n"

static void test_what_was_to_be_forgotten_is_not_answered(void **state)
{
    (void)state;
    const char *had = "1 camera 0 upload ends complete, capture 3, upload 7\n";
    const struct {
        const char *before;
        const char *after;
        const char *expected;
    } cases[] = {
        {"", "" GIVEN("1", "3") "6 end\n", "evidence 1\n" REMEMBERED},
        /* What came afterwards, by upload or by fetch. */
        {"", "" GIVEN("1", "4") "6 end\n", "evidence 1\n"},
        {"", "3 camera 0 fetch brings capture 3, fetch 9\n" GIVEN("1", "3") "6 end\n",
         "evidence 1\n"},
        /* What was on its way. */
        {"1 camera 0 uploads capture 3, upload 8\n", "" GIVEN("1", "3") "6 end\n", "evidence 1\n"},
        {"1 camera 0 fetch brings capture 3, fetch 9\n"
         "1 camera 0 fetch ends complete, received 1, fetch 9\n",
         "" GIVEN("1", "3") "6 end\n", "evidence 1\n" REMEMBERED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sf_text trace = {0};
        sf_text_add(&trace, "1 camera 0 uploads capture 3, upload 7\n%s%s%s%s", had,
                    cases[i].before, FORGET, cases[i].after);
        judge(&sf_oracle_forgotten, trace.data, cases[i].expected);
        sf_text_free(&trace);
    }
    /* Shown before, so the cache has had it; another camera is another matter; within the grace. */
    judge(&sf_oracle_forgotten,
          GIVEN("1", "3") "5 camera 0 is to be forgotten scope 2, grace 1\n"
                          "7 hub 0 is answered request 2\n"
                          "7 hub 0 is shown its own, request 2" SOUND "\n"
                          "7 hub 0 sees its own, capture 3, request 2" SOUND "\n"
                          "8 end\n",
          "evidence 1\n7 the hub of home 1 was answered with its capture 3, which the cache was "
          "to forget\n");
    judge(&sf_oracle_forgotten,
          GIVEN("1", "3") "5 camera 1 is to be forgotten scope 1, grace 1\n" GIVEN("2",
                                                                                   "3") "8 end\n",
          "evidence 0\n");
    judge(&sf_oracle_forgotten,
          GIVEN("1", "3") "5 camera 0 is to be forgotten scope 1, grace 100\n" GIVEN("2",
                                                                                     "3") "8 end\n",
          "evidence 0\n");
    judge(&sf_oracle_forgotten, GIVEN("1", "3") "8 end\n", "not wanted\n");
}

/* Capture 0 is taken at 100, answered, and shown at 900. */
#define FRESH(answered, flags)                                                 \
    "0 fresh within 50\n"                                                      \
    "100 camera 0 takes capture 0\n" answered " hub 0 is answered request 1\n" \
    "900 hub 0 is shown its own, request 1" flags SOUND "\n"                   \
    "900 hub 0 sees its own, capture 0, request 1" SOUND "\n"                  \
    "900 end\n"

static void test_what_is_answered_is_fresh_or_flagged(void **state)
{
    (void)state;
    judge(&sf_oracle_fresh, FRESH("150", ""), "evidence 1\n");
    judge(&sf_oracle_fresh, FRESH("151", ""),
          "evidence 1\n"
          "900 the hub of home 1 was answered with its capture 0, 0 ms old and not flagged as "
          "stale\n");
    judge(&sf_oracle_fresh, FRESH("151", ", stale"), "evidence 0\n");
    judge(&sf_oracle_fresh,
          FRESH("140 camera 0 fetch ends not modified, received 0, fetch 9\n151", ""),
          "evidence 1\n");
    judge(&sf_oracle_fresh,
          "100 camera 0 takes capture 0\n"
          "151 hub 0 is answered request 1\n"
          "900 end\n",
          "not wanted\n");
}

/* An own credential is evidence. */
static void test_a_credential_of_another_account_is_a_finding(void **state)
{
    (void)state;
    judge(&sf_oracle_no_stray_credentials,
          "0 real servers in real time: the run begins\n"
          "150 hub 0 gets a credential of tenant 0, request 1\n"
          "160 hub 0 gets a credential of tenant 1, request 2\n"
          "170 hub 1 changes to session 5, issued to hub 0\n"
          "180 hub 1 changes to session 5, issued to hub 1\n"
          "900 end\n",
          "evidence 4\n"
          "160 the hub of home 1 was answered with a credential of home 2's account\n"
          "170 the hub of home 2 was answered with a credential of home 1's account\n");
    judge(&sf_oracle_no_stray_credentials, "900 end\n", "not wanted\n");
}

/* What happens inside a real server has no records, and so is no missing evidence. */
static void test_in_a_run_of_real_servers_what_happens_inside_is_not_wanted(void **state)
{
    (void)state;
    static const char live[] = "0 real servers in real time: the run begins\n"
                               "900 end\n";
    judge(&sf_oracle_valid_link, live, "not wanted\n");
    judge(&sf_oracle_ends_once, live, "not wanted\n");
    judge(&sf_oracle_contract, live, "not wanted\n");
    judge(&sf_oracle_no_stray_bytes, live, "evidence 0\n");
    judge(&sf_oracle_valid_link, "900 end\n", "evidence 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_credential_of_another_account_is_a_finding),
        cmocka_unit_test(test_in_a_run_of_real_servers_what_happens_inside_is_not_wanted),
        cmocka_unit_test(test_a_trace_without_evidence_is_inconclusive),
        cmocka_unit_test(test_findings_beyond_what_is_kept_are_counted),
        cmocka_unit_test(test_pixels_of_another_tenant_are_a_finding),
        cmocka_unit_test(test_bytes_of_another_tenant_are_a_finding),
        cmocka_unit_test(test_an_answer_to_an_unlinked_hub_is_a_finding_and_one_to_its_app_is_not),
        cmocka_unit_test(test_an_answer_to_an_expired_session_is_a_finding_until_it_signs_in_again),
        cmocka_unit_test(test_asked_directly_the_camera_is_judged_when_it_lets_in),
        cmocka_unit_test(test_after_the_block_nothing_is_sent_and_what_was_under_way_has_its_grace),
        cmocka_unit_test(test_a_second_block_does_not_extend_the_grace),
        cmocka_unit_test(test_after_unlinking_the_hub_gets_nothing_more),
        cmocka_unit_test(test_an_owner_must_see_its_own_whole_frame_in_time),
        cmocka_unit_test(test_a_request_that_the_old_network_may_delay_is_not_judged),
        cmocka_unit_test(test_a_fetch_that_lost_a_packet_is_not_the_caches_fault),
        cmocka_unit_test(test_an_owner_who_leaves_or_is_blocked_is_not_judged),
        cmocka_unit_test(test_a_request_ends_once_and_in_time),
        cmocka_unit_test(test_what_was_to_be_forgotten_is_not_answered),
        cmocka_unit_test(test_many_requests_under_way_are_told_apart),
        cmocka_unit_test(test_broken_contract_is_a_finding),
        cmocka_unit_test(test_a_backup_needs_consent_and_has_its_grace),
        cmocka_unit_test(test_consent_is_one_owners_and_for_one_destination),
        cmocka_unit_test(test_stills_go_to_the_cloud_for_owners_who_have_a_viewer),
        cmocka_unit_test(test_a_settings_call_carries_no_image),
        cmocka_unit_test(test_only_destinations_on_the_list_are_sent_to),
        cmocka_unit_test(test_a_broken_picture_is_a_finding_unless_it_is_flagged),
        cmocka_unit_test(test_a_viewer_is_not_answered_with_what_is_older_than_it_saw),
        cmocka_unit_test(test_equal_bytes_of_two_captures_accuse_no_cache),
        cmocka_unit_test(test_a_cache_that_had_to_forget_is_not_compared),
        cmocka_unit_test(test_another_instance_or_a_restarted_camera_is_not_compared),
        cmocka_unit_test(test_what_is_answered_is_fresh_or_flagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
