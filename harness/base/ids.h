/* Who is who, as numbers that cannot be mixed up: each kind of id is a struct of its own, so
 * passing a camera where a tenant is meant does not compile. An id is the index into the world's
 * table of its kind, dense from 0; SF_NOBODY marks "none". */
#ifndef STRAYFRAME_BASE_IDS_H
#define STRAYFRAME_BASE_IDS_H

#include <stdbool.h>
#include <stdint.h>

#define SF_NOBODY UINT32_MAX

/* The owner of an account; whoever a frame belongs to. */
struct sf_tenant_id {
    uint32_t index;
};

struct sf_camera_id {
    uint32_t index;
};

/* A device that shows frames: a hub with a display, or an app. */
struct sf_viewer_id {
    uint32_t index;
};

/* Viewers are numbered home by home, three numbers each, whether it has them or not. */
enum sf_viewer_kind {
    SF_VIEWER_IS_HUB,
    SF_VIEWER_IS_APP,
    SF_VIEWER_IS_EXPORT, /* a job that copies the owner's stills to where it asked */
    SF_VIEWERS_PER_HOME,
};

static inline enum sf_viewer_kind sf_viewer_kind(uint32_t viewer)
{
    return (enum sf_viewer_kind)(viewer % SF_VIEWERS_PER_HOME);
}

/* "hub", "app", "export job". */
static inline const char *sf_viewer_kind_name(uint32_t viewer)
{
    static const char *const names[SF_VIEWERS_PER_HOME] = {"hub", "app", "export job"};
    return names[sf_viewer_kind(viewer)];
}

/* One direction of one home's connection. */
struct sf_link_id {
    uint32_t index;
};

static inline bool sf_tenant_same(struct sf_tenant_id a, struct sf_tenant_id b)
{
    return a.index == b.index;
}

static inline bool sf_camera_same(struct sf_camera_id a, struct sf_camera_id b)
{
    return a.index == b.index;
}

#endif
