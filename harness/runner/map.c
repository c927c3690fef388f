#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/runner/runner.h"

static size_t place_of(const struct sf_map *map, uint64_t key)
{
    return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (map->capacity - 1);
}

static size_t find(const struct sf_map *map, uint64_t key)
{
    size_t at = place_of(map, key);
    while (map->keys[at] != 0 && map->keys[at] != key) {
        at = (at + 1) & (map->capacity - 1);
    }
    return at;
}

uint64_t *sf_map_get(const struct sf_map *map, uint64_t key)
{
    if (map->count == 0 || key == 0) {
        return NULL;
    }
    size_t at = find(map, key);
    return map->keys[at] == key ? &map->values[at] : NULL;
}

static void grow(struct sf_map *map)
{
    enum { CAPACITY_MIN = 64 };
    struct sf_map larger = {.capacity = map->capacity > 0 ? 2 * map->capacity : CAPACITY_MIN};
    larger.keys = sf_alloc(larger.capacity, sizeof *larger.keys);
    larger.values = sf_alloc(larger.capacity, sizeof *larger.values);
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->keys[i] != 0) {
            sf_map_put(&larger, map->keys[i], map->values[i]);
        }
    }
    sf_map_clear(map);
    *map = larger;
}

void sf_map_put(struct sf_map *map, uint64_t key, uint64_t value)
{
    SF_ASSERT(map != NULL);
    SF_ASSERT(key != 0);
    if (4 * (map->count + 1) > 3 * map->capacity) {
        grow(map);
    }
    size_t at = find(map, key);
    map->count += map->keys[at] == 0;
    map->keys[at] = key;
    map->values[at] = value;
}

/* Those that stood behind it because its place was taken move up. */
void sf_map_remove(struct sf_map *map, uint64_t key)
{
    SF_ASSERT(map != NULL);
    if (sf_map_get(map, key) == NULL) {
        return;
    }
    size_t hole = find(map, key);
    size_t at = hole;
    map->keys[hole] = 0;
    map->count--;
    for (;;) {
        at = (at + 1) & (map->capacity - 1);
        if (map->keys[at] == 0) {
            return;
        }
        size_t home = place_of(map, map->keys[at]);
        bool stays = hole <= at ? hole < home && home <= at : hole < home || home <= at;
        if (!stays) {
            map->keys[hole] = map->keys[at];
            map->values[hole] = map->values[at];
            map->keys[at] = 0;
            hole = at;
        }
    }
}

void sf_map_clear(struct sf_map *map)
{
    SF_ASSERT(map != NULL);
    free(map->keys);
    free(map->values);
    *map = (struct sf_map){0};
}
