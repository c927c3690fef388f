/* `strayframe netem`: understands what was asked for. */
#include "harness/cli/netem.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/net/profiles.h"

static const struct cli_option netem_options[] = {
    {"replay", "FILE", "send the packets of FILE; - for standard input"},
    {"seed", "N", "seed of the link (1); a seed in SPEC takes precedence"},
    CLI_OPTION_JSON,
    {"packets", "N", "describe: how many packets to send (100000)"},
    {"interval", "TIME", "describe: their spacing (1ms, or what loads a rate by half)"},
    {"bytes", "N", "describe: their length with the Ethernet header (1000)"},
    {"ect", NULL, "describe: mark them ECN-capable"},
    {"tables", "DIR", "take NAME.dist for `distribution NAME` from DIR first"},
    {"profiles", NULL, "list the named profiles"},
    {"relay", NULL, "run COMMAND behind such a link, in real time"},
    {"back", "SPEC", "relay: the link in the other direction (no impairment)"},
    {"serve", "LINE", "relay: a shell command to run at the far end"},
    {"report", "FILE", "relay: write the report there, not to standard error"},
    {"dev", "INTERFACE", "set SPEC on a real interface, by the kernel's netem"},
    {"netns", "NAME", "dev: the interface's network namespace, as in `ip netns`"},
    {"outside-namespace", NULL, "dev: allow an interface of the machine itself"},
    {"show", NULL, "dev, without SPEC: print the current qdisc (without tables)"},
    {"remove", NULL, "dev, without SPEC: remove netem"},
    CLI_OPTIONS_END,
};

enum sf_err cli_netem_parse(struct cli_netem *request, const char *spec,
                            struct sf_netem_states *states, struct sf_netem_notes *notes)
{
    SF_ASSERT(request != NULL);
    SF_ASSERT(states != NULL);
    struct sf_diag diag = {0};
    enum sf_err err = sf_netem_states_parse(spec, &request->tables, states, notes, &diag);
    if (err != SF_OK && diag.column > 0) {
        fprintf(stderr, "strayframe: column %" PRIu32 ": %s\n  %s\n  %*s\n", diag.column,
                diag.message, spec, (int)diag.column, "^");
    } else if (err != SF_OK) {
        cli_fail(err, &diag);
    }
    return err;
}

json_t *cli_netem_json(const struct sf_netem_states *states, uint64_t seed)
{
    SF_ASSERT(states != NULL);
    const struct sf_netem_config *first = &states->items[0].config;
    struct sf_text line = {0};
    sf_netem_states_print(states, &line);
    json_t *object = json_object();
    json_object_set_new(object, "spec", json_string(line.data));
    /* A 64-bit number does not survive every JSON reader, so it goes as text. */
    char number[24];
    snprintf(number, sizeof number, "%" PRIu64, first->seed_given ? first->seed : seed);
    json_object_set_new(object, "seed", json_string(number));
    sf_text_free(&line);
    return object;
}

static int list_profiles(const struct cli_args *args)
{
    if (args->words_count > 0) {
        struct sf_diag diag = {0};
        return cli_fail(
            sf_fail(&diag, SF_ERR_INPUT, "--profiles takes no spec: '%s'", args->words[0]), &diag);
    }
    for (const struct sf_netem_profile *profile = sf_netem_profiles; profile->name != NULL;
         profile++) {
        printf("%s\n    %s\n    %s\n    source: %s\n", profile->name, profile->summary,
               profile->spec, profile->source);
    }
    return CLI_EXIT_PASS;
}

/* The first option of a list, ended by NULL, that was given. */
static const char *first_given(const struct cli_args *args, const char *const *options)
{
    while (*options != NULL && cli_value(args, *options) == NULL) {
        options++;
    }
    return *options;
}

/* Options of one way to use the command do nothing in another: that is refused. */
static enum sf_err check(const struct cli_netem *request, struct sf_diag *diag)
{
    static const char *const computing[] = {"replay", "packets", "interval", "bytes", "ect", NULL};
    static const char *const relaying[] = {"relay", "back", "serve", "report", NULL};
    const struct cli_args *args = request->args;
    bool device = cli_netem_device_asked(args);
    bool relay = cli_flag(args, "relay");
    const char *computes = first_given(args, computing);
    const char *relays = first_given(args, relaying);
    if (device && (computes != NULL || relays != NULL)) {
        return sf_fail(diag, SF_ERR_INPUT, "with --dev nothing is sent: --%s does not go with it",
                       computes != NULL ? computes : relays);
    }
    if (relay && computes != NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "with --relay real programs send: --%s does not go with it", computes);
    }
    if (!relay && relays != NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "--%s needs --relay", relays);
    }
    if (!device && !request->spec_given) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "expected a spec, such as 'delay 50ms loss 1%%' ('' for a link that does "
                       "nothing); see strayframe netem --help");
    }
    return SF_OK;
}

static int carry_out(struct cli_netem *request)
{
    struct sf_diag diag = {0};
    enum sf_err err = cli_number(request->args, "seed", 1, 0, UINT64_MAX, &request->seed, &diag);
    if (err == SF_OK) {
        err = check(request, &diag);
    }
    if (err != SF_OK) {
        return cli_fail(err, &diag);
    }
    if (cli_netem_device_asked(request->args)) {
        return cli_netem_device(request);
    }
    return cli_flag(request->args, "relay") ? cli_netem_relay(request) : cli_netem_link(request);
}

static int netem(const struct cli_args *args)
{
    if (cli_flag(args, "profiles")) {
        return list_profiles(args);
    }
    struct cli_netem request = {.args = args};
    request.tables.folder = cli_value(args, "tables");
    /* A `--` may also keep a negative number of the spec from looking like an option. */
    uint32_t words = cli_flag(args, "relay") ? args->words_before_dashes : args->words_count;
    for (uint32_t i = 0; i < words; i++) {
        sf_text_add(&request.spec, "%s%s", i > 0 ? " " : "", args->words[i]);
    }
    request.spec_given = words > 0;
    int code = carry_out(&request);
    sf_netem_tables_fini(&request.tables);
    sf_text_free(&request.spec);
    return code;
}

const struct cli_command cli_netem = {
    .name = "netem",
    .words = "'SPEC' [-- COMMAND...]",
    .summary = "Describe what a tc netem link does to packets, or set up a real one",
    .details =
        "SPEC is what follows `netem` in a tc command, such as 'delay 50ms 10ms distribution "
        "normal\n"
        "loss gemodel 1% 20%', or 'profile NAME'. Quote it. Extensions: keep-order, for jitter\n"
        "without reordering, and links that change with time:\n"
        "  strayframe netem 'states good 10s..30s delay 20ms | gone 2s profile outage'\n\n"
        "--replay reads seq,sent_ns,bytes,ect and writes seq,sent_ns,recv_ns,corrupted: a row for\n"
        "each copy that arrives, recv_ns -1 for none; corrupted is 1 for a flipped bit, 2 for a CE "
        "mark.\n\n"
        "--relay runs COMMAND (your shell if there is none) in a network of its own, at address\n"
        "10.77.0.1; the link leads to 10.77.0.2, where --serve runs. SPEC applies to the "
        "packets from COMMAND.\n"
        "  strayframe netem 'delay 50ms loss 1%' --relay -- ping -c 5 10.77.0.2\n"
        "  strayframe netem 'rate 5mbit' --back 'delay 20ms' --relay --serve 'python3 -m "
        "http.server' \\\n"
        "      -- curl http://10.77.0.2:8000/\n"
        "It ends when COMMAND ends, with its exit code. See docs/netem.md.",
    .options = netem_options,
    .words_min = 0,
    .words_max = CLI_WORDS_MAX,
    .run = netem,
};
