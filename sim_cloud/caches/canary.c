/* Canaries: small caches that are wrong on purpose, each in the way that one oracle exists for. If
 * a canary is not caught, the oracle is broken. All of them keep whole uploads and answer from
 * those; they differ in what they answer with. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/canary.h"

enum wrong { WRONG_KEY, WRONG_SCRAP, WRONG_TRANSCODE, WRONG_SILENCE, WRONG_TWICE };

struct store {
    struct canary canary;        /* first */
    struct canary_still *latest; /* of any camera */
};

static void destroy(void *context)
{
    struct store *store = context;
    free(store->latest);
    sf_canary_destroy(store);
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct store *store = context;
    struct canary_still *still = sf_canary_take(&store->canary, end);
    if (still != NULL) {
        free(store->latest);
        store->latest = still;
    }
}

struct jpeg_error {
    struct jpeg_error_mgr base;
    jmp_buf escape;
};

_Noreturn static void jpeg_escape(j_common_ptr info)
{
    longjmp(((struct jpeg_error *)(void *)info->err)->escape, 1);
}

/* Decodes and encodes again, so that no byte is what the camera sent. 0 when the picture cannot be
 * read. */
static unsigned long transcode(const struct canary_still *still, unsigned char **bytes_out)
{
    struct jpeg_error error;
    struct jpeg_decompress_struct in = {.err = jpeg_std_error(&error.base)};
    struct jpeg_compress_struct out = {.err = &error.base};
    unsigned long count = 0;
    error.base.error_exit = jpeg_escape;
    *bytes_out = NULL;
    if (setjmp(error.escape) != 0) {
        jpeg_destroy_decompress(&in);
        jpeg_destroy_compress(&out);
        return 0;
    }
    jpeg_create_decompress(&in);
    jpeg_create_compress(&out);
    jpeg_mem_src(&in, still->bytes, still->count);
    jpeg_read_header(&in, TRUE);
    jpeg_start_decompress(&in);
    jpeg_mem_dest(&out, bytes_out, &count);
    out.image_width = in.output_width;
    out.image_height = in.output_height;
    out.input_components = in.output_components;
    out.in_color_space = in.out_color_space;
    jpeg_set_defaults(&out);
    jpeg_set_quality(&out, 50, TRUE);
    jpeg_start_compress(&out, TRUE);
    JSAMPARRAY row = (*in.mem->alloc_sarray)((j_common_ptr)&in, JPOOL_IMAGE,
                                             in.output_width * (JDIMENSION)in.output_components, 1);
    while (in.output_scanline < in.output_height) {
        jpeg_read_scanlines(&in, row, 1);
        jpeg_write_scanlines(&out, row, 1);
    }
    jpeg_finish_compress(&out);
    jpeg_destroy_compress(&out);
    jpeg_destroy_decompress(&in);
    return count;
}

static void answer_transcoded(const struct canary *canary, uint64_t request,
                              const struct canary_still *still)
{
    unsigned char *bytes;
    unsigned long count = transcode(still, &bytes);
    if (count > 0) {
        canary->host->answer(canary->host->context, request, SF_CACHE_STATUS_OK, bytes,
                             (uint32_t)count);
    } else {
        sf_canary_answer(canary, request, NULL);
    }
    free(bytes);
}

/* From the middle: no header, so that nothing can decode it. */
static void answer_scrap(const struct canary *canary, uint64_t request,
                         const struct canary_still *still)
{
    uint32_t start = still->count / 3;
    canary->host->answer(canary->host->context, request, SF_CACHE_STATUS_OK, still->bytes + start,
                         still->count - start);
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    const struct store *store = context;
    const struct canary *canary = &store->canary;
    const struct canary_still *still = store->latest;
    if (still == NULL) {
        sf_canary_answer(canary, request->request, NULL);
        return;
    }
    switch ((enum wrong)canary->wrong) {
    case WRONG_KEY:
        sf_canary_answer(canary, request->request, still);
        return;
    case WRONG_SCRAP:
        answer_scrap(canary, request->request, still);
        return;
    case WRONG_TRANSCODE:
        answer_transcoded(canary, request->request, still);
        return;
    case WRONG_TWICE:
        sf_canary_answer(canary, request->request, NULL);
        sf_canary_answer(canary, request->request, NULL);
        return;
    case WRONG_SILENCE:
        sf_canary_answer(canary, request->request, NULL);
        return;
    }
}

CANARY(tenantless, "canary-tenantless", WRONG_KEY, "planted fault: the key lacks the tenant");
CANARY(scrap, "canary-scrap", WRONG_SCRAP,
       "planted fault: sends a piece of any owner's still that no decoder can show");
CANARY(transcode, "canary-transcode", WRONG_TRANSCODE,
       "planted fault: sends any owner's still, re-encoded");
CANARY(silent, "canary-silent", WRONG_SILENCE, "planted fault: never serves anything");
CANARY(babbler, "canary-babbler", WRONG_TWICE, "planted fault: answers every request twice");
