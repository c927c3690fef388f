/* Opaque numbers: a bijection of 64-bit numbers that differs from run to run, so that a cache
 * cannot know more of an identity than a real one would, and the host can look a number up without
 * a table. */
#include "harness/base/assert.h"
#include "harness/cache/host.h"

static uint64_t key_of(uint64_t seed, enum sf_opaque_kind kind)
{
    return sf_rng_derive(seed, "opaque", (uint64_t)kind);
}

/* SplitMix64's finaliser (Stafford's variant 13 of MurmurHash3's): each step can be undone. */
uint64_t sf_opaque(uint64_t seed, enum sf_opaque_kind kind, uint64_t index)
{
    uint64_t z = index + key_of(seed, kind);
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

uint64_t sf_opaque_index(uint64_t seed, enum sf_opaque_kind kind, uint64_t opaque)
{
    /* The multiplicative inverses of the two factors modulo 2^64. */
    uint64_t z = undo_shift(opaque, 31) * 0x319642b2d24d8ec3u;
    z = undo_shift(z, 27) * 0x96de1b173f119089u;
    return undo_shift(z, 30) - key_of(seed, kind);
}
