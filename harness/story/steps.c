/* The story step by step. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/story/facts.h"
#include "harness/trace/record_words.h"

struct teller {
    const struct facts *facts;
    struct sf_story *story;
    struct sf_text text;   /* of the step that is being made */
    uint32_t events_count; /* steps about events around the request */
};

enum { EVENTS_MAX = 16 };

enum actor { CLOUD, VIEWER, VIEWER_CAMERA, VIEWER_HOME, OWNER_CAMERA, OWNER_HOME };

static void name_actor(const struct facts *facts, enum actor actor, char out[static 32])
{
    const struct sf_finding *finding = facts->finding;
    switch (actor) {
    case CLOUD:
        snprintf(out, 32, "cloud");
        return;
    case VIEWER:
        snprintf(out, 32, "%s of home %u", sf_viewer_kind_name(finding->viewer),
                 sf_home_of_viewer(finding->viewer).index + 1);
        return;
    case VIEWER_CAMERA:
        snprintf(out, 32, "camera of home %u", sf_home_of_camera(facts->wanted).index + 1);
        return;
    case VIEWER_HOME:
        snprintf(out, 32, "home %u", sf_home_of_viewer(finding->viewer).index + 1);
        return;
    case OWNER_CAMERA:
        snprintf(out, 32, "camera of home %u", finding->owner_tenant.index + 1);
        return;
    case OWNER_HOME:
        snprintf(out, 32, "home %u", finding->owner_tenant.index + 1);
        return;
    }
}

static enum sf_lane lane_of(enum actor actor)
{
    switch (actor) {
    case CLOUD:
        return SF_LANE_CLOUD;
    case VIEWER:
    case VIEWER_CAMERA:
    case VIEWER_HOME:
        return SF_LANE_VIEWER;
    case OWNER_CAMERA:
    case OWNER_HOME:
        return SF_LANE_OWNER;
    }
    SF_UNREACHABLE();
}

/* Ends the step whose text is in teller->text. */
static void step_to(struct teller *teller, const struct sf_record *record, enum actor actor,
                    enum sf_lane to, bool lossy)
{
    struct sf_story *story = teller->story;
    story->steps = sf_realloc(story->steps, story->steps_count + 1, sizeof *story->steps);
    struct sf_story_step *step = &story->steps[story->steps_count++];
    *step = (struct sf_story_step){.at_ns = record->at_ns,
                                   .order = (uint32_t)(record - teller->facts->gather->records),
                                   .from = lane_of(actor),
                                   .to = to,
                                   .lossy = lossy};
    name_actor(teller->facts, actor, step->who);
    step->what = teller->text.data; /* handed over */
    teller->text = (struct sf_text){0};
}

static void step_at(struct teller *teller, const struct sf_record *record, enum actor actor)
{
    step_to(teller, record, actor, lane_of(actor), false);
}

/* ---- a still on its way up ---- */

static void tell_upload_end(struct teller *teller, const struct upload *upload, bool own)
{
    const struct sf_capture_record capture = sf_capture_of(upload->capture);
    struct sf_text *text = &teller->text;
    if (own) {
        sf_text_add(text, "its own still %u ", capture.capture);
    } else {
        sf_text_add(text, "home %u's still %u ", teller->facts->finding->owner_tenant.index + 1,
                    capture.capture);
    }
    if (sf_upload_is_whole(upload)) {
        sf_text_add(text, "has arrived whole");
    } else {
        sf_text_add(text, "is given up: ");
        sf_say_number(sf_upload_received_bytes(upload), text);
        sf_text_add(text, " of ");
        sf_say_number(capture.bytes, text);
        sf_text_add(text, " bytes have arrived");
    }
    step_at(teller, upload->ended, CLOUD);
}

static void tell_upload(struct teller *teller, const struct upload *upload, bool own)
{
    const struct sf_record *capture = upload->capture;
    struct sf_text *text = &teller->text;
    enum actor camera = own ? VIEWER_CAMERA : OWNER_CAMERA;
    if (capture == NULL || capture->at_ns < teller->facts->begin_ns) {
        return;
    }
    const struct sf_capture_record taken = sf_capture_of(capture);
    if (upload->fetch != NULL) {
        sf_text_add(text, "asks the camera for a still");
        step_to(teller, upload->fetch, CLOUD, lane_of(camera), false);
    }
    sf_text_add(text, "takes %sstill %u, ", own ? "its own " : "", taken.capture);
    sf_say_number(taken.bytes, text);
    sf_text_add(text, " bytes%s, at ", taken.flags & SF_FLAG_NIGHT ? ", infrared" : "");
    sf_say_local_time(taken.local_s,
                      own ? teller->facts->viewer_offset_s : teller->facts->owner_offset_s, text);
    step_at(teller, capture, camera);
    if (upload->trip.sent_count > 0) {
        sf_text_add(text, "sends it in ");
        sf_say_trip(&upload->trip, text);
        step_to(teller, capture, camera, SF_LANE_CLOUD, upload->trip.lost_count > 0);
    }
    if (upload->given_up != NULL) {
        sf_text_add(text, "gives up sending still %u: %u packets were never acknowledged",
                    taken.capture, sf_send_given_up_of(upload->given_up).packets_count);
        step_at(teller, upload->given_up, camera);
    }
    if (upload->ended != NULL) {
        tell_upload_end(teller, upload, own);
    }
}

/* ---- the request ---- */

static void tell_ask(struct teller *teller)
{
    const struct facts *facts = teller->facts;
    const struct sf_ask_record ask = sf_ask_of(facts->ask);
    sf_text_add(&teller->text, "asks for ");
    if (facts->claim == SF_CLAIM_AT_HOME) {
        sf_text_add(&teller->text, "its own camera's picture");
    } else {
        sf_text_add(&teller->text, "a picture of ");
        sf_say_asked(facts, &teller->text);
    }
    sf_text_add(&teller->text, " (request %u)", (uint32_t)ask.request);
    if (facts->ask_trip.lost_count > 0) {
        sf_text_add(&teller->text, "; the request is lost %u time%s", facts->ask_trip.lost_count,
                    facts->ask_trip.lost_count == 1 ? "" : "s");
    }
    step_to(teller, facts->ask, VIEWER, SF_LANE_CLOUD, facts->ask_trip.lost_count > 0);
    if (facts->admitted != NULL) {
        sf_text_add(&teller->text, "accepts the request");
        if (!sf_camera_same(facts->asked, ask.camera)) {
            sf_text_add(&teller->text, ", by its session as one for home %u's camera",
                        facts->asked.index + 1);
        }
        step_at(teller, facts->admitted, CLOUD);
    }
}

static void tell_answer(struct teller *teller)
{
    const struct facts *facts = teller->facts;
    const struct sf_record *record = facts->answered;
    const struct sf_answered_record answered = sf_answered_of(record);
    sf_text_add(&teller->text, "%s answers ", sf_facts_cache(facts, facts->deployed));
    if (answered.bytes == 0) {
        sf_text_add(&teller->text, "without a picture");
    } else {
        sf_say_number(answered.bytes, &teller->text);
        sf_text_add(&teller->text, " bytes in ");
        sf_say_trip(&facts->answer_trip, &teller->text);
        sf_say_flags(facts, &teller->text);
    }
    if (facts->answered_from != NULL) {
        sf_text_add(&teller->text, ", ");
        sf_say_cause(facts->answered_from, &teller->text);
    }
    step_to(teller, record, CLOUD, SF_LANE_VIEWER, facts->answer_trip.lost_count > 0);
}

static void tell_shown(struct teller *teller)
{
    const struct facts *facts = teller->facts;
    if (facts->delivered != NULL) {
        const struct sf_delivered_record delivered = sf_delivered_of(facts->delivered);
        sf_say_number(delivered.arrived_bytes, &teller->text);
        sf_text_add(&teller->text, " of ");
        sf_say_number(delivered.total_bytes, &teller->text);
        sf_text_add(&teller->text, " bytes have arrived: ");
        sf_say_bytes(facts, &teller->text);
        step_at(teller, facts->delivered, VIEWER);
    }
    if (facts->shown != NULL) {
        sf_text_add(&teller->text, "shows ");
        sf_say_picture(facts, &teller->text);
        step_at(teller, facts->shown, VIEWER);
    }
    if (facts->gave_up != NULL) {
        sf_text_add(&teller->text, "gives up request %u and shows nothing",
                    (uint32_t)facts->request);
        step_at(teller, facts->gave_up, VIEWER);
    }
}

static void tell_request(struct teller *teller)
{
    const struct facts *facts = teller->facts;
    if (facts->ask != NULL) {
        tell_ask(teller);
    }
    if (facts->refused != NULL) {
        sf_text_add(&teller->text, "refuses request %u", (uint32_t)facts->request);
        step_to(teller, facts->refused, CLOUD, SF_LANE_VIEWER, false);
    }
    if (facts->answered != NULL) {
        tell_answer(teller);
    }
    tell_shown(teller);
}

/* ---- what happened around it ---- */

/* Frequent events are one step, with their number, at the time of the last one. */
struct tally {
    enum sf_record_kind kind;
    const char *what;
    uint32_t count;
    const struct sf_record *last;
};

/* Records that other steps tell, or that are too frequent to tell. */
static bool told_elsewhere(const struct sf_record *record)
{
    enum sf_record_kind kind = (enum sf_record_kind)record->kind;
    switch (kind) {
    case SF_RECORD_PACKET:
    case SF_RECORD_PACKET_LEFT:
    case SF_RECORD_STORE:
    case SF_RECORD_CACHE_LOG:
    case SF_RECORD_END:
    case SF_RECORD_FRESH:
    case SF_RECORD_CAPACITY:
    case SF_RECORD_DESTINATION:
    case SF_RECORD_ANSWERED_FROM:
        return true;
    case SF_RECORD_CAMERA:
    case SF_RECORD_SLOT:
        return record->at_ns == 0; /* who is who */
    case SF_RECORD_IDENTITY:
        return sf_identity_of(record).outcome == SF_IDENTITY_KNOWN;
    default: /* the rest: decided by the subject of the kind */
        break;
    }
    switch (sf_record_subject(kind)) {
    case SF_SUBJECT_CAMERA:
    case SF_SUBJECT_HOME:
    case SF_SUBJECT_VIEWER:
        return kind <= SF_RECORD_END; /* later kinds are events */
    case SF_SUBJECT_TENANT:
    case SF_SUBJECT_LINK:
    case SF_SUBJECT_OTHER:
        break;
    }
    return false;
}

static void tell_other_gave_up(struct teller *teller, const struct sf_record *record)
{
    const struct sf_gave_up_record gave_up = sf_gave_up_of(record);
    if (gave_up.request == teller->facts->request) {
        return;
    }
    bool left = (gave_up.flags & SF_GAVE_UP_LEFT) != 0;
    sf_text_add(&teller->text,
                left ? "leaves with request %u open" : "gives up request %u and shows nothing",
                (uint32_t)gave_up.request);
    step_at(teller, record, VIEWER);
}

static void tell_other_ask(struct teller *teller, const struct sf_record *record)
{
    const struct sf_ask_record ask = sf_ask_of(record);
    if (ask.request != teller->facts->request) {
        sf_text_add(&teller->text, "asks (request %u)", (uint32_t)ask.request);
        step_to(teller, record, VIEWER, SF_LANE_CLOUD, false);
    }
}

static void tell_other_answer(struct teller *teller, const struct sf_record *record)
{
    const struct sf_answered_record answered = sf_answered_of(record);
    const struct facts *facts = teller->facts;
    if (answered.request != facts->request) {
        sf_text_add(&teller->text, "answers request %u with ", (uint32_t)answered.request);
        sf_say_number(answered.bytes, &teller->text);
        sf_text_add(&teller->text, " bytes");
        if (record == facts->session_answer && facts->session_from != NULL) {
            sf_text_add(&teller->text, ", ");
            sf_say_cause(facts->session_from, &teller->text);
        }
        step_to(teller, record, CLOUD, SF_LANE_VIEWER, false);
    }
}

/* The request of the other home that waited for its answer at the same time. */
static void tell_owner_waits(struct teller *teller, const struct sf_record *record)
{
    const struct sf_admitted_record admitted = sf_admitted_of(record);
    sf_text_add(&teller->text, "its %s waits for an answer (request %u)",
                sf_viewer_kind_name(admitted.viewer), (uint32_t)admitted.request);
    step_to(teller, record, OWNER_HOME, SF_LANE_CLOUD, false);
}

/* The viewer's other requests; next to a stray, only those without an answer. */
static void tell_other_request(struct teller *teller, const struct sf_record *record)
{
    if (record == teller->facts->owner_waits) {
        tell_owner_waits(teller, record);
    } else if (!sf_viewer_same(sf_viewer_of_record(record), teller->facts->finding->viewer)) {
        return; /* another request of the other home */
    } else if (record->kind == SF_RECORD_GAVE_UP) {
        tell_other_gave_up(teller, record);
    } else if (record->kind == SF_RECORD_ASK && !teller->facts->stray) {
        tell_other_ask(teller, record);
    } else if (record->kind == SF_RECORD_ANSWERED &&
               (!teller->facts->stray || record == teller->facts->session_answer)) {
        tell_other_answer(teller, record);
    }
}

/* Of the request, and of that of the other home that waited at the same time. */
static void tell_passed_on(struct teller *teller, const struct sf_record *record)
{
    const struct sf_passed_on_record passed_on = sf_passed_on_of(record);
    const struct sf_record *other = teller->facts->owner_waits;
    bool others = other != NULL && sf_admitted_of(other).request == passed_on.request;
    if (others || passed_on.request == teller->facts->request) {
        sf_text_add(&teller->text,
                    "passes request %u of home %u on to node %u over connection %u, which "
                    "requests of other homes share",
                    (uint32_t)passed_on.request, sf_home_of_viewer(passed_on.viewer).index + 1,
                    passed_on.node.index, passed_on.connection);
        step_at(teller, record, CLOUD);
    }
}

/* Whose lane an event belongs to. */
static enum actor actor_of(const struct facts *facts, const struct sf_record *record)
{
    enum sf_subject subject = sf_record_subject((enum sf_record_kind)record->kind);
    bool tenants_message = subject == SF_SUBJECT_TENANT; /* sent to the cloud */
    if (subject == SF_SUBJECT_OTHER || tenants_message || record->kind == SF_RECORD_FRAGMENT_LATE ||
        record->kind == SF_RECORD_FETCH_CANCELLED) {
        return CLOUD;
    }
    bool viewers = facts->has_viewer && sf_home_same(sf_home_of_record(record),
                                                     sf_home_of_viewer(facts->finding->viewer));
    return viewers ? VIEWER_HOME : OWNER_HOME;
}

/* A home mostly changes network both ways at once: one step then tells both. */
static bool is_same_change(const struct sf_network_record one, const struct sf_network_record other)
{
    return one.at_ns == other.at_ns && one.network == other.network &&
           sf_home_same(sf_home_of_link(one.link), sf_home_of_link(other.link));
}

/* Would the two be told in the same words? Fields that no sentence names do not matter. */
static bool is_alike(const struct sf_record *one, const struct sf_record *other)
{
    if (one->kind != other->kind) {
        return false;
    }
    switch ((enum sf_record_kind)one->kind) {
    case SF_RECORD_NETWORK:
        return one == other || is_same_change(sf_network_of(one), sf_network_of(other));
    case SF_RECORD_DEPLOYED:
        return sf_deployed_of(one).version == sf_deployed_of(other).version &&
               sf_node_same(sf_deployed_of(one).node, sf_deployed_of(other).node);
    case SF_RECORD_RENEWED:
        return sf_viewer_same(sf_renewed_of(one).viewer, sf_renewed_of(other).viewer) &&
               sf_viewer_same(sf_renewed_of(one).owner, sf_renewed_of(other).owner);
    default: /* the rest: about the same, with the same flags */
        return sf_place_get(one, SF_PLACE_WHO) == sf_place_get(other, SF_PLACE_WHO) &&
               sf_place_get(one, SF_PLACE_FLAGS) == sf_place_get(other, SF_PLACE_FLAGS);
    }
}

/* How often the same happens; 0 if an earlier record told it. */
static uint32_t times_of(const struct facts *facts, const struct sf_record *record)
{
    const struct sf_record *end = facts->gather->records + facts->gather->count;
    uint32_t count = 0;
    for (const struct sf_record *other = facts->gather->records; other < end; other++) {
        bool early = other->at_ns < facts->begin_ns && other != facts->session_given;
        if (early || other->at_ns == 0 || !is_alike(record, other)) {
            continue;
        }
        if (other < record) {
            return 0;
        }
        count++;
    }
    return count;
}

static void tell_event(struct teller *teller, const struct sf_record *record)
{
    uint32_t count = times_of(teller->facts, record);
    if (count == 0 || teller->events_count++ >= EVENTS_MAX) {
        return;
    }
    sf_say_event(teller->facts, record, &teller->text);
    if (count > 1 && record->kind == SF_RECORD_NETWORK) {
        teller->text.length = 0;
        sf_text_add(&teller->text, "home %u is now on the network ",
                    sf_home_of_record(record).index + 1);
        sf_text_add(&teller->text, "%s", sf_facts_network_name(teller->facts, record));
    } else if (count > 1) {
        sf_text_add(&teller->text, " (%u times from here on)", count);
    }
    if (teller->events_count == EVENTS_MAX) {
        sf_text_add(&teller->text, "; later events are left out");
    }
    step_at(teller, record, actor_of(teller->facts, record));
}

static void tell_counted(struct teller *teller, struct tally *tally)
{
    if (tally->count > 0) {
        sf_text_add(&teller->text, "%s, by all homes: %u; this is the last", tally->what,
                    tally->count);
        step_at(teller, tally->last, CLOUD);
    }
}

static void tell_around(struct teller *teller)
{
    const struct facts *facts = teller->facts;
    struct tally tallies[] = {
        {.kind = SF_RECORD_CANCELLED, .what = "requests cancelled in this time"},
        {.kind = SF_RECORD_STORE, .what = "operations on the shared store in this time"},
    };
    const struct sf_record *end = facts->gather->records + facts->gather->count;
    for (const struct sf_record *record = facts->gather->records; record < end; record++) {
        bool of_session = record == facts->session_given || record == facts->session_answer;
        if ((record->at_ns < facts->begin_ns && !of_session) || record->at_ns == 0) {
            continue; /* at 0 the trace says who is who */
        }
        for (size_t i = 0; i < sizeof tallies / sizeof tallies[0]; i++) {
            bool before = facts->answered == NULL || record < facts->answered;
            if (record->kind == tallies[i].kind && before) {
                tallies[i].count++;
                tallies[i].last = record;
            }
        }
        if (sf_record_subject((enum sf_record_kind)record->kind) == SF_SUBJECT_VIEWER &&
            record->kind <= SF_RECORD_END) {
            tell_other_request(teller, record);
        } else if (record->kind == SF_RECORD_PASSED_ON) {
            tell_passed_on(teller, record);
        } else if (!told_elsewhere(record) && sf_facts_is_concerned(facts, record)) {
            tell_event(teller, record);
        }
    }
    for (size_t i = 0; i < sizeof tallies / sizeof tallies[0]; i++) {
        tell_counted(teller, &tallies[i]);
    }
}

/* In the order of the trace; steps of one record stay in the order in which they were told. */
static void sort_steps(struct sf_story *story)
{
    for (uint32_t i = 1; i < story->steps_count; i++) {
        struct sf_story_step step = story->steps[i];
        uint32_t at = i;
        for (; at > 0 && story->steps[at - 1].order > step.order; at--) {
            story->steps[at] = story->steps[at - 1];
        }
        story->steps[at] = step;
    }
}

void sf_steps_tell(const struct facts *facts, struct sf_story *story)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(story != NULL);
    struct teller teller = {.facts = facts, .story = story};
    story->stray = facts->stray;
    sf_lanes_name(facts, story);
    if (facts->stray) {
        tell_upload(&teller, &facts->foreign, false);
    }
    tell_around(&teller);
    if (facts->has_viewer) {
        tell_upload(&teller, &facts->own, true);
        tell_request(&teller);
    }
    sort_steps(story);
}
