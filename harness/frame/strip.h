/* A row of blocks of a still, all but done: its bytes as they are with every mark bit 0, and what a
 * mark turns over in them. Finishing it takes a copy and a few exclusive-ors, no encoder. */
#ifndef STRAYFRAME_FRAME_STRIP_H
#define STRAYFRAME_FRAME_STRIP_H

#include <stddef.h>
#include <stdint.h>

#include "harness/frame/mark.h"

/* What the 6 mark bits of a block turn over in eight bytes, in the order of bytes in memory: an
 * entry for the lower three bits, one for the upper. */
struct sf_flips {
    uint64_t low[8];
    uint64_t high[8];
};

/* The flips of many strips: most blocks are alike. */
struct sf_flips_table {
    struct sf_flips *items; /* owned */
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots;      /* owned; open addressing by content: 1 + index, 0 for none */
    uint32_t slots_count; /* a power of two, or 0 */
};

/* Bits of a word, from the highest on, that each mark bit of a block inverts. */
struct sf_turned {
    uint64_t by_mark[SF_MARK_BLOCK_BITS];
};

/* The index of these flips in the table, where they are added if they are new. */
uint16_t sf_flips_table_add(struct sf_flips_table *table, const struct sf_turned *turned);
void sf_flips_table_free(struct sf_flips_table *table);

/* Eight bytes of a strip that a mark turns over. */
struct sf_spot {
    uint16_t at; /* the first of them */
    uint16_t flips;
    uint16_t place; /* of the block: sf_strip_place */
};

struct sf_strip {
    uint16_t bytes_count;
    uint16_t spots_count;
    uint16_t doubts_count;
    uint16_t blocks_count;
    const uint8_t *bytes;
    const struct sf_spot *spots;
    /* Bytes that may be 0xff. Such a byte needs a zero byte behind it; those that are 0xff under
     * every mark may have theirs already, and are then no doubt. Rising. */
    const uint16_t *doubts;
    /* Where each block ends, in bits, the zero bytes behind 0xff not counted. Not needed to put
     * stills together, only to count blocks in a run of bytes. */
    const uint32_t *block_ends_bits;
    void *memory; /* owned: all of the above */
};

enum {
    SF_STRIP_DOUBTS_MAX = 4096,
    SF_STRIP_SLACK_BYTES = 8, /* that putting a strip may write beyond its end */
};

/* What a strip is made of, in the order of the row; spots are put into a better order. */
struct sf_strip_parts {
    const uint8_t *bytes;
    size_t bytes_count;
    const struct sf_spot *spots;
    size_t spots_count;
    const uint16_t *doubts;
    size_t doubts_count;
    const uint32_t *block_ends_bits;
    size_t blocks_count;
};

/* Copies the parts. At most UINT16_MAX of everything, SF_STRIP_DOUBTS_MAX doubts. */
void sf_strip_init(struct sf_strip *strip, const struct sf_strip_parts *parts);
void sf_strip_fini(struct sf_strip *strip);

/* At most this many bytes are put, whatever the mark. */
static inline size_t sf_strip_bytes_max(const struct sf_strip *strip)
{
    return (size_t)strip->bytes_count + strip->doubts_count;
}

/* The memory it takes. */
static inline size_t sf_strip_memory_bytes(const struct sf_strip *strip)
{
    return (size_t)strip->bytes_count + SF_STRIP_SLACK_BYTES +
           strip->spots_count * sizeof *strip->spots + strip->doubts_count * sizeof *strip->doubts +
           strip->blocks_count * sizeof *strip->block_ends_bits;
}

/* The 6 mark bits of each place: the owner word's blocks, then the capture word's. */
struct sf_strip_marks {
    uint8_t by_place[2 * SF_MARK_WORD_BLOCKS];
};
struct sf_strip_marks sf_strip_marks_of(struct sf_mark mark);

/* The place of the block at (row, column) of a picture `columns_count` blocks wide. */
static inline uint16_t sf_strip_place(uint32_t row, uint32_t column, uint32_t columns_count)
{
    uint32_t word = sf_mark_is_capture(row, column, columns_count) ? SF_MARK_WORD_BLOCKS : 0;
    return (uint16_t)(column % SF_MARK_WORD_BLOCKS + word);
}

/* Writes the strip under a mark; returns its end. */
uint8_t *sf_strip_put(const struct sf_strip *strip, const struct sf_flips *flips,
                      const struct sf_strip_marks *marks, uint8_t *out);

/* How many whole blocks the bytes from..to (of the row as it was put, `row_bytes`) hold. */
uint32_t sf_strip_blocks_between(const struct sf_strip *strip, const uint8_t *row_bytes,
                                 size_t from, size_t to);

/* A word whose bytes in memory are those of `bits` from the highest on. */
static inline uint64_t sf_big_endian(uint64_t bits)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap64(bits);
#else
    return bits;
#endif
}

#endif
