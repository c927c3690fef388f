#include "harness/oracle/probes.h"

#include "harness/base/assert.h"
#include "harness/base/bounds.h"
#include "harness/base/time.h"
#include "harness/cache/strayframe_cache.h"
#include "harness/oracle/probe_accounts.h"
#include "harness/oracle/probe_requests.h"

enum { MANY = 256, LATE_MS = 200 };
enum { SHORT_BY = 3 }; /* times the bytes that the cache may keep */

static const struct {
    const char *name;
    const char *meaning;
    uint32_t quota;
} table[SF_PROBES_COUNT] = {
#define X(id, name, quota, meaning) [SF_PROBE_##id] = {name, meaning, quota},
    SF_PROBES(X)
#undef X
};

enum { LONG_BYTES = 8192, MANY_STILLS = 65536 };
enum { FLAPS = 3, FLAPS_WITHIN_S = 20, REDEPLOY_WITHIN_S = 3, SET_BACK_S = 10 };

/* What happened to a node of the cache. */
struct node {
    sf_ns lost_at_ns[FLAPS]; /* the latest losses, in turn */
    uint32_t losses_count;
    uint32_t deploys_count;
    sf_ns deployed_at_ns;
};

struct sf_probes {
    uint64_t counts[SF_PROBES_COUNT];
    struct node nodes[SF_NODES_MAX];
    bool healed;
    struct sf_probe_requests requests;
    struct sf_probe_accounts *accounts;
    sf_ns *link_due_ns;      /* by link: when the packet before arrives */
    uint64_t *link_left;     /* by link: the highest number of a packet that has left */
    uint32_t *still_bytes;   /* by camera: its latest still that has arrived whole */
    sf_ns *first_whole_ns;   /* by camera: when its first still had arrived whole; 0: not yet */
    sf_ns *last_whole_ns;    /* by camera: when its latest one had */
    uint64_t *last_whole;    /* by camera: the number of its latest whole still; 0: none yet */
    uint64_t wholes_count;   /* of all cameras */
    sf_ns fresh_within_ns;   /* 0: not asked for */
    sf_ns repeated_until_ns; /* a clock that was set back a little shows the same seconds again */
    uint32_t uploads_count;  /* under way */
    uint64_t stills_bytes;   /* of all of them */
    uint64_t capacity_bytes; /* 0: not short */
    uint32_t *uploads_open;  /* by camera */
    uint32_t *fetches_open;  /* by camera */
    uint32_t cameras_count;
};

const char *sf_probe_name(enum sf_probe probe)
{
    SF_ASSERT(probe < SF_PROBES_COUNT);
    return table[probe].name;
}

const char *sf_probe_meaning(enum sf_probe probe)
{
    SF_ASSERT(probe < SF_PROBES_COUNT);
    return table[probe].meaning;
}

uint32_t sf_probe_quota(enum sf_probe probe)
{
    SF_ASSERT(probe < SF_PROBES_COUNT);
    return table[probe].quota;
}

struct sf_probes *sf_probes_create(struct sf_arena *arena, uint32_t homes_count)
{
    SF_ASSERT(arena != NULL);
    struct sf_probes *probes = sf_arena_take(arena, 1, sizeof *probes);
    *probes = (struct sf_probes){.cameras_count = homes_count};
    probes->link_due_ns =
        sf_arena_take(arena, (size_t)SF_LINKS_PER_HOME * homes_count, sizeof(sf_ns));
    probes->link_left =
        sf_arena_take(arena, (size_t)SF_LINKS_PER_HOME * homes_count, sizeof(uint64_t));
    probes->first_whole_ns = sf_arena_take(arena, homes_count, sizeof(sf_ns));
    probes->last_whole_ns = sf_arena_take(arena, homes_count, sizeof(sf_ns));
    probes->last_whole = sf_arena_take(arena, homes_count, sizeof(uint64_t));
    probes->still_bytes = sf_arena_take(arena, homes_count, sizeof(uint32_t));
    probes->uploads_open = sf_arena_take(arena, homes_count, sizeof(uint32_t));
    probes->fetches_open = sf_arena_take(arena, homes_count, sizeof(uint32_t));
    sf_probe_requests_init(&probes->requests, arena, homes_count);
    probes->accounts = sf_probe_accounts_create(arena, homes_count);
    return probes;
}

static void pass(struct sf_probes *probes, enum sf_probe probe)
{
    probes->counts[probe]++;
}

static uint32_t index_of(const struct sf_probes *probes, struct sf_camera_id camera)
{
    SF_ASSERT(camera.index < probes->cameras_count);
    return camera.index;
}

/* A request for a still whose camera's first one has grown old, or whose latest one has. */
static void see_admitted(struct sf_probes *probes, const struct sf_admitted_record admitted)
{
    uint32_t camera = index_of(probes, admitted.camera);
    sf_ns first_ns = probes->first_whole_ns[camera];
    if (probes->fresh_within_ns > 0 && first_ns > 0) {
        sf_ns old_ns = admitted.at_ns - probes->fresh_within_ns;
        probes->counts[SF_PROBE_AGED] += first_ns < old_ns;
        probes->counts[SF_PROBE_OLD_LATEST] += probes->last_whole_ns[camera] < old_ns;
    }
    uint64_t last = probes->last_whole[camera];
    if (last > 0 && probes->wholes_count - last >= MANY_STILLS) {
        pass(probes, SF_PROBE_LONG_SILENCE);
    }
}

static void see_packet(struct sf_probes *probes, const struct sf_packet_record packet)
{
    static const struct {
        uint16_t flag;
        enum sf_probe probe;
    } fates[] = {{SF_FATE_LOST, SF_PROBE_PACKET_LOST},
                 {SF_FATE_DUPLICATED, SF_PROBE_PACKET_DUPLICATED},
                 {SF_FATE_CORRUPTED, SF_PROBE_PACKET_CORRUPTED},
                 {SF_FATE_OVER_LIMIT, SF_PROBE_PACKET_OVER_LIMIT}};
    const unsigned flagged =
        SF_FATE_LOST | SF_FATE_DUPLICATED | SF_FATE_CORRUPTED | SF_FATE_OVER_LIMIT;
    for (size_t i = 0; (packet.fate & flagged) != 0 && i < sizeof fates / sizeof fates[0]; i++) {
        if ((packet.fate & fates[i].flag) != 0) {
            pass(probes, fates[i].probe);
        }
    }
    if ((packet.fate & SF_FATE_LOST) == 0 && packet.due_ns >= 0) {
        sf_ns *due_ns = &probes->link_due_ns[packet.link.index];
        if (packet.due_ns < *due_ns) {
            pass(probes, SF_PROBE_PACKET_REORDERED);
        } else {
            *due_ns = packet.due_ns;
        }
    }
}

/* Where a link holds packets back, the order is that of leaving. */
static void see_packet_left(struct sf_probes *probes, const struct sf_packet_left_record left)
{
    uint64_t *highest = &probes->link_left[left.link.index];
    if (left.number < *highest) {
        pass(probes, SF_PROBE_PACKET_REORDERED);
    } else {
        *highest = left.number;
    }
}

static void see_forget(struct sf_probes *probes, const struct sf_forget_record forget)
{
    uint32_t camera = index_of(probes, forget.camera);
    pass(probes,
         forget.scope == SF_CACHE_SCOPE_CAMERA ? SF_PROBE_FORGET_CAMERA : SF_PROBE_FORGET_ACCOUNT);
    if (probes->requests.camera_waits[camera] > 0) {
        pass(probes, SF_PROBE_FORGET_WAITING);
    }
    if (probes->uploads_open[camera] > 0) {
        pass(probes, SF_PROBE_FORGET_UPLOADING);
    }
    if (probes->fetches_open[camera] > 0) {
        pass(probes, SF_PROBE_FORGET_FETCHING);
    }
}

static void see_busy(struct sf_probes *probes, const struct sf_busy_record busy)
{
    static const enum sf_probe refused[] = {SF_PROBE_FETCH_BUSY, SF_PROBE_TIMER_BUSY,
                                            SF_PROBE_CONNECTION_BUSY};
    if (busy.what >= 1 && busy.what <= sizeof refused / sizeof refused[0]) {
        pass(probes, refused[busy.what - 1]);
    }
}

/* A fetch may be reported twice at its end: as ended, and as cancelled. */
static void close_one(uint32_t *open)
{
    *open -= *open > 0;
}

static void see_lost(struct sf_probes *probes, const struct sf_node_record lost)
{
    if (lost.node.index >= SF_NODES_MAX) {
        return;
    }
    struct node *node = &probes->nodes[lost.node.index];
    sf_ns *third = &node->lost_at_ns[node->losses_count % FLAPS];
    bool flaps = node->losses_count >= FLAPS - 1 &&
                 lost.at_ns - node->lost_at_ns[(node->losses_count + 1) % FLAPS] <=
                     FLAPS_WITHIN_S * SF_SECOND;
    *third = lost.at_ns;
    node->losses_count++;
    if (flaps) {
        pass(probes, SF_PROBE_FLAPPING);
    }
}

static void see_clock(struct sf_probes *probes, const struct sf_node_clock_record clock)
{
    pass(probes, SF_PROBE_CLOCK_STEPPED);
    if (clock.step_ns < 0 && clock.step_ns >= -SET_BACK_S * SF_SECOND) {
        probes->repeated_until_ns = clock.at_ns - clock.step_ns;
    }
}

static void see_node(struct sf_probes *probes, const struct sf_node_record node)
{
    if (node.back) {
        return;
    }
    see_lost(probes, node);
    if (probes->requests.tenants_waiting > 0) {
        pass(probes, SF_PROBE_NODE_IN_FLIGHT);
    }
}

static void see_deployed(struct sf_probes *probes, const struct sf_deployed_record deployed)
{
    if (deployed.node.index >= SF_NODES_MAX) {
        return;
    }
    struct node *node = &probes->nodes[deployed.node.index];
    bool soon = node->deploys_count > 1 &&
                deployed.at_ns - node->deployed_at_ns <= REDEPLOY_WITHIN_S * SF_SECOND;
    if (soon && probes->requests.tenants_waiting > 0) {
        pass(probes, SF_PROBE_REDEPLOYED);
    }
    if (probes->healed) {
        pass(probes, SF_PROBE_DEPLOYED_HEALED);
    }
    node->deployed_at_ns = deployed.at_ns;
    node->deploys_count++;
}

static void see_deploy(struct sf_probes *probes, const struct sf_deployed_record deployed)
{
    see_deployed(probes, deployed);
    if (deployed.at_ns > 0 && probes->requests.tenants_waiting > 0) {
        pass(probes, SF_PROBE_DEPLOY_IN_FLIGHT);
    }
}

static void see_handed_over(struct sf_probes *probes, const struct sf_handed_over_record handed)
{
    static const enum sf_probe kinds[] = {SF_PROBE_HANDED_CUT, SF_PROBE_HANDED_FOREIGN,
                                          SF_PROBE_HANDED_VERSION};
    if (handed.what >= 1 && handed.what <= sizeof kinds / sizeof kinds[0]) {
        pass(probes, kinds[handed.what - 1]);
    }
}

static void see_kill_switch(struct sf_probes *probes, const struct sf_kill_switch_record turned)
{
    if (turned.blocked && probes->requests.tenants_waiting > 0) {
        pass(probes, SF_PROBE_BLOCK_IN_FLIGHT);
    }
}

static void see_link(struct sf_probes *probes, const struct sf_link_record link)
{
    if (!link.linked && link.at_ns > 0 && probes->requests.tenant_waits[link.tenant.index] > 0) {
        pass(probes, SF_PROBE_UNLINK_IN_FLIGHT);
    }
}

/* A still has arrived whole. */
static void see_whole(struct sf_probes *probes, struct sf_camera_id id, uint32_t bytes, sf_ns at_ns)
{
    uint32_t camera = index_of(probes, id);
    uint64_t limit = SHORT_BY * probes->capacity_bytes;
    bool was_short = probes->stills_bytes > limit;
    if (probes->first_whole_ns[camera] == 0) {
        probes->first_whole_ns[camera] = at_ns;
    }
    probes->last_whole_ns[camera] = at_ns;
    probes->last_whole[camera] = ++probes->wholes_count;
    if (at_ns < probes->repeated_until_ns) {
        pass(probes, SF_PROBE_CLOCK_SET_BACK);
    }
    probes->stills_bytes += bytes;
    probes->stills_bytes -= probes->still_bytes[camera];
    probes->still_bytes[camera] = bytes;
    if (limit > 0 && !was_short && probes->stills_bytes > limit) {
        pass(probes, SF_PROBE_MEMORY_SHORT);
    }
}

static void see_upload_begun(struct sf_probes *probes, const struct sf_upload_begun_record begun)
{
    probes->uploads_open[index_of(probes, begun.camera)]++;
    if (++probes->uploads_count > MANY) {
        pass(probes, SF_PROBE_MANY_UPLOADS);
    }
}

static void see_upload_ended(struct sf_probes *probes, const struct sf_upload_ended_record ended)
{
    close_one(&probes->uploads_open[index_of(probes, ended.camera)]);
    probes->uploads_count -= probes->uploads_count > 0;
    if (ended.ending == SF_ENDING_COMPLETE) {
        see_whole(probes, ended.camera, ended.received_bytes, ended.at_ns);
    } else {
        pass(probes, SF_PROBE_UPLOAD_ABANDONED);
    }
}

static void see_fetch_ended(struct sf_probes *probes, const struct sf_fetch_ended_record ended)
{
    uint32_t camera = index_of(probes, ended.camera);
    close_one(&probes->fetches_open[camera]);
    if (ended.ending == SF_ENDING_COMPLETE) {
        see_whole(probes, ended.camera, ended.received_bytes, ended.at_ns);
    } else if (ended.ending == SF_ENDING_ABANDONED) {
        pass(probes, SF_PROBE_FETCH_ABANDONED);
        if (probes->requests.camera_waits[camera] > 0) {
            pass(probes, SF_PROBE_FETCH_FAILED_WAIT);
        }
    }
}

static void see_fetch_cancelled(struct sf_probes *probes,
                                const struct sf_fetch_cancelled_record cancelled)
{
    close_one(&probes->fetches_open[index_of(probes, cancelled.camera)]);
    if (cancelled.received_bytes > 0) {
        pass(probes, SF_PROBE_FETCH_CANCELLED);
    }
}

static void see_store(struct sf_probes *probes, const struct sf_store_record store)
{
    pass(probes, SF_PROBE_STORE_USED);
    if (store.late_ns > LATE_MS * SF_MS) {
        pass(probes, SF_PROBE_STORE_LATE);
    }
}

static void see_identity(struct sf_probes *probes, const struct sf_identity_record identity)
{
    if (identity.late_ns > LATE_MS * SF_MS) {
        pass(probes, SF_PROBE_IDENTITY_LATE);
    }
    if (identity.outcome == SF_IDENTITY_FAILED) {
        pass(probes, SF_PROBE_IDENTITY_FAILED);
    }
}

/* Any record but PACKET. */
static void see(struct sf_probes *probes, const struct sf_record *record)
{
    switch (record->kind) {
    case SF_RECORD_PACKET_LEFT:
        see_packet_left(probes, sf_packet_left_of(record));
        return;
    case SF_RECORD_ADMITTED:
        see_admitted(probes, sf_admitted_of(record));
        return;
    case SF_RECORD_CAPTURE:
        if (sf_capture_of(record).bytes > LONG_BYTES) {
            pass(probes, SF_PROBE_LONG_STILL);
        }
        return;
    case SF_RECORD_SHOWN:
        if ((sf_shown_of(record).flags & SF_FLAG_WHOLE) == 0) {
            pass(probes, SF_PROBE_PARTIAL_SHOWN);
        }
        return;
    case SF_RECORD_HANDED_OVER:
        see_handed_over(probes, sf_handed_over_of(record));
        return;
    case SF_RECORD_BUSY:
        see_busy(probes, sf_busy_of(record));
        return;
    case SF_RECORD_FORGET:
        see_forget(probes, sf_forget_of(record));
        return;
    case SF_RECORD_UPLOAD_BEGUN:
        see_upload_begun(probes, sf_upload_begun_of(record));
        return;
    case SF_RECORD_UPLOAD_ENDED:
        see_upload_ended(probes, sf_upload_ended_of(record));
        return;
    case SF_RECORD_FETCH:
        probes->fetches_open[index_of(probes, sf_fetch_of(record).camera)]++;
        return;
    case SF_RECORD_FETCH_ENDED:
        see_fetch_ended(probes, sf_fetch_ended_of(record));
        return;
    case SF_RECORD_FETCH_CANCELLED:
        see_fetch_cancelled(probes, sf_fetch_cancelled_of(record));
        return;
    case SF_RECORD_FRESH:
        probes->fresh_within_ns = sf_fresh_of(record).within_ns;
        return;
    case SF_RECORD_CAPACITY:
        probes->capacity_bytes = sf_capacity_of(record).bytes;
        return;
    case SF_RECORD_FRAGMENT_LATE:
        pass(probes, SF_PROBE_LATE_FRAGMENT);
        return;
    case SF_RECORD_ANSWERED_FROM:
        probes->counts[SF_PROBE_RESUMED] += sf_answered_from_of(record).offset_bytes > 0;
        return;
    case SF_RECORD_STORE:
        see_store(probes, sf_store_of(record));
        return;
    case SF_RECORD_IDENTITY:
        see_identity(probes, sf_identity_of(record));
        return;
    case SF_RECORD_RENEWED:
        pass(probes, SF_PROBE_RENEWED);
        return;
    case SF_RECORD_NODE_CLOCK:
        see_clock(probes, sf_node_clock_of(record));
        return;
    case SF_RECORD_RECONFIGURED:
        pass(probes, SF_PROBE_RECONFIGURED);
        return;
    case SF_RECORD_EXPORT:
        pass(probes, SF_PROBE_EXPORTED);
        return;
    case SF_RECORD_NETWORK:
        pass(probes, SF_PROBE_NETWORK_CHANGED);
        return;
    case SF_RECORD_HEALED:
        pass(probes, SF_PROBE_RECOVERED);
        probes->healed = true;
        return;
    case SF_RECORD_DEPLOYED:
        see_deploy(probes, sf_deployed_of(record));
        return;
    case SF_RECORD_KILL_SWITCH:
        see_kill_switch(probes, sf_kill_switch_of(record));
        return;
    case SF_RECORD_LINK:
        see_link(probes, sf_link_of(record));
        return;
    case SF_RECORD_NODE:
        see_node(probes, sf_node_of(record));
        return;
    default: /* the rest: no situation is counted from it */
        return;
    }
}

void sf_probes_hear(void *context, const struct sf_record *records, uint32_t count)
{
    SF_ASSERT(context != NULL);
    SF_ASSERT(records != NULL || count == 0);
    struct sf_probes *probes = context;
    for (uint32_t i = 0; i < count; i++) {
        if (records[i].kind == SF_RECORD_PACKET) { /* most are; no request or account is in them */
            see_packet(probes, sf_packet_of(&records[i]));
            continue;
        }
        struct sf_probe_answer answer;
        while (sf_probe_requests_arrived(&probes->requests, records[i].at_ns, &answer)) {
            sf_probe_accounts_end_wait(probes->accounts, answer.viewer, answer.request);
        }
        sf_probe_requests_see(&probes->requests, &records[i], probes->counts);
        see(probes, &records[i]);
        sf_probe_accounts_see(probes->accounts, &records[i], probes->counts);
    }
}

void sf_probes_read(const struct sf_probes *probes, uint64_t counts[SF_PROBES_COUNT])
{
    SF_ASSERT(probes != NULL);
    SF_ASSERT(counts != NULL);
    for (int i = 0; i < SF_PROBES_COUNT; i++) {
        counts[i] = probes->counts[i];
    }
}
