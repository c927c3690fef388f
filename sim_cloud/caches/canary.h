/* What the canaries of one file differ in: which of its faults they have. The file has the
 * functions that are named here. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_CANARY_H
#define STRAYFRAME_SIM_CLOUD_CACHES_CANARY_H

#define CANARY(IDENTIFIER, NAME, WRONG, SUMMARY)                                        \
    static void *IDENTIFIER##_create(const struct sf_cache_host *host,                  \
                                     const struct sf_cache_config *config, char *error, \
                                     uint32_t error_bytes)                              \
    {                                                                                   \
        return canary_create(WRONG, host, config, error, error_bytes);                  \
    }                                                                                   \
    const struct sf_cache_plugin sf_builtin_canary_##IDENTIFIER = {                     \
        .struct_bytes = sizeof(struct sf_cache_plugin),                                 \
        .abi = SF_CACHE_ABI,                                                            \
        .name = NAME,                                                                   \
        .version = "1",                                                                 \
        .summary = SUMMARY,                                                             \
        .create = IDENTIFIER##_create,                                                  \
        .destroy = canary_destroy,                                                      \
        .on_upload = on_upload,                                                         \
        .on_upload_fragment = on_fragment,                                              \
        .on_upload_ended = on_upload_ended,                                             \
        .on_request = on_request,                                                       \
    }

#endif
