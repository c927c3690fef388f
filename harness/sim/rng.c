#include "harness/sim/rng.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/hash.h"

uint64_t sf_rng_derive(uint64_t seed, const char *purpose, uint64_t index)
{
    SF_ASSERT(purpose != NULL);
    uint64_t named = sf_hash_seeded(purpose, strlen(purpose), seed);
    /* The index goes in as 8 little-endian bytes, so that the value is the same on every machine.
     */
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(index >> (8 * i));
    }
    return sf_hash_seeded(bytes, sizeof bytes, named);
}

/* SplitMix64 (Steele, Lea, Flood 2014): the seeding that xoshiro's authors recommend. */
static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void sf_rng_init(struct sf_rng *rng, uint64_t seed, const char *purpose, uint64_t index)
{
    SF_ASSERT(rng != NULL);
    SF_ASSERT(purpose != NULL);
    uint64_t state = sf_rng_derive(seed, purpose, index);
    for (int i = 0; i < 4; i++) {
        rng->state[i] = splitmix(&state);
    }
}

static uint64_t rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

uint64_t sf_rng_u64(struct sf_rng *rng)
{
    SF_ASSERT(rng != NULL);
    uint64_t *s = rng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t sf_rng_below(struct sf_rng *rng, uint64_t bound)
{
    SF_ASSERT(rng != NULL);
    SF_ASSERT(bound > 0);
    return (uint64_t)(((unsigned __int128)sf_rng_u64(rng) * bound) >> 64);
}

bool sf_rng_chance(struct sf_rng *rng, uint32_t ppm)
{
    SF_ASSERT(rng != NULL);
    SF_ASSERT(ppm <= 1000000);
    return sf_rng_below(rng, 1000000) < ppm;
}
