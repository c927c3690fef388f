#include "sim_cloud/authorisation.h"

#include "tests/unit/test.h"

struct fixture {
    struct sf_arena arena;
    struct sf_cloud_config config;
    struct sf_sessions sessions;
    struct sf_authorisation authorisation;
    struct sf_session_id session[2]; /* by tenant */
};

static const struct sf_session_id none = {0};

static void set_up(struct fixture *f)
{
    f->config = (struct sf_cloud_config){0};
    sf_arena_init(&f->arena);
    sf_sessions_init(&f->sessions, &f->arena, 2);
    sf_authorisation_init(&f->authorisation, &f->config, &f->sessions, &f->arena, 2, 2);
    for (uint32_t i = 0; i < 2; i++) {
        f->session[i] =
            sf_sessions_begin(&f->sessions, (struct sf_viewer_id){i}, (struct sf_tenant_id){i});
    }
    f->authorisation.camera_tenant[0] = sf_tenant_id(0);
    f->authorisation.camera_tenant[1] = sf_tenant_id(1);
    f->authorisation.linked[0] = true;
}

static enum sf_authorisation_answer ask(const struct fixture *f, uint32_t tenant, uint32_t camera,
                                        bool integration)
{
    return sf_authorisation_ask(&f->authorisation, f->session[tenant],
                                (struct sf_camera_id){camera}, integration);
}

static void test_only_the_linked_owner_gets_in_through_the_integration(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(ask(&f, 0, 0, true), SF_AUTHORISATION_OPEN);
    assert_int_equal(ask(&f, 0, 1, true), SF_AUTHORISATION_NOT_OWNER);
    assert_int_equal(ask(&f, 1, 1, true), SF_AUTHORISATION_NOT_LINKED);
    assert_int_equal(ask(&f, 1, 1, false), SF_AUTHORISATION_OPEN);
    assert_int_equal(ask(&f, 1, 0, false), SF_AUTHORISATION_NOT_OWNER);
    sf_arena_fini(&f.arena);
}

static void test_the_kill_switch_blocks_the_integration_and_not_the_app(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    f.authorisation.blocked = true;
    assert_int_equal(ask(&f, 0, 0, true), SF_AUTHORISATION_KILL_SWITCH);
    assert_int_equal(ask(&f, 0, 0, false), SF_AUTHORISATION_OPEN);
    f.config.kill_switch_broken = 1;
    assert_int_equal(ask(&f, 0, 0, true), SF_AUTHORISATION_OPEN);
    sf_arena_fini(&f.arena);
}

static void test_each_request_is_authorised_by_its_session(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    const struct sf_camera_id camera = {0};
    assert_int_equal(sf_authorisation_ask(&f.authorisation, none, camera, false),
                     SF_AUTHORISATION_NO_SESSION);
    assert_int_equal(
        sf_authorisation_ask(&f.authorisation, (struct sf_session_id){UINT64_MAX}, camera, false),
        SF_AUTHORISATION_NO_SESSION);
    struct sf_session_id old = f.session[0];
    struct sf_session_id new =
        sf_sessions_begin(&f.sessions, (struct sf_viewer_id){0}, (struct sf_tenant_id){0});
    assert_int_equal(sf_authorisation_ask(&f.authorisation, old, camera, false),
                     SF_AUTHORISATION_NO_SESSION);
    assert_int_equal(sf_authorisation_ask(&f.authorisation, new, camera, false),
                     SF_AUTHORISATION_OPEN);
    sf_sessions_end(&f.sessions, (struct sf_viewer_id){0});
    assert_int_equal(sf_authorisation_ask(&f.authorisation, new, camera, false),
                     SF_AUTHORISATION_NO_SESSION);
    f.config.expired_honoured = 1;
    assert_int_equal(sf_authorisation_ask(&f.authorisation, old, camera, false),
                     SF_AUTHORISATION_OPEN);
    assert_int_equal(sf_authorisation_ask(&f.authorisation, none, camera, false),
                     SF_AUTHORISATION_NO_SESSION);
    sf_arena_fini(&f.arena);
}

static void test_a_camera_asked_directly_is_vouched_for_whatever_the_front_door_does(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    f.config = (struct sf_cloud_config){.front_door_open = 1, .expired_honoured = 1};
    const struct sf_camera_id mine = {0};
    assert_int_equal(sf_authorisation_vouch(&f.authorisation, f.session[0], mine, false),
                     SF_AUTHORISATION_OPEN);
    assert_int_equal(sf_authorisation_vouch(&f.authorisation, f.session[1], mine, false),
                     SF_AUTHORISATION_NOT_OWNER);
    assert_int_equal(sf_authorisation_vouch(&f.authorisation, none, mine, false),
                     SF_AUTHORISATION_NO_SESSION);
    f.authorisation.blocked = true;
    assert_int_equal(sf_authorisation_vouch(&f.authorisation, f.session[0], mine, true),
                     SF_AUTHORISATION_KILL_SWITCH);
    assert_int_equal(sf_authorisation_vouch(&f.authorisation, f.session[0], mine, false),
                     SF_AUTHORISATION_OPEN);
    sf_sessions_end(&f.sessions, (struct sf_viewer_id){0});
    assert_int_equal(sf_authorisation_vouch(&f.authorisation, f.session[0], mine, false),
                     SF_AUTHORISATION_NO_SESSION);
    sf_arena_fini(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_linked_owner_gets_in_through_the_integration),
        cmocka_unit_test(test_the_kill_switch_blocks_the_integration_and_not_the_app),
        cmocka_unit_test(test_each_request_is_authorised_by_its_session),
        cmocka_unit_test(test_a_camera_asked_directly_is_vouched_for_whatever_the_front_door_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
