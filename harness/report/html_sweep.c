/* Strays against loss and delay: a drawing and its figures, in the HTML report. Drawn twice, for
 * wide and for narrow pages. Coordinates are whole tenths of a pixel. */
#include <inttypes.h>

#include "harness/base/assert.h"
#include "harness/report/html.h"

enum {
    LEFT = 620,  /* room for the numbers at the axes */
    RIGHT = 900, /* and for the names of the lines */
    TOP = 380,
    HEIGHT = 2600,
    BOTTOM = 460,
    NAME_GAP = 150, /* names nearer than this would cover each other */
};

struct drawing {
    const struct sf_sweep *sweep;
    int32_t width;
    uint64_t milli_max; /* at the top of the axis */
};

static uint64_t milli_of(const struct sf_sweep *sweep, int delay, int loss)
{
    return sf_sweep_milli_per_hour(&sweep->cells[delay][loss]);
}

static uint64_t largest(const struct sf_sweep *sweep)
{
    uint64_t max = 0;
    for (int delay = 0; delay < SF_SWEEP_DELAYS_COUNT; delay++) {
        for (int loss = 0; loss < SF_SWEEP_LOSSES_COUNT; loss++) {
            uint64_t milli = milli_of(sweep, delay, loss);
            max = milli > max ? milli : max;
        }
    }
    return max;
}

static int32_t x_of(const struct drawing *drawing, int loss)
{
    return LEFT + (drawing->width - LEFT - RIGHT) * loss / (SF_SWEEP_LOSSES_COUNT - 1);
}

static int32_t y_of(const struct drawing *drawing, uint64_t milli)
{
    return TOP + HEIGHT - (int32_t)(HEIGHT * milli / drawing->milli_max);
}

/* Into how many equal steps a round number falls, so that each level is a round one too. */
static uint32_t levels_of(uint64_t max)
{
    return max % 4 == 0 ? 4 : max % 3 == 0 ? 3 : max % 5 == 0 ? 5 : (uint32_t)max;
}

static void axes(const struct drawing *drawing, struct sf_text *out)
{
    uint32_t levels = levels_of(drawing->milli_max / 1000);
    for (uint32_t i = 0; i <= levels; i++) {
        uint64_t milli = drawing->milli_max * i / levels;
        int32_t y = y_of(drawing, milli);
        sf_text_add(out,
                    "<path class=\"%s\" d=\"M%d %dH%d\"/><text class=\"tick\" x=\"%d\" y=\"%d\" "
                    "text-anchor=\"end\">%" PRIu64 "</text>\n",
                    i == 0 ? "base" : "grid", LEFT, y, drawing->width - RIGHT, LEFT - 70, y + 42,
                    milli / 1000);
    }
    for (int loss = 0; loss < SF_SWEEP_LOSSES_COUNT; loss++) {
        sf_text_add(out,
                    "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%u%%</text>\n",
                    x_of(drawing, loss), TOP + HEIGHT + 170, sf_sweep_loss_percent[loss]);
    }
    sf_text_add(out,
                "<text class=\"title\" x=\"0\" y=\"130\">Strays an hour on one hub</text>\n<text "
                "class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">packets lost, each way"
                "</text>\n<text class=\"tick\" x=\"%d\" y=\"130\">delay</text>\n",
                drawing->width - RIGHT, TOP + HEIGHT + 350, drawing->width - RIGHT + 80);
}

static void line(const struct drawing *drawing, int delay, struct sf_text *out)
{
    sf_text_add(out, "<path class=\"sweep d%d\" d=\"", delay);
    for (int loss = 0; loss < SF_SWEEP_LOSSES_COUNT; loss++) {
        sf_text_add(out, "%c%d %d", loss == 0 ? 'M' : 'L', x_of(drawing, loss),
                    y_of(drawing, milli_of(drawing->sweep, delay, loss)));
    }
    sf_html_put(out, "\"/>\n");
}

/* At the right ends of the lines, moved apart where they would cover each other. */
static void names(const struct drawing *drawing, struct sf_text *out)
{
    int order[SF_SWEEP_DELAYS_COUNT];
    int32_t ys[SF_SWEEP_DELAYS_COUNT];
    for (int i = 0; i < SF_SWEEP_DELAYS_COUNT; i++) {
        int32_t y = y_of(drawing, milli_of(drawing->sweep, i, SF_SWEEP_LOSSES_COUNT - 1));
        int place = i;
        for (; place > 0 && ys[place - 1] < y; place--) {
            ys[place] = ys[place - 1];
            order[place] = order[place - 1];
        }
        ys[place] = y;
        order[place] = i;
    }
    for (int i = 0; i < SF_SWEEP_DELAYS_COUNT; i++) { /* from the lowest upwards */
        if (i > 0 && ys[i] > ys[i - 1] - NAME_GAP) {
            ys[i] = ys[i - 1] - NAME_GAP;
        }
        sf_text_add(out, "<text class=\"tick\" x=\"%d\" y=\"%d\">%u ms</text>\n",
                    drawing->width - RIGHT + 80, ys[i] + 42, sf_sweep_delay_ms[order[i]]);
    }
}

static void draw(const struct sf_sweep *sweep, const char *kind, int32_t width, struct sf_text *out)
{
    uint64_t max = largest(sweep);
    struct drawing drawing = {sweep, width, 1000 * sf_html_round_up((max + 999) / 1000)};
    sf_text_add(out,
                "<svg class=\"plot %s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Strays an "
                "hour on one hub against loss, a line for each delay; at most %" PRIu64
                ". The table below has the figures.\">\n",
                kind, width, TOP + HEIGHT + BOTTOM, max / 1000);
    axes(&drawing, out);
    for (int delay = 0; delay < SF_SWEEP_DELAYS_COUNT; delay++) {
        line(&drawing, delay, out);
    }
    names(&drawing, out);
    sf_html_put(out, "</svg>\n");
}

static void table(const struct sf_sweep *sweep, struct sf_text *out)
{
    sf_html_put(out, "<details><summary>The figures of this drawing</summary>\n<table "
                     "class=\"minutes\"><caption class=\"unseen\">The points of the "
                     "drawing</caption><thead><tr><th scope=\"col\">Delay</th>");
    for (int loss = 0; loss < SF_SWEEP_LOSSES_COUNT; loss++) {
        sf_text_add(out, "<th scope=\"col\">%u%% lost</th>", sf_sweep_loss_percent[loss]);
    }
    sf_html_put(out, "</tr></thead>\n<tbody>\n");
    for (int delay = 0; delay < SF_SWEEP_DELAYS_COUNT; delay++) {
        sf_text_add(out, "<tr><th scope=\"row\">%u ms</th>", sf_sweep_delay_ms[delay]);
        for (int loss = 0; loss < SF_SWEEP_LOSSES_COUNT; loss++) {
            uint64_t milli = milli_of(sweep, delay, loss);
            sf_text_add(out, "<td>%" PRIu64 ".%" PRIu64 "</td>", milli / 1000, milli % 1000 / 100);
        }
        sf_html_put(out, "</tr>\n");
    }
    sf_html_put(out, "</tbody></table></details>\n");
}

void sf_html_sweep(const struct sf_replay *replay, struct sf_text *out)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    const struct sf_sweep *sweep = &replay->sweep;
    if (sweep->homes_count == 0) {
        return;
    }
    sf_html_put(out,
                "<section aria-labelledby=\"sweep\"><h2 id=\"sweep\">How poor must the network "
                "be?</h2>\n<p class=\"intro\">The update on hubs, with ");
    sf_html_counted(out, sweep->poor_homes_count, "home");
    sf_html_put(out, " of ");
    sf_html_count(out, sweep->homes_count);
    sf_html_put(out,
                " on a network with this loss and this one-way delay, plus or minus half, for ");
    sf_html_duration(out, sweep->duration_ns);
    sf_text_add(out, " under each of %d seeds. These losses are single ones, not bursts.</p>\n",
                SF_SWEEP_SEEDS_COUNT);
    sf_html_put(out, "<figure class=\"minutes\">\n");
    draw(sweep, "wide", 10000, out);
    draw(sweep, "narrow", 4400, out);
    sf_html_put(out, "</figure>\n");
    table(sweep, out);
    sf_html_put(out, "</section>\n");
}
