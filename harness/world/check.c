#include "harness/world/accounts.h"
#include "harness/world/check.h"

#include "harness/world/cloud/cloud.h"
#include "harness/world/home/home.h"
#include "harness/world/network/network.h"

enum { WHOLE_EVERY = 4096 };

/* ---- messages by kind ---- */

static void check_viewer_message(const struct message *message, struct sf_viewer_id viewer)
{
    SF_ASSERT(sf_home_same(sf_home_of_viewer(viewer), message->home));
}

static void check_upload(const struct message *message)
{
    SF_ASSERT(message->content != NULL);
    /* Nothing has written into the still, unless the guard has seen it. */
    SF_ASSERT(message->content->written || sf_content_is_intact(message->content));
    SF_ASSERT(message->upload.told || !message->upload.ended);
    SF_ASSERT(message->upload.told || message->upload.version == NULL);
    SF_ASSERT(message->upload.still.total_bytes == message->transfer.total_bytes);
}

static void check_answer(const struct message *message)
{
    const struct answer_message *answer = &message->answer;
    check_viewer_message(message, answer->viewer);
    bool has_bytes = answer->picture && message->transfer.ready_bytes > 0;
    SF_ASSERT(has_bytes == (message->content != NULL));
    SF_ASSERT(answer->judged_bytes <= sf_transfer_arrived_bytes(&message->transfer));
    SF_ASSERT(answer->refusal == SF_AUTHORISATION_OPEN || !answer->picture);
}

static void check_variant(const struct message *message)
{
    switch ((enum message_kind)message->kind) {
    case MESSAGE_UPLOAD:
        check_upload(message);
        return;
    case MESSAGE_FETCHED:
        SF_ASSERT(message->content != NULL);
        SF_ASSERT(message->fetched.fetch != 0);
        return;
    case MESSAGE_REQUEST:
        check_viewer_message(message, message->request.viewer);
        return;
    case MESSAGE_CANCEL:
        check_viewer_message(message, message->cancel.viewer);
        return;
    case MESSAGE_CLOSE:
    case MESSAGE_RESET:
        check_viewer_message(message, message->connection.viewer);
        return;
    case MESSAGE_COMMAND:
        SF_ASSERT(message->command.fetch != 0);
        return;
    case MESSAGE_ANSWER:
        check_answer(message);
        return;
    case MESSAGE_SIGN_IN:
    case MESSAGE_SESSION:
        check_viewer_message(message, message->session.viewer);
        return;
    case MESSAGE_DIRECT_REFUSAL:
        SF_ASSERT(message->refusal.fetch != 0);
        return;
    case MESSAGE_ERRAND:
        SF_ASSERT(message->exposure.destination != SF_DESTINATION_NONE);
        return;
    case MESSAGE_UNCHANGED:
        SF_ASSERT(message->unchanged.fetch != 0);
        return;
    case MESSAGE_KINDS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static void check_messages(const struct world *world)
{
    const struct sf_slots *messages = &world->network.messages;
    for (sf_handle h = sf_slots_next(messages, 0); h != 0; h = sf_slots_next(messages, h)) {
        check_variant(sf_slots_get(messages, h));
    }
}

/* ---- all together ---- */

void sf_world_check(const struct world *world)
{
    sf_queue_check(&world->queue);
    sf_slots_check(&world->network.messages);
    sf_network_check(world);
    check_messages(world);
    for (uint32_t i = 0; i < world->homes.count; i++) {
        sf_home_check(world, sf_home_id(i));
        sf_account_check(world, sf_home_id(i));
    }
    sf_cloud_check(world);
    sf_book_check(world->book);
}

static void check_home(const struct world *world, struct sf_home_id home)
{
    sf_home_check(world, home);
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        sf_cloud_viewer_check(world, sf_viewer_of_home(home, (enum sf_viewer_kind)i));
    }
}

static void check_message(const struct world *world, sf_handle handle)
{
    const struct message *message = sf_slots_get(&world->network.messages, handle);
    if (message != NULL) {
        sf_message_check(world, message);
        check_variant(message);
        check_home(world, message->home);
    }
}

static void check_touched(const struct world *world, const struct sf_event *event)
{
    switch ((enum event_kind)event->kind) {
    case EVENT_FRAGMENT:
    case EVENT_FRAGMENT_BROKEN:
    case EVENT_ACK:
    case EVENT_ACK_BROKEN:
    case EVENT_PIECE:
    case EVENT_PIECE_BROKEN:
    case EVENT_RESEND:
    case EVENT_SEND_LIMIT:
    case EVENT_UPLOAD_TIME_OUT:
        check_message(world, event_handle(event));
        return;
    case EVENT_CAMERA_TICK:
    case EVENT_VIEWER_TICK:
    case EVENT_ERRAND_TICK:
        check_home(world, sf_home_id(event->target));
        return;
    case EVENT_TIMELINE:
    case EVENT_END:
        sf_world_check(world);
        return;
    case EVENT_REQUEST_LIMIT:
    case EVENT_FETCH_LIMIT:
    case EVENT_CACHE_TIMER:
    case EVENT_STORE_ARRIVE:
    case EVENT_STORE_REPLY:
    case EVENT_IDENTITY:
    case EVENT_SESSION_LIMIT:
    case EVENT_LINK_STATE:
    case EVENT_LINK_OPENS:
        return;
    }
    SF_UNREACHABLE();
}

void sf_world_check_event(const struct world *world, const struct sf_event *event)
{
    check_touched(world, event);
    check_home(world, sf_home_id((uint32_t)(world->events_count % world->homes.count)));
    if (world->events_count % WHOLE_EVERY == 0) {
        sf_world_check(world);
    }
}
