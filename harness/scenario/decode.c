#include "harness/scenario/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/arena.h"
#include "harness/base/assert.h"
#include "harness/base/time.h"
#include "harness/net/netem_grammar.h"
#include "harness/scenario/codec.h"

/* The version that the run begins with: the one before a deploy where the two differ, as often as
 * not. */
static void code_cache(struct sf_codec *codec)
{
    const struct sf_plan_versions *versions = codec->versions;
    const char *before = versions->before != NULL ? versions->before : versions->cache;
    struct sf_plan *plan = codec->plan;
    bool is_before = codec->writes && strcmp(plan->cache, versions->cache) != 0;
    if (is_before && strcmp(plan->cache, before) != 0) {
        sf_codec_stuck(codec, "cache");
    }
    is_before = sf_code_rare(codec, "cache", is_before, 2);
    if (!codec->writes) {
        snprintf(plan->cache, sizeof plan->cache, "%s", is_before ? before : versions->cache);
    }
}

static void code_start(struct sf_codec *codec)
{
    static const struct sf_code starts = {.one_in = 2,
                                          .count = 8,
                                          .usual = SF_PLAN_START_FALLBACK_S,
                                          .base = SF_PLAN_START_FALLBACK_S,
                                          .step = 3 * SF_HOUR / SF_SECOND,
                                          .min = 0,
                                          .max = UINT32_MAX};
    int64_t start_s = sf_code_value(codec, "start", codec->plan->start_unix_s, &starts);
    if (!codec->writes) {
        codec->plan->start_unix_s = start_s;
    }
}

static bool home_is_there(const struct sf_plan *plan, uint32_t home)
{
    for (uint32_t i = 0; i < plan->groups_count; i++) {
        uint32_t first = sf_plan_group_number(plan, i);
        if (home > first && home - first <= plan->groups[i].homes_count) {
            return true;
        }
    }
    return false;
}

/* A second run with one tenant's stills changed costs as much as the first. */
static void code_vary(struct sf_codec *codec)
{
    static const struct sf_code kinds = {.one_in = 16, .count = 2, .base = 1, .step = 1};
    struct sf_plan *plan = codec->plan;
    const struct sf_code homes = {
        .one_in = 2, .count = 4, .base = 1, .step = 1, .min = 0, .max = sf_plan_homes_count(plan)};
    int64_t vary = sf_code_value(codec, "vary", (int64_t)plan->vary, &kinds);
    int64_t home = vary != 0 ? sf_code_value(codec, "vary_home", plan->vary_home, &homes) : 0;
    if (!codec->writes) {
        plan->vary = (enum sf_plan_vary)vary;
        plan->vary_home = home_is_there(plan, (uint32_t)home) ? (uint32_t)home : 0;
    }
}

static bool heals(const struct sf_plan *plan)
{
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        if (plan->timeline[i].action == SF_ACTION_HEAL) {
            return true;
        }
    }
    return false;
}

static void code_head(struct sf_codec *codec)
{
    static const struct sf_code seeds = {
        .one_in = 1, .count = 255, .base = 0, .step = 1, .min = 0, .max = INT64_MAX};
    struct sf_plan *plan = codec->plan;
    if (codec->writes && plan->seed > INT64_MAX) {
        sf_codec_stuck(codec, "seed");
    }
    int64_t seed = sf_code_value(codec, "seed", (int64_t)plan->seed, &seeds);
    bool swarm = sf_code_rare(codec, "swarm", plan->swarm, 8);
    if (!codec->writes) {
        plan->seed = (uint64_t)seed;
        plan->swarm = swarm;
    }
    codec->heals = !sf_code_rare(codec, "heal", codec->writes && !heals(plan), 2);
    code_cache(codec);
    code_start(codec);
}

static void code_plan(struct sf_codec *codec)
{
    sf_codec_at(codec, "%s", "");
    code_head(codec);
    sf_code_section(codec, SF_SECTION_STILL, &codec->plan->still);
    sf_code_section(codec, SF_SECTION_CLOUD, &codec->plan->cloud);
    sf_code_networks(codec);
    sf_code_homes(codec);
    sf_code_situation(codec);
    code_vary(codec);
    sf_code_timeline(codec);
    sf_code_fates(codec);
}

void sf_plan_decode(const uint8_t *bytes, size_t count, const struct sf_plan_versions *versions,
                    const struct sf_plan_schema *schema, struct sf_plan *plan)
{
    SF_ASSERT(bytes != NULL || count == 0);
    SF_ASSERT(versions != NULL);
    SF_ASSERT(versions->cache != NULL);
    SF_ASSERT(schema != NULL);
    SF_ASSERT(plan != NULL);
    struct sf_codec codec = {
        .schema = schema,
        .versions = versions,
        .plan = plan,
        .bytes = bytes,
        .left = count,
    };
    sf_plan_default(schema, plan);
    snprintf(plan->name, sizeof plan->name, "fuzzed");
    code_plan(&codec);
    sf_plan_normalise(schema, plan);
}

/* Without what no run depends on. */
static void reduce(const struct sf_plan_schema *schema, struct sf_plan *plan)
{
    snprintf(plan->name, sizeof plan->name, "fuzzed");
    memset(plan->title, 0, sizeof plan->title);
    memset(plan->expect_oracle, 0, sizeof plan->expect_oracle);
    plan->expect = SF_EXPECT_PASS;
    plan->gate_every = 1;
    sf_plan_assert_nothing(plan);
    sf_codec_name_networks(plan, sf_codec_good_network(plan));
    sf_codec_name_homes(plan);
    sf_plan_normalise(schema, plan);
}

/* The part in which two plans differ; NULL: in none. */
static const char *difference(const struct sf_plan *a, const struct sf_plan *b)
{
#define DIFFERS(MEMBER) (memcmp(&a->MEMBER, &b->MEMBER, sizeof a->MEMBER) != 0)
    for (uint32_t i = 0; i < SF_NETWORKS_MAX; i++) {
        if (!sf_netem_config_same(&a->networks[i].up, &b->networks[i].up) ||
            !sf_netem_config_same(&a->networks[i].down, &b->networks[i].down)) {
            return "networks";
        }
    }
    return DIFFERS(seed) || DIFFERS(cache) || DIFFERS(duration_ns) ? "duration"
           : DIFFERS(cloud) || DIFFERS(still)                      ? "cloud"
           : DIFFERS(destinations)                                 ? "destinations"
           : DIFFERS(groups)                                       ? "homes"
           : DIFFERS(timeline)                                     ? "timeline"
           : DIFFERS(fates)                                        ? "fates"
           : DIFFERS(vary) || DIFFERS(vary_home)                   ? "vary"
                                                                   : NULL;
#undef DIFFERS
}

enum sf_err sf_plan_encode(const struct sf_plan *plan, const struct sf_plan_versions *versions,
                           const struct sf_plan_schema *schema,
                           uint8_t bytes_out[SF_PLAN_INPUT_BYTES_MAX], size_t *count_out,
                           struct sf_diag *diag)
{
    SF_ASSERT(plan != NULL);
    SF_ASSERT(versions != NULL);
    SF_ASSERT(versions->cache != NULL);
    SF_ASSERT(bytes_out != NULL);
    SF_ASSERT(count_out != NULL);
    struct sf_plan *copies = sf_alloc(2, sizeof *copies);
    struct sf_plan *again = copies + 1;
    memcpy(copies, plan, sizeof *copies);
    struct sf_codec codec = {
        .schema = schema,
        .versions = versions,
        .plan = copies,
        .out = bytes_out,
        .out_max = SF_PLAN_INPUT_BYTES_MAX,
        .writes = true,
    };
    code_plan(&codec);
    *count_out = codec.out_count;
    const char *stuck_at = codec.stuck ? codec.stuck_at : NULL;
    if (stuck_at == NULL) { /* keys that have no bytes at all, and orders that no bytes make */
        reduce(schema, copies);
        sf_plan_decode(bytes_out, codec.out_count, versions, schema, again);
        stuck_at = difference(copies, again);
    }
    free(copies);
    return stuck_at == NULL ? SF_OK
                            : sf_fail(diag, SF_ERR_INPUT, "%s: no bytes mean this value", stuck_at);
}

struct sf_plan_versions sf_plan_versions_of(const struct sf_plan *plan)
{
    SF_ASSERT(plan != NULL);
    for (uint32_t i = 0; i < plan->timeline_count; i++) {
        const struct sf_plan_entry *entry = &plan->timeline[i];
        if (entry->action == SF_ACTION_DEPLOY && strcmp(entry->cache, plan->cache) != 0) {
            return (struct sf_plan_versions){.cache = entry->cache, .before = plan->cache};
        }
    }
    return (struct sf_plan_versions){.cache = plan->cache};
}
