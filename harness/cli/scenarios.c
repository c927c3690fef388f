/* The scenarios that a campaign runs: one file, or all of a folder. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/command.h"

static bool is_scenario(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".yaml") == 0 && name[0] != '.';
}

static bool is_listed(const struct cli_scenarios *scenarios, const char *path)
{
    for (uint32_t i = 0; i < scenarios->count; i++) {
        if (cli_same_file(path, scenarios->files[i])) {
            return true;
        }
    }
    return false;
}

/* A file that is listed already is not run twice. */
static enum sf_err add_file(const char *path, struct cli_scenarios *scenarios, struct sf_diag *diag)
{
    if (is_listed(scenarios, path)) {
        return SF_OK;
    }
    if (scenarios->count == SF_GATE_SCENARIOS_MAX) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: more than %d scenarios", path,
                       SF_GATE_SCENARIOS_MAX);
    }
    scenarios->files[scenarios->count++] = sf_strdup(path);
    return SF_OK;
}

/* `name` is what files of the folder are listed under, where it leads to them. */
static enum sf_err add_folder(const char *folder, const char *name, struct cli_scenarios *scenarios,
                              struct sf_diag *diag)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: %s", folder, strerror(errno));
    }
    enum sf_err err = SF_OK;
    bool any = false;
    for (int i = 0; i < count; i++) {
        if (err == SF_OK && is_scenario(entries[i]->d_name)) {
            struct sf_text path = {0};
            struct sf_text named = {0};
            sf_text_add(&path, "%s/%s", folder, entries[i]->d_name);
            sf_text_add(&named, "%s/%s", name, entries[i]->d_name);
            err = add_file(cli_same_file(named.data, path.data) ? named.data : path.data, scenarios,
                           diag);
            sf_text_free(&named);
            sf_text_free(&path);
            any = true;
        }
        free(entries[i]);
    }
    free(entries);
    if (err == SF_OK && !any) {
        err = sf_fail(diag, SF_ERR_INPUT, "%s: no scenario (*.yaml) in this folder", folder);
    }
    return err;
}

/* `own`: the program's, whatever the current folder has. */
static enum sf_err add_path(const char *wanted, bool own, struct cli_scenarios *scenarios,
                            struct sf_diag *diag)
{
    char name[CLI_PATH_BYTES];
    char path[CLI_PATH_BYTES];
    snprintf(name, sizeof name, "%s", wanted);
    if (own) {
        cli_find_own(wanted, name, sizeof name);
    }
    cli_find_data(name, path, sizeof path);
    struct stat status;
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    return folder ? add_folder(path, name, scenarios, diag) : add_file(name, scenarios, diag);
}

enum sf_err cli_scenarios_load(const struct cli_args *args, struct cli_scenarios *scenarios,
                               struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(scenarios != NULL);
    const char *only = cli_value(args, "only");
    const char *further = cli_value(args, "scenarios");
    SF_TRY(add_path(only != NULL ? only : CLI_SCENARIOS_FOLDER, only == NULL, scenarios, diag));
    if (further != NULL) {
        SF_TRY(add_path(further, false, scenarios, diag));
    }
    scenarios->plans = sf_alloc(scenarios->count, sizeof *scenarios->plans);
    for (uint32_t i = 0; i < scenarios->count; i++) {
        char path[CLI_PATH_BYTES];
        cli_find_data(scenarios->files[i], path, sizeof path);
        SF_TRY(sf_scenario_load(path, sf_run_schema(), args->sets, args->sets_count,
                                &scenarios->plans[i], diag));
        if (scenarios->plans[i].live.present) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "%s has a section `live`: `strayframe live` plays it",
                           scenarios->files[i]);
        }
    }
    return SF_OK;
}

void cli_scenarios_free(struct cli_scenarios *scenarios)
{
    SF_ASSERT(scenarios != NULL);
    for (uint32_t i = 0; i < scenarios->count; i++) {
        free(scenarios->files[i]);
    }
    free(scenarios->plans);
}
