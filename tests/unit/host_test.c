/* The host of the cache: breaking its contract is refused, named and harmless. */
#include "harness/cache/host.h"

#include <pthread.h>
#include <string.h>

#include "tests/unit/test.h"

/* A world that writes down what it is asked. */
struct world {
    struct sf_cache_services services;
    struct sf_cache_host_state host;
    int32_t broken_code;
    uint32_t broken_count;
    uint32_t begun_count;
    uint32_t ended_count;
    uint32_t bytes_count;
    uint32_t fetched_camera;
    sf_handle fetch;
    uint64_t cancelled_fetch;
    sf_handle timer;
};

static struct world world;
static const struct sf_cache_host *lent;
static struct sf_cache_request seen;
static uint32_t requests_count;
static uint32_t cancelled_count;
static uint32_t timers_count;
static uint32_t fetch_parts_count;
static uint8_t handed_over[16];
static uint64_t handed_over_bytes;

static sf_ns now_ns(void *context)
{
    (void)context;
    return 1000;
}

static void answer_begin(void *context, uint64_t request, uint32_t status, uint32_t total_bytes)
{
    (void)context;
    (void)request;
    (void)status;
    (void)total_bytes;
    world.begun_count++;
}

static void answer_bytes(void *context, uint64_t request, const uint8_t *bytes, uint32_t count)
{
    (void)context;
    (void)request;
    (void)bytes;
    world.bytes_count += count;
}

static void answer_end(void *context, uint64_t request, bool aborted)
{
    (void)context;
    (void)request;
    (void)aborted;
    world.ended_count++;
}

static void timer_start(void *context, sf_handle timer, sf_ns delay_ns)
{
    (void)context;
    (void)delay_ns;
    world.timer = timer;
}

static uint64_t fetch_start(void *context, sf_handle fetch, struct sf_camera_id camera,
                            uint64_t validator)
{
    (void)validator;
    (void)context;
    world.fetch = fetch;
    world.fetched_camera = camera.index;
    return 77;
}

static void fetch_cancel(void *context, uint64_t fetch)
{
    (void)context;
    world.cancelled_fetch = fetch;
}

static void contract_broken(void *context, uint32_t version, int32_t code, uint64_t subject)
{
    (void)context;
    (void)version;
    (void)subject;
    world.broken_code = code;
    world.broken_count++;
}

static void *create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                    char *error, uint32_t error_bytes)
{
    (void)config;
    (void)error;
    (void)error_bytes;
    lent = host;
    return &world;
}

static void destroy(void *cache)
{
    (void)cache;
}

static uint64_t upload_seen;

static void on_upload(void *cache, const struct sf_cache_upload *upload)
{
    (void)cache;
    upload_seen = upload->upload;
}

static void on_request(void *cache, const struct sf_cache_request *request)
{
    (void)cache;
    seen = *request;
    requests_count++;
}

static void on_request_cancelled(void *cache, uint64_t request)
{
    (void)cache;
    (void)request;
    cancelled_count++;
}

static void on_timer(void *cache, uint64_t timer, uint64_t cookie)
{
    (void)cache;
    (void)timer;
    timers_count += (uint32_t)cookie;
}

static void on_fetch_part(void *cache, const struct sf_cache_fetch_part *part)
{
    (void)cache;
    fetch_parts_count += part->bytes_count;
}

static void export_state(void *cache, const struct sf_cache_sink *sink)
{
    (void)cache;
    sink->write(sink->context, (const uint8_t *)"state", 5);
    sink->write(sink->context, (const uint8_t *)"!", 1);
}

static void import_state(void *cache, const char *from_name, const char *from_version,
                         const uint8_t *bytes, uint64_t count)
{
    (void)cache;
    assert_string_equal(from_name, "test");
    assert_string_equal(from_version, "1");
    handed_over_bytes = count;
    memcpy(handed_over, bytes, count);
}

static const struct sf_cache_plugin plugin = {
    .struct_bytes = sizeof plugin,
    .abi = SF_CACHE_ABI,
    .name = "test",
    .version = "1",
    .create = create,
    .destroy = destroy,
    .on_upload = on_upload,
    .on_request = on_request,
    .on_request_cancelled = on_request_cancelled,
    .on_timer = on_timer,
    .on_fetch_part = on_fetch_part,
    .export_state = export_state,
    .import_state = import_state,
};

static const struct sf_cache_module module = {.plugin = &plugin};
static const struct sf_cache_host_camera camera = {.camera = {3}, .tenant = {3}, .model = 1};
static const struct sf_cache_host_still still = {.total_bytes = 100, .vary = "tenant"};

static int set_up(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    requests_count = cancelled_count = timers_count = fetch_parts_count = 0;
    world.services = (struct sf_cache_services){
        .context = &world,
        .now_ns = now_ns,
        .answer_begin = answer_begin,
        .answer_bytes = answer_bytes,
        .answer_end = answer_end,
        .timer_start = timer_start,
        .fetch_start = fetch_start,
        .fetch_cancel = fetch_cancel,
        .contract_broken = contract_broken,
    };
    sf_cache_host_init(&world.host);
    sf_cache_host_reset(&world.host, &world.services, 42, 10, 1000, 1000);
    sf_cache_host_set_lends(&world.host, true);
    assert_true(sf_cache_host_deploy(&world.host, &module));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sf_cache_host_fini(&world.host);
    return 0;
}

/* The host's handle of a request, by the number that the plug-in has. */
static sf_handle handle_of(uint64_t request)
{
    return sf_opaque_index(&world.host.opaque, SF_OPAQUE_REQUEST, request);
}

/* The number that the plug-in has. */
static uint64_t request(void)
{
    const struct sf_cache_host_ask ask = {
        .world_request = 5,
        .camera = camera,
        .viewer = {6},
        .viewer_tenant = {3},
        .connection = 1,
        .path = SF_VIEWER_PATH_INTEGRATION,
        .deadline_ns = 5000,
    };
    sf_handle handle = sf_cache_host_request(&world.host, &ask);
    assert_int_equal(handle_of(seen.request), handle);
    return seen.request;
}

static void assert_broken(int32_t code, int32_t returned)
{
    assert_int_equal(returned, code);
    assert_int_equal(world.broken_code, code);
    assert_int_equal(world.broken_count, 1);
    world.broken_count = 0;
    world.broken_code = 0;
}

static void test_a_second_answer_is_refused_and_named(void **state)
{
    (void)state;
    uint64_t number = request();
    assert_int_equal(
        lent->answer(lent->context, number, SF_CACHE_STATUS_OK, (const uint8_t *)"abc", 3), 0);
    assert_int_equal(world.bytes_count, 3);
    assert_broken(SF_CACHE_E_ANSWERED,
                  lent->answer(lent->context, number, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0));
    assert_int_equal(world.begun_count, 1);
}

static void test_an_answer_after_the_cancellation_is_refused_and_named(void **state)
{
    (void)state;
    uint64_t number = request();
    sf_cache_host_cancel(&world.host, handle_of(number));
    assert_int_equal(cancelled_count, 1);
    sf_cache_host_cancel(&world.host, handle_of(number));
    assert_int_equal(cancelled_count, 1);
    assert_broken(SF_CACHE_E_CANCELLED,
                  lent->answer(lent->context, number, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0));
    assert_int_equal(world.begun_count, 0);
}

static void answer_so_many(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(
            lent->answer(lent->context, request(), SF_CACHE_STATUS_UNAVAILABLE, NULL, 0), 0);
    }
}

static void test_a_closed_request_is_forgotten_after_many_others(void **state)
{
    (void)state;
    world.host.closed.count_max = 1000;
    uint64_t first = request();
    assert_int_equal(lent->answer(lent->context, first, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0), 0);
    answer_so_many(999);
    assert_broken(SF_CACHE_E_ANSWERED,
                  lent->answer(lent->context, first, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0));
    answer_so_many(1);
    assert_broken(SF_CACHE_E_UNKNOWN_REQUEST,
                  lent->answer(lent->context, first, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0));
    uint64_t latest = request();
    sf_cache_host_cancel(&world.host, handle_of(latest));
    answer_so_many(5000);
    assert_int_equal(world.host.requests.count, 1000);
    assert_int_equal(world.host.requests.used_count, 1001);
    sf_cache_host_check_handles(&world.host);
}

static void test_bad_answers_are_refused_and_named(void **state)
{
    (void)state;
    uint64_t number = request();
    const uint8_t byte = 0;
    assert_broken(SF_CACHE_E_UNKNOWN_REQUEST, lent->answer(lent->context, number + 1, 2, NULL, 0));
    assert_broken(SF_CACHE_E_BAD_STATUS, lent->answer(lent->context, number, 3, NULL, 0));
    assert_broken(SF_CACHE_E_BAD_STATUS, lent->answer(lent->context, number, 1, &byte, 1));
    assert_broken(SF_CACHE_E_BAD_ARGUMENT, lent->answer(lent->context, number, 0, NULL, 1));
    assert_broken(SF_CACHE_E_TOO_MANY_BYTES,
                  lent->answer(lent->context, number, 0, &byte, SF_CACHE_STILL_BYTES_MAX + 1));
    assert_broken(SF_CACHE_E_UNKNOWN_REQUEST, lent->answer_part(lent->context, number, &byte, 1));
    assert_int_equal(world.begun_count, 0);
}

static void test_an_answer_in_parts_has_as_many_bytes_as_announced(void **state)
{
    (void)state;
    uint64_t number = request();
    const uint8_t bytes[4] = {0};
    assert_int_equal(lent->answer_begin(lent->context, number, 6), 0);
    assert_int_equal(lent->answer_part(lent->context, number, bytes, 4), 0);
    assert_broken(SF_CACHE_E_TOO_FEW_BYTES, lent->answer_end(lent->context, number));
    assert_broken(SF_CACHE_E_TOO_MANY_BYTES, lent->answer_part(lent->context, number, bytes, 3));
    assert_int_equal(lent->answer_part(lent->context, number, bytes, 2), 0);
    assert_int_equal(lent->answer_end(lent->context, number), 0);
    assert_int_equal(world.bytes_count, 6);
    assert_broken(SF_CACHE_E_UNKNOWN_REQUEST, lent->answer_end(lent->context, number));
}

/* It is a breach only of an answer that is not ended although its viewer has all of it. */
static void test_an_answer_in_parts_is_ended(void **state)
{
    (void)state;
    const uint8_t bytes[4] = {0};
    uint64_t open = request();
    sf_cache_host_out_of_time(&world.host, handle_of(open));
    uint64_t number = request();
    assert_int_equal(lent->answer_begin(lent->context, number, 4), 0);
    assert_int_equal(lent->answer_part(lent->context, number, bytes, 4), 0);
    sf_cache_host_progress(&world.host, handle_of(number), 3);
    sf_cache_host_out_of_time(&world.host, handle_of(number));
    assert_int_equal(world.broken_count, 0);
    sf_cache_host_progress(&world.host, handle_of(number), 4);
    sf_cache_host_out_of_time(&world.host, handle_of(number));
    assert_broken(SF_CACHE_E_NOT_ENDED, world.broken_code);
    assert_int_equal(lent->answer_end(lent->context, number), 0);
    sf_cache_host_out_of_time(&world.host, handle_of(number));
    assert_int_equal(world.broken_count, 0);
}

static void *call_from_afar(void *number)
{
    const uint8_t *bytes;
    uint64_t out;
    assert_int_equal(lent->now_ns(lent->context), 0);
    assert_int_equal(lent->answer(lent->context, *(uint64_t *)number, 1, NULL, 0),
                     SF_CACHE_E_FOREIGN_THREAD);
    assert_int_equal(lent->timer_set(lent->context, 1, 1, &out), SF_CACHE_E_FOREIGN_THREAD);
    assert_int_equal(lent->hold(lent->context, 1, &bytes, &out), SF_CACHE_E_FOREIGN_THREAD);
    assert_int_equal(lent->drop(lent->context, 1), SF_CACHE_E_FOREIGN_THREAD);
    return NULL;
}

static void test_a_call_from_another_thread_has_no_effect_and_is_named_once(void **state)
{
    (void)state;
    uint64_t number = request();
    pthread_t thread;
    sf_cache_host_sweep(&world.host);
    assert_int_equal(world.broken_count, 0);
    assert_int_equal(pthread_create(&thread, NULL, call_from_afar, &number), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(world.broken_count, 0); /* the world is not for that thread either */
    assert_int_equal(world.begun_count, 0);
    sf_cache_host_sweep(&world.host);
    assert_broken(SF_CACHE_E_FOREIGN_THREAD, world.broken_code);
    sf_cache_host_sweep(&world.host);
    assert_int_equal(world.broken_count, 0);
    assert_int_equal(lent->answer(lent->context, number, 1, NULL, 0), 0);
}

static void test_identities_are_opaque_and_can_be_used_for_a_fetch(void **state)
{
    (void)state;
    request();
    assert_int_not_equal(seen.camera, 3);
    assert_int_not_equal(seen.camera, seen.tenant);
    uint64_t fetch;
    assert_int_equal(lent->fetch(lent->context, seen.camera, 9, &fetch), 0);
    assert_int_equal(world.fetched_camera, 3);
    sf_cache_host_fetch_part(&world.host, world.fetch, &still, 0, (const uint8_t *)"xyz", 3);
    assert_int_equal(fetch_parts_count, 3);
    assert_int_equal(lent->fetch_cancel(lent->context, fetch), 0);
    assert_int_equal(world.cancelled_fetch, 77);
    sf_cache_host_fetch_part(&world.host, world.fetch, &still, 0, (const uint8_t *)"xyz", 3);
    assert_int_equal(fetch_parts_count, 3);
    assert_int_equal(lent->fetch_cancel(lent->context, fetch), 0); /* ended already: no error */
    assert_broken(SF_CACHE_E_UNKNOWN_FETCH, lent->fetch_cancel(lent->context, 999999));
    assert_broken(SF_CACHE_E_UNKNOWN_CAMERA, lent->fetch(lent->context, 1, 9, &fetch));
}

/* How many of the numbers have 16 bits, from `shift` on, in common with one before. */
static uint32_t meetings(const uint64_t *numbers, uint32_t count, int shift)
{
    static bool taken[1 << 16];
    uint32_t met_count = 0;
    memset(taken, 0, sizeof taken);
    for (uint32_t i = 0; i < count; i++) {
        bool *at = &taken[numbers[i] >> shift & 0xffff];
        met_count += *at;
        *at = true;
    }
    return met_count;
}

/* A cache that keeps 16 bits of a number has collisions, whichever bits these are: as many as
 * numbers drawn by chance have, 117 of 4000 in the mean. */
static void assert_without_structure(const uint64_t *numbers, uint32_t count)
{
    for (int shift = 0; shift <= 48; shift += 8) {
        assert_in_range(meetings(numbers, count, shift), 70, 170);
    }
}

static void test_numbers_of_what_is_under_way_have_no_structure(void **state)
{
    (void)state;
    enum { COUNT = 4000 };
    static uint64_t requests[COUNT];
    static uint64_t fetches[COUNT];
    static uint64_t timers[COUNT];
    static uint64_t uploads[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        requests[i] = request();
        assert_int_equal(lent->fetch(lent->context, seen.camera, 9, &fetches[i]), 0);
        assert_int_equal(lent->fetch_cancel(lent->context, fetches[i]), 0);
        assert_int_equal(lent->timer_set(lent->context, 10, 1, &timers[i]), 0);
        sf_cache_host_upload(&world.host, sf_node_id(0), i + 1, camera, &still);
        uploads[i] = upload_seen;
        assert_int_equal(sf_opaque_index(&world.host.opaque, SF_OPAQUE_UPLOAD, uploads[i]), i + 1);
    }
    assert_without_structure(requests, COUNT);
    assert_without_structure(fetches, COUNT);
    assert_without_structure(timers, COUNT);
    assert_without_structure(uploads, COUNT);
}

static void test_a_cancelled_timer_does_not_fire(void **state)
{
    (void)state;
    uint64_t timer;
    assert_int_equal(lent->timer_set(lent->context, 10, 1, &timer), 0);
    sf_cache_host_timer_fired(&world.host, world.timer);
    assert_int_equal(timers_count, 1);
    assert_int_equal(lent->timer_set(lent->context, 10, 1, &timer), 0);
    lent->timer_cancel(lent->context, timer);
    sf_cache_host_timer_fired(&world.host, world.timer);
    assert_int_equal(timers_count, 1);
    assert_broken(SF_CACHE_E_BAD_ARGUMENT, lent->timer_set(lent->context, -1, 1, &timer));
}

static void test_a_deploy_hands_over_and_the_old_version_ends_when_it_is_done(void **state)
{
    (void)state;
    uint64_t old_request = request();
    const struct sf_cache_host *old = lent;
    assert_true(sf_cache_host_deploy(&world.host, &module));
    assert_int_equal(handed_over_bytes, 6);
    assert_memory_equal(handed_over, "state!", 6);
    uint64_t new_request = request();
    assert_broken(SF_CACHE_E_UNKNOWN_REQUEST, old->answer(old->context, new_request, 2, NULL, 0));
    sf_cache_host_sweep(&world.host);
    assert_non_null(world.host.versions[0]->cache);
    assert_int_equal(old->answer(old->context, old_request, 2, NULL, 0), 0);
    sf_cache_host_sweep(&world.host);
    assert_null(world.host.versions[0]->cache);
    assert_int_equal(lent->answer(lent->context, new_request, 2, NULL, 0), 0);
}

/* A plug-in built with a shorter header: what it does not have is not called. */
static void test_functions_beyond_the_plugins_size_are_absent(void **state)
{
    (void)state;
    static struct sf_cache_plugin old; /* destroyed after this function has returned */
    old = plugin;
    old.struct_bytes = offsetof(struct sf_cache_plugin, on_timer);
    const struct sf_cache_module old_module = {.plugin = &old};
    assert_true(sf_cache_host_deploy(&world.host, &old_module));
    uint64_t timer;
    assert_int_equal(lent->timer_set(lent->context, 10, 1, &timer), 0);
    sf_cache_host_timer_fired(&world.host, world.timer);
    assert_int_equal(timers_count, 0);
}

static void test_opaque_numbers_can_be_undone(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        struct sf_opaque numbers;
        struct sf_opaque others;
        sf_opaque_init(&numbers, i * 7);
        sf_opaque_init(&others, i * 7 + 1);
        uint64_t opaque = sf_opaque(&numbers, SF_OPAQUE_CAMERA, i);
        assert_int_equal(sf_opaque_index(&numbers, SF_OPAQUE_CAMERA, opaque), i);
        assert_int_not_equal(opaque, sf_opaque(&others, SF_OPAQUE_CAMERA, i));
        assert_int_not_equal(opaque, sf_opaque(&numbers, SF_OPAQUE_TENANT, i));
        assert_int_not_equal(opaque, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_second_answer_is_refused_and_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_an_answer_after_the_cancellation_is_refused_and_named,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_closed_request_is_forgotten_after_many_others,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_answers_are_refused_and_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_answer_in_parts_has_as_many_bytes_as_announced,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_answer_in_parts_is_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_call_from_another_thread_has_no_effect_and_is_named_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_identities_are_opaque_and_can_be_used_for_a_fetch,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers_of_what_is_under_way_have_no_structure, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_cancelled_timer_does_not_fire, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_deploy_hands_over_and_the_old_version_ends_when_it_is_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_functions_beyond_the_plugins_size_are_absent, set_up,
                                        tear_down),
        cmocka_unit_test(test_opaque_numbers_can_be_undone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
