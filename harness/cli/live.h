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

/* Plays a live scenario, every arm of it. */
SF_MUST_USE enum sf_err cli_live_script(const struct cli_args *args, int *code_out,
                                        struct sf_text *logs, struct sf_diag *diag);

/* A driver by its name, or as a file; and where the configurations are that come with it. Where
 * live->order.driver is set afterwards, also after a failure, the driver is to be freed. */
SF_MUST_USE enum sf_err cli_live_driver(const char *server, struct cli_live *live,
                                        struct sf_diag *diag);
/* "HOST:PORT"; `what` names it in messages. */
SF_MUST_USE enum sf_err cli_live_address(const char *what, const char *text, char *host_out,
                                         size_t host_bytes, uint16_t *port_out,
                                         struct sf_diag *diag);
/* A running cache, on loopback. */
SF_MUST_USE enum sf_err cli_live_url(const char *url, struct sf_target *target_out,
                                     struct sf_diag *diag);

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
