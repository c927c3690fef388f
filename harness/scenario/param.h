/* Parameter tables: how an actor tells the scenario loader which keys it has, without the loader
 * knowing the actor. An actor's configuration is a struct of int64_t members only, in the order of
 * its table; the plan keeps it as plain values. */
#ifndef STRAYFRAME_SCENARIO_PARAM_H
#define STRAYFRAME_SCENARIO_PARAM_H

#include <stddef.h>
#include <stdint.h>

enum sf_param_kind {
    SF_PARAM_DURATION, /* ns; written "250ms", "4s", "1h30min" */
    SF_PARAM_COUNT,    /* a whole number */
    SF_PARAM_BOOL,     /* true or false, kept as 1 or 0 */
    SF_PARAM_PPM,      /* a share in parts per million; written "1.5%" */
    SF_PARAM_CHOICE,   /* one of `choices`, kept as its index */
    SF_PARAM_TEXT,     /* a name, kept as its index in the plan's table of texts */
};

struct sf_param {
    const char *name;
    enum sf_param_kind kind;
    int64_t fallback; /* the value where the scenario is silent; for TEXT always 0, the text "" */
    int64_t min;      /* inclusive; unused for BOOL, CHOICE, TEXT */
    int64_t max;      /* inclusive */
    const char *const *choices; /* NULL-terminated; CHOICE only */
    const char *help;           /* one line for `list` and the schema */
};

enum { SF_PARAMS_MAX = 32 };

struct sf_param_table {
    const char *name; /* the section's key in a scenario: "camera", "hub" ... */
    const char *help;
    const struct sf_param *params;
    uint32_t params_count; /* at most SF_PARAMS_MAX */
};

#endif
