/* `strayframe netem`, in parts: what was asked for is understood in netem.c; what a link does is
 * computed in netem_link.c, set on a real interface in netem_device.c, put between real programs in
 * netem_relay.c. */
#ifndef STRAYFRAME_CLI_NETEM_H
#define STRAYFRAME_CLI_NETEM_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/cli/command.h"
#include "harness/net/netem_grammar.h"
#include "harness/net/netem_notes.h"
#include "harness/net/netem_states.h"

/* What was asked for. */
struct cli_netem {
    const struct cli_args *args;
    struct sf_text spec; /* the words in front of a `--`, or all without --relay; owned */
    bool spec_given;
    struct sf_netem_tables tables; /* owned */
    uint64_t seed;                 /* of --seed, else 1 */
};

/* Each carries the request out and returns the exit code. */
int cli_netem_link(struct cli_netem *request);
int cli_netem_device(struct cli_netem *request);
int cli_netem_relay(struct cli_netem *request);

/* Whether an option speaks of a device at all. */
bool cli_netem_device_asked(const struct cli_args *args);

/* Reads a spec, or a list of states; `notes` may be NULL. What is wrong is printed with a caret
 * below the place, and the error returned. */
SF_MUST_USE enum sf_err cli_netem_parse(struct cli_netem *request, const char *spec,
                                        struct sf_netem_states *states,
                                        struct sf_netem_notes *notes);

/* An object that begins with the canonical line and the seed in force. */
json_t *cli_netem_json(const struct sf_netem_states *states, uint64_t seed);

#endif
