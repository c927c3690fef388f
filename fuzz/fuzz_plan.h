/* The fuzz target `fuzz_plan`: bytes to plan to run to oracles. One function over bytes; knows no
 * fuzzing engine. */
#ifndef STRAYFRAME_FUZZ_FUZZ_PLAN_H
#define STRAYFRAME_FUZZ_FUZZ_PLAN_H

#include <stddef.h>
#include <stdint.h>

/* Runs the plan that the bytes mean, with the cache named by the environment variable SF_FUZZ_CACHE
 * (builtin:boxing-day-fix where it is not set). A broken invariant prints the plan as a scenario on
 * stderr, then aborts, which is how an engine learns of a find. Returns 0. */
int sf_fuzz_plan(const uint8_t *data, size_t size);

#endif
