#include "harness/frame/fingerprint.h"

#include "harness/base/assert.h"

enum { K = SF_FINGERPRINT_BYTES };

static const uint64_t base = 0x9e3779b97f4a7c15u;

static uint64_t base_to_the(unsigned power)
{
    uint64_t product = 1;
    for (unsigned i = 0; i < power; i++) {
        product *= base;
    }
    return product;
}

/* The rolling sum is good in its upper bits only. */
static uint64_t mix(uint64_t sum)
{
    sum ^= sum >> 32;
    sum *= 0xd6e8feb86659fd93u;
    return sum ^ sum >> 32;
}

/* Each run of K bytes as a fingerprint, by place. Returns how many. */
static size_t hash_runs(const uint8_t *bytes, size_t count, struct sf_fingerprint *out)
{
    const uint64_t leaving = base_to_the(K);
    const uint64_t at_mask = SF_FINGERPRINT_COUNT_MAX - 1;
    uint64_t sum = 0;
    for (size_t i = 0; i < K - 1; i++) {
        sum = sum * base + bytes[i] + 1;
    }
    for (size_t at = 0; at + K <= count; at++) {
        uint64_t left = at > 0 ? bytes[at - 1] + 1u : 0;
        sum = sum * base + (bytes[at + K - 1] + 1 - leaving * left);
        out[at].value = (mix(sum) & ~at_mask) | (at_mask - at);
    }
    return count - K + 1;
}

static struct sf_fingerprint lesser(struct sf_fingerprint a, struct sf_fingerprint b)
{
    return a.value < b.value ? a : b;
}

size_t sf_fingerprints(const uint8_t *bytes, size_t count, uint32_t window,
                       struct sf_fingerprint *out)
{
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(out != NULL);
    SF_ASSERT(window >= 1);
    SF_ASSERT(count <= SF_FINGERPRINT_COUNT_MAX);
    if (count < K) {
        return 0;
    }
    struct sf_fingerprint *runs = out + count;
    size_t runs_count = hash_runs(bytes, count, runs);
    size_t width = window < runs_count ? window : runs_count;
    size_t chosen_count = 0;
    /* The least of every window in three comparisons (van Herk, Gil, Werman 1992): runs are taken
     * in parts as long as a window; any window is the end of one part and the beginning of the
     * next. */
    for (size_t part = 0; part + width <= runs_count; part += width) {
        size_t next = part + width;
        for (size_t i = next - 1; i > part; i--) { /* the least from here to the end of the part */
            runs[i - 1] = lesser(runs[i - 1], runs[i]);
        }
        struct sf_fingerprint front = {UINT64_MAX}; /* the least of the next part up to here */
        for (size_t i = part; i < next && i + width <= runs_count; i++) {
            struct sf_fingerprint least = lesser(runs[i], front);
            if (chosen_count == 0 || out[chosen_count - 1].value != least.value) {
                out[chosen_count++] = least;
            }
            if (i + width < runs_count) {
                front = lesser(front, runs[i + width]);
            }
        }
    }
    return chosen_count;
}
