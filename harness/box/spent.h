/* What another process has used of the machine. Only bounds on what hangs depend on it, and one
 * on memory by large margins. */
#ifndef STRAYFRAME_BOX_SPENT_H
#define STRAYFRAME_BOX_SPENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Real time in seconds, from an arbitrary start. */
double sf_real_s(void);

/* Processor time of the process, of all its threads, in seconds; 0 when there is no such process.
 * What its children use is not in it. */
double sf_process_cpu_s(pid_t pid);

/* Does its first thread wait for something other than a processor? False when that cannot be read
 * (proc(5), /proc/PID/stat). */
bool sf_process_sleeps(pid_t pid);

/* The most memory that the process has had at a time, in bytes (proc(5), VmHWM); 0 when that cannot
 * be read. Memory that is reserved and was never written to is not in it. */
uint64_t sf_process_peak_bytes(pid_t pid);

/* The first child of the process's first thread; 0: none, or the kernel does not say (proc(5),
 * /proc/PID/task/TID/children). */
pid_t sf_process_child(pid_t pid);

#endif
