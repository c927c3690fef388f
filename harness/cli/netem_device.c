/* The part of `strayframe netem` that touches a real interface: which one it may be, and what is
 * done to it. An interface outside a named namespace is refused unless the user says that it is
 * meant. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/cli/netem.h"
#include "harness/net/kernel/namespace.h"
#include "harness/net/kernel/qdisc.h"

/* As on the command line; NULL where the option was not given. */
struct device {
    const char *interface;
    const char *netns;
    bool outside;
    bool remove;
    bool show;
};

static struct device device_of(const struct cli_args *args)
{
    return (struct device){
        .interface = cli_value(args, "dev"),
        .netns = cli_value(args, "netns"),
        .outside = cli_flag(args, "outside-namespace"),
        .remove = cli_flag(args, "remove"),
        .show = cli_flag(args, "show"),
    };
}

bool cli_netem_device_asked(const struct cli_args *args)
{
    SF_ASSERT(args != NULL);
    struct device device = device_of(args);
    return device.interface != NULL || device.netns != NULL || device.outside || device.remove ||
           device.show;
}

/* SF_ERR_INPUT for options that contradict each other or say too little. */
static enum sf_err check(const struct device *device, bool spec_given, struct sf_diag *diag)
{
    if (device->interface == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--netns, --outside-namespace, --remove and --show need --dev INTERFACE");
    }
    if (device->netns == NULL && !device->outside) {
        return sf_fail(
            diag, SF_ERR_INPUT,
            "--dev %s needs --netns NAME, its network namespace; for an interface of the "
            "machine itself, add --outside-namespace",
            device->interface);
    }
    if (device->netns != NULL && device->outside) {
        return sf_fail(diag, SF_ERR_INPUT, "--netns and --outside-namespace contradict each other");
    }
    if (device->remove && device->show) {
        return sf_fail(diag, SF_ERR_INPUT, "--remove and --show are two commands");
    }
    if (spec_given && (device->remove || device->show)) {
        return sf_fail(diag, SF_ERR_INPUT, "%s takes no spec",
                       device->remove ? "--remove" : "--show");
    }
    if (!spec_given && !device->remove && !device->show) {
        return sf_fail(diag, SF_ERR_INPUT, "--dev %s needs a spec to set, or --show, or --remove",
                       device->interface);
    }
    return SF_OK;
}

static enum sf_err set(const struct sf_namespace *space, const char *interface,
                       const struct sf_netem_config *config, struct sf_diag *diag)
{
    struct sf_qdisc_outcome outcome;
    SF_TRY(sf_qdisc_set(space, interface, config, &outcome, diag));
    if (outcome.restarted) {
        fprintf(
            stderr,
            "the previous netem was removed first, because a kernel cannot clear a distribution: "
            "packets that waited in it are lost\n");
    }
    if (outcome.seed_ignored) {
        fprintf(stderr,
                "this kernel ignores the seed (kernels before 6.12 have none): the run is not "
                "reproducible\n");
    }
    return SF_OK;
}

/* Removes, shows or sets. state_out is what stands there afterwards; what happened and was not
 * asked for is said on standard error. */
static enum sf_err act(const struct device *device, const struct sf_netem_config *config,
                       struct sf_qdisc_state *state_out, struct sf_diag *diag)
{
    struct sf_namespace space;
    SF_TRY(device->outside ? sf_namespace_open_outside(&space, diag)
                           : sf_namespace_open_named(device->netns, &space, diag));
    enum sf_err err = SF_OK;
    if (device->remove) {
        err = sf_qdisc_remove(&space, device->interface, diag);
    } else if (!device->show) {
        err = set(&space, device->interface, config, diag);
    }
    if (err == SF_OK) {
        err = sf_qdisc_look(&space, device->interface, state_out, diag);
    }
    sf_namespace_fini(&space);
    return err;
}

static int print_state(const struct cli_netem *request, const struct sf_qdisc_state *state)
{
    if (cli_flag(request->args, "json")) {
        struct sf_netem_states shown;
        sf_netem_states_plain(&state->config, &shown);
        json_t *object = state->netem ? cli_netem_json(&shown, 0) : json_object();
        if (!state->config.seed_given) {
            json_object_del(object, "seed"); /* this kernel has none */
        }
        json_object_set_new(object, "qdisc", json_string(state->kind));
        json_object_set_new(object, "packets", json_integer((json_int_t)state->packets_count));
        json_object_set_new(object, "dropped", json_integer(state->dropped_count));
        json_object_set_new(object, "waiting", json_integer(state->waiting_count));
        return cli_print_json(object, CLI_EXIT_PASS);
    }
    struct sf_text text = {0};
    sf_text_add(&text, "%s: ", cli_value(request->args, "dev"));
    if (state->netem) {
        sf_netem_print(&state->config, &text);
        sf_text_add(&text, "\n  %" PRIu64 " packets left, %u dropped, %u waiting\n",
                    state->packets_count, state->dropped_count, state->waiting_count);
    } else {
        sf_text_add(&text, "no netem (%s)\n", state->kind[0] != '\0' ? state->kind : "no qdisc");
    }
    int code = cli_print_text(&text, CLI_EXIT_PASS);
    sf_text_free(&text);
    return code;
}

/* What is ours alone is refused before any interface is looked at. */
static enum sf_err one_for_kernel(const struct sf_netem_states *states,
                                  struct sf_netem_config *config_out, struct sf_diag *diag)
{
    if (states->count > 1) {
        return sf_fail(
            diag, SF_ERR_INPUT,
            "'states' is an extension of strayframe, and a kernel's netem has one set of "
            "parameters at a time: set one state, or use --relay");
    }
    *config_out = states->items[0].config;
    return sf_qdisc_check(config_out, diag);
}

int cli_netem_device(struct cli_netem *request)
{
    SF_ASSERT(request != NULL);
    struct device device = device_of(request->args);
    struct sf_diag diag = {0};
    enum sf_err err = check(&device, request->spec_given, &diag);
    if (err != SF_OK) {
        return cli_fail(err, &diag);
    }
    struct sf_netem_config config;
    sf_netem_config_default(&config);
    if (request->spec_given) {
        struct sf_netem_states states;
        err = cli_netem_parse(request, request->spec.data, &states, NULL);
        if (err != SF_OK) {
            return err == SF_ERR_INPUT ? CLI_EXIT_BAD_INPUT : CLI_EXIT_MACHINE;
        }
        err = one_for_kernel(&states, &config, &diag);
        if (err != SF_OK) {
            return cli_fail(err, &diag);
        }
    }
    if (cli_value(request->args, "seed") != NULL && !config.seed_given) {
        config.seed = request->seed;
        config.seed_given = true;
    }
    struct sf_qdisc_state state;
    err = act(&device, &config, &state, &diag);
    return err == SF_OK ? print_state(request, &state) : cli_fail(err, &diag);
}
