/* Canaries: small caches that are wrong on purpose, each in the way that one oracle exists for. If
 * a canary is not caught, the oracle is broken. All of them keep whole uploads and answer from
 * those; they differ in what they answer with. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/caches/canary.h"
#include "sim_cloud/caches/kit.h"

struct still {
    uint32_t total_bytes;
    uint8_t bytes[];
};

enum wrong { WRONG_KEY, WRONG_SCRAP, WRONG_TRANSCODE, WRONG_SILENCE, WRONG_TWICE };

struct canary {
    const struct sf_cache_host *host;
    enum wrong wrong;
    struct kit_map uploads; /* by upload */
    struct still *latest;   /* of any camera */
};

static void *canary_create(enum wrong wrong, const struct sf_cache_host *host,
                           const struct sf_cache_config *config, char *error, uint32_t error_bytes)
{
    if (!sf_kit_options_read(config->options, NULL, 0, error, error_bytes)) {
        return NULL;
    }
    struct canary *canary = sf_kit_alloc(1, sizeof *canary);
    canary->host = host;
    canary->wrong = wrong;
    return canary;
}

static void canary_destroy(void *context)
{
    struct canary *canary = context;
    for (size_t i = 0; i < canary->uploads.capacity; i++) {
        free(canary->uploads.entries[i].value);
    }
    free(canary->latest);
    sf_kit_map_free(&canary->uploads);
    free(canary);
}

static void on_upload(void *context, const struct sf_cache_upload *upload)
{
    struct canary *canary = context;
    struct still *still = sf_kit_alloc(1, sizeof *still + upload->total_bytes);
    still->total_bytes = upload->total_bytes;
    sf_kit_map_put(&canary->uploads, upload->upload, 0, still);
}

static void on_fragment(void *context, const struct sf_cache_fragment *fragment)
{
    struct canary *canary = context;
    struct still *still = sf_kit_map_get(&canary->uploads, fragment->upload, 0);
    if (still != NULL) {
        memcpy(still->bytes + fragment->offset, fragment->bytes, fragment->bytes_count);
    }
}

static void on_upload_ended(void *context, const struct sf_cache_upload_end *end)
{
    struct canary *canary = context;
    struct still *still = sf_kit_map_remove(&canary->uploads, end->upload, 0);
    if (still == NULL || end->end != SF_CACHE_END_COMPLETE) {
        free(still);
        return;
    }
    free(canary->latest);
    canary->latest = still;
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
static unsigned long transcode(const struct still *still, unsigned char **bytes_out)
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
    jpeg_mem_src(&in, still->bytes, still->total_bytes);
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

static void answer_transcoded(struct canary *canary, uint64_t request, const struct still *still)
{
    unsigned char *bytes;
    unsigned long count = transcode(still, &bytes);
    if (count > 0) {
        canary->host->answer(canary->host->context, request, SF_CACHE_STATUS_OK, bytes,
                             (uint32_t)count);
    } else {
        canary->host->answer(canary->host->context, request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
    }
    free(bytes);
}

static void on_request(void *context, const struct sf_cache_request *request)
{
    struct canary *canary = context;
    const struct sf_cache_host *host = canary->host;
    const struct still *still = canary->latest;
    if (still == NULL || canary->wrong == WRONG_SILENCE) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
        return;
    }
    switch (canary->wrong) {
    case WRONG_KEY:
        host->answer(host->context, request->request, SF_CACHE_STATUS_OK, still->bytes,
                     still->total_bytes);
        return;
    case WRONG_SCRAP: {
        /* From the middle: no header, so that nothing can decode it. */
        uint32_t start = still->total_bytes / 3;
        host->answer(host->context, request->request, SF_CACHE_STATUS_OK, still->bytes + start,
                     still->total_bytes - start);
        return;
    }
    case WRONG_TRANSCODE:
        answer_transcoded(canary, request->request, still);
        return;
    case WRONG_TWICE:
        host->answer(host->context, request->request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
        host->answer(host->context, request->request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
        return;
    case WRONG_SILENCE:
        return;
    }
}

CANARY(tenantless, "canary-tenantless", WRONG_KEY, "planted fault: the key lacks the tenant");
CANARY(scrap, "canary-scrap", WRONG_SCRAP,
       "planted fault: sends a piece of anybody's still that no decoder can show");
CANARY(transcode, "canary-transcode", WRONG_TRANSCODE,
       "planted fault: sends anybody's still, encoded anew");
CANARY(silent, "canary-silent", WRONG_SILENCE, "planted fault: never serves anything");
CANARY(babbler, "canary-babbler", WRONG_TWICE, "planted fault: answers every request twice");
