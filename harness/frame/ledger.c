/* What was captured, its index, and the answers. How runs of bytes are found is in ledger_runs.c.
 */
#include "harness/frame/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/frame/ledger_private.h"

enum {
    WINDOW_MIN = SF_LEDGER_RUN_BYTES_MIN - SF_FINGERPRINT_BYTES + 1,
    POSTINGS_AIM = 4 << 20, /* in the index, about */
    /* What a delivery may cost: stills made again. Beyond it, captures stay unknown. */
    TRIES_MAX = 4096,
    /* The same for all deliveries together; then this many for each. */
    TRIES_EVER_MAX = 1 << 18,
    TRIES_FEW = 16,
};

_Static_assert((int)SF_LEDGER_SHARERS_MAX == (int)SF_POSTINGS_SHARERS_MAX, "said in two places");

struct sf_ledger *sf_ledger_create(struct sf_ledger_source source)
{
    struct sf_ledger *ledger = sf_alloc(1, sizeof *ledger);
    ledger->source = source;
    ledger->tries_left_ever = TRIES_EVER_MAX;
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
    SF_ASSERT(ledger != NULL);
    sf_captures_forget(&ledger->captures);
    sf_postings_forget(&ledger->postings);
    ledger->window = 0;
    ledger->looks_indexed = 0;
    ledger->still_count = 0;
    ledger->tries_left_ever = TRIES_EVER_MAX;
}

void sf_ledger_capture(struct sf_ledger *ledger, struct sf_mark mark, uint32_t look)
{
    SF_ASSERT(ledger != NULL);
    sf_captures_add(&ledger->captures, mark, look);
}

bool sf_ledger_remake(struct sf_ledger *ledger, struct sf_mark mark)
{
    SF_ASSERT(ledger != NULL);
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

size_t sf_ledger_fingerprint(struct sf_ledger *ledger, const uint8_t *bytes, size_t count)
{
    SF_ASSERT(ledger != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
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
    if (!sf_ledger_remake(ledger,
                          sf_captures_mark(&ledger->captures, told->camera, told->capture_last))) {
        return;
    }
    size_t count = sf_ledger_fingerprint(ledger, ledger->still, ledger->still_count);
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
    uint64_t still_bytes = sf_ledger_remake(ledger, mark) ? ledger->still_count : 0;
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

/* Longest first, then from left to right; runs that two captures share come last. */
static int run_compare(const void *left, const void *right)
{
    const struct ledger_run *a = left;
    const struct ledger_run *b = right;
    if ((a->camera == LEDGER_CAMERA_NONE) != (b->camera == LEDGER_CAMERA_NONE)) {
        return a->camera == LEDGER_CAMERA_NONE ? 1 : -1;
    }
    if (ledger_run_bytes(a) != ledger_run_bytes(b)) {
        return ledger_run_bytes(a) > ledger_run_bytes(b) ? -1 : 1;
    }
    return a->begin != b->begin ? (a->begin < b->begin ? -1 : 1) : 0;
}

static bool owner_is(const struct sf_byte_owner *owner, struct sf_mark mark, bool capture_known)
{
    return sf_mark_same(owner->owner, mark) && owner->capture_known == capture_known;
}

/* Where to count the bytes of this run. */
static uint32_t *counter_of(struct sf_ledger *ledger, const struct ledger_run *run,
                            struct sf_byte_attribution *out)
{
    if (run->camera == LEDGER_CAMERA_NONE) {
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
    if (a->owner.tenant.index != b->owner.tenant.index) {
        return a->owner.tenant.index < b->owner.tenant.index ? -1 : 1;
    }
    if (a->owner.camera.index != b->owner.camera.index) {
        return a->owner.camera.index < b->owner.camera.index ? -1 : 1;
    }
    if (a->owner.capture != b->owner.capture) {
        return a->owner.capture < b->owner.capture ? -1 : 1;
    }
    return (int)b->capture_known - (int)a->capture_known;
}

void sf_ledger_guess(struct sf_ledger *ledger, struct sf_mark mark)
{
    SF_ASSERT(ledger != NULL);
    index_update(ledger);
    uint32_t camera = sf_captures_camera(&ledger->captures, mark);
    if (camera != SF_CAPTURES_NONE) {
        ledger->captures_seen[camera] = mark.capture;
    }
}

static uint32_t tries_of_delivery(const struct sf_ledger *ledger)
{
    uint32_t left = ledger->tries_left_ever;
    return left > TRIES_MAX ? TRIES_MAX : left > TRIES_FEW ? left : TRIES_FEW;
}

void sf_ledger_attribute(struct sf_ledger *ledger, const uint8_t *bytes, size_t count,
                         struct sf_byte_attribution *out)
{
    SF_ASSERT(ledger != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(out != NULL);
    SF_ASSERT(count <= UINT32_MAX);
    *out = (struct sf_byte_attribution){.unattributed_bytes = (uint32_t)count};
    count = count < SF_FINGERPRINT_COUNT_MAX ? count : SF_FINGERPRINT_COUNT_MAX;
    index_update(ledger);
    if (ledger->postings.count == 0) {
        return;
    }
    const struct ledger_delivery delivery = {bytes, count};
    uint32_t tries = tries_of_delivery(ledger);
    ledger->tries_left = tries;
    uint32_t runs_count = sf_ledger_find_runs(ledger, &delivery);
    uint32_t tried = tries - ledger->tries_left;
    ledger->tries_left_ever -= tried < ledger->tries_left_ever ? tried : ledger->tries_left_ever;
    qsort(ledger->runs, runs_count, sizeof *ledger->runs, run_compare);
    uint8_t *taken = sf_alloc(count, 1);
    for (uint32_t i = 0; i < runs_count; i++) {
        const struct ledger_run *run = &ledger->runs[i];
        uint32_t free_bytes = 0;
        for (uint32_t at = run->begin; at < run->end; at++) {
            free_bytes += taken[at] == 0;
        }
        if (free_bytes > 0) {
            memset(taken + run->begin, 1, ledger_run_bytes(run));
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
    SF_ASSERT(ledger != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(sf_mark_same(mark, mark));
    const struct sf_ledger_source *source = &ledger->source;
    count = count < SF_FINGERPRINT_COUNT_MAX ? count : SF_FINGERPRINT_COUNT_MAX;
    if (count == 0 || !sf_ledger_remake(ledger, mark)) {
        return 0;
    }
    const struct ledger_delivery delivery = {bytes, count};
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
        struct ledger_run run = sf_ledger_extend(ledger, &delivery, at, still_at);
        uint32_t blocks =
            source->blocks_between(source->context, mark, ledger->still, ledger->still_count,
                                   run.still_begin, run.still_begin + ledger_run_bytes(&run));
        most = blocks > most ? blocks : most;
        at = run.end - SF_FINGERPRINT_BYTES; /* on with what is not in this run */
    }
    free(sorted);
    free(runs);
    return most;
}

void sf_ledger_check(const struct sf_ledger *ledger)
{
    SF_ASSERT(ledger != NULL);
    sf_captures_check(&ledger->captures);
    sf_postings_check(&ledger->postings);
    SF_ASSERT(ledger->looks_indexed <= ledger->captures.looks_count);
    SF_ASSERT(ledger->looks_indexed <= ledger->looks_capacity);
    SF_ASSERT(ledger->looks_indexed == 0 || ledger->window >= WINDOW_MIN);
    SF_ASSERT(ledger->looks_indexed > 0 || ledger->postings.count == 0);
    SF_ASSERT(ledger->still_count <= ledger->source.still_bytes_max);
    for (uint32_t i = 0; i < ledger->looks_indexed; i++) {
        const struct sf_look *look = &ledger->captures.looks[i];
        SF_ASSERT(ledger->captures_indexed[i] <= look->capture_last);
        SF_ASSERT(ledger->captures_seen[look->camera] <
                  ledger->captures.cameras[look->camera].captures_count);
    }
}
