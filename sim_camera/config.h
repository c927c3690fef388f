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
    int64_t model;                /* text: what make it is; many homes share one */
    int64_t upload_every_ns;      /* 0: only when asked */
    int64_t send_time_out_ns;     /* the camera gives up sending a still after this long */
    int64_t night;                /* enum sf_camera_night */
    int64_t dark_from_ns;         /* local time of day at which AUTO switches to infrared */
    int64_t dark_until_ns;        /* local time of day at which it switches back */
    int64_t settings_every_ns;    /* 0: never */
    int64_t backup_every_ns;      /* 0: it has no backup */
    int64_t backup;               /* bool: consent to the backup from the start */
    int64_t analytics_every_ns;   /* 0: never */
    int64_t backup_by_default;    /* bool, as all that follow: a planted fault */
    int64_t backup_sticks;        /* withdrawing consent does not stop it */
    int64_t settings_carry_image; /* an image goes out under the name of a settings call */
    int64_t open_to_all;          /* answers direct asks of anybody */
    int64_t guessable_id;         /* ids are counted up, and the id is the password */
    int64_t etag;                 /* enum sf_camera_etag */
    int64_t serials_shared;       /* so many cameras have one serial number; 0: unique */
    int64_t delta_every;          /* of so many uploads one is whole; 0: all are */
    int64_t is_private;           /* bool: stills are flagged as their owner's */
};

extern const struct sf_param_table sf_camera_param_table;

#endif
