#include "harness/dossier/dossier.h"

#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/scenario/swarm.h"

/* Too large for the stack. */
struct scratch {
    struct sf_run_caches caches;
    struct sf_run_result result;
    struct sf_plan drawn;
};

static bool is_same(const struct sf_finding *a, const struct sf_finding *b)
{
    return a->at_ns == b->at_ns && a->oracle == b->oracle && a->amount == b->amount &&
           a->capture == b->capture && a->request == b->request &&
           sf_viewer_same(a->viewer, b->viewer) && sf_tenant_same(a->owner_tenant, b->owner_tenant);
}

static bool came_again(const struct sf_run_result *result, const struct sf_finding *finding)
{
    for (uint32_t i = 0; i < result->findings_kept; i++) {
        if (is_same(&result->findings[i], finding)) {
            return true;
        }
    }
    return false;
}

/* The delivery that the finding is about, and the capture that it names; one about an influence
 * names none. */
static struct sf_exhibit_wish wish_of(const struct sf_finding *finding)
{
    bool of_pair = sf_oracles()[finding->oracle] == &sf_oracle_no_influence;
    return (struct sf_exhibit_wish){
        .is_set = true,
        .viewer = finding->viewer,
        .request = finding->request,
        .at_ns = finding->at_ns,
        .has_origin = !of_pair && !sf_tenant_is_none(finding->owner_tenant),
        .origin = {.tenant = finding->owner_tenant,
                   .camera = finding->owner_camera,
                   .capture = finding->capture},
    };
}

static const struct sf_plan *plan_as_drawn(const struct sf_dossier_request *request,
                                           struct scratch *scratch)
{
    uint32_t entries[SF_TIMELINE_MAX];
    if (!request->plan->swarm) {
        return request->plan;
    }
    sf_plan_draw(sf_run_schema(), request->plan, request->seed, &scratch->drawn, entries);
    return &scratch->drawn;
}

static enum sf_err repeat(struct sf_runner *runner, const struct sf_dossier_request *request,
                          struct scratch *scratch, struct sf_dossier *dossier, struct sf_diag *diag)
{
    SF_TRY(sf_run_load_caches(request->plan, &scratch->caches, diag));
    struct sf_gather gather;
    sf_gather_init(&gather, request->finding);
    const struct sf_run_options options = {
        .seed = request->seed,
        .strays_max = request->strays_max,
        .seconds_max = request->seconds_max,
        .listeners_count = 1,
        .listeners[0] = {sf_gather_records, &gather},
        .exhibits = sf_viewer_is_none(request->finding->viewer) ? NULL : dossier->exhibits,
    };
    sf_run(runner, request->plan, &scratch->caches, &options, &scratch->result);
    dossier->repeated = came_again(&scratch->result, request->finding);
    if (dossier->repeated) {
        sf_story_tell(&gather, plan_as_drawn(request, scratch), &dossier->story);
    } else {
        dossier->exhibits->count = 0;
    }
    sf_gather_fini(&gather);
    return SF_OK;
}

enum sf_err sf_dossier_make(struct sf_runner *runner, const struct sf_dossier_request *request,
                            struct sf_dossier *dossier, struct sf_diag *diag)
{
    SF_ASSERT(runner != NULL);
    SF_ASSERT(request != NULL);
    SF_ASSERT(request->finding != NULL);
    SF_ASSERT(dossier != NULL);
    *dossier = (struct sf_dossier){.exhibits = sf_alloc(1, sizeof *dossier->exhibits)};
    dossier->exhibits->max = 1;
    dossier->exhibits->wish = wish_of(request->finding);
    struct scratch *scratch = sf_alloc(1, sizeof *scratch);
    enum sf_err err = repeat(runner, request, scratch, dossier, diag);
    free(scratch);
    return err;
}

void sf_dossier_fini(struct sf_dossier *dossier)
{
    SF_ASSERT(dossier != NULL);
    sf_story_fini(&dossier->story);
    free(dossier->exhibits);
    *dossier = (struct sf_dossier){0};
}
