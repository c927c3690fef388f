/* The same run twice, compared record by record. */
#ifndef STRAYFRAME_RUN_TWICE_H
#define STRAYFRAME_RUN_TWICE_H

#include "harness/run/compare.h"
#include "harness/run/run.h"

/* Two plans with their caches, under one seed. */
struct sf_run_sides {
    const struct sf_plan *plans[2];
    const struct sf_run_caches *caches[2];
};

/* Runs both, and compares them record by record. result_out is the first one's. SF_ERR_MACHINE when
 * its records cannot be kept in a temporary file. */
SF_MUST_USE enum sf_err sf_run_sides(const struct sf_run_sides *sides,
                                     const struct sf_run_options *options,
                                     struct sf_run_result *result_out,
                                     struct sf_difference *difference_out, struct sf_diag *diag);

/* The same run twice. result_out is the first run's. SF_ERR_MACHINE when its records cannot be kept
 * in a temporary file. */
SF_MUST_USE enum sf_err sf_run_twice(const struct sf_plan *plan, const struct sf_run_caches *caches,
                                     const struct sf_run_options *options,
                                     struct sf_run_result *result_out,
                                     struct sf_difference *difference_out, struct sf_diag *diag);

#endif
