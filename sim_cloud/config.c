#include "sim_cloud/config.h"

#include "harness/base/bounds.h"
#include "harness/base/time.h"

/* By enum sf_cache_hand_over (harness/cache/host.h). */
static const char *const hand_overs[] = {"sound", "cut", "foreign", "version", "mixed", NULL};
static const char *const balances[] = {"connection", "request", "camera", NULL};

static const struct sf_param params[] = {SF_CLOUD_PARAMS(SF_PARAM_ROW)};

const struct sf_param_table sf_cloud_param_table = {"cloud", "the vendor's cloud", params,
                                                    sizeof params / sizeof params[0]};
