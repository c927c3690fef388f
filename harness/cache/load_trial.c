/* A cache on trial: one is created and destroyed again, in a host whose world does nothing, to see
 * whether it understands its options. */
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/cache/host.h"

static sf_ns no_time(void *context)
{
    (void)context;
    return 0;
}

static int64_t no_wall_time(void *context)
{
    (void)context;
    return 0;
}

static void no_timer(void *context, sf_handle timer, sf_ns delay_ns)
{
    (void)context;
    (void)timer;
    (void)delay_ns;
}

static void no_question(void *context, sf_handle question, uint64_t session)
{
    (void)context;
    (void)question;
    (void)session;
}

static void no_store(void *context, uint32_t version, uint64_t connection, uint64_t cookie,
                     bool put, const uint8_t *key, uint32_t key_bytes, const uint8_t *bytes,
                     uint32_t count, sf_ns ttl_ns)
{
    (void)context;
    (void)version;
    (void)connection;
    (void)cookie;
    (void)put;
    (void)key;
    (void)key_bytes;
    (void)bytes;
    (void)count;
    (void)ttl_ns;
}

static void no_complaint(void *context, uint32_t version, int32_t code, uint64_t subject)
{
    (void)context;
    (void)version;
    (void)code;
    (void)subject;
}

static void no_log(void *context, uint32_t version, const char *text, uint32_t bytes)
{
    (void)context;
    (void)version;
    (void)text;
    (void)bytes;
}

static void no_state(void *context, uint32_t index, uint32_t value)
{
    (void)context;
    (void)index;
    (void)value;
}

bool sf_cache_try(const struct sf_cache_module *module, char *refusal_out, uint32_t refusal_bytes,
                  bool *ended_out)
{
    SF_ASSERT(module != NULL);
    SF_ASSERT(refusal_out != NULL);
    SF_ASSERT(refusal_bytes > 0);
    enum { STILL_BYTES = 1 << 20, CAPACITY_BYTES = 1 << 20 };
    /* No request can be answered and no camera fetched from here: there are none. */
    const struct sf_cache_services services = {
        .now_ns = no_time,
        .timer_start = no_timer,
        .store_start = no_store,
        .contract_broken = no_complaint,
        .log = no_log,
        .state = no_state,
        .identity_start = no_question,
        .unix_ms = no_wall_time,
    };
    struct sf_cache_host_state host;
    sf_cache_host_init(&host);
    sf_cache_host_reset(&host, &services, 1, 0, STILL_BYTES, CAPACITY_BYTES);
    bool understood = sf_cache_host_deploy(&host, module);
    sf_cache_host_destroy_caches(&host);
    *ended_out = host.ended.code != 0;
    snprintf(refusal_out, refusal_bytes, "%s", *ended_out ? host.ended.text : host.refusal);
    sf_cache_host_fini(&host);
    return understood && !*ended_out;
}
