/* The judge: measures what a viewer was given, whose bytes it is and whose picture. Measures only:
 * whether a delivery is right is for the oracles to say, from the records.
 *
 * A delivery goes in, records come out, through a function of the caller's. The captures that it is
 * compared with are in a book (book.h). The judge knows no home, no message and no clock, so that
 * the simulation and a stage with real servers use it alike:
 *
 *     struct sf_judge judge = {.book = book, .record = add_to_trace, .context = &trace};
 *     sf_book_add(book, camera, &(struct sf_book_capture){...});        each time a still is made
 *     sf_judge_delivery(&judge, &(struct sf_delivery){...}, SF_JUDGE_SHOWN);  each time one arrives
 *
 * Almost every delivery is byte for byte a recent capture of the viewer's own camera, and is known
 * by its hash, which the caller may know without a look at the bytes. Only the rest is looked into:
 * its bytes are attributed without decoding (harness/frame/ledger.h), and what a display shows of
 * it is decoded and its marks are read (harness/frame/inspect.h). */
#ifndef STRAYFRAME_JUDGE_JUDGE_H
#define STRAYFRAME_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/base/time.h"
#include "harness/judge/book.h"
#include "harness/judge/exhibit.h"
#include "harness/trace/record.h"

/* Bytes that arrived without a gap. */
struct sf_byte_range {
    uint32_t offset; /* in the answer's body */
    uint32_t count;  /* at least 1 */
};

/* One answer with a picture, or a piece of one, as far as it reached a viewer. All pointers are
 * borrowed for the call. */
struct sf_delivery {
    sf_ns at_ns; /* now, on the clock of the trace */
    struct sf_viewer_id viewer;
    struct sf_tenant_id tenant; /* the viewer's */
    struct sf_camera_id camera; /* that it may see and asked for: its latest captures are compared
                                   first */
    struct sf_tenant_id owner;  /* of that camera; the viewer may be a guest's */
    uint64_t request;           /* its number in the trace */
    uint16_t flags;             /* for each record: SF_FLAG_INTEGRATION, SF_FLAG_STALE ... */

    /* What came over the network. The ranges are in order and touch nowhere: two that touch are
     * one. None, if nothing has arrived. */
    const uint8_t *bytes;
    uint32_t total_bytes; /* of the whole answer, at least 1 */
    const struct sf_byte_range *ranges;
    uint32_t ranges_count;
    sf_ns arrived_at_ns; /* when the latest byte came */

    /* The picture as a display has it: usually the beginning of `bytes` that has no gap; another
     * one where the viewer had part of it before. NULL: the viewer has none for a display. */
    const uint8_t *picture;
    uint32_t picture_bytes;

    /* The caller vouches for the picture: it is the very buffer, which nothing may have written
     * into, whose bytes had this hash. Believed where nothing is found, but for one in
     * SF_JUDGE_VERIFY_EVERY. */
    bool identified;
    uint64_t hash;
};

enum { SF_JUDGE_VERIFY_EVERY = 64 };

enum sf_judge_occasion {
    SF_JUDGE_SHOWN,     /* all has arrived, and the display shows it */
    SF_JUDGE_PARTIAL,   /* given up, and the display shows what has arrived */
    SF_JUDGE_NOT_SHOWN, /* it reached the viewer, but no display */
};

struct sf_judge {
    struct sf_book *book; /* borrowed */
    /* Takes each record, complete with its time. */
    void (*record)(void *context, struct sf_record record);
    void *context;
    /* The capture, of any camera, whose bytes have this hash; false: none is known. NULL: only the
     * viewer's own captures are known by their hash. What it says is believed only after the
     * capture was made again and was the same. */
    bool (*find)(void *find_context, uint64_t hash, struct sf_mark *mark_out);
    void *find_context;
    struct sf_exhibits *exhibits; /* borrowed; NULL: none are kept */
    uint64_t strays_count; /* pictures shown that had another tenant's in them; the judge counts */
    uint64_t identified_count; /* deliveries that the caller vouched for */
    uint64_t altered_count;    /* of those: whose bytes had another hash after all */
};

/* Measures a delivery: a DELIVERED record, a BYTES record for each owner of its bytes and, where a
 * display shows it, SHOWN with a SEEN for each owner of its pixels. SF_JUDGE_SHOWN and
 * SF_JUDGE_PARTIAL need a picture. */
void sf_judge_delivery(struct sf_judge *judge, const struct sf_delivery *delivery,
                       enum sf_judge_occasion occasion);

/* The display shows again what the viewer has kept, for the cache said that it is still right:
 * SHOWN and SEEN records for `picture`. Of the bytes that came over the network nothing is said,
 * and they may be missing. */
void sf_judge_shown_again(struct sf_judge *judge, const struct sf_delivery *delivery);

#endif
