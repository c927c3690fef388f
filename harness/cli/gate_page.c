/* strayframe gate --report: the page for an approver. The run of each kind of finding is made once
 * more for its story and its pictures. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/interrupt.h"
#include "harness/cli/gate.h"
#include "harness/gate/rollout.h"
#include "harness/report/gate_page.h"

/* Further kinds have their commands only. None is begun after SECONDS_MAX. */
enum { DOSSIERS_MAX = 24, SECONDS_MAX = 60 };

struct dossiers {
    uint32_t count;
    struct sf_dossier items[DOSSIERS_MAX];
};

/* As the command that explains it would run it. */
static void plan_of(const struct cli_gate_told *told, const struct sf_gate_find *find,
                    struct sf_plan *plan)
{
    const struct sf_plan *scenario = &told->plans[find->plan];
    const struct sf_gate_names *names = told->names;
    if (names->baseline != NULL) {
        sf_rollout_plan(scenario, find->arm, names->baseline, names->candidate, plan);
    } else {
        sf_gate_plan(scenario, NULL, names->candidate, plan);
    }
    enum sf_plan_vary vary = sf_gate_vary(find->seed);
    if (sf_oracles()[find->finding.oracle] == &sf_oracle_no_influence && vary != SF_VARY_NOTHING &&
        plan->vary == SF_VARY_NOTHING) {
        plan->vary = vary;
    }
}

static enum sf_err make_dossiers(const struct cli_gate_told *told, struct dossiers *dossiers,
                                 struct sf_diag *diag)
{
    enum sf_err err = SF_OK;
    const struct sf_gate *gate = told->gate;
    const time_t begun = time(NULL);
    struct sf_runner *runner = sf_runner_create();
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    for (uint32_t i = 0; i < gate->finds_count && i < DOSSIERS_MAX && err == SF_OK &&
                         time(NULL) - begun < SECONDS_MAX;
         i++) {
        const struct sf_gate_find *find = &gate->finds[i];
        struct sf_dossier *dossier = &dossiers->items[i];
        if (find->kind == SF_GATE_FINDING) {
            plan_of(told, find, plan);
            const struct sf_dossier_request request = {.plan = plan,
                                                       .finding = &find->finding,
                                                       .seed = find->seed,
                                                       .strays_max = SF_GATE_STRAYS_MAX,
                                                       .seconds_max = told->run_seconds_max};
            err = sf_dossier_make(runner, &request, dossier, diag);
        }
        if (sf_interrupted()) { /* in the middle of a run */
            sf_dossier_fini(dossier);
            break;
        }
        dossiers->count = i + 1;
    }
    free(plan);
    sf_runner_destroy(runner);
    return err;
}

static void free_dossiers(struct dossiers *dossiers)
{
    for (uint32_t i = 0; i < DOSSIERS_MAX; i++) { /* one that failed is not counted */
        sf_dossier_fini(&dossiers->items[i]);
    }
    free(dossiers);
}

/* Why the findings have neither pictures nor stories; NULL: they may have. */
static const char *without(const struct cli_gate_told *told)
{
    return sf_interrupted() ? "the gate was interrupted" : told->without_plans;
}

enum sf_err cli_gate_page(const struct cli_args *args, const struct cli_gate_told *told,
                          struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(told != NULL);
    const char *path = cli_has_option(args, "report") ? cli_value(args, "report") : NULL;
    if (path == NULL) {
        return SF_OK;
    }
    char now[CLI_TIME_BYTES];
    cli_time_text((int64_t)time(NULL), now);
    struct dossiers *dossiers = sf_alloc(1, sizeof *dossiers);
    enum sf_err err = SF_OK;
    if (told->plans != NULL && without(told) == NULL) {
        err = make_dossiers(told, dossiers, diag);
    }
    if (err == SF_OK) {
        struct sf_text html = {0};
        const struct sf_gate_page page = {
            .gate = told->gate,
            .names = told->names,
            .what = told->what,
            .dossiers = dossiers->items,
            .dossiers_count = dossiers->count,
            .without_dossiers = without(told),
            .machines = told->machines,
            .command = told->command,
            .started = told->started,
            .ended = told->ended[0] != '\0' ? told->ended : now,
        };
        sf_report_gate_html(&page, &html);
        err = cli_write_file(path, &html, diag);
        sf_text_free(&html);
    }
    free_dossiers(dossiers);
    return err;
}
