#include "harness/oracle/probe_accounts.h"

#include "harness/base/assert.h"
#include "harness/base/time.h"
#include "harness/trace/access.h"

enum { HELD_S = 15, SOON_S = 5, AT_ONCE_S = 1 };

struct camera {
    struct sf_tenant_id owner;
    uint32_t waits_count;   /* requests of the cache's paths that wait for it */
    uint32_t guests_count;  /* of those: of guests */
    uint32_t sending_count; /* uploads and fetches under way */
    sf_ns sent_at_ns;       /* when the cache had its latest whole still; -1: never */
    uint64_t begun_count;   /* captures whose upload has begun: the highest number + 1 */
    uint64_t old_count;     /* the same when the camera changed hands last with uploads under way */
    sf_ns landed_until_ns;  /* such an upload has ended whole: soon after */
    sf_ns new_until_ns; /* it has changed hands with a still in the cache: what comes soon after */
    uint32_t fetches_count; /* under way */
    sf_ns fetched_until_ns; /* it has changed hands during a fetch: what comes at once after */
};

/* The request of a viewer that waits; one at a time is enough for what is counted here. */
struct waiting {
    uint64_t request; /* 0: none */
    struct sf_camera_id camera;
    bool answered; /* it is: its answer is on its way */
    bool guest;
};

struct sf_probe_accounts {
    struct sf_access access;
    struct camera *cameras;
    struct waiting *viewers;
    struct sf_tenant_id *viewer_tenant;
    uint32_t *waited_for; /* by tenant: its cameras for which a request waits */
    uint32_t homes_count;
};

struct sf_probe_accounts *sf_probe_accounts_create(struct sf_arena *arena, uint32_t homes_count)
{
    SF_ASSERT(arena != NULL);
    SF_ASSERT(homes_count > 0);
    struct sf_probe_accounts *accounts = sf_arena_take(arena, 1, sizeof *accounts);
    uint32_t viewers_count = SF_VIEWERS_PER_HOME * homes_count;
    accounts->homes_count = homes_count;
    sf_access_init(&accounts->access, arena, homes_count);
    accounts->cameras = sf_arena_take(arena, homes_count, sizeof *accounts->cameras);
    accounts->viewers = sf_arena_take(arena, viewers_count, sizeof *accounts->viewers);
    accounts->viewer_tenant = sf_arena_take(arena, viewers_count, sizeof *accounts->viewer_tenant);
    accounts->waited_for = sf_arena_take(arena, homes_count, sizeof *accounts->waited_for);
    for (uint32_t i = 0; i < homes_count; i++) {
        accounts->cameras[i].sent_at_ns = -1;
    }
    return accounts;
}

static struct camera *camera_of(const struct sf_probe_accounts *accounts, struct sf_camera_id id)
{
    SF_ASSERT(id.index < accounts->homes_count);
    return &accounts->cameras[id.index];
}

/* ---- requests ---- */

void sf_probe_accounts_end_wait(struct sf_probe_accounts *accounts, struct sf_viewer_id viewer,
                                uint64_t request)
{
    SF_ASSERT(accounts != NULL);
    SF_ASSERT(viewer.index < SF_VIEWERS_PER_HOME * accounts->homes_count);
    struct waiting *waiting = &accounts->viewers[viewer.index];
    if (request == 0 || waiting->request != request) {
        return;
    }
    struct camera *camera = camera_of(accounts, waiting->camera);
    waiting->request = 0;
    waiting->answered = false;
    SF_ASSERT(camera->waits_count > 0);
    SF_ASSERT(camera->guests_count >= waiting->guest);
    camera->guests_count -= waiting->guest;
    if (--camera->waits_count == 0) {
        accounts->waited_for[camera->owner.index]--;
    }
}

static void begin_wait(struct sf_probe_accounts *accounts, const struct sf_admitted_record admitted,
                       uint64_t *counts)
{
    struct waiting *viewer = &accounts->viewers[admitted.viewer.index];
    struct camera *camera = camera_of(accounts, admitted.camera);
    const struct sf_tenant_id tenant = accounts->viewer_tenant[admitted.viewer.index];
    bool from_cache = (admitted.flags & SF_FLAGS_FROM_CACHE) != 0;
    if (viewer->answered) {
        sf_probe_accounts_end_wait(accounts, admitted.viewer, viewer->request);
    }
    if (!from_cache || viewer->request != 0) {
        return;
    }
    bool guest = sf_access_is_guest(&accounts->access, tenant, admitted.camera);
    *viewer =
        (struct waiting){.request = admitted.request, .camera = admitted.camera, .guest = guest};
    camera->guests_count += guest;
    if (camera->waits_count++ == 0 && ++accounts->waited_for[camera->owner.index] == 2) {
        counts[SF_PROBE_ACCOUNT_WAITS]++;
    }
    counts[SF_PROBE_GUEST_ASKS] += guest;
    counts[SF_PROBE_OWNER_AND_GUEST] +=
        camera->guests_count > 0 && camera->guests_count < camera->waits_count;
    counts[SF_PROBE_OLD_STILL_LANDS] +=
        sf_tenant_same(tenant, camera->owner) && admitted.at_ns < camera->landed_until_ns;
    counts[SF_PROBE_NEW_OWNER_ASKS] += admitted.at_ns < camera->new_until_ns;
    counts[SF_PROBE_NEW_OWNER_IN_FETCH] +=
        sf_tenant_same(tenant, camera->owner) && admitted.at_ns < camera->fetched_until_ns;
}

static void see_answered(struct sf_probe_accounts *accounts,
                         const struct sf_answered_record answered)
{
    struct waiting *waiting = &accounts->viewers[answered.viewer.index];
    waiting->answered |= waiting->request == answered.request && answered.request != 0;
}

/* ---- owners and guests ---- */

static void see_owner(struct sf_probe_accounts *accounts, const struct sf_camera_record record,
                      uint64_t *counts)
{
    struct camera *camera = camera_of(accounts, record.camera);
    if (record.at_ns > 0) {
        bool held =
            camera->sent_at_ns >= 0 && record.at_ns - camera->sent_at_ns < HELD_S * SF_SECOND;
        camera->new_until_ns = held ? record.at_ns + SOON_S * SF_SECOND : 0;
        counts[SF_PROBE_OWNER_IN_FLIGHT] += camera->waits_count > 0;
        counts[SF_PROBE_OWNER_SENDING] += camera->sending_count > 0;
        camera->old_count = camera->sending_count > 0 ? camera->begun_count : 0;
        camera->landed_until_ns = 0;
        camera->fetched_until_ns =
            camera->fetches_count > 0 ? record.at_ns + AT_ONCE_S * SF_SECOND : 0;
    }
    if (camera->waits_count > 0) {
        accounts->waited_for[camera->owner.index]--;
        accounts->waited_for[record.tenant.index]++;
    }
    camera->owner = record.tenant;
}

/* A request of the guest for the camera waits. */
static bool guest_waits(const struct sf_probe_accounts *accounts,
                        const struct sf_share_record share)
{
    uint32_t viewers_count = SF_VIEWERS_PER_HOME * accounts->homes_count;
    for (uint32_t i = 0; i < viewers_count; i++) {
        const struct waiting *waiting = &accounts->viewers[i];
        if (waiting->request != 0 && sf_camera_same(waiting->camera, share.camera) &&
            sf_tenant_same(accounts->viewer_tenant[i], share.guest)) {
            return true;
        }
    }
    return false;
}

static void see_begun(struct camera *camera, const struct sf_upload_begun_record begun)
{
    camera->sending_count++;
    uint64_t count = UINT64_C(1) + begun.capture;
    camera->begun_count = count > camera->begun_count ? count : camera->begun_count;
}

static void see_landed(struct camera *camera, const struct sf_upload_ended_record ended)
{
    if (ended.ending == SF_ENDING_COMPLETE && ended.capture < camera->old_count) {
        camera->landed_until_ns = ended.at_ns + SOON_S * SF_SECOND;
    }
}

static void see_sent(struct camera *camera, bool complete, sf_ns at_ns)
{
    camera->sending_count -= camera->sending_count > 0;
    camera->sent_at_ns = complete ? at_ns : camera->sent_at_ns;
}

static void see_fetched(struct camera *camera)
{
    camera->fetches_count -= camera->fetches_count > 0;
}

void sf_probe_accounts_see(struct sf_probe_accounts *accounts, const struct sf_record *record,
                           uint64_t counts[SF_PROBES_COUNT])
{
    SF_ASSERT(accounts != NULL);
    SF_ASSERT(record != NULL);
    SF_ASSERT(counts != NULL);
    sf_access_see(&accounts->access, record);
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_CAMERA:
        see_owner(accounts, sf_camera_of(record), counts);
        return;
    case SF_RECORD_VIEWER:
        accounts->viewer_tenant[sf_viewer_of(record).viewer.index] = sf_viewer_of(record).tenant;
        return;
    case SF_RECORD_SLOT:
        counts[SF_PROBE_SLOT_TRADED] += record->at_ns > 0;
        return;
    case SF_RECORD_SHARE:
        counts[SF_PROBE_UNSHARE_IN_FLIGHT] +=
            !sf_share_of(record).shared && guest_waits(accounts, sf_share_of(record));
        return;
    case SF_RECORD_ADMITTED:
        begin_wait(accounts, sf_admitted_of(record), counts);
        return;
    case SF_RECORD_ANSWERED:
        see_answered(accounts, sf_answered_of(record));
        return;
    case SF_RECORD_REFUSED:
        sf_probe_accounts_end_wait(accounts, sf_refused_of(record).viewer,
                                   sf_refused_of(record).request);
        return;
    case SF_RECORD_CANCELLED:
        sf_probe_accounts_end_wait(accounts, sf_cancelled_of(record).viewer,
                                   sf_cancelled_of(record).request);
        return;
    case SF_RECORD_UPLOAD_BEGUN:
        see_begun(camera_of(accounts, sf_upload_begun_of(record).camera),
                  sf_upload_begun_of(record));
        return;
    case SF_RECORD_UPLOAD_ENDED:
        see_landed(camera_of(accounts, sf_upload_ended_of(record).camera),
                   sf_upload_ended_of(record));
        see_sent(camera_of(accounts, sf_upload_ended_of(record).camera),
                 sf_upload_ended_of(record).ending == SF_ENDING_COMPLETE, record->at_ns);
        return;
    case SF_RECORD_FETCH:
        camera_of(accounts, sf_fetch_of(record).camera)->fetches_count++;
        return;
    case SF_RECORD_FETCH_ENDED:
        see_fetched(camera_of(accounts, sf_fetch_ended_of(record).camera));
        return;
    case SF_RECORD_FETCH_CANCELLED:
        see_fetched(camera_of(accounts, sf_fetch_cancelled_of(record).camera));
        return;
    default: /* the rest: has no part in these situations */
        return;
    }
}
