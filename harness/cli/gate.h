/* What the command gate keeps in a store. */
#ifndef STRAYFRAME_CLI_GATE_H
#define STRAYFRAME_CLI_GATE_H

#include "harness/campaign/provenance.h"
#include "harness/cli/command.h"
#include "harness/report/gate.h"

enum { CLI_TIME_BYTES = 32 };

/* What ran, with the texts that it is made of. Zero-initialise; free it in any case. */
struct cli_record {
    struct sf_store *store; /* owned; NULL without --store */
    struct sf_store_campaign campaign;
    bool went_on;                 /* the campaign was in the store already */
    char started[CLI_TIME_BYTES]; /* "2020-01-01 12:00:00 UTC" */
    struct sf_campaign what;
    struct sf_campaign_scenario *scenarios;
    struct sf_text machine;
    struct sf_text options;
    char *paths[SF_CAMPAIGN_FILES_MAX];
    char sha256[SF_CAMPAIGN_FILES_MAX][SF_SHA256_TEXT_BYTES];
};

/* Says what runs. With --store it opens the store, and begins a campaign in it, or goes on with one
 * (--resume), and fills in `store` and `campaign` of the options. */
SF_MUST_USE enum sf_err cli_record_begin(const struct cli_args *args,
                                         const struct cli_scenarios *scenarios,
                                         struct sf_gate_options *options, struct cli_record *record,
                                         struct sf_diag *diag);

/* Writes how it ended. */
SF_MUST_USE enum sf_err cli_record_end(struct cli_record *record, const struct sf_gate *gate,
                                       struct sf_diag *diag);

/* --confidence, --max-leak-rate (how many seeds it takes) and --max-regression, which `limits`
 * keeps. */
SF_MUST_USE enum sf_err cli_gate_limits(const struct cli_args *args,
                                        struct sf_gate_options *options,
                                        struct sf_gate_limits *limits, struct sf_diag *diag);

void cli_record_free(struct cli_record *record);

/* What the reports of a gate are made of. Borrowed. */
struct cli_gate_told {
    const struct sf_gate *gate;
    const struct sf_gate_names *names;
    const struct sf_campaign *what;
    const struct sf_plan *plans; /* the scenarios, for pictures and stories; NULL */
    const char *without_plans;   /* why there are none; NULL */
    const char *machines;        /* of a merged campaign; NULL */
    const char *started;
    const char *ended; /* "": now */
    const char *command;
    double run_seconds_max;
};

/* Writes the reports, prints the result and returns the exit code: that of a shard is 0 when it is
 * complete, whatever it has found. */
int cli_gate_tell(const struct cli_args *args, const struct cli_gate_told *told);

/* Writes the page of --report. */
SF_MUST_USE enum sf_err cli_gate_page(const struct cli_args *args, const struct cli_gate_told *told,
                                      struct sf_diag *diag);

/* The scenarios of a campaign that was stored, loaded once more. Returns why they are not the same
 * any more, or NULL; `plans_out` is then the caller's. */
const char *cli_plans_again(const struct sf_campaign *what, struct sf_plan **plans_out);

/* The time of day as a text, in UTC. */
void cli_time_text(int64_t unix_s, char text_out[static CLI_TIME_BYTES]);

#endif
