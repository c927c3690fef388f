/* The memory of contents, and the guard: two views of one file in memory, of which others see the
 * one that they may not write. A write of theirs raises SIGSEGV; the handler notes which content
 * it hit and opens the page, so that the write goes on; the pool closes it afterwards. Any other
 * fault is left to the handler that was there before. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/assert.h"
#include "harness/content/private.h"

enum { PAGE_BYTES = 4096, EXIT_MACHINE = 4 };

static struct sf_contents *guarded_first; /* all pools of the process */
static struct sigaction before;

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "strayframe: no memory for stills: %s: %s\n", what, strerror(errno));
    exit(EXIT_MACHINE);
}

static void *page_of(const void *address)
{
    return (void *)((uintptr_t)address & ~((uintptr_t)PAGE_BYTES - 1));
}

static bool note_hit(struct sf_contents *pool, const uint8_t *address)
{
    const struct sf_chunk *chunk = sf_chunk_of(pool, address);
    if (chunk == NULL || mprotect(page_of(address), PAGE_BYTES, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    size_t slot = (size_t)(address - chunk->seen) / chunk->slot_bytes;
    SF_ASSERT(slot < chunk->slots_count);
    pool->hit = &chunk->contents[slot];
    pool->hit_at = address;
    pool->hits_count++;
    return true;
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    for (struct sf_contents *pool = guarded_first; pool != NULL; pool = pool->next) {
        if (info->si_code == SEGV_ACCERR && note_hit(pool, info->si_addr)) {
            return;
        }
    }
    sigaction(SIGSEGV, &before, NULL); /* the instruction is tried again, and faults there */
}

void sf_guard_init(struct sf_contents *pool)
{
    pool->file = memfd_create("strayframe-stills", MFD_CLOEXEC);
    if (pool->file < 0) {
        give_up("memfd_create");
    }
    pool->owner = getpid();
    pool->next = guarded_first;
    guarded_first = pool;
}

/* Whatever else handles faults may have been put in its place since. */
void sf_contents_guard(struct sf_contents *pool)
{
    SF_ASSERT(pool != NULL);
    struct sigaction now;
    if (!pool->guarded || sigaction(SIGSEGV, NULL, &now) != 0) {
        return;
    }
    bool ours = (now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == on_fault;
    if (!ours) {
        struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        sigemptyset(&action.sa_mask);
        before = now;
        int failed = sigaction(SIGSEGV, &action, NULL);
        SF_ASSERT(failed == 0);
    }
}

void sf_guard_fini(struct sf_contents *pool)
{
    struct sf_contents **link = &guarded_first;
    while (*link != pool) {
        SF_ASSERT(*link != NULL);
        link = &(*link)->next;
    }
    *link = pool->next;
    close(pool->file);
}

void sf_guard_restore(struct sf_contents *pool)
{
    /* Further pages that were hit since stay open: one hit is a finding. */
    mprotect(page_of(pool->hit_at), PAGE_BYTES, PROT_READ);
    pool->hits_count = 0;
}

/* CHUNK_BYTES at a multiple of it. */
static uint8_t *map_aligned(int protection)
{
    uint8_t *twice = mmap(NULL, 2 * (size_t)CHUNK_BYTES, protection,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (twice == MAP_FAILED) {
        give_up("mmap");
    }
    size_t before_bytes =
        (CHUNK_BYTES - ((uintptr_t)twice & (CHUNK_BYTES - 1))) & (CHUNK_BYTES - 1);
    if (before_bytes > 0) {
        munmap(twice, before_bytes);
    }
    if (before_bytes < CHUNK_BYTES) {
        munmap(twice + before_bytes + CHUNK_BYTES, CHUNK_BYTES - before_bytes);
    }
    return twice + before_bytes;
}

void sf_guard_map(struct sf_contents *pool, struct sf_chunk *chunk)
{
    SF_ASSERT(!pool->guarded || pool->owner == getpid());
    off_t at = (off_t)pool->chunks_count * CHUNK_BYTES;
    /* Where the size of files is limited (RLIMIT_FSIZE) a chunk goes without a guard. */
    if (!pool->guarded || ftruncate(pool->file, at + CHUNK_BYTES) != 0) {
        chunk->seen = map_aligned(PROT_READ | PROT_WRITE);
        chunk->written = chunk->seen;
        return;
    }
    chunk->seen = map_aligned(PROT_NONE);
    void *seen = mmap(chunk->seen, CHUNK_BYTES, PROT_READ, MAP_SHARED | MAP_FIXED, pool->file, at);
    void *written = mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, pool->file, at);
    if (seen == MAP_FAILED || written == MAP_FAILED) {
        give_up("mmap");
    }
    chunk->written = written;
}
