/* The store that all cache nodes share: keys and values, with a time to live. It answers at once;
 * the way there and back, and what is lost on it, is the world's business. */
#ifndef STRAYFRAME_SIM_CLOUD_STORE_H
#define STRAYFRAME_SIM_CLOUD_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/time.h"

struct sf_store_entry;

struct sf_store {
    struct sf_store_entry **buckets;
    uint32_t buckets_count; /* a power of two */
    uint32_t count;
};

/* Zero-initialised is empty. */
void sf_store_fini(struct sf_store *store);

/* Keeps a copy. ttl_ns 0: until overwritten. bytes_count 0 deletes. */
void sf_store_put(struct sf_store *store, const uint8_t *key, uint32_t key_bytes,
                  const uint8_t *bytes, uint32_t bytes_count, sf_ns now_ns, sf_ns ttl_ns);

/* The value, valid until the next put, or NULL. */
const uint8_t *sf_store_get(const struct sf_store *store, const uint8_t *key, uint32_t key_bytes,
                            sf_ns now_ns, uint32_t *bytes_count_out);

#endif
