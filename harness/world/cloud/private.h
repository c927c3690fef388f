/* What the files of the cloud wing share. */
#ifndef STRAYFRAME_WORLD_CLOUD_PRIVATE_H
#define STRAYFRAME_WORLD_CLOUD_PRIVATE_H

#include "harness/world/cloud/cloud.h"

static inline struct request *request_get(const struct world *world, sf_handle request)
{
    return sf_slots_get(&world->cloud.requests, request);
}

static inline struct fetch *fetch_get(const struct world *world, sf_handle fetch)
{
    return sf_slots_get(&world->cloud.fetches, fetch);
}

static inline struct cloud_viewer *cloud_viewer(const struct world *world,
                                                struct sf_viewer_id viewer)
{
    return &world->cloud.viewers[viewer.index];
}

/* ---- services.c ---- */

struct sf_cache_host_camera sf_cloud_camera_facts(const struct world *world,
                                                  struct sf_camera_id camera);
/* How many different bytes of a still have arrived. */
uint32_t sf_cloud_received_bytes(const struct message *message);

/* ---- uploads.c ---- */

/* Ends the uploads whose version is gone with its node. */
void sf_cloud_uploads_lost(struct world *world);

/* ---- fetches.c ---- */

/* Asks the camera for a still: for the cache's fetch, or, with host_fetch 0, for a request. With a
 * validator, 0 for none, the camera sends nothing if that is its still's. */
sf_handle sf_cloud_fetch_start(struct world *world, struct sf_camera_id camera,
                               sf_handle host_fetch, sf_handle request, uint64_t validator);
/* Any handle is taken. */
void sf_cloud_fetch_forget(struct world *world, sf_handle fetch);

/* ---- requests.c ---- */

/* Answers the viewer that its request is refused, and forgets the request. */
void sf_cloud_refuse(struct world *world, struct request *request,
                     enum sf_authorisation_answer reason);
/* A node is lost, with every request that it had and every answer that it was sending; the
 * connections to it break. */
void sf_cloud_requests_lost(struct world *world, struct sf_node_id node);

/* ---- answers.c ---- */

/* Where the camera decides, the front door has no part in it. */
enum sf_authorisation_answer sf_cloud_authorise(const struct world *world,
                                                const struct request *request);
/* Begins to answer; the message is NULL when the answer has no bytes, or when the front door, asked
 * again, does not let it out. */
struct message *sf_cloud_answer_begin(struct world *world, struct request *request, uint32_t status,
                                      uint32_t total_bytes);
void sf_cloud_answer_bytes(struct world *world, const struct request *request, const uint8_t *bytes,
                           uint32_t count);
void sf_cloud_answer_end(struct world *world, const struct request *request, bool aborted);

/* ---- direct.c ---- */

/* Takes a direct request to the camera, without authorisation. */
void sf_direct_relay(struct world *world, struct request *request);

/* ---- sign_in.c ---- */

/* The session that the front door offers the request's viewer in place of its own, or none. */
struct sf_session_id sf_session_renew(struct world *world, const struct request *request);

/* ---- identity.c ---- */

/* The host's number of a session, which has the number of the viewer's home in it. `viewer` names
 * the sender of a request without a session. */
uint64_t sf_session_for_host(const struct world *world, struct sf_viewer_id viewer,
                             struct sf_session_id session);
/* The other way round; none for a number that cannot be a session. */
struct sf_session_id sf_session_of_host(const struct world *world, uint64_t host_session);
void sf_identity_ask(void *world, sf_handle host_question, uint64_t host_session);

/* ---- store.c ---- */

void sf_store_start(void *world, uint32_t version, uint64_t connection, uint64_t cookie, bool put,
                    const uint8_t *key, uint32_t key_bytes, const uint8_t *bytes, uint32_t count,
                    sf_ns ttl_ns);

#endif
