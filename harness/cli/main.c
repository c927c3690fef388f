/* strayframe: finds the command and understands its options. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/interrupt.h"
#include "harness/cli/command.h"

/* Says what is wrong, the nearest known word (NULL for none), and where to read on. */
__attribute__((format(printf, 3, 4))) static int
usage_error(const struct cli_command *command, const char *nearest, const char *format, ...)
{
    fprintf(stderr, "strayframe %s: ", command->name);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    if (nearest != NULL) {
        fprintf(stderr, "; did you mean '%s'?", nearest);
    }
    fprintf(stderr, "\nTry `strayframe %s --help`.\n", command->name);
    return CLI_EXIT_BAD_INPUT;
}

static int option_index(const struct cli_command *command, const char *name, size_t length)
{
    for (int i = 0; command->options[i].name != NULL; i++) {
        if (strlen(command->options[i].name) == length &&
            strncmp(command->options[i].name, name, length) == 0) {
            return i;
        }
    }
    return -1;
}

static const char *nearest_option(const struct cli_command *command, const char *name)
{
    const char *names[CLI_OPTIONS_MAX + 2] = {"help"};
    for (int i = 0; command->options[i].name != NULL; i++) {
        names[i + 1] = command->options[i].name;
    }
    return sf_text_nearest(name, names);
}

/* "key=value" of a --set, split where it stands. */
static bool split_set(char *value, struct sf_scenario_override *set_out)
{
    char *equals = strchr(value, '=');
    if (equals == NULL || equals == value) {
        return false;
    }
    *equals = '\0';
    *set_out = (struct sf_scenario_override){.key = value, .value = equals + 1};
    return true;
}

/* One option at argv[*at]; moves *at past its value. 0 or an exit code. */
static int take_option(const struct cli_command *command, int argc, char **argv, int *at,
                       struct cli_args *args)
{
    char *name = argv[*at] + 2;
    size_t length = strcspn(name, "=");
    int index = option_index(command, name, length);
    if (index < 0) {
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)(length < 60 ? length : 60), name);
        return usage_error(command, nearest_option(command, word), "unknown option --%s", word);
    }
    const struct cli_option *option = &command->options[index];
    char *value = name[length] == '=' ? name + length + 1 : NULL;
    if (option->value == NULL) {
        if (value != NULL) {
            return usage_error(command, NULL, "--%s takes no value", option->name);
        }
        args->values[index] = "";
        return 0;
    }
    if (value == NULL) {
        if (*at + 1 >= argc) {
            return usage_error(command, NULL, "--%s needs a value", option->name);
        }
        value = argv[++*at];
    }
    args->values[index] = value;
    if (strcmp(option->name, "set") == 0) {
        if (args->sets_count == CLI_SETS_MAX ||
            !split_set(value, &args->sets[args->sets_count++])) {
            return usage_error(command, NULL, "--set %s is not of the form key=value", value);
        }
    }
    if (strcmp(option->name, "origin-header") == 0) {
        if (args->lines_count == CLI_LINES_MAX) {
            return usage_error(command, NULL, "--origin-header: at most %d", CLI_LINES_MAX);
        }
        args->lines[args->lines_count++] = value;
    }
    return 0;
}

static int understand(const struct cli_command *command, int argc, char **argv,
                      struct cli_args *args)
{
    bool options_over = false;
    for (int at = 2; at < argc; at++) {
        if (!options_over && strcmp(argv[at], "--") == 0) {
            options_over = true;
            args->words_before_dashes = args->words_count;
        } else if (!options_over && strncmp(argv[at], "--", 2) == 0) {
            int code = take_option(command, argc, argv, &at, args);
            if (code != 0) {
                return code;
            }
        } else if (!options_over && argv[at][0] == '-' && argv[at][1] != '\0') {
            return usage_error(command, NULL, "unknown option %s", argv[at]);
        } else if (args->words_count < command->words_max) {
            args->words[args->words_count++] = argv[at];
        } else {
            return usage_error(command, NULL, "'%s' is one word too many", argv[at]);
        }
    }
    if (!options_over) {
        args->words_before_dashes = args->words_count;
    }
    if (args->words_count < command->words_min) {
        return usage_error(command, NULL, "%s is missing", command->words);
    }
    return 0;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

/* What was printed and never arrived must not pass for printed. */
static int finished(int code)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "strayframe: cannot write the output: %s\n", strerror(errno));
        return CLI_EXIT_MACHINE;
    }
    return code;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
    if (wants_help(argc, argv)) {
        return finished(cli_help_of(command));
    }
    struct cli_args *args = sf_alloc(1, sizeof *args);
    args->command = command;
    cli_json_of(command->name);
    args->argv = argv;
    clock_gettime(CLOCK_MONOTONIC, &args->started);
    int code = understand(command, argc, argv, args);
    if (code == 0) {
        if (command->prints_what_is_known) {
            sf_interrupt_watch();
        }
        code = command->run(args);
    }
    if (command->prints_what_is_known && sf_interrupted()) {
        fprintf(stderr, "strayframe: interrupted: what is printed is what was known by then\n");
        code = code == CLI_EXIT_PASS ? CLI_EXIT_INCONCLUSIVE : code;
    }
    free(args);
    return finished(code);
}

static int unknown_command(const char *name)
{
    char nearest[64];
    fprintf(stderr, "strayframe: there is no command '%s'%s\nTry `strayframe --help`.\n", name,
            cli_nearest_command(name, nearest, sizeof nearest));
    return CLI_EXIT_BAD_INPUT;
}

/* A file that may not grow is an error of `write`, with a sentence, and no signal. A stack that is
 * too small for any command is said now. */
static bool machine_is_fit(void)
{
    enum { STACK_BYTES_MIN = 1 << 20 };
    struct rlimit stack;
    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= STACK_BYTES_MIN) {
        return true;
    }
    stack.rlim_cur = stack.rlim_max < STACK_BYTES_MIN ? stack.rlim_max : STACK_BYTES_MIN;
    if (stack.rlim_cur == STACK_BYTES_MIN && setrlimit(RLIMIT_STACK, &stack) == 0) {
        return true;
    }
    fprintf(stderr, "strayframe: the stack may have %llu KiB (ulimit -s); %d are needed\n",
            (unsigned long long)stack.rlim_cur / 1024, STACK_BYTES_MIN / 1024);
    return false;
}

int main(int argc, char **argv)
{
    SF_ASSERT(argv != NULL);
    if (!machine_is_fit()) {
        return CLI_EXIT_MACHINE;
    }
    if (argc < 2) {
        cli_overview(stderr);
        return CLI_EXIT_BAD_INPUT;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        cli_overview(stdout);
        return finished(CLI_EXIT_PASS);
    }
    if (strcmp(argv[1], "--version") == 0) {
        return finished(cli_version());
    }
    const struct cli_command *command = cli_find_command(argv[1]);
    return command != NULL ? run_command(command, argc, argv) : unknown_command(argv[1]);
}
