#include "harness/report/story.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"

enum { PAGE_COLUMNS = 100, TIME_COLUMNS = 12, LANE_COLUMNS = 12, LANES_BYTES = 64 };

/* Number of bytes of the text that fit on a line of `columns` columns, broken at a blank if
 * possible. */
static size_t line_bytes(const char *text, size_t columns)
{
    size_t length = strlen(text);
    if (length <= columns) {
        return length;
    }
    size_t at = columns;
    while (at > 0 && text[at] != ' ') {
        at--;
    }
    return at > 0 ? at : columns;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " ");
}

void sf_report_paragraph(const char *text, struct sf_text *out)
{
    SF_ASSERT(text != NULL);
    SF_ASSERT(out != NULL);
    while (*text != '\0') {
        size_t length = line_bytes(text, PAGE_COLUMNS);
        sf_text_add(out, "%.*s\n", (int)length, text);
        text = skip_blanks(text + length);
    }
}

/* ---- the diagram ---- */

/* The columns of the diagram: only lanes with a name are drawn. */
struct lanes {
    size_t column[SF_LANES_COUNT];
    bool drawn[SF_LANES_COUNT];
    size_t columns;
};

static struct lanes lanes_of(const struct sf_story *story)
{
    struct lanes lanes = {0};
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        lanes.drawn[lane] = story->lanes[lane][0] != '\0';
        lanes.column[lane] = lanes.columns + LANE_COLUMNS / 2;
        lanes.columns += lanes.drawn[lane] ? LANE_COLUMNS : 0;
    }
    return lanes;
}

static void draw_bars(const struct lanes *lanes, char row[LANES_BYTES])
{
    memset(row, ' ', lanes->columns);
    row[lanes->columns] = '\0';
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        if (lanes->drawn[lane]) {
            row[lanes->column[lane]] = '|';
        }
    }
}

/* "|-----x---->|" from one lane to another, or a '*' in one. */
static void draw_step(const struct lanes *lanes, const struct sf_story_step *step,
                      char row[LANES_BYTES])
{
    draw_bars(lanes, row);
    if (step->from == step->to) {
        row[lanes->column[step->from]] = '*';
        return;
    }
    bool right = lanes->column[step->to] > lanes->column[step->from];
    size_t first = lanes->column[right ? step->from : step->to] + 1;
    size_t last = lanes->column[right ? step->to : step->from] - 1;
    for (size_t at = first; at <= last; at++) {
        row[at] = row[at] == ' ' ? '-' : row[at];
    }
    row[right ? last : first] = right ? '>' : '<';
    if (step->lossy) {
        row[(first + last) / 2] = 'x';
    }
}

static void add_heads(const struct sf_story *story, const struct lanes *lanes,
                      const struct sf_paint *paint, struct sf_text *out)
{
    size_t at = 0; /* columns that are written */
    sf_text_add(out, "%s%-*s", paint->dim, TIME_COLUMNS, "time");
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        size_t half = strlen(story->lanes[lane]) / 2;
        size_t column = lanes->column[lane] > half ? lanes->column[lane] - half : 0;
        if (lanes->drawn[lane]) {
            sf_text_add(out, "%*s%s", column > at ? (int)(column - at) : 1, "", story->lanes[lane]);
            at = column + strlen(story->lanes[lane]);
        }
    }
    sf_text_add(out, "%s\n", paint->off);
}

/* A step's text, after the device's name in a home with several. */
static void say_step(const struct sf_story_step *step, struct sf_text *out)
{
    const char *of = strstr(step->who, " of ");
    if (of != NULL) {
        sf_text_add(out, "%.*s: ", (int)(of - step->who), step->who);
    }
    sf_text_add(out, "%s", step->what);
}

static void add_step(const struct lanes *lanes, const struct sf_story_step *step,
                     struct sf_text *out)
{
    char row[LANES_BYTES];
    char at[32];
    struct sf_text said = {0};
    sf_report_time(step->at_ns, at, sizeof at);
    draw_step(lanes, step, row);
    say_step(step, &said);
    const char *text = said.data;
    size_t columns = PAGE_COLUMNS - TIME_COLUMNS - lanes->columns;
    for (bool first = true; first || *text != '\0'; first = false) {
        size_t length = line_bytes(text, columns);
        sf_text_add(out, "%-*s%s%.*s\n", TIME_COLUMNS, first ? at : "", row, (int)length, text);
        text = skip_blanks(text + length);
        draw_bars(lanes, row);
    }
    sf_text_free(&said);
}

void sf_report_story_text(const struct sf_story *story, const struct sf_paint *paint,
                          struct sf_text *out)
{
    SF_ASSERT(story != NULL);
    SF_ASSERT(paint != NULL);
    SF_ASSERT(out != NULL);
    struct lanes lanes = lanes_of(story);
    sf_report_paragraph(story->paragraph.data, out);
    sf_text_add(out, "\n");
    for (int lane = 0; lane < SF_LANES_COUNT; lane++) {
        if (story->homes[lane].length > 0) {
            sf_report_paragraph(story->homes[lane].data, out);
        }
    }
    bool homes = story->homes[SF_LANE_VIEWER].length + story->homes[SF_LANE_OWNER].length > 0;
    sf_text_add(out, "%s", homes ? "\n" : "");
    add_heads(story, &lanes, paint, out);
    for (uint32_t i = 0; i < story->steps_count; i++) {
        add_step(&lanes, &story->steps[i], out);
    }
}

/* ---- for programs ---- */

json_t *sf_report_story_json(const struct sf_story *story, const struct sf_finding *finding)
{
    json_t *steps = json_array();
    for (uint32_t i = 0; story != NULL && i < story->steps_count; i++) {
        const struct sf_story_step *step = &story->steps[i];
        json_array_append_new(steps, json_pack("{s:I, s:s, s:s}", "at_ms",
                                               (json_int_t)(step->at_ns / SF_MS), "who", step->who,
                                               "what", step->what));
    }
    return json_pack("{s:o, s:o, s:s}", "finding",
                     finding != NULL ? sf_report_finding_json(finding) : json_null(), "story",
                     steps, "paragraph", story != NULL ? story->paragraph.data : "");
}
