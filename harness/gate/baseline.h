/* The baseline of `prove`: a file of classes that were caught, each with the median number of runs
 * until the first catch. Only this file has that number. If a class of the file is not caught, the
 * proof fails. */
#ifndef STRAYFRAME_GATE_BASELINE_H
#define STRAYFRAME_GATE_BASELINE_H

#include "harness/base/text.h"
#include "harness/gate/prove.h"

#define SF_BASELINE_FILE "scenarios/prove-baseline.txt"

struct sf_baseline_class {
    char id[16]; /* as in the catalogue */
    uint32_t median_runs;
    uint32_t line; /* of the file, from 1 */
};

struct sf_baseline {
    uint32_t count;
    struct sf_baseline_class classes[SF_PROOFS_MAX];
};

/* A class a line: its id and its median number of runs; `#` begins a comment. SF_ERR_INPUT with the
 * place for any other text, and for a class that the catalogue does not have. */
SF_MUST_USE enum sf_err sf_baseline_read(const char *path, struct sf_baseline *baseline_out,
                                         struct sf_diag *diag);

/* NULL for a class that is not in the file. */
const struct sf_baseline_class *sf_baseline_class_of(const struct sf_baseline *baseline,
                                                     const char *id);

/* The text of such a file, with the classes that these proofs have caught. */
void sf_baseline_write(const struct sf_proofs *proofs, struct sf_text *out);

#endif
