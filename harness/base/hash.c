#include "harness/base/hash.h"

/* On x86 the library looks once what the processor can do; a hash of a whole still is half of the
 * simulated camera's work, and takes a third of the time with wide registers. */
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

/* The wide registers' upper halves are zero again. Debian's library returns from its AVX-512 code
 * without that, and on Intel's processors each SSE instruction after it then waits for the upper
 * half of its target, until something zeroes it. */
static inline void clear_upper_halves(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx")) {
        __asm__ volatile("vzeroupper"); /* keeps the lower halves, which is all that C code uses */
    }
#endif
}

uint64_t sf_hash(const void *bytes, size_t count)
{
    uint64_t hash = XXH3_64bits(bytes, count);
    clear_upper_halves();
    return hash;
}

uint64_t sf_hash_seeded(const void *bytes, size_t count, uint64_t seed)
{
    uint64_t hash = XXH3_64bits_withSeed(bytes, count, seed);
    clear_upper_halves();
    return hash;
}
