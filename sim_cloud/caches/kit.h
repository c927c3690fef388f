/* Odds and ends that several built-in caches need: a map, and options. Knows nothing but the public
 * interface. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_KIT_H
#define STRAYFRAME_SIM_CLOUD_CACHES_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/cache/strayframe_cache.h"

/* calloc that ends the process when memory is gone. */
void *sf_kit_alloc(size_t count, size_t size);
/* malloc that ends the process when memory is gone: for bytes that are all written before any is
 * read. */
void *sf_kit_alloc_uncleared(size_t bytes);

/* FNV-1a, never 0. */
uint64_t sf_kit_hash(const void *bytes, size_t count);

/* From a pair of numbers, not both 0, to a pointer; open addressing. Zero-initialise; free with
 * sf_kit_map_free. */
struct kit_map {
    struct kit_map_entry *entries;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

struct kit_map_entry {
    uint64_t a;
    uint64_t b;
    void *value; /* NULL: empty */
};

void *sf_kit_map_get(const struct kit_map *map, uint64_t a, uint64_t b);
/* value must not be NULL; replaces what was there. */
void sf_kit_map_put(struct kit_map *map, uint64_t a, uint64_t b, void *value);
/* Returns what was there, or NULL. */
void *sf_kit_map_remove(struct kit_map *map, uint64_t a, uint64_t b);
/* Removes some entry whose first number is `a` and returns it, or NULL when there is none: slow. */
void *sf_kit_map_remove_any(struct kit_map *map, uint64_t a);
/* All entries, in no order that means anything: index from 0 while it is below `capacity`; empty
 * ones have NULL. */
void sf_kit_map_free(struct kit_map *map);
/* The same, and frees the values. */
void sf_kit_map_free_all(struct kit_map *map);

/* An option: a whole number under a name. */
struct kit_option {
    const char *name;
    uint64_t value; /* the fallback; overwritten by sf_kit_options_read */
    uint64_t max;
};

/* An option in milliseconds, in ns. */
static inline int64_t kit_option_ns(const struct kit_option *option)
{
    return (int64_t)option->value * INT64_C(1000000);
}

/* Reads "name=number&name=number". False with a sentence in `error` when something is not
 * understood. */
bool sf_kit_options_read(const char *text, struct kit_option *options, size_t count, char *error,
                         uint32_t error_bytes);

#endif
