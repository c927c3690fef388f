#include "sim_cloud/sessions.h"

#include "harness/base/assert.h"

/* The viewer in the high half, its sessions counted from 1 in the low half. */
static uint64_t number_of(uint32_t viewer, uint32_t count)
{
    return (uint64_t)viewer << 32 | count;
}

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
        sessions->viewers[i] = (struct sf_sessions_viewer){.tenant = SF_NOBODY};
    }
}

void sf_sessions_check(const struct sf_sessions *sessions)
{
    SF_ASSERT(sessions != NULL);
    for (uint32_t i = 0; i < sessions->viewers_count; i++) {
        const struct sf_sessions_viewer *entry = &sessions->viewers[i];
        SF_ASSERT((entry->sessions_count == 0) == (entry->tenant == SF_NOBODY));
        SF_ASSERT(entry->valid_from <= entry->sessions_count + 1);
        SF_ASSERT(!entry->open || entry->valid_from >= 1);
        SF_ASSERT(!entry->open || entry->valid_from <= entry->sessions_count);
    }
}

uint64_t sf_sessions_begin(struct sf_sessions *sessions, struct sf_viewer_id viewer,
                           struct sf_tenant_id tenant)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(viewer.index < sessions->viewers_count);
    struct sf_sessions_viewer *entry = &sessions->viewers[viewer.index];
    SF_ASSERT(tenant.index != SF_NOBODY);
    SF_ASSERT(entry->sessions_count < UINT32_MAX);
    entry->tenant = tenant.index;
    entry->open = true;
    entry->valid_from = ++entry->sessions_count;
    return number_of(viewer.index, entry->sessions_count);
}

uint64_t sf_sessions_renew(struct sf_sessions *sessions, struct sf_viewer_id viewer)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(viewer.index < sessions->viewers_count);
    struct sf_sessions_viewer *entry = &sessions->viewers[viewer.index];
    return entry->open ? number_of(viewer.index, ++entry->sessions_count) : 0;
}

void sf_sessions_expire(struct sf_sessions *sessions, uint64_t session)
{
    SF_ASSERT(sessions != NULL);
    if (sf_sessions_tenant(sessions, session) == SF_NOBODY) {
        return;
    }
    struct sf_sessions_viewer *entry = &sessions->viewers[session >> 32];
    entry->valid_from = (uint32_t)session + 1;
    entry->open = entry->valid_from <= entry->sessions_count;
}

void sf_sessions_end(struct sf_sessions *sessions, struct sf_viewer_id viewer)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(viewer.index < sessions->viewers_count);
    sessions->viewers[viewer.index].open = false;
}

uint64_t sf_sessions_latest(const struct sf_sessions *sessions, struct sf_viewer_id viewer)
{
    SF_ASSERT(sessions != NULL);
    SF_ASSERT(viewer.index < sessions->viewers_count);
    uint32_t count = sessions->viewers[viewer.index].sessions_count;
    return count > 0 ? number_of(viewer.index, count) : 0;
}

uint32_t sf_sessions_tenant(const struct sf_sessions *sessions, uint64_t session)
{
    SF_ASSERT(sessions != NULL);
    uint64_t viewer = session >> 32;
    if (viewer >= sessions->viewers_count) {
        return SF_NOBODY;
    }
    const struct sf_sessions_viewer *entry = &sessions->viewers[viewer];
    uint32_t count = (uint32_t)session;
    bool valid = entry->open && count >= entry->valid_from && count <= entry->sessions_count;
    return valid ? entry->tenant : SF_NOBODY;
}

uint32_t sf_sessions_tenant_ever(const struct sf_sessions *sessions, uint64_t session)
{
    SF_ASSERT(sessions != NULL);
    uint64_t viewer = session >> 32;
    uint32_t count = (uint32_t)session;
    bool was = viewer < sessions->viewers_count && count > 0 &&
               count <= sessions->viewers[viewer].sessions_count;
    return was ? sessions->viewers[viewer].tenant : SF_NOBODY;
}
