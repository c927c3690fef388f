#include "sim_cloud/balancer.h"

#include "harness/base/assert.h"
#include "harness/sim/rng.h"

void sf_balancer_init(struct sf_balancer *balancer, const struct sf_cloud_config *config,
                      uint64_t seed, struct sf_arena *arena, uint32_t viewers_count)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(viewers_count > 0);
    SF_ASSERT(config->nodes >= 1);
    SF_ASSERT(config->nodes <= SF_NODES_MAX);
    *balancer = (struct sf_balancer){
        .balance = (enum sf_balance)config->balance,
        .nodes_count = (uint32_t)config->nodes,
        .viewers_count = viewers_count,
        .front_connections = (uint32_t)config->front_connections,
        .seed = seed,
        .viewers = sf_arena_take(arena, viewers_count, sizeof(struct sf_balancer_viewer)),
    };
}

/* Rendezvous hashing (Thaler and Ravishankar 1998): of the nodes that are there, the one that ranks
 * highest for this key. When a node is lost only what was its moves. */
static struct sf_node_id choose(const struct sf_balancer *balancer, uint64_t key)
{
    uint32_t best = SF_NOBODY;
    uint64_t best_rank = 0;
    for (uint32_t node = 0; node < balancer->nodes_count; node++) {
        uint64_t rank = sf_rng_derive(key, "node", node);
        if (!balancer->lost[node] && (best == SF_NOBODY || rank > best_rank)) {
            best = node;
            best_rank = rank;
        }
    }
    return sf_node_id(best);
}

static uint64_t key_of(const struct sf_balancer *balancer, const char *what, uint32_t name,
                       uint32_t number)
{
    return sf_rng_derive(balancer->seed, what, (uint64_t)name << 32 | number);
}

static uint64_t key_of_request(const struct sf_balancer *balancer,
                               const struct sf_balancer_ask *ask)
{
    switch (balancer->balance) {
    case SF_BALANCE_CONNECTION:
        return key_of(balancer, "balance-connection", ask->viewer_name, ask->connection);
    case SF_BALANCE_REQUEST:
        return key_of(balancer, "balance-request", ask->viewer_name, ask->request);
    case SF_BALANCE_CAMERA:
        return key_of(balancer, "balance-camera", ask->camera_name, 0);
    }
    SF_UNREACHABLE();
}

struct sf_node_id sf_balancer_request(struct sf_balancer *balancer, struct sf_viewer_id viewer,
                                      const struct sf_balancer_ask *ask)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(ask != NULL);
    SF_ASSERT(ask->connection > 0);
    SF_ASSERT(viewer.index < balancer->viewers_count);
    struct sf_balancer_viewer *known = &balancer->viewers[viewer.index];
    bool stays = balancer->balance == SF_BALANCE_CONNECTION && known->connection == ask->connection;
    if (stays && !balancer->lost[known->node.index]) {
        return known->node;
    }
    const struct sf_node_id node = choose(balancer, key_of_request(balancer, ask));
    if (!sf_node_is_none(node)) {
        known->connection = ask->connection;
        known->node = node;
    }
    return node;
}

uint32_t sf_balancer_front(const struct sf_balancer *balancer, const struct sf_balancer_ask *ask)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(ask != NULL);
    if (balancer->front_connections == 0) {
        return 0;
    }
    uint64_t key = key_of(balancer, "front", ask->viewer_name, ask->request);
    return 1 + (uint32_t)(key % balancer->front_connections);
}

struct sf_node_id sf_balancer_upload(const struct sf_balancer *balancer, uint32_t camera_name,
                                     uint32_t capture)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(balancer->nodes_count > 0);
    bool by_camera = balancer->balance == SF_BALANCE_CAMERA;
    return choose(balancer, by_camera ? key_of(balancer, "balance-camera", camera_name, 0)
                                      : key_of(balancer, "balance-upload", camera_name, capture));
}

void sf_balancer_closed(struct sf_balancer *balancer, struct sf_viewer_id viewer,
                        uint32_t connection)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(viewer.index < balancer->viewers_count);
    struct sf_balancer_viewer *known = &balancer->viewers[viewer.index];
    if (known->connection == connection) {
        known->connection = 0;
    }
}

void sf_balancer_node(struct sf_balancer *balancer, struct sf_node_id node, bool lost)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(node.index < balancer->nodes_count);
    balancer->lost[node.index] = lost;
}

bool sf_balancer_is_with(const struct sf_balancer *balancer, struct sf_viewer_id viewer,
                         uint32_t connection, struct sf_node_id node)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(node.index < balancer->nodes_count);
    SF_ASSERT(viewer.index < balancer->viewers_count);
    const struct sf_balancer_viewer *known = &balancer->viewers[viewer.index];
    return known->connection != 0 && known->connection == connection &&
           sf_node_same(known->node, node);
}

uint32_t sf_balancer_break(struct sf_balancer *balancer, struct sf_viewer_id viewer,
                           struct sf_node_id node)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(node.index < balancer->nodes_count);
    SF_ASSERT(viewer.index < balancer->viewers_count);
    struct sf_balancer_viewer *known = &balancer->viewers[viewer.index];
    if (known->connection == 0 || !sf_node_same(known->node, node)) {
        return 0;
    }
    known->broken = known->connection;
    known->connection = 0;
    return known->broken;
}

bool sf_balancer_is_broken(const struct sf_balancer *balancer, struct sf_viewer_id viewer,
                           uint32_t connection)
{
    SF_ASSERT(balancer != NULL);
    SF_ASSERT(viewer.index < balancer->viewers_count);
    return connection != 0 && balancer->viewers[viewer.index].broken == connection;
}
