#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/frame/mark.h"
#include "harness/sim/rng.h"

/* One draw after the other: initialisers are evaluated in any order. */
static struct sf_mark any_mark(struct sf_rng *rng)
{
    struct sf_mark mark;
    mark.tenant = sf_tenant_id((uint32_t)sf_rng_below(rng, SF_MARK_FIELD_MAX));
    mark.camera = sf_camera_id((uint32_t)sf_rng_below(rng, SF_MARK_FIELD_MAX));
    mark.capture = (uint32_t)sf_rng_below(rng, SF_MARK_FIELD_MAX);
    return mark;
}

static void test_mark_reads_back_what_was_written(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "mark test", 0);
    const uint32_t last = SF_MARK_FIELD_MAX - 1;
    const struct sf_mark corners[] = {
        {{0}, {0}, 0}, {{last}, {last}, last}, {{last}, {0}, 0}, {{0}, {last}, last}};
    for (int i = 0; i < 10000; i++) {
        struct sf_mark mark = i < 4 ? corners[i] : any_mark(&rng);
        struct sf_mark read = {.capture = 0};
        assert_true(sf_mark_owner_read(sf_mark_owner_word(mark), &read));
        assert_true(sf_mark_same_camera(mark, read));
        assert_true(sf_mark_capture_read(sf_mark_capture_word(mark), &read));
        assert_true(sf_mark_same(mark, read));
    }
}

static void test_mark_random_words_pass_as_rarely_as_promised(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 2, "mark test", 0);
    enum { WORDS_COUNT = 1 << 20 };
    int owners = 0;
    int captures = 0;
    for (int i = 0; i < WORDS_COUNT; i++) {
        struct sf_mark mark = any_mark(&rng);
        struct sf_mark read = mark;
        uint64_t word = sf_rng_u64(&rng) >> 16;
        owners += sf_mark_owner_read(word, &read);
        captures += sf_mark_capture_read(word, &mark);
    }
    assert_in_range(owners, WORDS_COUNT / 256 * 9 / 10, WORDS_COUNT / 256 * 11 / 10);
    assert_int_equal(captures, 0); /* 2^20 tries at 2^-28 each */
}

static void test_mark_capture_of_another_camera_does_not_pass(void **state)
{
    (void)state;
    for (uint32_t camera = 1; camera < 100000; camera++) {
        struct sf_mark mark = {{7}, {0}, 12};
        struct sf_mark other = {{7}, {camera}, 0};
        assert_false(sf_mark_capture_read(sf_mark_capture_word(mark), &other));
    }
}

static uint32_t blocks_that_differ(uint64_t a, uint64_t b)
{
    uint32_t count = 0;
    for (unsigned i = 0; i < SF_MARK_WORD_BLOCKS; i++) {
        count += sf_mark_word_block(a, i) != sf_mark_word_block(b, i);
    }
    return count;
}

/* Neighbouring numbers must not share blocks, or short runs of bytes would have no owner. */
static void test_mark_neighbours_differ_in_nearly_every_block(void **state)
{
    (void)state;
    uint64_t owner_blocks = 0;
    uint64_t capture_blocks = 0;
    enum { PAIRS_COUNT = 4096 };
    for (uint32_t i = 0; i < PAIRS_COUNT; i++) {
        struct sf_mark a = {{3}, {i}, i};
        struct sf_mark b = {{3}, {i + 1}, i};
        struct sf_mark c = {{3}, {i}, i + 1};
        owner_blocks += blocks_that_differ(sf_mark_owner_word(a), sf_mark_owner_word(b));
        capture_blocks += blocks_that_differ(sf_mark_capture_word(a), sf_mark_capture_word(c));
    }
    /* 63 of 64 on average, when all is as random as it should be. */
    const uint64_t blocks = PAIRS_COUNT * SF_MARK_WORD_BLOCKS;
    assert_in_range(owner_blocks, blocks * 97 / 100, blocks);
    assert_in_range(capture_blocks, blocks * 97 / 100, blocks);
}

static void test_mark_every_tile_has_both_words_one_above_the_other(void **state)
{
    (void)state;
    for (uint32_t columns = SF_MARK_WORD_BLOCKS; columns <= 240; columns++) {
        for (uint32_t row = 0; row < 8; row++) {
            for (uint32_t column = 0; column < columns; column++) {
                assert_true(sf_mark_is_capture(row, column, columns) !=
                            sf_mark_is_capture(row + 1, column, columns));
                /* A whole tile of a row is of one kind. */
                assert_true(column % 8 == 0 || sf_mark_is_capture(row, column, columns) ==
                                                   sf_mark_is_capture(row, column - 1, columns));
            }
        }
    }
}

static void test_mark_strip_of_four_tiles_has_both_words(void **state)
{
    (void)state;
    for (uint32_t columns = 4 * SF_MARK_WORD_BLOCKS; columns <= 240; columns++) {
        for (uint32_t first = 0; first + 32 <= columns; first += 8) {
            uint32_t captures = 0;
            for (uint32_t column = first; column < first + 32; column += 8) {
                captures += sf_mark_is_capture(5, column, columns);
            }
            assert_in_range(captures, 1, 3);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mark_reads_back_what_was_written),
        cmocka_unit_test(test_mark_random_words_pass_as_rarely_as_promised),
        cmocka_unit_test(test_mark_capture_of_another_camera_does_not_pass),
        cmocka_unit_test(test_mark_neighbours_differ_in_nearly_every_block),
        cmocka_unit_test(test_mark_every_tile_has_both_words_one_above_the_other),
        cmocka_unit_test(test_mark_strip_of_four_tiles_has_both_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
