#include "harness/net/transfer.h"

#include "tests/unit/test.h"

struct fixture {
    struct sf_transfer transfer;
    uint64_t arrived[4];
    uint64_t acked[4];
};

static void begin(struct fixture *fixture, uint32_t bytes)
{
    sf_transfer_init(&fixture->transfer, bytes, fixture->arrived, fixture->acked);
}

static void test_fragments_cover_the_message(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 12288);
    assert_int_equal(f.transfer.fragments_count, 9);
    assert_int_equal(sf_transfer_length(&f.transfer, 0), 1400);
    assert_int_equal(sf_transfer_length(&f.transfer, 8), 1088);
    assert_int_equal(sf_transfer_offset(8), 11200);
    begin(&f, 1400);
    assert_int_equal(f.transfer.fragments_count, 1);
}

static void test_only_what_is_ready_is_sent(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, 3000);
    f.transfer.ready_bytes = 1399;
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), UINT32_MAX);
    f.transfer.ready_bytes = 2900;
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), 0);
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), 1);
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), UINT32_MAX);
    f.transfer.ready_bytes = 3000;
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), 2);
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), UINT32_MAX);
}

static void test_the_last_missing_fragment_completes(void **state)
{
    (void)state;
    struct fixture f;
    bool acknowledge;
    begin(&f, 4000);
    while (sf_transfer_next_unsent(&f.transfer) != UINT32_MAX) {
    }
    assert_int_equal(sf_transfer_arrive(&f.transfer, 0, &acknowledge), SF_ARRIVAL_NEW);
    assert_false(acknowledge);
    assert_int_equal(sf_transfer_arrive(&f.transfer, 2, &acknowledge), SF_ARRIVAL_NEW);
    assert_true(acknowledge); /* the last one by number: the sender must hear what is missing */
    assert_int_equal(sf_transfer_prefix_bytes(&f.transfer), 1400);
    sf_transfer_acknowledged(&f.transfer);
    assert_false(f.transfer.sender_done);
    assert_int_equal(sf_transfer_next_unacked(&f.transfer, 0), 1);
    assert_int_equal(sf_transfer_next_unacked(&f.transfer, 2), UINT32_MAX);
    assert_int_equal(sf_transfer_arrive(&f.transfer, 2, &acknowledge), SF_ARRIVAL_AGAIN);
    assert_int_equal(sf_transfer_arrive(&f.transfer, 1, &acknowledge), SF_ARRIVAL_LAST);
    assert_true(acknowledge);
    sf_transfer_acknowledged(&f.transfer);
    assert_true(f.transfer.sender_done);
    assert_int_equal(sf_transfer_prefix_bytes(&f.transfer), 4000);
}

/* Short parts are sent at once, but one at a time. */
static void test_a_short_part_is_sent_when_nothing_is_on_its_way(void **state)
{
    (void)state;
    struct fixture f;
    bool acknowledge;
    begin(&f, 3000);
    f.transfer.ready_bytes = 100;
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), UINT32_MAX);
    assert_int_equal(sf_transfer_next_piece(&f.transfer), 100);
    f.transfer.ready_bytes = 150;
    assert_int_equal(sf_transfer_next_piece(&f.transfer), 0); /* the first is on its way */
    assert_int_equal(sf_transfer_unacked_piece(&f.transfer), 100);
    assert_false(sf_transfer_piece_arrive(&f.transfer, 0, 150)); /* was not sent */
    assert_true(sf_transfer_piece_arrive(&f.transfer, 0, 100));
    assert_false(sf_transfer_piece_arrive(&f.transfer, 0, 100)); /* a copy of it */
    assert_int_equal(sf_transfer_prefix_bytes(&f.transfer), 100);
    assert_int_equal(sf_transfer_acked_bytes(&f.transfer), 0);
    sf_transfer_acknowledged(&f.transfer);
    assert_int_equal(sf_transfer_acked_bytes(&f.transfer), 100);
    assert_int_equal(sf_transfer_next_piece(&f.transfer), 150);
    sf_transfer_check(&f.transfer);
    /* The fragment is complete before that has arrived: it carries what was not acknowledged. */
    f.transfer.ready_bytes = 1500;
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), 0);
    assert_int_equal(sf_transfer_packet_bytes(&f.transfer, 0), 1300);
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), UINT32_MAX);
    assert_int_equal(sf_transfer_next_piece(&f.transfer), 0);
    assert_true(sf_transfer_piece_arrive(&f.transfer, 0, 150)); /* overtakes it */
    assert_int_equal(sf_transfer_arrived_bytes(&f.transfer), 150);
    assert_int_equal(sf_transfer_arrive(&f.transfer, 0, &acknowledge), SF_ARRIVAL_NEW);
    assert_int_equal(sf_transfer_arrived_bytes(&f.transfer), 1400);
    assert_int_equal(sf_transfer_prefix_bytes(&f.transfer), 1400);
    sf_transfer_acknowledged(&f.transfer);
    assert_int_equal(sf_transfer_next_piece(&f.transfer), 100);  /* of the second fragment */
    assert_false(sf_transfer_piece_arrive(&f.transfer, 0, 150)); /* a late copy */
    assert_true(sf_transfer_piece_arrive(&f.transfer, 1, 100));
    sf_transfer_check(&f.transfer);
    assert_int_equal(sf_transfer_prefix_bytes(&f.transfer), 1500);
    f.transfer.ready_bytes = 3000;
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), 1);
    assert_int_equal(sf_transfer_next_unsent(&f.transfer), 2);
    assert_int_equal(sf_transfer_arrive(&f.transfer, 2, &acknowledge), SF_ARRIVAL_NEW);
    assert_int_equal(sf_transfer_arrived_bytes(&f.transfer), 1700);
    assert_int_equal(sf_transfer_arrive(&f.transfer, 1, &acknowledge), SF_ARRIVAL_LAST);
    assert_int_equal(sf_transfer_arrived_bytes(&f.transfer), 3000);
    sf_transfer_check(&f.transfer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fragments_cover_the_message),
        cmocka_unit_test(test_only_what_is_ready_is_sent),
        cmocka_unit_test(test_a_short_part_is_sent_when_nothing_is_on_its_way),
        cmocka_unit_test(test_the_last_missing_fragment_completes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
