/* The cloud's accounts and its front door: who owns which camera, who has linked the integration,
 * whether the operator has blocked it, and so whether a request is accepted. The front door knows
 * nothing of caches. */
#ifndef STRAYFRAME_SIM_CLOUD_AUTHORISATION_H
#define STRAYFRAME_SIM_CLOUD_AUTHORISATION_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/ids.h"
#include "sim_cloud/config.h"
#include "sim_cloud/sessions.h"

struct sf_authorisation {
    const struct sf_cloud_config *config; /* borrowed; outlives this */
    const struct sf_sessions *sessions;   /* borrowed; outlives this */
    uint32_t tenants_count;
    uint32_t cameras_count;
    struct sf_tenant_id *camera_tenant; /* by camera: its owner */
    struct sf_tenant_id *camera_guest;  /* by camera: the tenant that it is shared with */
    bool *linked;                       /* by tenant */
    bool blocked;                       /* the kill switch */
};

enum sf_authorisation_answer {
    SF_AUTHORISATION_OPEN,
    SF_AUTHORISATION_NOT_OWNER,   /* the camera is another tenant's, who does not share it */
    SF_AUTHORISATION_NOT_LINKED,  /* the account is not linked to the integration */
    SF_AUTHORISATION_KILL_SWITCH, /* the operator has blocked the integration */
    SF_AUTHORISATION_NO_SESSION,  /* the session has expired, or there never was one */
};

/* Memory from `arena`; no camera has an owner and no account is linked until that is set. */
void sf_authorisation_init(struct sf_authorisation *authorisation,
                           const struct sf_cloud_config *config, const struct sf_sessions *sessions,
                           struct sf_arena *arena, uint32_t tenants_count, uint32_t cameras_count);

/* Does the camera belong to this tenant, or is it shared with it? None: no. */
bool sf_authorisation_may_see(const struct sf_authorisation *authorisation,
                              struct sf_tenant_id tenant, struct sf_camera_id camera);

/* May the bearer of this session see `camera` on this path, now? Any number may be a session. Asked
 * when a request comes and again when its answer leaves. */
enum sf_authorisation_answer sf_authorisation_ask(const struct sf_authorisation *authorisation,
                                                  struct sf_session_id session,
                                                  struct sf_camera_id camera, bool integration);

/* The same for a camera that is asked directly and lets the account service check: the front door
 * and its planted faults have no part in it. */
enum sf_authorisation_answer sf_authorisation_vouch(const struct sf_authorisation *authorisation,
                                                    struct sf_session_id session,
                                                    struct sf_camera_id camera, bool integration);

#endif
