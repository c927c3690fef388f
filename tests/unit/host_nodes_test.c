/* Several nodes, seen from both sides of the interface: which event reaches which instance of the
 * cache, and which calls reach the world. */
#include "harness/cache/host_private.h"
#include "tests/unit/broken_promise.h"
#include "tests/unit/scripted_cache.h"

static int set_up(void **state)
{
    (void)state;
    events = (struct sf_text){0};
    instances_count = 0;
    answers_while_it_is_destroyed = false;
    sf_cache_host_init(&host);
    sf_cache_host_reset(&host, &services, SEED, 10, 1000, 1000);
    sf_cache_host_set_nodes(&host, 3);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sf_cache_host_fini(&host);
    for (uint32_t i = 0; i < instances_count; i++) {
        assert_null(instances[i]);
    }
    sf_text_free(&events);
    return 0;
}

static void deploy_first(void)
{
    assert_true(sf_cache_host_deploy(&host, &first_module));
    assert_events("#0 on node 0 of 3 'a=1'\n"
                  "#1 on node 1 of 3 'a=1'\n"
                  "#2 on node 2 of 3 'a=1'\n");
}

static const struct sf_cache_host_camera camera = {.camera = {CAMERA}, .tenant = {TENANT}};

static sf_handle request(uint32_t node, uint64_t world_request)
{
    const struct sf_cache_host_ask ask = {
        .world_request = world_request,
        .camera = camera,
        .viewer = {VIEWER},
        .viewer_tenant = {TENANT},
        .connection = 1,
        .node = {node},
        .session = 12345,
        .path = SF_VIEWER_PATH_INTEGRATION,
        .deadline_ns = 5000,
    };
    return sf_cache_host_request(&host, &ask);
}

static struct sf_cache_version *upload(uint32_t node, uint64_t number)
{
    return sf_cache_host_upload(&host, sf_node_id(node), number, camera, &still);
}

/* Everything that takes time, begun by one instance. */
static void begin_everything(const struct instance *instance)
{
    const struct sf_cache_host *lent = instance->host;
    uint64_t connection;
    const uint8_t key = 1;
    assert_int_equal(lent->answer_begin(lent->context, instance->request, 10), 0);
    assert_int_equal(lent->answer_part(lent->context, instance->request, &key, 1), 0);
    assert_int_equal(lent->timer_set(lent->context, 10, 1, NULL), 0);
    assert_int_equal(lent->fetch(lent->context, instance->camera, 2, NULL), 0);
    assert_int_equal(lent->store_open(lent->context, &connection), 0);
    assert_int_equal(lent->store_get(lent->context, connection, &key, 1, 3), 0);
    assert_int_equal(lent->identity(lent->context, instance->token, 4), 0);
}

/* Whatever was begun goes on. */
static void go_on_with_everything(void)
{
    sf_cache_host_timer_fired(&host, timer);
    sf_cache_host_fetch_part(&host, fetch, &still, 0, (const uint8_t *)"xyz", 3);
    sf_cache_host_fetch_ended(&host, fetch, SF_CACHE_END_COMPLETE);
    sf_cache_host_store_reply(&host, store_connection, 3, SF_NOBODY, SF_CACHE_STORE_MISSING, NULL,
                              0);
    sf_cache_host_identity_known(&host, question, SF_CACHE_IDENTITY_KNOWN, sf_tenant_id(TENANT));
}

static void test_what_is_told_is_told_to_the_node_that_it_concerns(void **state)
{
    (void)state;
    deploy_first();
    sf_handle asked = request(1, 5);
    struct sf_cache_version *version = upload(2, 9);
    sf_cache_host_fragment(version, sf_camera_id(0), 9, 0, (const uint8_t *)"x", 1);
    begin_everything(instances[1]);
    assert_events("#1 request\n#2 upload 9\n#2 fragment of 9\n"
                  "answer to 5 status 0 bytes 10\nbytes to 5: 1\n");
    go_on_with_everything();
    sf_cache_host_cancel(&host, asked);
    sf_cache_host_upload_ended(version, sf_camera_id(0), 9, true, 100);
    assert_events("#1 timer 1\n#1 fetched bytes 3\n#1 fetch ended 0\n#1 store 1\n"
                  "#1 identity 0, cookie 4, the tenant\n#1 cancelled 0\n#2 end of 9\n");
    assert_int_equal(request(SF_NOBODY, 6), 0);
    assert_null(upload(SF_NOBODY, 10));
    assert_events("");
}

static void test_a_rolling_deploy_hands_over_node_by_node(void **state)
{
    (void)state;
    deploy_first();
    sf_handle old = request(1, 5);
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(1), &second_module));
    assert_events("#1 request\n#3 on node 1 of 3 'b=2'\n#3 imports test 1 of #1\n");
    request(0, 6);
    request(1, 7);
    sf_cache_host_sweep(&host);
    assert_events("#0 request\n#3 request\n");
    sf_cache_host_cancel(&host, old);
    sf_cache_host_sweep(&host);
    assert_events("#1 cancelled 0\n#1 destroyed\n");
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(2), &second_module));
    sf_cache_host_sweep(&host);
    assert_events("#4 on node 2 of 3 'b=2'\n#4 imports test 1 of #2\n#2 destroyed\n");
}

static void test_a_lost_node_takes_everything_with_it(void **state)
{
    (void)state;
    deploy_first();
    sf_handle drained = request(0, 4);
    struct sf_cache_version *old_version = upload(0, 8);
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(0), &second_module));
    sf_handle asked = request(0, 5);
    struct sf_cache_version *version = upload(0, 9);
    request(1, 6);
    begin_everything(instances[3]);
    assert_events("#0 request\n#0 upload 8\n"
                  "#3 on node 0 of 3 'b=2'\n#3 imports test 1 of #0\n"
                  "#3 request\n#3 upload 9\n#1 request\n"
                  "answer to 5 status 0 bytes 10\nbytes to 5: 1\n");

    sf_cache_host_node_lost(&host, sf_node_id(0));
    assert_events("#0 destroyed\nfetch 77 is cancelled\n#3 destroyed\n"
                  "#1 lost node 0\n#2 lost node 0\n");
    assert_int_equal(host.requests.count, 1); /* node 1's */
    assert_int_equal(host.timers.count + host.fetches.count, 0);
    assert_int_equal(host.connections.count + host.questions.count, 0);
    assert_true(sf_cache_version_is_gone(version));
    assert_true(sf_cache_version_is_gone(old_version));
    go_on_with_everything();
    sf_cache_host_cancel(&host, drained);
    sf_cache_host_cancel(&host, asked);
    sf_cache_host_fragment(version, sf_camera_id(0), 9, 0, (const uint8_t *)"x", 1);
    sf_cache_host_upload_ended(version, sf_camera_id(0), 9, false, 1);
    sf_cache_host_upload_ended(old_version, sf_camera_id(0), 8, false, 1);
    sf_cache_host_sweep(&host);
    assert_int_equal(request(0, 7), 0);
    assert_null(upload(0, 10));
    assert_events("");
    begin_everything(instances[1]); /* the others go on */
    go_on_with_everything();
    assert_events("answer to 6 status 0 bytes 10\nbytes to 6: 1\n"
                  "#1 timer 1\n#1 fetched bytes 3\n#1 fetch ended 0\n#1 store 1\n"
                  "#1 identity 0, cookie 4, the tenant\n");
}

static void test_nobody_hears_what_a_crashing_cache_says(void **state)
{
    (void)state;
    deploy_first();
    request(0, 5);
    answers_while_it_is_destroyed = true;
    sf_cache_host_node_lost(&host, sf_node_id(0));
    answers_while_it_is_destroyed = false;
    assert_events("#0 request\n#0 destroyed\nversion 0 broke the contract: 16\n"
                  "#1 lost node 0\n#2 lost node 0\n");
}

static void test_a_node_comes_back_empty_with_what_is_installed_by_then(void **state)
{
    (void)state;
    deploy_first();
    sf_cache_host_node_lost(&host, sf_node_id(0));
    sf_cache_host_node_lost(&host, sf_node_id(2));
    assert_events("#0 destroyed\n#1 lost node 0\n#2 lost node 0\n"
                  "#2 destroyed\n#1 lost node 2\n");
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(2), &second_module));
    assert_events("");
    assert_true(sf_cache_host_node_back(&host, sf_node_id(2)));
    assert_events("#3 on node 2 of 3 'b=2'\n#3 lost node 0\n#1 joined node 2\n");
    assert_true(sf_cache_host_node_back(&host, sf_node_id(0)));
    assert_events("#4 on node 0 of 3 'a=1'\n#1 joined node 0\n#3 joined node 0\n");
    request(0, 5);
    request(2, 6);
    assert_events("#4 request\n#3 request\n");
}

static void test_options_that_were_taken_survive_a_loss(void **state)
{
    (void)state;
    deploy_first();
    assert_int_equal(sf_cache_host_reconfigure(&host, sf_node_id(0), "c=3"), SF_RECONFIGURED);
    assert_int_equal(sf_cache_host_reconfigure(&host, sf_node_id(1), "bad"),
                     SF_RECONFIGURE_REFUSED);
    assert_events("#0 options 'c=3'\n#1 options 'bad'\n");
    assert_int_equal(sf_cache_host_reconfigure(&host, sf_node_id(1), "odd"),
                     SF_RECONFIGURE_REFUSED);
    assert_events("#1 options 'odd'\nversion 1 broke the contract: 25\n");
    sf_cache_host_node_lost(&host, sf_node_id(0));
    sf_cache_host_node_lost(&host, sf_node_id(1));
    sf_text_free(&events);
    assert_int_equal(sf_cache_host_reconfigure(&host, sf_node_id(0), "d=4"),
                     SF_RECONFIGURE_NOT_HEARD);
    sf_cache_host_node_back(&host, sf_node_id(0));
    sf_cache_host_node_back(&host, sf_node_id(1));
    assert_events("#3 on node 0 of 3 'c=3'\n#3 lost node 1\n#2 joined node 0\n"
                  "#4 on node 1 of 3 'a=1'\n#2 joined node 1\n#3 joined node 1\n");
    static struct sf_cache_plugin deaf; /* destroyed after this function has returned */
    deaf = first;
    deaf.on_reconfigure = NULL;
    const struct sf_cache_module deaf_module = {.plugin = &deaf};
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(2), &deaf_module));
    assert_int_equal(sf_cache_host_reconfigure(&host, sf_node_id(2), "e=5"),
                     SF_RECONFIGURE_NOT_HEARD);
}

static void test_a_clock_step_is_the_nodes_alone_and_outlasts_a_loss(void **state)
{
    (void)state;
    deploy_first();
    request(1, 5);
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(1), &second_module));
    sf_text_free(&events);
    sf_cache_host_clock_step(&host, sf_node_id(1), -2500 * SF_MS);
    assert_events("#1 clock step -2500, shows 997500\n#3 clock step -2500, shows 997500\n");
    const struct sf_cache_host *other = instances[0]->host;
    assert_int_equal(other->wall_clock_ms(other->context), 1000000);
    sf_cache_host_node_lost(&host, sf_node_id(1));
    sf_cache_host_clock_step(&host, sf_node_id(1), 500 * SF_MS);
    sf_cache_host_node_back(&host, sf_node_id(1));
    const struct sf_cache_host *back = instances[4]->host;
    assert_int_equal(back->wall_clock_ms(back->context), 998000);
    assert_int_equal(back->now_ns(back->context), 1000);
}

static void test_a_token_is_asked_for_once_and_known_or_not(void **state)
{
    (void)state;
    deploy_first();
    request(0, 5);
    struct instance *asker = instances[0];
    const struct sf_cache_host *lent = asker->host;
    assert_int_not_equal(asker->token, 12345);
    assert_int_equal(lent->identity(lent->context, asker->token, 1), 0);
    assert_int_equal(session_asked_for, 12345);
    sf_cache_host_identity_known(&host, question, SF_CACHE_IDENTITY_KNOWN, sf_tenant_id(TENANT));
    sf_cache_host_identity_known(&host, question, SF_CACHE_IDENTITY_KNOWN, sf_tenant_id(TENANT));
    assert_int_equal(lent->identity(lent->context, asker->token, 2), 0);
    sf_cache_host_identity_known(&host, question, SF_CACHE_IDENTITY_UNKNOWN,
                                 sf_tenant_id(SF_NOBODY));
    assert_int_equal(lent->identity(lent->context, asker->token, 3), 0);
    sf_cache_host_identity_known(&host, question, SF_CACHE_IDENTITY_FAILED, sf_tenant_id(TENANT));
    asker->token++; /* a guess */
    assert_int_equal(lent->identity(lent->context, asker->token, 4), 0);
    assert_int_not_equal(session_asked_for, 12345);
    assert_events("#0 request\n"
                  "#0 identity 0, cookie 1, the tenant\n"
                  "#0 identity 1, cookie 2, no tenant\n"
                  "#0 identity 2, cookie 3, no tenant\n");
    for (uint32_t i = 1; i < SF_CACHE_QUESTIONS_MAX; i++) {
        assert_int_equal(lent->identity(lent->context, asker->token, i), 0);
    }
    assert_int_equal(lent->identity(lent->context, asker->token, 5), SF_CACHE_E_BUSY);
}

static void test_a_node_whose_cache_was_refused_has_none(void **state)
{
    (void)state;
    const struct sf_cache_module impossible = {.plugin = &second, .options = "impossible"};
    deploy_first();
    assert_false(sf_cache_host_deploy_node(&host, sf_node_id(1), &impossible));
    assert_string_equal(host.refusal, "no such thing");
    assert_int_equal(request(1, 5), 0);
    request(0, 6);
    sf_cache_host_sweep(&host);
    assert_events("version 3 broke the contract: 25\n#0 request\n#1 destroyed\n");
    sf_cache_host_node_lost(&host, sf_node_id(1));
    assert_false(sf_cache_host_node_back(&host, sf_node_id(1)));
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(1), &first_module));
}

/* Every pointer that struct_bytes covers can be called. */
static void check_lent(const struct sf_cache_host *lent)
{
    assert_in_range(lent->struct_bytes, SF_CACHE_HOST_BYTES_WITHOUT_HOLDS, sizeof *lent);
    for (size_t at = offsetof(struct sf_cache_host, now_ns); at < lent->struct_bytes;
         at += sizeof(uintptr_t)) {
        uintptr_t function;
        memcpy(&function, (const char *)lent + at, sizeof function);
        assert_int_not_equal(function, 0);
    }
}

static void *create_on_trial(const struct sf_cache_host *lent, const struct sf_cache_config *config,
                             char *error, uint32_t error_bytes)
{
    check_lent(lent);
    uint64_t connection;
    uint64_t handle;
    assert_int_equal(lent->wall_clock_ms(lent->context), 0);
    assert_int_equal(lent->identity(lent->context, 1, 1), 0);
    assert_int_equal(lent->timer_set(lent->context, 1, 1, &handle), 0);
    assert_int_equal(lent->store_open(lent->context, &connection), 0);
    assert_int_equal(lent->store_get(lent->context, connection, (const uint8_t *)"k", 1, 1), 0);
    assert_int_equal(lent->fetch_if_changed(lent->context, 1, 0, 1, &handle),
                     SF_CACHE_E_UNKNOWN_CAMERA);
    assert_int_equal(lent->answer(lent->context, 1, SF_CACHE_STATUS_NOT_FOUND, NULL, 0),
                     SF_CACHE_E_UNKNOWN_REQUEST);
    lent->log(lent->context, "text", 4);
    lent->state(lent->context, 1, 1);
    return create(lent, config, error, error_bytes);
}

static void test_every_lent_function_can_be_called_also_on_trial(void **state)
{
    (void)state;
    deploy_first();
    check_lent(instances[0]->host);
    struct sf_cache_plugin plugin = first;
    plugin.create = create_on_trial;
    struct sf_cache_module module = {.plugin = &plugin};
    char refusal[64];
    bool ended;
    assert_true(sf_cache_try(&module, refusal, sizeof refusal, &ended));
    assert_events("#3 on node 0 of 1 ''\n#3 destroyed\n");
    strcpy(module.options, "impossible");
    assert_false(sf_cache_try(&module, refusal, sizeof refusal, &ended));
    assert_string_equal(refusal, "no such thing");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Broken on purpose, one after the other; the last look at each is at what was put right again. */
static void test_a_host_whose_versions_disagree_is_caught(void **state)
{
    (void)state;
    deploy_first();
    assert_int_not_equal(request(1, 5), 0);
    assert_non_null(upload(1, 9));
    begin_everything(instances[1]);
    assert_true(sf_cache_host_deploy_node(&host, sf_node_id(1), &second_module));
    sf_cache_host_check(&host);
    sf_cache_host_check_handles(&host);
    struct sf_cache_version *draining = host.versions[1];

    host.draining_count++;
    assert_breaks(sf_cache_host_check(&host), "draining_count == host->draining_count");
    host.draining_count--;
    draining->draining = false;
    assert_breaks(sf_cache_host_check(&host), "version->draining == (node->current != version)");
    draining->draining = true;
    host.nodes[1].lost = true;
    assert_breaks(sf_cache_host_check(&host), "!node->lost");
    host.nodes[1].lost = false;
    host.nodes[0].current = host.nodes[2].current;
    assert_breaks(sf_cache_host_check(&host), "version->draining == (node->current != version)");
    host.nodes[0].current = host.versions[0];

    draining->requests_count++;
    assert_breaks(sf_cache_host_check_handles(&host), "== version->requests_count");
    draining->requests_count--;
    struct sf_host_timer *item = sf_slots_get(&host.timers, timer);
    item->version = NULL;
    assert_breaks(sf_cache_host_check_handles(&host), "*owner != NULL");
    item->version = draining;
    void *cache = draining->cache;
    draining->cache = NULL; /* gone, but its handles are still there */
    assert_breaks(sf_cache_host_check(&host), "version->requests_count == 0");
    assert_breaks(sf_cache_host_check_handles(&host), "!sf_cache_version_is_gone(*owner)");
    draining->cache = cache;

    sf_cache_host_node_lost(&host, sf_node_id(1));
    sf_cache_host_check(&host);
    sf_cache_host_check_handles(&host);
    sf_cache_host_node_back(&host, sf_node_id(1));
    sf_cache_host_check(&host);
    assert_breaks(sf_cache_host_node_back(&host, sf_node_id(1)), "lost");
    sf_text_free(&events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_told_is_told_to_the_node_that_it_concerns),
        TEST(test_a_rolling_deploy_hands_over_node_by_node),
        TEST(test_a_lost_node_takes_everything_with_it),
        TEST(test_nobody_hears_what_a_crashing_cache_says),
        TEST(test_a_node_comes_back_empty_with_what_is_installed_by_then),
        TEST(test_options_that_were_taken_survive_a_loss),
        TEST(test_a_clock_step_is_the_nodes_alone_and_outlasts_a_loss),
        TEST(test_a_token_is_asked_for_once_and_known_or_not),
        TEST(test_a_node_whose_cache_was_refused_has_none),
        TEST(test_every_lent_function_can_be_called_also_on_trial),
        TEST(test_a_host_whose_versions_disagree_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
