#include "sim_hub/config.h"

#include "harness/base/time.h"

/* The two kinds of viewer have the same parameters; an app is absent unless a scenario wants it. */
#define VIEWER_PARAMS(PRESENT)                                                                    \
    {                                                                                             \
        {"present", SF_PARAM_BOOL, PRESENT, 0, 0, NULL, "each home has one"},                     \
            {"watch_every",                                                                       \
             SF_PARAM_DURATION,                                                                   \
             5 * SF_MINUTE,                                                                       \
             SF_SECOND,                                                                           \
             24 * SF_HOUR,                                                                        \
             NULL,                                                                                \
             "somebody starts watching this often on average (uniform, half to one and a half)"}, \
            {"watch_for", SF_PARAM_DURATION,          SF_MINUTE, SF_SECOND, 24 * SF_HOUR,         \
             NULL,        "and watches for this long"},                                           \
            {"ask_every",                                                                         \
             SF_PARAM_DURATION,                                                                   \
             5 * SF_SECOND,                                                                       \
             100 * SF_MS,                                                                         \
             SF_HOUR,                                                                             \
             NULL,                                                                                \
             "while watching, a new still is asked for this often"},                              \
            {"time_out",                                                                          \
             SF_PARAM_DURATION,                                                                   \
             5 * SF_SECOND,                                                                       \
             100 * SF_MS,                                                                         \
             SF_MINUTE,                                                                           \
             NULL,                                                                                \
             "gives up on a still after this long, and cancels the request"},                     \
            {"shows_partial",                                                                     \
             SF_PARAM_BOOL,                                                                       \
             1,                                                                                   \
             0,                                                                                   \
             0,                                                                                   \
             NULL,                                                                                \
             "on time-out shows what has arrived of the picture, as real displays do"},           \
            {"asks_neighbour",                                                                    \
             SF_PARAM_BOOL,                                                                       \
             0,                                                                                   \
             0,                                                                                   \
             0,                                                                                   \
             NULL,                                                                                \
             "a stranger: asks for the camera of the next home instead of its own"},              \
            {"account",                                                                           \
             SF_PARAM_BOOL,                                                                       \
             1,                                                                                   \
             0,                                                                                   \
             0,                                                                                   \
             NULL,                                                                                \
             "signs in to its owner's account; false: nobody's viewer, without a session"},       \
            {"direct",                                                                            \
             SF_PARAM_BOOL,                                                                       \
             0,                                                                                   \
             0,                                                                                   \
             0,                                                                                   \
             NULL,                                                                                \
             "asks the camera itself by its id, past the cloud's front door"},                    \
            {"name",                                                                              \
             SF_PARAM_TEXT,                                                                       \
             0,                                                                                   \
             0,                                                                                   \
             0,                                                                                   \
             NULL,                                                                                \
             "what it calls the still when it asks; still where nothing is said"},                \
            {"revalidates",                                                                       \
             SF_PARAM_BOOL,                                                                       \
             0,                                                                                   \
             0,                                                                                   \
             0,                                                                                   \
             NULL,                                                                                \
             "says which still it holds, and shows that again when it is still right"},           \
            {"resumes",                                                                           \
             SF_PARAM_BOOL,                                                                       \
             0,                                                                                   \
             0,                                                                                   \
             0,                                                                                   \
             NULL,                                                                                \
             "after a time-out asks for the rest of the still that it has a part of"},            \
            {"leaves_early",                                                                      \
             SF_PARAM_PPM,                                                                        \
             0,                                                                                   \
             0,                                                                                   \
             1000000,                                                                             \
             NULL,                                                                                \
             "share of watchings that end while a request is open: cancelled, and closed"},       \
    }

static const struct sf_param hub_params[] = VIEWER_PARAMS(1);
static const struct sf_param app_params[] = VIEWER_PARAMS(0);

enum { PARAMS_COUNT = sizeof hub_params / sizeof hub_params[0] };
_Static_assert(sizeof(struct sf_viewer_config) == PARAMS_COUNT * sizeof(int64_t),
               "one member for each parameter");

const struct sf_param_table sf_hub_param_table = {
    "hub", "the hub with a display; asks through the integration, from the cache", hub_params,
    PARAMS_COUNT};
const struct sf_param_table sf_app_param_table = {
    "app", "the vendor's app; asks the camera through the cloud, past the cache", app_params,
    PARAMS_COUNT};
