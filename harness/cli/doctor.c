/* strayframe doctor: what this machine can do for strayframe, what each ability is needed for, and
 * the command that mends it. And --version. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/place.h"
#include "harness/cache/strayframe_cache.h"
#include "harness/cli/command.h"
#include "harness/machine/abilities.h"
#include "harness/machine/versions.h"

static const struct cli_option options[] = {CLI_OPTION_JSON, CLI_OPTIONS_END};

static json_t *ability_json(const struct sf_ability *ability, bool works)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:s}", "group", ability->group, "name", ability->name,
                     "works", works, "needed_for", ability->needed_for, "mend", ability->mend);
}

static json_t *versions_json(void)
{
    json_t *libraries = json_object();
    for (const struct sf_library *library = sf_libraries(); library->name != NULL; library++) {
        json_object_set_new(libraries, library->name, json_string(library->version));
    }
    return json_pack("{s:s, s:s, s:i, s:o}", "strayframe", SF_VERSION, "commit", sf_commit(),
                     "cache_abi", (int)SF_CACHE_ABI, "libraries", libraries);
}

int cli_version(void)
{
    printf("strayframe %s\ncommit %s\ncache interface %u (SF_CACHE_ABI)\nlibraries", SF_VERSION,
           sf_commit(), SF_CACHE_ABI);
    for (const struct sf_library *library = sf_libraries(); library->name != NULL; library++) {
        printf(" %s %s%s", library->name, library->version, library[1].name != NULL ? "," : "\n");
    }
    return CLI_EXIT_PASS;
}

static void print_ability(const struct sf_ability *ability, bool works)
{
    printf("  %-3s  %-20s %s\n", works ? "yes" : "NO", ability->name, ability->needed_for);
    if (!works) {
        printf("       %-20s %s\n", "", ability->mend);
    }
}

static int run(const struct cli_args *args)
{
    bool as_json = cli_flag(args, "json");
    json_t *list = json_array();
    const char *group = "";
    int missing = 0;
    for (const struct sf_ability *ability = sf_abilities(); ability->name != NULL; ability++) {
        bool works = ability->works(ability->detail);
        missing += !works;
        json_array_append_new(list, ability_json(ability, works));
        if (!as_json && strcmp(group, ability->group) != 0) {
            group = ability->group;
            printf("%s\n", group);
        }
        if (!as_json) {
            print_ability(ability, works);
        }
    }
    if (as_json) {
        return cli_print_json(
            json_pack("{s:o, s:o}", "versions", versions_json(), "abilities", list), CLI_EXIT_PASS);
    }
    json_decref(list);
    if (missing > 0) {
        printf("%d missing: each is followed by the command that mends it, as root on Debian\n",
               missing);
    } else {
        printf("all there\n");
    }
    return CLI_EXIT_PASS;
}

const struct cli_command cli_doctor = {
    .name = "doctor",
    .words = "",
    .summary = "Show what this machine can do, what for, and the command that mends what it cannot",
    .details =
        "Each ability is tried: namespaces and filters with a real box, the kernel's network\n"
        "in a private namespace, compilers with a small program. Nothing is left or changed.\n"
        "No ability is needed for all commands; the exit code is 0. --json adds the versions\n"
        "of the program and its libraries.",
    .options = options,
    .words_min = 0,
    .words_max = 0,
    .run = run,
};
