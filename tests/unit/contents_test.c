/* Contents: shared, found by address, counted, and guarded. */
#include "harness/content/contents.h"

#include <string.h>
#include <sys/mman.h>

#include "harness/base/hash.h"
#include "harness/content/private.h"
#include "tests/unit/broken_promise.h"

static struct sf_content *content_of(struct sf_contents *pool, const char *text)
{
    struct sf_content *content =
        sf_content_copy(pool, (const uint8_t *)text, (uint32_t)strlen(text));
    sf_content_set_hash(content, sf_hash(text, strlen(text)));
    return content;
}

/* What a cache must not do: the bytes are lent to it. */
static void scribble(const struct sf_content *content, uint32_t at)
{
    ((uint8_t *)(uintptr_t)content->bytes)[at] ^= 1;
}

static void test_bytes_are_found_by_their_address(void **state)
{
    (void)state;
    for (int guarded = 0; guarded < 2; guarded++) {
        struct sf_contents *pool = sf_contents_create(guarded != 0);
        struct sf_content *one = content_of(pool, "the first still");
        struct sf_content *other = content_of(pool, "another");
        uint8_t elsewhere[8] = {0};
        assert_memory_equal(one->bytes, "the first still", 15);
        assert_ptr_equal(sf_contents_find(pool, one->bytes, 15), one);
        assert_ptr_equal(sf_contents_find(pool, one->bytes + 4, 11), one);
        assert_null(sf_contents_find(pool, one->bytes + 4, 12)); /* beyond its end */
        assert_ptr_equal(sf_contents_find(pool, other->bytes, 7), other);
        assert_null(sf_contents_find(pool, elsewhere, sizeof elsewhere));
        const uint8_t *bytes = one->bytes;
        sf_content_drop(one);
        assert_null(sf_contents_find(pool, bytes, 15)); /* it is not in use */
        sf_contents_check(pool);
        sf_content_drop(other);
        sf_contents_destroy(pool);
    }
}

static void test_memory_is_used_again_after_the_last_reference_only(void **state)
{
    (void)state;
    struct sf_contents *pool = sf_contents_create(false);
    struct sf_content *one = content_of(pool, "one");
    sf_content_keep(one);
    sf_content_drop(one);
    struct sf_content *two = content_of(pool, "two");
    assert_ptr_not_equal(one, two);
    assert_memory_equal(one->bytes, "one", 3);
    assert_int_equal(sf_contents_count(pool), 2);
    sf_content_drop(one);
    assert_int_equal(sf_contents_count(pool), 1);
    struct sf_content *three = content_of(pool, "three");
    assert_ptr_equal(one, three);
    assert_int_equal(three->references, 1);
    sf_content_drop(two);
    sf_content_drop(three);
    sf_content_drop(NULL);
    sf_contents_check(pool);
    sf_contents_destroy(pool);
}

/* Every byte of every size is writable, and no two contents overlap. */
static void test_sizes_from_the_least_to_the_largest(void **state)
{
    (void)state;
    static const uint32_t sizes[] = {1,    511,  512,   513,       576,    577,
                                     1023, 1024, 12345, 1400 * 64, 262145, SF_CONTENT_BYTES_MAX};
    enum { SIZES_COUNT = sizeof sizes / sizeof sizes[0], EACH = 3 };
    struct sf_contents *pool = sf_contents_create(false);
    struct sf_content *all[SIZES_COUNT * EACH];
    for (uint32_t i = 0; i < SIZES_COUNT * EACH; i++) {
        uint8_t *room;
        all[i] = sf_content_take(pool, sizes[i % SIZES_COUNT], &room);
        memset(room, (int)i, sizes[i % SIZES_COUNT]);
        assert_true(all[i]->chunk->slot_bytes >= sizes[i % SIZES_COUNT]);
    }
    for (uint32_t i = 0; i < SIZES_COUNT * EACH; i++) {
        assert_int_equal(all[i]->bytes[0], i);
        assert_int_equal(all[i]->bytes[all[i]->count - 1], i);
        assert_ptr_equal(sf_contents_find(pool, all[i]->bytes, all[i]->count), all[i]);
    }
    sf_contents_check(pool);
    for (uint32_t i = 0; i < SIZES_COUNT * EACH; i++) {
        sf_content_drop(all[i]);
    }
    sf_contents_destroy(pool);
}

static void test_a_write_into_lent_bytes_is_caught_by_the_guard(void **state)
{
    (void)state;
    struct sf_contents *pool = sf_contents_create(true);
    struct sf_content *before = content_of(pool, "before it");
    struct sf_content *hit = content_of(pool, "hit");
    assert_null(sf_contents_written(pool));
    sf_content_room(hit)[0] = 'H'; /* its owner may */
    assert_int_equal(hit->bytes[0], 'H');
    assert_null(sf_contents_written(pool));
    for (int again = 0; again < 2; again++) { /* the page is closed again */
        scribble(hit, 1);
        assert_ptr_equal(sf_contents_written(pool), hit);
        assert_null(sf_contents_written(pool));
    }
    assert_true(hit->written);
    assert_false(before->written);
    sf_content_drop(before);
    sf_content_drop(hit);
    sf_contents_destroy(pool);
}

static void test_a_fault_elsewhere_is_still_a_fault(void **state)
{
    (void)state;
    struct sf_contents *pool = sf_contents_create(true);
    uint8_t *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(page, MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        close(STDOUT_FILENO); /* the handler before ours has much to say */
        close(STDERR_FILENO);
        *(volatile uint8_t *)page = 1;
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    munmap(page, 4096);
    sf_contents_destroy(pool);
}

static void test_a_write_without_a_guard_is_known_by_the_hash(void **state)
{
    (void)state;
    struct sf_contents *pool = sf_contents_create(false);
    struct sf_content *content = content_of(pool, "a still");
    assert_true(sf_content_is_intact(content));
    scribble(content, 3);
    assert_false(sf_content_is_intact(content));
    scribble(content, 3);
    assert_true(sf_content_is_intact(content));
    sf_content_drop(content);
    sf_contents_destroy(pool);
}

static void test_a_broken_count_is_caught(void **state)
{
    (void)state;
    struct sf_contents *pool = sf_contents_create(false);
    struct sf_content *content = content_of(pool, "a still");
    content->references++;
    sf_contents_check(pool);
    assert_breaks(sf_contents_destroy(pool), "pool->count == 0");
    content->references = 0;
    assert_breaks(sf_contents_check(pool), "count == pool->count");
    assert_breaks(sf_content_drop(content), "content->references > 0");
    content->references = 1;
    sf_content_drop(content);
    content->references = 1;
    pool->count = 1;
    assert_breaks(sf_contents_check(pool), "c->references == 0");
    content->references = 0;
    pool->count = 0;
    sf_contents_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_are_found_by_their_address),
        cmocka_unit_test(test_memory_is_used_again_after_the_last_reference_only),
        cmocka_unit_test(test_sizes_from_the_least_to_the_largest),
        cmocka_unit_test(test_a_write_into_lent_bytes_is_caught_by_the_guard),
        cmocka_unit_test(test_a_fault_elsewhere_is_still_a_fault),
        cmocka_unit_test(test_a_write_without_a_guard_is_known_by_the_hash),
        cmocka_unit_test(test_a_broken_count_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
