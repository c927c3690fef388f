/* What the files of `strayframe live` share. */
#ifndef STRAYFRAME_CLI_LIVE_H
#define STRAYFRAME_CLI_LIVE_H

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/cli/command.h"
#include "harness/live/session.h"

/* A command line of `live` that has been understood. */
struct cli_live {
    struct sf_session_order order;
    struct sf_driver driver;
    struct sf_cell *cells; /* owned */
    char config[CLI_PATH_BYTES];
    char controls[CLI_PATH_BYTES];
    char origin_host[64];
};

/* Plays a live scenario on the driver's server. */
SF_MUST_USE enum sf_err cli_live_script(struct cli_live *live, const char *file, bool json,
                                        int *code_out, struct sf_text *logs, struct sf_diag *diag);

/* Compares a report with a file of the cells that are known to leak; says on stderr what differs.
 */
SF_MUST_USE enum sf_err cli_live_expect(const struct cli_live *live,
                                        const struct sf_session_report *report, const char *file,
                                        int *code_out, struct sf_diag *diag);

/* Judges a service whose content is its own. */
SF_MUST_USE enum sf_err cli_live_learn(const struct cli_args *args, int *code_out,
                                       struct sf_diag *diag);

/* Keeps server and origin running until SIGINT or SIGTERM. */
SF_MUST_USE enum sf_err cli_live_hold(const struct cli_live *live, struct sf_text *logs,
                                      struct sf_diag *diag);

#endif
