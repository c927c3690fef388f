/* A live scenario: homes that share URLs of a server, and arms with a configuration and a time line
 * each, read from a YAML file (scenarios/live). docs/live.md has its keys. */
#ifndef STRAYFRAME_LIVE_SCRIPT_H
#define STRAYFRAME_LIVE_SCRIPT_H

#include <stdint.h>

#include "harness/base/arena.h"
#include "harness/base/err.h"
#include "harness/base/time.h"
#include "harness/live/cell.h"
#include "harness/live/identity.h"
#include "harness/live/origin.h"
#include "sim_hub/config.h"

enum { SF_SCRIPT_ARMS_MAX = 16, SF_SCRIPT_ENTRIES_MAX = 64, SF_SCRIPT_SERVERS_MAX = 16 };

enum sf_script_action {
    SF_SCRIPT_ORIGIN, /* `injury` from now on */
    SF_SCRIPT_RELOAD, /* with `config`, or the same */
    SF_SCRIPT_RESTART,
    SF_SCRIPT_KILL, /* and start again */
    SF_SCRIPT_PURGE,
};

struct sf_script_entry {
    sf_ns at_ns;
    enum sf_script_action action;
    struct sf_injury injury;
    const char *config; /* a name in `configs`; NULL: the arm's */
};

enum sf_script_strays { SF_SCRIPT_STRAYS_ANY, SF_SCRIPT_STRAYS_NONE, SF_SCRIPT_STRAYS_SOME };

struct sf_script_arm {
    const char *name;
    const char *config; /* a name in `configs` */
    uint32_t entries_count;
    struct sf_script_entry entries[SF_SCRIPT_ENTRIES_MAX];
    enum sf_script_strays strays; /* what is expected */
    int64_t own_ppm_min;          /* of all asks */
};

/* What a configuration is called on one server. */
struct sf_script_config {
    const char *server;
    const char *name;
    const char *path;
};

struct sf_script {
    struct sf_arena arena;
    const char *name;
    const char *title;
    sf_ns duration_ns;
    uint32_t homes_count;
    uint32_t shared_by; /* homes that ask for one URL */
    sf_ns gap_ns;       /* between the asks of homes that share a URL */
    const char *path;   /* NULL: the stage's */
    const char *host;
    struct sf_identity identity;
    struct sf_says says;
    struct sf_viewer_config viewer;
    uint32_t configs_count;
    struct sf_script_config configs[2 * SF_SCRIPT_SERVERS_MAX];
    uint32_t arms_count;
    struct sf_script_arm arms[SF_SCRIPT_ARMS_MAX];
};

SF_MUST_USE enum sf_err sf_script_load(const char *file, struct sf_script *script_out,
                                       struct sf_diag *diag);
void sf_script_fini(struct sf_script *script);

/* The path of a configuration for a server; NULL if there is none. */
const char *sf_script_config_path(const struct sf_script *script, const char *server,
                                  const char *name);

#endif
