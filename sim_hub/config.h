/* What a scenario can say of a viewer: the hub with a display, or the app. */
#ifndef STRAYFRAME_SIM_HUB_CONFIG_H
#define STRAYFRAME_SIM_HUB_CONFIG_H

#include <stdint.h>

#include "harness/scenario/param.h"

/* The keys of both; see harness/scenario/param.h. An app is absent unless a scenario wants it, and
 * the decoder gives it fewer choices: HUB_OR_APP(for a hub, for an app) is one of the two.
 *
 * Decoded viewers come back often enough and wait long enough for a sound cache to show every owner
 * its own frame in time after the heal: a plan that no cache can satisfy would find nothing. */
/* clang-format off */
#define SF_VIEWER_PARAMS(X, HUB_OR_APP)                                                            \
    X(SWITCH, present, HUB_OR_APP(1, 0),                                                           \
      "each home has one",                                                                         \
      .role = SF_ROLE_PRESENT,                                                                     \
      HUB_OR_APP(SF_DRAWN_SWITCH(1, 16), SF_DRAWN_SWITCH(0, 4)))                                   \
    X(DURATION, watch_every, 5 * SF_MINUTE, SF_SECOND, 24 * SF_HOUR,                               \
      "average time between the starts of two watchings (uniform, half to one and a half)",        \
      .period = true, SF_HEATED("swarm-heat"),                                                     \
      SF_DRAWN(1, 3 * SF_SECOND, SF_SECOND, 5, 3 * SF_SECOND, 10 * SF_MINUTE))                     \
    X(DURATION, watch_for, SF_MINUTE, SF_SECOND, 24 * SF_HOUR,                                     \
      "length of a watching",                                                                      \
      SF_DRAWN(1, 5 * SF_SECOND, SF_SECOND, 60, SF_SECOND, 2 * SF_MINUTE))                         \
    X(DURATION, ask_every, 5 * SF_SECOND, 100 * SF_MS, SF_HOUR,                                    \
      "while watching, the viewer asks for a new still this often",                                \
      .period = true, .role = SF_ROLE_ASKS,                                                        \
      SF_DRAWN(1, 500 * SF_MS, 500 * SF_MS, 20, 200 * SF_MS, 10 * SF_SECOND))                      \
    X(DURATION, time_out, 5 * SF_SECOND, 100 * SF_MS, SF_MINUTE,                                   \
      "the viewer cancels a request that is not answered after this long",                         \
      SF_DRAWN(1, 2 * SF_SECOND, 500 * SF_MS, 13, 2 * SF_SECOND, 30 * SF_SECOND))                  \
    X(SWITCH, shows_partial, 1,                                                                    \
      "on time-out the viewer shows the part of the picture that has arrived, as real displays do",\
      SF_DRAWN_SWITCH(1, 8))                                                                       \
    X(SWITCH, asks_neighbour, 0,                                                                   \
      "a stranger: asks for the camera of the next home instead of its own",                       \
      .role = SF_ROLE_STRANGER,                                                                    \
      SF_DRAWN_SWITCH(0, 16))                                                                      \
    X(SWITCH, account, 1,                                                                          \
      "signs in to its owner's account; false: a viewer without account and session",              \
      SF_DRAWN_SWITCH(1, 16))                                                                      \
    X(SWITCH, direct, 0,                                                                           \
      "asks the camera directly by its id, past the cloud's front door",                           \
      SF_DRAWN_SWITCH(0, 16))                                                                      \
    X(TEXT, name,                                                                                  \
      "name under which it asks for the still; without one: still",                                \
      SF_DRAWN_TEXT(2, names, 4))                                                                  \
    X(SWITCH, revalidates, 0,                                                                      \
      "sends the validator of the still that it holds, and shows that still again if it is current",\
      SF_DRAWN_SWITCH(0, 3))                                                                       \
    X(SWITCH, resumes, 0,                                                                          \
      "after a time-out asks for the rest of the still that it has a part of",                     \
      SF_DRAWN_SWITCH(0, 3))                                                                       \
    X(SHARE, leaves_early, 0, 0, 1000000,                                                          \
      "share of watchings that end while a request is open: cancelled, and closed",                \
      SF_DROPPED("swarm-leaving", 0),                                                              \
      SF_DRAWN_OR(0, 3, 100000, 100000, 6, 0, 600000))
/* clang-format on */

struct sf_viewer_config {
    SF_VIEWER_PARAMS(SF_PARAM_MEMBER, )
};

extern const struct sf_param_table sf_hub_param_table;
extern const struct sf_param_table sf_app_param_table;

#endif
