/* What the canaries share: they keep whole uploads, and have the faults that their file knows. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_CANARY_H
#define STRAYFRAME_SIM_CLOUD_CACHES_CANARY_H

#include "sim_cloud/caches/kit.h"

struct canary_still {
    uint64_t tenant;
    uint64_t camera;
    uint32_t count;
    uint8_t bytes[];
};

/* The first member of a file's `struct store`. */
struct canary {
    const struct sf_cache_host *host;
    int wrong;              /* the file's enum wrong */
    struct kit_map uploads; /* by upload: struct canary_still */
};

/* A store of this many bytes, zeroed, that begins with a canary. NULL with a sentence in `error`
 * where options are given: there are none. */
void *sf_canary_create(size_t store_bytes, int wrong, const struct sf_cache_host *host,
                       const struct sf_cache_config *config, char *error, uint32_t error_bytes);
/* Frees the canary, and the store that begins with it. */
void sf_canary_destroy(void *store);
void sf_canary_on_upload(void *store, const struct sf_cache_upload *upload);
void sf_canary_on_fragment(void *store, const struct sf_cache_fragment *fragment);
/* The still whose upload has ended, now the caller's; NULL where it is not whole. */
struct canary_still *sf_canary_take(struct canary *canary, const struct sf_cache_upload_end *end);
/* Answers with the still, or that there is nothing now where it is NULL. */
void sf_canary_answer(const struct canary *canary, uint64_t request,
                      const struct canary_still *still);

/* A canary of a file, which has on_upload_ended, on_request, a destroy and a `struct store`. */
#define CANARY(IDENTIFIER, NAME, WRONG, SUMMARY) \
    CANARY_WITH(IDENTIFIER, NAME, WRONG, SUMMARY, .on_request_cancelled = NULL)
/* One with further functions. */
#define CANARY_WITH(IDENTIFIER, NAME, WRONG, SUMMARY, ...)                                      \
    static void *IDENTIFIER##_create(const struct sf_cache_host *host,                          \
                                     const struct sf_cache_config *config, char *error,         \
                                     uint32_t error_bytes)                                      \
    {                                                                                           \
        return sf_canary_create(sizeof(struct store), WRONG, host, config, error, error_bytes); \
    }                                                                                           \
    const struct sf_cache_plugin sf_builtin_canary_##IDENTIFIER = {                             \
        .struct_bytes = sizeof(struct sf_cache_plugin),                                         \
        .abi = SF_CACHE_ABI,                                                                    \
        .name = NAME,                                                                           \
        .version = "1",                                                                         \
        .summary = SUMMARY,                                                                     \
        .create = IDENTIFIER##_create,                                                          \
        .destroy = destroy,                                                                     \
        .on_upload = sf_canary_on_upload,                                                       \
        .on_upload_fragment = sf_canary_on_fragment,                                            \
        .on_upload_ended = on_upload_ended,                                                     \
        .on_request = on_request,                                                               \
        __VA_ARGS__}

#endif
