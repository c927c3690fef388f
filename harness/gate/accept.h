/* Known findings that are accepted for a while: a file names each by its signature, with a reason
 * and the last day on which it is accepted. Only exactly these signatures are, so that a new
 * finding is never hidden by an old one. */
#ifndef STRAYFRAME_GATE_ACCEPT_H
#define STRAYFRAME_GATE_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"

enum { SF_ACCEPTED_MAX = 64, SF_ACCEPTED_NAME_BYTES = 160, SF_ACCEPTED_REASON_BYTES = 320 };

struct sf_accepted {
    char name[SF_ACCEPTED_NAME_BYTES]; /* sf_gate_find_name */
    char reason[SF_ACCEPTED_REASON_BYTES];
    char until[11]; /* "2027-01-31", UTC */
    bool expired;
};

struct sf_accepts {
    uint32_t count;
    struct sf_accepted items[SF_ACCEPTED_MAX];
};

/* A YAML list:
 *
 *     - finding: "fresh:hub:on_timer"
 *       reason: "ticket 4711: an old still for 2 s after a restart"
 *       until: 2027-01-31
 *
 * SF_ERR_INPUT with the place for anything else. `now_unix_s` decides what has expired. */
SF_MUST_USE enum sf_err sf_accepts_read(const char *path, int64_t now_unix_s,
                                        struct sf_accepts *accepts_out, struct sf_diag *diag);

/* NULL: the file does not name it. */
const struct sf_accepted *sf_accepts_find(const struct sf_accepts *accepts, const char *name);

#endif
