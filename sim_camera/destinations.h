/* What a scenario can say of destinations: where a camera may send to, besides the viewers that its
 * owner asks with. A list as a law or a contract gives it: by the service, or by where it stands.
 */
#ifndef STRAYFRAME_SIM_CAMERA_DESTINATIONS_H
#define STRAYFRAME_SIM_CAMERA_DESTINATIONS_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* In the order of sf_destination_param_table; a bool each: it is on the list. */
struct sf_destinations_config {
    int64_t cloud;     /* the vendor's cloud: stills for the viewers that the owner linked */
    int64_t backup;    /* the backup store, part of the vendor's cloud */
    int64_t settings;  /* templates and settings */
    int64_t analytics; /* a service abroad that counts what is used */
};

extern const struct sf_param_table sf_destination_param_table;

#endif
