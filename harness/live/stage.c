/* Opens and closes a stage, and brings its server up. */
#include "harness/live/stage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/assert.h"

enum {
    READY_STEP_MS = 25,
    READY_PLACES = SF_LIVE_PLACES_MAX - SF_STAGE_PLACES_MAX,
    READY_PLACE_FIRST = SF_STAGE_PLACES_MAX,
    START_TRIES = 3,
};

static void note_busy(void *context, sf_ns by)
{
    struct sf_stage *stage = context;
    (void)by;
    stage->busy_count++;
}

/* Goes before other programs, where that is allowed: a late harness looks like a poor network. What
 * it starts does not inherit it. */
static void take_precedence(void)
{
    struct sched_param lowest = {.sched_priority = sched_get_priority_min(SCHED_RR)};
    (void)!sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &lowest);
}

enum sf_err sf_stage_open(const struct sf_stage_options *options, struct sf_stage *stage,
                          struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(stage != NULL);
    struct sf_credentials credentials;
    sf_credentials_draw(&credentials);
    return sf_stage_open_with(options, &credentials, stage, diag);
}

enum sf_err sf_stage_open_with(const struct sf_stage_options *options,
                               const struct sf_credentials *credentials, struct sf_stage *stage,
                               struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(credentials != NULL);
    SF_ASSERT(stage != NULL);
    *stage = (struct sf_stage){
        .options = *options, .credentials = *credentials, .keeper = {.socket_fd = -1}};
    take_precedence();
    SF_TRY(sf_loop_create(&stage->loop, diag));
    sf_loop_when_late(stage->loop, options->late_limit_ns, note_busy, stage);
    stage->stills = sf_stills_create(&stage->credentials, options->start_unix_s);
    SF_TRY(sf_origin_create(stage->loop, stage->stills, &stage->credentials, options->origin_listen,
                            options->origin_port, &stage->origin, diag));
    return sf_viewers_create(stage->loop, &stage->viewers, diag);
}

void sf_stage_close(struct sf_stage *stage)
{
    SF_ASSERT(stage != NULL);
    sf_viewers_destroy(stage->viewers);
    sf_keeper_stop(&stage->keeper);
    sf_origin_destroy(stage->origin);
    sf_stills_destroy(stage->stills);
    sf_loop_destroy(stage->loop);
    *stage = (struct sf_stage){.keeper = {.socket_fd = -1}};
}

/* A port that was free a moment ago. */
static enum sf_err free_port(uint16_t *port_out, struct sf_diag *diag)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool failed = fd < 0 || bind(fd, (struct sockaddr *)&address, bytes) != 0 ||
                  getsockname(fd, (struct sockaddr *)&address, &bytes) != 0;
    int reason = errno;
    if (fd >= 0) {
        close(fd);
    }
    if (failed) {
        return sf_fail(diag, SF_ERR_MACHINE, "no port on loopback: %s", strerror(reason));
    }
    *port_out = ntohs(address.sin_port);
    return SF_OK;
}

static void set_place(struct sf_stage *stage, enum sf_placeholder place, const char *host,
                      uint16_t port)
{
    char *out = stage->places.values[place];
    size_t bytes = sizeof stage->places.values[place];
    if (host == NULL) {
        snprintf(out, bytes, "%u", port);
    } else if (port == 0) {
        snprintf(out, bytes, "%s", host);
    } else {
        snprintf(out, bytes, "%s:%u", host, port);
    }
}

static enum sf_err assign_places(struct sf_stage *stage, struct sf_diag *diag)
{
    static const char here[] = "127.0.0.1";
    uint16_t port = 0;
    SF_TRY(free_port(&port, diag));
    uint16_t origin = sf_origin_port(stage->origin);
    set_place(stage, SF_PLACE_ORIGIN, here, origin);
    set_place(stage, SF_PLACE_ORIGIN_HOST, here, 0);
    set_place(stage, SF_PLACE_ORIGIN_PORT, NULL, origin);
    set_place(stage, SF_PLACE_LISTEN, here, port);
    set_place(stage, SF_PLACE_LISTEN_HOST, here, 0);
    set_place(stage, SF_PLACE_LISTEN_PORT, NULL, port);
    set_place(stage, SF_PLACE_IDP, here, sf_origin_identity_port(stage->origin));
    char dir[SF_KEEPER_DIR_BYTES];
    sf_keeper_dir(dir, stage->servers_count++);
    set_place(stage, SF_PLACE_DIR, dir, 0);
    stage->target = (struct sf_target){.port = port};
    snprintf(stage->target.address, sizeof stage->target.address, "%s", here);
    if (stage->options.host != NULL) {
        snprintf(stage->target.host, sizeof stage->target.host, "%s", stage->options.host);
    }
    return SF_OK;
}

void sf_stage_aim_at_origin(struct sf_stage *stage)
{
    SF_ASSERT(stage != NULL);
    stage->target.port = sf_origin_port(stage->origin);
    snprintf(stage->target.address, sizeof stage->target.address, "127.0.0.1");
}

static enum sf_err start_once(struct sf_stage *stage, const char *config, struct sf_text *logs,
                              struct sf_diag *diag)
{
    const struct sf_driver *driver = stage->driver;
    SF_TRY(assign_places(stage, diag));
    struct sf_keeper_job job;
    enum sf_err err = sf_driver_job(driver, config, &stage->places, &job, diag);
    if (err == SF_OK) {
        err = sf_keeper_start(&stage->keeper, stage->loop, &job, stage->options.contain, diag);
    }
    sf_driver_job_fini(&job);
    if (err == SF_OK) {
        err = sf_stage_ready(stage, driver->ready_within_ns, diag);
        if (err != SF_OK) {
            sf_keeper_logs(&stage->keeper, driver->logs, logs);
        }
    }
    if (err != SF_OK) {
        sf_keeper_stop(&stage->keeper);
    }
    return err;
}

/* The port was free a moment ago: another program may have taken it since. */
static bool port_was_taken(const struct sf_text *logs)
{
    return logs->data != NULL && (strcasestr(logs->data, "address already in use") != NULL ||
                                  strcasestr(logs->data, "cannot bind socket") != NULL);
}

enum sf_err sf_stage_start(struct sf_stage *stage, const struct sf_driver *driver,
                           const char *config, struct sf_text *logs, struct sf_diag *diag)
{
    SF_ASSERT(stage != NULL);
    SF_ASSERT(driver != NULL);
    SF_ASSERT(config != NULL);
    SF_ASSERT(logs != NULL);
    sf_keeper_stop(&stage->keeper);
    stage->driver = driver;
    enum sf_err err = SF_OK;
    for (int i = 0; i < START_TRIES; i++) {
        sf_text_free(logs);
        err = start_once(stage, config, logs, diag);
        if (err == SF_OK || !port_was_taken(logs)) {
            break;
        }
    }
    return err;
}

/* ---- readiness ---- */

struct probe {
    bool ended;
    int status;
};

static void probe_done(void *context, const struct sf_answer *answer)
{
    struct probe *probe = context;
    probe->ended = true;
    probe->status = answer->status;
}

static enum sf_err server_died(struct sf_stage *stage, struct sf_diag *diag)
{
    sf_loop_wait(stage->loop, 50 * SF_MS); /* its last words may be on their way */
    return sf_fail(diag, SF_ERR_INPUT, "%s ended with exit code %d before it answered",
                   stage->driver->name, stage->keeper.code);
}

/* A still for the harness's own asks, at a place that no cell uses. */
static const struct sf_says ready_says = {.lines = {"Cache-Control: no-store"}, .lines_count = 1};

enum sf_err sf_stage_ready(struct sf_stage *stage, sf_ns limit_ns, struct sf_diag *diag)
{
    SF_ASSERT(stage != NULL);
    static const struct sf_identity identity = {.carrier = SF_CARRIER_HEADER, .name = "X-Tenant"};
    sf_ns deadline_ns = sf_loop_now() + limit_ns;
    int status = 0;
    while (sf_loop_now() < deadline_ns) {
        if (stage->driver != NULL && stage->keeper.ended) {
            return server_died(stage, diag);
        }
        uint32_t place = READY_PLACE_FIRST + stage->ready_count++ % READY_PLACES;
        sf_origin_set_place(stage->origin, place, &ready_says, 0);
        struct sf_request request;
        sf_stage_request(stage, &identity, 0, place, &request);
        struct probe *probe = &(struct probe){0};
        struct sf_ask ask = {.path = request.path,
                             .headers = {request.header},
                             .patience_ns = SF_SECOND,
                             .done = probe_done,
                             .context = probe};
        sf_viewers_ask(stage->viewers, &stage->target, &ask);
        bool answered = sf_loop_run(stage->loop, &probe->ended, sf_loop_now() + 2 * SF_SECOND);
        SF_ASSERT(answered); /* patience is shorter */
        status = probe->status;
        if (status > 0 && status < 500) {
            return SF_OK;
        }
        sf_loop_wait(stage->loop, READY_STEP_MS * SF_MS);
    }
    if (status == 0) {
        return sf_fail(diag, SF_ERR_INPUT, "the server at %s:%u did not answer within %lld ms",
                       stage->target.address, stage->target.port, (long long)(limit_ns / SF_MS));
    }
    return sf_fail(diag, SF_ERR_INPUT,
                   "the server at %s:%u answers %d, not what the origin says, after %lld ms",
                   stage->target.address, stage->target.port, status,
                   (long long)(limit_ns / SF_MS));
}

/* ---- phases ---- */

static enum sf_err act(struct sf_stage *stage, const struct sf_driver_action *action,
                       const char *what, struct sf_diag *diag)
{
    if (!sf_driver_has(action)) {
        return sf_fail(diag, SF_ERR_INPUT, "the driver of %s has no `%s`", stage->driver->name,
                       what);
    }
    struct sf_keeper_command command;
    enum sf_err err = sf_driver_command(stage->driver, action, &stage->places, &command, diag);
    if (err == SF_OK) {
        err = sf_keeper_command(&stage->keeper, &command, what, 20 * SF_SECOND, diag);
    }
    sf_driver_command_fini(&command);
    return err;
}

/* Writes the files of another configuration over those of the first. */
static enum sf_err lay_config(struct sf_stage *stage, const char *config, struct sf_diag *diag)
{
    struct sf_keeper_job job;
    enum sf_err err = sf_driver_job(stage->driver, config, &stage->places, &job, diag);
    for (uint32_t i = 0; err == SF_OK && i < job.files_count; i++) {
        const struct sf_text *text = &job.files[i].text;
        err = sf_keeper_write(&stage->keeper, job.files[i].path,
                              text->data != NULL ? text->data : "", text->length, diag);
    }
    sf_driver_job_fini(&job);
    return err;
}

enum sf_err sf_stage_phase(struct sf_stage *stage, enum sf_phase phase, const char *config,
                           struct sf_diag *diag)
{
    SF_ASSERT(stage != NULL);
    const struct sf_driver *driver = stage->driver;
    if (phase != SF_PHASE_STEADY && driver == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "a %s needs --server: the server at --url is not ours",
                       sf_phase_name(phase));
    }
    switch (phase) {
    case SF_PHASE_STEADY:
        return SF_OK;
    case SF_PHASE_RELOAD:
        if (config != NULL) {
            SF_TRY(lay_config(stage, config, diag));
        }
        SF_TRY(act(stage, &driver->reload, "reload", diag));
        sf_loop_wait(stage->loop, 500 * SF_MS); /* workers change while the signal has returned */
        break;
    case SF_PHASE_RESTART:
        SF_TRY(sf_keeper_restart(&stage->keeper, false, diag));
        break;
    case SF_PHASE_PURGE:
        if (driver->purge.by_restart) {
            SF_TRY(sf_keeper_restart(&stage->keeper, true, diag));
        } else {
            SF_TRY(act(stage, &driver->purge, "purge", diag));
        }
        break;
    case SF_PHASE_UPGRADE:
        if (driver->upgrade.by_restart) {
            SF_TRY(sf_keeper_restart(&stage->keeper, false, diag));
        } else {
            SF_TRY(act(stage, &driver->upgrade, "upgrade", diag));
        }
        break;
    case SF_PHASES_COUNT:
        SF_UNREACHABLE();
    }
    return sf_stage_ready(stage, driver->ready_within_ns, diag);
}

/* ---- requests ---- */

/* `from` with the first `hole` filled. */
static void fill(char *text, size_t bytes, const char *hole, const char *with)
{
    char *at = strstr(text, hole);
    if (at != NULL) {
        char rest[512];
        snprintf(rest, sizeof rest, "%s", at + strlen(hole));
        snprintf(at, bytes - (size_t)(at - text), "%s%s", with, rest);
    }
}

void sf_stage_request(const struct sf_stage *stage, const struct sf_identity *identity,
                      uint32_t tenant, uint32_t place, struct sf_request *out)
{
    SF_ASSERT(stage != NULL);
    SF_ASSERT(identity != NULL);
    SF_ASSERT(out != NULL);
    char token[SF_TOKEN_BYTES];
    char number[SF_PLACE_TOKEN_BYTES];
    sf_credential_of(&stage->credentials, tenant, token);
    sf_origin_token(&stage->credentials, place, number);
    const char *path = stage->options.path != NULL ? stage->options.path : "/cam/{n}";
    bool in_path = identity->carrier == SF_CARRIER_PATH;
    snprintf(out->path, sizeof out->path, "%s%s",
             in_path && strstr(path, "{tenant}") == NULL ? "/{tenant}" : "", path);
    fill(out->path, sizeof out->path, "{tenant}", in_path ? token : "camera");
    fill(out->path, sizeof out->path, "{n}", number);
    out->header[0] = '\0';
    switch (identity->carrier) {
    case SF_CARRIER_HEADER:
        snprintf(out->header, sizeof out->header, "%s: %s", identity->name, token);
        break;
    case SF_CARRIER_COOKIE:
        snprintf(out->header, sizeof out->header, "Cookie: %s=%s", identity->name, token);
        break;
    case SF_CARRIER_BEARER:
        snprintf(out->header, sizeof out->header, "Authorization: Bearer %s", token);
        break;
    case SF_CARRIER_QUERY: {
        size_t length = strlen(out->path);
        snprintf(out->path + length, sizeof out->path - length, "%c%s=%s",
                 strchr(out->path, '?') != NULL ? '&' : '?', identity->name, token);
        break;
    }
    case SF_CARRIER_PATH:
    case SF_CARRIERS_COUNT:
        break;
    }
}
