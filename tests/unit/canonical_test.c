/* When are two small worlds the same? Where the caches' memory is put means nothing; what is in it
 * does, and so does what freed memory holds and in which order it would be handed out again. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/exhaust/image.h"
#include "tests/unit/test.h"

static struct small *small;
static const struct sf_small_segments no_segments;

static int set_up(void **state)
{
    (void)state;
    small = calloc(1, sizeof *small);
    if (sf_small_heap_open()) {
        sf_small_heap_reset();
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(small);
    return 0;
}

/* Sanitizers have a malloc of their own, and with it no heap that is saved. */
#define NEEDS_HEAP()                                                                \
    do {                                                                            \
        if (!sf_small_heap_open()) {                                                \
            print_message("skipped: no heap to save: malloc is the sanitizer's\n"); \
            skip();                                                                 \
        }                                                                           \
    } while (0)

enum { WORDS = 32 };

static uint64_t *block(void)
{
    uint64_t *words = sf_small_heap_alloc(WORDS * sizeof *words);
    assert_non_null(words);
    memset(words, 0, WORDS * sizeof *words);
    return words;
}

static uint64_t address(const void *memory)
{
    return (uint64_t)(uintptr_t)memory;
}

static uint64_t hash(void)
{
    return sf_small_canonical(small, &no_segments);
}

static void test_places_mean_nothing(void **state)
{
    (void)state;
    NEEDS_HEAP();
    uint64_t hashes[2];
    for (uint32_t i = 0; i < 2; i++) {
        sf_small_heap_reset();
        uint64_t *one = block();
        uint64_t *other = block();
        uint64_t *root = i == 0 ? one : other;
        uint64_t *leaf = i == 0 ? other : one;
        root[3] = address(leaf);
        root[4] = address(leaf) + 8; /* into it */
        leaf[0] = address(root);
        leaf[1] = 77;
        small->state.caches[0] = root;
        hashes[i] = hash();
    }
    assert_int_equal(hashes[0], hashes[1]);
}

static void test_every_word_counts(void **state)
{
    (void)state;
    NEEDS_HEAP();
    uint64_t *root = block();
    small->state.caches[0] = root;
    const uint64_t empty = hash();
    assert_int_equal(hash(), empty);
    for (uint32_t i = 0; i < WORDS; i++) {
        root[i] = 1;
        assert_int_not_equal(hash(), empty);
        root[i] = 0;
    }
}

/* A run of zeros is written as its length, which must not pass for a word. */
static void test_zeros_are_no_number(void **state)
{
    (void)state;
    NEEDS_HEAP();
    uint64_t *root = block();
    small->state.caches[0] = root;
    for (uint64_t zeros = 1; zeros < WORDS; zeros++) {
        memset(root, 0, WORDS * sizeof *root);
        const uint64_t before = hash();
        root[0] = WORDS;
        assert_int_not_equal(hash(), before);
        memset(root, 0, WORDS * sizeof *root);
        root[zeros] = 5;
        const uint64_t run = hash();
        memset(root, 0, WORDS * sizeof *root);
        root[0] = zeros;
        root[1] = 5;
        assert_int_not_equal(hash(), run);
    }
}

static void test_a_pointer_is_no_number(void **state)
{
    (void)state;
    NEEDS_HEAP();
    uint64_t *root = block();
    uint64_t *leaf = block();
    small->state.caches[0] = root;
    root[0] = address(leaf);
    const uint64_t to_leaf = hash();
    root[0] = address(root);
    assert_int_not_equal(hash(), to_leaf);
    root[0] = address(leaf) + 8;
    assert_int_not_equal(hash(), to_leaf);
}

static void test_freed_memory_counts(void **state)
{
    (void)state;
    NEEDS_HEAP();
    uint64_t hashes[2];
    for (uint32_t i = 0; i < 2; i++) {
        sf_small_heap_reset();
        small->state.caches[0] = block();
        uint64_t *freed = block();
        freed[7] = 100 + i;
        sf_small_heap_free(freed);
        hashes[i] = hash();
    }
    assert_int_not_equal(hashes[0], hashes[1]);
}

static void test_the_order_of_freed_memory_counts(void **state)
{
    (void)state;
    NEEDS_HEAP();
    uint64_t hashes[2];
    for (uint32_t i = 0; i < 2; i++) {
        sf_small_heap_reset();
        small->state.caches[0] = block();
        uint64_t *one = block();
        uint64_t *other = block();
        one[0] = 1;
        other[0] = 2;
        sf_small_heap_free(i == 0 ? one : other);
        sf_small_heap_free(i == 0 ? other : one);
        hashes[i] = hash();
    }
    assert_int_not_equal(hashes[0], hashes[1]);
}

static void test_memory_that_nothing_leads_to_counts(void **state)
{
    (void)state;
    NEEDS_HEAP();
    small->state.caches[0] = block();
    uint64_t *hidden = block();
    const uint64_t before = hash();
    hidden[0] = 1;
    assert_int_not_equal(hash(), before);
}

static void test_the_host_counts(void **state)
{
    (void)state;
    NEEDS_HEAP();
    small->state.caches[0] = block();
    const uint64_t before = hash();
    small->state.now_ns = 1;
    assert_int_not_equal(hash(), before);
    small->state.now_ns = 0;
    small->state.viewers[1].session = 1;
    assert_int_not_equal(hash(), before);
    small->state.viewers[1].session = 0;
    small->state.fetches[5].id = 9;
    const uint64_t with_fetch = hash();
    assert_int_not_equal(with_fetch, before);
    small->state.fetches[5].id = 0;
    small->state.fetches[2].id = 9; /* its place in the table means nothing */
    assert_int_equal(hash(), with_fetch);
}

static void test_an_image_puts_everything_back(void **state)
{
    (void)state;
    NEEDS_HEAP();
    struct sf_small_image image = {0};
    uint64_t *root = block();
    root[0] = 1;
    small->state.caches[0] = root;
    small->state.pool_bytes = 3;
    const uint64_t before = hash();
    sf_small_image_save(&image, small, &no_segments, true);
    root[0] = 2;
    small->state.now_ns = 7;
    small->state.pool_bytes = 9;
    memset(small->state.pool, 0xee, 9);
    memset(block(), 0xee, WORDS * sizeof *root);
    sf_small_heap_free(root);
    sf_small_image_restore(&image, small, &no_segments);
    assert_int_equal(hash(), before);
    assert_int_equal(small->state.pool[5], 0);
    uint64_t *fresh = sf_small_heap_alloc(WORDS * sizeof *fresh); /* as it was the first time */
    for (uint32_t i = 0; i < WORDS; i++) {
        assert_int_equal(fresh[i], 0);
    }
    sf_small_image_free(&image);
}

/* Of a large block only pages that were written are looked at and kept; reading writes nothing. */
static void test_pages_of_a_large_block_count_once_they_are_written(void **state)
{
    (void)state;
    NEEDS_HEAP();
    enum { LARGE_WORDS = 1 << 20, PLACES = 4 };
    static const size_t places[PLACES] = {0, 511, 512, LARGE_WORDS - 1};
    struct sf_small_image image = {0};
    uint64_t *large = sf_small_heap_alloc_zeroed(LARGE_WORDS * sizeof *large);
    small->state.caches[0] = large;
    large[100000] = 3;
    const uint64_t before = hash();
    sf_small_image_save(&image, small, &no_segments, false);
    assert_true(image.size < LARGE_WORDS); /* an eighth of the block, and far less */
    for (uint32_t i = 0; i < PLACES; i++) {
        assert_int_equal(large[places[i]], 0);
        assert_int_equal(hash(), before);
        large[places[i]] = 5;
        large[100000] = 7;
        assert_int_not_equal(hash(), before);
        sf_small_image_restore(&image, small, &no_segments);
        assert_int_equal(large[places[i]], 0);
        assert_int_equal(large[100000], 3);
        assert_int_equal(hash(), before);
    }
    sf_small_image_free(&image);
}

/* What a forked process writes after it opened the heap is its own, and none of its parent's. */
static void test_a_heap_is_not_inherited(void **state)
{
    (void)state;
    NEEDS_HEAP();
    block()[0] = 0xee;
    pid_t child = fork();
    if (child == 0) {
        bool opens = sf_small_heap_open();
        uint64_t *words = opens ? sf_small_heap_alloc(WORDS * sizeof *words) : NULL;
        _exit(words != NULL && words[0] == 0 ? 0 : 1);
    }
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_places_mean_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_word_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_zeros_are_no_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_pointer_is_no_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_freed_memory_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_order_of_freed_memory_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_memory_that_nothing_leads_to_counts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_host_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_pages_of_a_large_block_count_once_they_are_written,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_heap_is_not_inherited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_image_puts_everything_back, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
