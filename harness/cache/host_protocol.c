/* An answer beside its bytes: its properties (flags, validator, the viewer's next session), and how
 * many bytes of it the viewer has. */
#include "harness/base/assert.h"
#include "harness/cache/contract.h"
#include "harness/cache/host_private.h"

int32_t sf_host_answer_properties(void *context, uint64_t number,
                                  const struct sf_cache_answer_properties *properties)
{
    struct sf_cache_version *version = context;
    const struct sf_cache_services *services = version->host->services;
    int32_t code = SF_CACHE_DONE;
    sf_handle handle = sf_host_meant(version, SF_OPAQUE_REQUEST, number);
    struct sf_host_request *request = sf_host_answerable(version, handle, SF_REQUEST_OPEN, &code);
    if (request == NULL) {
        return sf_host_broken(version, code, handle);
    }
    if (properties == NULL || request->has_properties) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, handle);
    }
    struct sf_cache_answer_properties read = sf_contract_properties(properties);
    uint64_t session = read.session != 0
                           ? sf_opaque_index(&version->host->opaque, SF_OPAQUE_TOKEN, read.session)
                           : 0;
    code = sf_contract_flags(read.flags);
    if (code == SF_CACHE_DONE) {
        code = services->answer_properties(services->context, request->world_request, read.flags,
                                           read.validator, session);
    }
    if (code == SF_CACHE_E_OTHERS_SESSION) {
        (void)sf_host_broken(version, code, handle); /* the answer carries it, as it would have */
    } else if (code != SF_CACHE_DONE) {
        return sf_host_broken(version, code, handle);
    }
    request->has_properties = true;
    return SF_CACHE_DONE;
}

void sf_cache_host_progress(struct sf_cache_host_state *host, sf_handle handle,
                            uint32_t taken_bytes)
{
    SF_ASSERT(host != NULL);
    struct sf_host_request *request = sf_slots_get(&host->requests, handle);
    if (request == NULL || !request->in_parts || request->phase == SF_REQUEST_CANCELLED ||
        taken_bytes <= request->taken_bytes) {
        return;
    }
    request->taken_bytes = taken_bytes;
    if (HAS(request->version, on_answer_progress)) {
        sf_host_enter(host, SF_CALLBACK_ON_ANSWER_PROGRESS, request->home, request->home);
        request->version->plugin->on_answer_progress(
            request->version->cache, sf_host_told(host, SF_OPAQUE_REQUEST, handle), taken_bytes);
    }
}
