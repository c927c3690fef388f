#include "harness/scenario/expect.h"

#include "harness/base/time.h"
#include "harness/scenario/plan.h"

static const char *const paths[] = {
    [SF_ASSERTION_PATH_NONE] = "none",
    [SF_ASSERTION_PATH_HUB] = "hub",
    [SF_ASSERTION_PATH_APP] = "app",
    NULL,
};

#define ROW(NAME, ...) SF_PARAM_ROW(__VA_ARGS__)
static const struct sf_param params[] = {SF_GROUP_ASSERTIONS(ROW) SF_RUN_BOUNDS(ROW)
                                             SF_RUN_ASSERTIONS(ROW)};
_Static_assert(sizeof params / sizeof params[0] == SF_ASSERTIONS_COUNT, "a row for each index");

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
