#include "harness/replay/hypothesis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "sim_camera/config.h"
#include "sim_cloud/config.h"

enum { ROLLING_EVERY_MINUTES = 2 };

/* The three stages of a class of defect: what was there before, the defect, and the same code with
 * the one defence put back. */
#define STAGES(NAME)                                        \
    {                                                       \
        NULL, "builtin:" NAME, "builtin:" NAME "?defence=1" \
    }

static const struct sf_hypothesis hypotheses[] = {
    {
        .id = "H1",
        .defect = "D02 with D07",
        .mechanism = "on a time-out the last good still is shown, kept by integration and model; "
                     "incomplete uploads land in recycled buffers and count as good",
        .caches = {NULL, "builtin:boxing-day-update", "builtin:boxing-day-fix"},
    },
    {
        .id = "H2",
        .defect = "D22",
        .mechanism = "an upload times out, its buffer is given to another camera, then the late "
                     "data lands in it",
        .caches = STAGES("d22-late-write"),
    },
    {
        .id = "H3",
        .defect = "D05",
        .mechanism = "a reply is left on a pooled connection when the hub gives up, and the next "
                     "request on that connection gets it",
        .caches = STAGES("d05-pooled-connection"),
    },
    {
        .id = "H4",
        .defect = "D26",
        .mechanism =
            "only changed blocks are sent, and put into the picture in the slot, whichever it is",
        .caches = {NULL, "builtin:d26-any-reference?slots_max=999",
                   "builtin:d26-any-reference?slots_max=999&defence=1"},
        .delta_every = 3,
    },
    {
        .id = "H5",
        .defect = "D01",
        .mechanism = "the key lacks the tenant",
        .caches = STAGES("d01-tenantless"),
    },
    {
        .id = "H6",
        .defect = "D04",
        .mechanism = "concurrent misses are coalesced by too coarse a key",
        .caches = STAGES("d04-coalesced"),
    },
    {
        .id = "H7",
        .defect = "D09",
        .mechanism = "the handle of a slot does not say which of its stills it was given for",
        .caches = STAGES("d09-slot-handle"),
    },
    {
        .id = "H8",
        .defect = "D14",
        .mechanism = "the old and the new version disagree on what a record in the store they "
                     "share says of its owner",
        .caches = {"builtin:d14-version-skew?version=1", "builtin:d14-version-skew?version=2",
                   "builtin:d14-version-skew?version=2&defence=1"},
        .rolling_nodes_count = 4,
    },
};

#define HYPOTHESES_COUNT ((uint32_t)(sizeof hypotheses / sizeof hypotheses[0]))
_Static_assert(HYPOTHESES_COUNT <= SF_HYPOTHESES_MAX, "there is room for each in a replay");

const struct sf_hypothesis *sf_hypotheses(uint32_t *count_out)
{
    SF_ASSERT(count_out != NULL);
    *count_out = HYPOTHESES_COUNT;
    return hypotheses;
}

/* The runs of a hypothesis, each with hubs and apps side by side. The update going live is first,
 * since it takes longest. The cache before the update is the replay's: every mechanism came with
 * the update. */
static const struct {
    enum sf_replay_cache cache;
    enum sf_replay_network network;
} own_arms[SF_HYPOTHESIS_RUNS_COUNT - 1] = {
    {SF_REPLAY_UPDATE, SF_REPLAY_POOR},
    {SF_REPLAY_UPDATE, SF_REPLAY_GOOD},
    {SF_REPLAY_FIX, SF_REPLAY_POOR},
};

static uint32_t arm_of(uint32_t place, enum sf_path path)
{
    SF_ASSERT(place < SF_HYPOTHESIS_RUNS_COUNT);
    return place == 0 ? SF_REPLAY_LIVE
                      : sf_replay_arm(own_arms[place - 1].cache, own_arms[place - 1].network, path);
}

/* Where the run of an arm is among the hypothesis's own; SF_HYPOTHESIS_RUNS_COUNT: it has none. */
static uint32_t place_of(uint32_t arm)
{
    uint32_t place = 0;
    while (place < SF_HYPOTHESIS_RUNS_COUNT && arm_of(place, SF_PATH_HUB) != arm &&
           arm_of(place, SF_PATH_APP) != arm) {
        place++;
    }
    return place;
}

static uint32_t first_deploy(const struct sf_plan *plan)
{
    uint32_t deploy = 0;
    while (plan->timeline[deploy].action != SF_ACTION_DEPLOY) {
        deploy++;
        SF_ASSERT(deploy < plan->timeline_count); /* a plan without an update is refused */
    }
    return deploy;
}

/* Puts the deploy of the live plan, as the arm's own cache, before the heal; until then the cache
 * before it runs. */
static void begin_with_the_one_before(const struct sf_plan *live, struct sf_plan *plan)
{
    plan->timeline[1] = plan->timeline[0];
    plan->timeline[0] = live->timeline[first_deploy(live)];
    plan->timeline_count = 2;
    memcpy(plan->timeline[0].cache, plan->cache, sizeof plan->cache);
    memcpy(plan->cache, live->cache, sizeof plan->cache);
}

static void deploy_node_by_node(uint32_t nodes_count, struct sf_plan *plan)
{
    struct sf_cloud_config cloud;
    struct sf_plan_entry *deploy = &plan->timeline[first_deploy(plan)];
    memcpy(&cloud, plan->cloud.values, sizeof cloud);
    cloud.nodes = nodes_count;
    memcpy(plan->cloud.values, &cloud, sizeof cloud);
    deploy->node = SF_NODE_ALL;
    deploy->duration_ns = ROLLING_EVERY_MINUTES * SF_MINUTE;
}

static void send_deltas(uint32_t every, struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        struct sf_camera_config camera;
        struct sf_plan_section *section = &plan->groups[i].sections[SF_SECTION_CAMERA];
        memcpy(&camera, section->values, sizeof camera);
        camera.delta_every = every;
        memcpy(section->values, &camera, sizeof camera);
    }
}

static void make_plan(const struct sf_plan *live, const struct sf_hypothesis *hypothesis,
                      const char *const stages[SF_REPLAY_CACHES_COUNT], uint32_t place,
                      struct sf_plan *plan)
{
    sf_replay_arm_plan(live, stages, arm_of(place, SF_PATH_HUB), plan);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        plan->groups[i].sections[SF_SECTION_APP] = live->groups[i].sections[SF_SECTION_APP];
    }
    if (hypothesis->delta_every > 0) {
        send_deltas(hypothesis->delta_every, plan);
    }
    if (hypothesis->rolling_nodes_count == 0) {
        return;
    }
    if (place > 0) {
        begin_with_the_one_before(live, plan);
    }
    deploy_node_by_node(hypothesis->rolling_nodes_count, plan);
}

static size_t job_of(const struct sf_replay *replay, uint32_t seed, uint32_t row, uint32_t place)
{
    return ((size_t)seed * replay->hypothesis_rows_count + row) * SF_HYPOTHESIS_RUNS_COUNT + place;
}

const struct sf_run_result *sf_replay_see(const struct sf_replay_view *view, uint32_t seed,
                                          uint32_t arm)
{
    SF_ASSERT(view != NULL);
    SF_ASSERT(seed < view->replay->seeds_count);
    const struct sf_replay *replay = view->replay;
    uint32_t place = place_of(arm);
    if (view->row == SF_HYPOTHESIS_NO_ROW || place == SF_HYPOTHESIS_RUNS_COUNT) {
        return &sf_replay_get(replay, seed, arm)->result;
    }
    size_t job = job_of(replay, seed, view->row, place);
    return (const struct sf_run_result *)(const void *)(replay->hypothesis_jobs.results +
                                                        job * sizeof(struct sf_run_result));
}

/* ---- running ---- */

struct field {
    const struct sf_replay_options *options;
    const struct sf_replay *replay;
    const struct sf_hypothesis *rows[SF_HYPOTHESES_MAX]; /* that have to be run */
    struct sf_plan *plans;                               /* by row and place */
    struct sf_run_caches *caches;                        /* the same */
};

static void stages_of(const struct sf_replay_options *options,
                      const struct sf_hypothesis *hypothesis,
                      const char *stages_out[SF_REPLAY_CACHES_COUNT])
{
    for (int i = 0; i < SF_REPLAY_CACHES_COUNT; i++) {
        stages_out[i] = hypothesis->caches[i] != NULL ? hypothesis->caches[i] : options->caches[i];
    }
}

/* Is it what the replay has run anyway? */
static bool is_the_replay(const struct sf_replay_options *options,
                          const struct sf_hypothesis *hypothesis)
{
    const char *stages[SF_REPLAY_CACHES_COUNT];
    bool same = true;
    stages_of(options, hypothesis, stages);
    for (int i = 0; i < SF_REPLAY_CACHES_COUNT; i++) {
        same &= strcmp(stages[i], options->caches[i]) == 0;
    }
    return same;
}

static enum sf_err prepare_rows(struct field *field, struct sf_diag *diag)
{
    uint32_t count = field->replay->hypothesis_rows_count * SF_HYPOTHESIS_RUNS_COUNT;
    field->plans = sf_alloc(count, sizeof *field->plans);
    field->caches = sf_alloc(count, sizeof *field->caches);
    struct sf_plan *live = sf_alloc(1, sizeof *live);
    enum sf_err err = SF_OK;
    for (uint32_t i = 0; i < count && err == SF_OK; i++) {
        const char *stages[SF_REPLAY_CACHES_COUNT];
        const struct sf_hypothesis *hypothesis = field->rows[i / SF_HYPOTHESIS_RUNS_COUNT];
        stages_of(field->options, hypothesis, stages);
        *live = *field->options->plan;
        sf_replay_set_caches(live, stages);
        make_plan(live, hypothesis, stages, i % SF_HYPOTHESIS_RUNS_COUNT, &field->plans[i]);
        err = sf_run_load_caches(&field->plans[i], &field->caches[i], diag);
    }
    free(live);
    return err;
}

static void *prepare(void *context)
{
    (void)context;
    return sf_runner_create();
}

static void work(void *context, void *runner, uint32_t index, void *result_out)
{
    const struct field *field = context;
    uint32_t runs_count = field->replay->hypothesis_rows_count * SF_HYPOTHESIS_RUNS_COUNT;
    uint32_t run = index % runs_count;
    bool live = run % SF_HYPOTHESIS_RUNS_COUNT == 0;
    const struct sf_run_options options = {
        .seed = field->options->seed_first + index / runs_count,
        .seconds_max = field->options->run_seconds_max,
        .strays_max = live ? 0 : SF_HYPOTHESIS_STRAYS_MAX, /* the live run's end is a fact too */
    };
    sf_run(runner, &field->plans[run], &field->caches[run], &options, result_out);
}

static void progress(void *context, uint32_t done_count, uint32_t count)
{
    const struct sf_replay_options *options = ((const struct field *)context)->options;
    if (options->progress != NULL) {
        options->progress(options->progress_context, done_count, count);
    }
}

/* The results of a run that did not finish are not used. */
static bool all_done(const struct sf_replay *replay, uint32_t row)
{
    bool done = true;
    for (uint32_t seed = 0; seed < replay->seeds_count && row != SF_HYPOTHESIS_NO_ROW; seed++) {
        for (uint32_t place = 0; place < SF_HYPOTHESIS_RUNS_COUNT; place++) {
            size_t job = job_of(replay, seed, row, place);
            done &= replay->hypothesis_jobs.statuses[job].end == SF_JOB_DONE;
        }
    }
    return done;
}

static void conclude(struct sf_replay *replay)
{
    for (uint32_t i = 0; i < replay->hypotheses_count; i++) {
        struct sf_hypothesis_result *result = &replay->hypotheses[i];
        const struct sf_replay_view view = {replay, result->row};
        bool done = all_done(replay, result->row);
        sf_replay_judge_view(&view, result->facts);
        result->explains_all = done;
        for (uint32_t k = 0; k < SF_REPLAY_FACTS_COUNT; k++) {
            result->facts[k].judged &= done;
            result->facts[k].holds &= done;
            result->explains_all &= result->facts[k].holds;
        }
    }
}

enum sf_err sf_hypotheses_run(const struct sf_replay_options *options, struct sf_replay *replay,
                              struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(options->hypotheses != NULL || options->hypotheses_count == 0);
    struct field field = {.options = options, .replay = replay};
    const struct sf_hypothesis *list = options->hypotheses;
    replay->hypotheses_count = options->hypotheses_count;
    SF_ASSERT(replay->hypotheses_count <= SF_HYPOTHESES_MAX);
    for (uint32_t i = 0; i < replay->hypotheses_count; i++) {
        bool same = is_the_replay(options, &list[i]);
        uint32_t row = same ? SF_HYPOTHESIS_NO_ROW : replay->hypothesis_rows_count++;
        replay->hypotheses[i] = (struct sf_hypothesis_result){.hypothesis = &list[i], .row = row};
        if (!same) {
            field.rows[row] = &list[i];
        }
    }
    enum sf_err err = prepare_rows(&field, diag);
    const struct sf_jobs jobs = {
        .count = options->seeds_count * replay->hypothesis_rows_count * SF_HYPOTHESIS_RUNS_COUNT,
        .workers = options->workers,
        .result_bytes = sizeof(struct sf_run_result),
        .prepare = prepare,
        .work = work,
        .progress = progress,
        .context = &field,
    };
    if (err == SF_OK && jobs.count > 0) {
        err = sf_jobs_run(&jobs, &replay->hypothesis_jobs, diag);
    }
    if (err == SF_OK) {
        conclude(replay);
    }
    free(field.plans);
    free(field.caches);
    return err;
}
