/* Stories: what they say is what the trace says. */
#include "harness/story/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/ids.h"
#include "tests/unit/runs.h"
#include "tests/unit/trace_text.h"

/* All records of a run, so that the test can look for itself. */
struct kept {
    struct sf_record *records;
    uint32_t count;
};

static void keep(void *context, const struct sf_record *records, uint32_t count)
{
    struct kept *kept = context;
    kept->records = sf_realloc(kept->records, kept->count + count, sizeof *records);
    memcpy(kept->records + kept->count, records, count * sizeof *records);
    kept->count += count;
}

static void run(struct runs *runs, const char *scenario, struct kept *kept)
{
    runs_load(runs, scenario);
    const struct sf_run_options options = {
        .seed = runs->plan.seed, .listeners_count = 1, .listeners[0] = {keep, kept}};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
}

static void tell(const struct runs *runs, const struct kept *kept, uint32_t finding,
                 struct sf_story *story)
{
    struct sf_gather gather;
    sf_gather_init(&gather, &runs->result.findings[finding]);
    for (uint32_t i = 0; i < kept->count; i += 7) {
        sf_gather_records(&gather, kept->records + i, kept->count - i < 7 ? kept->count - i : 7);
    }
    sf_story_tell(&gather, &runs->plan, story);
    sf_gather_fini(&gather);
}

/* The first finding of an oracle. */
static uint32_t first_of(const struct runs *runs, const char *oracle)
{
    for (uint32_t i = 0; i < runs->result.findings_kept; i++) {
        if (strcmp(sf_oracles()[runs->result.findings[i].oracle]->name, oracle) == 0) {
            return i;
        }
    }
    fail_msg("%s found nothing", oracle);
    return 0;
}

static const struct sf_story_step *step_that_says(const struct sf_story *story, const char *part)
{
    for (uint32_t i = 0; i < story->steps_count; i++) {
        if (strstr(story->steps[i].what, part) != NULL) {
            return &story->steps[i];
        }
    }
    fail_msg("no step says '%s'", part);
    return NULL;
}

static void assert_paragraph_says(const struct sf_story *story, const char *part)
{
    if (strstr(story->paragraph.data, part) == NULL) {
        fail_msg("'%s' is not in:\n%s", part, story->paragraph.data);
    }
}

/* The record that the story must rest on, found by the test's own search. */
static const struct sf_record *find(const struct kept *kept, enum sf_record_kind kind, uint32_t who,
                                    uint64_t request, uint32_t a)
{
    for (uint32_t i = 0; i < kept->count; i++) {
        const struct sf_record *record = &kept->records[i];
        if (record->kind == kind && record->who == who &&
            (request == 0 ? record->a == a : record->c == request)) {
            return record;
        }
    }
    fail_msg("no such record");
    return NULL;
}

static void test_the_story_of_a_stray_rests_on_the_trace(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct kept kept = {0};
    struct sf_story story;
    run(runs, "scenarios/canary/stray-pixels.yaml", &kept);
    uint32_t number = first_of(runs, "no-stray-pixels");
    const struct sf_finding *finding = &runs->result.findings[number];
    tell(runs, &kept, number, &story);

    char part[64];
    const struct sf_record *ask =
        find(&kept, SF_RECORD_ASK, finding->viewer.index, finding->request, 0);
    const struct sf_record *answered =
        find(&kept, SF_RECORD_ANSWERED, finding->viewer.index, finding->request, 0);
    const struct sf_record *capture =
        find(&kept, SF_RECORD_CAPTURE, finding->owner_camera.index, 0, finding->capture);
    assert_true(story.stray);
    const struct sf_story_step *step = step_that_says(&story, "asks for its own camera's picture");
    assert_int_equal(step->at_ns, ask->at_ns);
    assert_int_equal(step->from, SF_LANE_VIEWER);
    assert_int_equal(step->to, SF_LANE_CLOUD);
    step = step_that_says(&story, "builtin:canary-transcode answers");
    assert_int_equal(step->at_ns, answered->at_ns);
    assert_ptr_equal(step, &story.steps[story.culprit]);
    snprintf(part, sizeof part, "takes still %u", finding->capture);
    step = step_that_says(&story, part);
    assert_int_equal(step->at_ns, capture->at_ns);
    assert_int_equal(step->from, SF_LANE_OWNER);
    snprintf(part, sizeof part, "camera of home %u", finding->owner_tenant.index + 1);
    assert_string_equal(step->who, part);
    snprintf(part, sizeof part, "%u.%u%% home %u's still %u", finding->amount / 10000,
             finding->amount / 1000 % 10, finding->owner_tenant.index + 1, finding->capture);
    step = step_that_says(&story, part);
    assert_int_equal(step->at_ns, finding->at_ns);
    assert_paragraph_says(&story, part);
    assert_paragraph_says(&story, "UTC+00:00");
    assert_paragraph_says(&story, "UTC+01:00");
    sf_story_fini(&story);
    free(kept.records);
    runs_destroy(runs);
}

/* By hand: a trace of which every number is known, with losses and an upload that was given up. */
static void test_a_known_trace_gives_a_known_story(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    const uint64_t request = UINT64_C(3) << 32 | 7;
    const struct sf_record records[] = {
        {.kind = SF_RECORD_CAMERA, .who = 1, .a = 1, .b = 3600},
        {.kind = SF_RECORD_CAMERA, .who = 3, .a = 3, .b = (uint32_t)-18000},
        {.kind = SF_RECORD_VIEWER, .flags = SF_FLAG_POOR_NETWORK, .who = 3, .a = 1, .b = 1},
        {.at_ns = SF_SECOND, .kind = SF_RECORD_CAPTURE, .who = 3, .a = 5, .b = 4000, .c = 61200},
        {.at_ns = SF_SECOND, .kind = SF_RECORD_PACKET, .who = 6, .a = 40, .b = 0},
        {.at_ns = SF_SECOND,
         .kind = SF_RECORD_PACKET,
         .who = 6,
         .a = 40,
         .b = 1,
         .flags = SF_FATE_LOST},
        {.at_ns = SF_SECOND,
         .kind = SF_RECORD_PACKET,
         .who = 6,
         .a = 40,
         .b = 2,
         .flags = SF_FATE_LOST},
        {.at_ns = SF_SECOND, .kind = SF_RECORD_PACKET, .who = 4, .a = 40, .b = 3},
        {.at_ns = 2 * SF_SECOND, .kind = SF_RECORD_UPLOAD_BEGUN, .who = 3, .a = 5, .b = 4000},
        {.at_ns = 2 * SF_SECOND,
         .kind = SF_RECORD_PACKET,
         .who = 6,
         .a = 40,
         .b = 1,
         .flags = SF_FATE_LOST},
        {.at_ns = 3 * SF_SECOND,
         .kind = SF_RECORD_UPLOAD_ENDED,
         .who = 3,
         .a = 5,
         .b = 1400,
         .flags = 1},
        {.at_ns = 3 * SF_SECOND, .kind = SF_RECORD_PACKET, .who = 6, .a = 40, .b = 0},
        {.at_ns = 4 * SF_SECOND, .kind = SF_RECORD_ASK, .who = 3, .a = 1, .c = request},
        {.at_ns = 4 * SF_SECOND, .kind = SF_RECORD_PACKET, .who = 2, .a = 9, .flags = SF_FATE_LOST},
        {.at_ns = 5 * SF_SECOND, .kind = SF_RECORD_PACKET, .who = 2, .a = 9},
        {.at_ns = 5 * SF_SECOND, .kind = SF_RECORD_ADMITTED, .who = 3, .a = 1, .c = request},
        {.at_ns = 5 * SF_SECOND, .kind = SF_RECORD_CANCELLED, .who = 0, .c = 1},
        {.at_ns = 6 * SF_SECOND,
         .kind = SF_RECORD_ANSWERED,
         .who = 3,
         .a = 1234,
         .b = 77,
         .c = request},
        {.at_ns = 6 * SF_SECOND, .kind = SF_RECORD_PACKET, .who = 3, .a = 77},
        {.at_ns = 7 * SF_SECOND,
         .kind = SF_RECORD_DELIVERED,
         .who = 3,
         .a = 1234,
         .b = 1234,
         .c = request},
        {.at_ns = 7 * SF_SECOND,
         .kind = SF_RECORD_BYTES,
         .who = 3,
         .a = 3,
         .b = 3,
         .c = request,
         .d = UINT64_C(5) << 32 | 1234},
        {.at_ns = 7 * SF_SECOND,
         .kind = SF_RECORD_SHOWN,
         .who = 3,
         .a = 83000,
         .b = 3,
         .c = request,
         .flags = SF_FLAG_GRAYSCALE},
        {.at_ns = 7 * SF_SECOND,
         .kind = SF_RECORD_SEEN,
         .who = 3,
         .a = 3,
         .b = 3,
         .c = request,
         .d = UINT64_C(5) << 32 | 917000},
        {.at_ns = 7 * SF_SECOND,
         .kind = SF_RECORD_SEEN, /* of another request's picture */
         .who = 3,
         .a = 1,
         .c = request - 1,
         .d = 300000},
        {.at_ns = 8 * SF_SECOND, .kind = SF_RECORD_DEPLOYED, .who = 1},
    };
    const struct sf_finding finding = {.at_ns = 7 * SF_SECOND,
                                       .viewer = {3},
                                       .viewer_tenant = {1},
                                       .owner_tenant = {3},
                                       .owner_camera = {3},
                                       .capture = 5,
                                       .amount = 917000,
                                       .request = request};
    struct sf_gather gather;
    struct sf_story story;
    sf_gather_init(&gather, &finding);
    sf_gather_records(&gather, records, sizeof records / sizeof records[0]);
    sf_story_tell(&gather, &runs->plan, &story);
    assert_string_equal(
        story.paragraph.data,
        "At 00:07.000, 23:00:07 there (UTC+01:00), the hub of home 2, which is on a poor network, "
        "showed a picture with parts of another home's: 91.7% home 4's still 5, 8.3% unreadable, "
        "all in black and white. It had asked for its own camera 3.0 s before, had to repeat the "
        "request because it was lost, and 2.0 s later builtin:boxing-day-fix answered with 1,234 "
        "bytes in 1 packet. The stray, still 5, was taken in home 4 6.0 s before, at 17:00:00 "
        "there (UTC-05:00); it went up in 3 packets (sent 4 times in all, 3 of them lost), and "
        "was given up with 1,400 of 4,000 bytes. Home 2's own camera had taken no still yet. "
        "Likely cause: its own camera was not asked, and the other home's still, which had "
        "arrived before, was found under this request's key. In the 10 s before, 1 request (of "
        "all homes) was cancelled.");
    assert_true(step_that_says(&story, "sends it in 3 packets")->lossy);
    assert_true(step_that_says(&story, "the request is lost 1 time")->lossy);
    step_that_says(&story, "requests cancelled in this time, by all homes: 1");
    assert_string_equal(story.lanes[SF_LANE_VIEWER], "home 2");
    assert_string_equal(story.lanes[SF_LANE_OWNER], "home 4");
    for (uint32_t i = 0; i < story.steps_count; i++) {
        assert_null(strstr(story.steps[i].what, "goes live")); /* that was later */
    }
    sf_story_fini(&story);
    sf_gather_fini(&gather);
    runs_destroy(runs);
}

/* A finding of home 2's hub about home 4, at 20 s, and a question before it. */
static const struct sf_finding of_home_2 = {.at_ns = 20 * SF_SECOND,
                                            .viewer = {3},
                                            .viewer_tenant = {1},
                                            .owner_tenant = {3},
                                            .owner_camera = {3},
                                            .request = 9};

static void tell_records(const struct sf_plan *plan, const struct sf_record *records,
                         uint32_t count, struct sf_story *story)
{
    struct sf_gather gather;
    sf_gather_init(&gather, &of_home_2);
    sf_gather_records(&gather, records, count);
    sf_story_tell(&gather, plan, story);
    sf_gather_fini(&gather);
}

/* Every kind of record that a story may hold has a sentence of its own, not a row of fields. */
static void test_every_kind_of_record_has_a_sentence(void **state)
{
    (void)state;
    static const struct {
        struct sf_record record;
        const char *says;
    } cases[] = {
        {{.kind = SF_RECORD_POWER, .who = 1}, "home 2 loses power"},
        {{.kind = SF_RECORD_POWER, .who = 1, .flags = 1}, "home 2 has power again"},
        {{.kind = SF_RECORD_SERVICE}, "the identity service fails"},
        {{.kind = SF_RECORD_SERVICE, .who = 1, .flags = 1}, "the shared store answers again"},
        {{.kind = SF_RECORD_IDENTITY, .flags = 2},
         "the identity service fails to look up a session"},
        {{.kind = SF_RECORD_NODE, .who = 2}, "node 2 of the cache is lost"},
        {{.kind = SF_RECORD_NODE_CLOCK, .who = 2, .d = (uint64_t)-SF_SECOND},
         "the clock of node 2 steps 1.0 s back"},
        {{.kind = SF_RECORD_RECONFIGURED, .who = 0, .flags = 1}, "node 0 refuses new options"},
        {{.kind = SF_RECORD_CAMERA_CLOCK, .who = 3, .c = (uint64_t)(2 * SF_SECOND)},
         "the clock of home 4's camera steps 2.0 s ahead"},
        {{.kind = SF_RECORD_FIRMWARE, .who = 3, .a = 7}, "version 7 of its firmware"},
        {{.kind = SF_RECORD_WAKE, .who = 3}, "a person starts watching at the hub of home 2"},
        {{.kind = SF_RECORD_SESSION, .who = 3}, "its session has expired"},
        {{.kind = SF_RECORD_RENEWED, .who = 3, .a = 9}, "uses the session of the"},
        {{.kind = SF_RECORD_FORGET, .who = 1, .a = 1},
         "the cache is to forget the stills of home 2's camera"},
        {{.kind = SF_RECORD_FETCH_ARRIVES, .who = 1, .a = 6}, "home 2's camera sends its still 6"},
        {{.kind = SF_RECORD_HANDED_OVER, .a = 2}, "is handed a state of a foreign cache"},
        {{.kind = SF_RECORD_BUSY, .a = 1}, "the cache is refused a fetch"},
        {{.kind = SF_RECORD_EXPORT, .who = 3}, "asks for a copy of the latest still"},
        {{.kind = SF_RECORD_CAMERA, .who = 1, .a = 0}, "reset and registered by home 1"},
        {{.kind = SF_RECORD_SHARE, .who = 1, .flags = 1}, "camera is shared with home 1"},
        {{.kind = SF_RECORD_SHARE, .who = 1}, "camera is no longer shared with home 1"},
        {{.kind = SF_RECORD_SLOT, .who = 1, .a = 4}, "home 2's camera has slot 4"},
        {{.kind = SF_RECORD_VARIED, .who = 1, .a = 1}, "other stills of home 2's account"},
        {{.kind = SF_RECORD_PARTED, .who = 1, .c = 1234}, "part at record 1,234"},
        {{.kind = SF_RECORD_INFLUENCE, .who = 3, .a = 1}, "gets another answer in the run"},
        {{.kind = SF_RECORD_PASSED_ON, .who = 3, .a = 2, .b = 1, .c = 9},
         "passes request 9 of home 2 on to node 1 over connection 2"},
        {{.kind = SF_RECORD_ISSUED, .who = 3, .a = 1},
         "gets a credential of home 2's account in the headers of an answer"},
        {{.kind = SF_RECORD_LIVE, .flags = SF_LIVE_ORIGIN_DROP},
         "the origin closes connections instead of answering"},
        {{.kind = SF_RECORD_CONSENT, .who = 3}, "withdraws consent to a backup"},
        {{.kind = SF_RECORD_LEFT_HOME, .who = 3, .a = SF_DESTINATION_BACKUP, .b = 4321},
         "home 4's camera sends 4,321 bytes of a picture to the backup store"},
        {{.kind = SF_RECORD_FETCH_CANCELLED, .who = 1, .b = 1400},
         "the fetch from home 2's camera is cancelled after 1,400 bytes"},
        {{.kind = SF_RECORD_FRAGMENT_LATE, .who = 1, .a = 6}, "a part of home 2's still 6 arrives"},
        {{.kind = SF_RECORD_LINK, .who = 1}, "home 2 unlinks the integration"},
        {{.kind = SF_RECORD_KILL_SWITCH, .flags = 1}, "the operator blocks the integration"},
        {{.kind = SF_RECORD_HEALED}, "every network is healed"},
        {{.kind = SF_RECORD_CONTRACT, .a = 4}, "breaks the contract of its interface: code 4"},
        {{.kind = SF_RECORD_NETWORK, .who = 2},
         "the uplink of home 2 is now on the network perfect"},
    };
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sf_story story;
        struct sf_record record = cases[i].record;
        record.at_ns = 15 * SF_SECOND;
        tell_records(&runs->plan, &record, 1, &story);
        step_that_says(&story, cases[i].says);
        assert_null(strstr(story.steps[0].what, "flags "));
        sf_story_fini(&story);
    }
    for (int kind = 0; kind < SF_RECORD_KINDS_COUNT; kind++) {
        struct sf_story story;
        /* Of the two homes, whatever the kind calls them. */
        const struct sf_record record = {
            .at_ns = 15 * SF_SECOND, .kind = (uint16_t)kind, .who = 3, .c = 5};
        tell_records(&runs->plan, &record, 1, &story);
        for (uint32_t step = 0; step < story.steps_count; step++) {
            assert_null(strstr(story.steps[step].what, "00:15.000000000"));
        }
        assert_true(kind != SF_RECORD_PACKET_LEFT || story.steps_count == 0);
        sf_story_fini(&story);
    }
    runs_destroy(runs);
}

static void test_what_happens_again_and_again_is_told_once(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    struct sf_record records[30];
    for (uint32_t i = 0; i < 30; i++) {
        records[i] = (struct sf_record){
            .at_ns = 15 * SF_SECOND + i, .kind = SF_RECORD_IDENTITY, .flags = 2, .c = i};
    }
    struct sf_story story;
    tell_records(&runs->plan, records, 30, &story);
    assert_int_equal(story.steps_count, 1);
    step_that_says(&story, "fails to look up a session (30 times from here on)");
    sf_story_fini(&story);

    /* Both ways at once is one change of network, one way alone another. */
    const struct sf_record changes[] = {
        {.at_ns = 15 * SF_SECOND, .kind = SF_RECORD_NETWORK, .who = 2},
        {.at_ns = 15 * SF_SECOND, .kind = SF_RECORD_NETWORK, .who = 3},
        {.at_ns = 16 * SF_SECOND, .kind = SF_RECORD_NETWORK, .who = 3},
    };
    tell_records(&runs->plan, changes, 3, &story);
    assert_int_equal(story.steps_count, 2);
    step_that_says(&story, "home 2 is now on the network perfect");
    step_that_says(&story, "the downlink of home 2 is now on the network perfect");
    sf_story_fini(&story);
    runs_destroy(runs);
}

/* A rolling deploy comes to one node after the other: who answered is what its node had by then. */
static void test_the_cache_that_answered_is_that_of_its_node(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    struct sf_plan *plan = &runs->plan;
    plan->timeline_count = 2;
    plan->timeline[0] = (struct sf_plan_entry){.at_ns = 11 * SF_SECOND,
                                               .action = SF_ACTION_DEPLOY,
                                               .node = SF_NODE_ALL,
                                               .duration_ns = 2 * SF_SECOND,
                                               .cache = "builtin:new?a=1"};
    plan->timeline[1] = (struct sf_plan_entry){
        .at_ns = 13 * SF_SECOND, .action = SF_ACTION_DEPLOY, .node = 0, .cache = "builtin:newer"};
    struct sf_record records[] = {
        {.at_ns = 11 * SF_SECOND, .kind = SF_RECORD_DEPLOYED, .who = 1, .a = 0},
        {.at_ns = 13 * SF_SECOND, .kind = SF_RECORD_DEPLOYED, .who = 2, .a = 1},
        {.at_ns = 13 * SF_SECOND, .kind = SF_RECORD_DEPLOYED, .who = 3, .a = 0},
        {.at_ns = 15 * SF_SECOND, .kind = SF_RECORD_ASK, .who = 3, .a = 1, .c = 9},
        {.at_ns = 16 * SF_SECOND, .kind = SF_RECORD_ADMITTED, .who = 3, .a = 1, .b = 1, .c = 9},
        /* Later than the request was accepted: it is answered by the version before. */
        {.at_ns = 16500 * SF_MS, .kind = SF_RECORD_DEPLOYED, .who = 4, .a = 0},
        {.at_ns = 17 * SF_SECOND, .kind = SF_RECORD_ANSWERED, .who = 3, .a = 77, .c = 9},
    };
    static const char *const answers[] = {
        "builtin:newer, live since 00:13.000, answered",
        "builtin:new?a=1, live since 00:13.000, answered",
        "builtin:boxing-day-fix answered",
    };
    for (uint32_t node = 0; node < 3; node++) {
        struct sf_story story;
        records[4].b = node;
        tell_records(plan, records, sizeof records / sizeof records[0], &story);
        assert_paragraph_says(&story, answers[node]);
        step_that_says(&story, "builtin:new?a=1 goes live on node 1");
        step_that_says(&story, "builtin:newer goes live on node 0");
        sf_story_fini(&story);
    }
    runs_destroy(runs);
}

/* Bytes that no picture shows: the paragraph must not say that a stranger was to be seen. */
static void test_what_was_not_seen_is_not_said_to_be(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    struct sf_record records[] = {
        {.at_ns = 19 * SF_SECOND, .kind = SF_RECORD_ASK, .who = 3, .a = 1, .c = 9},
        {.at_ns = 20 * SF_SECOND,
         .kind = SF_RECORD_DELIVERED,
         .who = 3,
         .a = 367,
         .b = 367,
         .c = 9},
        {.at_ns = 20 * SF_SECOND,
         .kind = SF_RECORD_BYTES,
         .who = 3,
         .a = 3,
         .c = 9,
         .d = UINT64_C(5) << 32 | 300},
        {.at_ns = 20 * SF_SECOND, .kind = SF_RECORD_SHOWN, .who = 3, .c = 9},
        {.at_ns = 20 * SF_SECOND,
         .kind = SF_RECORD_SEEN,
         .who = 3,
         .a = 1,
         .c = 9,
         .d = UINT64_C(4) << 32 | 886000},
    };
    struct sf_story story;
    tell_records(&runs->plan, records, 5, &story);
    assert_paragraph_says(&story, "received data of another home: 300 bytes of home 4's still 5.");
    assert_paragraph_says(&story, "its display showed: 88.6% its own still 4.");
    sf_story_fini(&story);
    records[4].a = 3; /* and where it is to be seen, it says so */
    tell_records(&runs->plan, records, 5, &story);
    assert_paragraph_says(&story, "showed a picture with parts of another home's: 88.6% home 4's");
    sf_story_fini(&story);
    runs_destroy(runs);
}

/* Tells the story of a finding of hub 1 about home 3's still 5, from a trace in its text form. */
static void tell_text(const struct sf_plan *plan, const char *const *lines, uint32_t count,
                      struct sf_story *story)
{
    struct sf_record records[16];
    assert_true(count <= 16);
    for (uint32_t i = 0; i < count; i++) {
        records[i] = trace_parse_line(lines[i]);
    }
    tell_records(plan, records, count, story);
}

/* The function of the cache that gave the answer, and whose event it was, lead to the line to mend.
 */
static void test_the_story_says_from_inside_which_function_the_answer_was_given(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        const char *says;
    } cases[] = {
        {"on_request, about home 1, begun for home 1", "from inside on_request of home 2"},
        {"on_upload_ended, about home 3, begun for home 3",
         "from inside on_upload_ended of home 4's camera"},
        {"on_fetch_ended, about home 3, begun for home 0",
         "from inside on_fetch_ended of home 4's camera, a fetch begun for home 1"},
        {"on_store_reply, about home 0, begun for home 0",
         "from inside on_store_reply, the reply to an operation begun for home 1"},
        {"on_timer, about home 2, begun for home 2",
         "from inside on_timer, a timer set for home 3"},
        {"on_identity, about home 2, begun for home 2",
         "from inside on_identity, the answer to a question asked for home 3"},
        {"import_state, about no home, begun for no home", "from inside import_state."},
    };
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char from[160];
        snprintf(from, sizeof from, "19000000001 hub 1 gets its answer from %s, request 9",
                 cases[i].from);
        const char *const lines[] = {
            "19000000000 hub 1 asks for camera 1, request 9",
            from,
            "19000000001 hub 1 is answered ok, with 367, request 9",
            "20000000000 hub 1 receives whole, arrived 367, of 367, request 9",
        };
        struct sf_story story;
        tell_text(&runs->plan, lines, 4, &story);
        assert_paragraph_says(&story, cases[i].says);
        sf_story_fini(&story);
    }
    runs_destroy(runs);
}

static void test_the_story_says_what_an_answer_says_of_itself(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "19000000000 hub 1 asks for camera 1, request 9",
        ("19000000001 hub 1 gets its answer from on_timer, about home 1, begun for home 1, "
         "request 9, from offset 2800"),
        "19000000001 hub 1 is answered partial, stale, with 367, request 9",
        "20000000000 hub 1 receives whole, arrived 367, of 367, request 9",
    };
    struct runs *runs = runs_create();
    struct sf_story story;
    runs_load(runs, "scenarios/smoke/small.yaml");
    tell_text(&runs->plan, lines, 4, &story);
    assert_paragraph_says(&story, ", flagged as stale, as the rest of a still from byte 2,800 on,");
    sf_story_fini(&story);
    runs_destroy(runs);
}

/* The owner's own request is in the story only if it waited then; a still that came before the
 * version that answered went live was handed over. */
static void test_the_story_says_what_the_owner_waited_for_and_what_was_handed_over(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "10000000000 camera 3 takes capture 0, bytes 367",
        "10000000000 camera 3 uploads capture 0, bytes 367, upload 1, node 0",
        "11000000000 camera 3 upload ends complete, capture 0, received 367, upload 1",
        "12000000000 version 1 is deployed node 0",
        "18000000000 hub 3 is admitted to camera 3, node 0, request 4",
        "19000000000 hub 1 asks for camera 1, request 9",
        "19000000000 hub 1 is admitted to camera 1, node 0, request 9",
        "19500000000 hub 1 is answered ok, with 367, request 9",
        "20000000000 hub 1 receives whole, arrived 367, of 367, request 9",
        "20000000000 hub 1 holds tenant 3, camera 3, capture 5, bytes 300, request 9",
    };
    struct runs *runs = runs_create();
    struct sf_story story;
    runs_load(runs, "scenarios/smoke/small.yaml");
    tell_text(&runs->plan, lines, 10, &story);
    assert_paragraph_says(&story, "At that time the hub of home 4 waited for an answer of its own "
                                  "(request 4, accepted 1.5 s before).");
    assert_paragraph_says(&story, "It had arrived before that version went live");
    step_that_says(&story, "its hub waits for an answer (request 4)");
    sf_story_fini(&story);

    const char *answered[10];
    memcpy(answered, lines, sizeof lines);
    answered[5] = "18900000000 hub 3 is answered ok, with 367, request 4";
    answered[2] = "10500000000 version 1 is deployed node 0";
    answered[3] = lines[2];
    tell_text(&runs->plan, answered, 10, &story);
    assert_null(strstr(story.paragraph.data, "At that time"));
    assert_null(strstr(story.paragraph.data, "went live: the version has it"));
    sf_story_fini(&story);
    runs_destroy(runs);
}

/* Each way in which another home's still comes to a viewer, and the line that makes the difference:
 * without it the story says something else. */
struct way {
    const char *lines[16];
    uint32_t decides; /* of `lines` */
    const char *says;
};

#define STILL_3_TAKEN                                  \
    "10000000000 camera 3 takes capture 0, bytes 367", \
        "10000000000 camera 3 uploads capture 0, bytes 367, upload 1, node 1"
#define STILL_3_CAME "11000000000 camera 3 upload ends complete, capture 0, received 367, upload 1"
#define ASKS_FOR_1                                    \
    "18000000000 hub 1 asks for camera 1, request 9", \
        "18000000000 hub 1 is admitted to camera 1, node 0, request 9"
#define ANSWERED "19000000000 hub 1 is answered ok, with 367, request 9"
#define SEES_BOTH                                                                            \
    "20000000000 hub 1 is shown tenant 1, request 9",                                        \
        "20000000000 hub 1 sees tenant 1, camera 1, capture 4, share 600000 ppm, request 9", \
        "20000000000 hub 1 sees tenant 3, camera 3, capture 0, share 400000 ppm, request 9"

static const struct way ways[] = {
    {{STILL_3_TAKEN, "12000000000 camera 3 belongs to tenant 1",
      "13000000000 camera 3 upload ends complete, capture 0, received 367, upload 1",
      "18000000000 hub 1 asks for camera 3, request 9",
      "18000000000 hub 1 is admitted to camera 3, node 0, request 9", ANSWERED},
     2,
     "the still was taken, and its upload begun, under the camera's former owner, home 4, and "
     "given "
     "to the new one, home 2: it was on its way when the camera was invalidated, and was taken in "
     "when it ended, 1.0 s later."},
    {{STILL_3_TAKEN, STILL_3_CAME, "12000000000 camera 3 belongs to tenant 1",
      "18000000000 hub 1 asks for camera 3, request 9",
      "18000000000 hub 1 is admitted to camera 3, node 0, request 9", ANSWERED},
     3,
     "it had arrived 1.0 s before the camera was invalidated, and was kept."},
    {{STILL_3_TAKEN, STILL_3_CAME,
      "12000000000 hub 1 gets its answer from on_fetch_ended, about home 1, begun for home 3, "
      "request 7",
      "12000000000 hub 1 is answered ok, with 300, request 7",
      "12500000000 hub 1 changes to session 1 of hub 3, issued to hub 3",
      "18000000000 hub 1 asks for camera 1, request 9",
      "18000000000 hub 1 is admitted to camera 3, node 0, request 9", ANSWERED},
     5,
     "the answer to request 7 of home 2, given from inside on_fetch_ended of home 2's camera, a "
     "fetch begun for home 4, carried a session of the hub of home 4; the front door takes the "
     "bearer of a session for its owner, so this request was one for home 4's camera."},
    {{STILL_3_TAKEN, STILL_3_CAME, "12000000000 version 1 is deployed node 0",
      "12000000000 version 1 is handed a damaged state what 1, bytes 99", ASKS_FOR_1, ANSWERED},
     4,
     "the version that answered was handed a state that is cut short, and the other home's still "
     "had arrived before: import_state took an entry that is not whole there for an entry of its "
     "own."},
    {{STILL_3_TAKEN, STILL_3_CAME, "12000000000 version 1 is deployed node 0", ASKS_FOR_1,
      ANSWERED},
     3,
     "came to this version with what the version before left, exported or stored"},
    {{STILL_3_TAKEN, STILL_3_CAME, ASKS_FOR_1,
      "19000000000 hub 1 gets its answer from on_store_reply, about no home, begun for home 2, "
      "request 9",
      ANSWERED},
     5,
     "what was begun for home 3 ended as home 2's, because the two were matched wrongly"},
    {{STILL_3_TAKEN, STILL_3_CAME, "12000000000 camera 1 takes capture 4, bytes 300",
      "12000000000 camera 1 uploads capture 4, bytes 300, upload 2, node 0", ASKS_FOR_1,
      "19000000000 hub 1 gets its answer from on_store_reply, about home 1, begun for home 1, "
      "request 9",
      ANSWERED},
     4,
     "come in through different nodes, home 4's through node 1 and home 2's through node 0"},
    {{STILL_3_TAKEN, STILL_3_CAME, "17000000000 camera 1 is asked for a still fetch 3", ASKS_FOR_1,
      "18500000000 camera 1 takes capture 4, bytes 367", ANSWERED,
      "19000000000 camera 1 fetch is cancelled received 200, fetch 3", SEES_BOTH},
     8,
     "its own still was answered as whole, 367 bytes, when 200 of them had been fetched"},
    {{STILL_3_TAKEN, "12000000000 camera 3 fetch is cancelled received 280, fetch 3",
      "13000000000 camera 1 takes capture 4, bytes 367", ASKS_FOR_1, ANSWERED, SEES_BOTH},
     2,
     "the fetch of the other home's still was cancelled after 280 bytes, 7.0 s before the answer"},
    {{STILL_3_TAKEN, STILL_3_CAME, "13000000000 camera 1 takes capture 4, bytes 367", ASKS_FOR_1,
      "19000000000 hub 1 gets its answer from on_request, about home 1, begun for home 1, request "
      "9, from offset 200",
      ANSWERED, SEES_BOTH},
     6,
     "the rest that was sent is of another still than the beginning that the viewer has"},
};

/* Tells the story of all lines but one. */
static void tell_without(const struct sf_plan *plan, const struct way *way, uint32_t without,
                         struct sf_story *story)
{
    const char *lines[16];
    uint32_t count = 0;
    for (uint32_t i = 0; i < 16 && way->lines[i] != NULL; i++) {
        if (i != without) {
            lines[count++] = way->lines[i];
        }
    }
    tell_text(plan, lines, count, story);
}

static void test_the_likely_cause_is_what_the_trace_has_signs_of(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct sf_story story;
        tell_without(&runs->plan, &ways[i], UINT32_MAX, &story);
        assert_paragraph_says(&story, ways[i].says);
        sf_story_fini(&story);
        tell_without(&runs->plan, &ways[i], ways[i].decides, &story);
        if (strstr(story.paragraph.data, ways[i].says) != NULL) {
            fail_msg("without '%s' the story is the same:\n%s", ways[i].lines[ways[i].decides],
                     story.paragraph.data);
        }
        sf_story_fini(&story);
    }
    runs_destroy(runs);
}

/* A camera that was bought, or is shared, or of the same account, is not another home's. */
static void test_a_camera_that_the_viewer_may_see_is_said_to_be(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        const char *says;
    } cases[] = {
        {"0 camera 2 belongs to tenant 1",
         "home 3's camera, which belongs to the same account, 2.0"},
        {"12000000000 camera 2 belongs to tenant 1",
         "home 3's camera, which belongs to home 2 now"},
        {"12000000000 camera 2 is shared with tenant 1, by tenant 2",
         "home 3's camera, which is shared with home 2"},
        {"12000000000 camera 2 belongs to tenant 0", "home 3's camera, which is another home's"},
    };
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const lines[] = {
            cases[i].claim,
            "13000000000 camera 2 takes capture 6, bytes 300",
            STILL_3_TAKEN,
            STILL_3_CAME,
            "18000000000 hub 1 asks for camera 2, request 9",
            "18000000000 hub 1 is admitted to camera 2, node 0, request 9",
            ANSWERED,
        };
        struct sf_story story;
        tell_text(&runs->plan, lines, sizeof lines / sizeof lines[0], &story);
        assert_paragraph_says(&story, cases[i].says);
        bool claim = i < 3;
        assert_true(claim == (strstr(story.paragraph.data, "the front door accepted") == NULL));
        assert_true(claim ==
                    (strstr(story.paragraph.data, "Home 3's own latest still, 6") != NULL));
        sf_story_fini(&story);
    }
    runs_destroy(runs);
}

/* Two sessions that come with answers are two events, each with its owner. */
static void test_each_session_that_an_answer_brings_is_told(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "11000000000 hub 1 changes to session 2 of hub 1, issued to hub 1",
        "12000000000 hub 1 changes to session 1 of hub 3, issued to hub 3",
    };
    struct runs *runs = runs_create();
    struct sf_story story;
    runs_load(runs, "scenarios/smoke/small.yaml");
    tell_text(&runs->plan, lines, 2, &story);
    step_that_says(&story, "uses the session of the hub of home 2 from now on");
    step_that_says(&story, "uses the session of the hub of home 4 from now on");
    sf_story_fini(&story);
    runs_destroy(runs);
}

/* A rest that does not go on where the beginning ends is the viewer's own affair only by chance. */
static void test_a_rest_of_another_still_of_the_same_camera_is_explained(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "18000000000 hub 1 asks for camera 1, request 9",
        "18000000000 hub 1 is admitted to camera 1, node 0, request 9",
        ("19000000000 hub 1 gets its answer from on_request, about home 1, begun for home 1, "
         "request 9, from offset 200"),
        "19000000000 hub 1 is answered partial, with 167, request 9",
        "20000000000 hub 1 receives whole, arrived 167, of 167, request 9",
        "20000000000 hub 1 is shown tenant 1, request 9",
        "20000000000 hub 1 sees tenant 1, camera 1, capture 4, share 600000 ppm, request 9",
        "20000000000 hub 1 sees tenant 1, camera 1, capture 5, share 400000 ppm, request 9",
    };
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/smoke/small.yaml");
    struct sf_finding finding = of_home_2;
    finding.owner_tenant = sf_tenant_id(SF_NOBODY);
    for (uint32_t count = 7; count <= 8; count++) {
        struct sf_gather gather;
        struct sf_story story;
        sf_gather_init(&gather, &finding);
        for (uint32_t i = 0; i < count; i++) {
            const struct sf_record record = trace_parse_line(lines[i]);
            sf_gather_records(&gather, &record, 1);
        }
        sf_story_tell(&gather, &runs->plan, &story);
        bool told =
            strstr(story.paragraph.data, "equal between stills and between tenants") != NULL;
        assert_int_equal(told, count == 8);
        sf_story_fini(&story);
        sf_gather_fini(&gather);
    }
    runs_destroy(runs);
}

/* Every finding of every canary has a story that fits on a page and is in order. */
static void test_every_finding_has_a_story(void **state)
{
    (void)state;
    static const char *const scenarios[] = {
        "scenarios/canary/stray-pixels.yaml", "scenarios/canary/stray-bytes.yaml",
        "scenarios/canary/kill-switch.yaml",  "scenarios/canary/no-link.yaml",
        "scenarios/canary/silence.yaml",      "scenarios/canary/babble.yaml",
    };
    struct runs *runs = runs_create();
    uint32_t told_count = 0;
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct kept kept = {0};
        run(runs, scenarios[i], &kept);
        for (uint32_t finding = 0; finding < runs->result.findings_kept; finding++) {
            struct sf_story story;
            tell(runs, &kept, finding, &story);
            assert_true(story.paragraph.length > 40);
            assert_true(story.steps_count >= 1 && story.steps_count <= 40);
            for (uint32_t step = 0; step < story.steps_count; step++) {
                assert_true(story.steps[step].at_ns <= runs->result.findings[finding].at_ns);
                assert_true(step == 0 || story.steps[step - 1].at_ns <= story.steps[step].at_ns);
                assert_true(story.lanes[story.steps[step].from][0] != '\0');
                assert_true(story.lanes[story.steps[step].to][0] != '\0');
            }
            sf_story_fini(&story);
            told_count++;
        }
        free(kept.records);
    }
    assert_true(told_count > 100);
    runs_destroy(runs);
}

/* Both bytes, whose stills were changed, and where the two traces part. */
static void test_the_story_of_an_influence_says_what_both_runs_sent(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct kept kept = {0};
    struct sf_story story;
    run(runs, "scenarios/canary/order.yaml", &kept);
    assert_string_equal(sf_oracles()[runs->result.findings[0].oracle]->name, "no-influence");
    tell(runs, &kept, 0, &story);
    assert_false(story.stray);
    assert_non_null(strstr(story.paragraph.data, "with the other stills: request"));
    assert_non_null(strstr(story.paragraph.data, "'s account is changed"));
    assert_non_null(strstr(story.paragraph.data, "the traces part at record"));
    sf_story_fini(&story);
    free(kept.records);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_story_of_a_stray_rests_on_the_trace),
        cmocka_unit_test(test_a_known_trace_gives_a_known_story),
        cmocka_unit_test(test_every_kind_of_record_has_a_sentence),
        cmocka_unit_test(test_what_happens_again_and_again_is_told_once),
        cmocka_unit_test(test_the_cache_that_answered_is_that_of_its_node),
        cmocka_unit_test(test_what_was_not_seen_is_not_said_to_be),
        cmocka_unit_test(test_the_story_says_from_inside_which_function_the_answer_was_given),
        cmocka_unit_test(test_the_story_says_what_an_answer_says_of_itself),
        cmocka_unit_test(test_the_story_says_what_the_owner_waited_for_and_what_was_handed_over),
        cmocka_unit_test(test_the_likely_cause_is_what_the_trace_has_signs_of),
        cmocka_unit_test(test_a_camera_that_the_viewer_may_see_is_said_to_be),
        cmocka_unit_test(test_each_session_that_an_answer_brings_is_told),
        cmocka_unit_test(test_a_rest_of_another_still_of_the_same_camera_is_explained),
        cmocka_unit_test(test_every_finding_has_a_story),
        cmocka_unit_test(test_the_story_of_an_influence_says_what_both_runs_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
