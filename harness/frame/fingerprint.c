#include "harness/frame/fingerprint.h"

#include <stdbool.h>

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

/* The sum over the K - 1 bytes before the first run's last. */
static uint64_t sum_before(const uint8_t *bytes)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < K - 1; i++) {
        sum = sum * base + bytes[i] + 1;
    }
    return sum;
}

static struct sf_fingerprint fingerprint(uint64_t sum, size_t at)
{
    const uint64_t at_mask = SF_FINGERPRINT_COUNT_MAX - 1;
    return (struct sf_fingerprint){(mix(sum) & ~at_mask) | (at_mask - at)};
}

/* Each run of K bytes as a fingerprint, by place. Returns how many. Each sum waits for the one
 * before it, so the string is taken in two halves at a time: a processor works out both at once. */
static size_t hash_runs(const uint8_t *bytes, size_t count, struct sf_fingerprint *out)
{
    const uint64_t leaving = base_to_the(K - 1);
    size_t runs_count = count - K + 1;
    size_t half = (runs_count + 1) / 2;
    const uint8_t *other =
        bytes + runs_count - half; /* where the halves overlap, both say the same */
    uint64_t sum = sum_before(bytes);
    uint64_t other_sum = sum_before(other);
    for (size_t i = 0; i < half; i++) {
        sum = sum * base + (bytes[i + K - 1] + 1u);
        other_sum = other_sum * base + (other[i + K - 1] + 1u);
        out[i] = fingerprint(sum, i);
        out[runs_count - half + i] = fingerprint(other_sum, runs_count - half + i);
        sum -= leaving * (bytes[i] + 1u);
        other_sum -= leaving * (other[i] + 1u);
    }
    return runs_count;
}

/* The place of the least of `width` runs from `from` on. */
static size_t least_of(const struct sf_fingerprint *runs, size_t from, size_t width)
{
    size_t least = from;
    for (size_t i = from + 1; i < from + width; i++) {
        least = runs[i].value < runs[least].value ? i : least;
    }
    return least;
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
    size_t least = least_of(runs, 0, width);
    size_t chosen_count = 0;
    out[chosen_count++] = runs[least];
    /* The window moves on by one. Its least run changes when it leaves, about every width / 2 runs,
     * or when a lesser one comes in. */
    for (size_t last = width; last < runs_count; last++) {
        size_t first = last - width + 1;
        bool left = least < first;
        if (left || runs[last].value < runs[least].value) {
            least = left ? least_of(runs, first, width) : last;
            out[chosen_count++] = runs[least];
        }
    }
    return chosen_count;
}
