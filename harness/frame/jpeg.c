#include "harness/frame/jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

_Static_assert(sizeof(JCOEF) == sizeof(int16_t), "coefficients are 16 bits");
_Static_assert(DCTSIZE2 == SF_JPEG_BLOCK_COEFS, "blocks are 8 by 8");

const uint8_t sf_jpeg_natural[SF_JPEG_BLOCK_COEFS] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

void sf_jpeg_bytes_free(struct sf_jpeg_bytes *bytes)
{
    SF_ASSERT(bytes != NULL);
    free(bytes->data);
    *bytes = (struct sf_jpeg_bytes){0};
}

/* Encoding what we drew ourselves cannot fail but for memory. */
_Noreturn static void encode_failed(j_common_ptr common)
{
    char message[JMSG_LENGTH_MAX];
    common->err->format_message(common, message);
    fprintf(stderr, "strayframe: libjpeg: %s\n", message);
    SF_UNREACHABLE();
}

static void encode_start(struct jpeg_compress_struct *jpeg, struct jpeg_error_mgr *errors)
{
    jpeg->err = jpeg_std_error(errors);
    errors->error_exit = encode_failed;
    jpeg_create_compress(jpeg);
}

static void encode_settings(struct jpeg_compress_struct *jpeg, uint32_t quality, bool grayscale)
{
    jpeg->in_color_space = JCS_RGB;
    jpeg->input_components = 3;
    jpeg_set_defaults(jpeg);
    jpeg_set_colorspace(jpeg, grayscale ? JCS_GRAYSCALE : JCS_YCbCr);
    jpeg_set_quality(jpeg, (int)quality, TRUE);
    jpeg->dct_method = JDCT_ISLOW; /* the one that gives the same everywhere */
}

void sf_jpeg_encode(const uint8_t *rgb, uint32_t width_px, uint32_t height_px, uint32_t quality,
                    bool grayscale, enum sf_jpeg_layout layout, struct sf_jpeg_bytes *out)
{
    SF_ASSERT(rgb != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(width_px > 0);
    SF_ASSERT(height_px > 0);
    static const jpeg_scan_info scans[3] = {
        {.comps_in_scan = 1, .component_index = {0}, .Ss = 0, .Se = DCTSIZE2 - 1},
        {.comps_in_scan = 1, .component_index = {1}, .Ss = 0, .Se = DCTSIZE2 - 1},
        {.comps_in_scan = 1, .component_index = {2}, .Ss = 0, .Se = DCTSIZE2 - 1},
    };
    SF_ASSERT(quality >= 1);
    SF_ASSERT(quality <= 100);
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long count = 0;
    encode_start(&jpeg, &errors);
    jpeg_mem_dest(&jpeg, &data, &count);
    jpeg.image_width = width_px;
    jpeg.image_height = height_px;
    encode_settings(&jpeg, quality, grayscale);
    if (layout == SF_JPEG_BY_COMPONENT) {
        jpeg.scan_info = scans;
        jpeg.num_scans = grayscale ? 1 : 3;
        jpeg.restart_in_rows = 1;
    }
    jpeg_start_compress(&jpeg, TRUE);
    uint8_t *line = sf_alloc(width_px, 3); /* libjpeg wants lines it could write to */
    while (jpeg.next_scanline < height_px) {
        memcpy(line, rgb + (size_t)jpeg.next_scanline * width_px * 3, (size_t)width_px * 3);
        jpeg_write_scanlines(&jpeg, &line, 1);
    }
    free(line);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    out->data = data;
    out->count = count;
}

static void copy_code_lengths(const JHUFF_TBL *table, struct sf_jpeg_code_lengths *out)
{
    memcpy(out->counts, table->bits, sizeof out->counts);
    memcpy(out->symbols, table->huffval, sizeof out->symbols);
}

void sf_jpeg_luma_tables(uint32_t quality, struct sf_jpeg_code_lengths *dc_out,
                         struct sf_jpeg_code_lengths *ac_out,
                         uint16_t steps_out[SF_JPEG_BLOCK_COEFS])
{
    SF_ASSERT(dc_out != NULL);
    SF_ASSERT(ac_out != NULL);
    SF_ASSERT(steps_out != NULL);
    SF_ASSERT(quality >= 1);
    SF_ASSERT(quality <= 100);
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    encode_start(&jpeg, &errors);
    encode_settings(&jpeg, quality, true);
    copy_code_lengths(jpeg.dc_huff_tbl_ptrs[0], dc_out);
    copy_code_lengths(jpeg.ac_huff_tbl_ptrs[0], ac_out);
    for (size_t i = 0; i < SF_JPEG_BLOCK_COEFS; i++) {
        steps_out[i] = jpeg.quant_tbl_ptrs[0]->quantval[sf_jpeg_natural[i]];
    }
    jpeg_destroy_compress(&jpeg);
}

/* One try at reading. libjpeg ends a hopeless try by error_exit, which must not return. */
struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf hopeless;
    bool hopeless_ended;
    size_t count;    /* bytes given to this try */
    size_t reached;  /* where a hopeless try ended */
    bool saw_scan;   /* something was, or could have been, decoded */
    bool refused;    /* no such picture is read here, however often it is tried */
    uint8_t *pixels; /* owned while reading pixels */
    uint32_t channels;
    sf_jpeg_visit_begin *begin;
    sf_jpeg_visit_row *visit;
    void *context;
    struct sf_jpeg_outcome *out;
};

_Noreturn static void give_up(j_common_ptr common)
{
    struct reader *reader = common->client_data;
    longjmp(reader->hopeless, 1);
}

static void count_warning(j_common_ptr common, int level)
{
    if (level < 0) {
        common->err->num_warnings++;
    }
}

static void limit_scans(j_common_ptr common)
{
    struct reader *reader = common->client_data;
    reader->saw_scan = true;
    if (reader->jpeg.input_scan_number > SF_JPEG_SCANS_MAX) {
        give_up(common);
    }
}

static void reader_start(struct reader *reader, const uint8_t *bytes, size_t count)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg->err = jpeg_std_error(&reader->errors);
    jpeg->client_data = reader;
    reader->errors.error_exit = give_up;
    reader->errors.emit_message = count_warning;
    reader->count = count;
    jpeg_create_decompress(jpeg);
    reader->progress.progress_monitor = limit_scans;
    jpeg->progress = &reader->progress;
    jpeg_mem_src(jpeg, bytes, count);
}

/* Reads the header; gives up on what is refused. */
static void reader_header(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    struct sf_jpeg_outcome *out = reader->out;
    jpeg_read_header(jpeg, TRUE);
    reader->refused = (uint64_t)jpeg->image_width * jpeg->image_height > SF_JPEG_PIXELS_MAX ||
                      jpeg->num_components > SF_JPEG_COMPONENTS_MAX;
    if (reader->refused) {
        give_up((j_common_ptr)jpeg);
    }
    const jpeg_component_info *luma = &jpeg->comp_info[0];
    out->components_count = (uint8_t)jpeg->num_components;
    out->width_px = jpeg->image_width;
    out->height_px = jpeg->image_height;
    out->luma_on_grid =
        (jpeg->jpeg_color_space == JCS_GRAYSCALE || jpeg->jpeg_color_space == JCS_YCbCr) &&
        luma->h_samp_factor == jpeg->max_h_samp_factor &&
        luma->v_samp_factor == jpeg->max_v_samp_factor;
}

static void reader_finish(struct reader *reader)
{
    jpeg_finish_decompress(&reader->jpeg);
    reader->out->decodable = true;
    reader->out->damaged |=
        reader->errors.num_warnings > 0 || reader->jpeg.src->bytes_in_buffer > 0;
}

static void read_luma(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    reader_header(reader);
    jvirt_barray_ptr *arrays = jpeg_read_coefficients(jpeg);
    if (reader->out->luma_on_grid) {
        const jpeg_component_info *luma = &jpeg->comp_info[0];
        reader->begin(reader->context, luma->height_in_blocks, luma->width_in_blocks);
        for (JDIMENSION row = 0; row < luma->height_in_blocks; row++) {
            JBLOCKARRAY blocks =
                jpeg->mem->access_virt_barray((j_common_ptr)jpeg, arrays[0], row, 1, FALSE);
            reader->visit(reader->context, row, luma->width_in_blocks,
                          (const int16_t(*)[SF_JPEG_BLOCK_COEFS])blocks[0]);
        }
    }
    reader_finish(reader);
}

static void read_pixels(struct reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    reader_header(reader);
    jpeg->out_color_space = reader->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->do_block_smoothing = FALSE; /* show what came, invent nothing */
    size_t row_bytes = (size_t)jpeg->image_width * reader->channels;
    size_t bytes = row_bytes * jpeg->image_height;
    free(reader->pixels);
    reader->pixels = sf_alloc(bytes, 1);
    memset(reader->pixels, 128, bytes);
    jpeg_start_decompress(jpeg);
    reader->saw_scan = true;
    while (jpeg->output_scanline < jpeg->output_height) {
        JSAMPROW line = reader->pixels + jpeg->output_scanline * row_bytes;
        jpeg_read_scanlines(jpeg, &line, 1);
    }
    reader_finish(reader);
}

/* True when the try came to its end. */
static bool attempt(struct reader *reader, const uint8_t *bytes, size_t count,
                    void (*read)(struct reader *reader))
{
    reader->hopeless_ended = false;
    if (setjmp(reader->hopeless) == 0) {
        reader_start(reader, bytes, count);
        read(reader);
    } else {
        reader->hopeless_ended = true;
        reader->reached =
            reader->jpeg.src != NULL ? reader->count - reader->jpeg.src->bytes_in_buffer : 0;
    }
    jpeg_destroy_decompress(&reader->jpeg);
    return !reader->hopeless_ended;
}

/* The marker that a hopeless try stumbled over: the last one that begins before where it ended. */
static size_t last_marker(const uint8_t *bytes, size_t end)
{
    for (size_t i = end >= 2 ? end - 2 : 0; i > 0; i--) {
        bool restart = bytes[i + 1] >= 0xd0 && bytes[i + 1] <= 0xd7;
        if (bytes[i] == 0xff && bytes[i + 1] != 0 && bytes[i + 1] != 0xff && !restart) {
            return i;
        }
    }
    return 0;
}

/* libjpeg reads every scan of a picture in several scans before it shows any, and a senseless
 * marker, such as the start of another picture's header, then costs what had already been read. A
 * display shows it. So the bytes before that marker are read again, alone. */
static void read_patiently(struct reader *reader, const uint8_t *bytes, size_t count,
                           void (*read)(struct reader *reader))
{
    enum { TRIES_COUNT = 4 };
    for (int i = 0; i < TRIES_COUNT && count > 0; i++) {
        if (attempt(reader, bytes, count, read)) {
            return;
        }
        reader->out->damaged = true;
        if (reader->refused || !reader->saw_scan) {
            break;
        }
        count = last_marker(bytes, reader->reached < count ? reader->reached : count);
    }
    *reader->out = (struct sf_jpeg_outcome){.damaged = true};
}

void sf_jpeg_read_luma(const uint8_t *bytes, size_t count, sf_jpeg_visit_begin *begin,
                       sf_jpeg_visit_row *visit, void *context, struct sf_jpeg_outcome *out)
{
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(begin != NULL);
    SF_ASSERT(visit != NULL);
    SF_ASSERT(context != NULL);
    SF_ASSERT(out != NULL);
    struct reader reader = {.begin = begin, .visit = visit, .context = context, .out = out};
    *out = (struct sf_jpeg_outcome){.damaged = count == 0};
    read_patiently(&reader, bytes, count, read_luma);
}

uint8_t *sf_jpeg_read_pixels(const uint8_t *bytes, size_t count, uint32_t channels,
                             struct sf_jpeg_outcome *out)
{
    SF_ASSERT(bytes != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(channels == 1 || channels == 3);
    struct reader reader = {.channels = channels, .out = out};
    *out = (struct sf_jpeg_outcome){.damaged = count == 0};
    read_patiently(&reader, bytes, count, read_pixels);
    if (!out->decodable) {
        free(reader.pixels);
        return NULL;
    }
    return reader.pixels;
}
