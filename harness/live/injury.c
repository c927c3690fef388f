/* The written form of what the origin does to its answers. */
#include <stdio.h>
#include <string.h>

#include "harness/base/text.h"
#include "harness/base/assert.h"
#include "harness/live/origin.h"
#include "harness/scenario/value.h"

static const char *const names[SF_INJURIES_COUNT + 1] = {"ok",    "drop", "5xx",   "slow",
                                                         "stall", "cut",  "lossy", NULL};

enum sf_err sf_injury_read(const char *text, struct sf_injury *injury, struct sf_diag *diag)
{
    SF_ASSERT(injury != NULL);
    char word[16];
    size_t length = strcspn(text, " ");
    snprintf(word, sizeof word, "%.*s", (int)(length < 15 ? length : 15), text);
    int kind = 0;
    while (kind < SF_INJURIES_COUNT && strcmp(word, names[kind]) != 0) {
        kind++;
    }
    if (kind == SF_INJURIES_COUNT) {
        const char *nearest = sf_text_nearest(word, names);
        return sf_fail(diag, SF_ERR_INPUT,
                       "'%s': expected ok, drop, 5xx, slow TIME, stall, cut or lossy SHARE%s%s%s",
                       text, nearest != NULL ? "; did you mean '" : "",
                       nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    }
    *injury = (struct sf_injury){.kind = (enum sf_injury_kind)kind};
    const char *rest = text + length + strspn(text + length, " ");
    struct sf_diag why = {0};
    enum sf_err err = SF_OK;
    if (kind == SF_INJURY_SLOW) {
        err = sf_value_duration_read(rest, &injury->time_ns, &why);
    } else if (kind == SF_INJURY_LOSSY) {
        int64_t ppm = 0;
        err = sf_value_share_read(rest, &ppm, &why);
        injury->share_ppm = (uint32_t)ppm;
    } else if (*rest != '\0') {
        return sf_fail(diag, SF_ERR_INPUT, "'%s': %s takes no value", text, word);
    }
    return err == SF_OK ? SF_OK : sf_fail(diag, err, "'%s': %s", text, why.message);
}

void sf_injury_print(const struct sf_injury *injury, char *out, uint32_t out_bytes)
{
    SF_ASSERT(injury != NULL);
    SF_ASSERT(out != NULL);
    struct sf_text text = {0};
    sf_text_add(&text, "%s", names[injury->kind]);
    if (injury->kind == SF_INJURY_SLOW) {
        sf_text_add(&text, " ");
        sf_value_duration_print(injury->time_ns, &text);
    } else if (injury->kind == SF_INJURY_LOSSY) {
        sf_text_add(&text, " ");
        sf_value_share_print(injury->share_ppm, &text);
    }
    snprintf(out, out_bytes, "%s", text.data);
    sf_text_free(&text);
}

enum sf_live_event sf_injury_event(const struct sf_injury *injury)
{
    static const enum sf_live_event events[SF_INJURIES_COUNT] = {
        [SF_INJURY_OK] = SF_LIVE_ORIGIN_OK,       [SF_INJURY_DROP] = SF_LIVE_ORIGIN_DROP,
        [SF_INJURY_5XX] = SF_LIVE_ORIGIN_5XX,     [SF_INJURY_SLOW] = SF_LIVE_ORIGIN_SLOW,
        [SF_INJURY_STALL] = SF_LIVE_ORIGIN_STALL, [SF_INJURY_CUT] = SF_LIVE_ORIGIN_CUT,
        [SF_INJURY_LOSSY] = SF_LIVE_ORIGIN_LOSSY,
    };
    SF_ASSERT(injury != NULL);
    SF_ASSERT(injury->kind < SF_INJURIES_COUNT);
    return events[injury->kind];
}
