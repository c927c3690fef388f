#include "harness/cli/netem_device.h"

#include "harness/net/kernel/namespace.h"

bool sf_netem_device_asked(const struct sf_netem_device *device)
{
    return device->interface != NULL || device->netns != NULL || device->outside ||
           device->remove || device->show;
}

enum sf_err sf_netem_device_check(const struct sf_netem_device *device, bool spec_given,
                                  struct sf_diag *diag)
{
    if (device->interface == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--netns, --outside-namespace, --remove and --show need --dev INTERFACE");
    }
    if (device->netns == NULL && !device->outside) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--dev %s needs --netns NAME, the network namespace that it is in; if one "
                       "of the machine's own interfaces is really meant, say --outside-namespace",
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
                       const struct sf_netem_config *config, struct sf_text *remarks,
                       struct sf_diag *diag)
{
    struct sf_qdisc_outcome outcome;
    SF_TRY(sf_qdisc_set(space, interface, config, &outcome, diag));
    if (outcome.restarted) {
        sf_text_add(remarks,
                    "the netem that was there was removed first, for a distribution that it may "
                    "have had cannot be unsaid: what waited in it is lost\n");
    }
    if (outcome.seed_ignored) {
        sf_text_add(remarks,
                    "this kernel ignores the seed (kernels before 6.12 have none): which packets "
                    "are lost is its own chance\n");
    }
    return SF_OK;
}

enum sf_err sf_netem_device_act(const struct sf_netem_device *device,
                                const struct sf_netem_config *config,
                                struct sf_qdisc_state *state_out, struct sf_text *remarks,
                                struct sf_diag *diag)
{
    struct sf_namespace space;
    SF_TRY(device->outside ? sf_namespace_open_outside(&space, diag)
                           : sf_namespace_open_named(device->netns, &space, diag));
    enum sf_err err = SF_OK;
    if (device->remove) {
        err = sf_qdisc_remove(&space, device->interface, diag);
    } else if (!device->show) {
        err = set(&space, device->interface, config, remarks, diag);
    }
    if (err == SF_OK) {
        err = sf_qdisc_look(&space, device->interface, state_out, diag);
    }
    sf_namespace_fini(&space);
    return err;
}
