/* Exhibits: the pictures behind findings, kept for a report: the still that the viewer received,
 * and the one that it should have seen. */
#ifndef STRAYFRAME_JUDGE_EXHIBIT_H
#define STRAYFRAME_JUDGE_EXHIBIT_H

#include <stdint.h>

#include "harness/base/ids.h"
#include "harness/base/time.h"

enum { SF_EXHIBIT_BYTES_MAX = 32768, SF_EXHIBITS_MAX = 32, SF_EXHIBIT_OWNERS_MAX = 4 };

struct sf_exhibit_owner {
    struct sf_tenant_id tenant;
    uint32_t capture;
    uint32_t share_ppm;
    int32_t utc_offset_s;
    sf_ns captured_ns;
};

/* One stray as a viewer got it. Pictures longer than SF_EXHIBIT_BYTES_MAX are cut. */
struct sf_exhibit {
    sf_ns at_ns;
    struct sf_viewer_id viewer;
    struct sf_tenant_id tenant; /* of the viewer */
    uint32_t own_capture;       /* the latest of its own camera's */
    int32_t utc_offset_s;
    uint32_t unreadable_ppm;
    uint16_t flags; /* of the SHOWN record */
    uint16_t owners_count;
    struct sf_exhibit_owner owners[SF_EXHIBIT_OWNERS_MAX];
    uint32_t seen_bytes;
    uint32_t own_bytes;
    uint8_t seen[SF_EXHIBIT_BYTES_MAX];
    uint8_t own[SF_EXHIBIT_BYTES_MAX];
};

/* Keeps the first of each affected viewer, and damaged ones before whole ones when it is full. */
struct sf_exhibits {
    uint32_t count;
    uint32_t max; /* at most SF_EXHIBITS_MAX */
    struct sf_exhibit items[SF_EXHIBITS_MAX];
};

struct sf_book;
struct sf_delivery;
struct sf_inspection;

/* Keeps what was shown, if there is room for it and it is wanted; `flags` of its SHOWN record. */
void sf_exhibits_keep(struct sf_exhibits *exhibits, struct sf_book *book,
                      const struct sf_delivery *delivery, uint16_t flags,
                      const struct sf_inspection *seen);

#endif
