/* A viewer: the hub with a display, or the app. A person starts watching, and meanwhile the
 * viewer asks for a still every so often, shows what comes, gives up after a time-out, and asks
 * again. A step function: (state, input) -> effects. */
#ifndef STRAYFRAME_SIM_HUB_VIEWER_H
#define STRAYFRAME_SIM_HUB_VIEWER_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/time.h"
#include "harness/sim/rng.h"
#include "sim_hub/config.h"

struct sf_viewer {
    const struct sf_viewer_config *config; /* borrowed; outlives the viewer */
    sf_ns watch_until_ns;
    sf_ns ask_next_ns;
    sf_ns time_out_at_ns;       /* SF_NS_NEVER: nothing is asked for */
    uint32_t requests_count;    /* the number of the last request, from 1 */
    uint32_t connections_count; /* the number of the last connection, from 1 */
    bool watching;
    bool leaves_early;       /* this watching ends while a request is open */
    sf_ns leave_at_ns;       /* should the request be open then */
    struct sf_rng leave_rng; /* its own stream: whether, and when, the person leaves early */
    uint32_t tries_count;    /* of an export job: see exporter.h */
};

enum sf_viewer_input_kind {
    SF_VIEWER_START,   /* power on */
    SF_VIEWER_TICK,    /* the timer that the last effects asked for */
    SF_VIEWER_ANSWER,  /* all of an answer has arrived, with or without a picture */
    SF_VIEWER_WAKE,    /* a person starts watching now */
    SF_VIEWER_RESET,   /* a connection is broken */
    SF_VIEWER_SESSION, /* signed in: a new session has come */
};

struct sf_viewer_input {
    enum sf_viewer_input_kind kind;
    sf_ns now_ns;
    uint32_t request;    /* ANSWER: to which request */
    bool picture;        /* ANSWER: it has one */
    uint32_t connection; /* RESET: which */
};

struct sf_viewer_effects {
    bool open_connection;  /* a new one, numbered viewer->connections_count, before anything else */
    bool close_connection; /* the last one, after everything else */
    bool ask;              /* send request number viewer->requests_count */
    bool show_whole;       /* put the picture of the answer on the display */
    bool give_up;          /* request `given_up` timed out, its connection broke, or: cancel it */
    bool left;             /* and: the person who waited for it has left */
    bool show_partial;     /* and show what has arrived of its picture */
    uint32_t given_up;
    sf_ns tick_at_ns; /* SF_NS_NEVER: the timer that runs already stands */
};

/* `leave_rng` is copied: a stream that the viewer draws from only where persons may leave early.
 */
void sf_viewer_init(struct sf_viewer *viewer, const struct sf_viewer_config *config,
                    const struct sf_rng *leave_rng);

/* Asserts what holds between steps. */
void sf_viewer_check(const struct sf_viewer *viewer);

/* Power is lost: whatever was under way is forgotten, what counts goes on counting. START follows
 * when it is back. */
void sf_viewer_stop(struct sf_viewer *viewer);

/* `rng` is the viewer's own stream: START and the end of each watching draw the time of the next
 * next. */
void sf_viewer_step(struct sf_viewer *viewer, const struct sf_viewer_input *input,
                    struct sf_rng *rng, struct sf_viewer_effects *effects_out);

#endif
