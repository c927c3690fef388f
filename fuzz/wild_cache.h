/* A cache that makes every call of the interface, legal or not, in an order that bytes decide: for
 * the host, which must survive it, report it, and do the same again. When the bytes are used up it
 * does nothing more.
 *
 * It does not write into bytes that it was lent, nor pass addresses that are none: those end a
 * process, which is what the box is for. */
#ifndef STRAYFRAME_FUZZ_WILD_CACHE_H
#define STRAYFRAME_FUZZ_WILD_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "harness/cache/strayframe_cache.h"

extern const struct sf_cache_plugin sf_wild_cache;

/* The bytes for all that are created from now on, by any number of nodes and versions; borrowed.
 * Forgets what it has seen. */
void sf_wild_begin(const uint8_t *bytes, size_t count);

/* How many calls the host has refused as a breach since. */
uint64_t sf_wild_breaches_count(void);

/* How many calls were made since. */
uint64_t sf_wild_calls_count(void);

#endif
