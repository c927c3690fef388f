/* Saved runs: what is written comes back and is judged as it was; what was changed is refused. */
#include "harness/trace/saved.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/hash.h"
#include "harness/run/saved_run.h"
#include "harness/sim/rng.h"
#include "harness/story/story.h"
#include "harness/trace/record_words.h"
#include "tests/unit/random_record.h"
#include "tests/unit/runs.h"

/* A whole file in memory. */
struct bytes {
    uint8_t *data;
    size_t count;
};

static struct bytes save(struct runs *runs, const char *scenario, uint64_t events_max)
{
    char *data = NULL;
    size_t count = 0;
    struct sf_diag diag = {0};
    runs_load(runs, scenario);
    FILE *file = open_memstream(&data, &count);
    const struct sf_run_options options = {.seed = runs->plan.seed, .events_max = events_max};
    assert_int_equal(
        sf_run_save(runs->runner, &runs->plan, &runs->caches, &options, file, &runs->result, &diag),
        SF_OK);
    fclose(file);
    return (struct bytes){(uint8_t *)data, count};
}

/* Opens and judges it as `strayframe check` does. */
static enum sf_err read_back(const uint8_t *data, size_t count, struct sf_plan *plan,
                             struct sf_run_result *result, struct sf_diag *diag)
{
    static uint8_t none[1];
    struct sf_saved saved;
    FILE *file = fmemopen(count > 0 ? (void *)(uintptr_t)data : none, count > 0 ? count : 1, "rb");
    assert_non_null(file);
    if (count == 0) {
        fgetc(file);
    }
    SF_TRY(sf_saved_open_stream(&saved, file, "a.run", diag));
    enum sf_err err = sf_saved_plan(&saved, NULL, 0, plan, diag);
    if (err == SF_OK) {
        struct sf_runner *runner = sf_runner_create();
        err = sf_run_judge(runner, &saved, plan, NULL, 0, result, diag);
        sf_runner_destroy(runner);
    }
    sf_saved_close(&saved);
    return err;
}

static void test_oracles_judge_a_live_run_and_a_saved_file_alike(void **state)
{
    (void)state;
    static const char *const scenarios[] = {
        "scenarios/smoke/small.yaml",         "scenarios/smoke/everything.yaml",
        "scenarios/canary/stray-pixels.yaml", "scenarios/canary/stray-bytes.yaml",
        "scenarios/canary/kill-switch.yaml",  "scenarios/canary/no-link.yaml",
        "scenarios/canary/silence.yaml",      "scenarios/canary/babble.yaml",
    };
    struct runs *runs = runs_create();
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    uint64_t findings_count = 0;
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct bytes bytes = save(runs, scenarios[i], 0);
        struct sf_run_result judged;
        struct sf_diag diag = {0};
        assert_int_equal(read_back(bytes.data, bytes.count, plan, &judged, &diag), SF_OK);
        assert_memory_equal(plan, &runs->plan, sizeof *plan);
        assert_memory_equal(&judged, &runs->result, sizeof judged);
        findings_count += judged.findings_count;
        free(bytes.data);
    }
    assert_true(findings_count > 100);
    free(plan);
    runs_destroy(runs);
}

static void test_a_run_that_its_budget_ended_comes_back_as_one(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct bytes bytes = save(runs, "scenarios/smoke/small.yaml", 500);
    struct sf_run_result judged;
    struct sf_diag diag = {0};
    struct sf_saved_head head;
    memcpy(&head, bytes.data, sizeof head);
    assert_int_equal(head.events_max, 500);
    assert_int_equal(read_back(bytes.data, bytes.count, plan, &judged, &diag), SF_OK);
    assert_true(judged.out_of_budget);
    assert_int_equal(judged.verdict, SF_VERDICT_INCONCLUSIVE);
    assert_memory_equal(&judged, &runs->result, sizeof judged);
    free(bytes.data);
    free(plan);
    runs_destroy(runs);
}

/* What every test of refusals shares. */
struct fixture {
    struct runs *runs;
    struct bytes bytes;
    struct sf_plan plan;
    struct sf_run_result result;
    struct sf_diag diag;
};

static int make_fixture(void **state)
{
    struct fixture *f = sf_alloc(1, sizeof *f);
    f->runs = runs_create();
    f->bytes = save(f->runs, "scenarios/smoke/small.yaml", 0);
    *state = f;
    return 0;
}

static int free_fixture(void **state)
{
    struct fixture *f = *state;
    free(f->bytes.data);
    runs_destroy(f->runs);
    free(f);
    return 0;
}

static enum sf_err again(struct fixture *f, size_t count)
{
    return read_back(f->bytes.data, count, &f->plan, &f->result, &f->diag);
}

static void assert_refused(struct fixture *f, size_t count, const char *why)
{
    assert_int_equal(again(f, count), SF_ERR_INPUT);
    if (strstr(f->diag.message, why) == NULL) {
        fail_msg("'%s' is not in: %s", why, f->diag.message);
    }
    assert_string_equal(f->diag.file, "a.run");
}

static void test_a_file_has_the_layout_that_is_documented(void **state)
{
    struct fixture *f = *state;
    struct sf_saved_head head;
    struct sf_saved_end end;
    memcpy(&head, f->bytes.data, sizeof head);
    memcpy(&end, f->bytes.data + f->bytes.count - sizeof end, sizeof end);
    assert_memory_equal(head.magic, "SFRUN\r\n\x1a", 8);
    assert_memory_equal(end.magic, "SFRUNEND", 8);
    assert_int_equal(head.version, 1);
    assert_int_equal(head.record_bytes, 40);
    assert_int_equal(end.records_count, f->runs->result.records_count);
    assert_int_equal(end.trace_hash, f->runs->result.trace_hash);
    assert_int_equal(f->bytes.count, 64 + head.plan_bytes + 40 * end.records_count + 40);
    assert_int_equal(head.plan_hash, sf_hash(f->bytes.data + 64, head.plan_bytes));
}

static void test_a_file_that_is_cut_short_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(again(f, f->bytes.count), SF_OK);
    for (size_t count = 8; count < f->bytes.count; count += count < 200 ? 1 : 97) {
        assert_refused(f, count, "the saved run");
    }
    assert_refused(f, f->bytes.count - 1, "cut short");
    assert_refused(f, 3, "no saved run");
}

static void test_a_file_that_was_changed_anywhere_is_refused(void **state)
{
    struct fixture *f = *state;
    for (size_t at = 0; at < f->bytes.count; at += at < 200 ? 1 : 61) {
        f->bytes.data[at] ^= 0x40;
        if (again(f, f->bytes.count) != SF_ERR_INPUT) {
            fail_msg("byte %zu may be changed", at);
        }
        f->bytes.data[at] ^= 0x40;
    }
    for (size_t at = f->bytes.count - 40; at < f->bytes.count; at++) {
        f->bytes.data[at] ^= 1;
        assert_refused(f, f->bytes.count, "saved run");
        f->bytes.data[at] ^= 1;
    }
    assert_int_equal(again(f, f->bytes.count), SF_OK);
}

static void seal_head(struct fixture *f, struct sf_saved_head head)
{
    head.head_hash = sf_hash(&head, 56);
    memcpy(f->bytes.data, &head, sizeof head);
}

static void test_a_newer_file_is_refused_by_its_version(void **state)
{
    struct fixture *f = *state;
    struct sf_saved_head head;
    memcpy(&head, f->bytes.data, sizeof head);
    head.version = 2;
    seal_head(f, head);
    assert_refused(f, f->bytes.count, "format version 2");
    head.version = 1;
    head.kinds_count = SF_RECORD_KINDS_COUNT + 1;
    snprintf(head.program, sizeof head.program, "9.9");
    seal_head(f, head);
    assert_refused(f, f->bytes.count, "newer program, strayframe 9.9");
    head.kinds_count = 5; /* an older one, which knew fewer kinds */
    seal_head(f, head);
    assert_int_equal(again(f, f->bytes.count), SF_OK);
}

/* With right checksums: an attacker who makes such a file can compute those too. */
static void test_a_record_that_cannot_be_is_refused(void **state)
{
    struct fixture *f = *state;
    struct sf_saved_head head;
    memcpy(&head, f->bytes.data, sizeof head);
    uint8_t *at = f->bytes.data + sizeof head + head.plan_bytes;
    struct sf_record record;
    memcpy(&record, at, sizeof record);
    const struct sf_record changed[] = {
        {.kind = SF_RECORD_KINDS_COUNT},       {.kind = UINT16_MAX},
        {.kind = SF_RECORD_CAMERA, .who = 4},  {.kind = SF_RECORD_CAMERA, .a = UINT32_MAX},
        {.kind = SF_RECORD_VIEWER, .who = 12}, {.kind = SF_RECORD_VIEWER, .b = UINT32_MAX},
        {.kind = SF_RECORD_LINK, .who = 4},    {.kind = SF_RECORD_SEEN, .who = 1u << 31},
        {.kind = SF_RECORD_END, .at_ns = -1},  {.kind = SF_RECORD_END, .at_ns = INT64_MAX},
    };
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++) {
        memcpy(at, &changed[i], sizeof changed[i]);
        assert_refused(f, f->bytes.count, "cannot be of this run");
    }
    memcpy(at, &record, sizeof record);
    assert_int_equal(again(f, f->bytes.count), SF_OK);
}

/* The story of each of the first findings. */
static void tell_each(struct bytes bytes, const struct sf_plan *plan,
                      const struct sf_run_result *result)
{
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        struct sf_saved saved;
        struct sf_gather gather;
        struct sf_story story;
        struct sf_diag diag = {0};
        struct sf_trace *trace = sf_alloc(1, sizeof *trace);
        FILE *file = fmemopen(bytes.data, bytes.count, "rb");
        assert_int_equal(sf_saved_open_stream(&saved, file, "a.run", &diag), SF_OK);
        sf_gather_init(&gather, &result->findings[i]);
        sf_trace_init(trace);
        sf_trace_listen(trace, (struct sf_trace_listener){sf_gather_records, &gather});
        assert_int_equal(sf_saved_play(&saved, sf_plan_homes_count(plan), trace, &diag), SF_OK);
        sf_story_tell(&gather, plan, &story);
        assert_true(story.paragraph.length > 0);
        sf_story_fini(&story);
        sf_gather_fini(&gather);
        sf_saved_close(&saved);
        free(trace);
    }
}

/* Records that no run ever wrote, each in its bounds, with right checksums: what the oracles and
 * the story make of them is not checked, but they must come to an end. */
static void test_records_that_make_no_sense_are_judged_without_harm(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_record_bounds bounds;
    runs_load(runs, "scenarios/smoke/small.yaml");
    sf_record_bounds_init(&bounds, sf_plan_homes_count(&runs->plan));
    struct sf_text plan = {0};
    sf_scenario_print(&runs->plan, sf_run_schema(), &plan);
    struct sf_plan *again = sf_alloc(1, sizeof *again);
    for (uint32_t seed = 0; seed < 20; seed++) {
        struct bytes bytes = {0};
        FILE *file = open_memstream((char **)&bytes.data, &bytes.count);
        struct sf_saved_writer writer;
        struct sf_trace *trace = sf_alloc(1, sizeof *trace);
        struct sf_rng rng;
        struct sf_diag diag = {0};
        sf_rng_init(&rng, seed, "records", 0);
        sf_trace_init(trace);
        sf_trace_listen(trace, (struct sf_trace_listener){sf_saved_write_records, &writer});
        sf_saved_write_begin(&writer, file, plan.data, plan.length, 0);
        for (sf_ns at_ns = 0; at_ns < 3000 * SF_MS; at_ns += SF_MS) {
            enum sf_record_kind kind =
                (enum sf_record_kind)(sf_rng_u64(&rng) % SF_RECORD_KINDS_COUNT);
            struct sf_record record = random_record(&rng, at_ns, kind, &bounds);
            assert_true(sf_record_fits(&bounds, &record));
            sf_trace_add(trace, record);
        }
        sf_trace_end(trace);
        assert_true(trace->records_count > 500);
        assert_int_equal(sf_saved_write_end(&writer, trace->records_count, trace->hash, 1, &diag),
                         SF_OK);
        fclose(file);
        assert_int_equal(read_back(bytes.data, bytes.count, again, &runs->result, &diag), SF_OK);
        tell_each(bytes, again, &runs->result);
        free(trace);
        free(bytes.data);
    }
    free(again);
    sf_text_free(&plan);
    runs_destroy(runs);
}

static void test_what_is_no_saved_run_is_told_from_one(void **state)
{
    (void)state;
    struct sf_diag diag = {0};
    struct sf_saved saved;
    assert_false(sf_saved_recognise("scenarios/smoke/small.yaml"));
    assert_false(sf_saved_recognise("/dev/null"));
    assert_false(sf_saved_recognise("no-such-file"));
    assert_int_equal(sf_saved_open(&saved, "scenarios/smoke/small.yaml", &diag), SF_ERR_INPUT);
    assert_non_null(strstr(diag.message, "no saved run"));
    assert_int_equal(sf_saved_open(&saved, "no-such-file", &diag), SF_ERR_INPUT);
}

/* The canary of the writer: it must not call a run saved that is not. */
static void test_a_full_disk_is_noticed(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_diag diag = {0};
    runs_load(runs, "scenarios/smoke/small.yaml");
    FILE *full = fopen("/dev/full", "wb");
    assert_non_null(full);
    const struct sf_run_options options = {.seed = 1};
    assert_int_equal(
        sf_run_save(runs->runner, &runs->plan, &runs->caches, &options, full, &runs->result, &diag),
        SF_ERR_MACHINE);
    fclose(full);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracles_judge_a_live_run_and_a_saved_file_alike),
        cmocka_unit_test(test_a_run_that_its_budget_ended_comes_back_as_one),
        cmocka_unit_test_setup_teardown(test_a_file_has_the_layout_that_is_documented, make_fixture,
                                        free_fixture),
        cmocka_unit_test_setup_teardown(test_a_file_that_is_cut_short_is_refused, make_fixture,
                                        free_fixture),
        cmocka_unit_test_setup_teardown(test_a_file_that_was_changed_anywhere_is_refused,
                                        make_fixture, free_fixture),
        cmocka_unit_test_setup_teardown(test_a_newer_file_is_refused_by_its_version, make_fixture,
                                        free_fixture),
        cmocka_unit_test_setup_teardown(test_a_record_that_cannot_be_is_refused, make_fixture,
                                        free_fixture),
        cmocka_unit_test(test_records_that_make_no_sense_are_judged_without_harm),
        cmocka_unit_test(test_what_is_no_saved_run_is_told_from_one),
        cmocka_unit_test(test_a_full_disk_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
