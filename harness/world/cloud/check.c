/* What holds of the cloud between two events. */
#include "harness/world/cloud/private.h"
#include "harness/world/network/network.h"

/* ---- requests ---- */

static void check_answer(const struct world *world, const struct request *request)
{
    const struct message *answer = sf_slots_get(&world->network.messages, request->answer);
    SF_ASSERT(request->answer == 0 || request->answered);
    if (answer != NULL) {
        SF_ASSERT(answer->kind == MESSAGE_ANSWER);
        SF_ASSERT(answer->answer.request == request->handle);
        SF_ASSERT(sf_viewer_same(answer->answer.viewer, request->viewer));
        SF_ASSERT(answer->answer.number == request->number);
    }
}

static void check_request(const struct world *world, const struct request *request)
{
    SF_ASSERT(request->camera.index < world->homes.count);
    SF_ASSERT(sf_node_is_none(request->node) || request->node.index < sf_nodes_count(world));
    SF_ASSERT(request->asked_of_cache == 0 || request->fetch == 0);
    SF_ASSERT(request->asked_of_cache == 0 || request_uses_cache(request));
    const struct fetch *fetch = fetch_get(world, request->fetch);
    SF_ASSERT(fetch == NULL || fetch->request == request->handle);
    check_answer(world, request);
}

/* Returns how many requests the viewer has open. */
static uint32_t check_viewer(const struct world *world, struct sf_viewer_id viewer)
{
    uint32_t open_count = 0;
    sf_handle handle = cloud_viewer(world, viewer)->latest;
    while (handle != 0) {
        const struct request *request = request_get(world, handle);
        SF_ASSERT(request != NULL);
        SF_ASSERT(request->handle == handle);
        SF_ASSERT(sf_viewer_same(request->viewer, viewer));
        check_request(world, request);
        open_count++;
        SF_ASSERT(open_count <= world->cloud.requests.count);
        handle = request->older;
    }
    return open_count;
}

void sf_cloud_viewer_check(const struct world *world, struct sf_viewer_id viewer)
{
    SF_ASSERT(viewer.index < world->homes.count * SF_VIEWERS_PER_HOME);
    check_viewer(world, viewer);
}

static void check_requests(const struct world *world)
{
    uint32_t open_count = 0;
    for (uint32_t i = 0; i < world->homes.count * SF_VIEWERS_PER_HOME; i++) {
        open_count += check_viewer(world, sf_viewer_id(i));
    }
    SF_ASSERT(open_count == world->cloud.requests.count);
}

/* ---- fetches, questions, operations ---- */

static void check_fetches(const struct world *world)
{
    const struct sf_slots *fetches = &world->cloud.fetches;
    for (sf_handle h = sf_slots_next(fetches, 0); h != 0; h = sf_slots_next(fetches, h)) {
        const struct fetch *fetch = sf_slots_get(fetches, h);
        const struct message *reply = sf_slots_get(&world->network.messages, fetch->reply);
        SF_ASSERT(fetch->camera.index < world->homes.count);
        SF_ASSERT((fetch->host_fetch == 0) != (fetch->request == 0));
        if (reply != NULL) {
            SF_ASSERT(reply->kind == MESSAGE_FETCHED);
            SF_ASSERT(reply->fetched.fetch == h);
            SF_ASSERT(sf_home_same(reply->home, sf_home_of_camera(fetch->camera)));
        }
    }
}

static void check_operations(const struct world *world)
{
    const struct sf_slots *operations = &world->cloud.operations;
    for (sf_handle h = sf_slots_next(operations, 0); h != 0; h = sf_slots_next(operations, h)) {
        const struct store_operation *operation = sf_slots_get(operations, h);
        SF_ASSERT(operation->key_bytes <= sizeof operation->key);
        SF_ASSERT((operation->bytes == NULL) == (operation->bytes_count == 0));
    }
}

/* Each question, and each operation, waits for one event. */
static void check_waiting(const struct world *world)
{
    uint32_t questions_count = 0;
    uint32_t operations_count = 0;
    for (uint32_t i = 0; i < world->queue.count; i++) {
        uint16_t kind = world->queue.heap[i].kind;
        questions_count += kind == EVENT_IDENTITY;
        operations_count += kind == EVENT_STORE_ARRIVE || kind == EVENT_STORE_REPLY;
    }
    SF_ASSERT(questions_count == world->cloud.questions.count);
    SF_ASSERT(operations_count == world->cloud.operations.count);
}

/* ---- nodes ---- */

static void check_nodes(const struct world *world)
{
    const struct cloud *cloud = &world->cloud;
    SF_ASSERT(cloud->balancer.nodes_count == sf_nodes_count(world));
    for (uint32_t i = 0; i < sf_nodes_count(world); i++) {
        SF_ASSERT(cloud->balancer.lost[i] == cloud->host.nodes[i].lost);
    }
}

static void check_sessions(const struct world *world)
{
    const struct sf_sessions *sessions = &world->accounts.sessions;
    sf_sessions_check(sessions);
    SF_ASSERT(sessions->viewers_count == world->homes.count * SF_VIEWERS_PER_HOME);
    for (uint32_t i = 0; i < sessions->viewers_count; i++) {
        const struct sf_sessions_viewer *viewer = &sessions->viewers[i];
        SF_ASSERT(sf_tenant_is_none(viewer->tenant) == (viewer->sessions_count == 0));
        SF_ASSERT(!viewer->open || viewer->sessions_count > 0);
        SF_ASSERT(sf_tenant_is_none(viewer->tenant) || viewer->tenant.index < world->homes.count);
    }
}

void sf_cloud_check(const struct world *world)
{
    const struct cloud *cloud = &world->cloud;
    sf_slots_check(&cloud->requests);
    sf_slots_check(&cloud->fetches);
    sf_slots_check(&cloud->operations);
    sf_slots_check(&cloud->questions);
    check_requests(world);
    check_fetches(world);
    check_operations(world);
    check_waiting(world);
    check_nodes(world);
    check_sessions(world);
    sf_cache_host_check(&cloud->host);
    sf_cache_host_check_handles(&cloud->host);
}
