#include "harness/run/run.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/interrupt.h"
#include "harness/frame/still.h"
#include "harness/run/pair.h"
#include "harness/run/saved_run.h"
#include "harness/world/world.h"
#include "harness/scenario/expect.h"
#include "harness/scenario/swarm.h"
#include "sim_camera/config.h"
#include "sim_camera/destinations.h"
#include "sim_camera/still_config.h"
#include "sim_cloud/caches/builtin.h"
#include "sim_cloud/config.h"
#include "sim_hub/config.h"

struct sf_runner {
    struct world *world;
    struct sf_trace trace;
    struct sf_arena judges; /* the checker's memory and the tally's */
    struct sf_checker checker;
    struct sf_tally_state *tally;
    struct sf_probes *probes;
    struct sf_influence_shown influence;
    struct sf_pair *pair;
    struct sf_plan drawn; /* of a plan with `swarm` */
    struct sf_run_caches drawn_caches;
};

const struct sf_plan_schema *sf_run_schema(void)
{
    static struct sf_plan_schema schema;
    schema = (struct sf_plan_schema){
        .tables =
            {
                [SF_SECTION_CAMERA] = &sf_camera_param_table,
                [SF_SECTION_HUB] = &sf_hub_param_table,
                [SF_SECTION_APP] = &sf_app_param_table,
                [SF_SECTION_EXPECT] = &sf_group_assertion_table,
                [SF_SECTION_CLOUD] = &sf_cloud_param_table,
                [SF_SECTION_STILL] = &sf_still_param_table,
                [SF_SECTION_DESTINATIONS] = &sf_destination_param_table,
            },
        .oracle_names = sf_oracle_names(),
    };
    return &schema;
}

enum sf_err sf_run_load_cache(const char *spec, struct sf_cache_module *module_out,
                              struct sf_diag *diag)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(module_out != NULL);
    return sf_cache_load(spec, sf_builtin_caches(), module_out, diag);
}

enum sf_err sf_run_load_cache_here(const char *spec, struct sf_cache_module *module_out,
                                   struct sf_diag *diag)
{
    SF_ASSERT(spec != NULL);
    SF_ASSERT(module_out != NULL);
    return sf_cache_load_here(spec, sf_builtin_caches(), module_out, diag);
}

enum sf_err sf_run_load_caches(const struct sf_plan *plan, struct sf_run_caches *caches_out,
                               struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(caches_out != NULL);
    SF_ASSERT(plan->timeline_count <= SF_TIMELINE_MAX);
    SF_TRY(sf_cache_load(plan->cache, sf_builtin_caches(), &caches_out->modules[0], diag));
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY) {
            SF_TRY(sf_cache_load(plan->timeline[i].cache, sf_builtin_caches(),
                                 &caches_out->modules[1 + i], diag));
        }
    }
    return SF_OK;
}

void sf_run_draw_ahead(const struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    struct sf_still_config still;
    memcpy(&still, plan->still.values, sizeof still);
    for (int scene = 0; scene < 2 * SF_SCENES_COUNT; scene++) {
        sf_still_draw_ahead(&(struct sf_still_spec){
            .width_px = (uint16_t)still.width,
            .height_px = (uint16_t)still.height,
            .quality = (uint8_t)still.quality,
            .scene = (enum sf_scene)(scene / 2),
            .night = scene % 2 != 0,
        });
    }
}

struct sf_runner *sf_runner_create(void)
{
    struct sf_runner *runner = sf_alloc(1, sizeof *runner);
    runner->world = sf_world_create();
    runner->pair = sf_pair_create();
    sf_arena_init(&runner->judges);
    return runner;
}

void sf_runner_destroy(struct sf_runner *runner)
{
    if (runner != NULL) {
        sf_world_destroy(runner->world);
        sf_pair_destroy(runner->pair);
        sf_arena_fini(&runner->judges);
        free(runner);
    }
}

const uint32_t *sf_runner_states(const struct sf_runner *runner)
{
    SF_ASSERT(runner != NULL);
    SF_ASSERT(runner->world != NULL);
    _Static_assert((int)SF_STATES_COUNT == (int)SF_WORLD_STATES_COUNT, "the same sets");
    return sf_world_states(runner->world);
}

static void read_checker(const struct sf_checker *checker, struct sf_run_result *result)
{
    result->oracles_count = checker->oracles_count;
    memcpy(result->oracles, checker->results, sizeof result->oracles);
    result->findings_count = checker->findings->count;
    bool seen[SF_ORACLES_MAX] = {false};
    for (uint32_t i = 0; i < checker->findings->kept_count; i++) {
        const struct sf_finding *finding = &checker->findings->kept[i];
        if (!seen[finding->oracle] || result->findings_kept < SF_RUN_FINDINGS_FIRST_MAX) {
            SF_ASSERT(result->findings_kept < SF_RUN_FINDINGS_MAX);
            result->findings[result->findings_kept++] = *finding;
        }
        seen[finding->oracle] = true;
    }
}

/* The plan that is run, and its caches. */
static void draw(struct sf_runner *runner, uint64_t seed, const struct sf_plan **plan,
                 const struct sf_run_caches **caches)
{
    uint32_t entries[SF_TIMELINE_MAX];
    if (!(*plan)->swarm) {
        return;
    }
    sf_plan_draw(sf_run_schema(), *plan, seed, &runner->drawn, entries);
    runner->drawn_caches.modules[0] = (*caches)->modules[0];
    for (uint32_t i = 0; i < runner->drawn.timeline_count; i++) {
        runner->drawn_caches.modules[1 + i] = (*caches)->modules[1 + entries[i]];
    }
    *plan = &runner->drawn;
    *caches = &runner->drawn_caches;
}

/* ---- who listens to a run, live or saved ---- */

static void hear_influence(void *shown, const struct sf_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sf_influence_see(shown, &records[i]);
    }
}

static void judges_begin(struct sf_runner *runner, uint32_t homes_count,
                         const struct sf_trace_listener *listeners, uint32_t listeners_count)
{
    struct sf_trace *trace = &runner->trace;
    sf_arena_reset(&runner->judges);
    sf_checker_init(&runner->checker, &runner->judges, homes_count);
    runner->tally = sf_tally_create(&runner->judges, homes_count);
    sf_trace_init(trace);
    sf_trace_listen(trace, (struct sf_trace_listener){sf_checker_hear, &runner->checker});
    sf_trace_listen(trace, (struct sf_trace_listener){sf_tally_hear, runner->tally});
    runner->influence = (struct sf_influence_shown){0};
    sf_trace_listen(trace, (struct sf_trace_listener){hear_influence, &runner->influence});
    runner->probes = sf_probes_create(&runner->judges, homes_count);
    sf_trace_listen(trace, (struct sf_trace_listener){sf_probes_hear, runner->probes});
    for (uint32_t i = 0; i < listeners_count; i++) {
        sf_trace_listen(trace, listeners[i]);
    }
}

/* `finished`: the run came to the plan's end. */
static void judges_end(struct sf_runner *runner, const struct sf_plan *plan, bool finished,
                       struct sf_run_result *result)
{
    memset(result, 0, sizeof *result);
    result->verdict = sf_checker_close(&runner->checker);
    result->out_of_budget = !finished;
    if (!finished && result->verdict == SF_VERDICT_PASS) {
        result->verdict = SF_VERDICT_INCONCLUSIVE;
    }
    result->trace_hash = runner->trace.hash;
    result->records_count = runner->trace.records_count;
    result->duration_ns = plan->duration_ns;
    result->homes_count = sf_plan_homes_count(plan);
    read_checker(&runner->checker, result);
    result->influence = runner->influence;
    sf_tally_read(runner->tally, &result->tally);
    sf_tally_group_read(runner->tally, 0, result->homes_count, &result->all);
    uint32_t home = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint32_t homes_count = plan->groups[i].homes_count;
        sf_tally_group_read(runner->tally, home, homes_count, &result->groups[i]);
        home += homes_count;
    }
    sf_probes_read(runner->probes, result->probes);
}

/* What is known of a run when it is over, beside its trace. */
struct ran {
    bool finished;
    uint64_t events_count;
    struct sf_cache_ended ended;
};

static struct sf_world_setup setup_of(struct sf_runner *runner, const struct sf_plan *plan,
                                      const struct sf_run_caches *caches,
                                      const struct sf_run_options *options)
{
    bool paired = plan->vary != SF_VARY_NOTHING;
    return (struct sf_world_setup){
        .plan = plan,
        .modules = caches->modules,
        .seed = options->seed,
        .trace = &runner->trace,
        .exhibits = options->exhibits,
        .variation = paired ? sf_pair_variation(runner->pair) : NULL,
        .observer = paired ? sf_pair_observer(runner->pair) : NULL,
    };
}

static void run_once(struct sf_runner *runner, const struct sf_plan *plan,
                     const struct sf_run_caches *caches, const struct sf_run_options *options,
                     struct ran *ran_out)
{
    struct world *world = runner->world;
    judges_begin(runner, sf_plan_homes_count(plan), options->listeners, options->listeners_count);
    if (plan->vary != SF_VARY_NOTHING) {
        sf_pair_begin(runner->pair, plan, options->seed);
    }
    const struct sf_world_setup setup = setup_of(runner, plan, caches, options);
    sf_world_build(world, &setup);
    ran_out->finished = sf_world_run(world, options->events_max, options->strays_max);
    sf_world_clear(world);
    ran_out->events_count = sf_world_events_count(world);
    ran_out->ended = *sf_world_cache_ended(world);
    const struct sf_text *log = sf_world_log(world);
    if (options->log != NULL && log->length > 0) {
        sf_text_add_bytes(options->log, log->data, log->length);
    }
}

/* The second run of a pair, unless the cache did not survive the first. */
static void run_second(struct sf_runner *runner, const struct sf_plan *plan,
                       const struct sf_run_caches *caches, const struct sf_run_options *options,
                       const struct ran *ran)
{
    if (plan->vary == SF_VARY_NOTHING || ran->ended.code != 0) {
        return;
    }
    const struct sf_world_setup setup = setup_of(runner, plan, caches, options);
    const struct sf_pair_runs runs = {
        .world = runner->world,
        .events_max = options->events_max,
        .seconds_max = options->seconds_max,
        .finished = ran->finished,
        .end_ns = sf_world_end_ns(runner->world),
    };
    sf_pair_compare(runner->pair, &runs, &setup, &runner->trace);
}

void sf_run(struct sf_runner *runner, const struct sf_plan *plan,
            const struct sf_run_caches *caches, const struct sf_run_options *options,
            struct sf_run_result *result_out)
{
    SF_ASSERT(runner != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(caches != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(result_out != NULL);
    SF_ASSERT(options->listeners != NULL || options->listeners_count == 0);
    /* Only the result receives the records: then the run can be begun again. */
    bool repeatable =
        options->listeners_count == 0 && options->exhibits == NULL && options->log == NULL;
    struct ran ran;
    draw(runner, options->seed, &plan, &caches);
    do {
        sf_box_run_begins(options->seconds_max, repeatable);
        run_once(runner, plan, caches, options, &ran);
    } while (sf_box_run_mispredicted() && !sf_interrupted());
    run_second(runner, plan, caches, options, &ran);
    sf_box_run_ends();
    sf_trace_end(&runner->trace);
    judges_end(runner, plan, ran.finished, result_out);
    result_out->seed = options->seed;
    result_out->events_count = ran.events_count;
    result_out->ended = ran.ended;
    result_out->memory_bytes = sf_box_run_peak_bytes();
    if (sf_interrupted() && result_out->out_of_budget) {
        result_out->verdict = SF_VERDICT_INCONCLUSIVE;
    }
}

/* Records that caches cause while they are destroyed follow it. */
static void hear_end(void *over, const struct sf_record *records, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        *(bool *)over |= records[i].kind == SF_RECORD_END;
    }
}

enum sf_err sf_run_judge(struct sf_runner *runner, struct sf_saved *saved,
                         const struct sf_plan *plan, const struct sf_trace_listener *listeners,
                         uint32_t listeners_count, struct sf_run_result *result_out,
                         struct sf_diag *diag)
{
    SF_ASSERT(runner != NULL);
    SF_ASSERT(saved != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(result_out != NULL);
    SF_ASSERT(listeners != NULL || listeners_count == 0);
    struct sf_trace *trace = &runner->trace;
    uint32_t homes_count = sf_plan_homes_count(plan);
    bool finished = false;
    judges_begin(runner, homes_count, listeners, listeners_count);
    sf_trace_listen(trace, (struct sf_trace_listener){hear_end, &finished});
    SF_TRY(sf_saved_play(saved, homes_count, trace, diag));
    judges_end(runner, plan, finished, result_out);
    result_out->seed = plan->seed;
    result_out->events_count = saved->end.events_count;
    return SF_OK;
}

void sf_run_judge_records(struct sf_runner *runner, const struct sf_plan *plan,
                          const struct sf_record *records, uint32_t count,
                          const struct sf_trace_listener *listeners, uint32_t listeners_count,
                          struct sf_run_result *result_out)
{
    SF_ASSERT(runner != NULL);
    SF_ASSERT(plan != NULL);
    SF_ASSERT(records != NULL || count == 0);
    SF_ASSERT(listeners != NULL || listeners_count == 0);
    SF_ASSERT(result_out != NULL);
    bool finished = false;
    judges_begin(runner, sf_plan_homes_count(plan), listeners, listeners_count);
    sf_trace_listen(&runner->trace, (struct sf_trace_listener){hear_end, &finished});
    for (uint32_t i = 0; i < count; i++) {
        sf_trace_add(&runner->trace, records[i]);
    }
    sf_trace_end(&runner->trace);
    judges_end(runner, plan, finished, result_out);
    result_out->seed = plan->seed;
    result_out->events_count = count;
}
