/* Caches in a box: a program that speaks the cache interface as messages (docs/exec.md), or a
 * shared object in the runner, which speaks it for the object. To the host a boxed cache is a
 * plug-in like any other, whose functions send events and carry out the calls that come back. What
 * comes back is read as a stranger's: what is no message ends the cache, never us.
 *
 * One process an instance that is alive; an idle one is used again by the next. */
#ifndef STRAYFRAME_BOX_BOX_H
#define STRAYFRAME_BOX_BOX_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/base/err.h"
#include "harness/cache/strayframe_cache.h"

struct sf_box;

/* Starts the cache once and hears what it is. The box stays until the program ends; the same name
 * gives the same box again, started no second time. SF_ERR_INPUT for what cannot be started or
 * is no cache, SF_ERR_MACHINE for what the machine did not give. */
SF_MUST_USE enum sf_err sf_box_load(const char *name, const struct sf_box **box_out,
                                    struct sf_diag *diag);

/* As a plug-in. Its create wants a struct sf_box_config. */
const struct sf_cache_plugin *sf_box_plugin(const struct sf_box *box);

enum { SF_BOX_TEXT_BYTES = 256 };

/* What create of a boxed cache is handed as its configuration. */
struct sf_box_config {
    struct sf_cache_config config; /* first */
    const struct sf_box *box;
    uint64_t rng[4]; /* the instance's stream of chance, for a runner to go on with */
    /* The cache came to an end that it should not have come to: once an instance, with an
     * SF_CACHE_E of the endings, what goes with it (a signal's number, an exit code) and a
     * sentence. */
    void (*ended)(void *context, int32_t code, uint64_t subject, const char *text);
    void *context;
};

/* A run begins, which may take so long in real time; 0: no bound. With `repeatable` the caller runs
 * it again when sf_box_run_mispredicted says so: events that are not expected to be answered are
 * then sent without waiting for the cache. */
void sf_box_run_begins(double seconds_max, bool repeatable);

/* The run is over: what follows has no bound of time. */
void sf_box_run_ends(void);

/* Was something expected wrongly since the run began? Its results are then worth nothing; it has
 * been learnt, and does not happen again. */
bool sf_box_run_mispredicted(void);

/* Does the run have to be given up? (Then sf_box_run_mispredicted is true.) */
bool sf_box_run_is_void(void);

/* Ends the idle processes: before a fork, and when no more runs follow. */
void sf_box_rest(void);

/* What the kernel did not give to the boxes so far, as words for a report: "no network namespace,
 * ..."; "" when nothing is missing. */
const char *sf_box_lacks(void);

/* A file that gets every message of caches that speak JSON, of processes that start from now on;
 * NULL: none. Borrowed. */
void sf_box_log_messages(FILE *file);

#endif
