#include "harness/box/private.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"

enum { BUCKETS_FIRST = 256 };

static sf_handle *bucket_of(const struct sf_names *names, enum sf_name_kind kind,
                            const struct sf_wire_name *name)
{
    uint64_t hash = sf_hash_seeded(name->bytes, name->bytes_count, (uint64_t)kind);
    return &names->buckets[hash % names->buckets_count];
}

void sf_names_init(struct sf_names *names)
{
    SF_ASSERT(names != NULL);
    *names = (struct sf_names){.buckets_count = BUCKETS_FIRST};
    names->buckets = sf_alloc(BUCKETS_FIRST, sizeof *names->buckets);
    sf_slots_init(&names->slots, sizeof(struct sf_name));
}

void sf_names_fini(struct sf_names *names)
{
    SF_ASSERT(names != NULL);
    sf_slots_fini(&names->slots);
    free(names->buckets);
    names->buckets = NULL;
}

static void link_name(struct sf_names *names, sf_handle handle)
{
    struct sf_name *name = sf_names_get(names, handle);
    sf_handle *bucket = bucket_of(names, name->kind, &name->name);
    name->next = *bucket;
    *bucket = handle;
}

/* Twice the buckets, so that a search stays short. */
static void grow(struct sf_names *names)
{
    free(names->buckets);
    names->buckets_count *= 2;
    names->buckets = sf_alloc(names->buckets_count, sizeof *names->buckets);
    for (sf_handle handle = sf_slots_next(&names->slots, 0); handle != 0;
         handle = sf_slots_next(&names->slots, handle)) {
        link_name(names, handle);
    }
}

struct sf_name *sf_names_get(const struct sf_names *names, sf_handle handle)
{
    SF_ASSERT(names != NULL);
    return sf_slots_get(&names->slots, handle);
}

sf_handle sf_names_find(const struct sf_names *names, enum sf_name_kind kind,
                        const struct sf_wire_name *name)
{
    SF_ASSERT(names != NULL);
    SF_ASSERT(name != NULL);
    sf_handle handle = *bucket_of(names, kind, name);
    while (handle != 0) {
        const struct sf_name *found = sf_names_get(names, handle);
        if (found->kind == kind && found->name.bytes_count == name->bytes_count &&
            memcmp(found->name.bytes, name->bytes, name->bytes_count) == 0) {
            return handle;
        }
        handle = found->next;
    }
    return 0;
}

sf_handle sf_names_add(struct sf_names *names, enum sf_name_kind kind,
                       const struct sf_wire_name *name)
{
    SF_ASSERT(names != NULL);
    SF_ASSERT(name != NULL);
    void *item;
    sf_handle handle = sf_slots_take(&names->slots, &item);
    *(struct sf_name *)item = (struct sf_name){.name = *name, .kind = kind};
    if (names->slots.count > names->buckets_count) {
        grow(names);
    } else {
        link_name(names, handle);
    }
    return handle;
}

void sf_names_remove(struct sf_names *names, sf_handle handle)
{
    SF_ASSERT(names != NULL);
    const struct sf_name *removed = sf_names_get(names, handle);
    sf_handle *link = bucket_of(names, removed->kind, &removed->name);
    while (*link != handle) {
        link = &sf_names_get(names, *link)->next;
    }
    *link = removed->next;
    sf_slots_give(&names->slots, handle);
}
