#include "harness/frame/canvas.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"

/* Every row of pixels is drawn as LINES_PER_ROW lines, which are averaged in the end: that smooths
 * level edges. Upright edges are smooth because a span may begin and end within a pixel. Positions
 * within a line are in 1/256 pixel. */
enum { LINES_PER_ROW = 4, SUB = 256 };

void sf_canvas_init(struct sf_canvas *canvas, uint32_t width_px, uint32_t height_px)
{
    SF_ASSERT(canvas != NULL);
    SF_ASSERT(width_px > 0);
    SF_ASSERT(height_px > 0);
    canvas->width_px = width_px;
    canvas->height_px = height_px;
    canvas->lines_count = height_px * LINES_PER_ROW;
    canvas->samples = sf_alloc((size_t)canvas->lines_count * width_px, 3);
}

void sf_canvas_fini(struct sf_canvas *canvas)
{
    SF_ASSERT(canvas != NULL);
    free(canvas->samples);
    *canvas = (struct sf_canvas){0};
}

struct sf_paint sf_paint_plain(uint32_t colour)
{
    return (struct sf_paint){colour, colour, SF_PAINT_DOWN, 256};
}

struct sf_paint sf_paint_down(uint32_t top, uint32_t bottom)
{
    return (struct sf_paint){top, bottom, SF_PAINT_DOWN, 256};
}

struct sf_paint sf_paint_across(uint32_t left, uint32_t right)
{
    return (struct sf_paint){left, right, SF_PAINT_ACROSS, 256};
}

struct sf_paint sf_paint_veil(uint32_t colour, uint32_t alpha)
{
    SF_ASSERT(alpha <= 256);
    return (struct sf_paint){colour, colour, SF_PAINT_DOWN, alpha};
}

/* A shape on its way to the canvas: the paint, and the box it is stretched over. */
struct brush {
    struct sf_canvas *canvas;
    struct sf_paint paint;
    int32_t x0_sub; /* where an ACROSS paint begins and ends */
    int32_t x1_sub;
    int32_t line0; /* where a DOWN paint begins and ends */
    int32_t line1;
};

static int32_t to_sub(const struct sf_canvas *canvas, int32_t x)
{
    return (int32_t)((int64_t)x * canvas->width_px * SUB / SF_CANVAS_WIDTH);
}

/* The line whose middle is the first at or below y. */
static int32_t to_line(const struct sf_canvas *canvas, int32_t y)
{
    int64_t twice = (int64_t)y * canvas->lines_count * 2 / SF_CANVAS_HEIGHT;
    return (int32_t)((twice + 1) >> 1);
}

/* The height of the middle of a line, in canvas units times SUB. */
static int64_t line_y_sub(const struct sf_canvas *canvas, int32_t line)
{
    return ((int64_t)line * 2 + 1) * SF_CANVAS_HEIGHT * SUB / (2 * (int64_t)canvas->lines_count);
}

static int32_t clamp(int64_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : (int32_t)value;
}

static struct brush brush_over(struct sf_canvas *canvas, int32_t x0, int32_t y0, int32_t x1,
                               int32_t y1, struct sf_paint paint)
{
    SF_ASSERT(paint.alpha <= 256);
    return (struct brush){
        .canvas = canvas,
        .paint = paint,
        .x0_sub = to_sub(canvas, x0),
        .x1_sub = to_sub(canvas, x1),
        .line0 = to_line(canvas, y0),
        .line1 = to_line(canvas, y1),
    };
}

/* The colour `part` of `whole` along the way of the paint. */
static void colour_at(const struct sf_paint *paint, int64_t part, int64_t whole, int32_t rgb_out[3])
{
    int32_t weight = whole > 0 ? clamp(part * 256 / whole, 0, 256) : 0;
    for (int channel = 0; channel < 3; channel++) {
        int shift = 16 - 8 * channel;
        int32_t from = (int32_t)(paint->from >> shift & 255);
        int32_t to = (int32_t)(paint->to >> shift & 255);
        rgb_out[channel] = from + (to - from) * weight / 256;
    }
}

/* Lays a colour over one sample; `cover` is 0 to 65,536. */
static void blend(uint8_t *sample, const int32_t rgb[3], int32_t cover)
{
    for (int channel = 0; channel < 3; channel++) {
        int32_t old = sample[channel];
        sample[channel] = (uint8_t)(old + (rgb[channel] - old) * cover / 65536);
    }
}

/* Lays a colour over whole pixels of a line. */
static void fill_whole(uint8_t *samples, int32_t pixel, int32_t end, const int32_t rgb[3],
                       int32_t cover)
{
    if (cover < 65536) {
        for (; pixel < end; pixel++) {
            blend(samples + (size_t)pixel * 3, rgb, cover);
        }
        return;
    }
    const uint8_t bytes[3] = {(uint8_t)rgb[0], (uint8_t)rgb[1], (uint8_t)rgb[2]};
    for (; pixel < end; pixel++) {
        memcpy(samples + (size_t)pixel * 3, bytes, sizeof bytes);
    }
}

/* Fills one line from x0 to x1 (in SUB). */
static void fill_span(const struct brush *brush, int32_t line, int64_t x0, int64_t x1)
{
    struct sf_canvas *canvas = brush->canvas;
    int32_t right = (int32_t)canvas->width_px * SUB;
    int32_t begin = clamp(x0, 0, right);
    int32_t end = clamp(x1, 0, right);
    if (begin >= end || line < 0 || line >= (int32_t)canvas->lines_count) {
        return;
    }
    int32_t rgb[3];
    int32_t alpha = (int32_t)brush->paint.alpha;
    uint8_t *samples = canvas->samples + (size_t)line * canvas->width_px * 3;
    colour_at(&brush->paint, line - brush->line0, brush->line1 - brush->line0, rgb);
    for (int32_t pixel = begin / SUB; pixel * SUB < end; pixel++) {
        int32_t from = pixel * SUB > begin ? pixel * SUB : begin;
        int32_t to = (pixel + 1) * SUB < end ? (pixel + 1) * SUB : end;
        if (brush->paint.direction == SF_PAINT_ACROSS) {
            colour_at(&brush->paint, pixel * SUB - brush->x0_sub, brush->x1_sub - brush->x0_sub,
                      rgb);
        } else if (from + SUB <= end && to - from == SUB) {
            fill_whole(samples, pixel, end / SUB, rgb, SUB * alpha);
            pixel = end / SUB - 1;
            continue;
        }
        blend(samples + (size_t)pixel * 3, rgb, (to - from) * alpha);
    }
}

/* The lines from..to of the brush's box that are on the canvas. */
static int32_t line_first(const struct brush *brush)
{
    return brush->line0 > 0 ? brush->line0 : 0;
}

static int32_t line_end(const struct brush *brush)
{
    int32_t count = (int32_t)brush->canvas->lines_count;
    return brush->line1 < count ? brush->line1 : count;
}

void sf_canvas_rect(struct sf_canvas *canvas, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                    struct sf_paint paint)
{
    SF_ASSERT(canvas != NULL);
    SF_ASSERT(x0 <= x1);
    SF_ASSERT(y0 <= y1);
    SF_ASSERT(canvas->samples != NULL);
    struct brush brush = brush_over(canvas, x0, y0, x1, y1, paint);
    for (int32_t line = line_first(&brush); line < line_end(&brush); line++) {
        fill_span(&brush, line, brush.x0_sub, brush.x1_sub);
    }
}

/* Newton's method from above; exact floor of the root. */
static int64_t square_root(int64_t value)
{
    SF_ASSERT(value >= 0);
    if (value < 2) {
        return value;
    }
    int64_t root = (int64_t)1 << ((64 - __builtin_clzll((uint64_t)value) + 1) / 2);
    for (int step = 0; step < 64; step++) {
        int64_t next = (root + value / root) / 2;
        if (next >= root) {
            break;
        }
        root = next;
    }
    return root;
}

/* How far an ellipse reaches sideways, in units times SUB, `dy` (units times SUB) off its middle.
 */
static int64_t ellipse_reach(int32_t radius_x, int32_t radius_y, int64_t dy)
{
    int64_t radius = (int64_t)radius_y * SUB;
    int64_t inside = radius * radius - dy * dy;
    return inside <= 0 ? 0 : square_root(inside) * radius_x / (radius_y > 0 ? radius_y : 1);
}

static int64_t units_to_sub(const struct sf_canvas *canvas, int64_t x_units_sub)
{
    return x_units_sub * canvas->width_px / SF_CANVAS_WIDTH;
}

void sf_canvas_ellipse(struct sf_canvas *canvas, int32_t x, int32_t y, int32_t radius_x,
                       int32_t radius_y, struct sf_paint paint)
{
    SF_ASSERT(canvas != NULL);
    SF_ASSERT(radius_x >= 0);
    SF_ASSERT(radius_y >= 0);
    SF_ASSERT(canvas->samples != NULL);
    struct brush brush =
        brush_over(canvas, x - radius_x, y - radius_y, x + radius_x, y + radius_y, paint);
    for (int32_t line = line_first(&brush); line < line_end(&brush); line++) {
        int64_t dy = line_y_sub(canvas, line) - (int64_t)y * SUB;
        int64_t reach = ellipse_reach(radius_x, radius_y, dy);
        fill_span(&brush, line, units_to_sub(canvas, (int64_t)x * SUB - reach),
                  units_to_sub(canvas, (int64_t)x * SUB + reach));
    }
}

void sf_canvas_round_rect(struct sf_canvas *canvas, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                          int32_t radius, struct sf_paint paint)
{
    SF_ASSERT(canvas != NULL);
    SF_ASSERT(radius >= 0);
    SF_ASSERT(2 * radius <= x1 - x0);
    SF_ASSERT(2 * radius <= y1 - y0);
    struct brush brush = brush_over(canvas, x0, y0, x1, y1, paint);
    for (int32_t line = line_first(&brush); line < line_end(&brush); line++) {
        int64_t y = line_y_sub(canvas, line);
        int64_t above = (int64_t)(y0 + radius) * SUB - y;
        int64_t below = y - (int64_t)(y1 - radius) * SUB;
        int64_t off = above > below ? above : below;
        int64_t cut = off > 0 ? (int64_t)radius * SUB - ellipse_reach(radius, radius, off) : 0;
        fill_span(&brush, line, units_to_sub(canvas, (int64_t)x0 * SUB + cut),
                  units_to_sub(canvas, (int64_t)x1 * SUB - cut));
    }
}

/* Where the outline crosses the height y, from left to right, into `x_out`; returns how many. */
static size_t crossings(const struct sf_point *points, size_t points_count, int64_t y,
                        int64_t x_out[SF_CANVAS_POINTS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < points_count; i++) {
        struct sf_point a = points[i];
        struct sf_point b = points[(i + 1) % points_count];
        int64_t ya = (int64_t)a.y * SUB;
        int64_t yb = (int64_t)b.y * SUB;
        if ((ya <= y) == (yb <= y)) {
            continue;
        }
        int64_t x = (int64_t)a.x * SUB + (int64_t)(b.x - a.x) * SUB * (y - ya) / (yb - ya);
        size_t place = count++;
        for (; place > 0 && x_out[place - 1] > x; place--) {
            x_out[place] = x_out[place - 1];
        }
        x_out[place] = x;
    }
    return count;
}

void sf_canvas_polygon(struct sf_canvas *canvas, const struct sf_point *points, size_t points_count,
                       struct sf_paint paint)
{
    SF_ASSERT(canvas != NULL);
    SF_ASSERT(points != NULL);
    SF_ASSERT(points_count >= 3);
    SF_ASSERT(points_count <= SF_CANVAS_POINTS_MAX);
    struct sf_point low = points[0];
    struct sf_point high = points[0];
    for (size_t i = 1; i < points_count; i++) {
        low.x = points[i].x < low.x ? points[i].x : low.x;
        low.y = points[i].y < low.y ? points[i].y : low.y;
        high.x = points[i].x > high.x ? points[i].x : high.x;
        high.y = points[i].y > high.y ? points[i].y : high.y;
    }
    struct brush brush = brush_over(canvas, low.x, low.y, high.x, high.y, paint);
    for (int32_t line = line_first(&brush); line < line_end(&brush); line++) {
        int64_t x[SF_CANVAS_POINTS_MAX];
        size_t count = crossings(points, points_count, line_y_sub(canvas, line), x);
        for (size_t i = 0; i + 1 < count; i += 2) {
            fill_span(&brush, line, units_to_sub(canvas, x[i]), units_to_sub(canvas, x[i + 1]));
        }
    }
}

void sf_canvas_line(struct sf_canvas *canvas, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                    int32_t thickness, struct sf_paint paint)
{
    SF_ASSERT(canvas != NULL);
    SF_ASSERT(thickness > 0);
    SF_ASSERT(canvas->samples != NULL);
    int64_t dx = x1 - x0;
    int64_t dy = y1 - y0;
    int64_t length = square_root(dx * dx + dy * dy);
    if (length == 0) {
        return;
    }
    int32_t nx = (int32_t)(-dy * thickness / (2 * length));
    int32_t ny = (int32_t)(dx * thickness / (2 * length));
    const struct sf_point points[4] = {
        {x0 + nx, y0 + ny}, {x1 + nx, y1 + ny}, {x1 - nx, y1 - ny}, {x0 - nx, y0 - ny}};
    sf_canvas_polygon(canvas, points, 4, paint);
}

void sf_canvas_glow(struct sf_canvas *canvas, int32_t x, int32_t y, int32_t radius_x,
                    int32_t radius_y, uint32_t colour, uint32_t alpha)
{
    SF_ASSERT(canvas != NULL);
    SF_ASSERT(alpha <= 256);
    SF_ASSERT(radius_x > 0);
    SF_ASSERT(radius_y > 0);
    struct brush brush = brush_over(canvas, x - radius_x, y - radius_y, x + radius_x, y + radius_y,
                                    sf_paint_veil(colour, alpha));
    int32_t rgb[3];
    colour_at(&brush.paint, 0, 1, rgb);
    int32_t pixel_first = clamp(brush.x0_sub / SUB, 0, (int32_t)canvas->width_px);
    int32_t pixel_end = clamp(brush.x1_sub / SUB + 1, 0, (int32_t)canvas->width_px);
    for (int32_t line = line_first(&brush); line < line_end(&brush); line++) {
        uint8_t *samples = canvas->samples + (size_t)line * canvas->width_px * 3;
        /* Distances as parts of the radius, in 1/1024. */
        int64_t v = (line_y_sub(canvas, line) - (int64_t)y * SUB) * 4 / radius_y;
        for (int32_t pixel = pixel_first; pixel < pixel_end; pixel++) {
            int64_t unit_sub =
                ((int64_t)pixel * 2 + 1) * SF_CANVAS_WIDTH * SUB / (2 * (int64_t)canvas->width_px);
            int64_t u = (unit_sub - (int64_t)x * SUB) * 4 / radius_x;
            int64_t rest = 1024 * 1024 - u * u - v * v;
            if (rest > 0) {
                int64_t strength =
                    rest / 1024 * rest / 1024 / 1024; /* 0 to 1024, flat at the rim */
                blend(samples + (size_t)pixel * 3, rgb, (int32_t)(strength * alpha / 4));
            }
        }
    }
}

void sf_canvas_finish(const struct sf_canvas *canvas, uint8_t *rgb_out)
{
    SF_ASSERT(canvas != NULL);
    SF_ASSERT(rgb_out != NULL);
    SF_ASSERT(canvas->samples != NULL);
    size_t row_bytes = (size_t)canvas->width_px * 3;
    for (size_t row = 0; row < canvas->height_px; row++) {
        const uint8_t *lines = canvas->samples + row * LINES_PER_ROW * row_bytes;
        for (size_t i = 0; i < row_bytes; i++) {
            uint32_t sum = 0;
            for (size_t line = 0; line < LINES_PER_ROW; line++) {
                sum += lines[line * row_bytes + i];
            }
            rgb_out[row * row_bytes + i] = (uint8_t)((sum + LINES_PER_ROW / 2) / LINES_PER_ROW);
        }
    }
}
