/* `strayframe netem SPEC`: what such a link does, computed. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/netem.h"
#include "harness/net/netem_describe.h"
#include "harness/net/netem_replay.h"
#include "harness/net/netem_units.h"

/* What the options say of the traffic, over what suits the link. */
static enum sf_err read_traffic(const struct cli_netem *request, struct sf_netem_traffic *traffic,
                                struct sf_diag *diag)
{
    const char *interval = cli_value(request->args, "interval");
    traffic->seed = request->seed;
    traffic->ect = cli_flag(request->args, "ect");
    SF_TRY(cli_number(request->args, "packets", traffic->packets_count, 1,
                      SF_NETEM_TRAFFIC_PACKETS_MAX, &traffic->packets_count, diag));
    uint64_t bytes;
    SF_TRY(cli_number(request->args, "bytes", traffic->bytes, 1, UINT32_MAX, &bytes, diag));
    traffic->bytes = (uint32_t)bytes;
    bool unit_given = true;
    if (interval != NULL &&
        (sf_netem_read_time(interval, &traffic->spacing_ns, &unit_given) != SF_NETEM_NUMBER_OK ||
         !unit_given || traffic->spacing_ns > SF_HOUR)) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--interval expects a time with a unit, such as 5ms, up to an hour, not "
                       "'%s'",
                       interval);
    }
    if (traffic->spacing_ns > SF_NS_NEVER / 2 / (sf_ns)traffic->packets_count) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--packets times --interval exceeds the range of virtual time: lower one of "
                       "them");
    }
    return SF_OK;
}

/* Refuses specs that are surely a mistake: a link that changes each millisecond for hours. */
static enum sf_err check_changes(const struct sf_netem_states *states, sf_ns span_ns,
                                 struct sf_diag *diag)
{
    enum { CHANGES_MAX = 10000000 };
    sf_ns round_ns = 0;
    for (uint32_t i = 0; states->count > 1 && i < states->count; i++) {
        round_ns += states->items[i].dwell_ns_min;
    }
    if (round_ns > 0 && span_ns / round_ns > CHANGES_MAX / states->count) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "the link would change its state more than %d times before the last packet "
                       "is sent: let its states last longer",
                       CHANGES_MAX);
    }
    return SF_OK;
}

/* What the link does, and, where it changes, what it would do if it stayed in each of its states.
 */
struct figures {
    struct sf_netem_description whole;
    struct sf_netem_description states[SF_NETEM_STATES_MAX];
};

static enum sf_err describe_all(const struct cli_netem *request,
                                const struct sf_netem_states *states, struct figures *figures,
                                struct sf_diag *diag)
{
    struct sf_netem_traffic traffic;
    sf_netem_traffic_default_states(states, &traffic);
    SF_TRY(read_traffic(request, &traffic, diag));
    SF_TRY(check_changes(states, (sf_ns)traffic.packets_count * traffic.spacing_ns, diag));
    sf_netem_describe_states(states, &traffic, &figures->whole);
    for (uint32_t i = 0; states->count > 1 && i < states->count; i++) {
        const struct sf_netem_config *config = &states->items[i].config;
        sf_netem_traffic_default(config, &traffic);
        SF_TRY(read_traffic(request, &traffic, diag));
        sf_netem_describe(config, &traffic, &figures->states[i]);
    }
    return SF_OK;
}

static json_t *notes_json(const struct sf_netem_notes *notes)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < notes->count; i++) {
        const struct sf_netem_note *note = &notes->items[i];
        json_t *object = json_object();
        json_object_set_new(object, "kind", json_string(sf_netem_note_name(note->kind)));
        json_object_set_new(object, "column", json_integer(note->column));
        json_object_set_new(object, "text", json_string(note->text));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *states_json(const struct sf_netem_states *states, const struct figures *figures)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < states->count; i++) {
        const struct sf_netem_state *state = &states->items[i];
        struct sf_text spec = {0};
        sf_netem_print(&state->config, &spec);
        json_t *object = json_object();
        json_object_set_new(object, "name", json_string(state->name));
        json_object_set_new(object, "dwell_ns_min", json_integer(state->dwell_ns_min));
        json_object_set_new(object, "dwell_ns_max", json_integer(state->dwell_ns_max));
        json_object_set_new(object, "spec", json_string(spec.data));
        json_object_set_new(object, "run", sf_netem_description_json(&figures->states[i]));
        json_array_append_new(array, object);
        sf_text_free(&spec);
    }
    return array;
}

static int print_json(const struct cli_netem *request, const struct sf_netem_states *states,
                      const struct sf_netem_notes *notes, const struct figures *figures)
{
    json_t *object = cli_netem_json(states, request->seed);
    json_object_set_new(object, "notes", notes_json(notes));
    if (states->count > 1) {
        json_object_set_new(object, "states", states_json(states, figures));
    }
    json_object_set_new(object, "run", sf_netem_description_json(&figures->whole));
    return cli_print_json(object, CLI_EXIT_PASS);
}

static void add_states(const struct sf_netem_states *states, const struct figures *figures,
                       struct sf_text *text)
{
    for (uint32_t i = 0; i < states->count; i++) {
        sf_text_add(text, "%s, as if it stayed so (lasts ", states->items[i].name);
        sf_netem_dwell_print(&states->items[i], text);
        sf_text_add(text, "):\n");
        sf_netem_description_print(&figures->states[i], text);
        sf_text_add(text, "\n");
    }
    sf_text_add(text, "the whole, %" PRIu64 " changes of state:\n", figures->whole.changes_count);
}

static int print_text(const struct sf_netem_states *states, const struct sf_netem_notes *notes,
                      const struct figures *figures)
{
    struct sf_text text = {0};
    sf_netem_states_print(states, &text);
    sf_text_add(&text, "\n");
    for (uint32_t i = 0; i < notes->count; i++) {
        if (notes->items[i].column > 0) {
            sf_text_add(&text, "note, column %" PRIu32 ": %s\n", notes->items[i].column,
                        notes->items[i].text);
        } else {
            sf_text_add(&text, "note: %s\n", notes->items[i].text);
        }
    }
    sf_text_add(&text, "\n");
    if (states->count > 1) {
        add_states(states, figures, &text);
    }
    sf_netem_description_print(&figures->whole, &text);
    int code = cli_print_text(&text, CLI_EXIT_PASS);
    sf_text_free(&text);
    return code;
}

static int describe(const struct cli_netem *request, const struct sf_netem_states *states,
                    const struct sf_netem_notes *notes)
{
    struct sf_diag diag = {0};
    struct figures *figures = sf_alloc(1, sizeof *figures);
    enum sf_err err = describe_all(request, states, figures, &diag);
    int code = err != SF_OK                      ? cli_fail(err, &diag)
               : cli_flag(request->args, "json") ? print_json(request, states, notes, figures)
                                                 : print_text(states, notes, figures);
    free(figures);
    return code;
}

static json_t *rows_json(const struct sf_netem_arrived_list *rows)
{
    json_t *array = json_array();
    for (size_t i = 0; i < rows->count; i++) {
        const struct sf_netem_arrived *row = &rows->items[i];
        json_t *object = json_object();
        json_object_set_new(object, "seq", json_integer((json_int_t)row->seq));
        json_object_set_new(object, "sent_ns", json_integer(row->sent_ns));
        json_object_set_new(object, "recv_ns", json_integer(row->recv_ns));
        json_object_set_new(object, "corrupted", json_integer(row->flags));
        json_array_append_new(array, object);
    }
    return array;
}

static enum sf_err read_packets(const char *path, struct sf_netem_sent_list *sent,
                                struct sf_diag *diag)
{
    if (strcmp(path, "-") == 0) {
        return sf_netem_sent_read(stdin, "standard input", sent, diag);
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return sf_fail_at(diag, sf_err_of_file(errno), path, 0, 0, "cannot open: %s",
                          strerror(errno));
    }
    enum sf_err err = sf_netem_sent_read(file, path, sent, diag);
    fclose(file);
    return err;
}

static int replay(const struct cli_netem *request, const struct sf_netem_states *states)
{
    struct sf_netem_sent_list sent = {0};
    struct sf_netem_arrived_list arrived = {0};
    struct sf_diag diag = {0};
    int code = CLI_EXIT_PASS;
    enum sf_err err = read_packets(cli_value(request->args, "replay"), &sent, &diag);
    if (err == SF_OK && sent.count > 0) {
        err = check_changes(states, sent.items[sent.count - 1].sent_ns, &diag);
    }
    if (err == SF_OK) {
        sf_netem_replay_states(states, request->seed, NULL, 0, &sent, &arrived);
        if (cli_flag(request->args, "json")) {
            json_t *object = cli_netem_json(states, request->seed);
            json_object_set_new(object, "rows", rows_json(&arrived));
            code = cli_print_json(object, CLI_EXIT_PASS);
        } else {
            err = sf_netem_arrived_write(&arrived, stdout, &diag);
        }
    }
    if (err != SF_OK) {
        code = cli_fail(err, &diag);
    }
    sf_netem_sent_free(&sent);
    sf_netem_arrived_free(&arrived);
    return code;
}

int cli_netem_link(struct cli_netem *request)
{
    SF_ASSERT(request != NULL);
    struct sf_netem_states states;
    struct sf_netem_notes notes = {0};
    bool replays = cli_value(request->args, "replay") != NULL;
    enum sf_err err =
        cli_netem_parse(request, request->spec.data, &states, replays ? NULL : &notes);
    if (err != SF_OK) {
        return err == SF_ERR_INPUT ? CLI_EXIT_BAD_INPUT : CLI_EXIT_MACHINE;
    }
    return replays ? replay(request, &states) : describe(request, &states, &notes);
}
