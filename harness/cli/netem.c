#include "harness/cli/netem.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/cli/netem_device.h"
#include "harness/net/netem_describe.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/netem_replay.h"
#include "harness/net/netem_units.h"
#include "harness/net/profiles.h"

enum { EXIT_BAD_INPUT = 2, EXIT_MACHINE = 4 };

static const char help_text[] =
    "Usage: strayframe netem 'SPEC' [options]\n"
    "\n"
    "Says what a link with these parameters does. SPEC is what follows `netem` on tc's line, such "
    "as\n"
    "'delay 50ms 10ms distribution normal loss gemodel 1% 20%', or 'profile NAME'. Quote it.\n"
    "\n"
    "  -r, --replay FILE   send the packets of FILE (seq,sent_ns,bytes,ect; - for standard input) "
    "and\n"
    "                      write seq,sent_ns,recv_ns,corrupted: a row for each copy that arrives,\n"
    "                      recv_ns -1 for none; corrupted is 1 for a flipped bit, 2 for a CE mark\n"
    "  -s, --seed N        seed of the link, 1 unless given; a seed in SPEC goes before it\n"
    "  -j, --json          machine-readable\n"
    "  -n, --packets N     describe: how many packets to send (100000)\n"
    "  -i, --interval TIME describe: their spacing (1ms, or what loads a rate by half)\n"
    "  -b, --bytes N       describe: their length with the Ethernet header (1000)\n"
    "  -e, --ect           describe: mark them ECN-capable\n"
    "  -t, --tables DIR    take NAME.dist for `distribution NAME` from DIR first\n"
    "  -l, --profiles      list the named profiles\n"
    "  -h, --help          this text\n"
    "\n"
    "On a real interface, by the kernel's own netem:\n"
    "  --dev INTERFACE     set SPEC on it, in place of a netem that is there, and show it\n"
    "  --netns NAME        the network namespace that it is in, as of `ip netns`\n"
    "  --outside-namespace one of the machine's own interfaces is meant, not one in a namespace\n"
    "  --show              with --dev, without SPEC: what stands there (tables are not shown)\n"
    "  --remove            with --dev, without SPEC: take netem away\n"
    "\n"
    "Exit code 0; 2 for a spec, option or file that is wrong; 4 when the machine failed.\n";

/* What was asked for. */
struct request {
    struct sf_text spec;
    struct sf_netem_tables tables;
    struct sf_netem_device device;
    const char *replay_path; /* NULL: describe */
    const char *packets;     /* as given, NULL for the default */
    const char *interval;
    const char *bytes;
    uint64_t seed;
    bool seed_given; /* by --seed */
    bool json;
    bool ect;
    bool help;
    bool profiles;
};

static int exit_code(enum sf_err err)
{
    switch (err) {
    case SF_OK:
        return 0;
    case SF_ERR_INPUT:
        return EXIT_BAD_INPUT;
    case SF_ERR_MACHINE:
        return EXIT_MACHINE;
    }
    return EXIT_MACHINE;
}

static void report(const struct sf_diag *diag)
{
    char text[sizeof diag->message + sizeof diag->file + 64];
    sf_diag_print(diag, text, sizeof text);
    fprintf(stderr, "strayframe netem: %s\n", text);
}

/* The spec with a caret below the place. */
static void report_spec(const struct sf_diag *diag, const char *spec)
{
    if (diag->column == 0) {
        report(diag);
        return;
    }
    fprintf(stderr, "strayframe netem: column %" PRIu32 ": %s\n  %s\n  %*s\n", diag->column,
            diag->message, spec, (int)diag->column, "^");
}

/* Options without a short form. */
enum { OPTION_DEV = 256, OPTION_NETNS, OPTION_OUTSIDE, OPTION_REMOVE, OPTION_SHOW };

static void read_device_option(int option, struct sf_netem_device *device)
{
    switch (option) {
    case OPTION_DEV:
        device->interface = optarg;
        break;
    case OPTION_NETNS:
        device->netns = optarg;
        break;
    case OPTION_OUTSIDE:
        device->outside = true;
        break;
    case OPTION_REMOVE:
        device->remove = true;
        break;
    default:
        device->show = true;
        break;
    }
}

/* The spec is the words behind the options. */
static enum sf_err check_request(const struct request *request, bool spec_given,
                                 struct sf_diag *diag)
{
    if (request->help || request->profiles) {
        return SF_OK;
    }
    if (sf_netem_device_asked(&request->device)) {
        if (request->replay_path != NULL || request->packets != NULL || request->interval != NULL ||
            request->bytes != NULL || request->ect) {
            return sf_fail(diag, SF_ERR_INPUT,
                           "with --dev nothing is sent: --replay, --packets, --interval, --bytes "
                           "and --ect do not go with it");
        }
        return sf_netem_device_check(&request->device, spec_given, diag);
    }
    if (!spec_given) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "expected a spec, such as 'delay 50ms loss 1%%' ('' for a link that does "
                       "nothing); see strayframe netem --help");
    }
    return SF_OK;
}

static enum sf_err read_options(int argc, char **argv, struct request *request,
                                struct sf_diag *diag)
{
    static const struct option options[] = {
        {"replay", required_argument, NULL, 'r'},
        {"seed", required_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'},
        {"packets", required_argument, NULL, 'n'},
        {"interval", required_argument, NULL, 'i'},
        {"bytes", required_argument, NULL, 'b'},
        {"ect", no_argument, NULL, 'e'},
        {"tables", required_argument, NULL, 't'},
        {"profiles", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {"dev", required_argument, NULL, OPTION_DEV},
        {"netns", required_argument, NULL, OPTION_NETNS},
        {"outside-namespace", no_argument, NULL, OPTION_OUTSIDE},
        {"remove", no_argument, NULL, OPTION_REMOVE},
        {"show", no_argument, NULL, OPTION_SHOW},
        {NULL, 0, NULL, 0},
    };
    optind = 0; /* start anew, whoever used getopt before */
    int option;
    while ((option = getopt_long(argc, argv, "r:s:jn:i:b:et:lh", options, NULL)) != -1) {
        switch (option) {
        case 'r':
            request->replay_path = optarg;
            break;
        case 's':
            if (sf_netem_read_u64(optarg, &request->seed) != SF_NETEM_NUMBER_OK) {
                return sf_fail(diag, SF_ERR_INPUT,
                               "--seed expects a whole number of 64 bits, not '%s'", optarg);
            }
            request->seed_given = true;
            break;
        case 'j':
            request->json = true;
            break;
        case 'n':
            request->packets = optarg;
            break;
        case 'i':
            request->interval = optarg;
            break;
        case 'b':
            request->bytes = optarg;
            break;
        case 'e':
            request->ect = true;
            break;
        case 't':
            request->tables.folder = optarg;
            break;
        case 'l':
            request->profiles = true;
            break;
        case 'h':
            request->help = true;
            break;
        case OPTION_DEV:
        case OPTION_NETNS:
        case OPTION_OUTSIDE:
        case OPTION_REMOVE:
        case OPTION_SHOW:
            read_device_option(option, &request->device);
            break;
        default:
            /* getopt has said what is wrong. */
            return sf_fail(
                diag, SF_ERR_INPUT,
                "see strayframe netem --help; a spec with negative numbers needs quotes");
        }
    }
    for (int i = optind; i < argc; i++) {
        sf_text_add(&request->spec, "%s%s", i > optind ? " " : "", argv[i]);
    }
    return check_request(request, optind < argc, diag);
}

static enum sf_err read_traffic(const struct request *request, const struct sf_netem_config *config,
                                struct sf_netem_traffic *traffic, struct sf_diag *diag)
{
    sf_netem_traffic_default(config, traffic);
    traffic->seed = request->seed;
    traffic->ect = request->ect;
    uint32_t packets = (uint32_t)traffic->packets_count;
    if (request->packets != NULL &&
        (sf_netem_read_u32(request->packets, &packets) != SF_NETEM_NUMBER_OK || packets == 0 ||
         packets > SF_NETEM_TRAFFIC_PACKETS_MAX)) {
        return sf_fail(diag, SF_ERR_INPUT, "--packets expects a number from 1 to %d, not '%s'",
                       SF_NETEM_TRAFFIC_PACKETS_MAX, request->packets);
    }
    traffic->packets_count = packets;
    bool unit_given = true;
    if (request->interval != NULL && (sf_netem_read_time(request->interval, &traffic->spacing_ns,
                                                         &unit_given) != SF_NETEM_NUMBER_OK ||
                                      !unit_given || traffic->spacing_ns > SF_HOUR)) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--interval expects a time with a unit, such as 5ms, up to an hour, not "
                       "'%s'",
                       request->interval);
    }
    if (request->bytes != NULL &&
        (sf_netem_read_u32(request->bytes, &traffic->bytes) != SF_NETEM_NUMBER_OK ||
         traffic->bytes == 0)) {
        return sf_fail(diag, SF_ERR_INPUT, "--bytes expects a number above 0, not '%s'",
                       request->bytes);
    }
    if (traffic->spacing_ns > SF_NS_NEVER / 2 / (sf_ns)packets) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "so many packets so far apart do not fit into time: lower --packets or "
                       "--interval");
    }
    return SF_OK;
}

static enum sf_err write_out(const char *text, struct sf_diag *diag)
{
    errno = 0;
    if (fputs(text, stdout) == EOF || fflush(stdout) != 0) {
        return sf_fail(diag, SF_ERR_MACHINE, "cannot write: %s", strerror(errno));
    }
    return SF_OK;
}

/* Takes the reference. */
static enum sf_err write_json(json_t *object, struct sf_diag *diag)
{
    char *text = json_dumps(object, JSON_INDENT(2));
    json_decref(object);
    enum sf_err err = text != NULL ? write_out(text, diag)
                                   : sf_fail(diag, SF_ERR_MACHINE, "out of memory for JSON");
    free(text);
    return err == SF_OK ? write_out("\n", diag) : err;
}

/* An object that begins with the canonical spec and the seed in force. */
static json_t *json_of(const struct sf_netem_config *config, uint64_t seed)
{
    struct sf_text line = {0};
    sf_netem_print(config, &line);
    json_t *object = json_object();
    json_object_set_new(object, "spec", json_string(line.data));
    /* A 64-bit number does not survive every JSON reader, so it goes as text. */
    char number[24];
    snprintf(number, sizeof number, "%" PRIu64, config->seed_given ? config->seed : seed);
    json_object_set_new(object, "seed", json_string(number));
    sf_text_free(&line);
    return object;
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

static enum sf_err describe(const struct request *request, const struct sf_netem_config *config,
                            const struct sf_netem_notes *notes, struct sf_diag *diag)
{
    struct sf_netem_traffic traffic;
    SF_TRY(read_traffic(request, config, &traffic, diag));
    struct sf_netem_description description;
    sf_netem_describe(config, &traffic, &description);
    if (request->json) {
        json_t *object = json_of(config, request->seed);
        json_object_set_new(object, "notes", notes_json(notes));
        json_object_set_new(object, "run", sf_netem_description_json(&description));
        return write_json(object, diag);
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
    enum sf_err err = write_out(text.data, diag);
    sf_text_free(&text);
    return err;
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
        enum sf_err kind = errno == ENOENT || errno == EACCES ? SF_ERR_INPUT : SF_ERR_MACHINE;
        return sf_fail_at(diag, kind, path, 0, 0, "cannot open: %s", strerror(errno));
    }
    enum sf_err err = sf_netem_sent_read(file, path, sent, diag);
    fclose(file);
    return err;
}

static enum sf_err replay(const struct request *request, const struct sf_netem_config *config,
                          struct sf_diag *diag)
{
    struct sf_netem_sent_list sent = {0};
    struct sf_netem_arrived_list arrived = {0};
    enum sf_err err = read_packets(request->replay_path, &sent, diag);
    if (err != SF_OK) {
        goto out;
    }
    sf_netem_replay(config, request->seed, NULL, 0, &sent, &arrived);
    if (request->json) {
        json_t *object = json_of(config, request->seed);
        json_object_set_new(object, "rows", rows_json(&arrived));
        err = write_json(object, diag);
    } else {
        err = sf_netem_arrived_write(&arrived, stdout, diag);
    }
out:
    sf_netem_sent_free(&sent);
    sf_netem_arrived_free(&arrived);
    return err;
}

static enum sf_err list_profiles(struct sf_diag *diag)
{
    struct sf_text text = {0};
    for (const struct sf_netem_profile *profile = sf_netem_profiles; profile->name != NULL;
         profile++) {
        sf_text_add(&text, "%s\n    %s\n    %s\n", profile->name, profile->summary, profile->spec);
    }
    enum sf_err err = write_out(text.data, diag);
    sf_text_free(&text);
    return err;
}

static enum sf_err print_state(const struct request *request, const struct sf_qdisc_state *state,
                               struct sf_diag *diag)
{
    if (request->json) {
        json_t *object = state->netem ? json_of(&state->config, 0) : json_object();
        if (!state->config.seed_given) {
            json_object_del(object, "seed"); /* this kernel has none */
        }
        json_object_set_new(object, "qdisc", json_string(state->kind));
        json_object_set_new(object, "packets", json_integer((json_int_t)state->packets_count));
        json_object_set_new(object, "dropped", json_integer(state->dropped_count));
        json_object_set_new(object, "waiting", json_integer(state->waiting_count));
        return write_json(object, diag);
    }
    struct sf_text text = {0};
    sf_text_add(&text, "%s: ", request->device.interface);
    if (state->netem) {
        sf_netem_print(&state->config, &text);
        sf_text_add(&text, "\n  %" PRIu64 " packets left, %u dropped, %u waiting\n",
                    state->packets_count, state->dropped_count, state->waiting_count);
    } else {
        sf_text_add(&text, "no netem (%s)\n", state->kind[0] != '\0' ? state->kind : "no qdisc");
    }
    enum sf_err err = write_out(text.data, diag);
    sf_text_free(&text);
    return err;
}

/* The kernel's netem. */
static int run_device(struct request *request)
{
    struct sf_diag diag = {0};
    struct sf_netem_config config;
    enum sf_err err = SF_OK;
    if (!request->device.show && !request->device.remove) {
        err = sf_netem_parse_with(request->spec.data, &request->tables, &config, NULL, &diag);
        if (err != SF_OK) {
            report_spec(&diag, request->spec.data);
            return exit_code(err);
        }
        if (request->seed_given && !config.seed_given) {
            config.seed = request->seed;
            config.seed_given = true;
        }
    }
    struct sf_qdisc_state state;
    struct sf_text remarks = {0};
    err = sf_netem_device_act(&request->device, &config, &state, &remarks, &diag);
    if (remarks.data != NULL) {
        fprintf(stderr, "%s", remarks.data);
    }
    sf_text_free(&remarks);
    if (err == SF_OK) {
        err = print_state(request, &state, &diag);
    }
    if (err != SF_OK) {
        report(&diag);
    }
    return exit_code(err);
}

static int run_spec(struct request *request)
{
    struct sf_diag diag = {0};
    struct sf_netem_config config;
    struct sf_netem_notes notes = {0};
    enum sf_err err = sf_netem_parse_with(request->spec.data, &request->tables, &config,
                                          request->replay_path == NULL ? &notes : NULL, &diag);
    if (err != SF_OK) {
        report_spec(&diag, request->spec.data);
        return exit_code(err);
    }
    err = request->replay_path != NULL ? replay(request, &config, &diag)
                                       : describe(request, &config, &notes, &diag);
    if (err != SF_OK) {
        report(&diag);
    }
    return exit_code(err);
}

int sf_command_netem(int argc, char **argv)
{
    struct request request = {.seed = 1};
    struct sf_diag diag = {0};
    enum sf_err err = read_options(argc, argv, &request, &diag);
    int code = exit_code(err);
    if (err != SF_OK) {
        report(&diag);
    } else if (request.help || request.profiles) {
        err = request.help ? write_out(help_text, &diag) : list_profiles(&diag);
        if (err != SF_OK) {
            report(&diag);
        }
        code = exit_code(err);
    } else if (request.device.interface != NULL) {
        code = run_device(&request);
    } else {
        code = run_spec(&request);
    }
    sf_netem_tables_fini(&request.tables);
    sf_text_free(&request.spec);
    return code;
}
