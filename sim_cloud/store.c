#include "sim_cloud/store.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"

enum { BUCKETS_FIRST = 256 };

struct sf_store_entry {
    struct sf_store_entry *next;
    uint64_t hash;
    sf_ns expires_ns;
    uint32_t key_bytes;
    uint32_t value_bytes;
    uint8_t bytes[]; /* the key, then the value */
};

void sf_store_fini(struct sf_store *store)
{
    SF_ASSERT(store != NULL);
    for (uint32_t i = 0; i < store->buckets_count; i++) {
        struct sf_store_entry *entry = store->buckets[i];
        while (entry != NULL) {
            struct sf_store_entry *next = entry->next;
            free(entry);
            entry = next;
        }
    }
    free(store->buckets);
    *store = (struct sf_store){0};
}

/* Where the pointer to the entry of this key is, or would be. */
static struct sf_store_entry **place_of(const struct sf_store *store, const uint8_t *key,
                                        uint32_t key_bytes, uint64_t hash)
{
    struct sf_store_entry **place = &store->buckets[hash & (store->buckets_count - 1)];
    while (*place != NULL && ((*place)->hash != hash || (*place)->key_bytes != key_bytes ||
                              memcmp((*place)->bytes, key, key_bytes) != 0)) {
        place = &(*place)->next;
    }
    return place;
}

static void grow(struct sf_store *store)
{
    struct sf_store bigger = {.buckets_count = store->buckets_count > 0 ? store->buckets_count * 2
                                                                        : BUCKETS_FIRST,
                              .count = store->count};
    bigger.buckets = sf_alloc(bigger.buckets_count, sizeof(struct sf_store_entry *));
    for (uint32_t i = 0; i < store->buckets_count; i++) {
        struct sf_store_entry *entry = store->buckets[i];
        while (entry != NULL) {
            struct sf_store_entry *next = entry->next;
            struct sf_store_entry **bucket =
                &bigger.buckets[entry->hash & (bigger.buckets_count - 1)];
            entry->next = *bucket;
            *bucket = entry;
            entry = next;
        }
    }
    free(store->buckets);
    *store = bigger;
}

static void remove_at(struct sf_store *store, struct sf_store_entry **place)
{
    struct sf_store_entry *entry = *place;
    if (entry != NULL) {
        *place = entry->next;
        free(entry);
        store->count--;
    }
}

void sf_store_put(struct sf_store *store, const uint8_t *key, uint32_t key_bytes,
                  const uint8_t *bytes, uint32_t bytes_count, sf_ns now_ns, sf_ns ttl_ns)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(key != NULL);
    SF_ASSERT(bytes != NULL || bytes_count == 0);
    SF_ASSERT(ttl_ns >= 0);
    SF_ASSERT(now_ns >= 0);
    SF_ASSERT(key_bytes > 0);
    if (store->count >= store->buckets_count) {
        grow(store);
    }
    uint64_t hash = sf_hash(key, key_bytes);
    struct sf_store_entry **place = place_of(store, key, key_bytes, hash);
    remove_at(store, place);
    if (bytes_count == 0) {
        return;
    }
    struct sf_store_entry *entry = sf_alloc(1, sizeof *entry + key_bytes + bytes_count);
    entry->next = *place;
    entry->hash = hash;
    entry->expires_ns = ttl_ns > 0 && ttl_ns < SF_NS_NEVER - now_ns ? now_ns + ttl_ns : SF_NS_NEVER;
    entry->key_bytes = key_bytes;
    entry->value_bytes = bytes_count;
    memcpy(entry->bytes, key, key_bytes);
    memcpy(entry->bytes + key_bytes, bytes, bytes_count);
    *place = entry;
    store->count++;
}

const uint8_t *sf_store_get(const struct sf_store *store, const uint8_t *key, uint32_t key_bytes,
                            sf_ns now_ns, uint32_t *bytes_count_out)
{
    SF_ASSERT(store != NULL);
    SF_ASSERT(key != NULL);
    SF_ASSERT(bytes_count_out != NULL);
    SF_ASSERT(key_bytes > 0);
    *bytes_count_out = 0;
    if (store->buckets_count == 0) {
        return NULL;
    }
    const struct sf_store_entry *entry = *place_of(store, key, key_bytes, sf_hash(key, key_bytes));
    if (entry == NULL || now_ns >= entry->expires_ns) {
        return NULL;
    }
    *bytes_count_out = entry->value_bytes;
    return entry->bytes + entry->key_bytes;
}
