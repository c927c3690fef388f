#include "harness/world/routes.h"

#include "harness/world/cloud/cloud.h"
#include "harness/world/home/home.h"

enum { DOWN = false, UP = true };

const struct message_route sf_routes[MESSAGE_KINDS_COUNT] = {
    /* stills; the cache is given each fragment, even one that it was given before */
    [MESSAGE_UPLOAD] = {UP, .fragment = sf_cloud_upload_fragment, .repeats = true,
                        .left = sf_camera_bytes_left},
    [MESSAGE_FETCHED] = {UP, .fragment = sf_cloud_fetched_fragment, .repeats = true},
    [MESSAGE_COMMAND] = {DOWN, .whole = sf_camera_command_arrived},
    [MESSAGE_UNCHANGED] = {UP, .whole = sf_cloud_unchanged_arrived},
    [MESSAGE_DIRECT_REFUSAL] = {UP, .whole = sf_cloud_refusal_arrived},

    /* requests and their answers */
    [MESSAGE_REQUEST] = {UP, .whole = sf_cloud_request_arrived},
    [MESSAGE_CANCEL] = {UP, .whole = sf_cloud_cancel_arrived},
    [MESSAGE_CLOSE] = {UP, .whole = sf_cloud_close_arrived},
    [MESSAGE_RESET] = {DOWN, .whole = sf_viewer_connection_broke},
    [MESSAGE_ANSWER] = {DOWN, .fragment = sf_viewer_answer_fragment,
                        .acknowledged = sf_cloud_answer_taken,
                        .released = sf_viewer_answer_released},

    /* sessions */
    [MESSAGE_SIGN_IN] = {UP, .whole = sf_cloud_sign_in_arrived},
    [MESSAGE_SESSION] = {DOWN, .whole = sf_viewer_session_arrived},

    /* what becomes of it at its destination is not simulated */
    [MESSAGE_ERRAND] = {UP, .left = sf_camera_bytes_left},
};
