/* malloc and its family for the whole program, as the C library's manual lets a program replace
 * them ("Replacing malloc"): while a cache under exploration runs, memory comes from the heap that
 * is saved and put back; at any other time from the C library as ever. So a cache needs no change
 * for it, be it built in, a shared object, or in another language. Under sanitizers, which have a
 * malloc of their own, this file only says that malloc is not ours. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "harness/exhaust/heap.h"
#include "harness/exhaust/state.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SMALL_MALLOC_IS_THEIRS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(SMALL_MALLOC_IS_THEIRS)
#define SMALL_MALLOC_IS_THEIRS 1
#endif

#ifdef SMALL_MALLOC_IS_THEIRS
const bool sf_small_malloc_is_ours = false;
#else
const bool sf_small_malloc_is_ours = true;

/* The C library's own, under the names that it keeps for this. */
extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);
extern void __libc_free(void *memory);

static inline bool is_for_a_cache(void)
{
    return __builtin_expect(sf_small_heap_active, 0);
}

void *malloc(size_t bytes)
{
    return is_for_a_cache() ? sf_small_heap_alloc(bytes) : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    size_t total;
    if (!is_for_a_cache()) {
        return __libc_calloc(count, bytes);
    }
    if (__builtin_mul_overflow(count, bytes, &total)) {
        return NULL;
    }
    return sf_small_heap_alloc_zeroed(total);
}

void free(void *memory)
{
    if (__builtin_expect(sf_small_heap_has(memory), 0)) {
        sf_small_heap_free(memory);
    } else {
        __libc_free(memory);
    }
}

void *realloc(void *memory, size_t bytes)
{
    if (memory == NULL) {
        return malloc(bytes);
    }
    return sf_small_heap_has(memory) ? sf_small_heap_realloc(memory, bytes)
                                     : __libc_realloc(memory, bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
    return is_for_a_cache() ? sf_small_heap_alloc_aligned(alignment, bytes)
                            : __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

int posix_memalign(void **memory_out, size_t alignment, size_t bytes)
{
    void *memory = memalign(alignment, bytes);
    if (memory == NULL) {
        return ENOMEM;
    }
    *memory_out = memory;
    return 0;
}
#endif
