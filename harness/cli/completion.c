/* Completion of command lines, for bash and zsh: printed from the tables of the commands, as the
 * help is. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/cli/command.h"

/* What may follow an option, or stand as a word, by the word that the help has for it. */
enum kind { KIND_NOTHING, KIND_FILE, KIND_CACHE, KIND_COMMAND, KIND_LIST };

static enum kind kind_of(const char *word)
{
    if (word == NULL) {
        return KIND_NOTHING;
    }
    if (strncmp(word, "CACHE", 5) == 0) {
        return KIND_CACHE;
    }
    if (strstr(word, "FILE") != NULL || strstr(word, "PATH") != NULL ||
        strncmp(word, "STORE", 5) == 0) {
        return KIND_FILE;
    }
    if (strcmp(word, "[COMMAND]") == 0) {
        return KIND_COMMAND;
    }
    return strchr(word, '|') != NULL && strchr(word, ' ') == NULL ? KIND_LIST : KIND_NOTHING;
}

/* In single quotes. */
static void add_quoted(struct sf_text *out, const char *text)
{
    sf_text_add(out, "'");
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            sf_text_add(out, "'\\''");
        } else {
            sf_text_add(out, "%c", *text);
        }
    }
    sf_text_add(out, "'");
}

static void add_commands(struct sf_text *out)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        sf_text_add(out, "%s%s", i > 0 ? " " : "", cli_commands[i]->name);
    }
}

/* ---- bash ---- */

/* Options of one kind, as a pattern of the shell. "" where there are none. */
static void add_pattern(struct sf_text *out, const struct cli_command *command, enum kind kind)
{
    const char *between = "";
    for (const struct cli_option *option = command->options; option->name != NULL; option++) {
        if (option->value != NULL && kind_of(option->value) == kind) {
            sf_text_add(out, "%s--%s", between, option->name);
            between = "|";
        }
    }
}

static void add_bash_values(struct sf_text *out, const struct cli_command *command)
{
    static const struct {
        enum kind kind;
        const char *action;
    } actions[] = {{KIND_FILE, "_strayframe_files"},
                   {KIND_CACHE, "_strayframe_caches"},
                   {KIND_NOTHING, "return"}};
    sf_text_add(out, "        case $before in\n");
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        struct sf_text pattern = {0};
        add_pattern(&pattern, command, actions[i].kind);
        if (pattern.length > 0) {
            sf_text_add(out, "        %s) %s; return ;;\n", pattern.data, actions[i].action);
        }
        sf_text_free(&pattern);
    }
    sf_text_add(out, "        esac\n");
}

static void add_bash_words(struct sf_text *out, const struct cli_command *command)
{
    switch (kind_of(command->words)) {
    case KIND_FILE:
        sf_text_add(out, "        words=files\n");
        return;
    case KIND_COMMAND:
        sf_text_add(out, "        words='");
        add_commands(out);
        sf_text_add(out, "'\n");
        return;
    case KIND_LIST:
        sf_text_add(out, "        words='");
        for (const char *at = command->words; *at != '\0'; at++) {
            sf_text_add(out, "%c", *at == '|' ? ' ' : *at);
        }
        sf_text_add(out, "'\n");
        return;
    case KIND_CACHE:
    case KIND_NOTHING:
        sf_text_add(out, "        words=\n");
        return;
    }
    SF_UNREACHABLE();
}

static void add_bash_command(struct sf_text *out, const struct cli_command *command)
{
    sf_text_add(out, "    %s)\n        options='", command->name);
    for (const struct cli_option *option = command->options; option->name != NULL; option++) {
        sf_text_add(out, "--%s ", option->name);
    }
    sf_text_add(out, "--help'\n");
    add_bash_words(out, command);
    add_bash_values(out, command);
    sf_text_add(out, "        ;;\n");
}

static void print_bash(struct sf_text *out)
{
    sf_text_add(out,
                "# bash completion of strayframe, made by `strayframe help --completion bash`.\n"
                "_strayframe_files() {\n"
                "    compopt -o filenames 2> /dev/null\n"
                "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                "}\n\n"
                "# A word with a colon is several for readline, which then wants the last part.\n"
                "_strayframe_caches() {\n"
                "    local names\n"
                "    _strayframe_files\n"
                "    names=$(\"${COMP_WORDS[0]}\" list caches 2> /dev/null | "
                "sed -n 's/^\\(builtin:[^ ]*\\).*/\\1/p')\n"
                "    mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W \"$names\" -- "
                "\"$word\")\n"
                "    [[ $word != *:* || $COMP_WORDBREAKS != *:* ]] ||\n"
                "        COMPREPLY=(\"${COMPREPLY[@]#\"${word%%\"${word##*:}\"}\"}\")\n"
                "}\n\n"
                "_strayframe() {\n"
                "    local word before options= words=\n"
                "    COMPREPLY=()\n"
                "    word=${COMP_LINE:0:COMP_POINT}\n"
                "    word=${word##*[ $'\\t']}\n"
                "    before=${COMP_LINE:0:COMP_POINT-${#word}}\n"
                "    before=${before%%\"${before##*[! $'\\t']}\"}\n"
                "    before=${before##*[ $'\\t']}\n"
                "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
                "        mapfile -t COMPREPLY < <(compgen -W '");
    add_commands(out);
    sf_text_add(out, " --help --version' -- \"$word\")\n"
                     "        return\n"
                     "    fi\n"
                     "    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        add_bash_command(out, cli_commands[i]);
    }
    sf_text_add(out, "    esac\n"
                     "    if [[ $word == -* ]]; then\n"
                     "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
                     "    elif [[ $words == files ]]; then\n"
                     "        _strayframe_files\n"
                     "    else\n"
                     "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                     "    fi\n"
                     "}\n"
                     "complete -F _strayframe strayframe\n");
}

/* ---- zsh ---- */

/* A text in a specification of _arguments: brackets and colons have a meaning there. */
static void add_zsh_text(struct sf_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        bool special = strchr("[]:\\", *text) != NULL;
        sf_text_add(out, "%s%c", special ? "\\" : "", *text);
    }
}

static const char *zsh_action(enum kind kind)
{
    switch (kind) {
    case KIND_FILE:
        return "_files";
    case KIND_CACHE:
        return "_strayframe_caches";
    case KIND_COMMAND:
        return "_strayframe_commands";
    case KIND_LIST:
    case KIND_NOTHING:
        return " ";
    }
    SF_UNREACHABLE();
}

static void add_zsh_option(struct sf_text *out, const struct cli_option *option)
{
    struct sf_text spec = {0};
    sf_text_add(&spec, "%s--%s[", option->value != NULL ? "*" : "", option->name);
    add_zsh_text(&spec, option->help);
    sf_text_add(&spec, "]");
    if (option->value != NULL) {
        sf_text_add(&spec, ":");
        add_zsh_text(&spec, option->value);
        sf_text_add(&spec, ":%s", zsh_action(kind_of(option->value)));
    }
    sf_text_add(out, " \\\n            ");
    add_quoted(out, spec.data);
    sf_text_free(&spec);
}

static void add_zsh_words(struct sf_text *out, const struct cli_command *command)
{
    enum kind kind = kind_of(command->words);
    struct sf_text spec = {0};
    if (command->words[0] == '\0') {
        return;
    }
    sf_text_add(&spec, "*:");
    add_zsh_text(&spec, command->words);
    if (kind == KIND_LIST) {
        sf_text_add(&spec, ":(");
        for (const char *at = command->words; *at != '\0'; at++) {
            sf_text_add(&spec, "%c", *at == '|' ? ' ' : *at);
        }
        sf_text_add(&spec, ")");
    } else {
        sf_text_add(&spec, ":%s", zsh_action(kind));
    }
    sf_text_add(out, " \\\n            ");
    add_quoted(out, spec.data);
    sf_text_free(&spec);
}

static void print_zsh(struct sf_text *out)
{
    sf_text_add(out, "#compdef strayframe\n"
                     "# zsh completion of strayframe, made by `strayframe help --completion zsh`.\n"
                     "_strayframe_commands() {\n"
                     "    local -a commands\n"
                     "    commands=(\n");
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        struct sf_text line = {0};
        sf_text_add(&line, "%s:", cli_commands[i]->name);
        add_zsh_text(&line, cli_commands[i]->summary);
        sf_text_add(out, "        ");
        add_quoted(out, line.data);
        sf_text_add(out, "\n");
        sf_text_free(&line);
    }
    sf_text_add(out, "    )\n"
                     "    _describe command commands\n"
                     "}\n\n"
                     "_strayframe_caches() {\n"
                     "    local -a caches\n"
                     "    caches=(${(f)\"$(_call_program caches $program list caches | "
                     "sed -n 's/^\\(builtin:[^ ]*\\).*/\\1/p')\"})\n"
                     "    compadd -a caches\n"
                     "    _files\n"
                     "}\n\n"
                     "_strayframe() {\n"
                     "    local program=$words[1]\n"
                     "    if (( CURRENT == 2 )); then\n"
                     "        _strayframe_commands\n"
                     "        return\n"
                     "    fi\n"
                     "    shift words\n"
                     "    (( CURRENT-- ))\n"
                     "    case $words[1] in\n");
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        sf_text_add(out, "    %s)\n        _arguments", cli_commands[i]->name);
        for (const struct cli_option *option = cli_commands[i]->options; option->name != NULL;
             option++) {
            add_zsh_option(out, option);
        }
        sf_text_add(out, " \\\n            '--help[print the options]'");
        add_zsh_words(out, cli_commands[i]);
        sf_text_add(out, "\n        ;;\n");
    }
    sf_text_add(out, "    esac\n"
                     "}\n\n"
                     "if [[ $funcstack[1] == _strayframe ]]; then\n"
                     "    _strayframe \"$@\"\n"
                     "else\n"
                     "    compdef _strayframe strayframe\n"
                     "fi\n");
}

enum sf_err cli_completion(const char *shell, struct sf_text *out, struct sf_diag *diag)
{
    SF_ASSERT(shell != NULL);
    SF_ASSERT(out != NULL);
    if (strcmp(shell, "bash") == 0) {
        print_bash(out);
        return SF_OK;
    }
    if (strcmp(shell, "zsh") == 0) {
        print_zsh(out);
        return SF_OK;
    }
    return sf_fail(diag, SF_ERR_INPUT, "--completion is bash or zsh, not '%s'", shell);
}
