#include "sim_camera/destinations.h"

static const struct sf_param params[] = {
    {"cloud", SF_PARAM_BOOL, 1, 0, 0, NULL,
     "the vendor's cloud, which gets stills for the viewers that an owner asks with"},
    {"backup", SF_PARAM_BOOL, 1, 0, 0, NULL, "the vendor's backup store"},
    {"settings", SF_PARAM_BOOL, 1, 0, 0, NULL, "the vendor's templates and settings"},
    {"analytics", SF_PARAM_BOOL, 0, 0, 0, NULL, "a service abroad that counts what is used"},
};

_Static_assert(sizeof(struct sf_destinations_config) ==
                   sizeof params / sizeof params[0] * sizeof(int64_t),
               "one member for each parameter");

const struct sf_param_table sf_destination_param_table = {
    "destinations", "where cameras may send to: true is on the list", params,
    sizeof params / sizeof params[0]};
