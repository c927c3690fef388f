/* The careful cache's answers: with no more than the viewer lacks, and at the speed at which it
 * takes it. */
#include "sim_cloud/caches/careful.h"

#include <stdlib.h>

/* An answer that is being sent in parts. */
struct sending {
    uint64_t request;
    struct careful_still *still;
    uint32_t sent_bytes;
};

static void say(const struct careful *cache, const struct sf_cache_request *request,
                const struct careful_still *still)
{
    const struct sf_cache_answer_properties properties = {
        .struct_bytes = sizeof properties,
        .flags = sf_careful_is_at_most(cache, still, cache->fresh_ns) ? 0 : SF_CACHE_ANSWER_STALE,
        .validator = still->validator,
        .session = request->session_renewal,
    };
    cache->host->answer_properties(cache->host->context, request->request, &properties);
}

static void send_more(struct careful *cache, struct sending *sending, uint32_t taken_bytes)
{
    const struct sf_cache_host *host = cache->host;
    const struct careful_still *still = sending->still;
    uint64_t end = taken_bytes + (uint64_t)cache->part_bytes * cache->parts_ahead;
    while (sending->sent_bytes < still->count && sending->sent_bytes < end) {
        uint32_t left = still->count - sending->sent_bytes;
        uint32_t part = left < cache->part_bytes ? left : cache->part_bytes;
        host->answer_part(host->context, sending->request, still->bytes + sending->sent_bytes,
                          part);
        sending->sent_bytes += part;
    }
    if (sending->sent_bytes == still->count) {
        host->answer_end(host->context, sending->request);
        sf_careful_stop_sending(cache, sending->request);
    }
}

static void send(struct careful *cache, uint64_t request, struct careful_still *still)
{
    cache->host->answer_begin(cache->host->context, request, still->count);
    struct sending *sending = sf_kit_alloc(1, sizeof *sending);
    sending->request = request;
    sending->still = still;
    still->references++;
    sf_kit_map_put(&cache->sendings, request, 0, sending);
    send_more(cache, sending, 0);
}

void sf_careful_send_on(struct careful *cache, uint64_t request, uint32_t taken_bytes)
{
    struct sending *sending = sf_kit_map_get(&cache->sendings, request, 0);
    if (sending != NULL) {
        send_more(cache, sending, taken_bytes);
    }
}

void sf_careful_stop_sending(struct careful *cache, uint64_t request)
{
    struct sending *sending = sf_kit_map_remove(&cache->sendings, request, 0);
    if (sending != NULL) {
        sf_careful_still_drop(sending->still);
        free(sending);
    }
}

void sf_careful_forget_sendings(struct careful *cache)
{
    for (size_t i = 0; i < cache->sendings.capacity; i++) {
        struct sending *sending = cache->sendings.entries[i].value;
        if (sending != NULL) {
            sf_careful_still_drop(sending->still);
            free(sending);
        }
    }
    sf_kit_map_free(&cache->sendings);
}

void sf_careful_respond(struct careful *cache, const struct sf_cache_request *request,
                        struct careful_still *still)
{
    const struct sf_cache_host *host = cache->host;
    if (still == NULL) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_UNAVAILABLE, NULL, 0);
        return;
    }
    say(cache, request, still);
    bool held = request->validator == still->validator;
    uint32_t offset = request->range_offset;
    if (held && offset == 0) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_NOT_MODIFIED, NULL, 0);
    } else if (held && offset < still->count) {
        host->answer(host->context, request->request, SF_CACHE_STATUS_PARTIAL,
                     still->bytes + offset, still->count - offset);
    } else {
        send(cache, request->request, still);
    }
}
