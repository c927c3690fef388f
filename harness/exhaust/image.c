#include "harness/exhaust/image.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

/* ---- variables of shared objects ---- */

struct search {
    struct sf_small_segments *segments;
    uintptr_t plugin;
};

static void add_segment(struct sf_small_segments *segments, uintptr_t from, uintptr_t to)
{
    uint32_t index = segments->count;
    if (from >= to || index == SF_SMALL_SEGMENTS_MAX) {
        return;
    }
    memcpy(&segments->of[index].memory, &from, sizeof from);
    segments->of[index].bytes = to - from;
    segments->bytes += to - from;
    segments->count++;
}

/* Its writable segments, without what the loader makes read-only once it is linked. */
static void add_object(const struct dl_phdr_info *info, struct sf_small_segments *segments)
{
    uintptr_t fixed_from = 0;
    uintptr_t fixed_to = 0;
    for (uint32_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO) {
            fixed_from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            fixed_to = (fixed_from + info->dlpi_phdr[i].p_memsz + 4095) & ~(uintptr_t)4095;
        }
    }
    for (uint32_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_W) != 0) {
            uintptr_t from = info->dlpi_addr + header->p_vaddr;
            uintptr_t to = from + header->p_memsz;
            bool begins_fixed = fixed_from <= from && from < fixed_to;
            add_segment(segments, begins_fixed ? fixed_to : from, to);
        }
    }
}

static int visit(struct dl_phdr_info *info, size_t bytes, void *context)
{
    (void)bytes;
    const struct search *search = context;
    if (info->dlpi_name == NULL || info->dlpi_name[0] == '\0') {
        return 0; /* the program itself: built-in caches keep no variables */
    }
    for (uint32_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t from = info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_LOAD && search->plugin >= from &&
            search->plugin < from + header->p_memsz) {
            add_object(info, search->segments);
            return 1;
        }
    }
    return 0;
}

void sf_small_segments_find(const struct small *small, struct sf_small_segments *segments_out)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(segments_out != NULL);
    *segments_out = (struct sf_small_segments){0};
    for (uint32_t i = 0; i < (small->has_before ? 2u : 1u); i++) {
        struct search search = {.segments = segments_out,
                                .plugin = (uintptr_t)small->modules[i].plugin};
        bool twice = i == 1 && small->modules[0].plugin == small->modules[1].plugin;
        if (!twice) {
            dl_iterate_phdr(visit, &search);
        }
    }
}

/* ---- images ---- */

static size_t starts_bytes(const struct sf_small_heap *heap)
{
    return (heap->top / 64 + 1) * sizeof sf_small_heap_starts[0];
}

void sf_small_image_save(struct sf_small_image *image, const struct small *small,
                         const struct sf_small_segments *segments)
{
    SF_ASSERT(image != NULL);
    SF_ASSERT(small != NULL);
    SF_ASSERT(segments != NULL);
    size_t state_bytes = sf_small_state_bytes(&small->state);
    size_t heap_bytes = (size_t)sf_small_heap.top * SF_SMALL_HEAP_GRANULE;
    size_t starts = starts_bytes(&sf_small_heap);
    size_t bytes = state_bytes + starts + heap_bytes + segments->bytes;
    if (bytes > image->capacity) {
        image->capacity = bytes * 2;
        image->bytes = sf_realloc(image->bytes, image->capacity, 1);
    }
    image->heap = sf_small_heap;
    image->state_bytes = state_bytes;
    uint8_t *to = image->bytes;
    memcpy(to, &small->state, state_bytes);
    memcpy(to += state_bytes, sf_small_heap_starts, starts);
    memcpy(to += starts, sf_small_heap_base, heap_bytes);
    to += heap_bytes;
    for (uint32_t i = 0; i < segments->count; i++) {
        memcpy(to, segments->of[i].memory, segments->of[i].bytes);
        to += segments->of[i].bytes;
    }
}

void sf_small_image_restore(const struct sf_small_image *image, struct small *small,
                            const struct sf_small_segments *segments)
{
    SF_ASSERT(image != NULL);
    SF_ASSERT(small != NULL);
    SF_ASSERT(segments != NULL);
    uint32_t dirty = sf_small_heap.dirty;
    size_t starts = starts_bytes(&image->heap);
    size_t heap_bytes = (size_t)image->heap.top * SF_SMALL_HEAP_GRANULE;
    sf_small_heap = image->heap;
    const uint8_t *from = image->bytes;
    /* What is beyond the pool's bytes in use was zero when it was saved. */
    uint32_t pool_bytes = small->state.pool_bytes;
    memcpy(&small->state, from, image->state_bytes);
    if (pool_bytes > small->state.pool_bytes) {
        memset(small->state.pool + small->state.pool_bytes, 0,
               pool_bytes - small->state.pool_bytes);
    }
    memcpy(sf_small_heap_starts, from += image->state_bytes, starts);
    memcpy(sf_small_heap_base, from += starts, heap_bytes);
    if (dirty > image->heap.top) { /* nothing was there yet: fresh memory is zero */
        memset(sf_small_heap_base + heap_bytes, 0,
               (size_t)(dirty - image->heap.top) * SF_SMALL_HEAP_GRANULE);
        uint32_t word = image->heap.top / 64 + 1;
        memset(&sf_small_heap_starts[word], 0,
               (dirty / 64 + 1 - (word - 1)) * sizeof sf_small_heap_starts[0]);
    }
    sf_small_heap.dirty = image->heap.top;
    from += heap_bytes;
    for (uint32_t i = 0; i < segments->count; i++) {
        memcpy(segments->of[i].memory, from, segments->of[i].bytes);
        from += segments->of[i].bytes;
    }
}

void sf_small_image_free(struct sf_small_image *image)
{
    SF_ASSERT(image != NULL);
    free(image->bytes);
    *image = (struct sf_small_image){0};
}
