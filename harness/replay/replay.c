#include "harness/replay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/replay/hypothesis.h"
#include "sim_hub/config.h"

static const char *const arm_names[SF_REPLAY_ARMS_COUNT] = {
    "before, good network, app", "before, good network, hub", "before, poor network, app",
    "before, poor network, hub", "update, good network, app", "update, good network, hub",
    "update, poor network, app", "update, poor network, hub", "fix, good network, app",
    "fix, good network, hub",    "fix, poor network, app",    "fix, poor network, hub",
    "the update goes live",
};

const char *sf_replay_arm_name(uint32_t arm)
{
    SF_ASSERT(arm < SF_REPLAY_ARMS_COUNT);
    return arm_names[arm];
}

static const struct sf_plan_entry *entry_of(const struct sf_plan *plan, enum sf_plan_action action)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == action) {
            return &plan->timeline[i];
        }
    }
    return NULL;
}

void sf_replay_set_caches(struct sf_plan *plan, const char *const caches[SF_REPLAY_CACHES_COUNT])
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(caches != NULL);
    snprintf(plan->cache, sizeof plan->cache, "%s", caches[SF_REPLAY_BEFORE]);
    int next = SF_REPLAY_UPDATE;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY) {
            snprintf(plan->timeline[i].cache, sizeof plan->timeline[i].cache, "%s", caches[next]);
            next = SF_REPLAY_FIX;
        }
    }
}

/* An arm has one cache from beginning to end, one path, and nothing on its time line but the heal.
 */
void sf_replay_arm_plan(const struct sf_plan *live,
                        const char *const caches[SF_REPLAY_CACHES_COUNT], uint32_t arm,
                        struct sf_plan *plan)
{
    SF_ASSERT(live != NULL);
    SF_ASSERT(caches != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(arm < SF_REPLAY_ARMS_COUNT);
    *plan = *live;
    if (arm == SF_REPLAY_LIVE) {
        return;
    }
    uint32_t path = arm % SF_PATHS_COUNT;
    uint32_t network = arm / SF_PATHS_COUNT % SF_REPLAY_NETWORKS_COUNT;
    uint32_t cache = arm / SF_PATHS_COUNT / SF_REPLAY_NETWORKS_COUNT;
    const struct sf_plan_entry heal = *entry_of(live, SF_ACTION_HEAL);
    memset(plan->timeline, 0, sizeof plan->timeline);
    plan->timeline[0] = heal;
    plan->timeline_count = 1;
    snprintf(plan->cache, sizeof plan->cache, "%s", caches[cache]);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        struct sf_plan_group *group = &plan->groups[i];
        if (network == SF_REPLAY_GOOD) {
            group->network_index = heal.network_index;
        }
        struct sf_viewer_config viewer;
        enum sf_plan_section_kind absent = path == SF_PATH_HUB ? SF_SECTION_APP : SF_SECTION_HUB;
        memcpy(&viewer, group->sections[absent].values, sizeof viewer);
        viewer.present = 0;
        memcpy(group->sections[absent].values, &viewer, sizeof viewer);
    }
}

/* What all workers need, made before they are. */
struct arms {
    const struct sf_replay_options *options;
    struct sf_plan plans[SF_REPLAY_ARMS_COUNT];
    struct sf_run_caches caches[SF_REPLAY_ARMS_COUNT];
};

static void *prepare(void *context)
{
    (void)context;
    return sf_runner_create();
}

static bool keeps_exhibits(uint32_t arm)
{
    return arm == SF_REPLAY_LIVE ||
           arm == sf_replay_arm(SF_REPLAY_UPDATE, SF_REPLAY_POOR, SF_PATH_HUB);
}

/* Repeats the run, now that the exhibits are known, and listens. A cache that does not repeat has
 * no stories. */
static void tell_stories(struct sf_runner *runner, const struct sf_plan *plan,
                         const struct sf_run_caches *caches, double seconds_max,
                         struct sf_replay_run *run)
{
    struct sf_listeners *listeners = sf_stories_listen(&run->exhibits);
    const struct sf_trace_listener listener = {sf_stories_hear, listeners};
    const struct sf_run_options options = {
        .seed = run->result.seed,
        .seconds_max = seconds_max,
        .listeners_count = 1,
        .listeners = {listener},
    };
    struct sf_run_result *again = sf_alloc(1, sizeof *again);
    sf_run(runner, plan, caches, &options, again);
    if (again->trace_hash == run->result.trace_hash) {
        sf_stories_tell(listeners, plan, &run->stories);
    }
    sf_stories_close(listeners);
    free(again);
}

/* The live arm first: it takes longest. */
static void work(void *context, void *runner, uint32_t index, void *result_out)
{
    const struct arms *arms = context;
    struct sf_replay_run *run = result_out;
    uint32_t arm = index % SF_REPLAY_ARMS_COUNT;
    uint32_t seed_index = index / SF_REPLAY_ARMS_COUNT;
    const struct sf_run_options options = {
        .seed = arms->options->seed_first + seed_index,
        .seconds_max = arms->options->run_seconds_max,
        .exhibits = arms->options->stories && seed_index == 0 && keeps_exhibits(arm)
                        ? &run->exhibits
                        : NULL,
    };
    run->exhibits.max = SF_EXHIBITS_MAX;
    sf_run(runner, &arms->plans[arm], &arms->caches[arm], &options, &run->result);
    if (run->exhibits.count > 0) {
        tell_stories(runner, &arms->plans[arm], &arms->caches[arm], arms->options->run_seconds_max,
                     run);
    }
}

static bool has_hung(const void *result)
{
    return ((const struct sf_replay_run *)result)->result.ended.code == SF_CACHE_E_HUNG;
}

/* How the runs came to their ends. */
static void count_ends(struct sf_replay *replay, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct sf_cache_ended *ended =
            &sf_replay_get(replay, i / SF_REPLAY_ARMS_COUNT, i % SF_REPLAY_ARMS_COUNT)
                 ->result.ended;
        replay->crashed_count += replay->jobs.statuses[i].end != SF_JOB_DONE;
        replay->ended = replay->ended_count == 0 ? *ended : replay->ended;
        replay->ended_count += ended->code != 0;
    }
}

static void progress(void *context, uint32_t done_count, uint32_t count)
{
    const struct sf_replay_options *options = ((const struct arms *)context)->options;
    if (options->progress != NULL) {
        options->progress(options->progress_context, done_count, count);
    }
}

static enum sf_err check_plan(const struct sf_plan *plan, struct sf_diag *diag)
{
    if (entry_of(plan, SF_ACTION_HEAL) == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the scenario '%s' cannot be replayed in arms: its timeline has no 'heal', "
                       "so that nothing "
                       "says which network is the good one",
                       plan->name);
    }
    if (entry_of(plan, SF_ACTION_DEPLOY) == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the scenario '%s' cannot be replayed in arms: its timeline has no "
                       "'deploy', so that there "
                       "is no update",
                       plan->name);
    }
    return SF_OK;
}

enum sf_err sf_replay_run(const struct sf_replay_options *options, struct sf_replay *replay,
                          struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(options->seeds_count > 0);
    *replay = (struct sf_replay){
        .seeds_count = options->seeds_count,
        .seed_first = options->seed_first,
        .homes_count = sf_plan_homes_count(options->plan),
        .duration_ns = options->plan->duration_ns,
    };
    SF_TRY(check_plan(options->plan, diag));
    struct arms *arms = sf_alloc(1, sizeof *arms);
    arms->options = options;
    enum sf_err err = SF_OK;
    for (uint32_t arm = 0; arm < SF_REPLAY_ARMS_COUNT && err == SF_OK; arm++) {
        sf_replay_arm_plan(options->plan, options->caches, arm, &arms->plans[arm]);
        err = sf_run_load_caches(&arms->plans[arm], &arms->caches[arm], diag);
    }
    if (err != SF_OK) {
        goto out;
    }
    const struct sf_jobs jobs = {
        .count = options->seeds_count * SF_REPLAY_ARMS_COUNT,
        .workers = options->workers,
        .result_bytes = sizeof(struct sf_replay_run),
        .prepare = prepare,
        .work = work,
        .has_hung = has_hung,
        .hangs_max = 1, /* the other arms have the same caches */
        .progress = progress,
        .context = arms,
    };
    sf_run_draw_ahead(options->plan);
    err = sf_jobs_run(&jobs, &replay->jobs, diag);
    if (err != SF_OK) {
        goto out;
    }
    count_ends(replay, jobs.count);
    const struct sf_replay_view own = {replay, SF_HYPOTHESIS_NO_ROW};
    sf_replay_judge_view(&own, replay->facts);
    if (replay->ended_count > 0) { /* what the arms show is that; more runs would show no more */
        goto out;
    }
    err = sf_hypotheses_run(options, replay, diag);
    if (err == SF_OK && options->sweep) {
        uint32_t leaky = sf_replay_arm(SF_REPLAY_UPDATE, SF_REPLAY_POOR, SF_PATH_HUB);
        err = sf_sweep_run(&arms->plans[leaky], options->seed_first, options->workers,
                           options->run_seconds_max, &replay->sweep, diag);
    }
out:
    free(arms);
    return err;
}

void sf_replay_free(struct sf_replay *replay)
{
    SF_ASSERT(replay != NULL);
    sf_jobs_free(&replay->jobs);
    sf_jobs_free(&replay->hypothesis_jobs);
}

const struct sf_replay_run *sf_replay_get(const struct sf_replay *replay, uint32_t seed_index,
                                          uint32_t arm)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(seed_index < replay->seeds_count);
    SF_ASSERT(arm < SF_REPLAY_ARMS_COUNT);
    size_t index = (size_t)seed_index * SF_REPLAY_ARMS_COUNT + arm;
    return (const struct sf_replay_run *)(const void *)(replay->jobs.results +
                                                        index * sizeof(struct sf_replay_run));
}
