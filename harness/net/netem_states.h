/* A link that changes with time: named states, each with parameters of its own and a time for which
 * the link stays in it, one after the other and round again. Ours: tc knows one set of parameters.
 * Text to list and back; what becomes of packets is netem_course.h's. */
#ifndef STRAYFRAME_NET_NETEM_STATES_H
#define STRAYFRAME_NET_NETEM_STATES_H

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/net/netem.h"
#include "harness/net/netem_notes.h"

enum { SF_NETEM_STATES_MAX = 16, SF_NETEM_STATE_NAME_BYTES = 64 };

/* How long a link may stay in a state. Shorter than a millisecond is not a state but noise. */
#define SF_NETEM_DWELL_NS_MIN SF_MS
#define SF_NETEM_DWELL_NS_MAX (366 * 24 * SF_HOUR)

struct sf_netem_state {
    char name[SF_NETEM_STATE_NAME_BYTES]; /* small letters, digits and '-'; "" for a plain link */
    /* Drawn anew each time, uniformly from min to max; a plain link stays for SF_NS_NEVER. */
    sf_ns dwell_ns_min;
    sf_ns dwell_ns_max;
    struct sf_netem_config config;
};

/* A link that does not change is a list of one state without a name. */
struct sf_netem_states {
    uint32_t count; /* 1, or 2 to SF_NETEM_STATES_MAX */
    struct sf_netem_state items[SF_NETEM_STATES_MAX];
};

/* The list that a plain link is. */
void sf_netem_states_plain(const struct sf_netem_config *config,
                           struct sf_netem_states *states_out);

/* Reads "states NAME DWELL SPEC | NAME DWELL SPEC ...", such as "states good 10s..30s delay 20ms |
 * gone 2s loss 100%"; a spec alone is a plain link. `tables` and `notes_out` as in
 * sf_netem_parse_with; columns count from the start of `text`. */
SF_MUST_USE enum sf_err sf_netem_states_parse(const char *text, struct sf_netem_tables *tables,
                                              struct sf_netem_states *states_out,
                                              struct sf_netem_notes *notes_out,
                                              struct sf_diag *diag);

/* Appends the canonical line; reading it gives an equal list. */
void sf_netem_states_print(const struct sf_netem_states *states, struct sf_text *text);

/* "10s" or "10s..30s". */
void sf_netem_dwell_print(const struct sf_netem_state *state, struct sf_text *text);

#endif
