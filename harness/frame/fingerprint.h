/* Finding the same bytes again, wherever they stand: of every few neighbouring runs of 32 bytes,
 * the one with the least hash is a fingerprint. Two byte strings that have a run of
 * SF_FINGERPRINT_BYTES + window - 1 bytes in common have a fingerprint in common, because both
 * choose it from the same bytes (winnowing; Schleimer, Wilkerson, Aiken 2003). */
#ifndef STRAYFRAME_FRAME_FINGERPRINT_H
#define STRAYFRAME_FRAME_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

enum {
    SF_FINGERPRINT_BYTES = 32,
    SF_FINGERPRINT_AT_BITS = 20,
    SF_FINGERPRINT_COUNT_MAX = 1 << SF_FINGERPRINT_AT_BITS, /* bytes in one string */
};

/* Hash and place in one, so that the least of several is the least number: the hash above, below it
 * the place, counted down, so that of equal ones the last is the least. */
struct sf_fingerprint {
    uint64_t value;
};

static inline uint64_t sf_fingerprint_hash(struct sf_fingerprint fingerprint)
{
    return fingerprint.value >> SF_FINGERPRINT_AT_BITS;
}

/* Where its bytes begin. */
static inline uint32_t sf_fingerprint_at(struct sf_fingerprint fingerprint)
{
    return SF_FINGERPRINT_COUNT_MAX - 1 -
           (uint32_t)(fingerprint.value & (SF_FINGERPRINT_COUNT_MAX - 1));
}

/* The fingerprints of `bytes`, at most SF_FINGERPRINT_COUNT_MAX of them, from left to right; `out`
 * has room for 2 * count. Returns how many: about 2 * count / (window + 1). `window` is at least 1.
 */
size_t sf_fingerprints(const uint8_t *bytes, size_t count, uint32_t window,
                       struct sf_fingerprint *out);

#endif
