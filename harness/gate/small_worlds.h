/* The candidate in small worlds, as a part of the gate: every order of events that fits into a few
 * seconds, and what that covers. A shared object or a program is not loaded for it: the worlds put
 * a cache's memory back by copying it, which takes one that lives in a process of ours. */
#ifndef STRAYFRAME_GATE_SMALL_WORLDS_H
#define STRAYFRAME_GATE_SMALL_WORLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/oracle/oracle.h"

/* Plain values. */
struct sf_gate_small {
    bool ran;
    enum sf_verdict verdict;
    uint32_t events_count; /* of the shortest order that is a finding; 0: there is none */
    uint32_t worlds_count;
    uint32_t complete_count; /* worlds of which no longer order exists */
    uint32_t depth_least;    /* in each of the others: every order of up to N events */
    uint64_t orders_count;
    double cpu_s;
    char world[32];      /* of the finding */
    char told[8192];     /* what was covered and found, several lines */
    const char *not_run; /* why; "" if it ran */
};

/* Explores for this much CPU time. 0: not at all. SF_ERR_INPUT for a cache that cannot be loaded.
 */
SF_MUST_USE enum sf_err sf_gate_small_run(const char *candidate, const char *baseline,
                                          double seconds, struct sf_gate_small *small_out,
                                          struct sf_diag *diag);

#endif
