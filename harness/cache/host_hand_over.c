/* The hand-over of a state from one version of the cache to the next: exported, perhaps damaged as
 * a scenario asks, imported. */
#include <string.h>

#include "harness/base/text.h"
#include "harness/cache/host_private.h"

void sf_cache_host_set_hand_over(struct sf_cache_host_state *host, enum sf_cache_hand_over kind)
{
    host->hand_over = kind;
}

static void collect(void *context, const uint8_t *bytes, uint64_t count)
{
    struct sf_text *text = context;
    if (bytes != NULL && count <= ((uint64_t)1 << 30) - text->length) {
        sf_text_add_bytes(text, bytes, count);
    }
}

/* ---- damage ---- */

static bool is_one(const struct sf_cache_host_state *host, enum sf_opaque_kind kind,
                   uint64_t number)
{
    return sf_opaque_index(&host->opaque, kind, number) < host->cameras_count;
}

static uint64_t number_at(const struct sf_text *state, size_t offset)
{
    uint64_t number;
    memcpy(&number, state->data + offset, sizeof number);
    return number;
}

/* In the place of each tenant, or camera, stands the one before it, and in that of the first the
 * last: as where a record's head is that of its neighbour in another format. */
static void exchange(const struct sf_cache_host_state *host, enum sf_opaque_kind kind,
                     struct sf_text *state)
{
    uint64_t before = 0;
    size_t end = state->length >= sizeof before ? state->length - sizeof before + 1 : 0;
    for (size_t i = end; i > 0 && before == 0; i--) {
        uint64_t number = number_at(state, i - 1);
        before = is_one(host, kind, number) ? number : 0;
    }
    size_t i = 0;
    while (before != 0 && i < end) {
        uint64_t number = number_at(state, i);
        if (is_one(host, kind, number)) {
            memcpy(state->data + i, &before, sizeof before);
            before = number;
            i += sizeof before;
        } else {
            i++;
        }
    }
}

static enum sf_cache_hand_over draw(const struct sf_cache_host_state *host, uint64_t drawn)
{
    return host->hand_over == SF_HAND_OVER_MIXED
               ? (enum sf_cache_hand_over)(drawn % SF_HAND_OVER_MIXED)
               : host->hand_over;
}

static void damage(const struct sf_cache_host_state *host, enum sf_cache_hand_over kind,
                   uint64_t drawn, struct sf_text *state)
{
    if (kind == SF_HAND_OVER_CUT && state->length > 0) {
        state->length = drawn / SF_HAND_OVER_MIXED % state->length;
    } else if (kind == SF_HAND_OVER_FOREIGN || kind == SF_HAND_OVER_VERSION) {
        exchange(host, SF_OPAQUE_TENANT, state);
        exchange(host, SF_OPAQUE_CAMERA, state);
    }
}

void sf_host_hand_over(struct sf_cache_version *from, struct sf_cache_version *to)
{
    struct sf_cache_host_state *host = from->host;
    if (!HAS(from, export_state) || !HAS(to, import_state)) {
        return;
    }
    struct sf_text state = {0};
    const struct sf_cache_sink sink = {
        .struct_bytes = sizeof sink, .context = &state, .write = collect};
    sf_host_enter(host, SF_CALLBACK_EXPORT_STATE, SF_NOBODY, SF_NOBODY);
    from->plugin->export_state(from->cache, &sink);
    uint64_t drawn = sf_rng_derive(host->seed, "hand-over", to->index);
    enum sf_cache_hand_over kind = draw(host, drawn);
    damage(host, kind, drawn, &state);
    if (kind != SF_HAND_OVER_SOUND && host->services->handed_over != NULL) {
        host->services->handed_over(host->services->context, to->index, kind,
                                    (uint32_t)state.length);
    }
    sf_host_enter(host, SF_CALLBACK_IMPORT_STATE, SF_NOBODY, SF_NOBODY);
    to->plugin->import_state(to->cache,
                             kind == SF_HAND_OVER_FOREIGN ? "foreign" : from->plugin->name,
                             kind == SF_HAND_OVER_VERSION ? "0.0-before" : from->plugin->version,
                             (const uint8_t *)state.data, state.length);
    sf_text_free(&state);
}
