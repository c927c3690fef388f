#include "sim_cloud/caches/kit.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *not_null(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "cache: out of memory\n");
        exit(4);
    }
    return memory;
}

void *sf_kit_alloc(size_t count, size_t size)
{
    return not_null(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *sf_kit_alloc_uncleared(size_t bytes)
{
    return not_null(malloc(bytes > 0 ? bytes : 1));
}

uint64_t sf_kit_hash(const void *bytes, size_t count)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
    }
    return hash != 0 ? hash : 1;
}

static size_t home_of(const struct kit_map *map, uint64_t a, uint64_t b)
{
    uint64_t hash = (a ^ (b << 32 | b >> 32)) * 0x9e3779b97f4a7c15u;
    return (size_t)(hash >> 32 ^ hash) & (map->capacity - 1);
}

static size_t place_of(const struct kit_map *map, uint64_t a, uint64_t b)
{
    size_t place = home_of(map, a, b);
    while (map->entries[place].value != NULL &&
           (map->entries[place].a != a || map->entries[place].b != b)) {
        place = (place + 1) & (map->capacity - 1);
    }
    return place;
}

void *sf_kit_map_get(const struct kit_map *map, uint64_t a, uint64_t b)
{
    return map->capacity > 0 ? map->entries[place_of(map, a, b)].value : NULL;
}

static void grow(struct kit_map *map)
{
    struct kit_map bigger = {.capacity = map->capacity > 0 ? map->capacity * 2 : 64};
    bigger.entries = sf_kit_alloc(bigger.capacity, sizeof *bigger.entries);
    bigger.count = map->count;
    for (size_t i = 0; i < map->capacity; i++) {
        const struct kit_map_entry *entry = &map->entries[i];
        if (entry->value != NULL) {
            bigger.entries[place_of(&bigger, entry->a, entry->b)] = *entry;
        }
    }
    free(map->entries);
    *map = bigger;
}

void sf_kit_map_put(struct kit_map *map, uint64_t a, uint64_t b, void *value)
{
    if (map->count * 4 >= map->capacity * 3) {
        grow(map);
    }
    struct kit_map_entry *entry = &map->entries[place_of(map, a, b)];
    map->count += entry->value == NULL;
    *entry = (struct kit_map_entry){.a = a, .b = b, .value = value};
}

void *sf_kit_map_remove(struct kit_map *map, uint64_t a, uint64_t b)
{
    if (map->capacity == 0) {
        return NULL;
    }
    size_t hole = place_of(map, a, b);
    void *removed = map->entries[hole].value;
    if (removed == NULL) {
        return NULL;
    }
    map->count--;
    /* Whatever would not be found across the hole moves into it. */
    size_t mask = map->capacity - 1;
    for (size_t next = (hole + 1) & mask; map->entries[next].value != NULL;
         next = (next + 1) & mask) {
        size_t home = home_of(map, map->entries[next].a, map->entries[next].b);
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            map->entries[hole] = map->entries[next];
            hole = next;
        }
    }
    map->entries[hole].value = NULL;
    return removed;
}

void *sf_kit_map_remove_any(struct kit_map *map, uint64_t a)
{
    for (size_t i = 0; i < map->capacity; i++) {
        if (map->entries[i].value != NULL && map->entries[i].a == a) {
            return sf_kit_map_remove(map, a, map->entries[i].b);
        }
    }
    return NULL;
}

void sf_kit_map_free(struct kit_map *map)
{
    free(map->entries);
    *map = (struct kit_map){0};
}

void sf_kit_map_free_all(struct kit_map *map)
{
    for (size_t i = 0; i < map->capacity; i++) {
        free(map->entries[i].value);
    }
    sf_kit_map_free(map);
}

static struct kit_option *option_named(struct kit_option *options, size_t count, const char *name,
                                       size_t length)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

bool sf_kit_options_read(const char *text, struct kit_option *options, size_t count, char *error,
                         uint32_t error_bytes)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "&");
        size_t name_length = strcspn(text, "=&");
        struct kit_option *option = option_named(options, count, text, name_length);
        if (option == NULL || name_length == length) {
            snprintf(error, error_bytes, "'%.*s' is no option of the form name=number", (int)length,
                     text);
            return false;
        }
        char *end;
        errno = 0;
        unsigned long long value = strtoull(text + name_length + 1, &end, 10);
        if (errno != 0 || end != text + length || !isdigit((unsigned char)text[name_length + 1]) ||
            value > option->max) {
            snprintf(error, error_bytes, "%s must be a whole number from 0 to %llu", option->name,
                     (unsigned long long)option->max);
            return false;
        }
        option->value = value;
        text += length + (text[length] == '&');
    }
    return true;
}

void sf_kit_options_apply(const struct kit_option *options, size_t count, void *store)
{
    for (size_t i = 0; i < count; i++) {
        void *member = (char *)store + options[i].offset;
        switch (options[i].unit) {
        case KIT_SWITCH:
            *(bool *)member = options[i].value != 0;
            break;
        case KIT_COUNT:
            *(uint32_t *)member = (uint32_t)options[i].value;
            break;
        case KIT_MS:
            *(int64_t *)member = (int64_t)options[i].value * INT64_C(1000000);
            break;
        }
    }
}
