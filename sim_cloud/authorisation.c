#include "sim_cloud/authorisation.h"

#include "harness/base/assert.h"

void sf_authorisation_init(struct sf_authorisation *authorisation,
                           const struct sf_cloud_config *config, const struct sf_sessions *sessions,
                           struct sf_arena *arena, uint32_t tenants_count, uint32_t cameras_count)
{
    SF_ASSERT(authorisation != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(tenants_count > 0);
    SF_ASSERT(cameras_count > 0);
    *authorisation = (struct sf_authorisation){
        .config = config,
        .sessions = sessions,
        .tenants_count = tenants_count,
        .cameras_count = cameras_count,
        .camera_tenant = sf_arena_take(arena, cameras_count, sizeof(struct sf_tenant_id)),
        .camera_guest = sf_arena_take(arena, cameras_count, sizeof(struct sf_tenant_id)),
        .linked = sf_arena_take(arena, tenants_count, sizeof(bool)),
    };
    for (uint32_t i = 0; i < cameras_count; i++) {
        authorisation->camera_tenant[i] = sf_tenant_id(SF_NOBODY);
        authorisation->camera_guest[i] = sf_tenant_id(SF_NOBODY);
    }
}

bool sf_authorisation_may_see(const struct sf_authorisation *authorisation,
                              struct sf_tenant_id tenant, struct sf_camera_id camera)
{
    SF_ASSERT(authorisation != NULL);
    SF_ASSERT(camera.index < authorisation->cameras_count);
    return !sf_tenant_is_none(tenant) &&
           (sf_tenant_same(authorisation->camera_tenant[camera.index], tenant) ||
            sf_tenant_same(authorisation->camera_guest[camera.index], tenant));
}

/* `tenant` none: there is no valid session. */
static enum sf_authorisation_answer check(const struct sf_authorisation *authorisation,
                                          struct sf_tenant_id tenant, struct sf_camera_id camera,
                                          bool integration)
{
    if (sf_tenant_is_none(tenant)) {
        return SF_AUTHORISATION_NO_SESSION;
    }
    SF_ASSERT(tenant.index < authorisation->tenants_count);
    if (!sf_authorisation_may_see(authorisation, tenant, camera)) {
        return SF_AUTHORISATION_NOT_OWNER;
    }
    return integration && !authorisation->linked[tenant.index] ? SF_AUTHORISATION_NOT_LINKED
                                                               : SF_AUTHORISATION_OPEN;
}

enum sf_authorisation_answer sf_authorisation_ask(const struct sf_authorisation *authorisation,
                                                  struct sf_session_id session,
                                                  struct sf_camera_id camera, bool integration)
{
    SF_ASSERT(authorisation != NULL);
    SF_ASSERT(authorisation->sessions != NULL);
    if (integration && authorisation->blocked && authorisation->config->kill_switch_broken == 0) {
        return SF_AUTHORISATION_KILL_SWITCH;
    }
    if (authorisation->config->front_door_open != 0) {
        return SF_AUTHORISATION_OPEN;
    }
    struct sf_tenant_id tenant = authorisation->config->expired_honoured != 0
                                     ? sf_sessions_tenant_ever(authorisation->sessions, session)
                                     : sf_sessions_tenant(authorisation->sessions, session);
    return check(authorisation, tenant, camera, integration);
}

enum sf_authorisation_answer sf_authorisation_vouch(const struct sf_authorisation *authorisation,
                                                    struct sf_session_id session,
                                                    struct sf_camera_id camera, bool integration)
{
    SF_ASSERT(authorisation != NULL);
    SF_ASSERT(authorisation->sessions != NULL);
    if (integration && authorisation->blocked) {
        return SF_AUTHORISATION_KILL_SWITCH;
    }
    return check(authorisation, sf_sessions_tenant(authorisation->sessions, session), camera,
                 integration);
}
