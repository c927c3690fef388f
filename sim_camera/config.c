#include "sim_camera/config.h"

#include "harness/base/time.h"

static const char *const models[] = {"", "a", "b", NULL};
static const char *const night_choices[] = {"auto", "always", "never", NULL};
static const char *const etag_choices[] = {"content", "size", "second", NULL};

static const struct sf_param params[] = {SF_CAMERA_PARAMS(SF_PARAM_ROW)};

const struct sf_param_table sf_camera_param_table = {"camera", "the camera of each home", params,
                                                     sizeof params / sizeof params[0]};
