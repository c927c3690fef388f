/* strayframe talk: a recorded exchange, fed to a cache's program alone. */
#include <inttypes.h>
#include <stdio.h>

#include "harness/box/talk.h"
#include "harness/cli/command.h"

static const struct cli_option options[] = {
    {"process", "N", "which of the recording's processes (1)"},
    CLI_OPTIONS_END,
};

static int print(const struct sf_talk *talk, const char *file)
{
    if (!talk->differs) {
        printf("the same as recorded: %" PRIu64 " events, %" PRIu64 " calls\n", talk->events_count,
               talk->calls_count);
        return CLI_EXIT_PASS;
    }
    printf("%s:%" PRIu64 ": the program does not call what was recorded, after %" PRIu64
           " events\n  recorded  %s\n  now       %s\n",
           file, talk->line, talk->events_count, talk->expected,
           talk->said[0] != '\0' ? talk->said : "(it ended)");
    return CLI_EXIT_FAIL;
}

static int run(const struct cli_args *args)
{
    char *argv[CLI_WORDS_MAX + 1] = {NULL};
    struct sf_talk talk;
    struct sf_diag diag = {0};
    uint64_t process;
    for (uint32_t i = 1; i < args->words_count; i++) {
        argv[i - 1] = (char *)(uintptr_t)args->words[i]; /* exec takes no const */
    }
    enum sf_err err = cli_number(args, "process", 1, 1, UINT32_MAX, &process, &diag);
    if (err == SF_OK) {
        err = sf_box_talk(args->words[0], (uint32_t)process, argv, &talk, &diag);
    }
    return err == SF_OK ? print(&talk, args->words[0]) : cli_fail(err, &diag);
}

const struct cli_command cli_talk = {
    .name = "talk",
    .words = "FILE -- COMMAND",
    .summary = "Feed a recorded exchange of messages to a cache's program alone",
    .details =
        "FILE is written by `strayframe run --log-messages FILE` for a cache exec:COMMAND. "
        "COMMAND\n"
        "gets the same events on its standard input, without a sandbox and without a time limit, "
        "so\n"
        "that it can be debugged. Exit code 1: its calls differ from the recorded ones; the first\n"
        "difference is printed.",
    .options = options,
    .words_min = 2,
    .words_max = CLI_WORDS_MAX,
    .run = run,
};
