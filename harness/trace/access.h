/* Who may see which camera beside its owner, and which camera a viewer asked for: read from the
 * trace. Most runs have neither guests nor viewers with two cameras, and take no memory for it. */
#ifndef STRAYFRAME_TRACE_ACCESS_H
#define STRAYFRAME_TRACE_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/trace/record.h"

/* The latest share of a camera. */
struct sf_access_share {
    struct sf_tenant_id guest; /* none: never shared */
    struct sf_tenant_id owner;
    sf_ns until_ns; /* what was sent before the withdrawal may arrive until then; SF_NS_NEVER: it is
                       shared */
};

/* A request of a viewer. */
struct sf_access_asked {
    uint64_t request; /* 0: none */
    struct sf_camera_id camera;
    uint32_t reserved;
};

struct sf_access {
    struct sf_arena *arena; /* borrowed */
    uint32_t homes_count;
    struct sf_access_share *shares; /* by camera; NULL: no camera was ever shared */
    struct sf_access_asked
        *asked; /* by viewer, its latest ones; NULL: each viewer has one camera */
};

void sf_access_init(struct sf_access *access, struct sf_arena *arena, uint32_t homes_count);
/* One of the kinds below. */
void sf_access_see_one(struct sf_access *access, const struct sf_record *record);
/* Any record. */
static inline void sf_access_see(struct sf_access *access, const struct sf_record *record)
{
    const uint64_t kinds = UINT64_C(1) << SF_RECORD_CAMERA | UINT64_C(1) << SF_RECORD_SLOT |
                           UINT64_C(1) << SF_RECORD_SHARE | UINT64_C(1) << SF_RECORD_ASK;
    if ((kinds & UINT64_C(1) << record->kind) != 0) {
        sf_access_see_one(access, record);
    }
}

/* Is the camera shared with this tenant now? */
bool sf_access_is_guest(const struct sf_access *access, struct sf_tenant_id tenant,
                        struct sf_camera_id camera);

/* May a guest receive this still at this time? `owner` is the camera's when it took it. */
bool sf_access_allows(const struct sf_access *access, struct sf_tenant_id guest,
                      struct sf_tenant_id owner, struct sf_camera_id camera, sf_ns at_ns);

/* Has some viewer of this run more than one camera? */
bool sf_access_has_choice(const struct sf_access *access);

/* The camera that was asked for with this request. Where each viewer has one, `only`; none if the
 * request is not among the viewer's latest. */
struct sf_camera_id sf_access_asked(const struct sf_access *access, struct sf_viewer_id viewer,
                                    uint64_t request, struct sf_camera_id only);

#endif
