#include "harness/box/private.h"

#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/hash.h"

static uint32_t bucket_of(enum sf_name_kind kind, const struct sf_wire_name *name)
{
    return (uint32_t)(sf_hash_seeded(name->bytes, name->bytes_count, (uint64_t)kind) %
                      SF_NAME_BUCKETS);
}

void sf_names_init(struct sf_names *names)
{
    SF_ASSERT(names != NULL);
    memset(names, 0, sizeof *names);
    sf_slots_init(&names->slots, sizeof(struct sf_name));
}

void sf_names_fini(struct sf_names *names)
{
    SF_ASSERT(names != NULL);
    sf_slots_fini(&names->slots);
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
    sf_handle handle = names->buckets[bucket_of(kind, name)];
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
    sf_handle *bucket = &names->buckets[bucket_of(kind, name)];
    *(struct sf_name *)item = (struct sf_name){.name = *name, .kind = kind, .next = *bucket};
    *bucket = handle;
    return handle;
}

void sf_names_remove(struct sf_names *names, sf_handle handle)
{
    SF_ASSERT(names != NULL);
    const struct sf_name *removed = sf_names_get(names, handle);
    sf_handle *link = &names->buckets[bucket_of(removed->kind, &removed->name)];
    while (*link != handle) {
        link = &sf_names_get(names, *link)->next;
    }
    *link = removed->next;
    sf_slots_give(&names->slots, handle);
}
