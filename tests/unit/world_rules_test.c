/* Whole runs that show what the cloud owes the cache and its viewers: how a fetch ends, what an
 * abort and a withdrawn share stop, and whose session may be given. */
#include "tests/unit/runs.h"

/* ---- a cache that looks at what it receives ---- */

enum part { FETCH, FETCH_AND_COMPARE, ABORT_HALF_WAY, GIVE_AN_UNKNOWN_SESSION, LISTEN };

enum { ANSWER_BYTES = 200000, FETCHES_MAX = 4096 };

static const struct sf_cache_host *lent;
static enum part part;
static uint32_t fetched_bytes[FETCHES_MAX]; /* by cookie */
static uint32_t total_bytes[FETCHES_MAX];
static uint32_t fetches_count;
static uint32_t complete_count;
static uint32_t abandoned_count;
static uint32_t refused_count;
static uint32_t invalidations_count[4]; /* by scope */

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)config;
    (void)error;
    (void)error_bytes;
    lent = host;
    return &part;
}

static void destroy(void *cache)
{
    (void)cache;
}

static void answer_none(uint64_t request)
{
    lent->answer(lent->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
}

static void on_request(void *cache, const struct sf_cache_request *request)
{
    (void)cache;
    static const uint8_t half[ANSWER_BYTES / 2];
    if (part == FETCH || part == FETCH_AND_COMPARE) {
        assert_true(fetches_count < FETCHES_MAX);
        refused_count +=
            lent->fetch(lent->context, request->camera, fetches_count++, NULL) == SF_CACHE_E_BUSY;
    } else if (part == GIVE_AN_UNKNOWN_SESSION) {
        const struct sf_cache_answer_properties properties = {.struct_bytes = sizeof properties,
                                                              .session = 4711};
        lent->answer_properties(lent->context, request->request, &properties);
    } else if (part == ABORT_HALF_WAY) {
        lent->answer_begin(lent->context, request->request, ANSWER_BYTES);
        lent->answer_part(lent->context, request->request, half, sizeof half);
        lent->answer_abort(lent->context, request->request);
        return;
    }
    answer_none(request->request);
}

static void on_fetch_part(void *cache, const struct sf_cache_fetch_part *arrived)
{
    (void)cache;
    fetched_bytes[arrived->cookie] += arrived->bytes_count;
    total_bytes[arrived->cookie] = arrived->total_bytes;
}

static void on_fetch_ended(void *cache, const struct sf_cache_fetch_end *end)
{
    (void)cache;
    uint32_t bytes = fetched_bytes[end->cookie];
    bool whole = bytes > 0 && bytes == total_bytes[end->cookie];
    assert_true(part == FETCH || (end->end == SF_CACHE_END_COMPLETE) == whole);
    complete_count += whole;
    abandoned_count += !whole;
}

static void on_invalidate(void *cache, const struct sf_cache_invalidation *invalidation)
{
    (void)cache;
    assert_in_range(invalidation->scope, SF_CACHE_SCOPE_CAMERA, SF_CACHE_SCOPE_LINK);
    assert_true((invalidation->camera != 0) == (invalidation->scope == SF_CACHE_SCOPE_CAMERA));
    invalidations_count[invalidation->scope]++;
}

static const struct sf_cache_plugin witness = {
    .struct_bytes = sizeof witness,
    .abi = SF_CACHE_ABI,
    .name = "witness",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_request = on_request,
    .on_fetch_part = on_fetch_part,
    .on_fetch_ended = on_fetch_ended,
    .on_invalidate = on_invalidate,
};

static void run(struct runs *runs, enum part what, struct sf_trace_listener listener)
{
    part = what;
    memset(fetched_bytes, 0, sizeof fetched_bytes);
    for (uint32_t i = 0; i < 1 + runs->plan.timeline_count; i++) {
        runs->caches.modules[i] = (struct sf_cache_module){.plugin = &witness};
    }
    const struct sf_run_options options = {
        .seed = 3, .listeners_count = listener.hear != NULL, .listeners[0] = listener};
    sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
}

static void test_only_a_fetch_of_which_all_has_come_is_complete(void **state)
{
    (void)state;
    static const struct sf_scenario_override sets[] = {{"cloud.fetch_time_out", "900ms"},
                                                       {"cloud.fetch_failure", "30%"}};
    struct runs *runs = runs_create();
    runs_load_with(runs, "scenarios/gate/on-demand.yaml", sets, 2);
    run(runs, FETCH_AND_COMPARE, (struct sf_trace_listener){0});
    assert_true(complete_count >= 5);
    assert_true(abandoned_count >= 5);
    runs_destroy(runs);
}

static void test_a_fetch_beyond_the_bound_of_the_scenario_is_refused(void **state)
{
    (void)state;
    static const struct sf_scenario_override set = {"cloud.fetches_max", "1"};
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/gate/on-demand.yaml");
    fetches_count = refused_count = 0;
    run(runs, FETCH, (struct sf_trace_listener){0});
    assert_int_equal(refused_count, 0);
    runs_load_with(runs, "scenarios/gate/on-demand.yaml", &set, 1);
    fetches_count = 0;
    run(runs, FETCH, (struct sf_trace_listener){0});
    assert_true(refused_count > 0);
    runs_destroy(runs);
}

struct deliveries {
    uint32_t count;
    uint32_t full_count; /* of all that was passed to the host, but for a last short packet */
};

static void hear_deliveries(void *context, const struct sf_record *records, uint32_t count)
{
    struct deliveries *deliveries = context;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].kind == SF_RECORD_DELIVERED) {
            deliveries->count++;
            deliveries->full_count += records[i].a > ANSWER_BYTES / 2 - 1400;
        }
    }
}

/* On a network that loses packets, what is lost after an abort is not sent again. */
static void test_after_an_abort_nothing_more_is_sent(void **state)
{
    (void)state;
    struct deliveries deliveries = {0};
    struct runs *runs = runs_create();
    const struct sf_scenario_override set = {"networks.good.both", "delay 20ms loss 20%"};
    runs_load_with(runs, "scenarios/gate/poor-network.yaml", &set, 1);
    run(runs, ABORT_HALF_WAY, (struct sf_trace_listener){hear_deliveries, &deliveries});
    assert_true(deliveries.count >= 20);
    assert_true(deliveries.full_count < deliveries.count / 10);
    assert_int_equal(runs_oracle(runs, "contract")->findings_count, 0);
    runs_destroy(runs);
}

static void test_a_session_that_never_was_is_not_given_to_a_viewer(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    runs_load(runs, "scenarios/gate/on-demand.yaml");
    run(runs, GIVE_AN_UNKNOWN_SESSION, (struct sf_trace_listener){0});
    assert_true(runs_oracle(runs, "contract")->findings_count > 0);
    runs_destroy(runs);
}

/* How many invalidations of that scope the cache heard. */
static uint32_t invalidations_in(const char *scenario, uint32_t scope)
{
    struct runs *runs = runs_create();
    runs_load(runs, scenario);
    memset(invalidations_count, 0, sizeof invalidations_count);
    run(runs, LISTEN, (struct sf_trace_listener){0});
    runs_destroy(runs);
    return invalidations_count[scope];
}

static void test_what_an_owner_withdraws_reaches_the_cache(void **state)
{
    (void)state;
    assert_true(invalidations_in("scenarios/gate/mass-return.yaml", SF_CACHE_SCOPE_LINK) > 0);
    assert_true(invalidations_in("scenarios/gate/forget.yaml", SF_CACHE_SCOPE_TENANT) > 0);
    assert_true(invalidations_in("scenarios/gate/forget.yaml", SF_CACHE_SCOPE_CAMERA) > 0);
    /* Nothing is forgotten here; cameras are given away. */
    assert_true(invalidations_in("scenarios/gate/accounts.yaml", SF_CACHE_SCOPE_CAMERA) > 0);
}

/* ---- requests that end with the right to them, or with their node ---- */

enum { REQUESTS_MAX = 1 << 14 };

struct open_request {
    uint64_t request;
    struct sf_viewer_id viewer;
    struct sf_camera_id camera;
    struct sf_node_id node;
};

/* Requests that are open, and those that have to end at once. */
struct ends {
    struct open_request open[REQUESTS_MAX];
    uint32_t open_count;
    sf_ns due_ns; /* of those that `due` has */
    uint64_t due[REQUESTS_MAX];
    uint32_t due_count;
    uint32_t seen_count; /* that had to end at once, in all */
};

static void close_request(struct ends *ends, uint64_t request)
{
    for (uint32_t i = 0; i < ends->open_count; i++) {
        if (ends->open[i].request == request) {
            ends->open[i] = ends->open[--ends->open_count];
            return;
        }
    }
}

static bool is_open(const struct ends *ends, uint64_t request)
{
    for (uint32_t i = 0; i < ends->open_count; i++) {
        if (ends->open[i].request == request) {
            return true;
        }
    }
    return false;
}

/* Time has passed: all that had to end has ended. */
static void check_due(struct ends *ends, sf_ns now_ns)
{
    if (now_ns > ends->due_ns) {
        for (uint32_t i = 0; i < ends->due_count; i++) {
            assert_false(is_open(ends, ends->due[i]));
        }
        ends->due_count = 0;
    }
}

static void is_due(struct ends *ends, const struct open_request *request, sf_ns now_ns)
{
    ends->due_ns = now_ns;
    ends->due[ends->due_count++] = request->request;
    ends->seen_count++;
}

static void hear_ends(void *context, const struct sf_record *records, uint32_t count)
{
    struct ends *ends = context;
    for (uint32_t i = 0; i < count; i++) {
        const struct sf_record *record = &records[i];
        check_due(ends, record->at_ns);
        if (record->kind == SF_RECORD_ADMITTED) {
            const struct sf_admitted_record admitted = sf_admitted_of(record);
            assert_true(ends->open_count < REQUESTS_MAX);
            ends->open[ends->open_count++] = (struct open_request){
                admitted.request, admitted.viewer, admitted.camera, admitted.node};
        } else if (record->kind == SF_RECORD_ANSWERED || record->kind == SF_RECORD_REFUSED ||
                   record->kind == SF_RECORD_CANCELLED) {
            close_request(ends, record->c);
        } else if (record->kind == SF_RECORD_NODE && !sf_node_of(record).back) {
            for (uint32_t j = 0; j < ends->open_count; j++) {
                if (sf_node_same(ends->open[j].node, sf_node_of(record).node)) {
                    is_due(ends, &ends->open[j], record->at_ns);
                }
            }
        } else if (record->kind == SF_RECORD_SHARE && !sf_share_of(record).shared) {
            const struct sf_share_record share = sf_share_of(record);
            for (uint32_t j = 0; j < ends->open_count; j++) {
                if (sf_camera_same(ends->open[j].camera, share.camera) &&
                    sf_home_of_viewer(ends->open[j].viewer).index == share.guest.index) {
                    is_due(ends, &ends->open[j], record->at_ns);
                }
            }
        }
    }
}

/* Returns how many requests had to end at once. */
static uint32_t ends_in(const char *scenario, const char *balance)
{
    struct runs *runs = runs_create();
    struct ends *ends = sf_alloc(1, sizeof *ends);
    const struct sf_scenario_override set = {"cloud.balance", balance};
    uint32_t seen_count = 0;
    runs_load_with(runs, scenario, &set, 1);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        *ends = (struct ends){0};
        const struct sf_run_options options = {
            .seed = seed, .listeners_count = 1, .listeners[0] = {hear_ends, ends}};
        sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
        check_due(ends, INT64_MAX);
        seen_count += ends->seen_count;
    }
    free(ends);
    runs_destroy(runs);
    return seen_count;
}

static void test_what_waits_on_a_node_ends_with_it(void **state)
{
    (void)state;
    assert_true(ends_in("scenarios/gate/lost-node.yaml", "connection") > 0);
    assert_true(ends_in("scenarios/gate/lost-node.yaml", "request") > 0);
}

static void test_what_a_guest_waits_for_ends_with_the_share(void **state)
{
    (void)state;
    assert_true(ends_in("scenarios/gate/accounts.yaml", "connection") > 0);
}

/* ---- stills of a former owner ---- */

enum { CAMERAS_MAX = 64, CAPTURES_KEPT = 1024 };

struct former {
    sf_ns given_ns[CAMERAS_MAX]; /* when the camera changed hands last */
    sf_ns taken_ns[CAMERAS_MAX][CAPTURES_KEPT];
    uint32_t begun_count; /* uploads of cameras that have changed hands */
};

static void hear_uploads(void *context, const struct sf_record *records, uint32_t count)
{
    struct former *former = context;
    for (uint32_t i = 0; i < count; i++) {
        const struct sf_record *record = &records[i];
        if (record->kind == SF_RECORD_CAMERA) {
            former->given_ns[sf_camera_of(record).camera.index] = record->at_ns;
        } else if (record->kind == SF_RECORD_CAPTURE) {
            const struct sf_capture_record capture = sf_capture_of(record);
            former->taken_ns[capture.camera.index][capture.capture % CAPTURES_KEPT] = capture.at_ns;
        } else if (record->kind == SF_RECORD_UPLOAD_BEGUN) {
            const struct sf_upload_begun_record begun = sf_upload_begun_of(record);
            sf_ns given_ns = former->given_ns[begun.camera.index];
            former->begun_count += given_ns > 0;
            assert_true(former->taken_ns[begun.camera.index][begun.capture % CAPTURES_KEPT] >=
                        given_ns);
        }
    }
}

static void test_a_camera_that_has_changed_hands_uploads_nothing_from_before(void **state)
{
    (void)state;
    struct runs *runs = runs_create();
    struct former *former = sf_alloc(1, sizeof *former);
    runs_load(runs, "scenarios/gate/accounts.yaml");
    for (uint64_t seed = 1; seed <= 10; seed++) {
        *former = (struct former){0};
        const struct sf_run_options options = {
            .seed = seed, .listeners_count = 1, .listeners[0] = {hear_uploads, former}};
        sf_run(runs->runner, &runs->plan, &runs->caches, &options, &runs->result);
        assert_true(former->begun_count > 0);
    }
    free(former);
    runs_destroy(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_fetch_of_which_all_has_come_is_complete),
        cmocka_unit_test(test_a_fetch_beyond_the_bound_of_the_scenario_is_refused),
        cmocka_unit_test(test_after_an_abort_nothing_more_is_sent),
        cmocka_unit_test(test_a_session_that_never_was_is_not_given_to_a_viewer),
        cmocka_unit_test(test_what_an_owner_withdraws_reaches_the_cache),
        cmocka_unit_test(test_what_waits_on_a_node_ends_with_it),
        cmocka_unit_test(test_what_a_guest_waits_for_ends_with_the_share),
        cmocka_unit_test(test_a_camera_that_has_changed_hands_uploads_nothing_from_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
