/* The part of `strayframe netem` that touches a real interface: which one it may be, and what is
 * done to it. An interface outside a named namespace is refused unless the user says that it is
 * meant. */
#ifndef STRAYFRAME_CLI_NETEM_DEVICE_H
#define STRAYFRAME_CLI_NETEM_DEVICE_H

#include <stdbool.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/net/kernel/qdisc.h"

/* As on the command line; texts are borrowed, NULL where the option was not given. */
struct sf_netem_device {
    const char *interface; /* --dev */
    const char *netns;     /* --netns */
    bool outside;          /* --outside-namespace */
    bool remove;           /* --remove */
    bool show;             /* --show */
};

/* Whether an option speaks of a device at all. */
bool sf_netem_device_asked(const struct sf_netem_device *device);

/* SF_ERR_INPUT for options that contradict each other or say too little. `spec_given`: there is a
 * spec on the line. */
SF_MUST_USE enum sf_err sf_netem_device_check(const struct sf_netem_device *device, bool spec_given,
                                              struct sf_diag *diag);

/* Removes, shows or, with `config`, sets; config is not looked at otherwise. state_out is what
 * stands there afterwards; `remarks` gains a line for each thing that happened and was not asked
 * for. */
SF_MUST_USE enum sf_err sf_netem_device_act(const struct sf_netem_device *device,
                                            const struct sf_netem_config *config,
                                            struct sf_qdisc_state *state_out,
                                            struct sf_text *remarks, struct sf_diag *diag);

#endif
