/* Reading lists of packets, and the rows that a replay gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/net/netem_grammar.h"
#include "harness/net/netem_replay.h"

static enum sf_err read_text(const char *text, struct sf_netem_sent_list *list,
                             struct sf_diag *diag)
{
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(file);
    enum sf_err err = sf_netem_sent_read(file, "packets.csv", list, diag);
    fclose(file);
    return err;
}

static void test_rows_are_read_with_and_without_a_header(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "seq,sent_ns,bytes,ect\n7,100,60,0\n9,200,1514,1\n",
        "7,100,60,0\n9,200,1514,2",
        "seq,sent_ns,bytes,ect\r\n\r\n7, 100 ,60,0\r\n \n9,200,1514,3\r\n",
        "\xef\xbb\xbfseq,sent_ns,bytes,ect\n7,100,60,0\n9,200,1514,1\n",
        "\xef\xbb\xbf\x37,100,60,0\n9,200,1514,1\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sf_netem_sent_list list = {0};
        struct sf_diag diag = {0};
        if (read_text(texts[i], &list, &diag) != SF_OK) {
            fail_msg("%s", diag.message);
        }
        assert_int_equal(list.count, 2);
        assert_int_equal(list.items[0].seq, 7);
        assert_int_equal(list.items[0].sent_ns, 100);
        assert_int_equal(list.items[0].bytes, 60);
        assert_false(list.items[0].ect);
        assert_int_equal(list.items[1].bytes, 1514);
        assert_true(list.items[1].ect);
        sf_netem_sent_free(&list);
    }
}

static void check_refusal(const char *text, uint32_t line, uint32_t column, const char *part)
{
    struct sf_netem_sent_list list = {0};
    struct sf_diag diag = {0};
    assert_int_equal(read_text(text, &list, &diag), SF_ERR_INPUT);
    if (diag.line != line || diag.column != column || strstr(diag.message, part) == NULL) {
        fail_msg("'%s': %" PRIu32 ":%" PRIu32 ": %s", text, diag.line, diag.column, diag.message);
    }
    assert_string_equal(diag.file, "packets.csv");
    sf_netem_sent_free(&list);
}

static void test_wrong_rows_are_refused_with_their_place(void **state)
{
    (void)state;
    check_refusal("h\n1,2,3\n", 2, 6, "expected a comma");
    check_refusal("1,2,3,0,5\n", 1, 8, "the line's end");
    check_refusal("1,2,3,4\n", 1, 7, "too large a number for ect");
    check_refusal("1,-2,3,0\n", 1, 3, "expected a whole number, sent_ns");
    check_refusal("1,2,4294967296,0\n", 1, 14, "too large a number for bytes");
    check_refusal("1,9223372036854775807,3,0\n", 1, 21, "too large");
    check_refusal("1,5,3,0\nseq,1,1,1\n", 2, 1, "seq");
    check_refusal("1,5,3,0\n2,4,3,0\n", 2, 3, "goes back");
    check_refusal("1,5,,0\n", 1, 5, "bytes");
    check_refusal("-1,5,3,0\n2,6,3,0\n", 1, 1, "expected a whole number, seq"); /* no header */
    check_refusal("9223372036854775808,5,3,0\n", 1, 19, "too large a number for seq");
}

/* Sends four packets, 1 ms apart, and writes the rows to text. */
static void replay_four(const char *spec, const struct sf_netem_fixed_fate *fates,
                        uint64_t fates_count, char *out, size_t out_bytes)
{
    struct sf_netem_sent_list sent = {0};
    struct sf_diag diag = {0};
    assert_int_equal(read_text("10,0,100,0\n11,1000000,100,1\n12,2000000,100,1\n13,3000000,100,0\n",
                               &sent, &diag),
                     SF_OK);
    struct sf_netem_config config;
    assert_int_equal(sf_netem_parse(spec, &config, NULL, &diag), SF_OK);
    struct sf_netem_arrived_list arrived = {0};
    sf_netem_replay(&config, 1, fates, fates_count, &sent, &arrived);
    FILE *file = fmemopen(out, out_bytes, "w");
    assert_int_equal(sf_netem_arrived_write(&arrived, file, &diag), SF_OK);
    fclose(file);
    sf_netem_sent_free(&sent);
    sf_netem_arrived_free(&arrived);
}

static void test_rows_come_packet_by_packet_and_copy_by_copy(void **state)
{
    (void)state;
    static const struct sf_netem_fixed_fate fates[] = {
        {.packet = 0,
         .fixed = SF_NETEM_FIXED_COPIES | SF_NETEM_FIXED_DELAY | SF_NETEM_FIXED_CORRUPT,
         .copies_count = 2,
         .copy = {{.delay_ns = 9 * SF_MS, .corrupted = true}, {.delay_ns = 4 * SF_MS}}},
        {.packet = 1, .fixed = SF_NETEM_FIXED_COPIES, .copies_count = 0},
    };
    char rows[1024];
    replay_four("delay 5ms loss 100% ecn", fates, 2, rows, sizeof rows);
    assert_string_equal(rows, "seq,sent_ns,recv_ns,corrupted\n"
                              "10,0,4000000,0\n"
                              "10,0,9000000,1\n"
                              "11,1000000,-1,0\n"
                              "12,2000000,7000000,2\n"
                              "13,3000000,-1,0\n");
}

static void test_a_packet_meets_those_that_are_due_at_its_own_time(void **state)
{
    (void)state;
    char rows[1024];
    replay_four("limit 1 delay 1ms", NULL, 0, rows, sizeof rows);
    assert_string_equal(rows, "seq,sent_ns,recv_ns,corrupted\n"
                              "10,0,1000000,0\n"
                              "11,1000000,-1,0\n"
                              "12,2000000,3000000,0\n"
                              "13,3000000,-1,0\n");
}

static void test_no_packets_give_no_rows(void **state)
{
    (void)state;
    struct sf_netem_config config;
    assert_int_equal(sf_netem_parse("delay 5ms", &config, NULL, NULL), SF_OK);
    struct sf_netem_sent_list sent = {0};
    struct sf_netem_arrived_list arrived = {0};
    sf_netem_replay(&config, 1, NULL, 0, &sent, &arrived);
    assert_int_equal(arrived.count, 0);
    sf_netem_arrived_free(&arrived);
}

static void test_a_full_disk_is_reported(void **state)
{
    (void)state;
    FILE *file = fopen("/dev/full", "we");
    assert_non_null(file);
    struct sf_netem_arrived_list arrived = {0};
    struct sf_diag diag = {0};
    assert_int_equal(sf_netem_arrived_write(&arrived, file, &diag), SF_ERR_MACHINE);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_read_with_and_without_a_header),
        cmocka_unit_test(test_wrong_rows_are_refused_with_their_place),
        cmocka_unit_test(test_rows_come_packet_by_packet_and_copy_by_copy),
        cmocka_unit_test(test_a_packet_meets_those_that_are_due_at_its_own_time),
        cmocka_unit_test(test_no_packets_give_no_rows),
        cmocka_unit_test(test_a_full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
