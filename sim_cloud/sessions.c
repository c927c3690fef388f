#include "sim_cloud/sessions.h"

#include "harness/base/assert.h"

void sf_sessions_init(struct sf_sessions *sessions, struct sf_arena *arena, uint32_t viewers_count)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(arena != NULL);
    SF_ASSERT(viewers_count > 0);
    *sessions = (struct sf_sessions){
        .viewers_count = viewers_count,
        .viewers = sf_arena_take(arena, viewers_count, sizeof(struct sf_sessions_viewer)),
    };
    for (uint32_t i = 0; i < viewers_count; i++) {
        sessions->viewers[i] = (struct sf_sessions_viewer){.tenant = sf_tenant_id(SF_NOBODY)};
    }
}

void sf_sessions_check(const struct sf_sessions *sessions)
{
    SF_ASSERT(sessions != NULL);
    for (uint32_t i = 0; i < sessions->viewers_count; i++) {
        const struct sf_sessions_viewer *entry = &sessions->viewers[i];
        SF_ASSERT((entry->sessions_count == 0) == sf_tenant_is_none(entry->tenant));
        SF_ASSERT(entry->valid_from <= entry->sessions_count + 1);
        SF_ASSERT(!entry->open || entry->valid_from >= 1);
        SF_ASSERT(!entry->open || entry->valid_from <= entry->sessions_count);
    }
}

struct sf_session_id sf_sessions_begin(struct sf_sessions *sessions, struct sf_viewer_id viewer,
                                       struct sf_tenant_id tenant)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(viewer.index < sessions->viewers_count);
    struct sf_sessions_viewer *entry = &sessions->viewers[viewer.index];
    SF_ASSERT(!sf_tenant_is_none(tenant));
    SF_ASSERT(entry->sessions_count < UINT32_MAX);
    entry->tenant = tenant;
    entry->open = true;
    entry->valid_from = ++entry->sessions_count;
    return sf_session_id(viewer, entry->sessions_count);
}

struct sf_session_id sf_sessions_renew(struct sf_sessions *sessions, struct sf_viewer_id viewer)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(viewer.index < sessions->viewers_count);
    struct sf_sessions_viewer *entry = &sessions->viewers[viewer.index];
    return entry->open ? sf_session_id(viewer, ++entry->sessions_count) : (struct sf_session_id){0};
}

void sf_sessions_expire(struct sf_sessions *sessions, struct sf_session_id session)
{
    SF_ASSERT(sessions != NULL);
    if (sf_tenant_is_none(sf_sessions_tenant(sessions, session))) {
        return;
    }
    struct sf_sessions_viewer *entry = &sessions->viewers[sf_viewer_of_session(session).index];
    entry->valid_from = sf_session_count(session) + 1;
    entry->open = entry->valid_from <= entry->sessions_count;
}

void sf_sessions_end(struct sf_sessions *sessions, struct sf_viewer_id viewer)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(viewer.index < sessions->viewers_count);
    sessions->viewers[viewer.index].open = false;
}

struct sf_session_id sf_sessions_latest(const struct sf_sessions *sessions,
                                        struct sf_viewer_id viewer)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(viewer.index < sessions->viewers_count);
    uint32_t count = sessions->viewers[viewer.index].sessions_count;
    return count > 0 ? sf_session_id(viewer, count) : (struct sf_session_id){0};
}

/* NULL: no such viewer. */
static const struct sf_sessions_viewer *viewer_of(const struct sf_sessions *sessions,
                                                  struct sf_session_id session)
{
    struct sf_viewer_id viewer = sf_viewer_of_session(session);
    return viewer.index < sessions->viewers_count ? &sessions->viewers[viewer.index] : NULL;
}

struct sf_tenant_id sf_sessions_tenant(const struct sf_sessions *sessions,
                                       struct sf_session_id session)
{
    SF_ASSERT(sessions != NULL);
    const struct sf_sessions_viewer *entry = viewer_of(sessions, session);
    uint32_t count = sf_session_count(session);
    bool valid = entry != NULL && entry->open && count >= entry->valid_from &&
                 count <= entry->sessions_count;
    return valid ? entry->tenant : sf_tenant_id(SF_NOBODY);
}

struct sf_tenant_id sf_sessions_tenant_ever(const struct sf_sessions *sessions,
                                            struct sf_session_id session)
{
    SF_ASSERT(sessions != NULL);
    const struct sf_sessions_viewer *entry = viewer_of(sessions, session);
    uint32_t count = sf_session_count(session);
    bool existed = entry != NULL && count > 0 && count <= entry->sessions_count;
    return existed ? entry->tenant : sf_tenant_id(SF_NOBODY);
}
