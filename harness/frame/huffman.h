/* A block of coefficients as the bit string that a baseline JPEG writes for it, with a note of
 * which bits the mark decides. The codes are libjpeg's own; this is the one piece of JPEG encoding
 * that is ours, because stills are put together from such strings. */
#ifndef STRAYFRAME_FRAME_HUFFMAN_H
#define STRAYFRAME_FRAME_HUFFMAN_H

#include <stdint.h>

#include "harness/frame/jpeg.h"
#include "harness/frame/mark.h"

struct sf_code_table {
    uint16_t code[256]; /* by symbol */
    uint8_t length_bits[256];
};

struct sf_huffman {
    struct sf_code_table dc;
    struct sf_code_table ac;
    uint16_t amplitude[SF_MARK_BLOCK_BITS]; /* least size of a marked coefficient, quantised */
};

/* The codes and the marks' amplitudes at a quality. */
void sf_huffman_init(struct sf_huffman *huffman, uint32_t quality);

/* A bit string under construction, a bit per entry. */
enum { SF_BITS_MAX = 64 * 32 };
struct sf_bits {
    uint32_t count;
    uint8_t value[SF_BITS_MAX]; /* as with every mark bit 0 */
    uint8_t mark[SF_BITS_MAX];  /* 0, or 1 + the number of the mark bit that inverts this bit */
};

void sf_bits_add(struct sf_bits *bits, uint32_t value, uint32_t length_bits);

/* The difference of two first coefficients. */
void sf_huffman_dc(const struct sf_huffman *huffman, int32_t difference, struct sf_bits *bits);

/* The other 63, in zigzag order, with the marked ones forced to their signs. A marked coefficient
 * keeps its own size as far as the string keeps its length: strings of a block are equally long
 * whatever its mark, so that a still's rows differ between captures in some bits but in no place.
 */
void sf_huffman_ac(const struct sf_huffman *huffman, const int16_t zigzag[SF_JPEG_BLOCK_COEFS],
                   struct sf_bits *bits);

#endif
