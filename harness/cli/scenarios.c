/* The scenarios that a campaign runs: one file, or all of a folder. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/arena.h"
#include "harness/cli/command.h"

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_scenario(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".yaml") == 0 && name[0] != '.';
}

static enum sf_err list_folder(const char *folder, struct cli_scenarios *scenarios,
                               struct sf_diag *diag)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "%s: %s", folder, strerror(errno));
    }
    enum sf_err err = SF_OK;
    const struct dirent *entry;
    while (err == SF_OK && (entry = readdir(directory)) != NULL) {
        if (!is_scenario(entry->d_name)) {
            continue;
        }
        if (scenarios->count == SF_GATE_SCENARIOS_MAX) {
            err = sf_fail(diag, SF_ERR_INPUT, "%s: more than %d scenarios", folder,
                          SF_GATE_SCENARIOS_MAX);
            break;
        }
        struct sf_text path = {0};
        sf_text_add(&path, "%s/%s", folder, entry->d_name);
        scenarios->files[scenarios->count++] = path.data;
    }
    closedir(directory);
    qsort(scenarios->files, scenarios->count, sizeof scenarios->files[0], compare_names);
    if (err == SF_OK && scenarios->count == 0) {
        err = sf_fail(diag, SF_ERR_INPUT, "%s: no scenario (*.yaml) in this folder", folder);
    }
    return err;
}

enum sf_err cli_scenarios_load(const struct cli_args *args, struct cli_scenarios *scenarios,
                               struct sf_diag *diag)
{
    const char *wanted = cli_value(args, "scenarios");
    char path[1200];
    cli_find_data(wanted != NULL ? wanted : CLI_SCENARIOS_FOLDER, path, sizeof path);
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        SF_TRY(list_folder(path, scenarios, diag));
    } else {
        scenarios->files[scenarios->count++] = sf_strdup(path);
    }
    scenarios->plans = sf_alloc(scenarios->count, sizeof *scenarios->plans);
    for (uint32_t i = 0; i < scenarios->count; i++) {
        SF_TRY(sf_scenario_load(scenarios->files[i], sf_run_schema(), args->sets, args->sets_count,
                                &scenarios->plans[i], diag));
    }
    return SF_OK;
}

void cli_scenarios_free(struct cli_scenarios *scenarios)
{
    for (uint32_t i = 0; i < scenarios->count; i++) {
        free(scenarios->files[i]);
    }
    free(scenarios->plans);
}
