/* `strayframe live`, in the program strayframe-live: from the options to what is played. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/command.h"
#include "harness/cli/live.h"
#include "harness/live/matrix.h"
#include "harness/live/session.h"
#include "harness/scenario/value.h"

static enum sf_err read_span(const struct cli_args *args, const char *option, sf_ns fallback,
                             sf_ns *span_out, struct sf_diag *diag)
{
    const char *text = cli_value(args, option);
    struct sf_diag why = {0};
    *span_out = fallback;
    if (text != NULL && sf_value_duration_read(text, span_out, &why) != SF_OK) {
        return sf_fail(diag, SF_ERR_INPUT, "--%s %s: %s", option, text, why.message);
    }
    return SF_OK;
}

/* Puts the option's name before what its reader says. */
static enum sf_err with_option(const char *option, enum sf_err err, const struct sf_diag *why,
                               struct sf_diag *diag)
{
    return err == SF_OK ? SF_OK : sf_fail(diag, err, "--%s %s", option, why->message);
}

/* The one cell that the options describe. */
static enum sf_err read_cell(const struct cli_args *args, struct sf_cell *cell,
                             struct sf_diag *diag)
{
    *cell = (struct sf_cell){.says_name = "as given"};
    const char *identity = cli_value(args, "identity");
    const char *condition = cli_value(args, "condition");
    const char *arrival = cli_value(args, "arrival");
    const char *etag = cli_value(args, "etag");
    const char *phase = cli_value(args, "phase");
    struct sf_diag why = {0};
    uint64_t tenants;
    SF_TRY(with_option(
        "identity",
        sf_identity_read(identity != NULL ? identity : "header:X-Tenant", &cell->identity, &why),
        &why, diag));
    SF_TRY(with_option("condition",
                       sf_injury_read(condition != NULL ? condition : "ok", &cell->condition, &why),
                       &why, diag));
    SF_TRY(with_option("arrival",
                       sf_arrival_read(arrival != NULL ? arrival : "gap", &cell->arrival, &why),
                       &why, diag));
    SF_TRY(with_option("etag", sf_etag_read(etag != NULL ? etag : "none", &cell->says.etag, &why),
                       &why, diag));
    SF_TRY(with_option("phase", sf_phase_read(phase != NULL ? phase : "steady", &cell->phase, &why),
                       &why, diag));
    SF_TRY(
        cli_number(args, "tenants", 2, SF_CELL_TENANTS_MIN, SF_CELL_TENANTS_MAX, &tenants, diag));
    cell->tenants = (uint32_t)tenants;
    for (uint32_t i = 0; i < args->lines_count; i++) {
        SF_TRY(with_option("origin-header", sf_says_add(&cell->says, args->lines[i], &why), &why,
                           diag));
    }
    return SF_OK;
}

static enum sf_err read_cells(const struct cli_args *args, struct cli_live *live,
                              struct sf_diag *diag)
{
    static const char *const names[] = {"quick", "full", NULL};
    const char *matrix = cli_value(args, "matrix");
    if (matrix == NULL) {
        live->cells = sf_alloc(1, sizeof *live->cells);
        live->order.cells_count = 1;
        return read_cell(args, live->cells, diag);
    }
    static const char *const single[] = {"identity", "origin-header", "etag",  "condition",
                                         "arrival",  "tenants",       "phase", NULL};
    for (int i = 0; single[i] != NULL; i++) {
        if (cli_value(args, single[i]) != NULL) {
            return sf_fail(diag, SF_ERR_INPUT, "--%s describes one cell, and --matrix has its own",
                           single[i]);
        }
    }
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(matrix, names[i]) == 0) {
            live->cells = sf_matrix_cells((enum sf_matrix)i, &live->order.cells_count);
            return SF_OK;
        }
    }
    const char *nearest = sf_text_nearest(matrix, names);
    return sf_fail(diag, SF_ERR_INPUT, "--matrix %s: expected quick or full%s%s%s", matrix,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

/* "HOST:PORT" of a URL or an address. */
enum sf_err cli_live_address(const char *what, const char *text, char *host, size_t bytes,
                             uint16_t *port_out, struct sf_diag *diag)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
    char *end = NULL;
    unsigned long port = colon != NULL ? strtoul(colon + 1, &end, 10) : 0;
    bool bad = colon != NULL && (end == colon + 1 || (*end != '\0' && strcmp(end, "/") != 0));
    if (bad || length == 0 || length >= bytes || port > UINT16_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "%s %s: expected HOST:PORT", what, text);
    }
    snprintf(host, bytes, "%.*s", (int)length, text);
    *port_out = (uint16_t)port;
    return SF_OK;
}

enum sf_err cli_live_url(const char *url, struct sf_target *target, struct sf_diag *diag)
{
    SF_ASSERT(url != NULL);
    SF_ASSERT(target != NULL);
    if (strncmp(url, "http://", 7) != 0) {
        return sf_fail(diag, SF_ERR_INPUT, "url %s: expected http://HOST:PORT", url);
    }
    SF_TRY(cli_live_address("url", url + 7, target->address, sizeof target->address, &target->port,
                            diag));
    target->port = target->port != 0 ? target->port : 80;
    if (strcmp(target->address, "localhost") == 0) {
        snprintf(target->address, sizeof target->address, "127.0.0.1");
    }
    if (strncmp(target->address, "127.", 4) != 0) {
        return sf_fail(diag, SF_ERR_INPUT, "url %s: only addresses on loopback, 127.x.x.x", url);
    }
    return SF_OK;
}

static enum sf_err read_stage(const struct cli_args *args, struct cli_live *live,
                              struct sf_diag *diag)
{
    struct sf_stage_options *stage = &live->order.stage;
    sf_ns time_out;
    uint64_t repeats;
    SF_TRY(read_span(args, "time-out", SF_SECOND, &time_out, diag));
    SF_TRY(read_span(args, "patience", 4 * SF_SECOND, &stage->patience_ns, diag));
    SF_TRY(cli_number(args, "repeats", 3, 1, 100, &repeats, diag));
    live->order.repeats = (uint32_t)repeats;
    live->order.latency_ns = 300 * SF_MS;
    stage->late_limit_ns = time_out / 4;
    stage->notice_ns = 1500 * SF_MS;
    stage->contain = true;
    stage->path = cli_value(args, "path");
    stage->host = cli_value(args, "host");
    const char *listen = cli_value(args, "origin-listen");
    if (listen != NULL) {
        SF_TRY(cli_live_address("--origin-listen", listen, live->origin_host,
                                sizeof live->origin_host, &stage->origin_port, diag));
        stage->origin_listen = live->origin_host;
    }
    return stage->path != NULL ? sf_live_path_check(stage->path, diag) : SF_OK;
}

static enum sf_err no_driver(const char *server, const char *file, struct sf_diag *diag)
{
    static const char *const known[] = {"nginx",         "varnish", "squid",
                                        "trafficserver", "haproxy", NULL};
    const char *nearest = sf_text_nearest(server, known);
    bool is_known = nearest != NULL && strcmp(nearest, server) == 0;
    if (is_known) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--server %s: the file %s that belongs to strayframe is missing", server,
                       file);
    }
    return sf_fail(diag, SF_ERR_INPUT, "--server %s: there is no %s%s%s%s", server, file,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

enum sf_err cli_live_driver(const char *server, struct cli_live *live, struct sf_diag *diag)
{
    SF_ASSERT(server != NULL);
    SF_ASSERT(live != NULL);
    const char *dot = strrchr(server, '.');
    char path[CLI_PATH_BYTES];
    struct stat about;
    if (dot != NULL && strcmp(dot, ".yaml") == 0) {
        snprintf(path, sizeof path, "%s", server);
    } else {
        char name[1024];
        snprintf(name, sizeof name, "share/servers/%s.yaml", server);
        cli_find_data(name, path, sizeof path);
        if (strchr(server, '/') != NULL || stat(path, &about) != 0) {
            return no_driver(server, name, diag);
        }
    }
    cli_find_data("share/configs", live->controls, sizeof live->controls);
    live->order.controls_folder = live->controls;
    live->order.driver = &live->driver;
    return sf_driver_load(path, &live->driver, diag);
}

static enum sf_err read_driver(const struct cli_args *args, struct cli_live *live,
                               struct sf_diag *diag)
{
    const char *server = cli_value(args, "server");
    SF_TRY(cli_live_driver(server, live, diag));
    live->order.config = cli_value(args, "config");
    if (live->order.config == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "--server %s needs --config: the configuration to judge",
                       server);
    }
    return SF_OK;
}

static enum sf_err understand(const struct cli_args *args, struct cli_live *live,
                              struct sf_diag *diag)
{
    bool server = cli_value(args, "server") != NULL;
    if (server == (cli_value(args, "url") != NULL)) {
        return sf_fail(diag, SF_ERR_INPUT, "say --server NAME --config PATH, or --url URL");
    }
    SF_TRY(read_stage(args, live, diag));
    SF_TRY(read_cells(args, live, diag));
    live->order.cells = live->cells;
    return server ? read_driver(args, live, diag)
                  : cli_live_url(cli_value(args, "url"), &live->order.url, diag);
}

static int print_report(const struct cli_args *args, const struct cli_live *live,
                        const struct sf_session_report *report)
{
    static const int codes[] = {[SF_SESSION_PASS] = CLI_EXIT_PASS,
                                [SF_SESSION_FAIL] = CLI_EXIT_FAIL,
                                [SF_SESSION_INCONCLUSIVE] = CLI_EXIT_INCONCLUSIVE};
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_session_json(&live->order, report), codes[report->verdict]);
    }
    struct sf_text text = {0};
    sf_session_text(&live->order, report, &text);
    cli_print_text(&text, 0);
    sf_text_free(&text);
    return codes[report->verdict];
}

int cli_live_run(const struct cli_args *args)
{
    SF_ASSERT(args != NULL);
    struct cli_live *live = sf_alloc(1, sizeof *live);
    struct sf_diag diag = {0};
    struct sf_text logs = {0};
    struct sf_session_report report = {0};
    int code = CLI_EXIT_PASS;
    bool learn = cli_value(args, "learn") != NULL;
    bool script = !learn && args->words_count > 0;
    enum sf_err err = learn    ? cli_live_learn(args, &code, &diag)
                      : script ? cli_live_script(args, &code, &logs, &diag)
                               : understand(args, live, &diag);
    if (err == SF_OK && (learn || script)) {
        /* Everything was done. */
    } else if (err == SF_OK && cli_flag(args, "hold")) {
        err = cli_live_hold(live, &logs, &diag);
    } else if (err == SF_OK) {
        err = sf_session_run(&live->order, &report, &logs, &diag);
        code = err == SF_OK ? print_report(args, live, &report) : code;
        if (err == SF_OK && cli_value(args, "expect") != NULL) {
            err = cli_live_expect(live, &report, cli_value(args, "expect"), &code, &diag);
        }
    }
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
        fputs(logs.data != NULL ? logs.data : "", stderr);
    }
    sf_session_report_fini(&report);
    sf_text_free(&logs);
    if (live->order.driver != NULL) {
        sf_driver_fini(&live->driver);
    }
    free(live->cells);
    free(live);
    return code;
}
