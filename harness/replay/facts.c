/* The published facts of the incident, each judged over every seed by the figures of the arms. The
 * statements are published; the mechanism is our model, and must reproduce all of them. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "harness/base/assert.h"
#include "harness/replay/replay.h"

enum { AFFECTED_SHARE_MAX_PERCENT = 2 };

static const struct sf_tally *tally_of(const struct sf_replay_view *view, uint32_t seed,
                                       uint32_t arm)
{
    return &sf_replay_see(view, seed, arm)->tally;
}

static const struct sf_tally_path *path_tally(const struct sf_replay_view *view, uint32_t seed,
                                              enum sf_replay_cache cache,
                                              enum sf_replay_network network, enum sf_path path)
{
    return &tally_of(view, seed, sf_replay_arm(cache, network, path))->paths[path];
}

/* Least and largest over the seeds, for the figures. */
struct range {
    uint64_t min;
    uint64_t max;
    uint64_t sum;
};

static const struct range range_empty = {.min = UINT64_MAX};

static void range_add(struct range *range, uint64_t value)
{
    range->min = value < range->min ? value : range->min;
    range->max = value > range->max ? value : range->max;
    range->sum += value;
}

static void range_print(const struct range *range, char *out, size_t out_bytes)
{
    if (range->min == range->max) {
        snprintf(out, out_bytes, "%" PRIu64, range->min);
    } else {
        snprintf(out, out_bytes, "%" PRIu64 " to %" PRIu64, range->min, range->max);
    }
}

enum { RANGE_TEXT_BYTES = 48 };

__attribute__((format(printf, 2, 3))) static void figure(struct sf_fact *fact, const char *format,
                                                         ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(fact->figure, sizeof fact->figure, format, args);
    va_end(args);
}

/* "0 strays in n pictures": the arms that must have none, and must have shown something. */
struct silence {
    uint64_t strays_count;
    uint64_t shown_count;
    bool evidence; /* each of its runs showed pictures */
};

static void silence_add(struct silence *silence, const struct sf_tally_path *path)
{
    silence->strays_count += path->strays_count;
    silence->shown_count += path->shown_count;
    silence->evidence &= path->shown_count > 0;
}

static void silence_judge(const struct silence *silence, struct sf_fact *fact)
{
    fact->judged = silence->evidence;
    fact->holds = silence->evidence && silence->strays_count == 0;
    figure(fact, "%" PRIu64 " strays in %" PRIu64 " pictures shown", silence->strays_count,
           silence->shown_count);
}

static void judge_f1(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct silence silence = {.evidence = true};
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        for (int network = 0; network < SF_REPLAY_NETWORKS_COUNT; network++) {
            for (int path = 0; path < SF_PATHS_COUNT; path++) {
                silence_add(&silence,
                            path_tally(view, seed, SF_REPLAY_BEFORE,
                                       (enum sf_replay_network)network, (enum sf_path)path));
            }
        }
    }
    silence_judge(&silence, fact);
}

static void judge_f2(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct range before = range_empty;
    struct range after = range_empty;
    sf_ns first_ns = SF_NS_NEVER;
    bool shown_before = true;
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        const struct sf_tally *tally = tally_of(view, seed, SF_REPLAY_LIVE);
        range_add(&before, tally->strays_before_deploy_count);
        range_add(&after, tally->strays_after_deploy_count);
        shown_before &= tally->paths[SF_PATH_HUB].shown_count > 0;
        sf_ns wait_ns = tally->stray_first_ns == SF_NS_NEVER
                            ? SF_NS_NEVER
                            : tally->stray_first_ns - tally->deployed_at_ns;
        first_ns = wait_ns < first_ns ? wait_ns : first_ns;
    }
    char after_text[RANGE_TEXT_BYTES];
    range_print(&after, after_text, sizeof after_text);
    fact->judged = shown_before;
    fact->holds = shown_before && before.max == 0 && after.min > 0;
    figure(fact, "%" PRIu64 " strays before the update, %s after it, the first %" PRId64 " s later",
           before.sum, after_text, first_ns == SF_NS_NEVER ? -1 : first_ns / SF_SECOND);
}

static void judge_silent_arm(const struct sf_replay_view *view, enum sf_replay_network network,
                             enum sf_path path, struct sf_fact *fact)
{
    struct silence silence = {.evidence = true};
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        silence_add(&silence, path_tally(view, seed, SF_REPLAY_UPDATE, network, path));
    }
    silence_judge(&silence, fact);
}

static const struct sf_tally *leaky_tally(const struct sf_replay_view *view, uint32_t seed)
{
    return tally_of(view, seed, sf_replay_arm(SF_REPLAY_UPDATE, SF_REPLAY_POOR, SF_PATH_HUB));
}

static void judge_f4(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct range strays = range_empty;
    struct range shown = range_empty;
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        range_add(&strays, leaky_tally(view, seed)->paths[SF_PATH_HUB].strays_count);
        range_add(&shown, leaky_tally(view, seed)->paths[SF_PATH_HUB].shown_count);
    }
    char strays_text[RANGE_TEXT_BYTES];
    range_print(&strays, strays_text, sizeof strays_text);
    fact->judged = shown.min > 0;
    fact->holds = strays.min > 0;
    figure(fact, "%s strays a run, in %" PRIu64 " pictures shown", strays_text, shown.sum);
}

/* Viewers that were shown a stray, over the seeds. */
struct affected {
    struct range range;
    uint64_t not_poor_count;
};

static struct affected affected_in(const struct sf_replay_view *view, uint32_t arm)
{
    struct affected affected = {.range = range_empty};
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        const struct sf_tally *tally = tally_of(view, seed, arm);
        range_add(&affected.range, tally->affected_count);
        affected.not_poor_count += tally->affected_count - tally->affected_poor_count;
    }
    return affected;
}

static bool are_few(const struct sf_replay_view *view, const struct affected *affected)
{
    return affected->not_poor_count == 0 &&
           affected->range.max * 100 <=
               (uint64_t)view->replay->homes_count * AFFECTED_SHARE_MAX_PERCENT;
}

/* Both where the update is there from the start and where it goes live, with nothing in it. */
static void judge_f6(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct affected arm =
        affected_in(view, sf_replay_arm(SF_REPLAY_UPDATE, SF_REPLAY_POOR, SF_PATH_HUB));
    struct affected live = affected_in(view, SF_REPLAY_LIVE);
    char texts[2][RANGE_TEXT_BYTES];
    range_print(&arm.range, texts[0], sizeof texts[0]);
    range_print(&live.range, texts[1], sizeof texts[1]);
    fact->judged = true;
    fact->holds = arm.range.min >= 1 && are_few(view, &arm) && are_few(view, &live);
    figure(fact,
           "%s of %u homes affected, %" PRIu64 " of them not on a poor network; %s where the "
           "update goes live, %" PRIu64 " of them not on a poor network (at most %u%% allowed)",
           texts[0], view->replay->homes_count, arm.not_poor_count, texts[1], live.not_poor_count,
           AFFECTED_SHARE_MAX_PERCENT);
}

static void judge_f7(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct range owners = range_empty;
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        range_add(&owners, leaky_tally(view, seed)->owners_per_viewer_max);
    }
    char owners_text[RANGE_TEXT_BYTES];
    range_print(&owners, owners_text, sizeof owners_text);
    fact->judged = true;
    fact->holds = owners.min >= 2;
    figure(fact, "one viewer saw stills of %s other home%s%s", owners_text,
           owners.max == 1 ? "" : "s",
           owners.max == SF_TALLY_OWNERS_MAX ? " (counted up to 8)" : "");
}

static void judge_f8(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct range damaged = range_empty;
    uint64_t strays_count = 0;
    uint64_t grayscale_count = 0;
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        const struct sf_tally *tally = leaky_tally(view, seed);
        range_add(&damaged, tally->strays_damaged_count);
        strays_count += tally->paths[SF_PATH_HUB].strays_count;
        grayscale_count += tally->strays_grayscale_count;
    }
    char damaged_text[RANGE_TEXT_BYTES];
    range_print(&damaged, damaged_text, sizeof damaged_text);
    fact->judged = strays_count > 0;
    fact->holds = strays_count > 0 && grayscale_count == strays_count && damaged.min >= 1;
    figure(fact, "%" PRIu64 " of %" PRIu64 " strays are grayscale, %s a run mixed or damaged",
           grayscale_count, strays_count, damaged_text);
}

static void judge_f9(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct range others = range_empty;
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        range_add(&others, leaky_tally(view, seed)->strays_other_zone_count);
    }
    char others_text[RANGE_TEXT_BYTES];
    range_print(&others, others_text, sizeof others_text);
    fact->judged = true;
    fact->holds = others.min >= 1;
    figure(fact, "%s strays a run carry the time of another time zone", others_text);
}

static void judge_f10(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct range strays = range_empty;
    uint64_t changes_count = 0;
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        range_add(&strays, leaky_tally(view, seed)->paths[SF_PATH_HUB].strays_count);
        changes_count += leaky_tally(view, seed)->owner_changes_count;
    }
    fact->judged = true;
    fact->holds = changes_count == 0 && strays.min > 0;
    figure(fact, "%" PRIu64 " cameras changed hands, and still %" PRIu64 " strays or more",
           changes_count, strays.min);
}

static void judge_f11(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct range asks = range_empty;
    struct range app = range_empty;
    uint64_t hub_count = 0;
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        const struct sf_tally *tally = tally_of(view, seed, SF_REPLAY_LIVE);
        hub_count += tally->paths[SF_PATH_HUB].shown_after_block_count;
        range_add(&asks, tally->paths[SF_PATH_HUB].asks_after_block_count);
        range_add(&app, tally->paths[SF_PATH_APP].shown_after_block_count);
    }
    fact->judged = asks.min > 0;
    fact->holds = asks.min > 0 && hub_count == 0 && app.min > 0;
    figure(fact,
           "after the block hubs asked %" PRIu64 " times and were shown %" PRIu64
           " pictures; the app was shown %" PRIu64,
           asks.sum, hub_count, app.sum);
}

static uint32_t oracle_index(const struct sf_oracle *oracle)
{
    uint32_t index = 0;
    while (sf_oracles()[index] != oracle) {
        SF_ASSERT(sf_oracles()[index] != NULL);
        index++;
    }
    return index;
}

static void judge_f12(const struct sf_replay_view *view, struct sf_fact *fact)
{
    struct silence silence = {.evidence = true};
    uint64_t own_count = 0;
    uint64_t missed_count = 0;
    struct range judged = range_empty;
    for (uint32_t seed = 0; seed < view->replay->seeds_count; seed++) {
        for (int path = 0; path < SF_PATHS_COUNT; path++) {
            uint32_t arm = sf_replay_arm(SF_REPLAY_FIX, SF_REPLAY_POOR, (enum sf_path)path);
            const struct sf_run_result *result = sf_replay_see(view, seed, arm);
            const struct sf_oracle_result *recovery =
                &result->oracles[oracle_index(&sf_oracle_recovery)];
            silence_add(&silence, &result->tally.paths[path]);
            own_count += result->tally.paths[path].own_whole_count;
            missed_count += recovery->findings_count;
            range_add(&judged, recovery->evidence_count);
        }
    }
    fact->judged = silence.evidence && judged.min > 0;
    fact->holds = fact->judged && silence.strays_count == 0 && missed_count == 0;
    figure(fact,
           "%" PRIu64 " strays in %" PRIu64 " pictures, %" PRIu64
           " of them the owner's own and whole; %" PRIu64 " of %" PRIu64
           " owners missed theirs after the heal",
           silence.strays_count, silence.shown_count, own_count, missed_count, judged.sum);
}

static void judge_f3(const struct sf_replay_view *view, struct sf_fact *fact)
{
    judge_silent_arm(view, SF_REPLAY_GOOD, SF_PATH_HUB, fact);
}

static void judge_f5(const struct sf_replay_view *view, struct sf_fact *fact)
{
    judge_silent_arm(view, SF_REPLAY_POOR, SF_PATH_APP, fact);
}

static const struct {
    const char *statement;
    void (*judge)(const struct sf_replay_view *view, struct sf_fact *fact);
} sheet[SF_REPLAY_FACTS_COUNT] = {
    {"nothing was reported before the update", judge_f1},
    {"strays appear only after the update went live on a running service", judge_f2},
    {"a good network shows none", judge_f3},
    {"it happened on hubs with an extremely poor network", judge_f4},
    {"it did not happen in the vendor's app", judge_f5},
    {"of all linked homes only a few were affected, each on a poor network", judge_f6},
    {"stills of several different homes reached one viewer", judge_f7},
    {"the strays are black and white, and some are corrupted", judge_f8},
    {"time stamps of another time zone", judge_f9},
    {"the cameras were new: none had a former owner", judge_f10},
    {"blocking the integration stopped it, and the app went on", judge_f11},
    {"fixed: no strays, and owners see their own frames", judge_f12},
};

void sf_replay_judge_view(const struct sf_replay_view *view,
                          struct sf_fact facts_out[SF_REPLAY_FACTS_COUNT])
{
    SF_ASSERT(view != NULL);
    SF_ASSERT(facts_out != NULL);
    for (uint32_t i = 0; i < SF_REPLAY_FACTS_COUNT; i++) {
        struct sf_fact *fact = &facts_out[i];
        snprintf(fact->id, sizeof fact->id, "F%u", i + 1);
        fact->statement = sheet[i].statement;
        sheet[i].judge(view, fact);
    }
}
