/* The identity service's table of sessions and their tenants. A viewer signs in and has a session
 * until it is ended; then it signs in again and gets another. A session's number is never used
 * again, so an old one differs from the new one. The world decides how long an answer of the
 * service takes, and whether one comes at all. */
#ifndef STRAYFRAME_SIM_CLOUD_SESSIONS_H
#define STRAYFRAME_SIM_CLOUD_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/ids.h"

struct sf_sessions_viewer {
    struct sf_tenant_id tenant; /* for which it acts; none before the first session */
    uint32_t sessions_count;    /* how many it has had */
    uint32_t valid_from;        /* the first that is still valid */
    bool open;                  /* the latest is valid */
};

struct sf_sessions {
    uint32_t viewers_count;
    struct sf_sessions_viewer *viewers;
};

/* Memory from `arena`; no viewer is signed in. */
void sf_sessions_init(struct sf_sessions *sessions, struct sf_arena *arena, uint32_t viewers_count);

/* Asserts the invariant of the table. */
void sf_sessions_check(const struct sf_sessions *sessions);

/* The viewer signs in: its session until now ends, a new one begins. Returns it, never none. */
struct sf_session_id sf_sessions_begin(struct sf_sessions *sessions, struct sf_viewer_id viewer,
                                       struct sf_tenant_id tenant);
/* A further session beside those that are valid, for the front door to hand out with an answer,
 * which may not arrive. None if the viewer has none that is valid. */
struct sf_session_id sf_sessions_renew(struct sf_sessions *sessions, struct sf_viewer_id viewer);
/* Ends this session and those before it; renewed ones stay. No effect if it is not valid. */
void sf_sessions_expire(struct sf_sessions *sessions, struct sf_session_id session);
/* All sessions of the viewer end; it has none until it signs in again. */
void sf_sessions_end(struct sf_sessions *sessions, struct sf_viewer_id viewer);

/* The viewer's latest session, valid or expired: what it would send; none before its first. */
struct sf_session_id sf_sessions_latest(const struct sf_sessions *sessions,
                                        struct sf_viewer_id viewer);
/* The session's tenant; none if it has expired or never existed. */
struct sf_tenant_id sf_sessions_tenant(const struct sf_sessions *sessions,
                                       struct sf_session_id session);
/* The tenant of the session, valid or expired; none if it never existed. */
struct sf_tenant_id sf_sessions_tenant_ever(const struct sf_sessions *sessions,
                                            struct sf_session_id session);

#endif
