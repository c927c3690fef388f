/* The minutes of the live run as a drawing: strays, and pictures on hubs and in the app, with what
 * the operator did marked on both. Drawn twice, for wide and for narrow pages; the page shows one.
 * Coordinates are whole tenths of a pixel. */
#include <inttypes.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/scenario/actions.h"
#include "harness/report/html.h"
#include "harness/report/report.h"
#include "harness/scenario/value.h"

enum {
    MARKS_MAX = 16, /* of the time line */
    MARK_ROWS_MAX = 3,
    MARK_RADIUS = 90,
    MARK_GAP = 220, /* two marks nearer than this are not put in one row */
    MARK_ROW_HEIGHT = 200,
    LEFT = 440, /* room for the numbers at the axes */
    RIGHT = 100,
    TITLE_HEIGHT = 250,
    PANELS_COUNT = 2,
    PANELS_GAP = 250,
    PANEL_HEIGHT = 1000,
    AXIS_HEIGHT = 420,
    BLOCKED_WIDTH = 480, /* of the word */
};

struct panel {
    int32_t top; /* y of its largest value */
    uint64_t max;
};

struct plot {
    const struct sf_plan *plan;
    int32_t width;
    int32_t marks_height;         /* they stand between a title and its panel */
    int32_t mark_rows[MARKS_MAX]; /* 0 is the lowest */
    uint32_t minutes_count;
    const struct sf_tally *tally;
    uint64_t strays[SF_TALLY_MINUTES_MAX];
    struct panel panels[PANELS_COUNT]; /* strays, pictures */
};

static int32_t x_of(const struct plot *plot, sf_ns at_ns)
{
    sf_ns shown_ns = (sf_ns)plot->minutes_count * SF_MINUTE;
    return LEFT +
           (int32_t)((sf_ns)(plot->width - LEFT - RIGHT) * (at_ns / SF_MS) / (shown_ns / SF_MS));
}

static int32_t minute_x(const struct plot *plot, uint32_t minute)
{
    return x_of(plot, (sf_ns)minute * SF_MINUTE);
}

/* ---- one panel ---- */

static int32_t y_of(const struct panel *panel, uint64_t value)
{
    SF_ASSERT(value <= panel->max);
    return panel->top + PANEL_HEIGHT - (int32_t)(PANEL_HEIGHT * value / panel->max);
}

/* Levels at nought, half and all. */
static void levels(const struct plot *plot, const struct panel *panel, struct sf_text *out)
{
    uint32_t parts = panel->max % 2 == 0 ? 2 : 1;
    for (uint32_t i = 0; i <= parts; i++) {
        uint64_t value = panel->max * i / parts;
        int32_t y = y_of(panel, value);
        sf_text_add(out,
                    "<path class=\"%s\" d=\"M%d %dH%d\"/><text class=\"tick\" x=\"%d\" y=\"%d\" "
                    "text-anchor=\"end\">",
                    i == 0 ? "base" : "grid", LEFT, y, plot->width - RIGHT, LEFT - 70, y + 42);
        sf_html_count(out, value);
        sf_html_put(out, "</text>\n");
    }
}

static void title(int32_t bottom, const char *text, struct sf_text *out)
{
    sf_text_add(out, "<text class=\"title\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT, bottom - 100,
                text);
}

static void bars(const struct plot *plot, const struct panel *panel, struct sf_text *out)
{
    sf_html_put(out, "<path class=\"strays\" d=\"");
    for (uint32_t minute = 0; minute < plot->minutes_count; minute++) {
        if (plot->strays[minute] > 0) {
            int32_t y = y_of(panel, plot->strays[minute]);
            sf_text_add(out, "M%d %dV%dH%dV%dz", minute_x(plot, minute) + 15,
                        panel->top + PANEL_HEIGHT, y, minute_x(plot, minute + 1) - 15,
                        panel->top + PANEL_HEIGHT);
        }
    }
    sf_html_put(out, "\"/>\n");
}

/* A step for each minute. */
static void steps(const struct plot *plot, const struct panel *panel, const char *kind,
                  const uint32_t values[SF_TALLY_MINUTES_MAX], struct sf_text *out)
{
    sf_text_add(out, "<path class=\"%s\" d=\"M%d %d", kind, LEFT, y_of(panel, values[0]));
    for (uint32_t minute = 0; minute < plot->minutes_count; minute++) {
        sf_text_add(out, "V%dH%d", y_of(panel, values[minute]), minute_x(plot, minute + 1));
    }
    sf_html_put(out, "\"/>\n");
}

static void legend(const struct plot *plot, const struct panel *panel, struct sf_text *out)
{
    static const struct {
        const char *kind;
        const char *name;
        int32_t from_right;
    } entries[] = {{"hub", "hubs", 1500}, {"app", "app", 680}};
    for (int i = 0; i < 2; i++) {
        int32_t x = plot->width - RIGHT - entries[i].from_right;
        int32_t y = panel->top - 130;
        sf_text_add(out,
                    "<path class=\"%s\" d=\"M%d %dh260\"/><text class=\"tick\" x=\"%d\" "
                    "y=\"%d\">%s</text>\n",
                    entries[i].kind, x, y, x + 320, y + 40, entries[i].name);
    }
}

static void minutes_axis(const struct plot *plot, int32_t y, struct sf_text *out)
{
    uint32_t step = plot->minutes_count <= 12 ? 1 : plot->minutes_count <= 35 ? 5 : 10;
    for (uint32_t minute = 0; minute <= plot->minutes_count; minute += step) {
        int32_t x = minute_x(plot, minute);
        sf_text_add(out,
                    "<path class=\"base\" d=\"M%d %dv40\"/><text class=\"tick\" x=\"%d\" y=\"%d\" "
                    "text-anchor=\"middle\">%u</text>\n",
                    x, y, x, y + 170, minute);
    }
    sf_text_add(out,
                "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">minute of the "
                "run</text>\n",
                plot->width - RIGHT, y + 340);
}

/* ---- what the operator did ---- */

static bool is_drawn(const struct plot *plot, uint32_t index)
{
    return index < MARKS_MAX && index < plot->plan->timeline_count &&
           plot->plan->timeline[index].at_ns <= (sf_ns)plot->minutes_count * SF_MINUTE;
}

/* Marks that would cover each other are put into rows above each other. */
static void place_marks(struct plot *plot)
{
    int32_t row_ends[MARK_ROWS_MAX];
    int32_t rows_count = 1;
    for (int32_t row = 0; row < MARK_ROWS_MAX; row++) {
        row_ends[row] = -MARK_GAP;
    }
    for (uint32_t i = 0; is_drawn(plot, i); i++) {
        int32_t x = x_of(plot, plot->plan->timeline[i].at_ns);
        int32_t row = 0;
        while (row < MARK_ROWS_MAX - 1 && x - row_ends[row] < MARK_GAP) {
            row++;
        }
        row_ends[row] = x;
        plot->mark_rows[i] = row;
        rows_count = row + 1 > rows_count ? row + 1 : rows_count;
    }
    plot->marks_height = rows_count * MARK_ROW_HEIGHT + 40;
}

static void marks(const struct plot *plot, struct sf_text *out)
{
    const struct panel *first = &plot->panels[0];
    for (uint32_t i = 0; is_drawn(plot, i); i++) {
        int32_t x = x_of(plot, plot->plan->timeline[i].at_ns);
        int32_t y = first->top - MARK_RADIUS - 40 - plot->mark_rows[i] * MARK_ROW_HEIGHT;
        sf_text_add(out,
                    "<path class=\"event\" d=\"M%d %dV%dM%d %dv%d\"/><circle class=\"event\" "
                    "cx=\"%d\" cy=\"%d\" r=\"%d\"/><text class=\"number\" x=\"%d\" y=\"%d\" "
                    "text-anchor=\"middle\">%u</text>\n",
                    x, y, first->top + PANEL_HEIGHT, x, plot->panels[1].top, PANEL_HEIGHT, x, y,
                    MARK_RADIUS, x, y + 40, i + 1);
    }
}

static void block(const struct plot *plot, sf_ns from_ns, sf_ns until_ns, struct sf_text *out)
{
    int32_t x = x_of(plot, from_ns);
    int32_t width = x_of(plot, until_ns) - x;
    for (int i = 0; i < PANELS_COUNT; i++) {
        sf_text_add(out, "<rect class=\"blocked\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
                    x, plot->panels[i].top, width, PANEL_HEIGHT);
    }
    if (width >= BLOCKED_WIDTH) {
        sf_text_add(
            out, "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">blocked</text>\n",
            x + width / 2, plot->panels[0].top + PANEL_HEIGHT / 2 - 60);
    }
}

/* While the integration was blocked. */
static void blocks(const struct plot *plot, struct sf_text *out)
{
    sf_ns end_ns = (sf_ns)plot->minutes_count * SF_MINUTE;
    sf_ns from_ns = end_ns;
    for (uint32_t i = 0; i < plot->plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plot->plan->timeline[i];
        if (entry->action != SF_ACTION_KILL_SWITCH || entry->at_ns >= end_ns) {
            continue;
        }
        if (from_ns < entry->at_ns) {
            block(plot, from_ns, entry->at_ns, out);
        }
        from_ns = entry->on ? entry->at_ns : end_ns;
    }
    if (from_ns < end_ns) {
        block(plot, from_ns, end_ns, out);
    }
}

static void event_text(const struct plot *plot, uint32_t index, struct sf_text *out)
{
    const struct sf_plan_entry *entry = &plot->plan->timeline[index];
    const char *network = entry->network_index < plot->plan->networks_count
                              ? plot->plan->networks[entry->network_index].name
                              : "";
    switch (entry->action) {
    case SF_ACTION_DEPLOY:
        sf_html_put(out, entry->cache == sf_html_cache_name(plot->plan, SF_REPLAY_UPDATE)
                             ? "the update goes live: <code>"
                             : "the fix goes live: <code>");
        sf_html_text(out, entry->cache);
        sf_html_put(out, "</code>");
        return;
    case SF_ACTION_NETWORK:
        sf_html_put(out, "homes change to the network <bdi>\xe2\x80\x9c");
        sf_html_text(out, network);
        sf_html_put(out, "\xe2\x80\x9d</bdi>");
        return;
    case SF_ACTION_HEAL:
        sf_html_put(out, "every network heals: all homes are on <bdi>\xe2\x80\x9c");
        sf_html_text(out, network);
        sf_html_put(out, "\xe2\x80\x9d</bdi>");
        return;
    case SF_ACTION_KILL_SWITCH:
        sf_html_put(out, entry->on ? "the kill switch: the integration is blocked"
                                   : "the integration is let back");
        return;
    case SF_ACTION_LINK:
        sf_html_put(out,
                    entry->on ? "owners link the integration" : "owners unlink the integration");
        return;
    default: /* the rest: the help text of the action says it */
        sf_html_text(out, sf_action_of(entry)->help);
        return;
    }
}

static void events_list(const struct plot *plot, struct sf_text *out)
{
    sf_html_put(out, "<ol class=\"events\">\n");
    for (uint32_t i = 0; i < plot->plan->timeline_count && i < MARKS_MAX; i++) {
        char at[32];
        sf_report_time(plot->plan->timeline[i].at_ns, at, sizeof at);
        at[strcspn(at, ".")] = '\0'; /* minutes and seconds are enough */
        sf_text_add(out, "<li><b>%s</b> ", at);
        event_text(plot, i, out);
        sf_html_put(out, "</li>\n");
    }
    sf_html_put(out, "</ol>\n");
    if (plot->plan->timeline_count > MARKS_MAX) {
        sf_text_add(out, "<p class=\"note\">And %u more.</p>\n",
                    plot->plan->timeline_count - MARKS_MAX);
    }
}

/* ---- all together ---- */

static uint64_t largest(const struct plot *plot)
{
    uint64_t max = 1;
    for (int path = 0; path < SF_PATHS_COUNT; path++) {
        for (uint32_t minute = 0; minute < plot->minutes_count; minute++) {
            uint32_t shown = plot->tally->paths[path].shown_by_minute[minute];
            max = shown > max ? shown : max;
        }
    }
    return max;
}

static void describe(const struct plot *plot, struct sf_text *out)
{
    uint64_t strays_count = 0;
    uint64_t most = 0;
    for (uint32_t minute = 0; minute < plot->minutes_count; minute++) {
        strays_count += plot->strays[minute];
        most = plot->strays[minute] > most ? plot->strays[minute] : most;
    }
    sf_html_counted(out, strays_count, "stray");
    sf_html_put(out, " on displays over ");
    sf_html_counted(out, plot->minutes_count, "minute");
    if (strays_count > 0) {
        char at[2][32];
        sf_report_time(plot->tally->stray_first_ns, at[0], sizeof at[0]);
        sf_report_time(plot->tally->stray_last_ns, at[1], sizeof at[1]);
        sf_text_add(out, ", the first at %s, the last at %s, at most %" PRIu64 " in a minute",
                    at[0], at[1], most);
    }
}

static void draw(struct plot *plot, const char *kind, int32_t width, struct sf_text *out)
{
    uint64_t strays_max = 1;
    for (uint32_t minute = 0; minute < plot->minutes_count; minute++) {
        strays_max = plot->strays[minute] > strays_max ? plot->strays[minute] : strays_max;
    }
    plot->width = width;
    place_marks(plot);
    int32_t first_top = TITLE_HEIGHT + plot->marks_height;
    int32_t second_title = first_top + PANEL_HEIGHT + PANELS_GAP + TITLE_HEIGHT;
    plot->panels[0] = (struct panel){first_top, sf_html_round_up(strays_max)};
    plot->panels[1] = (struct panel){second_title, sf_html_round_up(largest(plot))};
    int32_t bottom = second_title + PANEL_HEIGHT;
    sf_text_add(out, "<svg class=\"plot %s\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
                kind, width, bottom + AXIS_HEIGHT);
    describe(plot, out);
    sf_html_put(out, "\">\n");
    blocks(plot, out);
    levels(plot, &plot->panels[0], out);
    levels(plot, &plot->panels[1], out);
    marks(plot, out);
    title(TITLE_HEIGHT, "Strays in a minute", out);
    bars(plot, &plot->panels[0], out);
    title(second_title, "Pictures in a minute", out);
    legend(plot, &plot->panels[1], out);
    steps(plot, &plot->panels[1], "hub", plot->tally->paths[SF_PATH_HUB].shown_by_minute, out);
    steps(plot, &plot->panels[1], "app", plot->tally->paths[SF_PATH_APP].shown_by_minute, out);
    minutes_axis(plot, bottom, out);
    sf_html_put(out, "</svg>\n");
}

static void figures_table(const struct plot *plot, struct sf_text *out)
{
    sf_html_put(out, "<details><summary>The figures of this drawing</summary>\n<table "
                     "class=\"minutes\"><caption class=\"unseen\">The minutes of the "
                     "drawing</caption><thead><tr><th scope=\"col\">Minute</th><th "
                     "scope=\"col\">Strays</th><th scope=\"col\">Pictures on hubs</th><th "
                     "scope=\"col\">Pictures in the app</th></tr></thead>\n<tbody>\n");
    for (uint32_t minute = 0; minute < plot->minutes_count; minute++) {
        sf_text_add(out, "<tr><th scope=\"row\">%u</th><td>", minute);
        sf_html_count(out, plot->strays[minute]);
        sf_html_put(out, "</td><td>");
        sf_html_count(out, plot->tally->paths[SF_PATH_HUB].shown_by_minute[minute]);
        sf_html_put(out, "</td><td>");
        sf_html_count(out, plot->tally->paths[SF_PATH_APP].shown_by_minute[minute]);
        sf_html_put(out, "</td></tr>\n");
    }
    sf_html_put(out, "</tbody></table></details>\n");
}

void sf_html_plot(const struct sf_plan *plan, const struct sf_replay *replay, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    SF_ASSERT(replay->seeds_count > 0);
    sf_html_put(out,
                "<section aria-labelledby=\"minutes\"><h2 id=\"minutes\">The update, minute by "
                "minute</h2>\n");
    if (!sf_html_run_done(replay, 0, SF_REPLAY_LIVE)) {
        sf_html_put(out, "<p>The run in which the update goes live did not finish.</p>"
                         "</section>\n");
        return;
    }
    sf_ns minutes = (replay->duration_ns + SF_MINUTE - 1) / SF_MINUTE;
    struct plot plot = {
        .plan = plan,
        .minutes_count = minutes < 1                      ? 1
                         : minutes < SF_TALLY_MINUTES_MAX ? (uint32_t)minutes
                                                          : SF_TALLY_MINUTES_MAX,
        .tally = &sf_replay_get(replay, 0, SF_REPLAY_LIVE)->result.tally,
    };
    for (uint32_t minute = 0; minute < plot.minutes_count; minute++) {
        plot.strays[minute] = (uint64_t)plot.tally->paths[SF_PATH_HUB].strays_by_minute[minute] +
                              plot.tally->paths[SF_PATH_APP].strays_by_minute[minute];
    }
    sf_text_add(
        out,
        "<p class=\"intro\">The run in which the update goes live while traffic flows, seed "
        "%" PRIu64 ": ",
        replay->seed_first);
    describe(&plot, out);
    sf_html_put(out, ". The numbers mark what the operator did; while the integration was blocked "
                     "the ground is shaded.");
    if (minutes > SF_TALLY_MINUTES_MAX) {
        sf_text_add(out, " Only the first %d minutes are drawn.", SF_TALLY_MINUTES_MAX);
    }
    sf_html_put(out, "</p>\n<figure class=\"minutes\">\n");
    draw(&plot, "wide", 9600, out);
    draw(&plot, "narrow", 3600, out);
    events_list(&plot, out);
    sf_html_put(out, "</figure>\n");
    figures_table(&plot, out);
    sf_html_put(out, "</section>\n");
}
