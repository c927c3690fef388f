/* The facts of a finding, looked up in its trace. */
#include "harness/story/facts.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/story/lookup.h"

/* ---- packets ---- */

enum { PARTS_MAX = 4096 };

/* The packets of one message on its link, from a record to another (NULL: to the end). A message's
 * number is used again when it is gone, so `until` must not be later than that. */
static struct trip trip_of(const struct sf_gather *gather, const struct sf_record *from,
                           const struct sf_record *until, struct sf_link_id link, uint32_t transfer)
{
    struct trip trip = {0};
    bool seen[PARTS_MAX] = {false};
    const struct sf_record *end = until != NULL ? until : gather->records + gather->count;
    for (const struct sf_record *record = from; record < end; record++) {
        if (record->kind != SF_RECORD_PACKET) {
            continue;
        }
        const struct sf_packet_record packet = sf_packet_of(record);
        if (!sf_link_same(packet.link, link) || packet.transfer != transfer) {
            continue;
        }
        trip.sent_count++;
        trip.lost_count += (packet.fate & (SF_FATE_LOST | SF_FATE_CORRUPTED)) != 0;
        if (packet.fragment < PARTS_MAX && !seen[packet.fragment]) {
            seen[packet.fragment] = true;
            trip.parts_count++;
        }
    }
    return trip;
}

/* A message's first packet stands right behind the record of what made it be sent. */
static struct trip trip_behind(const struct sf_gather *gather, const struct sf_record *cause,
                               const struct sf_record *until, struct sf_link_id link)
{
    const struct sf_record *packet = first(gather, cause, of_link(SF_RECORD_PACKET, link));
    if (packet == NULL || packet->at_ns != cause->at_ns) {
        return (struct trip){0};
    }
    return trip_of(gather, cause, until, link, sf_packet_of(packet).transfer);
}

/* ---- stills on their way up ---- */

static void find_fetch(const struct sf_gather *gather, struct sf_camera_id camera,
                       struct upload *upload)
{
    upload->fetch = last(gather, upload->capture, of_camera(SF_RECORD_FETCH, camera));
    if (upload->fetch == NULL) {
        return;
    }
    const struct wanted ended = {SF_RECORD_FETCH_ENDED, SF_TYPE_CAMERA, camera.index,
                                 SF_TYPE_HANDLE, sf_fetch_of(upload->fetch).fetch};
    upload->ended = first(gather, upload->fetch, ended);
    if (upload->ended != NULL && upload->ended < upload->capture) {
        upload->fetch = NULL; /* it was about an earlier still */
        upload->ended = NULL;
    }
}

static struct upload find_upload(const struct sf_gather *gather, struct sf_camera_id camera,
                                 const struct sf_record *capture)
{
    struct upload upload = {.capture = capture};
    if (capture == NULL) {
        return upload;
    }
    uint32_t number = sf_capture_of(capture).capture;
    upload.begun = first(gather, capture, of_capture(SF_RECORD_UPLOAD_BEGUN, camera, number));
    upload.ended = first(gather, capture, of_capture(SF_RECORD_UPLOAD_ENDED, camera, number));
    upload.given_up = first(gather, capture, of_capture(SF_RECORD_SEND_GIVEN_UP, camera, number));
    if (upload.begun == NULL) {
        find_fetch(gather, camera, &upload);
    }
    const struct sf_record *until = earlier(upload.ended, upload.given_up);
    upload.trip = trip_behind(gather, capture, until, sf_link_up(sf_home_of_camera(camera)));
    return upload;
}

/* The latest upload of its own that was whole before `before`. */
static const struct sf_record *find_own_whole(const struct sf_gather *gather,
                                              struct sf_camera_id camera,
                                              const struct sf_record *before)
{
    const struct wanted ended = of_camera(SF_RECORD_UPLOAD_ENDED, camera);
    const struct sf_record *record = last(gather, before, ended);
    while (record != NULL && sf_upload_ended_of(record).ending != SF_ENDING_COMPLETE) {
        record = last(gather, record, ended);
    }
    return record;
}

bool sf_upload_is_whole(const struct upload *upload)
{
    SF_ASSERT(upload != NULL);
    SF_ASSERT(upload->ended != NULL);
    enum sf_ending ending = upload->ended->kind == SF_RECORD_FETCH_ENDED
                                ? sf_fetch_ended_of(upload->ended).ending
                                : sf_upload_ended_of(upload->ended).ending;
    return ending == SF_ENDING_COMPLETE;
}

uint32_t sf_upload_received_bytes(const struct upload *upload)
{
    SF_ASSERT(upload != NULL);
    SF_ASSERT(upload->ended != NULL);
    return upload->ended->kind == SF_RECORD_FETCH_ENDED
               ? sf_fetch_ended_of(upload->ended).received_bytes
               : sf_upload_ended_of(upload->ended).received_bytes;
}

/* ---- the request ---- */

static void find_ask(struct facts *facts)
{
    const struct sf_gather *gather = facts->gather;
    const struct wanted ask = of_viewer(SF_RECORD_ASK, facts->finding->viewer);
    facts->ask = last(gather, NULL, ask);
    if (facts->ask != NULL && facts->ask->at_ns == facts->finding->at_ns) {
        facts->ask = last(gather, facts->ask, ask);
    }
    if (facts->finding->request != 0) {
        facts->ask =
            last(gather, NULL,
                 of_request(SF_RECORD_ASK, facts->finding->viewer, facts->finding->request));
    }
    facts->request = facts->ask != NULL ? sf_ask_of(facts->ask).request : facts->finding->request;
}

static void find_request(struct facts *facts)
{
    const struct sf_gather *gather = facts->gather;
    struct sf_viewer_id viewer = facts->finding->viewer;
    struct sf_home_id home = sf_home_of_viewer(viewer);
    find_ask(facts);
    const struct {
        enum sf_record_kind kind;
        const struct sf_record **out;
    } lookups[] = {
        {SF_RECORD_ADMITTED, &facts->admitted},
        {SF_RECORD_REFUSED, &facts->refused},
        {SF_RECORD_ANSWERED, &facts->answered},
        {SF_RECORD_DELIVERED, &facts->delivered},
        {SF_RECORD_SHOWN, &facts->shown},
        {SF_RECORD_GAVE_UP, &facts->gave_up},
        {SF_RECORD_ANSWERED_FROM, &facts->answered_from},
    };
    for (size_t i = 0; i < sizeof lookups / sizeof lookups[0]; i++) {
        *lookups[i].out = last(gather, NULL, of_request(lookups[i].kind, viewer, facts->request));
    }
    if (facts->ask != NULL) {
        facts->ask_trip = trip_behind(gather, facts->ask, facts->admitted, sf_link_up(home));
    }
    if (facts->answered != NULL) {
        facts->answer_trip = trip_of(gather, facts->answered, NULL, sf_link_down(home),
                                     sf_answered_of(facts->answered).transfer);
    }
}

/* The viewer's tenant's own, or of the camera that is shared with it. */
static bool is_rightful(const struct facts *facts, struct sf_tenant_id tenant,
                        struct sf_camera_id camera)
{
    return sf_tenant_same(tenant, facts->finding->viewer_tenant) ||
           (facts->claim == SF_CLAIM_GUEST && sf_camera_same(camera, facts->wanted) &&
            !sf_tenant_same(tenant, facts->finding->owner_tenant));
}

/* Does a record attribute a part of the answer to the camera that was asked for? To which capture?
 */
static bool attributes_own(const struct facts *facts, const struct sf_record *record,
                           uint32_t *capture_out)
{
    const struct sf_finding *finding = facts->finding;
    if (record->kind == SF_RECORD_SEEN) {
        const struct sf_seen_record seen = sf_seen_of(record);
        *capture_out = seen.capture;
        return sf_viewer_same(seen.viewer, finding->viewer) && seen.request == facts->request &&
               sf_camera_same(seen.camera, facts->wanted) &&
               is_rightful(facts, seen.tenant, seen.camera);
    }
    if (record->kind == SF_RECORD_BYTES) {
        const struct sf_bytes_record bytes = sf_bytes_of(record);
        *capture_out = bytes.capture;
        return sf_viewer_same(bytes.viewer, finding->viewer) && bytes.request == facts->request &&
               sf_camera_same(bytes.camera, facts->wanted) &&
               is_rightful(facts, bytes.tenant, bytes.camera);
    }
    return false;
}

/* The still of its own that came to the viewer, in part at least; else the latest before the
 * answer. */
static const struct sf_record *find_own_capture(struct facts *facts, struct sf_camera_id camera)
{
    const struct sf_gather *gather = facts->gather;
    for (uint32_t i = 0; i < gather->count; i++) {
        uint32_t capture;
        if (attributes_own(facts, &gather->records[i], &capture)) {
            facts->own_is_in_it = true;
            return first(gather, NULL, of_capture(SF_RECORD_CAPTURE, camera, capture));
        }
    }
    const struct sf_record *latest =
        last(gather, facts->answered, of_camera(SF_RECORD_CAPTURE, camera));
    return facts->bought != NULL && latest != NULL && latest < facts->bought
               ? NULL
               : latest; /* its former owner's */
}

static int32_t offset_of(const struct sf_gather *gather, struct sf_camera_id camera)
{
    const struct sf_record *record = first(gather, NULL, of_camera(SF_RECORD_CAMERA, camera));
    return record != NULL ? sf_camera_of(record).utc_offset_s : 0;
}

/* What was live on a node (SF_NODE_ALL: on any) before a record. */
static const struct sf_record *find_deployed(const struct sf_gather *gather, uint32_t node,
                                             const struct sf_record *before)
{
    const struct sf_record *found = NULL;
    const struct sf_record *end = before != NULL ? before : gather->records + gather->count;
    for (const struct sf_record *record = gather->records; record < end; record++) {
        bool deployed = record->kind == SF_RECORD_DEPLOYED &&
                        (node == SF_NODE_ALL || sf_deployed_of(record).node.index == node);
        found = deployed ? record : found;
    }
    return found;
}

/* The home whose frame it was. */
static void find_foreign(struct facts *facts)
{
    const struct sf_gather *gather = facts->gather;
    const struct sf_finding *finding = facts->finding;
    const struct sf_record *capture =
        first(gather, NULL, of_capture(SF_RECORD_CAPTURE, finding->owner_camera, finding->capture));
    facts->owner_offset_s = offset_of(gather, finding->owner_camera);
    facts->foreign = find_upload(gather, finding->owner_camera, capture);
    if (facts->foreign.capture != NULL) {
        facts->begin_ns = facts->foreign.capture->at_ns;
    }
    if (facts->foreign.fetch != NULL) {
        facts->begin_ns = facts->foreign.fetch->at_ns;
    }
}

/* Was this request, an ADMITTED, still without an answer at that record? */
static bool is_open(const struct sf_gather *gather, const struct sf_record *admitted,
                    const struct sf_record *at)
{
    const struct sf_admitted_record asked = sf_admitted_of(admitted);
    const struct sf_record *answered =
        first(gather, admitted, of_request(SF_RECORD_ANSWERED, asked.viewer, asked.request));
    const struct sf_record *cancelled =
        first(gather, admitted, of_request(SF_RECORD_CANCELLED, asked.viewer, asked.request));
    const struct sf_record *over = earlier(answered, cancelled);
    return over == NULL || over > at || over->at_ns == at->at_ns;
}

static const struct sf_record *find_owner_waits(const struct facts *facts)
{
    const struct sf_gather *gather = facts->gather;
    const struct sf_record *found = NULL;
    for (const struct sf_record *record = gather->records;
         facts->answered != NULL && record < facts->answered; record++) {
        if (record->kind == SF_RECORD_ADMITTED &&
            !sf_viewer_same(sf_admitted_of(record).viewer, facts->finding->viewer) &&
            is_open(gather, record, facts->answered)) {
            found = record;
        }
    }
    return found;
}

/* The newest still of its own that the viewer was shown before the answer in question. */
static const struct sf_record *find_newer(const struct facts *facts)
{
    const struct sf_finding *finding = facts->finding;
    const struct sf_record *found = NULL;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        if (record->kind != SF_RECORD_SEEN || record->at_ns >= finding->at_ns) {
            continue;
        }
        const struct sf_seen_record seen = sf_seen_of(record);
        bool own = sf_viewer_same(seen.viewer, finding->viewer) &&
                   sf_tenant_same(seen.tenant, finding->viewer_tenant);
        if (own && seen.capture > finding->capture &&
            (found == NULL || seen.capture >= sf_seen_of(found).capture)) {
            found = record;
        }
    }
    return found;
}

static void find_viewers(struct facts *facts)
{
    const struct sf_gather *gather = facts->gather;
    struct sf_viewer_id viewer = facts->finding->viewer;
    struct sf_camera_id camera = sf_camera_of_home(sf_home_of_viewer(viewer));
    find_request(facts);
    sf_facts_find_asked(facts);
    const struct sf_record *known = first(gather, NULL, of_viewer(SF_RECORD_VIEWER, viewer));
    facts->poor_network = known != NULL && (sf_viewer_of(known).flags & SF_FLAG_POOR_NETWORK) != 0;
    facts->viewer_offset_s = offset_of(gather, camera);
    /* A request is answered by the version that got it, also after a later one has gone live. */
    facts->deployed =
        facts->admitted != NULL
            ? find_deployed(gather, sf_admitted_of(facts->admitted).node.index, facts->admitted)
            : find_deployed(gather, SF_NODE_ALL, facts->answered);
    facts->own = find_upload(gather, facts->wanted, find_own_capture(facts, facts->wanted));
    facts->own_whole = find_own_whole(gather, facts->wanted, facts->answered);
    if (facts->ask != NULL && facts->ask->at_ns < facts->begin_ns) {
        facts->begin_ns = facts->ask->at_ns;
    }
}

void sf_facts_find(const struct sf_gather *gather, const struct sf_plan *plan, struct facts *facts)
{
    SF_ASSERT(gather != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(facts != NULL);
    SF_ASSERT(gather->count <= gather->capacity);
    const struct sf_finding *finding = &gather->finding;
    *facts = (struct facts){.gather = gather, .plan = plan, .finding = finding};
    facts->has_viewer = !sf_viewer_is_none(finding->viewer);
    facts->stray = facts->has_viewer && !sf_tenant_is_none(finding->owner_tenant) &&
                   !sf_tenant_same(finding->owner_tenant, finding->viewer_tenant) &&
                   sf_oracles()[finding->oracle] != &sf_oracle_no_influence;
    facts->begin_ns = finding->at_ns > 10 * SF_SECOND ? finding->at_ns - 10 * SF_SECOND : 0;
    if (!facts->has_viewer) {
        facts->deployed = find_deployed(gather, SF_NODE_ALL, NULL);
        return;
    }
    find_viewers(facts);
    if (facts->stray) {
        find_foreign(facts);
        facts->owner_waits = find_owner_waits(facts);
        sf_facts_find_ways(facts);
    }
    if (sf_oracles()[finding->oracle] == &sf_oracle_monotonic) {
        facts->newer = find_newer(facts);
    }
}

uint32_t sf_facts_nodes_count(const struct facts *facts)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->gather != NULL);
    uint32_t count = 1;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        if (record->kind == SF_RECORD_DEPLOYED && sf_deployed_of(record).node.index >= count) {
            count = sf_deployed_of(record).node.index + 1;
        }
    }
    return count;
}

bool sf_facts_shows_stranger(const struct facts *facts)
{
    SF_ASSERT(facts != NULL);
    SF_ASSERT(facts->gather != NULL);
    for (uint32_t i = 0; facts->shown != NULL && i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        if (record->kind != SF_RECORD_SEEN || record->at_ns != facts->shown->at_ns) {
            continue;
        }
        const struct sf_seen_record seen = sf_seen_of(record);
        if (sf_viewer_same(seen.viewer, facts->finding->viewer) && seen.request == facts->request &&
            !sf_tenant_same(seen.tenant, facts->finding->viewer_tenant)) {
            return true;
        }
    }
    return false;
}
