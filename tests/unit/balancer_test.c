#include "sim_cloud/balancer.h"

#include "tests/unit/test.h"

enum { VIEWERS = 4, MANY = 300, NODES = 4 };

struct fixture {
    struct sf_arena arena;
    struct sf_balancer balancer;
};

static void set_up(struct fixture *f, enum sf_balance balance)
{
    const struct sf_cloud_config config = {.nodes = NODES, .balance = balance};
    sf_arena_init(&f->arena);
    sf_balancer_init(&f->balancer, &config, 42, &f->arena, VIEWERS);
}

static uint32_t request(struct fixture *f, uint32_t viewer, uint32_t connection, uint32_t number)
{
    const struct sf_balancer_ask ask = {.viewer_name = 100 + viewer,
                                        .connection = connection,
                                        .request = number,
                                        .camera_name = 200 + viewer};
    return sf_balancer_request(&f->balancer, sf_viewer_id(viewer), &ask).index;
}

/* What each of many connections, requests or uploads is given to; each node gets its part. */
static void check_parts(const uint32_t nodes[MANY])
{
    uint32_t counts[NODES] = {0};
    for (uint32_t i = 0; i < MANY; i++) {
        assert_in_range(nodes[i], 0, NODES - 1);
        counts[nodes[i]]++;
    }
    for (uint32_t node = 0; node < NODES; node++) {
        assert_in_range(counts[node], MANY / NODES / 2, MANY / NODES * 2);
    }
}

static void test_a_connection_stays_with_its_node_even_when_a_better_one_comes_back(void **state)
{
    (void)state;
    struct fixture f;
    uint32_t nodes[MANY];
    set_up(&f, SF_BALANCE_CONNECTION);
    for (uint32_t i = 0; i < MANY; i++) {
        nodes[i] = request(&f, 0, 1 + i, 1);
        assert_int_equal(request(&f, 0, 1 + i, 2), nodes[i]);
    }
    check_parts(nodes);
    uint32_t liked = request(&f, 1, 1, 1);
    sf_balancer_node(&f.balancer, sf_node_id(liked), true);
    uint32_t second = request(&f, 1, 1, 2);
    assert_int_not_equal(second, liked);
    sf_balancer_node(&f.balancer, sf_node_id(liked), false);
    assert_int_equal(request(&f, 1, 1, 3), second);
    sf_arena_fini(&f.arena);
}

static void test_requests_are_spread_one_by_one(void **state)
{
    (void)state;
    struct fixture f;
    uint32_t nodes[MANY];
    set_up(&f, SF_BALANCE_REQUEST);
    for (uint32_t i = 0; i < MANY; i++) {
        nodes[i] = request(&f, 0, 1, 1 + i);
    }
    check_parts(nodes);
    sf_arena_fini(&f.arena);
}

static void test_who_goes_where_does_not_depend_on_who_else_is_there(void **state)
{
    (void)state;
    struct fixture alone;
    struct fixture among_others;
    set_up(&alone, SF_BALANCE_CONNECTION);
    set_up(&among_others, SF_BALANCE_CONNECTION);
    for (uint32_t i = 1; i <= 20; i++) {
        request(&among_others, 3, i, i);
        assert_int_equal(request(&alone, 0, i, i), request(&among_others, 0, i, i));
    }
    sf_arena_fini(&alone.arena);
    sf_arena_fini(&among_others.arena);
}

static void test_the_front_door_spreads_requests_over_its_own_connections(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, SF_BALANCE_REQUEST);
    uint32_t counts[NODES + 1] = {0};
    const struct sf_balancer_ask none = {.viewer_name = 1, .connection = 1, .request = 1};
    assert_int_equal(sf_balancer_front(&f.balancer, &none), 0);
    f.balancer.front_connections = NODES;
    for (uint32_t i = 0; i < MANY; i++) {
        const struct sf_balancer_ask ask = {.viewer_name = i, .connection = 1, .request = 1};
        uint32_t front = sf_balancer_front(&f.balancer, &ask);
        assert_in_range(front, 1, NODES);
        counts[front]++;
    }
    for (uint32_t front = 1; front <= NODES; front++) {
        assert_in_range(counts[front], MANY / NODES / 2, MANY / NODES * 2);
    }
    sf_arena_fini(&f.arena);
}

static void test_when_all_are_lost_there_is_none(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, SF_BALANCE_CONNECTION);
    uint32_t node = request(&f, 0, 1, 1);
    for (uint32_t i = 0; i < NODES; i++) {
        sf_balancer_node(&f.balancer, sf_node_id(i), true);
    }
    assert_int_equal(request(&f, 0, 1, 2), SF_NOBODY);
    assert_int_equal(sf_balancer_upload(&f.balancer, 1, 1).index, SF_NOBODY);
    sf_balancer_node(&f.balancer, sf_node_id(node), false);
    assert_int_equal(request(&f, 0, 1, 3), node);
    sf_arena_fini(&f.arena);
}

static void test_only_the_cameras_of_a_lost_node_move_and_they_come_back(void **state)
{
    (void)state;
    struct fixture f;
    uint32_t before[MANY];
    set_up(&f, SF_BALANCE_CAMERA);
    for (uint32_t i = 0; i < MANY; i++) {
        before[i] = sf_balancer_upload(&f.balancer, i, 1).index;
        assert_int_equal(sf_balancer_upload(&f.balancer, i, 2).index, before[i]);
    }
    check_parts(before);
    sf_balancer_node(&f.balancer, sf_node_id(1), true);
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t node = sf_balancer_upload(&f.balancer, i, 3).index;
        assert_int_not_equal(node, 1);
        assert_true(before[i] == 1 || node == before[i]);
    }
    sf_balancer_node(&f.balancer, sf_node_id(1), false);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(sf_balancer_upload(&f.balancer, i, 4).index, before[i]);
    }
    /* Who asks comes to where the still is. */
    assert_int_equal(request(&f, 3, 1, 1), before[203]);
    sf_arena_fini(&f.arena);
}

static void test_only_open_connections_to_a_lost_node_break(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, SF_BALANCE_CONNECTION);
    uint32_t node = request(&f, 0, 7, 1);
    uint32_t other = (node + 1) % NODES;
    assert_true(sf_balancer_is_with(&f.balancer, sf_viewer_id(0), 7, sf_node_id(node)));
    assert_false(sf_balancer_is_with(&f.balancer, sf_viewer_id(0), 7, sf_node_id(other)));
    assert_false(sf_balancer_is_with(&f.balancer, sf_viewer_id(0), 6, sf_node_id(node)));
    sf_balancer_node(&f.balancer, sf_node_id(node), true);
    assert_int_equal(sf_balancer_break(&f.balancer, sf_viewer_id(0), sf_node_id(other)), 0);
    assert_int_equal(sf_balancer_break(&f.balancer, sf_viewer_id(0), sf_node_id(node)), 7);
    assert_int_equal(sf_balancer_break(&f.balancer, sf_viewer_id(0), sf_node_id(node)), 0);
    assert_int_equal(sf_balancer_break(&f.balancer, sf_viewer_id(3), sf_node_id(node)),
                     0); /* has none */
    assert_true(sf_balancer_is_broken(&f.balancer, sf_viewer_id(0), 7));
    assert_false(sf_balancer_is_broken(&f.balancer, sf_viewer_id(0), 8));
    assert_false(sf_balancer_is_broken(&f.balancer, sf_viewer_id(3), 0));
    assert_int_not_equal(request(&f, 0, 8, 2), node);

    uint32_t closed = request(&f, 1, 1, 1);
    sf_balancer_closed(&f.balancer, sf_viewer_id(1), 2); /* not this one */
    assert_true(sf_balancer_is_with(&f.balancer, sf_viewer_id(1), 1, sf_node_id(closed)));
    sf_balancer_closed(&f.balancer, sf_viewer_id(1), 1);
    assert_int_equal(sf_balancer_break(&f.balancer, sf_viewer_id(1), sf_node_id(closed)), 0);
    sf_arena_fini(&f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_connection_stays_with_its_node_even_when_a_better_one_comes_back),
        cmocka_unit_test(test_requests_are_spread_one_by_one),
        cmocka_unit_test(test_who_goes_where_does_not_depend_on_who_else_is_there),
        cmocka_unit_test(test_the_front_door_spreads_requests_over_its_own_connections),
        cmocka_unit_test(test_when_all_are_lost_there_is_none),
        cmocka_unit_test(test_only_the_cameras_of_a_lost_node_move_and_they_come_back),
        cmocka_unit_test(test_only_open_connections_to_a_lost_node_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
