#include "harness/base/ids.h"
#include "harness/report/html.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/frame/picture.h"
#include "harness/frame/still.h"
#include "harness/report/report.h"
#include "harness/scenario/scenario.h"
#include "tests/unit/test.h"

#define INCIDENT "scenarios/incidents/boxing-day-2019.yaml"
#define HOSTILE "</title></style><script>alert('x')</script> & \"quoted\""

/* ---- a replay as it could come out, without running one ---- */

struct fixture {
    struct sf_plan plan;
    struct sf_replay replay;
    struct sf_text page;
};

enum {
    LEAKY = (SF_REPLAY_UPDATE * SF_REPLAY_NETWORKS_COUNT + SF_REPLAY_POOR) * SF_PATHS_COUNT +
            SF_PATH_HUB
};

static struct sf_replay_run *run_of(struct fixture *f, uint32_t seed, uint32_t arm)
{
    return (struct sf_replay_run *)(void *)f->replay.jobs.results + seed * SF_REPLAY_ARMS_COUNT +
           arm;
}

static uint32_t make_still(uint8_t *out, uint32_t home, uint32_t capture, uint16_t width_px,
                           uint16_t height_px)
{
    const struct sf_still_spec spec = {
        .mark = {home, home, capture},
        .width_px = width_px,
        .height_px = height_px,
        .quality = SF_STILL_QUALITY_DEFAULT,
        .night = true,
        .scene = (enum sf_scene)(home % SF_SCENES_COUNT),
        .camera_name = "a room",
        .local_unix_s = 1577400000,
    };
    size_t capacity = sf_still_bytes_max(width_px, height_px);
    uint8_t *scratch = sf_alloc(capacity, 1);
    size_t count = sf_still_make(&spec, scratch, capacity);
    count = count < SF_EXHIBIT_BYTES_MAX ? count : SF_EXHIBIT_BYTES_MAX;
    memcpy(out, scratch, count);
    free(scratch);
    return (uint32_t)count;
}

/* The hub of `home` was shown a still of the home after it. */
static struct sf_exhibit *add_exhibit(struct fixture *f, uint32_t arm, uint32_t home)
{
    struct sf_exhibits *exhibits = &run_of(f, 0, arm)->exhibits;
    assert_true(exhibits->count < SF_EXHIBITS_MAX);
    struct sf_exhibit *exhibit = &exhibits->items[exhibits->count++];
    *exhibit = (struct sf_exhibit){
        .at_ns = 9 * SF_MINUTE + home * SF_SECOND,
        .viewer = SF_VIEWERS_PER_HOME * home,
        .tenant = home,
        .own_capture = 7,
        .utc_offset_s = 3600,
        .unreadable_ppm = 20000,
        .flags = SF_FLAG_DECODABLE | SF_FLAG_GRAYSCALE | SF_FLAG_WHOLE,
        .owners_count = 1,
    };
    exhibit->owners[0] = (struct sf_exhibit_owner){.tenant = home + 1,
                                                   .capture = 5,
                                                   .share_ppm = 980000,
                                                   .utc_offset_s = -5 * 3600,
                                                   .captured_ns = 8 * SF_MINUTE};
    exhibit->own_bytes = make_still(exhibit->own, home, 7, 320, 180);
    exhibit->seen_bytes = make_still(exhibit->seen, home + 1, 5, 320, 180);
    return exhibit;
}

static void set_path(struct sf_tally_path *path, uint64_t strays_count)
{
    path->asks_count = 1500;
    path->shown_count = 1234;
    path->own_whole_count = 1234 - strays_count;
    path->blank_count = 56;
    path->strays_count = strays_count;
    for (int minute = 0; minute < 30; minute++) {
        path->shown_by_minute[minute] = 41;
    }
    path->strays_by_minute[9] = (uint32_t)strays_count;
}

static int setup(void **state)
{
    struct fixture *f = sf_alloc(1, sizeof *f);
    struct sf_diag diag = {0};
    const struct sf_scenario_override title = {"title", HOSTILE};
    assert_int_equal(sf_scenario_load(INCIDENT, sf_run_schema(), &title, 1, &f->plan, &diag),
                     SF_OK);
    enum { SEEDS_COUNT = 2, RUNS_COUNT = SEEDS_COUNT * SF_REPLAY_ARMS_COUNT };
    f->page = (struct sf_text){0};
    f->replay = (struct sf_replay){
        .seeds_count = SEEDS_COUNT,
        .seed_first = 77,
        .homes_count = sf_plan_homes_count(&f->plan),
        .duration_ns = f->plan.duration_ns,
    };
    f->replay.jobs.results = sf_alloc(RUNS_COUNT, sizeof(struct sf_replay_run));
    f->replay.jobs.statuses = sf_alloc(RUNS_COUNT, sizeof(struct sf_job_status));
    memset(f->replay.jobs.results, 0, RUNS_COUNT * sizeof(struct sf_replay_run));
    for (uint32_t i = 0; i < RUNS_COUNT; i++) {
        uint32_t arm = i % SF_REPLAY_ARMS_COUNT;
        bool leaks = arm == LEAKY || arm == SF_REPLAY_LIVE;
        struct sf_run_result *result = &run_of(f, 0, i)->result;
        f->replay.jobs.statuses[i] = (struct sf_job_status){.end = SF_JOB_DONE};
        result->trace_hash = 0x1000 + i;
        set_path(&result->tally.paths[SF_PATH_HUB], leaks ? 12 : 0);
        set_path(&result->tally.paths[SF_PATH_APP], 0);
        result->tally.stray_first_ns = 9 * SF_MINUTE;
        result->tally.stray_last_ns = 9 * SF_MINUTE + SF_SECOND;
        result->tally.affected_count = leaks ? 3 : 0;
        result->tally.affected_poor_count = result->tally.affected_count;
    }
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        struct sf_fact *fact = &f->replay.facts[i];
        snprintf(fact->id, sizeof fact->id, "F%u", i + 1);
        snprintf(fact->figure, sizeof fact->figure, "%u things & <more>", 1000 + i);
        fact->statement = "it was so";
        fact->holds = true;
        fact->judged = true;
    }
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->replay.jobs.results);
    free(f->replay.jobs.statuses);
    sf_text_free(&f->page);
    free(f);
    return 0;
}

static const char *page_of(struct fixture *f)
{
    sf_text_free(&f->page);
    sf_report_replay_html(&f->plan, &f->replay, "strayframe replay --set 'a=<b>'", &f->page);
    return f->page.data;
}

static bool has(const char *page, const char *text)
{
    return strstr(page, text) != NULL;
}

static uint32_t count_of(const char *page, const char *text)
{
    uint32_t count = 0;
    for (const char *at = strstr(page, text); at != NULL; at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

/* ---- words and numbers ---- */

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

/* ---- the page ---- */

static void test_text_from_a_scenario_stays_text(void **state)
{
    struct fixture *f = *state;
    snprintf(f->plan.cache, sizeof f->plan.cache, "./<i>.so?a=<b>&c='d'");
    add_exhibit(f, SF_REPLAY_LIVE, 3);
    const char *page = page_of(f);
    assert_false(has(page, "<script"));
    assert_false(has(page, "<i>"));
    assert_int_equal(count_of(page, "</title>"), 1);
    assert_int_equal(count_of(page, "</style>"), 1);
    assert_true(has(page, "&lt;/title&gt;&lt;/style&gt;&lt;script&gt;alert(&#39;x&#39;)"));
    assert_true(has(page, "./&lt;i&gt;.so?a=&lt;b&gt;&amp;c=&#39;d&#39;"));
    assert_true(has(page, "strayframe replay --set &#39;a=&lt;b&gt;&#39;"));
}

static void test_the_page_refers_to_nothing_outside(void **state)
{
    struct fixture *f = *state;
    static const char *const references[] = {" src=\"", " href=\""};
    add_exhibit(f, SF_REPLAY_LIVE, 3);
    const char *page = page_of(f);
    assert_false(has(page, "http:"));
    assert_false(has(page, "https:"));
    assert_false(has(page, "url("));
    assert_false(has(page, "@import"));
    assert_false(has(page, "srcset"));
    uint32_t count = 0;
    for (int i = 0; i < 2; i++) {
        for (const char *at = strstr(page, references[i]); at != NULL;
             at = strstr(at + 1, references[i])) {
            assert_memory_equal(at + strlen(references[i]), "data:", 5);
            count++;
        }
    }
    assert_true(count >= 5); /* an icon, the lead's two pictures, two more */
    assert_true(has(page, "default-src 'none'"));
}

static void test_every_fact_is_on_the_page(void **state)
{
    struct fixture *f = *state;
    f->replay.facts[5].holds = false;
    f->replay.facts[8].holds = false;
    f->replay.facts[8].judged = false;
    const char *page = page_of(f);
    assert_int_equal(count_of(page, "<li class=\"fact good\">"), 10);
    assert_int_equal(count_of(page, "<li class=\"fact bad\">"), 1);
    assert_int_equal(count_of(page, "<li class=\"fact open\">"), 1);
    assert_int_equal(count_of(page, "It was so."), SF_REPLAY_FACTS_COUNT);
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        char text[64];
        snprintf(text, sizeof text, "<span class=\"fact-id\">F%u</span>", i + 1);
        assert_int_equal(count_of(page, text), 1);
        snprintf(text, sizeof text, "%u things &amp; &lt;more&gt;", 1000 + i);
        assert_int_equal(count_of(page, text), 1);
    }
    assert_true(has(page, "10 of 12 published facts hold over 2 seeds"));
    assert_true(has(page, "Not reproduced."));
    assert_true(has(page, " F6 does not hold. F9 could not be judged."));
}

static void test_the_verdict_follows_the_facts(void **state)
{
    struct fixture *f = *state;
    assert_true(has(page_of(f), "Reproduced.</b> The replay shows everything"));
    f->replay.facts[0].holds = false;
    f->replay.facts[0].judged = false;
    f->replay.facts[1] = f->replay.facts[0];
    snprintf(f->replay.facts[1].id, sizeof f->replay.facts[1].id, "F2");
    assert_true(has(page_of(f), "Inconclusive.</b> F1, F2 could not be judged."));
}

static void test_the_arms_are_summed_over_the_seeds(void **state)
{
    struct fixture *f = *state;
    const char *page = page_of(f);
    assert_int_equal(count_of(page, "<th scope=\"row\">Poor network, hub</th>"), 3);
    assert_int_equal(count_of(page, "<tr class=\"leaks\">"), 2);
    assert_int_equal(count_of(page, "<td class=\"strays\">24</td>"), 2);
    for (uint32_t i = 0; i < 2 * SF_REPLAY_ARMS_COUNT; i++) {
        char hash[20];
        snprintf(hash, sizeof hash, "%016" PRIx32, 0x1000 + i);
        assert_int_equal(count_of(page, hash), 1);
    }
}

static void test_a_run_that_crashed_is_said_and_not_believed(void **state)
{
    struct fixture *f = *state;
    const uint32_t arms[] = {SF_REPLAY_LIVE, LEAKY};
    for (int i = 0; i < 2; i++) {
        struct sf_replay_run *run = run_of(f, 0, arms[i]);
        memset(run, 0xa5, sizeof *run);
        f->replay.jobs.statuses[arms[i]] =
            (struct sf_job_status){.end = SF_JOB_CRASHED, .signal_number = 11};
    }
    f->replay.crashed_count = 2;
    const char *page = page_of(f);
    assert_true(has(page, "Inconclusive."));
    assert_true(has(page, "2 runs of 26 did not come to their end."));
    assert_int_equal(count_of(page, "(1 of 2 runs did not come to their end)"), 2);
    assert_int_equal(count_of(page, "crashed, signal 11"), 2);
    assert_int_equal(count_of(page, "<td class=\"strays\">12</td>"), 2); /* of the other seed */
    assert_false(has(page, "<img"));
    assert_false(has(page, "<svg"));
}

static void test_impossible_exhibits_are_left_out(void **state)
{
    struct fixture *f = *state;
    add_exhibit(f, SF_REPLAY_LIVE, 3)->seen_bytes = SF_EXHIBIT_BYTES_MAX + 1;
    add_exhibit(f, SF_REPLAY_LIVE, 4)->owners_count = SF_EXHIBIT_OWNERS_MAX + 1;
    run_of(f, 0, LEAKY)->exhibits.count = SF_EXHIBITS_MAX + 1;
    const char *page = page_of(f);
    assert_false(has(page, "<img"));
    assert_false(has(page, "home 4 "));
}

/* ---- pictures ---- */

static uint32_t digit(char character)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = character != '\0' ? strchr(digits, character) : NULL;
    return at != NULL ? (uint32_t)(at - digits) : UINT32_MAX;
}

/* Returns how many bytes; `out` has room for them. */
static size_t base64_read(const char *text, uint8_t *out)
{
    size_t count = 0;
    uint32_t bits = 0;
    uint32_t bits_count = 0;
    for (; digit(*text) != UINT32_MAX; text++) {
        bits = bits << 6 | digit(*text);
        bits_count += 6;
        if (bits_count >= 8) {
            bits_count -= 8;
            out[count++] = (uint8_t)(bits >> bits_count);
        }
    }
    return count;
}

static const char image_prefix[] = " src=\"data:image/jpeg;base64,";

/* Decodes each picture; how many there are. */
static uint32_t check_images(const char *page, uint32_t side_px_max)
{
    uint32_t count = 0;
    for (const char *at = strstr(page, image_prefix); at != NULL;
         at = strstr(at + 1, image_prefix)) {
        const char *data = at + sizeof image_prefix - 1;
        uint8_t *bytes = sf_alloc(strcspn(data, "\""), 1);
        struct sf_picture picture;
        assert_true(sf_picture_decode(bytes, base64_read(data, bytes), &picture));
        assert_false(picture.damaged);
        assert_in_range(picture.width_px, 1, side_px_max);
        assert_in_range(picture.height_px, 1, side_px_max);
        sf_picture_free(&picture);
        free(bytes);
        count++;
    }
    assert_int_equal(count, count_of(page, "<img "));
    assert_int_equal(count, count_of(page, " alt=\""));
    assert_int_equal(count_of(page, " alt=\"\""), 0);
    return count;
}

static void test_every_picture_on_the_page_is_sound(void **state)
{
    struct fixture *f = *state;
    struct sf_exhibit *cut = add_exhibit(f, SF_REPLAY_LIVE, 3);
    cut->seen_bytes /= 2;
    cut->flags = (uint16_t)((cut->flags | SF_FLAG_DAMAGED) & ~SF_FLAG_WHOLE);
    struct sf_exhibit *mixed = add_exhibit(f, LEAKY, 3);
    memcpy(mixed->seen + mixed->seen_bytes / 2, mixed->own + mixed->seen_bytes / 2,
           mixed->seen_bytes / 4);
    add_exhibit(f, LEAKY, 40);
    const char *page = page_of(f);
    assert_int_equal(check_images(page, 320), 2 * (1 + 3));
    assert_int_equal(count_of(page, "<h3>"), 2);
    assert_true(has(page, "<h3>The hub of home 4</h3>"));
    assert_true(has(page, "<h3>The hub of home 41</h3>"));
    assert_true(has(page, "Only a part of the answer had come"));
    assert_true(has(page, "home 5, a stranger\xe2\x80\x99s: capture 5"));
    assert_true(has(page, "26 Dec 2019, 17:08:00"));
    assert_true(has(page, "another time zone"));
}

static void test_the_lead_is_the_strangest_picture_of_the_live_run(void **state)
{
    struct fixture *f = *state;
    add_exhibit(f, SF_REPLAY_LIVE, 3)->owners[0].share_ppm = 500000;
    add_exhibit(f, SF_REPLAY_LIVE, 8)->owners[0].share_ppm = 700000;
    add_exhibit(f, LEAKY, 9);
    assert_true(has(page_of(f), "<h2 id=\"lead\">What the hub of home 9 showed</h2>"));
}

static void test_what_cannot_be_drawn_is_said_so(void **state)
{
    struct fixture *f = *state;
    struct sf_exhibit *exhibit = add_exhibit(f, SF_REPLAY_LIVE, 3);
    memset(exhibit->seen, 0x5a, exhibit->seen_bytes);
    exhibit->own_bytes = 0;
    const char *page = page_of(f);
    assert_int_equal(check_images(page, 320), 0);
    assert_int_equal(count_of(page, "Nothing that could be drawn."), 2); /* the lead, the pair */
    assert_int_equal(count_of(page, "Its camera had taken no still yet."), 2);
}

static void test_large_pictures_are_made_smaller(void **state)
{
    struct fixture *f = *state;
    struct sf_exhibit *exhibit = add_exhibit(f, SF_REPLAY_LIVE, 3);
    exhibit->seen_bytes = make_still(exhibit->seen, 4, 5, 1920, 1080);
    exhibit->own_bytes = make_still(exhibit->own, 3, 7, 1000, 16);
    const char *page = page_of(f);
    assert_int_equal(check_images(page, 640), 4);
    assert_true(has(page, "<img width=\"640\" height=\"360\""));
    assert_true(has(page, "<img width=\"500\" height=\"8\""));
    assert_true(has(page, "bytes kept here"));
}

static void test_there_is_a_sensible_number_of_pictures(void **state)
{
    struct fixture *f = *state;
    for (uint32_t home = 0; home < SF_EXHIBITS_MAX; home++) {
        add_exhibit(f, SF_REPLAY_LIVE, home);
        add_exhibit(f, LEAKY, 100 + home);
    }
    const char *page = page_of(f);
    assert_int_equal(check_images(page, 320), 2 * (1 + 16));
    assert_true(has(page, "<summary>12 more displays</summary>"));
    assert_true(has(page, "And 48 more whose pictures are not on this page."));
}

static void test_without_strays_there_is_still_a_page(void **state)
{
    struct fixture *f = *state;
    const char *page = page_of(f);
    assert_false(has(page, "<img"));
    assert_int_equal(count_of(page, "<h2"), 5);
    assert_true(has(page, "</html>"));
}

/* ---- the plot ---- */

static void test_the_plot_marks_what_the_operator_did(void **state)
{
    struct fixture *f = *state;
    const char *page = page_of(f);
    assert_int_equal(count_of(page, "<svg "), 2);
    assert_int_equal(count_of(page, "<circle class=\"event\""), 2 * 5);
    assert_int_equal(count_of(page, "<rect class=\"blocked\""), 2 * 2);
    assert_true(
        has(page, "<li><b>08:00</b> the update goes live: <code>builtin:boxing-day-update"));
    assert_true(has(page, "<li><b>18:00</b> the kill switch: the integration is blocked"));
    assert_true(has(page, "<li><b>22:00</b> the fix goes live: <code>builtin:boxing-day-fix"));
    assert_true(has(page, "<li><b>28:00</b> every network heals"));
    assert_true(has(page, "12 strays on displays over 30 minutes, the first at 09:00.000"));
    assert_true(has(page, "<tr><th scope=\"row\">9</th><td>12</td><td>41</td><td>41</td></tr>"));
}

static void test_a_long_run_with_a_long_time_line_is_cut(void **state)
{
    struct fixture *f = *state;
    f->replay.duration_ns = 90 * SF_MINUTE + 1;
    f->plan.timeline_count = SF_TIMELINE_MAX;
    for (uint32_t i = 0; i < SF_TIMELINE_MAX; i++) {
        f->plan.timeline[i] = (struct sf_plan_entry){
            .at_ns = i * 20 * SF_SECOND, .action = SF_ACTION_KILL_SWITCH, .on = i % 2 == 0};
    }
    const char *page = page_of(f);
    assert_true(has(page, "Only the first 60 minutes are drawn."));
    assert_true(has(page, "<p class=\"note\">And 240 more.</p>"));
    assert_int_equal(count_of(page, "<circle class=\"event\""), 2 * 16);
}

/* ---- the page as a whole ---- */

static bool is_void(const char *tag, size_t length)
{
    static const char *const voids[] = {"meta", "link", "br", "img"};
    for (size_t i = 0; i < sizeof voids / sizeof voids[0]; i++) {
        if (strlen(voids[i]) == length && strncmp(voids[i], tag, length) == 0) {
            return true;
        }
    }
    return false;
}

static void test_every_element_is_closed_in_order(void **state)
{
    struct fixture *f = *state;
    enum { DEPTH_MAX = 32 };
    const char *open[DEPTH_MAX];
    size_t lengths[DEPTH_MAX];
    uint32_t depth = 0;
    uint32_t elements_count = 0;
    for (uint32_t home = 0; home < 6; home++) {
        add_exhibit(f, SF_REPLAY_LIVE, home);
    }
    const char *page = page_of(f);
    for (const char *at = strchr(page + 1, '<'); at != NULL; at = strchr(at + 1, '<')) {
        bool closes = at[1] == '/';
        const char *tag = at + 1 + closes;
        size_t length = strcspn(tag, " >/\n");
        const char *end = strchr(tag, '>');
        assert_non_null(end);
        if (is_void(tag, length) || end[-1] == '/') {
            continue;
        }
        if (!closes) {
            assert_true(depth < DEPTH_MAX);
            open[depth] = tag;
            lengths[depth++] = length;
            elements_count++;
        } else {
            assert_true(depth > 0);
            depth--;
            assert_int_equal(lengths[depth], length);
            assert_memory_equal(open[depth], tag, length);
        }
    }
    assert_int_equal(depth, 0);
    assert_true(elements_count >= 500);
}

static void test_the_same_replay_gives_the_same_page(void **state)
{
    struct fixture *f = *state;
    add_exhibit(f, SF_REPLAY_LIVE, 3);
    char *first = sf_strdup(page_of(f));
    assert_string_equal(first, page_of(f));
    free(first);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_escaped),
        cmocka_unit_test(test_counts_have_separators),
        cmocka_unit_test(test_what_is_not_nothing_is_never_shown_as_nothing),
        cmocka_unit_test(test_clocks_show_local_time),
        cmocka_unit_test(test_data_uris_are_base64),
        TEST(test_text_from_a_scenario_stays_text),
        TEST(test_the_page_refers_to_nothing_outside),
        TEST(test_every_fact_is_on_the_page),
        TEST(test_the_verdict_follows_the_facts),
        TEST(test_the_arms_are_summed_over_the_seeds),
        TEST(test_a_run_that_crashed_is_said_and_not_believed),
        TEST(test_impossible_exhibits_are_left_out),
        TEST(test_every_picture_on_the_page_is_sound),
        TEST(test_the_lead_is_the_strangest_picture_of_the_live_run),
        TEST(test_what_cannot_be_drawn_is_said_so),
        TEST(test_large_pictures_are_made_smaller),
        TEST(test_there_is_a_sensible_number_of_pictures),
        TEST(test_without_strays_there_is_still_a_page),
        TEST(test_the_plot_marks_what_the_operator_did),
        TEST(test_a_long_run_with_a_long_time_line_is_cut),
        TEST(test_every_element_is_closed_in_order),
        TEST(test_the_same_replay_gives_the_same_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
