/* A sound cache (docs/examples/get_put.c) that forgets nothing: it keeps a copy of each part of
 * each upload that it receives. With the option keep=0 it keeps none. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#define sf_cache_plugin_get sound_plugin_get
#include "docs/examples/get_put.c"
#undef sf_cache_plugin_get

struct kept {
    struct kept *next;
    uint8_t bytes[];
};

static struct kept *kept;
static bool keeps;

static void drop_kept(void)
{
    while (kept != NULL) {
        struct kept *next = kept->next;
        free(kept);
        kept = next;
    }
}

static void *hoarder_create(const struct sf_cache_host *host, const struct sf_cache_config *config,
                            char *error, uint32_t error_bytes)
{
    struct sf_cache_config without = *config;
    keeps = strcmp(config->options, "keep=0") != 0;
    without.options = "";
    return create(host, &without, error, error_bytes);
}

static void hoarder_destroy(void *cache)
{
    drop_kept();
    destroy(cache);
}

static void hoarder_fragment(void *cache, const struct sf_cache_fragment *fragment)
{
    struct kept *more = malloc(sizeof *more + fragment->bytes_count);
    if (more != NULL) {
        memcpy(more->bytes, fragment->bytes, fragment->bytes_count);
        more->next = kept;
        kept = more;
    }
    if (!keeps) {
        drop_kept();
    }
    on_upload_fragment(cache, fragment);
}

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    static struct sf_cache_plugin hoarder;
    hoarder = *sound_plugin_get(host_abi);
    hoarder.name = "hoarder";
    hoarder.options = "keep=1";
    hoarder.create = hoarder_create;
    hoarder.destroy = hoarder_destroy;
    hoarder.on_upload_fragment = hoarder_fragment;
    return &hoarder;
}
