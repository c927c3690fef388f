/* Letters for the name and the time stamp on a still: our own drawing, five dots by seven,
 * printable ASCII. Knows dots only; still.c decides how large they are. */
#ifndef STRAYFRAME_FRAME_FONT_H
#define STRAYFRAME_FRAME_FONT_H

#include <stdbool.h>
#include <stdint.h>

enum { SF_FONT_COLUMNS = 5, SF_FONT_ROWS = 7, SF_FONT_GLYPHS_COUNT = 95 };

/* The glyph of a character; a question mark's for one that has none. */
uint32_t sf_font_glyph(unsigned char character);

/* Whether the dot is dark. */
bool sf_font_ink(uint32_t glyph, uint32_t column, uint32_t row);

#endif
