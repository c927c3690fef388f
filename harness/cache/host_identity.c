/* What a node knows from outside itself: the identity service, which says whose a token is, and the
 * node's wall clock, which may be wrong. */
#include "harness/base/assert.h"
#include "harness/cache/host_private.h"

int64_t sf_host_wall_clock_ms(void *context)
{
    const struct sf_cache_version *version = context;
    const struct sf_cache_services *services = version->host->services;
    return services->unix_ms(services->context) +
           version->host->nodes[version->node.index].clock_step_ns / SF_MS;
}

int32_t sf_host_identity(void *context, uint64_t token, uint64_t cookie)
{
    struct sf_cache_version *version = context;
    struct sf_cache_host_state *host = version->host;
    if (host->questions.count >= SF_CACHE_QUESTIONS_MAX) {
        return SF_CACHE_E_BUSY;
    }
    void *item;
    sf_handle handle = sf_slots_take(&host->questions, &item);
    *(struct sf_host_question *)item = (struct sf_host_question){
        .version = version, .cookie = cookie, .token = token, .begun_for = host->cause.begun_for};
    /* A token that was never given maps to some number; the service knows no session by it. */
    host->services->identity_start(host->services->context, handle,
                                   sf_opaque_index(&host->opaque, SF_OPAQUE_TOKEN, token));
    return SF_CACHE_DONE;
}

void sf_cache_host_identity_known(struct sf_cache_host_state *host, sf_handle handle,
                                  uint32_t status, struct sf_tenant_id tenant)
{
    SF_ASSERT(host != NULL);
    const struct sf_host_question *question = sf_slots_get(&host->questions, handle);
    if (question == NULL) {
        return; /* who asked is gone */
    }
    struct sf_host_question asked = *question;
    sf_slots_give(&host->questions, handle);
    if (HAS(asked.version, on_identity)) {
        bool known = status == SF_CACHE_IDENTITY_KNOWN;
        const struct sf_cache_identity event = {
            .struct_bytes = sizeof event,
            .status = status,
            .cookie = asked.cookie,
            .token = asked.token,
            .tenant = known ? sf_opaque(&host->opaque, SF_OPAQUE_TENANT, tenant.index) : 0,
        };
        sf_host_enter(host, SF_CALLBACK_ON_IDENTITY, asked.begun_for, asked.begun_for);
        asked.version->plugin->on_identity(asked.version->cache, &event);
    }
}
