#include "harness/frame/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/frame/captures.h"
#include "harness/frame/fingerprint.h"
#include "harness/frame/postings.h"

enum {
    WINDOW_MIN = SF_LEDGER_RUN_BYTES_MIN - SF_FINGERPRINT_BYTES + 1,
    POSTINGS_AIM = 4 << 20, /* in the index, about */
    RUNS_MAX = 4096,        /* in a delivery */
    /* So many bytes more than another capture's run are the capture's own. Less can come about when
     * two captures show nearly the same time. */
    CLEAR_LEAD_BYTES = 2048,
    /* What a delivery may cost: stills made again. Beyond it, captures stay unknown. */
    TRIES_MAX = 4096,
    /* So many more than any other capture's tell the capture. */
    CAPTURE_LEAD_BYTES = 8,
    NONE = SF_CAPTURES_NONE,
};

_Static_assert((int)SF_LEDGER_SHARERS_MAX == (int)SF_POSTINGS_SHARERS_MAX, "said in two places");

struct sf_ledger {
    struct sf_ledger_source source;
    struct sf_captures captures;
    struct sf_postings postings;
    uint32_t window;        /* of fingerprints; 0 until something is indexed */
    uint32_t looks_indexed; /* so many looks are in the index */

    /* Owned, by look and by camera, as many as are indexed. */
    uint32_t *captures_indexed; /* whose bytes are in the index */
    uint32_t *captures_seen;    /* that a run was last found in */
    uint32_t looks_capacity;
    uint32_t cameras_capacity;

    uint8_t *still; /* owned: one that was made again */
    size_t still_count;
    struct sf_mark still_mark; /* which one, if still_count > 0 */

    struct sf_fingerprint *fingerprints; /* owned: of one still or delivery */
    size_t fingerprints_capacity;
    struct run *runs; /* owned: RUNS_MAX */
    uint32_t tries_left;
};

/* Delivered bytes that a capture contains. */
struct run {
    uint32_t begin;
    uint32_t end;
    uint32_t still_begin;
    uint32_t camera; /* index, or NONE if several cameras have the same run */
    uint32_t capture;
    bool capture_known;
};

struct sf_ledger *sf_ledger_create(struct sf_ledger_source source)
{
    struct sf_ledger *ledger = sf_alloc(1, sizeof *ledger);
    ledger->source = source;
    return ledger;
}

void sf_ledger_destroy(struct sf_ledger *ledger)
{
    if (ledger == NULL) {
        return;
    }
    sf_captures_fini(&ledger->captures);
    sf_postings_fini(&ledger->postings);
    free(ledger->captures_indexed);
    free(ledger->captures_seen);
    free(ledger->still);
    free(ledger->fingerprints);
    free(ledger->runs);
    free(ledger);
}

void sf_ledger_reset(struct sf_ledger *ledger)
{
    sf_captures_forget(&ledger->captures);
    sf_postings_forget(&ledger->postings);
    ledger->window = 0;
    ledger->looks_indexed = 0;
    ledger->still_count = 0;
}

void sf_ledger_capture(struct sf_ledger *ledger, struct sf_mark mark, uint32_t look)
{
    sf_captures_add(&ledger->captures, mark, look);
}

/* Makes a still again, into ledger->still; false if that cannot be done. */
static bool still_remake(struct sf_ledger *ledger, struct sf_mark mark)
{
    if (ledger->still_count > 0 && sf_mark_same(ledger->still_mark, mark)) {
        return true;
    }
    const struct sf_ledger_source *source = &ledger->source;
    if (ledger->still == NULL) {
        ledger->still = sf_alloc(source->still_bytes_max, 1);
    }
    ledger->still_count =
        source->remake(source->context, mark, ledger->still, source->still_bytes_max);
    ledger->still_mark = mark;
    SF_ASSERT(ledger->still_count <= source->still_bytes_max);
    SF_ASSERT(ledger->still_count <= SF_FINGERPRINT_COUNT_MAX);
    return ledger->still_count > 0;
}

static size_t fingerprint(struct sf_ledger *ledger, const uint8_t *bytes, size_t count)
{
    if (2 * count > ledger->fingerprints_capacity) {
        free(ledger->fingerprints);
        ledger->fingerprints_capacity = 2 * count;
        ledger->fingerprints = sf_alloc(2 * count, sizeof *ledger->fingerprints);
    }
    return sf_fingerprints(bytes, count, ledger->window, ledger->fingerprints);
}

static void look_index(struct sf_ledger *ledger, uint32_t look)
{
    const struct sf_look *told = &ledger->captures.looks[look];
    ledger->captures_indexed[look] = told->capture_last;
    ledger->captures_seen[told->camera] = told->capture_last;
    if (!still_remake(ledger,
                      sf_captures_mark(&ledger->captures, told->camera, told->capture_last))) {
        return;
    }
    size_t count = fingerprint(ledger, ledger->still, ledger->still_count);
    for (size_t i = 0; i < count; i++) {
        sf_postings_add(&ledger->postings,
                        (struct sf_posting){.hash = sf_fingerprint_hash(ledger->fingerprints[i]),
                                            .look = look,
                                            .at = sf_fingerprint_at(ledger->fingerprints[i])});
    }
}

/* Chooses how many fingerprints there will be, from how many looks there are at first. */
static void index_plan(struct sf_ledger *ledger)
{
    const struct sf_look *look = &ledger->captures.looks[0];
    struct sf_mark mark = sf_captures_mark(&ledger->captures, look->camera, look->capture_last);
    uint64_t still_bytes = still_remake(ledger, mark) ? ledger->still_count : 0;
    uint64_t bytes = ledger->captures.looks_count * still_bytes;
    uint64_t window = 2 * bytes / POSTINGS_AIM;
    ledger->window = window > WINDOW_MIN ? (uint32_t)window : WINDOW_MIN;
    sf_postings_reserve(&ledger->postings, 2 * bytes / ledger->window);
}

/* Indexes the looks that were told since the last time. */
static void index_update(struct sf_ledger *ledger)
{
    const struct sf_captures *captures = &ledger->captures;
    if (ledger->looks_indexed == captures->looks_count) {
        return;
    }
    if (ledger->window == 0) {
        index_plan(ledger);
    }
    if (ledger->looks_capacity < captures->looks_capacity) {
        ledger->looks_capacity = captures->looks_capacity;
        ledger->captures_indexed = sf_realloc(ledger->captures_indexed, ledger->looks_capacity,
                                              sizeof *ledger->captures_indexed);
    }
    if (ledger->cameras_capacity < captures->cameras_capacity) {
        ledger->cameras_capacity = captures->cameras_capacity;
        ledger->captures_seen = sf_realloc(ledger->captures_seen, ledger->cameras_capacity,
                                           sizeof *ledger->captures_seen);
    }
    for (; ledger->looks_indexed < captures->looks_count; ledger->looks_indexed++) {
        look_index(ledger, ledger->looks_indexed);
    }
}

struct delivery {
    const uint8_t *bytes;
    size_t count;
};

static uint32_t run_bytes(const struct run *run)
{
    return run->end - run->begin;
}

/* How far delivery and still agree around the fingerprint that both have at these places. */
static struct run extend(const struct sf_ledger *ledger, const struct delivery *delivery, size_t at,
                         size_t still_at)
{
    size_t begin = at;
    size_t end = at + SF_FINGERPRINT_BYTES;
    size_t still_begin = still_at;
    size_t still_end = still_at + SF_FINGERPRINT_BYTES;
    while (begin > 0 && still_begin > 0 &&
           delivery->bytes[begin - 1] == ledger->still[still_begin - 1]) {
        begin--;
        still_begin--;
    }
    while (end < delivery->count && still_end < ledger->still_count &&
           delivery->bytes[end] == ledger->still[still_end]) {
        end++;
        still_end++;
    }
    return (struct run){
        .begin = (uint32_t)begin, .end = (uint32_t)end, .still_begin = (uint32_t)still_begin};
}

/* The longest run around the fingerprint that begins at byte `at` of the delivery, wherever the
 * bytes from..to of the still contain it; else an empty one. */
static struct run run_in_still(const struct sf_ledger *ledger, const struct delivery *delivery,
                               size_t at, size_t from, size_t to)
{
    struct run best = {0};
    to = to < ledger->still_count ? to : ledger->still_count;
    while (from + SF_FINGERPRINT_BYTES <= to) {
        const uint8_t *found =
            memmem(ledger->still + from, to - from, delivery->bytes + at, SF_FINGERPRINT_BYTES);
        if (found == NULL) {
            break;
        }
        struct run run = extend(ledger, delivery, at, (size_t)(found - ledger->still));
        best = run_bytes(&run) > run_bytes(&best) ? run : best;
        from = (size_t)(found - ledger->still) + 1;
    }
    return best;
}

/* The search for the capture of a camera with the longest run around a fingerprint. */
struct search {
    struct sf_posting posting;
    size_t at; /* the fingerprint in the delivery */
    struct run best;
    uint32_t second_bytes; /* of the longest run of another capture */
    uint32_t least_bytes;
    uint32_t tried;
};

/* Where in a still to look. */
enum place {
    NEAR,       /* where the index has it: quick */
    EVERYWHERE, /* a wall without a pattern has the same bytes in every second row */
};

static struct run run_in_place(const struct sf_ledger *ledger, const struct search *search,
                               const struct delivery *delivery, enum place place)
{
    /* In stills of the same look, stuffed bytes and a few letters move what comes after them. */
    enum { NEAR_BYTES = 256 };
    size_t there = search->posting.at;
    struct run run = {0};
    if (place == NEAR) {
        size_t from = there > NEAR_BYTES ? there - NEAR_BYTES : 0;
        run = run_in_still(ledger, delivery, search->at, from, there + 2 * NEAR_BYTES);
    }
    if (run_bytes(&run) == 0) {
        run = run_in_still(ledger, delivery, search->at, 0, ledger->still_count);
    }
    return run;
}

static void search_try(struct sf_ledger *ledger, struct search *search, uint32_t capture,
                       const struct delivery *delivery, enum place place)
{
    uint32_t camera = ledger->captures.looks[search->posting.look].camera;
    if (!still_remake(ledger, sf_captures_mark(&ledger->captures, camera, capture))) {
        return;
    }
    struct run run = run_in_place(ledger, search, delivery, place);
    run.camera = camera;
    run.capture = capture;
    uint32_t length = run_bytes(&run);
    bool least = search->tried == 0 || length < search->least_bytes;
    search->least_bytes = least ? length : search->least_bytes;
    search->tried++;
    ledger->tries_left -= ledger->tries_left > 0;
    if (length > run_bytes(&search->best)) {
        search->second_bytes = run_bytes(&search->best);
        search->best = run;
    } else if (length > search->second_bytes) {
        search->second_bytes = length;
    }
}

/* Captures of a camera share what does not depend on the capture, and a few letters. One that has
 * much more of the delivered bytes than another is the one. */
static bool search_settled(const struct search *search)
{
    return search->tried > 1 && run_bytes(&search->best) >= search->least_bytes + CLEAR_LEAD_BYTES;
}

/* Tries the two captures of the posting's camera that are most promising. */
static struct search search_begin(struct sf_ledger *ledger, const struct sf_posting *posting,
                                  const struct delivery *delivery, size_t at)
{
    uint32_t seen = ledger->captures_seen[ledger->captures.looks[posting->look].camera];
    uint32_t indexed = ledger->captures_indexed[posting->look];
    struct search search = {.posting = *posting, .at = at};
    search_try(ledger, &search, seen, delivery, NEAR);
    if (indexed != seen) {
        search_try(ledger, &search, indexed, delivery, NEAR);
    }
    return search;
}

/* Tries the others, from the latest on, until one stands out. */
static void search_near(struct sf_ledger *ledger, struct search *search,
                        const struct delivery *delivery)
{
    uint32_t camera = ledger->captures.looks[search->posting.look].camera;
    uint32_t seen = ledger->captures_seen[camera];
    uint32_t indexed = ledger->captures_indexed[search->posting.look];
    for (uint32_t capture = ledger->captures.cameras[camera].captures_count;
         capture-- > 0 && !search_settled(search) && ledger->tries_left > 0;) {
        if (capture != seen && capture != indexed) {
            search_try(ledger, search, capture, delivery, NEAR);
        }
    }
}

/* Tries all of them, everywhere. False if that would be too many. */
static bool search_everywhere(struct sf_ledger *ledger, struct search *search,
                              const struct delivery *delivery)
{
    uint32_t camera = ledger->captures.looks[search->posting.look].camera;
    uint32_t captures = ledger->captures.cameras[camera].captures_count;
    if (captures > ledger->tries_left) {
        return false;
    }
    *search = (struct search){.posting = search->posting, .at = search->at};
    for (uint32_t capture = captures; capture-- > 0;) {
        search_try(ledger, search, capture, delivery, EVERYWHERE);
    }
    return true;
}

static struct run search_end(struct sf_ledger *ledger, struct search *search,
                             const struct delivery *delivery)
{
    search_near(ledger, search, delivery);
    bool known = search_settled(search);
    if (!known && search_everywhere(ledger, search, delivery)) {
        known = search->tried == 1 ||
                run_bytes(&search->best) >= search->second_bytes + CAPTURE_LEAD_BYTES;
    } else {
        search_try(ledger, search, search->best.capture, delivery, EVERYWHERE);
    }
    search->best.capture_known = known;
    return search->best;
}

/* The longest run around the fingerprint of any camera; one that several have is nobody's. */
static struct run run_around(struct sf_ledger *ledger, const struct delivery *delivery, size_t at,
                             const struct sf_posting *postings, uint32_t postings_count)
{
    struct search longest = {.best = {0}};
    bool shared = false;
    for (uint32_t i = 0; i < postings_count; i++) {
        struct search search = search_begin(ledger, &postings[i], delivery, at);
        const struct run *best = &longest.best;
        const struct run *run = &search.best;
        if (run_bytes(run) > run_bytes(best)) {
            longest = search;
            shared = false;
        } else if (run->begin == best->begin && run->end == best->end) {
            shared = shared || run->camera != best->camera;
        }
    }
    if (shared || longest.tried == 0) {
        longest.best.camera = NONE;
        return longest.best;
    }
    return search_end(ledger, &longest, delivery);
}

/* Whether the fingerprint that begins there is in one of the runs; the last is the likeliest. */
static bool runs_hold(const struct run *runs, uint32_t runs_count, uint32_t at)
{
    while (runs_count-- > 0) {
        const struct run *run = &runs[runs_count];
        if (run->camera != NONE && run->begin <= at && at + SF_FINGERPRINT_BYTES <= run->end) {
            return true;
        }
    }
    return false;
}

/* Whether chance is out of the question. */
static bool run_counts(struct sf_ledger *ledger, const struct run *run)
{
    const struct sf_ledger_source *source = &ledger->source;
    if (run->camera == NONE || run_bytes(run) < SF_LEDGER_RUN_BYTES_MIN) {
        return false;
    }
    struct sf_mark mark = sf_captures_mark(&ledger->captures, run->camera, run->capture);
    return still_remake(ledger, mark) &&
           source->blocks_between(source->context, mark, ledger->still, ledger->still_count,
                                  run->still_begin,
                                  run->still_begin + run_bytes(run)) >= SF_LEDGER_RUN_BLOCKS_MIN;
}

/* Adds the runs around those fingerprints that have so many sharers and are in no run yet. */
static uint32_t find_runs(struct sf_ledger *ledger, const struct delivery *delivery,
                          size_t fingerprints_count, uint32_t sharers_min, uint32_t sharers_max,
                          uint32_t runs_count)
{
    for (size_t i = 0; i < fingerprints_count && runs_count < RUNS_MAX; i++) {
        struct sf_posting postings[SF_LEDGER_SHARERS_MAX];
        uint32_t at = sf_fingerprint_at(ledger->fingerprints[i]);
        if (runs_hold(ledger->runs, runs_count, at)) {
            continue;
        }
        uint32_t sharers = sf_postings_find(&ledger->postings,
                                            sf_fingerprint_hash(ledger->fingerprints[i]), postings);
        if (sharers < sharers_min || sharers > sharers_max) {
            continue;
        }
        struct run run = {.begin = at, .end = at + SF_FINGERPRINT_BYTES, .camera = NONE};
        if (sharers <= SF_LEDGER_SHARERS_MAX) {
            run = run_around(ledger, delivery, at, postings, sharers);
        }
        bool counts = run_counts(ledger, &run);
        if (counts && run.capture_known) {
            ledger->captures_seen[run.camera] = run.capture;
        }
        if (counts || (run.camera == NONE && run_bytes(&run) > 0)) {
            ledger->runs[runs_count++] = run;
        }
    }
    return runs_count;
}

/* All runs of the delivery. First around the fingerprints that only one look has: their runs reach
 * over most of the others, which then need no search. */
static uint32_t find_all_runs(struct sf_ledger *ledger, const struct delivery *delivery)
{
    if (ledger->runs == NULL) {
        ledger->runs = sf_alloc(RUNS_MAX, sizeof *ledger->runs);
    }
    size_t count = fingerprint(ledger, delivery->bytes, delivery->count);
    uint32_t runs_count = find_runs(ledger, delivery, count, 1, 1, 0);
    return find_runs(ledger, delivery, count, 2, SF_LEDGER_SHARERS_MAX + 1, runs_count);
}

/* Longest first, then from left to right; what nobody has alone comes last. */
static int run_compare(const void *left, const void *right)
{
    const struct run *a = left;
    const struct run *b = right;
    if ((a->camera == NONE) != (b->camera == NONE)) {
        return a->camera == NONE ? 1 : -1;
    }
    if (run_bytes(a) != run_bytes(b)) {
        return run_bytes(a) > run_bytes(b) ? -1 : 1;
    }
    return a->begin != b->begin ? (a->begin < b->begin ? -1 : 1) : 0;
}

static bool owner_is(const struct sf_byte_owner *owner, struct sf_mark mark, bool capture_known)
{
    return sf_mark_same(owner->owner, mark) && owner->capture_known == capture_known;
}

/* Where to count the bytes of this run. */
static uint32_t *counter_of(struct sf_ledger *ledger, const struct run *run,
                            struct sf_byte_attribution *out)
{
    if (run->camera == NONE) {
        return &out->shared_bytes;
    }
    struct sf_mark mark =
        sf_captures_mark(&ledger->captures, run->camera, run->capture_known ? run->capture : 0);
    for (uint32_t i = 0; i < out->owners_count; i++) {
        if (owner_is(&out->owners[i], mark, run->capture_known)) {
            return &out->owners[i].bytes_count;
        }
    }
    if (out->owners_count == SF_LEDGER_OWNERS_MAX) {
        return &out->further_bytes;
    }
    struct sf_byte_owner *owner = &out->owners[out->owners_count++];
    *owner = (struct sf_byte_owner){.owner = mark, .capture_known = run->capture_known};
    return &owner->bytes_count;
}

static int owner_compare(const void *left, const void *right)
{
    const struct sf_byte_owner *a = left;
    const struct sf_byte_owner *b = right;
    if (a->bytes_count != b->bytes_count) {
        return a->bytes_count > b->bytes_count ? -1 : 1;
    }
    if (a->owner.tenant != b->owner.tenant) {
        return a->owner.tenant < b->owner.tenant ? -1 : 1;
    }
    if (a->owner.camera != b->owner.camera) {
        return a->owner.camera < b->owner.camera ? -1 : 1;
    }
    if (a->owner.capture != b->owner.capture) {
        return a->owner.capture < b->owner.capture ? -1 : 1;
    }
    return (int)b->capture_known - (int)a->capture_known;
}

void sf_ledger_attribute(struct sf_ledger *ledger, const uint8_t *bytes, size_t count,
                         struct sf_byte_attribution *out)
{
    SF_ASSERT(count <= UINT32_MAX);
    *out = (struct sf_byte_attribution){.unattributed_bytes = (uint32_t)count};
    count = count < SF_FINGERPRINT_COUNT_MAX ? count : SF_FINGERPRINT_COUNT_MAX;
    index_update(ledger);
    if (ledger->postings.count == 0) {
        return;
    }
    const struct delivery delivery = {bytes, count};
    ledger->tries_left = TRIES_MAX;
    uint32_t runs_count = find_all_runs(ledger, &delivery);
    qsort(ledger->runs, runs_count, sizeof *ledger->runs, run_compare);
    uint8_t *taken = sf_alloc(count, 1);
    for (uint32_t i = 0; i < runs_count; i++) {
        const struct run *run = &ledger->runs[i];
        uint32_t free_bytes = 0;
        for (uint32_t at = run->begin; at < run->end; at++) {
            free_bytes += taken[at] == 0;
        }
        if (free_bytes > 0) {
            memset(taken + run->begin, 1, run_bytes(run));
            *counter_of(ledger, run, out) += free_bytes;
            out->unattributed_bytes -= free_bytes;
        }
    }
    free(taken);
    qsort(out->owners, out->owners_count, sizeof *out->owners, owner_compare);
}

static int fingerprint_compare(const void *left, const void *right)
{
    uint64_t a = ((const struct sf_fingerprint *)left)->value;
    uint64_t b = ((const struct sf_fingerprint *)right)->value;
    return a < b ? -1 : a > b;
}

/* The first of the sorted runs with this hash, or NULL. */
static const struct sf_fingerprint *run_with_hash(const struct sf_fingerprint *sorted, size_t count,
                                                  uint64_t hash)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sf_fingerprint_hash(sorted[middle]) < hash) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && sf_fingerprint_hash(sorted[low]) == hash ? &sorted[low] : NULL;
}

uint32_t sf_ledger_common_blocks(struct sf_ledger *ledger, struct sf_mark mark,
                                 const uint8_t *bytes, size_t count)
{
    const struct sf_ledger_source *source = &ledger->source;
    count = count < SF_FINGERPRINT_COUNT_MAX ? count : SF_FINGERPRINT_COUNT_MAX;
    if (count == 0 || !still_remake(ledger, mark)) {
        return 0;
    }
    const struct delivery delivery = {bytes, count};
    struct sf_fingerprint *sorted = sf_alloc(2 * ledger->still_count, sizeof *sorted);
    struct sf_fingerprint *runs = sf_alloc(2 * count, sizeof *runs);
    size_t sorted_count = sf_fingerprints(ledger->still, ledger->still_count, 1, sorted);
    size_t runs_count = sf_fingerprints(bytes, count, 1, runs);
    qsort(sorted, sorted_count, sizeof *sorted, fingerprint_compare);
    uint32_t most = 0;
    for (size_t at = 0; at < runs_count; at++) {
        const struct sf_fingerprint *there =
            run_with_hash(sorted, sorted_count, sf_fingerprint_hash(runs[at]));
        size_t still_at = there != NULL ? sf_fingerprint_at(*there) : 0;
        if (there == NULL ||
            memcmp(bytes + at, ledger->still + still_at, SF_FINGERPRINT_BYTES) != 0) {
            continue;
        }
        struct run run = extend(ledger, &delivery, at, still_at);
        uint32_t blocks =
            source->blocks_between(source->context, mark, ledger->still, ledger->still_count,
                                   run.still_begin, run.still_begin + run_bytes(&run));
        most = blocks > most ? blocks : most;
        at = run.end - SF_FINGERPRINT_BYTES; /* on with what is not in this run */
    }
    free(sorted);
    free(runs);
    return most;
}
