/* What a scenario can say of a camera. */
#ifndef STRAYFRAME_SIM_CAMERA_CONFIG_H
#define STRAYFRAME_SIM_CAMERA_CONFIG_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* What a validator is made of. */
enum sf_camera_etag { SF_ETAG_CONTENT, SF_ETAG_SIZE, SF_ETAG_SECOND };

enum sf_camera_night { SF_NIGHT_AUTO, SF_NIGHT_ALWAYS, SF_NIGHT_NEVER };

/* In the order of sf_camera_param_table. */
struct sf_camera_config {
    int64_t model;            /* text: what make it is; many homes share one */
    int64_t upload_every_ns;  /* 0: only when asked */
    int64_t send_time_out_ns; /* the camera gives up sending a still after this long */
    int64_t night;            /* enum sf_camera_night */
    int64_t dark_from_ns;     /* local time of day at which AUTO switches to infrared */
    int64_t dark_until_ns;    /* local time of day at which it switches back */
    int64_t etag;             /* enum sf_camera_etag */
    int64_t serials_shared;   /* so many cameras have one serial number; 0: unique */
    int64_t delta_every;      /* of so many uploads one is whole; 0: all are */
    int64_t is_private;       /* bool: stills are flagged as their owner's */
};

extern const struct sf_param_table sf_camera_param_table;

#endif
