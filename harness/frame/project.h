/* Reads the mark's bits off pixels, by its own arithmetic: what a display shows is enough, whatever
 * way the picture took. */
#ifndef STRAYFRAME_FRAME_PROJECT_H
#define STRAYFRAME_FRAME_PROJECT_H

#include <stddef.h>
#include <stdint.h>

/* In place of a block's 6 bits: one of the six patterns is not there. */
enum { SF_UNREADABLE_BLOCK = 0xff };

/* The 6 bits of the block of 8x8 luma pixels whose first is `pixels`, `stride` apart from line to
 * line, or SF_UNREADABLE_BLOCK. */
uint8_t sf_project_block(const uint8_t *pixels, size_t stride);

#endif
