#include "sim_cloud/door.h"

#include "tests/unit/test.h"

struct fixture {
    struct sf_arena arena;
    struct sf_cloud_config config;
    struct sf_door door;
};

static void set_up(struct fixture *f)
{
    f->config = (struct sf_cloud_config){0};
    sf_arena_init(&f->arena);
    sf_door_init(&f->door, &f->config, &f->arena, 2, 2);
    f->door.camera_tenant[0] = 0;
    f->door.camera_tenant[1] = 1;
    f->door.linked[0] = true;
}

static enum sf_door_answer ask(const struct fixture *f, uint32_t tenant, uint32_t camera,
                               bool integration)
{
    return sf_door_ask(&f->door, (struct sf_tenant_id){tenant}, (struct sf_camera_id){camera},
                       integration);
}

static void test_only_the_linked_owner_gets_in_through_the_integration(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(ask(&f, 0, 0, true), SF_DOOR_OPEN);
    assert_int_equal(ask(&f, 0, 1, true), SF_DOOR_NOT_OWNER);
    assert_int_equal(ask(&f, 1, 1, true), SF_DOOR_NOT_LINKED);
    assert_int_equal(ask(&f, 1, 1, false), SF_DOOR_OPEN);
    assert_int_equal(ask(&f, 1, 0, false), SF_DOOR_NOT_OWNER);
    sf_arena_fini(&f.arena);
}

static void test_the_kill_switch_blocks_the_integration_and_not_the_app(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    f.door.blocked = true;
    assert_int_equal(ask(&f, 0, 0, true), SF_DOOR_KILL_SWITCH);
    assert_int_equal(ask(&f, 0, 0, false), SF_DOOR_OPEN);
    f.config.kill_switch_broken = 1;
    assert_int_equal(ask(&f, 0, 0, true), SF_DOOR_OPEN);
    sf_arena_fini(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_linked_owner_gets_in_through_the_integration),
        cmocka_unit_test(test_the_kill_switch_blocks_the_integration_and_not_the_app),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
