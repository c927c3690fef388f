/* The time that a stranger may take for a run: its processor time and the time that it sleeps while
 * we wait for it. Time in which it waits for a processor is the machine's, not the stranger's: a
 * loaded machine makes no hang. */
#ifndef STRAYFRAME_BOX_ALLOWANCE_H
#define STRAYFRAME_BOX_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* One for each stranger; all zero at first. */
struct sf_allowance {
    uint64_t run;     /* the run that the figures below are of */
    pid_t stranger;   /* 0: not known yet */
    double cpu_s;     /* its processor time when it was first looked at in this run */
    double slept_s;   /* in this run */
    double waiting_s; /* when we last looked while we wait; 0: something has come since */
};

/* Begins a run of at most seconds_max for each stranger; 0: no bound. */
void sf_allowance_begin(double seconds_max);

/* Is there a bound? */
bool sf_allowance_is_bounded(void);

/* Looks at the stranger behind `keeper`; true when its time is spent. `waits`: we wait for it, and
 * look again every half second or so; sf_allowance_heard tells when something has come from it. */
bool sf_allowance_is_spent(struct sf_allowance *allowance, pid_t keeper, bool waits);

static inline void sf_allowance_heard(struct sf_allowance *allowance)
{
    allowance->waiting_s = 0;
}

#endif
