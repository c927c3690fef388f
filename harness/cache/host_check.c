/* What holds of the host between two calls. */
#include "harness/base/assert.h"
#include "harness/cache/host_private.h"

_Static_assert(offsetof(struct sf_host_request, version) == 0,
               "tables of any item read the version");
_Static_assert(offsetof(struct sf_host_timer, version) == 0, "likewise");
_Static_assert(offsetof(struct sf_host_fetch, version) == 0, "likewise");
_Static_assert(offsetof(struct sf_host_connection, version) == 0, "likewise");
_Static_assert(offsetof(struct sf_host_question, version) == 0, "likewise");

static void check_version(const struct sf_cache_host_state *host, uint32_t index)
{
    const struct sf_cache_version *version = host->versions[index];
    SF_ASSERT(version->host == host);
    SF_ASSERT(version->index == index);
    SF_ASSERT(version->node.index < host->nodes_count);
    SF_ASSERT(version->plugin != NULL);
    if (sf_cache_version_is_gone(version)) {
        SF_ASSERT(version->requests_count == 0);
        SF_ASSERT(version->uploads_count == 0);
        SF_ASSERT(!version->draining);
        return;
    }
    const struct sf_cache_node *node = &host->nodes[version->node.index];
    SF_ASSERT(!node->lost);
    SF_ASSERT(version->draining == (node->current != version));
}

static void check_node(const struct sf_cache_host_state *host, uint32_t index)
{
    const struct sf_cache_node *node = &host->nodes[index];
    if (node->current == NULL) {
        return;
    }
    SF_ASSERT(!node->lost);
    SF_ASSERT(node->current->node.index == index);
    SF_ASSERT(!sf_cache_version_is_gone(node->current));
}

void sf_cache_host_check(const struct sf_cache_host_state *host)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(host->nodes_count <= SF_NODES_MAX);
    SF_ASSERT(host->versions_count <= host->versions_capacity);
    uint32_t draining_count = 0;
    for (uint32_t i = 0; i < host->versions_count; i++) {
        check_version(host, i);
        draining_count += host->versions[i]->draining;
    }
    SF_ASSERT(draining_count == host->draining_count);
    for (uint32_t i = 0; i < host->nodes_count; i++) {
        check_node(host, i);
    }
}

/* Each item of the table belongs to a version that runs. */
static void check_owners(const struct sf_cache_host_state *host, const struct sf_slots *slots)
{
    sf_slots_check(slots);
    for (sf_handle handle = sf_slots_next(slots, 0); handle != 0;
         handle = sf_slots_next(slots, handle)) {
        struct sf_cache_version *const *owner = sf_slots_get(slots, handle);
        SF_ASSERT(*owner != NULL);
        SF_ASSERT((*owner)->host == host);
        SF_ASSERT(!sf_cache_version_is_gone(*owner));
    }
}

static uint32_t open_requests_count(const struct sf_cache_host_state *host,
                                    const struct sf_cache_version *version)
{
    uint32_t count = 0;
    for (sf_handle handle = sf_slots_next(&host->requests, 0); handle != 0;
         handle = sf_slots_next(&host->requests, handle)) {
        const struct sf_host_request *request = sf_slots_get(&host->requests, handle);
        SF_ASSERT(request->phase <= SF_REQUEST_CANCELLED);
        SF_ASSERT(request->passed_bytes <= request->announced_bytes);
        SF_ASSERT(request->taken_bytes <= request->passed_bytes);
        bool open = request->phase == SF_REQUEST_OPEN || request->phase == SF_REQUEST_ANSWERING;
        count += request->version == version && open;
    }
    return count;
}

void sf_cache_host_check_handles(const struct sf_cache_host_state *host)
{
    SF_ASSERT(host != NULL);
    check_owners(host, &host->requests);
    check_owners(host, &host->timers);
    check_owners(host, &host->fetches);
    check_owners(host, &host->connections);
    check_owners(host, &host->questions);
    for (uint32_t i = 0; i < host->versions_count; i++) {
        const struct sf_cache_version *version = host->versions[i];
        SF_ASSERT(sf_cache_version_is_gone(version) ||
                  open_requests_count(host, version) == version->requests_count);
    }
}
