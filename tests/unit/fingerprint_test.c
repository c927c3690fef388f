#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "harness/frame/fingerprint.h"
#include "harness/sim/rng.h"

enum { BYTES_COUNT = 4000 };

static void fill(struct sf_rng *rng, uint8_t *bytes, size_t count, uint32_t letters)
{
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)sf_rng_below(rng, letters);
    }
}

static bool has(const struct sf_fingerprint *prints, size_t count, uint64_t hash)
{
    for (size_t i = 0; i < count; i++) {
        if (sf_fingerprint_hash(prints[i]) == hash) {
            return true;
        }
    }
    return false;
}

/* The promise: a common run of K + window - 1 bytes has a common fingerprint, wherever it stands.
 */
static void test_fingerprint_common_run_is_found_wherever_it_stands(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 1, "fingerprint test", 0);
    static uint8_t a[BYTES_COUNT];
    static uint8_t b[BYTES_COUNT];
    static struct sf_fingerprint in_a[2 * BYTES_COUNT];
    static struct sf_fingerprint in_b[2 * BYTES_COUNT];
    const uint32_t windows[] = {1, 2, 33, 100};
    for (int i = 0; i < 400; i++) {
        uint32_t window = windows[i % 4];
        uint32_t letters = i % 8 < 4 ? 256 : 2; /* few letters: many equal hashes */
        size_t run = SF_FINGERPRINT_BYTES + window - 1;
        size_t a_count = run + sf_rng_below(&rng, BYTES_COUNT - run);
        size_t b_count = run + sf_rng_below(&rng, BYTES_COUNT - run);
        fill(&rng, a, a_count, letters);
        fill(&rng, b, b_count, letters);
        size_t a_at = sf_rng_below(&rng, a_count - run + 1);
        size_t b_at = sf_rng_below(&rng, b_count - run + 1);
        memcpy(b + b_at, a + a_at, run);
        size_t a_prints = sf_fingerprints(a, a_count, window, in_a);
        size_t b_prints = sf_fingerprints(b, b_count, window, in_b);
        size_t common = 0;
        for (size_t k = 0; k < a_prints; k++) {
            size_t at = sf_fingerprint_at(in_a[k]);
            bool within = at >= a_at && at + SF_FINGERPRINT_BYTES <= a_at + run;
            common += within && has(in_b, b_prints, sf_fingerprint_hash(in_a[k]));
        }
        assert_true(common >= 1);
    }
}

static void test_fingerprint_are_few_and_rise(void **state)
{
    (void)state;
    struct sf_rng rng;
    sf_rng_init(&rng, 2, "fingerprint test", 0);
    static uint8_t bytes[BYTES_COUNT];
    static struct sf_fingerprint prints[2 * BYTES_COUNT];
    fill(&rng, bytes, BYTES_COUNT, 256);
    size_t count = sf_fingerprints(bytes, BYTES_COUNT, 33, prints);
    assert_in_range(count, BYTES_COUNT / 33, BYTES_COUNT / 12);
    for (size_t i = 0; i < count; i++) {
        assert_in_range(sf_fingerprint_at(prints[i]),
                        i > 0 ? sf_fingerprint_at(prints[i - 1]) + 1 : 0,
                        BYTES_COUNT - SF_FINGERPRINT_BYTES);
    }
}

static void test_fingerprint_of_short_and_uniform_bytes(void **state)
{
    (void)state;
    static uint8_t bytes[1000];
    static struct sf_fingerprint prints[2000];
    assert_int_equal(sf_fingerprints(bytes, 0, 33, prints), 0);
    assert_int_equal(sf_fingerprints(bytes, SF_FINGERPRINT_BYTES - 1, 33, prints), 0);
    assert_int_equal(sf_fingerprints(bytes, SF_FINGERPRINT_BYTES, 33, prints), 1);
    size_t count = sf_fingerprints(bytes, sizeof bytes, 33, prints);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sf_fingerprint_hash(prints[i]), sf_fingerprint_hash(prints[0]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fingerprint_common_run_is_found_wherever_it_stands),
        cmocka_unit_test(test_fingerprint_are_few_and_rise),
        cmocka_unit_test(test_fingerprint_of_short_and_uniform_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
