#include "harness/frame/vary.h"

#include <stdbool.h>
#include <string.h>

#include "harness/base/assert.h"

enum {
    MARKER = 0xff,
    COMMENT = 0xfe,
    FRAME = 0xc0,
    HUFFMAN_TABLES = 0xc4,
    SCAN = 0xda,
    RESTART_INTERVAL = 0xdd,
    END_OF_IMAGE = 0xd9,
    CODE_BITS_MAX = 16,
    PREFIX_BITS = 8,
    FREE_BITS_MAX = 15, /* behind one code */
    SLACK_BYTES = 2,    /* several bits at once are read and written in three bytes */
    TABLES_COUNT = 4,   /* two for DC, two for AC */
    SEGMENT_BYTES_MAX = 16384,
};

/* A Huffman table, as a decoder of one bit after the other wants it. */
struct table {
    int32_t code_first[CODE_BITS_MAX + 1];
    int32_t code_last[CODE_BITS_MAX + 1]; /* the largest code of this length; -1: there is none */
    int32_t offset[CODE_BITS_MAX + 1];    /* symbol of code c: symbols[c + offset] */
    uint8_t symbols[256];
    /* By the next PREFIX_BITS bits: length of the code that they begin with << 8 | its symbol; 0:
     * it is longer. */
    uint16_t by_prefix[1 << PREFIX_BITS];
};

/* What the headers say. */
struct tables {
    struct table all[TABLES_COUNT]; /* DC 0, DC 1, AC 0, AC 1 */
    uint32_t restart_interval;      /* blocks of a row */
    size_t last_begin;              /* the data of the last scan */
    size_t last_end;
    bool last_is_chroma;
};

/* One row: the bits between two markers, without the zero bytes behind 0xff. */
struct segment {
    uint8_t bytes[SEGMENT_BYTES_MAX + SLACK_BYTES];
    uint8_t free[SEGMENT_BYTES_MAX + SLACK_BYTES]; /* bits that may be drawn again */
    size_t count;
};

struct reader {
    const uint8_t *bytes;
    size_t bits_count;
    size_t at;
};

/* ---- headers ---- */

/* A code has its length's largest number at most, and the shortest such length counts. */
static void fill_prefixes(struct table *table)
{
    int32_t prefix = 0;
    for (int length = 1; length <= PREFIX_BITS; length++) {
        int32_t end = (table->code_last[length] + 1) << (PREFIX_BITS - length);
        for (; prefix < end && prefix < 1 << PREFIX_BITS; prefix++) {
            int32_t code = prefix >> (PREFIX_BITS - length);
            uint8_t symbol = table->symbols[(code + table->offset[length]) & 255];
            table->by_prefix[prefix] = (uint16_t)(length << 8 | symbol);
        }
    }
    for (; prefix < 1 << PREFIX_BITS; prefix++) {
        table->by_prefix[prefix] = 0;
    }
}

static void read_table(struct table *table, const uint8_t *counts, const uint8_t *symbols,
                       uint32_t symbols_count)
{
    int32_t code = 0;
    int32_t index = 0;
    for (int length = 1; length <= CODE_BITS_MAX; length++) {
        table->offset[length] = index - code;
        table->code_first[length] = code;
        code += counts[length - 1];
        index += counts[length - 1];
        table->code_last[length] = counts[length - 1] > 0 ? code - 1 : -1;
        code <<= 1;
    }
    memcpy(table->symbols, symbols, symbols_count);
    fill_prefixes(table);
}

/* A DHT segment, which may hold several tables. False if it is not sound. */
static bool read_tables(struct tables *tables, const uint8_t *at, size_t bytes)
{
    while (bytes > 0) {
        uint32_t symbols_count = 0;
        if (bytes < 1 + CODE_BITS_MAX || (at[0] & 0xee) != 0) {
            return false;
        }
        for (int i = 1; i <= CODE_BITS_MAX; i++) {
            symbols_count += at[i];
        }
        size_t table_bytes = 1u + CODE_BITS_MAX + symbols_count;
        if (symbols_count > 256 || table_bytes > bytes) {
            return false;
        }
        struct table *table = &tables->all[(at[0] >> 4) * 2 + (at[0] & 1)];
        read_table(table, at + 1, at + 1 + CODE_BITS_MAX, symbols_count);
        at += table_bytes;
        bytes -= table_bytes;
    }
    return true;
}

/* ---- the bits of a row ---- */

static bool read_bit(struct reader *reader, uint32_t *bit_out)
{
    if (reader->at >= reader->bits_count) {
        return false;
    }
    *bit_out = reader->bytes[reader->at / 8] >> (7 - reader->at % 8) & 1;
    reader->at++;
    return true;
}

/* Most codes are short: their first bits say which they are. */
static bool read_symbol(struct reader *reader, const struct table *table, uint8_t *symbol_out)
{
    if (reader->at + PREFIX_BITS <= reader->bits_count) {
        const uint8_t *there = reader->bytes + reader->at / 8;
        unsigned next = (unsigned)there[0] << 8 | there[1];
        uint16_t found = table->by_prefix[next >> (8 - reader->at % 8) & 255];
        if (found != 0) {
            reader->at += found >> 8;
            *symbol_out = (uint8_t)found;
            return true;
        }
    }
    int32_t code = 0;
    for (int length = 1; length <= CODE_BITS_MAX; length++) {
        uint32_t bit;
        if (!read_bit(reader, &bit)) {
            return false;
        }
        code = code << 1 | (int32_t)bit;
        if (code <= table->code_last[length]) {
            *symbol_out = table->symbols[(code + table->offset[length]) & 255];
            return true;
        }
    }
    return false;
}

/* The bits behind a code. */
static bool free_bits(struct reader *reader, struct segment *segment, uint32_t bits)
{
    SF_ASSERT(bits <= FREE_BITS_MAX);
    if (reader->at + bits > reader->bits_count) {
        return false;
    }
    uint8_t *there = segment->free + reader->at / 8;
    uint32_t mask = ((UINT32_C(1) << bits) - 1) << (24 - reader->at % 8 - bits);
    there[0] |= (uint8_t)(mask >> 16);
    there[1] |= (uint8_t)(mask >> 8);
    there[2] |= (uint8_t)mask;
    reader->at += bits;
    return true;
}

static bool read_block(struct reader *reader, struct segment *segment, const struct table *dc,
                       const struct table *ac)
{
    uint8_t symbol;
    if (!read_symbol(reader, dc, &symbol) || !free_bits(reader, segment, symbol & 15)) {
        return false;
    }
    for (uint32_t position = 1; position < 64; position++) {
        if (!read_symbol(reader, ac, &symbol) || !free_bits(reader, segment, symbol & 15)) {
            return false;
        }
        if (symbol == 0) {
            return true;
        }
        position += symbol >> 4;
    }
    return true;
}

/* Finds the bits that may be drawn again. A row that cannot be read to its end has none behind that
 * place. */
static void read_row(struct segment *segment, const struct tables *tables, uint32_t table)
{
    struct reader reader = {.bytes = segment->bytes, .bits_count = 8 * segment->count};
    memset(segment->free, 0, segment->count + SLACK_BYTES);
    memset(segment->bytes + segment->count, 0, SLACK_BYTES);
    bool more = true;
    for (uint32_t block = 0; block < tables->restart_interval && more; block++) {
        more = read_block(&reader, segment, &tables->all[table], &tables->all[2 + table]);
    }
}

/* ---- a row drawn again ---- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Draws the bits of a row again. A byte 0xff, which has a zero byte behind it, stays, and no other
 * byte becomes one: so the row keeps its length. */
static void draw(struct segment *segment, uint64_t *random)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < segment->count; i++, bits >>= 8) {
        bits = i % 8 == 0 ? next_random(random) : bits;
        uint8_t free = segment->free[i];
        uint8_t drawn = (uint8_t)((segment->bytes[i] & ~free) | (free & bits));
        if (segment->bytes[i] != MARKER) {
            segment->bytes[i] = drawn != MARKER ? drawn : drawn ^ (uint8_t)(free & -free);
        }
    }
}

/* The row's bytes from `at` to `end`. False for a row that is too long. */
static bool vary_row(uint8_t *at, const uint8_t *end, const struct tables *tables, uint32_t table,
                     uint64_t *random)
{
    struct segment segment;
    segment.count = 0;
    if ((size_t)(end - at) > SEGMENT_BYTES_MAX) {
        return false;
    }
    for (const uint8_t *byte = at; byte < end; byte++) {
        segment.bytes[segment.count++] = *byte;
        byte += *byte == MARKER;
    }
    read_row(&segment, tables, table);
    draw(&segment, random);
    for (size_t i = 0; i < segment.count; i++) {
        *at = segment.bytes[i];
        at += *at == MARKER ? 2 : 1;
    }
    return true;
}

/* All rows of a scan; `at` is where its data begins, *end_out the marker behind it. Returns how
 * many rows were drawn again. */
static size_t vary_scan(uint8_t *still, size_t count, size_t at, const struct tables *tables,
                        uint32_t table, uint64_t *random, size_t *end_out)
{
    size_t changed = 0;
    bool more = true;
    while (more) {
        size_t end = at;
        while (end + 1 < count && (still[end] != MARKER || still[end + 1] == 0)) {
            end++;
        }
        changed += vary_row(still + at, still + end, tables, table, random);
        more = end + 1 < count && (still[end + 1] & 0xf8) == 0xd0;
        at = end + (more ? 2 : 0);
    }
    *end_out = at;
    return changed;
}

/* ---- the end of the still ---- */

/* The bits of a symbol's code behind those in `bits`. */
static uint64_t add_code(const struct table *table, uint8_t symbol, uint64_t bits, uint32_t *count)
{
    for (int length = 1; length <= CODE_BITS_MAX; length++) {
        for (int32_t code = table->code_first[length]; code <= table->code_last[length]; code++) {
            if (table->symbols[(code + table->offset[length]) & 255] == symbol) {
                *count += (uint32_t)length;
                return bits << length | (uint64_t)code;
            }
        }
    }
    return bits;
}

/* A row without any detail, as short as a row can be. Returns how many bytes it has. */
static size_t plain_row(const struct tables *tables, uint8_t *out)
{
    uint32_t block_bits = 0;
    uint64_t block = add_code(&tables->all[1], 0, 0, &block_bits);
    block = add_code(&tables->all[3], 0, block, &block_bits);
    size_t count = 0;
    uint32_t open = 0;
    uint8_t byte = 0;
    for (uint32_t i = 0; i < tables->restart_interval * block_bits; i++) {
        byte = (uint8_t)((uint32_t)byte << 1 | (block >> (block_bits - 1 - i % block_bits) & 1));
        if (++open == 8) {
            out[count++] = byte;
            open = 0;
        }
    }
    if (open > 0) {
        out[count++] = (uint8_t)((byte << (8 - open)) | ((1 << (8 - open)) - 1));
    }
    return count;
}

/* The last rows of the last scan are the floor, which has no detail: nothing of them can be drawn
 * again at equal length. So the first rows lose theirs, and what that saves becomes a comment at
 * the very end, of bytes that are drawn. */
static void vary_end(uint8_t *still, const struct tables *tables, uint64_t *random)
{
    enum { COMMENT_HEAD_BYTES = 4, COMMENT_BYTES_ENOUGH = 48 };
    static const size_t row_bytes_max = 512;
    uint8_t plain[512 + 2];
    size_t begin = tables->last_begin;
    size_t end = tables->last_end;
    size_t saved = 0;
    if (!tables->last_is_chroma || tables->restart_interval > row_bytes_max / 4) {
        return;
    }
    size_t count = plain_row(tables, plain);
    bool more = memchr(plain, MARKER, count) == NULL;
    while (more && saved < COMMENT_BYTES_ENOUGH) {
        size_t row_end = begin;
        while (row_end < end && (still[row_end] != MARKER || still[row_end + 1] == 0)) {
            row_end++;
        }
        more = row_end < end;
        if (more && row_end - begin > count) {
            size_t shorter = row_end - begin - count;
            memcpy(still + begin, plain, count);
            memmove(still + begin + count, still + row_end, end - row_end);
            saved += shorter;
            end -= shorter;
            row_end -= shorter;
        }
        begin = row_end + 2;
    }
    /* Too little for a comment: fill bytes before the marker that follows. */
    if (saved < COMMENT_HEAD_BYTES) {
        memset(still + end, MARKER, saved);
        return;
    }
    still[end] = MARKER;
    still[end + 1] = COMMENT;
    still[end + 2] = (uint8_t)((saved - 2) >> 8);
    still[end + 3] = (uint8_t)(saved - 2);
    for (size_t i = COMMENT_HEAD_BYTES; i < saved; i++) {
        still[end + i] = (uint8_t)(next_random(random) % MARKER);
    }
}

bool sf_still_vary(uint8_t *still, size_t count, uint64_t key)
{
    SF_ASSERT(still != NULL || count == 0);
    struct tables tables = {.restart_interval = 0};
    size_t changed = 0;
    size_t at = 2;
    while (at + 4 <= count && still[at] == MARKER && still[at + 1] != END_OF_IMAGE) {
        const uint8_t *segment = still + at;
        size_t bytes = (size_t)segment[2] << 8 | segment[3];
        if (bytes < 2 || at + 2 + bytes > count) {
            break;
        }
        at += 2 + bytes;
        if (segment[1] == HUFFMAN_TABLES && !read_tables(&tables, segment + 4, bytes - 2)) {
            break;
        }
        if (segment[1] == RESTART_INTERVAL && bytes == 4) {
            tables.restart_interval = (uint32_t)segment[4] << 8 | segment[5];
        }
        /* A scan of one component, which says its tables behind its own number. */
        if (segment[1] == SCAN && bytes == 8) {
            tables.last_begin = at;
            tables.last_is_chroma = (segment[6] >> 4 & 1) != 0;
            changed += vary_scan(still, count, at, &tables, segment[6] >> 4 & 1, &key, &at);
            tables.last_end = at;
        }
    }
    if (changed > 0 && at + 2 == count) {
        vary_end(still, &tables, &key);
    }
    return changed > 0;
}

size_t sf_still_lengthen(uint8_t *still, size_t count, size_t capacity, uint32_t bytes,
                         uint64_t key)
{
    SF_ASSERT(still != NULL);
    SF_ASSERT(count >= 2);
    SF_ASSERT(bytes >= SF_STILL_COMMENT_BYTES_MIN);
    SF_ASSERT(bytes <= 1024);
    if (count + bytes > capacity) {
        return count;
    }
    memmove(still + 2 + bytes, still + 2, count - 2);
    still[2] = MARKER;
    still[3] = COMMENT;
    still[4] = (uint8_t)((bytes - 2) >> 8);
    still[5] = (uint8_t)(bytes - 2);
    for (uint32_t i = SF_STILL_COMMENT_BYTES_MIN; i < bytes; i++) {
        still[2 + i] = (uint8_t)(next_random(&key) % MARKER);
    }
    return count + bytes;
}
