/* What a scenario can say of stills. */
#ifndef STRAYFRAME_SIM_CAMERA_STILL_CONFIG_H
#define STRAYFRAME_SIM_CAMERA_STILL_CONFIG_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* In the order of sf_still_param_table. */
struct sf_still_config {
    int64_t width;   /* px */
    int64_t height;  /* px */
    int64_t quality; /* JPEG quality, as libjpeg counts it */
};

extern const struct sf_param_table sf_still_param_table;

#endif
