/* The ids that a boxed cache chose: each is found again, however many there are. */
#include <stdio.h>
#include <string.h>

#include "harness/box/private.h"
#include "tests/unit/test.h"

enum { NAMES_COUNT = 20000 };

static struct sf_wire_name named(uint32_t number)
{
    struct sf_wire_name name = {0};
    name.bytes_count = (uint8_t)snprintf((char *)name.bytes, sizeof name.bytes, "t%u", number);
    return name;
}

static void test_names_are_found_among_many(void **state)
{
    static sf_handle handles[NAMES_COUNT];
    struct sf_names names;
    (void)state;
    sf_names_init(&names);
    for (uint32_t i = 0; i < NAMES_COUNT; i++) {
        const struct sf_wire_name name = named(i);
        assert_int_equal(sf_names_find(&names, SF_NAME_TIMER, &name), 0);
        handles[i] = sf_names_add(&names, SF_NAME_TIMER, &name);
    }
    assert_true(names.buckets_count >= NAMES_COUNT); /* so that a search stays short */
    for (uint32_t i = 0; i < NAMES_COUNT; i += 2) {
        sf_names_remove(&names, handles[i]);
    }
    for (uint32_t i = 0; i < NAMES_COUNT; i++) {
        const struct sf_wire_name name = named(i);
        assert_int_equal(sf_names_find(&names, SF_NAME_TIMER, &name), i % 2 != 0 ? handles[i] : 0);
        assert_int_equal(sf_names_find(&names, SF_NAME_FETCH, &name), 0);
    }
    sf_names_fini(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_found_among_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
