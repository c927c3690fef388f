#include "harness/frame/huffman.h"

#include <string.h>

#include "harness/base/assert.h"

enum {
    SYMBOL_END_OF_BLOCK = 0x00,
    SYMBOL_SIXTEEN_ZEROS = 0xf0,
};

static void code_table_init(struct sf_code_table *table, const struct sf_jpeg_code_lengths *lengths)
{
    memset(table, 0, sizeof *table);
    uint32_t code = 0;
    uint32_t index = 0;
    for (uint32_t length = 1; length <= 16; length++) {
        for (uint32_t i = 0; i < lengths->counts[length]; i++) {
            uint8_t symbol = lengths->symbols[index++];
            table->code[symbol] = (uint16_t)code++;
            table->length_bits[symbol] = (uint8_t)length;
        }
        code <<= 1;
    }
}

void sf_huffman_init(struct sf_huffman *huffman, uint32_t quality)
{
    SF_ASSERT(huffman != NULL);
    SF_ASSERT(quality >= 1);
    SF_ASSERT(quality <= 100);
    struct sf_jpeg_code_lengths dc;
    struct sf_jpeg_code_lengths ac;
    uint16_t steps[SF_JPEG_BLOCK_COEFS];
    uint16_t steps_standard[SF_JPEG_BLOCK_COEFS];
    sf_jpeg_luma_tables(50, &dc, &ac, steps_standard); /* at 50 the standard's own table */
    sf_jpeg_luma_tables(quality, &dc, &ac, steps);
    code_table_init(&huffman->dc, &dc);
    code_table_init(&huffman->ac, &ac);
    for (int i = 0; i < SF_MARK_BLOCK_BITS; i++) {
        uint32_t step = steps[sf_mark_zigzag[i]];
        uint32_t size_ppc = (uint32_t)SF_MARK_STRENGTH_PERCENT * steps_standard[sf_mark_zigzag[i]];
        uint32_t amplitude = (size_ppc + 50 * step) / (100 * step);
        huffman->amplitude[i] = (uint16_t)(amplitude > 0 ? amplitude : 1);
    }
}

void sf_bits_add(struct sf_bits *bits, uint32_t value, uint32_t length_bits)
{
    SF_ASSERT(bits != NULL);
    SF_ASSERT(bits->count + length_bits <= SF_BITS_MAX);
    for (uint32_t i = length_bits; i-- > 0;) {
        bits->value[bits->count] = (uint8_t)(value >> i & 1);
        bits->mark[bits->count] = 0;
        bits->count++;
    }
}

/* How many bits a size needs: the category of a coefficient. */
static uint32_t category(uint32_t size)
{
    return size == 0 ? 0 : 32 - (uint32_t)__builtin_clz(size);
}

/* A coefficient's own bits: itself when positive, inverted when negative. */
static uint32_t value_bits(int32_t value, uint32_t length_bits)
{
    return (uint32_t)(value < 0 ? value - 1 : value) & ((1u << length_bits) - 1);
}

static uint32_t magnitude(int32_t value)
{
    return (uint32_t)(value < 0 ? -value : value);
}

static void add_symbol(const struct sf_code_table *table, uint32_t symbol, struct sf_bits *bits)
{
    SF_ASSERT(table->length_bits[symbol] > 0);
    sf_bits_add(bits, table->code[symbol], table->length_bits[symbol]);
}

void sf_huffman_dc(const struct sf_huffman *huffman, int32_t difference, struct sf_bits *bits)
{
    SF_ASSERT(huffman != NULL);
    SF_ASSERT(bits != NULL);
    uint32_t length_bits = category(magnitude(difference));
    add_symbol(&huffman->dc, length_bits, bits);
    sf_bits_add(bits, value_bits(difference, length_bits), length_bits);
}

/* The mark bit that the coefficient at this place carries, -1 for none. */
static int mark_bit_at(uint32_t place)
{
    for (int i = 0; i < SF_MARK_BLOCK_BITS; i++) {
        if (sf_mark_zigzag[i] == place) {
            return i;
        }
    }
    return -1;
}

/* The size of a marked coefficient whose content agrees by `agreeing` (negative: disagrees) with
 * the sign it gets. */
static uint32_t marked_size(uint32_t amplitude, int32_t agreeing)
{
    uint32_t most = (1u << category(amplitude)) - 1;
    if (agreeing <= (int32_t)amplitude) {
        return amplitude;
    }
    return (uint32_t)agreeing < most ? (uint32_t)agreeing : most;
}

static void add_marked(const struct sf_huffman *huffman, int mark_bit, int32_t content,
                       struct sf_bits *bits)
{
    uint32_t amplitude = huffman->amplitude[mark_bit];
    uint32_t length_bits = category(amplitude);
    uint32_t negative = value_bits(-(int32_t)marked_size(amplitude, -content), length_bits);
    uint32_t positive = value_bits((int32_t)marked_size(amplitude, content), length_bits);
    uint32_t first = bits->count;
    sf_bits_add(bits, negative, length_bits);
    for (uint32_t i = 0; i < length_bits; i++) {
        bool differs = ((negative ^ positive) >> (length_bits - 1 - i) & 1) != 0;
        bits->mark[first + i] = differs ? (uint8_t)(1 + mark_bit) : 0;
    }
}

void sf_huffman_ac(const struct sf_huffman *huffman, const int16_t zigzag[SF_JPEG_BLOCK_COEFS],
                   struct sf_bits *bits)
{
    SF_ASSERT(huffman != NULL);
    SF_ASSERT(zigzag != NULL);
    SF_ASSERT(bits != NULL);
    uint32_t zeros = 0;
    for (uint32_t place = 1; place < SF_JPEG_BLOCK_COEFS; place++) {
        int mark_bit = mark_bit_at(place);
        uint32_t size = mark_bit >= 0 ? huffman->amplitude[mark_bit] : magnitude(zigzag[place]);
        if (size == 0) {
            zeros++;
            continue;
        }
        for (; zeros > 15; zeros -= 16) {
            add_symbol(&huffman->ac, SYMBOL_SIXTEEN_ZEROS, bits);
        }
        uint32_t length_bits = category(size);
        add_symbol(&huffman->ac, zeros << 4 | length_bits, bits);
        if (mark_bit >= 0) {
            add_marked(huffman, mark_bit, zigzag[place], bits);
        } else {
            sf_bits_add(bits, value_bits(zigzag[place], length_bits), length_bits);
        }
        zeros = 0;
    }
    if (zeros > 0) {
        add_symbol(&huffman->ac, SYMBOL_END_OF_BLOCK, bits);
    }
}
