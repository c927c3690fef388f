/* Runs: one stands alone, and nothing of it is heard in the next one of the same runner; links that
 * change do so at their time, and leave other links alone. */
#include "harness/cache/strayframe_cache.h"
#include "sim_cloud/caches/builtin.h"
#include "tests/unit/runs.h"

static const struct sf_cache_host *lent;
static const char *said; /* what it logs: 5 bytes */

static void *create_listening(const struct sf_cache_host *host,
                              const struct sf_cache_config *config, char *error,
                              uint32_t error_bytes)
{
    lent = host;
    return sf_builtin_boxing_day_fix.create(host, config, error, error_bytes);
}

static void say_and_destroy(void *cache)
{
    lent->log(lent->context, said, 5);
    sf_builtin_boxing_day_fix.destroy(cache);
}

static void hear_logs(void *context, const struct sf_record *records, uint32_t count)
{
    uint32_t *logs_count = context;
    for (uint32_t i = 0; i < count; i++) {
        *logs_count += records[i].kind == SF_RECORD_CACHE_LOG;
    }
}

static void test_what_a_cache_says_while_it_is_destroyed_is_in_its_own_run(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_cache_plugin talker = sf_builtin_boxing_day_fix;
    talker.create = create_listening;
    talker.destroy = say_and_destroy;
    runs_load(runs, "scenarios/smoke/small.yaml");
    uint64_t hash_quiet = runs_run(runs, 1)->trace_hash;

    said = "going";
    uint32_t logs_count = 0;
    struct sf_text log = {0};
    const struct sf_trace_listener listener = {hear_logs, &logs_count};
    runs->caches.modules[0].plugin = &talker;
    sf_run(runs->runner, &runs->plan, &runs->caches,
           &(struct sf_run_options){
               .seed = 1, .listeners_count = 1, .listeners[0] = listener, .log = &log},
           &runs->result);
    assert_int_equal(logs_count, 1);
    assert_non_null(strstr(log.data, "going"));
    sf_text_free(&log);

    runs->caches.modules[0].plugin = &sf_builtin_boxing_day_fix;
    assert_int_equal(runs_run(runs, 1)->trace_hash, hash_quiet);
    runs_destroy(runs);
}

static void test_two_different_logs_are_two_different_runs(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_cache_plugin talker = sf_builtin_boxing_day_fix;
    talker.create = create_listening;
    talker.destroy = say_and_destroy;
    runs_load(runs, "scenarios/smoke/small.yaml");
    runs->caches.modules[0].plugin = &talker;
    said = "going";
    uint64_t hash = runs_run(runs, 1)->trace_hash;
    said = "ended";
    assert_int_not_equal(runs_run(runs, 1)->trace_hash, hash);
    said = "going";
    assert_int_equal(runs_run(runs, 1)->trace_hash, hash);
    runs_destroy(runs);
}

/* Two homes; the first moves, the second stays where it is. */
static const char moving[] = "strayframe: 1\n"
                             "name: moving\n"
                             "duration: 5min\n"
                             "networks:\n"
                             "  good: {both: delay 20ms 5ms loss 2%}\n"
                             "  weak: {both: delay 100ms 40ms loss 10% keep-order}\n"
                             "  gone: {both: profile outage}\n"
                             "  moving:\n"
                             "    states:\n"
                             "      - {network: good, for: 10s..30s}\n"
                             "      - {network: weak, for: 7s}\n"
                             "      - {network: gone, for: 2s}\n"
                             "homes:\n"
                             "  - {name: a, count: 1, network: moving, hub: {watch_every: 10s}}\n"
                             "  - {name: b, count: 1, network: weak, hub: {watch_every: 10s}}\n"
                             "timeline:\n"
                             "  - {at: 2min, network: weak, homes: a, direction: down}\n"
                             "  - {at: 3min, network: moving, homes: a, direction: down}\n"
                             "  - {at: 4min, heal: good}\n";

enum { GOOD = 1, WEAK, GONE, LINKS = 4, RECORDS_MAX = 20000 };

/* The changes of each link and the packets of the second home's, in order. */
struct heard {
    struct {
        sf_ns at_ns;
        uint32_t network;
    } changes[LINKS][200];
    uint32_t changes_count[LINKS];
    uint64_t due_ns[RECORDS_MAX];
    uint32_t due_count;
};

static void hear_links(void *context, const struct sf_record *records, uint32_t count)
{
    struct heard *heard = context;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t link = records[i].who;
        if (records[i].kind == SF_RECORD_NETWORK) {
            assert_true(link < LINKS);
            assert_true(heard->changes_count[link] < 200);
            uint32_t at = heard->changes_count[link]++;
            heard->changes[link][at].at_ns = records[i].at_ns;
            heard->changes[link][at].network = records[i].a;
        } else if (records[i].kind == SF_RECORD_PACKET && link >= 2) {
            assert_true(heard->due_count < RECORDS_MAX);
            heard->due_ns[heard->due_count++] = records[i].d;
        }
    }
}

static struct heard *hear(struct runs *runs, const struct sf_scenario_override *overrides,
                          size_t overrides_count)
{
    struct sf_diag diag = {0};
    struct heard *heard = calloc(1, sizeof *heard);
    if (sf_scenario_parse(moving, strlen(moving), "moving", sf_run_schema(), overrides,
                          overrides_count, &runs->plan, &diag) != SF_OK) {
        fail_msg("%u:%u: %s", diag.line, diag.column, diag.message);
    }
    assert_int_equal(sf_run_load_caches(&runs->plan, &runs->caches, &diag), SF_OK);
    const struct sf_trace_listener listener = {hear_links, heard};
    sf_run(runs->runner, &runs->plan, &runs->caches,
           &(struct sf_run_options){.seed = 5, .listeners_count = 1, .listeners[0] = listener},
           &runs->result);
    return heard;
}

/* From `at` on each state follows the one before after its time, up to `until_ns`. */
static uint32_t check_round(const struct heard *heard, uint32_t link, uint32_t at, sf_ns until_ns)
{
    uint32_t first = at;
    for (; heard->changes[link][at].at_ns < until_ns; at++) {
        uint32_t network = heard->changes[link][at].network;
        sf_ns dwell_ns = heard->changes[link][at + 1].at_ns - heard->changes[link][at].at_ns;
        assert_int_equal(network, GOOD + (at - first) % 3);
        if (heard->changes[link][at + 1].at_ns >= until_ns) {
            continue; /* cut short */
        }
        assert_true(dwell_ns >= (network == GOOD ? 10 : network == WEAK ? 7 : 2) * SF_SECOND);
        assert_true(dwell_ns <= (network == GOOD ? 30 : network == WEAK ? 7 : 2) * SF_SECOND);
    }
    assert_true(at > first + 3);
    return at;
}

static void test_a_link_goes_through_its_states(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct heard *heard = hear(runs, NULL, 0);
    assert_int_equal(heard->changes[0][0].at_ns, 0);
    /* Up, until the heal, which is the last change. */
    uint32_t end = check_round(heard, 0, 0, 4 * SF_MINUTE);
    assert_int_equal(heard->changes[0][end].at_ns, 4 * SF_MINUTE);
    assert_int_equal(heard->changes[0][end].network, GOOD);
    assert_int_equal(heard->changes_count[0], end + 1);
    /* Down, until the time line takes it away; nothing changes until it gives it back. */
    end = check_round(heard, 1, 0, 2 * SF_MINUTE);
    assert_int_equal(heard->changes[1][end].network, WEAK);
    assert_int_equal(heard->changes[1][end + 1].at_ns, 3 * SF_MINUTE);
    end = check_round(heard, 1, end + 1, 4 * SF_MINUTE);
    assert_int_equal(heard->changes_count[1], end + 1);
    /* Each direction has draws of its own. */
    assert_int_not_equal(heard->changes[0][1].at_ns, heard->changes[1][1].at_ns);
    /* The other home's links only heal. */
    assert_int_equal(heard->changes_count[2], 1);
    assert_int_equal(heard->changes_count[3], 1);
    free(heard);
    runs_destroy(runs);
}

static void test_a_link_that_changes_leaves_the_others_alone(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct sf_scenario_override longer = {"networks.moving.states.0.for", "40s"};
    struct sf_scenario_override worse = {"networks.weak.both", "delay 100ms 40ms loss 11%"};
    struct heard *one = hear(runs, NULL, 0);
    struct heard *two = hear(runs, &longer, 1);
    struct heard *three = hear(runs, &worse, 1);
    assert_int_not_equal(one->changes[0][1].at_ns, two->changes[0][1].at_ns);
    assert_true(one->due_count > 100);
    assert_int_equal(one->due_count, two->due_count);
    assert_memory_equal(one->due_ns, two->due_ns, one->due_count * sizeof one->due_ns[0]);
    /* And it would show. */
    assert_memory_not_equal(one->due_ns, three->due_ns, one->due_count * sizeof one->due_ns[0]);
    free(one);
    free(two);
    free(three);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_a_cache_says_while_it_is_destroyed_is_in_its_own_run),
        cmocka_unit_test(test_two_different_logs_are_two_different_runs),
        cmocka_unit_test(test_a_link_goes_through_its_states),
        cmocka_unit_test(test_a_link_that_changes_leaves_the_others_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
