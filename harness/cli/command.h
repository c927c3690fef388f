/* The command line: one table of commands, each with one table of options from which both the
 * parser and `--help` are made. */
#ifndef STRAYFRAME_CLI_COMMAND_H
#define STRAYFRAME_CLI_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "harness/gate/gate.h"
#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/ci/result.h"
#include "harness/oracle/oracle.h"
#include "harness/scenario/scenario.h"

enum { CLI_OPTIONS_MAX = 40, CLI_SETS_MAX = 64, CLI_WORDS_MAX = 256, CLI_LINES_MAX = 16 };

/* Of a path, its end included. */
enum { CLI_PATH_BYTES = 4096 };

/* Exit codes of every command. */
enum {
    CLI_EXIT_PASS = 0,
    CLI_EXIT_FAIL = 1,
    CLI_EXIT_BAD_INPUT = 2,
    CLI_EXIT_INCONCLUSIVE = 3,
    CLI_EXIT_MACHINE = 4,
};

/* Options that several commands have, said once. */
#define CLI_OPTION_SEED                                                                     \
    {                                                                                       \
        "seed", "N",                                                                        \
            "the seed, instead of the scenario's; the first of several; or a commit's hash" \
    }
#define CLI_OPTION_SET                                                                            \
    {                                                                                             \
        "set", "KEY=VALUE", "change the scenario, e.g. --set homes.poor.count=3; may be repeated" \
    }
#define CLI_OPTION_CACHE                                                                   \
    {                                                                                      \
        "cache", "CACHE", "the cache under test, in place of each that the scenario names" \
    }
#define CLI_OPTION_BASELINE                                                                \
    {                                                                                      \
        "baseline", "CACHE", "the version before a deploy (default: the cache under test)" \
    }
#define CLI_OPTION_ROLLOUT                                                                     \
    {                                                                                          \
        "rollout", "HOW",                                                                      \
            "with --baseline: rollout (node by node), rollback, half-way or mixed, as in gate" \
    }
#define CLI_OPTION_VARY                                                                     \
    {                                                                                       \
        "vary", "WHAT",                                                                     \
            "run again with the content or the length of one tenant's stills changed, and " \
            "compare "                                                                      \
            "what other tenants' viewers get; content:N or length:N: the account of home N" \
    }
#define CLI_OPTION_JSON                          \
    {                                            \
        "json", NULL, "print the result as JSON" \
    }
/* The formats of formats.c, in its order. */
#define CLI_OPTIONS_CI                                                                     \
    {"junit", "FILE", "also write the result as JUnit XML, for CI servers"},               \
        {"sarif", "FILE", "also write the problems as SARIF 2.1.0, for code scanning"},    \
        {"code-quality", "FILE", "also write the problems as GitLab's Code Quality JSON"}, \
        {"summary", "FILE",                                                                \
         "also add the result to this file as Markdown ($GITHUB_STEP_SUMMARY)"},           \
    {                                                                                      \
        "annotations", NULL, "also print the problems as GitHub's workflow commands"       \
    }
#define CLI_OPTION_REPORT                                      \
    {                                                          \
        "report", "FILE", "also write a report, one HTML file" \
    }
#define CLI_OPTION_JOBS                                               \
    {                                                                 \
        "jobs", "N", "number of parallel runs (number of processors)" \
    }
#define CLI_SCENARIOS_FOLDER "scenarios/gate"
#define CLI_OPTION_SCENARIOS                                                            \
    {                                                                                   \
        "scenarios", "PATH",                                                            \
            "a scenario of your own, or a folder of them, beside " CLI_SCENARIOS_FOLDER \
    }
#define CLI_OPTION_ONLY                                                                   \
    {                                                                                     \
        "only", "PATH",                                                                   \
            "this scenario or folder and nothing else, in place of " CLI_SCENARIOS_FOLDER \
    }
#define CLI_OPTIONS_END  \
    {                    \
        NULL, NULL, NULL \
    }

struct cli_option {
    const char *name;  /* without dashes; NULL ends the table */
    const char *value; /* what it takes, for the help; NULL: a flag */
    const char *help;
};

struct cli_args;

struct cli_command {
    const char *name;
    const char *words;   /* what follows the options, for the help: "FILE"; "" for nothing */
    const char *summary; /* one line */
    const char *details; /* more lines for the command's own help; "" for none */
    const struct cli_option *options;
    uint32_t words_min;
    uint32_t words_max;
    bool prints_what_is_known; /* SIGINT and SIGTERM end its work early; it prints what is known */
    int (*run)(const struct cli_args *args);
};

/* A command line that has been understood. */
struct cli_args {
    const struct cli_command *command;
    char **argv;                         /* the command line itself */
    struct timespec started;             /* of the clock CLOCK_MONOTONIC */
    const char *values[CLI_OPTIONS_MAX]; /* by option; NULL: not given; "" for a flag that was */
    struct sf_scenario_override sets[CLI_SETS_MAX]; /* every --set, in order */
    uint32_t sets_count;
    const char *lines[CLI_LINES_MAX]; /* every --origin-header, in order */
    uint32_t lines_count;
    const char *words[CLI_WORDS_MAX];
    uint32_t words_count;
    uint32_t
        words_before_dashes; /* how many of them stand before a `--`; all where there is none */
};

/* Every command, in the order of the help, ended by NULL. */
extern const struct cli_command *const cli_commands[];
/* NULL if there is none of this name. */
const struct cli_command *cli_find_command(const char *name);
/* "; did you mean 'run'?", or "". Returns `out`. */
const char *cli_nearest_command(const char *name, char *out, size_t out_bytes);

extern const struct cli_command cli_run;
extern const struct cli_command cli_replay;
extern const struct cli_command cli_gate;
extern const struct cli_command cli_shrink;
extern const struct cli_command cli_prove;
extern const struct cli_command cli_check;
extern const struct cli_command cli_print;
extern const struct cli_command cli_list;
extern const struct cli_command cli_netem;
extern const struct cli_command cli_exhaust;
extern const struct cli_command cli_explain;
extern const struct cli_command cli_trace;
extern const struct cli_command cli_talk;
extern const struct cli_command cli_live;
extern const struct cli_command cli_history;
extern const struct cli_command cli_merge;
extern const struct cli_command cli_fuzz;
extern const struct cli_command cli_new_cache;
extern const struct cli_command cli_doctor;

/* What `live` does: in the program strayframe it starts strayframe-live, which has the libraries
 * that it needs. */
int cli_live_run(const struct cli_args *args);
/* `strayframe run` of a scenario with a section `live`; the same. */
int cli_run_live(const struct cli_args *args, const struct sf_plan *plan);

/* Prints --version; returns the exit code. */
int cli_version(void);

void cli_overview(FILE *to);
/* Prints the help of one command; returns the exit code. */
int cli_help_of(const struct cli_command *command);
/* Completion of command lines for a shell, bash or zsh. SF_ERR_INPUT for another one. */
SF_MUST_USE enum sf_err cli_completion(const char *shell, struct sf_text *out,
                                       struct sf_diag *diag);
/* The manual page, as roff. */
void cli_man_page(struct sf_text *out);

/* The value of an option by its name; NULL if it was not given. */
const char *cli_value(const struct cli_args *args, const char *option);
/* Does the command have this option at all? */
bool cli_has_option(const struct cli_args *args, const char *option);
static inline bool cli_flag(const struct cli_args *args, const char *option)
{
    return cli_value(args, option) != NULL;
}

/* A whole number in a range; the fallback where the option was not given. */
SF_MUST_USE enum sf_err cli_number(const struct cli_args *args, const char *option,
                                   uint64_t fallback, uint64_t min, uint64_t max,
                                   uint64_t *number_out, struct sf_diag *diag);

/* The value of --seed: a number, or a commit's hash. */
SF_MUST_USE enum sf_err cli_seed(const struct cli_args *args, uint64_t fallback, uint64_t *seed_out,
                                 struct sf_diag *diag);
/* A commit's hash, 7 to 64 hexadecimal digits that are no number, gives the seed of its first 7
 * digits: each abbreviation of it gives the same one. False for any other text. */
bool cli_seed_of_commit(const char *text, uint64_t *seed_out);

/* Prints the diagnosis to stderr and returns the exit code that goes with the error. */
int cli_fail(enum sf_err err, const struct sf_diag *diag);
int cli_exit_of(enum sf_verdict verdict);
/* "pass", "fail" or "inconclusive". */
const char *cli_verdict_word(int exit_code);

/* Writes to stdout and returns the exit code; main() notices if it could not be written. */
int cli_print_text(const struct sf_text *text, int exit_code);
/* The version of what --json prints, as the key `format_version`. Keys are added without a new one.
 */
enum { CLI_JSON_VERSION = 1 };
/* The name of the command, as the key `command`. Borrowed. */
void cli_json_of(const char *command);
/* The same for JSON, which it releases. An object gets version and command. */
int cli_print_json(json_t *json, int exit_code);

/* All of it or nothing: harness/base/whole_file.h. */
SF_MUST_USE enum sf_err cli_write_file(const char *path, const struct sf_text *text,
                                       struct sf_diag *diag);

/* Can each file that the command is to write at its end be written? To be asked before the work. */
SF_MUST_USE enum sf_err cli_outputs_writable(const struct cli_args *args, struct sf_diag *diag);

/* Is this option one of CLI_OPTIONS_CI, and was any of them given? */
bool cli_is_format(const char *option);
bool cli_wants_formats(const struct cli_args *args);
/* Writes the result in each format that was asked for, and frees it. To be called after the result
 * is printed. */
SF_MUST_USE enum sf_err cli_write_formats(const struct cli_args *args, struct sf_ci_result *result,
                                          struct sf_diag *diag);

/* The command line that gives this result again, without what only says where it goes or how fast.
 * `word` stands in where no FILE was given; "" for none. The seed is always said; NULL: it is
 * part of the file. */
void cli_repeat_command(const struct cli_args *args, const char *word, const uint64_t *seed,
                        struct sf_text *out);

/* The same for another command about the same FILE: with those of the options that it has. */
void cli_command_like(const struct cli_args *args, const struct cli_command *command,
                      const char *word, const uint64_t *seed, struct sf_text *out);

/* Loads a scenario, or the plan of a saved run, with the command's --set, and --cache and --seed if
 * it has them. */
SF_MUST_USE enum sf_err cli_load(const struct cli_args *args, const char *file,
                                 struct sf_plan *plan_out, struct sf_diag *diag);

/* The scenarios of a campaign (--only, --scenarios), changed by every --set. Free it, also after a
 * failure. */
struct cli_scenarios {
    char *files[SF_GATE_SCENARIOS_MAX];
    struct sf_plan *plans;
    uint32_t count;
};
SF_MUST_USE enum sf_err cli_scenarios_load(const struct cli_args *args,
                                           struct cli_scenarios *scenarios, struct sf_diag *diag);
void cli_scenarios_free(struct cli_scenarios *scenarios);

/* How many runs of each plan there will be, and how many runs at once; 0 workers: as many as
 * processors. */
struct cli_runs {
    uint64_t count; /* at least 1 */
    uint32_t workers;
};
/* Prints on stderr what runs of these plans will take, where that is much. SF_ERR_INPUT if as many
 * at once as there will be cannot fit into memory. */
SF_MUST_USE enum sf_err cli_afford(const struct sf_plan *plans, uint32_t plans_count,
                                   const struct cli_runs *runs, struct sf_diag *diag);

/* A file or folder that the user names: below the current folder, else among those that come with
 * the program (harness/base/place.h). As named if it is in neither. */
void cli_find_data(const char *name, char *path_out, size_t path_bytes);
/* A file or folder of the program: its own, also where the current folder has another of this name.
 * The name itself where cli_find_data leads from it to the program's own. */
void cli_find_own(const char *name, char *path_out, size_t path_bytes);
/* Would cli_find_data lead from both names to the same file or folder? */
bool cli_same_file(const char *one, const char *other);

/* SF_ERR_INPUT when the option's value is not how a cache is named; fine when it was not given. */
SF_MUST_USE enum sf_err cli_cache_check(const struct cli_args *args, const char *option,
                                        struct sf_diag *diag);

/* Progress on stderr: a bar on a terminal once two seconds have passed. */
void cli_progress(void *label, uint32_t done_count, uint32_t count);
/* Wipes the bar. */
void cli_progress_end(void);

#endif
