#include "sim_hub/kinds.h"

#include "harness/base/assert.h"
#include "sim_hub/exporter.h"

const struct sf_viewer_behaviour *sf_viewer_behaviour(enum sf_viewer_kind kind)
{
    static const struct sf_viewer_behaviour behaviours[SF_VIEWERS_PER_HOME] = {
        [SF_VIEWER_IS_HUB] = {"hub", sf_viewer_step, NULL},
        [SF_VIEWER_IS_APP] = {"app", sf_viewer_step, NULL},
        [SF_VIEWER_IS_EXPORT] = {"export", sf_exporter_step, sf_exporter_config},
    };
    SF_ASSERT((uint32_t)kind < SF_VIEWERS_PER_HOME);
    SF_ASSERT(behaviours[kind].step != NULL);
    return &behaviours[kind];
}
