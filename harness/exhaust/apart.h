/* A search in a process of its own, which a foreign shared object is opened in. What that process
 * says is a stranger's: it is copied, checked, and only then a report. */
#ifndef STRAYFRAME_EXHAUST_APART_H
#define STRAYFRAME_EXHAUST_APART_H

#include "harness/exhaust/exhaust.h"

/* What a process reports of itself while it works: it may not come to its end. */
struct sf_exhaust_report {
    struct sf_exhaust exhaust;
    uint32_t world; /* the one that it is at */
    uint64_t seed;
    struct sf_small_order order;
    uint32_t is_done; /* apart: the search came to its own end; a cache may call exit */
};

/* Runs `work` in a child process, which may work for cpu_seconds_max or sleep for some seconds.
 * `report` says what is known so far, and gets what the child reports where that is possible; a
 * child that ends early, hangs or reports what cannot be has crashed. */
void sf_exhaust_apart(void (*work)(void *context, struct sf_exhaust_report *report_out),
                      struct sf_exhaust_options *options, double cpu_seconds_max,
                      struct sf_exhaust_report *report);

#endif
