/* How another home's still may have come to the viewer: the first way that the trace has signs of,
 * the most certain first. */
#include "harness/base/assert.h"
#include "harness/story/facts.h"

/* Two things that happen so soon after each other have to do with each other. */
enum { AT_ONCE_NS = 2 * SF_MS };

static bool happened_at(const struct sf_record *one, const struct sf_record *other)
{
    return one != NULL && other != NULL && other->at_ns >= one->at_ns &&
           other->at_ns - one->at_ns <= AT_ONCE_NS;
}

static bool is_whole(const struct upload *upload)
{
    return upload->ended != NULL && sf_upload_is_whole(upload);
}

/* Was the camera that it wanted asked for a still while this request waited? */
static bool asked_own_camera(const struct facts *facts)
{
    for (const struct sf_record *record = facts->admitted;
         record != NULL && record < facts->answered; record++) {
        if (record->kind == SF_RECORD_FETCH &&
            sf_home_same(sf_home_of_record(record), sf_home_of_camera(facts->wanted))) {
            return true;
        }
    }
    return false;
}

/* The fetch of the viewer's own still, if it was cancelled with fewer bytes than were answered. */
static const struct sf_record *answered_early(const struct facts *facts)
{
    const struct sf_record *end = facts->gather->records + facts->gather->count;
    for (const struct sf_record *record = facts->admitted; record != NULL && record < end;
         record++) {
        if (record->kind == SF_RECORD_FETCH_CANCELLED &&
            sf_camera_same(sf_fetch_cancelled_of(record).camera, facts->wanted) &&
            sf_fetch_cancelled_of(record).received_bytes < sf_answered_of(facts->answered).bytes) {
            return record;
        }
    }
    return NULL;
}

static void tell_early(const struct facts *facts, const struct sf_record *cancelled,
                       struct sf_text *out)
{
    sf_text_add(out, "its own still was answered as whole, ");
    sf_say_number(sf_answered_of(facts->answered).bytes, out);
    sf_text_add(out, " bytes, when ");
    sf_say_number(sf_fetch_cancelled_of(cancelled).received_bytes, out);
    sf_text_add(out,
                " of them had been fetched: parts that come twice were counted twice, or an end "
                "was taken for all, and where bytes are missing the answer has what was in "
                "that memory before");
}

/* The last fetch of the other home's still that was cancelled with bytes received; NULL if there is
 * none before the answer. */
static const struct sf_record *left_behind(const struct facts *facts)
{
    const struct sf_record *found = NULL;
    for (const struct sf_record *record = facts->gather->records; record < facts->answered;
         record++) {
        bool of_owner =
            record->kind == SF_RECORD_FETCH_CANCELLED &&
            sf_camera_same(sf_fetch_cancelled_of(record).camera, facts->finding->owner_camera) &&
            sf_fetch_cancelled_of(record).received_bytes > 0;
        found = of_owner ? record : found;
    }
    return found != NULL && found->at_ns >= facts->begin_ns ? found : NULL;
}

static void tell_left_behind(const struct facts *facts, const struct sf_record *left,
                             struct sf_text *out)
{
    sf_text_add(out, "the fetch of the other home's still was cancelled after ");
    sf_say_number(sf_fetch_cancelled_of(left).received_bytes, out);
    sf_text_add(out, " bytes, ");
    sf_say_span(facts->answered->at_ns - left->at_ns, out);
    sf_text_add(out, " before the answer, and the answer has bytes of both homes: memory that the "
                     "fetch had filled, or its list of what had arrived, was used again as it was");
}

static void tell_mixture(const struct facts *facts, struct sf_text *out)
{
    const struct sf_record *early = answered_early(facts);
    const struct sf_record *left = left_behind(facts);
    if (early != NULL) {
        tell_early(facts, early, out);
    } else if (left != NULL) {
        tell_left_behind(facts, left, out);
    } else if (is_whole(&facts->own)) {
        sf_text_add(out, "the answer has parts of both homes although its own still had arrived "
                         "whole: memory was written while it was read, or parts of both were "
                         "stored under one key");
    } else {
        sf_text_add(out, "its own still had not arrived whole, and where parts of it are missing "
                         "the answer has the other home's: bytes that were in that memory before, "
                         "or were stored under the same key");
    }
}

/* The home for which the cache had begun what ended with the answer, where that is another one than
 * the viewer's and the camera's. */
static bool begun_for_another(const struct facts *facts, uint32_t *home_out)
{
    if (facts->answered_from == NULL) {
        return false;
    }
    const struct sf_answered_from_record from = sf_answered_from_of(facts->answered_from);
    bool began = from.callback == SF_CALLBACK_ON_STORE_REPLY ||
                 from.callback == SF_CALLBACK_ON_TIMER || from.callback == SF_CALLBACK_ON_IDENTITY;
    *home_out = from.begun_for.index;
    return began && from.begun_for.index != SF_NOBODY &&
           !sf_home_same(from.begun_for, sf_home_of_viewer(facts->finding->viewer)) &&
           !sf_home_same(from.begun_for, sf_home_of_camera(facts->wanted));
}

static void tell_begun_for_another(const struct facts *facts, uint32_t home, struct sf_text *out)
{
    sf_text_add(out, "the answer was given ");
    sf_say_cause(facts->answered_from, out);
    sf_text_add(out,
                ": what was begun for home %u ended as home %u's, because the two were "
                "matched wrongly (by their order, say), or waited under one key",
                home + 1, sf_home_of_viewer(facts->finding->viewer).index + 1);
}

static bool answered_from_store(const struct facts *facts)
{
    return facts->answered_from != NULL &&
           sf_answered_from_of(facts->answered_from).callback == SF_CALLBACK_ON_STORE_REPLY;
}

/* Of a lookup that was begun for this viewer. */
static void tell_store(const struct facts *facts, struct sf_text *out)
{
    const struct sf_record *one = facts->foreign.begun;
    const struct sf_record *other = facts->own.begun;
    sf_text_add(out, "a reply of the shared store brought the other home's still: it is stored "
                     "under this request's key, or the reply is another operation's");
    if (one != NULL && other != NULL &&
        !sf_node_same(sf_upload_begun_of(one).node, sf_upload_begun_of(other).node)) {
        sf_text_add(out,
                    ". The two stills had come in through different nodes, home %u's through "
                    "node %u and home %u's through node %u: both may have given out one key",
                    facts->finding->owner_tenant.index + 1, sf_upload_begun_of(one).node.index,
                    sf_home_of_camera(facts->wanted).index + 1,
                    sf_upload_begun_of(other).node.index);
    }
}

static void tell_whole_stranger(const struct facts *facts, struct sf_text *out)
{
    const struct sf_record *came = facts->foreign.ended;
    uint32_t home;
    if (happened_at(came, facts->answered)) {
        sf_text_add(out, "the answer left at the moment at which the other home's still arrived: "
                         "it was given to the wrong request");
    } else if (begun_for_another(facts, &home)) {
        tell_begun_for_another(facts, home, out);
    } else if (answered_from_store(facts)) {
        tell_store(facts, out);
    } else if (came != NULL && facts->deployed != NULL && came < facts->deployed &&
               !asked_own_camera(facts)) {
        sf_text_add(out, "the other home's still came to this version with what the version before "
                         "left, exported or stored, and is there under this request's key");
    } else if (asked_own_camera(facts) && is_whole(&facts->own) &&
               facts->own.ended < facts->answered) {
        sf_text_add(out, "its own camera was asked and its still arrived whole, but another one "
                         "was sent: answers or keys were swapped");
    } else if (asked_own_camera(facts)) {
        sf_text_add(out, "its own camera was asked, its still had not arrived, and the cache "
                         "answered with another one that it held");
    } else if (happened_at(facts->admitted, facts->answered)) {
        sf_text_add(out, "the answer left at once, without a request to its own camera: the other "
                         "home's still was in the cache, under a key that this request has too");
    } else {
        sf_text_add(out, "its own camera was not asked, and the other home's still, which had "
                         "arrived before, was found under this request's key");
    }
}

/* A bearer of another home's session is taken for that home's viewer. */
static void tell_session(const struct facts *facts, struct sf_text *out)
{
    sf_say_session(facts, out);
    sf_text_add(out,
                "; the front door takes the bearer of a session for its owner, so this request "
                "was one for home %u's camera",
                facts->asked.index + 1);
}

static void tell_handed(const struct facts *facts, struct sf_text *out)
{
    static const char *const read[] = {"what is in it", "an entry that is not whole there",
                                       "what another cache had written",
                                       "what another version had written"};
    uint32_t what = sf_handed_over_of(facts->handed).what;
    sf_text_add(out, "the version that answered was handed ");
    sf_say_state(facts->handed, out);
    sf_text_add(out,
                ", and the other home's still had arrived before: import_state took %s for an "
                "entry of its own",
                read[what < sizeof read / sizeof read[0] ? what : 0]);
}

/* Had the other home's still arrived before the version that answered was handed a damaged state?
 */
static bool came_by_hand_over(const struct facts *facts)
{
    return facts->handed != NULL && facts->foreign.ended != NULL &&
           facts->foreign.ended < facts->deployed;
}

/* How many captures is the picture made of, that was shown for the request? */
static uint32_t captures_seen(const struct facts *facts)
{
    uint32_t count = 0;
    for (uint32_t i = 0; facts->shown != NULL && i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        count += record->kind == SF_RECORD_SEEN && record->at_ns == facts->shown->at_ns &&
                 sf_viewer_same(sf_seen_of(record).viewer, facts->finding->viewer) &&
                 sf_seen_of(record).request == facts->request;
    }
    return count;
}

/* A rest that was sent does not go on where the viewer's beginning ends. A trace from outside may
 * say from where an answer was given, and have no answer. */
bool sf_facts_continues_another(const struct facts *facts)
{
    SF_ASSERT(facts != NULL);
    return facts->answered_from != NULL && facts->answered != NULL &&
           sf_answered_from_of(facts->answered_from).offset_bytes > 0 && captures_seen(facts) > 1;
}

const struct sf_record *sf_why_stray_culprit(const struct facts *facts)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->stray);
    if (facts->answered == NULL) {
        return facts->delivered;
    }
    if (facts->session_given != NULL) {
        return facts->session_answer;
    }
    bool handed = facts->sold == NULL && facts->claim != SF_CLAIM_NONE && came_by_hand_over(facts);
    return handed ? facts->handed : facts->answered;
}

/* The latest that happened to the origin before the stray came; SF_LIVE_ORIGIN_OK for nothing. */
static enum sf_live_event origin_then(const struct facts *facts)
{
    enum sf_live_event then = SF_LIVE_ORIGIN_OK;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        if (record->kind == SF_RECORD_LIVE && record->at_ns <= facts->finding->at_ns &&
            sf_live_of(record).what >= SF_LIVE_ORIGIN_OK &&
            sf_live_of(record).what <= SF_LIVE_ORIGIN_LOSSY) {
            then = sf_live_of(record).what;
        }
    }
    return then;
}

/* Inside a real server nothing is seen: only what it asked the origin for, and what it answered. */
static void tell_live(const struct facts *facts, struct sf_text *out)
{
    bool own_was_asked = facts->own.capture != NULL && facts->ask != NULL &&
                         facts->own.capture->at_ns >= facts->ask->at_ns;
    if (own_was_asked) {
        sf_text_add(out, "the origin had answered this request with the viewer's own still, and "
                         "another one was delivered: answers were swapped, or one was shared by "
                         "requests that were made at one time");
    } else if (origin_then(facts) != SF_LIVE_ORIGIN_OK) {
        sf_text_add(out, "while the origin failed, the server answered with what it had kept for "
                         "another home: its key for this URL lacks what says who asks");
    } else {
        sf_text_add(out, "the server did not ask the origin, and answered with what it had kept "
                         "for another home: its key for this URL lacks what says who asks");
    }
}

void sf_why_stray_tell(const struct facts *facts, struct sf_text *out)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->stray);
    if (facts->plan->live.present) {
        tell_live(facts, out);
    } else if (facts->answered == NULL) {
        sf_text_add(out, "the trace has no answer to this request");
    } else if (facts->session_given != NULL) {
        tell_session(facts, out);
    } else if (facts->sold != NULL) {
        sf_say_sale(facts, out);
    } else if (facts->claim == SF_CLAIM_NONE && facts->admitted != NULL) {
        sf_text_add(out, "the front door accepted a request for another home's camera; the cache "
                         "answered what it was asked for");
    } else if (came_by_hand_over(facts)) {
        tell_handed(facts, out);
    } else if (facts->own_is_in_it && sf_facts_continues_another(facts)) {
        sf_text_add(out, "the rest that was sent is of another still than the beginning that the "
                         "viewer has: the cache chose it by a validator that stills of two homes "
                         "have");
    } else if (facts->own_is_in_it) {
        tell_mixture(facts, out);
    } else {
        tell_whole_stranger(facts, out);
    }
}
