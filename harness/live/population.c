/* Plays an arm of a live scenario. */
#include "harness/live/population.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/live/outcome.h"
#include "harness/live/recorder.h"
#include "harness/sim/rng.h"
#include "sim_hub/viewer.h"

struct population;

struct home {
    struct population *population;
    uint32_t number; /* and tenant */
    uint32_t place;
    struct sf_viewer viewer;
    struct sf_rng rng;
    struct sf_timer timer;
    bool started;
};

/* A request under way. */
struct request {
    struct home *home;
    uint32_t number;
};

struct population {
    const struct sf_script *script;
    struct sf_stage *stage;
    struct sf_population_report *report;
    struct home *homes;
    struct sf_recorder *recorder;
    uint64_t open_count;
    bool over; /* no new asks */
    bool idle;
};

static void step(struct home *home, struct sf_viewer_input input);

/* ---- answers ---- */

static void answered(void *context, const struct sf_answer *answer)
{
    struct request *request = context;
    struct home *home = request->home;
    struct population *population = home->population;
    population->report->answers_count++;
    sf_recorder_answered(population->recorder, home->number, home->place,
                         sf_recorder_request(home->number, request->number), answer, sf_loop_now());
    struct sf_viewer_input input = {.kind = SF_VIEWER_ANSWER,
                                    .now_ns = sf_loop_now(),
                                    .request = request->number,
                                    .picture = answer->count > 0};
    free(request);
    population->open_count--;
    population->idle = population->over && population->open_count == 0;
    step(home, input);
}

/* ---- the viewer's effects ---- */

static void ask(struct home *home)
{
    struct population *population = home->population;
    struct request *request = sf_alloc(1, sizeof *request);
    *request = (struct request){home, home->viewer.requests_count};
    struct sf_request wire;
    sf_stage_request(population->stage, &population->script->identity, home->number, home->place,
                     &wire);
    struct sf_ask asked = {
        .home = home->number,
        .path = wire.path,
        .headers = {wire.header[0] != '\0' ? wire.header : NULL},
        .patience_ns = population->script->viewer.time_out_ns,
        .done = answered,
        .context = request,
    };
    population->report->asks_count++;
    sf_recorder_asked(population->recorder, home->number,
                      sf_recorder_request(home->number, request->number), sf_loop_now());
    population->open_count++;
    sf_viewers_ask(population->stage->viewers, &population->stage->target, &asked);
}

/* The transfer of a request that is given up ends at the same time by its own patience, and what
 * has come of it is judged then. */
static void step(struct home *home, struct sf_viewer_input input)
{
    struct sf_viewer_effects effects;
    sf_viewer_step(&home->viewer, &input, &home->rng, &effects);
    if (home->population->over) {
        return;
    }
    if (effects.ask) {
        ask(home);
    }
    if (effects.tick_at_ns != SF_NS_NEVER) {
        sf_loop_set(home->population->stage->loop, &home->timer, effects.tick_at_ns);
    }
}

static void tick(void *context)
{
    struct home *home = context;
    struct sf_viewer_input input = {.kind = home->started ? SF_VIEWER_TICK : SF_VIEWER_WAKE,
                                    .now_ns = sf_loop_now()};
    home->started = true;
    step(home, input);
}

/* ---- the arm ---- */

static void settle(struct population *population)
{
    const struct sf_script *script = population->script;
    struct sf_stage *stage = population->stage;
    population->homes = sf_alloc(script->homes_count, sizeof *population->homes);
    for (uint32_t i = 0; i < script->homes_count; i++) {
        struct home *home = &population->homes[i];
        struct sf_rng leave_rng;
        home->population = population;
        home->number = i;
        home->place = i / script->shared_by;
        home->timer = (struct sf_timer){.fire = tick, .context = home};
        sf_rng_init(&home->rng, stage->credentials.secret, "hub", i);
        sf_rng_init(&leave_rng, stage->credentials.secret, "leave", i);
        sf_viewer_init(&home->viewer, &script->viewer, &leave_rng);
        sf_origin_set_place(stage->origin, home->place, &script->says, 0);
    }
    stage->next_place = script->homes_count / script->shared_by + 1;
}

/* Homes that share a URL ask one gap after the other; the URLs are spread over a gap. */
static void start_homes(struct population *population)
{
    const struct sf_script *script = population->script;
    uint32_t places = (script->homes_count + script->shared_by - 1) / script->shared_by;
    for (uint32_t i = 0; i < script->homes_count; i++) {
        struct home *home = &population->homes[i];
        sf_ns spread = script->gap_ns * home->place / places;
        sf_ns turn = script->gap_ns * (i % script->shared_by);
        sf_loop_set(population->stage->loop, &home->timer,
                    population->recorder->began_ns + spread + turn);
    }
}

static void injure(struct population *population, struct sf_injury injury)
{
    for (uint32_t i = 0; i < population->stage->next_place; i++) {
        sf_origin_injure(population->stage->origin, i, injury);
    }
    sf_origin_injure_rest(population->stage->origin, injury);
    if (injury.kind == SF_INJURY_OK) {
        sf_origin_release(population->stage->origin);
    }
}

static enum sf_err config_for(const struct population *population, const char *name,
                              const char *folder, char *path, size_t bytes, struct sf_diag *diag)
{
    const char *server = population->stage->driver->name;
    const char *config = sf_script_config_path(population->script, server, name);
    if (config == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "%s has no configuration '%s' for %s",
                       population->script->name, name, server);
    }
    snprintf(path, bytes, "%s%s%s", config[0] == '/' ? "" : folder, config[0] == '/' ? "" : "/",
             config);
    return SF_OK;
}

static enum sf_err happen(struct population *population, const struct sf_script_entry *entry,
                          const char *folder, struct sf_diag *diag)
{
    char path[1024];
    switch (entry->action) {
    case SF_SCRIPT_ORIGIN:
        injure(population, entry->injury);
        return SF_OK;
    case SF_SCRIPT_RELOAD:
        if (entry->config == NULL) {
            return sf_stage_phase(population->stage, SF_PHASE_RELOAD, NULL, diag);
        }
        SF_TRY(config_for(population, entry->config, folder, path, sizeof path, diag));
        return sf_stage_phase(population->stage, SF_PHASE_RELOAD, path, diag);
    case SF_SCRIPT_RESTART:
        return sf_stage_phase(population->stage, SF_PHASE_RESTART, NULL, diag);
    case SF_SCRIPT_KILL:
        return sf_keeper_restart(&population->stage->keeper, true, diag);
    case SF_SCRIPT_PURGE:
        return sf_stage_phase(population->stage, SF_PHASE_PURGE, NULL, diag);
    }
    SF_UNREACHABLE();
}

static void note_outcome(void *context, const struct sf_ask_outcome *outcome)
{
    struct sf_population_report *report = context;
    report->outcomes[outcome->outcome]++;
    if (outcome->outcome == SF_OUTCOME_OTHER && report->outcomes[SF_OUTCOME_OTHER] == 1) {
        report->first = (struct sf_population_stray){
            outcome->at_ns, sf_home_of_viewer(outcome->viewer).index, outcome->owner.index};
    }
}

static void note_stray_credential(void *context, uint64_t request, struct sf_tenant_id owner)
{
    struct sf_population_report *report = context;
    (void)request;
    (void)owner;
    report->credentials_count++;
}

static void read_outcomes(struct population *population)
{
    struct sf_outcome_reader reader = {.ended = note_outcome,
                                       .stray_credential = note_stray_credential,
                                       .context = population->report};
    sf_outcomes_hear(&reader, population->recorder->records, population->recorder->count);
}

static void note_made(void *context, const struct sf_still_made *made)
{
    const struct population *population = context;
    if (made->tenant < population->script->homes_count &&
        population->homes[made->tenant].place == made->place) {
        sf_recorder_made(population->recorder, made, sf_loop_now());
    }
}

static sf_ns cpu_now(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return used.tv_sec * SF_SECOND + used.tv_nsec;
}

static enum sf_err perform(struct population *population, const struct sf_script_arm *arm,
                           const char *folder, struct sf_diag *diag)
{
    struct sf_loop *loop = population->stage->loop;
    bool never = false;
    sf_ns cpu_ns = cpu_now();
    sf_recorder_begin(population->recorder, population->script->homes_count, sf_loop_now());
    sf_stills_listen(population->stage->stills, note_made, population);
    start_homes(population);
    for (uint32_t i = 0; i < arm->entries_count; i++) {
        sf_loop_run(loop, &never, population->recorder->began_ns + arm->entries[i].at_ns);
        SF_TRY(happen(population, &arm->entries[i], folder, diag));
    }
    sf_loop_run(loop, &never, population->recorder->began_ns + population->script->duration_ns);
    population->over = true;
    population->idle = population->open_count == 0;
    bool ended = sf_loop_run(loop, &population->idle, SF_NS_NEVER);
    SF_ASSERT(ended); /* every ask ends, by the viewer's patience at the latest */
    population->report->took_ns = sf_loop_now() - population->recorder->began_ns;
    population->report->cpu_ns = cpu_now() - cpu_ns;
    sf_recorder_end(population->recorder, sf_loop_now());
    read_outcomes(population);
    return SF_OK;
}

static enum sf_err play_on(struct population *population, const struct sf_script_arm *arm,
                           const struct sf_driver *driver, const char *folder, struct sf_text *logs,
                           struct sf_diag *diag)
{
    struct sf_stage *stage = population->stage;
    char path[1024];
    stage->driver = driver;
    SF_TRY(config_for(population, arm->config, folder, path, sizeof path, diag));
    SF_TRY(sf_stage_start(stage, driver, path, logs, diag));
    settle(population);
    enum sf_err err = perform(population, arm, folder, diag);
    if (err != SF_OK) {
        sf_keeper_logs(&stage->keeper, driver->logs, logs);
    }
    return err;
}

enum sf_err sf_population_play(const struct sf_script *script, const struct sf_script_arm *arm,
                               const struct sf_driver *driver, const char *folder,
                               const struct sf_stage_options *options,
                               struct sf_population_report *report, struct sf_text *logs,
                               struct sf_diag *diag)
{
    SF_ASSERT(script != NULL);
    SF_ASSERT(arm != NULL);
    SF_ASSERT(driver != NULL);
    SF_ASSERT(folder != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(report != NULL);
    SF_ASSERT(logs != NULL);
    struct sf_stage stage;
    struct sf_stage_options of_script = *options;
    of_script.path = script->path != NULL ? script->path : options->path;
    of_script.host = script->host != NULL ? script->host : options->host;
    *report = (struct sf_population_report){0};
    struct sf_recorder recorder = {0};
    struct population population = {
        .script = script, .stage = &stage, .report = report, .recorder = &recorder};
    enum sf_err err = sf_stage_open(&of_script, &stage, diag);
    if (err == SF_OK) {
        recorder.stills = stage.stills;
        recorder.credentials = &stage.credentials;
        err = play_on(&population, arm, driver, folder, logs, diag);
        report->lateness = sf_loop_lateness(stage.loop);
        report->origin = sf_origin_counts(stage.origin);
        report->connections_count = sf_viewers_connections(stage.viewers);
        report->busy_count = stage.busy_count;
    }
    sf_recorder_fini(&recorder);
    sf_stage_close(&stage);
    free(population.homes);
    return err;
}

bool sf_population_holds(const struct sf_script_arm *arm, const struct sf_population_report *report,
                         char *why, size_t why_bytes)
{
    SF_ASSERT(arm != NULL);
    SF_ASSERT(report != NULL);
    SF_ASSERT(why != NULL);
    uint64_t strays = report->outcomes[SF_OUTCOME_OTHER] + report->credentials_count;
    uint64_t own = report->outcomes[SF_OUTCOME_OWN];
    int64_t own_ppm =
        report->answers_count > 0 ? (int64_t)(own * 1000000 / report->answers_count) : 0;
    why[0] = '\0';
    if (report->answers_count == 0) {
        snprintf(why, why_bytes, "no hub got an answer");
    } else if (arm->strays == SF_SCRIPT_STRAYS_NONE && strays > 0) {
        snprintf(why, why_bytes, "%" PRIu64 " strays, none expected", strays);
    } else if (arm->strays == SF_SCRIPT_STRAYS_SOME && strays == 0) {
        snprintf(why, why_bytes, "no strays, some expected");
    } else if (own_ppm < arm->own_ppm_min) {
        snprintf(why, why_bytes, "%.1f%% of the answers were the viewer's own, %.1f%% expected",
                 (double)own_ppm / 1e4, (double)arm->own_ppm_min / 1e4);
    }
    return why[0] == '\0';
}
