/* The life of caches in a small world: the first ones, deploys with their hand-over, versions that
 * drain, nodes that are lost and come back. The rules are those of harness/cache/host_nodes.c. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/exhaust/state.h"

/* What it had under way is forgotten before it is destroyed. */
static void end(struct small *small, uint32_t index)
{
    struct small_state *state = &small->state;
    if (state->caches[index] == NULL) {
        return;
    }
    for (uint32_t i = 0; i < SMALL_REQUESTS; i++) {
        if (state->requests[i].phase != SMALL_FREE && state->requests[i].version == index) {
            state->requests[i] = (struct small_request){0};
        }
    }
    for (uint32_t i = 0; i < SMALL_FETCHES; i++) {
        if (state->fetches[i].id != 0 && state->fetches[i].version == index) {
            state->fetches[i] = (struct small_fetch){0};
        }
    }
    for (uint32_t i = 0; i < SMALL_QUESTIONS; i++) {
        if (state->questions[i].used && state->questions[i].version == index) {
            state->questions[i] = (struct small_question){0};
        }
    }
    for (uint32_t i = 0; i < SMALL_UPLOADS; i++) {
        if (state->uploads[i].id != 0 && state->uploads[i].version == index) {
            state->uploads[i] = (struct small_upload){0};
        }
    }
    for (uint32_t i = 0; i < SMALL_CONNECTIONS; i++) {
        if (state->connections[i].id != 0 && state->connections[i].version == index) {
            sf_small_store_forget(small, i);
            state->connections[i] = (struct small_connection){0};
        }
    }
    for (uint32_t i = state->timers_count; i > 0; i--) {
        if (state->timers[i - 1].version == index) {
            state->timers_count--;
            memmove(&state->timers[i - 1], &state->timers[i],
                    (state->timers_count - (i - 1)) * sizeof state->timers[0]);
            memset(&state->timers[state->timers_count], 0, sizeof state->timers[0]);
        }
    }
    sf_small_heap_active = small->uses_heap;
    SMALL_PLUGIN(small, index)->destroy(state->caches[index]);
    sf_small_heap_active = 0;
    state->caches[index] = NULL;
    state->draining_count -= state->versions[index].draining;
    state->versions[index].draining = 0;
}

void sf_small_sweep(struct small *small)
{
    SF_ASSERT(small != NULL);
    for (uint32_t i = 0; small->state.draining_count > 0 && i < small->state.versions_count; i++) {
        const struct small_version *version = &small->state.versions[i];
        if (version->draining && version->requests_count == 0 && version->uploads_count == 0) {
            end(small, i);
        }
    }
}

void sf_small_destroy_all(struct small *small)
{
    SF_ASSERT(small != NULL);
    for (uint32_t i = 0; i < small->state.versions_count; i++) {
        if (small->state.caches[i] != NULL) {
            sf_small_heap_active = small->uses_heap;
            SMALL_PLUGIN(small, i)->destroy(small->state.caches[i]);
            sf_small_heap_active = 0;
            small->state.caches[i] = NULL;
        }
    }
}

/* Of a cache in a box. The end is a finding of the event in which it comes. */
static void hear_end(void *context, int32_t code, uint64_t subject, const char *text)
{
    const struct small_lent *lent = context;
    struct small *small = lent->small;
    (void)subject;
    if (small->ended.code == 0) {
        small->ended.code = code;
        snprintf(small->ended.text, sizeof small->ended.text, "%s", text);
    }
    if (small->find.kind == SF_SMALL_FIND_NONE) {
        small->find = (struct sf_small_find){.kind = SF_SMALL_FIND_CRASH};
    }
    SMALL_TELL(small, SMALL_LANE_CACHE, SMALL_LANE_NONE, "** the cache ends: %s **", text);
}

bool sf_small_start(struct small *small, uint32_t node)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(node < small->world->nodes);
    struct small_state *state = &small->state;
    if (state->versions_count == SMALL_VERSIONS) {
        small->met_bound = true;
        return false;
    }
    uint32_t index = state->versions_count++;
    state->versions[index] = (struct small_version){
        .rng = small->rngs[index], .module = state->installed[node], .node = (uint8_t)node};
    state->current[node] = SMALL_NONE;
    const struct sf_cache_module *module = &small->modules[state->installed[node]];
    const struct sf_rng *rng = &state->versions[index].rng;
    const struct sf_box_config config = {
        .config =
            {
                .struct_bytes = sizeof config.config,
                .node = node,
                .nodes = small->world->nodes,
                .still_bytes_max = small->still_bytes_max,
                .capacity_bytes = small->capacity_bytes,
                .options = module->options,
            },
        .box = module->box,
        .rng = {rng->state[0], rng->state[1], rng->state[2], rng->state[3]},
        .ended = hear_end,
        .context = &small->contexts[index],
    };
    char error[256] = "";
    sf_small_heap_active = small->uses_heap;
    state->caches[index] =
        module->plugin->create(&small->lent[index], &config.config, error, sizeof error);
    sf_small_heap_active = 0;
    if (state->caches[index] == NULL) {
        if (small->ended.code == 0) {
            (void)sf_small_broken(small, SF_CACHE_E_BAD_ARGUMENT);
        }
        return false;
    }
    state->current[node] = (uint8_t)index;
    return true;
}

/* ---- deploys ---- */

enum { EXPORT_BYTES_MAX = 1 << 20 };

/* Not in the state: an export lives for one hand-over. */
struct exported {
    uint64_t count;
    uint8_t bytes[EXPORT_BYTES_MAX];
};

static void collect(void *context, const uint8_t *bytes, uint64_t count)
{
    struct exported *exported = context;
    if (bytes != NULL && count <= EXPORT_BYTES_MAX - exported->count) {
        memcpy(exported->bytes + exported->count, bytes, count);
        exported->count += count;
    }
}

static void hand_over(struct small *small, uint32_t from, uint32_t to, enum small_handed handed)
{
    static struct exported exported;
    if (handed == SMALL_HANDED_NOTHING || !SMALL_HAS(small, from, export_state) ||
        !SMALL_HAS(small, to, import_state)) {
        return;
    }
    exported.count = 0;
    const struct sf_cache_sink sink = {
        .struct_bytes = sizeof sink, .context = &exported, .write = collect};
    SMALL_CALL(small, from, export_state, &sink);
    if (handed == SMALL_HANDED_CUT) { /* in the second of two stills */
        exported.count -= exported.count / 4;
    }
    const struct sf_cache_plugin *plugin = SMALL_PLUGIN(small, from);
    SMALL_CALL(small, to, import_state, plugin->name, plugin->version, exported.bytes,
               exported.count);
}

static void tell_node(struct small *small, uint32_t version, uint32_t node, uint32_t event)
{
    const struct sf_cache_node_event told = {
        .struct_bytes = sizeof told, .event = event, .node = node};
    SMALL_CALL(small, version, on_node, &told);
}

static void tell_others(struct small *small, uint32_t node, uint32_t event)
{
    for (uint32_t i = 0; i < small->state.versions_count; i++) {
        if (small->state.versions[i].node != node) {
            tell_node(small, i, node, event);
        }
    }
}

static void tell_who_is_lost(struct small *small, uint32_t version)
{
    for (uint32_t node = 0; node < small->world->nodes; node++) {
        if (small->state.lost[node]) {
            tell_node(small, version, node, SF_CACHE_NODE_LOST);
        }
    }
}

void sf_small_deploy(struct small *small, uint32_t node, enum small_handed handed)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(node < small->world->nodes);
    struct small_state *state = &small->state;
    uint32_t old = state->current[node];
    state->installed[node] = 0;
    if (!sf_small_start(small, node)) {
        return;
    }
    uint32_t fresh = state->current[node];
    tell_who_is_lost(small, fresh);
    if (old != SMALL_NONE && state->caches[old] != NULL) {
        hand_over(small, old, fresh, handed);
        state->versions[old].draining = 1;
        state->draining_count++;
    }
}

void sf_small_node_lost(struct small *small, uint32_t node)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(node < small->world->nodes);
    struct small_state *state = &small->state;
    state->lost[node] = 1;
    state->current[node] = SMALL_NONE;
    for (uint32_t i = 0; i < state->versions_count; i++) {
        if (state->versions[i].node == node) {
            end(small, i);
        }
    }
    tell_others(small, node, SF_CACHE_NODE_LOST);
}

void sf_small_node_back(struct small *small, uint32_t node)
{
    SF_ASSERT(small != NULL);
    SF_ASSERT(node < small->world->nodes);
    small->state.lost[node] = 0;
    if (sf_small_start(small, node)) {
        tell_who_is_lost(small, small->state.current[node]);
    }
    tell_others(small, node, SF_CACHE_NODE_JOINED);
}
