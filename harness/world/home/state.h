/* The state of the home wing: cameras, viewers, and what they keep. */
#ifndef STRAYFRAME_WORLD_HOME_STATE_H
#define STRAYFRAME_WORLD_HOME_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/base/slots.h"
#include "harness/judge/judge.h"
#include "harness/sim/rng.h"
#include "sim_camera/camera.h"
#include "sim_camera/errands.h"
#include "sim_hub/kinds.h"

/* What a viewer keeps of an answer, for its next request. */
struct holding {
    uint8_t *bytes; /* owned; NULL: nothing */
    uint32_t count;
    struct sf_camera_id camera; /* that the viewer named for it */
    uint64_t validator;         /* 0: it has none to send */
    bool whole;                 /* a still that it has shown; not set: the beginning of one */
};

struct viewer_state {
    struct sf_viewer viewer;
    struct sf_rng rng;
    sf_ns tick_at_ns;
    sf_handle answer; /* the message that answers the open request; 0: none has begun to arrive */
    bool present;
    struct sf_session_id session; /* the latest that it was given */
    struct holding holding;
};

struct home {
    struct sf_camera camera;
    struct sf_rng camera_rng;
    sf_ns camera_tick_at_ns;
    struct viewer_state viewers[SF_VIEWERS_PER_HOME];
    uint32_t number; /* in the plan: see sf_plan_group_number */
    uint32_t group;
    uint32_t network; /* at the start */
    uint32_t scene;
    char camera_name[32]; /* as its stills show it */
    bool powered;
    uint32_t firmware;       /* version */
    sf_ns clock_ahead_ns;    /* of the camera's clock; negative: behind */
    enum sf_consent consent; /* of the people who live here; counts where they are the first home of
                                an account */
    sf_ns errand_at_ns[SF_ERRANDS_COUNT]; /* when each is run next */
    uint8_t *sent; /* owned: the still that the camera uploaded last; NULL: it sends no deltas */
    uint32_t sent_bytes;
    uint64_t validator;          /* of the camera's latest still; 0: none yet */
    struct sf_tenant_id account; /* of the people who live here; the camera's owner at the start */
    uint32_t slot;               /* of the camera, in its owner's account */
    uint32_t slots_used;         /* of the account, if this is its first home */
    struct sf_camera_id other; /* viewers ask in turn for the home's camera and this one, if any */
    uint32_t serial; /* of the camera: the number of the first home whose camera has it too */
};

struct homes {
    struct home *all; /* by home */
    uint32_t count;
    bool exposure_watched;  /* the scenario states what may leave homes */
    uint8_t *still_scratch; /* room for the longest still */
    uint8_t *stitched;      /* owned: room for a picture that came in two answers */
    uint32_t stitched_capacity;
    struct sf_byte_range *ranges; /* owned: room for the ranges of one answer that arrived */
    uint32_t ranges_capacity;
};

#endif
