/* Small worlds explored exhaustively: what must be found is found, after the fewest events, and
 * confirmed in a fresh process; what leaks nothing is not blamed; and no way of saving work (saved
 * memory instead of replay, equal states once, tenants that are alike in one order only) changes
 * what is found. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/exhaust/exhaust.h"
#include "harness/exhaust/heap.h"
#include "harness/exhaust/say.h"
#include "sim_cloud/caches/builtin.h"
#include "tests/unit/test.h"

static struct sf_exhaust_options options;
static struct sf_exhaust *result;

static int set_up(void **state)
{
    (void)state;
    result = calloc(1, sizeof *result);
    options = (struct sf_exhaust_options){
        .seconds_max = 100,
        .depth_max = 6,
        .keeps_merging = true,
        .keeps_symmetry = true,
        .seed = 1,
    };
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(result);
    return 0;
}

static void choose_world(const char *name)
{
    for (uint32_t i = 0; i < sf_profile_count(); i++) {
        if (strcmp(sf_profile_world(i)->name, name) == 0) {
            options.worlds = sf_profile_world(i);
            options.worlds_count = 1;
            return;
        }
    }
    fail_msg("no world %s", name);
}

static void choose_cache(const char *spec)
{
    struct sf_diag diag = {0};
    if (sf_cache_load_here(spec, sf_builtin_caches(), &options.candidate, &diag) != SF_OK) {
        fail_msg("%s", diag.message);
    }
}

static void explore(const char *cache, const char *world, uint32_t depth)
{
    struct sf_diag diag = {0};
    choose_cache(cache);
    choose_world(world);
    options.depth_max = depth;
    memset(result, 0, sizeof *result);
    assert_int_equal(sf_exhaust(&options, result, &diag), SF_OK);
}

static void assert_found(uint32_t kind, uint32_t depth)
{
    assert_int_equal(result->leak.find.kind, kind);
    assert_int_equal(result->leak.order.count, depth);
    assert_true(result->leak.is_confirmed);
    assert_int_equal(sf_exhaust_verdict(result), SF_VERDICT_FAIL);
}

static void assert_silent(uint32_t depth)
{
    assert_int_equal(result->leak.find.kind, SF_SMALL_FIND_NONE);
    assert_int_equal(result->contract.find.kind, SF_SMALL_FIND_NONE);
    assert_int_equal(result->worlds[0].depth, depth);
    assert_true(result->worlds[0].answers_count >= 20);
    assert_int_equal(sf_exhaust_verdict(result), SF_VERDICT_PASS);
}

/* ---- what must be found ---- */

/* A class, the world that shows it, how many events it takes, and the caches' options. */
static const struct {
    const char *cache;
    const char *world;
    uint32_t depth;
    uint32_t kind;
} classes[] = {
    {"builtin:d01-tenantless", "closed", 2, SF_SMALL_FIND_BYTE},
    {"builtin:d02-fallback-by-model", "closed", 4, SF_SMALL_FIND_BYTE},
    {"builtin:d04-coalesced", "closed", 3, SF_SMALL_FIND_BYTE},
    {"builtin:d05-pooled-connection", "closed", 4, SF_SMALL_FIND_BYTE},
    {"builtin:d12-empty-tenant", "services", 5, SF_SMALL_FIND_BYTE},
    {"builtin:d17-session-in-head", "clients", 3, SF_SMALL_FIND_SESSION},
    {"builtin:d22-late-write", "pieces", 4, SF_SMALL_FIND_BYTE},
    {"builtin:d24-local-slot", "operator", 3, SF_SMALL_FIND_BYTE},
    {"builtin:d31-one-per-account", "accounts", 2, SF_SMALL_FIND_BYTE},
    {"builtin:d32-by-slot", "accounts", 3, SF_SMALL_FIND_BYTE},
    {"builtin:d34-last-of-viewer", "guests", 4, SF_SMALL_FIND_BYTE},
    {"builtin:d35-lands-after-invalidation", "sales", 4, SF_SMALL_FIND_BYTE},
    {"builtin:d43-last-fetch", "refused", 3, SF_SMALL_FIND_BYTE},
    {"builtin:d45-usual-size", "large", 3, SF_SMALL_FIND_BYTE},
    {"builtin:d49-connection-context", "guests", 4, SF_SMALL_FIND_BYTE},
    {"builtin:d50-camera-of-owner", "sales", 4, SF_SMALL_FIND_BYTE},
    {"builtin:d52-rest-by-validator", "resumes", 4, SF_SMALL_FIND_BYTE},
};
enum { CLASSES_COUNT = sizeof classes / sizeof classes[0] };

static void test_classes_are_found_at_their_depth(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLASSES_COUNT; i++) {
        explore(classes[i].cache, classes[i].world, 6);
        assert_found(classes[i].kind, classes[i].depth);
    }
}

static void test_twins_are_silent_one_event_further(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLASSES_COUNT; i++) {
        char twin[128];
        snprintf(twin, sizeof twin, "%s?defence=1", classes[i].cache);
        explore(twin, classes[i].world, classes[i].depth + 1);
        assert_silent(classes[i].depth + 1);
    }
}

/* These take some seconds with their twins, and minutes without merging. */
static void test_deep_classes_are_found_at_their_depth(void **state)
{
    (void)state;
    if (!sf_small_malloc_is_ours) {
        print_message("skipped: nothing is merged: malloc is the sanitizer's\n");
        skip();
    }
    explore("builtin:d26-any-reference", "rows", 6);
    assert_found(SF_SMALL_FIND_BYTE, 6);
    explore("builtin:d47-handed-on", "deploys", 6);
    assert_found(SF_SMALL_FIND_BYTE, 6);
    explore("builtin:d47-handed-on?defence=1", "deploys", 6);
    assert_silent(6);
    explore("builtin:d51-owed-replies", "look-ups", 8);
    assert_found(SF_SMALL_FIND_BYTE, 8);
}

/* A hash cut to 16 bits needs two tenants whose hashes are the same: one seed in some thousands. */
static void test_a_sweep_of_seeds_finds_numbers_that_collide(void **state)
{
    (void)state;
    options.sweep_seeds_count = 200000;
    for (uint32_t defence = 0; defence < 2; defence++) {
        char cache[64];
        snprintf(cache, sizeof cache, "builtin:d11-short-hash?defence=%u", defence);
        options.seconds_max = 10;
        explore(cache, "closed", 2);
        if (defence == 0) {
            assert_found(SF_SMALL_FIND_BYTE, 2);
            assert_int_equal(result->leak.world, SF_EXHAUST_SWEEP);
            assert_true(result->leak.seed > options.seed);
        } else {
            assert_int_equal(result->leak.find.kind, SF_SMALL_FIND_NONE);
            assert_true(result->sweeps[0].orders_in_all_count > 10000);
        }
    }
}

static void test_numberings_are_identities(void **state)
{
    (void)state;
    struct small *small = calloc(1, sizeof *small);
    struct sf_small_world world = *sf_profile_world(0);
    enum { OWNERS = 3, COUNTS = 20 };
    small->world = &world;
    sf_opaque_init(&small->opaque, 5);
    sf_opaque_init(&small->numbers, 6);
    for (uint32_t way = 0; way < SF_SMALL_NUMBERINGS_COUNT; way++) {
        uint64_t numbers[OWNERS * COUNTS];
        uint32_t count = 0;
        world.numbering = way;
        for (uint32_t owner = 0; owner < OWNERS; owner++) {
            small->state.viewers[owner].requests_ever = COUNTS;
            for (uint32_t i = 0; i < COUNTS; i++) {
                numbers[count++] = small_number(small, SMALL_UPLOAD, owner, i);
                uint32_t viewer = owner % world.tenants;
                assert_int_equal(sf_small_session_viewer(small, small_token(small, viewer, i)),
                                 viewer);
            }
        }
        for (uint32_t i = 0; i < count; i++) {
            assert_int_not_equal(numbers[i], 0);
            for (uint32_t j = 0; j < i; j++) {
                assert_int_not_equal(numbers[i], numbers[j]);
            }
            uint64_t common = numbers[i] ^ numbers[0];
            assert_true(way != SF_SMALL_NUMBERS_LOW16 || (common & 0xffff) == 0);
            assert_true(way != SF_SMALL_NUMBERS_LOW32 || (common & 0xffffffff) == 0);
            assert_true(way != SF_SMALL_NUMBERS_HIGH32 || common >> 32 == 0);
        }
    }
    free(small);
}

static void test_a_find_is_told(void **state)
{
    (void)state;
    explore("builtin:d01-tenantless", "closed", 3);
    struct sf_text text = {0};
    sf_small_story_print(&result->leak.story, &text);
    assert_string_equal(
        text.data,
        "         A        B      cache\n"
        "  1.     |--------|------->|      camera a1 uploads a still\n"
        "  2.     |        |------->|      the display of tenant B asks for camera b1 (request 1)\n"
        "         |        |<-------|        the cache answers request 1 of tenant B with a still "
        "(24 bytes)\n"
        "         |        |        |        ** 24 of these 24 bytes are of camera a1, which is "
        "tenant A's **\n");
    sf_text_free(&text);
}

static void test_a_crash_is_a_find(void **state)
{
    (void)state;
    explore(SF_BINARY_DIR "/tests/own_picture.so?crash", "plain", 4);
    assert_found(SF_SMALL_FIND_CRASH, 2);
    assert_false(result->is_hung);
}

/* Rows for each value of sixteen bits: a block of several MiB. */
static void test_a_cache_with_a_large_table_is_explored(void **state)
{
    (void)state;
    explore("builtin:d10-short-upload-id?id_bits=16", "closed", 2);
    assert_int_equal(result->leak.find.kind, SF_SMALL_FIND_NONE);
    assert_int_equal(result->worlds[0].depth, 2);
    explore("builtin:d45-usual-size?defence=1", "operator", 3);
    assert_silent(3);
}

static void test_a_closed_world_is_exhausted(void **state)
{
    (void)state;
    explore("builtin:boxing-day-fix", "closed", SF_SMALL_EVENTS_MAX);
    assert_true(result->worlds[0].is_complete);
    assert_true(result->worlds[0].answers_count >= 100);
    assert_int_equal(result->leak.find.kind, SF_SMALL_FIND_NONE);
}

/* ---- what must not be found ---- */

static void test_bytes_that_the_cache_brings_are_its_own(void **state)
{
    (void)state;
    for (uint32_t engine = SF_EXHAUST_SNAPSHOT; engine <= SF_EXHAUST_REPLAY; engine++) {
        options.engine = engine;
        explore(SF_BINARY_DIR "/tests/own_picture.so", "plain", 3);
        assert_silent(3);
        assert_true(result->worlds[0].own_bytes_count > 0);
    }
}

/* ---- what saves work changes nothing ---- */

static void test_a_cache_that_keeps_variables_is_put_back(void **state)
{
    (void)state;
    for (uint32_t engine = SF_EXHAUST_SNAPSHOT; engine <= SF_EXHAUST_REPLAY; engine++) {
        options.engine = engine;
        explore(SF_BINARY_DIR "/tests/remembers_in_variables.so", "plain", 5);
        assert_found(SF_SMALL_FIND_BYTE, 4);
    }
}

static void test_replay_tries_the_same_orders_as_snapshots(void **state)
{
    (void)state;
    static const char *const worlds[] = {"plain",    "pieces",  "services", "clients",
                                         "operator", "rows",    "sales",    "guests",
                                         "accounts", "resumes", "store",    "deploys"};
    static const char *const caches[] = {"builtin:careful", "builtin:boxing-day-fix"};
    options.keeps_merging = false;
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        for (size_t j = 0; j < sizeof caches / sizeof caches[0]; j++) {
            options.engine = SF_EXHAUST_SNAPSHOT;
            explore(caches[j], worlds[i], 3);
            uint64_t orders_count = result->worlds[0].orders_count;
            uint64_t answers_count = result->worlds[0].answers_count;
            options.engine = SF_EXHAUST_REPLAY;
            explore(caches[j], worlds[i], 3);
            assert_int_equal(result->worlds[0].orders_count, orders_count);
            assert_int_equal(result->worlds[0].answers_count, answers_count);
        }
    }
}

static void test_neither_merging_nor_symmetry_changes_a_depth(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLASSES_COUNT; i++) {
        for (uint32_t way = 0; way < 4; way++) {
            options.keeps_merging = (way & 1) != 0;
            options.keeps_symmetry = (way & 2) != 0;
            explore(classes[i].cache, classes[i].world, classes[i].depth);
            assert_found(classes[i].kind, classes[i].depth);
        }
    }
}

static void test_merging_saves_work(void **state)
{
    (void)state;
    if (!sf_small_malloc_is_ours) {
        print_message("skipped: nothing is merged: malloc is the sanitizer's\n");
        skip();
    }
    explore("builtin:boxing-day-fix", "plain", 6);
    uint64_t merged_count = result->worlds[0].orders_count;
    options.keeps_merging = false;
    explore("builtin:boxing-day-fix", "plain", 6);
    assert_true(merged_count * 2 < result->worlds[0].orders_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_classes_are_found_at_their_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_twins_are_silent_one_event_further, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deep_classes_are_found_at_their_depth, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_sweep_of_seeds_finds_numbers_that_collide, set_up,
                                        tear_down),
        cmocka_unit_test(test_numberings_are_identities),
        cmocka_unit_test_setup_teardown(test_a_find_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_crash_is_a_find, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_cache_with_a_large_table_is_explored, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_closed_world_is_exhausted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bytes_that_the_cache_brings_are_its_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_cache_that_keeps_variables_is_put_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_replay_tries_the_same_orders_as_snapshots, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_neither_merging_nor_symmetry_changes_a_depth, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_merging_saves_work, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
