/* What the scenario does to the cache's nodes. The host of the cache knows what runs on them, the
 * load balancer which of them it may choose: each action reaches both, and the trace. */
#include <string.h>

#include "harness/base/hash.h"
#include "harness/world/cloud/private.h"

static uint64_t text_hash(const char *text)
{
    return sf_hash(text, strlen(text));
}

static bool concerns(uint32_t node_or_all, uint32_t node)
{
    return node_or_all == SF_NODE_ALL || node_or_all == node;
}

void sf_nodes_deploy(struct world *world, uint32_t node_or_all,
                     const struct sf_cache_module *module)
{
    for (uint32_t node = 0; node < world->cloud.host.nodes_count; node++) {
        if (concerns(node_or_all, node)) {
            bool lost = world->cloud.host.nodes[node].lost;
            world_trace(
                world,
                SF_RECORD(deployed, .version = lost ? SF_NOBODY : world->cloud.host.versions_count,
                          .node = sf_node_id(node), .name_hash = text_hash(module->plugin->name)));
            sf_cache_host_deploy_node(&world->cloud.host, sf_node_id(node), module);
        }
    }
}

void sf_nodes_reconfigure(struct world *world, uint32_t node_or_all, const char *options)
{
    for (uint32_t node = 0; node < world->cloud.host.nodes_count; node++) {
        if (concerns(node_or_all, node)) {
            enum sf_reconfigured result =
                sf_cache_host_reconfigure(&world->cloud.host, sf_node_id(node), options);
            world_trace(world,
                        SF_RECORD(reconfigured, .outcome = (enum sf_options_outcome)result,
                                  .node = sf_node_id(node), .options_hash = text_hash(options)));
        }
    }
}

void sf_nodes_step_clock(struct world *world, uint32_t node_or_all, sf_ns step_ns)
{
    for (uint32_t node = 0; node < world->cloud.host.nodes_count; node++) {
        if (concerns(node_or_all, node)) {
            world_trace(world, SF_RECORD(node_clock, .node = sf_node_id(node), .step_ns = step_ns));
            sf_cache_host_clock_step(&world->cloud.host, sf_node_id(node), step_ns);
        }
    }
}

uint32_t sf_nodes_count(const struct world *world)
{
    return world->cloud.host.nodes_count;
}

static void trace_node(struct world *world, struct sf_node_id node, bool back)
{
    world_trace(world, SF_RECORD(node, .back = back, .node = node));
}

void sf_node_lose(struct world *world, struct sf_node_id node)
{
    SF_ASSERT(node.index < sf_nodes_count(world));
    if (world->cloud.host.nodes[node.index].lost) {
        return;
    }
    trace_node(world, node, false);
    sf_balancer_node(&world->cloud.balancer, node, true);
    sf_cache_host_node_lost(&world->cloud.host, node);
    sf_cloud_uploads_lost(world);
    sf_cloud_requests_lost(world, node);
}

void sf_node_bring_back(struct world *world, struct sf_node_id node)
{
    SF_ASSERT(node.index < sf_nodes_count(world));
    if (!world->cloud.host.nodes[node.index].lost) {
        return;
    }
    trace_node(world, node, true);
    sf_cache_host_node_back(&world->cloud.host, node);
    sf_balancer_node(&world->cloud.balancer, node, false);
}
