/* The contract of a cache's calls: what each rule allows, up to its bounds, and the code of each
 * breach. */
#include "harness/cache/contract.h"

#include "tests/unit/test.h"

static const uint8_t bytes[1] = {0};

static void test_an_answer_has_bytes_if_its_status_says_so(void **state)
{
    (void)state;
    const uint32_t most = SF_CACHE_STILL_BYTES_MAX;
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_OK, bytes, 1), SF_CACHE_DONE);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_OK, bytes, most), SF_CACHE_DONE);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_OK, bytes, most + 1),
                     SF_CACHE_E_TOO_MANY_BYTES);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_PARTIAL, bytes, 1), SF_CACHE_DONE);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_OK, NULL, 1), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_OK, bytes, 0), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_NOT_FOUND, NULL, 0), SF_CACHE_DONE);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_NOT_FOUND, bytes, 0),
                     SF_CACHE_E_BAD_STATUS);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_NOT_MODIFIED, NULL, 1),
                     SF_CACHE_E_BAD_STATUS);
    assert_int_equal(sf_contract_answer(SF_CACHE_STATUS_PARTIAL + 1, bytes, 1),
                     SF_CACHE_E_BAD_STATUS);
}

static void test_two_statuses_are_for_viewers_that_hold_a_still(void **state)
{
    (void)state;
    static const struct {
        uint32_t status;
        bool holds;
        uint32_t range_offset;
        int32_t code;
    } cases[] = {
        {SF_CACHE_STATUS_OK, false, 0, SF_CACHE_DONE},
        {SF_CACHE_STATUS_OK, true, 7, SF_CACHE_DONE},
        {SF_CACHE_STATUS_NOT_MODIFIED, true, 0, SF_CACHE_DONE},
        {SF_CACHE_STATUS_NOT_MODIFIED, false, 0, SF_CACHE_E_BAD_STATUS},
        {SF_CACHE_STATUS_NOT_MODIFIED, true, 7, SF_CACHE_E_BAD_STATUS},
        {SF_CACHE_STATUS_PARTIAL, true, 7, SF_CACHE_DONE},
        {SF_CACHE_STATUS_PARTIAL, true, 0, SF_CACHE_E_BAD_STATUS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(sf_contract_status(cases[i].status, cases[i].holds, cases[i].range_offset),
                         cases[i].code);
    }
}

static void test_an_answer_in_parts_has_the_bytes_that_were_announced(void **state)
{
    (void)state;
    assert_int_equal(sf_contract_announce(1), SF_CACHE_DONE);
    assert_int_equal(sf_contract_announce(SF_CACHE_STILL_BYTES_MAX), SF_CACHE_DONE);
    assert_int_equal(sf_contract_announce(0), SF_CACHE_E_TOO_MANY_BYTES);
    assert_int_equal(sf_contract_announce(SF_CACHE_STILL_BYTES_MAX + 1), SF_CACHE_E_TOO_MANY_BYTES);
    assert_int_equal(sf_contract_part(4, bytes, 4), SF_CACHE_DONE);
    assert_int_equal(sf_contract_part(4, bytes, 5), SF_CACHE_E_TOO_MANY_BYTES);
    assert_int_equal(sf_contract_part(4, bytes, 0), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_part(4, NULL, 4), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_end(0, false), SF_CACHE_DONE);
    assert_int_equal(sf_contract_end(1, false), SF_CACHE_E_TOO_FEW_BYTES);
    assert_int_equal(sf_contract_end(1, true), SF_CACHE_DONE);
}

static void test_an_operation_on_the_store_has_a_key_and_a_value_of_a_length(void **state)
{
    (void)state;
    const uint32_t longest = SF_CACHE_KEY_BYTES_MAX;
    assert_int_equal(sf_contract_store(bytes, 1, NULL, 0, 0), SF_CACHE_DONE);
    assert_int_equal(sf_contract_store(bytes, longest, bytes, 1, 5), SF_CACHE_DONE);
    assert_int_equal(sf_contract_store(bytes, longest + 1, bytes, 1, 5), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_store(bytes, 0, bytes, 1, 5), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_store(NULL, 1, bytes, 1, 5), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_store(bytes, 1, NULL, 1, 5), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_store(bytes, 1, bytes, 1, -1), SF_CACHE_E_BAD_ARGUMENT);
    assert_int_equal(sf_contract_store(bytes, 1, bytes, SF_CACHE_STILL_BYTES_MAX + 1, 0),
                     SF_CACHE_E_TOO_MANY_BYTES);
}

/* A plug-in that was built with an older header has a shorter struct. */
static void test_properties_are_read_as_far_as_the_struct_reaches(void **state)
{
    (void)state;
    struct sf_cache_answer_properties given = {
        .struct_bytes = sizeof given, .flags = 1, .validator = 2, .session = 3};
    struct sf_cache_answer_properties read = sf_contract_properties(&given);
    assert_int_equal(read.flags, 1);
    assert_int_equal(read.validator, 2);
    assert_int_equal(read.session, 3);
    given.struct_bytes = offsetof(struct sf_cache_answer_properties, validator);
    read = sf_contract_properties(&given);
    assert_int_equal(read.flags, 1);
    assert_int_equal(read.validator, 0);
    assert_int_equal(read.session, 0);
    assert_int_equal(sf_contract_flags(SF_CACHE_ANSWER_STALE | SF_CACHE_ANSWER_INCOMPLETE),
                     SF_CACHE_DONE);
    assert_int_equal(sf_contract_flags(1u << 31), SF_CACHE_E_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_has_bytes_if_its_status_says_so),
        cmocka_unit_test(test_two_statuses_are_for_viewers_that_hold_a_still),
        cmocka_unit_test(test_an_answer_in_parts_has_the_bytes_that_were_announced),
        cmocka_unit_test(test_an_operation_on_the_store_has_a_key_and_a_value_of_a_length),
        cmocka_unit_test(test_properties_are_read_as_far_as_the_struct_reaches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
