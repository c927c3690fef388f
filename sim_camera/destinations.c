#include "sim_camera/destinations.h"

static const struct sf_param params[] = {SF_DESTINATIONS_PARAMS(SF_PARAM_ROW)};

const struct sf_param_table sf_destination_param_table = {
    "destinations", "where cameras may send to: true is on the list", params,
    sizeof params / sizeof params[0]};
