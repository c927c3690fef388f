/* What a program has used so far: processor time, user and system, and memory at its highest. */
#ifndef STRAYFRAME_BENCH_USAGE_H
#define STRAYFRAME_BENCH_USAGE_H

#include <stdio.h>
#include <sys/resource.h>

static inline double usage_cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static inline double usage_rss_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

/* The line that bench/run reads. */
static inline void usage_print(double cpu_s, double packets, double stills)
{
    printf("cpu_s %.6f packets %.0f stills %.0f rss_mib %.1f\n", cpu_s, packets, stills,
           usage_rss_mib());
}

#endif
