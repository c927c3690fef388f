/* What a stored campaign ran, loaded once more: for reports that repeat a run of it. It has to be
 * the same, to the hash. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/hash.h"
#include "harness/cli/gate.h"
#include "harness/run/run.h"

/* strayframe itself may be another build of this version: a run that is then another one is seen to
 * be. */
static bool files_are_same(const struct sf_campaign *what)
{
    for (uint32_t i = 0; i < what->files_count; i++) {
        char sha256[SF_SHA256_TEXT_BYTES];
        if (strcmp(what->files[i].role, "strayframe") != 0 &&
            (sf_sha256_file(what->files[i].path, sha256, NULL) != SF_OK ||
             strcmp(sha256, what->files[i].sha256) != 0)) {
            return false;
        }
    }
    return true;
}

static bool load_same(const struct sf_campaign *what, uint32_t index, struct sf_plan *plan)
{
    const struct sf_campaign_scenario *scenario = &what->scenarios[index];
    struct sf_text text = {0};
    struct sf_diag diag = {0};
    if (sf_scenario_load(scenario->file, sf_run_schema(), what->sets, what->sets_count, plan,
                         &diag) != SF_OK) {
        return false;
    }
    sf_scenario_print(plan, sf_run_schema(), &text);
    bool same = sf_hash(text.data, text.length) == scenario->hash;
    sf_text_free(&text);
    return same;
}

const char *cli_plans_again(const struct sf_campaign *what, struct sf_plan **plans_out)
{
    SF_ASSERT(what != NULL);
    SF_ASSERT(plans_out != NULL);
    *plans_out = NULL;
    if (!files_are_same(what)) {
        return "the files of the caches are not here, or have changed since";
    }
    struct sf_plan *plans = sf_alloc(what->scenarios_count, sizeof *plans);
    for (uint32_t i = 0; i < what->scenarios_count; i++) {
        if (!load_same(what, i, &plans[i])) {
            free(plans);
            return "the scenarios are not here, or have changed since";
        }
    }
    *plans_out = plans;
    return NULL;
}
