/* A saved run and its plan: repeated, or judged as it was. */
#ifndef STRAYFRAME_RUN_SAVED_RUN_H
#define STRAYFRAME_RUN_SAVED_RUN_H

#include "harness/run/run.h"
#include "harness/scenario/scenario.h"
#include "harness/trace/saved.h"

/* Runs as sf_run does and writes everything into `file`, which the caller opens and closes.
 * SF_ERR_MACHINE if it cannot be written, SF_ERR_INPUT for a plan that is too long to be saved. */
SF_MUST_USE enum sf_err sf_run_save(struct sf_runner *runner, const struct sf_plan *plan,
                                    const struct sf_run_caches *caches,
                                    const struct sf_run_options *options, FILE *file,
                                    struct sf_run_result *result_out, struct sf_diag *diag);

/* Writes the records of a run of real servers, which sf_run_judge_records judged. */
SF_MUST_USE enum sf_err sf_run_save_records(const struct sf_plan *plan,
                                            const struct sf_record *records, uint32_t count,
                                            const struct sf_run_result *result, FILE *file,
                                            struct sf_diag *diag);

/* The plan of a saved run, checked like any other, with overrides as for a scenario. */
SF_MUST_USE enum sf_err sf_saved_plan(const struct sf_saved *saved,
                                      const struct sf_scenario_override *overrides,
                                      size_t overrides_count, struct sf_plan *plan_out,
                                      struct sf_diag *diag);

/* Judges a saved run with the oracles, from the file alone: the result equals that of the run.
 * `plan` is the file's. SF_ERR_INPUT for records that are no run of this plan. */
SF_MUST_USE enum sf_err sf_run_judge(struct sf_runner *runner, struct sf_saved *saved,
                                     const struct sf_plan *plan,
                                     const struct sf_trace_listener *listeners,
                                     uint32_t listeners_count, struct sf_run_result *result_out,
                                     struct sf_diag *diag);

#endif
