#include "harness/exhaust/apart.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/box/spent.h"

enum { LOOK_MS = 20, SLEEP_SECONDS_MAX = 10 };

/* ---- what a stranger says ---- */

/* A bool whose byte may be anything. */
static bool truth(const bool *from)
{
    uint8_t byte;
    memcpy(&byte, from, sizeof byte);
    return byte != 0;
}

static double seconds_of(double from)
{
    return from >= 0 && from < 1e9 ? from : 0;
}

static void take_world(const struct sf_exhaust_world *said, struct sf_exhaust_world *world)
{
    *world = (struct sf_exhaust_world){
        .depth = said->depth <= SF_SMALL_EVENTS_MAX ? said->depth : 0,
        .is_complete = truth(&said->is_complete),
        .met_bound = truth(&said->met_bound),
        .merged_in_part = truth(&said->merged_in_part),
        .orders_count = said->orders_count,
        .states_count = said->states_count,
        .answers_count = said->answers_count,
        .own_bytes_count = said->own_bytes_count,
        .orders_in_all_count = said->orders_in_all_count,
        .cpu_s = seconds_of(said->cpu_s),
    };
}

static bool is_place(const struct sf_exhaust *known, uint32_t world,
                     const struct sf_small_order *order)
{
    bool is_world = world < known->worlds_count ||
                    (world >= SF_EXHAUST_SWEEP && world < SF_EXHAUST_SWEEP + SF_PROFILE_SWEEPS);
    bool is_order = order->count <= SF_SMALL_EVENTS_MAX;
    for (uint32_t i = 0; is_order && i < order->count; i++) {
        is_order = order->events[i].kind < SF_SMALL_KINDS_COUNT;
    }
    return is_world && is_order;
}

/* A finding is only where to look: the order is run again in the box, which decides. */
static bool take_found(const struct sf_exhaust *known, const struct sf_exhaust_found *said,
                       struct sf_exhaust_found *found)
{
    const struct sf_small_find *find = &said->find;
    if (find->kind == SF_SMALL_FIND_NONE) {
        return true;
    }
    if (find->kind > SF_SMALL_FIND_CRASH || find->tenant >= SF_SMALL_TENANTS_MAX ||
        find->owner >= SF_SMALL_HANDS_MAX || !is_place(known, said->world, &said->order)) {
        return false;
    }
    found->find = *find;
    found->world = said->world;
    found->seed = said->seed;
    found->order = said->order;
    return true;
}

/* False for what cannot be. `said` is a copy that no process writes any more. */
static bool take(const struct sf_exhaust_report *said, struct sf_exhaust_report *report)
{
    struct sf_exhaust *known = &report->exhaust;
    const struct sf_exhaust *from = &said->exhaust;
    if (from->worlds_count != known->worlds_count || from->engine > SF_EXHAUST_REPLAY) {
        return false;
    }
    for (uint32_t i = 0; i < known->worlds_count; i++) {
        take_world(&from->worlds[i], &known->worlds[i]);
    }
    for (uint32_t i = 0; i < SF_PROFILE_SWEEPS; i++) {
        take_world(&from->sweeps[i], &known->sweeps[i]);
        known->swept_count[i] = from->swept_count[i];
    }
    known->engine = from->engine;
    known->cpu_s += seconds_of(from->cpu_s);
    return take_found(known, &from->leak, &known->leak) &&
           (known->contract.find.kind != SF_SMALL_FIND_NONE || /* of the box: that one stays */
            take_found(known, &from->contract, &known->contract));
}

static void note_crash(const struct sf_exhaust_report *said, int status, bool is_hung,
                       struct sf_exhaust_report *report)
{
    struct sf_exhaust *known = &report->exhaust;
    bool knows = is_place(known, said->world, &said->order);
    known->leak.find = (struct sf_small_find){.kind = SF_SMALL_FIND_CRASH};
    known->leak.world = knows ? said->world : 0;
    known->leak.seed = said->seed;
    known->leak.order = knows ? said->order : (struct sf_small_order){0};
    known->is_hung = is_hung;
    known->signal_number = !is_hung && WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0;
}

/* ---- the child ---- */

/* Waits for its end, or ends it. True if it took too long. */
static bool wait_for(pid_t child, double cpu_seconds_max, int *status_out)
{
    double slept_s = 0;
    for (;;) {
        if (waitpid(child, status_out, WNOHANG) == child) {
            return false;
        }
        poll(NULL, 0, LOOK_MS);
        slept_s = sf_process_sleeps(child) ? slept_s + LOOK_MS / 1e3 : 0;
        if (slept_s > SLEEP_SECONDS_MAX || sf_process_cpu_s(child) > cpu_seconds_max) {
            kill(child, SIGKILL);
            waitpid(child, status_out, 0);
            return true;
        }
    }
}

static _Noreturn void machine_failed(const char *why)
{
    fprintf(stderr, "strayframe: %s\n", why);
    exit(4);
}

void sf_exhaust_apart(void (*work)(void *context, struct sf_exhaust_report *report_out),
                      struct sf_exhaust_options *options, double cpu_seconds_max,
                      struct sf_exhaust_report *report)
{
    SF_ASSERT(work != NULL);
    SF_ASSERT(report != NULL);
    struct sf_exhaust_report *theirs =
        mmap(NULL, sizeof *theirs, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (theirs == MAP_FAILED) {
        machine_failed("no memory for a report");
    }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) {
            work(options, theirs);
            theirs->is_done = 1;
        }
        _exit(0);
    }
    if (child < 0) {
        machine_failed("no process for the search");
    }
    int status = 0;
    bool is_hung = wait_for(child, cpu_seconds_max, &status);
    struct sf_exhaust_report *said = sf_alloc(1, sizeof *said);
    memcpy(said, theirs, sizeof *said); /* it is dead: these bytes stay as they are */
    munmap(theirs, sizeof *theirs);
    if (!is_hung && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
        machine_failed("the process of the search was killed from outside, or for want of memory");
    }
    bool ended = !is_hung && WIFEXITED(status) && said->is_done == 1;
    if (!take(said, report) || !ended) {
        note_crash(said, status, is_hung, report);
    }
    free(said);
}
