/* What the HTML pages share: head, foot, style, words and numbers; and the parts of the replay's
 * page. Included by html*.c and their test only. */
#ifndef STRAYFRAME_REPORT_HTML_H
#define STRAYFRAME_REPORT_HTML_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/text.h"
#include "harness/base/time.h"
#include "harness/replay/replay.h"

/* ---- words and numbers: html_write.c ---- */

/* Markup as it stands: only for what is written in our own source. */
void sf_html_put(struct sf_text *out, const char *markup);

/* Text from anywhere, made harmless: the five characters that mean something in HTML become
 * references, control characters and those that change the direction of writing become U+FFFD, but
 * for line feed and tab. Good in an element and in a quoted attribute. */
void sf_html_text(struct sf_text *out, const char *text);

/* A sentence of ours, in lower case and without its point: "it was so" becomes "It was so." */
void sf_html_sentence(struct sf_text *out, const char *text);

/* The name of a scenario's file without its folder and ".yaml". */
void sf_html_scenario(const char *file, struct sf_text *out);

/* "70,779". */
void sf_html_count(struct sf_text *out, uint64_t count);
/* "1 seed", "12 seeds": the noun in the singular. */
void sf_html_counted(struct sf_text *out, uint64_t count, const char *noun);
/* "65.2%"; what is not nothing is never "0.0%". */
void sf_html_share(struct sf_text *out, uint32_t ppm);
/* "30 minutes", or the shortest exact form. */
void sf_html_duration(struct sf_text *out, sf_ns ns);
/* "26 Dec 2019, 23:14:07", the clock on the wall where the offset holds. */
void sf_html_clock(struct sf_text *out, int64_t unix_s, int32_t utc_offset_s);
/* "UTC+01:00", "UTC". */
void sf_html_zone(struct sf_text *out, int32_t utc_offset_s);
/* Where an axis ends: the least of 1, 2, 3, 4, 5, 6, 8, 10, 20, 30 ... that is `value` or more. */
uint64_t sf_html_round_up(uint64_t value);
/* The picture as the value of `src`. */
void sf_html_data_uri(struct sf_text *out, const char *type, const uint8_t *bytes, size_t count);

/* A sound JPEG of whatever the bytes show, or a sentence where that is nothing (html_image.c).
 * `alt` is plain text of ours. */
void sf_html_image(const uint8_t *bytes, uint32_t count, const char *alt, struct sf_text *out);

/* ---- every page: html_page.c, html_style.c ---- */

extern const char sf_html_style[];

/* All up to the first element of the page's own, and all after its last. `more_style` is the page's
 * own CSS; "" for none. */
void sf_html_begin(const char *title, const char *more_style, struct sf_text *out);
void sf_html_end(struct sf_text *out);

/* One large figure of a <dl class="figures">. `kind` is "stray" for what should not be, or "calm";
 * `of` goes before the total, NULL for none; `label` is markup. */
void sf_html_figure(const char *kind, uint64_t count, const char *of, uint64_t total,
                    const char *label, struct sf_text *out);

/* ---- what the parts ask of a replay: html_write.c ---- */

/* The results of a run that did not finish are not used. */
bool sf_html_run_done(const struct sf_replay *replay, uint32_t seed_index, uint32_t arm);

/* Both paths of an arm, summed over the seeds. */
struct sf_html_sums {
    uint64_t shown_count;
    uint64_t own_whole_count;
    uint64_t blank_count;
    uint64_t strays_count;
    uint32_t runs_count; /* that came to their end */
};
struct sf_html_sums sf_html_arm_sums(const struct sf_replay *replay, uint32_t arm);

/* The name of the cache that the scenario goes through, NULL where it has no such stage. */
const char *sf_html_cache_name(const struct sf_plan *plan, enum sf_replay_cache cache);

/* The homes that are not on the network which the heal brings. */
uint32_t sf_html_poor_homes_count(const struct sf_plan *plan);

/* ---- the parts of the replay's page, in its order ---- */

/* html_pictures.c. The lead is one pair of pictures, the most telling one; both write nothing where
 * there are no exhibits. */
void sf_html_lead(const struct sf_plan *plan, const struct sf_replay *replay, struct sf_text *out);
void sf_html_pictures(const struct sf_plan *plan, const struct sf_replay *replay,
                      struct sf_text *out);

/* html_tables.c */
void sf_html_facts(const struct sf_replay *replay, struct sf_text *out);
void sf_html_arms(const struct sf_plan *plan, const struct sf_replay *replay, struct sf_text *out);
void sf_html_hashes(const struct sf_replay *replay, struct sf_text *out);

/* html_hypotheses.c; the first writes nothing where there are none. */
void sf_html_hypotheses(const struct sf_replay *replay, struct sf_text *out);
void sf_html_bought(const struct sf_replay *replay, struct sf_text *out);

/* html_steps.c: writes nothing where there is no story. */
void sf_html_steps(const struct sf_kept_story *story, struct sf_text *out);

/* html_sweep.c: writes nothing where there was none. */
void sf_html_sweep(const struct sf_replay *replay, struct sf_text *out);

/* html_plot.c: the minutes of the live run under the first seed. */
void sf_html_plot(const struct sf_plan *plan, const struct sf_replay *replay, struct sf_text *out);

#endif
