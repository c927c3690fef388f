#include "sim_camera/still_config.h"

static const struct sf_param params[] = {SF_STILL_PARAMS(SF_PARAM_ROW)};

const struct sf_param_table sf_still_param_table = {"still", "the stills that cameras take", params,
                                                    sizeof params / sizeof params[0]};
