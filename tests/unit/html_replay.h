/* A replay as it could come out, without running one, and its page. */
#ifndef STRAYFRAME_TESTS_UNIT_HTML_REPLAY_H
#define STRAYFRAME_TESTS_UNIT_HTML_REPLAY_H

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/ids.h"
#include "harness/frame/still.h"
#include "harness/report/report.h"
#include "harness/scenario/scenario.h"
#include "tests/unit/html_page.h"

#define INCIDENT "scenarios/incidents/boxing-day-2019.yaml"
#define HOSTILE "</title></style><script>alert('x')</script> & \"quoted\""

struct fixture {
    struct sf_plan plan;
    struct sf_replay replay;
    struct sf_text page;
};

enum {
    LEAKY = (SF_REPLAY_UPDATE * SF_REPLAY_NETWORKS_COUNT + SF_REPLAY_POOR) * SF_PATHS_COUNT +
            SF_PATH_HUB
};

static inline struct sf_replay_run *run_of(struct fixture *f, uint32_t seed, uint32_t arm)
{
    return (struct sf_replay_run *)(void *)f->replay.jobs.results + seed * SF_REPLAY_ARMS_COUNT +
           arm;
}

static inline uint32_t make_still(uint8_t *out, uint32_t home, uint32_t capture, uint16_t width_px,
                                  uint16_t height_px)
{
    const struct sf_still_spec spec = {
        .mark = {{home}, {home}, capture},
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
static inline struct sf_exhibit *add_exhibit(struct fixture *f, uint32_t arm, uint32_t home)
{
    struct sf_exhibits *exhibits = &run_of(f, 0, arm)->exhibits;
    assert_true(exhibits->count < SF_EXHIBITS_MAX);
    struct sf_exhibit *exhibit = &exhibits->items[exhibits->count++];
    *exhibit = (struct sf_exhibit){
        .at_ns = 9 * SF_MINUTE + home * SF_SECOND,
        .viewer = sf_viewer_of_home(sf_home_id(home), SF_VIEWER_IS_HUB),
        .tenant = {home},
        .own_capture = 7,
        .utc_offset_s = 3600,
        .unreadable_ppm = 20000,
        .flags = SF_FLAG_DECODABLE | SF_FLAG_GRAYSCALE | SF_FLAG_WHOLE,
        .owners_count = 1,
    };
    exhibit->owners[0] = (struct sf_exhibit_owner){.tenant = {home + 1},
                                                   .capture = 5,
                                                   .share_ppm = 980000,
                                                   .utc_offset_s = -5 * 3600,
                                                   .captured_ns = 8 * SF_MINUTE};
    exhibit->own_bytes = make_still(exhibit->own, home, 7, 320, 180);
    exhibit->seen_bytes = make_still(exhibit->seen, home + 1, 5, 320, 180);
    return exhibit;
}

static inline void set_path(struct sf_tally_path *path, uint64_t strays_count)
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

static inline int setup(void **state)
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

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    free(f->replay.jobs.results);
    free(f->replay.jobs.statuses);
    sf_text_free(&f->page);
    free(f);
    return 0;
}

static inline const char *page_of(struct fixture *f)
{
    sf_text_free(&f->page);
    sf_report_replay_html(&f->plan, &f->replay, "strayframe replay --set 'a=<b>'", &f->page);
    return f->page.data;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
