/* The dossier of a finding: the run that showed it, made once more and listened to, for the story
 * and the pictures of exactly this finding. Judges nothing. */
#ifndef STRAYFRAME_DOSSIER_DOSSIER_H
#define STRAYFRAME_DOSSIER_DOSSIER_H

#include <stdbool.h>

#include "harness/judge/exhibit.h"
#include "harness/run/run.h"
#include "harness/story/story.h"

/* What the run was made with. Borrowed for the call. */
struct sf_dossier_request {
    const struct sf_plan *plan; /* as it was run, before a swarm is drawn */
    const struct sf_finding *finding;
    uint64_t seed;
    uint64_t strays_max; /* as in sf_run_options */
    double seconds_max;
};

struct sf_dossier {
    bool repeated; /* the finding came again; else the cache is not deterministic, or the run was
                      ended, and story and pictures are missing */
    struct sf_story story;
    struct sf_exhibits *exhibits; /* owned; one, or none where nothing reached a viewer */
};

/* SF_ERR_INPUT for a cache that cannot be loaded. Free it in any case. */
SF_MUST_USE enum sf_err sf_dossier_make(struct sf_runner *runner,
                                        const struct sf_dossier_request *request,
                                        struct sf_dossier *dossier_out, struct sf_diag *diag);
void sf_dossier_fini(struct sf_dossier *dossier);

#endif
