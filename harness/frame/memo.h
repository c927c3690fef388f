/* What a thread keeps prepared between stills: mosaics, letters and lines of text. All bounded;
 * what was dropped is prepared again when it is asked for. Nothing here changes a byte of any
 * still, only how long it takes. */
#ifndef STRAYFRAME_FRAME_MEMO_H
#define STRAYFRAME_FRAME_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "harness/frame/letters.h"
#include "harness/frame/mosaic.h"

/* A line of text as rows of blocks. */
struct sf_line {
    const struct sf_letters *letters;
    uint32_t rows_count;
    struct sf_strip strips[2 * SF_LETTERS_SCALE_MAX];
};

/* Never NULL. Valid until the next call of any function of this file by this thread. */
const struct sf_mosaic *sf_memo_mosaic(struct sf_mosaic_key key);

/* The line with this text, of which what does not fit is cut, in rows first_row to end_row of the
 * mosaic's bands. Never NULL; valid until the next call of sf_memo_line or sf_memo_forget by this
 * thread. */
const struct sf_line *sf_memo_line(const struct sf_mosaic *mosaic, const char *text,
                                   uint32_t first_row, uint32_t end_row);

/* The letters of the mosaic's bands; NULL if it has none. Valid as long as a line. */
const struct sf_letters *sf_memo_letters(const struct sf_mosaic *mosaic);

/* Drops everything. */
void sf_memo_forget(void);

#endif
