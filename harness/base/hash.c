#include "harness/base/hash.h"

/* On x86 the library looks once what the processor can do; a hash of a whole still is half of the
 * simulated camera's work, and takes a third of the time with wide registers. */
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

uint64_t sf_hash(const void *bytes, size_t count)
{
    return XXH3_64bits(bytes, count);
}

uint64_t sf_hash_seeded(const void *bytes, size_t count, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, count, seed);
}
