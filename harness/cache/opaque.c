#include "harness/cache/opaque.h"

#include <stddef.h>

#include "harness/base/assert.h"
#include "harness/sim/rng.h"

void sf_opaque_init(struct sf_opaque *opaque, uint64_t seed)
{
    SF_ASSERT(opaque != NULL);
    for (uint32_t kind = 0; kind < SF_OPAQUE_KINDS_COUNT; kind++) {
        opaque->keys[kind] = sf_rng_derive(seed, "opaque", kind);
    }
}

/* SplitMix64's finaliser (Stafford's variant 13 of MurmurHash3's): each step can be undone. */
uint64_t sf_opaque(const struct sf_opaque *opaque, enum sf_opaque_kind kind, uint64_t index)
{
    SF_ASSERT(opaque != NULL);
    SF_ASSERT(kind < SF_OPAQUE_KINDS_COUNT);
    uint64_t z = index + opaque->keys[kind];
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    /* Only one index in 2^64 maps to 0, and it is moved to where nothing else is asked for. */
    return z != 0 ? z : UINT64_MAX;
}

static uint64_t undo_shift(uint64_t value, int bits)
{
    uint64_t result = value;
    for (int done = bits; done < 64; done += bits) {
        result = value ^ (result >> bits);
    }
    return result;
}

uint64_t sf_opaque_index(const struct sf_opaque *opaque, enum sf_opaque_kind kind, uint64_t number)
{
    SF_ASSERT(opaque != NULL);
    SF_ASSERT(kind < SF_OPAQUE_KINDS_COUNT);
    /* The multiplicative inverses of the two factors modulo 2^64. */
    uint64_t z = undo_shift(number, 31) * 0x319642b2d24d8ec3u;
    z = undo_shift(z, 27) * 0x96de1b173f119089u;
    return undo_shift(z, 30) - opaque->keys[kind];
}
