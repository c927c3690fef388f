/* What the files of the edge share. edge.c answers requests and keeps people waiting; edge_stills.c
 * takes in what cameras send. */
#ifndef STRAYFRAME_SIM_CLOUD_CACHES_EDGE_PRIVATE_H
#define STRAYFRAME_SIM_CLOUD_CACHES_EDGE_PRIVATE_H

#include "sim_cloud/caches/edge.h"

/* What the edge knows of a camera: who waits, and the still that is on its way because they do. */
struct edge_camera {
    uint64_t id;
    struct edge_waiter *waiters;     /* edge.c knows them */
    struct edge_reception *fetching; /* NULL until the first part */
    struct edge_key key;
    uint64_t fetch;
    bool fetch_running;
    uint32_t newest_capture; /* that arrived whole */
    int64_t newest_ns;       /* when; 0: none has */
    uint64_t arrival;        /* of its latest whole still, in the order of all; 0: none */
};

struct edge {
    const struct edge_store *kind;
    void *store;
    const struct sf_cache_host *host;
    int64_t patience_ns;
    struct kit_map uploads;  /* by upload */
    struct kit_map cameras;  /* by camera */
    struct kit_map requests; /* by request: its waiter */
    uint64_t arrivals;       /* whole stills that have come */
    /* By tenant: the arrivals at the time when it was to be forgotten. Only what comes later is
     * served: so no store need be able to find all that is a tenant's. */
    struct kit_map forgotten;
    struct kit_map forgotten_cameras; /* by tenant and camera: the same of one camera */
};

/* What is known of this camera; a new one where nothing is. */
struct edge_camera *sf_edge_camera_of(struct edge *edge, uint64_t id);
/* Gives every reception back to the store, so that the store can free what it made. The host may
 * not even be asked for the time any more. */
void sf_edge_end_receptions(struct edge *edge);

#endif
