/* The host of the cache: the bounds of what a cache may ask, and what it hears. Each rule has a
 * call that keeps it and one that breaks it. */
#include "tests/unit/scripted_cache.h"

static uint32_t busy_bound;
static uint32_t logged_bytes;

static void busy(void *context, uint32_t version, enum sf_cache_bound bound)
{
    (void)context;
    (void)version;
    busy_bound = bound;
}

static void log_line(void *context, uint32_t version, const char *text, uint32_t bytes)
{
    (void)context;
    (void)version;
    (void)text;
    logged_bytes = bytes;
}

static void store_start(void *context, uint32_t version, uint64_t connection, uint64_t cookie,
                        bool put, const uint8_t *key, uint32_t key_bytes, const uint8_t *bytes,
                        uint32_t count, sf_ns ttl_ns)
{
    (void)context, (void)version, (void)key, (void)bytes;
    store_connection = connection;
    sf_text_add(&events, "%s of %u with %u, cookie %" PRIu64 ", ttl %" PRId64 "\n",
                put ? "put" : "get", key_bytes, count, cookie, ttl_ns);
}

/* ---- a cache that writes down all that it hears ---- */

static uint32_t index_of(enum sf_opaque_kind kind, uint64_t number)
{
    return (uint32_t)sf_opaque_index(&host.opaque, kind, number);
}

static void hear_upload(void *cache, const struct sf_cache_upload *upload)
{
    (void)cache;
    sf_text_add(&events, "upload from %u of %u\n", index_of(SF_OPAQUE_CAMERA, upload->camera),
                index_of(SF_OPAQUE_TENANT, upload->tenant));
}

static void hear_upload_end(void *cache, const struct sf_cache_upload_end *end)
{
    (void)cache;
    sf_text_add(&events, "upload %s after %u\n",
                end->end == SF_CACHE_END_COMPLETE ? "complete" : "abandoned", end->received_bytes);
}

static void hear_request(void *cache, const struct sf_cache_request *request)
{
    struct instance *instance = cache;
    instance->request = request->request;
    instance->camera = request->camera;
    sf_text_add(&events, "%u asks for %u\n", index_of(SF_OPAQUE_TENANT, request->tenant),
                index_of(SF_OPAQUE_CAMERA, request->camera));
}

static void hear_fetch_part(void *cache, const struct sf_cache_fetch_part *part)
{
    (void)cache;
    sf_text_add(&events, "part %u from %u, cookie %" PRIu64 "\n", part->bytes_count, part->offset,
                part->cookie);
}

static void hear_fetch_end(void *cache, const struct sf_cache_fetch_end *end)
{
    (void)cache;
    sf_text_add(&events, "fetch end %u, cookie %" PRIu64 "\n", end->end, end->cookie);
}

static void hear_store(void *cache, const struct sf_cache_store_reply *reply)
{
    (void)cache;
    sf_text_add(&events, "reply %u with %u, cookie %" PRIu64 "\n", reply->status,
                reply->bytes_count, reply->cookie);
}

static void hear_invalidation(void *cache, const struct sf_cache_invalidation *invalidation)
{
    (void)cache;
    bool camera = invalidation->camera != 0;
    sf_text_add(&events, "scope %u of %u, camera %d\n", invalidation->scope,
                index_of(SF_OPAQUE_TENANT, invalidation->tenant),
                camera ? (int)index_of(SF_OPAQUE_CAMERA, invalidation->camera) : -1);
}

static const struct sf_cache_host *lent;
static struct sf_cache_services exact_services;
static struct sf_cache_plugin exact;

static int set_up(void **state)
{
    (void)state;
    busy_bound = 0;
    instances_count = 0;
    exact_services = services;
    exact_services.busy = busy;
    exact_services.log = log_line;
    exact_services.store_start = store_start;
    exact = first;
    exact.on_upload = hear_upload;
    exact.on_upload_ended = hear_upload_end;
    exact.on_request = hear_request;
    exact.on_fetch_part = hear_fetch_part;
    exact.on_fetch_ended = hear_fetch_end;
    exact.on_store_reply = hear_store;
    exact.on_invalidate = hear_invalidation;
    const struct sf_cache_module module = {.plugin = &exact};
    sf_cache_host_init(&host);
    sf_cache_host_reset(&host, &exact_services, SEED, 10, 1000, 1000);
    assert_true(sf_cache_host_deploy(&host, &module));
    lent = instances[0]->host;
    assert_events("#0 on node 0 of 1 ''\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sf_cache_host_fini(&host);
    sf_text_free(&events);
    events = (struct sf_text){0};
    return 0;
}

static uint64_t ask(void)
{
    const struct sf_cache_host_ask asked = {
        .world_request = 5,
        .camera = {.camera = {CAMERA}, .tenant = {TENANT}},
        .viewer = {VIEWER},
        .viewer_tenant = {TENANT + 1},
        .connection = 1,
        .deadline_ns = 5000,
    };
    sf_cache_host_request(&host, &asked);
    assert_events("4 asks for 3\n");
    return instances[0]->request;
}

static void assert_refused(int32_t code, int32_t returned)
{
    char expected[64];
    snprintf(expected, sizeof expected, "version 0 broke the contract: %d\n", code);
    assert_int_equal(returned, code);
    assert_events(expected);
}

/* ---- what a cache may ask ---- */

static void test_a_timer_of_more_than_a_year_is_refused_as_busy(void **state)
{
    (void)state;
    assert_int_equal(lent->timer_set(lent->context, SF_HOUR * 24 * 365, 1, NULL), SF_CACHE_DONE);
    assert_int_equal(lent->timer_set(lent->context, SF_HOUR * 24 * 365 + 1, 1, NULL),
                     SF_CACHE_E_BUSY);
    assert_events("");
}

static void test_each_bound_is_exact_and_a_refusal_reaches_the_world(void **state)
{
    (void)state;
    ask();
    uint64_t camera = instances[0]->camera;
    uint64_t number;
    sf_cache_host_set_bound(&host, SF_CACHE_BOUND_FETCHES, 1);
    assert_int_equal(lent->fetch(lent->context, camera, 1, NULL), SF_CACHE_DONE);
    assert_int_equal(lent->fetch(lent->context, camera, 1, NULL), SF_CACHE_E_BUSY);
    assert_int_equal(busy_bound, SF_CACHE_BOUND_FETCHES);
    sf_cache_host_set_bound(&host, SF_CACHE_BOUND_TIMERS, 1);
    assert_int_equal(lent->timer_set(lent->context, 1, 1, NULL), SF_CACHE_DONE);
    assert_int_equal(lent->timer_set(lent->context, 1, 1, NULL), SF_CACHE_E_BUSY);
    assert_int_equal(busy_bound, SF_CACHE_BOUND_TIMERS);
    sf_cache_host_set_bound(&host, SF_CACHE_BOUND_CONNECTIONS, 1);
    assert_int_equal(lent->store_open(lent->context, &number), SF_CACHE_DONE);
    assert_int_equal(lent->store_open(lent->context, &number), SF_CACHE_E_BUSY);
    assert_int_equal(busy_bound, SF_CACHE_BOUND_CONNECTIONS);
    assert_events("");
}

static void test_the_identity_service_has_a_bound(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < SF_CACHE_QUESTIONS_MAX; i++) {
        assert_int_equal(lent->identity(lent->context, 1, i), SF_CACHE_DONE);
    }
    assert_int_equal(lent->identity(lent->context, 1, 1), SF_CACHE_E_BUSY);
}

static void test_a_line_of_the_log_has_two_hundred_bytes_at_most(void **state)
{
    (void)state;
    char text[300];
    memset(text, 'x', sizeof text);
    lent->log(lent->context, text, 200);
    assert_int_equal(logged_bytes, 200);
    lent->log(lent->context, text, 201);
    assert_int_equal(logged_bytes, 200);
    lent->log(lent->context, text, 3);
    assert_int_equal(logged_bytes, 3);
}

static void test_an_answer_in_parts_announces_what_a_still_may_have(void **state)
{
    (void)state;
    uint64_t request = ask();
    const uint8_t byte = 0;
    assert_refused(SF_CACHE_E_TOO_MANY_BYTES, lent->answer_begin(lent->context, request, 0));
    assert_refused(SF_CACHE_E_TOO_MANY_BYTES,
                   lent->answer_begin(lent->context, request, SF_CACHE_STILL_BYTES_MAX + 1));
    assert_int_equal(lent->answer_begin(lent->context, request, SF_CACHE_STILL_BYTES_MAX), 0);
    assert_events("answer to 5 status 0 bytes 4194304\n");
    assert_refused(SF_CACHE_E_BAD_ARGUMENT, lent->answer_part(lent->context, request, NULL, 1));
    assert_refused(SF_CACHE_E_BAD_ARGUMENT, lent->answer_part(lent->context, request, &byte, 0));
}

static void test_an_abort_ends_an_answer_before_all_bytes(void **state)
{
    (void)state;
    uint64_t request = ask();
    const uint8_t byte = 0;
    assert_int_equal(lent->answer_begin(lent->context, request, 2), 0);
    assert_int_equal(lent->answer_part(lent->context, request, &byte, 1), 0);
    assert_int_equal(lent->answer_abort(lent->context, request), 0);
    assert_events("answer to 5 status 0 bytes 2\nbytes to 5: 1\nabortion of 5\n");
    assert_int_equal(host.versions[0]->requests_count, 0);
}

static void test_a_key_and_a_value_of_the_store_have_bounds(void **state)
{
    (void)state;
    static const uint8_t bytes[SF_CACHE_KEY_BYTES_MAX + 1];
    uint64_t open;
    assert_int_equal(lent->store_open(lent->context, &open), 0);
    assert_int_equal(
        lent->store_put(lent->context, open, bytes, SF_CACHE_KEY_BYTES_MAX, bytes, 3, 9, 1), 0);
    assert_int_equal(lent->store_get(lent->context, open, bytes, 1, 2), 0);
    assert_events("put of 256 with 3, cookie 1, ttl 9\nget of 1 with 0, cookie 2, ttl 0\n");
    int32_t bad = SF_CACHE_E_BAD_ARGUMENT;
    assert_refused(bad, lent->store_get(lent->context, open, NULL, 1, 1));
    assert_refused(bad, lent->store_get(lent->context, open, bytes, 0, 1));
    assert_refused(bad, lent->store_get(lent->context, open, bytes, SF_CACHE_KEY_BYTES_MAX + 1, 1));
    assert_refused(bad, lent->store_put(lent->context, open, bytes, 1, NULL, 1, 0, 1));
    assert_refused(bad, lent->store_put(lent->context, open, bytes, 1, bytes, 1, -1, 1));
    assert_refused(SF_CACHE_E_TOO_MANY_BYTES, lent->store_put(lent->context, open, bytes, 1, bytes,
                                                              SF_CACHE_STILL_BYTES_MAX + 1, 0, 1));
}

static void test_a_closed_connection_takes_and_brings_nothing(void **state)
{
    (void)state;
    const uint8_t byte = 0;
    uint64_t open;
    assert_int_equal(lent->store_open(lent->context, &open), 0);
    assert_int_equal(lent->store_get(lent->context, open, &byte, 1, 7), 0);
    assert_events("get of 1 with 0, cookie 7, ttl 0\n");
    sf_cache_host_store_reply(&host, store_connection, 7, 0, SF_CACHE_STORE_FOUND, &byte, 1);
    assert_events("reply 0 with 1, cookie 7\n");
    assert_int_equal(lent->store_close(lent->context, open), 0);
    sf_cache_host_store_reply(&host, store_connection, 7, 0, SF_CACHE_STORE_FOUND, &byte, 1);
    assert_events("");
    assert_refused(SF_CACHE_E_UNKNOWN_CONNECTION, lent->store_close(lent->context, open));
    assert_refused(SF_CACHE_E_UNKNOWN_CONNECTION,
                   lent->store_get(lent->context, open, &byte, 1, 7));
}

static void test_a_status_that_is_none_is_refused(void **state)
{
    (void)state;
    uint64_t request = ask();
    assert_refused(SF_CACHE_E_BAD_STATUS,
                   lent->answer(lent->context, request, SF_CACHE_STATUS_PARTIAL + 1, NULL, 0));
    assert_int_equal(host.versions[0]->requests_count, 1);
}

/* Only the version that began something may end it: a pointer of the old one is still there. */
static void test_a_version_ends_nothing_of_another(void **state)
{
    (void)state;
    ask();
    uint64_t running;
    uint64_t timer_number;
    uint64_t open;
    assert_int_equal(lent->fetch(lent->context, instances[0]->camera, 8, &running), 0);
    assert_int_equal(lent->timer_set(lent->context, 1, 6, &timer_number), 0);
    assert_int_equal(lent->store_open(lent->context, &open), 0);
    assert_true(sf_cache_host_deploy(&host, &second_module));
    const struct sf_cache_host *other = instances[1]->host;
    sf_text_free(&events);
    events = (struct sf_text){0};
    other->timer_cancel(other->context, timer_number);
    assert_int_equal(other->fetch_cancel(other->context, running), SF_CACHE_E_UNKNOWN_FETCH);
    assert_int_equal(other->store_close(other->context, open), SF_CACHE_E_UNKNOWN_CONNECTION);
    assert_events("version 1 broke the contract: 23\nversion 1 broke the contract: 22\n");
    sf_cache_host_timer_fired(&host, timer);
    assert_events("#0 timer 6\n");
    sf_cache_host_timer_fired(&host, timer);
    assert_events(""); /* it fires once */
}

/* ---- what a cache hears ---- */

static void test_an_upload_says_whose_it_is_and_how_it_ends(void **state)
{
    (void)state;
    const struct sf_cache_host_camera camera = {.camera = {CAMERA}, .tenant = {TENANT + 1}};
    struct sf_cache_version *version =
        sf_cache_host_upload(&host, sf_node_id(0), 1, camera, &still);
    sf_cache_host_upload_ended(version, camera.camera, 1, false, 40);
    assert_events("upload from 3 of 4\nupload abandoned after 40\n");
    version = sf_cache_host_upload(&host, sf_node_id(0), 2, camera, &still);
    sf_cache_host_upload_ended(version, camera.camera, 2, true, 100);
    assert_events("upload from 3 of 4\nupload complete after 100\n");
}

static void test_a_fetch_brings_its_cookie_and_ends_once(void **state)
{
    (void)state;
    ask();
    assert_int_equal(lent->fetch(lent->context, instances[0]->camera, 8, NULL), 0);
    sf_cache_host_fetch_part(&host, fetch, &still, 30, (const uint8_t *)"xyz", 3);
    sf_cache_host_fetch_ended(&host, fetch, SF_CACHE_END_COMPLETE);
    assert_events("part 3 from 30, cookie 8\nfetch end 0, cookie 8\n");
    sf_cache_host_fetch_ended(&host, fetch, SF_CACHE_END_COMPLETE);
    sf_cache_host_fetch_part(&host, fetch, &still, 30, (const uint8_t *)"xyz", 3);
    assert_events("");
}

static void test_a_request_that_has_ended_is_not_cancelled(void **state)
{
    (void)state;
    uint64_t request = ask();
    sf_handle handle = handle_of(SF_OPAQUE_REQUEST, request);
    assert_int_equal(lent->answer(lent->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0), 0);
    assert_events("answer to 5 status 2 bytes 0\n");
    sf_cache_host_cancel(&host, handle);
    assert_events("");
    assert_int_equal(host.versions[0]->requests_count, 0);
}

static void test_the_end_of_a_connection_is_told_of(void **state)
{
    (void)state;
    sf_cache_host_connection_closed(&host, sf_viewer_id(VIEWER), 1);
    assert_events("#0 closed 0\n");
}

static void test_an_invalidation_names_its_camera_only_where_it_is_of_one(void **state)
{
    (void)state;
    const struct sf_tenant_id tenant = {TENANT + 1};
    const struct sf_camera_id camera = {CAMERA};
    sf_cache_host_invalidate(&host, SF_CACHE_SCOPE_LINK, tenant, camera);
    sf_cache_host_invalidate(&host, SF_CACHE_SCOPE_TENANT, tenant, camera);
    sf_cache_host_invalidate(&host, SF_CACHE_SCOPE_CAMERA, tenant, camera);
    char expected[128];
    snprintf(expected, sizeof expected,
             "scope %d of 4, camera -1\nscope %d of 4, camera -1\nscope %d of 4, camera 3\n",
             SF_CACHE_SCOPE_LINK, SF_CACHE_SCOPE_TENANT, SF_CACHE_SCOPE_CAMERA);
    assert_events(expected);
}

static void test_a_version_that_drains_waits_for_its_uploads(void **state)
{
    (void)state;
    const struct sf_cache_host_camera camera = {.camera = {CAMERA}, .tenant = {TENANT}};
    struct sf_cache_version *version =
        sf_cache_host_upload(&host, sf_node_id(0), 1, camera, &still);
    assert_true(sf_cache_host_deploy(&host, &second_module));
    sf_cache_host_sweep(&host);
    assert_non_null(instances[0]);
    sf_cache_host_upload_ended(version, camera.camera, 1, true, 100);
    sf_cache_host_sweep(&host);
    assert_null(instances[0]);
}

static void test_a_new_version_is_told_which_nodes_are_lost(void **state)
{
    (void)state;
    sf_cache_host_reset(&host, &exact_services, SEED, 10, 1000, 1000);
    sf_cache_host_set_nodes(&host, 2);
    assert_true(sf_cache_host_deploy(&host, &first_module));
    sf_cache_host_node_lost(&host, sf_node_id(1));
    sf_text_free(&events);
    events = (struct sf_text){0};
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(0), &second_module));
    assert_events("#3 on node 0 of 2 'b=2'\n#3 imports test 1 of #1\n#3 lost node 1\n");
}

static void test_two_instances_draw_different_random_numbers(void **state)
{
    (void)state;
    assert_true(sf_cache_host_deploy(&host, &second_module));
    const struct sf_cache_host *other = instances[1]->host;
    assert_true(lent->random_u64(lent->context) != other->random_u64(other->context));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_timer_of_more_than_a_year_is_refused_as_busy),
        TEST(test_each_bound_is_exact_and_a_refusal_reaches_the_world),
        TEST(test_the_identity_service_has_a_bound),
        TEST(test_a_line_of_the_log_has_two_hundred_bytes_at_most),
        TEST(test_an_answer_in_parts_announces_what_a_still_may_have),
        TEST(test_an_abort_ends_an_answer_before_all_bytes),
        TEST(test_a_key_and_a_value_of_the_store_have_bounds),
        TEST(test_a_closed_connection_takes_and_brings_nothing),
        TEST(test_a_status_that_is_none_is_refused),
        TEST(test_a_version_ends_nothing_of_another),
        TEST(test_an_upload_says_whose_it_is_and_how_it_ends),
        TEST(test_a_fetch_brings_its_cookie_and_ends_once),
        TEST(test_a_request_that_has_ended_is_not_cancelled),
        TEST(test_the_end_of_a_connection_is_told_of),
        TEST(test_an_invalidation_names_its_camera_only_where_it_is_of_one),
        TEST(test_a_version_that_drains_waits_for_its_uploads),
        TEST(test_a_new_version_is_told_which_nodes_are_lost),
        TEST(test_two_instances_draw_different_random_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
