/* How the numbers of a home's viewers and links follow from its own. Saved traces and pinned hashes
 * hold these numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/ids.h"

static void test_links_of_a_home_are_up_then_down(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        struct sf_home_id home = sf_home_id(i);
        assert_int_equal(sf_link_up(home).index, 2 * i);
        assert_int_equal(sf_link_down(home).index, 2 * i + 1);
        assert_true(sf_link_is_up(sf_link_up(home)));
        assert_false(sf_link_is_up(sf_link_down(home)));
        assert_true(sf_home_same(sf_home_of_link(sf_link_up(home)), home));
        assert_true(sf_home_same(sf_home_of_link(sf_link_down(home)), home));
    }
}

static void test_a_viewer_tells_its_home_and_its_kind(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 40 * SF_VIEWERS_PER_HOME; i++) {
        struct sf_viewer_id viewer = sf_viewer_id(i);
        struct sf_home_id home = sf_home_of_viewer(viewer);
        assert_int_equal(home.index, i / 3);
        assert_true(sf_viewer_same(sf_viewer_of_home(home, sf_viewer_kind(viewer)), viewer));
    }
    assert_string_equal(sf_viewer_kind_name(sf_viewer_id(9)), "hub");
    assert_string_equal(sf_viewer_kind_name(sf_viewer_id(10)), "app");
    assert_string_equal(sf_viewer_kind_name(sf_viewer_id(11)), "export job");
}

static void test_nobody_is_none_of_each_kind(void **state)
{
    (void)state;
    assert_true(sf_tenant_is_none(sf_tenant_id(SF_NOBODY)));
    assert_true(sf_node_is_none(sf_node_id(SF_NOBODY)));
    assert_false(sf_camera_is_none(sf_camera_id(0)));
    assert_false(sf_camera_same(sf_camera_id(0), sf_camera_id(SF_NOBODY)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links_of_a_home_are_up_then_down),
        cmocka_unit_test(test_a_viewer_tells_its_home_and_its_kind),
        cmocka_unit_test(test_nobody_is_none_of_each_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
