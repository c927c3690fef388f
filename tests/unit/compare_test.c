/* Two runs compared: the first difference is named, with both sides. */
#include "harness/run/compare.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/text.h"
#include "harness/report/difference.h"
#include "tests/unit/test.h"

enum { COUNT = 5 };

static void fill(struct sf_record records[COUNT])
{
    for (uint32_t i = 0; i < COUNT; i++) {
        records[i] = SF_RECORD(capture, .at_ns = i * SF_SECOND, .camera = sf_camera_id(2),
                               .capture = i, .bytes = 1000, .hash = 0xfeed + i);
    }
}

/* Holds `heard` against `kept`, in two batches. */
static struct sf_difference compare(const struct sf_record *kept, uint32_t kept_count,
                                    const struct sf_record *heard, uint32_t heard_count)
{
    struct sf_comparer comparer;
    struct sf_difference difference;
    struct sf_diag diag = {0};
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(kept, sizeof *kept, kept_count, file), kept_count);
    rewind(file);
    sf_compare_begin(&comparer, file, kept_count);
    sf_compare_records(&comparer, heard, heard_count / 2);
    sf_compare_records(&comparer, heard + heard_count / 2, heard_count - heard_count / 2);
    assert_int_equal(sf_compare_end(&comparer, &difference, &diag), SF_OK);
    fclose(file);
    return difference;
}

static void test_the_same_records_do_not_differ(void **state)
{
    (void)state;
    struct sf_record records[COUNT];
    fill(records);
    assert_false(compare(records, COUNT, records, COUNT).found);
    assert_false(compare(records, 0, records, 0).found);
}

static void test_each_record_that_differs_is_found_with_both_sides(void **state)
{
    (void)state;
    for (uint32_t at = 0; at < COUNT; at++) {
        struct sf_record kept[COUNT];
        struct sf_record heard[COUNT];
        fill(kept);
        fill(heard);
        for (uint32_t i = at; i < COUNT; i++) {
            heard[i].d = 1;
        }
        struct sf_difference difference = compare(kept, COUNT, heard, COUNT);
        assert_true(difference.found);
        assert_int_equal(difference.number, at + 1);
        assert_memory_equal(&difference.record[0], &kept[at], sizeof kept[at]);
        assert_memory_equal(&difference.record[1], &heard[at], sizeof heard[at]);
        assert_false(difference.over[0] || difference.over[1]);
    }
}

static void test_a_shorter_run_differs_where_it_ends(void **state)
{
    (void)state;
    struct sf_record records[COUNT];
    fill(records);
    struct sf_difference difference = compare(records, COUNT, records, 3);
    assert_true(difference.found && difference.over[1] && !difference.over[0]);
    assert_int_equal(difference.number, 4);
    assert_memory_equal(&difference.record[0], &records[3], sizeof records[3]);
    difference = compare(records, 3, records, COUNT);
    assert_true(difference.found && difference.over[0] && !difference.over[1]);
    assert_int_equal(difference.number, 4);
    assert_memory_equal(&difference.record[1], &records[3], sizeof records[3]);
}

static void test_a_file_that_ends_too_early_is_an_error(void **state)
{
    (void)state;
    struct sf_record records[COUNT];
    struct sf_comparer comparer;
    struct sf_difference difference;
    struct sf_diag diag = {0};
    fill(records);
    FILE *file = tmpfile();
    assert_non_null(file);
    sf_compare_begin(&comparer, file, COUNT);
    sf_compare_records(&comparer, records, COUNT);
    assert_int_equal(sf_compare_end(&comparer, &difference, &diag), SF_ERR_MACHINE);
    fclose(file);
}

static void test_a_difference_is_said_in_words(void **state)
{
    (void)state;
    static const struct sf_sides sides = {"twice", "the same twice", {"first", "second"}};
    struct sf_record kept[COUNT];
    struct sf_record heard[COUNT];
    fill(kept);
    fill(heard);
    heard[2].d = 0xbeef;
    heard[2].b = 999;
    struct sf_difference difference = compare(kept, COUNT, heard, COUNT);
    const struct sf_run_result result = {.records_count = COUNT};
    struct sf_text text = {0};
    sf_report_difference_text(&sides, &difference, &result, &text);
    assert_non_null(strstr(text.data, "first in record 3: bytes, hash\n"));
    assert_non_null(strstr(text.data,
                           "first   00:02.000000000 camera 3 takes capture 2, bytes 1000, "
                           "local time 0 s, hash 000000000000feef\n"));
    assert_non_null(strstr(text.data,
                           "second  00:02.000000000 camera 3 takes capture 2, bytes 999, "
                           "local time 0 s, hash 000000000000beef\n"));
    sf_text_free(&text);
    difference = compare(kept, COUNT, kept, 1);
    sf_report_difference_text(&sides, &difference, &result, &text);
    assert_non_null(strstr(text.data, "second  no record: this run had ended"));
    sf_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_records_do_not_differ),
        cmocka_unit_test(test_each_record_that_differs_is_found_with_both_sides),
        cmocka_unit_test(test_a_shorter_run_differs_where_it_ends),
        cmocka_unit_test(test_a_file_that_ends_too_early_is_an_error),
        cmocka_unit_test(test_a_difference_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
