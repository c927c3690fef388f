/* An export job: asks for one still, and again after a while when it does not come, a few times. A
 * step function over the state of a viewer: WAKE begins a job, one at a time. It has no display and
 * no person watches it. */
#ifndef STRAYFRAME_SIM_HUB_EXPORTER_H
#define STRAYFRAME_SIM_HUB_EXPORTER_H

#include "sim_hub/viewer.h"

enum { SF_EXPORTER_TRIES_MAX = 5, SF_EXPORTER_TIME_OUT_S = 30, SF_EXPORTER_PAUSE_S = 10 };

/* A job asks by its home's hub's name for the still, with its owner's account. */
struct sf_viewer_config sf_exporter_config(const struct sf_viewer_config *hub);

/* From the configuration it takes time_out, and ask_every as the pause before the next try. Input
 * and effects as sf_viewer_step's; it does not draw from `rng`. */
void sf_exporter_step(struct sf_viewer *exporter, const struct sf_viewer_input *input,
                      struct sf_rng *rng, struct sf_viewer_effects *effects_out);

#endif
