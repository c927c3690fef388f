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

/* Where blocks begin does not change below the heap's top, except in another order of events. */
static size_t starts_bytes(const struct sf_small_heap *heap)
{
    return (heap->top / 64 + 1) * sizeof sf_small_heap_starts[0];
}

/* How many bytes of pages from this one on: up to the next page that is of the other kind. */
static size_t run_bytes(const uint8_t *written, uint32_t pages, uint32_t page, size_t heap_bytes)
{
    uint32_t end = page + 1;
    while (end < pages && written[end] == written[page]) {
        end++;
    }
    size_t to = (size_t)end * SF_SMALL_HEAP_PAGE;
    return (to < heap_bytes ? to : heap_bytes) - (size_t)page * SF_SMALL_HEAP_PAGE;
}

static uint32_t pages_of(size_t bytes)
{
    return (uint32_t)((bytes + SF_SMALL_HEAP_PAGE - 1) / SF_SMALL_HEAP_PAGE);
}

/* How many bytes the heap takes in an image: all, or a byte for each page and those that hold
 * something. */
static size_t heap_image_bytes(size_t heap_bytes, uint32_t *pages_out)
{
    *pages_out = 0;
    if (!sf_small_heap_is_sparse()) {
        return heap_bytes;
    }
    *pages_out = sf_small_heap_look(sf_small_heap.top);
    size_t count = *pages_out;
    for (uint32_t page = 0; page < *pages_out; page++) {
        count += sf_small_heap_written[page] ? SF_SMALL_HEAP_PAGE : 0;
    }
    return count;
}

static uint8_t *save_pages(uint8_t *to, size_t heap_bytes, uint32_t pages)
{
    const uint8_t *written = to;
    memcpy(to, sf_small_heap_written, pages);
    to += pages;
    for (uint32_t page = 0; page < pages;) {
        size_t bytes = run_bytes(written, pages, page, heap_bytes);
        if (written[page]) {
            memcpy(to, sf_small_heap_base + (size_t)page * SF_SMALL_HEAP_PAGE, bytes);
            to += bytes;
        }
        page += pages_of(bytes);
    }
    return to;
}

static void zero_pages(uint32_t from, uint32_t to, size_t heap_bytes)
{
    for (uint32_t page = from; page < to; page++) {
        if (sf_small_heap_written[page]) {
            size_t at = (size_t)page * SF_SMALL_HEAP_PAGE;
            size_t rest = heap_bytes - at;
            memset(sf_small_heap_base + at, 0,
                   rest < SF_SMALL_HEAP_PAGE ? rest : SF_SMALL_HEAP_PAGE);
        }
    }
}

static const uint8_t *restore_pages(const uint8_t *from, size_t heap_bytes, uint32_t pages)
{
    const uint8_t *written = from;
    from += pages;
    (void)sf_small_heap_look((uint32_t)(heap_bytes / SF_SMALL_HEAP_GRANULE));
    for (uint32_t page = 0; page < pages;) {
        size_t bytes = run_bytes(written, pages, page, heap_bytes);
        uint32_t end = page + pages_of(bytes);
        if (written[page]) {
            memcpy(sf_small_heap_base + (size_t)page * SF_SMALL_HEAP_PAGE, from, bytes);
            from += bytes;
        } else {
            zero_pages(page, end, heap_bytes);
        }
        page = end;
    }
    return from;
}

void sf_small_image_save(struct sf_small_image *image, const struct small *small,
                         const struct sf_small_segments *segments, bool keeps_starts)
{
    SF_ASSERT(image != NULL);
    SF_ASSERT(small != NULL);
    SF_ASSERT(segments != NULL);
    size_t state_bytes = sf_small_state_bytes(&small->state);
    size_t heap_bytes = (size_t)sf_small_heap.top * SF_SMALL_HEAP_GRANULE;
    size_t starts = keeps_starts ? starts_bytes(&sf_small_heap) : 0;
    size_t bytes =
        state_bytes + starts + heap_image_bytes(heap_bytes, &image->pages) + segments->bytes;
    if (bytes > image->capacity) {
        image->capacity = bytes * 2;
        image->bytes = sf_realloc(image->bytes, image->capacity, 1);
    }
    image->heap = sf_small_heap;
    image->size = bytes;
    image->state_bytes = state_bytes;
    image->starts_bytes = starts;
    uint8_t *to = image->bytes;
    memcpy(to, &small->state, state_bytes);
    to += state_bytes;
    memcpy(to, sf_small_heap_starts, starts);
    to += starts;
    if (image->pages > 0) {
        to = save_pages(to, heap_bytes, image->pages);
    } else {
        memcpy(to, sf_small_heap_base, heap_bytes);
        to += heap_bytes;
    }
    for (uint32_t i = 0; i < segments->count; i++) {
        memcpy(to, segments->of[i].memory, segments->of[i].bytes);
        to += segments->of[i].bytes;
    }
}

static const uint8_t *restore_state(const struct sf_small_image *image, struct small *small)
{
    /* What is beyond the pool's bytes in use was zero when it was saved. */
    uint32_t pool_bytes = small->state.pool_bytes;
    memcpy(&small->state, image->bytes, image->state_bytes);
    if (pool_bytes > small->state.pool_bytes) {
        memset(small->state.pool + small->state.pool_bytes, 0,
               pool_bytes - small->state.pool_bytes);
    }
    return image->bytes + image->state_bytes;
}

void sf_small_image_restore(const struct sf_small_image *image, struct small *small,
                            const struct sf_small_segments *segments)
{
    SF_ASSERT(image != NULL);
    SF_ASSERT(small != NULL);
    SF_ASSERT(segments != NULL);
    uint32_t dirty = sf_small_heap.dirty;
    size_t heap_bytes = (size_t)image->heap.top * SF_SMALL_HEAP_GRANULE;
    sf_small_heap = image->heap;
    const uint8_t *from = restore_state(image, small);
    sf_small_heap_clear(image->heap.top, dirty); /* nothing was there yet: fresh memory is zero */
    memcpy(sf_small_heap_starts, from, image->starts_bytes);
    from += image->starts_bytes;
    if (image->pages > 0) {
        from = restore_pages(from, heap_bytes, image->pages);
    } else {
        memcpy(sf_small_heap_base, from, heap_bytes);
        from += heap_bytes;
    }
    sf_small_heap.dirty = image->heap.top;
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
