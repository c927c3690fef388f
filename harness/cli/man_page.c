/* The manual page, from the tables of the commands: docs/strayframe.1 is what this prints. */
#include <stdbool.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/cli/command.h"

/* Characters that roff would take for something else, or print as something else. */
static const struct {
    char character;
    const char *name;
} escapes[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"},
               {'`', "\\(ga"}, {'^', "\\(ha"}, {'~', "\\(ti"}};

static const char *escape_of(char character)
{
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (escapes[i].character == character) {
            return escapes[i].name;
        }
    }
    return NULL;
}

/* Text as roff takes it; a line that begins like a request is none. */
static void add_text(struct sf_text *out, const char *text)
{
    bool line_begins = out->length > 0 && out->data[out->length - 1] == '\n';
    for (const char *at = text; *at != '\0'; at++) {
        if (line_begins && (*at == '.' || *at == '\'')) {
            sf_text_add(out, "\\&");
        }
        line_begins = *at == '\n';
        if (escape_of(*at) != NULL) {
            sf_text_add(out, "%s", escape_of(*at));
        } else {
            sf_text_add(out, "%c", *at);
        }
    }
}

static void add_option(struct sf_text *out, const struct cli_option *option)
{
    sf_text_add(out, ".TP\n\\fB\\-\\-");
    add_text(out, option->name);
    sf_text_add(out, "\\fR");
    if (option->value != NULL) {
        sf_text_add(out, " \\fI");
        add_text(out, option->value);
        sf_text_add(out, "\\fR");
    }
    sf_text_add(out, "\n");
    add_text(out, option->help);
    sf_text_add(out, "\n");
}

static void add_command(struct sf_text *out, const struct cli_command *command)
{
    sf_text_add(out, ".SS strayframe ");
    add_text(out, command->name);
    sf_text_add(out, " [OPTION...]%s", command->words[0] != '\0' ? " " : "");
    add_text(out, command->words);
    sf_text_add(out, "\n");
    add_text(out, command->summary);
    sf_text_add(out, ".\n");
    if (command->details[0] != '\0') {
        sf_text_add(out, ".PP\n");
        add_text(out, command->details);
        sf_text_add(out, "\n");
    }
    for (const struct cli_option *option = command->options; option->name != NULL; option++) {
        add_option(out, option);
    }
}

static void add_exit_status(struct sf_text *out)
{
    static const char *const meanings[] = {
        [CLI_EXIT_PASS] = "pass: no invariant was broken, and each one required was tested",
        [CLI_EXIT_FAIL] = "fail: an invariant was broken, or two runs that should be the same "
                          "differ",
        [CLI_EXIT_BAD_INPUT] = "bad input: a mistake in a file or on the command line, with its "
                               "place",
        [CLI_EXIT_INCONCLUSIVE] = "inconclusive: a time limit was reached, an oracle had no "
                                  "evidence, or the cache is not deterministic",
        [CLI_EXIT_MACHINE] = "the machine failed: no memory, a full disk",
    };
    sf_text_add(out, ".SH EXIT STATUS\n");
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        sf_text_add(out, ".TP\n%zu\n", i);
        add_text(out, meanings[i]);
        sf_text_add(out, "\n");
    }
}

void cli_man_page(struct sf_text *out)
{
    SF_ASSERT(out != NULL);
    sf_text_add(out, ".\\\" Made by `strayframe help --man`; not to be edited.\n"
                     ".TH STRAYFRAME 1 \"\" \"strayframe " SF_VERSION "\" \"User Commands\"\n"
                     ".SH NAME\n"
                     "strayframe \\- test whether a cache of camera stills ever sends a viewer "
                     "another tenant\\(aqs picture\n"
                     ".SH SYNOPSIS\n"
                     ".B strayframe\n.I COMMAND\n[\\fIOPTION\\fR...] [...]\n"
                     ".SH DESCRIPTION\n");
    add_text(out, "Simulates cameras, a cloud with the cache under test, hubs and apps in one "
                  "process on virtual time; loses, delays, reorders and damages packets between "
                  "them; and checks every pixel and every byte that reaches a viewer. The same "
                  "scenario and seed give the same run, bit for bit, on any machine.\n");
    sf_text_add(out, ".SH COMMANDS\n");
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        add_command(out, cli_commands[i]);
    }
    add_exit_status(out);
    sf_text_add(out, ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\n");
    add_text(out, "If set and not empty, output is not coloured. Output to a file or pipe is never "
                  "coloured.\n");
    sf_text_add(out, ".SH FILES\n");
    add_text(out, "Names that begin with docs/, scenarios/ or share/ are files that come with the "
                  "program, and are found from every folder. `strayframe list places` prints where "
                  "they are, and the header for caches.\n");
    sf_text_add(out, ".SH EXAMPLES\n.nf\n");
    add_text(out,
             "strayframe replay --report replay.html\n"
             "strayframe gate --candidate ./my_cache.so --seeds 200 --junit gate.xml\n"
             "strayframe run scenarios/gate/deploy.yaml --cache ./my_cache.so --save leak.run\n"
             "strayframe explain leak.run\n"
             "strayframe run leak.run\n");
    sf_text_add(out, ".fi\n");
}
