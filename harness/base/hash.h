/* XXH3, 64 bits (xxhash, by Collet): the one hash of the project, for content, names and traces.
 * The same on every machine; not for anything that an adversary chooses. */
#ifndef STRAYFRAME_BASE_HASH_H
#define STRAYFRAME_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t sf_hash(const void *bytes, size_t count);
uint64_t sf_hash_seeded(const void *bytes, size_t count, uint64_t seed);

#endif
