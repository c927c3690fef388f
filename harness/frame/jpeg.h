/* The only file that talks to libjpeg: pixels to JPEG bytes, and any bytes whatever to coefficients
 * or pixels, as a patient display would see them. Knows nothing of marks and rooms. */
#ifndef STRAYFRAME_FRAME_JPEG_H
#define STRAYFRAME_FRAME_JPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SF_JPEG_BLOCK_COEFS = 64,
    SF_JPEG_SEGMENT_BYTES_MAX = 65533,
    /* What reading refuses: pictures of more pixels, of more components, with more scans. It bounds
     * time and memory for any bytes. */
    SF_JPEG_PIXELS_MAX = 1 << 22,
    SF_JPEG_COMPONENTS_MAX = 4,
    SF_JPEG_SCANS_MAX = 24,
};

/* Position in a block, row by row, of each place in zigzag order. */
extern const uint8_t sf_jpeg_natural[SF_JPEG_BLOCK_COEFS];

struct sf_jpeg_bytes {
    uint8_t *data; /* owned: sf_jpeg_bytes_free */
    size_t count;
};

void sf_jpeg_bytes_free(struct sf_jpeg_bytes *bytes);

enum sf_jpeg_layout {
    SF_JPEG_ORDINARY,     /* one scan, as most encoders write it */
    SF_JPEG_BY_COMPONENT, /* a scan for each component, a restart marker for each row of blocks */
};

/* Baseline JPEG from width_px * height_px times red, green, blue; `grayscale` takes luma only,
 * otherwise colour is 4:2:0. Quality 1 to 100. */
void sf_jpeg_encode(const uint8_t *rgb, uint32_t width_px, uint32_t height_px, uint32_t quality,
                    bool grayscale, enum sf_jpeg_layout layout, struct sf_jpeg_bytes *out);

/* libjpeg's own tables for luma: how many codes there are of each length (index 1 to 16), and their
 * symbols; and the steps of quantisation at a quality, in zigzag order. */
struct sf_jpeg_code_lengths {
    uint8_t counts[17];
    uint8_t symbols[256];
};
void sf_jpeg_luma_tables(uint32_t quality, struct sf_jpeg_code_lengths *dc_out,
                         struct sf_jpeg_code_lengths *ac_out,
                         uint16_t steps_out[SF_JPEG_BLOCK_COEFS]);

/* What reading found out on its way. Damage is no error: what can be shown is shown. */
struct sf_jpeg_outcome {
    bool decodable;    /* there is a picture, of which possibly little */
    bool damaged;      /* the decoder complained, gave up, or bytes are left over */
    bool luma_on_grid; /* the first component is luma at full size: its blocks are the picture's */
    uint8_t components_count;
    uint32_t width_px; /* 0 unless decodable */
    uint32_t height_px;
};

/* One row of luma blocks, coefficients in natural order, quantised. Blocks that no data reached are
 * zero but for their first coefficient. */
typedef void sf_jpeg_visit_row(void *context, uint32_t row, uint32_t columns_count,
                               const int16_t (*blocks)[SF_JPEG_BLOCK_COEFS]);

/* Hands the luma blocks, rows from top to bottom, to `visit`, after `begin` received the size of
 * the picture. Neither is called unless it is decodable with luma on the grid. */
typedef void sf_jpeg_visit_begin(void *context, uint32_t rows_count, uint32_t columns_count);
void sf_jpeg_read_luma(const uint8_t *bytes, size_t count, sf_jpeg_visit_begin *begin,
                       sf_jpeg_visit_row *visit, void *context, struct sf_jpeg_outcome *out);

/* The pixels, `channels` 1 (luma) or 3 (red, green, blue), in memory the caller frees; NULL unless
 * decodable. What no data reached is mid-grey. */
uint8_t *sf_jpeg_read_pixels(const uint8_t *bytes, size_t count, uint32_t channels,
                             struct sf_jpeg_outcome *out);

#endif
