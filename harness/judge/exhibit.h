/* Exhibits: the pictures behind findings, kept for a report: the still that the viewer received,
 * the one that it should have seen, and of a single finding the one that its owner's camera took.
 */
#ifndef STRAYFRAME_JUDGE_EXHIBIT_H
#define STRAYFRAME_JUDGE_EXHIBIT_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/base/time.h"
#include "harness/frame/mark.h"

enum { SF_EXHIBIT_BYTES_MAX = 32768, SF_EXHIBITS_MAX = 32, SF_EXHIBIT_OWNERS_MAX = 4 };

struct sf_exhibit_owner {
    struct sf_tenant_id tenant;
    uint32_t capture;
    uint32_t share_ppm;
    int32_t utc_offset_s;
    sf_ns captured_ns;
};

/* One delivery as a viewer got it. Pictures longer than SF_EXHIBIT_BYTES_MAX are cut. */
struct sf_exhibit {
    sf_ns at_ns;
    struct sf_viewer_id viewer;
    struct sf_tenant_id tenant; /* of the viewer */
    uint32_t own_capture;       /* the latest of its own camera's */
    int32_t utc_offset_s;
    uint32_t unreadable_ppm;
    bool shown;     /* on a display; else `seen` is what reached the viewer */
    uint16_t flags; /* of the SHOWN record */
    uint16_t owners_count;
    struct sf_exhibit_owner owners[SF_EXHIBIT_OWNERS_MAX];
    uint32_t seen_bytes;
    uint32_t own_bytes;
    uint8_t seen[SF_EXHIBIT_BYTES_MAX];
    uint8_t own[SF_EXHIBIT_BYTES_MAX];
};

/* The one delivery that a finding is about, whatever is in it: of this request, at this instant if
 * there are several. */
struct sf_exhibit_wish {
    bool is_set;
    struct sf_viewer_id viewer;
    uint64_t request;
    sf_ns at_ns;
    bool has_origin;
    struct sf_mark origin; /* the capture that the finding names */
};

/* Keeps strays: the first of each affected viewer, and damaged ones before whole ones when it is
 * full. With a wish it keeps that delivery alone, and the capture that the wish names. */
struct sf_exhibits {
    uint32_t count;
    uint32_t max; /* at most SF_EXHIBITS_MAX */
    struct sf_exhibit_wish wish;
    uint32_t origin_bytes; /* 0: it was not made, or none was named */
    uint8_t origin[SF_EXHIBIT_BYTES_MAX];
    struct sf_exhibit items[SF_EXHIBITS_MAX];
};

struct sf_book;
struct sf_delivery;
struct sf_inspection;

/* Is this a delivery of the wish's request? */
bool sf_exhibits_wish_for(const struct sf_exhibits *exhibits, const struct sf_delivery *delivery);

/* Keeps what was shown, if there is room for it and it is wanted; `flags` of its SHOWN record. */
void sf_exhibits_keep(struct sf_exhibits *exhibits, struct sf_book *book,
                      const struct sf_delivery *delivery, uint16_t flags,
                      const struct sf_inspection *seen);

#endif
