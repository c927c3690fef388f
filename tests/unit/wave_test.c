/* Waves against the origin itself, without a server in between. */
#include "harness/live/wave.h"

#include "tests/unit/test.h"

#include <string.h>

static struct sf_stage stage;

static void open_stage(sf_ns late_limit_ns)
{
    struct sf_diag diag = {0};
    struct sf_stage_options options = {
        .patience_ns = SF_SECOND, .notice_ns = SF_MS, .late_limit_ns = late_limit_ns};
    assert_int_equal(sf_stage_open(&options, &stage, &diag), SF_OK);
    sf_stage_aim_at_origin(&stage);
}

static struct sf_cell_result played(enum sf_arrival_kind arrival, struct sf_injury condition,
                                    uint32_t repeats)
{
    struct sf_cell cell = {.identity = {.carrier = SF_CARRIER_BEARER},
                           .says = {.lines = {"Set-Cookie: id={tenant}"}, .lines_count = 1},
                           .condition = condition,
                           .arrival = {.kind = arrival, .time_ns = 5 * SF_MS},
                           .tenants = 3};
    struct sf_cell_result result = {0};
    const struct sf_cell *cells[] = {&cell};
    struct sf_cell_result *results[] = {&result};
    struct sf_wave wave = {.cells = cells,
                           .results = results,
                           .cells_count = 1,
                           .repeats = repeats,
                           .spread_ns = 10 * SF_MS,
                           .gap_ns = 5 * SF_MS,
                           .latency_ns = 20 * SF_MS};
    struct sf_diag diag = {0};
    assert_int_equal(sf_wave_play(&stage, &wave, &diag), SF_OK);
    return result;
}

static const struct sf_injury well = {.kind = SF_INJURY_OK};

static void test_an_origin_alone_is_clean(void **state)
{
    (void)state;
    open_stage(100 * SF_SECOND);
    for (int arrival = 0; arrival < SF_ARRIVALS_COUNT; arrival++) {
        struct sf_cell_result result = played((enum sf_arrival_kind)arrival, well, 4);
        assert_int_equal(sf_cell_verdict_of(&result), SF_CELL_CLEAN);
        assert_int_equal(result.plays, 4);
        assert_int_equal(result.outcomes[SF_OUTCOME_OWN],
                         arrival == SF_ARRIVAL_GAP ? 4 * 5 : 4 * 6);
        assert_int_equal(result.credentials, 0); /* each viewer's Set-Cookie is its own */
    }
    sf_stage_close(&stage);
}

static void test_an_origin_that_mixes_tenants_up_is_caught(void **state)
{
    (void)state;
    open_stage(100 * SF_SECOND);
    sf_origin_leak_all(stage.origin, true);
    struct sf_cell_result result = played(SF_ARRIVAL_GAP, well, 4);
    assert_int_equal(sf_cell_verdict_of(&result), SF_CELL_LEAK);
    assert_int_equal(result.strays, 4);
    assert_true(result.steps_count == 5);
    sf_stage_close(&stage);
}

static void test_owners_who_are_not_served_are_counted(void **state)
{
    (void)state;
    open_stage(100 * SF_SECOND);
    struct sf_cell_result result =
        played(SF_ARRIVAL_GAP, (struct sf_injury){.kind = SF_INJURY_DROP}, 3);
    assert_int_equal(sf_cell_verdict_of(&result), SF_CELL_CLEAN);
    assert_int_equal(result.owners_asked, 6);
    assert_int_equal(result.owners_served, 0);
    assert_int_equal(result.outcomes[SF_OUTCOME_ERROR], 9);
    sf_stage_close(&stage);
}

/* A late harness looks to a cache like a poor network: it gives no verdict, be it clean or leaking.
 */
static void test_a_late_harness_gives_no_verdict(void **state)
{
    (void)state;
    open_stage(1);
    struct sf_cell_result result = played(SF_ARRIVAL_GAP, well, 3);
    assert_int_equal(result.plays, 0);
    assert_int_equal(result.busy, 3);
    assert_int_equal(sf_cell_verdict_of(&result), SF_CELL_BUSY);
    sf_origin_leak_all(stage.origin, true);
    result = played(SF_ARRIVAL_GAP, well, 3);
    assert_int_equal(sf_cell_verdict_of(&result), SF_CELL_BUSY);
    sf_stage_close(&stage);
}

/* An ask soon after another tenant's was answered meets a still that is fresh on purpose, and is no
 * leak under the condition: asks of one URL keep their distance, across the rounds too. */
static void test_asks_of_one_url_keep_their_distance(void **state)
{
    (void)state;
    open_stage(100 * SF_SECOND);
    sf_origin_leak_all(stage.origin, true);
    struct sf_cell_result result = played(SF_ARRIVAL_GAP, well, 2);
    assert_int_equal(result.steps_count, 5);
    for (uint32_t i = 1; i < result.steps_count; i++) {
        assert_true(result.steps[i].at_ns >= result.steps[i - 1].at_ns + 5 * SF_MS);
    }
    sf_stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_origin_alone_is_clean),
        cmocka_unit_test(test_an_origin_that_mixes_tenants_up_is_caught),
        cmocka_unit_test(test_owners_who_are_not_served_are_counted),
        cmocka_unit_test(test_a_late_harness_gives_no_verdict),
        cmocka_unit_test(test_asks_of_one_url_keep_their_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
