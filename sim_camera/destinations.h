/* What a scenario can say of destinations: where a camera may send to, besides the viewers that its
 * owner asks with. A list as a law or a contract gives it: by the service, or by where it stands.
 */
#ifndef STRAYFRAME_SIM_CAMERA_DESTINATIONS_H
#define STRAYFRAME_SIM_CAMERA_DESTINATIONS_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* The keys; see harness/scenario/param.h. True: the destination is on the list. */
/* clang-format off */
#define SF_DESTINATIONS_PARAMS(X)                                                                  \
    X(SWITCH, cloud, 1,                                                                            \
      "the vendor's cloud, which gets stills for the owner's viewers",                             \
      SF_NOT_DRAWN("the list is what the run is judged by"))                                       \
    X(SWITCH, backup, 1, "the vendor's backup store",                                              \
      SF_NOT_DRAWN("the list is what the run is judged by"))                                       \
    X(SWITCH, settings, 1, "the vendor's templates and settings",                                  \
      SF_NOT_DRAWN("the list is what the run is judged by"))                                       \
    X(SWITCH, analytics, 0, "a service abroad that collects usage figures",                        \
      SF_NOT_DRAWN("the list is what the run is judged by"))
/* clang-format on */

struct sf_destinations_config {
    SF_DESTINATIONS_PARAMS(SF_PARAM_MEMBER)
};

extern const struct sf_param_table sf_destination_param_table;

#endif
