/* What a scenario can say of stills. */
#ifndef STRAYFRAME_SIM_CAMERA_STILL_CONFIG_H
#define STRAYFRAME_SIM_CAMERA_STILL_CONFIG_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* The keys; see harness/scenario/param.h. Width and height are in pixels. */
/* clang-format off */
#define SF_STILL_PARAMS(X)                                                                         \
    X(COUNT, width, 320, 64, 1920, "width of a still in pixels",                                   \
      SF_DRAWN_OR(128, 5, 64, 96, 5, 64, 640))                                                     \
    X(COUNT, height, 180, 16, 1080, "height of a still in pixels",                                 \
      SF_DRAWN_OR(64, 5, 32, 56, 5, 16, 360))                                                      \
    X(COUNT, quality, 75, 30, 95, "JPEG quality",                                                  \
      SF_DRAWN_OR(75, 8, 40, 25, 3, 30, 95))
/* clang-format on */

struct sf_still_config {
    SF_STILL_PARAMS(SF_PARAM_MEMBER)
};

extern const struct sf_param_table sf_still_param_table;

#endif
