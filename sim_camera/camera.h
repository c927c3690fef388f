/* The camera: captures stills and sends them, periodically and on request.
 * A step function: (state, input) -> effects. It reaches no queue, no link and no other actor; how
 * a still gets into packets is not its business. */
#ifndef STRAYFRAME_SIM_CAMERA_CAMERA_H
#define STRAYFRAME_SIM_CAMERA_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/time.h"
#include "harness/sim/rng.h"
#include "sim_camera/config.h"

struct sf_camera {
    const struct sf_camera_config *config; /* borrowed; outlives the camera */
    int32_t utc_offset_s;
    uint32_t captures_count;  /* the next capture's number; unique in the run */
    uint32_t captures_before; /* those before the last power on, from which the device counts */
    uint32_t uploads_count; /* since the last whole one, that one included; 0: the next is whole */
    uint32_t uploaded;      /* the capture, as the device counts, that was uploaded last */
    bool uploaded_night;
};

enum sf_camera_input_kind {
    SF_CAMERA_START,   /* power on */
    SF_CAMERA_TICK,    /* the timer that the last effects asked for */
    SF_CAMERA_COMMAND, /* the cloud asks for a still */
    SF_CAMERA_RESTART, /* power on again, after it was lost */
};

struct sf_camera_input {
    enum sf_camera_input_kind kind;
    sf_ns now_ns;
    int64_t unix_s; /* the camera's clock, UTC */
    bool unwanted;  /* TICK: its owner has no viewer any more, so it uploads nothing */
};

struct sf_camera_effects {
    bool send_still; /* one capture, numbered `capture` */
    uint32_t capture;
    uint32_t device_capture; /* as the device counts: from 0 at each power on */
    bool night;              /* it is an infrared picture */
    bool upload;             /* a periodic upload, not the answer to a request */
    bool delta;              /* send only what changed since the upload of base_capture */
    uint32_t base_capture;   /* as the device counts */
    int64_t local_unix_s;
    sf_ns tick_at_ns; /* SF_NS_NEVER: no timer */
};

void sf_camera_init(struct sf_camera *camera, const struct sf_camera_config *config,
                    int32_t utc_offset_s);

/* Asserts what holds between steps. */
void sf_camera_check(const struct sf_camera *camera);

/* `rng` is the camera's own stream: START draws the phase of its uploads. */
void sf_camera_step(struct sf_camera *camera, const struct sf_camera_input *input,
                    struct sf_rng *rng, struct sf_camera_effects *effects_out);

/* Who asks the camera directly is answered? `vouched`: the account service knows its session and
 * says that the camera is its own; `named`: it named the camera's id, which is no secret. */
bool sf_camera_admits(const struct sf_camera_config *config, bool vouched, bool named);

/* The camera's id: among 2^64, or, where it can be guessed, one after the other. */
uint64_t sf_camera_id_of(const struct sf_camera_config *config, uint64_t seed, uint32_t camera);

/* Is it dark for the camera at this local time? Decides AUTO by the time of day. */
bool sf_camera_is_night(const struct sf_camera_config *config, int64_t local_unix_s);

#endif
