#include "harness/exhaust/search.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

struct level {
    uint32_t count;
    uint32_t next;
    struct sf_small_event events[SMALL_ENABLED_MAX];
};

/* One for each depth; too large for a stack. */
struct levels {
    struct level of[SF_SMALL_EVENTS_MAX + 1];
};

/* A boxed cache takes a hundred times as long for an order. */
enum { ORDERS_BETWEEN_LOOKS = 4096, BOXED_BETWEEN_LOOKS = 16 };

/* One order of a boxed cache: more work or sleep than this is a hang. */
enum { ORDER_SECONDS = 2 };

/* ---- a world for a cache ---- */

void sf_search_name(struct sf_search *search, uint64_t seed)
{
    SF_ASSERT(search != NULL);
    struct small *small = &search->small;
    sf_opaque_init(&small->opaque, seed);
    sf_opaque_init(&small->numbers, sf_rng_derive(seed, "small", 0));
    for (uint32_t i = 0; i < SF_SMALL_CAMERAS_MAX; i++) {
        small->camera_ids[i] = sf_small_identity(small, &small->opaque, SF_OPAQUE_CAMERA, i);
        small->serial_ids[i] = sf_small_identity(small, &small->opaque, SF_OPAQUE_SERIAL,
                                                 small->world->serial_shared ? 0 : i);
    }
    for (uint32_t i = 0; i < SF_SMALL_TENANTS_MAX; i++) {
        small->tenant_ids[i] = sf_small_identity(small, &small->opaque, SF_OPAQUE_TENANT, i);
        small->viewer_ids[i] = sf_small_identity(small, &small->opaque, SF_OPAQUE_VIEWER, i);
    }
    small->model_id = sf_small_identity(small, &small->opaque, SF_OPAQUE_MODEL, 0);
    small->integration_id = sf_small_identity(small, &small->opaque, SF_OPAQUE_INTEGRATION, 0);
    for (uint32_t i = 0; i < SMALL_VERSIONS; i++) {
        sf_rng_init(&small->rngs[i], seed, "cache", i);
        sf_small_lend(small, i);
    }
}

void sf_search_init(struct sf_search *search, uint64_t seed)
{
    SF_ASSERT(search != NULL);
    struct small *small = &search->small;
    const struct sf_small_world *world = small->world;
    enum { HEAD_BYTES = 64, ROW_BYTES = 2 };
    uint32_t longest =
        world->still_bytes + world->still_step * (world->tenants - 1) + world->still_turn;
    small->still_bytes_max = longest + (world->rows > 0 ? HEAD_BYTES + ROW_BYTES * world->rows : 0);
    SF_ASSERT(small->still_bytes_max <= SF_SMALL_STILL_BYTES_MAX);
    uint32_t stills = world->capacity_stills != 0 ? world->capacity_stills : 1000;
    small->capacity_bytes = (uint64_t)stills * small->still_bytes_max;
    sf_search_name(search, seed);
    search->snapshots = search->snapshots && sf_small_heap_open();
    search->merges = search->merges && search->snapshots;
    small->uses_heap = search->snapshots;
    if (search->snapshots) {
        sf_small_segments_find(small, &search->segments);
    }
}

void sf_search_free(struct sf_search *search)
{
    SF_ASSERT(search != NULL);
    if (!search->snapshots) {
        sf_small_destroy_all(&search->small);
    }
    for (uint32_t i = 0; i <= SF_SMALL_EVENTS_MAX; i++) {
        sf_small_image_free(&search->images[i]);
    }
    sf_small_image_free(&search->aside);
}

/* ---- from the beginning ---- */

static bool begin(struct sf_search *search)
{
    if (search->snapshots) {
        sf_small_heap_reset();
    } else {
        sf_small_destroy_all(&search->small);
    }
    if (sf_small_is_boxed(&search->small)) {
        sf_box_run_begins(ORDER_SECONDS, false);
    }
    return sf_small_begin(&search->small);
}

/* The order's first `depth` events, from the beginning. */
static void run_again(struct sf_search *search, uint32_t depth)
{
    bool is_boxed = sf_small_is_boxed(&search->small);
    bool began = begin(search);
    SF_ASSERT(began || is_boxed);
    search->is_unrepeatable |= !began;
    for (uint32_t i = 0; i < depth && !search->is_unrepeatable; i++) {
        if (is_boxed && !sf_small_possible(&search->small, search->order.events[i])) {
            search->is_unrepeatable = true;
            break;
        }
        sf_small_apply(&search->small, search->order.events[i]);
    }
    /* What these events brought was judged when each was the latest. */
    search->small.find.kind = SF_SMALL_FIND_NONE;
    search->small.contract.kind = SF_SMALL_FIND_NONE;
}

/* Back to where the order's first `depth` events lead. */
static void return_to(struct sf_search *search, uint32_t depth)
{
    if (search->snapshots) {
        sf_small_image_restore(&search->images[depth], &search->small, &search->segments);
        search->copied_bytes += search->images[depth].size;
    } else {
        run_again(search, depth);
    }
}

/* ---- is it another's content, or bytes that the cache brings itself? ---- */

/* The same order with other content of the same owners: what is theirs changes with it. The find is
 * of the order's last event. */
static bool follows_content(struct sf_search *search)
{
    struct small *small = &search->small;
    const struct sf_small_find found = small->find;
    struct sf_small_story *told = small->told;
    enum { OTHER_CONTENT = 13 };
    if (found.kind != SF_SMALL_FIND_BYTE) {
        return true;
    }
    if (search->snapshots) {
        sf_small_image_save(&search->aside, small, &search->segments, true);
    }
    small->told = NULL;
    small->content_shift[found.owner] = OTHER_CONTENT;
    run_again(search, search->order.count - 1);
    small->find.kind = SF_SMALL_FIND_NONE;
    if (!search->is_unrepeatable) {
        sf_small_apply(small, search->order.events[search->order.count - 1]);
    }
    const struct sf_small_find other = small->find;
    small->content_shift[found.owner] = 0;
    if (search->snapshots) {
        sf_small_image_restore(&search->aside, small, &search->segments);
    } else {
        run_again(search, search->order.count);
    }
    small->told = told;
    small->find = found;
    return other.kind != SF_SMALL_FIND_BYTE || other.value != found.value;
}

/* What the latest event of search->order brought: true if it leaks. */
static bool judge(struct sf_search *search)
{
    struct small *small = &search->small;
    if (small->find.kind == SF_SMALL_FIND_NONE) {
        return false;
    }
    if (follows_content(search)) {
        return true;
    }
    SMALL_TELL(small, SMALL_LANE_NONE, SMALL_LANE_NONE,
               "(with other content they are the same: the cache's own bytes)");
    search->own_bytes_count++;
    small->find.kind = SF_SMALL_FIND_NONE;
    return false;
}

bool sf_search_replay(struct sf_search *search, const struct sf_small_order *order,
                      uint32_t *failed_out)
{
    SF_ASSERT(search != NULL);
    SF_ASSERT(order != NULL);
    SF_ASSERT(failed_out != NULL);
    struct small *small = &search->small;
    search->find.kind = SF_SMALL_FIND_NONE;
    *failed_out = 0;
    if (!begin(search)) {
        return false;
    }
    for (uint32_t i = 0; i < order->count; i++) {
        *failed_out = i;
        if (!sf_small_possible(small, order->events[i])) {
            return false;
        }
        sf_small_tell_event(small, order->events[i]);
        search->order.events[i] = order->events[i];
        search->order.count = i + 1;
        small->find.kind = SF_SMALL_FIND_NONE;
        sf_small_apply(small, order->events[i]);
        if (judge(search) && search->find.kind == SF_SMALL_FIND_NONE) {
            search->find = small->find;
        }
    }
    return true;
}

/* ---- the search ---- */

static void enter(struct sf_search *search, struct level *level, uint32_t depth)
{
    level->next = 0;
    level->count = sf_small_enabled(&search->small, level->events);
    if (search->snapshots) {
        sf_small_image_save(&search->images[depth], &search->small, &search->segments, false);
        search->copied_bytes += search->images[depth].size;
    }
}

static void note_contract(struct sf_search *search)
{
    if (search->small.contract.kind != SF_SMALL_FIND_NONE && search->contract_order.count == 0) {
        search->contract_order = search->order;
        search->contract_find = search->small.contract;
    }
    search->small.contract.kind = SF_SMALL_FIND_NONE;
}

/* Tries the order with one more event. True if it leaks. */
static bool step(struct sf_search *search, uint32_t depth, struct sf_small_event event)
{
    struct small *small = &search->small;
    search->order.events[depth] = event;
    search->order.count = depth + 1;
    if (search->watched != NULL) {
        search->watched->events[depth] = event;
        search->watched->count = depth + 1;
    }
    if (sf_small_is_boxed(small) && !sf_small_possible(small, event)) {
        search->is_unrepeatable = true; /* it was possible when the same events came before */
        return false;
    }
    sf_small_apply(small, event);
    search->orders_count++;
    search->answers_count += small->answers_count;
    note_contract(search);
    search->find = small->find;
    return judge(search);
}

static bool is_stopped(const struct sf_search *search)
{
    uint32_t between =
        sf_small_is_boxed(&search->small) ? BOXED_BETWEEN_LOOKS : ORDERS_BETWEEN_LOOKS;
    return search->expired != NULL && search->orders_count % between == 0 &&
           search->expired(search->context);
}

static enum sf_search_end follow(struct sf_search *search, struct levels *levels,
                                 uint32_t depth_max)
{
    uint32_t depth = 0;
    bool moved = false; /* the world is not where the order's first `depth` events lead */
    enter(search, &levels->of[0], 0);
    for (;;) {
        struct level *level = &levels->of[depth];
        if (level->next == level->count) {
            if (depth == 0) {
                return SF_SEARCH_DONE;
            }
            depth--;
            moved = true;
            continue;
        }
        if (moved) {
            return_to(search, depth);
        }
        moved = true;
        if (search->is_unrepeatable) {
            return SF_SEARCH_STOPPED;
        }
        if (step(search, depth, level->events[level->next++])) {
            return SF_SEARCH_FOUND;
        }
        if (search->is_unrepeatable) {
            return SF_SEARCH_STOPPED;
        }
        search->depth_reached =
            search->depth_reached > depth + 1 ? search->depth_reached : depth + 1;
        if (is_stopped(search)) {
            return SF_SEARCH_STOPPED;
        }
        uint32_t further = depth_max - (depth + 1);
        bool goes_on = further > 0;
        if (goes_on && search->merges) {
            goes_on = !sf_visited_seen(
                &search->visited, sf_small_canonical(&search->small, &search->segments), further);
        }
        if (goes_on) {
            depth++;
            enter(search, &levels->of[depth], depth);
            moved = false;
        }
    }
}

enum sf_search_end sf_search_depth(struct sf_search *search, uint32_t depth)
{
    SF_ASSERT(search != NULL);
    SF_ASSERT(depth >= 1);
    SF_ASSERT(depth <= SF_SMALL_EVENTS_MAX);
    search->orders_count = 0;
    search->answers_count = 0;
    search->copied_bytes = 0;
    search->own_bytes_count = 0;
    search->depth_reached = 0;
    search->order.count = 0;
    search->small.met_bound = false;
    if (!begin(search)) {
        return SF_SEARCH_DONE; /* the cache was tried before: only a hand-over may refuse */
    }
    struct levels *levels = sf_alloc(1, sizeof *levels);
    enum sf_search_end end = follow(search, levels, depth);
    free(levels);
    if (sf_small_is_boxed(&search->small)) {
        sf_small_destroy_all(&search->small); /* their processes are for the next world */
    }
    search->met_bound |= search->small.met_bound;
    search->states_count = search->visited.count;
    search->merged_in_part = search->visited.is_full;
    sf_visited_free(&search->visited); /* there may be many worlds */
    return end;
}
