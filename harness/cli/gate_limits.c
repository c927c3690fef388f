/* strayframe gate: the options that say how sure a verdict must be, and what may get worse. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/cli/gate.h"
#include "harness/scenario/value.h"

/* A number between 0 and 1, exclusively. */
static enum sf_err share(const struct cli_args *args, const char *option, double fallback,
                         double *share_out, struct sf_diag *diag)
{
    const char *text = cli_has_option(args, option) ? cli_value(args, option) : NULL;
    char *end;
    *share_out = fallback;
    if (text == NULL) {
        return SF_OK;
    }
    errno = 0;
    *share_out = strtod(text, &end);
    bool is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    if (!is_number || !(*share_out >= 1e-9 && *share_out <= 1 - 1e-9)) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--%s %s: expected a number between 0 and 1, such as 1e-4 or 0.95", option,
                       text);
    }
    return SF_OK;
}

static enum sf_err limit(char *text, struct sf_gate_limits *limits, struct sf_diag *diag)
{
    const char *known[SF_GATE_FIGURES_COUNT + 1] = {NULL};
    char *value = strchr(text, '=');
    int64_t ppm;
    struct sf_diag inner = {0};
    if (value == NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--max-regression %s: expected FIGURE=SHARE, such as own-share=0.1%%", text);
    }
    *value++ = '\0';
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        known[i] = sf_gate_figure_name((enum sf_gate_figure_kind)i);
        if (strcmp(known[i], text) != 0) {
            continue;
        }
        if (sf_value_share_read(value, &ppm, &inner) != SF_OK) {
            return sf_fail(diag, SF_ERR_INPUT, "--max-regression %s: %s", text, inner.message);
        }
        limits->losses[i] = (double)ppm / 1e6;
        return SF_OK;
    }
    const char *nearest = sf_text_nearest(text, known);
    return sf_fail(diag, SF_ERR_INPUT, "--max-regression: there is no figure '%s'%s%s%s", text,
                   nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                   nearest != NULL ? "'?" : "");
}

static enum sf_err read_limits(const struct cli_args *args, const char *baseline,
                               struct sf_gate_limits *limits, struct sf_diag *diag)
{
    const char *text = cli_value(args, "max-regression");
    char *rest = NULL;
    enum sf_err err = SF_OK;
    for (int i = 0; i < SF_GATE_FIGURES_COUNT; i++) {
        limits->losses[i] = -1.0;
    }
    if (text == NULL) {
        return SF_OK;
    }
    if (baseline == NULL) {
        return sf_fail(diag, SF_ERR_INPUT, "--max-regression goes with a baseline");
    }
    char *copy = sf_strdup(text);
    for (char *word = strtok_r(copy, ",", &rest); word != NULL && err == SF_OK;
         word = strtok_r(NULL, ",", &rest)) {
        err = limit(word, limits, diag);
    }
    free(copy);
    return err;
}

enum sf_err cli_gate_limits(const struct cli_args *args, struct sf_gate_options *options,
                            struct sf_gate_limits *limits, struct sf_diag *diag)
{
    SF_ASSERT(args != NULL);
    SF_ASSERT(options != NULL);
    SF_ASSERT(limits != NULL);
    SF_TRY(share(args, "confidence", 0.95, &options->confidence, diag));
    SF_TRY(share(args, "max-leak-rate", 0.0, &options->leak_rate, diag));
    SF_TRY(read_limits(args, options->baseline, limits, diag));
    options->limits = limits;
    if (options->leak_rate <= 0.0) {
        return SF_OK;
    }
    if (cli_value(args, "seeds") != NULL) {
        return sf_fail(diag, SF_ERR_INPUT,
                       "--max-leak-rate says how many seeds are needed: leave --seeds out");
    }
    uint64_t runs_count = sf_runs_needed(options->leak_rate, options->confidence);
    if (runs_count > 1000000000) {
        return sf_fail(diag, SF_ERR_INPUT, "--max-leak-rate %s: that takes %llu runs",
                       cli_value(args, "max-leak-rate"), (unsigned long long)runs_count);
    }
    options->seeds_count = sf_gate_seeds_for(options, runs_count);
    options->seeds_floor = 0;
    fprintf(stderr,
            "strayframe: a leak rate of %g is excluded with %g%% confidence by %llu runs without a "
            "leak: %u seeds\n",
            options->leak_rate, 100 * options->confidence, (unsigned long long)runs_count,
            options->seeds_count);
    return SF_OK;
}
