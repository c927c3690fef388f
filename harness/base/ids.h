/* Identities as types: passing a camera where a tenant is meant does not compile. An id is the
 * index into the table of its kind, dense from 0; SF_NOBODY is the number of "none". Records, saved
 * files and the plug-in interface hold plain numbers: the number becomes an id, with
 * sf_camera_id(number) and so on, in the function that reads it. */
#ifndef STRAYFRAME_BASE_IDS_H
#define STRAYFRAME_BASE_IDS_H

#include <stdbool.h>
#include <stdint.h>

#define SF_NOBODY UINT32_MAX

/* A house with a camera, its viewers and one connection. Home N has camera N, the viewers from
 * SF_VIEWERS_PER_HOME * N on and the links 2N (up) and 2N + 1 (down). */
struct sf_home_id {
    uint32_t index;
};

/* The owner of an account and of the frames of its cameras. Tenant N is the one whose first home is
 * home N; other homes may belong to the same account. Which home belongs to whom is in the records
 * of who is who. */
struct sf_tenant_id {
    uint32_t index;
};

struct sf_camera_id {
    uint32_t index;
};

/* A device that shows frames: a hub with a display, or an app; or a job that copies them. */
struct sf_viewer_id {
    uint32_t index;
};

/* One direction of one home's connection. Links are numbered home by home: up, then down. */
struct sf_link_id {
    uint32_t index;
};

/* A node of the cache under test. */
struct sf_node_id {
    uint32_t index;
};

/* A session: its viewer in the upper half, which of the viewer's sessions, from 1, in the lower. 0:
 * none. No number is used twice; any number may be asked about. */
struct sf_session_id {
    uint64_t number;
};

/* The paths of requests through the cloud, X(NAME, number): the numbers of SF_CACHE_PATH_... A path
 * has a flag of its name in harness/trace/record.h. */
#define SF_VIEWER_PATHS(X)                                                        \
    X(INTEGRATION, 1) /* of the platform that the owner linked: from the cache */ \
    X(APP, 2)         /* past the cache */                                        \
    X(EXPORT, 3)      /* of jobs without a display: from the cache */

#define SF_VIEWER_PATH(NAME, number) SF_VIEWER_PATH_##NAME = (number),
enum sf_viewer_path { SF_VIEWER_PATHS(SF_VIEWER_PATH) };
#undef SF_VIEWER_PATH

/* The kinds of viewer, X(NAME, words, path); how each behaves is in sim_hub/kinds.c. */
#define SF_VIEWER_KINDS(X)     \
    X(HUB, "hub", INTEGRATION) \
    X(APP, "app", APP)         \
    X(EXPORT, "export job", EXPORT) /* copies the owner's stills to a destination */

/* Viewers are numbered home by home, a number for each kind, whether the home has it or not. */
#define SF_VIEWER_KIND(NAME, WORDS, PATH) SF_VIEWER_IS_##NAME,
enum sf_viewer_kind { SF_VIEWER_KINDS(SF_VIEWER_KIND) SF_VIEWERS_PER_HOME };
#undef SF_VIEWER_KIND

enum { SF_LINKS_PER_HOME = 2 };

/* ---- of each kind: an id from its number, "none", and comparison ---- */

#define SF_ID_KINDS(X) X(home) X(tenant) X(camera) X(viewer) X(link) X(node)

#define X(kind)                                                                           \
    static inline struct sf_##kind##_id sf_##kind##_id(uint32_t index)                    \
    {                                                                                     \
        return (struct sf_##kind##_id){index};                                            \
    }                                                                                     \
    static inline bool sf_##kind##_is_none(struct sf_##kind##_id id)                      \
    {                                                                                     \
        return id.index == SF_NOBODY;                                                     \
    }                                                                                     \
    static inline bool sf_##kind##_same(struct sf_##kind##_id a, struct sf_##kind##_id b) \
    {                                                                                     \
        return a.index == b.index;                                                        \
    }                                                                                     \
    _Static_assert(sizeof(struct sf_##kind##_id) == sizeof(uint32_t), "passed as its number is");
SF_ID_KINDS(X)
#undef X

static inline struct sf_session_id sf_session_id(struct sf_viewer_id viewer, uint32_t count)
{
    return (struct sf_session_id){(uint64_t)viewer.index << 32 | count};
}

static inline bool sf_session_is_none(struct sf_session_id session)
{
    return session.number == 0;
}

static inline bool sf_session_same(struct sf_session_id a, struct sf_session_id b)
{
    return a.number == b.number;
}

static inline struct sf_viewer_id sf_viewer_of_session(struct sf_session_id session)
{
    return sf_viewer_id((uint32_t)(session.number >> 32));
}

/* Which of its viewer's sessions it is. */
static inline uint32_t sf_session_count(struct sf_session_id session)
{
    return (uint32_t)session.number;
}

/* ---- what belongs to a home ---- */

static inline struct sf_link_id sf_link_up(struct sf_home_id home)
{
    return (struct sf_link_id){SF_LINKS_PER_HOME * home.index};
}

static inline struct sf_link_id sf_link_down(struct sf_home_id home)
{
    return (struct sf_link_id){SF_LINKS_PER_HOME * home.index + 1};
}

static inline bool sf_link_is_up(struct sf_link_id link)
{
    return link.index % SF_LINKS_PER_HOME == 0;
}

static inline struct sf_home_id sf_home_of_link(struct sf_link_id link)
{
    return (struct sf_home_id){link.index / SF_LINKS_PER_HOME};
}

static inline struct sf_home_id sf_home_of_viewer(struct sf_viewer_id viewer)
{
    return (struct sf_home_id){viewer.index / SF_VIEWERS_PER_HOME};
}

/* Where the camera is, whichever tenant owns it. */
static inline struct sf_home_id sf_home_of_camera(struct sf_camera_id camera)
{
    return (struct sf_home_id){camera.index};
}

/* The first home of the account. */
static inline struct sf_home_id sf_home_of_tenant(struct sf_tenant_id tenant)
{
    return (struct sf_home_id){tenant.index};
}

static inline struct sf_camera_id sf_camera_of_home(struct sf_home_id home)
{
    return (struct sf_camera_id){home.index};
}

static inline struct sf_viewer_id sf_viewer_of_home(struct sf_home_id home,
                                                    enum sf_viewer_kind kind)
{
    return (struct sf_viewer_id){SF_VIEWERS_PER_HOME * home.index + (uint32_t)kind};
}

static inline enum sf_viewer_kind sf_viewer_kind(struct sf_viewer_id viewer)
{
    return (enum sf_viewer_kind)(viewer.index % SF_VIEWERS_PER_HOME);
}

/* "hub", "app", "export job". */
static inline const char *sf_viewer_kind_name(struct sf_viewer_id viewer)
{
#define SF_VIEWER_WORDS(NAME, WORDS, PATH) WORDS,
    static const char *const names[] = {SF_VIEWER_KINDS(SF_VIEWER_WORDS)};
#undef SF_VIEWER_WORDS
    return names[sf_viewer_kind(viewer)];
}

static inline enum sf_viewer_path sf_viewer_path(struct sf_viewer_id viewer)
{
#define SF_VIEWER_PATH(NAME, WORDS, PATH) SF_VIEWER_PATH_##PATH,
    static const enum sf_viewer_path paths[] = {SF_VIEWER_KINDS(SF_VIEWER_PATH)};
#undef SF_VIEWER_PATH
    return paths[sf_viewer_kind(viewer)];
}

#endif
