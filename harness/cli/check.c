/* strayframe check and print: what a scenario file says, without running it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/cli/command.h"
#include "harness/run/run.h"
#include "harness/scenario/swarm.h"

static const struct cli_option check_options[] = {
    {"set", "KEY=VALUE", "change each scenario first; may be repeated"},
    {NULL, NULL, NULL},
};

/* Goes through all files, so that one mistake does not hide the next. */
static int check(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_run_caches *caches = sf_alloc(1, sizeof *caches);
    int code = CLI_EXIT_PASS;
    for (uint32_t i = 0; i < args->words_count; i++) {
        struct sf_diag diag = {0};
        enum sf_err err = cli_load(args, args->words[i], plan, &diag);
        if (err == SF_OK) {
            err = sf_run_load_caches(plan, caches, &diag);
        }
        if (err != SF_OK) {
            code = cli_fail(err, &diag);
        } else {
            printf("%s: fine: %u homes, %u entries on the timeline\n", args->words[i],
                   sf_plan_homes_count(plan), plan->timeline_count);
        }
    }
    free(caches);
    free(plan);
    return code;
}

const struct cli_command cli_check = {
    .name = "check",
    .words = "FILE...",
    .summary = "Say whether scenario files are fit to run, or what is wrong with them and where",
    .details = "",
    .options = check_options,
    .words_min = 1,
    .words_max = CLI_WORDS_MAX,
    .run = check,
};

static const struct cli_option print_options[] = {
    {"set", "KEY=VALUE", "change the scenario first; may be repeated"},
    {"cache", "CACHE", "put this cache wherever the scenario names one"},
    {"seed", "N", "use this seed instead of the scenario's"},
    {"drawn", NULL, "print what a scenario with `swarm` is under its seed"},
    {NULL, NULL, NULL},
};

static int print(const struct cli_args *args)
{
    struct sf_plan *plan = sf_alloc(1, sizeof *plan);
    struct sf_diag diag = {0};
    enum sf_err err = cli_load(args, args->words[0], plan, &diag);
    int code;
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    } else {
        struct sf_text text = {0};
        if (cli_flag(args, "drawn")) {
            struct sf_plan *bag = sf_alloc(1, sizeof *bag);
            uint32_t entries[SF_TIMELINE_MAX];
            memcpy(bag, plan, sizeof *bag);
            sf_plan_draw(sf_run_schema(), bag, plan->seed, plan, entries);
            free(bag);
        }
        sf_scenario_print(plan, sf_run_schema(), &text);
        code = cli_print_text(&text, CLI_EXIT_PASS);
        sf_text_free(&text);
    }
    free(plan);
    return code;
}

const struct cli_command cli_print = {
    .name = "print",
    .words = "FILE",
    .summary = "Print a scenario in its canonical form",
    .details = "What is printed loads again into the same plan.",
    .options = print_options,
    .words_min = 1,
    .words_max = 1,
    .run = print,
};
