/* The canonical form of a small world, as a hash. */
#include <string.h>

#include "harness/exhaust/image.h"

#include "harness/base/arena.h"
#include "harness/base/assert.h"

enum { BLOCKS_MAX = 1 << 14 };

/* What follows is no word of the memory: a run of zeros, a pointer. */
#define ZEROS_TAG UINT64_C(0x8bb84b93962eacc9)
#define POINTER_TAG UINT64_C(0x4b33a62ed433d4a3)

static uint64_t mix(uint64_t hash, uint64_t word)
{
    __uint128_t product =
        (__uint128_t)(hash ^ word ^ UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xd6e8feb86659fd93);
    return (uint64_t)product ^ (uint64_t)(product >> 64) ^ (hash << 1);
}

static uint64_t hash_words(const void *memory, size_t bytes)
{
    uint64_t hash = bytes;
    const uint8_t *at = memory;
    for (; bytes >= 8; bytes -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        hash = mix(hash, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, at, bytes);
    return mix(hash, rest);
}

/* ---- the caches' memory ---- */

/* Blocks in the order in which they are reached. `name` of a block is its place in that order, from
 * 1; a name counts only if it was given in this round. */
struct walk {
    uint64_t hash;
    uint32_t count;
    bool overflowed; /* more blocks than there are names: then every state is a new one */
    uint32_t blocks[BLOCKS_MAX];
};

/* Of each granule of the heap; made when a first state is looked at, for it is large. */
enum { NAMES_COUNT = SF_SMALL_HEAP_BYTES / SF_SMALL_HEAP_GRANULE };
static uint32_t *names;
static uint32_t named_from; /* names up to this one are of earlier rounds */

static uint32_t name_of(struct walk *walk, uint32_t block)
{
    if (names[block] <= named_from) {
        if (walk->count == BLOCKS_MAX) {
            walk->overflowed = true;
            return 0;
        }
        walk->blocks[walk->count++] = block;
        names[block] = named_from + walk->count;
    }
    return names[block] - named_from;
}

/* How many bytes from here on are in pages that hold nothing, and need no look. */
static size_t unwritten_bytes(const uint8_t *memory, size_t bytes)
{
    size_t at = (size_t)(memory - sf_small_heap_base);
    size_t count = 0;
    while (count < bytes && !sf_small_heap_written[(at + count) / SF_SMALL_HEAP_PAGE]) {
        count += SF_SMALL_HEAP_PAGE - (at + count) % SF_SMALL_HEAP_PAGE;
    }
    return count < bytes ? count : bytes;
}

/* How many words are 0 from here on: most of a large block often is. */
static size_t zero_words(const uint8_t *memory, size_t bytes, bool is_sparse)
{
    enum { STRIDE = 64 };
    static const uint8_t zeros[STRIDE];
    size_t count = 0;
    while (count + STRIDE <= bytes) {
        bool begins_page = ((uintptr_t)(memory + count) % SF_SMALL_HEAP_PAGE) < STRIDE;
        size_t unwritten = is_sparse && (begins_page || count == 0)
                               ? unwritten_bytes(memory + count, bytes - count) / 8 * 8
                               : 0;
        if (unwritten == 0 && memcmp(memory + count, zeros, STRIDE) != 0) {
            break;
        }
        count += unwritten != 0 ? unwritten : STRIDE;
    }
    uint64_t word = 0;
    while (count + sizeof word <= bytes) {
        memcpy(&word, memory + count, sizeof word);
        if (word != 0) {
            break;
        }
        count += sizeof word;
    }
    return count / sizeof word;
}

/* `is_sparse`: it is in the heap, of which some pages need no look. */
static void walk_words(struct walk *walk, const uint8_t *memory, size_t bytes, bool is_sparse)
{
    uint64_t hash = mix(walk->hash, bytes);
    uint32_t top = sf_small_heap.top;
    for (; bytes >= 8; bytes -= 8, memory += 8) {
        uint64_t word;
        memcpy(&word, memory, sizeof word);
        if (word == 0) {
            size_t zeros = zero_words(memory, bytes, is_sparse);
            hash = mix(mix(hash, ZEROS_TAG), zeros);
            memory += (zeros - 1) * 8;
            bytes -= (zeros - 1) * 8;
            continue;
        }
        uint64_t granule = (word - (uint64_t)(uintptr_t)sf_small_heap_base) / SF_SMALL_HEAP_GRANULE;
        if (__builtin_expect(granule < top, 0)) {
            uint32_t block = sf_small_heap_block_at((uint32_t)granule);
            if (block != UINT32_MAX) {
                uint64_t inside = word - (uint64_t)(uintptr_t)sf_small_heap_block(block);
                word = (uint64_t)name_of(walk, block) << 32 | inside;
                hash = mix(hash, POINTER_TAG);
            }
        }
        hash = mix(hash, word);
    }
    uint64_t rest = 0;
    memcpy(&rest, memory, bytes);
    walk->hash = mix(hash, rest);
}

static void walk_blocks(struct walk *walk, uint32_t *next)
{
    while (*next < walk->count) {
        const struct sf_small_block *block = sf_small_heap_block(walk->blocks[(*next)++]);
        walk->hash = mix(walk->hash, (uint64_t)block->requested_bytes << 1 | block->is_free);
        walk_words(walk, (const uint8_t *)(block + 1),
                   (size_t)block->granules * SF_SMALL_HEAP_GRANULE, sf_small_heap_is_sparse());
    }
}

/* Blocks that no pointer leads to: leaked, or reached in a way that cannot be seen from here. They
 * count with their address. */
static void walk_hidden(struct walk *walk)
{
    for (uint32_t word = 0; word <= sf_small_heap.top / 64; word++) {
        for (uint64_t bits = sf_small_heap_starts[word]; bits != 0; bits &= bits - 1) {
            uint32_t block = word * 64 + (uint32_t)__builtin_ctzll(bits);
            if (names[block] <= named_from) {
                walk->hash = mix(walk->hash, block);
                (void)name_of(walk, block);
            }
        }
    }
}

static uint64_t hash_heap(const struct small *small, const struct sf_small_segments *segments)
{
    static struct walk walk;
    walk.hash = 0;
    walk.count = 0;
    walk.overflowed = false;
    if (names == NULL) {
        names = sf_alloc(NAMES_COUNT, sizeof *names);
    }
    if (named_from > UINT32_MAX - BLOCKS_MAX) {
        memset(names, 0, NAMES_COUNT * sizeof *names);
        named_from = 0;
    }
    uint32_t next = 0;
    if (sf_small_heap_is_sparse()) {
        (void)sf_small_heap_look(sf_small_heap.top);
    }
    walk_words(&walk, (const uint8_t *)small->state.caches, sizeof small->state.caches, false);
    for (uint32_t i = 0; i < segments->count; i++) {
        walk_words(&walk, segments->of[i].memory, segments->of[i].bytes, false);
    }
    walk_blocks(&walk, &next);
    for (uint32_t class = 0; class < SF_SMALL_HEAP_CLASSES; class ++) {
        for (uint32_t at = sf_small_heap.free[class]; at != 0;
             at = sf_small_heap_block(at)->next_free) {
            walk.hash = mix(walk.hash, (uint64_t) class << 32 | name_of(&walk, at));
        }
    }
    walk_blocks(&walk, &next);
    walk_hidden(&walk);
    walk_blocks(&walk, &next);
    named_from += walk.count;
    static uint64_t overflows_count;
    return walk.overflowed ? mix(walk.hash, ++overflows_count) : walk.hash;
}

/* ---- the world around them ---- */

#define HASH_OF(item) hash_words(&(item), sizeof(item))

/* Tables whose places mean nothing: the sum of their entries. */
#define ADD_TABLE(sum, table, places, is_used)   \
    for (uint32_t i_ = 0; i_ < (places); i_++) { \
        if ((table)[i_].is_used) {               \
            (sum) += HASH_OF((table)[i_]);       \
        }                                        \
    }

uint64_t sf_small_canonical(const struct small *small, const struct sf_small_segments *segments)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(segments != NULL);
    const struct small_state *state = &small->state;
    uint64_t hash = hash_heap(small, segments);
    hash = mix(hash, (uint64_t)state->now_ns);
    hash = mix(hash,
               hash_words(state->clock_step_ms, offsetof(struct small_state, versions) -
                                                    offsetof(struct small_state, clock_step_ms)));
    hash =
        mix(hash, hash_words(state->versions, state->versions_count * sizeof state->versions[0]));
    hash = mix(hash, hash_words(state->timers, state->timers_count * sizeof state->timers[0]));
    hash = mix(hash, hash_words(state->connections, sizeof state->connections));
    uint64_t sum = 0;
    ADD_TABLE(sum, state->uploads, SMALL_UPLOADS, id != 0)
    ADD_TABLE(sum, state->requests, SMALL_REQUESTS, phase != SMALL_FREE)
    ADD_TABLE(sum, state->fetches, SMALL_FETCHES, id != 0)
    ADD_TABLE(sum, state->questions, SMALL_QUESTIONS, used != 0)
    for (uint32_t i = 0; i < SMALL_RECORDS; i++) {
        const struct small_record *record = &state->records[i];
        if (record->used && record->stored) {
            uint64_t bytes =
                hash_words(state->pool + record->at, record->key_bytes + record->bytes_count);
            sum += mix(mix(bytes, record->key_bytes), (uint64_t)record->expires_ns);
        }
    }
    for (uint32_t i = 0; i < state->operations_count; i++) {
        const struct small_operation *operation = &state->operations[i];
        const struct small_record *record = &state->records[operation->record];
        hash = mix(hash, operation->cookie);
        hash = mix(hash, (uint64_t)operation->connection << 1 | operation->put);
        hash = mix(hash, (uint64_t)record->expires_ns ^ record->key_bytes);
        hash = mix(hash,
                   hash_words(state->pool + record->at, record->key_bytes + record->bytes_count));
    }
    return mix(hash, sum);
}
