/* An order in words: what happens, and what the cache does about it, one line each. */
#include <stdarg.h>
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/exhaust/state.h"

static const struct {
    const char *word;
    enum sf_small_operand first;
    enum sf_small_operand second;
} kinds[] = {
#define EVENT_ROW(SYMBOL, WORD, A, B) {WORD, SF_SMALL_OF_##A, SF_SMALL_OF_##B},
    SF_SMALL_EVENTS(EVENT_ROW)
#undef EVENT_ROW
};

const char *sf_small_kind_word(uint32_t kind)
{
    SF_ASSERT(kind < SF_SMALL_KINDS_COUNT);
    return kinds[kind].word;
}

enum sf_small_operand sf_small_kind_operand(uint32_t kind)
{
    SF_ASSERT(kind < SF_SMALL_KINDS_COUNT);
    return kinds[kind].first;
}

enum sf_small_operand sf_small_kind_operand_2(uint32_t kind)
{
    SF_ASSERT(kind < SF_SMALL_KINDS_COUNT);
    return kinds[kind].second;
}

void sf_small_tell(struct small *small, uint32_t from, uint32_t to, const char *format, ...)
{
    SF_ASSERT(small != NULL);
    struct sf_small_story *story = small->told;
    if (story->steps_count == SF_SMALL_STEPS_MAX) {
        story->is_cut = true;
        return;
    }
    struct sf_small_step *step = &story->steps[story->steps_count++];
    step->from = (uint8_t)from;
    step->to = (uint8_t)to;
    va_list args;
    va_start(args, format);
    vsnprintf(step->text, sizeof step->text, format, args);
    va_end(args);
}

/* "camera a1" */
static void camera_words(const struct small *small, uint32_t camera, char *out, size_t bytes)
{
    snprintf(out, bytes, "camera %c%u", 'a' + sf_small_tenant_of(small->world, camera),
             camera / small->world->tenants + 1);
}

static void request_words(const struct small *small, struct sf_small_event event, char *out,
                          size_t bytes)
{
    static const char *const paths[] = {"display", "app", "export job"};
    uint32_t tenant = small_owner(small, event.a);
    bool is_guest = (event.b & SF_SMALL_ASK_GUEST) != 0;
    char camera[32];
    camera_words(small, event.a, camera, sizeof camera);
    tenant = is_guest ? sf_small_next_tenant(small->world, tenant) : tenant;
    uint32_t number = 1;
    for (uint32_t i = 0; i < SMALL_REQUESTS && small->state.requests[i].phase != SMALL_FREE; i++) {
        number = i + 2;
    }
    snprintf(out, bytes, "the %s of tenant %c%s asks for %s%s%s%s (request %u)",
             paths[event.b & SF_SMALL_ASK_PATH], 'A' + tenant, is_guest ? ", a guest," : "", camera,
             (event.b & SF_SMALL_ASK_NEW) != 0 ? ", on a new connection" : "",
             (event.b & SF_SMALL_ASK_INTERRUPTED) != 0 ? ", and takes half of the answer only" : "",
             event.c != 0 ? ", at node 2" : "", number);
}

static const char *const ordinals[] = {"first", "second", "third"};
_Static_assert(sizeof ordinals / sizeof ordinals[0] == SF_SMALL_PIECES_MAX, "one for each piece");

static const char *piece_word(const struct small *small)
{
    return small_pieces(small->world) == 2 ? "half" : "third";
}

static void event_words(const struct small *small, struct sf_small_event event, char *out,
                        size_t bytes)
{
    char camera[32];
    camera_words(small, event.a, camera, sizeof camera);
    uint32_t number = event.a + 1u;
    char letter = (char)('A' + event.a);
    switch ((enum sf_small_kind)event.kind) {
    case SF_SMALL_UPLOAD_EVENT:
        snprintf(out, bytes, "%s uploads a still", camera);
        return;
    case SF_SMALL_UPLOAD_CUT_EVENT:
        snprintf(out, bytes, "%s uploads the first %s of a still and breaks off", camera,
                 piece_word(small));
        return;
    case SF_SMALL_UPLOAD_DELTA_EVENT:
        snprintf(out, bytes, "%s uploads the rows that changed", camera);
        return;
    case SF_SMALL_CAPTURE_LOST_EVENT:
        snprintf(out, bytes, "%s takes a still, and its upload is lost", camera);
        return;
    case SF_SMALL_UPLOAD_BEGIN_EVENT:
        snprintf(out, bytes, "%s begins to upload a still", camera);
        return;
    case SF_SMALL_UPLOAD_PART_EVENT:
        snprintf(out, bytes, "the %s %s of upload %u arrives%s", ordinals[event.b],
                 piece_word(small), number, small->state.uploads[event.a].ended ? ", late" : "");
        return;
    case SF_SMALL_UPLOAD_REST_EVENT:
        snprintf(out, bytes, "the rest of upload %u arrives, and it is complete", number);
        return;
    case SF_SMALL_UPLOAD_COMPLETE_EVENT:
        snprintf(out, bytes, "upload %u is complete", number);
        return;
    case SF_SMALL_UPLOAD_ABANDON_EVENT:
        snprintf(out, bytes, "upload %u is abandoned", number);
        return;
    case SF_SMALL_REQUEST_EVENT:
        request_words(small, event, out, bytes);
        return;
    case SF_SMALL_CANCEL_EVENT:
        snprintf(out, bytes, "request %u is cancelled", number);
        return;
    case SF_SMALL_CLOSE_EVENT:
        snprintf(out, bytes, "the connection of request %u closes", number);
        return;
    case SF_SMALL_TAKE_EVENT:
        snprintf(out, bytes, "the viewer of request %u has taken what was passed", number);
        return;
    case SF_SMALL_FETCH_DONE_EVENT:
        snprintf(out, bytes, "the camera answers fetch %u", number);
        return;
    case SF_SMALL_FETCH_FAIL_EVENT:
        snprintf(out, bytes, "fetch %u fails", number);
        return;
    case SF_SMALL_FETCH_PART_EVENT:
        snprintf(out, bytes, "the %s %s of fetch %u arrives", ordinals[event.b], piece_word(small),
                 number);
        return;
    case SF_SMALL_STORE_REPLY_EVENT:
        snprintf(out, bytes, "the store replies on connection %u", number);
        return;
    case SF_SMALL_STORE_FAIL_EVENT:
        snprintf(out, bytes, "an operation of the store fails on connection %u", number);
        return;
    case SF_SMALL_IDENTITY_KNOWN_EVENT:
        snprintf(out, bytes, "the identity service answers question %u", number);
        return;
    case SF_SMALL_IDENTITY_UNKNOWN_EVENT:
        snprintf(out, bytes, "the identity service does not know the session of question %u",
                 number);
        return;
    case SF_SMALL_IDENTITY_FAIL_EVENT:
        snprintf(out, bytes, "the identity service fails on question %u", number);
        return;
    case SF_SMALL_SETTLE_EVENT:
        snprintf(out, bytes, "everything that is under way arrives, in its order");
        return;
    case SF_SMALL_TIMER_EVENT:
        snprintf(out, bytes, "the next timer fires");
        return;
    case SF_SMALL_WAIT_EVENT:
        snprintf(out, bytes, "%lld s pass", (long long)(sf_small_lapse_ns[event.a] / SF_SECOND));
        return;
    case SF_SMALL_INVALIDATE_CAMERA_EVENT:
        snprintf(out, bytes, "%s is invalidated", camera);
        return;
    case SF_SMALL_INVALIDATE_TENANT_EVENT:
        snprintf(out, bytes, "tenant %c is invalidated", letter);
        return;
    case SF_SMALL_INVALIDATE_LINK_EVENT:
        snprintf(out, bytes, "tenant %c unlinks the integration", letter);
        return;
    case SF_SMALL_RECONFIGURE_EVENT:
        snprintf(out, bytes, "new options are pushed: '%s'", small->reconfigure_options);
        return;
    case SF_SMALL_DEPLOY_EVENT:
        snprintf(out, bytes, "the candidate is deployed on node %u", number);
        return;
    case SF_SMALL_NODE_LOST_EVENT:
        snprintf(out, bytes, "node %u is lost", number);
        return;
    case SF_SMALL_NODE_BACK_EVENT:
        snprintf(out, bytes, "node %u comes back, empty", number);
        return;
    case SF_SMALL_CLOCK_BACK_EVENT:
        snprintf(out, bytes, "the clock of node %u steps back by an hour", number);
        return;
    case SF_SMALL_CLOCK_FORWARD_EVENT:
        snprintf(out, bytes, "the clock of node %u steps forward by an hour", number);
        return;
    case SF_SMALL_RESTART_EVENT:
        snprintf(out, bytes, "%s restarts, and counts its stills from 1 again", camera);
        return;
    case SF_SMALL_FIRMWARE_EVENT:
        snprintf(out, bytes, "%s gets new firmware, which sends stills in several sizes", camera);
        return;
    case SF_SMALL_SALE_EVENT:
        snprintf(out, bytes, "%s is sold to tenant %c", camera,
                 'A' + sf_small_next_tenant(small->world, small_owner(small, event.a)));
        return;
    case SF_SMALL_TRADE_SLOTS_EVENT:
        snprintf(out, bytes, "the cameras of tenant %c trade their slots", letter);
        return;
    case SF_SMALL_DEPLOY_CUT_EVENT:
        snprintf(out, bytes, "the candidate is deployed on node %u; the state is cut short",
                 number);
        return;
    case SF_SMALL_DEPLOY_BARE_EVENT:
        snprintf(out, bytes, "the candidate is deployed on node %u without a state", number);
        return;
    case SF_SMALL_KINDS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

/* The tenant whose camera or viewer does it. */
static uint32_t camera_lane(const struct small *small, struct sf_small_event event)
{
    uint32_t owner = small_owner(small, event.a);
    bool is_guest = event.kind == SF_SMALL_REQUEST_EVENT && (event.b & SF_SMALL_ASK_GUEST) != 0;
    return is_guest ? sf_small_next_tenant(small->world, owner) : owner;
}

/* Who tells whom. */
static void event_lanes(const struct small *small, struct sf_small_event event, uint32_t *from_out,
                        uint32_t *to_out)
{
    *to_out = SMALL_LANE_CACHE;
    switch (sf_small_kind_operand(event.kind)) {
    case SF_SMALL_OF_CAMERA:
        *from_out = SMALL_LANE_TENANT + camera_lane(small, event);
        break;
    case SF_SMALL_OF_TENANT:
        *from_out = SMALL_LANE_TENANT + event.a;
        break;
    case SF_SMALL_OF_UPLOAD:
        *from_out = SMALL_LANE_TENANT +
                    sf_small_owner_in(small->world, small->state.uploads[event.a].hands);
        break;
    case SF_SMALL_OF_REQUEST:
        *from_out = SMALL_LANE_TENANT + small->state.requests[event.a].viewer;
        break;
    case SF_SMALL_OF_FETCH:
        *from_out = SMALL_LANE_TENANT + small_owner(small, small->state.fetches[event.a].camera);
        break;
    case SF_SMALL_OF_CONNECTION:
        *from_out = SMALL_LANE_STORE;
        break;
    case SF_SMALL_OF_QUESTION:
        *from_out = SMALL_LANE_IDENTITY;
        break;
    case SF_SMALL_OF_NONE:
    case SF_SMALL_OF_NODE:
    case SF_SMALL_OF_PART:
    case SF_SMALL_OF_LAPSE:
    case SF_SMALL_OF_HOW:
        *from_out = SMALL_LANE_NONE;
        *to_out = SMALL_LANE_NONE;
        break;
    }
}

void sf_small_tell_event(struct small *small, struct sf_small_event event)
{
    SF_ASSERT(small != NULL);
    if (small->told == NULL) {
        return;
    }
    char words[SF_CACHE_SPEC_BYTES + 64];
    uint32_t from = SMALL_LANE_NONE;
    uint32_t to = SMALL_LANE_NONE;
    event_words(small, event, words, sizeof words);
    event_lanes(small, event, &from, &to);
    uint32_t index = small->told->steps_count;
    sf_small_tell(small, from, to, "%s", words);
    if (index < SF_SMALL_STEPS_MAX) {
        small->told->steps[index].event = (uint8_t)++small->told->events_count;
    }
}
