/* Runs of delivered bytes that a capture contains: around each fingerprint that the index knows,
 * the longest one of any camera, and which of the camera's captures has it. */
#include "harness/base/assert.h"
#include "harness/frame/ledger_private.h"

#include <string.h>

#include "harness/base/arena.h"

enum {
    RUNS_MAX = 4096, /* in a delivery */
    /* A lead of this many bytes over another capture's run identifies the capture. A smaller lead
     * occurs when two captures show nearly the same time. */
    CLEAR_LEAD_BYTES = 2048,
    /* The lead over every other capture that identifies one. */
    CAPTURE_LEAD_BYTES = 8,
};

struct ledger_run sf_ledger_extend(const struct sf_ledger *ledger,
                                   const struct ledger_delivery *delivery, size_t at,
                                   size_t still_at)
{
    SF_ASSERT(ledger != NULL);
    SF_ASSERT(delivery != NULL);
    SF_ASSERT(at + SF_FINGERPRINT_BYTES <= delivery->count);
    SF_ASSERT(still_at + SF_FINGERPRINT_BYTES <= ledger->still_count);
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
    return (struct ledger_run){
        .begin = (uint32_t)begin, .end = (uint32_t)end, .still_begin = (uint32_t)still_begin};
}

/* The longest run around the fingerprint that begins at byte `at` of the delivery, wherever the
 * bytes from..to of the still contain it; else an empty one. */
static struct ledger_run run_in_still(const struct sf_ledger *ledger,
                                      const struct ledger_delivery *delivery, size_t at,
                                      size_t from, size_t to)
{
    struct ledger_run best = {0};
    to = to < ledger->still_count ? to : ledger->still_count;
    while (from + SF_FINGERPRINT_BYTES <= to) {
        const uint8_t *found =
            memmem(ledger->still + from, to - from, delivery->bytes + at, SF_FINGERPRINT_BYTES);
        if (found == NULL) {
            break;
        }
        struct ledger_run run =
            sf_ledger_extend(ledger, delivery, at, (size_t)(found - ledger->still));
        best = ledger_run_bytes(&run) > ledger_run_bytes(&best) ? run : best;
        from = (size_t)(found - ledger->still) + 1;
    }
    return best;
}

/* The search for the capture of a camera with the longest run around a fingerprint. */
struct search {
    struct sf_posting posting;
    size_t at; /* the fingerprint in the delivery */
    struct ledger_run best;
    uint32_t second_bytes; /* of the longest run of another capture */
    uint32_t least_bytes;
    uint32_t tried;
    bool is_whole; /* the delivery is the best one's still, byte for byte */
};

/* Where in a still to look. */
enum place {
    NEAR,       /* where the index has it: quick */
    EVERYWHERE, /* a wall without a pattern has the same bytes in every second row */
};

static struct ledger_run run_in_place(const struct sf_ledger *ledger, const struct search *search,
                                      const struct ledger_delivery *delivery, enum place place)
{
    /* In stills of the same look, stuffed bytes and a few letters move what comes after them. */
    enum { NEAR_BYTES = 256 };
    size_t there = search->posting.at;
    struct ledger_run run = {0};
    if (place == NEAR) {
        size_t from = there > NEAR_BYTES ? there - NEAR_BYTES : 0;
        run = run_in_still(ledger, delivery, search->at, from, there + 2 * NEAR_BYTES);
    }
    if (ledger_run_bytes(&run) == 0) {
        run = run_in_still(ledger, delivery, search->at, 0, ledger->still_count);
    }
    return run;
}

static void search_try(struct sf_ledger *ledger, struct search *search, uint32_t capture,
                       const struct ledger_delivery *delivery, enum place place)
{
    uint32_t camera = ledger->captures.looks[search->posting.look].camera;
    if (!sf_ledger_remake(ledger, sf_captures_mark(&ledger->captures, camera, capture))) {
        return;
    }
    struct ledger_run run = run_in_place(ledger, search, delivery, place);
    run.camera = camera;
    run.capture = capture;
    uint32_t length = ledger_run_bytes(&run);
    bool least = search->tried == 0 || length < search->least_bytes;
    search->least_bytes = least ? length : search->least_bytes;
    search->tried++;
    ledger->tries_left -= ledger->tries_left > 0;
    if (length > ledger_run_bytes(&search->best)) {
        search->second_bytes = ledger_run_bytes(&search->best);
        search->best = run;
        search->is_whole = length == delivery->count && length == ledger->still_count;
    } else if (length > search->second_bytes) {
        search->second_bytes = length;
    }
}

/* Captures of a camera share what does not depend on the capture, and a few letters. One that has
 * much more of the delivered bytes than another is the one, and so is one that is the delivery:
 * marks make any two captures different. */
static bool search_settled(const struct search *search)
{
    return search->is_whole || (search->tried > 1 && ledger_run_bytes(&search->best) >=
                                                         search->least_bytes + CLEAR_LEAD_BYTES);
}

/* Tries the two captures of the posting's camera that are most promising. */
static struct search search_begin(struct sf_ledger *ledger, const struct sf_posting *posting,
                                  const struct ledger_delivery *delivery, size_t at)
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
                        const struct ledger_delivery *delivery)
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
                              const struct ledger_delivery *delivery)
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

static struct ledger_run search_end(struct sf_ledger *ledger, struct search *search,
                                    const struct ledger_delivery *delivery)
{
    search_near(ledger, search, delivery);
    bool known = search_settled(search);
    if (!known && search_everywhere(ledger, search, delivery)) {
        known = search->tried == 1 ||
                ledger_run_bytes(&search->best) >= search->second_bytes + CAPTURE_LEAD_BYTES;
    } else {
        search_try(ledger, search, search->best.capture, delivery, EVERYWHERE);
    }
    search->best.capture_known = known;
    return search->best;
}

/* The longest run around the fingerprint of any camera; one that several have has no owner. */
static struct ledger_run run_around(struct sf_ledger *ledger,
                                    const struct ledger_delivery *delivery, size_t at,
                                    const struct sf_posting *postings, uint32_t postings_count)
{
    struct search longest = {.best = {0}};
    bool shared = false;
    for (uint32_t i = 0; i < postings_count; i++) {
        struct search search = search_begin(ledger, &postings[i], delivery, at);
        const struct ledger_run *best = &longest.best;
        const struct ledger_run *run = &search.best;
        if (ledger_run_bytes(run) > ledger_run_bytes(best)) {
            longest = search;
            shared = false;
        } else if (run->begin == best->begin && run->end == best->end) {
            shared = shared || run->camera != best->camera;
        }
    }
    if (shared || longest.tried == 0) {
        longest.best.camera = LEDGER_CAMERA_NONE;
        return longest.best;
    }
    return search_end(ledger, &longest, delivery);
}

/* Whether the fingerprint that begins there is in one of the runs; the last is the likeliest. */
static bool runs_hold(const struct ledger_run *runs, uint32_t runs_count, uint32_t at)
{
    while (runs_count-- > 0) {
        const struct ledger_run *run = &runs[runs_count];
        if (run->camera != LEDGER_CAMERA_NONE && run->begin <= at &&
            at + SF_FINGERPRINT_BYTES <= run->end) {
            return true;
        }
    }
    return false;
}

/* Whether chance is out of the question. */
static bool run_counts(struct sf_ledger *ledger, const struct ledger_run *run)
{
    const struct sf_ledger_source *source = &ledger->source;
    if (run->camera == LEDGER_CAMERA_NONE || ledger_run_bytes(run) < SF_LEDGER_RUN_BYTES_MIN) {
        return false;
    }
    struct sf_mark mark = sf_captures_mark(&ledger->captures, run->camera, run->capture);
    return sf_ledger_remake(ledger, mark) &&
           source->blocks_between(source->context, mark, ledger->still, ledger->still_count,
                                  run->still_begin, run->still_begin + ledger_run_bytes(run)) >=
               SF_LEDGER_RUN_BLOCKS_MIN;
}

/* Adds the runs around the fingerprints with this number of sharers that are in no run yet. */
static uint32_t find_runs(struct sf_ledger *ledger, const struct ledger_delivery *delivery,
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
        struct ledger_run run = {
            .begin = at, .end = at + SF_FINGERPRINT_BYTES, .camera = LEDGER_CAMERA_NONE};
        if (sharers <= SF_LEDGER_SHARERS_MAX) {
            run = run_around(ledger, delivery, at, postings, sharers);
        }
        bool counts = run_counts(ledger, &run);
        if (counts && run.capture_known) {
            ledger->captures_seen[run.camera] = run.capture;
        }
        if (counts || (run.camera == LEDGER_CAMERA_NONE && ledger_run_bytes(&run) > 0)) {
            ledger->runs[runs_count++] = run;
        }
    }
    return runs_count;
}

/* First around the fingerprints that only one look has: their runs reach
 * over most of the others, which then need no search. */
uint32_t sf_ledger_find_runs(struct sf_ledger *ledger, const struct ledger_delivery *delivery)
{
    SF_ASSERT(ledger != NULL);
    SF_ASSERT(delivery != NULL);
    if (ledger->runs == NULL) {
        ledger->runs = sf_alloc(RUNS_MAX, sizeof *ledger->runs);
    }
    size_t count = sf_ledger_fingerprint(ledger, delivery->bytes, delivery->count);
    uint32_t runs_count = find_runs(ledger, delivery, count, 1, 1, 0);
    return find_runs(ledger, delivery, count, 2, SF_LEDGER_SHARERS_MAX + 1, runs_count);
}
