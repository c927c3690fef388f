/* The parts of an answer and of a fetch that say more than bytes. */
#include "harness/cache/host_private.h"

/* A camera always has something newer to send: whatever the validator, its still comes. */
int32_t sf_host_fetch_if_changed(void *context, uint64_t camera, uint64_t validator,
                                 uint64_t cookie, uint64_t *fetch_out)
{
    const struct sf_cache_version *version = context;
    (void)validator;
    return version->lent.fetch(context, camera, cookie, fetch_out);
}

/* Checked, and then not passed on: a viewer has no use for them. */
int32_t sf_host_answer_properties(void *context, uint64_t handle,
                                  const struct sf_cache_answer_properties *properties)
{
    struct sf_cache_version *version = context;
    const struct sf_host_request *request = sf_slots_get(&version->host->requests, handle);
    if (request == NULL || request->version != version) {
        return sf_host_broken(version, SF_CACHE_E_UNKNOWN_REQUEST, handle);
    }
    if (request->phase != SF_REQUEST_OPEN) {
        return sf_host_broken(version,
                              request->phase == SF_REQUEST_CANCELLED ? SF_CACHE_E_CANCELLED
                                                                     : SF_CACHE_E_ANSWERED,
                              handle);
    }
    if (properties == NULL || properties->struct_bytes < sizeof properties->struct_bytes) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, handle);
    }
    return SF_CACHE_DONE;
}
