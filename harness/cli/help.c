/* strayframe help: the commands and their options, from the tables of the commands. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/place.h"
#include "harness/cli/command.h"

static const struct cli_command help_command; /* below: it reads the table */

const struct cli_command *const cli_commands[] = {
    &cli_replay,  &cli_run,   &cli_gate,  &cli_live,      &cli_exhaust, &cli_explain,  &cli_trace,
    &cli_shrink,  &cli_prove, &cli_check, &cli_print,     &cli_list,    &cli_netem,    &cli_talk,
    &cli_history, &cli_merge, &cli_fuzz,  &cli_new_cache, &cli_doctor,  &help_command, NULL,
};

const struct cli_command *cli_find_command(const char *name)
{
    SF_ASSERT(name != NULL);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        if (strcmp(cli_commands[i]->name, name) == 0) {
            return cli_commands[i];
        }
    }
    return NULL;
}

const char *cli_nearest_command(const char *name, char *out, size_t out_bytes)
{
    SF_ASSERT(name != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(out_bytes > 0);
    const char *names[sizeof cli_commands / sizeof cli_commands[0]] = {NULL};
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        names[i] = cli_commands[i]->name;
    }
    const char *nearest = sf_text_nearest(name, names);
    snprintf(out, out_bytes, "%s%s%s", nearest != NULL ? "; did you mean '" : "",
             nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    return out;
}

void cli_overview(FILE *to)
{
    SF_ASSERT(to != NULL);
    fprintf(to, "strayframe: tests whether a cache of camera stills ever sends a viewer another "
                "tenant's picture.\n\n"
                "Usage: strayframe COMMAND [OPTION...] [...]\n\nCommands:\n");
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        fprintf(to, "  %-9s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    }
    fprintf(to,
            "\n`strayframe COMMAND --help` lists its options. --version prints the version.\n\n"
            "Exit codes: 0 pass, 1 fail, 2 bad input, 3 inconclusive, 4 the machine failed.\n\n"
            "First steps:\n"
            "  strayframe replay                       the incident of 26 December 2019, compared "
            "with the published facts\n"
            "  strayframe list caches                  the built-in caches\n"
            "  strayframe new-cache my_cache           a cache to start from, with its test\n"
            "  strayframe gate --candidate ./my.so     is this cache fit to be deployed?\n");
}

/* Pages and files are named as in the source tree; an installed program has them elsewhere. */
static bool names_files(const struct cli_command *command)
{
    static const char *const folders[] = {"docs/", "scenarios/", "share/"};
    bool names = false;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        names |= strstr(command->details, folders[i]) != NULL;
        for (const struct cli_option *option = command->options; option->name != NULL; option++) {
            names |= strstr(option->help, folders[i]) != NULL;
        }
    }
    return names;
}

int cli_help_of(const struct cli_command *command)
{
    SF_ASSERT(command != NULL);
    printf("Usage: strayframe %s [OPTION...]%s%s\n\n%s.\n", command->name,
           command->words[0] != '\0' ? " " : "", command->words, command->summary);
    printf("\nOptions:\n");
    for (const struct cli_option *option = command->options; option->name != NULL; option++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", option->name, option->value != NULL ? " " : "",
                 option->value != NULL ? option->value : "");
        printf("  %-22s %s\n", left, option->help);
    }
    printf("  %-22s %s\n", "--help", "print this");
    if (command->details[0] != '\0') {
        printf("\n%s\n", command->details);
    }
    char folder[SF_PLACE_BYTES];
    if (names_files(command) && sf_place_data(folder)) {
        printf("\nPages: %s/docs/; scenarios/ and share/ are beside it.\n", folder);
    }
    return CLI_EXIT_PASS;
}

static const struct cli_option options[] = {
    {"man", NULL, "print the manual page, as roff: strayframe help --man | man -l -"},
    {"completion", "SHELL", "print the completion of command lines for bash or zsh"},
    CLI_OPTIONS_END,
};

static int print_completion(const char *shell)
{
    struct sf_text text = {0};
    struct sf_diag diag = {0};
    enum sf_err err = cli_completion(shell, &text, &diag);
    int code = err == SF_OK ? cli_print_text(&text, CLI_EXIT_PASS) : cli_fail(err, &diag);
    sf_text_free(&text);
    return code;
}

static int help(const struct cli_args *args)
{
    if (cli_value(args, "completion") != NULL) {
        return print_completion(cli_value(args, "completion"));
    }
    if (cli_flag(args, "man")) {
        struct sf_text page = {0};
        cli_man_page(&page);
        int code = cli_print_text(&page, CLI_EXIT_PASS);
        sf_text_free(&page);
        return code;
    }
    if (args->words_count == 0) {
        cli_overview(stdout);
        return CLI_EXIT_PASS;
    }
    const struct cli_command *command = cli_find_command(args->words[0]);
    if (command == NULL) {
        char nearest[64];
        fprintf(stderr, "strayframe help: there is no command '%s'%s\n", args->words[0],
                cli_nearest_command(args->words[0], nearest, sizeof nearest));
        return CLI_EXIT_BAD_INPUT;
    }
    return cli_help_of(command);
}

static const struct cli_command help_command = {
    .name = "help",
    .words = "[COMMAND]",
    .summary = "List the commands, or explain one",
    .details = "",
    .options = options,
    .words_min = 0,
    .words_max = 1,
    .run = help,
};
