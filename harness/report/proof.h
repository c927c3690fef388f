/* The table of the harness's own proof: text, JSON, and one HTML page. */
#ifndef STRAYFRAME_REPORT_PROOF_H
#define STRAYFRAME_REPORT_PROOF_H

#include <jansson.h>

#include "harness/base/text.h"
#include "harness/run/prove.h"

/* `files` are the scenarios, in the order of the plans. */
void sf_report_proofs_text(const struct sf_proofs *proofs, const char *const *files,
                           struct sf_text *out);
json_t *sf_report_proofs_json(const struct sf_proofs *proofs);
void sf_report_proofs_html(const struct sf_proofs *proofs, struct sf_text *out);

#endif
