#include "sim_cloud/store.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

static void put(struct sf_store *store, const char *key, const char *value, sf_ns now_ns,
                sf_ns ttl_ns)
{
    sf_store_put(store, (const uint8_t *)key, (uint32_t)strlen(key), (const uint8_t *)value,
                 (uint32_t)strlen(value), now_ns, ttl_ns);
}

static void assert_value(const struct sf_store *store, const char *key, sf_ns now_ns,
                         const char *expected)
{
    uint32_t count;
    const uint8_t *value =
        sf_store_get(store, (const uint8_t *)key, (uint32_t)strlen(key), now_ns, &count);
    if (expected == NULL) {
        assert_null(value);
        return;
    }
    assert_non_null(value);
    assert_int_equal(count, strlen(expected));
    assert_memory_equal(value, expected, count);
}

static void test_what_was_put_last_is_found_until_it_expires(void **state)
{
    (void)state;
    struct sf_store store = {0};
    assert_value(&store, "a", 0, NULL);
    put(&store, "a", "one", 0, 100);
    put(&store, "ab", "two", 0, 0);
    assert_value(&store, "a", 99, "one");
    assert_value(&store, "a", 100, NULL);
    assert_value(&store, "ab", 1000000, "two");
    put(&store, "a", "three", 200, 0);
    assert_value(&store, "a", 1000, "three");
    put(&store, "a", "", 300, 0);
    assert_value(&store, "a", 301, NULL);
    sf_store_fini(&store);
}

static void test_many_keys(void **state)
{
    (void)state;
    struct sf_store store = {0};
    char key[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key-%d", i);
        put(&store, key, key, 0, 0);
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key-%d", i);
        assert_value(&store, key, 1, key);
    }
    sf_store_fini(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_put_last_is_found_until_it_expires),
        cmocka_unit_test(test_many_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
