/* The invariant of a world: it holds while a run goes on, and each part of it catches a state that
 * is broken here on purpose. */
#include "harness/judge/book_private.h"
#include "harness/world/check.h"
#include "harness/world/cloud/cloud.h"
#include "harness/world/home/home.h"
#include "harness/world/network/network.h"
#include "harness/world/network/slotted_links.h"
#include "harness/world/world.h"
#include "tests/unit/broken_promise.h"
#include "tests/unit/runs.h"

enum { EVENTS_MAX = 200000 };

struct stage {
    struct runs *runs;
    struct sf_trace trace;
    struct world *world;
};

static void stage_open(struct stage *stage, const char *path)
{
    stage->runs = runs_create();
    runs_load(stage->runs, path);
    sf_trace_init(&stage->trace);
    stage->world = sf_world_create();
    const struct sf_world_setup setup = {
        .plan = &stage->runs->plan,
        .modules = stage->runs->caches.modules,
        .seed = 1,
        .trace = &stage->trace,
    };
    sf_world_build(stage->world, &setup);
    sf_world_check(stage->world);
}

static void stage_close(struct stage *stage)
{
    sf_world_destroy(stage->world);
    runs_destroy(stage->runs);
}

static void step(struct world *world)
{
    assert_false(sf_world_run(world, world->events_count + 1, 0));
}

/* ---- what a state is waited for ---- */

static struct message *find_message(struct world *world, enum message_kind kind)
{
    struct sf_slots *messages = &world->network.messages;
    for (sf_handle h = sf_slots_next(messages, 0); h != 0; h = sf_slots_next(messages, h)) {
        struct message *message = sf_slots_get(messages, h);
        if (message->kind == kind) {
            return message;
        }
    }
    return NULL;
}

/* Runs until a message of this kind is on its way and some of it, but not all, has arrived. */
static struct message *wait_for_part(struct world *world, enum message_kind kind)
{
    struct message *message = NULL;
    for (uint32_t i = 0; i < EVENTS_MAX; i++) {
        message = find_message(world, kind);
        if (message != NULL && message->transfer.arrived_count > 0 &&
            message->transfer.arrived_count < message->transfer.fragments_count) {
            return message;
        }
        step(world);
    }
    fail_msg("no message of kind %d half arrived", (int)kind);
    return NULL;
}

static struct message *wait_for(struct world *world, enum message_kind kind)
{
    struct message *message = find_message(world, kind);
    for (uint32_t i = 0; i < EVENTS_MAX && message == NULL; i++) {
        step(world);
        message = find_message(world, kind);
    }
    assert_non_null(message);
    return message;
}

static void *wait_for_any(struct world *world, const struct sf_slots *slots)
{
    for (uint32_t i = 0; i < EVENTS_MAX && slots->count == 0; i++) {
        step(world);
    }
    void *item = sf_slots_get(slots, sf_slots_next(slots, 0));
    assert_non_null(item);
    return item;
}

/* Breaks one thing, sees it caught, and puts it back. */
#define assert_caught(place, value, check, fact) \
    do {                                         \
        __typeof__(place) before = (place);      \
        (place) = (value);                       \
        assert_breaks(check, fact);              \
        (place) = before;                        \
        check;                                   \
    } while (0)

/* ---- the tests ---- */

static void test_the_invariant_holds_after_every_event(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/small.yaml");
    struct world *world = stage.world;
    while (!sf_world_run(world, world->events_count + 1, 0)) {
        sf_world_check(world);
    }
    sf_world_check(world);
    assert_true(world->events_count > 1000);
    stage_close(&stage);
}

static void test_a_broken_message_is_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/everything.yaml");
    struct world *world = stage.world;
    struct message *message = wait_for_part(world, MESSAGE_UPLOAD);
    const struct sf_transfer transfer = message->transfer;
    assert_caught(message->up, false, sf_world_check(world), "routes[message->kind].up");
    assert_caught(message->kind, MESSAGE_KINDS_COUNT, sf_message_check(world, message),
                  "message->kind < MESSAGE_KINDS_COUNT");
    assert_caught(message->home.index, world->homes.count, sf_world_check(world),
                  "message->home.index < world->homes.count");
    assert_caught(message->handle, message->handle + 1, sf_message_check(world, message),
                  "message->handle) == message");
    assert_caught(message->begun, false, sf_world_check(world), "message->begun");
    assert_caught(message->content->count, transfer.total_bytes - 1, sf_world_check(world),
                  "content->bytes + content->count");
    assert_caught(message->content->references, 0, sf_world_check(world),
                  "content->references > 0");
    assert_caught(message->transfer.arrived_count, transfer.arrived_count + 1,
                  sf_message_check(world, message), "transfer->arrived_count");
    assert_caught(message->transfer.in_flight_count, transfer.in_flight_count + 1,
                  sf_world_check(world), "arrivals_count + held_count");
    stage_close(&stage);
}

static void test_a_message_that_nothing_cares_for_is_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/everything.yaml");
    struct message *message = wait_for_part(stage.world, MESSAGE_UPLOAD);
    message->transfer.sender_done = true;
    message->transfer.receiver_done = true;
    message->transfer.in_flight_count = 0;
    assert_breaks(sf_message_check(stage.world, message), "receiver_waits");
    stage_close(&stage);
}

static void test_a_message_that_contradicts_its_kind_is_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/everything.yaml");
    struct world *world = stage.world;
    struct message *upload = wait_for_part(world, MESSAGE_UPLOAD);
    assert_caught(upload->upload.told, false, sf_world_check(world), "message->upload.told");
    struct message *answer = wait_for_part(world, MESSAGE_ANSWER);
    assert_caught(answer->answer.judged_bytes, answer->transfer.total_bytes + 1,
                  sf_world_check(world), "answer->judged_bytes <=");
    assert_caught(answer->answer.picture, false, sf_world_check(world), "has_bytes ==");
    assert_caught(answer->answer.viewer.index,
                  (answer->answer.viewer.index + SF_VIEWERS_PER_HOME) %
                      (world->homes.count * SF_VIEWERS_PER_HOME),
                  sf_world_check(world), "viewer");
    struct message *request = wait_for(world, MESSAGE_REQUEST);
    assert_caught(request->request.viewer.index,
                  (request->request.viewer.index + SF_VIEWERS_PER_HOME) %
                      (world->homes.count * SF_VIEWERS_PER_HOME),
                  sf_world_check(world), "sf_home_of_viewer(viewer), message->home");
    struct message *command = wait_for(world, MESSAGE_COMMAND);
    assert_caught(command->command.fetch, 0, sf_world_check(world), "command.fetch != 0");
    stage_close(&stage);
}

static void test_a_broken_link_is_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/slots.yaml");
    struct world *world = stage.world;
    struct slotted_packet *packet = wait_for_any(world, &world->network.slotted_packets);
    assert_caught(packet->copies_count, packet->copies_count + 1, sf_world_check(world),
                  "check_links(world) == held_count");
    assert_caught(packet->message, 0, sf_world_check(world), "packet->message");
    assert_caught(world->network.links_count, world->network.links_count - 1, sf_world_check(world),
                  "SF_LINKS_PER_HOME * world->homes.count");
    struct slotted_link *link = NULL;
    for (uint32_t i = 0; i < world->network.links_count && link == NULL; i++) {
        link = world->network.slotted[i];
    }
    assert_non_null(link);
    assert_caught(link->wake_ns, world->queue.now_ns - 1, sf_world_check(world),
                  "slotted->wake_ns >= world_now(world)");
    stage_close(&stage);
}

static void test_a_broken_home_is_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/everything.yaml");
    struct world *world = stage.world;
    struct message *answer = wait_for_part(world, MESSAGE_ANSWER);
    const struct sf_viewer_id viewer = answer->answer.viewer;
    const struct sf_home_id id = sf_home_of_viewer(viewer);
    struct home *home = home_at(world, id);
    struct viewer_state *watching = viewer_at(world, viewer);
    assert_caught(home->camera.captures_count, home->camera.captures_count + 1,
                  sf_home_check(world, id), "sf_book_captures_count");
    assert_caught(home->number, home->number + 1, sf_home_check(world, id), "named");
    assert_caught(home->powered, false, sf_home_check(world, id), "== SF_NS_NEVER");
    assert_caught(watching->session.number, UINT64_C(1) << 60, sf_home_check(world, id),
                  "sf_sessions_tenant_ever");
    assert_caught(watching->present, false, sf_home_check(world, id), "state->present");
    assert_caught(watching->holding.count, watching->holding.count == 0 ? 1 : 0,
                  sf_home_check(world, id), "holding->count == 0");
    assert_null(watching->holding.bytes);
    assert_caught(watching->holding.whole, true, sf_home_check(world, id), "!holding->whole");
    struct message *upload = wait_for(world, MESSAGE_UPLOAD);
    assert_caught(watching->answer, upload->handle, sf_home_check(world, id),
                  "answer->kind == MESSAGE_ANSWER");
    stage_close(&stage);
}

static void test_broken_requests_are_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/everything.yaml");
    struct world *world = stage.world;
    struct request *request = wait_for_any(world, &world->cloud.requests);
    struct cloud_viewer *asker = &world->cloud.viewers[request->viewer.index];
    assert_caught(asker->latest, 0, sf_world_check(world),
                  "open_count == world->cloud.requests.count");
    assert_caught(request->older, request->handle, sf_world_check(world),
                  "open_count <= world->cloud.requests.count");
    assert_caught(request->viewer.index, request->viewer.index + 1, sf_world_check(world),
                  "request->viewer, viewer");
    assert_caught(request->camera.index, world->homes.count, sf_world_check(world),
                  "request->camera.index < world->homes.count");
    assert_caught(request->node.index, sf_nodes_count(world), sf_world_check(world),
                  "sf_nodes_count(world)");
    struct message *answer = wait_for_part(world, MESSAGE_ANSWER);
    assert_caught(answer->answer.number, answer->answer.number + 1, sf_world_check(world),
                  "number");
    stage_close(&stage);
}

static void test_broken_fetches_and_services_are_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/everything.yaml");
    struct world *world = stage.world;
    struct fetch *fetch = wait_for_any(world, &world->cloud.fetches);
    assert_caught(fetch->host_fetch, fetch->host_fetch == 0 ? 1 : 0, sf_world_check(world),
                  "(fetch->host_fetch == 0) != (fetch->request == 0)");
    assert_caught(fetch->camera.index, world->homes.count, sf_world_check(world),
                  "fetch->camera.index < world->homes.count");
    assert_caught(world->cloud.balancer.lost[0], !world->cloud.balancer.lost[0],
                  sf_world_check(world), "balancer.lost[i]");
    assert_caught(world->accounts.sessions.viewers[0].sessions_count, 0, sf_world_check(world),
                  "sf_tenant_is_none");
    stage_close(&stage);
}

static void test_broken_accounts_are_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/gate/accounts.yaml");
    struct world *world = stage.world;
    uint32_t second = account_of(world, sf_home_id(0)).index + 1; /* in the first one's account */
    assert_int_equal(account_of(world, sf_home_id(second)).index, 0);
    assert_caught(world->accounts.authorisation.camera_tenant[0].index, second,
                  sf_world_check(world), "is_tenant(world, owner)");
    assert_caught(world->accounts.authorisation.camera_guest[0].index, second,
                  sf_world_check(world), "is_tenant(world, guest)");
    assert_caught(world->accounts.authorisation.camera_guest[0].index, 0, sf_world_check(world),
                  "sf_tenant_same(guest, owner)");
    assert_caught(world->homes.all[0].slot, 2, sf_world_check(world), "slots_used");
    assert_caught(world->homes.all[second].account.index, 5, sf_world_check(world),
                  "account.index <= id.index");
    assert_caught(world->homes.all[0].other.index, world->homes.count, sf_world_check(world),
                  "home->other");
    stage_close(&stage);
}

/* A question, and an operation of the store, each wait for an event of their own. */
static void test_a_question_without_an_event_is_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/gate/mass-return.yaml");
    struct world *world = stage.world;
    void *item;
    sf_handle question = sf_slots_take(&world->cloud.questions, &item);
    assert_breaks(sf_world_check(world), "questions_count == world->cloud.questions.count");
    sf_slots_give(&world->cloud.questions, question);
    sf_handle handle = sf_slots_take(&world->cloud.operations, &item);
    assert_breaks(sf_world_check(world), "operations_count == world->cloud.operations.count");
    struct store_operation *operation = item;
    operation->bytes_count = 1;
    assert_breaks(sf_world_check(world), "operation->bytes_count == 0");
    sf_slots_give(&world->cloud.operations, handle);
    sf_world_check(world);
    stage_close(&stage);
}

static void test_a_book_with_a_gap_is_caught(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/everything.yaml");
    struct world *world = stage.world;
    wait_for_part(world, MESSAGE_UPLOAD);
    struct sf_book *book = world->book;
    struct book_camera *camera = &book->cameras[book->entries[0].camera];
    assert_caught(camera->captures_count, camera->captures_count + 1, sf_book_check(book),
                  "camera->captures_count - 1");
    assert_caught(camera->latest, 0, sf_book_check(book), "camera->latest == 0");
    assert_caught(book->entries[camera->latest - 1].camera, book->cameras_count,
                  sf_book_check(book), ".camera == i");
    assert_caught(book->entries_count, book->entries_count + 1, sf_book_check(book),
                  "sum == book->entries_count");
    assert_caught(book->ledger_told, book->entries_count + 1, sf_book_check(book),
                  "book->ledger_told <= book->entries_count");
    stage_close(&stage);
}

/* What the loop calls after each event, in every build but the release: an event's message, its
 * home, and one further home in turn. */
static void test_the_check_after_an_event_looks_at_its_home(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, "scenarios/smoke/everything.yaml");
    struct world *world = stage.world;
    struct message *message = wait_for_part(world, MESSAGE_UPLOAD);
    struct home *home = home_at(world, message->home);
    const struct sf_event packet = {.kind = EVENT_FRAGMENT,
                                    .target = sf_link_up(message->home).index,
                                    .a = (uint32_t)message->handle,
                                    .b = (uint32_t)(message->handle >> 32)};
    const struct sf_event tick = {.kind = EVENT_CAMERA_TICK, .target = message->home.index};
    const struct sf_event other = {.kind = EVENT_CACHE_TIMER};
    world->events_count = 4096 + (message->home.index + 1) % world->homes.count; /* not its turn */
    home->camera.captures_count++;
    assert_breaks(sf_world_check_event(world, &packet), "sf_book_captures_count");
    assert_breaks(sf_world_check_event(world, &tick), "sf_book_captures_count");
    world->events_count = world->homes.count * 5 + message->home.index; /* its turn */
    assert_breaks(sf_world_check_event(world, &other), "sf_book_captures_count");
#if SF_CHECKS
    assert_breaks(step(world), "sf_book_captures_count");
#endif
    home->camera.captures_count--;
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_invariant_holds_after_every_event),
        cmocka_unit_test(test_a_broken_message_is_caught),
        cmocka_unit_test(test_a_message_that_nothing_cares_for_is_caught),
        cmocka_unit_test(test_a_message_that_contradicts_its_kind_is_caught),
        cmocka_unit_test(test_a_broken_link_is_caught),
        cmocka_unit_test(test_a_broken_home_is_caught),
        cmocka_unit_test(test_broken_requests_are_caught),
        cmocka_unit_test(test_broken_fetches_and_services_are_caught),
        cmocka_unit_test(test_broken_accounts_are_caught),
        cmocka_unit_test(test_a_question_without_an_event_is_caught),
        cmocka_unit_test(test_a_book_with_a_gap_is_caught),
        cmocka_unit_test(test_the_check_after_an_event_looks_at_its_home),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
