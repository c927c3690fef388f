/* The properties of an answer and of a fetch beside the bytes: the validator of what a viewer or a
 * cache holds already, the viewer's next session, how many bytes of the answer it has. */
#include "harness/base/assert.h"
#include "harness/cache/host_private.h"

int32_t sf_host_fetch_if_changed(void *context, uint64_t camera, uint64_t validator,
                                 uint64_t cookie, uint64_t *fetch_out)
{
    return sf_host_fetch(context, camera, validator, cookie, fetch_out);
}

/* As much of the properties as the plug-in's version of the header has; the rest is 0. */
static struct sf_cache_answer_properties
read_properties(const struct sf_cache_answer_properties *properties)
{
    struct sf_cache_answer_properties read = {.struct_bytes = sizeof read};
    if (SF_CACHE_HAS(properties, flags)) {
        read.flags = properties->flags;
    }
    if (SF_CACHE_HAS(properties, validator)) {
        read.validator = properties->validator;
    }
    if (SF_CACHE_HAS(properties, session)) {
        read.session = properties->session;
    }
    return read;
}

int32_t sf_host_answer_properties(void *context, uint64_t number,
                                  const struct sf_cache_answer_properties *properties)
{
    enum { FLAGS_KNOWN = SF_CACHE_ANSWER_STALE | SF_CACHE_ANSWER_INCOMPLETE };
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
    struct sf_cache_answer_properties read = read_properties(properties);
    uint64_t session = read.session != 0
                           ? sf_opaque_index(&version->host->opaque, SF_OPAQUE_TOKEN, read.session)
                           : 0;
    if ((read.flags & ~(uint32_t)FLAGS_KNOWN) != 0 ||
        !services->answer_properties(services->context, request->world_request, read.flags,
                                     read.validator, session)) {
        return sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, handle);
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
