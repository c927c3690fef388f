#include "harness/exhaust/heap.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/exhaust/state.h"

struct sf_small_heap sf_small_heap;
uint64_t sf_small_heap_starts[SF_SMALL_HEAP_BYTES / SF_SMALL_HEAP_GRANULE / 64];
uint8_t *sf_small_heap_base;
bool sf_small_heap_written[SF_SMALL_HEAP_PAGES];

/* /proc/self/pagemap, of the process that has the heap; -1: not readable. */
static int pagemap = -1;
static pid_t owner;
int sf_small_heap_active;

/* Always the same place, so that addresses are the same in every process. */
#define HEAP_PLACE ((uintptr_t)0x5f0000000000)

enum { EXACT_CLASSES = 64, GRANULES_MAX = SF_SMALL_HEAP_BYTES / SF_SMALL_HEAP_GRANULE };

_Static_assert(sizeof(struct sf_small_block) == SF_SMALL_HEAP_GRANULE, "a header is one granule");

/* What the system says of a page: in memory or swapped out, and this process's alone. The page of
 * zeros that stands for all pages that were only read belongs to no process. */
static bool may_hold_something(uint64_t entry)
{
    const uint64_t present = UINT64_C(1) << 63;
    const uint64_t swapped = UINT64_C(1) << 62;
    const uint64_t exclusive = UINT64_C(1) << 56;
    return (entry & swapped) != 0 || ((entry & present) != 0 && (entry & exclusive) != 0);
}

uint32_t sf_small_heap_look(uint32_t granules)
{
    enum { ENTRIES = 512 };
    uint64_t entries[ENTRIES];
    size_t bytes = (size_t)granules * SF_SMALL_HEAP_GRANULE;
    uint32_t pages = (uint32_t)((bytes + SF_SMALL_HEAP_PAGE - 1) / SF_SMALL_HEAP_PAGE);
    uint64_t first = (uintptr_t)sf_small_heap_base / SF_SMALL_HEAP_PAGE;
    for (uint32_t page = 0; page < pages; page += ENTRIES) {
        uint32_t count = pages - page < ENTRIES ? pages - page : ENTRIES;
        ssize_t wanted = (ssize_t)(count * sizeof entries[0]);
        bool known = pagemap >= 0 && pread(pagemap, entries, (size_t)wanted,
                                           (off_t)((first + page) * sizeof entries[0])) == wanted;
        for (uint32_t i = 0; i < count; i++) {
            sf_small_heap_written[page + i] = !known || may_hold_something(entries[i]);
        }
    }
    return pages;
}

static void clear_memory(size_t from, size_t to)
{
    size_t page = SF_SMALL_HEAP_PAGE;
    size_t first = (from + page - 1) / page * page;
    size_t last = to / page * page;
    if (to - from < SF_SMALL_HEAP_SPARSE * SF_SMALL_HEAP_GRANULE ||
        madvise(sf_small_heap_base + first, last - first, MADV_DONTNEED) != 0) {
        memset(sf_small_heap_base + from, 0, to - from);
        return;
    }
    memset(sf_small_heap_base + from, 0, first - from);
    memset(sf_small_heap_base + last, 0, to - last);
}

static void clear_starts(uint32_t from, uint32_t to)
{
    sf_small_heap_starts[from / 64] &= (UINT64_C(1) << (from % 64)) - 1;
    memset(&sf_small_heap_starts[from / 64 + 1], 0,
           (to / 64 - from / 64) * sizeof sf_small_heap_starts[0]);
}

void sf_small_heap_clear(uint32_t from, uint32_t to)
{
    if (from >= to) {
        return;
    }
    clear_memory((size_t)from * SF_SMALL_HEAP_GRANULE, (size_t)to * SF_SMALL_HEAP_GRANULE);
    clear_starts(from, to);
}

bool sf_small_heap_open(void)
{
    if (sf_small_heap_base != NULL && owner == getpid()) {
        return true;
    }
    if (sf_small_heap_base != NULL) { /* inherited: such pages look as if they were not written */
        munmap(sf_small_heap_base, SF_SMALL_HEAP_BYTES);
        clear_starts(0, sf_small_heap.dirty);
        sf_small_heap_base = NULL;
    }
    if (!sf_small_malloc_is_ours) {
        return false;
    }
    void *place;
    uintptr_t wanted = HEAP_PLACE;
    memcpy(&place, &wanted, sizeof place);
    void *memory = mmap(place, SF_SMALL_HEAP_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    (void)madvise(memory, SF_SMALL_HEAP_BYTES, MADV_NOHUGEPAGE); /* few pages stay few */
    sf_small_heap_base = memory;
    owner = getpid();
    pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    sf_small_heap = (struct sf_small_heap){.top = 1, .dirty = 1}; /* granule 0 is "none" */
    return true;
}

void sf_small_heap_reset(void)
{
    sf_small_heap_clear(0, sf_small_heap.dirty);
    sf_small_heap = (struct sf_small_heap){.top = 1, .dirty = 1};
}

/* Up to 64 granules each size is a class; then four to each doubling. */
static uint32_t class_of(uint32_t granules, uint32_t *class_granules_out)
{
    if (granules <= EXACT_CLASSES) {
        *class_granules_out = granules;
        return granules - 1;
    }
    uint32_t shift = 31 - (uint32_t)__builtin_clz(granules - 1) - 2;
    uint32_t quarter = ((granules - 1) >> shift) + 1; /* 5 to 8 */
    *class_granules_out = quarter << shift;
    return EXACT_CLASSES + (shift - 4) * 4 + (quarter - 5);
}

static void *take(size_t bytes, bool *is_fresh_out)
{
    *is_fresh_out = false;
    if (bytes > SF_SMALL_HEAP_BYTES / 2) {
        sf_small_heap.too_small = 1;
        return NULL;
    }
    uint32_t wanted = (uint32_t)((bytes + SF_SMALL_HEAP_GRANULE - 1) / SF_SMALL_HEAP_GRANULE);
    uint32_t granules;
    uint32_t class = class_of(wanted > 0 ? wanted : 1, &granules);
    SF_ASSERT(class < SF_SMALL_HEAP_CLASSES);
    uint32_t at = sf_small_heap.free[class];
    struct sf_small_block *block;
    if (at != 0) {
        block = sf_small_heap_block(at);
        sf_small_heap.free[class] = block->next_free;
    } else {
        at = sf_small_heap.top;
        if (at + 1 + granules > GRANULES_MAX) {
            sf_small_heap.too_small = 1;
            return NULL;
        }
        sf_small_heap.top += 1 + granules;
        if (sf_small_heap.dirty < sf_small_heap.top) {
            sf_small_heap.dirty = sf_small_heap.top;
        }
        block = sf_small_heap_block(at);
        block->granules = granules;
        sf_small_heap_starts[at / 64] |= UINT64_C(1) << (at % 64);
        *is_fresh_out = true;
    }
    block->requested_bytes = (uint32_t)bytes;
    block->next_free = 0;
    block->is_free = 0;
    return block + 1;
}

void *sf_small_heap_alloc(size_t bytes)
{
    bool is_fresh;
    return take(bytes, &is_fresh);
}

/* What was never handed out is zero, and stays untouched. */
void *sf_small_heap_alloc_zeroed(size_t bytes)
{
    bool is_fresh;
    void *memory = take(bytes, &is_fresh);
    return memory == NULL || is_fresh ? memory : memset(memory, 0, bytes);
}

/* A larger block than is needed; its place in it is found again by the bits of the starts. */
void *sf_small_heap_alloc_aligned(size_t alignment, size_t bytes)
{
    if (alignment <= SF_SMALL_HEAP_GRANULE) {
        return sf_small_heap_alloc(bytes);
    }
    uint8_t *memory = sf_small_heap_alloc(bytes + alignment);
    if (memory == NULL) {
        return NULL;
    }
    size_t over = (uintptr_t)memory % alignment;
    return memory + (over > 0 ? alignment - over : 0);
}

uint32_t sf_small_heap_block_at(uint32_t granule)
{
    uint32_t word = granule / 64;
    uint64_t bits = sf_small_heap_starts[word] & (~UINT64_C(0) >> (63 - granule % 64));
    while (bits == 0) {
        if (word == 0) {
            return UINT32_MAX;
        }
        bits = sf_small_heap_starts[--word];
    }
    return word * 64 + 63 - (uint32_t)__builtin_clzll(bits);
}

static uint32_t granule_of(const void *memory)
{
    return (uint32_t)(((uintptr_t)memory - (uintptr_t)sf_small_heap_base) / SF_SMALL_HEAP_GRANULE);
}

void sf_small_heap_free(void *memory)
{
    SF_ASSERT(memory != NULL);
    uint32_t at = sf_small_heap_block_at(granule_of(memory));
    if (at == UINT32_MAX || sf_small_heap_block(at)->is_free) {
        return; /* the cache frees twice: as harmless as it can be, for what counts is what it shows
                 */
    }
    struct sf_small_block *block = sf_small_heap_block(at);
    uint32_t granules;
    uint32_t class = class_of(block->granules, &granules);
    block->next_free = sf_small_heap.free[class];
    block->is_free = 1;
    sf_small_heap.free[class] = at;
}

void *sf_small_heap_realloc(void *memory, size_t bytes)
{
    SF_ASSERT(memory != NULL);
    struct sf_small_block *block = sf_small_heap_block(sf_small_heap_block_at(granule_of(memory)));
    if (bytes <= (size_t)block->granules * SF_SMALL_HEAP_GRANULE &&
        (uint8_t *)memory == (uint8_t *)(block + 1)) {
        block->requested_bytes = (uint32_t)bytes;
        return memory;
    }
    void *fresh = sf_small_heap_alloc(bytes);
    if (fresh != NULL) {
        size_t kept = block->requested_bytes < bytes ? block->requested_bytes : bytes;
        memcpy(fresh, memory, kept);
        sf_small_heap_free(memory);
    }
    return fresh;
}
