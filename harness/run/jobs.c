#include "harness/run/jobs.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/interrupt.h"
#include "harness/box/box.h"
#include "harness/box/spent.h"

/* A worker ends with this code when the machine fails it. */
enum { MACHINE_FAILED = 4 };
enum { WORKERS_MAX = 256, POLL_NS = 20 * 1000 * 1000, NO_JOB = -1 };

/* Shared between the workers and their parent. */
struct shared {
    atomic_uint next;        /* the next job that no worker has begun */
    atomic_uint taken_count; /* jobs before this one were taken by the caller */
    atomic_uint done_count;
    atomic_uint hung_count;
    _Atomic int32_t current[WORKERS_MAX]; /* the job that each worker is at; NO_JOB */
};

struct worker {
    pid_t pid; /* 0: none */
    int32_t job_seen;
    double job_since_s;
    double job_cpu_s; /* the worker's processor time when the job began */
    bool hung;        /* its job takes too long, and it was ended for that */
};

struct pool {
    const struct sf_jobs *jobs;
    struct sf_jobs_results *results;
    struct shared *shared;
    uint32_t workers_count;
    struct worker workers[WORKERS_MAX];
    double started_s;
    int caller_cpu;       /* when the workers started */
    uint32_t slots_count; /* places for results: the window, or all */
    enum sf_err err;      /* of taking results, and of a machine that fails */
};

/* Where a job's result and status are: with `take` the places are used again and again. */
static struct sf_job_status *status_of(const struct pool *pool, uint32_t job)
{
    return &pool->results->statuses[job % pool->slots_count];
}

static uint8_t *result_of(const struct pool *pool, uint32_t job)
{
    return pool->results->results + (job % pool->slots_count) * pool->jobs->result_bytes;
}

/* A worker writes the status after the result; the caller's process reads it before. */
static void status_end(struct sf_job_status *status, enum sf_job_end end)
{
    __atomic_store_n(&status->end, (uint32_t)end, __ATOMIC_RELEASE);
}

static enum sf_job_end status_read(const struct sf_job_status *status)
{
    return (enum sf_job_end)__atomic_load_n(&status->end, __ATOMIC_ACQUIRE);
}

/* Processors that this process may use; at least 1. */
static uint32_t processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 1;
    }
    int count = CPU_COUNT(&set);
    return count < 1 ? 1 : (uint32_t)count;
}

static size_t align_up(size_t bytes)
{
    return (bytes + 63) & ~(size_t)63;
}

/* Runs that are under way are not wanted any more. */
static bool is_given_up(const struct pool *pool)
{
    return sf_interrupted() || pool->err != SF_OK;
}

/* No job from `next` on starts any more. */
static bool is_over(const struct pool *pool, uint32_t next)
{
    const struct sf_jobs *jobs = pool->jobs;
    double spent_s = sf_real_s() - pool->started_s;
    bool too_many_hang =
        jobs->hangs_max > 0 && atomic_load(&pool->shared->hung_count) >= jobs->hangs_max;
    bool time_is_up = jobs->total_seconds_max > 0 && spent_s > jobs->total_seconds_max;
    bool enough = jobs->further_seconds_max > 0 && next >= jobs->floor_count &&
                  spent_s > jobs->further_seconds_max;
    return is_given_up(pool) || too_many_hang || time_is_up || enough || next >= jobs->count;
}

/* The processors that we may use, one after the other, from the one on that the caller happens to
 * be on: the workers of two campaigns do not all meet on the machine's first one. */
static void pin(uint32_t worker, int caller_cpu)
{
    cpu_set_t may;
    if (sched_getaffinity(0, sizeof may, &may) != 0 || CPU_COUNT(&may) == 0) {
        return;
    }
    uint32_t skip = worker % (uint32_t)CPU_COUNT(&may);
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
        size_t cpu = (i + (caller_cpu > 0 ? (size_t)caller_cpu : 0)) % CPU_SETSIZE;
        if (CPU_ISSET(cpu, &may) && skip-- == 0) {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            (void)sched_setaffinity(0, sizeof one, &one);
            return;
        }
    }
}

/* The next job for this worker; false: there is none any more. Waits while the oldest result that
 * was not taken holds up the window. */
static bool begin_job(struct pool *pool, uint32_t *job_out)
{
    uint32_t next = atomic_load(&pool->shared->next);
    while (!is_over(pool, next)) {
        if (next - atomic_load(&pool->shared->taken_count) >= pool->slots_count) {
            nanosleep(&(struct timespec){.tv_nsec = POLL_NS / 20}, NULL);
            next = atomic_load(&pool->shared->next);
        } else if (atomic_compare_exchange_weak(&pool->shared->next, &next, next + 1)) {
            *job_out = next;
            return true;
        }
    }
    return false;
}

static _Noreturn void work(struct pool *pool, uint32_t worker, pid_t parent)
{
    const struct sf_jobs *jobs = pool->jobs;
    if (sf_box_is_any()) { /* see sf_box_rest; two workers would else choose the same processor */
        pin(worker, pool->caller_cpu);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0); /* it ended before it could take this process with it */
    }
    sf_interrupt_leave_to_parent();
    /* What a worker starts may be a stranger's: it does not share the results. */
    (void)madvise(pool->results->results, pool->results->mapped_bytes, MADV_DONTFORK);
    dup2(STDERR_FILENO, STDOUT_FILENO); /* output of a cache must not mix with our JSON */
    void *prepared = jobs->prepare != NULL ? jobs->prepare(jobs->context) : NULL;
    uint32_t job;
    while (begin_job(pool, &job)) {
        atomic_store(&pool->shared->current[worker], (int32_t)job);
        double begun_s = sf_real_s();
        jobs->work(jobs->context, prepared, job, result_of(pool, job));
        status_of(pool, job)->seconds = (float)(sf_real_s() - begun_s);
        if (jobs->has_hung != NULL && jobs->has_hung(result_of(pool, job))) {
            atomic_fetch_add(&pool->shared->hung_count, 1);
        }
        status_end(status_of(pool, job), SF_JOB_DONE);
        atomic_store(&pool->shared->current[worker], NO_JOB);
        atomic_fetch_add(&pool->shared->done_count, 1);
    }
    sf_box_rest();
    fflush(NULL);
    _exit(0);
}

static bool start_worker(struct pool *pool, uint32_t index)
{
    atomic_store(&pool->shared->current[index], NO_JOB);
    fflush(NULL);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        work(pool, index, parent);
    }
    pool->workers[index] = (struct worker){.pid = pid > 0 ? pid : 0, .job_seen = NO_JOB};
    return pid > 0;
}

/* An end that no job brings about: SIGKILL, unless it is ours, comes from outside or from the
 * kernel when memory is short. NULL: it is the job's. */
static const char *end_by_machine(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == MACHINE_FAILED) {
        return "a worker process had to end: see above";
    }
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
               ? "a worker process was killed from outside, or for want of memory"
               : NULL;
}

/* Records the end of the job that a dead worker was running. */
static void bury(struct pool *pool, uint32_t index, int status, struct sf_diag *diag)
{
    struct worker *worker = &pool->workers[index];
    int32_t job = atomic_load(&pool->shared->current[index]);
    worker->pid = 0;
    if (is_given_up(pool) ||
        (job == NO_JOB && !worker->hung)) { /* we ended it; it came to its end */
        return;
    }
    bool is_open = job != NO_JOB && (uint32_t)job >= atomic_load(&pool->shared->taken_count);
    if (is_open && status_read(status_of(pool, (uint32_t)job)) == SF_JOB_NOT_RUN) {
        struct sf_job_status *job_status = status_of(pool, (uint32_t)job);
        const char *why = worker->hung ? NULL : end_by_machine(status);
        if (why != NULL) {
            pool->err = sf_fail(diag, SF_ERR_MACHINE, "%s", why);
            return;
        }
        bool by_signal = WIFSIGNALED(status) && !worker->hung;
        job_status->signal_number = by_signal ? (uint32_t)WTERMSIG(status) : 0;
        status_end(job_status, worker->hung ? SF_JOB_HUNG : SF_JOB_CRASHED);
    }
    atomic_fetch_add(&pool->shared->done_count, 1);
    if (!is_over(pool, atomic_load(&pool->shared->next)) && !start_worker(pool, index)) {
        pool->err = sf_fail(diag, SF_ERR_MACHINE, "no process in place of a worker that has ended");
    }
}

static bool takes_too_long(const struct pool *pool, const struct worker *worker)
{
    double max_s = pool->jobs->job_seconds_max;
    double real_s = sf_real_s() - worker->job_since_s;
    return max_s > 0 && real_s > max_s &&
           (real_s > SF_JOBS_REAL_TIMES * max_s ||
            sf_process_cpu_s(worker->pid) - worker->job_cpu_s > max_s);
}

static void end_if_hung(struct pool *pool, uint32_t index)
{
    struct worker *worker = &pool->workers[index];
    int32_t job = atomic_load(&pool->shared->current[index]);
    if (job != worker->job_seen) {
        worker->job_seen = job;
        worker->job_since_s = sf_real_s();
        worker->job_cpu_s = sf_process_cpu_s(worker->pid);
        return;
    }
    if (job != NO_JOB && takes_too_long(pool, worker) && !worker->hung) {
        worker->hung = true; /* recorded when it has ended */
        atomic_fetch_add(&pool->shared->hung_count, 1);
        kill(worker->pid, SIGKILL);
    }
}

static bool any_worker(const struct pool *pool)
{
    for (uint32_t i = 0; i < pool->workers_count; i++) {
        if (pool->workers[i].pid != 0) {
            return true;
        }
    }
    return false;
}

static void attend(struct pool *pool, struct sf_diag *diag)
{
    for (uint32_t i = 0; i < pool->workers_count; i++) {
        if (pool->workers[i].pid == 0) {
            continue;
        }
        int status;
        if (waitpid(pool->workers[i].pid, &status, WNOHANG) == pool->workers[i].pid) {
            bury(pool, i, status, diag);
        } else {
            end_if_hung(pool, i);
        }
    }
}

static enum sf_err take_ended(struct pool *pool, struct sf_diag *diag)
{
    const struct sf_jobs *jobs = pool->jobs;
    uint32_t before = atomic_load(&pool->shared->taken_count);
    uint32_t job = before;
    for (; job < jobs->count; job++) {
        struct sf_job_status *status = status_of(pool, job);
        if (status_read(status) == SF_JOB_NOT_RUN) {
            break;
        }
        SF_TRY(jobs->take(jobs->context, job, status, result_of(pool, job), diag));
        *status = (struct sf_job_status){.end = SF_JOB_NOT_RUN};
        atomic_store(&pool->shared->taken_count, job + 1);
    }
    return job > before && jobs->settle != NULL ? jobs->settle(jobs->context, diag) : SF_OK;
}

/* Takes what has ended, and reports progress. */
static void collect(struct pool *pool, struct sf_diag *diag)
{
    const struct sf_jobs *jobs = pool->jobs;
    if (jobs->take != NULL && pool->err == SF_OK) {
        pool->err = take_ended(pool, diag);
    }
    if (jobs->progress != NULL && pool->err == SF_OK) {
        jobs->progress(jobs->context,
                       atomic_load(jobs->take != NULL ? &pool->shared->taken_count
                                                      : &pool->shared->done_count),
                       jobs->count);
    }
}

/* The runs that are under way are given up; they count as not run. */
static void end_all(struct pool *pool)
{
    for (uint32_t i = 0; i < pool->workers_count; i++) {
        if (pool->workers[i].pid != 0) {
            kill(pool->workers[i].pid, SIGKILL);
        }
    }
}

/* Long enough to cost nothing, short enough that a few quick jobs are not waited for. */
static void pause_a_little(uint32_t round)
{
    long wait_ns = round < 20 ? 1000 * 1000 : POLL_NS;
    nanosleep(&(struct timespec){.tv_nsec = wait_ns}, NULL);
}

static enum sf_err share_memory(struct pool *pool, struct sf_diag *diag)
{
    const struct sf_jobs *jobs = pool->jobs;
    bool all = jobs->take == NULL || jobs->count < SF_JOBS_WINDOW;
    pool->slots_count = all ? jobs->count : SF_JOBS_WINDOW;
    size_t results_bytes = align_up(pool->slots_count * jobs->result_bytes);
    size_t statuses_bytes = align_up(pool->slots_count * sizeof(struct sf_job_status));
    size_t bytes = results_bytes + statuses_bytes + sizeof(struct shared);
    uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return sf_fail(diag, SF_ERR_MACHINE, "no %zu bytes of shared memory for the results: %s",
                       bytes, strerror(errno));
    }
    pool->results->results = memory;
    pool->results->statuses = (struct sf_job_status *)(void *)(memory + results_bytes);
    pool->results->mapped_bytes = bytes;
    pool->shared = (struct shared *)(void *)(memory + results_bytes + statuses_bytes);
    atomic_store(&pool->shared->next, jobs->first);
    atomic_store(&pool->shared->taken_count, jobs->take != NULL ? jobs->first : 0);
    atomic_store(&pool->shared->done_count, jobs->first);
    return SF_OK;
}

static enum sf_err start_workers(struct pool *pool, struct sf_diag *diag)
{
    const struct sf_jobs *jobs = pool->jobs;
    sf_box_rest(); /* a worker starts processes of its own, on a processor of its own */
    uint32_t jobs_count = jobs->count - jobs->first;
    uint32_t wanted = jobs->workers > 0 ? jobs->workers : processors();
    wanted = wanted < jobs_count ? wanted : jobs_count;
    pool->workers_count = wanted < WORKERS_MAX ? wanted : WORKERS_MAX;
    pool->caller_cpu = sched_getcpu();
    bool started = pool->workers_count == 0;
    for (uint32_t i = 0; i < pool->workers_count; i++) {
        started |= start_worker(pool, i);
    }
    return started
               ? SF_OK
               : sf_fail(diag, SF_ERR_MACHINE, "no process could be started: %s", strerror(errno));
}

/* Until the last worker has ended. */
static enum sf_err attend_all(struct pool *pool, struct sf_diag *diag)
{
    for (uint32_t round = 0; any_worker(pool); round++) {
        if (is_given_up(pool)) {
            end_all(pool);
        }
        attend(pool, diag);
        collect(pool, diag);
        if (any_worker(pool)) {
            pause_a_little(round);
        }
    }
    collect(pool, diag);
    return pool->err;
}

enum sf_err sf_jobs_run(const struct sf_jobs *jobs, struct sf_jobs_results *results_out,
                        struct sf_diag *diag)
{
    SF_ASSERT(jobs != NULL);
    SF_ASSERT(results_out != NULL);
    SF_ASSERT(jobs->count > 0);
    SF_ASSERT(jobs->first <= jobs->count);
    SF_ASSERT(jobs->result_bytes > 0);
    SF_ASSERT(jobs->work != NULL);
    struct pool *pool = sf_alloc(1, sizeof *pool);
    pool->jobs = jobs;
    pool->results = results_out;
    pool->started_s = sf_real_s();
    *results_out = (struct sf_jobs_results){0};
    enum sf_err err = share_memory(pool, diag);
    if (err == SF_OK) {
        err = start_workers(pool, diag);
    }
    if (err == SF_OK) {
        err = attend_all(pool, diag);
    }
    if (err != SF_OK || jobs->take != NULL) {
        sf_jobs_free(results_out);
    }
    free(pool);
    return err;
}

void sf_jobs_free(struct sf_jobs_results *results)
{
    if (results->results != NULL) {
        munmap(results->results, results->mapped_bytes);
    }
    *results = (struct sf_jobs_results){0};
}
