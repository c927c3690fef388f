/* Plays a live scenario. */
#include "harness/live/population.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
    const struct sf_population_order *order;
    const struct sf_plan_live *live;
    struct sf_stage *stage;
    struct sf_population_report *report;
    uint32_t homes_count;
    struct home *homes;
    struct sf_viewer_config viewers[SF_GROUPS_MAX]; /* of each group */
    struct sf_recorder *recorder;
    uint64_t open_count;
    bool over; /* no new asks */
    bool idle;
};

static void step(struct home *home, struct sf_viewer_input input);

/* ---- answers ---- */

static void note_cause(struct sf_population_report *report, const struct sf_answer *answer)
{
    int status = answer->status >= 400 ? answer->status : 0;
    const char *text = status != 0 ? "" : answer->cause;
    uint32_t i = 0;
    if (status == 0 && text[0] == '\0') {
        return;
    }
    while (i < report->causes_count &&
           (report->causes[i].status != status || strcmp(report->causes[i].text, text) != 0)) {
        i++;
    }
    if (i == report->causes_count && i < SF_POPULATION_CAUSES_MAX) {
        report->causes[report->causes_count++] =
            (struct sf_population_cause){.status = status, .text = text};
    }
    if (i < report->causes_count) {
        report->causes[i].count++;
    }
}

static void answered(void *context, const struct sf_answer *answer)
{
    struct request *request = context;
    struct home *home = request->home;
    struct population *population = home->population;
    population->report->answers_count++;
    note_cause(population->report, answer);
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
    sf_stage_request(population->stage, &population->live->identity, home->number, home->place,
                     &wire);
    struct sf_ask asked = {
        .home = home->number,
        .path = wire.path,
        .headers = {wire.header[0] != '\0' ? wire.header : NULL},
        .patience_ns = home->viewer.config->time_out_ns,
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

/* ---- the run ---- */

static void settle_home(struct population *population, uint32_t number, uint32_t group)
{
    struct sf_stage *stage = population->stage;
    struct home *home = &population->homes[number];
    struct sf_rng leave_rng;
    home->population = population;
    home->number = number;
    home->place = number / population->live->shared_by;
    home->timer = (struct sf_timer){.fire = tick, .context = home};
    sf_rng_init(&home->rng, stage->credentials.secret, "hub", number);
    sf_rng_init(&leave_rng, stage->credentials.secret, "leave", number);
    sf_viewer_init(&home->viewer, &population->viewers[group], &leave_rng);
    sf_origin_set_place(stage->origin, home->place, &population->live->says,
                        population->live->latency_ns);
}

static void settle(struct population *population)
{
    const struct sf_plan *plan = population->order->plan;
    uint32_t number = 0;
    population->homes = sf_alloc(population->homes_count, sizeof *population->homes);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        memcpy(&population->viewers[i], plan->groups[i].sections[SF_SECTION_HUB].values,
               sizeof population->viewers[i]);
        for (uint32_t j = 0; j < plan->groups[i].homes_count; j++) {
            settle_home(population, number++, i);
        }
    }
    population->stage->next_place = population->homes_count / population->live->shared_by + 1;
}

/* Homes that share a URL ask one gap after the other, or all at once; the URLs are spread over a
 * gap. */
static void start_homes(struct population *population)
{
    const struct sf_plan_live *live = population->live;
    uint32_t places = population->stage->next_place;
    bool together = live->arrival.kind == SF_ARRIVAL_TOGETHER;
    sf_ns gap = live->arrival.time_ns > 0 ? live->arrival.time_ns : 2500 * SF_MS;
    for (uint32_t i = 0; i < population->homes_count; i++) {
        struct home *home = &population->homes[i];
        sf_ns spread = gap * home->place / places;
        sf_ns turn = together ? 0 : gap * (i % live->shared_by);
        if (home->viewer.config->present) {
            sf_loop_set(population->stage->loop, &home->timer,
                        population->recorder->began_ns + spread + turn);
        }
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

/* ---- configurations ---- */

/* "nginx-safe" of "{server}-safe". */
static void fill_server(const char *name, const char *server, char *out, size_t bytes)
{
    const char *hole = strstr(name, "{server}");
    if (hole == NULL) {
        snprintf(out, bytes, "%s", name);
    } else {
        snprintf(out, bytes, "%.*s%s%s", (int)(hole - name), name, server,
                 hole + strlen("{server}"));
    }
}

/* The file or folder that a configuration's name stands for: as it is, else in `folder`; with the
 * driver's file name extension if it has none. */
static enum sf_err config_path(const struct sf_driver *driver, const char *name, const char *folder,
                               char *path, size_t path_bytes, struct sf_diag *diag)
{
    char filled[2 * SF_LIVE_PATH_BYTES];
    const char *dot = strrchr(driver->config, '.');
    fill_server(name, driver->name, filled, sizeof filled);
    for (int i = 0; i < 4; i++) {
        bool below = i >= 2 && filled[0] != '/';
        snprintf(path, path_bytes, "%s%s%s%s", below ? folder : "", below ? "/" : "", filled,
                 i % 2 == 1 && dot != NULL ? dot : "");
        if (access(path, R_OK) == 0) {
            return SF_OK;
        }
    }
    return sf_fail(diag, SF_ERR_INPUT, "live.config: there is no '%s', here or in %s", filled,
                   folder);
}

/* ---- the time line ---- */

static enum sf_err reload(struct population *population, const char *config, struct sf_diag *diag)
{
    const struct sf_population_order *order = population->order;
    char path[1024];
    if (config[0] == '\0') {
        return sf_stage_phase(population->stage, SF_PHASE_RELOAD, NULL, diag);
    }
    SF_TRY(config_path(order->driver, config, order->configs_folder, path, sizeof path, diag));
    return sf_stage_phase(population->stage, SF_PHASE_RELOAD, path, diag);
}

static enum sf_err happen(struct population *population, const struct sf_live_entry *entry,
                          enum sf_live_event *event_out, struct sf_diag *diag)
{
    struct sf_stage *stage = population->stage;
    switch (entry->action) {
    case SF_LIVE_INJURE:
        injure(population, entry->injury);
        *event_out = sf_injury_event(&entry->injury);
        return SF_OK;
    case SF_LIVE_RELOAD:
        *event_out = SF_LIVE_SERVER_RELOAD;
        return reload(population, entry->config, diag);
    case SF_LIVE_RESTART:
        *event_out = SF_LIVE_SERVER_RESTART;
        return sf_stage_phase(stage, SF_PHASE_RESTART, NULL, diag);
    case SF_LIVE_KILL:
        *event_out = SF_LIVE_SERVER_KILL;
        return sf_keeper_restart(&stage->keeper, true, diag);
    case SF_LIVE_PURGE:
        *event_out = SF_LIVE_SERVER_PURGE;
        return sf_stage_phase(stage, SF_PHASE_PURGE, NULL, diag);
    case SF_LIVE_UPGRADE:
        *event_out = SF_LIVE_SERVER_UPGRADE;
        return sf_stage_phase(stage, SF_PHASE_UPGRADE, NULL, diag);
    case SF_LIVE_IDENTITY_OFF:
    case SF_LIVE_IDENTITY_ON:
        *event_out = entry->action == SF_LIVE_IDENTITY_ON ? SF_LIVE_IDENTITY_ANSWERS
                                                          : SF_LIVE_IDENTITY_FAILS;
        sf_origin_fail_identity(stage->origin, entry->action == SF_LIVE_IDENTITY_OFF);
        return SF_OK;
    case SF_LIVE_ACTIONS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

/* ---- what came of it ---- */

static void note_outcome(void *context, const struct sf_ask_outcome *outcome)
{
    struct sf_population_report *report = context;
    report->outcomes[outcome->outcome]++;
}

static void note_stray_credential(void *context, uint64_t request, struct sf_tenant_id owner)
{
    struct sf_population_report *report = context;
    (void)request;
    (void)owner;
    report->credentials_count++;
}

/* The records become the report's. */
static void conclude(struct population *population)
{
    struct sf_recorder *recorder = population->recorder;
    struct sf_population_report *report = population->report;
    struct sf_outcome_reader reader = {
        .ended = note_outcome, .stray_credential = note_stray_credential, .context = report};
    sf_recorder_end(recorder, sf_loop_now());
    sf_outcomes_hear(&reader, recorder->records, recorder->count);
    report->outcomes[SF_OUTCOME_LEFTOVER] = recorder->leftovers_count;
    report->records = recorder->records;
    report->records_count = recorder->count;
    recorder->records = NULL;
}

static void note_made(void *context, const struct sf_still_made *made)
{
    const struct population *population = context;
    if (made->tenant < population->homes_count &&
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

static enum sf_err perform(struct population *population, struct sf_diag *diag)
{
    const struct sf_plan_live *live = population->live;
    struct sf_loop *loop = population->stage->loop;
    bool never = false;
    sf_ns cpu_ns = cpu_now();
    sf_recorder_begin(population->recorder, population->homes_count, sf_loop_now());
    sf_stills_begin(population->stage->stills, population->recorder->began_ns);
    sf_stills_listen(population->stage->stills, note_made, population);
    sf_ns began_ns = population->recorder->began_ns;
    start_homes(population);
    for (uint32_t i = 0; i < live->entries_count; i++) {
        enum sf_live_event event = SF_LIVE_BEGINS;
        sf_loop_run(loop, &never, began_ns + live->entries[i].at_ns);
        SF_TRY(happen(population, &live->entries[i], &event, diag));
        sf_recorder_event(population->recorder, event, sf_loop_now());
    }
    sf_loop_run(loop, &never, began_ns + population->order->plan->duration_ns);
    population->over = true;
    population->idle = population->open_count == 0;
    bool ended = sf_loop_run(loop, &population->idle, SF_NS_NEVER);
    SF_ASSERT(ended); /* every ask ends, by the viewer's patience at the latest */
    population->report->took_ns = sf_loop_now() - began_ns;
    population->report->cpu_ns = cpu_now() - cpu_ns;
    conclude(population);
    return SF_OK;
}

static enum sf_err start_server(struct population *population, struct sf_text *logs,
                                struct sf_diag *diag)
{
    const struct sf_population_order *order = population->order;
    struct sf_stage *stage = population->stage;
    char path[1024];
    if (order->driver == NULL) {
        stage->target = order->url;
        return sf_stage_ready(stage, 5 * SF_SECOND, diag);
    }
    SF_TRY(config_path(order->driver, population->live->config, order->configs_folder, path,
                       sizeof path, diag));
    return sf_stage_start(stage, order->driver, path, logs, diag);
}

static enum sf_err play_on(struct population *population, struct sf_text *logs,
                           struct sf_diag *diag)
{
    const struct sf_driver *driver = population->order->driver;
    SF_TRY(start_server(population, logs, diag));
    settle(population);
    enum sf_err err = perform(population, diag);
    if (err != SF_OK && driver != NULL) {
        sf_keeper_logs(&population->stage->keeper, driver->logs, logs);
    }
    return err;
}

enum sf_err sf_population_play(const struct sf_population_order *order,
                               struct sf_population_report *report, struct sf_text *logs,
                               struct sf_diag *diag)
{
    SF_ASSERT(order != NULL);
    SF_ASSERT(order->plan != NULL);
    SF_ASSERT(order->plan->live.present);
    SF_ASSERT(report != NULL);
    SF_ASSERT(logs != NULL);
    const struct sf_plan_live *live = &order->plan->live;
    struct sf_stage stage;
    struct sf_recorder recorder = {.exhibits = order->exhibits};
    struct sf_stage_options options = order->stage;
    options.start_unix_s = order->plan->start_unix_s;
    options.path = live->path;
    options.host = live->host[0] != '\0' ? live->host : options.host;
    *report = (struct sf_population_report){0};
    struct population *population = sf_alloc(1, sizeof *population);
    *population = (struct population){.order = order,
                                      .live = live,
                                      .stage = &stage,
                                      .report = report,
                                      .recorder = &recorder,
                                      .homes_count = sf_plan_homes_count(order->plan)};
    enum sf_err err = sf_stage_open(&options, &stage, diag);
    if (err == SF_OK) {
        stage.driver = order->driver;
        recorder.stills = stage.stills;
        recorder.credentials = &stage.credentials;
        err = play_on(population, logs, diag);
        report->lateness = sf_loop_lateness(stage.loop);
        report->origin = sf_origin_counts(stage.origin);
        report->connections_count = sf_viewers_connections(stage.viewers);
        report->busy_count = stage.busy_count;
    }
    sf_recorder_fini(&recorder);
    sf_stage_close(&stage);
    free(population->homes);
    free(population);
    return err;
}

void sf_population_report_fini(struct sf_population_report *report)
{
    SF_ASSERT(report != NULL);
    free(report->records);
    report->records = NULL;
}
