/* Virtual time. One unit everywhere: nanoseconds since the start of the run, in a signed 64-bit
 * integer (292 years). Nothing in this header knows the wall clock. */
#ifndef STRAYFRAME_BASE_TIME_H
#define STRAYFRAME_BASE_TIME_H

#include <stdint.h>

/* A point in virtual time, or a span of it, in ns. Points are never negative; spans may be. */
typedef int64_t sf_ns;

#define SF_US ((sf_ns)1000)
#define SF_MS ((sf_ns)1000 * SF_US)
#define SF_SECOND ((sf_ns)1000 * SF_MS)
#define SF_MINUTE ((sf_ns)60 * SF_SECOND)
#define SF_HOUR ((sf_ns)60 * SF_MINUTE)

/* "Never": later than every point that a run can reach. */
#define SF_NS_NEVER INT64_MAX

#endif
