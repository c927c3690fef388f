/* The identity service's table: which sessions there are, and whose. A viewer signs in and has a
 * session until it is ended; then it signs in again and gets another. A session's number is never
 * used again, so an old one differs from the new one. How long an answer takes, and whether one
 * comes at all, is the world's business. */
#ifndef STRAYFRAME_SIM_CLOUD_SESSIONS_H
#define STRAYFRAME_SIM_CLOUD_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/ids.h"

struct sf_sessions_viewer {
    uint32_t tenant;         /* for whom it acts; SF_NOBODY before the first session */
    uint32_t sessions_count; /* how many it has had */
    uint32_t valid_from;     /* the first that is still valid */
    bool open;               /* the latest is valid */
};

struct sf_sessions {
    uint32_t viewers_count;
    struct sf_sessions_viewer *viewers;
};

/* Memory from `arena`; no viewer is signed in. */
void sf_sessions_init(struct sf_sessions *sessions, struct sf_arena *arena, uint32_t viewers_count);

/* Asserts what holds between calls. */
void sf_sessions_check(const struct sf_sessions *sessions);

/* The viewer signs in: its session until now ends, a new one begins. Returns it, never 0. */
uint64_t sf_sessions_begin(struct sf_sessions *sessions, struct sf_viewer_id viewer,
                           struct sf_tenant_id tenant);
/* A further session beside those that are valid, for the front door to hand out with an answer,
 * which may not arrive. 0 if the viewer has none that is valid. */
uint64_t sf_sessions_renew(struct sf_sessions *sessions, struct sf_viewer_id viewer);
/* This session's time is up, and that of those before it; renewed ones stay. Any number is taken.
 */
void sf_sessions_expire(struct sf_sessions *sessions, uint64_t session);
/* All sessions of the viewer end; it has none until it signs in again. */
void sf_sessions_end(struct sf_sessions *sessions, struct sf_viewer_id viewer);

/* The viewer's latest session, valid or expired: what it would send; 0 before its first. */
uint64_t sf_sessions_latest(const struct sf_sessions *sessions, struct sf_viewer_id viewer);
/* Whose session it is; SF_NOBODY for one that has expired or never was. Any number may be asked. */
uint32_t sf_sessions_tenant(const struct sf_sessions *sessions, uint64_t session);
/* Whose session it is or was; SF_NOBODY for one that never was. */
uint32_t sf_sessions_tenant_ever(const struct sf_sessions *sessions, uint64_t session);

#endif
