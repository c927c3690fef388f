/* Words and numbers for the HTML report, and the few sums that several of its parts need. Knows no
 * layout. */
#include "harness/report/html.h"

#include <inttypes.h>
#include <ctype.h>
#include <string.h>
#include <time.h>

#include "harness/base/assert.h"
#include "harness/scenario/value.h"

void sf_html_put(struct sf_text *out, const char *markup)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(markup != NULL);
    sf_text_add_bytes(out, markup, strlen(markup));
}

static const char *reference(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default: /* not an enum: a character */
        return NULL;
    }
}

enum { OVERRIDE_BYTES = 3 };

/* U+202A to U+202E and U+2066 to U+2069 turn the order of letters round: a name or a command would
 * then read as another one. */
static bool is_override(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    return byte[0] == 0xe2 && ((byte[1] == 0x80 && byte[2] >= 0xaa && byte[2] <= 0xae) ||
                               (byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9));
}

void sf_html_text(struct sf_text *out, const char *text)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(text != NULL);
    for (const char *at = text; *at != '\0'; at++) {
        if (is_override(at)) {
            sf_html_put(out, "\xef\xbf\xbd");
            at += OVERRIDE_BYTES - 1;
            continue;
        }
        unsigned char byte = (unsigned char)*at;
        bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
        if (control) {
            sf_html_put(out, "\xef\xbf\xbd");
        } else if (reference(*at) != NULL) {
            sf_html_put(out, reference(*at));
        } else {
            sf_text_add_bytes(out, at, 1);
        }
    }
}

void sf_html_sentence(struct sf_text *out, const char *text)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(text != NULL);
    const char first[2] = {(char)toupper((unsigned char)text[0]), '\0'};
    sf_html_text(out, first);
    sf_html_text(out, text[0] != '\0' ? text + 1 : "");
    sf_html_put(out, ".");
}

void sf_html_scenario(const char *file, struct sf_text *out)
{
    SF_ASSERT(file != NULL);
    SF_ASSERT(out != NULL);
    static const char ending[] = ".yaml";
    const char *slash = strrchr(file, '/');
    const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : file;
    size_t length = strlen(name);
    size_t ending_length = sizeof ending - 1;
    bool yaml = length > ending_length && strcmp(name + length - ending_length, ending) == 0;
    struct sf_text shown = {0};
    sf_text_add_bytes(&shown, name, yaml ? length - ending_length : length);
    sf_html_text(out, shown.data);
    sf_text_free(&shown);
}

void sf_html_count(struct sf_text *out, uint64_t count)
{
    SF_ASSERT(out != NULL);
    enum { GROUPS_MAX = 7 }; /* 2^64 has 20 digits */
    unsigned groups[GROUPS_MAX];
    int groups_count = 0;
    do {
        SF_ASSERT(groups_count < GROUPS_MAX);
        groups[groups_count++] = (unsigned)(count % 1000);
        count /= 1000;
    } while (count > 0);
    sf_text_add(out, "%u", groups[groups_count - 1]);
    for (int i = groups_count - 2; i >= 0; i--) {
        sf_text_add(out, ",%03u", groups[i]);
    }
}

void sf_html_counted(struct sf_text *out, uint64_t count, const char *noun)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(noun != NULL);
    sf_html_count(out, count);
    sf_text_add(out, " %s%s", noun, count == 1 ? "" : "s");
}

void sf_html_share(struct sf_text *out, uint32_t ppm)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(ppm <= 1000000);
    if (ppm > 0 && ppm < 500) {
        sf_html_put(out, "less than 0.1%");
        return;
    }
    uint32_t tenths = (ppm + 500) / 1000;
    sf_text_add(out, "%u.%u%%", tenths / 10, tenths % 10);
}

void sf_html_duration(struct sf_text *out, sf_ns ns)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(ns >= 0);
    if (ns > 0 && ns % SF_MINUTE == 0) {
        sf_html_counted(out, (uint64_t)(ns / SF_MINUTE), "minute");
    } else {
        sf_value_duration_print(ns, out);
    }
}

void sf_html_clock(struct sf_text *out, int64_t unix_s, int32_t utc_offset_s)
{
    SF_ASSERT(out != NULL);
    static const char *const months[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t local_s = (time_t)(unix_s + utc_offset_s);
    struct tm clock;
    if (gmtime_r(&local_s, &clock) == NULL) {
        sf_html_put(out, "an unknown time");
        return;
    }
    sf_text_add(out, "%d %s %d, %02d:%02d:%02d", clock.tm_mday, months[clock.tm_mon],
                clock.tm_year + 1900, clock.tm_hour, clock.tm_min, clock.tm_sec);
}

void sf_html_zone(struct sf_text *out, int32_t utc_offset_s)
{
    SF_ASSERT(out != NULL);
    sf_html_put(out, "UTC");
    if (utc_offset_s != 0) {
        sf_value_zone_print(utc_offset_s, out);
    }
}

void sf_html_data_uri(struct sf_text *out, const char *type, const uint8_t *bytes, size_t count)
{
    SF_ASSERT(out != NULL);
    SF_ASSERT(type != NULL);
    SF_ASSERT(bytes != NULL || count == 0);
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    sf_text_add(out, "data:%s;base64,", type);
    for (size_t at = 0; at < count; at += 3) {
        size_t left = count - at;
        uint32_t group = (uint32_t)bytes[at] << 16 | (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) |
                         (left > 2 ? bytes[at + 2] : 0);
        const char quad[4] = {
            digits[group >> 18],
            digits[group >> 12 & 63],
            left > 1 ? digits[group >> 6 & 63] : '=',
            left > 2 ? digits[group & 63] : '=',
        };
        sf_text_add_bytes(out, quad, sizeof quad);
    }
}

bool sf_html_run_done(const struct sf_replay *replay, uint32_t seed_index, uint32_t arm)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(seed_index < replay->seeds_count);
    SF_ASSERT(arm < SF_REPLAY_ARMS_COUNT);
    return replay->jobs.statuses[seed_index * SF_REPLAY_ARMS_COUNT + arm].end == SF_JOB_DONE;
}

struct sf_html_sums sf_html_arm_sums(const struct sf_replay *replay, uint32_t arm)
{
    SF_ASSERT(replay != NULL);
    SF_ASSERT(arm < SF_REPLAY_ARMS_COUNT);
    struct sf_html_sums sums = {0};
    for (uint32_t seed = 0; seed < replay->seeds_count; seed++) {
        if (!sf_html_run_done(replay, seed, arm)) {
            continue;
        }
        const struct sf_tally *tally = &sf_replay_get(replay, seed, arm)->result.tally;
        sums.runs_count++;
        for (int path = 0; path < SF_PATHS_COUNT; path++) {
            sums.shown_count += tally->paths[path].shown_count;
            sums.own_whole_count += tally->paths[path].own_whole_count;
            sums.blank_count += tally->paths[path].blank_count;
            sums.strays_count += tally->paths[path].strays_count;
        }
    }
    return sums;
}

const char *sf_html_cache_name(const struct sf_plan *plan, enum sf_replay_cache cache)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(cache < SF_REPLAY_CACHES_COUNT);
    if (cache == SF_REPLAY_BEFORE) {
        return plan->cache;
    }
    uint32_t deploys_count = 0;
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_DEPLOY &&
            ++deploys_count == (uint32_t)cache - SF_REPLAY_BEFORE) {
            return plan->timeline[i].cache;
        }
    }
    return NULL;
}

uint32_t sf_html_poor_homes_count(const struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    uint32_t healthy = UINT32_MAX;
    for (uint32_t i = 0; i < plan->timeline_count && healthy == UINT32_MAX; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            healthy = plan->timeline[i].network_index;
        }
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        count += plan->groups[i].network_index == healthy ? 0 : plan->groups[i].homes_count;
    }
    return count;
}

uint64_t sf_html_round_up(uint64_t value)
{
    static const uint64_t firsts[] = {1, 2, 3, 4, 5, 6, 8};
    SF_ASSERT(value <= UINT32_MAX * UINT64_C(2)); /* so that the loop ends */
    for (uint64_t scale = 1;; scale *= 10) {
        for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
            if (firsts[i] * scale >= value) {
                return firsts[i] * scale;
            }
        }
    }
}
