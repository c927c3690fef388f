/* A camera that is asked past the cloud's front door decides for itself. It answers a viewer that
 * the account service vouches for; a camera with a planted fault answers others too. The way from
 * the viewer to the camera and back is in cloud/direct.c. */
#include "harness/world/home/private.h"
#include "harness/world/network/network.h"

static uint64_t id_of(const struct world *world, struct sf_home_id home)
{
    return sf_camera_id_of(home_at(world, home)->camera.config, world->seed,
                           home_number(world, home));
}

/* A viewer knows the id of its own camera. A stranger guesses the number after its own: that is the
 * next camera's where ids are counted up, and no camera's otherwise. */
uint64_t sf_direct_camera_id(const struct world *world, struct sf_viewer_id viewer)
{
    bool stranger = viewer_at(world, viewer)->viewer.config->asks_neighbour != 0;
    return id_of(world, sf_home_of_viewer(viewer)) + (stranger ? 1 : 0);
}

static void trace_admitted(struct world *world, const struct message *message)
{
    const struct command_message *command = &message->command;
    world_trace(world,
                SF_RECORD(admitted, .viewer = command->asker,
                          .camera = sf_camera_of_home(message->home), .node = sf_node_id(SF_NOBODY),
                          .request = request_number(command->asker, command->number),
                          .flags = (uint16_t)(path_flag(command->asker) | SF_FLAG_DIRECT)));
}

static void refuse(struct world *world, const struct message *message,
                   enum sf_authorisation_answer reason)
{
    struct message *refusal = sf_message_control(world, MESSAGE_DIRECT_REFUSAL, message->home);
    refusal->refusal =
        (struct refusal_message){.fetch = message->command.fetch, .reason = (uint8_t)reason};
    sf_message_send(world, refusal);
}

void sf_direct_command(struct world *world, const struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_COMMAND);
    const struct command_message *command = &message->command;
    bool integration = sf_viewer_path(command->asker) == SF_VIEWER_PATH_INTEGRATION;
    enum sf_authorisation_answer vouched =
        sf_authorisation_vouch(&world->accounts.authorisation, command->session,
                               sf_camera_of_home(message->home), integration);
    if (sf_camera_admits(home_at(world, message->home)->camera.config,
                         vouched == SF_AUTHORISATION_OPEN,
                         command->camera_id == id_of(world, message->home))) {
        trace_admitted(world, message);
        sf_camera_command(world, message->home, command->fetch);
    } else {
        refuse(world, message, vouched);
    }
}
