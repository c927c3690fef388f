#include "harness/frame/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/frame/fingerprint.h"

enum {
    WINDOW_MIN = SF_LEDGER_RUN_BYTES_MIN - SF_FINGERPRINT_BYTES + 1,
    POSTINGS_AIM = 4 << 20, /* in the index, about */
    RUNS_MAX = 4096,        /* in a delivery */
    /* So many bytes more than another capture's run are the capture's own. Less can come about when
     * two captures show nearly the same time. */
    CLEAR_LEAD_BYTES = 2048,
    /* So many more than any other capture's tell the capture. */
    CAPTURE_LEAD_BYTES = 8,
    NONE = UINT32_MAX - 1, /* in place of an index */
    COMMON = UINT32_MAX,   /* in place of a look: too many have it */
};

/* What several captures of a camera have in common. */
struct look {
    uint32_t camera;
    uint32_t number;
    uint32_t capture_last;    /* told with this look */
    uint32_t capture_indexed; /* whose bytes are in the index */
    uint32_t before;          /* the camera's look before this one, or NONE */
};

struct camera {
    uint64_t key; /* tenant and camera; 0: free slot */
    uint32_t captures_count;
    uint32_t look_last;    /* index into looks */
    uint32_t capture_seen; /* that a run was last found in */
};

/* Where a fingerprint is. */
struct posting {
    uint64_t hash;
    uint32_t look; /* NONE: free slot */
    uint32_t at;
};

struct sf_ledger {
    sf_ledger_remake *remake;
    void *context;
    size_t still_bytes_max;
    uint8_t *still; /* owned: one that was made again */
    size_t still_count;
    struct sf_mark still_mark; /* which one, if still_count > 0 */

    struct camera *cameras; /* owned; open addressing by key */
    uint32_t cameras_count;
    uint32_t cameras_slots; /* a power of two */

    struct look *looks; /* owned; in the order in which they were first told */
    uint32_t looks_count;
    uint32_t looks_capacity;
    uint32_t looks_indexed; /* these are in the index, those behind are not */

    struct posting *postings; /* owned; open addressing by hash */
    uint32_t postings_count;
    uint32_t postings_slots; /* a power of two */
    uint32_t window;         /* of fingerprints; 0 until something is indexed */

    struct sf_fingerprint *fingerprints; /* owned: of one still or delivery */
    size_t fingerprints_capacity;
    struct run *runs; /* owned: RUNS_MAX */
};

/* Delivered bytes that a capture contains. */
struct run {
    uint32_t begin;
    uint32_t end;
    uint32_t camera; /* slot, or NONE if several cameras have the same run */
    uint32_t capture;
    bool capture_known;
};

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static void cameras_clear(struct sf_ledger *ledger, uint32_t slots)
{
    free(ledger->cameras);
    ledger->cameras = sf_alloc(slots, sizeof *ledger->cameras);
    ledger->cameras_slots = slots;
    ledger->cameras_count = 0;
}

static void postings_clear(struct sf_ledger *ledger, uint32_t slots)
{
    free(ledger->postings);
    ledger->postings = sf_alloc(slots, sizeof *ledger->postings);
    for (uint32_t i = 0; i < slots; i++) {
        ledger->postings[i].look = NONE;
    }
    ledger->postings_slots = slots;
    ledger->postings_count = 0;
}

struct sf_ledger *sf_ledger_create(sf_ledger_remake *remake, void *context, size_t still_bytes_max)
{
    struct sf_ledger *ledger = sf_alloc(1, sizeof *ledger);
    ledger->remake = remake;
    ledger->context = context;
    ledger->still_bytes_max = still_bytes_max;
    sf_ledger_reset(ledger);
    return ledger;
}

void sf_ledger_destroy(struct sf_ledger *ledger)
{
    if (ledger == NULL) {
        return;
    }
    free(ledger->still);
    free(ledger->cameras);
    free(ledger->looks);
    free(ledger->postings);
    free(ledger->fingerprints);
    free(ledger->runs);
    free(ledger);
}

void sf_ledger_reset(struct sf_ledger *ledger)
{
    enum { CAMERAS_SLOTS_MIN = 64 };
    uint32_t slots = ledger->cameras_slots;
    cameras_clear(ledger, slots > 0 ? slots : CAMERAS_SLOTS_MIN);
    ledger->looks_count = 0;
    ledger->looks_indexed = 0;
    ledger->window = 0;
    ledger->still_count = 0;
    if (ledger->postings_count > 0) {
        postings_clear(ledger, ledger->postings_slots);
    }
}

/* The slot of the camera, or the free one where it would be. */
static uint32_t camera_slot(const struct sf_ledger *ledger, uint64_t key)
{
    uint32_t slot = (uint32_t)mix(key) & (ledger->cameras_slots - 1);
    while (ledger->cameras[slot].key != 0 && ledger->cameras[slot].key != key) {
        slot = (slot + 1) & (ledger->cameras_slots - 1);
    }
    return slot;
}

/* Moves the cameras to twice the room; looks refer to them by slot. */
static void cameras_grow(struct sf_ledger *ledger)
{
    struct camera *before = ledger->cameras;
    uint32_t slots = ledger->cameras_slots;
    uint32_t count = ledger->cameras_count;
    ledger->cameras = NULL;
    cameras_clear(ledger, 2 * slots);
    ledger->cameras_count = count;
    for (uint32_t i = 0; i < slots; i++) {
        if (before[i].key == 0) {
            continue;
        }
        uint32_t slot = camera_slot(ledger, before[i].key);
        ledger->cameras[slot] = before[i];
        for (uint32_t look = before[i].look_last; look != NONE; look = ledger->looks[look].before) {
            ledger->looks[look].camera = slot;
        }
    }
    free(before);
}

static const uint64_t key_in_use = (uint64_t)1 << 63; /* so that no key is 0 */

static uint64_t key_of(struct sf_mark mark)
{
    return key_in_use | (uint64_t)mark.tenant << 20 | mark.camera;
}

static struct sf_mark mark_of(const struct camera *camera, uint32_t capture)
{
    uint64_t key = camera->key & ~key_in_use;
    return (struct sf_mark){
        .tenant = (uint32_t)(key >> 20),
        .camera = (uint32_t)key & (SF_MARK_FIELD_MAX - 1),
        .capture = capture,
    };
}

static uint32_t look_add(struct sf_ledger *ledger, uint32_t camera, uint32_t number)
{
    if (ledger->looks_count == ledger->looks_capacity) {
        ledger->looks_capacity = 2 * ledger->looks_capacity + 64;
        ledger->looks = sf_realloc(ledger->looks, ledger->looks_capacity, sizeof *ledger->looks);
    }
    ledger->looks[ledger->looks_count] = (struct look){
        .camera = camera, .number = number, .before = ledger->cameras[camera].look_last};
    ledger->cameras[camera].look_last = ledger->looks_count;
    return ledger->looks_count++;
}

void sf_ledger_capture(struct sf_ledger *ledger, struct sf_mark mark, uint32_t look_number)
{
    SF_ASSERT(mark.capture < SF_MARK_FIELD_MAX);
    uint64_t key = key_of(mark);
    uint32_t slot = camera_slot(ledger, key);
    struct camera *camera = &ledger->cameras[slot];
    if (camera->key == 0) {
        if (2 * (ledger->cameras_count + 1) > ledger->cameras_slots) {
            cameras_grow(ledger);
            slot = camera_slot(ledger, key);
            camera = &ledger->cameras[slot];
        }
        *camera = (struct camera){.key = key, .look_last = NONE};
        ledger->cameras_count++;
    }
    uint32_t look = camera->look_last;
    while (look != NONE && ledger->looks[look].number != look_number) {
        look = ledger->looks[look].before;
    }
    if (look == NONE) {
        look = look_add(ledger, slot, look_number);
    }
    SF_ASSERT(mark.capture >= camera->captures_count);
    ledger->looks[look].capture_last = mark.capture;
    camera->captures_count = mark.capture + 1;
}

/* Makes a still again, into ledger->still; false if that cannot be done. */
static bool still_remake(struct sf_ledger *ledger, struct sf_mark mark)
{
    if (ledger->still_count > 0 && sf_mark_same(ledger->still_mark, mark)) {
        return true;
    }
    if (ledger->still == NULL) {
        ledger->still = sf_alloc(ledger->still_bytes_max, 1);
    }
    ledger->still_count =
        ledger->remake(ledger->context, mark, ledger->still, ledger->still_bytes_max);
    ledger->still_mark = mark;
    SF_ASSERT(ledger->still_count <= ledger->still_bytes_max);
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

static void posting_add(struct sf_ledger *ledger, struct posting posting)
{
    uint32_t mask = ledger->postings_slots - 1;
    uint32_t slot = (uint32_t)posting.hash & mask;
    uint32_t sharers = 0;
    while (ledger->postings[slot].look != NONE) {
        struct posting *there = &ledger->postings[slot];
        if (there->hash == posting.hash) {
            if (there->look == COMMON || there->look == posting.look) {
                return;
            }
            if (++sharers == SF_LEDGER_SHARERS_MAX) {
                there->look = COMMON;
                return;
            }
        }
        slot = (slot + 1) & mask;
    }
    ledger->postings[slot] = posting;
    ledger->postings_count++;
}

static void postings_grow(struct sf_ledger *ledger)
{
    struct posting *before = ledger->postings;
    uint32_t slots = ledger->postings_slots;
    ledger->postings = NULL;
    postings_clear(ledger, 2 * slots);
    for (uint32_t i = 0; i < slots; i++) {
        if (before[i].look != NONE) {
            posting_add(ledger, before[i]);
        }
    }
    free(before);
}

static void look_index(struct sf_ledger *ledger, uint32_t look)
{
    struct look *indexed = &ledger->looks[look];
    indexed->capture_indexed = indexed->capture_last;
    if (!still_remake(ledger, mark_of(&ledger->cameras[indexed->camera], indexed->capture_last))) {
        return;
    }
    size_t count = fingerprint(ledger, ledger->still, ledger->still_count);
    for (size_t i = 0; i < count; i++) {
        if (2 * (ledger->postings_count + 1) > ledger->postings_slots) {
            postings_grow(ledger);
        }
        posting_add(ledger, (struct posting){.hash = sf_fingerprint_hash(ledger->fingerprints[i]),
                                             .look = look,
                                             .at = sf_fingerprint_at(ledger->fingerprints[i])});
    }
}

/* Indexes the looks that were told since the last time. */
static void index_update(struct sf_ledger *ledger)
{
    enum { POSTINGS_SLOTS_MIN = 1 << 12 };
    if (ledger->looks_indexed == ledger->looks_count) {
        return;
    }
    if (ledger->window == 0) {
        const struct camera *camera = &ledger->cameras[ledger->looks[0].camera];
        bool made = still_remake(ledger, mark_of(camera, ledger->looks[0].capture_last));
        uint64_t bytes = (uint64_t)ledger->looks_count * (made ? ledger->still_count : 0);
        uint64_t window = 2 * bytes / POSTINGS_AIM;
        ledger->window = window > WINDOW_MIN ? (uint32_t)window : WINDOW_MIN;
        uint32_t slots = POSTINGS_SLOTS_MIN;
        while (slots < 4 * bytes / ledger->window) {
            slots *= 2;
        }
        if (ledger->postings_slots < slots) {
            postings_clear(ledger, slots);
        }
    }
    for (; ledger->looks_indexed < ledger->looks_count; ledger->looks_indexed++) {
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
    return (struct run){.begin = (uint32_t)begin, .end = (uint32_t)end};
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

/* The search for the capture of a camera with the longest run. */
struct search {
    struct posting posting;
    struct run best;
    uint32_t second_bytes; /* of the longest run of another capture */
    uint32_t least_bytes;
    uint32_t tried;
};

static void search_try(struct sf_ledger *ledger, struct search *search, uint32_t capture,
                       const struct delivery *delivery, size_t at)
{
    const struct posting *posting = &search->posting;
    uint32_t camera = ledger->looks[posting->look].camera;
    if (!still_remake(ledger, mark_of(&ledger->cameras[camera], capture))) {
        return;
    }
    /* Stuffed bytes move what comes after them, by this much at most. */
    enum { NEAR_BYTES = 256 };
    size_t from = posting->at > NEAR_BYTES ? posting->at - NEAR_BYTES : 0;
    struct run run = run_in_still(ledger, delivery, at, from, posting->at + 2 * NEAR_BYTES);
    uint32_t length = run_bytes(&run);
    bool least = search->tried == 0 || length < search->least_bytes;
    search->least_bytes = least ? length : search->least_bytes;
    search->tried++;
    if (length > run_bytes(&search->best)) {
        search->second_bytes = run_bytes(&search->best);
        search->best = run;
        search->best.camera = camera;
        search->best.capture = capture;
    } else if (length > search->second_bytes) {
        search->second_bytes = length;
    }
}

/* Captures of a camera share what does not depend on the capture, and little more. One that has
 * much more of the delivered bytes than another is the one. */
static bool search_settled(const struct search *search)
{
    return search->tried > 1 && run_bytes(&search->best) >= search->least_bytes + CLEAR_LEAD_BYTES;
}

/* Tries the two captures of the posting's camera that are most promising. */
static void search_begin(struct sf_ledger *ledger, struct search *search,
                         const struct posting *posting, const struct delivery *delivery, size_t at)
{
    const struct look *look = &ledger->looks[posting->look];
    uint32_t seen = ledger->cameras[look->camera].capture_seen;
    *search = (struct search){.posting = *posting};
    search_try(ledger, search, seen, delivery, at);
    if (look->capture_indexed != seen) {
        search_try(ledger, search, look->capture_indexed, delivery, at);
    }
}

/* Tries the others, from the latest on, until one stands out. */
static struct run search_end(struct sf_ledger *ledger, struct search *search,
                             const struct delivery *delivery, size_t at)
{
    const struct look *look = &ledger->looks[search->posting.look];
    const struct camera *camera = &ledger->cameras[look->camera];
    uint32_t seen = camera->capture_seen;
    for (uint32_t capture = camera->captures_count; capture-- > 0 && !search_settled(search);) {
        if (capture != seen && capture != look->capture_indexed) {
            search_try(ledger, search, capture, delivery, at);
        }
    }
    struct run best = search->best;
    best.capture_known = camera->captures_count == 1 ||
                         run_bytes(&best) >= search->second_bytes + CAPTURE_LEAD_BYTES;
    /* A wall without a pattern has the same bytes in every second row: look elsewhere too. */
    still_remake(ledger, mark_of(camera, best.capture));
    struct run elsewhere = run_in_still(ledger, delivery, at, 0, ledger->still_count);
    if (run_bytes(&elsewhere) > run_bytes(&best)) {
        best.begin = elsewhere.begin;
        best.end = elsewhere.end;
    }
    return best;
}

/* The looks that have the fingerprint, or more than SF_LEDGER_SHARERS_MAX. */
static uint32_t postings_find(const struct sf_ledger *ledger, uint64_t hash,
                              struct posting out[SF_LEDGER_SHARERS_MAX])
{
    uint32_t mask = ledger->postings_slots - 1;
    uint32_t slot = (uint32_t)hash & mask;
    uint32_t count = 0;
    for (; ledger->postings[slot].look != NONE; slot = (slot + 1) & mask) {
        if (ledger->postings[slot].hash != hash) {
            continue;
        }
        if (ledger->postings[slot].look == COMMON) {
            return SF_LEDGER_SHARERS_MAX + 1;
        }
        out[count++] = ledger->postings[slot];
    }
    return count;
}

/* The longest run around the fingerprint of any camera; one that several have is nobody's. */
static struct run run_around(struct sf_ledger *ledger, const struct delivery *delivery, size_t at,
                             const struct posting *postings, uint32_t postings_count)
{
    struct search longest = {.best = {0}};
    bool shared = false;
    for (uint32_t i = 0; i < postings_count; i++) {
        struct search search;
        search_begin(ledger, &search, &postings[i], delivery, at);
        const struct run *best = &longest.best;
        const struct run *run = &search.best;
        shared = run_bytes(run) > run_bytes(best)
                     ? false
                     : shared || (run->begin == best->begin && run->end == best->end &&
                                  run->camera != best->camera);
        longest = run_bytes(run) > run_bytes(best) ? search : longest;
    }
    if (longest.tried == 0) {
        return (struct run){0};
    }
    if (shared) {
        longest.best.camera = NONE;
        return longest.best;
    }
    return search_end(ledger, &longest, delivery, at);
}

static bool run_holds(const struct run *run, uint32_t at)
{
    return run->camera != NONE && run->begin <= at && at + SF_FINGERPRINT_BYTES <= run->end;
}

/* Adds the runs around those fingerprints that have so many sharers and are in no run yet. */
static uint32_t find_runs(struct sf_ledger *ledger, const struct delivery *delivery,
                          size_t fingerprints_count, uint32_t sharers_min, uint32_t sharers_max,
                          uint32_t runs_count)
{
    for (size_t i = 0; i < fingerprints_count && runs_count < RUNS_MAX; i++) {
        struct posting postings[SF_LEDGER_SHARERS_MAX];
        uint32_t at = sf_fingerprint_at(ledger->fingerprints[i]);
        uint32_t sharers =
            postings_find(ledger, sf_fingerprint_hash(ledger->fingerprints[i]), postings);
        bool known = sharers < sharers_min || sharers > sharers_max;
        for (uint32_t run = runs_count; run-- > 0 && !known;) {
            known = run_holds(&ledger->runs[run], at);
        }
        if (known) {
            continue;
        }
        struct run run = {.begin = at, .end = at + SF_FINGERPRINT_BYTES, .camera = NONE};
        if (sharers <= SF_LEDGER_SHARERS_MAX) {
            run = run_around(ledger, delivery, at, postings, sharers);
        }
        if (run.camera != NONE && run_bytes(&run) >= SF_LEDGER_RUN_BYTES_MIN && run.capture_known) {
            ledger->cameras[run.camera].capture_seen = run.capture;
        }
        if (run.camera == NONE || run_bytes(&run) >= SF_LEDGER_RUN_BYTES_MIN) {
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
        mark_of(&ledger->cameras[run->camera], run->capture_known ? run->capture : 0);
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
    if (ledger->postings_count == 0) {
        return;
    }
    const struct delivery delivery = {bytes, count};
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
