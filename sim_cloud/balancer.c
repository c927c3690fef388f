#include "sim_cloud/balancer.h"

#include "harness/base/assert.h"
#include "harness/sim/rng.h"

void sf_balancer_init(struct sf_balancer *balancer, const struct sf_cloud_config *config,
                      struct sf_arena *arena, uint32_t viewers_count)
{
    SF_ASSERT(config->nodes >= 1);
    SF_ASSERT(config->nodes <= SF_NODES_MAX);
    *balancer = (struct sf_balancer){
        .balance = (enum sf_balance)config->balance,
        .nodes_count = (uint32_t)config->nodes,
        .viewers_count = viewers_count,
        .viewers = sf_arena_take(arena, viewers_count, sizeof(struct sf_balancer_viewer)),
    };
}

static uint32_t next_in_turn(struct sf_balancer *balancer)
{
    for (uint32_t i = 0; i < balancer->nodes_count; i++) {
        uint32_t node = balancer->turn;
        balancer->turn = (node + 1) % balancer->nodes_count;
        if (!balancer->lost[node]) {
            return node;
        }
    }
    return SF_NOBODY;
}

/* Rendezvous hashing (Thaler and Ravishankar 1998): of the nodes that are there, the one that the
 * camera ranks highest. When a node is lost only its own cameras move. */
static uint32_t node_of_camera(const struct sf_balancer *balancer, struct sf_camera_id camera)
{
    uint32_t best = SF_NOBODY;
    uint64_t best_rank = 0;
    for (uint32_t node = 0; node < balancer->nodes_count; node++) {
        uint64_t rank = sf_rng_derive(camera.index, "node", node);
        if (!balancer->lost[node] && (best == SF_NOBODY || rank > best_rank)) {
            best = node;
            best_rank = rank;
        }
    }
    return best;
}

static uint32_t choose(struct sf_balancer *balancer, struct sf_camera_id camera)
{
    return balancer->balance == SF_BALANCE_CAMERA ? node_of_camera(balancer, camera)
                                                  : next_in_turn(balancer);
}

uint32_t sf_balancer_request(struct sf_balancer *balancer, uint32_t viewer, uint32_t connection,
                             struct sf_camera_id camera)
{
    SF_ASSERT(viewer < balancer->viewers_count);
    struct sf_balancer_viewer *known = &balancer->viewers[viewer];
    bool stays = balancer->balance == SF_BALANCE_CONNECTION && known->connection == connection;
    if (stays && !balancer->lost[known->node]) {
        return known->node;
    }
    uint32_t node = choose(balancer, camera);
    if (node != SF_NOBODY) {
        known->connection = connection;
        known->node = node;
    }
    return node;
}

uint32_t sf_balancer_upload(struct sf_balancer *balancer, struct sf_camera_id camera)
{
    return choose(balancer, camera);
}

void sf_balancer_closed(struct sf_balancer *balancer, uint32_t viewer, uint32_t connection)
{
    SF_ASSERT(viewer < balancer->viewers_count);
    struct sf_balancer_viewer *known = &balancer->viewers[viewer];
    if (known->connection == connection) {
        known->connection = 0;
    }
}

void sf_balancer_node(struct sf_balancer *balancer, uint32_t node, bool lost)
{
    SF_ASSERT(node < balancer->nodes_count);
    balancer->lost[node] = lost;
}

bool sf_balancer_is_with(const struct sf_balancer *balancer, uint32_t viewer, uint32_t connection,
                         uint32_t node)
{
    SF_ASSERT(viewer < balancer->viewers_count);
    const struct sf_balancer_viewer *known = &balancer->viewers[viewer];
    return known->connection != 0 && known->connection == connection && known->node == node;
}

uint32_t sf_balancer_break(struct sf_balancer *balancer, uint32_t viewer, uint32_t node)
{
    SF_ASSERT(viewer < balancer->viewers_count);
    struct sf_balancer_viewer *known = &balancer->viewers[viewer];
    if (known->connection == 0 || known->node != node) {
        return 0;
    }
    known->broken = known->connection;
    known->connection = 0;
    return known->broken;
}

bool sf_balancer_is_broken(const struct sf_balancer *balancer, uint32_t viewer, uint32_t connection)
{
    SF_ASSERT(viewer < balancer->viewers_count);
    return connection != 0 && balancer->viewers[viewer].broken == connection;
}
