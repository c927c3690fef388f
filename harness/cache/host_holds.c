/* Bytes that a cache keeps without copying them: `hold` and `drop`, and who is to blame when lent
 * bytes were written into. */
#include "harness/base/assert.h"
#include "harness/cache/host_private.h"

struct hold {
    struct sf_cache_version *version; /* first: see release_all in host_nodes.c */
    struct sf_content *content;       /* one reference */
};

void sf_host_holds_init(struct sf_cache_host_state *host)
{
    sf_slots_init(&host->holds, sizeof(struct hold));
}

void sf_cache_host_offer(struct sf_cache_host_state *host, struct sf_content *content)
{
    SF_ASSERT(host != NULL);
    host->offered = content;
}

struct sf_content *sf_host_offered(struct sf_cache_host_state *host)
{
    SF_ASSERT(host != NULL);
    struct sf_content *content = host->offered;
    host->offered = NULL;
    return content;
}

void sf_host_offer_to(struct sf_cache_host_state *host, uint64_t number, struct sf_content *content)
{
    SF_ASSERT(host != NULL);
    host->offered_for = number;
    host->offered = content;
}

static int32_t lent_hold(void *context, uint64_t number, const uint8_t **bytes_out,
                         uint64_t *hold_out)
{
    struct sf_cache_version *version = context;
    struct sf_cache_host_state *host = version->host;
    if (sf_host_is_foreign(version)) {
        return SF_CACHE_E_FOREIGN_THREAD;
    }
    if (host->offered == NULL || number != host->offered_for || bytes_out == NULL ||
        hold_out == NULL) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, number);
    }
    void *item;
    sf_handle handle = sf_slots_take(&host->holds, &item);
    *(struct hold *)item =
        (struct hold){.version = version, .content = sf_content_keep(host->offered)};
    *bytes_out = host->offered->bytes;
    *hold_out = sf_host_told(host, SF_OPAQUE_HOLD, handle);
    return SF_CACHE_DONE;
}

static int32_t lent_drop(void *context, uint64_t number)
{
    struct sf_cache_version *version = context;
    struct sf_cache_host_state *host = version->host;
    if (sf_host_is_foreign(version)) {
        return SF_CACHE_E_FOREIGN_THREAD;
    }
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_HOLD, number);
    const struct hold *hold = sf_slots_get(&host->holds, handle);
    if (hold == NULL || hold->version != version) {
        return sf_host_broken(version, SF_CACHE_E_UNKNOWN_HOLD, number);
    }
    sf_content_drop(hold->content);
    sf_slots_give(&host->holds, handle);
    return SF_CACHE_DONE;
}

void sf_host_lend_holds(struct sf_cache_version *version)
{
    SF_ASSERT(version != NULL);
    if (version->host->lends) {
        version->lent.struct_bytes = sizeof version->lent;
        version->lent.hold = lent_hold;
        version->lent.drop = lent_drop;
    }
}

void sf_host_holds_release(struct sf_cache_host_state *host, const struct sf_cache_version *version)
{
    SF_ASSERT(host != NULL);
    for (sf_handle handle = sf_slots_next(&host->holds, 0); handle != 0;
         handle = sf_slots_next(&host->holds, handle)) {
        const struct hold *hold = sf_slots_get(&host->holds, handle);
        if (version == NULL || hold->version == version) {
            sf_content_drop(hold->content);
            sf_slots_give(&host->holds, handle);
        }
    }
}

void sf_cache_host_wrote(struct sf_cache_host_state *host, const struct sf_content *content)
{
    SF_ASSERT(host != NULL);
    struct sf_cache_version *blamed =
        host->versions_count > 0 ? host->versions[host->versions_count - 1] : NULL;
    for (sf_handle handle = sf_slots_next(&host->holds, 0); handle != 0;
         handle = sf_slots_next(&host->holds, handle)) {
        const struct hold *hold = sf_slots_get(&host->holds, handle);
        blamed = hold->content == content ? hold->version : blamed;
    }
    if (blamed != NULL) {
        sf_host_broken(blamed, SF_CACHE_E_WROTE_LENT, 0);
    }
}
