/* What the two files of the ledger share. Private to them. */
#ifndef STRAYFRAME_FRAME_LEDGER_PRIVATE_H
#define STRAYFRAME_FRAME_LEDGER_PRIVATE_H

#include "harness/frame/captures.h"
#include "harness/frame/fingerprint.h"
#include "harness/frame/ledger.h"
#include "harness/frame/postings.h"

enum { LEDGER_CAMERA_NONE = SF_CAPTURES_NONE };

struct sf_ledger {
    struct sf_ledger_source source;
    struct sf_captures captures;
    struct sf_postings postings;
    uint32_t window;        /* of fingerprints; 0 until something is indexed */
    uint32_t looks_indexed; /* number of looks in the index */

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
    struct ledger_run *runs;  /* owned: as many as a delivery may have */
    uint32_t tries_left;      /* stills that may be made again for this delivery */
    uint32_t tries_left_ever; /* for all deliveries */
};

/* Delivered bytes that a capture contains. */
struct ledger_run {
    uint32_t begin;
    uint32_t end;
    uint32_t still_begin;
    uint32_t camera; /* index, or LEDGER_CAMERA_NONE if several cameras have the same run */
    uint32_t capture;
    bool capture_known;
};

struct ledger_delivery {
    const uint8_t *bytes;
    size_t count;
};

static inline uint32_t ledger_run_bytes(const struct ledger_run *run)
{
    return run->end - run->begin;
}

/* Makes a still again, into ledger->still; false if that cannot be done. */
bool sf_ledger_remake(struct sf_ledger *ledger, struct sf_mark mark);

/* Fingerprints into ledger->fingerprints; returns how many. */
size_t sf_ledger_fingerprint(struct sf_ledger *ledger, const uint8_t *bytes, size_t count);

/* How far delivery and ledger->still agree around the fingerprint that both have at these places.
 */
struct ledger_run sf_ledger_extend(const struct sf_ledger *ledger,
                                   const struct ledger_delivery *delivery, size_t at,
                                   size_t still_at);

/* All runs of the delivery, into ledger->runs; returns how many. The index is up to date. */
uint32_t sf_ledger_find_runs(struct sf_ledger *ledger, const struct ledger_delivery *delivery);

#endif
