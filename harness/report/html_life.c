/* The life of a stray as a time line, in the HTML report. */
#include <inttypes.h>

#include "harness/report/html.h"
#include "harness/report/report.h"

struct telling {
    const struct sf_life *story;
    const struct sf_exhibit *exhibit;
    struct sf_text *out;
};

static void begin_step(const struct telling *telling, sf_ns at_ns, const char *kind,
                       const char *word)
{
    char at[32];
    sf_report_time(at_ns, at, sizeof at);
    sf_text_add(telling->out, "<li class=\"%s\"><span class=\"at\">%s</span> <b>%s</b> ", kind, at,
                word);
}

static void end_step(const struct telling *telling)
{
    sf_html_put(telling->out, "</li>\n");
}

static void captured(const struct telling *telling)
{
    const struct sf_life *story = telling->story;
    begin_step(telling, story->captured_ns, "stray", "Captured");
    sf_text_add(telling->out, "by the camera of home %u: still %u, ", story->owner + 1,
                story->capture);
    sf_html_counted(telling->out, story->still_bytes, "byte");
    end_step(telling);
}

static void sent(const struct telling *telling)
{
    const struct sf_life *story = telling->story;
    begin_step(telling, story->captured_ns, "stray", "Sent");
    sf_html_put(telling->out, story->fetched ? "because the cloud asked, in " : "unasked, in ");
    sf_html_counted(telling->out, story->packets_count, "packet");
    if (story->packets_lost_count > 0) {
        sf_html_put(telling->out, ", <strong>");
        sf_html_count(telling->out, story->packets_lost_count);
        sf_html_put(telling->out, " of them lost</strong>");
    } else {
        sf_html_put(telling->out, ", none of them lost");
    }
    end_step(telling);
}

static void stored(const struct telling *telling)
{
    const struct sf_life *story = telling->story;
    begin_step(telling, story->ended_ns, "stray", story->whole ? "Stored" : "Given up");
    sf_html_put(telling->out, story->whole ? "in the cloud, whole" : "by the cloud, after ");
    if (!story->whole) {
        sf_html_counted(telling->out, story->received_bytes, "byte");
    }
    end_step(telling);
}

static void seen_before(const struct telling *telling)
{
    begin_step(telling, telling->story->owner_saw_ns, "own", "Served");
    sf_html_put(telling->out, "to its owner, and shown there");
    end_step(telling);
}

static void asked(const struct telling *telling)
{
    begin_step(telling, telling->story->asked_ns, "own", "Asked");
    sf_text_add(telling->out, "by home %u, for its own camera", telling->exhibit->tenant + 1);
    end_step(telling);
}

static void reused(const struct telling *telling)
{
    const struct sf_life *story = telling->story;
    begin_step(telling, story->answered_ns, "stray", "Reused");
    sf_text_add(telling->out, "as the answer to home %u", telling->exhibit->tenant + 1);
    sf_ns waited_ms = (story->answered_ns - story->admitted_ns) / SF_MS;
    if (waited_ms > 0) {
        sf_text_add(telling->out, ", %" PRId64 " ms after the request was let in", waited_ms);
    } else {
        sf_html_put(telling->out, ", at once");
    }
    sf_html_put(telling->out, "; ");
    sf_html_counted(telling->out, story->answer_packets_count, "packet");
    if (story->answer_packets_lost_count > 0) {
        sf_text_add(telling->out, ", %u of them lost", story->answer_packets_lost_count);
    }
    end_step(telling);
}

static void shown(const struct telling *telling)
{
    const struct sf_life *story = telling->story;
    begin_step(telling, story->shown_ns, "stray", "Shown");
    sf_text_add(telling->out, "in home %u, ", telling->exhibit->tenant + 1);
    sf_html_counted(telling->out,
                    (uint64_t)(story->shown_ns - story->captured_ns) / (uint64_t)SF_SECOND,
                    "second");
    sf_html_put(telling->out, " old");
    if (story->others_count > 0) {
        sf_html_put(telling->out, "; strangers\xe2\x80\x99 displays had shown it ");
        sf_html_counted(telling->out, story->others_count, "time");
        sf_html_put(telling->out, " before");
    }
    end_step(telling);
}

struct step {
    sf_ns at_ns; /* SF_NS_NEVER: it did not happen */
    void (*tell)(const struct telling *telling);
};

/* By time; what happened at one instant stays in the order of what follows from what. */
static void sort(struct step *steps, int count)
{
    for (int i = 1; i < count; i++) {
        for (int k = i; k > 0 && steps[k].at_ns < steps[k - 1].at_ns; k--) {
            struct step later = steps[k - 1];
            steps[k - 1] = steps[k];
            steps[k] = later;
        }
    }
}

void sf_html_life(const struct sf_life *story, const struct sf_exhibit *exhibit,
                  struct sf_text *out)
{
    if (story->told == 0) {
        return;
    }
    const struct telling telling = {story, exhibit, out};
    struct step steps[] = {
        {story->captured_ns, captured}, {story->captured_ns, sent},
        {story->ended_ns, stored},      {story->owner_saw_ns, seen_before},
        {story->asked_ns, asked},       {story->answered_ns, reused},
        {story->shown_ns, shown},
    };
    enum { STEPS_COUNT = sizeof steps / sizeof steps[0] };
    sort(steps, STEPS_COUNT);
    sf_html_put(out, "<ol class=\"story-line\" aria-label=\"The life of this still\">\n");
    for (int i = 0; i < STEPS_COUNT && steps[i].at_ns != SF_NS_NEVER; i++) {
        steps[i].tell(&telling);
    }
    sf_html_put(out, "</ol>\n");
}
