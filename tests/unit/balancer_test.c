#include "sim_cloud/balancer.h"

#include "tests/unit/test.h"

enum { VIEWERS = 4, CAMERAS = 300 };

struct fixture {
    struct sf_arena arena;
    struct sf_balancer balancer;
};

static void set_up(struct fixture *f, enum sf_balance balance, int64_t nodes)
{
    const struct sf_cloud_config config = {.nodes = nodes, .balance = balance};
    sf_arena_init(&f->arena);
    sf_balancer_init(&f->balancer, &config, &f->arena, VIEWERS);
}

static uint32_t request(struct fixture *f, uint32_t viewer, uint32_t connection)
{
    return sf_balancer_request(&f->balancer, viewer, connection, (struct sf_camera_id){viewer});
}

static uint32_t upload(struct fixture *f, uint32_t camera)
{
    return sf_balancer_upload(&f->balancer, (struct sf_camera_id){camera});
}

static void test_a_connection_stays_with_its_node(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, SF_BALANCE_CONNECTION, 3);
    assert_int_equal(request(&f, 0, 1), 0);
    assert_int_equal(request(&f, 1, 1), 1);
    assert_int_equal(request(&f, 0, 1), 0);
    assert_int_equal(upload(&f, 0), 2);
    assert_int_equal(request(&f, 0, 2), 0); /* a new connection, the next in turn */
    assert_int_equal(request(&f, 2, 1), 1);
    assert_int_equal(request(&f, 1, 1), 1);
    sf_arena_fini(&f.arena);
}

static void test_requests_take_nodes_in_turn_and_pass_over_lost_ones(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, SF_BALANCE_REQUEST, 3);
    assert_int_equal(request(&f, 0, 1), 0);
    assert_int_equal(request(&f, 0, 1), 1);
    sf_balancer_node(&f.balancer, 2, true);
    assert_int_equal(request(&f, 0, 1), 0);
    assert_int_equal(request(&f, 0, 1), 1);
    sf_balancer_node(&f.balancer, 0, true);
    sf_balancer_node(&f.balancer, 1, true);
    assert_int_equal(request(&f, 0, 1), SF_NOBODY);
    assert_int_equal(upload(&f, 0), SF_NOBODY);
    sf_balancer_node(&f.balancer, 1, false);
    assert_int_equal(request(&f, 0, 1), 1);
    sf_arena_fini(&f.arena);
}

static void test_only_the_cameras_of_a_lost_node_move_and_they_come_back(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, SF_BALANCE_CAMERA, 4);
    uint32_t before[CAMERAS];
    uint32_t counts[4] = {0};
    for (uint32_t i = 0; i < CAMERAS; i++) {
        before[i] = upload(&f, i);
        counts[before[i]]++;
    }
    for (uint32_t node = 0; node < 4; node++) {
        assert_in_range(counts[node], CAMERAS / 8, CAMERAS / 2);
    }
    sf_balancer_node(&f.balancer, 1, true);
    for (uint32_t i = 0; i < CAMERAS; i++) {
        uint32_t node = upload(&f, i);
        assert_int_not_equal(node, 1);
        assert_true(before[i] == 1 || node == before[i]);
    }
    sf_balancer_node(&f.balancer, 1, false);
    for (uint32_t i = 0; i < CAMERAS; i++) {
        assert_int_equal(upload(&f, i), before[i]);
    }
    assert_int_equal(request(&f, 3, 1), before[3]); /* who asks comes to where the still is */
    sf_arena_fini(&f.arena);
}

static void test_only_open_connections_to_a_lost_node_break(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, SF_BALANCE_CONNECTION, 2);
    assert_int_equal(request(&f, 0, 7), 0);
    assert_int_equal(request(&f, 1, 1), 1);
    assert_int_equal(request(&f, 2, 1), 0);
    sf_balancer_closed(&f.balancer, 2, 1);
    assert_true(sf_balancer_is_with(&f.balancer, 0, 7, 0));
    assert_false(sf_balancer_is_with(&f.balancer, 0, 6, 0));
    assert_false(sf_balancer_is_with(&f.balancer, 2, 1, 0));
    sf_balancer_node(&f.balancer, 0, true);
    assert_int_equal(sf_balancer_break(&f.balancer, 0, 0), 7);
    assert_int_equal(sf_balancer_break(&f.balancer, 0, 0), 0);
    assert_int_equal(sf_balancer_break(&f.balancer, 1, 0), 0);
    assert_int_equal(sf_balancer_break(&f.balancer, 2, 0), 0);
    assert_int_equal(sf_balancer_break(&f.balancer, 3, 0), 0);
    assert_true(sf_balancer_is_broken(&f.balancer, 0, 7));
    assert_false(sf_balancer_is_broken(&f.balancer, 0, 8));
    assert_false(sf_balancer_is_broken(&f.balancer, 3, 0));
    assert_int_equal(request(&f, 0, 8), 1);
    sf_arena_fini(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_connection_stays_with_its_node),
        cmocka_unit_test(test_requests_take_nodes_in_turn_and_pass_over_lost_ones),
        cmocka_unit_test(test_only_the_cameras_of_a_lost_node_move_and_they_come_back),
        cmocka_unit_test(test_only_open_connections_to_a_lost_node_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
