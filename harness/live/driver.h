/* A driver: how a server is started, reloaded, purged and stopped, read from a small YAML file
 * (share/servers/NAME.yaml). Knows no server. docs/live.md describes the keys. */
#ifndef STRAYFRAME_LIVE_DRIVER_H
#define STRAYFRAME_LIVE_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/time.h"
#include "harness/live/identity.h"
#include "harness/live/keeper.h"
#include "harness/live/template.h"

enum { SF_DRIVER_LOGS_MAX = 8 };

/* A signal or words; neither: the server has no such thing. */
struct sf_driver_action {
    const char *words[SF_KEEPER_WORDS_MAX + 1];
    int signal;
    bool by_restart; /* the server is started anew */
};

/* Texts live in `arena` and have their placeholders still. */
struct sf_driver {
    struct sf_arena arena;
    const char *file;
    const char *folder;  /* where `file` is */
    const char *name;    /* "nginx" */
    const char *package; /* Debian's */
    const char *config;  /* what the file of --config is called in the server's folder */
    const char *base;    /* a folder of templates beside the driver, laid down first; NULL: none */
    bool listens_outside_config; /* the configuration file does not say where to listen */
    struct sf_driver_action prepare;
    struct sf_driver_action start;
    struct sf_driver_action stop;
    struct sf_driver_action reload;
    struct sf_driver_action purge;
    struct sf_driver_action upgrade; /* to another version, with what was cached kept */
    struct sf_driver_action version;
    const char *logs[SF_DRIVER_LOGS_MAX + 1];
    sf_ns ready_within_ns;
    sf_ns gap_ns; /* asks of one URL this far apart meet no still that is fresh for "1 s" */
    const char *control_leaky; /* configurations that come with the driver; NULL: none */
    const char *control_clean;
    const char *cures[SF_CARRIERS_COUNT]; /* the line that cures a leak; NULL: none known */
    const char *cure_credentials;
};

SF_MUST_USE enum sf_err sf_driver_load(const char *file, struct sf_driver *driver_out,
                                       struct sf_diag *diag);
void sf_driver_fini(struct sf_driver *driver);

/* The files and the start command of a server: `config` is a file or a folder, as --config names
 * it. Free the job with sf_driver_job_fini, also after a failure. */
SF_MUST_USE enum sf_err sf_driver_job(const struct sf_driver *driver, const char *config,
                                      const struct sf_places *places, struct sf_keeper_job *job_out,
                                      struct sf_diag *diag);
void sf_driver_job_fini(struct sf_keeper_job *job);

/* An action with its placeholders replaced; free with sf_driver_command_fini. */
SF_MUST_USE enum sf_err sf_driver_command(const struct sf_driver *driver,
                                          const struct sf_driver_action *action,
                                          const struct sf_places *places,
                                          struct sf_keeper_command *command_out,
                                          struct sf_diag *diag);
void sf_driver_command_fini(struct sf_keeper_command *command);

/* Does the server have this action? */
static inline bool sf_driver_has(const struct sf_driver_action *action)
{
    return action->signal != 0 || action->words[0] != NULL || action->by_restart;
}

#endif
