/* What the host of the cache passes on beside bytes, and what of it breaks the contract. */
#include "tests/unit/scripted_cache.h"

static const struct sf_cache_host_camera camera = {
    .camera = {CAMERA}, .tenant = {TENANT}, .model = 1, .serial = 9};

static int set_up(void **state)
{
    (void)state;
    instances_count = 0;
    sf_cache_host_init(&host);
    sf_cache_host_reset(&host, &services, SEED, 10, 1000, 1000);
    assert_true(sf_cache_host_deploy(&host, &first_module));
    assert_events("#0 on node 0 of 1 'a=1'\n");
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

/* A request of a viewer that holds something: all of a still, or up to `range_offset` of it. */
static const struct sf_cache_host *ask(uint64_t validator, uint32_t range_offset)
{
    const struct sf_cache_host_ask request = {
        .world_request = 5,
        .camera = camera,
        .viewer = {VIEWER},
        .viewer_tenant = {TENANT},
        .connection = 1,
        .session = 12,
        .path = SF_VIEWER_PATH_EXPORT,
        .deadline_ns = 5000,
        .session_renewal = 13,
        .validator = validator,
        .range_offset = range_offset,
        .name = "porch.jpg",
    };
    assert_int_not_equal(sf_cache_host_request(&host, &request), 0);
    assert_events("#0 request\n");
    return instances[0]->host;
}

static void test_an_upload_says_all_that_its_camera_says(void **state)
{
    (void)state;
    assert_non_null(sf_cache_host_upload(&host, sf_node_id(0), 1, camera, &still));
    assert_int_equal(upload_seen.capture, 1);
    assert_int_equal(upload_seen.total_bytes, 100);
    assert_int_equal(upload_seen.captured_unix_ms, 77);
    assert_int_equal(upload_seen.validator, 0xabc);
    assert_int_equal(upload_seen.serial, opaque(SF_OPAQUE_SERIAL, 9));
    assert_string_equal(upload_seen.vary, "tenant, camera");
    assert_int_equal(upload_seen.flags, SF_CACHE_STILL_PRIVATE);
    assert_int_equal(upload_seen.kind, SF_CACHE_STILL_DELTA);
    assert_int_equal(upload_seen.base_capture, 5);
    assert_int_equal(upload_seen.first_row, 6);
    assert_int_equal(upload_seen.rows_count, 7);
}

static void test_a_request_says_what_its_viewer_says(void **state)
{
    (void)state;
    ask(0xdef, 30);
    assert_int_equal(request_seen.path, SF_CACHE_PATH_EXPORT);
    assert_int_equal(request_seen.integration, 0);
    assert_int_equal(request_seen.token, opaque(SF_OPAQUE_TOKEN, 12));
    assert_int_equal(request_seen.session_renewal, opaque(SF_OPAQUE_TOKEN, 13));
    assert_int_equal(request_seen.validator, 0xdef);
    assert_int_equal(request_seen.range_offset, 30);
    assert_int_equal(request_seen.serial, opaque(SF_OPAQUE_SERIAL, 9));
    assert_string_equal(request_seen.name, "porch.jpg");
}

static void test_not_modified_is_for_viewers_who_hold_a_whole_still(void **state)
{
    (void)state;
    const uint32_t status = SF_CACHE_STATUS_NOT_MODIFIED;
    const struct sf_cache_host *lent = ask(0, 0);
    assert_int_equal(lent->answer(lent->context, instances[0]->request, status, NULL, 0),
                     SF_CACHE_E_BAD_STATUS);
    assert_events("version 0 broke the contract: 21\n");
    lent = ask(1, 10);
    assert_int_equal(lent->answer(lent->context, instances[0]->request, status, NULL, 0),
                     SF_CACHE_E_BAD_STATUS);
    assert_events("version 0 broke the contract: 21\n");
    lent = ask(1, 0);
    const uint8_t byte = 0;
    assert_int_equal(lent->answer(lent->context, instances[0]->request, status, &byte, 1),
                     SF_CACHE_E_BAD_STATUS);
    assert_events("version 0 broke the contract: 21\n");
    assert_int_equal(lent->answer(lent->context, instances[0]->request, status, NULL, 0), 0);
    assert_events("answer to 5 status 3 bytes 0\n");
}

static void test_a_part_is_for_viewers_who_hold_a_part(void **state)
{
    (void)state;
    const uint32_t status = SF_CACHE_STATUS_PARTIAL;
    const uint8_t bytes[3] = {0};
    const struct sf_cache_host *lent = ask(1, 0);
    assert_int_equal(lent->answer(lent->context, instances[0]->request, status, bytes, 3),
                     SF_CACHE_E_BAD_STATUS);
    assert_events("version 0 broke the contract: 21\n");
    lent = ask(1, 10);
    assert_int_equal(lent->answer(lent->context, instances[0]->request, status, NULL, 0),
                     SF_CACHE_E_BAD_ARGUMENT);
    assert_events("version 0 broke the contract: 25\n");
    assert_int_equal(lent->answer(lent->context, instances[0]->request, status, bytes, 3), 0);
    assert_events("answer to 5 status 4 bytes 3\nbytes to 5: 3\nend of 5\n");
    assert_int_equal(lent->answer(lent->context, instances[0]->request, 5, bytes, 3),
                     SF_CACHE_E_BAD_STATUS);
    assert_events("version 0 broke the contract: 21\n");
}

static int32_t say(struct sf_cache_answer_properties properties)
{
    const struct sf_cache_host *lent = instances[0]->host;
    return lent->answer_properties(lent->context, instances[0]->request, &properties);
}

static void test_properties_are_said_once_and_before_the_answer(void **state)
{
    (void)state;
    const struct sf_cache_host *lent = ask(0, 0);
    const struct sf_cache_answer_properties good = {
        .struct_bytes = sizeof good,
        .flags = SF_CACHE_ANSWER_STALE | SF_CACHE_ANSWER_INCOMPLETE,
        .validator = 4,
        .session = opaque(SF_OPAQUE_TOKEN, 13),
    };
    assert_int_equal(say(good), 0);
    assert_events("to 5: flags 3 validator 4 session 13\n");
    assert_int_equal(say(good), SF_CACHE_E_BAD_ARGUMENT);
    assert_events("version 0 broke the contract: 25\n");
    lent = ask(0, 0);
    lent->answer(lent->context, instances[0]->request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    assert_events("answer to 5 status 2 bytes 0\n");
    assert_int_equal(say(good), SF_CACHE_E_ANSWERED);
    assert_events("version 0 broke the contract: 17\n");
}

static void test_properties_that_cannot_be_are_refused(void **state)
{
    (void)state;
    const struct sf_cache_host *lent = ask(0, 0);
    assert_int_equal(say((struct sf_cache_answer_properties){.struct_bytes = 24, .flags = 1u << 5}),
                     SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(
        say((struct sf_cache_answer_properties){
            .struct_bytes = sizeof(struct sf_cache_answer_properties), .session = 4711}),
        SF_CACHE_E_BAD_ARGUMENT); /* there never was such a session */
    assert_int_equal(lent->answer_properties(lent->context, instances[0]->request, NULL),
                     SF_CACHE_E_BAD_ARGUMENT);
    assert_events("version 0 broke the contract: 25\nversion 0 broke the contract: 25\n"
                  "version 0 broke the contract: 25\n");
    /* A plug-in that was built when there were flags only: the rest is not looked at. */
    assert_int_equal(say((struct sf_cache_answer_properties){
                         .struct_bytes = 8, .flags = SF_CACHE_ANSWER_STALE, .session = 4711}),
                     0);
    assert_events("to 5: flags 1 validator 0 session 0\n");
}

/* The breach is noted, and the answer has the session: what comes of it is to be seen. */
static void test_the_session_of_another_viewer_is_a_breach_and_is_sent(void **state)
{
    (void)state;
    const struct sf_cache_answer_properties others = {
        .struct_bytes = sizeof others, .session = opaque(SF_OPAQUE_TOKEN, 51)};
    ask(0, 0);
    assert_int_equal(say(others), SF_CACHE_DONE);
    assert_events("to 5: flags 0 validator 0 session 51\nversion 0 broke the contract: 31\n");
    assert_int_equal(say(others), SF_CACHE_E_BAD_ARGUMENT); /* a second time is one too many */
    assert_events("version 0 broke the contract: 25\n");
}

static void test_a_fetch_may_name_what_is_known_already(void **state)
{
    (void)state;
    const struct sf_cache_host *lent = ask(0, 0);
    assert_int_equal(lent->fetch_if_changed(lent->context, instances[0]->camera, 0xabc, 8, NULL),
                     0);
    assert_int_equal(validator_asked_for, 0xabc);
    sf_cache_host_fetch_part(&host, fetch, &still, 0, (const uint8_t *)"xyz", 3);
    assert_int_equal(part_seen.validator, 0xabc);
    assert_int_equal(part_seen.flags, SF_CACHE_STILL_PRIVATE);
    assert_string_equal(part_seen.vary, "tenant, camera");
    sf_cache_host_fetch_ended(&host, fetch, SF_CACHE_END_NOT_MODIFIED);
    assert_events("#0 fetched bytes 3\n#0 fetch ended 2\n");
    assert_int_equal(lent->fetch_if_changed(lent->context, 1, 0xabc, 8, NULL),
                     SF_CACHE_E_UNKNOWN_CAMERA);
    assert_events("version 0 broke the contract: 24\n");
    assert_int_equal(lent->fetch(lent->context, instances[0]->camera, 8, NULL), 0);
    assert_int_equal(validator_asked_for, 0);
}

static void test_progress_is_told_of_answers_in_parts_and_only_forwards(void **state)
{
    (void)state;
    const struct sf_cache_host *lent = ask(0, 0);
    const uint8_t bytes[4] = {0};
    uint64_t request = instances[0]->request;
    sf_handle handle = handle_of(SF_OPAQUE_REQUEST, request);
    assert_int_equal(lent->answer_begin(lent->context, request, 8), 0);
    assert_int_equal(lent->answer_part(lent->context, request, bytes, 4), 0);
    assert_events("answer to 5 status 0 bytes 8\nbytes to 5: 4\n");
    sf_cache_host_progress(&host, handle, 4);
    sf_cache_host_progress(&host, handle, 4);
    sf_cache_host_progress(&host, handle, 2);
    assert_events("#0 taken 4\n");
    sf_cache_host_cancel(&host, handle);
    sf_cache_host_progress(&host, handle, 8);
    assert_events("#0 cancelled 0\n");
    lent = ask(0, 0);
    lent->answer(lent->context, instances[0]->request, SF_CACHE_STATUS_OK, bytes, 4);
    assert_events("answer to 5 status 0 bytes 4\nbytes to 5: 4\nend of 5\n");
    sf_cache_host_progress(&host, handle_of(SF_OPAQUE_REQUEST, instances[0]->request), 4);
    assert_events("");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_an_upload_says_all_that_its_camera_says),
        TEST(test_a_request_says_what_its_viewer_says),
        TEST(test_not_modified_is_for_viewers_who_hold_a_whole_still),
        TEST(test_a_part_is_for_viewers_who_hold_a_part),
        TEST(test_properties_are_said_once_and_before_the_answer),
        TEST(test_properties_that_cannot_be_are_refused),
        TEST(test_the_session_of_another_viewer_is_a_breach_and_is_sent),
        TEST(test_a_fetch_may_name_what_is_known_already),
        TEST(test_progress_is_told_of_answers_in_parts_and_only_forwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
