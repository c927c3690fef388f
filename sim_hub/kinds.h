/* How the kinds of viewer behave, a row for each. A new kind is a row here and one of
 * SF_VIEWER_KINDS (harness/base/ids.h). */
#ifndef STRAYFRAME_SIM_HUB_KINDS_H
#define STRAYFRAME_SIM_HUB_KINDS_H

#include "harness/base/ids.h"
#include "sim_hub/viewer.h"

struct sf_viewer_behaviour {
    const char *stream; /* the purpose of its stream of chance */
    void (*step)(struct sf_viewer *viewer, const struct sf_viewer_input *input, struct sf_rng *rng,
                 struct sf_viewer_effects *effects_out);
    /* A job: no person watches it, an action of the time line starts it, and the cloud gives its
     * requests its own time-out. Its configuration comes from that of its home's hub. NULL for
     * viewers that persons watch, which have a section in a scenario. */
    struct sf_viewer_config (*job_config)(const struct sf_viewer_config *hub);
};

const struct sf_viewer_behaviour *sf_viewer_behaviour(enum sf_viewer_kind kind);

#endif
