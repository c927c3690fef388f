/* Drawing with integers: rectangles, ellipses, polygons and glows on a picture of any size, with
 * smooth edges. The same call gives the same bytes everywhere.
 *
 * Coordinates are in units of a picture that is always SF_CANVAS_WIDTH by SF_CANVAS_HEIGHT, with
 * the origin at the top left; shapes may reach beyond it. */
#ifndef STRAYFRAME_FRAME_CANVAS_H
#define STRAYFRAME_FRAME_CANVAS_H

#include <stddef.h>
#include <stdint.h>

enum {
    SF_CANVAS_WIDTH = 3200,
    SF_CANVAS_HEIGHT = 1800,
    SF_CANVAS_POINTS_MAX = 16,
};

struct sf_canvas {
    uint32_t width_px;
    uint32_t height_px;
    uint8_t *samples; /* owned: lines_count lines of width_px times red, green, blue */
    uint32_t lines_count;
};

/* How a shape is filled: from one colour (0xRRGGBB) to another. `alpha` is 0 (nothing) to 256
 * (opaque). */
struct sf_paint {
    uint32_t from;
    uint32_t to;
    enum { SF_PAINT_DOWN, SF_PAINT_ACROSS } direction;
    uint32_t alpha;
};

struct sf_point {
    int32_t x;
    int32_t y;
};

/* A black canvas; fini gives its memory back. */
void sf_canvas_init(struct sf_canvas *canvas, uint32_t width_px, uint32_t height_px);
void sf_canvas_fini(struct sf_canvas *canvas);

struct sf_paint sf_paint_plain(uint32_t colour);
struct sf_paint sf_paint_down(uint32_t top, uint32_t bottom);
struct sf_paint sf_paint_across(uint32_t left, uint32_t right);
struct sf_paint sf_paint_veil(uint32_t colour, uint32_t alpha);

/* Corner to corner: x0 <= x1, y0 <= y1. */
void sf_canvas_rect(struct sf_canvas *canvas, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                    struct sf_paint paint);
void sf_canvas_round_rect(struct sf_canvas *canvas, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                          int32_t radius, struct sf_paint paint);
void sf_canvas_ellipse(struct sf_canvas *canvas, int32_t x, int32_t y, int32_t radius_x,
                       int32_t radius_y, struct sf_paint paint);
/* Even-odd; at most SF_CANVAS_POINTS_MAX points. */
void sf_canvas_polygon(struct sf_canvas *canvas, const struct sf_point *points, size_t points_count,
                       struct sf_paint paint);
void sf_canvas_line(struct sf_canvas *canvas, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                    int32_t thickness, struct sf_paint paint);
/* A soft patch of light, or of shade with a dark colour: `alpha` in the middle, nothing at the rim.
 */
void sf_canvas_glow(struct sf_canvas *canvas, int32_t x, int32_t y, int32_t radius_x,
                    int32_t radius_y, uint32_t colour, uint32_t alpha);

/* The finished picture, width_px * height_px times red, green, blue, into `rgb_out`. */
void sf_canvas_finish(const struct sf_canvas *canvas, uint8_t *rgb_out);

#endif
