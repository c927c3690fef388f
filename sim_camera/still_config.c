#include "sim_camera/still_config.h"

static const struct sf_param params[] = {
    {"width", SF_PARAM_COUNT, 320, 64, 1920, NULL, "width of a still in pixels"},
    {"height", SF_PARAM_COUNT, 180, 16, 1080, NULL, "height of a still in pixels"},
    {"quality", SF_PARAM_COUNT, 75, 30, 95, NULL, "JPEG quality"},
};

_Static_assert(sizeof(struct sf_still_config) == sizeof params / sizeof params[0] * sizeof(int64_t),
               "one member for each parameter");

const struct sf_param_table sf_still_param_table = {"still", "the stills that cameras take", params,
                                                    sizeof params / sizeof params[0]};
