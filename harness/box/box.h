/* Caches in a box: a program that speaks the cache interface as messages (docs/exec.md), or a
 * shared object in the runner, which speaks it for the object. To the host a boxed cache is a
 * plug-in like any other, whose functions send events and carry out the calls that come back. Its
 * output is untrusted: bytes that are no message end the cache, never the harness.
 *
 * Each live instance has a process; the next instance reuses an idle one. */
#ifndef STRAYFRAME_BOX_BOX_H
#define STRAYFRAME_BOX_BOX_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/base/err.h"
#include "harness/cache/strayframe_cache.h"

struct sf_box;

/* Starts the cache once and reads its hello. A box stays until the program ends; the same name
 * returns the same box, without another start. SF_ERR_INPUT for a program that cannot be started or
 * is no cache, SF_ERR_MACHINE if there is no process or memory for it. */
SF_MUST_USE enum sf_err sf_box_load(const char *name, const struct sf_box **box_out,
                                    struct sf_diag *diag);

/* The box as a plug-in. Its create takes a struct sf_box_config. */
const struct sf_cache_plugin *sf_box_plugin(const struct sf_box *box);

enum { SF_BOX_TEXT_BYTES = 256 };

/* The configuration that create of a boxed cache takes. */
struct sf_box_config {
    struct sf_cache_config config; /* first */
    const struct sf_box *box;
    uint64_t rng[4]; /* state of the instance's random stream, which the runner continues */
    /* The cache ended unexpectedly. Called once for an instance at most, with the SF_CACHE_E of
     * the ending, its detail (a signal's number, an exit code) and a sentence. */
    void (*ended)(void *context, int32_t code, uint64_t subject, const char *text);
    /* The cache broke the contract without a call that the host has seen. */
    void (*broke)(void *context, int32_t code);
    void *context;
};

/* By how much the process of an instance (what the plug-in's functions call `cache`) has grown
 * since that was created: its peak, in bytes. 0 when that is not known. Memory that it had before
 * and uses again is not in it. */
uint64_t sf_box_grown_bytes(const void *cache);

/* Begins a run that may take seconds_max of real time; 0: no bound. With `repeatable` the caller
 * repeats the run if sf_box_run_mispredicted: events from which no call is expected are then sent
 * without waiting for the cache. */
void sf_box_run_begins(double seconds_max, bool repeatable);

/* The largest peak of resident memory, in bytes, of a process whose instance was destroyed since
 * the run began: what it had taken in earlier runs is in it. 0: there was none, or it is not known.
 */
uint64_t sf_box_run_peak_bytes(void);

/* The run is over: what follows has no bound of time. */
void sf_box_run_ends(void);

/* Did the cache call from an event that was sent without waiting? The results of the run are then
 * void; the repeated run waits for such events. */
bool sf_box_run_mispredicted(void);

/* Must the run be given up now? (Then sf_box_run_mispredicted is true.) */
bool sf_box_run_is_void(void);

/* The path of a shared object's box; NULL for a program's. */
const char *sf_box_object(const struct sf_box *box);

/* Takes from this process what a stranger's object must not have. For a worker that loads one. */
void sf_box_confine(void);

/* Ends the idle processes: before a fork, and when no more runs follow. From the start of the first
 * process until then this process stays on one processor, where the boxes are too. */
void sf_box_rest(void);

/* Was any box loaded? */
bool sf_box_is_any(void);

/* The isolation that the kernel did not provide so far, as words for a report: "no network
 * namespace, ..."; "" when nothing is missing. */
const char *sf_box_lacks(void);

/* Writes every message of caches that speak JSON to a file, for processes that start from now on;
 * NULL: no longer. Borrowed. */
void sf_box_log_messages(FILE *file);

#endif
