/* How many orders a CPU-second small worlds take: docs/examples/get_put.c in the world "plain",
 * every order of up to 7 events without merging, by snapshot and by replay; and with merging.
 *
 *     build/release/bench/exhaust_bench [EVENTS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/exhaust/exhaust.h"

/* Of get_put.c, which is linked in. */
const struct sf_cache_plugin *sf_cache_plugin_get(uint32_t abi);

static void measure(uint32_t engine, bool merges, uint32_t depth)
{
    static const char *const words[] = {"snapshot", "replay"};
    const struct sf_small_world *plain = sf_profile_world(0);
    for (uint32_t i = 0; i < sf_profile_count(); i++) {
        plain = strcmp(sf_profile_world(i)->name, "plain") == 0 ? sf_profile_world(i) : plain;
    }
    const struct sf_exhaust_options options = {
        .candidate = {.plugin = sf_cache_plugin_get(SF_CACHE_ABI)},
        .worlds = plain,
        .worlds_count = 1,
        .seconds_max = 600,
        .depth_max = depth,
        .engine = engine,
        .keeps_merging = merges,
        .keeps_symmetry = true,
        .seed = 1,
    };
    struct sf_exhaust *exhaust = sf_alloc(1, sizeof *exhaust);
    struct sf_diag diag = {0};
    if (sf_exhaust(&options, exhaust, &diag) != SF_OK) {
        fprintf(stderr, "%s\n", diag.message);
        exit(4);
    }
    const struct sf_exhaust_world *world = &exhaust->worlds[0];
    printf(
        "%-8s %-8s depth %u: %llu orders (%llu at that depth), %.2f CPU-s, %.2f M orders a CPU-s\n",
        words[engine], merges ? "merged" : "", world->depth,
        (unsigned long long)world->orders_in_all_count, (unsigned long long)world->orders_count,
        world->cpu_s, (double)world->orders_in_all_count / world->cpu_s / 1e6);
    free(exhaust);
}

int main(int count, char **words)
{
    uint32_t depth = count > 1 ? (uint32_t)strtoul(words[1], NULL, 10) : 7;
    if (depth < 1 || depth > SF_SMALL_EVENTS_MAX) {
        fprintf(stderr, "exhaust_bench: EVENTS: expected 1 to %d\n", SF_SMALL_EVENTS_MAX);
        return 2;
    }
    measure(SF_EXHAUST_SNAPSHOT, false, depth);
    measure(SF_EXHAUST_REPLAY, false, depth);
    measure(SF_EXHAUST_SNAPSHOT, true, depth);
    return 0;
}
