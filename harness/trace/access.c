#include "harness/trace/access.h"

#include "harness/base/assert.h"
#include "harness/base/bounds.h"

enum { ASKED_KEPT = 8 }; /* of a viewer, by the request's number modulo this */

void sf_access_init(struct sf_access *access, struct sf_arena *arena, uint32_t homes_count)
{
    SF_ASSERT(access != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(homes_count > 0);
    SF_ASSERT(homes_count <= SF_HOMES_MAX);
    *access = (struct sf_access){.arena = arena, .homes_count = homes_count};
}

static void remember_requests(struct sf_access *access)
{
    if (access->asked == NULL) {
        access->asked = sf_arena_take(
            access->arena, (size_t)ASKED_KEPT * SF_VIEWERS_PER_HOME * access->homes_count,
            sizeof *access->asked);
    }
}

static struct sf_access_asked *place_of(const struct sf_access *access, struct sf_viewer_id viewer,
                                        uint64_t request)
{
    SF_ASSERT(viewer.index < SF_VIEWERS_PER_HOME * access->homes_count);
    return &access->asked[(size_t)ASKED_KEPT * viewer.index + request % ASKED_KEPT];
}

static void see_share(struct sf_access *access, const struct sf_share_record share)
{
    if (access->shares == NULL) {
        access->shares = sf_arena_take(access->arena, access->homes_count, sizeof *access->shares);
        for (uint32_t i = 0; i < access->homes_count; i++) {
            access->shares[i].guest = sf_tenant_id(SF_NOBODY);
        }
    }
    SF_ASSERT(share.camera.index < access->homes_count);
    access->shares[share.camera.index] = (struct sf_access_share){
        .guest = share.guest,
        .owner = share.owner,
        .until_ns = share.shared ? SF_NS_NEVER : share.at_ns + share.grace_ns,
    };
}

static void see_ask(const struct sf_access *access, const struct sf_ask_record ask)
{
    if (access->asked != NULL) {
        *place_of(access, ask.viewer, ask.request) =
            (struct sf_access_asked){.request = ask.request, .camera = ask.camera};
    }
}

void sf_access_see_one(struct sf_access *access, const struct sf_record *record)
{
    SF_ASSERT(access != NULL);
    SF_ASSERT(record != NULL);
    switch ((enum sf_record_kind)record->kind) {
    case SF_RECORD_CAMERA:
        if (record->at_ns > 0) {
            remember_requests(access);
        }
        return;
    case SF_RECORD_SLOT:
        remember_requests(access);
        return;
    case SF_RECORD_SHARE:
        remember_requests(access);
        see_share(access, sf_share_of(record));
        return;
    case SF_RECORD_ASK:
        see_ask(access, sf_ask_of(record));
        return;
    default: /* the rest: is not given to this function */
        return;
    }
}

bool sf_access_is_guest(const struct sf_access *access, struct sf_tenant_id tenant,
                        struct sf_camera_id camera)
{
    SF_ASSERT(access != NULL);
    SF_ASSERT(camera.index < access->homes_count);
    if (access->shares == NULL) {
        return false;
    }
    const struct sf_access_share *share = &access->shares[camera.index];
    return sf_tenant_same(share->guest, tenant) && share->until_ns == SF_NS_NEVER;
}

bool sf_access_allows(const struct sf_access *access, struct sf_tenant_id guest,
                      struct sf_tenant_id owner, struct sf_camera_id camera, sf_ns at_ns)
{
    SF_ASSERT(access != NULL);
    SF_ASSERT(camera.index < access->homes_count);
    if (access->shares == NULL) {
        return false;
    }
    const struct sf_access_share *share = &access->shares[camera.index];
    return sf_tenant_same(share->guest, guest) && sf_tenant_same(share->owner, owner) &&
           (share->until_ns == SF_NS_NEVER || at_ns <= share->until_ns);
}

bool sf_access_has_choice(const struct sf_access *access)
{
    SF_ASSERT(access != NULL);
    return access->asked != NULL;
}

struct sf_camera_id sf_access_asked(const struct sf_access *access, struct sf_viewer_id viewer,
                                    uint64_t request, struct sf_camera_id only)
{
    SF_ASSERT(access != NULL);
    if (access->asked == NULL) {
        return only;
    }
    const struct sf_access_asked *asked = place_of(access, viewer, request);
    return asked->request == request ? asked->camera : sf_camera_id(SF_NOBODY);
}
