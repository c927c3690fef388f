#include "harness/frame/strip.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"

/* The slot of these flips, or the free one where they would be. */
static uint32_t *flips_slot(const struct sf_flips_table *table, const struct sf_flips *flips)
{
    uint32_t mask = table->slots_count - 1;
    uint32_t at = (uint32_t)sf_hash(flips, sizeof *flips) & mask;
    while (table->slots[at] != 0 &&
           memcmp(&table->items[table->slots[at] - 1], flips, sizeof *flips) != 0) {
        at = (at + 1) & mask;
    }
    return &table->slots[at];
}

static void flips_table_grow(struct sf_flips_table *table)
{
    table->capacity = table->capacity * 2 + 64;
    table->items = sf_realloc(table->items, table->capacity, sizeof *table->items);
    table->slots_count = table->slots_count > 0 ? 2 * table->slots_count : 256;
    SF_ASSERT(table->slots_count > table->capacity);
    free(table->slots);
    table->slots = sf_alloc(table->slots_count, sizeof *table->slots);
    for (uint32_t i = 0; i < table->count; i++) {
        *flips_slot(table, &table->items[i]) = 1 + i;
    }
}

uint16_t sf_flips_table_add(struct sf_flips_table *table, const struct sf_turned *turned)
{
    SF_ASSERT(table != NULL);
    SF_ASSERT(turned != NULL);
    struct sf_flips flips = {{0}, {0}};
    for (unsigned v = 0; v < 8; v++) {
        for (unsigned bit = 0; bit < 3; bit++) {
            if ((v >> bit & 1) != 0) {
                flips.low[v] ^= sf_big_endian(turned->by_mark[bit]);
                flips.high[v] ^= sf_big_endian(turned->by_mark[bit + 3]);
            }
        }
    }
    if (table->count == table->capacity) {
        flips_table_grow(table);
    }
    uint32_t *slot = flips_slot(table, &flips);
    if (*slot == 0) {
        SF_ASSERT(table->count < UINT16_MAX);
        table->items[table->count] = flips;
        *slot = ++table->count;
    }
    return (uint16_t)(*slot - 1);
}

void sf_flips_table_free(struct sf_flips_table *table)
{
    SF_ASSERT(table != NULL);
    free(table->items);
    free(table->slots);
    *table = (struct sf_flips_table){0};
}

/* Neighbouring spots overlap, and reading bytes that were written an instant before, in part,
 * stalls a processor; so every second spot comes first. */
static void copy_interleaved(struct sf_spot *out, const struct sf_spot *spots, size_t count)
{
    size_t half = (count + 1) / 2;
    for (size_t i = 0; i < count; i++) {
        out[i / 2 + (i % 2 != 0 ? half : 0)] = spots[i];
    }
}

void sf_strip_init(struct sf_strip *strip, const struct sf_strip_parts *parts)
{
    SF_ASSERT(strip != NULL);
    SF_ASSERT(parts != NULL);
    SF_ASSERT(parts->bytes_count <= UINT16_MAX);
    SF_ASSERT(parts->spots_count <= UINT16_MAX);
    SF_ASSERT(parts->doubts_count <= SF_STRIP_DOUBTS_MAX);
    SF_ASSERT(parts->blocks_count <= UINT16_MAX);
    size_t ends_bytes = parts->blocks_count * sizeof *parts->block_ends_bits;
    size_t spots_bytes = parts->spots_count * sizeof *parts->spots;
    size_t doubts_bytes = parts->doubts_count * sizeof *parts->doubts;
    uint8_t *memory = sf_alloc(1, ends_bytes + spots_bytes + doubts_bytes + parts->bytes_count);
    uint8_t *spots = memory + ends_bytes;
    uint8_t *doubts = spots + spots_bytes;
    uint8_t *bytes = doubts + doubts_bytes;
    memcpy(memory, parts->block_ends_bits, ends_bytes);
    copy_interleaved((struct sf_spot *)(void *)spots, parts->spots, parts->spots_count);
    memcpy(doubts, parts->doubts, doubts_bytes);
    memcpy(bytes, parts->bytes, parts->bytes_count);
    *strip = (struct sf_strip){
        .bytes_count = (uint16_t)parts->bytes_count,
        .spots_count = (uint16_t)parts->spots_count,
        .doubts_count = (uint16_t)parts->doubts_count,
        .blocks_count = (uint16_t)parts->blocks_count,
        .bytes = bytes,
        .spots = (const struct sf_spot *)(const void *)spots,
        .doubts = (const uint16_t *)(const void *)doubts,
        .block_ends_bits = (const uint32_t *)(const void *)memory,
        .memory = memory,
    };
}

void sf_strip_fini(struct sf_strip *strip)
{
    SF_ASSERT(strip != NULL);
    free(strip->memory);
    *strip = (struct sf_strip){0};
}

struct sf_strip_marks sf_strip_marks_of(struct sf_mark mark)
{
    struct sf_strip_marks marks = {0};
    uint64_t owner = sf_mark_owner_word(mark);
    uint64_t capture = sf_mark_capture_word(mark);
    for (unsigned i = 0; i < SF_MARK_WORD_BLOCKS; i++) {
        marks.by_place[i] = (uint8_t)sf_mark_word_block(owner, i);
        marks.by_place[SF_MARK_WORD_BLOCKS + i] = (uint8_t)sf_mark_word_block(capture, i);
    }
    return marks;
}

/* In the data of a scan a byte 0xff is followed by a zero byte, so that it is no marker. Inserts
 * those; returns the new end. */
static uint8_t *stuff(uint8_t *bytes, const struct sf_strip *strip)
{
    uint16_t found[SF_STRIP_DOUBTS_MAX + 1];
    size_t found_count = 0;
    for (size_t i = 0; i < strip->doubts_count; i++) {
        found[found_count] = strip->doubts[i];
        found_count += bytes[strip->doubts[i]] == 0xff;
    }
    size_t end = strip->bytes_count;
    for (size_t i = found_count; i-- > 0;) {
        size_t after = found[i] + 1u;
        memmove(bytes + after + i + 1, bytes + after, end - after);
        bytes[after + i] = 0;
        end = after;
    }
    return bytes + strip->bytes_count + found_count;
}

uint8_t *sf_strip_put(const struct sf_strip *strip, const struct sf_flips *flips,
                      const struct sf_strip_marks *marks, uint8_t *out)
{
    SF_ASSERT(strip != NULL);
    SF_ASSERT(flips != NULL);
    SF_ASSERT(marks != NULL);
    SF_ASSERT(out != NULL);
    memcpy(out, strip->bytes, strip->bytes_count);
    const struct sf_spot *end = strip->spots + strip->spots_count;
    for (const struct sf_spot *spot = strip->spots; spot < end; spot++) {
        unsigned mark_bits = marks->by_place[spot->place];
        uint64_t bytes;
        memcpy(&bytes, out + spot->at, sizeof bytes);
        bytes ^= flips[spot->flips].low[mark_bits & 7] ^ flips[spot->flips].high[mark_bits >> 3];
        memcpy(out + spot->at, &bytes, sizeof bytes);
    }
    return stuff(out, strip);
}

uint32_t sf_strip_blocks_between(const struct sf_strip *strip, const uint8_t *row_bytes,
                                 size_t from, size_t to)
{
    SF_ASSERT(strip != NULL);
    SF_ASSERT(row_bytes != NULL);
    SF_ASSERT(from <= to);
    size_t stuffed = 0; /* zero bytes before `at` */
    size_t from_bits = 0;
    for (size_t at = 0; at < to; at++) {
        if (at == from) {
            from_bits = 8 * (at - stuffed);
        }
        stuffed += at > 0 && row_bytes[at] == 0 && row_bytes[at - 1] == 0xff;
    }
    size_t to_bits = 8 * (to - stuffed);
    uint32_t count = 0;
    size_t begin_bits = 0;
    for (size_t i = 0; i < strip->blocks_count; i++) {
        count += from_bits <= begin_bits && strip->block_ends_bits[i] <= to_bits;
        begin_bits = strip->block_ends_bits[i];
    }
    return count;
}
