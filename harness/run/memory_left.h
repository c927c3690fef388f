/* How much memory this process may still take: by the machine, by its limits, by its control group.
 */
#ifndef STRAYFRAME_RUN_MEMORY_LEFT_H
#define STRAYFRAME_RUN_MEMORY_LEFT_H

#include <stdint.h>

/* The lowest of: what the kernel says is available; what RLIMIT_AS and RLIMIT_DATA leave; what the
 * memory limit of the process's control group (version 2), or of one above it, leaves. UINT64_MAX
 * if none of them can be read. */
uint64_t sf_memory_left(void);

#endif
