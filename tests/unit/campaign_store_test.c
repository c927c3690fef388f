/* The store: what goes in comes out, what is settled stays, and what is no store is refused. */
#include "harness/campaign/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/campaign/provenance.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/strayframe-test-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static struct sf_store *open_store(const char *name, enum sf_store_mode mode)
{
    struct sf_store *store;
    struct sf_diag diag = {0};
    if (sf_store_open(path_of(name), mode, &store, &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
    return store;
}

static const struct sf_campaign_scenario scenarios[] = {{"a.yaml", UINT64_MAX}, {"b.yaml", 7}};

static struct sf_campaign campaign_of(const char *candidate)
{
    return (struct sf_campaign){
        .version = "0.1.0",
        .candidate = candidate,
        .baseline = "",
        .commit = "0123abc",
        .machine = "here",
        .options = "--seeds 4",
        .seed_first = UINT64_MAX - 3,
        .seeds_count = 4,
        .shard = 1,
        .shards_count = 1,
        .files_count = 1,
        .files = {{"candidate", "/a.so", "00"}},
        .scenarios_count = 2,
        .scenarios = scenarios,
    };
}

static struct sf_store_campaign begin(struct sf_store *store, const char *candidate)
{
    const struct sf_campaign campaign = campaign_of(candidate);
    struct sf_store_campaign is;
    assert_int_equal(sf_store_begin(store, &campaign, 1577880000, &is, NULL), SF_OK);
    return is;
}

/* ---- what goes in comes out ---- */

/* Every field has a value of its own, the largest ones among them. */
static void fill(struct sf_campaign_run *run, uint32_t number)
{
    memset(run, 0, sizeof *run);
    run->number = number;
    run->arm = SF_ARM_MIXED;
    run->plan = 1;
    run->seed = UINT64_MAX - number;
    run->status = (struct sf_job_status){.end = SF_JOB_DONE, .signal_number = 9};
    run->outcome.verdict = SF_VERDICT_FAIL;
    run->outcome.ended =
        (struct sf_cache_ended){.code = -12, .subject = UINT64_MAX, .text = "it crashed"};
    run->outcome.cut = true;
    run->outcome.trace_hash = UINT64_C(0xfedcba9876543210);
    run->outcome.oracles[0] = (struct sf_oracle_result){
        .evidence_count = UINT64_MAX, .findings_count = 3, .wanted = true};
    run->outcome.oracles[5] = (struct sf_oracle_result){.evidence_count = number};
    run->outcome.findings_kept = 2;
    for (uint32_t i = 0; i < 2; i++) {
        run->outcome.findings[i] = (struct sf_finding){
            .at_ns = INT64_MAX - i,
            .oracle = (uint16_t)i,
            .flags = UINT16_MAX,
            .viewer = {3},
            .viewer_tenant = {UINT32_MAX},
            .owner_tenant = {5},
            .owner_camera = {6},
            .capture = 7,
            .amount = UINT32_MAX - 1,
            .destination = 9,
            .callback = 10,
            .request = UINT64_MAX - 11,
        };
    }
    run->outcome.probes[0] = true;
    run->outcome.probes[SF_PROBES_COUNT - 1] = true;
    run->outcome.figures = (struct sf_campaign_figures){.asks_count = 1,
                                                        .own_whole_count = 2,
                                                        .blank_count = 3,
                                                        .fetches_count = 4,
                                                        .memory_bytes = UINT64_C(1) << 40};
    run->outcome.figures.firsts.counts[0] = 300;
    run->outcome.figures.firsts.counts[SF_WAITS_BUCKETS - 1] = UINT32_MAX;
}

static enum sf_err compare(void *context, const struct sf_campaign_run *run, struct sf_diag *diag)
{
    (void)diag;
    uint32_t *next = context;
    static struct sf_campaign_run expected;
    fill(&expected, (*next)++);
    assert_int_equal(run->number, expected.number);
    assert_int_equal(run->arm, expected.arm);
    assert_int_equal(run->plan, expected.plan);
    assert_true(run->seed == expected.seed);
    assert_int_equal(run->status.end, expected.status.end);
    assert_int_equal(run->status.signal_number, expected.status.signal_number);
    const struct sf_campaign_outcome *is = &run->outcome;
    const struct sf_campaign_outcome *was = &expected.outcome;
    assert_int_equal(is->verdict, was->verdict);
    assert_int_equal(is->ended.code, was->ended.code);
    assert_true(is->ended.subject == was->ended.subject);
    assert_string_equal(is->ended.text, was->ended.text);
    assert_int_equal(is->cut, was->cut);
    assert_true(is->trace_hash == was->trace_hash);
    for (uint32_t i = 0; i < SF_ORACLES_MAX; i++) {
        assert_true(is->oracles[i].evidence_count == was->oracles[i].evidence_count);
        assert_true(is->oracles[i].findings_count == was->oracles[i].findings_count);
        assert_int_equal(is->oracles[i].wanted, was->oracles[i].wanted);
    }
    assert_int_equal(is->findings_kept, was->findings_kept);
    /* Findings have no padding. */
    assert_memory_equal(is->findings, was->findings, sizeof is->findings);
    assert_memory_equal(is->probes, was->probes, sizeof is->probes);
    assert_memory_equal(&is->figures.firsts, &was->figures.firsts, sizeof is->figures.firsts);
    assert_true(is->figures.asks_count == was->figures.asks_count);
    assert_true(is->figures.own_whole_count == was->figures.own_whole_count);
    assert_true(is->figures.blank_count == was->figures.blank_count);
    assert_true(is->figures.fetches_count == was->figures.fetches_count);
    assert_true(is->figures.memory_bytes == was->figures.memory_bytes);
    return SF_OK;
}

static void test_a_run_comes_out_as_it_went_in(void **state)
{
    enum { RUNS = 20 };
    (void)state;
    static struct sf_campaign_run run;
    struct sf_store *store = open_store("round.db", SF_STORE_WRITE);
    struct sf_store_campaign campaign = begin(store, "./a.so");
    struct sf_store_campaign other = begin(store, "./b.so");
    for (uint32_t i = 0; i < RUNS; i++) {
        fill(&run, i);
        assert_int_equal(sf_store_add_run(store, campaign.id, &run, NULL), SF_OK);
    }
    assert_int_equal(sf_store_settle(store, NULL), SF_OK);
    sf_store_close(store);
    store = open_store("round.db", SF_STORE_READ);
    uint32_t next = 0;
    assert_int_equal(sf_store_read_runs(store, campaign.id, compare, &next, NULL), SF_OK);
    assert_int_equal(next, RUNS);
    next = 0;
    assert_int_equal(sf_store_read_runs(store, other.id, compare, &next, NULL), SF_OK);
    assert_int_equal(next, 0);
    sf_store_close(store);
}

static void test_small_worlds_come_out_as_they_went_in(void **state)
{
    (void)state;
    struct sf_campaign_small small = {.ran = true,
                                      .leaks = true,
                                      .verdict = SF_VERDICT_FAIL,
                                      .events_count = 4,
                                      .worlds_count = 5,
                                      .complete_count = 6,
                                      .depth_least = 7,
                                      .orders_count = UINT64_MAX,
                                      .cpu_s = 0.1,
                                      .world = "closed",
                                      .told = "two\nlines"};
    struct sf_campaign_small out;
    struct sf_store *store = open_store("small.db", SF_STORE_WRITE);
    struct sf_store_campaign campaign = begin(store, "./a.so");
    assert_int_equal(sf_store_read_small(store, campaign.id, &out, NULL), SF_OK);
    assert_false(out.ran);
    assert_string_equal(out.not_run, "");
    assert_int_equal(sf_store_add_small(store, campaign.id, &small, NULL), SF_OK);
    assert_int_equal(sf_store_read_small(store, campaign.id, &out, NULL), SF_OK);
    assert_true(out.ran && out.leaks);
    assert_int_equal(out.verdict, SF_VERDICT_FAIL);
    assert_int_equal(out.events_count, 4);
    assert_int_equal(out.worlds_count, 5);
    assert_int_equal(out.complete_count, 6);
    assert_int_equal(out.depth_least, 7);
    assert_true(out.orders_count == UINT64_MAX);
    assert_true(out.cpu_s == 0.1);
    assert_string_equal(out.world, "closed");
    assert_string_equal(out.told, "two\nlines");
    sf_store_close(store);
}

/* ---- what goes on ---- */

static void test_a_campaign_is_found_again_only_if_all_of_it_is_the_same(void **state)
{
    (void)state;
    static struct sf_campaign_run run;
    struct sf_store *store = open_store("again.db", SF_STORE_WRITE);
    struct sf_store_campaign first = begin(store, "./a.so");
    struct sf_store_campaign found;
    struct sf_campaign campaign = campaign_of("./a.so");
    fill(&run, 0);
    assert_int_equal(sf_store_add_run(store, first.id, &run, NULL), SF_OK);
    campaign.machine = "there"; /* not part of it */
    campaign.commit = "fedcba9";
    assert_int_equal(sf_store_find(store, &campaign, &found, NULL), SF_OK);
    assert_int_equal(found.id, first.id);
    assert_int_equal(found.runs, 1);
    assert_false(found.ended);
    const struct sf_campaign_end end = {"leak", "why", 1, 4, 1};
    assert_int_equal(sf_store_end(store, first.id, true, &end, 1577880060, NULL), SF_OK);
    assert_int_equal(sf_store_find(store, &campaign, &found, NULL), SF_OK);
    assert_true(found.ended);
    campaign.files[0].sha256 = "01"; /* the candidate was built anew */
    assert_int_equal(sf_store_find(store, &campaign, &found, NULL), SF_OK);
    assert_int_equal(found.id, 0);
    campaign = campaign_of("./a.so");
    campaign.seed_first = 1;
    assert_int_equal(sf_store_find(store, &campaign, &found, NULL), SF_OK);
    assert_int_equal(found.id, 0);
    campaign = campaign_of("./a.so");
    campaign.shards_count = 2;
    uint64_t whole = sf_campaign_identity(&campaign, false);
    uint64_t part = sf_campaign_identity(&campaign, true);
    campaign.shard = 2;
    assert_true(sf_campaign_identity(&campaign, false) == whole);
    assert_true(sf_campaign_identity(&campaign, true) != part);
    sf_store_close(store);
}

static void test_what_is_not_settled_is_not_there(void **state)
{
    (void)state;
    static struct sf_campaign_run run;
    struct sf_store *store = open_store("settled.db", SF_STORE_WRITE);
    struct sf_store_campaign campaign = begin(store, "./a.so");
    for (uint32_t i = 0; i < 3; i++) {
        fill(&run, i);
        assert_int_equal(sf_store_add_run(store, campaign.id, &run, NULL), SF_OK);
        if (i == 1) {
            assert_int_equal(sf_store_settle(store, NULL), SF_OK);
        }
    }
    sf_store_close(store); /* as a kill would */
    store = open_store("settled.db", SF_STORE_WRITE);
    uint32_t next = 0;
    assert_int_equal(sf_store_read_runs(store, campaign.id, compare, &next, NULL), SF_OK);
    assert_int_equal(next, 2);
    sf_store_close(store);
}

/* ---- what is refused ---- */

static void test_a_run_of_the_same_number_is_refused(void **state)
{
    (void)state;
    static struct sf_campaign_run run;
    struct sf_diag diag = {0};
    struct sf_store *store = open_store("twice.db", SF_STORE_WRITE);
    struct sf_store_campaign campaign = begin(store, "./a.so");
    fill(&run, 0);
    assert_int_equal(sf_store_add_run(store, campaign.id, &run, NULL), SF_OK);
    assert_int_equal(sf_store_add_run(store, campaign.id, &run, &diag), SF_ERR_MACHINE);
    assert_non_null(strstr(diag.message, "UNIQUE"));
    sf_store_close(store);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_what_is_no_store_is_refused_and_left_alone(void **state)
{
    (void)state;
    static const enum sf_store_mode modes[] = {SF_STORE_READ, SF_STORE_WRITE};
    char before[SF_SHA256_TEXT_BYTES];
    char after[SF_SHA256_TEXT_BYTES];
    char command[300];
    write_file("text", "This is a text and nothing else, but it is long enough for a header of "
                       "a database, which has 100 bytes.\n");
    snprintf(command, sizeof command, "%s", path_of("other.db"));
    char line[400];
    snprintf(line, sizeof line, "sqlite3 %s 'CREATE TABLE mine(a)' 2>/dev/null", command);
    bool has_other = system(line) == 0;
    for (int i = 0; i < 2; i++) {
        struct sf_store *store;
        struct sf_diag diag = {0};
        assert_int_equal(sf_sha256_file(path_of("text"), before, NULL), SF_OK);
        assert_int_equal(sf_store_open(path_of("text"), modes[i], &store, &diag), SF_ERR_INPUT);
        assert_int_equal(sf_sha256_file(path_of("text"), after, NULL), SF_OK);
        assert_string_equal(before, after);
        assert_int_equal(sf_store_open(folder, modes[i], &store, &diag), SF_ERR_INPUT);
        assert_int_equal(sf_store_open("/no/such/folder/x.db", modes[i], &store, &diag),
                         SF_ERR_INPUT);
        if (has_other) {
            assert_int_equal(sf_sha256_file(path_of("other.db"), before, NULL), SF_OK);
            assert_int_equal(sf_store_open(path_of("other.db"), modes[i], &store, &diag),
                             SF_ERR_INPUT);
            assert_int_equal(sf_sha256_file(path_of("other.db"), after, NULL), SF_OK);
            assert_string_equal(before, after);
        }
    }
    struct sf_store *store;
    assert_int_equal(sf_store_open(path_of("none.db"), SF_STORE_READ, &store, NULL), SF_ERR_INPUT);
    assert_int_not_equal(access(path_of("none.db"), F_OK), 0);
}

/* ---- where it comes from ---- */

static void note(void *context, const char *path)
{
    snprintf(context, 200, "%s", path);
}

static void test_the_files_of_a_cache_are_found(void **state)
{
    (void)state;
    char path[200] = "";
    char text[SF_SHA256_TEXT_BYTES];
    write_file("abc", "abc");
    /* FIPS 180-4, the example of one block. */
    assert_int_equal(sf_sha256_file(path_of("abc"), text, NULL), SF_OK);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(sf_sha256_file(folder, text, NULL), SF_ERR_INPUT);
    sf_cache_files("builtin:careful?uploads=no", "/bin", note, path);
    assert_string_equal(path, "");
    sf_cache_files("./my.so?size=1", "/bin", note, path);
    assert_string_equal(path, "./my.so");
    sf_cache_files("exec:sh -c true", "/nowhere:/bin", note, path);
    assert_string_equal(path, "/bin/sh");
    char spec[200];
    snprintf(spec, sizeof spec, "exec:sh %s", path_of("abc"));
    sf_cache_files(spec, "/bin", note, path); /* the last one is the script */
    assert_string_equal(path, path_of("abc"));
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    return 0;
}

static int tear_down(void **state)
{
    char line[100];
    (void)state;
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_comes_out_as_it_went_in),
        cmocka_unit_test(test_small_worlds_come_out_as_they_went_in),
        cmocka_unit_test(test_a_campaign_is_found_again_only_if_all_of_it_is_the_same),
        cmocka_unit_test(test_what_is_not_settled_is_not_there),
        cmocka_unit_test(test_a_run_of_the_same_number_is_refused),
        cmocka_unit_test(test_what_is_no_store_is_refused_and_left_alone),
        cmocka_unit_test(test_the_files_of_a_cache_are_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
