/* Situations: settings and entries of the time line that leaks have needed together, and that
 * independent draws seldom bring together. About half of all random plans have one. It is laid
 * over a plan whose other values go to their fallbacks, mostly, or stay as they were drawn. Such a
 * plan is encoded without its situation, as the values that came out. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/time.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/codec.h"
#include "harness/scenario/params.h"

enum { NONE_COUNT = 5, WANTS_MAX = 14, EVENTS_MAX = 5, PERCENT = 10000 };

/* One of `count` values. */
struct range {
    int64_t base;
    int64_t step;
    uint32_t count; /* 0: nothing is said */
};

#define ONLY(VALUE)   \
    {                 \
        (VALUE), 0, 1 \
    }
#define FROM(BASE, STEP, COUNT) \
    {                           \
        (BASE), (STEP), (COUNT) \
    }

struct want {
    enum sf_plan_section_kind section;
    const char *key; /* NULL: no more */
    struct range values;
};

/* An entry of the time line, after the start of its round. */
struct event {
    const char *key; /* of sf_actions; NULL: no more */
    sf_ns after_ns;
};

struct sf_situation {
    struct range delay_ns; /* of a bad network, on which all homes are */
    struct range jitter_ns;
    struct range loss_percent;
    struct range homes;  /* of the last group */
    sf_ns faults_ns;     /* the faults last at least this long */
    bool starts_good;    /* an event moves the homes to the bad network */
    bool everywhere;     /* events concern all homes, not those of one group */
    uint32_t rounds_max; /* up to this many times over */
    struct want wants[WANTS_MAX];
    struct event events[EVENTS_MAX];
};

#define CAMERA(KEY, ...)                     \
    {                                        \
        SF_SECTION_CAMERA, #KEY, __VA_ARGS__ \
    }
#define HUB(KEY, ...)                     \
    {                                     \
        SF_SECTION_HUB, #KEY, __VA_ARGS__ \
    }
#define CLOUD(KEY, ...)                     \
    {                                       \
        SF_SECTION_CLOUD, #KEY, __VA_ARGS__ \
    }
#define STILL(KEY, ...)                     \
    {                                       \
        SF_SECTION_STILL, #KEY, __VA_ARGS__ \
    }
#define LINK(DELAY_MS, JITTER_MS, ...)                  \
    .delay_ns = FROM((DELAY_MS)*SF_MS, 100 * SF_MS, 5), \
    .jitter_ns = FROM((JITTER_MS)*SF_MS, 100 * SF_MS, 3), .loss_percent = __VA_ARGS__
/* A viewer that looks for `FOR` of each `EVERY` and asks each `ASK`, in seconds, and a little more.
 */
#define LOOKS(EVERY, FOR, ASK_MS)                                     \
    HUB(present, ONLY(1)), HUB(watch_every, ONLY((EVERY)*SF_SECOND)), \
        HUB(watch_for, ONLY((FOR)*SF_SECOND)),                        \
        HUB(ask_every, FROM((ASK_MS)*SF_MS, 300 * SF_MS, 3))

static const struct sf_situation situations[] = {
    /* Cameras change hands while their stills are on a slow way, and the new owner asks at once. */
    {
        LINK(700, 300, FROM(6, 3, 3)),
        .homes = FROM(3, 1, 3),
        .faults_ns = 36 * SF_SECOND,
        .rounds_max = 4,
        .wants = {CAMERA(upload_every, FROM(2 * SF_SECOND, SF_SECOND, 3)), LOOKS(5, 5, 500)},
        .events = {{"new_owner", 0}},
    },
    /* A guest, or a new owner, waits for a camera at the moment in which it is taken away. */
    {
        LINK(400, 200, FROM(2, 3, 3)),
        .faults_ns = 45 * SF_SECOND,
        .rounds_max = 2,
        .wants = {CAMERA(upload_every, ONLY(0)), CAMERA(per_account, FROM(1, 1, 2)),
                  LOOKS(20, 9, 1000)},
        .events = {{"share", 0},
                   {"wake", 4 * SF_SECOND},
                   {"unshare", 5 * SF_SECOND},
                   {"wake", 11 * SF_SECOND},
                   {"new_owner", 12 * SF_SECOND}},
    },
    /* Viewers of several cameras, which are slow, and of which some are no longer theirs. */
    {
        LINK(500, 300, FROM(6, 5, 4)),
        .homes = FROM(4, 2, 3),
        .faults_ns = 50 * SF_SECOND,
        .everywhere = true,
        .rounds_max = 2,
        .wants = {CAMERA(upload_every, FROM(0, 20 * SF_SECOND, 2)),
                  CAMERA(per_account, FROM(1, 1, 2)), CLOUD(resends_max, FROM(1, 1, 2)),
                  LOOKS(5, 20, 700)},
        .events = {{"share", 0},
                   {"unshare", 6 * SF_SECOND},
                   {"share", 9 * SF_SECOND},
                   {"unshare", 14 * SF_SECOND}},
    },
    /* Answers that break off, and validators that many stills have. */
    {
        LINK(400, 200, FROM(14, 4, 3)),
        .homes = FROM(6, 3, 3),
        .faults_ns = 45 * SF_SECOND,
        .wants = {CAMERA(upload_every, FROM(2 * SF_SECOND, SF_SECOND, 2)),
                  CAMERA(etag, FROM(1, 1, 2)), HUB(time_out, ONLY(2 * SF_SECOND)),
                  HUB(resumes, ONLY(1)), HUB(revalidates, FROM(0, 1, 2)), STILL(width, ONLY(192)),
                  STILL(height, ONLY(112)), LOOKS(5, 8, 500)},
    },
    /* Many lookups in a shared store that is slow and fails, by viewers who do not wait. */
    {
        LINK(100, 0, FROM(1, 1, 3)),
        .homes = FROM(24, 8, 3),
        .faults_ns = 30 * SF_SECOND,
        .wants = {CLOUD(nodes, FROM(2, 1, 3)), CLOUD(balance, ONLY(1)),
                  CLOUD(store_latency, ONLY(10 * SF_MS)),
                  CLOUD(store_slow_share, FROM(30 * PERCENT, 20 * PERCENT, 2)),
                  CLOUD(store_slow, ONLY(SF_SECOND)),
                  CLOUD(store_loss, FROM(10 * PERCENT, 5 * PERCENT, 2)),
                  CAMERA(upload_every, FROM(4 * SF_SECOND, 4 * SF_SECOND, 2)),
                  HUB(leaves_early, ONLY(30 * PERCENT)), STILL(width, ONLY(64)),
                  STILL(height, ONLY(32)), LOOKS(5, 30, 500)},
    },
    /* Cameras that go out of reach for longer than a still may pass as fresh. */
    {
        LINK(800, 0, FROM(0, 1, 2)),
        .faults_ns = 66 * SF_SECOND,
        .starts_good = true,
        .everywhere = true,
        .rounds_max = 1,
        .wants = {CLOUD(fresh_within, ONLY(30 * SF_SECOND)),
                  CLOUD(fetch_time_out, ONLY(1200 * SF_MS)),
                  CAMERA(upload_every, FROM(0, 80 * SF_SECOND, 2)), LOOKS(10, 15, 1000)},
        .events = {{"network", 0}},
    },
    /* A clock is set back, while cameras upload so seldom that what they hold runs out. */
    {
        LINK(20, 0, FROM(0, 2, 2)),
        .homes = FROM(4, 2, 3),
        .faults_ns = 50 * SF_SECOND,
        .everywhere = true,
        .rounds_max = 3,
        .wants = {CAMERA(upload_every, FROM(8 * SF_SECOND, 4 * SF_SECOND, 4)), LOOKS(5, 10, 500)},
        .events = {{"node_clock", 0}},
    },
    /* Many homes come back at once, on a network with little room. */
    {
        LINK(300, 200, FROM(4, 4, 3)),
        .homes = FROM(24, 8, 3),
        .faults_ns = 25 * SF_SECOND,
        .everywhere = true,
        .rounds_max = 2,
        .wants = {CAMERA(upload_every, FROM(2 * SF_SECOND, 2 * SF_SECOND, 3)), LOOKS(10, 10, 1000)},
        .events = {{"power_off", 0}, {"power_on", 4 * SF_SECOND}, {"wake", 5 * SF_SECOND}},
    },
    /* More wait for cameras than may be asked. */
    {
        LINK(300, 100, FROM(0, 3, 3)),
        .homes = FROM(6, 3, 3),
        .faults_ns = 30 * SF_SECOND,
        .everywhere = true,
        .rounds_max = 3,
        .wants = {CLOUD(fetches_max, FROM(1, 2, 4)), CAMERA(upload_every, ONLY(0)),
                  LOOKS(10, 10, 2000)},
        .events = {{"wake", 0}},
    },
};

enum { SITUATIONS_COUNT = sizeof situations / sizeof situations[0] };

static int64_t draw(struct sf_codec *codec, const struct range *range)
{
    return range->base + range->step * (int64_t)sf_code_choice(codec, "situation", 0, range->count);
}

/* Texts stay as they were drawn, but for those of an actor that is then absent. */
static void lay_fallbacks(const struct sf_param_table *table, struct sf_plan_section *section)
{
    uint32_t present = sf_param_present(table);
    bool absent = present != UINT32_MAX && table->params[present].fallback == 0;
    for (uint32_t i = 0; i < table->params_count; i++) {
        const struct sf_param *param = &table->params[i];
        bool stays = param->role == SF_ROLE_RECOVERY || (param->kind == SF_PARAM_TEXT && !absent);
        section->values[i] = stays ? section->values[i] : param->fallback;
    }
}

/* In three plans of four nothing else is unusual, but for the size of stills. */
static void lay_calm(struct sf_codec *codec)
{
    const struct sf_param_table *const *tables = codec->schema->tables;
    struct sf_plan *plan = codec->plan;
    codec->calm = sf_code_choice(codec, "situation", 0, 4) != 0;
    if (!codec->calm) {
        return;
    }
    lay_fallbacks(tables[SF_SECTION_CLOUD], &plan->cloud);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        plan->groups[i].linked = true;
        for (uint32_t kind = 0; kind < SF_SECTION_GROUP_COUNT; kind++) {
            lay_fallbacks(tables[kind], &plan->groups[i].sections[kind]);
        }
    }
}

/* All groups get one value. What disturbs stays out of a plan that heals. */
static void lay_value(struct sf_codec *codec, const struct want *want)
{
    const struct sf_param_table *table = codec->schema->tables[want->section];
    struct sf_plan *plan = codec->plan;
    uint32_t index = sf_param_find(table, want->key);
    SF_ASSERT(index != UINT32_MAX);
    int64_t value = draw(codec, &want->values);
    if (table->params[index].decode.disturbs && codec->heals) {
        return;
    }
    if (want->section == SF_SECTION_CLOUD) {
        plan->cloud.values[index] = value;
    } else if (want->section == SF_SECTION_STILL) {
        plan->still.values[index] = value;
    } else {
        for (uint32_t i = 0; i < plan->groups_count; i++) {
            plan->groups[i].sections[want->section].values[index] = value;
        }
    }
}

static uint32_t bad_network(const struct sf_codec *codec)
{
    uint32_t index = 1;
    while (index < codec->plan->networks_count && index == codec->good_network) {
        index++;
    }
    return index < codec->plan->networks_count ? index : codec->good_network;
}

static void lay_network(struct sf_codec *codec, const struct sf_situation *situation)
{
    struct sf_plan *plan = codec->plan;
    uint32_t bad = bad_network(codec);
    sf_ns delay_ns = draw(codec, &situation->delay_ns);
    sf_ns jitter_ns = draw(codec, &situation->jitter_ns);
    int64_t percent = draw(codec, &situation->loss_percent);
    if (bad == codec->good_network) {
        return;
    }
    sf_codec_steady_network(&plan->networks[bad], delay_ns, jitter_ns, (uint32_t)percent);
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        plan->groups[i].network_index = situation->starts_good ? codec->good_network : bad;
    }
}

void sf_code_situation(struct sf_codec *codec)
{
    SF_ASSERT(codec != NULL);
    uint32_t which = sf_code_choice(codec, "situation", 0, NONE_COUNT + SITUATIONS_COUNT);
    if (codec->writes || which < NONE_COUNT) {
        return;
    }
    const struct sf_situation *situation = &situations[which - NONE_COUNT];
    codec->situation = situation;
    lay_calm(codec);
    lay_network(codec, situation);
    for (int i = 0; i < WANTS_MAX && situation->wants[i].key != NULL; i++) {
        lay_value(codec, &situation->wants[i]);
    }
    if (situation->homes.count > 0) {
        int64_t count = draw(codec, &situation->homes);
        codec->plan->groups[codec->plan->groups_count - 1].homes_count = (uint32_t)count;
    }
}

sf_ns sf_situation_faults_ns(const struct sf_codec *codec, sf_ns faults_ns)
{
    SF_ASSERT(codec != NULL);
    const struct sf_situation *situation = codec->situation;
    return situation != NULL && situation->faults_ns > faults_ns ? situation->faults_ns : faults_ns;
}

static const struct sf_action *action_called(const char *key)
{
    const struct sf_action *action = sf_actions;
    while (action->key != NULL && strcmp(action->key, key) != 0) {
        action++;
    }
    SF_ASSERT(action->key != NULL);
    return action;
}

static void lay_event(struct sf_codec *codec, const struct event *event, sf_ns from_ns,
                      uint32_t group, sf_ns until_ns)
{
    static const struct range steps_ns = FROM(-60 * SF_SECOND, 10 * SF_SECOND, 6);
    struct sf_plan *plan = codec->plan;
    const struct sf_action *action = action_called(event->key);
    sf_ns at_ns = from_ns + event->after_ns;
    sf_ns step_ns = action->value == SF_PART_STEP ? draw(codec, &steps_ns) : 0;
    if (at_ns >= until_ns || plan->timeline_count >= SF_CODEC_ENTRIES_MAX) {
        return;
    }
    struct sf_plan_entry *entry = &plan->timeline[plan->timeline_count++];
    entry->at_ns = at_ns;
    sf_action_default(action, entry);
    entry->duration_ns = step_ns;
    if (sf_action_has(action, SF_PART_HOMES)) {
        entry->group_index = group;
    }
    if (action->value == SF_PART_NETWORK) {
        entry->network_index = bad_network(codec);
    }
}

/* The first round begins early, each other one at a time of its own. */
void sf_situation_happens(struct sf_codec *codec, sf_ns until_ns)
{
    SF_ASSERT(codec != NULL);
    enum { EARLY_S = 8, PARTS = 64 };
    const struct sf_situation *situation = codec->situation;
    if (situation == NULL || situation->rounds_max == 0) {
        return;
    }
    const struct range counts = FROM(situation->rounds_max, -1, situation->rounds_max > 1 ? 2 : 1);
    const struct range groups = FROM(0, 1, codec->plan->groups_count);
    int64_t rounds = draw(codec, &counts);
    for (int64_t i = 0; i < rounds; i++) {
        static const struct range later = FROM(8, 1, 48);
        sf_ns early_ns = (EARLY_S + draw(codec, &(struct range)FROM(0, 1, 8))) * SF_SECOND;
        sf_ns later_ns = until_ns / PARTS * draw(codec, &later) / SF_MS * SF_MS;
        uint32_t group = (uint32_t)draw(codec, &groups);
        group = situation->everywhere ? (uint32_t)SF_GROUP_ALL : group;
        for (int j = 0; j < EVENTS_MAX && situation->events[j].key != NULL; j++) {
            lay_event(codec, &situation->events[j], i == 0 ? early_ns : later_ns, group, until_ns);
        }
    }
}
