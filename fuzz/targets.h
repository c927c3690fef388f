/* The fuzz targets. Each is one function over bytes that knows no fuzzing engine, and one that
 * makes what is made only once, which may be called before; the build names those of a program
 * SF_FUZZ_TARGET and SF_FUZZ_START. Targets return 0. */
#ifndef STRAYFRAME_FUZZ_TARGETS_H
#define STRAYFRAME_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

/* Bytes to plan to run to oracles. Runs the plan that the bytes mean, with the cache named by the
 * environment variable SF_FUZZ_CACHE (builtin:boxing-day-fix where it is not set), and the version
 * before a deploy by SF_FUZZ_BEFORE (the same where it is not set). A broken
 * invariant prints the plan as a scenario on stderr, then aborts, which is how an engine learns of
 * a finding. With SF_FUZZ_PRINT set, the plan is printed instead of run: that is how to see one
 * whose run crashes or hangs. */
int sf_fuzz_plan(const uint8_t *data, size_t size);
/* Loads the cache. Exits with 2 if it cannot be loaded. */
void sf_fuzz_plan_start(void);

/* Bytes as a scenario file: whatever is accepted prints, and what was printed is the same plan
 * again, byte for byte. */
int sf_fuzz_scenario(const uint8_t *data, size_t size);
void sf_fuzz_scenario_start(void);

/* The same with two versions and several deploys; where the two are not set, they are two versions
 * of the twin of D14, which share a store. */
int sf_fuzz_deploy(const uint8_t *data, size_t size);
void sf_fuzz_deploy_start(void);

/* Bytes as a link's parameters. */
int sf_fuzz_netem_spec(const uint8_t *data, size_t size);
void sf_fuzz_netem_spec_start(void);

/* Bytes as a saved run, or as changes of one. */
int sf_fuzz_trace(const uint8_t *data, size_t size);
void sf_fuzz_trace_start(void);

/* Bytes as a picture that was delivered, or as changes of one. */
int sf_fuzz_frame(const uint8_t *data, size_t size);
void sf_fuzz_frame_start(void);

/* Bytes as the calls of a cache. */
int sf_fuzz_abi(const uint8_t *data, size_t size);
void sf_fuzz_abi_start(void);

#endif
