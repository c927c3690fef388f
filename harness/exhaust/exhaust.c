#include "harness/exhaust/exhaust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/exhaust/apart.h"
#include "harness/exhaust/search.h"
#include "harness/run/jobs.h"

enum { SLACK_SECONDS = 10 }; /* what the search does beside its orders */

static double clock_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

static const struct sf_small_find crash = {.kind = SF_SMALL_FIND_CRASH};

/* ---- one world ---- */

static void open_caches(struct sf_exhaust_options *options)
{
    sf_cache_open_here(&options->candidate);
    sf_cache_open_here(&options->before);
}

static void prepare(struct sf_search *search, const struct sf_exhaust_options *options,
                    const struct sf_small_world *world, uint64_t seed)
{
    struct small *small = &search->small;
    small->world = world;
    small->modules[0] = options->candidate;
    small->has_before = options->before.plugin != NULL;
    small->modules[1] = small->has_before ? options->before : options->candidate;
    small->symmetry = options->keeps_symmetry;
    const char *pushed =
        options->reconfigure != NULL ? options->reconfigure : options->candidate.options;
    snprintf(small->reconfigure_options, sizeof small->reconfigure_options, "%s", pushed);
    search->snapshots = options->engine == SF_EXHAUST_SNAPSHOT;
    search->merges = options->keeps_merging;
    sf_search_init(search, seed);
}

struct explorer {
    const struct sf_exhaust_options *options;
    struct sf_exhaust_report *report;
    clockid_t clock; /* a boxed cache works in another process: real time */
    double end_s;
    struct sf_search *searches;          /* one a world */
    double costs[SF_EXHAUST_WORLDS_MAX]; /* of the next depth, in orders, estimated */
};

static uint64_t orders_tried(const struct explorer *explorer)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < explorer->options->worlds_count; i++) {
        count += explorer->report->exhaust.worlds[i].orders_in_all_count +
                 explorer->searches[i].orders_count;
    }
    return count;
}

static uint64_t answers_judged(const struct explorer *explorer)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < explorer->options->worlds_count; i++) {
        count +=
            explorer->report->exhaust.worlds[i].answers_count + explorer->searches[i].answers_count;
    }
    return count;
}

/* Real time ends a search only when it has judged an answer, or has tried enough orders that none
 * is to be expected: a loaded machine makes no verdict. */
static bool expired(void *context)
{
    enum { REAL_TIMES = 20, ORDERS_ENOUGH = 2000 };
    const struct explorer *explorer = context;
    double now_s = clock_s(explorer->clock);
    bool is_real = explorer->clock == CLOCK_MONOTONIC;
    return now_s >= explorer->end_s &&
           (!is_real || answers_judged(explorer) > 0 || orders_tried(explorer) >= ORDERS_ENOUGH ||
            now_s >= explorer->end_s + REAL_TIMES * explorer->options->seconds_max);
}

static void note_contract(struct explorer *explorer, uint32_t world)
{
    const struct sf_search *search = &explorer->searches[world];
    struct sf_exhaust_found *contract = &explorer->report->exhaust.contract;
    bool shorter =
        contract->order.count == 0 || search->contract_order.count < contract->order.count;
    if (search->contract_order.count > 0 && shorter) {
        contract->find = search->contract_find;
        contract->order = search->contract_order;
        contract->world = world;
        contract->seed = explorer->options->seed;
    }
}

/* What a depth cost: an order, and 8 KiB of memory that were saved or put back, count the
 * same. */
static double price(const struct sf_search *search)
{
    enum { BYTES_EACH = 8192 };
    return (double)search->orders_count + (double)search->copied_bytes / BYTES_EACH;
}

/* The next depth of a world. True if it leaks. */
static bool deepen(struct explorer *explorer, uint32_t index)
{
    struct sf_search *search = &explorer->searches[index];
    struct sf_exhaust_world *world = &explorer->report->exhaust.worlds[index];
    double began_s = cpu_s();
    uint64_t before = world->orders_count;
    explorer->report->world = index;
    explorer->report->seed = explorer->options->seed;
    enum sf_search_end end = sf_search_depth(search, world->depth + 1);
    world->cpu_s += cpu_s() - began_s;
    world->orders_in_all_count += search->orders_count;
    world->met_bound |= search->met_bound;
    world->own_bytes_count += search->own_bytes_count;
    note_contract(explorer, index);
    if (end == SF_SEARCH_FOUND) {
        explorer->report->exhaust.leak.find = search->find;
        explorer->report->exhaust.leak.ended = search->small.ended;
        explorer->report->exhaust.leak.order = search->order;
        explorer->report->exhaust.leak.world = index;
        explorer->report->exhaust.leak.seed = explorer->options->seed;
        return true;
    }
    if (end == SF_SEARCH_STOPPED) {
        return false;
    }
    world->depth++;
    world->orders_count = search->orders_count;
    world->answers_count = search->answers_count;
    world->states_count = search->states_count;
    world->merged_in_part = search->merged_in_part;
    world->is_complete = search->depth_reached < world->depth;
    double growth = before > 0 ? (double)search->orders_count / (double)before : 20;
    explorer->costs[index] = price(search) * growth;
    return false;
}

/* The world whose next depth is the cheapest; UINT32_MAX: none is left. Counted in orders and in
 * memory, so that the machine's speed decides nothing. */
static uint32_t next_world(const struct explorer *explorer)
{
    const struct sf_exhaust_options *options = explorer->options;
    uint32_t next = UINT32_MAX;
    for (uint32_t i = 0; i < options->worlds_count; i++) {
        const struct sf_exhaust_world *world = &explorer->report->exhaust.worlds[i];
        bool open = !world->is_complete && world->depth < options->depth_max;
        if (open && (next == UINT32_MAX || explorer->costs[i] < explorer->costs[next])) {
            next = i;
        }
    }
    return next;
}

/* ---- many seeds, each to a small depth ---- */

/* One row of the sweep. True if a seed leaks. */
static bool sweep_seeds(struct explorer *explorer, uint32_t index)
{
    const struct sf_exhaust_options *options = explorer->options;
    const struct sf_profile_sweep *row = &sf_profile_sweeps[index];
    struct sf_exhaust_world *known = &explorer->report->exhaust.sweeps[index];
    struct sf_exhaust_found *leak = &explorer->report->exhaust.leak;
    struct sf_search *search = sf_alloc(1, sizeof *search);
    uint64_t seeds_count = (options->sweep_seeds_count >> row->seeds_shift) + 1;
    double began_s = cpu_s();
    bool leaks = false;
    uint64_t i = 0;
    prepare(search, options, &row->world, options->seed);
    search->merges = search->merges && row->merges;
    search->watched = &explorer->report->order;
    explorer->report->world = SF_EXHAUST_SWEEP + index;
    for (; !leaks && i < seeds_count && !expired(explorer); i++) {
        explorer->report->seed = options->seed + i;
        sf_search_name(search, options->seed + i);
        leaks = sf_search_depth(search, row->depth) == SF_SEARCH_FOUND;
        known->orders_in_all_count += search->orders_count;
        known->answers_count += search->answers_count;
        known->met_bound |= search->met_bound;
    }
    if (leaks) {
        leak->find = search->find;
        leak->order = search->order;
        leak->world = SF_EXHAUST_SWEEP + index;
        leak->seed = explorer->report->seed;
    }
    known->depth = !leaks && i == seeds_count ? row->depth : 0;
    known->cpu_s = cpu_s() - began_s;
    explorer->report->exhaust.swept_count[index] = i;
    sf_search_free(search);
    free(search);
    return leaks;
}

/* With half of the time. True if a seed leaks. */
static bool sweep(struct explorer *explorer)
{
    double end_s = explorer->end_s;
    bool leaks = false;
    explorer->end_s = end_s - explorer->options->seconds_max / 2;
    for (uint32_t i = 0; !leaks && i < SF_PROFILE_SWEEPS; i++) {
        leaks = sweep_seeds(explorer, i);
    }
    explorer->end_s = end_s;
    return leaks;
}

/* Are the caches in boxes? */
static bool is_boxed(const struct sf_exhaust_options *options)
{
    return options->candidate.box != NULL || options->before.box != NULL;
}

/* Can all foreign ones be opened in a process of ours? */
static bool opens_here(const struct sf_exhaust_options *options)
{
    return (options->candidate.box == NULL || options->candidate.opens_here) &&
           (options->before.box == NULL || options->before.opens_here);
}

/* In this process, with the caches as they are. */
static void explore_here(const struct sf_exhaust_options *options, double seconds,
                         struct sf_exhaust_report *report)
{
    clockid_t clock = is_boxed(options) ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
    struct explorer explorer = {
        .options = options,
        .report = report,
        .clock = clock,
        .end_s = clock_s(clock) + seconds,
        .searches = sf_alloc(options->worlds_count, sizeof *explorer.searches),
    };
    struct sf_exhaust *exhaust = &explorer.report->exhaust;
    exhaust->worlds_count = options->worlds_count;
    for (uint32_t i = 0; i < options->worlds_count; i++) {
        struct sf_search *search = &explorer.searches[i];
        prepare(search, options, &options->worlds[i], options->seed);
        search->expired = expired;
        search->context = &explorer;
        search->watched = &explorer.report->order;
        exhaust->engine = search->snapshots ? SF_EXHAUST_SNAPSHOT : SF_EXHAUST_REPLAY;
    }
    bool leaks = options->sweep_seeds_count > 0 && sweep(&explorer);
    uint32_t world = leaks ? UINT32_MAX : next_world(&explorer);
    while (world != UINT32_MAX && !expired(&explorer) && !deepen(&explorer, world) &&
           !explorer.searches[world].is_unrepeatable) {
        world = next_world(&explorer);
    }
    exhaust->boxed.answers_count = answers_judged(&explorer);
    exhaust->boxed.is_unrepeatable =
        world != UINT32_MAX && explorer.searches[world].is_unrepeatable;
    for (uint32_t i = 0; i < options->worlds_count; i++) {
        sf_search_free(&explorer.searches[i]);
    }
    free(explorer.searches);
    exhaust->cpu_s = cpu_s();
}

/* In the box, by replay: what comes of it is known in this process, which the cache cannot reach.
 */
static void explore_boxed(const struct sf_exhaust_options *options, double seconds,
                          struct sf_exhaust_report *report)
{
    struct sf_exhaust_options boxed = *options;
    boxed.engine = SF_EXHAUST_REPLAY;
    boxed.sweep_seeds_count = 0; /* too many orders for a box */
    double began_s = clock_s(CLOCK_MONOTONIC);
    explore_here(&boxed, seconds, report);
    sf_box_run_ends();
    struct sf_exhaust *exhaust = &report->exhaust;
    struct sf_exhaust_boxed *known = &exhaust->boxed;
    known->ran = true;
    known->is_all = !opens_here(options);
    known->real_s = clock_s(CLOCK_MONOTONIC) - began_s;
    known->depth_least = SF_SMALL_EVENTS_MAX;
    for (uint32_t i = 0; i < exhaust->worlds_count; i++) {
        const struct sf_exhaust_world *world = &exhaust->worlds[i];
        known->orders_count += world->orders_in_all_count;
        bool least = !world->is_complete && world->depth < known->depth_least;
        known->depth_least = least ? world->depth : known->depth_least;
    }
}

/* In a process that a shared object is opened in; its memory can then be saved and put back. */
static void explore_opened(void *context, struct sf_exhaust_report *report)
{
    struct sf_exhaust_options options = *(const struct sf_exhaust_options *)context;
    open_caches(&options);
    explore_here(&options, options.seconds_max, report);
}

static void explore(void *context, void *prepared, uint32_t job, void *result_out)
{
    (void)prepared;
    (void)job;
    struct sf_exhaust_options options = *(const struct sf_exhaust_options *)context;
    struct sf_exhaust_report *report = result_out;
    if (!is_boxed(&options)) {
        explore_here(&options, options.seconds_max, report);
        return;
    }
    bool opens = opens_here(&options);
    double seconds = opens ? options.seconds_max / 4 : options.seconds_max;
    explore_boxed(&options, seconds, report);
    const struct sf_exhaust *exhaust = &report->exhaust;
    bool leaks = exhaust->leak.find.kind != SF_SMALL_FIND_NONE;
    if (opens && !leaks && !exhaust->boxed.is_unrepeatable) {
        options.seconds_max -= seconds;
        sf_exhaust_apart(explore_opened, &options, options.seconds_max + SLACK_SECONDS, report);
    }
}

/* ---- one order, in a fresh process ---- */

const struct sf_small_world *sf_exhaust_world_of(const struct sf_exhaust_options *options,
                                                 const struct sf_exhaust_found *found)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(found != NULL);
    return found->world >= SF_EXHAUST_SWEEP
               ? &sf_profile_sweeps[found->world - SF_EXHAUST_SWEEP].world
               : &options->worlds[found->world];
}

struct replayed {
    struct sf_small_end ended;
    struct sf_small_find find;
    struct sf_small_find contract;
    bool is_possible;
    uint32_t failed; /* not possible: this event */
    struct sf_small_story story;
};

struct order_job {
    const struct sf_exhaust_options *options;
    const struct sf_exhaust_found *found;
};

static void replay(void *context, void *prepared, uint32_t job, void *result_out)
{
    (void)prepared;
    (void)job;
    const struct order_job *order_job = context;
    struct replayed *replayed = result_out;
    struct sf_exhaust_options options = *order_job->options;
    options.engine = SF_EXHAUST_REPLAY; /* with the C library's own malloc, as in a server */
    options.keeps_symmetry = false;     /* a file may name whom it likes */
    struct sf_search *search = sf_alloc(1, sizeof *search); /* a foreign cache stays in its box */
    prepare(search, &options, sf_exhaust_world_of(&options, order_job->found),
            order_job->found->seed);
    search->small.told = &replayed->story;
    replayed->is_possible = sf_search_replay(search, &order_job->found->order, &replayed->failed);
    replayed->find = search->find;
    replayed->contract = search->small.contract;
    replayed->ended = search->small.ended;
    search->small.told = NULL;
    sf_search_free(search);
    free(search);
}

enum { ORDER_SECONDS_MAX = 20 };

static enum sf_err run_order(const struct sf_exhaust_options *options,
                             const struct sf_exhaust_found *found, struct replayed *replayed_out,
                             struct sf_job_status *status_out, struct sf_diag *diag)
{
    struct order_job order_job = {.options = options, .found = found};
    const struct sf_jobs jobs = {
        .count = 1,
        .workers = 1,
        .result_bytes = sizeof *replayed_out,
        .job_seconds_max = ORDER_SECONDS_MAX,
        .work = replay,
        .context = &order_job,
    };
    struct sf_jobs_results results;
    SF_TRY(sf_jobs_run(&jobs, &results, diag));
    memcpy(replayed_out, results.results, sizeof *replayed_out);
    *status_out = results.statuses[0];
    sf_jobs_free(&results);
    return SF_OK;
}

enum sf_err sf_exhaust_order(const struct sf_exhaust_options *options,
                             struct sf_exhaust_found *found, uint32_t *failed_out,
                             struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(found != NULL);
    SF_ASSERT(failed_out != NULL);
    struct replayed *replayed = sf_alloc(1, sizeof *replayed);
    struct sf_job_status status = {.end = SF_JOB_NOT_RUN};
    enum sf_err err = run_order(options, found, replayed, &status, diag);
    *failed_out = replayed->failed;
    found->is_confirmed = false;
    found->ended = replayed->ended;
    found->story = replayed->story;     /* also as far as it came before a crash */
    if (status.end == SF_JOB_NOT_RUN) { /* interrupted */
        free(replayed);
        return err;
    }
    if (err == SF_OK && status.end != SF_JOB_DONE) {
        found->find = crash;
        found->is_confirmed = true;
    } else if (err == SF_OK && !replayed->is_possible) {
        err =
            sf_fail(diag, SF_ERR_INPUT, "event %u of the order is not possible when its turn comes",
                    replayed->failed + 1);
    } else if (err == SF_OK) {
        bool leaks = replayed->find.kind != SF_SMALL_FIND_NONE;
        found->find = leaks ? replayed->find : replayed->contract;
        found->is_confirmed = true;
    }
    free(replayed);
    return err;
}

/* Does what was found repeat in a fresh process? */
static enum sf_err confirm(const struct sf_exhaust_options *options, struct sf_exhaust_found *found,
                           struct sf_diag *diag)
{
    if (found->find.kind == SF_SMALL_FIND_NONE) {
        return SF_OK;
    }
    const struct sf_small_find wanted = found->find;
    const struct sf_small_end ended = found->ended;
    struct sf_diag ignored = {0};
    uint32_t failed;
    enum sf_err err = sf_exhaust_order(options, found, &failed, &ignored);
    if (err == SF_ERR_MACHINE) {
        if (diag != NULL) {
            *diag = ignored;
        }
        return err;
    }
    found->is_confirmed = err == SF_OK && found->is_confirmed && found->find.kind == wanted.kind;
    found->find = wanted;
    found->ended = found->is_confirmed ? found->ended : ended;
    return SF_OK;
}

/* The work is one job: the counts say nothing. */
static void report_progress(void *context, uint32_t done_count, uint32_t count)
{
    (void)done_count;
    (void)count;
    const struct sf_exhaust_options *options = context;
    options->progress(options->progress_context);
}

enum sf_err sf_exhaust(const struct sf_exhaust_options *options, struct sf_exhaust *exhaust_out,
                       struct sf_diag *diag)
{
    SF_ASSERT(options != NULL);
    SF_ASSERT(exhaust_out != NULL);
    SF_ASSERT(options->worlds_count >= 1);
    SF_ASSERT(options->worlds_count <= SF_EXHAUST_WORLDS_MAX);
    SF_ASSERT(options->depth_max <= SF_SMALL_EVENTS_MAX);
    struct sf_exhaust_options copy = *options;
    const struct sf_jobs jobs = {
        .count = 1,
        .workers = 1,
        .result_bytes = sizeof(struct sf_exhaust_report),
        .job_seconds_max = options->seconds_max + 2 * SLACK_SECONDS,
        .work = explore,
        .context = &copy,
        .progress = options->progress != NULL ? report_progress : NULL,
    };
    struct sf_jobs_results results;
    SF_TRY(sf_jobs_run(&jobs, &results, diag));
    const struct sf_exhaust_report *report =
        (const struct sf_exhaust_report *)(const void *)results.results;
    *exhaust_out = report->exhaust;
    if (results.statuses[0].end == SF_JOB_CRASHED || results.statuses[0].end == SF_JOB_HUNG) {
        exhaust_out->leak.find = crash;
        exhaust_out->leak.order = report->order;
        exhaust_out->leak.world = report->world;
        exhaust_out->leak.seed = report->seed;
        exhaust_out->signal_number = results.statuses[0].signal_number;
        exhaust_out->is_hung = results.statuses[0].end == SF_JOB_HUNG;
    }
    sf_jobs_free(&results);
    SF_TRY(confirm(options, &exhaust_out->leak, diag));
    return confirm(options, &exhaust_out->contract, diag);
}
