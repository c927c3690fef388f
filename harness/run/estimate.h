/* What a run of a plan will take, estimated before it starts: memory and processor time. Made from
 * the plan alone, so the same on every machine; compared with a machine by the caller. */
#ifndef STRAYFRAME_RUN_ESTIMATE_H
#define STRAYFRAME_RUN_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/text.h"
#include "harness/scenario/plan.h"

struct sf_estimate {
    uint32_t homes_count;
    uint64_t memory_bytes; /* at its highest */
    uint64_t packets_count;
    uint64_t cpu_s;
};

/* Right within a quarter for a fleet that does the same all the time, within a factor of two or
 * three for others: how a cache behaves, and what networks do to packets, is not looked at. */
void sf_estimate(const struct sf_plan *plan, struct sf_estimate *estimate_out);

/* Is it worth a line before the run starts? A GiB, or a minute. */
bool sf_estimate_is_large(const struct sf_estimate *estimate, uint32_t parallel_count);

/* "100,000 homes: about 2.3 GB of memory and 25 min of processor time". The memory is
 * that of `parallel_count` runs at once, the time that of `runs_count` runs. */
void sf_estimate_print(const struct sf_estimate *estimate, uint32_t parallel_count,
                       uint64_t runs_count, struct sf_text *out);

/* SF_ERR_INPUT when `parallel_count` runs at once need more than `left_bytes`. What needs less than
 * a GiB is never refused: an estimate of that size is less certain than what a machine says it has
 * left.
 */
SF_MUST_USE enum sf_err sf_estimate_check(const struct sf_estimate *estimate,
                                          uint32_t parallel_count, uint64_t left_bytes,
                                          struct sf_diag *diag);

#endif
