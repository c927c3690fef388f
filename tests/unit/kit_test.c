/* What built-in caches are made of: a map, and options. */
#include "sim_cloud/caches/kit.h"

#include <string.h>

#include "tests/unit/test.h"

enum { COUNT = 500 };

/* Keys that fill the table's first places, so that removing must move others. */
static void fill(struct kit_map *map, uint64_t values[COUNT])
{
    for (uint64_t i = 0; i < COUNT; i++) {
        values[i] = i;
        sf_kit_map_put(map, i % 5, i + 1, &values[i]);
    }
}

static void test_map_finds_what_was_put_and_not_what_was_removed(void **state)
{
    (void)state;
    struct kit_map map = {0};
    uint64_t values[COUNT];
    assert_null(sf_kit_map_get(&map, 1, 1));
    assert_null(sf_kit_map_remove(&map, 1, 1));
    fill(&map, values);
    for (uint64_t i = 0; i < COUNT; i += 2) {
        assert_ptr_equal(sf_kit_map_remove(&map, i % 5, i + 1), &values[i]);
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_ptr_equal(sf_kit_map_get(&map, i % 5, i + 1), i % 2 == 0 ? NULL : &values[i]);
    }
    assert_int_equal(map.count, COUNT / 2);
    sf_kit_map_free(&map);
}

static void test_map_put_replaces(void **state)
{
    (void)state;
    struct kit_map map = {0};
    uint64_t values[2];
    sf_kit_map_put(&map, 3, 4, &values[0]);
    sf_kit_map_put(&map, 3, 4, &values[1]);
    assert_ptr_equal(sf_kit_map_get(&map, 3, 4), &values[1]);
    assert_int_equal(map.count, 1);
    sf_kit_map_free(&map);
}

static void test_map_remove_any_empties_one_first_number_and_leaves_the_others(void **state)
{
    (void)state;
    struct kit_map map = {0};
    uint64_t values[COUNT];
    fill(&map, values);
    uint32_t removed = 0;
    const uint64_t *value;
    while ((value = sf_kit_map_remove_any(&map, 3)) != NULL) {
        assert_int_equal(*value % 5, 3);
        removed++;
    }
    assert_int_equal(removed, COUNT / 5);
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_ptr_equal(sf_kit_map_get(&map, i % 5, i + 1), i % 5 == 3 ? NULL : &values[i]);
    }
    sf_kit_map_free(&map);
}

struct store {
    bool defence;
    uint32_t slots_count;
    int64_t wait_ns;
};
#define OPTIONS(X) \
    X(wait_ms, 20, 100, wait_ns) X(slots, 4, 9, slots_count) X(defence, 0, 1, defence)

static void test_options_are_read_or_refused_with_a_sentence(void **state)
{
    (void)state;
    struct kit_option options[] = {OPTIONS(KIT_OPTION)};
    struct store store = {0};
    char error[128] = "";
    assert_true(sf_kit_options_read("", options, 3, error, sizeof error));
    sf_kit_options_apply(options, 3, &store);
    assert_int_equal(store.wait_ns, 20000000);
    assert_int_equal(store.slots_count, 4);
    assert_false(store.defence);
    assert_true(
        sf_kit_options_read("defence=1&slots=9&wait_ms=7", options, 3, error, sizeof error));
    sf_kit_options_apply(options, 3, &store);
    assert_int_equal(store.wait_ns, 7000000);
    assert_int_equal(store.slots_count, 9);
    assert_true(store.defence);
    assert_string_equal(OPTIONS(KIT_OPTION_TEXT), " wait_ms=20 slots=4 defence=0");
    const char *const refused[] = {
        "defence=2", "wait_ms", "wait_ms=", "wait_ms=-1", "wait=1", "defence=1x"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        error[0] = '\0';
        assert_false(sf_kit_options_read(refused[i], options, 3, error, sizeof error));
        assert_true(strlen(error) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_finds_what_was_put_and_not_what_was_removed),
        cmocka_unit_test(test_map_put_replaces),
        cmocka_unit_test(test_map_remove_any_empties_one_first_number_and_leaves_the_others),
        cmocka_unit_test(test_options_are_read_or_refused_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
