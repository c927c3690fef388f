/* The time line and the fates of packets as a fuzzer's bytes. */
#include <stdio.h>
#include <string.h>

#include "harness/base/assert.h"
#include "harness/base/time.h"
#include "harness/scenario/actions.h"
#include "harness/scenario/codec.h"
#include "harness/scenario/params.h"

enum { ENTRIES_MAX = SF_CODEC_ENTRIES_MAX, FATES_MAX = 64, PACKETS_MAX = 65535 };

/* Until when things happen: the heal, or the end of a run that has none. */
struct span {
    sf_ns until_ns;
    sf_ns end_ns;    /* no entry is later */
    sf_ns before_ns; /* the time of the entry before */
    bool heals;
    uint32_t nodes_count;
};

/* A time's byte: one of 62 parts of the span, or a time after the entry before, so that things
 * coincide, or come one shortly after the other. */
enum { TIME_PARTS = 64, TIME_AFTER = 190, TIME_LITERAL = 255 };

static const sf_ns after_step_ns = 100 * SF_MS;

static int64_t time_of(const struct span *span, uint32_t byte)
{
    if (byte < TIME_AFTER) {
        return span->until_ns * (1 + byte % (TIME_PARTS - 2)) / TIME_PARTS / SF_MS * SF_MS;
    }
    sf_ns at_ns = span->before_ns + (byte - TIME_AFTER) * after_step_ns;
    return at_ns < span->until_ns ? at_ns : span->until_ns / 2 / SF_MS * SF_MS;
}

static sf_ns code_at(struct sf_codec *codec, const struct span *span, sf_ns at_ns)
{
    uint32_t byte = 0;
    while (codec->writes && byte < TIME_LITERAL && time_of(span, byte) != at_ns) {
        byte++;
    }
    byte = sf_code_choice(codec, "at", byte, TIME_LITERAL + 1);
    if (byte < TIME_LITERAL) {
        return time_of(span, byte);
    }
    const struct sf_code literal = {.max = span->end_ns, .unit = SF_MS};
    return sf_code_literal(codec, "at", at_ns, &literal);
}

/* Rows of sf_actions, but for the heal, which has bytes of its own; those that leaks have needed
 * are there more than once. */
static const struct sf_action *action_of_byte(uint32_t byte)
{
    enum { OFTEN_COUNT = 12 };
    static const enum sf_plan_action often[OFTEN_COUNT] = {
        SF_ACTION_DEPLOY, SF_ACTION_DEPLOY,    SF_ACTION_DEPLOY, SF_ACTION_DEPLOY,
        SF_ACTION_NODE,   SF_ACTION_WAKE,      SF_ACTION_EXPORT, SF_ACTION_RECONFIGURE,
        SF_ACTION_SHARE,  SF_ACTION_NEW_OWNER, SF_ACTION_POWER,  SF_ACTION_TRADE_SLOTS,
    };
    uint32_t rows_count = 0;
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        rows_count += action->action != SF_ACTION_HEAL;
    }
    uint32_t which = byte % (rows_count + OFTEN_COUNT);
    for (const struct sf_action *action = sf_actions; action->key != NULL; action++) {
        if (which < rows_count ? action->action != SF_ACTION_HEAL
                               : action->action == often[which - rows_count]) {
            if (which == 0 || which >= rows_count) {
                return action;
            }
            which--;
        }
    }
    SF_UNREACHABLE();
}

static const struct sf_action *code_action(struct sf_codec *codec, const struct sf_action *action)
{
    uint32_t byte = 0;
    while (codec->writes && byte < UINT8_MAX && action_of_byte(byte) != action) {
        byte++;
    }
    return action_of_byte(sf_code_choice(codec, "action", byte, 256));
}

/* The version under test, or the one before it. */
static void code_version(struct sf_codec *codec, char cache[SF_CACHE_SPEC_BYTES])
{
    const struct sf_plan_versions *versions = codec->versions;
    const char *before = versions->before != NULL ? versions->before : versions->cache;
    bool is_before = codec->writes && strcmp(cache, versions->cache) != 0;
    if (is_before && strcmp(cache, before) != 0) {
        sf_codec_stuck(codec, "deploy (a third cache)");
    }
    is_before = sf_code_rare(codec, "deploy", is_before, 4);
    if (!codec->writes) {
        snprintf(cache, SF_CACHE_SPEC_BYTES, "%s", is_before ? before : versions->cache);
    }
}

/* New options behind those that the cache has. Not alone: a node that is lost comes back with the
 * options pushed last, and would have lost the others. */
static void options_of(const char *cache, uint32_t which, char options[SF_CACHE_SPEC_BYTES])
{
    static const char *const others[] = {"fresh_ms=2000",  "fresh_ms=10000", "fresh_ms=15000",
                                         "fresh_ms=20000", "stale_ms=5000",  "stale_ms=60000"};
    const char *mark = strchr(cache, '?');
    const char *own = mark != NULL ? mark + 1 : "";
    const char *other = others[which];
    bool fits = strlen(own) + 1 + strlen(other) < SF_CACHE_SPEC_BYTES;
    snprintf(options, SF_CACHE_SPEC_BYTES, "%s%s%s", own, own[0] != '\0' && fits ? "&" : "",
             fits ? other : "");
}

static void code_options(struct sf_codec *codec, char cache[SF_CACHE_SPEC_BYTES])
{
    enum { OPTIONS_COUNT = 6 };
    uint32_t which = 0;
    char options[SF_CACHE_SPEC_BYTES];
    for (; codec->writes && which < OPTIONS_COUNT; which++) {
        options_of(codec->versions->cache, which, options);
        if (strcmp(options, cache) == 0) {
            break;
        }
    }
    which = sf_code_choice(codec, "reconfigure", which, OPTIONS_COUNT);
    if (!codec->writes) {
        options_of(codec->versions->cache, which, cache);
    }
}

static void code_homes_of(struct sf_codec *codec, struct sf_plan_entry *entry)
{
    uint32_t count = codec->plan->groups_count;
    const struct sf_code groups = {.one_in = 2, .count = count, .base = 1, .step = 1};
    int64_t group = entry->group_index == SF_GROUP_ALL ? 0 : (int64_t)entry->group_index + 1;
    group = sf_code_value(codec, "homes", group, &groups);
    entry->group_index = group > 0 ? (uint32_t)group - 1 : (uint32_t)SF_GROUP_ALL;
}

static void code_node_of(struct sf_codec *codec, const struct span *span, bool all,
                         struct sf_plan_entry *entry)
{
    const struct sf_code nodes = {
        .one_in = all ? 2 : 1, .count = span->nodes_count, .base = 1, .step = 1};
    int64_t node = entry->node == SF_NODE_ALL ? 0 : (int64_t)entry->node + 1;
    node = sf_code_value(codec, "node", node, &nodes);
    entry->node = node > 0 ? (uint32_t)node - 1 : (uint32_t)SF_NODE_ALL;
}

static void code_duration_of(struct sf_codec *codec, enum sf_action_part part,
                             struct sf_plan_entry *entry)
{
    static const struct sf_code every = {.one_in = 2,
                                         .count = 10,
                                         .base = SF_SECOND,
                                         .step = SF_SECOND,
                                         .min = 0,
                                         .max = SF_MINUTE,
                                         .unit = SF_MS};
    static const struct sf_code step = {.one_in = 1,
                                        .count = 8,
                                        .base = -62 * SF_SECOND,
                                        .step = 20 * SF_SECOND,
                                        .min = -24 * SF_HOUR,
                                        .max = 24 * SF_HOUR,
                                        .unit = SF_MS};
    entry->duration_ns = sf_code_value(codec, part == SF_PART_EVERY ? "every" : "step",
                                       entry->duration_ns, part == SF_PART_EVERY ? &every : &step);
}

static void code_network_of(struct sf_codec *codec, struct sf_plan_entry *entry)
{
    const struct sf_code networks = {.one_in = 1,
                                     .count = codec->plan->networks_count - 1,
                                     .base = 1,
                                     .step = 1,
                                     .max = codec->plan->networks_count - 1};
    entry->network_index =
        (uint32_t)sf_code_value(codec, "network", entry->network_index, &networks);
}

static void code_part(struct sf_codec *codec, const struct span *span, enum sf_action_part part,
                      bool is_value, struct sf_plan_entry *entry)
{
    static const struct sf_code versions = {
        .one_in = 1, .count = 4, .base = 1, .step = 1, .min = 0, .max = INT32_MAX};
    switch (part) {
    case SF_PART_CACHE:
        code_version(codec, entry->cache);
        return;
    case SF_PART_OPTIONS:
        code_options(codec, entry->cache);
        return;
    case SF_PART_NETWORK:
        code_network_of(codec, entry);
        return;
    case SF_PART_HOMES:
        code_homes_of(codec, entry);
        return;
    case SF_PART_DIRECTION:
        entry->direction =
            (enum sf_plan_direction)sf_code_choice(codec, "direction", entry->direction, 3);
        return;
    case SF_PART_SWITCH:
        entry->on = sf_code_choice(codec, "switch", entry->on, 2) != 0;
        return;
    case SF_PART_NODE:
        code_node_of(codec, span, !is_value, entry);
        return;
    case SF_PART_VERSION:
        entry->version = (uint32_t)sf_code_value(codec, "version", entry->version, &versions);
        return;
    case SF_PART_EVERY:
    case SF_PART_STEP:
        code_duration_of(codec, part, entry);
        return;
    case SF_PARTS_COUNT:
        break;
    }
    SF_UNREACHABLE();
}

/* After the heal nothing disturbs, and from node to node goes only what goes to all. */
static void entry_mend(const struct sf_action *action, const struct span *span,
                       struct sf_plan_entry *entry)
{
    bool ends = action->value == SF_PART_SWITCH && entry->on;
    if (span->heals && action->fault && !ends && entry->at_ns > span->until_ns) {
        entry->at_ns = span->until_ns / 2 / SF_MS * SF_MS;
    }
    if (sf_action_has(action, SF_PART_EVERY) && entry->duration_ns > 0) {
        entry->node = SF_NODE_ALL;
    }
}

static void code_entry(struct sf_codec *codec, const struct span *span, struct sf_plan_entry *entry)
{
    struct sf_plan_entry said;
    memcpy(&said, entry, sizeof said);
    said.at_ns = code_at(codec, span, said.at_ns);
    const struct sf_action *action = code_action(codec, codec->writes ? sf_action_of(entry) : NULL);
    if (!codec->writes) {
        sf_action_default(action, &said);
    }
    code_part(codec, span, action->value, true, &said);
    for (int part = 0; part < SF_PARTS_COUNT; part++) {
        if ((action->beside & SF_PART_BIT(part)) != 0) {
            code_part(codec, span, (enum sf_action_part)part, false, &said);
        }
    }
    if (!codec->writes) {
        entry_mend(action, span, &said);
        memcpy(entry, &said, sizeof said);
    }
}

/* Once more, or a few times, in turn with its opposite where it has one: a node that flaps, a
 * deploy on a deploy. Such entries are written one by one. */
static void repeat(struct sf_codec *codec, const struct span *span)
{
    static const struct sf_code times = {.one_in = 5, .count = 3, .base = 1, .step = 1};
    static const struct sf_code gaps = {
        .one_in = 1, .count = 8, .base = 500 * SF_MS, .step = SF_SECOND};
    struct sf_plan *plan = codec->plan;
    int64_t more = sf_code_value(codec, "again", 0, &times);
    sf_ns gap_ns = more > 0 ? sf_code_value(codec, "again", 0, &gaps) : 0;
    for (int64_t i = 0; i < more && plan->timeline_count < ENTRIES_MAX; i++) {
        const struct sf_plan_entry *last = &plan->timeline[plan->timeline_count - 1];
        if (last->at_ns + gap_ns >= span->until_ns) {
            return;
        }
        struct sf_plan_entry *next = &plan->timeline[plan->timeline_count++];
        memcpy(next, last, sizeof *next);
        next->at_ns += gap_ns;
        next->on = !next->on;
        if (sf_action_of(next)->on != next->on && sf_action_of(next)->value != SF_PART_SWITCH) {
            next->on = last->on; /* it has no opposite */
        }
    }
}

static sf_ns until_of(const struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return plan->timeline[i].at_ns;
        }
    }
    return plan->duration_ns;
}

/* How long there are faults, and how long none. */
static void code_span(struct sf_codec *codec, struct span *span)
{
    static const struct sf_code faults = {.one_in = 1,
                                          .count = 64,
                                          .base = 10 * SF_SECOND,
                                          .step = SF_SECOND,
                                          .min = SF_SECOND,
                                          .max = 10 * SF_MINUTE,
                                          .unit = SF_MS};
    static const struct sf_code tails = {.one_in = 2,
                                         .count = 4,
                                         .usual = 20 * SF_SECOND,
                                         .base = 5 * SF_SECOND,
                                         .step = 5 * SF_SECOND,
                                         .min = 0,
                                         .max = 5 * SF_MINUTE,
                                         .unit = SF_MS};
    struct sf_plan *plan = codec->plan;
    sf_ns recover_ns = sf_param_role_value(codec->schema->tables[SF_SECTION_CLOUD], &plan->cloud,
                                           SF_ROLE_RECOVERY);
    span->heals = codec->heals;
    if (codec->writes) {
        span->until_ns = until_of(plan);
    }
    span->until_ns = sf_code_value(codec, "duration", span->until_ns, &faults);
    span->until_ns = sf_situation_faults_ns(codec, span->until_ns);
    sf_ns tail_ns = span->heals ? plan->duration_ns - span->until_ns - recover_ns : 0;
    tail_ns = span->heals ? sf_code_value(codec, "duration", tail_ns, &tails) : 0;
    if (!codec->writes) {
        plan->duration_ns = span->until_ns + (span->heals ? recover_ns + tail_ns : 0);
    }
    enum { LATE_S = 5 };
    sf_ns late_ns = span->heals ? span->until_ns + LATE_S * SF_SECOND : span->until_ns - SF_MS;
    span->end_ns = late_ns;
}

static void append_heal(struct sf_codec *codec, const struct span *span)
{
    struct sf_plan *plan = codec->plan;
    struct sf_plan_entry *heal = &plan->timeline[plan->timeline_count++];
    memset(heal, 0, sizeof *heal);
    heal->at_ns = span->until_ns;
    heal->action = SF_ACTION_HEAL;
    heal->group_index = SF_GROUP_ALL;
    heal->network_index = codec->good_network;
}

void sf_code_timeline(struct sf_codec *codec)
{
    SF_ASSERT(codec != NULL);
    static const struct sf_code counts = {
        .one_in = 1, .count = 20, .base = 0, .step = 1, .min = 0, .max = ENTRIES_MAX};
    struct sf_plan *plan = codec->plan;
    struct span span = {0};
    sf_codec_at(codec, "%s", "");
    code_span(codec, &span);
    sf_codec_at(codec, "timeline.");
    span.nodes_count = (uint32_t)sf_param_role_value(codec->schema->tables[SF_SECTION_CLOUD],
                                                     &plan->cloud, SF_ROLE_NODES);
    uint32_t count = codec->writes ? plan->timeline_count - span.heals : 0;
    count = (uint32_t)sf_code_value(codec, "count", count, &counts);
    count = codec->calm ? count % 4 : count;
    for (uint32_t i = 0, coded = 0; coded < count && !codec->stuck; i++) {
        if (!codec->writes && plan->timeline_count == ENTRIES_MAX) {
            break;
        }
        struct sf_plan_entry *entry = &plan->timeline[codec->writes ? i : plan->timeline_count];
        if (codec->writes && entry->action == SF_ACTION_HEAL) {
            continue;
        }
        sf_codec_at(codec, "timeline.%u.", i);
        code_entry(codec, &span, entry);
        coded++;
        if (codec->writes) {
            sf_code_choice(codec, "again", 0, 1);
            span.before_ns = entry->at_ns;
        } else {
            plan->timeline_count++;
            repeat(codec, &span);
            span.before_ns = plan->timeline[plan->timeline_count - 1].at_ns;
        }
    }
    if (!codec->writes) {
        sf_situation_happens(codec, span.until_ns);
    }
    if (!codec->writes && span.heals) {
        append_heal(codec, &span);
    }
}

static void code_fate(struct sf_codec *codec, struct sf_plan_fate *fate)
{
    static const struct sf_code packets = {
        .one_in = 1, .count = 250, .base = 0, .step = 1, .min = 0, .max = PACKETS_MAX};
    static const struct sf_code delays = {.one_in = 1,
                                          .count = 16,
                                          .base = 0,
                                          .step = 500 * SF_MS,
                                          .min = 0,
                                          .max = 10 * SF_SECOND,
                                          .unit = SF_MS};
    uint32_t homes_count = sf_plan_homes_count(codec->plan);
    uint32_t seen = homes_count < 255 ? homes_count : 255;
    uint32_t up = codec->writes ? fate->direction - SF_DIRECTION_UP : 0;
    uint32_t home = sf_code_choice(codec, "home", fate->home, seen);
    up = sf_code_choice(codec, "direction", up, 2);
    int64_t packet = sf_code_value(codec, "packet", (int64_t)fate->packet, &packets);
    uint32_t kind = sf_code_choice(codec, "fate", fate->kind, 4);
    sf_ns delay_ns = 0;
    if (kind == SF_PLAN_FATE_DELAYED) {
        delay_ns = sf_code_value(codec, "delay", fate->delay_ns, &delays);
    }
    if (!codec->writes) {
        *fate = (struct sf_plan_fate){
            .packet = (uint64_t)packet,
            .delay_ns = delay_ns,
            .home = home,
            .direction = up == 0 ? SF_DIRECTION_UP : SF_DIRECTION_DOWN,
            .kind = (enum sf_plan_fate_kind)kind,
        };
    }
}

/* A packet has one fate: the first that was given it. */
static bool has_fate(const struct sf_plan *plan, const struct sf_plan_fate *fate)
{
    for (uint32_t i = 0; i < plan->fates_count; i++) {
        if (sf_plan_fate_compare(&plan->fates[i], fate) == 0) {
            return true;
        }
    }
    return false;
}

void sf_code_fates(struct sf_codec *codec)
{
    SF_ASSERT(codec != NULL);
    /* A packet that is lost after the heal would disturb, too. */
    const struct sf_code counts = {.one_in = 3,
                                   .count = codec->heals ? 1 : 8,
                                   .base = codec->heals ? 0 : 1,
                                   .step = 1,
                                   .min = 0,
                                   .max = FATES_MAX};
    struct sf_plan *plan = codec->plan;
    sf_codec_at(codec, "fates.");
    int64_t count = sf_code_value(codec, "count", plan->fates_count, &counts);
    for (int64_t i = 0; i < count && !codec->stuck; i++) {
        struct sf_plan_fate fate = {0};
        if (codec->writes) {
            fate = plan->fates[i];
        }
        code_fate(codec, &fate);
        if (!codec->writes && !has_fate(plan, &fate)) {
            plan->fates[plan->fates_count++] = fate;
        }
    }
    sf_codec_at(codec, "%s", "");
}
