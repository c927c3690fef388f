#include "harness/frame/mark.h"

#include <stddef.h>

#include "harness/base/assert.h"

/* Rows and columns of frequency: (1,1) (1,2) (2,1) (3,1) (2,2) (1,3). */
const uint8_t sf_mark_zigzag[SF_MARK_BLOCK_BITS] = {4, 7, 8, 11, 12, 13};

enum {
    HALF_BITS = 24,
    HALF_MASK = (1 << HALF_BITS) - 1,
    ROUNDS_COUNT = 4,
    OWNER_CHECK_BITS = 8,
    FIELD_BITS = 20,
    FIELD_MASK = SF_MARK_FIELD_MAX - 1,
};

_Static_assert(2 * HALF_BITS == SF_MARK_WORD_BLOCKS * SF_MARK_BLOCK_BITS,
               "a word fills its blocks");
_Static_assert(2 * FIELD_BITS + OWNER_CHECK_BITS == 2 * HALF_BITS, "an owner word is full");

/* A word is its fields and zeros as check bits, put through a small keyed permutation of 48 bits (a
 * Feistel network). That is check sum and whitening in one: a word that was not written as a mark
 * unscrambles to random bits, whose check bits are zero only by chance, and two marks that differ
 * in one bit differ in nearly every block, which tells apart short runs of bytes too. Nothing here
 * is secret.
 */
static uint32_t scramble_half(uint32_t half, uint32_t key)
{
    uint32_t x = (half ^ key) * 0x9e3779b1u;
    x = (x ^ (x >> 15)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    return (x ^ (x >> 16)) & HALF_MASK;
}

static uint32_t round_key(uint64_t key, unsigned round)
{
    uint64_t x = (key + round + 1) * 0x9e3779b97f4a7c15u;
    return (uint32_t)((x ^ (x >> 29)) >> 16);
}

static uint64_t scramble(uint64_t plain, uint64_t key)
{
    uint32_t left = (uint32_t)(plain >> HALF_BITS) & HALF_MASK;
    uint32_t right = (uint32_t)plain & HALF_MASK;
    for (unsigned round = 0; round < ROUNDS_COUNT; round++) {
        uint32_t next = left ^ scramble_half(right, round_key(key, round));
        left = right;
        right = next;
    }
    return (uint64_t)left << HALF_BITS | right;
}

static uint64_t unscramble(uint64_t word, uint64_t key)
{
    uint32_t left = (uint32_t)(word >> HALF_BITS) & HALF_MASK;
    uint32_t right = (uint32_t)word & HALF_MASK;
    for (unsigned round = ROUNDS_COUNT; round-- > 0;) {
        uint32_t before = right ^ scramble_half(left, round_key(key, round));
        right = left;
        left = before;
    }
    return (uint64_t)left << HALF_BITS | right;
}

static const uint64_t owner_key = 0x73747261796f776eu;

/* Each camera's capture words are scrambled by a key of its own: another camera's do not pass. */
static uint64_t capture_key(struct sf_mark mark)
{
    uint64_t owner = (uint64_t)mark.tenant.index << FIELD_BITS | mark.camera.index;
    uint64_t x = (owner ^ 0x6361707475726500u) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 31)) * 0x94d049bb133111ebu;
    return x ^ (x >> 30);
}

uint64_t sf_mark_owner_word(struct sf_mark mark)
{
    SF_ASSERT(mark.tenant.index < SF_MARK_FIELD_MAX);
    SF_ASSERT(mark.camera.index < SF_MARK_FIELD_MAX);
    uint64_t plain = (uint64_t)mark.tenant.index << FIELD_BITS | mark.camera.index;
    return scramble(plain << OWNER_CHECK_BITS, owner_key);
}

uint64_t sf_mark_capture_word(struct sf_mark mark)
{
    SF_ASSERT(mark.capture < SF_MARK_FIELD_MAX);
    return scramble((uint64_t)mark.capture << (2 * HALF_BITS - FIELD_BITS), capture_key(mark));
}

bool sf_mark_owner_read(uint64_t word, struct sf_mark *mark_out)
{
    SF_ASSERT(mark_out != NULL);
    uint64_t plain = unscramble(word, owner_key);
    if ((plain & ((1u << OWNER_CHECK_BITS) - 1)) != 0) {
        return false;
    }
    mark_out->camera = sf_camera_id((uint32_t)(plain >> OWNER_CHECK_BITS) & FIELD_MASK);
    mark_out->tenant =
        sf_tenant_id((uint32_t)(plain >> (OWNER_CHECK_BITS + FIELD_BITS)) & FIELD_MASK);
    return true;
}

bool sf_mark_capture_read(uint64_t word, struct sf_mark *mark)
{
    SF_ASSERT(mark != NULL);
    uint64_t plain = unscramble(word, capture_key(*mark));
    if ((plain & (((uint64_t)1 << (2 * HALF_BITS - FIELD_BITS)) - 1)) != 0) {
        return false;
    }
    mark->capture = (uint32_t)(plain >> (2 * HALF_BITS - FIELD_BITS));
    return true;
}
