/* Looks up what happened. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/ids.h"
#include "harness/cache/strayframe_cache.h"
#include "harness/story/facts.h"

/* ---- looking up ---- */

/* What a record must be; `key` is held against field a or c where `by` says so. */
struct wanted {
    enum sf_record_kind kind;
    uint32_t who;
    enum { BY_NOTHING, BY_A, BY_C } by;
    uint64_t key;
};

static bool is_wanted(const struct sf_record *record, const struct wanted *wanted)
{
    return record->kind == wanted->kind && record->who == wanted->who &&
           (wanted->by != BY_A || record->a == wanted->key) &&
           (wanted->by != BY_C || record->c == wanted->key);
}

/* The first one behind `after` (NULL: of all); NULL if there is none. */
static const struct sf_record *first(const struct sf_gather *gather, const struct sf_record *after,
                                     struct wanted wanted)
{
    const struct sf_record *record = after != NULL ? after + 1 : gather->records;
    for (; record < gather->records + gather->count; record++) {
        if (is_wanted(record, &wanted)) {
            return record;
        }
    }
    return NULL;
}

/* The last one before `before` (NULL: of all). */
static const struct sf_record *last(const struct sf_gather *gather, const struct sf_record *before,
                                    struct wanted wanted)
{
    const struct sf_record *record = before != NULL ? before : gather->records + gather->count;
    while (record-- > gather->records) {
        if (is_wanted(record, &wanted)) {
            return record;
        }
    }
    return NULL;
}

static const struct sf_record *earlier(const struct sf_record *one, const struct sf_record *other)
{
    return one == NULL || (other != NULL && other < one) ? other : one;
}

/* ---- packets ---- */

enum { PARTS_MAX = 4096 };

/* The packets of one message on its link, from a record to another (NULL: to the end). A message's
 * number is used again when it is gone, so `until` must not be later than that. */
static struct trip trip_of(const struct sf_gather *gather, const struct sf_record *from,
                           const struct sf_record *until, uint32_t link, uint32_t transfer)
{
    struct trip trip = {0};
    bool seen[PARTS_MAX] = {false};
    const struct sf_record *end = until != NULL ? until : gather->records + gather->count;
    for (const struct sf_record *record = from; record < end; record++) {
        if (record->kind != SF_RECORD_PACKET || record->who != link || record->a != transfer) {
            continue;
        }
        trip.sent_count++;
        trip.lost_count += (record->flags & (SF_FATE_LOST | SF_FATE_CORRUPTED)) != 0;
        if (record->b < PARTS_MAX && !seen[record->b]) {
            seen[record->b] = true;
            trip.parts_count++;
        }
    }
    return trip;
}

/* A message's first packet stands right behind the record of what made it be sent. */
static struct trip trip_behind(const struct sf_gather *gather, const struct sf_record *cause,
                               const struct sf_record *until, uint32_t link)
{
    const struct sf_record *packet =
        first(gather, cause, (struct wanted){.kind = SF_RECORD_PACKET, .who = link});
    if (packet == NULL || packet->at_ns != cause->at_ns) {
        return (struct trip){0};
    }
    return trip_of(gather, cause, until, link, packet->a);
}

/* ---- stills on their way up ---- */

static void find_fetch(const struct sf_gather *gather, uint32_t camera, struct upload *upload)
{
    upload->fetch =
        last(gather, upload->capture, (struct wanted){.kind = SF_RECORD_FETCH, .who = camera});
    if (upload->fetch == NULL) {
        return;
    }
    const struct wanted ended = {SF_RECORD_FETCH_ENDED, camera, BY_C, upload->fetch->c};
    upload->ended = first(gather, upload->fetch, ended);
    if (upload->ended != NULL && upload->ended < upload->capture) {
        upload->fetch = NULL; /* it was about an earlier still */
        upload->ended = NULL;
    }
}

static struct upload find_upload(const struct sf_gather *gather, uint32_t camera,
                                 const struct sf_record *capture)
{
    struct upload upload = {.capture = capture};
    if (capture == NULL) {
        return upload;
    }
    uint64_t key = capture->a;
    upload.begun =
        first(gather, capture, (struct wanted){SF_RECORD_UPLOAD_BEGUN, camera, BY_A, key});
    upload.ended =
        first(gather, capture, (struct wanted){SF_RECORD_UPLOAD_ENDED, camera, BY_A, key});
    upload.given_up =
        first(gather, capture, (struct wanted){SF_RECORD_SEND_GIVEN_UP, camera, BY_A, key});
    if (upload.begun == NULL) {
        find_fetch(gather, camera, &upload);
    }
    const struct sf_record *until = earlier(upload.ended, upload.given_up);
    upload.trip = trip_behind(gather, capture, until, 2 * camera);
    return upload;
}

/* The latest upload of its own that was whole before `before`. */
static const struct sf_record *find_own_whole(const struct sf_gather *gather, uint32_t camera,
                                              const struct sf_record *before)
{
    const struct wanted ended = {.kind = SF_RECORD_UPLOAD_ENDED, .who = camera};
    const struct sf_record *record = last(gather, before, ended);
    while (record != NULL && record->flags != SF_CACHE_END_COMPLETE) {
        record = last(gather, record, ended);
    }
    return record;
}

/* ---- the request ---- */

static void find_request(struct facts *facts)
{
    const struct sf_gather *gather = facts->gather;
    uint32_t viewer = facts->finding->viewer;
    facts->ask = last(gather, NULL, (struct wanted){.kind = SF_RECORD_ASK, .who = viewer});
    if (facts->ask != NULL && facts->ask->at_ns == facts->finding->at_ns) {
        facts->ask =
            last(gather, facts->ask, (struct wanted){.kind = SF_RECORD_ASK, .who = viewer});
    }
    if (facts->finding->request != 0) {
        facts->ask = last(gather, NULL,
                          (struct wanted){SF_RECORD_ASK, viewer, BY_C, facts->finding->request});
    }
    facts->request = facts->ask != NULL ? facts->ask->c : facts->finding->request;
    const struct {
        enum sf_record_kind kind;
        const struct sf_record **out;
    } lookups[] = {
        {SF_RECORD_ADMITTED, &facts->admitted}, {SF_RECORD_REFUSED, &facts->refused},
        {SF_RECORD_ANSWERED, &facts->answered}, {SF_RECORD_DELIVERED, &facts->delivered},
        {SF_RECORD_SHOWN, &facts->shown},       {SF_RECORD_GAVE_UP, &facts->gave_up},
    };
    for (size_t i = 0; i < sizeof lookups / sizeof lookups[0]; i++) {
        *lookups[i].out =
            last(gather, NULL, (struct wanted){lookups[i].kind, viewer, BY_C, facts->request});
    }
    uint32_t home = home_of_viewer(viewer);
    if (facts->ask != NULL) {
        facts->ask_trip = trip_behind(gather, facts->ask, facts->admitted, 2 * home);
    }
    if (facts->answered != NULL) {
        facts->answer_trip =
            trip_of(gather, facts->answered, NULL, 2 * home + 1, facts->answered->b);
    }
}

/* The still of its own that came to the viewer, in part at least; else the latest before the
 * answer. */
static const struct sf_record *find_own_capture(struct facts *facts, uint32_t home)
{
    const struct sf_gather *gather = facts->gather;
    for (uint32_t i = 0; i < gather->count; i++) {
        const struct sf_record *record = &gather->records[i];
        bool attributes = record->kind == SF_RECORD_SEEN || record->kind == SF_RECORD_BYTES;
        if (attributes && record->who == facts->finding->viewer && record->c == facts->request &&
            record->a == facts->finding->viewer_tenant) {
            facts->own_is_in_it = true;
            return first(gather, NULL,
                         (struct wanted){SF_RECORD_CAPTURE, home, BY_A, record->d >> 32});
        }
    }
    return last(gather, facts->answered, (struct wanted){.kind = SF_RECORD_CAPTURE, .who = home});
}

static int32_t offset_of(const struct sf_gather *gather, uint32_t camera)
{
    const struct sf_record *record =
        first(gather, NULL, (struct wanted){.kind = SF_RECORD_CAMERA, .who = camera});
    return record != NULL ? (int32_t)record->b : 0;
}

/* What was live on a node (SF_NODE_ALL: on any) before a record. */
static const struct sf_record *find_deployed(const struct sf_gather *gather, uint32_t node,
                                             const struct sf_record *before)
{
    const struct sf_record *found = NULL;
    const struct sf_record *end = before != NULL ? before : gather->records + gather->count;
    for (const struct sf_record *record = gather->records; record < end; record++) {
        bool there = node == SF_NODE_ALL || record->a == node;
        found = record->kind == SF_RECORD_DEPLOYED && there ? record : found;
    }
    return found;
}

void sf_facts_find(const struct sf_gather *gather, const struct sf_plan *plan, struct facts *facts)
{
    const struct sf_finding *finding = &gather->finding;
    *facts = (struct facts){.gather = gather, .plan = plan, .finding = finding};
    facts->has_viewer = finding->viewer != SF_NOBODY;
    facts->stray = facts->has_viewer && finding->owner_tenant != SF_NOBODY &&
                   finding->owner_tenant != finding->viewer_tenant;
    facts->begin_ns = finding->at_ns > 10 * SF_SECOND ? finding->at_ns - 10 * SF_SECOND : 0;
    if (!facts->has_viewer) {
        facts->deployed = find_deployed(gather, SF_NODE_ALL, NULL);
        return;
    }
    uint32_t home = home_of_viewer(finding->viewer);
    find_request(facts);
    const struct sf_record *viewer =
        first(gather, NULL, (struct wanted){.kind = SF_RECORD_VIEWER, .who = finding->viewer});
    facts->poor_network = viewer != NULL && (viewer->flags & SF_FLAG_POOR_NETWORK) != 0;
    facts->viewer_offset_s = offset_of(gather, home);
    /* A request is answered by the version that got it, also after a later one has gone live. */
    facts->deployed = facts->admitted != NULL
                          ? find_deployed(gather, facts->admitted->b, facts->admitted)
                          : find_deployed(gather, SF_NODE_ALL, facts->answered);
    facts->own = find_upload(gather, home, find_own_capture(facts, home));
    facts->own_whole = find_own_whole(gather, home, facts->answered);
    if (facts->ask != NULL && facts->ask->at_ns < facts->begin_ns) {
        facts->begin_ns = facts->ask->at_ns;
    }
    if (facts->stray) {
        facts->owner_offset_s = offset_of(gather, finding->owner_camera);
        facts->foreign = find_upload(gather, finding->owner_camera,
                                     first(gather, NULL,
                                           (struct wanted){SF_RECORD_CAPTURE, finding->owner_camera,
                                                           BY_A, finding->capture}));
        if (facts->foreign.capture != NULL) {
            facts->begin_ns = facts->foreign.capture->at_ns;
        }
        if (facts->foreign.fetch != NULL) {
            facts->begin_ns = facts->foreign.fetch->at_ns;
        }
    }
}

/* ---- the plan's names ---- */

/* Is this entry, which may go from node to node, what happened at that record's node and time? */
static bool entry_is_at(const struct sf_plan_entry *entry, sf_ns at_ns, uint32_t node)
{
    bool rolling = entry->node == SF_NODE_ALL && entry->duration_ns > 0;
    sf_ns entry_ns = entry->at_ns + (rolling ? (sf_ns)node * entry->duration_ns : 0);
    return entry_ns == at_ns && (entry->node == SF_NODE_ALL || entry->node == node);
}

/* The plan's entry that a record came of. Several may be due at one instant: they go in order. */
static const struct sf_plan_entry *entry_at(const struct facts *facts, enum sf_plan_action action,
                                            const struct sf_record *record, uint32_t node)
{
    const struct sf_plan *plan = facts->plan;
    uint32_t earlier_count = 0;
    for (const struct sf_record *other = record; other-- > facts->gather->records;) {
        uint32_t other_node = other->kind == SF_RECORD_DEPLOYED ? other->a : other->who;
        earlier_count +=
            other->kind == record->kind && other->at_ns == record->at_ns && other_node == node;
    }
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plan->timeline[i];
        if (entry->action == action && entry_is_at(entry, record->at_ns, node) &&
            earlier_count-- == 0) {
            return entry;
        }
    }
    return NULL;
}

const char *sf_facts_cache(const struct facts *facts, const struct sf_record *deployed)
{
    if (deployed == NULL) {
        return facts->plan->cache; /* the first one has no record */
    }
    const struct sf_plan_entry *entry = entry_at(facts, SF_ACTION_DEPLOY, deployed, deployed->a);
    return entry != NULL ? entry->cache : "a cache that the plan does not name";
}

const char *sf_facts_options(const struct facts *facts, const struct sf_record *reconfigured)
{
    const struct sf_plan_entry *entry =
        entry_at(facts, SF_ACTION_RECONFIGURE, reconfigured, reconfigured->who);
    return entry != NULL ? entry->cache : NULL;
}

uint32_t sf_facts_nodes_count(const struct facts *facts)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        count = record->kind == SF_RECORD_DEPLOYED && record->a >= count ? record->a + 1 : count;
    }
    return count;
}

bool sf_facts_shows_stranger(const struct facts *facts)
{
    for (uint32_t i = 0; facts->shown != NULL && i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        if (record->kind == SF_RECORD_SEEN && record->who == facts->finding->viewer &&
            record->c == facts->request && record->at_ns == facts->shown->at_ns &&
            record->a != facts->finding->viewer_tenant) {
            return true;
        }
    }
    return false;
}

const char *sf_facts_network_name(const struct facts *facts, const struct sf_record *record)
{
    return record->a < facts->plan->networks_count ? facts->plan->networks[record->a].name
                                                   : "of another plan";
}

const struct sf_plan_network *sf_facts_network(const struct facts *facts, uint32_t home,
                                               sf_ns at_ns)
{
    const struct sf_plan *plan = facts->plan;
    uint32_t network = 0;
    uint32_t homes_count = 0;
    for (uint32_t i = 0; i < plan->groups_count && homes_count <= home; i++) {
        homes_count += plan->groups[i].homes_count;
        network = plan->groups[i].network_index;
    }
    for (uint32_t i = 0; i < facts->gather->count; i++) {
        const struct sf_record *record = &facts->gather->records[i];
        if (record->kind == SF_RECORD_NETWORK && record->who / 2 == home &&
            record->at_ns <= at_ns && record->a < plan->networks_count) {
            network = record->a;
        }
    }
    return &plan->networks[network];
}
