/* Errands: what a camera sends besides stills that viewers see. Calls for settings, the backup that
 * its owner consented to, figures of use. A step function: (configuration, consent) -> what goes
 * out when an errand's time has come. */
#ifndef STRAYFRAME_SIM_CAMERA_ERRANDS_H
#define STRAYFRAME_SIM_CAMERA_ERRANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/time.h"
#include "sim_camera/config.h"

enum sf_errand { SF_ERRAND_SETTINGS, SF_ERRAND_BACKUP, SF_ERRAND_ANALYTICS, SF_ERRANDS_COUNT };

/* To the backup. A planted fault may treat "never asked" and "withdrawn" differently. */
enum sf_consent { SF_CONSENT_NEVER_GIVEN, SF_CONSENT_GIVEN, SF_CONSENT_WITHDRAWN };

struct sf_errand_load {
    uint32_t text_bytes; /* 0: the errand is not run */
    bool still;          /* a still goes along */
};

/* How often; 0: this camera never does. */
sf_ns sf_errand_every(const struct sf_camera_config *config, enum sf_errand errand);

struct sf_errand_load sf_errand_run(const struct sf_camera_config *config, enum sf_errand errand,
                                    enum sf_consent consent);

#endif
