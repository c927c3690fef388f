/* `strayframe netem --relay`: real programs behind a link of the model. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/assert.h"
#include "harness/cli/netem.h"
#include "harness/net/relay/session.h"
#include "harness/sim/rng.h"

/* The two directions, as they were understood. */
struct link {
    struct sf_netem_states there;
    struct sf_netem_states back;
};

static enum sf_err parse(struct cli_netem *request, struct link *link)
{
    const char *back = cli_value(request->args, "back");
    SF_TRY(cli_netem_parse(request, request->spec.data, &link->there, NULL));
    return cli_netem_parse(request, back != NULL ? back : "", &link->back, NULL);
}

static json_t *report_json(const struct link *link, const struct sf_relay_session *session,
                           const struct sf_relay_session_outcome *outcome)
{
    json_t *object = sf_relay_report_json(&outcome->report);
    json_object_update_new(json_object_get(object, "there"),
                           cli_netem_json(&link->there, session->there.seed));
    json_object_update_new(json_object_get(object, "back"),
                           cli_netem_json(&link->back, session->back.seed));
    json_object_set_new(object, "exit_code", json_integer(outcome->client_exit_code));
    return object;
}

static void report_text(const struct link *link, const struct sf_relay_session_outcome *outcome,
                        struct sf_text *text)
{
    sf_text_add(text, "there: ");
    sf_netem_states_print(&link->there, text);
    sf_text_add(text, "\nback: ");
    sf_netem_states_print(&link->back, text);
    sf_text_add(text, "\n");
    sf_relay_report_print(&outcome->report, text);
    if (outcome->server_silent) {
        sf_text_add(text, "the server opened no port within ten seconds\n");
    }
    if (outcome->server_ended && outcome->server_exit_code != 0) {
        sf_text_add(text, "the server ended before the client, with exit code %d\n",
                    outcome->server_exit_code);
    }
}

/* What exists and is no file, such as /dev/null, is written as it is. */
static bool is_device(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && !S_ISREG(found.st_mode);
}

static enum sf_err write_report(const struct cli_netem *request, const struct link *link,
                                const struct sf_relay_session *session,
                                const struct sf_relay_session_outcome *outcome,
                                struct sf_diag *diag)
{
    const char *path = cli_value(request->args, "report");
    struct sf_text text = {0};
    if (cli_flag(request->args, "json")) {
        json_t *object = report_json(link, session, outcome);
        char *lines = json_dumps(object, JSON_INDENT(2));
        sf_text_add(&text, "%s\n", lines != NULL ? lines : "{}");
        free(lines);
        json_decref(object);
    } else {
        report_text(link, outcome, &text);
    }
    enum sf_err err = SF_OK;
    if (path != NULL && !is_device(path)) {
        err = cli_write_file(path, &text, diag);
    } else {
        FILE *file = path != NULL ? fopen(path, "we") : stderr;
        bool failed = file == NULL || fputs(text.data, file) < 0;
        failed |= file != NULL && (file != stderr ? fclose(file) : fflush(file)) != 0;
        err = failed ? sf_fail(diag, SF_ERR_MACHINE, "cannot write the report: %s", strerror(errno))
                     : SF_OK;
    }
    sf_text_free(&text);
    return err;
}

/* The words behind `--`; a shell if there are none. Copies, for they go to execvp;
 * the caller frees each. */
static void client_words(const struct cli_args *args, char **words_out)
{
    uint32_t count = 0;
    for (uint32_t i = args->words_before_dashes; i < args->words_count; i++) {
        words_out[count++] = strdup(args->words[i]);
    }
    if (count == 0) {
        const char *shell = getenv("SHELL");
        words_out[count++] = strdup(shell != NULL && shell[0] != '\0' ? shell : "/bin/sh");
    }
    words_out[count] = NULL;
}

int cli_netem_relay(struct cli_netem *request)
{
    SF_ASSERT(request != NULL);
    struct link link;
    enum sf_err err = parse(request, &link);
    if (err != SF_OK) {
        return err == SF_ERR_INPUT ? CLI_EXIT_BAD_INPUT : CLI_EXIT_MACHINE;
    }
    char *client[CLI_WORDS_MAX + 2];
    client_words(request->args, client);
    /* The server keeps its hands off the client's input and output. */
    const char *line = cli_value(request->args, "serve");
    char *server[] = {strdup("sh"), strdup("-c"), strdup("exec </dev/null >&2; eval \"$0\""),
                      line != NULL ? strdup(line) : NULL, NULL};
    struct sf_relay_session session = {
        .there = {&link.there, request->seed},
        .back = {&link.back, sf_rng_derive(request->seed, "relay back", 0)},
        .client = client,
        .server = line != NULL ? server : NULL,
    };
    struct sf_relay_session_outcome outcome;
    struct sf_diag diag = {0};
    err = sf_relay_session_run(&session, &outcome, &diag);
    int code = outcome.client_exit_code;
    if (err == SF_OK) {
        err = write_report(request, &link, &session, &outcome, &diag);
    }
    for (char **word = client; *word != NULL; word++) {
        free(*word);
    }
    for (size_t i = 0; i < sizeof server / sizeof server[0]; i++) {
        free(server[i]);
    }
    return err == SF_OK ? code : cli_fail(err, &diag);
}
