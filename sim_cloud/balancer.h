/* The load balancer in front of the cache's nodes: it chooses the node for each viewer's request
 * and for each upload, passes over nodes that are lost, and knows whose connection breaks when one
 * is. It moves nothing and looks into nothing; what breaks is the world's business. It chooses by
 * hash, as balancers of connections do, so that who goes where does not depend on who else is
 * there. */
#ifndef STRAYFRAME_SIM_CLOUD_BALANCER_H
#define STRAYFRAME_SIM_CLOUD_BALANCER_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/bounds.h"
#include "harness/base/ids.h"
#include "sim_cloud/config.h"

/* In the order of the parameter's words. */
enum sf_balance {
    SF_BALANCE_CONNECTION, /* a node for each connection, which stays with it while it lives */
    SF_BALANCE_REQUEST,    /* a node for each request */
    SF_BALANCE_CAMERA,     /* each camera has its node: for its uploads, and for who asks for it */
};

/* The latest connection of a viewer. */
struct sf_balancer_viewer {
    uint32_t connection;    /* 0: none, or closed */
    struct sf_node_id node; /* where its latest request went */
    uint32_t broken;        /* the connection that broke last; 0 */
};

struct sf_balancer {
    enum sf_balance balance;
    uint32_t nodes_count;
    uint32_t viewers_count;
    uint32_t front_connections; /* to each node; 0: the front door shares none among viewers */
    uint64_t seed;
    bool lost[SF_NODES_MAX];
    struct sf_balancer_viewer *viewers;
};

/* Memory from `arena`; every node is there. */
void sf_balancer_init(struct sf_balancer *balancer, const struct sf_cloud_config *config,
                      uint64_t seed, struct sf_arena *arena, uint32_t viewers_count);

/* What a node is chosen by. The names may be any numbers: chance goes by them. */
struct sf_balancer_ask {
    uint32_t viewer_name;
    uint32_t connection; /* from 1 */
    uint32_t request;
    uint32_t camera_name;
};

/* The node for a viewer's request, and for an upload; none when every node is lost. */
struct sf_node_id sf_balancer_request(struct sf_balancer *balancer, struct sf_viewer_id viewer,
                                      const struct sf_balancer_ask *ask);
struct sf_node_id sf_balancer_upload(const struct sf_balancer *balancer, uint32_t camera_name,
                                     uint32_t capture);

/* Over which of its own connections to the node the front door passes the request on: from 1; 0
 * where it shares none among viewers. */
uint32_t sf_balancer_front(const struct sf_balancer *balancer, const struct sf_balancer_ask *ask);

/* The viewer has closed this connection. */
void sf_balancer_closed(struct sf_balancer *balancer, struct sf_viewer_id viewer,
                        uint32_t connection);

void sf_balancer_node(struct sf_balancer *balancer, struct sf_node_id node, bool lost);

/* Did the latest request on this connection go to `node`? */
bool sf_balancer_is_with(const struct sf_balancer *balancer, struct sf_viewer_id viewer,
                         uint32_t connection, struct sf_node_id node);
/* Breaks the viewer's connection if it is with `node`: returns its number, or 0. */
uint32_t sf_balancer_break(struct sf_balancer *balancer, struct sf_viewer_id viewer,
                           struct sf_node_id node);
/* Is this the viewer's connection that broke? Nothing on it gets through. */
bool sf_balancer_is_broken(const struct sf_balancer *balancer, struct sf_viewer_id viewer,
                           uint32_t connection);

#endif
