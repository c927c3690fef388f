#include "harness/frame/strip.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

uint16_t sf_flips_table_add(struct sf_flips_table *table, const struct sf_turned *turned)
{
    struct sf_flips flips = {{0}, {0}};
    for (unsigned v = 0; v < 8; v++) {
        for (unsigned bit = 0; bit < 3; bit++) {
            if ((v >> bit & 1) != 0) {
                flips.low[v] ^= sf_big_endian(turned->by_mark[bit]);
                flips.high[v] ^= sf_big_endian(turned->by_mark[bit + 3]);
            }
        }
    }
    /* A few hundred, and neighbours are alike: looking from the end is quick. */
    for (uint32_t i = table->count; i-- > 0;) {
        if (memcmp(&table->items[i], &flips, sizeof flips) == 0) {
            return (uint16_t)i;
        }
    }
    if (table->count == table->capacity) {
        table->capacity = table->capacity * 2 + 64;
        table->items = sf_realloc(table->items, table->capacity, sizeof flips);
    }
    SF_ASSERT(table->count < UINT16_MAX);
    table->items[table->count] = flips;
    return (uint16_t)table->count++;
}

void sf_flips_table_free(struct sf_flips_table *table)
{
    free(table->items);
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

void sf_strip_init(struct sf_strip *strip, const uint8_t *bytes, size_t bytes_count,
                   const struct sf_spot *spots, size_t spots_count, const uint16_t *doubts,
                   size_t doubts_count)
{
    SF_ASSERT(bytes_count <= UINT16_MAX);
    SF_ASSERT(spots_count <= UINT16_MAX);
    SF_ASSERT(doubts_count <= SF_STRIP_DOUBTS_MAX);
    size_t spots_bytes = spots_count * sizeof *spots;
    size_t doubts_bytes = doubts_count * sizeof *doubts;
    uint8_t *memory = sf_alloc(1, spots_bytes + doubts_bytes + bytes_count);
    copy_interleaved((struct sf_spot *)memory, spots, spots_count);
    memcpy(memory + spots_bytes, doubts, doubts_bytes);
    memcpy(memory + spots_bytes + doubts_bytes, bytes, bytes_count);
    *strip = (struct sf_strip){
        .bytes_count = (uint16_t)bytes_count,
        .spots_count = (uint16_t)spots_count,
        .doubts_count = (uint16_t)doubts_count,
        .bytes = memory + spots_bytes + doubts_bytes,
        .spots = (const struct sf_spot *)memory,
        .doubts = (const uint16_t *)(memory + spots_bytes),
        .memory = memory,
    };
}

void sf_strip_fini(struct sf_strip *strip)
{
    free(strip->memory);
    *strip = (struct sf_strip){0};
}

struct sf_strip_marks sf_strip_marks_of(struct sf_mark mark)
{
    struct sf_strip_marks marks;
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
