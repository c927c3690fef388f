/* Runs a session. */
#include "harness/live/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/live/wave.h"

enum {
    SPREAD_MS = 1500,
    CONTROL_GAP_MS = 300,
    CONTROL_REPEATS = 3,
    BUSY_TRIES = 2, /* cells that the harness was too late for are played once more */
};

/* ---- what the server calls itself ---- */

static void read_version(const struct sf_driver *driver, char *out, size_t bytes)
{
    int ends[2];
    out[0] = '\0';
    if (driver == NULL || driver->version.words[0] == NULL || pipe(ends) != 0) {
        return;
    }
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        char *words[SF_KEEPER_WORDS_MAX + 1];
        for (int i = 0; i <= SF_KEEPER_WORDS_MAX; i++) {
            words[i] =
                driver->version.words[i] != NULL ? sf_strdup(driver->version.words[i]) : NULL;
        }
        execvp(words[0], words);
        _exit(127);
    }
    close(ends[1]);
    char text[4096];
    size_t count = 0;
    ssize_t got;
    while (count < sizeof text - 1 &&
           (got = read(ends[0], text + count, sizeof text - 1 - count)) > 0) {
        count += (size_t)got;
    }
    text[count] = '\0';
    close(ends[0]);
    int status = 1;
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0) {
        const char *line = text + strspn(text, " \n");
        snprintf(out, bytes, "%.*s", (int)strcspn(line, "\n"), line);
    }
}

/* ---- waves ---- */

struct session {
    const struct sf_session_order *order;
    struct sf_session_report *report;
    struct sf_stage stage;
    struct sf_text *logs;
    sf_ns gap_ns;
};

/* Cells that may be played in one wave: of one phase, and all on a well origin or none. A server
 * that probes the origin must find it well or not, too. */
static int wave_of(const struct sf_cell *cell)
{
    bool poor = cell->condition.kind != SF_INJURY_OK &&
                !(cell->condition.kind == SF_INJURY_SLOW && cell->condition.time_ns < SF_SECOND);
    return 2 * (int)cell->phase + poor;
}
enum { WAVES_COUNT = 2 * SF_PHASES_COUNT };

/* A matrix leaves out what the server's driver has no action for; a cell that was asked for alone
 * is an error then. */
static bool can_play(const struct sf_session_order *order, const struct sf_cell *cell)
{
    if (order->cells_count == 1) {
        return true;
    }
    switch (cell->phase) {
    case SF_PHASE_STEADY:
        return true;
    case SF_PHASE_RESTART:
        return order->driver != NULL;
    case SF_PHASE_RELOAD:
        return order->driver != NULL && sf_driver_has(&order->driver->reload);
    case SF_PHASE_PURGE:
        return order->driver != NULL && sf_driver_has(&order->driver->purge);
    case SF_PHASE_UPGRADE:
        return order->driver != NULL && sf_driver_has(&order->driver->upgrade);
    case SF_PHASES_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

static enum sf_err play_wave(struct session *session, int number, bool only_busy,
                             struct sf_diag *diag)
{
    const struct sf_session_order *order = session->order;
    const struct sf_cell **cells = sf_alloc(order->cells_count, sizeof *cells);
    struct sf_cell_result **results = sf_alloc(order->cells_count, sizeof *results);
    struct sf_wave wave = {.cells = cells,
                           .results = results,
                           .repeats = order->repeats,
                           .spread_ns = SPREAD_MS * SF_MS,
                           .gap_ns = session->gap_ns,
                           .latency_ns = order->latency_ns};
    for (uint32_t i = 0; i < order->cells_count; i++) {
        struct sf_cell_result *result = &session->report->results[i];
        if (wave_of(&order->cells[i]) == number && (!only_busy || result->busy > 0) &&
            can_play(order, &order->cells[i])) {
            cells[wave.cells_count] = &order->cells[i];
            results[wave.cells_count++] = result;
        }
        if (only_busy && wave_of(&order->cells[i]) == number && result->busy > 0) {
            *result = (struct sf_cell_result){0};
        }
    }
    enum sf_err err = SF_OK;
    if (wave.cells_count > 0) {
        err = sf_wave_play(&session->stage, &wave, diag);
    }
    free(cells);
    free(results);
    return err;
}

static bool has_busy(const struct session *session)
{
    for (uint32_t i = 0; i < session->order->cells_count; i++) {
        if (session->report->results[i].busy > 0) {
            return true;
        }
    }
    return false;
}

static enum sf_err play_cells(struct session *session, struct sf_diag *diag)
{
    for (int again = 0; again < BUSY_TRIES && (again == 0 || has_busy(session)); again++) {
        for (int i = 0; i < WAVES_COUNT; i++) {
            SF_TRY(play_wave(session, i, again > 0, diag));
        }
    }
    return SF_OK;
}

/* ---- controls ---- */

static struct sf_cell control_cell(void)
{
    return (struct sf_cell){
        .identity = {.carrier = SF_CARRIER_HEADER, .name = "X-Tenant"},
        .says_name = "max-age=60",
        .says = {.lines = {"Cache-Control: max-age=60"}, .lines_count = 1},
        .arrival = {.kind = SF_ARRIVAL_GAP, .time_ns = CONTROL_GAP_MS * SF_MS},
        .tenants = 3,
    };
}

static enum sf_err play_control(struct session *session, struct sf_cell_result *result,
                                struct sf_diag *diag)
{
    struct sf_cell cell = control_cell();
    const struct sf_cell *cells[] = {&cell};
    struct sf_cell_result *results[] = {result};
    struct sf_wave wave = {.cells = cells,
                           .results = results,
                           .cells_count = 1,
                           .repeats = CONTROL_REPEATS,
                           .spread_ns = 50 * SF_MS,
                           .gap_ns = CONTROL_GAP_MS * SF_MS};
    *result = (struct sf_cell_result){0};
    return sf_wave_play(&session->stage, &wave, diag);
}

/* A control configuration of the driver's. */
static enum sf_err control_server(struct session *session, const char *config,
                                  struct sf_cell_result *result, struct sf_diag *diag)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", session->order->controls_folder, config);
    SF_TRY(sf_stage_start(&session->stage, session->order->driver, path, session->logs, diag));
    return play_control(session, result, diag);
}

static void judge_controls(struct session *session, const char *what,
                           const struct sf_cell_result *leaky, const struct sf_cell_result *clean)
{
    struct sf_session_report *report = session->report;
    bool caught = leaky->plays > 0 && leaky->strays == leaky->plays;
    bool passed = clean->plays > 0 && clean->strays == 0 && clean->exercised == clean->plays &&
                  clean->outcomes[SF_OUTCOME_ERROR] == 0;
    report->controls_held = caught && passed;
    snprintf(report->controls, sizeof report->controls,
             "%s: the leaky one was caught in %u of %u plays, the clean one had %u strays in %u",
             what, leaky->strays, leaky->plays, clean->strays, clean->plays);
}

static enum sf_err run_controls(struct session *session, struct sf_diag *diag)
{
    const struct sf_driver *driver = session->order->driver;
    struct sf_cell_result leaky = {0};
    struct sf_cell_result clean = {0};
    if (driver == NULL || driver->control_leaky == NULL || driver->control_clean == NULL) {
        struct sf_target target = session->stage.target;
        sf_stage_aim_at_origin(&session->stage);
        SF_TRY(play_control(session, &clean, diag));
        sf_origin_leak_all(session->stage.origin, true);
        enum sf_err err = play_control(session, &leaky, diag);
        sf_origin_leak_all(session->stage.origin, false);
        session->stage.target = target;
        SF_TRY(err);
        judge_controls(session, "an origin alone", &leaky, &clean);
        return SF_OK;
    }
    SF_TRY(control_server(session, driver->control_leaky, &leaky, diag));
    SF_TRY(control_server(session, driver->control_clean, &clean, diag));
    judge_controls(session, driver->name, &leaky, &clean);
    return SF_OK;
}

/* ---- the whole ---- */

static void conclude(struct session *session)
{
    struct sf_session_report *report = session->report;
    uint32_t counts[4] = {0};
    for (uint32_t i = 0; i < session->order->cells_count; i++) {
        counts[sf_cell_verdict_of(&report->results[i])]++;
    }
    uint32_t cells = session->order->cells_count;
    if (!report->controls_held) {
        report->verdict = SF_SESSION_INCONCLUSIVE;
        snprintf(report->reason, sizeof report->reason, "the controls did not hold");
    } else if (counts[SF_CELL_LEAK] > 0) {
        report->verdict = SF_SESSION_FAIL;
        snprintf(report->reason, sizeof report->reason,
                 "%u of %u cells showed a viewer what belongs to another tenant",
                 counts[SF_CELL_LEAK], cells);
    } else if (counts[SF_CELL_BUSY] > 0) {
        report->verdict = SF_SESSION_INCONCLUSIVE;
        snprintf(report->reason, sizeof report->reason,
                 "the machine was too busy to judge %u of %u cells", counts[SF_CELL_BUSY], cells);
    } else if (counts[SF_CELL_CLEAN] == 0) {
        report->verdict = SF_SESSION_INCONCLUSIVE;
        snprintf(report->reason, sizeof report->reason,
                 "no tenant was ever served its own still, so nothing could leak");
    } else {
        report->verdict = SF_SESSION_PASS;
        snprintf(report->reason, sizeof report->reason, "no strays in %u cells%s",
                 counts[SF_CELL_CLEAN],
                 counts[SF_CELL_NOT_EXERCISED] > 0 ? "; the others were not exercised" : "");
    }
}

static enum sf_err perform(struct session *session, struct sf_diag *diag)
{
    const struct sf_session_order *order = session->order;
    session->stage.target = order->url;
    SF_TRY(run_controls(session, diag));
    if (session->report->controls_held) {
        if (order->driver != NULL) {
            SF_TRY(
                sf_stage_start(&session->stage, order->driver, order->config, session->logs, diag));
        } else {
            SF_TRY(sf_stage_ready(&session->stage, 5 * SF_SECOND, diag));
        }
        enum sf_err err = play_cells(session, diag);
        if (err != SF_OK && order->driver != NULL) {
            sf_keeper_logs(&session->stage.keeper, order->driver->logs, session->logs);
        }
        SF_TRY(err);
    }
    session->report->contained = session->stage.keeper.contained;
    conclude(session);
    return SF_OK;
}

enum sf_err sf_session_run(const struct sf_session_order *order, struct sf_session_report *report,
                           struct sf_text *logs, struct sf_diag *diag)
{
    SF_ASSERT(order != NULL);
    SF_ASSERT(report != NULL);
    SF_ASSERT(logs != NULL);
    struct session session = {.order = order, .report = report, .logs = logs};
    sf_ns began_ns = sf_loop_now();
    *report = (struct sf_session_report){0};
    report->results = sf_alloc(order->cells_count, sizeof *report->results);
    session.gap_ns = order->gap_ns > 0       ? order->gap_ns
                     : order->driver != NULL ? order->driver->gap_ns
                                             : 3500 * SF_MS;
    read_version(order->driver, report->version, sizeof report->version);
    enum sf_err err = sf_stage_open(&order->stage, &session.stage, diag);
    if (err == SF_OK) {
        err = perform(&session, diag);
        report->counts = sf_origin_counts(session.stage.origin);
        report->lateness = sf_loop_lateness(session.stage.loop);
        report->connections_count = sf_viewers_connections(session.stage.viewers);
    }
    sf_stage_close(&session.stage);
    report->took_ns = sf_loop_now() - began_ns;
    return err;
}

void sf_session_report_fini(struct sf_session_report *report)
{
    SF_ASSERT(report != NULL);
    free(report->results);
    report->results = NULL;
}
