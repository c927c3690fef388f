/* Many runs in parallel, in worker processes, so that a cache that crashes or hangs ends only its
 * own run. Results do not depend on the number of workers. */
#ifndef STRAYFRAME_RUN_JOBS_H
#define STRAYFRAME_RUN_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"

enum sf_job_end {
    SF_JOB_NOT_RUN, /* the budget ended before its turn, or a signal (interrupt.h) did */
    SF_JOB_DONE,
    SF_JOB_CRASHED, /* the process died: see signal_number */
    SF_JOB_HUNG,    /* it took longer than allowed and was ended */
};

struct sf_job_status {
    uint32_t end;           /* enum sf_job_end */
    uint32_t signal_number; /* CRASHED: the signal; 0: it called exit */
    float seconds;          /* DONE: how long it took, of real time */
};

/* A job that sleeps uses no processor: this many times its bound in real time end it, too. A
 * machine as loaded as this does not make a hang. */
enum { SF_JOBS_REAL_TIMES = 20 };

/* With `take`: how many jobs may be under way or done before the oldest of them is taken. */
enum { SF_JOBS_WINDOW = 1024 };

struct sf_jobs {
    uint32_t count;
    uint32_t first;           /* jobs before it are not run: an earlier campaign has done them */
    uint32_t workers;         /* 0: one for each processor */
    size_t result_bytes;      /* of each job */
    double job_seconds_max;   /* of its processor time, or SF_JOBS_REAL_TIMES of real time; 0: no
                                 bound */
    double total_seconds_max; /* no job starts after this; 0: no bound */
    /* Jobs from floor_count on: none starts after further_seconds_max of real time; 0: no bound. */
    uint32_t floor_count;
    double further_seconds_max;
    uint32_t hangs_max; /* no job starts after this many have hung; 0: no bound */
    /* Called once in each worker, before its first job; what it returns is handed to `work`. May be
     * NULL. */
    void *(*prepare)(void *context);
    /* Does job `index`, writes its result. Runs in a worker: nothing else that it changes is seen
     * outside, and what it prints goes to stderr. */
    void (*work)(void *context, void *prepared, uint32_t index, void *result_out);
    /* Does the result of a job that is done say that it hung, and saw to its end? May be NULL. */
    bool (*has_hung)(const void *result);
    /* Takes the result of each job in order of the index, in the caller's process; no result is
     * kept afterwards, so memory does not grow with `count`. After a job that was not run none is
     * taken. An error ends the work. NULL: all results are kept until sf_jobs_free. */
    enum sf_err (*take)(void *context, uint32_t index, const struct sf_job_status *status,
                        const void *result, struct sf_diag *diag);
    /* Called after some results were taken, before progress is reported. May be NULL. */
    enum sf_err (*settle)(void *context, struct sf_diag *diag);
    /* Called repeatedly in the caller's process, with `take` about jobs that were taken. May be
     * NULL. */
    void (*progress)(void *context, uint32_t done_count, uint32_t count);
    void *context;
};

/* Results in one block of count * result_bytes, status of each job; both freed with sf_jobs_free.
 * With `take` there are none. */
struct sf_jobs_results {
    uint8_t *results;
    struct sf_job_status *statuses;
    size_t mapped_bytes;
};

/* SF_ERR_MACHINE without enough processes or memory, and when a worker ends with exit code 4 or is
 * killed by a signal that is not ours; the error of `take` or `settle`. Then there are no results.
 */
SF_MUST_USE enum sf_err sf_jobs_run(const struct sf_jobs *jobs, struct sf_jobs_results *results_out,
                                    struct sf_diag *diag);
void sf_jobs_free(struct sf_jobs_results *results);

#endif
