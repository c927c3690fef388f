/* Asking a camera past the cloud's front door: a relay without authorisation takes the request to
 * the camera, over its home's network; the camera decides (home/direct.c); a refusal comes back. */
#include "harness/world/cloud/private.h"
#include "harness/world/network/network.h"

void sf_direct_relay(struct world *world, struct request *request)
{
    SF_ASSERT(request->direct);
    sf_world_push(world, EVENT_REQUEST_LIMIT, sf_home_of_viewer(request->viewer).index, 0,
                  request->handle, world_now(world) + 2 * world->config.cloud.request_deadline_ns);
    request->fetch = sf_cloud_fetch_start(world, request->camera, 0, request->handle, 0);
}

void sf_cloud_refusal_arrived(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_DIRECT_REFUSAL);
    const struct fetch *fetch = fetch_get(world, message->refusal.fetch);
    if (fetch == NULL) {
        return; /* the viewer does not wait any more */
    }
    struct request *request = request_get(world, fetch->request);
    sf_cloud_fetch_forget(world, message->refusal.fetch);
    if (request != NULL && !request->answered) {
        sf_cloud_refuse(world, request, (enum sf_authorisation_answer)message->refusal.reason);
    }
}
