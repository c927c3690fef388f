/* Stills: what a camera captures. A real baseline JPEG that shows a room, the camera's name at the
 * top, a time stamp at the bottom, and carries the mark of its owner all over. In colour by day,
 * grayscale by night.
 *
 * A still is a function of its specification alone: the same bytes on every machine, from every
 * compiler, whatever was made before. What stills of one kind share is prepared on first use and
 * kept for the calling thread (bounded); after that a still costs about what writing it costs. */
#ifndef STRAYFRAME_FRAME_STILL_H
#define STRAYFRAME_FRAME_STILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/frame/mark.h"
#include "harness/frame/scene.h"

enum {
    SF_STILL_WIDTH_PX_MIN = 64, /* one tile */
    SF_STILL_HEIGHT_PX_MIN = 16,
    SF_STILL_WIDTH_PX_MAX = 1920,
    SF_STILL_HEIGHT_PX_MAX = 1080,
    SF_STILL_WIDTH_PX_DEFAULT = 320,
    SF_STILL_HEIGHT_PX_DEFAULT = 180,
    SF_STILL_QUALITY_MIN = 20,
    SF_STILL_QUALITY_MAX = 95,
    SF_STILL_QUALITY_DEFAULT = 75,
};

struct sf_still_spec {
    struct sf_mark mark;
    uint16_t width_px;
    uint16_t height_px;
    uint8_t quality;
    bool night;
    enum sf_scene scene;
    /* Printable ASCII is shown, anything else as '?', what does not fit is cut. NULL: no name. */
    const char *camera_name;
    /* The camera's own clock, as seconds since 1970-01-01 00:00 on that clock: the time in UTC plus
     * the offset. Shown as it is, with the offset behind it; years 1970 to 9999. */
    int64_t local_unix_s;
    int32_t utc_offset_s;
};

/* SF_ERR_INPUT with the reason unless stills of this size and quality can be made: any width and
 * height within the limits above. */
SF_MUST_USE enum sf_err sf_still_size_check(uint32_t width_px, uint32_t height_px, uint32_t quality,
                                            struct sf_diag *diag);

/* Room enough for any still of this size, generously: most stills take a fifth of it. Meant for a
 * scratch buffer; keep a still in as many bytes as it has. */
size_t sf_still_bytes_max(uint16_t width_px, uint16_t height_px);

/* Writes the still and returns how many bytes it has. Size, quality and mark must be possible.
 * `out_capacity` is at least sf_still_bytes_max; bytes beyond the still may be overwritten too. */
size_t sf_still_make(const struct sf_still_spec *spec, uint8_t *out, size_t out_capacity);

/* How many whole blocks of luma, each with its part of the mark, the bytes from..to of a still
 * hold: `still` are the `count` bytes that sf_still_make wrote for this specification. */
uint32_t sf_still_blocks_between(const struct sf_still_spec *spec, const uint8_t *still,
                                 size_t count, size_t from, size_t to);

/* Prepares what the stills of this specification's size, quality, room and time of day share, so
 * that processes that are forked afterwards have it. */
void sf_still_draw_ahead(const struct sf_still_spec *spec);

/* Gives back what this thread keeps prepared; a thread that ends should call it. Only ever changes
 * how long the next still takes. */
void sf_still_forget(void);

#endif
