/* Stills with other content: the same picture file, but for what it shows. Used to ask whether one
 * tenant's content has an influence on what another tenant's viewers get.
 *
 * Works on the bytes of a still that sf_still_make wrote: it keeps every Huffman code and draws the
 * bits behind the codes again (signs and sizes of the coefficients, of luma and of both chroma
 * components), row by row, such that each row has as many bytes as before. What is saved in a few
 * rows of the last scan becomes a comment before the end marker, for the last rows have nothing
 * that could be drawn again. Marks are not kept. */
#ifndef STRAYFRAME_FRAME_VARY_H
#define STRAYFRAME_FRAME_VARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Draws the content again, in place. The still has as many bytes as before, and its rows of luma
 * begin at the same places. A function of still and key alone. False, and nothing done, for what is
 * no still. */
bool sf_still_vary(uint8_t *still, size_t count, uint64_t key);

enum { SF_STILL_COMMENT_BYTES_MIN = 4 };

/* Makes the still longer by a comment of `bytes` bytes (SF_STILL_COMMENT_BYTES_MIN to 1024), drawn
 * from `key`, behind its first marker. Returns how many bytes it has now; `count`, and nothing
 * done, if `capacity` is too small. */
size_t sf_still_lengthen(uint8_t *still, size_t count, size_t capacity, uint32_t bytes,
                         uint64_t key);

#endif
