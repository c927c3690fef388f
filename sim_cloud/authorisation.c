#include "sim_cloud/authorisation.h"

#include "harness/base/assert.h"

void sf_authorisation_init(struct sf_authorisation *door, const struct sf_cloud_config *config,
                           const struct sf_sessions *sessions, struct sf_arena *arena,
                           uint32_t tenants_count, uint32_t cameras_count)
{
    SF_ASSERT(door != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(tenants_count > 0);
    SF_ASSERT(cameras_count > 0);
    *door = (struct sf_authorisation){
        .config = config,
        .sessions = sessions,
        .tenants_count = tenants_count,
        .cameras_count = cameras_count,
        .camera_tenant = sf_arena_take(arena, cameras_count, sizeof(uint32_t)),
        .camera_guest = sf_arena_take(arena, cameras_count, sizeof(uint32_t)),
        .linked = sf_arena_take(arena, tenants_count, sizeof(bool)),
    };
    for (uint32_t i = 0; i < cameras_count; i++) {
        door->camera_tenant[i] = SF_NOBODY;
        door->camera_guest[i] = SF_NOBODY;
    }
}

bool sf_authorisation_may_see(const struct sf_authorisation *door, uint32_t tenant,
                              struct sf_camera_id camera)
{
    SF_ASSERT(door != NULL);
    SF_ASSERT(camera.index < door->cameras_count);
    return tenant != SF_NOBODY && (door->camera_tenant[camera.index] == tenant ||
                                   door->camera_guest[camera.index] == tenant);
}

/* `tenant` SF_NOBODY: no session that counts. */
static enum sf_authorisation_answer check(const struct sf_authorisation *door, uint32_t tenant,
                                          struct sf_camera_id camera, bool integration)
{
    if (tenant == SF_NOBODY) {
        return SF_AUTHORISATION_NO_SESSION;
    }
    SF_ASSERT(tenant < door->tenants_count);
    if (!sf_authorisation_may_see(door, tenant, camera)) {
        return SF_AUTHORISATION_NOT_OWNER;
    }
    return integration && !door->linked[tenant] ? SF_AUTHORISATION_NOT_LINKED
                                                : SF_AUTHORISATION_OPEN;
}

enum sf_authorisation_answer sf_authorisation_ask(const struct sf_authorisation *door,
                                                  uint64_t session, struct sf_camera_id camera,
                                                  bool integration)
{
    SF_ASSERT(door != NULL);
    SF_ASSERT(door->sessions != NULL);
    if (integration && door->blocked && door->config->kill_switch_broken == 0) {
        return SF_AUTHORISATION_KILL_SWITCH;
    }
    if (door->config->front_door_open != 0) {
        return SF_AUTHORISATION_OPEN;
    }
    uint32_t tenant = door->config->expired_honoured != 0
                          ? sf_sessions_tenant_ever(door->sessions, session)
                          : sf_sessions_tenant(door->sessions, session);
    return check(door, tenant, camera, integration);
}

enum sf_authorisation_answer sf_authorisation_vouch(const struct sf_authorisation *door,
                                                    uint64_t session, struct sf_camera_id camera,
                                                    bool integration)
{
    SF_ASSERT(door != NULL);
    SF_ASSERT(door->sessions != NULL);
    if (integration && door->blocked) {
        return SF_AUTHORISATION_KILL_SWITCH;
    }
    return check(door, sf_sessions_tenant(door->sessions, session), camera, integration);
}
