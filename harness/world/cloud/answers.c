/* Answers: what the cache, a camera or the load balancer answers, let out by the front door and
 * sent to the viewer in parts. */
#include <string.h>

#include "harness/world/cloud/private.h"
#include "harness/world/network/network.h"

enum sf_authorisation_answer sf_cloud_authorise(const struct world *world,
                                                const struct request *request)
{
    return request->direct ? SF_AUTHORISATION_OPEN
                           : sf_authorisation_ask(&world->accounts.authorisation, request->session,
                                                  request->camera, request_is_integration(request));
}

static void trace_answer(struct world *world, const struct request *request,
                         const struct message *message, uint32_t status, uint32_t bytes)
{
    uint32_t transfer = (uint32_t)message->handle;
    uint64_t number = request_number(request->viewer, request->number);
    if (message->answer.refusal == SF_AUTHORISATION_OPEN) {
        world_trace(world, SF_RECORD(answered, .viewer = request->viewer, .bytes = bytes,
                                     .transfer = transfer, .request = number,
                                     .status = (uint16_t)(status | request->said)));
    } else {
        world_trace(world,
                    SF_RECORD(refused, .viewer = request->viewer,
                              .reason = (enum sf_refusal)message->answer.refusal,
                              .camera = request->camera, .transfer = transfer, .request = number));
    }
}

/* ---- for who watches ---- */

static bool is_of_varied(const struct world *world, const struct request *request)
{
    return world_is_of_varied(world, request->viewer, request->camera);
}

/* An answer with longer stills takes as long on the way as the one without. */
static void observe_answer(struct world *world, const struct request *request,
                           struct message *message)
{
    const struct sf_world_observer *observer = world->observer;
    if (observer == NULL) {
        return;
    }
    const struct answer_message *answer = &message->answer;
    const struct sf_world_answer seen = {
        .at_ns = world_now(world),
        .request = request_number(request->viewer, request->number),
        .validator = answer->validator,
        .session = answer->session_new.number,
        .viewer = request->viewer,
        .total_bytes = answer->picture ? message->transfer.total_bytes : 0,
        .range_offset = answer->range_offset,
        .said = answer->said,
        .status = answer->status,
        .refusal = answer->refusal,
        .of_varied = is_of_varied(world, request),
    };
    observer->answer(observer->context, &seen);
    if (seen.of_varied && seen.total_bytes > 0 && observer->paid_bytes != NULL) {
        uint32_t paid = observer->paid_bytes(observer->context, seen.request, seen.total_bytes);
        uint32_t last = sf_transfer_offset(message->transfer.fragments_count - 1);
        message->unpaid_bytes = paid > last ? seen.total_bytes - paid : 0;
    }
}

/* ---- answers ---- */

struct message *sf_cloud_answer_begin(struct world *world, struct request *request, uint32_t status,
                                      uint32_t total_bytes)
{
    SF_ASSERT(!request->answered);
    request->answered = true;
    enum sf_authorisation_answer authorised = sf_cloud_authorise(world, request);
    bool open = authorised == SF_AUTHORISATION_OPEN;
    bool picture = sf_cache_status_has_bytes(status) && open;
    struct message *message =
        sf_message_create(world, MESSAGE_ANSWER, sf_home_of_viewer(request->viewer),
                          picture ? total_bytes : CONTROL_BYTES);
    message->answer = (struct answer_message){
        .viewer = request->viewer,
        .number = request->number,
        .request = request->handle,
        .session = request->session,
        .camera = request->named,
        .session_new = request->said_session,
        .validator = request->said_validator,
        .range_offset = status == SF_CACHE_STATUS_PARTIAL ? request->range_offset : 0,
        .said = request->said,
        .status = (uint8_t)(open ? status : SF_CACHE_STATUS_UNAVAILABLE),
        .refusal = (uint8_t)authorised,
        .picture = picture,
    };
    request->answer = message->handle;
    trace_answer(world, request, message, status, picture ? total_bytes : 0);
    observe_answer(world, request, message);
    if (picture) {
        message->transfer.ready_bytes = 0;
        return message;
    }
    sf_message_send(world, message);
    return NULL;
}

/* The message's bytes so far: lent ones that are passed on whole stay what they are. */
static void put_bytes(struct world *world, struct message *message, const uint8_t *bytes,
                      uint32_t count)
{
    uint32_t total_bytes = message->transfer.total_bytes;
    struct sf_content *content =
        count == total_bytes ? sf_contents_find(world->contents, bytes, count) : NULL;
    if (content != NULL) {
        sf_message_carry(message, sf_content_keep(content), bytes);
        return;
    }
    if (message->content == NULL) {
        uint8_t *room;
        content = sf_content_take(world->contents, total_bytes, &room);
        sf_message_carry(message, content, content->bytes);
    }
    memcpy(sf_content_room(message->content) + message->transfer.ready_bytes, bytes, count);
}

void sf_cloud_answer_bytes(struct world *world, const struct request *request, const uint8_t *bytes,
                           uint32_t count)
{
    struct message *message = sf_message_get(world, request->answer);
    if (message == NULL || !message->answer.picture || message->transfer.sender_done) {
        return; /* stopped since: the viewer is gone, or the operator has blocked the path */
    }
    SF_ASSERT(count <= message->transfer.total_bytes - message->transfer.ready_bytes);
    if (world->observer != NULL) {
        world->observer->bytes(world->observer->context, world_now(world),
                               request_number(request->viewer, request->number),
                               is_of_varied(world, request), bytes, count);
    }
    put_bytes(world, message, bytes, count);
    message->transfer.ready_bytes += count;
    message->in_parts |= message->transfer.ready_bytes < message->transfer.total_bytes;
    sf_message_send(world, message);
}

void sf_cloud_answer_end(struct world *world, const struct request *request, bool aborted)
{
    struct message *message = sf_message_get(world, request->answer);
    if (aborted && message != NULL && message->answer.picture) {
        if (world->observer != NULL) {
            world->observer->stopped(world->observer->context, world_now(world),
                                     request_number(request->viewer, request->number),
                                     is_of_varied(world, request));
        }
        sf_message_stop_sending(world, message);
    }
}

void sf_cloud_answer_taken(struct world *world, struct message *message)
{
    SF_ASSERT(message->kind == MESSAGE_ANSWER);
    const struct request *request = request_get(world, message->answer.request);
    if (request != NULL) {
        sf_cache_host_progress(&world->cloud.host, request->asked_of_cache,
                               sf_transfer_acked_bytes(&message->transfer));
    }
}
