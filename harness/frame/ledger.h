/* Whose bytes are these? The second check on what a viewer was given, independent of the first: it
 * compares bytes, decodes nothing and does not know the mark. Every capture is reported to it; it
 * keeps no picture, and has stills made again when it needs to look at one.
 *
 * What it promises. It attributes runs of delivered bytes that captures of one camera contain and
 * captures of no other; the longest run decides where two overlap. Nothing is ever attributed
 * without the same bytes in a capture of that camera, SF_LEDGER_RUN_BYTES_MIN of them at least with
 * SF_LEDGER_RUN_BLOCKS_MIN whole marked blocks in them: below that, chance would make one camera's
 * bytes another's (with 1,000 cameras by day and night, a run is also another camera's with a
 * probability of 2^-25). Header and colour have no mark: alone they have no owner.
 *
 * Found is every such run that has SF_LEDGER_RUN_BYTES_MIN bytes in a row that were looked up, and
 * of these there are, for each camera and each look of it,
 *   - all bytes that are the same in all captures of that look: name, and half of each row of
 *     blocks, in stretches two tiles long that alternate with the other half, so that nearly every
 *     run of 300 bytes has enough of them (docs/frames.md has the figures);
 *   - all bytes of one capture, the last one reported before the first look-up of this look.
 * The capture is then found by making the camera's captures again, the latest first. Runs that more
 * than SF_LEDGER_SHARERS_MAX looks have are attributed to no camera.
 *
 * With very many cameras the index would not fit: beyond about 60 MB of captures that are looked up
 * (5,000 cameras at 320x180) runs must be proportionally longer to be found. */
#ifndef STRAYFRAME_FRAME_LEDGER_H
#define STRAYFRAME_FRAME_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/frame/mark.h"

enum {
    SF_LEDGER_RUN_BYTES_MIN = 64,
    SF_LEDGER_RUN_BLOCKS_MIN = 6,
    SF_LEDGER_SHARERS_MAX = 4,
    SF_LEDGER_OWNERS_MAX = 16,
};

struct sf_ledger;

/* Where captures come from. Called from sf_ledger_attribute, with marks that were told, and from
 * sf_ledger_common_blocks, with the mark that is asked about. */
struct sf_ledger_source {
    /* Makes the still of this capture again, exactly as it was captured, and returns how many bytes
     * it has; 0 if it cannot (the capture is then skipped). */
    size_t (*remake)(void *context, struct sf_mark mark, uint8_t *out, size_t capacity);
    /* How many whole marked blocks the bytes from..to of that still hold:
     * sf_still_blocks_between. */
    uint32_t (*blocks_between)(void *context, struct sf_mark mark, const uint8_t *still,
                               size_t count, size_t from, size_t to);
    void *context;
    size_t still_bytes_max; /* the capacity that `remake` is called with */
};

/* Never NULL. */
struct sf_ledger *sf_ledger_create(struct sf_ledger_source source);
void sf_ledger_destroy(struct sf_ledger *ledger);

/* Forgets every capture, keeps its memory. */
void sf_ledger_reset(struct sf_ledger *ledger);

/* Reports a capture. A camera's captures are numbered from 0, in the order in which they are
 * reported.
 * `look` is any number that changes when what the camera's stills have in common changes: room, day
 * or night, size, quality. Costs a look-up in a table. */
void sf_ledger_capture(struct sf_ledger *ledger, struct sf_mark mark, uint32_t look);

struct sf_byte_owner {
    struct sf_mark owner; /* the capture is 0 unless known */
    bool capture_known;   /* no other capture of the camera contains these bytes */
    uint32_t bytes_count;
};

/* All counts add up to the number of bytes. */
struct sf_byte_attribution {
    uint32_t owners_count;
    struct sf_byte_owner owners[SF_LEDGER_OWNERS_MAX]; /* most bytes first, then by mark */
    uint32_t further_bytes;                            /* owners for whom there was no more room */
    uint32_t shared_bytes;                             /* found, but several cameras' */
    uint32_t unattributed_bytes;
};

/* The search of this capture's camera begins with this capture: a guess from elsewhere. It decides
 * how long the next attributions take, not what they find, as long as the bounds of work hold. */
void sf_ledger_guess(struct sf_ledger *ledger, struct sf_mark mark);

/* Any bytes; of more than 1 MiB the rest stays unattributed. Costs about 0.2 ms for a delivery of
 * 12 KB, and 0.1 ms for each look of a camera the first time
 * after it was reported; where the capture is an old one that was not guessed, a still for each
 * later one, up to a bound for each delivery and one for all of them since the last reset. Beyond
 * these the camera is still found, its capture may not be. */
void sf_ledger_attribute(struct sf_ledger *ledger, const uint8_t *bytes, size_t count,
                         struct sf_byte_attribution *out);

/* How many whole marked blocks the delivered bytes have in one run with this one capture: the most
 * that any run of SF_FINGERPRINT_BYTES (32) or more has; 0 if there is none. For asking about an
 * owner whom the inspection names, where 2 are enough: finding one among all needs more. Costs
 * about 1 ms. */
uint32_t sf_ledger_common_blocks(struct sf_ledger *ledger, struct sf_mark mark,
                                 const uint8_t *bytes, size_t count);

/* Asserts that the index covers no more than was captured, and that captures and postings hold.
 * Walks all of it: for tests and for the end of a run, not for each event. */
void sf_ledger_check(const struct sf_ledger *ledger);

#endif
