/* The cloud wing: requests, uploads and fetches, the services behind them, and the host of the
 * cache under test. */
#ifndef STRAYFRAME_WORLD_CLOUD_CLOUD_H
#define STRAYFRAME_WORLD_CLOUD_CLOUD_H

#include "harness/world/state.h"

/* ---- a run (services.c) ---- */

void sf_cloud_init(struct world *world);
/* Everything but the cache; the homes need not be built yet. */
void sf_cloud_build(struct world *world, const struct sf_cache_module *modules);
/* The first cache starts. */
void sf_cloud_start(struct world *world);
/* Destroys the caches and drops what is under way. What caches say while they are destroyed is in
 * the trace of their own run; the log, and what they reported of themselves, stay until the next
 * build. */
void sf_cloud_clear(struct world *world);
void sf_cloud_fini(struct world *world);

/* Signs a viewer in before the run, where it has an account. Returns its session, or none. */
struct sf_session_id sf_session_first(struct world *world, struct sf_viewer_id viewer);

/* ---- events ---- */

void sf_cloud_upload_time_out(struct world *world, sf_handle message);
void sf_cloud_request_limit(struct world *world, sf_handle request);
void sf_cloud_fetch_limit(struct world *world, sf_handle fetch);
void sf_session_limit(struct world *world, struct sf_session_id session);
void sf_store_arrive(struct world *world, sf_handle operation);
void sf_store_reply(struct world *world, sf_handle operation);
void sf_identity_answer(struct world *world, sf_handle question, bool failed);

/* ---- messages ---- */

void sf_cloud_upload_fragment(struct world *world, struct message *upload, uint32_t index,
                              bool last);
void sf_cloud_fetched_fragment(struct world *world, struct message *still, uint32_t index,
                               bool last);
void sf_cloud_unchanged_arrived(struct world *world, struct message *message);
void sf_cloud_request_arrived(struct world *world, struct message *message);
void sf_cloud_cancel_arrived(struct world *world, struct message *message);
void sf_cloud_close_arrived(struct world *world, struct message *message);
void sf_cloud_sign_in_arrived(struct world *world, struct message *message);
void sf_cloud_refusal_arrived(struct world *world, struct message *message);
/* The viewer has more of the answer than before. */
void sf_cloud_answer_taken(struct world *world, struct message *answer);

/* ---- what the time line does ---- */

/* The kill switch: stops every answer and request on the integration's path, or those of one
 * tenant. */
void sf_cloud_stop_integration(struct world *world);
void sf_cloud_stop_integration_of(struct world *world, struct sf_tenant_id tenant);
/* The tenant unlinked the integration: the cache is notified. */
void sf_cloud_unlinked(struct world *world, struct sf_tenant_id tenant);
/* The cache is to forget the stills of the home's camera, or all of its owner's. */
void sf_cloud_forget(struct world *world, struct sf_home_id home, bool account);
/* Stops the requests for a camera by viewers that may not see it any more. */
void sf_cloud_stop_strangers(struct world *world, struct sf_camera_id camera);
/* The camera is not its former owner's any more: the cache has to forget it. */
void sf_cloud_camera_given_away(struct world *world, struct sf_camera_id camera,
                                struct sf_tenant_id former);
/* The sessions of the viewers of one group, or of SF_GROUP_ALL, expire now. */
void sf_session_expire(struct world *world, uint32_t group);
void sf_service_switch(struct world *world, enum sf_cloud_service service, bool on);

/* `node_or_all`: a node of the cache, or SF_NODE_ALL. */
void sf_nodes_deploy(struct world *world, uint32_t node_or_all,
                     const struct sf_cache_module *module);
void sf_nodes_reconfigure(struct world *world, uint32_t node_or_all, const char *options);
void sf_nodes_step_clock(struct world *world, uint32_t node_or_all, sf_ns step_ns);
uint32_t sf_nodes_count(const struct world *world);
/* A node that is lost already stays lost; one that is there stays. */
void sf_node_lose(struct world *world, struct sf_node_id node);
void sf_node_bring_back(struct world *world, struct sf_node_id node);

/* ---- invariants (check.c) ---- */

/* What the cloud has open for one viewer. */
void sf_cloud_viewer_check(const struct world *world, struct sf_viewer_id viewer);
void sf_cloud_check(const struct world *world);

#endif
