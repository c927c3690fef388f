/* `strayframe netem SPEC`: what such a link does, computed. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/cli/netem.h"
#include "harness/net/netem_describe.h"
#include "harness/net/netem_replay.h"
#include "harness/net/netem_units.h"

static enum sf_err read_traffic(const struct cli_netem *request,
                                const struct sf_netem_config *config,
                                struct sf_netem_traffic *traffic, struct sf_diag *diag)
{
    const char *interval = cli_value(request->args, "interval");
    sf_netem_traffic_default(config, traffic);
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
                       "so many packets so far apart do not fit into time: lower --packets or "
                       "--interval");
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

static int describe(const struct cli_netem *request, const struct sf_netem_config *config,
                    const struct sf_netem_notes *notes)
{
    struct sf_netem_traffic traffic;
    struct sf_diag diag = {0};
    enum sf_err err = read_traffic(request, config, &traffic, &diag);
    if (err != SF_OK) {
        return cli_fail(err, &diag);
    }
    struct sf_netem_description description;
    sf_netem_describe(config, &traffic, &description);
    if (cli_flag(request->args, "json")) {
        json_t *object = cli_netem_json(config, request->seed);
        json_object_set_new(object, "notes", notes_json(notes));
        json_object_set_new(object, "run", sf_netem_description_json(&description));
        return cli_print_json(object, CLI_EXIT_PASS);
    }
    struct sf_text text = {0};
    sf_netem_print(config, &text);
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
    sf_netem_description_print(&description, &text);
    int code = cli_print_text(&text, CLI_EXIT_PASS);
    sf_text_free(&text);
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

static int replay(const struct cli_netem *request, const struct sf_netem_config *config)
{
    struct sf_netem_sent_list sent = {0};
    struct sf_netem_arrived_list arrived = {0};
    struct sf_diag diag = {0};
    int code = CLI_EXIT_PASS;
    enum sf_err err = read_packets(cli_value(request->args, "replay"), &sent, &diag);
    if (err == SF_OK) {
        sf_netem_replay(config, request->seed, NULL, 0, &sent, &arrived);
        if (cli_flag(request->args, "json")) {
            json_t *object = cli_netem_json(config, request->seed);
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
    struct sf_netem_config config;
    struct sf_netem_notes notes = {0};
    bool replays = cli_value(request->args, "replay") != NULL;
    enum sf_err err =
        cli_netem_parse(request, request->spec.data, &config, replays ? NULL : &notes);
    if (err != SF_OK) {
        return err == SF_ERR_INPUT ? CLI_EXIT_BAD_INPUT : CLI_EXIT_MACHINE;
    }
    return replays ? replay(request, &config) : describe(request, &config, &notes);
}
