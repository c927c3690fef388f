/* The slots of the built-in caches: numbered, used again, and as trusting as they say. */
#include "sim_cloud/caches/pool.h"

#include <string.h>

#include "tests/unit/test.h"

static void fill(struct pool_slot *slot, uint8_t value, uint32_t count, int64_t now_ns)
{
    uint8_t bytes[16];
    memset(bytes, value, sizeof bytes);
    const struct edge_reception from = {.bytes = bytes, .total_bytes = count};
    sf_pool_fill(slot, &from, now_ns);
}

static void test_slots_are_numbered_in_order_and_found_by_number(void **state)
{
    (void)state;
    struct pool pool;
    sf_pool_init(&pool, sizeof(struct pool_slot), 16);
    for (uint32_t i = 0; i < 100; i++) {
        const struct pool_slot *slot = sf_pool_take(&pool);
        assert_int_equal(slot->number, i);
        assert_ptr_equal(sf_pool_at(&pool, i), slot);
    }
    assert_null(sf_pool_at(&pool, 100));
    sf_pool_fini(&pool);
}

static void test_slot_given_back_last_goes_out_first_as_it_was_left(void **state)
{
    (void)state;
    struct pool pool;
    sf_pool_init(&pool, sizeof(struct pool_slot), 16);
    struct pool_slot *slots[100];
    for (uint32_t i = 0; i < 100; i++) {
        slots[i] = sf_pool_take(&pool);
        fill(slots[i], (uint8_t)i, 16, 1);
    }
    for (uint32_t i = 0; i < 100; i++) {
        sf_pool_give(&pool, slots[i]);
    }
    for (uint32_t i = 100; i-- > 0;) {
        assert_ptr_equal(sf_pool_take(&pool), slots[i]);
        assert_int_equal(slots[i]->reception.bytes[15], i);
    }
    assert_int_equal(((struct pool_slot *)sf_pool_take(&pool))->number, 100);
    sf_pool_fini(&pool);
}

static void test_slot_given_back_twice_goes_out_twice(void **state)
{
    (void)state;
    struct pool pool;
    sf_pool_init(&pool, sizeof(struct pool_slot), 16);
    struct pool_slot *slot = sf_pool_take(&pool);
    sf_pool_give(&pool, slot);
    sf_pool_give(&pool, slot);
    assert_ptr_equal(sf_pool_take(&pool), slot);
    assert_ptr_equal(sf_pool_take(&pool), slot);
    assert_ptr_not_equal(sf_pool_take(&pool), slot);
    sf_pool_fini(&pool);
}

static void test_still_is_there_until_it_is_too_old(void **state)
{
    (void)state;
    struct pool pool;
    sf_pool_init(&pool, sizeof(struct pool_slot), 16);
    struct pool_slot *slot = sf_pool_take(&pool);
    assert_null(sf_pool_still(slot, 0, 50).bytes);
    assert_null(sf_pool_still(NULL, 0, 50).bytes);
    fill(slot, 7, 9, 100);
    assert_int_equal(sf_pool_still(slot, 150, 50).count, 9);
    assert_int_equal(sf_pool_still(slot, 150, 50).bytes[8], 7);
    assert_null(sf_pool_still(slot, 151, 50).bytes);
    sf_pool_fini(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots_are_numbered_in_order_and_found_by_number),
        cmocka_unit_test(test_slot_given_back_last_goes_out_first_as_it_was_left),
        cmocka_unit_test(test_slot_given_back_twice_goes_out_twice),
        cmocka_unit_test(test_still_is_there_until_it_is_too_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
