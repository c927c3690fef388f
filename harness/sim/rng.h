/* Named chance. Each decision maker has a stream of its own, derived from (seed, purpose, index),
 * so that nothing it draws moves what another draws. */
#ifndef STRAYFRAME_SIM_RNG_H
#define STRAYFRAME_SIM_RNG_H

#include <stdbool.h>
#include <stdint.h>

/* xoshiro256** 1.0 (Blackman and Vigna, 2018, public domain algorithm), seeded through XXH3. */
struct sf_rng {
    uint64_t state[4];
};

/* The stream of (seed, purpose, index). `purpose` is a short fixed name such as "hub" or "cache".
 */
void sf_rng_init(struct sf_rng *rng, uint64_t seed, const char *purpose, uint64_t index);

/* A 64-bit value for (seed, purpose, index) without a stream: for seeding a generator of another
 * kind, or for a fixed choice. */
uint64_t sf_rng_derive(uint64_t seed, const char *purpose, uint64_t index);

uint64_t sf_rng_u64(struct sf_rng *rng);

/* Uniform in [0, bound), bound > 0; exactly one draw (the bias is below bound / 2^64). */
uint64_t sf_rng_below(struct sf_rng *rng, uint64_t bound);

/* True with probability ppm / 1,000,000; always one draw. */
bool sf_rng_chance(struct sf_rng *rng, uint32_t ppm);

#endif
