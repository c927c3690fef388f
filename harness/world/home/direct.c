/* Asking a camera past the cloud's front door: a relay that authorises nobody takes the ask to the
 * camera, over its home's network, and the camera decides. It answers whoever the account service
 * vouches for; a camera with a planted fault answers others too. */
#include "harness/world/world.h"

static uint64_t id_of(const struct world *world, uint32_t camera)
{
    return sf_camera_id_of(world->homes[camera].camera.config, world->seed,
                           home_number(world, camera));
}

/* Its own camera's is known to a viewer. A stranger does as one would who tries numbers: the one
 * after its own, which is the next camera's where ids are counted up, and nobody's otherwise. */
uint64_t sf_direct_camera_id(const struct world *world, uint32_t home, uint32_t viewer)
{
    bool stranger = world->homes[home].viewers[viewer].viewer.config->asks_neighbour != 0;
    return id_of(world, home) + (stranger ? 1 : 0);
}

void sf_direct_relay(struct world *world, struct request *request)
{
    sf_world_push(world, EVENT_REQUEST_LIMIT, request->home, 0, request->handle,
                  world_now(world) + 2 * world->cloud.request_deadline_ns);
    request->fetch = sf_cloud_fetch_start(world, request->camera, 0, request->handle, 0);
}

static void trace_admitted(struct world *world, const struct message *command)
{
    uint32_t home = command->asker / VIEWERS_PER_HOME;
    uint32_t viewer = command->asker % VIEWERS_PER_HOME;
    world_trace(world, SF_RECORD(admitted, .flags = path_flag(viewer) | SF_FLAG_DIRECT,
                                 .viewer = sf_viewer_id(command->asker),
                                 .camera = sf_camera_id(command->home), .node = sf_node_id(SF_NOBODY),
                                 .request = request_number(home, viewer, command->number)));
}

void sf_direct_command_arrived(struct world *world, const struct message *command)
{
    uint32_t camera = command->home;
    bool integration = command->asker % VIEWERS_PER_HOME == VIEWER_HUB;
    enum sf_authorisation_answer vouched = sf_authorisation_vouch(
        &world->door, command->session, (struct sf_camera_id){camera}, integration);
    if (sf_camera_admits(world->homes[camera].camera.config, vouched == SF_AUTHORISATION_OPEN,
                         command->camera_id == id_of(world, camera))) {
        trace_admitted(world, command);
        sf_camera_command(world, camera, command->subject);
        return;
    }
    struct message *message =
        sf_message_create(world, MESSAGE_DIRECT_REFUSAL, camera, true, CONTROL_BYTES, false);
    message->subject = command->subject;
    message->refusal = (uint8_t)vouched;
    sf_message_send(world, message);
}

void sf_direct_refusal_arrived(struct world *world, const struct message *message)
{
    const struct fetch *fetch = sf_slots_get(&world->fetches, message->subject);
    if (fetch == NULL) {
        return; /* the viewer does not wait any more */
    }
    struct request *request = sf_slots_get(&world->requests, fetch->request);
    sf_cloud_fetch_forget(world, message->subject);
    if (request != NULL && !request->answered) {
        sf_cloud_refuse(world, request, (enum sf_authorisation_answer)message->refusal);
    }
}
