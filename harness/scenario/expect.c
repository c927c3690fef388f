#include "harness/scenario/expect.h"

#include "harness/base/bounds.h"
#include "harness/base/time.h"
#include "harness/scenario/plan.h"

enum { VIEWERS_MAX = 3 * SF_HOMES_MAX, OWNERS_MAX = 8, ALL_PPM = 1000000 };

static const char *const paths[] = {
    [SF_ASSERTION_PATH_NONE] = "none",
    [SF_ASSERTION_PATH_HUB] = "hub",
    [SF_ASSERTION_PATH_APP] = "app",
    NULL,
};

/* clang-format off: a line each */
static const struct sf_param params[SF_ASSERTIONS_COUNT] = {
    [SF_ASSERTION_AFFECTED_MIN] = {"affected_min", SF_PARAM_COUNT, 0, 0, VIEWERS_MAX, NULL,
                                   "at least so many viewers are shown something of a stranger's"},
    [SF_ASSERTION_AFFECTED_MAX] = {"affected_max", SF_PARAM_COUNT, VIEWERS_MAX, 0, VIEWERS_MAX,
                                   NULL, "at most so many are"},
    [SF_ASSERTION_AFFECTED_SHARE_MIN] = {"affected_share_min", SF_PARAM_PPM, 0, 0, ALL_PPM, NULL,
                                         "they are at least this share of the viewers"},
    [SF_ASSERTION_AFFECTED_SHARE_MAX] = {"affected_share_max", SF_PARAM_PPM, ALL_PPM, 0, ALL_PPM,
                                         NULL, "they are at most this share of the viewers"},
    [SF_ASSERTION_EXPOSED_MIN] = {"exposed_min", SF_PARAM_COUNT, 0, 0, SF_HOMES_MAX, NULL,
                                  "pictures of at least so many homes are shown to strangers"},
    [SF_ASSERTION_EXPOSED_MAX] = {"exposed_max", SF_PARAM_COUNT, SF_HOMES_MAX, 0, SF_HOMES_MAX,
                                  NULL, "of at most so many"},
    [SF_ASSERTION_EXPOSED_SHARE_MIN] = {"exposed_share_min", SF_PARAM_PPM, 0, 0, ALL_PPM, NULL,
                                        "they are at least this share of the homes"},
    [SF_ASSERTION_EXPOSED_SHARE_MAX] = {"exposed_share_max", SF_PARAM_PPM, ALL_PPM, 0, ALL_PPM,
                                        NULL, "they are at most this share of the homes"},
    [SF_ASSERTION_STRAYS_FROM] = {"strays_from", SF_PARAM_DURATION, 0, 0, SF_DURATION_NS_MAX, NULL,
                                  "no stray is shown before this time of the run"},
    [SF_ASSERTION_STRAYS_UNTIL] = {"strays_until", SF_PARAM_DURATION, SF_DURATION_NS_MAX, 0,
                                   SF_DURATION_NS_MAX, NULL,
                                   "no stray is shown after this time of the run"},
    [SF_ASSERTION_OWNERS_MIN] =
        {"owners_min", SF_PARAM_COUNT, 0, 0, OWNERS_MAX, NULL,
         "one viewer is shown at least so many different strangers' pictures"},
    [SF_ASSERTION_OWNERS_MAX] =
        {"owners_max", SF_PARAM_COUNT, OWNERS_MAX, 0, OWNERS_MAX, NULL,
         "no viewer is shown more; what is beyond the largest is not counted"},
    [SF_ASSERTION_UNAFFECTED] = {"unaffected", SF_PARAM_TEXT, 0, 0, 0, NULL,
                                 "a group of homes in which no viewer is affected"},
    [SF_ASSERTION_UNAFFECTED_PATH] = {"unaffected_path", SF_PARAM_CHOICE, SF_ASSERTION_PATH_NONE, 0,
                                      0, paths, "a path on which no stray is shown"},
};
/* clang-format on */

const struct sf_param_table sf_assertion_table = {
    .name = "expect",
    .help = "what must come out of the run",
    .params = params,
    .params_count = SF_ASSERTIONS_COUNT,
};

const struct sf_param_table sf_group_assertion_table = {
    .name = "expect",
    .help = "what must come out for these homes",
    .params = params,
    .params_count = SF_ASSERTIONS_OF_GROUP_COUNT,
};
