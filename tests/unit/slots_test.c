#include "harness/base/slots.h"

#include "tests/unit/test.h"

static void test_a_stale_handle_is_told_from_the_one_that_took_its_place(void **state)
{
    (void)state;
    struct sf_slots slots;
    void *item;
    sf_slots_init(&slots, sizeof(int));
    sf_handle first = sf_slots_take(&slots, &item);
    *(int *)item = 1;
    sf_slots_give(&slots, first);
    sf_handle second = sf_slots_take(&slots, &item);
    assert_int_equal((uint32_t)first, (uint32_t)second); /* the same place */
    assert_null(sf_slots_get(&slots, first));
    assert_ptr_equal(sf_slots_get(&slots, second), item);
    assert_int_equal(*(int *)item, 0);
    assert_null(sf_slots_get(&slots, 0));
    assert_null(sf_slots_get(&slots, 12345));
    sf_slots_fini(&slots);
}

static void test_items_do_not_move_when_the_table_grows(void **state)
{
    (void)state;
    struct sf_slots slots;
    void *first;
    void *other;
    sf_slots_init(&slots, 40);
    sf_handle handle = sf_slots_take(&slots, &first);
    for (int i = 0; i < 5000; i++) {
        sf_slots_take(&slots, &other);
    }
    assert_ptr_equal(sf_slots_get(&slots, handle), first);
    assert_int_equal(slots.count, 5001);
    sf_slots_fini(&slots);
}

static void test_next_visits_what_is_in_use(void **state)
{
    (void)state;
    struct sf_slots slots;
    void *item;
    sf_handle handles[4];
    sf_slots_init(&slots, 8);
    for (int i = 0; i < 4; i++) {
        handles[i] = sf_slots_take(&slots, &item);
    }
    sf_slots_give(&slots, handles[1]);
    assert_int_equal(sf_slots_next(&slots, 0), handles[0]);
    assert_int_equal(sf_slots_next(&slots, handles[0]), handles[2]);
    assert_int_equal(sf_slots_next(&slots, handles[3]), 0);
    sf_slots_fini(&slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stale_handle_is_told_from_the_one_that_took_its_place),
        cmocka_unit_test(test_items_do_not_move_when_the_table_grows),
        cmocka_unit_test(test_next_visits_what_is_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
