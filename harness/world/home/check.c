/* What holds of a home between two events. */
#include "harness/world/home/private.h"
#include "harness/world/network/network.h"

static void check_answer(const struct world *world, struct sf_viewer_id viewer)
{
    const struct viewer_state *state = viewer_at(world, viewer);
    const struct message *answer = sf_slots_get(&world->network.messages, state->answer);
    if (answer != NULL) {
        SF_ASSERT(answer->kind == MESSAGE_ANSWER);
        SF_ASSERT(sf_viewer_same(answer->answer.viewer, viewer));
        SF_ASSERT(answer->answer.number <= state->viewer.requests_count);
    }
}

static void check_holding(const struct holding *holding)
{
    SF_ASSERT((holding->bytes == NULL) == (holding->count == 0));
    SF_ASSERT((holding->bytes == NULL) == (holding->validator == 0));
    SF_ASSERT(holding->bytes != NULL || !holding->whole);
}

static void check_viewer(const struct world *world, struct sf_viewer_id viewer, bool powered)
{
    const struct viewer_state *state = viewer_at(world, viewer);
    sf_viewer_check(&state->viewer);
    check_answer(world, viewer);
    check_holding(&state->holding);
    SF_ASSERT(state->present || state->viewer.requests_count == 0);
    const struct sf_sessions *sessions = &world->accounts.sessions;
    SF_ASSERT(sf_session_is_none(state->session) ||
              !sf_tenant_is_none(sf_sessions_tenant_ever(sessions, state->session)));
    if (!powered) {
        SF_ASSERT(state->tick_at_ns == SF_NS_NEVER);
        SF_ASSERT(state->viewer.time_out_at_ns == SF_NS_NEVER);
        SF_ASSERT(state->answer == 0);
        SF_ASSERT(state->holding.bytes == NULL);
    }
}

static void check_camera(const struct world *world, struct sf_home_id id)
{
    const struct home *home = home_at(world, id);
    sf_camera_check(&home->camera);
    SF_ASSERT(home->camera.captures_count ==
              sf_book_captures_count(world->book, sf_camera_of_home(id)));
    SF_ASSERT(home->validator == 0 || home->camera.captures_count > 0);
    SF_ASSERT(home->sent == NULL || home->sent_bytes > 0);
    if (!home->powered) {
        SF_ASSERT(home->camera_tick_at_ns == SF_NS_NEVER);
        for (uint32_t i = 0; i < SF_ERRANDS_COUNT; i++) {
            SF_ASSERT(home->errand_at_ns[i] == SF_NS_NEVER);
        }
    }
}

void sf_home_check(const struct world *world, struct sf_home_id id)
{
    SF_ASSERT(id.index < world->homes.count);
    const struct home *home = home_at(world, id);
    struct sf_home_id named;
    SF_ASSERT(home->group < world->plan->groups_count);
    SF_ASSERT(sf_home_of_number(world, home->number, &named));
    SF_ASSERT(sf_home_same(named, id));
    check_camera(world, id);
    for (uint32_t i = 0; i < SF_VIEWERS_PER_HOME; i++) {
        check_viewer(world, sf_viewer_of_home(id, (enum sf_viewer_kind)i), home->powered);
    }
}
