/* strayframe exhaust: every order of events in small worlds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/cache/load.h"
#include "harness/cli/command.h"
#include "harness/exhaust/exhaust.h"
#include "harness/exhaust/say.h"
#include "sim_cloud/caches/builtin.h"

static const struct cli_option options[] = {
    {"candidate", "CACHE", "the cache: builtin:NAME or a shared object, with ?options"},
    {"baseline", "CACHE", "what runs before the candidate is deployed (the candidate itself)"},
    {"reconfigure", "OPTIONS", "options that are pushed to it (its own, again)"},
    {"world", "NAME", "one world of the profile only; `list` prints them"},
    {"depth", "N", "orders of at most so many events (24)"},
    {"seconds", "N", "so much CPU time at most (60)"},
    {"engine", "NAME", "snapshot or replay (snapshot, where the cache's memory can be saved)"},
    {"no-merging", NULL, "explore equal states again"},
    {"no-symmetry", NULL, "try tenants that are alike in every order"},
    CLI_OPTION_SEED,
    CLI_OPTION_JSON,
    CLI_OPTIONS_END,
};

static enum sf_err find_world(const char *name, struct sf_exhaust_options *exhaust,
                              struct sf_diag *diag)
{
    const char *names[SF_PROFILE_WORLDS_MAX + 1] = {NULL};
    for (uint32_t i = 0; i < sf_profile_count(); i++) {
        names[i] = sf_profile_world(i)->name;
        if (strcmp(names[i], name) == 0) {
            exhaust->worlds = sf_profile_world(i);
            exhaust->worlds_count = 1;
            return SF_OK;
        }
    }
    const char *nearest = sf_text_nearest(name, names);
    return sf_fail(diag, SF_ERR_INPUT, "--world: the profile has no world '%s'%s%s%s", name,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

static enum sf_err find_engine(const char *name, uint32_t *engine_out, struct sf_diag *diag)
{
    static const char *const names[] = {"snapshot", "replay", NULL};
    for (uint32_t i = 0; names[i] != NULL; i++) {
        if (name == NULL || strcmp(names[i], name) == 0) {
            *engine_out = i;
            return SF_OK;
        }
    }
    return sf_fail(diag, SF_ERR_INPUT, "--engine %s: expected snapshot or replay", name);
}

static enum sf_err understand(const struct cli_args *args, struct sf_exhaust_options *exhaust,
                              struct sf_diag *diag)
{
    uint64_t depth;
    uint64_t seconds;
    const char *candidate = cli_value(args, "candidate");
    const char *baseline = cli_value(args, "baseline");
    const char *world = cli_value(args, "world");
    if (candidate == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--candidate is missing: which cache? `strayframe list caches` names those "
                       "that come with the program");
    }
    *exhaust = (struct sf_exhaust_options){
        .reconfigure = cli_value(args, "reconfigure"),
        .worlds = sf_profile_world(0),
        .worlds_count = sf_profile_count(),
        .keeps_merging = !cli_flag(args, "no-merging"),
        .keeps_symmetry = !cli_flag(args, "no-symmetry"),
    };
    SF_TRY(cli_number(args, "depth", SF_SMALL_EVENTS_MAX, 1, SF_SMALL_EVENTS_MAX, &depth, diag));
    SF_TRY(cli_number(args, "seconds", 60, 1, 86400, &seconds, diag));
    SF_TRY(cli_number(args, "seed", 1, 0, UINT64_MAX, &exhaust->seed, diag));
    SF_TRY(find_engine(cli_value(args, "engine"), &exhaust->engine, diag));
    if (world != NULL) {
        SF_TRY(find_world(world, exhaust, diag));
    }
    exhaust->depth_max = (uint32_t)depth;
    exhaust->seconds_max = (double)seconds;
    SF_TRY(sf_cache_load(candidate, sf_builtin_caches(), &exhaust->candidate, diag));
    if (baseline != NULL) {
        SF_TRY(sf_cache_load(baseline, sf_builtin_caches(), &exhaust->before, diag));
    }
    return SF_OK;
}

static int print(const struct cli_args *args, const struct sf_exhaust_options *exhaust_options,
                 const struct sf_exhaust *exhaust)
{
    int code = cli_exit_of(sf_exhaust_verdict(exhaust));
    if (cli_flag(args, "json")) {
        return cli_print_json(sf_exhaust_json(exhaust_options, exhaust), code);
    }
    struct sf_text text = {0};
    sf_exhaust_say(exhaust_options, exhaust, &text);
    code = cli_print_text(&text, code);
    sf_text_free(&text);
    return code;
}

static int run(const struct cli_args *args)
{
    struct sf_exhaust_options exhaust_options;
    struct sf_exhaust *exhaust = sf_alloc(1, sizeof *exhaust);
    struct sf_diag diag = {0};
    enum sf_err err = understand(args, &exhaust_options, &diag);
    if (err == SF_OK) {
        err = sf_exhaust(&exhaust_options, exhaust, &diag);
    }
    int code = err == SF_OK ? print(args, &exhaust_options, exhaust) : cli_fail(err, &diag);
    free(exhaust);
    return code;
}

const struct cli_command cli_exhaust = {
    .name = "exhaust",
    .words = "",
    .summary = "Try every order of events in small worlds, without network and pictures",
    .details =
        "Drives the cache through the interface of its host in worlds of two or three tenants "
        "whose "
        "stills\n"
        "are bytes with owners. At each step every event that can happen is tried, up to a depth "
        "that\n"
        "grows until the CPU time is used up. Says what is covered. Exit code 1: an answer held a "
        "byte of\n"
        "another tenant's still, or gave a session away; the order is printed, the shortest there "
        "is in its\n"
        "world. Exit code 3: a find did not repeat in a fresh process.",
    .options = options,
    .words_min = 0,
    .words_max = 0,
    .run = run,
};
