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

/* An option: a whole number under a name, and the member of the cache's own struct that it sets. */
struct kit_option {
    const char *name;
    uint64_t value; /* the fallback; overwritten by sf_kit_options_read */
    uint64_t max;
    enum kit_unit { KIT_SWITCH, KIT_COUNT, KIT_MS } unit; /* a bool, a uint32_t, ns in an int64_t */
    uint32_t offset;
};

/* A cache's options are one list, a macro called OPTIONS with a row for each: name, fallback (a
 * plain number), largest value, member of the cache's `struct store`:
 *
 *     #define OPTIONS(X) X(fresh_ms, 15000, 86400000, fresh_for_ns) X(defence, 0, 1, defence)
 *
 * KIT_OPTION makes the table of it, KIT_OPTION_TEXT what the plug-in says of them. The member's
 * type says the unit. */
#define KIT_OPTION(NAME, FALLBACK, MAX, MEMBER) \
    KIT_OPTION_OF(struct store, NAME, FALLBACK, MAX, MEMBER),
#define KIT_OPTION_OF(STRUCT, NAME, FALLBACK, MAX, MEMBER) \
    {                                                      \
#NAME, (FALLBACK), (MAX),                          \
            _Generic(((STRUCT *)0)->MEMBER, bool           \
                     : KIT_SWITCH, uint32_t                \
                     : KIT_COUNT, int64_t                  \
                     : KIT_MS),                            \
            offsetof(STRUCT, MEMBER)                       \
    }
#define KIT_OPTION_TEXT(NAME, FALLBACK, MAX, MEMBER) " " #NAME "=" #FALLBACK

/* Reads "name=number&name=number". False with a sentence in `error` when something is not
 * understood. */
bool sf_kit_options_read(const char *text, struct kit_option *options, size_t count, char *error,
                         uint32_t error_bytes);
/* Sets the members that the options are for. */
void sf_kit_options_apply(const struct kit_option *options, size_t count, void *store);

#endif
