/* The random numbers of sch_netem, bit for bit: the kernel's per-qdisc generator (taus113) and the
 * correlated draw on top of it. Everything that must equal a kernel draws from here and nowhere
 * else. */
#ifndef STRAYFRAME_NET_NETEM_RANDOM_H
#define STRAYFRAME_NET_NETEM_RANDOM_H

#include <stdint.h>

/* taus113 (L'Ecuyer 1999): four combined Tausworthe registers, period about 2^113. */
struct sf_netem_random {
    uint32_t part[4];
};

/* The state a kernel sets up for TCA_NETEM_PRNG_SEED = seed: no warm-up, and each register is
 * lifted above the values from which it could never leave. */
static inline void sf_netem_random_seed(struct sf_netem_random *random, uint64_t seed)
{
    uint32_t folded = (uint32_t)((seed >> 32) ^ (seed << 10) ^ seed);
    static const uint32_t lowest[4] = {2, 8, 16, 128};
    for (int i = 0; i < 4; i++) {
        random->part[i] = folded < lowest[i] ? folded + lowest[i] : folded;
    }
}

static inline uint32_t sf_netem_random_part(uint32_t part, int a, int b, uint32_t mask, int d)
{
    return ((part & mask) << d) ^ (((part << a) ^ part) >> b);
}

/* Uniform over all of uint32_t. */
static inline uint32_t sf_netem_random_u32(struct sf_netem_random *random)
{
    uint32_t *part = random->part;
    part[0] = sf_netem_random_part(part[0], 6, 13, 0xfffffffeu, 18);
    part[1] = sf_netem_random_part(part[1], 2, 27, 0xfffffff8u, 2);
    part[2] = sf_netem_random_part(part[2], 13, 21, 0xfffffff0u, 7);
    part[3] = sf_netem_random_part(part[3], 3, 12, 0xffffff80u, 13);
    return part[0] ^ part[1] ^ part[2] ^ part[3];
}

/* A draw that remembers: *last becomes a moving average of uniforms with weight (rho + 1) / 2^32 on
 * the past. rho 0 draws plainly and leaves *last alone. The mean stays one half but the spread
 * shrinks, which is why a threshold below one half is then met far more rarely. */
static inline uint32_t sf_netem_random_correlated(struct sf_netem_random *random, uint32_t rho,
                                                  uint32_t *last)
{
    uint32_t fresh = sf_netem_random_u32(random);
    if (rho == 0) {
        return fresh;
    }
    uint64_t weight = (uint64_t)rho + 1;
    *last = (uint32_t)((fresh * (((uint64_t)1 << 32) - weight) + *last * weight) >> 32);
    return *last;
}

#endif
