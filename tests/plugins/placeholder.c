/* A sound cache (docs/examples/get_put.c) with a placeholder: where it has no still, it answers
 * with a grey picture of its own, flagged as incomplete. No camera took it, so it is no stray. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#define sf_cache_plugin_get sound_plugin_get
#include "docs/examples/get_put.c"
#undef sf_cache_plugin_get

enum { WIDTH = 128, HEIGHT = 64, BLOCK = 8, BITS_PER_BLOCK = 2 };

static struct sf_cache_host wrapped;
static const struct sf_cache_host *real;
static uint8_t picture[512];
static uint32_t picture_bytes;

static void add(const uint8_t *bytes, uint32_t count)
{
    memcpy(picture + picture_bytes, bytes, count);
    picture_bytes += count;
}

/* A grey JPEG: each block has no coefficient, which its two tables write as one bit each. */
static void draw(void)
{
    static const uint8_t begin[] = {0xff, 0xd8, 0xff, 0xdb, 0, 67, 0};
    static const uint8_t frame[] = {0xff, 0xc0, 0, 11, 8, 0, HEIGHT, 0, WIDTH, 1, 1, 0x11, 0};
    static const uint8_t tables[] = {0xff, 0xc4, 0, 38, 0x00, 1, 0, 0, 0,    0, 0, 0, 0, 0,
                                     0,    0,    0, 0,  0,    0, 0, 0, 0x10, 1, 0, 0, 0, 0,
                                     0,    0,    0, 0,  0,    0, 0, 0, 0,    0, 0, 0};
    static const uint8_t scan[] = {0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0};
    static const uint8_t end[] = {0xff, 0xd9};
    const uint8_t one = 1;
    const uint8_t zero = 0;
    picture_bytes = 0;
    add(begin, sizeof begin);
    for (int i = 0; i < BLOCK * BLOCK; i++) {
        add(&one, 1);
    }
    add(frame, sizeof frame);
    add(tables, sizeof tables);
    add(scan, sizeof scan);
    for (int i = 0; i < WIDTH / BLOCK * (HEIGHT / BLOCK) * BITS_PER_BLOCK / 8; i++) {
        add(&zero, 1);
    }
    add(end, sizeof end);
}

static int32_t answer_or_placeholder(void *context, uint64_t request, uint32_t status,
                                     const uint8_t *bytes, uint32_t bytes_count)
{
    const struct sf_cache_answer_properties incomplete = {.struct_bytes = sizeof incomplete,
                                                          .flags = SF_CACHE_ANSWER_INCOMPLETE};
    if (status != SF_CACHE_STATUS_UNAVAILABLE) {
        return real->answer(context, request, status, bytes, bytes_count);
    }
    real->answer_properties(context, request, &incomplete);
    return real->answer(context, request, SF_CACHE_STATUS_OK, picture, picture_bytes);
}

static void *placeholder_create(const struct sf_cache_host *host,
                                const struct sf_cache_config *config, char *error,
                                uint32_t error_bytes)
{
    draw();
    real = host;
    wrapped = *host;
    wrapped.answer = answer_or_placeholder;
    return create(&wrapped, config, error, error_bytes);
}

const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t host_abi)
{
    static struct sf_cache_plugin placeholder;
    placeholder = *sound_plugin_get(host_abi);
    placeholder.name = "placeholder";
    placeholder.create = placeholder_create;
    return &placeholder;
}
