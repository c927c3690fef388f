/* What the proof has shown before: a file of classes that were caught, each with the median number
 * of runs until it was. It is the one place where that number stands; a class of it that is caught
 * no more fails the proof. */
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
 * place for whatever else is written there, and for a class that the catalogue does not have. */
SF_MUST_USE enum sf_err sf_baseline_read(const char *path, struct sf_baseline *baseline_out,
                                         struct sf_diag *diag);

/* NULL for a class that has not been caught before. */
const struct sf_baseline_class *sf_baseline_class_of(const struct sf_baseline *baseline,
                                                     const char *id);

/* Such a file, of what these proofs have caught. */
void sf_baseline_write(const struct sf_proofs *proofs, struct sf_text *out);

#endif
