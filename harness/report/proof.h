/* The table of the harness's own proof: text, JSON, and one HTML page. */
#ifndef STRAYFRAME_REPORT_PROOF_H
#define STRAYFRAME_REPORT_PROOF_H

#include <jansson.h>

#include "harness/base/text.h"
#include "harness/gate/prove.h"

/* `files` are the scenarios, in the order of the plans. */
void sf_report_proofs_text(const struct sf_proofs *proofs, const char *const *files,
                           struct sf_text *out);
json_t *sf_report_proofs_json(const struct sf_proofs *proofs);
/* One file without outside references. `command` is what gives this result again. */
void sf_report_proofs_html(const struct sf_proofs *proofs, const char *const *files,
                           const char *command, struct sf_text *out);

/* How many classes are caught, with twins that pass. */
uint32_t sf_proofs_holding_count(const struct sf_proofs *proofs);

#endif
