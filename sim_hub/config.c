#include "sim_hub/config.h"

#include "harness/base/time.h"

static const char *const names[] = {"", "porch.jpg", "still.jpg", "porch", NULL};

#define OF_HUB(HUB, APP) HUB
#define OF_APP(HUB, APP) APP

static const struct sf_param hub_params[] = {SF_VIEWER_PARAMS(SF_PARAM_ROW, OF_HUB)};
static const struct sf_param app_params[] = {SF_VIEWER_PARAMS(SF_PARAM_ROW, OF_APP)};

const struct sf_param_table sf_hub_param_table = {
    "hub", "the hub with a display; asks through the integration, from the cache", hub_params,
    sizeof hub_params / sizeof hub_params[0]};
const struct sf_param_table sf_app_param_table = {
    "app", "the vendor's app; asks the camera through the cloud, past the cache", app_params,
    sizeof app_params / sizeof app_params[0]};
