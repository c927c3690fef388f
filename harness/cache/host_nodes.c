/* The cache's nodes and the life of the versions on them: deploys with their hand-over, versions
 * that drain, nodes that are lost and come back, and what concerns a node as a whole. */
#include <stdio.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cache/host_private.h"

void sf_cache_host_set_nodes(struct sf_cache_host_state *host, uint32_t nodes_count)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(nodes_count > 0);
    SF_ASSERT(host->versions_count == 0);
    SF_ASSERT(nodes_count >= 1);
    SF_ASSERT(nodes_count <= SF_NODES_MAX);
    host->nodes_count = nodes_count;
}

void sf_cache_host_set_fresh_within(struct sf_cache_host_state *host, sf_ns fresh_within_ns)
{
    SF_ASSERT(host->versions_count == 0);
    SF_ASSERT(fresh_within_ns >= 0);
    host->fresh_within_ns = fresh_within_ns;
}

struct sf_cache_version *sf_host_current(const struct sf_cache_host_state *host,
                                         struct sf_node_id node)
{
    SF_ASSERT(host != NULL);
    return node.index < host->nodes_count ? host->nodes[node.index].current : NULL;
}

/* ---- the end of a version ---- */

/* Gives back every handle of a table that belongs to `version`; the version pointer comes first in
 * each item. */
static void release_all(struct sf_slots *slots, const struct sf_cache_version *version)
{
    for (sf_handle handle = sf_slots_next(slots, 0); handle != 0;
         handle = sf_slots_next(slots, handle)) {
        struct sf_cache_version *const *owner = sf_slots_get(slots, handle);
        if (*owner == version) {
            sf_slots_give(slots, handle);
        }
    }
}

static void cancel_fetches(struct sf_cache_host_state *host, const struct sf_cache_version *version)
{
    for (sf_handle handle = sf_slots_next(&host->fetches, 0); handle != 0;
         handle = sf_slots_next(&host->fetches, handle)) {
        const struct sf_host_fetch *fetch = sf_slots_get(&host->fetches, handle);
        if (fetch->version == version) {
            host->services->fetch_cancel(host->services->context, fetch->world_fetch);
        }
    }
}

/* The allocators of sanitizers keep what is freed, which is no doing of the cache's. */
static void judge_memory(struct sf_cache_version *version)
{
#ifndef SF_SANITIZED
    if (version->cache != NULL && version->box != NULL &&
        sf_contract_memory_is_exceeded(sf_box_grown_bytes(version->cache),
                                       version->host->capacity_bytes)) {
        (void)sf_host_broken(version, SF_CACHE_E_MEMORY, 0);
    }
#else
    (void)version;
#endif
}

void sf_cache_host_judge_memory(struct sf_cache_host_state *host)
{
    SF_ASSERT(host != NULL);
    for (uint32_t i = 0; i < host->versions_count; i++) {
        judge_memory(host->versions[i]);
    }
}

/* Of all that it had open nothing happens any more. */
static void forget_open(struct sf_cache_version *version)
{
    struct sf_cache_host_state *host = version->host;
    cancel_fetches(host, version);
    release_all(&host->requests, version);
    release_all(&host->timers, version);
    release_all(&host->fetches, version);
    release_all(&host->connections, version);
    release_all(&host->questions, version);
}

/* Before it is destroyed, so that `destroy` finds nothing open; and after, since what is called
 * from inside `destroy` has no effect. */
static void end(struct sf_cache_version *version)
{
    struct sf_cache_host_state *host = version->host;
    if (version->cache == NULL) {
        return;
    }
    judge_memory(version);
    forget_open(version);
    version->plugin->destroy(version->cache);
    forget_open(version);
    sf_host_holds_release(host, version);
    version->cache = NULL;
    version->requests_count = 0;
    version->uploads_count = 0;
    host->draining_count -= version->draining;
    version->draining = false;
}

void sf_cache_host_destroy_caches(struct sf_cache_host_state *host)
{
    SF_ASSERT(host != NULL);
    for (uint32_t i = 0; i < host->versions_count; i++) {
        struct sf_cache_version *version = host->versions[i];
        if (version->cache != NULL) {
            version->plugin->destroy(version->cache);
            version->cache = NULL;
        }
    }
    sf_host_holds_release(host, NULL);
    host->versions_count = 0;
    host->draining_count = 0;
}

static void report_calls_from_afar(struct sf_cache_host_state *host)
{
    atomic_store(&host->called_from_afar, false);
    for (uint32_t i = 0; i < host->versions_count; i++) {
        if (atomic_exchange(&host->versions[i]->called_from_afar, false)) {
            (void)sf_host_broken(host->versions[i], SF_CACHE_E_FOREIGN_THREAD, 0);
        }
    }
}

void sf_cache_host_sweep(struct sf_cache_host_state *host)
{
    SF_ASSERT(host != NULL);
    if (atomic_load_explicit(&host->called_from_afar, memory_order_relaxed)) {
        report_calls_from_afar(host);
    }
    if (host->draining_count == 0) {
        return;
    }
    for (uint32_t i = 0; i < host->versions_count; i++) {
        struct sf_cache_version *version = host->versions[i];
        if (version->draining && version->requests_count == 0 && version->uploads_count == 0) {
            end(version);
        }
    }
}

/* ---- the beginning of a version ---- */

static struct sf_cache_version *version_add(struct sf_cache_host_state *host)
{
    SF_ASSERT(host->versions_count < SF_CACHE_VERSIONS_MAX);
    if (host->versions_count == host->versions_capacity) {
        uint32_t more = host->versions_capacity + SF_NODES_MAX;
        host->versions = sf_realloc(host->versions, more, sizeof(struct sf_cache_version *));
        while (host->versions_capacity < more) {
            host->versions[host->versions_capacity++] =
                sf_alloc(1, sizeof(struct sf_cache_version));
        }
    }
    return host->versions[host->versions_count++];
}

/* A boxed cache came to an end of its own. */
static void hear_end(void *context, int32_t code, uint64_t subject, const char *text)
{
    struct sf_cache_version *version = context;
    struct sf_cache_ended *ended = &version->host->ended;
    if (ended->code == 0) {
        *ended = (struct sf_cache_ended){.code = code, .subject = subject};
        snprintf(ended->text, sizeof ended->text, "%s", text);
    }
    sf_host_broken(version, code, subject);
}

static void hear_breach(void *context, int32_t code)
{
    (void)sf_host_broken(context, code, 0);
}

/* A new instance of what is installed on the node, empty; NULL if it would not be created. */
static struct sf_cache_version *start(struct sf_cache_host_state *host, struct sf_node_id node)
{
    const struct sf_cache_module *module = &host->nodes[node.index].module;
    uint32_t index = host->versions_count;
    struct sf_cache_version *version = version_add(host);
    *version = (struct sf_cache_version){
        .host = host, .plugin = module->plugin, .box = module->box, .index = index, .node = node};
    snprintf(version->options, sizeof version->options, "%s", module->options);
    sf_rng_init(&version->rng, host->seed, "cache", index);
    sf_cache_host_lend(version);

    const struct sf_box_config config = {
        .config =
            {
                .struct_bytes = sizeof config.config,
                .node = node.index,
                .nodes = host->nodes_count,
                .still_bytes_max = host->still_bytes_max,
                .capacity_bytes = host->capacity_bytes,
                .options = version->options,
                .fresh_within_ns = host->fresh_within_ns,
            },
        .box = module->box,
        .rng = {version->rng.state[0], version->rng.state[1], version->rng.state[2],
                version->rng.state[3]},
        .ended = hear_end,
        .broke = hear_breach,
        .context = version,
    };
    char error[sizeof host->refusal] = "";
    sf_host_enter(host, SF_CALLBACK_CREATE, SF_NOBODY, SF_NOBODY);
    version->cache = module->plugin->create(&version->lent, &config.config, error, sizeof error);
    if (version->cache == NULL) {
        forget_open(version);
        snprintf(host->refusal, sizeof host->refusal, "%.*s", (int)sizeof error - 1, error);
        if (host->ended.code == 0) {
            sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, 0);
        }
        return NULL;
    }
    return version;
}

static void tell_node(struct sf_cache_version *version, struct sf_node_id node, uint32_t event)
{
    if (HAS(version, on_node)) {
        const struct sf_cache_node_event told = {
            .struct_bytes = sizeof told, .event = event, .node = node.index};
        sf_host_enter(version->host, SF_CALLBACK_ON_NODE, SF_NOBODY, SF_NOBODY);
        version->plugin->on_node(version->cache, &told);
    }
}

/* Who begins while nodes are lost could not know it otherwise. */
static void tell_who_is_lost(struct sf_cache_version *version)
{
    const struct sf_cache_host_state *host = version->host;
    for (uint32_t node = 0; node < host->nodes_count; node++) {
        if (host->nodes[node].lost) {
            tell_node(version, sf_node_id(node), SF_CACHE_NODE_LOST);
        }
    }
}

bool sf_cache_host_deploy_node(struct sf_cache_host_state *host, struct sf_node_id node_id,
                               const struct sf_cache_module *module)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(module != NULL);
    SF_ASSERT(node_id.index < host->nodes_count);
    struct sf_cache_node *node = &host->nodes[node_id.index];
    struct sf_cache_version *before = node->current;
    node->module = *module;
    if (node->lost) {
        return true;
    }
    node->current = start(host, node_id);
    if (node->current != NULL && before != NULL) {
        sf_host_hand_over(before, node->current);
    }
    if (node->current != NULL) {
        tell_who_is_lost(node->current);
    }
    if (before != NULL) {
        before->draining = true;
        host->draining_count++;
    }
    return node->current != NULL;
}

bool sf_cache_host_deploy(struct sf_cache_host_state *host, const struct sf_cache_module *module)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(module != NULL);
    bool done = true;
    for (uint32_t node = 0; node < host->nodes_count; node++) {
        done &= sf_cache_host_deploy_node(host, sf_node_id(node), module);
    }
    return done;
}

/* ---- nodes ---- */

static void tell_others(struct sf_cache_host_state *host, struct sf_node_id node, uint32_t event)
{
    for (uint32_t i = 0; i < host->versions_count; i++) {
        if (host->versions[i]->node.index != node.index) {
            tell_node(host->versions[i], node, event);
        }
    }
}

void sf_cache_host_node_lost(struct sf_cache_host_state *host, struct sf_node_id node)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(node.index < host->nodes_count);
    SF_ASSERT(!host->nodes[node.index].lost);
    host->nodes[node.index].lost = true;
    host->nodes[node.index].current = NULL;
    for (uint32_t i = 0; i < host->versions_count; i++) {
        if (host->versions[i]->node.index == node.index) {
            end(host->versions[i]);
        }
    }
    tell_others(host, node, SF_CACHE_NODE_LOST);
}

bool sf_cache_host_node_back(struct sf_cache_host_state *host, struct sf_node_id node)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(node.index < host->nodes_count);
    SF_ASSERT(host->nodes[node.index].lost);
    host->nodes[node.index].lost = false;
    host->nodes[node.index].current = start(host, node);
    if (host->nodes[node.index].current != NULL) {
        tell_who_is_lost(host->nodes[node.index].current);
    }
    tell_others(host, node, SF_CACHE_NODE_JOINED);
    return host->nodes[node.index].current != NULL;
}

enum sf_reconfigured sf_cache_host_reconfigure(struct sf_cache_host_state *host,
                                               struct sf_node_id node, const char *options)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(node.index < host->nodes_count);
    struct sf_cache_version *version = sf_host_current(host, node);
    if (version == NULL || !HAS(version, on_reconfigure)) {
        return SF_RECONFIGURE_NOT_HEARD;
    }
    sf_host_enter(version->host, SF_CALLBACK_ON_RECONFIGURE, SF_NOBODY, SF_NOBODY);
    int32_t answer = version->plugin->on_reconfigure(version->cache, options);
    if (answer == 0) {
        struct sf_cache_module *module = &host->nodes[node.index].module;
        snprintf(module->options, sizeof module->options, "%s", options);
        return SF_RECONFIGURED;
    }
    if (answer != 1) {
        sf_host_broken(version, SF_CACHE_E_BAD_ARGUMENT, (uint32_t)answer);
    }
    return SF_RECONFIGURE_REFUSED;
}

void sf_cache_host_clock_step(struct sf_cache_host_state *host, struct sf_node_id node,
                              sf_ns step_ns)
{
    SF_ASSERT(host != NULL);
    SF_ASSERT(node.index < host->nodes_count);
    host->nodes[node.index].clock_step_ns += step_ns;
    for (uint32_t i = 0; i < host->versions_count; i++) {
        struct sf_cache_version *version = host->versions[i];
        if (version->node.index == node.index && HAS(version, on_clock_step)) {
            sf_host_enter(version->host, SF_CALLBACK_ON_CLOCK_STEP, SF_NOBODY, SF_NOBODY);
            version->plugin->on_clock_step(version->cache, step_ns / SF_MS);
        }
    }
}
