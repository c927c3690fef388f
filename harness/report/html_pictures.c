/* The pictures of the HTML report: what affected displays should have shown beside what they
 * showed, as a patient display would draw it, and whose it was. */
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/ids.h"
#include "harness/report/html.h"
#include "harness/report/report.h"

enum {
    ARMS_COUNT = 2, /* with exhibits */
    VIEWERS_MAX = ARMS_COUNT * SF_EXHIBITS_MAX,
    VIEWERS_OPEN_MAX = 4, /* the others are folded */
    VIEWERS_SHOWN_MAX = 16,
};

/* ---- one pair ---- */

/* What all captions need. */
struct gallery {
    const struct sf_plan *plan;
    const struct sf_replay *replay;
};

static const uint32_t arms[ARMS_COUNT] = {
    SF_REPLAY_LIVE,
    ((uint32_t)SF_REPLAY_UPDATE * SF_REPLAY_NETWORKS_COUNT + SF_REPLAY_POOR) * SF_PATHS_COUNT +
        SF_PATH_HUB,
};

static uint32_t stray_ppm(const struct sf_exhibit *exhibit)
{
    uint32_t ppm = 0;
    for (uint32_t i = 0; i < exhibit->owners_count; i++) {
        ppm += !sf_tenant_same(exhibit->owners[i].tenant, exhibit->tenant)
                   ? exhibit->owners[i].share_ppm
                   : 0;
    }
    return ppm;
}

static void moment(const struct gallery *gallery, sf_ns at_ns, int32_t utc_offset_s,
                   struct sf_text *out)
{
    sf_html_clock(out, gallery->plan->start_unix_s + at_ns / SF_SECOND, utc_offset_s);
    sf_html_put(out, " <span class=\"zone\">");
    sf_html_zone(out, utc_offset_s);
    sf_html_put(out, "</span>");
}

static void when(const struct gallery *gallery, const struct sf_exhibit *exhibit, uint32_t arm,
                 struct sf_text *out)
{
    char at[32];
    sf_report_time(exhibit->at_ns, at, sizeof at);
    sf_html_put(out, "<dt>When</dt><dd>");
    moment(gallery, exhibit->at_ns, exhibit->utc_offset_s, out);
    sf_text_add(out, "<br><small>%s into the run \xe2\x80\x9c%s\xe2\x80\x9d</small></dd>\n", at,
                sf_replay_arm_name(arm));
}

static void owner(const struct gallery *gallery, const struct sf_exhibit *exhibit,
                  const struct sf_exhibit_owner *owner, struct sf_text *out)
{
    bool own = sf_tenant_same(owner->tenant, exhibit->tenant);
    sf_text_add(out, "<li class=\"%s\"><b>", own ? "own" : "stray");
    sf_html_share(out, owner->share_ppm);
    sf_text_add(out, "</b> home %u, %s: capture %u", owner->tenant.index + 1,
                own ? "its own camera" : "a stranger\xe2\x80\x99s", owner->capture);
    if (owner->captured_ns >= 0) {
        sf_html_put(out, "<br><small>taken ");
        moment(gallery, owner->captured_ns, owner->utc_offset_s, out);
        if (owner->utc_offset_s != exhibit->utc_offset_s) {
            sf_html_put(out, ", another time zone");
        }
        sf_html_put(out, "</small>");
    }
    sf_html_put(out, "</li>\n");
}

/* The shares as a bar; the list below it says the same in words. */
static void bar(const struct sf_exhibit *exhibit, struct sf_text *out)
{
    sf_html_put(out, "<div class=\"bar\" aria-hidden=\"true\">");
    for (uint32_t i = 0; i < exhibit->owners_count; i++) {
        sf_text_add(out, "<span class=\"%s\" style=\"flex-grow:%u\"></span>",
                    sf_tenant_same(exhibit->owners[i].tenant, exhibit->tenant) ? "own" : "stray",
                    exhibit->owners[i].share_ppm);
    }
    sf_text_add(out, "<span class=\"unread\" style=\"flex-grow:%u\"></span></div>",
                exhibit->unreadable_ppm);
}

static void whose(const struct gallery *gallery, const struct sf_exhibit *exhibit,
                  struct sf_text *out)
{
    sf_html_put(out, "<dt>Whose</dt><dd>");
    bar(exhibit, out);
    sf_html_put(out, "<ul>\n");
    for (uint32_t i = 0; i < exhibit->owners_count; i++) {
        owner(gallery, exhibit, &exhibit->owners[i], out);
    }
    if (exhibit->unreadable_ppm > 0) {
        sf_html_put(out, "<li class=\"unread\"><b>");
        sf_html_share(out, exhibit->unreadable_ppm);
        sf_html_put(out, "</b> unreadable</li>\n");
    }
    sf_html_put(out, "</ul></dd>\n");
}

static void state(const struct sf_exhibit *exhibit, struct sf_text *out)
{
    bool damaged = (exhibit->flags & SF_FLAG_DAMAGED) != 0;
    const char *kind = exhibit->owners_count > 1 ? "A mix of several homes\xe2\x80\x99 stills"
                       : damaged                 ? "Damaged"
                                                 : "One whole still";
    sf_text_add(out, "<dt>State</dt><dd>%s%s. ", kind,
                (exhibit->flags & SF_FLAG_GRAYSCALE) != 0 ? ", black and white" : ", in colour");
    sf_html_put(out, (exhibit->flags & SF_FLAG_WHOLE) != 0
                         ? "The answer came in full"
                         : "Only a part of the answer had come when the display gave up waiting");
    sf_html_put(out, " (");
    sf_html_counted(out, exhibit->seen_bytes, "byte");
    sf_html_put(out,
                exhibit->seen_bytes == SF_EXHIBIT_BYTES_MAX ? " kept here).</dd>\n" : ").</dd>\n");
}

/* The story of an exhibit has the same index. */
static const struct sf_kept_story *story_of(const struct sf_replay *replay,
                                            const struct sf_exhibit *exhibit, uint32_t arm)
{
    const struct sf_replay_run *run = sf_replay_get(replay, 0, arm);
    return &run->stories.items[exhibit - run->exhibits.items];
}

static void pair(const struct gallery *gallery, const struct sf_exhibit *exhibit, uint32_t arm,
                 struct sf_text *out)
{
    char alt[160];
    sf_html_put(out, "<div class=\"pair\">\n<figure>");
    if (exhibit->own_bytes > 0) {
        snprintf(alt, sizeof alt,
                 "The latest still of home %u&#39;s own camera, which its %s should have shown",
                 exhibit->tenant.index + 1, sf_viewer_kind_name(exhibit->viewer));
        sf_html_image(exhibit->own, exhibit->own_bytes, alt, out);
    } else {
        sf_html_put(out, "<p class=\"nothing\">Its camera had taken no still yet.</p>");
    }
    sf_html_put(out, "<figcaption>Should have been shown</figcaption></figure>\n"
                     "<figure class=\"seen\">");
    uint32_t tenths = (stray_ppm(exhibit) + 500) / 1000;
    snprintf(alt, sizeof alt,
             "What the %s of home %u showed instead: %u.%u percent of it is from other homes",
             sf_viewer_kind_name(exhibit->viewer), exhibit->tenant.index + 1, tenths / 10,
             tenths % 10);
    sf_html_image(exhibit->seen, exhibit->seen_bytes, alt, out);
    sf_html_put(out, "<figcaption>Was shown</figcaption></figure>\n<dl>\n");
    when(gallery, exhibit, arm, out);
    whose(gallery, exhibit, out);
    state(exhibit, out);
    sf_html_put(out, "</dl>\n");
    sf_html_steps(story_of(gallery->replay, exhibit, arm), out);
    sf_html_put(out, "</div>\n");
}

/* ---- which exhibits there are ---- */

/* NULL where there are none, or a count that cannot be: they come from a process that ran a foreign
 * cache. */
static const struct sf_exhibits *exhibits_of(const struct sf_replay *replay, uint32_t arm)
{
    if (!sf_html_run_done(replay, 0, arm)) {
        return NULL;
    }
    const struct sf_exhibits *exhibits = &sf_replay_get(replay, 0, arm)->exhibits;
    return exhibits->count > 0 && exhibits->count <= SF_EXHIBITS_MAX ? exhibits : NULL;
}

static bool is_sound(const struct sf_exhibit *exhibit)
{
    return exhibit->owners_count <= SF_EXHIBIT_OWNERS_MAX &&
           exhibit->seen_bytes <= SF_EXHIBIT_BYTES_MAX &&
           exhibit->own_bytes <= SF_EXHIBIT_BYTES_MAX;
}

/* A viewer's exhibits, one of each arm at most. */
struct viewer {
    struct sf_viewer_id id;
    const struct sf_exhibit *exhibits[ARMS_COUNT];
};

struct viewers {
    uint32_t count;
    struct viewer items[VIEWERS_MAX];
};

static struct viewer *viewer_of(struct viewers *viewers, struct sf_viewer_id id)
{
    for (uint32_t i = 0; i < viewers->count; i++) {
        if (sf_viewer_same(viewers->items[i].id, id)) {
            return &viewers->items[i];
        }
    }
    SF_ASSERT(viewers->count < VIEWERS_MAX);
    struct viewer *viewer = &viewers->items[viewers->count++];
    *viewer = (struct viewer){.id = id};
    return viewer;
}

static void collect(const struct sf_replay *replay, struct viewers *viewers)
{
    for (uint32_t i = 0; i < ARMS_COUNT; i++) {
        const struct sf_exhibits *exhibits = exhibits_of(replay, arms[i]);
        for (uint32_t k = 0; exhibits != NULL && k < exhibits->count; k++) {
            const struct sf_exhibit *exhibit = &exhibits->items[k];
            struct viewer *viewer = is_sound(exhibit) ? viewer_of(viewers, exhibit->viewer) : NULL;
            if (viewer != NULL && viewer->exhibits[i] == NULL) {
                viewer->exhibits[i] = exhibit;
            }
        }
    }
}

/* ---- the sections ---- */

static const struct sf_plan_group *group_of(const struct sf_plan *plan, struct sf_home_id home)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        if (home.index - first < plan->groups[i].homes_count) {
            return &plan->groups[i];
        }
        first += plan->groups[i].homes_count;
    }
    return NULL;
}

static void viewer_section(const struct gallery *gallery, const struct viewer *viewer,
                           struct sf_text *out)
{
    const struct sf_exhibit *first =
        viewer->exhibits[0] != NULL ? viewer->exhibits[0] : viewer->exhibits[1];
    const struct sf_plan_group *group = group_of(gallery->plan, sf_home_of_viewer(first->viewer));
    sf_text_add(out, "<section class=\"viewer\"><h3>The %s of home %u</h3>\n<p class=\"where\">",
                sf_viewer_kind_name(first->viewer), first->tenant.index + 1);
    if (group != NULL) {
        sf_html_put(out, "homes <bdi>\xe2\x80\x9c");
        sf_html_text(out, group->name);
        sf_html_put(out, "\xe2\x80\x9d</bdi>, network <bdi>\xe2\x80\x9c");
        sf_html_text(out, gallery->plan->networks[group->network_index].name);
        sf_html_put(out, "\xe2\x80\x9d</bdi>, ");
    }
    sf_html_zone(out, first->utc_offset_s);
    sf_html_put(out, "</p>\n");
    for (uint32_t i = 0; i < ARMS_COUNT; i++) {
        if (viewer->exhibits[i] != NULL) {
            pair(gallery, viewer->exhibits[i], arms[i], out);
        }
    }
    sf_html_put(out, "</section>\n");
}

/* The picture of the live run with the largest part from elsewhere, else of the other arm. */
static const struct sf_exhibit *lead_of(const struct sf_replay *replay, uint32_t *arm_out)
{
    for (uint32_t i = 0; i < ARMS_COUNT; i++) {
        const struct sf_exhibit *best = NULL;
        const struct sf_exhibits *exhibits = exhibits_of(replay, arms[i]);
        for (uint32_t k = 0; exhibits != NULL && k < exhibits->count; k++) {
            const struct sf_exhibit *exhibit = &exhibits->items[k];
            if (is_sound(exhibit) && (best == NULL || stray_ppm(exhibit) > stray_ppm(best))) {
                best = exhibit;
            }
        }
        if (best != NULL) {
            *arm_out = arms[i];
            return best;
        }
    }
    return NULL;
}

void sf_html_lead(const struct sf_plan *plan, const struct sf_replay *replay, struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    const struct gallery gallery = {plan, replay};
    uint32_t arm;
    const struct sf_exhibit *exhibit = lead_of(replay, &arm);
    if (exhibit == NULL) {
        return;
    }
    sf_text_add(out,
                "<section class=\"lead\" aria-labelledby=\"lead\"><h2 id=\"lead\">What the %s of "
                "home %u showed</h2>\n",
                sf_viewer_kind_name(exhibit->viewer), exhibit->tenant.index + 1);
    pair(&gallery, exhibit, arm, out);
    sf_html_put(out, "</section>\n");
}

void sf_html_pictures(const struct sf_plan *plan, const struct sf_replay *replay,
                      struct sf_text *out)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(replay != NULL);
    SF_ASSERT(out != NULL);
    const struct gallery gallery = {plan, replay};
    struct viewers *viewers = sf_alloc(1, sizeof *viewers);
    viewers->count = 0;
    collect(replay, viewers);
    uint32_t shown_count = viewers->count < VIEWERS_SHOWN_MAX ? viewers->count : VIEWERS_SHOWN_MAX;
    if (viewers->count > 0) {
        sf_html_put(
            out,
            "<section aria-labelledby=\"pictures\"><h2 id=\"pictures\">What the "
            "affected displays showed</h2>\n<p class=\"intro\">One pair for each "
            "affected display and run: the latest still of its own camera, and what "
            "it showed, decoded from the bytes that it received. "
            "Every still carries its owner\xe2\x80\x99s mark in all its pixels, as fine grain; "
            "from it the replay attributes each part of a picture.</p>\n");
    }
    for (uint32_t i = 0; i < shown_count; i++) {
        if (i == VIEWERS_OPEN_MAX) {
            sf_text_add(out, "<details class=\"more\"><summary>%u more displays</summary>\n",
                        shown_count - VIEWERS_OPEN_MAX);
        }
        viewer_section(&gallery, &viewers->items[i], out);
    }
    if (shown_count > VIEWERS_OPEN_MAX) {
        sf_html_put(out, "</details>\n");
    }
    if (viewers->count > shown_count) {
        sf_text_add(out, "<p class=\"note\">And %u more whose pictures are not on this page.</p>\n",
                    viewers->count - shown_count);
    }
    if (viewers->count > 0) {
        sf_html_put(out, "</section>\n");
    }
    free(viewers);
}
