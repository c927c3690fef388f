/* What a scenario can say of a viewer: the hub with a display, or the app. */
#ifndef STRAYFRAME_SIM_HUB_CONFIG_H
#define STRAYFRAME_SIM_HUB_CONFIG_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* In the order of both tables. */
struct sf_viewer_config {
    int64_t present;          /* bool: the home has one */
    int64_t watch_every_ns;   /* somebody asks for the camera this often on average */
    int64_t watch_for_ns;     /* and watches for this long */
    int64_t ask_every_ns;     /* while watching, a still is asked for this often */
    int64_t time_out_ns;      /* gives up on a still after this long */
    int64_t shows_partial;    /* bool: on time-out shows what has arrived of the picture */
    int64_t asks_neighbour;   /* bool: a stranger, who asks for the next home's camera */
    int64_t account;          /* bool: it has one, and a session */
    int64_t direct;           /* bool: asks the camera itself, past the front door */
    int64_t name;             /* text: what it calls the still */
    int64_t revalidates;      /* bool: says which still it holds */
    int64_t resumes;          /* bool: after a time-out asks for the rest only */
    int64_t leaves_early_ppm; /* share of watchings that end while a request is open */
};

extern const struct sf_param_table sf_hub_param_table;
extern const struct sf_param_table sf_app_param_table;

#endif
