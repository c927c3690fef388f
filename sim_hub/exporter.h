/* An export job: asks for one still, and again after a while when it does not come, a few times. A
 * step function over the state of a viewer: WAKE begins a job, one at a time. It has no display and
 * nobody watches. */
#ifndef STRAYFRAME_SIM_HUB_EXPORTER_H
#define STRAYFRAME_SIM_HUB_EXPORTER_H

#include "sim_hub/viewer.h"

enum { SF_EXPORTER_TRIES_MAX = 5 };

/* From the configuration it takes time_out, and ask_every as the pause before the next try. Input
 * and effects as sf_viewer_step's; draws no chance. */
void sf_exporter_step(struct sf_viewer *exporter, const struct sf_viewer_input *input,
                      struct sf_viewer_effects *effects_out);

#endif
