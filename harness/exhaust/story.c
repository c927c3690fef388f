#include "harness/exhaust/story.h"

#include "harness/base/assert.h"

#include <string.h>

enum { COLUMN = 9, HALF = COLUMN / 2 };

/* The parties that have a part in it, in the order of their columns; returns how many. */
static uint32_t columns(const struct sf_small_story *story, uint32_t column_of[SMALL_LANES_COUNT])
{
    static const uint32_t order[] = {SMALL_LANE_TENANT,     SMALL_LANE_TENANT + 1,
                                     SMALL_LANE_TENANT + 2, SMALL_LANE_CACHE,
                                     SMALL_LANE_STORE,      SMALL_LANE_IDENTITY};
    _Static_assert(sizeof order / sizeof order[0] == SMALL_LANES_COUNT - 1,
                   "each lane has a place");
    uint32_t count = 0;
    bool used[SMALL_LANES_COUNT] = {false};
    for (uint32_t i = 0; i < story->steps_count; i++) {
        used[story->steps[i].from] = true;
        used[story->steps[i].to] = true;
    }
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if (used[order[i]]) {
            column_of[order[i]] = count++;
        }
    }
    return count;
}

static void print_head(const uint32_t column_of[SMALL_LANES_COUNT], uint32_t count,
                       struct sf_text *out)
{
    static const char *const names[SMALL_LANES_COUNT] = {"",  "cache", "store", "identity",
                                                         "A", "B",     "C"};
    uint32_t at = 0; /* the end of what is printed */
    sf_text_add(out, "     ");
    for (uint32_t column = 0; column < count; column++) {
        for (uint32_t lane = 1; lane < SMALL_LANES_COUNT; lane++) {
            if (column_of[lane] == column) {
                uint32_t width = (uint32_t)strlen(names[lane]);
                uint32_t from = column * COLUMN + (COLUMN - width) / 2;
                sf_text_add(out, "%*s%s", (int)(from - at), "", names[lane]);
                at = from + width;
            }
        }
    }
    sf_text_add(out, "\n");
}

static void print_step(const struct sf_small_step *step,
                       const uint32_t column_of[SMALL_LANES_COUNT], uint32_t count,
                       struct sf_text *out)
{
    char line[COLUMN * SMALL_LANES_COUNT + 1];
    memset(line, ' ', sizeof line);
    for (uint32_t column = 0; column < count; column++) {
        line[column * COLUMN + HALF] = '|';
    }
    line[count * COLUMN] = '\0';
    if (step->from != SMALL_LANE_NONE && step->to != SMALL_LANE_NONE) {
        uint32_t from = column_of[step->from] * COLUMN + HALF;
        uint32_t to = column_of[step->to] * COLUMN + HALF;
        for (uint32_t at = (from < to ? from : to) + 1; at < (from < to ? to : from); at++) {
            line[at] = line[at] == '|' ? '|' : '-';
        }
        if (from < to) {
            line[to - 1] = '>';
        } else if (from > to) {
            line[to + 1] = '<';
        } else {
            line[to] = '*';
        }
    }
    if (step->event != 0) {
        sf_text_add(out, "%3u. %s  %s\n", step->event, line, step->text);
    } else {
        sf_text_add(out, "     %s    %s\n", line, step->text);
    }
}

void sf_small_story_print(const struct sf_small_story *story, struct sf_text *out)
{
    SF_ASSERT(story != NULL);
    SF_ASSERT(out != NULL);
    uint32_t column_of[SMALL_LANES_COUNT];
    memset(column_of, 0xff, sizeof column_of);
    uint32_t count = columns(story, column_of);
    print_head(column_of, count, out);
    for (uint32_t i = 0; i < story->steps_count; i++) {
        print_step(&story->steps[i], column_of, count, out);
    }
    if (story->is_cut) {
        sf_text_add(out, "     ... and more\n");
    }
}
